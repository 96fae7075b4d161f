//! Tags of a bearable size. A tokenizer compares each attribute of a tag with all before it, so one tag of a million attributes would hold
//! it up for minutes; such a tag is cut short before it gets there. Begin with [`bounded`].

use std::borrow::Cow;

/// What may part one attribute from the next, within one tag. A feed's root with thirty namespaces has some three hundred.
const PARTINGS_MAX: usize = 1024;

/// The text with every overlong tag cut short: what is left out ends at the next `>`.
pub fn bounded(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let (mut kept_to, mut at) = (0, 0);
    while let Some(from) = text[at..].find('<').map(|i| at + i) {
        at = from + 1;
        let rest = &text[at..];
        if rest.starts_with("![CDATA[") {
            at = rest.find("]]>").map_or(text.len(), |end| at + end);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let mut partings = 0;
        let end = rest.bytes().position(|b| {
            partings += usize::from(b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\''));
            b == b'>' || partings > PARTINGS_MAX
        });
        let Some(end) = end.map(|e| at + e) else { break };
        if text.as_bytes()[end] == b'>' {
            at = end;
            continue;
        }
        let out = out.get_or_insert_default();
        out.push_str(&text[kept_to..end]);
        kept_to = text[end..].find('>').map_or(text.len(), |gt| end + gt);
        at = kept_to;
    }
    match out {
        Some(mut out) => {
            out.push_str(&text[kept_to..]);
            Cow::Owned(out)
        }
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_overlong_tags_are_cut() {
        let long = format!("<a {}>b</a>", "x ".repeat(5000));
        let cut = bounded(&long);
        assert!(cut.len() < 3 * PARTINGS_MAX && cut.starts_with("<a x x ") && cut.ends_with(">b</a>"), "{}", cut.len());
        assert_eq!(bounded(&format!("é<a {}", "x ".repeat(5000))).matches('x').count(), PARTINGS_MAX);
        for fine in ["", "a < b > c", "<p class=x>é</p>", "<<<>>>", "<![CDATA[<a b c d]]>", "<a href='"] {
            assert!(matches!(bounded(fine), Cow::Borrowed(_)), "{fine}");
        }
        let quoted = format!("<![CDATA[<y {}]]>", "words ".repeat(5000));
        assert_eq!(bounded(&quoted), quoted);
    }

    /// Without the bound each of these readers is at it for minutes, and the runner ends the test.
    #[test]
    fn a_hundred_thousand_attributes_hold_no_reader_up() {
        let attributes: String = (0..120_000).map(|i| format!(" a{i}")).collect();
        assert_eq!(crate::html::text(&format!("<p{attributes}>bread</p>")), "bread");
        // The cleaner reads a shorter stretch, into which so many fit.
        assert_eq!(crate::clean::clean(&format!("<p{}>bread</p>", &attributes[..100_000]), None), "<p>bread</p>");
        let feed = format!("<rss{attributes}><channel{attributes}><item><title>bread</title></item></channel></rss>");
        let now = "2026-11-21T12:00:00Z".parse().expect("an instant");
        assert_eq!(crate::feed::posts_of_feed(feed.as_bytes(), "", now).expect("a feed").1.len(), 1);
    }

    proptest! {
        #[test]
        fn never_panics_and_leaves_short_texts_alone(text in "(<[a-z!\\[]{0,9}|[ >\"'/é]{0,4}|\\PC{0,4}){0,40}") {
            prop_assert_eq!(bounded(&text).into_owned(), text);
        }
    }
}
