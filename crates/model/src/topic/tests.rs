use proptest::prelude::*;

use super::*;
use crate::{NetworkKey, Post, PostRef, Profile, Timestamp};

fn post(text: &str) -> Post {
    let author = Profile { network: NetworkKey::new("plaza"), handle: "ada@plaza.example".into(), ..Profile::default() };
    Post { language: Some("en-GB".into()), ..Post::new(PostRef::new("1", ""), author, text, Timestamp::UNIX_EPOCH) }
}

#[test]
fn words_match_whole_and_whatever_their_case() {
    for (query, text, expected) in [
        ("sourdough", "My Sourdough sulks", true),
        ("dough", "My sourdough sulks", false),
        ("sourdough starter", "A starter of sourdough", true),
        ("\"sourdough starter\"", "A starter of sourdough", false),
        ("\"sourdough starter\"", "my sourdough-starter, sulking", true),
        ("“sourdough starter”", "the SOURDOUGH  starter", true),
        ("rye OR spelt", "spelt it is", true),
        ("bread (rye OR spelt) -recipe", "Rye bread, my recipe", false),
        ("bread (rye OR spelt) -recipe", "Rye bread", true),
        ("bread rye OR spelt", "spelt", true),
        ("bread -(rye OR spelt)", "bread of spelt", false),
        ("bread NOT rye", "bread, no wheat", true),
        ("bread AND rye", "rye bread", true),
        ("or", "this or that", true),
        ("#bread", "fresh #Bread, today", true),
        ("#bread", "fresh bread today", false),
        ("bread", "fresh #bread today", true),
        ("bread from:ada", "bread", true),
        ("bread from:@ada@plaza.example", "bread", true),
        ("bread from:ad", "bread", false),
        ("bread on:plaza", "bread", true),
        ("bread on:Plaza", "bread", true),
        ("bread on:forum", "bread", false),
        ("bread lang:en", "bread", true),
        ("bread lang:en-gb", "bread", true),
        ("bread lang:de", "bread", false),
        ("bread -lang:de", "bread", true),
        ("strasse", "In der STRAßE", true),
        ("οδος", "Ο ΔΡΌΜΟΣ ΚΑΙ Η ΟΔΟΣ", true),
        ("製本", "手で製本する", true),
        ("don't", "I DON'T know", true),
        ("🍞", "fresh 🍞 today", true),
        ("хлеб", "Свежий Хлеб!", true),
        ("خبز", "أنا أحب خبز أمي", true),
    ] {
        assert_eq!(Query::parse(query).unwrap().matches(&post(text)), expected, "{query} | {text}");
    }
}

#[test]
fn no_phrase_runs_across_two_fields() {
    let mut p = post("rye");
    p.title = Some("Bread".into());
    assert!(!Query::parse("\"bread rye\"").unwrap().matches(&p));
    assert!(Query::parse("bread rye").unwrap().matches(&p));
}

#[test]
fn a_bad_query_points_at_the_letter() {
    for (query, at, words) in [
        ("", 0, "Write what to look for"),
        ("   ", 3, "Write what to look for"),
        ("bread \"rye", 6, "not closed"),
        ("bread (rye", 6, "not closed"),
        ("bread (", 6, "not closed"),
        ("bread rye)", 9, "never opened"),
        ("bread () rye", 7, "empty"),
        ("\"\" bread", 0, "empty"),
        ("OR bread", 0, "between two things"),
        ("bread OR", 6, "between two things"),
        ("bread OR OR rye", 6, "between two things"),
        ("bread (rye OR )", 11, "between two things"),
        ("bread - rye", 6, "no space"),
        ("bread --rye", 7, "One minus"),
        ("-bread", 0, "Every way to match"),
        ("bread OR -rye", 0, "Every way to match"),
        ("on:plaza lang:en", 0, "Every way to match"),
        ("bread #", 6, "A tag"),
        ("bread from:", 11, "Behind from:"),
        ("bread from: ada", 11, "Behind from:"),
        ("bread lang:english", 11, "its code"),
        ("brød in:oslo", 5, "not known yet"),
        ("bread bak*", 9, "whole"),
    ] {
        let error = Query::parse(query).expect_err(query);
        assert_eq!(error.at, at, "{query}: {}", error.why);
        assert!(error.why.contains(words), "{query}: {}", error.why);
    }
    assert_eq!(Query::parse(&"a".repeat(QUERY_MAX + 1)).unwrap_err().at, QUERY_MAX);
    assert!(Query::parse(&"a ".repeat(TERMS_MAX + 1)).unwrap_err().why.contains("at most"));
    assert!(Query::parse(&format!("{}a{}", "(".repeat(DEPTH_MAX + 1), ")".repeat(DEPTH_MAX + 1))).unwrap_err().why.contains("deep"));
}

