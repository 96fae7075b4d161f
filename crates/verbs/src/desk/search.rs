//! Looking for people and talks by words. Every word must be there, in any order; quotes and signs mean nothing here.

use store::StoreError;
pub use store::search::{FoundPerson, FoundTalk};

use crate::{Cx, Done};

/// Longer questions are cut; nobody types one.
const WORDS_MAX: usize = 200;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub people: Vec<FoundPerson>,
    /// Each with its network's own two letters and name.
    pub talks: Vec<(FoundTalk, &'static str, &'static str)>,
}

pub async fn search(cx: Cx<'_>, words: &str) -> Done<Found> {
    let words: String = words.chars().take(WORDS_MAX).collect();
    let terms: Vec<String> = words
        .split_whitespace()
        .map(|w| w.trim_matches(['"', '“', '”', '@', '#', ',']))
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    if terms.is_empty() {
        return Ok(Found::default());
    }
    let (people, talks) =
        cx.app.store.read::<_, StoreError>(cx.seat, move |tx| Ok((tx.search().people(&terms)?, tx.search().talks(&terms)?))).await?;
    let marked = talks.into_iter().map(|talk| {
        let (mark, name) = cx.app.networks.get(&talk.network).map_or(("??", "elsewhere"), |n| (n.about().mark, n.about().name));
        (talk, mark, name)
    });
    Ok(Found { people, talks: marked.collect() })
}
