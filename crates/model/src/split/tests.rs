//! Parts as a person would cut them, and what holds for any text.

use proptest::prelude::*;

use super::*;
use crate::measure::tests::LOOKED_AT;

fn rules(text_max: u32) -> Rules {
    Rules { text_max: Some(text_max), link_weight: Some(23), mention_counts_name_only: true, ..Rules::default() }
}

fn check(text: &str, text_max: u32, expected: &[&str]) {
    assert_eq!(split(text, &rules(text_max)), expected, "{text:?} by {text_max}");
}

#[test]
fn a_text_that_fits_is_left_as_it_is() {
    check("", 20, &[""]);
    check("   ", 20, &["   "]);
    check("Hello there.", 20, &["Hello there."]);
    check("  a\n\n  b \n", 20, &["  a\n\n  b \n"]);
    assert_eq!(split(&"x".repeat(10_000), &Rules::default()).len(), 1);
}

#[test]
fn paragraphs_first_then_sentences_then_words() {
    check("One is here.\n\nTwo is here.\n\nThree is here.", 30, &["One is here.\n\nTwo is here.", "Three is here."]);
    check("One is here. Two is here. Three is here.", 30, &["One is here. Two is here.", "Three is here."]);
    check("one two three four five six seven eight", 20, &["one two three four", "five six seven eight"]);
    check("abcdefghijklmnopqrstuvwxyz", 20, &["abcdefghijklmnopqrst", "uvwxyz"]);
    check("- one thing to do\n- two things to do\n- three things", 36, &["- one thing to do\n- two things to do", "- three things"]);
}

#[test]
fn a_short_opening_does_not_stand_alone_before_a_paragraph_that_must_be_cut_anyway() {
    let text = "Hi all.\n\nThe first sentence is of some length. The second is as well. And here is a third one.";
    check(text, 50, &["Hi all.\n\nThe first sentence is of some length.", "The second is as well. And here is a third one."]);
    check("Hi all.\n\nThis one fits whole into one part of it.", 42, &["Hi all.", "This one fits whole into one part of it."]);
}

#[test]
fn what_is_no_sentence_end() {
    check("We asked Dr. Osei about it today. He knew.", 36, &["We asked Dr. Osei about it today.", "He knew."]);
    check("See J. R. Doe and no. 7 there, all well known", 24, &["See J. R. Doe and no. 7", "there, all well known"]);
    check("これは長い文です。これも長い文です。もう一つの文です。", 20, &["これは長い文です。これも長い文です。", "もう一つの文です。"]);
}

#[test]
fn links_names_and_tags_stay_whole() {
    check("aaaaaaaaaaaaaaa https://a.example/p/7k?x=1", 30, &["aaaaaaaaaaaaaaa", "https://a.example/p/7k?x=1"]);
    check("、、、、、、、、、、、、@ada.example、#bookbinding", 20, &["、、、、、、、、、、、、", "@ada.example、", "#bookbinding"]);
    let long = format!("https://a.example/{}", "x".repeat(60));
    let bytes = Rules { bytes_max: Some(40), ..rules(300) };
    let parts = split(&long, &bytes);
    assert!(parts.iter().all(|p| p.len() <= 40) && parts.concat() == long, "{parts:?}");
}

#[test]
fn a_break_of_ones_own_always_cuts() {
    check("One.\n---\nTwo.", 500, &["One.", "Two."]);
    check("One.\n\n  ---  \r\n\nTwo.\n---", 500, &["One.", "Two."]);
    check("---\n---", 500, &[""]);
    check("a --- b\n----", 500, &["a --- b\n----"]);
    assert_eq!(split("One.\n---\nTwo.", &Rules::default()), ["One.", "Two."]);
}