#[test]
fn networks_are_asked_for_what_brings_every_match() {
    let tag = |t: &str| Ask::Tag(t.into());
    let words = |w: &str| Ask::Words(w.into());
    for (query, expected) in [
        ("sourdough", vec![words("sourdough"), tag("sourdough")]),
        ("\"paper grain\"", vec![words("\"paper grain\""), tag("papergrain")]),
        ("#bread oven -gas", vec![tag("bread")]),
        ("oven bread -gas", vec![words("oven bread"), tag("bread")]),
        ("rye OR #spelt", vec![words("rye"), tag("rye"), tag("spelt")]),
        ("(rye OR spelt) bread", vec![words("bread"), tag("bread")]),
        ("(#rye OR #spelt) lang:en", vec![tag("rye"), tag("spelt")]),
        ("from:ada bread", vec![words("bread"), tag("bread")]),
        ("from:ada on:plaza", vec![Ask::From("ada".into())]),
    ] {
        assert_eq!(Query::parse(query).unwrap().searches(), expected, "{query}");
    }
    assert_eq!(Query::parse("bread -on:Forum (rye OR on:plaza x)").unwrap().networks(), ["forum", "plaza"]);
}

#[test]
fn hits_say_what_was_found() {
    let query = Query::parse("bread OR rye OR #oven").unwrap();
    let p = post("Rye, rye and an #oven");
    let hits = query.hits(&Reading::of(&p));
    assert_eq!((hits.found, hits.times, hits.is_about_it), (vec!["rye".to_owned(), "#oven".to_owned()], 3, true));
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zæøå]{1,6}",
        "[A-Z][a-z']{1,5}",
        "\"[a-z .:#-]{1,9}[a-z]\"",
        "#[a-z_]{1,6}[0-9]",
        "from:[a-z]{1,6}@[a-z]{1,6}",
        "on:[a-z]{1,6}",
        "lang:[a-z]{2}",
        "[🍞-🍟]",
    ]
}

fn query_text() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|v| v.join(" ")),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|v| format!("({})", v.join(" OR "))),
            inner.clone().prop_map(|t| format!("-({t})")),
            inner.prop_map(|t| format!("(  {t} )")),
        ]
    })
}

proptest! {
    #[test]
    fn printing_and_reading_again_gives_the_same(text in query_text()) {
        // Not every made text has something to look for; the word in front sees to that.
        let query = Query::parse(&format!("bread ({text})"));
        if let Ok(query) = query {
            let again = Query::parse(&query.to_string());
            prop_assert_eq!(again.as_ref(), Ok(&query), "printed as {}", query);
            prop_assert_eq!(again.unwrap().to_string(), query.to_string());
        } else {
            prop_assert!(query.unwrap_err().why.contains("at most"), "{}", text);
        }
    }

    #[test]
    fn nothing_typed_breaks_it(text in "[ -~“”„−æøÅß製🍞\\n]{0,60}") {
        match Query::parse(&text) {
            Ok(query) => {
                prop_assert_eq!(&Query::parse(&query.to_string()).expect("what was printed can be read"), &query);
                query.matches(&post(&text));
                prop_assert!(query.searches().len() <= ASKS_MAX);
            }
            Err(error) => prop_assert!(error.at <= text.chars().count()),
        }
    }

    #[test]
    fn a_minus_turns_it_round(word in "[a-z]{1,5}", text in "[a-z]{1,5}( [a-z]{1,5}){0,6}") {
        let with = Query::parse(&format!("x{text} OR {word}")).is_ok();
        prop_assert!(with);
        let anything = text.split(' ').next().unwrap().to_owned();
        let is = Query::parse(&format!("{anything} {word}")).unwrap().matches(&post(&text));
        let is_not = Query::parse(&format!("{anything} -{word}")).unwrap().matches(&post(&text));
        prop_assert!(is != is_not);
    }
}
