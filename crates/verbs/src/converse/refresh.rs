//! A conversation's row, computed anew from its posts and from what a person did with it, at every change.

use std::collections::HashSet;

use model::{AimId, ConversationId, PersonId, Quote, Timestamp, Turn, Visibility};
use store::conversations::{Face, KeptConversation, Marks, Renewed};
use store::promises::KeptPromise;
use store::threads::Said;
use store::{Kept, Tx};

use super::turn::{Me, Standing, turn};
use super::words::snippet;
use crate::relate::tie;

/// A missing post is asked for this long after it was noticed, so that it may come by itself first.
const HOLE_PATIENCE_S: i64 = 20;
/// Missing posts that one look at a conversation notes.
const HOLES_A_LOOK_MAX: usize = 10;

pub const WAITING: &str = "waiting";
pub const YOU_WAIT: &str = "you-wait";
pub const LATER: &str = "later";
pub const SPOKE: &str = "spoke";
pub const DONE: &str = "done";
/// Said to those named alone: kept apart from what is public, whosever turn it is.
pub const PRIVATE: &str = "private";
/// Heard by nobody, until somebody says otherwise.
pub const MUTED: &str = "muted";

/// Ranks within [`PRIVATE`].
pub const PRIVATE_WAITS: u32 = 0;
const PRIVATE_RESTS: u32 = 2;

/// Computes the row of a conversation anew. One without posts keeps its empty face.
pub fn refresh(tx: &Tx<'_>, id: ConversationId, now: Timestamp) -> Kept<()> {
    refresh_each(tx, vec![(tx.conversations().get(id)?, false)], now)
}

/// The same for several, of which some are not kept yet (`true`).
pub(super) fn refresh_each(tx: &Tx<'_>, all: Vec<(KeptConversation, bool)>, now: Timestamp) -> Kept<()> {
    let ids: Vec<ConversationId> = all.iter().map(|(before, _)| before.id).collect();
    let mut renewed = Vec::with_capacity(all.len());
    for ((before, is_new), said) in all.into_iter().zip(tx.threads().said_each(&ids)?) {
        if said.is_empty() {
            continue;
        }
        let me = me(tx, before.id, &said)?;
        // Nothing can have been promised in one that only begins.
        let promises = if is_new { Vec::new() } else { super::promises::settle(tx, before.id, &said, before.marks.done_at, now)? };
        let standing = promised(turn(&said, &me), &promises, &said);
        let face = face(tx, &before, &said, &standing, now)?;
        if !face.inbox.is_empty() {
            note_holes(tx, &said, &face, now)?;
        }
        renewed.push(Renewed { before, is_new, face });
    }
    tx.conversations().save(&renewed)
}

/// Our own names, and who of the thread we know from elsewhere.
fn me(tx: &Tx<'_>, id: ConversationId, said: &[Said]) -> Kept<Me> {
    let mut me = Me { remote_ids: said.iter().filter(|s| s.is_mine).map(|s| s.author_remote.clone()).collect(), ..Me::default() };
    if said.iter().any(|s| s.reply_to_author.is_some() || s.names_me) {
        for own in tx.profiles().mine()? {
            me.handles.insert(own.profile.handle.to_lowercase());
            me.remote_ids.insert(own.profile.remote_id);
        }
    }
    let mut asked = HashSet::new();
    for post in said.iter().filter(|s| !s.is_mine && s.heard_at.is_some()) {
        if asked.insert(post.person) && tx.threads().met_elsewhere(post.person, id)? {
            me.met.insert(post.author_remote.clone());
        }
    }
    Ok(me)
}

fn face(tx: &Tx<'_>, before: &KeptConversation, said: &[Said], standing: &Standing, now: Timestamp) -> Kept<Face> {
    let marks = &before.marks;
    let (shown, about) = (&said[standing.shown], &said[standing.about]);
    let mut networks = vec![shown.network.as_str().to_owned()];
    for post in said {
        if !networks.iter().any(|n| n == post.network.as_str()) {
            networks.push(post.network.as_str().to_owned());
        }
    }
    let touches = touched(tx, marks, said)?;
    let rank = match (touches, about.is_mine) {
        (Some(_), _) if shown.visibility != Visibility::Direct => 0,
        // In private, who waits comes first.
        _ if shown.visibility == Visibility::Direct => match (standing.turn, marks.answering) {
            (Turn::Mine, None) => PRIVATE_WAITS,
            _ => PRIVATE_RESTS,
        },
        // Whoever is warm or close comes before others.
        (_, false) if tx.threads().tie(about.person)? >= tie::key_of(tie::WARM, now) => 1,
        _ => 2,
    };
    let is_history = said.iter().all(|s| s.heard_at.is_none());
    let words = match (&shown.warning, shown.is_deleted) {
        (_, true) => String::new(),
        (Some(warning), _) => snippet(warning),
        (None, _) if shown.text.is_empty() => unsaid(shown),
        (None, _) => snippet(&shown.text),
    };
    // What we asked of nobody in particular.
    let is_to_all = about.is_mine && standing.turn == Turn::Theirs;
    let is_answering = marks.answering.is_some() && standing.turn == Turn::Mine;
    Ok(Face {
        account: shown.account,
        network: shown.network.clone(),
        networks,
        title: said.iter().find_map(|s| s.title.clone()),
        person: (!is_to_all).then_some(about.person),
        profile: Some(about.author),
        has_face: about.has_face && !is_to_all,
        who: if is_to_all { "Everyone".to_owned() } else { about.who.clone() },
        words,
        language: shown.language.clone(),
        post: Some(shown.id),
        is_mine: shown.is_mine,
        turn: if is_answering { Turn::Theirs } else { standing.turn },
        because: if is_answering { "Your answer is on its way.".into() } else { standing.because.clone() },
        since: standing.since,
        last_at: said.iter().map(|s| s.created_at).max().unwrap_or(now),
        posts: u32::try_from(said.len()).unwrap_or(u32::MAX),
        voices: u32::try_from(said.iter().map(|s| s.person).collect::<HashSet<_>>().len()).unwrap_or(u32::MAX),
        inbox: inbox(said, standing, marks, now).to_owned(),
        rank,
        is_history,
        has_warning: shown.warning.is_some(),
        visibility: shown.visibility,
        marks: marks_of(shown),
        touches,
    })
}

