//! How like everyone else's our words are: of each post's runs of three words, how many stand in posts of other people of the same weeks, too; and
//! which posts of theirs say nearly the same. Held against the very same measure of everybody else's posts, since a larger desk has more to share.
//! The runs are `model::likeness`'s (shingles after Broder, 1997); the interval is a bootstrap's over posts (Efron, 1979).

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use model::likeness::{Gist, NEARLY};
use model::{PostId, ProfileId};
use store::StoreError;
use store::kinds::SaidWords;

use crate::converse::snippet;
use crate::{Cx, Done};

/// How far it looks back, and at how many posts at most; the newest.
const DAYS: i64 = 84;
const POSTS_MAX: u32 = 6_000;
/// Posts of fewer words share everything or nothing.
const WORDS_MIN: usize = 12;
/// Fewer of ours, or of theirs, say nothing.
const OURS_MIN: usize = 10;
const THEIRS_MIN: usize = 50;
/// Draws of the bootstrap, and the share of them that the interval leaves out on each side.
const DRAWS: usize = 1_000;
const LEFT_OUT: usize = 25;
/// Posts of others that are looked at as the nearest to one of ours.
const NEAR_MAX: usize = 50;
/// Posts that the page lists.
const LISTED_MAX: usize = 25;

/// One of our posts beside everyone else's.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    pub post: PostId,
    pub words: String,
    /// Of its runs of three words, those that others have, too: from 0 to 1.
    pub shared: f64,
    /// The post of somebody else that is most like it, and how like: from 0 to 1.
    pub nearest: Option<(PostId, String, f64)>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Everyone {
    /// Of our posts that were long enough, and of everybody else's.
    pub ours: usize,
    pub theirs: usize,
    /// Means of the shares; nothing where there is too little to tell.
    pub means: Option<Means>,
    /// Our posts that say nearly what somebody else's does.
    pub nearly: usize,
    /// Ours, the most like everyone else's first.
    pub posts: Vec<Beside>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    pub ours: f64,
    /// In 95 of 100 such samples.
    pub low: f64,
    pub high: f64,
    pub theirs: f64,
}

impl Everyone {
    /// In sentences, with the sizes.
    pub fn said(&self) -> Vec<String> {
        let Some(m) = self.means else {
            return vec![format!(
                "{} posts of yours and {} of others in twelve weeks are long enough ({WORDS_MIN} words): too few to tell.",
                self.ours, self.theirs
            )];
        };
        let hundred = |share: f64| (share * 100.0).round();
        let verdict = match () {
            () if m.high < m.theirs => "They are more your own than people’s here mostly are.",
            () if m.low > m.theirs => "They are more like everyone else’s than people’s here mostly are.",
            () => "That is no clear difference.",
        };
        let mut said = vec![format!(
            "Of your words, {} in 100 runs of three stand in others’ posts, too ({} to {}, 95 times in 100; {} posts). Of theirs, {} do ({} posts). {verdict}",
            hundred(m.ours),
            hundred(m.low),
            hundred(m.high),
            self.ours,
            hundred(m.theirs),
            self.theirs
        )];
        said.push(match self.nearly {
            0 => "No post of yours says nearly what somebody else’s does.".to_owned(),
            1 => "One post of yours says nearly what somebody else’s does.".to_owned(),
            n => format!("{n} posts of yours say nearly what somebody else’s do."),
        });
        said
    }
}

/// Looks at the last twelve weeks.
pub async fn look(cx: Cx<'_>) -> Done<Everyone> {
    let since = cx.now - SignedDuration::from_hours(24 * DAYS);
    let said = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.kinds().said_since(since, POSTS_MAX)).await?;
    // Some thousands of posts are cut into runs: not on the thread that answers others.
    Ok(tokio::task::spawn_blocking(move || weigh(&said)).await.unwrap_or_else(|_| weigh(&[])))
}

/// Everybody of ours is one author.
fn author(said: &SaidWords) -> ProfileId {
    if said.is_mine { ProfileId(0) } else { said.author }
}

