//! The `Link` header (RFC 8288): what a page or a feed says there that something is. Borne in any state of repair. Begin with [`by_header`].

use reqwest::header::{HeaderMap, LINK};

/// Links read of one header's value; no honest page has more.
const LINKS_MAX: usize = 64;

/// The addresses that `Link` headers give for a kind, as written.
pub fn by_header(headers: &HeaderMap, rel: &str) -> Vec<String> {
    headers.get_all(LINK).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| of_header(v, rel)).collect()
}

/// The same of one header's value: `<address>; rel="a b", <address>; rel=c`.
pub fn of_header(value: &str, rel: &str) -> Vec<String> {
    let is_meant = |rels: &str| rels.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(rel));
    links(value).into_iter().filter(|(_, rels)| is_meant(rels)).map(|(address, _)| address).collect()
}

/// Each address of a value with its kinds, which are empty where it tells none.
fn links(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(from) = rest.find('<') {
        let Some(to) = rest[from..].find('>').map(|i| from + i) else { break };
        let address = rest[from + 1..to].trim().to_owned();
        let (rels, after) = rels(&rest[to + 1..]);
        if found.len() < LINKS_MAX {
            found.push((address, rels));
        }
        rest = after;
    }
    found
}

/// The kinds among the parameters that follow an address, the first telling of them; and what stands behind the comma that ends them.
fn rels(text: &str) -> (String, &str) {
    let mut rels = None;
    let mut rest = text;
    loop {
        let Some(at) = rest.find([';', ',']) else { return (rels.unwrap_or_default(), "") };
        let is_end = rest[at..].starts_with(',');
        rest = &rest[at + 1..];
        if is_end {
            return (rels.unwrap_or_default(), rest);
        }
        let name = rest.split(['=', ';', ',', '"']).next().unwrap_or_default();
        let Some(after) = rest[name.len()..].strip_prefix('=') else { continue };
        let (said, after) = parameter(after.trim_start());
        if rels.is_none() && name.trim().eq_ignore_ascii_case("rel") {
            rels = Some(said);
        }
        rest = after;
    }
}

/// A parameter's value, in quotes or without, and what follows it.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut said = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, c)) = letters.next() {
        match c {
            '"' => return (said, &quoted[at + 1..]),
            '\\' => said.extend(letters.next().map(|(_, c)| c)),
            c => said.push(c),
        }
    }
    (said, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_in_many_forms() {
        for (value, expected) in [
            ("</a>; rel=webmention", vec!["/a"]),
            ("<https://x.example/?a=1,2>; rel=\"x webmention\"", vec!["https://x.example/?a=1,2"]),
            ("</a>; title=\"b, c\"; REL=WebMention, </b>; rel=webmention", vec!["/a", "/b"]),
            ("</a>; title=\"b; rel=webmention\"", vec![]),
            ("</a>; title=\"b \\\"; rel=no\\\"\"; rel = \"webmention\"", vec!["/a"]),
            ("</a>; rel=other; rel=webmention", vec![]),
            ("</a>; crossorigin; rel=webmention", vec!["/a"]),
            ("</a>; rel=\"not-webmention\"", vec![]),
            ("</a>;rel=webmention,</b>;rel=webmention", vec!["/a", "/b"]),
            ("<>; rel=webmention", vec![""]),
            ("</a; rel=webmention", vec![]),
        ] {
            assert_eq!(of_header(value, "webmention"), expected, "{value}");
        }
    }

    /// A link as a server may write it: an address, its kinds, and another parameter in quotes or without.
    fn link() -> impl Strategy<Value = (String, Vec<String>, String, bool)> {
        let address = "[a-z:/?&=,;\"%0-9-]{0,20}";
        let rels = proptest::collection::vec("[a-z]{1,8}", 1..4);
        (address, rels, "[a-z ,;=<>\"\\\\]{0,16}", any::<bool>())
    }

    fn written((address, rels, title, is_before): &(String, Vec<String>, String, bool)) -> String {
        let title = format!("; title=\"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""));
        let rels = format!("; rel=\"{}\"", rels.join(" "));
        if *is_before { format!("<{address}>{title}{rels}") } else { format!("<{address}>{rels}{title}") }
    }

    proptest! {
        #[test]
        fn any_header_is_borne(value in "[<>;,=\"a-z /é\\\\]{0,60}") {
            let _ = of_header(&value, "webmention");
        }

        #[test]
        fn what_was_written_is_read(all in proptest::collection::vec(link(), 0..6)) {
            let value = all.iter().map(written).collect::<Vec<_>>().join(", ");
            let expected: Vec<_> = all.iter().map(|(address, rels, ..)| (address.clone(), rels.join(" "))).collect();
            prop_assert_eq!(links(&value), expected);
        }
    }
}
