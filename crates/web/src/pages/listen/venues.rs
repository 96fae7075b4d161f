//! The places where the topics are talked about, as a small honest table.

use askama::Template;
use verbs::listen::venues::{TALKS_MIN, Venue, venues};

use super::{At, tabs};
use crate::parts::{Empty, Net, Tabs};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/listen/venues.html")]
struct Page {
    shell: Shell,
    tabs: Tabs,
    rows: Vec<RowPart>,
    empty: Option<Empty>,
    early: String,
}

struct RowPart {
    name: String,
    net: Net,
    talks: u32,
    people: u32,
    /// "7 of 10", or that it is too early.
    answered: String,
    two_voices: String,
    is_early: bool,
}

pub async fn show(seated: Seated) -> Answer {
    let found = venues(seated.cx()).await?;
    let empty = found.is_empty().then(|| {
        Empty::first(
            "Nothing to compare yet",
            "When your topics have brought some talk, the places it stood in are compared here.",
            "See your topics",
            "/listen/topics",
        )
    });
    let page = Page {
        shell: seated.shell(Place::Listen),
        tabs: tabs(At::Venues, None, None, Some(found.len())),
        rows: found.into_iter().map(row).collect(),
        empty,
        early: words::number(TALKS_MIN.into()),
    };
    seated.page(&page)
}

fn row(v: Venue) -> RowPart {
    let is_early = v.is_early();
    let of = |n: u32, share: u32| if is_early { format!("{n} of {}, too early to tell", v.talks) } else { format!("{share} of 100") };
    RowPart {
        answered: of(v.answered, v.answered_share()),
        two_voices: of(v.two_voices, v.two_voices_share()),
        net: Net::mark(v.mark, v.network_name),
        talks: v.talks,
        people: v.people,
        is_early,
        name: v.name,
    }
}