fn weigh(said: &[SaidWords]) -> Everyone {
    let mut texts: Vec<(&SaidWords, Gist)> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for one in said {
        // A post of ours that stands in several places is one, though its short links differ.
        let bare = || one.text.split_whitespace().filter(|w| !w.contains("://")).collect::<Vec<_>>().join(" ");
        if one.is_mine && !seen.insert(bare()) {
            continue;
        }
        let gist = Gist::of(&one.text);
        if gist.len() >= WORDS_MIN {
            texts.push((one, gist));
        }
    }
    // Whose a run is: one author's, or several's.
    let mut whose: HashMap<u64, (ProfileId, bool)> = HashMap::new();
    for (one, gist) in &texts {
        for run in gist.threes() {
            let entry = whose.entry(*run).or_insert((author(one), false));
            entry.1 |= entry.0 != author(one);
        }
    }
    let share = |gist: &Gist| {
        let shared = gist.threes().iter().filter(|run| whose.get(run).is_some_and(|(_, is_many)| *is_many)).count();
        shared as f64 / gist.threes().len().max(1) as f64
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let ours: Vec<&(&SaidWords, Gist)> = texts.iter().filter(|(one, _)| one.is_mine).collect();
    let shares: Vec<f64> = ours.iter().map(|(_, gist)| share(gist)).collect();
    let theirs: Vec<f64> = texts.iter().filter(|(one, _)| !one.is_mine).map(|(_, gist)| share(gist)).collect();
    let means = (ours.len() >= OURS_MIN && theirs.len() >= THEIRS_MIN).then(|| {
        let (low, high) = interval(&shares);
        Means { ours: mean(&shares), low, high, theirs: mean(&theirs) }
    });
    let near = nearest(&ours, &texts);
    let mut posts: Vec<Beside> = ours
        .iter()
        .zip(&shares)
        .zip(near)
        .map(|(((one, _), shared), nearest)| Beside { post: one.post, words: snippet(&one.text), shared: *shared, nearest })
        .collect();
    let nearly = posts.iter().filter(|p| p.nearest.as_ref().is_some_and(|n| n.2 >= NEARLY)).count();
    let like = |p: &Beside| p.nearest.as_ref().map_or(0.0, |n| n.2).max(p.shared);
    posts.sort_by(|a, b| like(b).total_cmp(&like(a)).then(b.post.cmp(&a.post)));
    posts.truncate(LISTED_MAX);
    Everyone { ours: ours.len(), theirs: theirs.len(), means, nearly, posts }
}

/// For each of ours, the post of somebody else that shares most of its runs.
fn nearest(ours: &[&(&SaidWords, Gist)], texts: &[(&SaidWords, Gist)]) -> Vec<Option<(PostId, String, f64)>> {
    let wanted: HashSet<u64> = ours.iter().flat_map(|(_, gist)| gist.threes()).copied().collect();
    let mut holding: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, (one, gist)) in texts.iter().enumerate().filter(|(_, (one, _))| !one.is_mine) {
        debug_assert!(!one.is_mine);
        for run in gist.threes().iter().filter(|run| wanted.contains(run)) {
            let places = holding.entry(*run).or_default();
            // A run that everybody has leads nowhere.
            if places.len() < NEAR_MAX {
                places.push(at);
            }
        }
    }
    ours.iter()
        .map(|(_, gist)| {
            let mut counts: HashMap<usize, u32> = HashMap::new();
            for at in gist.threes().iter().filter_map(|run| holding.get(run)).flatten() {
                *counts.entry(*at).or_default() += 1;
            }
            let at = counts.into_iter().max_by_key(|(at, n)| (*n, *at))?.0;
            let (one, other) = &texts[at];
            Some((one.post, snippet(&one.text), gist.likeness(other)))
        })
        .collect()
}

/// The middle 95 in 100 of the means of samples drawn from these with putting back. Always the same for the same numbers.
fn interval(values: &[f64]) -> (f64, f64) {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let n = values.len().max(1);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| (0..n).map(|_| values.get((next() % n as u64) as usize).copied().unwrap_or(0.0)).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    (means[LEFT_OUT - 1], means[DRAWS - LEFT_OUT])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(n: i64, author: i64, text: &str) -> SaidWords {
        SaidWords { post: PostId(n), author: ProfileId(author), is_mine: author == 0, text: text.into() }
    }
    /// Twelve words that nobody else has.
    fn own_words(n: i64) -> String {
        (0..12).map(|i| format!("word{}x{i}", n)).collect::<Vec<_>>().join(" ")
    }
    const CANNED: &str = "so proud and humbled to announce that we are hiring the very best people for our growing team";

    #[test]
    fn own_words_are_own_and_canned_ones_are_not() {
        let mut all: Vec<SaidWords> = (0..60).map(|n| said(100 + n, 1 + n, &own_words(100 + n))).collect();
        all.extend((0..12).map(|n| said(n, 0, &own_words(n))));
        let found = weigh(&all);
        assert_eq!((found.ours, found.theirs, found.nearly), (12, 60, 0));
        assert_eq!(found.means, Some(Means { ours: 0.0, low: 0.0, high: 0.0, theirs: 0.0 }));
        assert!(found.said()[0].contains("no clear difference"), "{:?}", found.said());
        // All of ours are canned: they are held against what the others do.
        all.extend((0..3).map(|n| said(200 + n, 300 + n, CANNED)));
        all.extend((20..40).map(|n| said(n, 0, &format!("{CANNED} number {n}"))));
        let found = weigh(&all);
        let means = found.means.unwrap();
        assert!(means.low > means.theirs && means.low <= means.ours && means.ours <= means.high, "{means:?}");
        assert_eq!(found.nearly, 20);
        assert!(found.posts[0].nearest.as_ref().is_some_and(|(post, _, like)| (200..203).contains(&post.0) && *like > 0.7));
    }

    #[test]
    fn our_own_repeating_and_one_persons_own_phrase_share_nothing() {
        let mut all: Vec<SaidWords> = (0..60).map(|n| said(100 + n, 1, &format!("{CANNED} {}", own_words(n)))).collect();
        all.extend((0..10).map(|n| said(n, 0, &format!("{} {}", own_words(999), own_words(500 + n)))));
        let means = weigh(&all).means.unwrap();
        assert_eq!((means.ours, means.theirs), (0.0, 0.0), "an author shares nothing with themselves");
    }

    #[test]
    fn with_too_little_it_says_so() {
        let few = weigh(&[said(1, 0, CANNED), said(2, 5, CANNED)]);
        assert_eq!(few.means, None);
        assert!(few.said()[0].contains("too few to tell") && few.nearly == 1);
    }

    #[test]
    fn the_interval_holds_the_mean_and_narrows_with_more() {
        let values: Vec<f64> = (0..40).map(|n| f64::from(n % 5) / 10.0).collect();
        let (low, high) = interval(&values);
        assert!(low < 0.2 && 0.2 < high && high - low < 0.1, "{low} {high}");
        let (wide_low, wide_high) = interval(&values[..10]);
        assert!(wide_high - wide_low > high - low);
    }
}
