//! How this desk weighs talk: what it has turned down, and what its own Join and Not for me teach. The weighing itself is `worth/`.

use store::{Kept, Tx};

use super::worth::{ALL, Feature, Level, Levels, Likings, Weighing};
use crate::{Cx, Done, VerbError};

/// As kept. A feature or level that this Hobnob does not know is passed over.
pub(super) fn weighing(tx: &Tx<'_>) -> Kept<Weighing> {
    let mut levels = Levels::default();
    for (feature, level) in tx.weighing().levels()? {
        if let (Some(feature), Some(level)) = (Feature::from_key(&feature), Level::from_word(&level)) {
            levels.0.insert(feature, level);
        }
    }
    let mut likings = Likings::default();
    for (marks, joined) in tx.weighing().choices()? {
        likings.add(&marks, joined);
    }
    Ok(Weighing { levels, likings })
}

/// How a desk weighs, to be shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Every feature with how far it is turned down.
    pub levels: Vec<(Feature, Level)>,
    /// Choices that teach.
    pub joins: u32,
    pub passes: u32,
}

/// How this desk weighs.
pub async fn shown(cx: Cx<'_>) -> Done<Shown> {
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, |tx| {
            let Weighing { levels, likings } = weighing(tx)?;
            let (joins, passes) = likings.choices();
            Ok(Shown { levels: ALL.iter().map(|(feature, ..)| (*feature, levels.of(*feature))).collect(), joins, passes })
        })
        .await
}

/// Turns features up or down. Answers whether anything changed.
pub async fn turn(cx: Cx<'_>, wanted: Vec<(Feature, Level)>) -> Done<bool> {
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let levels = weighing(tx)?.levels;
            let changes: Vec<_> = wanted.into_iter().filter(|(feature, level)| levels.of(*feature) != *level).collect();
            for (feature, level) in &changes {
                match level {
                    Level::Full => tx.weighing().drop_level(feature.key())?,
                    other => tx.weighing().put_level(feature.key(), other.word())?,
                }
            }
            Ok(!changes.is_empty())
        })
        .await
}
