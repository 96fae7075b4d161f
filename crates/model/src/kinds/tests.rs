use super::*;
use proptest::prelude::*;

fn check(text: &str, does: Does) {
    let judged = judge(text);
    assert_eq!(judged.does, does, "{text}: {judged:?}");
    assert!((0.0..=1.0).contains(&judged.p) && (0.5..=1.0).contains(&judged.p_side), "{judged:?}");
}

#[test]
fn plain_cases() {
    check("My starter sulks in this cold kitchen. What did I do wrong?", Does::Asks);
    check("Can anyone recommend a good flour for rye bread?", Does::Asks);
    check("50 % off all starters, buy now! Use code BREAD https://shop.example", Does::Sells);
    check("Get your starter today, only €9, limited time offer, order now at https://shop.example", Does::Sells);
    check("[Offer] I have two spare jars of starter, free to whoever wants one. I will mail them anywhere.", Does::Gives);
    check("So happy today, my little girl baked her first loaf with me", Does::Talks);
}

#[test]
fn which_side_it_shows() {
    for (text, side) in [
        ("I love my mum and I miss her so much tonight", Side::Personal),
        ("We are hiring a senior engineer for our data platform team in Berlin", Side::Work),
        ("My boyfriend and I just moved in together and the cat is sulking", Side::Personal),
        ("Quarterly results: revenue up 12% as the company expands in Asia https://a.example", Side::Work),
    ] {
        let judged = judge(text);
        assert_eq!(judged.side, side, "{text}: {judged:?}");
    }
}

#[test]
fn reasons_are_words_of_the_text_or_named_marks() {
    let text = "Does anybody know a good place for rye?";
    let judged = judge(text);
    assert!(!judged.because.is_empty() && judged.because.len() <= WHY_DOES_MAX + WHY_SIDE_MAX);
    let is_known = |reason: &String| {
        let small = text.to_lowercase();
        features::FACTS.contains(&reason.as_str())
            || tokens::MARKS.iter().any(|(_, n)| reason.contains(n))
            || reason.split(' ').all(|w| small.contains(w))
    };
    assert!(judged.because.iter().all(is_known), "{:?}", judged.because);
    // Nothing to go by is no failure.
    assert!(judge("").p > 0.0);
}

proptest! {
    #[test]
    fn any_text_has_a_kind(text in "\\PC{0,300}") {
        let judged = judge(&text);
        prop_assert!(judged.p.is_finite() && judged.p_side.is_finite());
        prop_assert_eq!(&judged, &judge(&text));
    }
}