/// The aim that a talk touches: its own, else that of somebody who speaks in it.
fn touched(tx: &Tx<'_>, marks: &Marks, said: &[Said]) -> Kept<Option<AimId>> {
    if marks.aim.is_some() {
        return Ok(marks.aim);
    }
    let mut people: Vec<PersonId> = Vec::new();
    for post in said.iter().filter(|s| !s.is_mine) {
        if !people.contains(&post.person) {
            people.push(post.person);
        }
    }
    tx.aims().of_people(&people)
}

/// What stands in the row of a post without words of its own.
fn unsaid(shown: &Said) -> String {
    match (&shown.title, &shown.poll, &shown.quote) {
        (Some(title), ..) => title.clone(),
        (None, Some(poll), _) => snippet(&poll.line()),
        (None, None, Some(Quote::Here(quoted))) => snippet(quoted.warning.as_deref().unwrap_or(&quoted.text)),
        (None, None, _) => String::new(),
    }
}

/// What the shown post is beside its words.
fn marks_of(shown: &Said) -> String {
    if shown.is_deleted {
        return String::new();
    }
    let marks = [(shown.poll.is_some(), "poll"), (shown.quote.is_some(), "quote"), (shown.is_edited, "edited")];
    marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect::<Vec<_>>().join(" ")
}

/// A promise of ours is our move, whoever spoke last.
fn promised(standing: Standing, promises: &[KeptPromise], said: &[Said]) -> Standing {
    match promises.first() {
        Some(promise) if standing.turn != Turn::Mine => Standing {
            turn: Turn::Mine,
            because: format!("You promised: “{}”", promise.words),
            since: promise.said_at,
            shown: said.iter().position(|s| s.id == promise.post).unwrap_or(standing.shown),
            is_spoken_of: false,
            ..standing
        },
        _ => standing,
    }
}

/// The box it stands in.
fn inbox(said: &[Said], standing: &Standing, marks: &Marks, now: Timestamp) -> &'static str {
    if marks.muted_at.is_some() {
        return MUTED;
    }
    let stirred_since = |at: Timestamp| standing.stirred_at.is_some_and(|stirred| stirred > at);
    if marks.done_at.is_some_and(|done| !stirred_since(done)) {
        return DONE;
    }
    if let Some(put_off) = marks.later_at {
        let is_early = marks.later_until.is_some_and(|until| until > now) || (marks.later_until_reply && marks.later_until.is_none());
        if is_early && (marks.later_firmly || !stirred_since(put_off)) {
            return LATER;
        }
    }
    if said[standing.shown].visibility == Visibility::Direct {
        return PRIVATE;
    }
    let is_mine_heard = said.iter().any(|s| s.is_mine && s.heard_at.is_some());
    match standing.turn {
        Turn::Mine if marks.answering.is_some() => YOU_WAIT,
        Turn::Mine => WAITING,
        // What we said before we came here is history, and so is waiting for an answer to it.
        Turn::Theirs if is_mine_heard => YOU_WAIT,
        _ if standing.is_spoken_of => SPOKE,
        _ if said.iter().any(|s| !s.is_mine && s.names_me) => SPOKE,
        _ => "",
    }
}

/// Notes which posts of a talk of ours are missing, so that they are asked for.
fn note_holes(tx: &Tx<'_>, said: &[Said], face: &Face, now: Timestamp) -> Kept<()> {
    let Some(account) = face.account else { return Ok(()) };
    let known: HashSet<&str> = said.iter().flat_map(|s| [Some(s.remote_id.as_str()), s.local.as_deref()]).flatten().collect();
    let missing = said.iter().filter(|s| s.reply_to.as_deref().is_some_and(|to| !known.contains(to)));
    for post in missing.take(HOLES_A_LOOK_MAX) {
        if let Some(wanted) = &post.reply_to {
            let ask_at = now + jiff::SignedDuration::from_secs(HOLE_PATIENCE_S);
            tx.threads().put_hole(&post.network, wanted, post.account.unwrap_or(account), post.id, ask_at)?;
        }
    }
    Ok(())
}
