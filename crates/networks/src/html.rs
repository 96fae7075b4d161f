//! Foreign HTML to plain words: line breaks kept, links whole, nothing drawn. It is for reading, not for showing HTML (that wants
//! cleaning, see the feed's folder). A walk over tokens, so that no depth of nesting can hurt. Begin with [`text`].

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// The most HTML read of one text, in bytes; what stands behind is left out.
pub const HTML_MAX: usize = 1024 * 1024;
/// The most links kept of one text.
pub const LINKS_MAX: usize = 100;

/// A link as it stands in HTML.
pub struct Anchor<'a> {
    pub href: &'a str,
    pub class: &'a str,
    /// The words between its tags, with hidden ones.
    pub words: &'a str,
}

/// The words alone: paragraphs parted by a blank line, `br` a line break, shortened links made whole.
pub fn text(html: &str) -> String {
    read(html, &|_| None).0
}

/// The web addresses linked to, whole, once each, in order. Links to people and hashtags marked as such are left out.
pub fn links(html: &str) -> Vec<String> {
    read(html, &|_| None).1
}

/// Both at once; `rename` may give a link other words (a whole handle for a short one).
pub fn read(html: &str, rename: &dyn Fn(&Anchor<'_>) -> Option<String>) -> (String, Vec<String>) {
    let mut end = html.len().min(HTML_MAX);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let input = BufferQueue::default();
    input.push_back(crate::tags::bounded(&html[..end]).as_ref().into());
    let walk = Walk { page: RefCell::new(Page::default()), rename };
    let tokenizer = Tokenizer::new(walk, TokenizerOpts::default());
    // The tokenizer stops early only for scripts, which are never handed to it as such.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut page = tokenizer.sink.page.into_inner();
    page.close_anchor(rename);
    (page.out.trim().to_owned(), page.links)
}

struct Walk<'a> {
    page: RefCell<Page>,
    rename: &'a dyn Fn(&Anchor<'_>) -> Option<String>,
}

/// What has been written so far.
#[derive(Default)]
struct Page {
    out: String,
    links: Vec<String>,
    /// An open link: its address, its class, and where its words begin in `out`.
    anchor: Option<(String, String, usize)>,
    /// How many line breaks must stand before the next word (0, 1 or 2).
    breaks: u8,
    /// A space must stand before the next word.
    has_space: bool,
    /// How deep inside `pre`.
    pre: u32,
    /// Inside an element whose words are no words (`script`, `style` …).
    skipped: Option<String>,
}

