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
        ("baking", "she bakes", true),
        ("\"baking\"", "she bakes", false),
        ("cafe", "the Café", true),
        ("café", "the cafe", true),
        ("コーヒー", "アイスコーヒーください", true),
        ("bread \":)\"", "bread :)", true),
        ("bread \":)\"", "bread (:", false),
        ("\"oven bread\"~2", "bread of the oven", true),
        ("\"oven bread\"~1", "bread of the oven", false),
        ("sour*", "my Sourdough", true),
        ("sour*", "my source", true),
        ("bread to:ben", "@ben bread", true),
        ("bread to:ben", "me@ben.example bread", false),
        ("bread in:plaza.example", "bread", true),
        ("bread is:question", "bread?", true),
        ("bread is:question", "bread https://x.example/?a", false),
        ("bread is:reply", "bread", false),
        ("bread has:link", "bread https://x.example/?a", true),
        ("bread link:example", "bread https://x.example/?a", true),
        ("link:x.example", "bread (https://www.X.example:80/a)", true),
        ("link:example.x", "bread https://www.x.example", false),
        ("bread has:picture", "bread", false),
        ("bread before:1970", "bread", false),
        ("bread before:1970-01-02", "bread", true),
        ("bread after:1969-12-31", "bread", true),
        ("bread after:1970-01-01", "bread", false),
        ("bread after:1970-01-01T00:00Z", "bread", true),
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
        ("brød in:", 8, "a community"),
        ("bread ba*", 8, "at least 3 letters"),
        ("bread *bak", 6, "at the end"),
        ("bread \"rye oven\"~", 16, "how many words"),
        ("bread \"rye\"~3", 6, "two words or more"),
        ("bread is:loud", 9, "question or reply"),
        ("bread has:music", 10, "link or picture"),
        ("bread before:soon", 13, "2026-03-01"),
        ("bread after:2026-13", 12, "2026-03-01"),
        ("bread since:2026", 6, "after:2026"),
        ("is:question", 0, "Every way to match"),
        ("bread OR has:link", 0, "Every way to match"),
        ("bread \"\u{1}\"", 6, "can be looked for"),
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
fn every_leaf_has_its_place() {
    let query = Query::parse("brød -(rye OR \"old oven\"~2) on:Forum").unwrap();
    let places: Vec<_> = query.leaves().map(|(term, place)| (term.to_string(), place.at, place.until)).collect();
    assert_eq!(
        places,
        [("brød", 0, 4), ("rye", 7, 10), ("\"old oven\"~2", 14, 26), ("on:forum", 28, 36)].map(|(t, a, u)| (t.to_owned(), a, u))
    );
}

#[test]
fn a_place_is_a_community_a_server_or_a_tag() {
    let mut p = post("bread #oven");
    p.author.handle = "ada@plaza.example".into();
    p.url = Some("https://www.reads.example/r/Breadit/comments/1".into());
    for (query, expected) in [
        ("in:breadit", true),
        ("in:r/Breadit", true),
        ("in:reads.example", true),
        ("in:plaza.example", true),
        ("in:#oven", true),
        ("in:oven", false),
        ("in:comments", false),
        ("in:lounge", true),
    ] {
        let said = Said { post: &p, venue: Some("Lounge"), is_dated: false };
        assert_eq!(Query::parse(query).unwrap().matches(said), expected, "{query}");
        assert!(!Query::parse(&format!("{query} (bread before:2030 OR bread after:1960)")).unwrap().matches(said));
    }
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
        "to:[a-z]{1,6}",
        "in:(#|r/)?[a-z]{1,6}",
        "link:[a-z]{1,6}\\.example",
        "(is:(question|reply)|has:(link|picture))",
        "(before|after):20[0-9]{2}(-0[1-9](-[12][0-9])?)?",
        "\"[a-z]{1,5} [a-z]{1,5}x\"~[1-9]",
        "[a-zø]{3,6}\\*",
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
