//! Trials drawn by the server: the change and how sure it is, on a scale that all trials of an aim share, and the boxes of the days. The words beside
//! say the same.

use std::fmt::{self, Write};

use crate::html::{drawn, escape_into};

/// How a change is coloured, by what was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Stay,
    Leave,
    Open,
}

impl Tone {
    fn word(self) -> &'static str {
        match self {
            Tone::Stay => "give",
            Tone::Leave => "ask",
            Tone::Open => "edge",
        }
    }
}

/// A dot with its whisker.
#[derive(Clone, Debug)]
pub struct Whisker {
    pub sentence: String,
    /// Change a day, and between which ends it lies.
    pub low: f64,
    pub middle: f64,
    pub high: f64,
    pub tone: Tone,
    /// The least and the most of all trials beside it; "no change" is within.
    pub scale: (f64, f64),
    /// The last of them says what its zero line is.
    pub is_last: bool,
}

const WIDTH: f64 = 248.0;
/// Room at each side for an end's number.
const SIDE: f64 = 40.0;

impl Whisker {
    fn x(&self, value: f64) -> f64 {
        let (least, most) = self.scale;
        let span = (most - least).max(f64::MIN_POSITIVE);
        SIDE + (WIDTH - 2.0 * SIDE) * ((value - least) / span).clamp(0.0, 1.0)
    }
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let height = if self.is_last { 46 } else { 32 };
        write!(out, "<svg class=\"chart\" viewBox=\"0 0 248 {height}\" role=\"img\" aria-label=\"")?;
        escape_into(out, &self.sentence)?;
        let (zero, low, middle, high) = (self.x(0.0), self.x(self.low), self.x(self.middle), self.x(self.high));
        let tone = self.tone.word();
        write!(
            out,
            "\"><path d=\"M{zero:.1} -6V32\" class=\"zero\"/><path d=\"M{low:.1} 20H{high:.1}M{low:.1} 15v10M{high:.1} 15v10\" class=\"s-{tone} nofill\" stroke-width=\"2\"/>\
             <circle cx=\"{middle:.1}\" cy=\"20\" r=\"5.5\" class=\"f-{tone}\"/><text x=\"{middle:.1}\" y=\"10\" text-anchor=\"middle\" font-size=\"12.5\" class=\"strong\">{}</text>\
             <text x=\"{:.1}\" y=\"24\" text-anchor=\"end\" font-size=\"12\">{}</text><text x=\"{:.1}\" y=\"24\" font-size=\"12\">{}</text>",
            signed(self.middle),
            low - 6.0,
            signed(self.low),
            high + 6.0,
            signed(self.high)
        )?;
        if self.is_last {
            write!(
                out,
                "<text x=\"{:.1}\" y=\"45\" text-anchor=\"middle\" font-size=\"11.5\">no change</text>",
                zero.clamp(28.0, WIDTH - 28.0)
            )?;
        }
        out.write_str("</svg>")
    }
}

/// `+1.3`, `−0.3`, `0`; more than ten without a fraction.
pub fn signed(value: f64) -> String {
    let text = if value.abs() >= 9.95 { format!("{:.0}", value.abs()) } else { format!("{:.1}", value.abs()) };
    match text.trim_end_matches(['0', '.']).is_empty() {
        true => "0".to_owned(),
        false if value < 0.0 => format!("−{text}"),
        false => format!("+{text}"),
    }
}

/// Where a day of a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    There,
    Away,
    Today,
    ToCome,
}

/// The boxes of a trial's days.
#[derive(Clone, Debug)]
pub struct Days {
    pub sentence: String,
    pub days: Vec<Day>,
}

impl Days {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        out.write_str("<div class=\"days\" role=\"img\" aria-label=\"")?;
        escape_into(out, &self.sentence)?;
        out.write_str("\">")?;
        for day in &self.days {
            let class = match day {
                Day::There => "on",
                Day::Today => "now",
                Day::Away => "past",
                Day::ToCome => "off",
            };
            write!(out, "<i class=\"{class}\"></i>")?;
        }
        out.write_str("</div>")
    }
}

drawn!(Whisker, Days);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_those_of_print() {
        let said: Vec<String> = [1.26, -0.34, 0.0, -0.04, 12.4, -10.2].into_iter().map(signed).collect();
        assert_eq!(said, ["+1.3", "−0.3", "0", "0", "+12", "−10"]);
    }

    #[test]
    fn a_whisker_stays_within_its_drawing() {
        let w =
            Whisker { sentence: "a < b".into(), low: -2.0, middle: 1.0, high: 4.0, tone: Tone::Open, scale: (-2.0, 4.0), is_last: true };
        let mut drawn = String::new();
        w.draw(&mut drawn).unwrap();
        assert!(drawn.contains("M40.0 20H208.0") && drawn.contains("a &lt; b") && drawn.contains("no change"), "{drawn}");
    }
}
