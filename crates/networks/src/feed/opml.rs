//! Lists of feeds, as other readers write and read them.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

/// The most feeds taken from one list, and the longest list.
pub const FEEDS_MAX: usize = 5_000;
pub const LIST_MAX: usize = 8 * 1024 * 1024;

/// What is wrong with a list, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct OpmlError {
    pub line: usize,
    pub why: String,
}

/// The feeds of a list, as (title, address), once each, in its order; folders are gone through. Entries without a web address are no
/// feeds and are passed over.
pub fn read(text: &str) -> Result<Vec<(String, String)>, OpmlError> {
    if text.len() > LIST_MAX {
        return Err(OpmlError { line: 1, why: format!("the list is larger than {} MB", LIST_MAX / 1024 / 1024) });
    }
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader::from_str(text);
    let mut feeds: Vec<(String, String)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let (mut has_root, mut depth) = (false, 0usize);
    loop {
        let at = reader.buffer_position();
        let wrong = |why: String| OpmlError { line: line_of(text, at), why };
        let event = reader.read_event().map_err(|e| OpmlError { line: line_of(text, reader.error_position()), why: plain(&e) })?;
        let (tag, is_open) = match &event {
            Event::Start(tag) => (tag, true),
            Event::Empty(tag) => (tag, false),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::Eof if !has_root => return Err(wrong("it is no list of feeds (OPML)".into())),
            Event::Eof if depth > 0 => return Err(wrong("it breaks off in the middle".into())),
            Event::Eof => return Ok(feeds),
            _ => continue,
        };
        if !has_root && !tag.local_name().into_inner().eq_ignore_ascii_case("opml") {
            return Err(wrong("it is no list of feeds (OPML)".into()));
        }
        has_root = true;
        depth += usize::from(is_open);
        if !tag.local_name().into_inner().eq_ignore_ascii_case("outline") {
            continue;
        }
        if let Some(feed) = feed_of(tag).map_err(wrong)?
            && seen.insert(feed.1.clone())
        {
            if feeds.len() >= FEEDS_MAX {
                return Err(OpmlError { line: line_of(text, at), why: format!("there are more than {FEEDS_MAX} feeds") });
            }
            feeds.push(feed);
        }
    }
}

fn feed_of(tag: &BytesStart<'_>) -> Result<Option<(String, String)>, String> {
    let (mut title, mut text, mut url) = (None, None, None);
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| "an attribute is written wrongly".to_owned())?;
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| "an attribute holds something unreadable".to_owned())?;
        let value = value.trim().to_owned();
        match attribute.key.into_inner().to_ascii_lowercase().as_str() {
            "title" => title = Some(value),
            "text" => text = Some(value),
            "xmlurl" => url = Some(value),
            _ => {}
        }
    }
    let url = url.map(|u| match u.strip_prefix("feed://") {
        Some(rest) => format!("http://{rest}"),
        None => u,
    });
    Ok(url.filter(|u| u.starts_with("http://") || u.starts_with("https://")).map(|url| {
        let title = title.filter(|t| !t.is_empty()).or(text).filter(|t| !t.is_empty()).unwrap_or_else(|| url.clone());
        (title, url)
    }))
}

fn line_of(text: &str, at: u64) -> usize {
    let at = usize::try_from(at).unwrap_or(text.len()).min(text.len());
    1 + text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count()
}

/// What is wrong, without the words that stand there.
fn plain(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::IllFormed(_) => "an element is opened and not closed, or closed and not opened".into(),
        quick_xml::Error::Syntax(_) => "it breaks off in the middle of an element".into(),
        _ => "it is not written as XML".into(),
    }
}

/// A list of feeds, given as (title, address), for any other reader.
pub fn write(name: &str, feeds: &[(String, String)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>");
    out.push_str(&escape(writable(name)));
    out.push_str("</title>\n  </head>\n  <body>\n");
    for (title, url) in feeds {
        let (title, url) = (escape(writable(title)).into_owned(), escape(writable(url)).into_owned());
        out.push_str(&format!("    <outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{url}\"/>\n"));
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

/// What XML can hold, on one line.
fn writable(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_of_other_readers() {
        let list = r#"<?xml version="1.0"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Bread"><outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed?x=1&amp;y=2" htmlUrl="https://a.example"/>
<outline title="C" text="no" xmlurl="feed://c.example/rss"></outline></outline>
<outline text="Same" xmlUrl="https://a.example/feed?x=1&amp;y=2"/><outline text="A note"/><outline xmlUrl="https://d.example/"/>
</body></opml>"#;
        let pairs =
            [("A & B", "https://a.example/feed?x=1&y=2"), ("C", "http://c.example/rss"), ("https://d.example/", "https://d.example/")];
        assert_eq!(read(list), Ok(pairs.map(|(t, u)| (t.to_owned(), u.to_owned())).to_vec()));
    }

    #[test]
    fn the_error_says_where() {
        for (text, line) in [
            ("", 1),
            ("no list", 1),
            ("<html><body></body></html>", 1),
            ("<opml>\n<body>\n<outline text='a' xmlUrl='https://a.example/'/>\n</wrong>", 4),
            ("<opml>\n<body>\n<outline text='a", 3),
            ("<opml>\n<body>\n", 3),
            ("<opml>\n<outline xmlUrl='https://a.example/&nope;'/></opml>", 2),
            ("<opml>\n<outline text=a xmlUrl='https://a.example/'/></opml>", 2),
        ] {
            let error = read(text).expect_err(text);
            assert_eq!(error.line, line, "{text}: {error}");
            assert!(!error.why.contains("wrong>") && !error.why.contains("nope"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(feeds in proptest::collection::vec(("\\PC{1,20}", "https?://[a-z]{1,9}\\.example/[ -~]{0,20}"), 0..20)) {
            let mut expected: Vec<(String, String)> = Vec::new();
            for (title, url) in &feeds {
                let (title, url) = (writable(title), writable(url));
                if !expected.iter().any(|(_, u)| *u == url) {
                    expected.push((if title.is_empty() { url.clone() } else { title }, url));
                }
            }
            prop_assert_eq!(read(&write("Mine", &feeds)), Ok(expected));
        }

        #[test]
        fn reading_never_panics(text in "(<[a-z/!?]{0,7} ?([a-z]{1,7}=['\"]?[a-z:/&;]{0,8}['\"]?)? ?/?>?|\\PC{0,8}){0,20}") {
            let _ = read(&text);
        }
    }
}
