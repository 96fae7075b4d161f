use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

fn all(text: &str) -> Vec<&str> {
    words(text).collect()
}

#[test]
fn words_are_cut_by_unicodes_boundaries() {
    for (text, expected) in [
        ("My sourdough-starter, sulking.", vec!["My", "sourdough", "starter", "sulking"]),
        ("I don't, 3.14 e.g a.1 1,000;2 x:y __ a_b", vec!["I", "don't", "3.14", "e.g", "a", "1", "1,000;2", "x:y", "a_b"]),
        ("手で製本する", vec!["手", "で", "製", "本", "す", "る"]),
        ("アイスコーヒーとiPhone15ケース", vec!["ア", "イ", "ス", "コ", "ー", "ヒ", "ー", "と", "iPhone15", "ケ", "ー", "ス"]),
        ("“naïve” café🍞 ok", vec!["naïve", "café", "ok"]),
        ("ab.é", vec!["ab.é"]),
    ] {
        assert_eq!(all(text), expected, "{text}");
    }
}

#[test]
fn marks_count_where_they_are_letters() {
    for (word, language, expected) in [
        ("Café", "", "cafe"),
        ("SCHÖN", "de", "schön"),
        ("schön", "en", "schon"),
        ("Año", "es", "año"),
        ("canción", "es", "cancion"),
        ("STRAßE", "de", "strasse"),
        ("Øl", "da", "øl"),
        ("Øl", "en", "ol"),
        ("ΟΔΌΣ", "el", "οδοσ"),
        ("Ёлка", "ru", "елка"),
        ("мой", "ru", "мой"),
        ("خُبْز", "ar", "خبز"),
        ("がっこう", "ja", "がっこう"),
        ("ＡＢＣ", "", "abc"),
        ("cafe\u{301}", "", "cafe"),
        ("हिन्दी", "hi", "हिन्दी"),
        ("한국어", "ko", "한국어"),
    ] {
        assert_eq!(unmarked(&case_folded(word), Tongue::of(Some(language)).marks()), expected, "{word} {language}");
    }
}

#[test]
fn stems_are_of_a_language() {
    for (word, language, expected) in [
        ("baking", "en-GB", Some("bake")),
        ("conversations", "en", Some("convers")),
        ("häuser", "de", Some("haus")),
        ("хлеба", "ru", Some("хлеб")),
        ("baking", "ja", None),
    ] {
        assert_eq!(Tongue::of(Some(language)).stem(word).as_deref(), expected, "{word} {language}");
    }
}

#[test]
fn signs_stand_alone_or_in_a_row() {
    assert_eq!(signs("fresh 🍞🧈, ok :) ❤️!").collect::<Vec<_>>(), ["🍞", "🧈", ",", ":)", "❤", "!"]);
}

proptest! {
    #[test]
    fn the_quick_way_cuts_as_the_full_rules_do(text in "[ -~\\n]{0,60}|[a-c0-2'.:,;_ é̈“🍞-]{0,40}|\\PC{0,40}") {
        // Scripts without spaces are cut further, by letters.
        prop_assume!(!text.chars().any(|c| c >= '\u{e00}' && c.is_alphanumeric()));
        let full: Vec<&str> = text.unicode_words().collect();
        prop_assert_eq!(all(&text), full);
    }

    #[test]
    fn a_hash_is_of_the_folded_word(text in "\\PC{0,40}") {
        let mut spans = Vec::new();
        cut(7, &text, &mut spans);
        for span in spans {
            let word = span.of(&text);
            prop_assert_eq!(span.is_ascii, word.is_ascii());
            let counted = if span.is_ascii { case_folded(word) } else { word.to_owned() };
            prop_assert_eq!(span.hash, hash(7, counted.as_bytes()));
        }
    }

    #[test]
    fn folding_twice_changes_nothing(word in "\\PC{1,12}") {
        let once = case_folded(&word);
        prop_assert_eq!(case_folded(&once), once.clone());
        for marks in Marks::ALL {
            let bare = unmarked(&once, marks);
            prop_assert_eq!(unmarked(&bare, marks), bare);
        }
    }

    #[test]
    fn no_word_breaks_a_stemmer(word in "[a-zäöüßéèçñ']{1,14}|[а-яё]{1,12}|[ء-ي]{1,10}|[α-ωά-ώ]{1,12}|[அ-ஹா-்]{1,10}|\\PC{1,14}") {
        for language in ["en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "hu", "ro", "ru", "tr", "ar", "el", "ta"] {
            Tongue::of(Some(language)).stem(&case_folded(&word));
        }
    }

    /// By that, words that are not looked for are told without being brought to their stems.
    #[test]
    fn no_stemmer_changes_a_first_letter_that_is_ascii(
        start in "[a-z0-9][a-z0-9_']{0,8}|ge[a-z]{1,8}|y[aeiou][a-z]{0,6}|[a-z]ss?[a-z]{1,4}",
        end in "|s|es|ies|ied|ed|ing|ly|ment|ation|isme|ungen|lich|keit|en|heden|arna|ene|ista|sta|ssa|llaa|nak|ilor|ului|lar|dan|mente|zione|amos",
    ) {
        let word = format!("{start}{end}");
        for tongue in Tongue::all() {
            if let Some(stem) = tongue.stem(&word) {
                prop_assert_eq!(stem.bytes().next(), word.bytes().next(), "{} in {}", word, tongue.code());
            }
        }
    }
}
