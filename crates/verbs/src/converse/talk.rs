//! One conversation as its page shows it: what was said, in order, with what is missing; who it is about; and how it can be answered.

use std::collections::{HashMap, HashSet};

use model::{AimId, ConversationId, Media, PersonId, Poll, PostId, ProfileId, Quote, TieWord, Timestamp, Turn, Visibility};
use store::conversations::KeptConversation;
pub use store::earlier::EarlierWords;
use store::posts::KeptPost;
use store::threads::Said;
use store::{Kept, Tx};

use super::answering::{Answering, answering};
use super::colleagues::{Colleagues, colleagues};
use super::inbox::{Inbox, NetName, net_name};
use super::promises::{self, Proposed};
use super::turn::in_order;
use crate::publish::render::Press;
use crate::relate::tie;
use crate::{App, Cx, Done, VerbError};

/// Who waits is walked through up to here.
const WALK_MAX: u32 = 500;
/// People whom both know that are named beside the page.
const BOTH_KNOW_MAX: usize = 3;
/// Those a person talks with that are looked through for them.
const TALKS_WITH_MAX: u32 = 20;
/// Notes shown beside the page.
const NOTES_MAX: usize = 3;

/// One post on the page.
#[derive(Clone, Debug)]
pub struct TalkPost {
    pub id: PostId,
    pub name: String,
    pub person: PersonId,
    pub face: Option<ProfileId>,
    /// Where it stands; several where we said it in several places.
    pub networks: Vec<NetName>,
    pub at: Timestamp,
    pub is_edited: bool,
    pub url: Option<String>,
    pub title: Option<String>,
    pub warning: Option<String>,
    pub text: String,
    pub language: Option<String>,
    pub media: Vec<Media>,
    pub poll: Option<Poll>,
    pub quote: Option<Quote>,
    /// What it said before its author changed it, oldest first.
    pub earlier: Vec<EarlierWords>,
    /// Only those named in it read it.
    pub is_private: bool,
    pub is_mine: bool,
    /// It answers another post than the first.
    pub is_in: bool,
    /// It waits for our answer since then.
    pub waits_since: Option<Timestamp>,
    /// What it answers is not here.
    pub is_after_hole: bool,
    pub is_deleted: bool,
    pub is_liked: bool,
    pub is_boosted: bool,
    /// Its network lets us like and pass on.
    pub takes_signs: bool,
}

/// Who the conversation is with, for beside the page.
#[derive(Clone, Debug)]
pub struct Who {
    pub person: PersonId,
    pub name: String,
    pub about: String,
    pub face: Option<ProfileId>,
    pub tie: Option<TieWord>,
    /// When the two of us first and last spoke before this conversation, anywhere.
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    /// An earlier conversation, to be read again.
    pub earlier: Option<(ConversationId, String, Timestamp)>,
    /// People you both talk with.
    pub both_know: Vec<(PersonId, String, Option<TieWord>)>,
    pub notes: Vec<(String, Timestamp)>,
}

/// Where we are among those who wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// From 1; 0 where it does not wait.
    pub place: usize,
    pub of: usize,
    pub next: Option<(ConversationId, String)>,
    pub previous: Option<ConversationId>,
}

#[derive(Clone, Debug)]
pub struct Talk {
    pub id: ConversationId,
    pub title: Option<String>,
    /// The box it stands in, if it stands in one.
    pub inbox: Option<Inbox>,
    pub later_until: Option<Timestamp>,
    pub who: String,
    pub because: String,
    pub posts: Vec<TalkPost>,
    /// Names of those who take part, ourselves left out, in order of speaking.
    pub others: Vec<String>,
    pub voices: u32,
    pub networks: Vec<NetName>,
    /// It began with words of ours.
    pub began_mine: bool,
    pub answering: Option<Answering>,
    /// An answer of ours is on its way: its words.
    pub under_way: Option<String>,
    pub person: Option<Who>,
    pub walk: Walk,
    /// For how long an answer can be taken back.
    pub hold_seconds: u32,
    /// It is read in a sitting that goes on.
    pub is_in_sitting: bool,
    pub colleagues: Colleagues,
    /// A promise of ours that somebody may say yes to.
    pub proposed: Option<Proposed>,
    /// What we promised, and when it is due.
    pub promised: Vec<(String, Timestamp)>,
    pub serves: Serves,
}

/// Which aim a talk serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serves {
    /// Its own.
    pub own: Option<AimId>,
    /// The one it touches without an own one, since somebody in it hangs on it: its name.
    pub by_somebody: Option<String>,
    /// Those it could serve: the open ones, and its own.
    pub aims: Vec<(AimId, String)>,
}

fn serves(tx: &Tx<'_>, kept: &KeptConversation) -> Kept<Serves> {
    let (own, touches) = (kept.marks.aim, kept.face.touches);
    let all = tx.aims().list()?;
    let by_somebody = all.iter().find(|a| own.is_none() && Some(a.id) == touches).map(|a| a.name.clone());
    let aims = all.into_iter().filter(|a| a.closed_at.is_none() || Some(a.id) == own).map(|a| (a.id, a.name)).collect();
    Ok(Serves { own, by_somebody, aims })
}

