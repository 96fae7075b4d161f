//! Looking for people and for what was said, in everything kept, by the query language of the topics. The database narrows, the query itself
//! decides (`sift.rs`), so that what is found is what a topic of the same words would have caught. `rank.rs` puts the nearest first,
//! `excerpt.rs` says what of a post is shown, `facets.rs` by what it can be narrowed.

mod excerpt;
mod facets;
mod rank;
mod sift;

use model::{ConversationId, PostId, ProfileId, Query, QueryError, Timestamp};
use store::StoreError;
use store::search::Candidate;
pub use store::search::FoundPerson;

use crate::{Cx, Done};

pub use excerpt::Piece;
pub use facets::{Facet, Facets, narrowed};
pub use rank::ranked;
pub use sift::{BYTES_MAX, LOOKED_AT_MAX, Sifted, WINDOW, sift};

/// Longer questions are cut; nobody types one.
const WORDS_MAX: usize = model::topic::QUERY_MAX;
/// Posts on a page.
pub const PAGE: usize = 20;

/// In which order posts are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The last said first.
    #[default]
    Newest,
    /// What is most about it first, among the newest [`WINDOW`] that match.
    Relevance,
}

impl Order {
    pub const ALL: [Order; 2] = [Order::Newest, Order::Relevance];

    pub fn word(self) -> &'static str {
        match self {
            Order::Newest => "newest",
            Order::Relevance => "relevance",
        }
    }
    pub fn from_word(word: &str) -> Option<Order> {
        Order::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub words: String,
    pub order: Order,
    /// From where on, as a page before said in [`Found::next`].
    pub after: Option<i64>,
}

/// A post that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub id: PostId,
    pub talk: Option<ConversationId>,
    pub who: String,
    pub handle: String,
    pub profile: ProfileId,
    pub has_face: bool,
    /// Its network's key, two letters and name.
    pub network: String,
    pub mark: &'static str,
    pub network_name: &'static str,
    pub at: Timestamp,
    pub url: Option<String>,
    pub language: Option<String>,
    /// The part of it that is shown, what was looked for told apart; its content warning alone where it has one.
    pub pieces: Vec<Piece>,
    /// How much it is about it; only when ordered by that.
    pub score: Option<f64>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub people: Vec<FoundPerson>,
    pub hits: Vec<Hit>,
    /// Of the first page.
    pub facets: Facets,
    /// Posts that match among those looked at, and whether there may be more.
    pub count: usize,
    pub is_more: bool,
    /// What to ask for the next page.
    pub next: Option<i64>,
    /// Older posts are still being brought into what is looked in.
    pub is_behind: bool,
    /// The words are no query: where and why. People are looked for all the same.
    pub wrong: Option<QueryError>,
}

/// Looks for people, on the first page, and for posts.
pub async fn search(cx: Cx<'_>, asked: &Asked) -> Done<Found> {
    let words: String = asked.words.chars().take(WORDS_MAX).collect();
    if words.trim().is_empty() {
        return Ok(Found::default());
    }
    let (query, wrong) = match Query::parse(&words) {
        Ok(query) => (Some(query), None),
        Err(error) => (None, Some(error)),
    };
    let (terms, Asked { order, after, .. }) = (names(&words), asked.clone());
    let read = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| {
        let people = if after.is_none() && !terms.is_empty() { tx.search().people(&terms)? } else { Vec::new() };
        let is_behind = tx.search().is_behind()?;
        let Some(query) = query else { return Ok((people, None, is_behind)) };
        let under = if order == Order::Newest { after } else { None };
        let sifted = sift(tx, &query, under, if after.is_some() && order == Order::Newest { PAGE + 1 } else { WINDOW })?;
        Ok((people, Some((query, sifted)), is_behind))
    });
    let (people, sifted, is_behind) = read.await?;
    let mut found = Found { people, wrong, is_behind, ..Found::default() };
    if let Some((query, sifted)) = sifted {
        show(cx, &query, sifted, asked, &mut found);
    }
    Ok(found)
}

/// Words by which people are looked for: without the signs of the query language.
fn names(words: &str) -> Vec<String> {
    let bare = words.split_whitespace().map(|w| w.trim_matches(['"', '“', '”', '@', '#', ',', '(', ')']));
    bare.filter(|w| !w.is_empty() && !matches!(*w, "OR" | "AND" | "NOT")).map(str::to_owned).collect()
}

fn show(cx: Cx<'_>, query: &Query, sifted: Sifted, asked: &Asked, found: &mut Found) {
    let Sifted { matched, is_whole, last } = sifted;
    (found.count, found.is_more) = (matched.len(), !is_whole);
    if asked.after.is_none() {
        found.facets = facets::of(cx, &matched);
    }
    let hit = |candidate: &Candidate, score| hit(cx, query, candidate, score);
    match asked.order {
        Order::Newest => {
            found.hits = matched.iter().take(PAGE).map(|c| hit(c, None)).collect();
            found.next = match matched.get(PAGE) {
                Some(_) => matched.get(PAGE - 1).map(|c| c.place),
                // So many were looked at in vain that it stops here; asked for more, it goes on.
                None => last.filter(|_| !is_whole),
            };
        }
        Order::Relevance => {
            let from = asked.after.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            let ranked = ranked(query, &matched);
            found.hits = ranked.iter().skip(from).take(PAGE).map(|(at, score)| hit(&matched[*at], Some(*score))).collect();
            found.next = (from + PAGE < ranked.len()).then(|| i64::try_from(from + PAGE).unwrap_or(i64::MAX));
        }
    }
}

fn hit(cx: Cx<'_>, query: &Query, candidate: &Candidate, score: Option<f64>) -> Hit {
    let post = &candidate.post;
    let (mark, network_name) = cx.app.networks.get(&post.network).map_or(("??", "elsewhere"), |n| (n.about().mark, n.about().name));
    Hit {
        id: candidate.id,
        talk: candidate.conversation,
        who: if post.author.name.is_empty() { post.author.handle.clone() } else { post.author.name.clone() },
        handle: post.author.handle.clone(),
        profile: candidate.author,
        has_face: post.author.avatar_url.is_some(),
        network: post.network.as_str().to_owned(),
        mark,
        network_name,
        at: post.created_at,
        url: post.url.clone(),
        language: post.language.clone(),
        pieces: excerpt::of(query, post),
        score,
    }
}
