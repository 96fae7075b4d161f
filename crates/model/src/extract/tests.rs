use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<&str> {
    entities(text).iter().map(|f| &text[f.range().0..f.range().1]).collect()
}

#[test]
fn addresses_with_scheme_and_without() {
    for (text, expected) in [
        ("Bread at https://loaf.example.com/rye?x=1#top, soon.", vec!["https://loaf.example.com/rye?x=1#top"]),
        ("see loaf.com, or loaf.co.uk/rye (both)", vec!["loaf.com", "loaf.co.uk/rye"]),
        ("ada@loaf.com writes, loaf.nowhere does not", vec![]),
        ("http://[::1]/ http://localhost/ http://10.0.0.1/", vec![]),
        ("焼きたてloaf.jp焼きたて", vec!["loaf.jp"]),
        ("https://loaf.com/wiki/Rye_(bread)_(old) ends", vec!["https://loaf.com/wiki/Rye_(bread)_(old)"]),
        ("(https://loaf.com/rye)", vec!["https://loaf.com/rye"]),
        ("HTTPS://LOAF.COM", vec!["HTTPS://LOAF.COM"]),
        ("https://loaf.com:8080/ and https://loaf.com:/", vec!["https://loaf.com:8080/", "https://loaf.com"]),
        ("see file.tar.gz and 3.14 and e.g.this", vec![]),
        ("https://bäckerei.de/brötchen", vec!["https://bäckerei.de/brötchen"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn names_lists_tags_and_symbols() {
    for (text, expected) in [
        ("@ada and ＠bee/bakers, not x@y", vec!["@ada", "＠bee/bakers"]),
        ("#rye #2025 #2025rye ＃ライ麦 a#b &#x", vec!["#rye", "#2025rye", "＃ライ麦"]),
        ("#️⃣ is a key, #⃣ too", vec![]),
        ("$RYE $rye.b $toolongname $12", vec!["$RYE", "$rye.b"]),
        ("https://loaf.com/#rye @ada", vec!["https://loaf.com/#rye", "@ada"]),
        ("rt@ada RT:@bee cart@cat", vec!["@ada", "@bee"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
    assert_eq!(reply_to(" @ada hello").map(|(s, _)| s), Some(2));
    assert_eq!(reply_to("Hello @ada"), None);
}

#[test]
fn whole_texts_are_valid_or_not() {
    assert!(is_name("@ada") && !is_name("@ada!") && !is_name("ada"));
    assert!(is_list("@ada/bakers") && !is_list("@ada") && !is_list("@ada/ bakers"));
    assert!(is_tag("#rye") && !is_tag("#12") && !is_tag("#rye bread"));
    for (address, with, without) in [
        ("https://loaf.com/a%20b?c=d#e", true, true),
        ("loaf.com/rye", false, true),
        ("http://ada:secret@loaf.com:8080/", true, true),
        ("http://127.0.0.1/", true, true),
        ("http://300.0.0.1/", false, false),
        ("http://[2001:db8::1]/", true, true),
        ("ftp://loaf.com/", false, false),
        ("http://loaf.com/a b", false, false),
        ("http://loaf.com/%zz", false, false),
        ("http://-loaf.com/", false, false),
    ] {
        assert_eq!((is_address(address, true), is_address(address, false)), (with, without), "{address}");
    }
}

/// Texts that make a search begin again and again, each as long as a book's chapter. How long it takes is looked at by counting what is
/// measured, in the split's tests; here it is enough that it ends.
#[test]
fn hostile_texts_end() {
    let n = 100_000;
    for text in [
        "a".repeat(n),
        "あ".repeat(n),
        "a.".repeat(n / 2),
        "あ.com".repeat(n / 5),
        "http://".repeat(n / 7),
        "日http".repeat(n / 5) + "://x",
        "@".repeat(n),
        "#a".repeat(n / 2),
        "$a ".repeat(n / 3),
        "a.co/(".repeat(n / 6),
        "http://a.com/".to_owned() + &"!".repeat(n),
        "xn--.".repeat(n / 5),
        "a_.".repeat(n / 3) + "com",
    ] {
        entities(&text);
    }
}

proptest! {
    /// Whatever is typed, finds are in order, apart, and cut no letter.
    #[test]
    fn finds_are_apart(text in "([a-z]{0,3}|[@#$./:]|http://|\\.com|あ|é|\\u{200d}|👩|\\(|\\)|\\?| ){0,40}") {
        let mut end = 0;
        for found in entities(&text) {
            let (s, e) = found.range();
            prop_assert!(s >= end && e > s && text.is_char_boundary(s) && text.is_char_boundary(e));
            end = e;
        }
    }
    #[test]
    fn nothing_typed_breaks_it(text in any::<String>()) {
        entities(&text);
        is_address(&text, false);
        is_list(&text);
    }
}