impl TokenSink for Walk<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::CharacterTokens(words) if page.skipped.is_none() => page.write(&words),
            Token::TagToken(tag) => return page.tag(&tag, self.rename),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn tag(&mut self, tag: &Tag, rename: &dyn Fn(&Anchor<'_>) -> Option<String>) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let is_start = tag.kind == TagKind::StartTag;
        if let Some(skipped) = &self.skipped {
            if !is_start && skipped == name {
                self.skipped = None;
            }
            return TokenSinkResult::Continue;
        }
        match name {
            "script" | "style" | "title" | "textarea" | "noscript" | "iframe" if is_start && !tag.self_closing => {
                self.skipped = Some(name.to_owned());
                let kind = if matches!(name, "title" | "textarea") { RawKind::Rcdata } else { RawKind::Rawtext };
                return TokenSinkResult::RawData(kind);
            }
            "br" => self.ask_break(1, true),
            "hr" => self.ask_break(2, false),
            "li" | "tr" | "dt" | "dd" | "figcaption" => {
                self.ask_break(1, false);
                if is_start && name == "li" {
                    self.write("- ");
                }
            }
            "td" | "th" if !is_start => self.has_space = true,
            "pre" => {
                self.ask_break(2, false);
                self.pre = if is_start { self.pre.saturating_add(1) } else { self.pre.saturating_sub(1) };
            }
            "p" | "div" | "blockquote" | "ul" | "ol" | "dl" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "section" | "article"
            | "header" | "footer" | "figure" | "details" | "summary" => self.ask_break(2, false),
            "a" => {
                self.close_anchor(rename);
                if is_start {
                    self.open_anchor(tag);
                }
            }
            "img" if attribute(tag, "class").is_some_and(|c| c.contains("emoji")) => {
                if let Some(alt) = attribute(tag, "alt") {
                    self.write(&alt);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// `br` adds up (two make a blank line); the edges of blocks do not.
    fn ask_break(&mut self, breaks: u8, adds: bool) {
        self.breaks = if adds { (self.breaks + breaks).min(2) } else { self.breaks.max(breaks) };
    }

    fn write(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '\n' if self.pre > 0 => self.ask_break(1, true),
                ' ' | '\t' if self.pre > 0 && !self.out.is_empty() && self.breaks == 0 => self.out.push(' '),
                ' ' | '\n' | '\t' | '\r' | '\u{c}' => self.has_space = true,
                c if c.is_control() => {}
                c => {
                    self.settle();
                    self.out.push(c);
                }
            }
        }
    }

    /// Writes the breaks and the space that are due before a word.
    fn settle(&mut self) {
        if self.breaks > 0 {
            let kept = self.out.trim_end_matches([' ', '\n']).len();
            // What an open link has written stays its own.
            let floor = self.anchor.as_ref().map_or(0, |(_, _, at)| *at);
            self.out.truncate(kept.max(floor));
            if !self.out.is_empty() {
                self.out.push_str(if self.breaks == 1 { "\n" } else { "\n\n" });
            }
        } else if self.has_space && !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.has_space = false;
    }

    fn open_anchor(&mut self, tag: &Tag) {
        let href = attribute(tag, "href").unwrap_or_default();
        // The space before a link belongs before it, not into it.
        if self.breaks > 0 || self.has_space {
            self.settle();
        }
        self.anchor = Some((href, attribute(tag, "class").unwrap_or_default(), self.out.len()));
    }

    fn close_anchor(&mut self, rename: &dyn Fn(&Anchor<'_>) -> Option<String>) {
        let Some((href, class, at)) = self.anchor.take() else { return };
        let words = self.out[at..].to_owned();
        let is_person = class.split_ascii_whitespace().any(|c| c == "mention" || c == "hashtag" || c == "u-url");
        if let Some(other) = rename(&Anchor { href: &href, class: &class, words: &words }) {
            self.out.truncate(at);
            self.out.push_str(&other);
            return;
        }
        let is_web = href.starts_with("https://") || href.starts_with("http://");
        if is_person || !is_web {
            return;
        }
        if is_short_for(words.trim(), &href) {
            self.out.truncate(at);
            self.out.push_str(&href);
        }
        if self.links.len() < LINKS_MAX && !self.links.contains(&href) {
            self.links.push(href);
        }
    }
}

/// Whether the words of a link are its address, or the beginning of it.
fn is_short_for(words: &str, href: &str) -> bool {
    let bare = |s: &str| {
        let s = s.strip_prefix("https://").or_else(|| s.strip_prefix("http://")).unwrap_or(s);
        s.strip_prefix("www.").unwrap_or(s).trim_end_matches('/').to_lowercase()
    };
    let (short, whole) = (bare(words), bare(href));
    match short.strip_suffix('…').or_else(|| short.strip_suffix("...")) {
        Some(beginning) => beginning.len() > 3 && whole.starts_with(beginning),
        None => short == whole,
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(text(html), expected, "of {html}");
    }

    #[test]
    fn paragraphs_breaks_and_lists() {
        check("<p>One</p><p>Two</p>", "One\n\nTwo");
        check("<p>One<br>two<br />three</p>", "One\ntwo\nthree");
        check("One<br><br><br>two", "One\n\ntwo");
        check("<ul><li>a</li><li>b</li></ul>after", "- a\n- b\n\nafter");
        check("  many \n  spaces  ", "many spaces");
        check("<pre>a\n  b</pre>", "a\nb");
        check("a &lt;b&gt; &amp; c&nbsp;d", "a <b> & c\u{a0}d");
        check("<p>a</p>\n\n<p>b</p>", "a\n\nb");
        check("a <b>b</b>c <i> d</i>", "a bc d");
        check("<h1>Head</h1>words", "Head\n\nwords");
    }

    #[test]
    fn what_is_not_words_is_left_out() {
        check("a<script>alert('<p>x</p>')</script>b", "ab");
        check("a<style>p{}</style><!-- no --> b", "a b");
        check("<title>T</title>b", "b");
        check("<script>never closed", "");
        check("<img class='custom-emoji' alt=':blob:' src=x> hi", ":blob: hi");
        check("<img alt='A photo' src=x>hi", "hi");
    }

    #[test]
    fn shortened_links_are_whole() {
        let html = r#"<p>See <a href="https://blog.example/a/long/way?x=1" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">blog.example/a/lo</span><span class="invisible">ng/way?x=1</span></a>.</p>"#;
        check(html, "See https://blog.example/a/long/way?x=1.");
        assert_eq!(links(html), ["https://blog.example/a/long/way?x=1"]);
        check(r#"<a href="https://blog.example/a/long/way">blog.example/a/lo…</a> x"#, "https://blog.example/a/long/way x");
        check(r#"read <a href="https://blog.example/">this</a>"#, "read this");
        check(r#"<a href="javascript:x">y</a>"#, "y");
        check(r#"a <a href="https://b.example/">b.example</a>"#, "a https://b.example/");
    }

    #[test]
    fn people_and_tags_are_no_links() {
        let html = r##"<span class="h-card"><a href="https://s.example/@ben" class="u-url mention">@<span>ben</span></a></span> on <a href="https://s.example/tags/bread" class="mention hashtag" rel="tag">#<span>bread</span></a>"##;
        check(html, "@ben on #bread");
        assert!(links(html).is_empty());
        let (words, _) = read(html, &|a| (a.href == "https://s.example/@ben").then(|| "@ben@s.example".to_owned()));
        assert_eq!(words, "@ben@s.example on #bread");
    }

    #[test]
    fn broken_markup_is_borne() {
        check("<a href='https://x.example'>one<a href='https://y.example'>two", "onetwo");
        check("</p></a></div>", "");
        check("<p>a<p>b", "a\n\nb");
        check("<", "<");
        check("a < b", "a < b");
        let deep = "<div>".repeat(50_000) + "x";
        check(&deep, "x");
    }

    #[test]
    fn very_long_html_ends() {
        let long = "é".repeat(HTML_MAX);
        assert!(text(&long).len() <= HTML_MAX);
    }

    proptest! {
        #[test]
        fn never_panics_and_never_gapes(html in "(<[a-z/]{0,6} ?(href=.https://x\\.example/[a-z]{0,4}.)?>|[a-z &;\n…]{0,6}|\\PC{0,4}){0,40}") {
            let words = text(&html);
            prop_assert!(!words.contains("\n\n\n"));
            prop_assert_eq!(words.trim(), &words);
            prop_assert!(links(&html).len() <= LINKS_MAX);
        }

        #[test]
        fn escaped_words_come_back(words in "[a-zé<>&\"' ]{0,40}") {
            let html = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let plain = words.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(text(&html), plain);
        }
    }
}
