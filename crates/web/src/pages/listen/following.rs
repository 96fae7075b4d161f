//! Whom the accounts follow, those worth pruning first: muting and letting go, each with Undo. The page ends.

use askama::Template;
use model::FollowingId;
use serde::Deserialize;
use verbs::listen::following::{self as verb, Bond, Row as Followed};

use super::{At, tabs};
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::{Empty, Net, Tabs, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/listen/following.html")]
struct Page {
    shell: Shell,
    tabs: Tabs,
    lede: String,
    asked: Option<When>,
    rows: Vec<RowPart>,
    rest: Option<String>,
    empty: Option<Empty>,
}

struct RowPart {
    id: FollowingId,
    name: String,
    net: Net,
    handle: String,
    /// "of 40 posts: 30 sell, 10 are canned, 2 answer somebody".
    said: String,
    talked: Option<When>,
    is_doubtful: bool,
    is_muted: bool,
    is_gone: bool,
}

fn row(seated: &Seated, r: Followed) -> RowPart {
    let h = r.health;
    let said = match h.posts {
        0 => "Nothing of theirs came in of late.".to_owned(),
        n if h.is_too_few() => format!("Only {} came in of late; too few to tell.", words::count(n.into(), "post")),
        n => format!(
            "Of {}: {} of 100 sell, {} are canned, {} answer somebody.",
            words::count(n.into(), "post"),
            h.share(h.selling),
            h.share(h.canned),
            h.share(h.talk)
        ),
    };
    RowPart {
        id: r.id,
        name: r.name,
        net: Net::named(r.mark, r.network_name),
        handle: r.handle,
        said,
        talked: r.talked_at.map(|at| When::long_ago(seated.now, at, seated.zone())),
        is_doubtful: r.is_doubtful,
        is_muted: r.state == "muted",
        is_gone: r.state == "let-go",
    }
}

pub async fn show(seated: Seated) -> Answer {
    let found = verb::page(seated.cx()).await?;
    let doubtful = found.rows.iter().filter(|r| r.is_doubtful).count();
    let people = |n: usize| match n {
        1 => "one person".to_owned(),
        n => format!("{} people", words::number(i64::try_from(n).unwrap_or(i64::MAX))),
    };
    let lede = match (found.followed, doubtful) {
        (0, _) => "What share of whom you follow sells, and with whom you ever talk.".to_owned(),
        (n, 0) => format!("You follow {}. None of them is mostly noise.", people(n)),
        (n, d) => format!("You follow {}. Of {} you hear mostly selling or canned words, and you do not talk.", people(n), people(d)),
    };
    let page = Page {
        shell: seated.shell(Place::Listen),
        tabs: tabs(At::Following, None, None, None),
        lede,
        asked: found.asked_at.map(|at| When::long_ago(seated.now, at, seated.zone())),
        empty: (found.followed == 0)
            .then(|| Empty::done("Nobody is known to be followed yet", "Ask your networks whom you follow; it takes a moment.")),
        rest: (found.rest > 0)
            .then(|| format!("{} more, with less to say against them, are not shown. That is everyone worth a look.", found.rest)),
        rows: found.rows.into_iter().map(|r| row(&seated, r)).collect(),
    };
    seated.page(&page)
}

/// A form that sends nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

pub async fn ask(Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let asked = verb::ask(seated.cx()).await?;
    let mut said = format!("You follow {}.", words::count(i64::try_from(asked.followed).unwrap_or(i64::MAX), "account"));
    for (account, why) in asked.failed {
        said.push_str(&format!(" {account} could not be asked: {why}."));
    }
    seated.done("/listen/following", Flash::plain(said))
}

pub async fn mute(Row(id): Row<FollowingId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let who = verb::set(seated.cx(), id, Bond::Mute, true).await?;
    let flash = Flash::said("", who, " is muted. They are not told.").undo(format!("/listen/following/{id}/unmute"), &[]);
    seated.done("/listen/following", flash)
}

pub async fn unmute(Row(id): Row<FollowingId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let who = verb::set(seated.cx(), id, Bond::Mute, false).await?;
    seated.done("/listen/following", Flash::said("", who, " is heard again."))
}

pub async fn unfollow(Row(id): Row<FollowingId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let who = verb::set(seated.cx(), id, Bond::Follow, false).await?;
    let flash = Flash::said("You follow ", who, " no longer.").undo(format!("/listen/following/{id}/follow"), &[]);
    seated.done("/listen/following", flash)
}

pub async fn follow(Row(id): Row<FollowingId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let who = verb::set(seated.cx(), id, Bond::Follow, true).await?;
    seated.done("/listen/following", Flash::said("You follow ", who, " again."))
}
