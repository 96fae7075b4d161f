//! The small marks: faces, networks, kinds, ties, times. Drawn by hand because a page holds hundreds of them.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use jiff::tz::TimeZone;
use model::{Kind, ProfileId, TieWord, Timestamp};

use crate::{
    html::{Safe, drawn, escape_into},
    icon, words,
};

/// Our mark: two glasses that meet.
pub const BRAND: Safe<&str> = Safe(
    r#"<svg viewBox="0 0 28 20" aria-hidden="true"><path class="f-plum" d="M14 4.2a8 8 0 0 1 0 11.6 8 8 0 0 1 0-11.6z"/><circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="1.7"/><circle cx="18" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="1.7"/></svg>"#,
);

/// A person's picture through the desk, or their initials. Beside a name, always; so it is hidden from screen readers.
#[derive(Clone, Debug)]
pub struct Face {
    pub src: Option<String>,
    pub name: String,
    /// In pixels: 24, 32, 36, 40, 44, 56, 88.
    pub size: u16,
}

impl Face {
    /// By the profile whose picture it is; `has_picture` where its network names one.
    pub fn of(profile: ProfileId, name: &str, has_picture: bool, size: u16) -> Face {
        Face { src: has_picture.then(|| format!("/face/{profile}")), name: name.to_owned(), size }
    }

    /// By a profile that has a picture, where there is one.
    pub fn of_found(profile: Option<ProfileId>, name: &str, size: u16) -> Face {
        Face { src: profile.map(|id| format!("/face/{id}")), name: name.to_owned(), size }
    }

    pub fn drawn(name: &str, size: u16) -> Face {
        Face { src: None, name: name.to_owned(), size }
    }

    /// Initials as a picture of their own, where the one that was named can't be had. A picture knows no stylesheet, so it is light in the dark, too,
    /// as photographs are.
    pub fn lettered(name: &str) -> String {
        const TINTS: [&str; 6] = ["#f5ebf2", "#e8f0da", "#f8e6de", "#ddeff0", "#e6eaf6", "#fbefd6"];
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 40\"><rect width=\"40\" height=\"40\" fill=\"{}\"/><text x=\"20\" y=\"20\" \
             text-anchor=\"middle\" dominant-baseline=\"central\" font-family=\"system-ui, sans-serif\" font-size=\"15\" font-weight=\"640\" fill=\"#48534c\">",
            TINTS[tint(name)]
        );
        escape_into(&mut out, &initials(name)).expect("a String takes every word");
        out + "</text></svg>"
    }

    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let size = self.size;
        match &self.src {
            Some(src) => {
                out.write_str("<img class=\"face\" src=\"")?;
                escape_into(out, src)?;
                write!(out, "\" alt=\"\" width=\"{size}\" height=\"{size}\" loading=\"lazy\">")
            }
            None => {
                let tint = tint(&self.name);
                write!(
                    out,
                    "<svg class=\"face face--{tint}\" viewBox=\"0 0 40 40\" width=\"{size}\" height=\"{size}\" \
                     aria-hidden=\"true\"><circle cx=\"20\" cy=\"20\" r=\"20\"/><text x=\"20\" y=\"20\">"
                )?;
                escape_into(out, &initials(&self.name))?;
                out.write_str("</text></svg>")
            }
        }
    }
}

/// One or two letters that stand for a name: of its first and its last word.
/// Which of the six tints a name has, always the same.
fn tint(name: &str) -> usize {
    name.bytes().fold(0u32, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into())) as usize % 6
}

fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string());
    let mut letters = name.split_whitespace().filter_map(letter);
    let first = letters.next();
    let last = letters.next_back();
    match (first, last) {
        (Some(first), last) => first + last.as_deref().unwrap_or_default(),
        (None, _) => "·".to_owned(),
    }
}

/// A network by our own two letters and its name; never a company's logo.
#[derive(Clone, Debug)]
pub struct Net {
    pub mark: Cow<'static, str>,
    pub name: Cow<'static, str>,
    /// Only for screen readers; the mark alone is seen.
    pub is_name_hidden: bool,
}

