//! How talks are ranked: every feature in words, what each can bring, and how far it is turned down here.

use std::collections::BTreeMap;

use askama::Template;
use verbs::listen::weigh;
use verbs::listen::worth::{Feature, Level};

use super::{At, tabs};
use crate::flash::Flash;
use crate::forms::Posted;
use crate::parts::Tabs;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

#[derive(Template)]
#[template(path = "pages/listen/ranked.html")]
struct Page {
    shell: Shell,
    tabs: Tabs,
    pluses: Vec<RowPart>,
    minuses: Vec<RowPart>,
    learnt: Option<String>,
}

struct RowPart {
    key: &'static str,
    name: &'static str,
    /// Value, label, chosen.
    levels: Vec<(&'static str, &'static str, bool)>,
}

fn row((feature, level): &(Feature, Level)) -> RowPart {
    let label = |l: Level| match l {
        Level::Full => "in full",
        Level::Half => "half",
        Level::Off => "not at all",
    };
    RowPart { key: feature.key(), name: feature.name(), levels: Level::ALL.map(|l| (l.word(), label(l), l == *level)).into() }
}

pub async fn show(seated: Seated) -> Answer {
    let found = weigh::shown(seated.cx()).await?;
    let (minuses, pluses): (Vec<_>, Vec<_>) = found.levels.iter().partition(|(feature, _)| feature.is_against());
    let learnt = (found.joins + found.passes > 0).then(|| {
        let n = |n: u32, one| crate::words::count(i64::from(n), one);
        format!("You joined {} and passed by {} of late.", n(found.joins, "talk"), n(found.passes, "talk"))
    });
    let page = Page {
        shell: seated.shell(Place::Listen),
        tabs: tabs(At::Ranked, None, None, None),
        pluses: pluses.into_iter().map(row).collect(),
        minuses: minuses.into_iter().map(row).collect(),
        learnt,
    };
    seated.page(&page)
}

pub async fn change(Posted { seated, form }: Posted<BTreeMap<String, String>>) -> Answer {
    let wanted = form.iter().filter_map(|(key, word)| Some((Feature::from_key(key)?, Level::from_word(word)?))).collect();
    let words = if weigh::turn(seated.cx(), wanted).await? {
        "Kept. What stands open is ranked by it from now on."
    } else {
        "Nothing was changed."
    };
    seated.done("/listen/ranked", Flash::plain(words))
}