/// The conversation, to be answered at `to` or, without one, where it waits. Where it was joined with
/// another, the answer's `id` is another than was asked for.
pub async fn talk(cx: Cx<'_>, id: ConversationId, to: Option<PostId>) -> Done<Talk> {
    let (now, voice, press) = (cx.now, cx.seat.voice, Press::to_look(cx));
    let read = cx
        .app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let id = tx.conversations().resolve(id)?;
            let kept = tx.conversations().get(id)?;
            let said = tx.threads().said(id)?;
            let posts = tx.posts().of_conversation(id)?;
            let signs = tx.signs().mine_in(id)?;
            let earlier = tx.earlier().of_conversation(id)?;
            let answering = answering(tx, &press, &kept, &said, (to, None), voice)?;
            let under_way = match kept.marks.answering {
                Some(draft) => tx.drafts().find(draft)?.map(|d| d.draft.text),
                None => None,
            };
            let person = match kept.face.person {
                Some(person) => who(tx, person, &kept, &said, now)?,
                None => None,
            };
            let walk = walk(&tx.threads().walk(super::refresh::WAITING, WALK_MAX)?, id);
            let hold_seconds = crate::desk::choices::hold(tx)?;
            let is_in_sitting = super::sitting::is_sitting(tx, voice, now)?;
            let behind = Behind::of(tx, &kept, &said, voice, now)?;
            Ok(Read { kept, said, posts, signs, earlier, answering, under_way, person, walk, hold_seconds, is_in_sitting, behind })
        })
        .await?;
    Ok(drawn_up(cx.app, read))
}

struct Read {
    kept: KeptConversation,
    said: Vec<Said>,
    posts: Vec<KeptPost>,
    signs: Vec<(PostId, String)>,
    earlier: Vec<(PostId, EarlierWords)>,
    answering: Option<Answering>,
    under_way: Option<String>,
    person: Option<Who>,
    walk: Walk,
    hold_seconds: u32,
    is_in_sitting: bool,
    behind: Behind,
}

/// What nobody outside the desk sees.
struct Behind {
    colleagues: Colleagues,
    proposed: Option<Proposed>,
    promised: Vec<(String, Timestamp)>,
    serves: Serves,
}

