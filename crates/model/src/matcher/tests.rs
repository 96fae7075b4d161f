use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{Media, MediaKind, Mention, NetworkKey, Post, PostRef, Profile, Timestamp};

fn query(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn post(text: &str, language: Option<&str>) -> Post {
    let author = Profile { handle: "ada@plaza.example".into(), ..Profile::default() };
    let mut post = Post::new(PostRef::new("1", ""), author, text, "2026-03-01T12:00:00Z".parse().unwrap());
    post.language = language.map(str::to_owned);
    post.network = NetworkKey::new("plaza");
    post
}

fn found(matcher: &mut Matcher, post: &Post) -> Vec<Handle> {
    let mut found = Vec::new();
    matcher.matches(post, &mut found);
    found.sort_unstable();
    found
}

#[test]
fn each_shape_of_query_is_found() {
    let queries = [
        "bread",
        "bread rye oven",
        "rye OR spelt",
        "oven (rye OR spelt)",
        "oven (rye OR spelt OR wheat)",
        "oven (rye OR spelt OR wheat OR corn) -gas",
        "bread -rye",
        "\"rye bread\"",
        "\"the rye bread\"",
        "\"bread oven\"~2",
        "bak*",
        "baking",
        "\"baking\"",
        "#oven",
        "from:ada",
        "bread on:plaza lang:en -lang:de",
        "bread after:2026-02",
        "bread -before:2026-02",
        "(bread oven) OR (rye -oven)",
        "製本",
        "🍞",
        "bread -(rye oven)",
    ];
    let mut matcher = Matcher::new(1);
    let handles: Vec<Handle> = queries.iter().map(|q| matcher.add(&query(q))).collect();
    for text in
        ["Bread of the rye bread, baked in an #oven", "rye", "spelt oven gas", "手で製本する 🍞", "wheat oven bakes", "bread x y oven"]
    {
        let post = post(text, Some("en"));
        let expected: Vec<Handle> = queries.iter().zip(&handles).filter(|(q, _)| query(q).matches(&post)).map(|(_, h)| *h).collect();
        assert_eq!(found(&mut matcher, &post), expected, "{text}");
    }
}

#[test]
fn words_that_only_marks_tell_apart_are_found_by_the_language() {
    let words = ["schon", "schön", "ano", "año", "cafe", "café", "خُبْز", "خبز"];
    let both = words.iter().flat_map(|one| words.map(|other| format!("\"{one} {other}\"")));
    let queries: Vec<String> = words.iter().map(|word| (*word).to_owned()).chain(both).collect();
    let mut matcher = Matcher::new(1);
    let handles: Vec<Handle> = queries.iter().map(|q| matcher.add(&query(q))).collect();
    for language in [None, Some("de"), Some("es"), Some("ar"), Some("is")] {
        for text in words.iter().flat_map(|one| words.map(|other| format!("{one} {other}"))) {
            let post = post(&text, language);
            let expected: Vec<Handle> = queries.iter().zip(&handles).filter(|(q, _)| query(q).matches(&post)).map(|(_, h)| *h).collect();
            assert_eq!(found(&mut matcher, &post), expected, "{text} {language:?}");
        }
    }
}

#[test]
fn what_is_removed_leaves_nothing_behind() {
    let mut matcher = Matcher::new(1);
    let texts = ["rye OR spelt OR \"the old oven\"", "bread -rye", "bak* \"rye bread\"~3", "#oven from:ada"];
    let handles: Vec<Handle> = texts.iter().map(|q| matcher.add(&query(q))).collect();
    matcher.learn(&post("rye bread", None));
    matcher.refile();
    for handle in handles {
        matcher.remove(handle);
        matcher.remove(handle);
    }
    let sizes = matcher.sizes();
    assert_eq!((sizes.queries, sizes.entries, sizes.terms), (0, 0, 1), "only what every post holds is left");
}

/// Words of few letters, so that they meet, and a few of one letter so that rows of them do.
fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => word(),
        2 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => (word(), word(), word()).prop_map(|(a, b, c)| format!("\"{a} {b} {c}\"")),
        1 => (word(), word(), 1..4_u8).prop_map(|(a, b, n)| format!("\"{a} {b}\"~{n}")),
        1 => "[a-d]{3}\\*",
        1 => word().prop_map(|w| format!("\"{w}\"")),
        1 => "#[a-c]{1,2}",
        1 => Just("from:ada".to_owned()),
        1 => Just("to:ben".to_owned()),
        1 => Just("in:breadit".to_owned()),
        1 => Just("link:shop.example".to_owned()),
        1 => prop_oneof!["on:plaza", "lang:(en|de|pt-br)", "is:(question|reply)", "has:(link|picture)", "(before|after):202[5-7]"],
        1 => "[製本手]{1,3}",
        1 => "🍞|\":\\)\"",
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![5 => "[ab]", 3 => "[a-c]{1,2}", 2 => "(bake|baking|bakes|baker|schön|schon|año|ano|café|cafe)", 1 => "[a-d]{3,4}"]
}