impl Net {
    pub fn named(mark: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Net {
        Net { mark: mark.into(), name: name.into(), is_name_hidden: false }
    }

    pub fn mark(mark: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Net {
        Net { is_name_hidden: true, ..Net::named(mark, name) }
    }

    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        out.write_str("<span class=\"net\"><b aria-hidden=\"true\">")?;
        escape_into(out, &self.mark)?;
        out.write_str(if self.is_name_hidden { "</b><span class=\"vh\">" } else { "</b> " })?;
        escape_into(out, &self.name)?;
        out.write_str(if self.is_name_hidden { "</span></span>" } else { "</span>" })
    }
}

/// Several networks in a row, by their marks.
#[derive(Clone, Debug, Default)]
pub struct Nets(pub Vec<Net>);

impl Nets {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        out.write_str("<span class=\"nets\">")?;
        self.0.iter().try_for_each(|net| net.draw(out))?;
        out.write_str("</span>")
    }
}

/// Gives, asks or talks: icon and word.
#[derive(Clone, Copy, Debug)]
pub struct KindMark(pub Kind);

impl KindMark {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let (class, icon) = match self.0 {
            Kind::Gives => ("give", icon::GIVES.s),
            Kind::Asks => ("ask", icon::ASKS.s),
            Kind::Talks => ("talk", icon::TALKS.s),
        };
        write!(out, "<span class=\"kind kind--{class}\">{icon}{}</span>", self.0.word())
    }
}

/// Personal or work: icon and word.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    pub is_personal: bool,
}

impl Side {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let (class, icon, word) = if self.is_personal { ("pers", icon::PERSONAL.s, "personal") } else { ("work", icon::WORK.s, "work") };
        write!(out, "<span class=\"kind kind--{class}\">{icon}{word}</span>")
    }
}

/// How two people stand: strands and a word.
#[derive(Clone, Copy, Debug)]
pub struct TieMark(pub TieWord);

impl TieMark {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let strands = match self.0 {
            TieWord::Close => r#"<path d="M5 7C11 1.5 23 1.5 29 7M5 7h24M5 7c6 5.5 18 5.5 24 0"/>"#,
            TieWord::Warm => r#"<path d="M5 7C11 2.5 23 2.5 29 7M5 7c6 4.5 18 4.5 24 0"/>"#,
            TieWord::New => r#"<path d="M5 7h24"/>"#,
            TieWord::Drifting => r#"<path d="M8.5 7h20" stroke-dasharray="2.5 3.5"/>"#,
        };
        write!(
            out,
            concat!(
                r#"<span class="tie"><svg viewBox="0 0 34 14" aria-hidden="true"><g fill="none" stroke="currentColor" "#,
                r#"stroke-width="1.25" stroke-linecap="round">{}</g><circle cx="4" cy="7" r="2.75" fill="currentColor"/>"#,
                r#"<circle cx="30" cy="7" r="2.75" fill="currentColor"/></svg>{}</span>"#
            ),
            strands,
            self.0.word()
        )
    }
}

/// A time in words with the exact one behind it.
#[derive(Clone, Debug)]
pub struct When {
    pub at: Timestamp,
    pub words: String,
}

impl When {
    /// `2 hours`
    pub fn ago(now: Timestamp, at: Timestamp, zone: &TimeZone) -> When {
        When { at, words: words::ago(now, at, zone) }
    }

    /// `2 hours ago`
    pub fn long_ago(now: Timestamp, at: Timestamp, zone: &TimeZone) -> When {
        When { at, words: words::long_ago(now, at, zone) }
    }

    /// `18:00`
    pub fn clock(at: Timestamp, zone: &TimeZone) -> When {
        When { at, words: words::clock(at, zone) }
    }

    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        write!(out, "<time datetime=\"{}\">", words::machine(self.at))?;
        escape_into(out, &self.words)?;
        out.write_str("</time>")
    }
}

drawn!(Face, Net, Nets, KindMark, Side, TieMark, When);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_pictures() {
        let check = |name: &str, expected: &str| assert_eq!(initials(name), expected, "{name}");
        check("Ewa Zielińska", "EZ");
        check("  maren  de la okafor ", "MO");
        check("leafcutter", "L");
        check("(o.o) 42", "O4");
        check("", "·");
        check("محمد علي", "مع");
    }

    #[test]
    fn hostile_names_stay_text() {
        let face = Face { src: Some("\"><script>".into()), name: String::new(), size: 44 }.to_string();
        let net = Net::named("<b", "\"x\" & y").to_string();
        assert!(!face.contains("<script>") && !net.contains("<b\"") && net.contains("&amp;"), "{face} {net}");
    }
}
