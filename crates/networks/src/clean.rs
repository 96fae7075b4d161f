//! Foreign HTML made fit to be shown inside a page of ours: no script, no style, nothing that loads by itself, links that tell nobody
//! where the reader came from. For plain words see [`crate::html`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use ammonia::{Builder, UrlRelative};
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use url::Url;

use crate::html;

/// The most HTML that is cleaned, in bytes; what stands behind is left out.
pub const HTML_MAX: usize = 128 * 1024;
/// The most elements open at once. The time to clean grows with the square of it, so deeper HTML is shown by its words alone.
const DEPTH_MAX: usize = 200;

/// Kept elements. Pictures are not among them: they would tell their server who reads, and when.
const TAGS: [&str; 43] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

/// Cleans `html`; relative links are made whole by `base`, or dropped where there is none.
pub fn clean(html: &str, base: Option<&Url>) -> String {
    let mut end = html.len().min(HTML_MAX);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let html = &*crate::tags::bounded(&html[..end]);
    if is_too_deep(html) {
        return html::text(html).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    }
    let relative = match base.filter(|b| matches!(b.scheme(), "http" | "https")) {
        Some(base) => UrlRelative::RewriteWithBase(base.clone()),
        None => UrlRelative::Deny,
    };
    Builder::empty()
        .tags(TAGS.into())
        .clean_content_tags(["script", "style", "title", "textarea", "noscript", "template", "svg", "math", "object", "select"].into())
        .generic_attributes(["lang", "dir", "title"].into())
        .tag_attributes([("a", ["href"].into()), ("td", ["colspan", "rowspan"].into()), ("th", ["colspan", "rowspan"].into())].into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(relative)
        .link_rel(Some("noopener nofollow noreferrer"))
        .clean(html)
        .to_string()
}

/// Counts elements that begin and have not ended.
#[derive(Default)]
struct Depth {
    open: RefCell<HashMap<String, usize>>,
    now: Cell<usize>,
    most: Cell<usize>,
}

/// Elements that need no end.
const ENDLESS: [&str; 22] = [
    "area", "br", "col", "colgroup", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "rp", "rt", "source", "tbody",
    "td", "th", "tr", "wbr",
];

impl TokenSink for Depth {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && !ENDLESS.contains(&&*tag.name)
        {
            let mut open = self.open.borrow_mut();
            let of_name = open.entry(tag.name.to_string()).or_default();
            if tag.kind == TagKind::StartTag {
                *of_name += 1;
                self.now.set(self.now.get() + 1);
            } else if *of_name > 0 {
                *of_name -= 1;
                self.now.set(self.now.get() - 1);
            }
            self.most.set(self.most.get().max(self.now.get()));
        }
        TokenSinkResult::Continue
    }
}

/// Whether more elements are open at once than any honest page has: the time to build a tree grows with the square of it.
pub(crate) fn is_too_deep(html: &str) -> bool {
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Depth::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.most.get() > DEPTH_MAX
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Watch(RefCell<Option<String>>);
    impl TokenSink for Watch {
        type Handle = ();
        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(tag) = token {
                let bad_attr = |name: &str, value: &str| match name {
                    "href" => !["http:", "https:", "mailto:"].iter().any(|s| value.starts_with(s)),
                    "rel" | "lang" | "dir" | "title" | "colspan" | "rowspan" => false,
                    _ => true,
                };
                let is_bad = |t: &html5ever::tokenizer::Tag| {
                    !TAGS.contains(&&*t.name) && !matches!(&*t.name, "tbody" | "thead" | "tfoot")
                        || t.attrs.iter().any(|a| bad_attr(&a.name.local, &a.value))
                };
                if is_bad(&tag) {
                    let end = if tag.kind == TagKind::EndTag { "/" } else { "" };
                    *self.0.borrow_mut() = Some(format!("<{end}{} {:?}>", tag.name, tag.attrs));
                }
            }
            TokenSinkResult::Continue
        }
    }

    /// What of a cleaned text should not be there: read back by another reader than the one that cleaned.
    pub(crate) fn dirt(cleaned: &str) -> Option<String> {
        let input = BufferQueue::default();
        input.push_back(cleaned.into());
        let tokenizer = Tokenizer::new(Watch(RefCell::new(None)), TokenizerOpts::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    fn check(html: &str, expected: &str) {
        let base = Url::parse("https://blog.example/a/").expect("an address");
        let cleaned = clean(html, Some(&base));
        assert_eq!(cleaned, expected, "of {html}");
        assert_eq!(dirt(&cleaned), None);
    }

    #[test]
    fn words_stay_and_all_that_acts_goes() {
        check("<p class=x style='color:red' id=y onclick=z()>Hello <b>there</b></p>", "<p>Hello <b>there</b></p>");
        check("a<script>alert(1)</script>b<style>p{}</style>", "ab");
        check("<img src=https://spy.example/x.gif onerror=x() alt='A loaf'>bread", "bread");
        check("<iframe src=https://x.example></iframe><object data=x></object><form><input></form>ok", "ok");
        check("<svg onload=alert(1)><circle/></svg><math><mi>x</mi></math>out", "out");
        check("<a href='javascript:alert(1)'>x</a>", "<a rel=\"noopener nofollow noreferrer\">x</a>");
        check("<a href=' jav&#x09;ascript:alert(1)'>x</a>", "<a rel=\"noopener nofollow noreferrer\">x</a>");
        check("<a href='data:text/html,x' target=_top>x</a>", "<a rel=\"noopener nofollow noreferrer\">x</a>");
    }

    #[test]
    fn links_are_made_whole() {
        check("<a href='../b?c=1'>x</a>", "<a href=\"https://blog.example/b?c=1\" rel=\"noopener nofollow noreferrer\">x</a>");
        assert_eq!(clean("<a href='/b'>x</a>", None), "<a rel=\"noopener nofollow noreferrer\">x</a>");
    }

    #[test]
    fn deep_and_endless_html_ends() {
        let began = std::time::Instant::now();
        for piece in [
            "<div><b>",
            "<a href=x>",
            "<table>",
            "<p><b>",
            "<b></div></i>",
            "<a></b></a><b>",
            "<p>",
            "<li>",
            "<select>",
            "<br>",
            "&amp",
            "<!--",
            "</p>",
        ] {
            let took = std::time::Instant::now();
            let cleaned = clean(&piece.repeat(HTML_MAX / piece.len()), None);
            assert_eq!(dirt(&cleaned), None, "{piece}");
            eprintln!("{piece}: {:?}", took.elapsed());
        }
        assert!(began.elapsed().as_secs() < 30);
        assert_eq!(clean(&("<div>".repeat(1000) + "1 < 2"), None), "1 &lt; 2");
        assert!(clean(&"é".repeat(HTML_MAX), None).len() <= HTML_MAX);
    }

    proptest! {
        #[test]
        fn nothing_of_the_kind_survives(html in "(<[a-z!/]{0,8} ?(on[a-z]{2,6}=[a-z'\"]{1,4}|style=x|href=.?(javascript|https|data):[a-z]{0,4})? ?/?>?|[a-z&;<>\"'` =]{0,8}|\\PC{0,4}){0,30}") {
            let cleaned = clean(&html, None);
            prop_assert_eq!(dirt(&cleaned), None);
            prop_assert_eq!(clean(&cleaned, None), cleaned);
        }
    }
}
