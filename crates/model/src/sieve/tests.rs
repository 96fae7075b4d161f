use proptest::prelude::*;

use super::*;
use crate::{NetworkKey, Post, PostRef, Profile};

impl Sieve {
    /// As an index would answer.
    fn passes(&self, words: &[&str], facts: &[&str]) -> bool {
        match self {
            Sieve::Word(word) => words.contains(&word.as_str()),
            Sieve::Row(row) => words.windows(row.len()).any(|some| some == row.iter().map(String::as_str).collect::<Vec<_>>()),
            Sieve::Near(all, among) => {
                let is_whole = |some: &[&str]| all.iter().all(|word| some.contains(&word.as_str()));
                let length = all.len() + among;
                is_whole(&words[..length.min(words.len())]) || words.windows(length).any(is_whole)
            }
            Sieve::Beginning(start) => words.iter().any(|word| word.starts_with(start)),
            Sieve::Fact(fact) | Sieve::Stem(_, fact) => facts.contains(&fact.as_str()),
            Sieve::All(list) => list.iter().all(|one| one.passes(words, facts)),
            Sieve::Any(list) => list.iter().any(|one| one.passes(words, facts)),
            Sieve::Without(one, other) => one.passes(words, facts) && !other.passes(words, facts),
        }
    }
}

fn passes(query: &Query, post: &Post) -> bool {
    Sieve::of(query).is_none_or(|sieve| passes_it(&sieve, post))
}

fn passes_it(sieve: &Sieve, post: &Post) -> bool {
    let kept = Kept::of(post);
    let (words, facts): (Vec<&str>, Vec<&str>) = (kept.words.split(' ').collect(), kept.facts.split(' ').collect());
    sieve.passes(&words, &facts)
}

fn post(text: &str, language: Option<&str>) -> Post {
    let author = Profile { handle: "ada@plaza.example".into(), ..Profile::default() };
    let mut post = Post::new(PostRef::new("1", ""), author, text, "2026-03-01T12:00:00Z".parse().unwrap());
    post.language = language.map(str::to_owned);
    post.network = NetworkKey::new("plaza");
    post
}

#[test]
fn what_is_asked_is_as_narrow_as_it_can_be() {
    let asked = |text: &str| Sieve::of(&Query::parse(text).unwrap());
    let word = |w: &str| Sieve::Word(w.to_owned());
    assert_eq!(asked("\"rye\""), Some(word("rye")));
    assert_eq!(
        asked("\"rye\" -spelt -(\"a b\")").map(|sieve| sieve.spoken(&|_| false)),
        Some(Sieve::Without(Box::new(word("rye")), Box::new(word("spelt")))),
        "what is not sure to hold is not left out"
    );
    assert_eq!(asked("#Rye lang:DE"), Some(Sieve::All(vec![Sieve::Fact("#rye".into()), Sieve::Fact("$de".into())])));
    assert_eq!(asked("\"rye bread\""), Some(Sieve::Row(vec!["rye".into(), "bread".into()])));
    assert_eq!(asked("\"rye a rye bread\"~2"), Some(Sieve::Near(vec!["a".into(), "bread".into(), "rye".into()], 2)));
    assert_eq!(asked("\"café cafe\"~2"), Some(Sieve::Any(vec![word("cafe"), Sieve::Near(vec!["cafe".into(), "café".into()], 2)])));
    assert!(passes(&Query::parse("bakes").unwrap(), &post("Baking", Some("en"))), "stems are kept");
    assert!(!passes(&Query::parse("bakes").unwrap(), &post("Baking", Some("is"))), "of the post's own language");
    assert!(
        !passes(&Query::parse("oven -bakes").unwrap(), &post("Baking in the oven", Some("en"))),
        "nor is a form of what must not be there"
    );
}

#[test]
fn marks_stand_where_the_words_stand() {
    let check = |query: &str, text: &str, language: Option<&str>, expected: &[&str]| {
        let query = Query::parse(query).unwrap();
        let found: Vec<&str> = Markers::of(&query).stretches(text, language).iter().map(|s| &text[s.from..s.to]).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("bake -oven", "Bakes and BAKE in the oven", Some("en"), &["Bakes", "BAKE"]);
    check("bake", "Bakes and BAKE", None, &["BAKE"]);
    check("\"rye bread\" OR ryeg*", "rye bread, ryegrass", None, &["rye bread", "ryegrass"]);
    check("#Oven 製本", "An #oven! 手で製本する", None, &["#oven", "製本"]);
    check("🍞", "Yes 🍞", None, &["🍞"]);
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-c]{1,2}", 3 => "(bake|baking|bakes|schön|schon|año|ano|café|cafe|don't|ærlig|øl|straße)", 1 => "[a-d]{3,60}"]
}

fn query_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => word(),
        2 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => (word(), word(), 1..4_u8).prop_map(|(a, b, n)| format!("\"{a} {b}\"~{n}")),
        1 => "[a-d]{3,50}\\*",
        1 => word().prop_map(|w| format!("\"{w}\"")),
        1 => "#[a-c]{1,2}",
        2 => "(from:ada|to:ben|on:plaza|link:shop.example|in:plaza.example|lang:en|lang:pt-br|is:question|is:reply|has:link|before:2026-04|after:2027)",
        1 => "[製本手]{1,3}",
        1 => "🍞|\":\\)\"|\"\\.\\.\\.\"",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|v| format!("({})", v.join(" "))),
            proptest::collection::vec(inner.clone(), 2..5).prop_map(|v| format!("({})", v.join(" OR "))),
            inner.prop_map(|t| format!("-({t})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_matches_passes(
        text in query_text(), first in word(),
        said in proptest::collection::vec(prop_oneof![8 => word(), 1 => "#[a-c]{1,2}", 1 => "[製本手]{1,4}", 1 => "@ben|🍞|:\\)|why\\?|https://www.shop.example/x|\\.\\.\\."], 0..14),
        language in prop_oneof![Just(None), Just(Some("en")), Just(Some("de")), Just(Some("da")), Just(Some("is")), Just(Some("pt-BR"))],
    ) {
        let query = Query::parse(&text).or_else(|_| Query::parse(&format!("{first} {text}")));
        prop_assume!(query.is_ok());
        let (query, post) = (query.unwrap(), post(&said.join(" "), language));
        let times = Times::of(&query);
        if let Some(sieve) = Sieve::of(&query) {
            let tongue = Tongue::of(language);
            prop_assert_eq!(passes_it(&sieve, &post), passes_it(&sieve.spoken(&|one| one == tongue), &post), "{:?}", sieve);
            if let Some(loose) = sieve.loosened() {
                prop_assert!(!passes_it(&sieve, &post) || passes_it(&loose, &post), "{:?}", loose);
            }
        }
        if query.matches(&post) {
            prop_assert!(passes(&query, &post), "{:?} for {:?}", Sieve::of(&query), Kept::of(&post));
            prop_assert!((times.since..times.before).contains(&post.created_at.as_millisecond()));
        }
    }
}