impl Behind {
    fn of(tx: &Tx<'_>, kept: &KeptConversation, said: &[Said], voice: Option<model::VoiceId>, now: Timestamp) -> Kept<Behind> {
        let zone = jiff::tz::TimeZone::get(&tx.this_desk()?.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        Ok(Behind {
            colleagues: colleagues(tx, kept.id, &kept.marks, voice, now)?,
            proposed: promises::proposed(tx, kept.id, said, &zone)?,
            promised: promises::open(tx, kept.id)?.into_iter().map(|p| (p.words, p.due_at)).collect(),
            serves: serves(tx, kept)?,
        })
    }
}

fn drawn_up(app: &App, read: Read) -> Talk {
    let face = &read.kept.face;
    let mut others: Vec<String> = Vec::new();
    for said in read.said.iter().filter(|s| !s.is_mine) {
        if !others.contains(&said.who) {
            others.push(said.who.clone());
        }
    }
    Talk {
        id: read.kept.id,
        title: face.title.clone(),
        inbox: Inbox::from_word(&face.inbox),
        later_until: read.kept.marks.later_until,
        who: face.who.clone(),
        because: face.because.clone(),
        posts: posts(app, &read),
        others,
        voices: face.voices,
        networks: face.networks.iter().filter_map(|key| net_name(app, key)).collect(),
        began_mine: in_order(&read.said).first().is_some_and(|&i| read.said[i].is_mine),
        answering: read.answering,
        under_way: read.under_way,
        person: read.person,
        walk: read.walk,
        hold_seconds: read.hold_seconds,
        is_in_sitting: read.is_in_sitting,
        colleagues: read.behind.colleagues,
        proposed: read.behind.proposed,
        promised: read.behind.promised,
        serves: read.behind.serves,
    }
}

/// The posts in order; what we said in several places at once stands once.
fn posts(app: &App, read: &Read) -> Vec<TalkPost> {
    let face = &read.kept.face;
    let is_open = face.inbox == super::refresh::WAITING || face.inbox == super::refresh::PRIVATE;
    let waits = is_open && face.turn == Turn::Mine && read.kept.marks.answering.is_none();
    let by_id: HashMap<PostId, &KeptPost> = read.posts.iter().map(|p| (p.id, p)).collect();
    let known: HashSet<&str> = read.said.iter().flat_map(|s| [Some(s.remote_id.as_str()), s.local.as_deref()]).flatten().collect();
    let order = in_order(&read.said);
    let first = order.first().map(|&i| &read.said[i]);
    let mut all: Vec<TalkPost> = Vec::with_capacity(order.len());
    for said in order.iter().map(|&i| &read.said[i]) {
        let Some(kept) = by_id.get(&said.id) else { continue };
        let net = net_name(app, said.network.as_str());
        if said.is_mine
            && said.reply_to.is_none()
            && let Some(twin) = all.iter_mut().find(|p| p.is_mine && p.text == said.text && !p.is_in)
        {
            twin.networks.extend(net.filter(|n| !twin.networks.contains(n)));
            continue;
        }
        let signed = |kind: &str| read.signs.iter().any(|(post, k)| *post == said.id && k == kind);
        let answers_first = first.is_some_and(|f| said.reply_to.as_deref() == Some(&f.remote_id) || said.reply_to == f.local);
        let is_after_hole = said.reply_to.as_deref().is_some_and(|to| !known.contains(to));
        all.push(TalkPost {
            id: said.id,
            name: said.who.clone(),
            person: said.person,
            face: said.has_face.then_some(said.author),
            networks: net.into_iter().collect(),
            at: said.created_at,
            is_edited: kept.post.edited_at.is_some(),
            url: kept.post.url.clone(),
            title: said.title.clone(),
            warning: said.warning.clone(),
            text: said.text.clone(),
            language: said.language.clone(),
            media: kept.post.media.clone(),
            poll: kept.post.poll.clone(),
            quote: kept.post.quote.clone(),
            earlier: read.earlier.iter().filter(|(post, _)| *post == said.id).map(|(_, words)| words.clone()).collect(),
            is_private: said.visibility == Visibility::Direct,
            is_mine: said.is_mine,
            is_in: said.reply_to.is_some() && !answers_first && !is_after_hole,
            waits_since: (waits && face.post == Some(said.id)).then_some(said.created_at),
            is_after_hole,
            is_deleted: said.is_deleted,
            is_liked: signed("like"),
            is_boosted: signed("boost"),
            takes_signs: !said.is_mine
                && said.visibility != Visibility::Direct
                && app.networks.get(&said.network).is_some_and(|n| n.publish().is_some()),
        });
    }
    all
}

fn walk(waiting: &[(ConversationId, String)], here: ConversationId) -> Walk {
    let at = waiting.iter().position(|(id, _)| *id == here);
    let next = match at {
        Some(at) => waiting.get(at + 1),
        None => waiting.first(),
    };
    Walk {
        place: at.map_or(0, |at| at + 1),
        of: waiting.len(),
        next: next.cloned(),
        previous: at.and_then(|at| at.checked_sub(1)).and_then(|at| waiting.get(at)).map(|(id, _)| *id),
    }
}

/// The person beside the page, as far as the desk honestly knows them.
fn who(tx: &Tx<'_>, person: PersonId, here: &KeptConversation, said: &[Said], now: Timestamp) -> Kept<Option<Who>> {
    let Some(kept) = tx.persons().find(person)? else { return Ok(None) };
    if kept.is_me {
        return Ok(None);
    }
    let earlier = tx.conversations().with_person(person, 10)?.into_iter().find(|c| c.id != here.id && !c.face.inbox.is_empty());
    let mut both_know = Vec::new();
    for (other, ..) in tx.between().talks_with(person, TALKS_WITH_MAX)? {
        if both_know.len() >= BOTH_KNOW_MAX {
            break;
        }
        if let Some(other) = tx.persons().find(other)?
            && let Some(word) = tie::tie_word(&other.talk, now)
            && other.talk.from_me > 0
        {
            both_know.push((other.id, other.name, Some(word)));
        }
    }
    let notes = tx.notes().of_person(person)?.into_iter().take(NOTES_MAX).map(|n| (n.text, n.at)).collect();
    Ok(Some(Who {
        person,
        name: kept.name.clone(),
        about: kept.about.clone(),
        face: said.iter().find(|s| s.person == person && s.has_face).map(|s| s.author),
        tie: tie::tie_word(&kept.talk, now),
        first_at: kept.talk.first_at,
        last_at: earlier.as_ref().map(|c| c.face.last_at),
        earlier: earlier.map(|c| (c.id, c.face.words, c.face.last_at)),
        both_know,
        notes,
    }))
}

/// The address of a post's picture `n`, to be shown through the desk.
pub async fn media_url(cx: Cx<'_>, post: PostId, n: usize) -> Done<String> {
    let kept = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.posts().get(post)?)).await?;
    let media = kept.post.media.get(n).ok_or(VerbError::Missing("picture"))?;
    Ok(media.preview_url.clone().unwrap_or_else(|| media.url.clone()))
}

/// Whom a conversation is with.
pub async fn name_of(cx: Cx<'_>, id: ConversationId) -> Done<String> {
    cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.conversations().get(tx.conversations().resolve(id)?)?.face.who)).await
}

/// The conversation that comes first among those that wait.
pub async fn first_waiting(cx: Cx<'_>) -> Done<Option<ConversationId>> {
    let first = cx.app.store.read::<_, VerbError>(cx.seat, |tx| Ok(tx.threads().walk(super::refresh::WAITING, 1)?)).await?;
    Ok(first.into_iter().next().map(|(id, _)| id))
}
