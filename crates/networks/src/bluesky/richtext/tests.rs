use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = detect(text)
        .into_iter()
        .map(|f| match f.feature {
            Feature::Mention(handle) => format!("{} = @ {handle}", &text[f.start..f.end]),
            Feature::Link(uri) => format!("{} = {uri}", &text[f.start..f.end]),
            Feature::Tag(tag) => format!("{} = # {tag}", &text[f.start..f.end]),
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_a_text_points_at() {
    check(
        "Loaves by @ben.test: https://bread.example/a.",
        &["@ben.test = @ ben.test", "https://bread.example/a = https://bread.example/a"],
    );
    check(
        "see bread.org/rye?x=1, #sourdough, #Käse!",
        &["bread.org/rye?x=1 = https://bread.org/rye?x=1", "#sourdough = # sourdough", "#Käse = # Käse"],
    );
    check("🍞 @ada.bsky.social 🍞 #🍞", &["@ada.bsky.social = @ ada.bsky.social", "#🍞 = # 🍞"]);
    check("mail me at ada@bread.org or look at loaf.jpg (e.g. now)", &[]);
    check("httpbin.org/get", &["httpbin.org/get = https://httpbin.org/get"]);
    check("(bread.org)", &["bread.org = https://bread.org"]);
    check("#1 #2nd # nothing", &[]);
}

proptest! {
    #[test]
    fn ranges_cut_no_letter_and_give_back_the_text(text in "([@#.a-z0-9 ()\n🍞é_/-]|https://|\\.com|\\PC){0,60}") {
        let mut end = 0;
        for facet in detect(&text) {
            prop_assert!(facet.start >= end && facet.start < facet.end && facet.end <= text.len());
            prop_assert!(text.is_char_boundary(facet.start) && text.is_char_boundary(facet.end));
            let words = &text[facet.start..facet.end];
            match facet.feature {
                Feature::Mention(handle) => prop_assert_eq!(words, format!("@{handle}")),
                Feature::Link(uri) => prop_assert!(uri == words || uri.strip_prefix("https://") == Some(words)),
                Feature::Tag(tag) => prop_assert_eq!(words, format!("#{tag}")),
            }
            end = facet.end;
        }
    }
}
