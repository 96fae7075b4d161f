//! What decided, in the words of the text: each feature's share goes back to where it came from.

use std::collections::HashMap;

use super::features::{FACTS, Feature, Source};
use super::learn::Taught;
use super::own::Own;
use super::tokens::{MARKS, Tokens};

/// What moved the judgement by less than this share of all that spoke for it is not named.
const SHARE_MIN: f32 = 0.04;

/// What spoke for `label` and against `second`, weightiest first. `own` is what a person put right, and from where on its weights stand.
pub(super) fn words(
    tokens: &Tokens,
    found: &[Feature],
    taught: &Taught,
    (label, second): (usize, usize),
    (own, from): (&Own, usize),
    max: usize,
) -> Vec<String> {
    let mut shares: HashMap<u32, (f32, u32)> = HashMap::new();
    for feature in found {
        if let Some(place) = taught.lexicon.place(feature.hash) {
            shares.entry(place).or_default().1 += 1;
        }
    }
    for (place, value) in taught.lexicon.vector(found) {
        let at = place as usize * taught.labels;
        if let Some(share) = shares.get_mut(&place) {
            share.0 = value * (taught.weights[at + label] - taught.weights[at + second]);
        }
    }
    // What repeats in the text is one reason, however often it stands there.
    let mut spoke: HashMap<String, f32> = HashMap::new();
    for feature in found {
        let shipped = taught.lexicon.place(feature.hash).and_then(|p| shares.get(&p)).map_or(0.0, |(share, times)| share / *times as f32);
        let own = own.share(feature, from + label) - own.share(feature, from + second);
        if shipped + own != 0.0
            && let Some(name) = name(tokens, feature)
        {
            *spoke.entry(name).or_default() += shipped + own;
        }
    }
    let mut spoke: Vec<(String, f32)> = spoke.into_iter().filter(|(_, share)| *share > 0.0).collect();
    spoke.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let all: f32 = spoke.iter().map(|(_, share)| share).sum();
    spoke.into_iter().filter(|(_, share)| *share >= SHARE_MIN * all).take(max).map(|(name, _)| name).collect()
}

/// What a person would call it; `None` for what says nothing by itself.
fn name(tokens: &Tokens, feature: &Feature) -> Option<String> {
    let piece = |at: u16| tokens.list.get(usize::from(at)).map(|t| piece(tokens.word(*t)));
    match feature.source {
        Source::One(at) => piece(at),
        Source::Two(at) => {
            let (a, b) = (piece(at)?, piece(at.checked_add(1)?)?);
            Some(format!("{a} {b}"))
        }
        Source::Fact(fact) => FACTS.get(usize::from(fact)).map(|f| (*f).to_owned()),
    }
}

fn piece(word: &str) -> String {
    MARKS.iter().find(|(mark, _)| *mark == word).map_or_else(|| word.to_owned(), |(_, name)| (*name).to_owned())
}