fn query_text() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|v| format!("({})", v.join(" "))),
            proptest::collection::vec(inner.clone(), 2..5).prop_map(|v| format!("({})", v.join(" OR "))),
            inner.prop_map(|t| format!("-({t})")),
        ]
    })
}

fn queries() -> impl Strategy<Value = Vec<Query>> {
    let one = (word(), query_text()).prop_filter_map("nothing to look for", |(word, text)| {
        Query::parse(&text).or_else(|_| Query::parse(&format!("{word} {text}"))).ok()
    });
    proptest::collection::vec(one, 1..12)
}

fn posts() -> impl Strategy<Value = Vec<Post>> {
    let token = prop_oneof![8 => word(), 1 => "#[a-c]{1,2}", 1 => "[製本手]{1,4}", 1 => "@ben|🍞|:\\)|why\\?|https://www.shop.example/x"];
    let text = proptest::collection::vec(token, 0..14).prop_map(|words| words.join(" "));
    let language = prop_oneof![Just(None), Just(Some("en")), Just(Some("de")), Just(Some("es")), Just(Some("pt-BR")), Just(Some("ja"))];
    let one = (text, language, any::<[bool; 4]>(), word()).prop_map(|(text, language, [a, b, c, d], title)| {
        let mut post = post(&text, language);
        post.title = a.then_some(title);
        post.reply_to = b.then(|| "2".to_owned());
        post.url = c.then(|| "https://www.reads.example/r/Breadit/x".to_owned());
        if d {
            post.mentions.push(Mention { remote_id: "2".into(), handle: "ben@plaza.example".into() });
            post.media.push(Media { kind: MediaKind::Picture, url: String::new(), preview_url: None, alt: "ab c".into() });
            post.created_at = Timestamp::UNIX_EPOCH;
        }
        post
    });
    proptest::collection::vec(one, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A post read for one query says what it says to many.
    #[test]
    fn reading_for_one_query_is_reading(queries in queries(), posts in posts()) {
        for query in &queries {
            let mut reader = crate::Reader::of(query);
            for post in &posts {
                let (one, many) = (reader.read(post), crate::Reading::of(post));
                prop_assert_eq!(query.matches_reading(&one), query.matches_reading(&many), "{} {:?} {:?}", query.text(), post.text, post.language);
                prop_assert_eq!(query.hits(&one), query.hits(&many), "{} {:?} {:?}", query.text(), post.text, post.language);
            }
        }
    }

    /// The matcher answers what the plain way answers, whatever comes and goes between.
    #[test]
    fn it_answers_as_the_reference_does(queries in queries(), posts in posts(), steps in proptest::collection::vec((0..5_u8, 0..12_usize), 1..16)) {
        let mut matcher = Matcher::new(7);
        let mut standing: BTreeMap<Handle, &Query> = BTreeMap::new();
        for (step, number) in steps {
            match step {
                0 | 1 => {
                    let query = &queries[number % queries.len()];
                    let handle = matcher.add(query);
                    prop_assert!(standing.insert(handle, query).is_none());
                }
                2 => {
                    if let Some(handle) = standing.keys().nth(number).copied() {
                        standing.remove(&handle);
                        matcher.remove(handle);
                    }
                }
                3 => matcher.refile_next(),
                _ => matcher.refile(),
            }
            for post in &posts {
                let reading = crate::Reading::of(post);
                let expected: Vec<Handle> = standing.iter().filter(|(_, q)| q.matches_reading(&reading)).map(|(h, _)| *h).collect();
                let got = found(&mut matcher, post);
                prop_assert_eq!(&got, &expected, "{:?} {:?} of {:?}", post.text, post.language, standing.values().map(|q| q.text()).collect::<Vec<_>>());
            }
        }
    }
}