#[test]
fn numbers_count_in_the_limit() {
    let text = "One is here. Two is here. Three is here.";
    let numbered = |text: &str, max| split_numbered(text, &rules(max), Numbering::Suffix);
    assert_eq!(numbered(text, 30), ["One is here. Two is here. 1/2", "Three is here. 2/2"]);
    assert_eq!(numbered(text, 28), ["One is here. 1/3", "Two is here. 2/3", "Three is here. 3/3"]);
    assert_eq!(numbered("One.", 30), ["One."]);
    let many = numbered(&"word ".repeat(100), 25);
    assert!(many.len() > 10 && many.iter().all(|p| p.len() <= 25), "{many:?}");
    assert!(many[0].ends_with(&format!(" 1/{}", many.len())));
    assert_eq!(split_numbered(text, &rules(30), Numbering::None), split(text, &rules(30)));
}

#[test]
fn letters_of_many_scalars_stay_whole_while_they_fit() {
    let family = "👨‍👩‍👧‍👦";
    let parts = split(&family.repeat(50), &rules(20));
    assert_eq!(parts.iter().map(|p| count(p, Unit::Graphemes)).collect::<Vec<_>>(), [20, 20, 10]);
    let bytes = Rules { bytes_max: Some(60), ..rules(20) };
    assert!(split(&family.repeat(5), &bytes).iter().all(|p| p.len() <= 60 && p.len() % family.len() == 0));
    let tall = format!("a{}", "\u{301}".repeat(200));
    let scalars = Rules { unit: Unit::Scalars, ..rules(50) };
    assert!(split(&tall, &scalars).iter().all(|p| count(p, Unit::Scalars) <= 50));
}

