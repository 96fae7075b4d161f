//! The counters against the published rules and cases.

use std::path::PathBuf;

use super::*;

thread_local! {
    /// How many bytes have been measured, some of them again and again: the work of a split, whatever the machine does beside it.
    pub static LOOKED_AT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

pub fn looked_at(text: &str) {
    LOOKED_AT.with(|sum| sum.set(sum.get() + text.len()));
}

fn shared(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(path);
    let read = std::fs::read_to_string(&file).ok();
    if read.is_none() {
        eprintln!("skipped: ../shared/corpora/{path} is not at hand");
    }
    read
}

fn graphemes() -> Rules {
    Rules { text_max: Some(500), link_weight: Some(23), mention_counts_name_only: true, ..Rules::default() }
}

#[test]
fn every_published_grapheme_case() {
    let Some(cases) = shared("unicode/GraphemeBreakTest.txt") else { return };
    let (mut seen, mut differing) = (0, Vec::new());
    for line in cases.lines() {
        let case = line.split('#').next().unwrap_or("").trim();
        if case.is_empty() {
            continue;
        }
        let expected = case.split_whitespace().filter(|s| *s == "÷").count() - 1;
        let text: String = case
            .split_whitespace()
            .filter(|s| !matches!(*s, "÷" | "×"))
            .map(|hex| char::from_u32(u32::from_str_radix(hex, 16).expect("hex")).expect("a scalar"))
            .collect();
        if count(&text, Unit::Graphemes) as usize != expected {
            differing.push(case.to_owned());
        }
        seen += 1;
    }
    assert_eq!(seen, 602);
    // A later Unicode (17) no longer counts these scissors among the pictures; the list at hand is of version 15.
    assert_eq!(differing, ["÷ 2701 × 200D × 2701 ÷"]);
}

#[test]
fn every_emoji_of_the_list_is_one_letter() {
    let Some(cases) = shared("unicode/emoji-test.txt") else { return };
    let mut seen = 0;
    for line in cases.lines().filter(|l| l.contains("; fully-qualified")) {
        let text: String = line
            .split(';')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .map(|hex| char::from_u32(u32::from_str_radix(hex, 16).expect("hex")).expect("a scalar"))
            .collect();
        assert_eq!(count(&text, Unit::Graphemes), 1, "{line}");
        seen += 1;
    }
    assert!(seen > 3000, "{seen}");
}

#[test]
fn the_four_units() {
    let family = "👨‍👩‍👧‍👦";
    for (unit, expected) in [(Unit::Graphemes, 1), (Unit::Scalars, 7), (Unit::Bytes, 25), (Unit::Utf16, 11)] {
        assert_eq!(count(family, unit), expected, "{unit:?}");
    }
    assert_eq!(count("a\r\nb", Unit::Graphemes), 3);
    assert_eq!(count("é", Unit::Graphemes), 1);
    assert_eq!(count("", Unit::Bytes), 0);
}

#[test]
fn links_weigh_the_same_and_mentions_weigh_their_name() {
    for (text, expected) in [
        ("", 0),
        ("hello", 5),
        ("https://a.example", 23),
        ("https://a.example/a/very/long/path/that/goes/on?and=on&on=1#end", 23),
        ("see https://a.example/x.", 28),
        ("(https://a.example/x)", 25),
        ("HTTPS://A.EXAMPLE/X", 23),
        ("a.example", 9),
        ("https://localhost/aaaaaaaaaaaaaaaaaaaaaaaaa", 43),
        ("http://192.0.2.1/x", 18),
        ("https://bücher.example/", 23),
        ("https://xn--bcher-kva.xn--p1ai/", 23),
        ("@ada", 4),
        ("@ada@social.example", 4),
        ("@ada@social.example.", 5),
        ("@ada@social.example, @ben@other.example", 10),
        ("@ada.lovelace@social.example hi", 16),
        ("@ada@müsli.example", 4),
        ("ada@social.example", 18),
        ("x/@ada@social.example", 21),
        ("https://social.example/@ada@other.example", 23),
        (".@ada@social.example", 5),
        ("@@ada@b.example", 5),
        ("@ada@", 5),
        ("@_@", 3),
        ("é https://a.example 👍🏽", 27),
    ] {
        assert_eq!(length(text, &graphemes()), expected, "{text}");
    }
    assert_eq!(length("https://a.example/long/long/long", &Rules::default()), 32);
    assert_eq!(length("@ada@social.example", &Rules::default()), 19);
}

#[test]
fn mentions_and_tags_where_they_stand() {
    let named = |t: &'static str| mentions(t).into_iter().map(|(s, e, _)| &t[s..e]).collect::<Vec<_>>();
    assert_eq!(named("hi @ada.example, @b-b! (@c)"), ["@ada.example", "@b-b", "@c"]);
    assert_eq!(named("mail a@b.example or x=@y"), Vec::<&str>::new());
    let tagged = |t: &'static str| tags(t).into_iter().map(|(s, e)| &t[s..e]).collect::<Vec<_>>();
    assert_eq!(tagged("#brot, #café_2 a#b #1 #日本語。 ##x &#39; #नमस्ते"), ["#brot", "#café_2", "#日本語", "#नमस्ते"]);
}

/// The published cases of another counter: how many of its links, mentions and tags are seen alike. Its rules are not the rules of the
/// networks that weigh this way (it takes bare hosts and full-width signs, and knows every top-level domain), so this is a floor.
#[test]
fn published_cases_of_links_mentions_and_tags() {
    let Some(cases) = shared("twitter-text/extract.yml") else { return };
    for (section, floor) in [("urls", 70), ("mentions", 35), ("hashtags", 75)] {
        let (mut same, mut all) = (0, 0);
        for (text, expected) in yaml_cases(&cases, section) {
            let found: Vec<String> = match section {
                "urls" => links(&text).into_iter().map(|(s, e)| text[s..e].to_owned()).collect(),
                "mentions" => mentions(&text).into_iter().map(|(s, e, _)| text[s + 1..e].to_owned()).collect(),
                _ => tags(&text).into_iter().map(|(s, e)| text[s + 1..e].to_owned()).collect(),
            };
            all += 1;
            if found == expected {
                same += 1;
            } else {
                eprintln!("{section} differs: {text:?}: {found:?}, expected {expected:?}");
            }
        }
        eprintln!("{section}: {same} of {all}");
        assert!(all > 10, "{section} read");
        assert!(same * 100 >= floor * all, "{section}: {same} of {all}");
    }
}

/// Just enough YAML for those files: one case is a `text:` and an `expected:` line, both double-quoted.
fn yaml_cases(file: &str, section: &str) -> Vec<(String, Vec<String>)> {
    let begins = format!("  {section}:");
    let inside = file.lines().skip_while(|l| *l != begins).skip(1).take_while(|l| l.starts_with("   ") || l.trim().is_empty());
    let (mut found, mut text) = (Vec::new(), None);
    for line in inside {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("text: ") {
            text = quoted(rest).into_iter().next();
        } else if let (Some(rest), Some(t)) = (line.strip_prefix("expected: "), text.clone())
            && rest.starts_with('[')
        {
            found.push((t, quoted(rest)));
            text = None;
        }
    }
    found
}

/// The double-quoted strings of a line, with their escapes undone.
fn quoted(line: &str) -> Vec<String> {
    let (mut found, mut current): (Vec<String>, Option<String>) = (Vec::new(), None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, current.as_mut()) {
            ('"', None) => current = Some(String::new()),
            ('"', Some(_)) => found.extend(current.take()),
            ('\\', Some(text)) => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(kind @ ('u' | 'U' | 'x')) => {
                    let digits = match kind {
                        'u' => 4,
                        'U' => 8,
                        _ => 2,
                    };
                    let hex: String = chars.by_ref().take(digits).collect();
                    text.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
                }
                Some(other) => text.push(other),
                None => {}
            },
            (other, Some(text)) => text.push(other),
            (_, None) => {}
        }
    }
    found
}