#[test]
fn a_book_is_cut_in_good_time() {
    let text = "A sentence with https://a.example/link and @ada@social.example in it, #tagged. ".repeat(4000);
    let began = std::time::Instant::now();
    assert!(split(&text, &rules(500)).len() > 300);
    assert!(split(&"x".repeat(200_000), &rules(300)).len() > 600);
    assert!(split(&" \n".repeat(100_000), &rules(300)).len() == 1);
    assert!(split(&"@a@b#c".repeat(20_000), &rules(300)).len() > 10);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// A network that weighs letters, as one does.
fn weighing() -> Unit {
    let stretches = [(0, 4351, 100), (8192, 8205, 100), (8208, 8223, 100), (8242, 8247, 100)];
    Unit::Weighted(crate::Weights { scale: 100, usual: 200, stretches, emoji: crate::EmojiWeight::Usual, is_composed: true })
}

fn kinds(text: &str, rules: &Rules) -> Vec<Whole> {
    unsplittable(text, rules, 0).into_iter().map(|u| u.kind).collect()
}

#[test]
fn what_is_longer_than_a_whole_part_is_told() {
    let long = format!("https://a.example/{}", "x".repeat(60));
    let by_letters = Rules { link_weight: None, ..rules(50) };
    assert_eq!(kinds(&format!("See {long} now."), &by_letters), [Whole::Link]);
    assert_eq!(kinds(&format!("See {long} now."), &rules(50)), []);
    let too_long = unsplittable(&long, &by_letters, 0)[0];
    assert_eq!((too_long.start, too_long.end, too_long.length), (0, long.len(), 78));
    assert_eq!(kinds(&format!("#{} and @{}", "a".repeat(60), "b".repeat(60)), &by_letters), [Whole::Tag, Whole::Name]);
    // Joined letters without end: one letter to a person, and no part by bytes can hold it.
    let chain = "👩\u{200d}".repeat(2000);
    let bytes = Rules { bytes_max: Some(3000), ..rules(300) };
    assert_eq!(kinds(&chain, &bytes), [Whole::Letter]);
    assert_eq!(kinds(&chain, &rules(300)), []);
    assert!(split(&chain, &bytes).iter().all(|p| p.len() <= 3000));
    assert_eq!(kinds(&format!("a{}", "\u{301}".repeat(400)), &Rules { unit: Unit::Utf16, ..rules(300) }), [Whole::Letter]);
    assert_eq!(kinds(&chain, &Rules::default()), []);
}

#[test]
fn a_link_is_not_torn_to_make_room_for_a_number() {
    let link = format!("https://a.example/{}", "x".repeat(60));
    let by_letters = Rules { link_weight: None, ..rules(80) };
    let parts = split_numbered(&format!("First of all. {link} And then."), &by_letters, Numbering::Suffix);
    assert_eq!(parts, ["First of all.", &link, "And then."]);
}

#[test]
fn at_the_limit_to_the_letter() {
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    let weighed = Rules { unit: weighing(), bare_links: true, ..rules(280) };
    let (full, over) = (format!("{}{family}", "x".repeat(278)), format!("{}{family}", "x".repeat(279)));
    assert_eq!((length(&full, &weighed), length(&over, &weighed)), (280, 281));
    assert_eq!(split(&full, &weighed).len(), 1);
    assert_eq!(split(&over, &weighed), ["x".repeat(279), family.to_owned()]);
    let (full, over) = (format!("{} loaf.com/rye", "x".repeat(256)), format!("{} loaf.com/rye", "x".repeat(257)));
    assert_eq!((length(&full, &weighed), length(&over, &weighed)), (280, 281));
    assert_eq!(split(&full, &weighed).len(), 1);
    assert_eq!(split(&over, &weighed), ["x".repeat(257), "loaf.com/rye".to_owned()]);
    let graphemes = rules(20);
    assert_eq!(split(&format!("{}{family}", "x".repeat(20)), &graphemes), ["x".repeat(20), family.to_owned()]);
}

#[test]
fn right_to_left_and_combining_letters() {
    let text = "السَّلامُ عليكم ورحمةُ اللهِ وبركاتُه. هذا خبزٌ من دقيقِ الجاودار.";
    let parts = split(text, &rules(45));
    assert_eq!(parts, ["السَّلامُ عليكم ورحمةُ اللهِ وبركاتُه.", "هذا خبزٌ من دقيقِ الجاودار."]);
    let hebrew = "\u{2067}שָׁלוֹם עֲלֵיכֶם\u{2069} ".repeat(10);
    let parts = split(&hebrew, &rules(20));
    assert!(parts.iter().all(|p| count(p, Unit::Graphemes) <= 20));
    let graphemes = |t: &str| t.graphemes(true).filter(|g| !g.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(parts.iter().flat_map(|p| graphemes(p)).collect::<Vec<_>>(), graphemes(&hebrew));
}

/// Four times the text is four times the measuring, and not sixteen.
#[test]
fn four_times_the_text_is_four_times_the_work() {
    let n = 6000;
    for (name, piece) in [
        ("no space", "x"),
        ("sentences", "A short one. "),
        ("names", "@a@b#c"),
        ("apart", "(@(@"),
        ("joined", "👩\u{200d}"),
        ("marks", "\u{301}"),
        ("links", "https://a.example/x "),
        ("bare", "a.co/("),
        ("lines", "a\n\n"),
    ] {
        for rules in [
            Rules { bytes_max: Some(3000), ..rules(300) },
            Rules { unit: weighing(), bare_links: true, ..rules(280) },
            Rules { unit: Unit::Utf16, ..rules(3000) },
        ] {
            let work = |n: usize| {
                let text = piece.repeat(n / piece.chars().count());
                let before = LOOKED_AT.get();
                let parts = split(&text, &rules);
                let work = LOOKED_AT.get() - before;
                assert!(!parts.is_empty() && parts.iter().all(|p| length(p, &rules) <= rules.text_max.unwrap_or(0)));
                work
            };
            let (once, four) = (work(n), work(4 * n));
            // Linear is four, quadratic sixteen.
            assert!(four <= once * 6, "{name} by {}: {once} bytes looked at, then {four}", rules.unit.word());
            assert!(once <= n * 4 * 100, "{name} by {}: {once} bytes looked at", rules.unit.word());
        }
    }
}

/// Texts as people write them, and as nobody would.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => "[a-zäß]{1,12}",
        2 => "[A-Z][a-z]{0,5}[.!?]",
        1 => Just("https://a.example/some/path?q=1".to_owned()),
        1 => "https?://[a-z./?#=@]{0,40}",
        1 => "@[a-z.]{1,8}(@[a-z.-]{1,20})?",
        1 => "#[a-zé0-9]{1,12}",
        1 => "[日本語。、文！]{1,30}",
        1 => "(👨‍👩‍👧‍👦|🇩🇪|👍🏽|e\u{301}){1,6}",
        1 => "\\PC{0,30}",
        1 => "(👩\u{200d}|\u{301}|\u{2067}|\u{2069}|ש){1,80}",
        1 => "[a-z]{1,9}\\.(com|co\\.uk|рф)(/[a-z()]{0,9})?",
        1 => Just("---".to_owned()),
        1 => "[a-z]{30,90}",
    ];
    let gap = prop_oneof![6 => Just(" "), 1 => Just("\n"), 1 => Just("\n\n"), 1 => Just("  \r\n \n"), 1 => Just("\u{a0}"), 1 => Just("")];
    proptest::collection::vec((word, gap), 0..60).prop_map(|v| v.into_iter().map(|(w, g)| w + g).collect())
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let units = prop_oneof![Just(Unit::Graphemes), Just(Unit::Scalars), Just(Unit::Bytes), Just(Unit::Utf16), Just(weighing())];
    let bytes = proptest::option::of(20u32..400);
    (20u32..300, units, bytes, proptest::option::of(Just(23)), any::<bool>()).prop_map(|(max, unit, bytes_max, link_weight, names)| Rules {
        text_max: Some(max),
        unit,
        bytes_max,
        link_weight,
        mention_counts_name_only: names,
        bare_links: matches!(unit, Unit::Weighted(_)),
        ..Rules::default()
    })
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn without_breaks(text: &str) -> String {
    text.split_inclusive('\n').filter(|l| l.trim() != BREAK).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_part_fits_and_nothing_is_lost(text in prop_oneof![texts(), any::<String>()], rules in any_rules()) {
        let parts = split(&text, &rules);
        prop_assert!(!parts.is_empty());
        for part in &parts {
            prop_assert!(length(part, &rules) <= rules.text_max.expect("set"), "too long: {part:?}");
            prop_assert!(rules.bytes_max.is_none_or(|max| part.len() <= max as usize), "too many bytes: {part:?}");
            prop_assert!(parts.len() == 1 || !part.trim().is_empty());
        }
        prop_assert_eq!(visible(&parts.concat()), visible(&without_breaks(&text)));
        // What is never cut is whole in some part, unless it was told.
        if unsplittable(&text, &rules, 0).is_empty() {
            for (s, e) in wholes(&without_breaks(&text)) {
                let one = without_breaks(&text)[s..e].trim_end().to_owned();
                prop_assert!(parts.iter().any(|p| p.contains(&one)), "torn: {one:?} in {parts:?}");
            }
        }
    }

    #[test]
    fn numbered_parts_fit_too(text in texts(), rules in any_rules()) {
        let parts = split_numbered(&text, &rules, Numbering::Suffix);
        for part in &parts {
            prop_assert!(length(part, &rules) <= rules.text_max.expect("set"), "too long: {part:?}");
            prop_assert!(rules.bytes_max.is_none_or(|max| part.len() <= max as usize), "too many bytes: {part:?}");
        }
    }

    #[test]
    fn links_and_names_that_fit_are_never_cut(words in proptest::collection::vec("[a-z]{1,9}|https://a\\.example/[a-z]{1,20}|@[a-z]{1,9}|#[a-z]{1,9}", 1..60)) {
        let rules = Rules { text_max: Some(60), ..Rules::default() };
        let parts = split(&words.join(" "), &rules);
        let kept: Vec<&str> = parts.iter().flat_map(|p| p.split_whitespace()).collect();
        prop_assert_eq!(kept, words.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