/// Letters by weight: most of Europe's one, all others two, an emoji two however it is joined, a link 23 with its scheme or without.
#[test]
fn letters_by_their_weight() {
    let stretches = [(0, 4351, 100), (8192, 8205, 100), (8208, 8223, 100), (8242, 8247, 100)];
    let weights = crate::Weights { scale: 100, usual: 200, stretches, emoji: crate::EmojiWeight::Usual, is_composed: true };
    let by_weight = Rules { unit: Unit::Weighted(weights), link_weight: Some(23), bare_links: true, ..Rules::default() };
    let by_bytes = Unit::Weighted(crate::Weights {
        scale: 1,
        usual: 1,
        stretches: [(1, 0, 0); 4],
        emoji: crate::EmojiWeight::Bytes,
        is_composed: false,
    });
    for (text, weighed, bytes) in [
        ("Bread", 5, 5),
        ("焼き", 4, 2),
        ("e\u{301}a", 2, 3),
        ("© 1 #", 5, 5),
        ("©\u{fe0f}", 2, 5),
        ("#\u{fe0f}\u{20e3}", 2, 7),
        ("👨\u{200d}👩\u{200d}👧\u{200d}👦", 2, 25),
        ("👩\u{200d}👩\u{200d}", 6, 10),
        ("🇩🇪", 2, 8),
        ("👍🏽!", 3, 9),
        ("Hi loaf.com", 26, 11),
        ("Hi https://loaf.com/a/long/way/to/go?x=1", 26, 40),
    ] {
        assert_eq!(length(text, &by_weight), weighed, "{text}");
        assert_eq!(count(text, by_bytes), bytes, "{text}");
    }
}
