//! One person: where they are, what is between us on every network, who gave and asked, and who of ours talks with them.

use model::{AimId, ConversationId, Kind, Nature, NoteId, PersonId, PostId, ProfileId, TieWord, Timestamp};
use networks::Networks;
use store::between::{SeenSign, SeenVisits, WORDS_MAX, Word};
use store::persons::KeptPerson;
use store::{Kept, Tx};

use super::ledger::{kind_of, what_of};
use super::people::{Presence, face, presence};
use super::tie;
use crate::converse::refresh::WAITING;
use crate::converse::snippet;
use crate::{Cx, Done, VerbError};

/// Lines of the timeline that are read at once.
pub const TIMELINE: usize = 40;
/// Months of the chart.
const MONTHS: i32 = 8;
/// Lines of the ledger's list.
const LEDGER_MAX: usize = 30;
const BOTH_MAX: usize = 3;
/// People who are looked through for those.
const BOTH_LOOKED_AT_MAX: u32 = 20;

/// What waits for our answer.
#[derive(Clone, Debug)]
pub struct Waits {
    pub conversation: ConversationId,
    pub network_name: String,
    pub mark: String,
    pub words: String,
    pub language: Option<String>,
    pub since: Timestamp,
}

/// A line of the timeline.
#[derive(Clone, Debug)]
pub struct Event {
    pub at: Timestamp,
    pub network_name: String,
    pub mark: String,
    pub conversation: Option<ConversationId>,
    pub what: Happening,
}

#[derive(Clone, Debug)]
pub enum Happening {
    /// Words, with what they mostly were.
    Said { is_mine: bool, words: String, language: Option<String>, kind: Kind, what: &'static str },
    /// `like`, `boost` or `follow`; with the words it was put on.
    Sign { is_mine: bool, kind: String, words: Option<String> },
    /// Our own note.
    Note { id: NoteId, text: String },
    /// People came by a link in what we wrote to them.
    Visits { people: u64, target: String },
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The word it was, where it was one: its kind can be corrected.
    pub post: Option<PostId>,
    pub at: Timestamp,
    pub is_mine: bool,
    pub kind: Kind,
    pub what: String,
}

/// One month of the ledger: what each did, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// From 1.
    pub month: i8,
    pub year: i16,
    pub mine: Vec<Kind>,
    pub theirs: Vec<Kind>,
}

/// Who gave and who asked.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub gave: u32,
    pub asked: u32,
    pub they_gave: u32,
    pub they_asked: u32,
    pub since: Option<Timestamp>,
    pub months: Vec<Month>,
    /// Newest first.
    pub lines: Vec<LedgerLine>,
}

/// Somebody whom we both talk with.
#[derive(Clone, Debug)]
pub struct Both {
    pub id: PersonId,
    pub name: String,
    pub about: String,
    pub face: Option<ProfileId>,
    /// Between us and them.
    pub tie: Option<TieWord>,
    /// What we and they said to each other.
    pub our_talks: u32,
    /// How often the person answered them, and they the person, in what we have read.
    pub to_them: u64,
    pub from_them: u64,
    pub last_at: Timestamp,
    /// The open aim they hang on.
    pub aim: Option<(AimId, String)>,
}

/// A joining that holds, which can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRow {
    pub id: i64,
    pub name: String,
    pub proof: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct PersonPage {
    pub id: PersonId,
    pub name: String,
    pub about: String,
    pub nature: Nature,
    pub is_edited: bool,
    pub is_me: bool,
    pub face: Option<ProfileId>,
    pub presences: Vec<Presence>,
    pub tie: Option<TieWord>,
    /// Both speak about as often as the other.
    pub is_even: bool,
    pub from_me: u32,
    pub from_them: u32,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    pub waits: Option<Waits>,
    pub ledger: Ledger,
    pub timeline: Vec<Event>,
    /// Words between us that are older than the timeline shown.
    pub earlier: u64,
    pub both: Vec<Both>,
    /// Where we do not talk with them ourselves: who could introduce us.
    pub introduction: Option<super::introduce::Introduction>,
    pub organisation: String,
    pub role: String,
    /// Why they count as what they are; empty where nobody has looked.
    pub nature_why: String,
    /// They asked not to be the one in the middle.
    pub is_no_go_between: bool,
    /// Days of silence after which to remind of them.
    pub remind_days: Option<u32>,
    /// Their mail address, from contacts.
    pub mail: String,
    pub notes: Vec<(NoteId, String, Timestamp)>,
    pub joins: Vec<JoinRow>,
    /// Whether their public follows can be read, and what was read of them.
    pub follows: (bool, Option<super::follows::Reading>),
    /// The aims they hang on, and the open ones they do not hang on.
    pub aims: AimsOf,
    pub zone: String,
}

/// Everything about a person. One who was joined into another answers with that one, by its id. `before`: the timeline from then back.
pub async fn person(cx: Cx<'_>, id: PersonId, before: Option<Timestamp>) -> Done<PersonPage> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(page(tx, &networks, standing(tx, id)?, before, now)?)).await
}

/// How often one may have been joined into another in turn.
const JOINED_MAX: usize = 64;

/// The person whose page stands for this one today.
pub(crate) fn standing(tx: &Tx<'_>, id: PersonId) -> Kept<KeptPerson> {
    let mut person = tx.persons().get(id)?;
    for _ in 0..JOINED_MAX {
        let Some(into) = person.joined_into else { break };
        person = tx.persons().get(into)?;
    }
    Ok(person)
}

fn page(tx: &Tx<'_>, networks: &Networks, kept: KeptPerson, before: Option<Timestamp>, now: Timestamp) -> Kept<PersonPage> {
    let profiles = tx.profiles().of_person(kept.id)?;
    let presences: Vec<Presence> = profiles.iter().map(|p| presence(networks, p)).collect();
    let zone = tx.this_desk()?.zone;
    let all = tx.between().words(kept.id, after(now), WORDS_MAX)?;
    let shown_before = before.unwrap_or_else(|| after(now));
    let timeline = timeline(tx, networks, &kept, shown_before, before.is_none())?;
    let earlier = match timeline.last() {
        Some(last) => tx.between().count_words(kept.id, last.at)?,
        None => 0,
    };
    let waits = tx.conversations().with_person(kept.id, 50)?.into_iter().find(|c| c.face.inbox == WAITING).map(|c| {
        let about = networks.get(&c.face.network).map(|n| n.about());
        Waits {
            conversation: c.id,
            network_name: about.map_or_else(|| c.face.network.to_string(), |a| a.name.to_owned()),
            mark: about.map_or_else(|| "··".to_owned(), |a| a.mark.to_owned()),
            words: c.face.words,
            language: c.face.language,
            since: c.face.since,
        }
    });
    let joins = tx
        .joins()
        .of_person(kept.id)?
        .into_iter()
        .map(|j| Ok(JoinRow { id: j.id, name: tx.persons().get(j.gone)?.name, proof: j.proof, at: j.at }))
        .collect::<Kept<Vec<_>>>()?;
    let is_known = kept.talk.from_me > 0 && kept.talk.from_them > 0;
    let introduction =
        if is_known || kept.is_me { None } else { Some(super::introduce::to_person(tx, &kept, super::introduce::WAYS_MAX, now)?) };
    let more = kept.more.clone();
    let (most, least) = (kept.talk.from_me.max(kept.talk.from_them), kept.talk.from_me.min(kept.talk.from_them));
    Ok(PersonPage {
        id: kept.id,
        face: face(&profiles),
        presences,
        tie: tie::tie_word(&kept.talk, now),
        is_even: least > 0 && most <= 2 * least,
        from_me: kept.talk.from_me,
        from_them: kept.talk.from_them,
        first_at: kept.talk.first_at,
        last_at: kept.talk.last_at,
        waits,
        ledger: ledger(&all, tx, &kept, &zone, now)?,
        timeline,
        earlier,
        both: both(tx, &kept, now)?,
        introduction,
        organisation: more.organisation,
        role: more.role,
        nature_why: more.nature_why,
        is_no_go_between: more.is_no_go_between,
        remind_days: more.remind_days,
        mail: more.mail,
        notes: tx.notes().of_person(kept.id)?.into_iter().map(|n| (n.id, n.text, n.at)).collect(),
        joins,
        aims: aims(tx, kept.id)?,
        follows: if kept.is_me { (false, None) } else { super::follows::told(tx, networks, kept.id)? },
        zone,
        name: kept.name,
        about: kept.about,
        nature: kept.nature,
        is_edited: kept.is_edited,
        is_me: kept.is_me,
    })
}

/// The aims somebody hangs on, by name, and the open ones they do not hang on.
type AimsOf = (Vec<(AimId, String)>, Vec<(AimId, String)>);

fn aims(tx: &Tx<'_>, person: PersonId) -> Kept<AimsOf> {
    let theirs = tx.aims().of_person(person)?;
    let (on, off): (Vec<_>, Vec<_>) = tx.aims().list()?.into_iter().partition(|a| theirs.contains(&a.id));
    let named = |a: model::Aim| (a.id, a.name);
    Ok((on.into_iter().map(named).collect(), off.into_iter().filter(|a| a.closed_at.is_none()).map(named).collect()))
}

/// Just after `now`, so that what was said this very moment is in.
pub(super) fn after(now: Timestamp) -> Timestamp {
    now + jiff::SignedDuration::from_secs(60)
}

fn timeline(tx: &Tx<'_>, networks: &Networks, person: &KeptPerson, before: Timestamp, is_newest: bool) -> Kept<Vec<Event>> {
    let named = |network: &model::NetworkKey| {
        let about = networks.get(network).map(|n| n.about());
        (about.map_or_else(|| network.to_string(), |a| a.name.to_owned()), about.map_or_else(|| "··".to_owned(), |a| a.mark.to_owned()))
    };
    let max = u32::try_from(TIMELINE).unwrap_or(u32::MAX);
    let mut events = Vec::new();
    let words = tx.between().words(person.id, before, max)?;
    // Beyond the oldest word shown lies the next page.
    let is_full = words.len() >= TIMELINE;
    let oldest = words.last().map(|w| w.at);
    for word in words {
        let (network_name, mark) = named(&word.network);
        events.push(Event { at: word.at, network_name, mark, conversation: word.conversation, what: said(&word) });
    }
    for SeenSign { is_mine, kind, at, network, conversation, text } in tx.between().signs(person.id, before, max)? {
        let (network_name, mark) = named(&network);
        let words = text.filter(|t| !t.is_empty()).map(|t| snippet(&t));
        events.push(Event { at, network_name, mark, conversation, what: Happening::Sign { is_mine, kind, words } });
    }
    let own = || ("your own note".to_owned(), "··".to_owned());
    for note in tx.notes().of_person(person.id)?.into_iter().filter(|n| n.at < before) {
        let (network_name, mark) = own();
        events.push(Event { at: note.at, network_name, mark, conversation: None, what: Happening::Note { id: note.id, text: note.text } });
    }
    if is_newest {
        for SeenVisits { target, people, last_at, .. } in tx.between().visits(person.id)? {
            let what = Happening::Visits { people, target };
            events.push(Event { at: last_at, network_name: "your short link".into(), mark: "··".into(), conversation: None, what });
        }
    }
    if is_full && let Some(oldest) = oldest {
        events.retain(|e| e.at >= oldest);
    }
    events.sort_by_key(|e| std::cmp::Reverse(e.at));
    Ok(events)
}

fn said(word: &Word) -> Happening {
    let kind = word.told.unwrap_or_else(|| kind_of(word.kind, &word.text, word.answers.as_deref(), word.has_own_link));
    let words = match &word.warning {
        Some(warning) => snippet(warning),
        None => snippet(&word.text),
    };
    let what = what_of(kind, word.has_own_link, word.answers.as_deref());
    Happening::Said { is_mine: word.is_mine, words, language: word.language.clone(), kind, what }
}

fn ledger(words: &[Word], tx: &Tx<'_>, person: &KeptPerson, zone: &str, now: Timestamp) -> Kept<Ledger> {
    let mut lines: Vec<LedgerLine> = words
        .iter()
        .map(|w| {
            let kind = w.told.unwrap_or_else(|| kind_of(w.kind, &w.text, w.answers.as_deref(), w.has_own_link));
            let what = what_of(kind, w.has_own_link, w.answers.as_deref()).to_owned();
            LedgerLine { post: Some(w.post), at: w.at, is_mine: w.is_mine, kind, what }
        })
        .collect();
    // What was written down by hand or by a reply, where its post is not among the words.
    for gesture in tx.gestures().of_person(person.id)? {
        let is_there = gesture.post.is_some_and(|post| words.iter().any(|w| w.post == post));
        if !is_there && gesture.delivery.is_none() {
            lines.push(LedgerLine { post: None, at: gesture.at, is_mine: gesture.is_mine, kind: gesture.kind, what: gesture.what });
        }
    }
    for sign in tx.between().signs(person.id, after(now), WORDS_MAX)?.into_iter().filter(|s| s.kind == "boost") {
        let what = if sign.is_mine { "passed on what they said" } else { "passed on what you said" };
        lines.push(LedgerLine { post: None, at: sign.at, is_mine: sign.is_mine, kind: Kind::Gives, what: what.into() });
    }
    lines.retain(|l| l.kind != Kind::Talks);
    lines.sort_by_key(|l| std::cmp::Reverse(l.at));
    let count = |is_mine: bool, kind: Kind| {
        u32::try_from(lines.iter().filter(|l| l.is_mine == is_mine && l.kind == kind).count()).unwrap_or(u32::MAX)
    };
    let mut ledger = Ledger {
        gave: count(true, Kind::Gives),
        asked: count(true, Kind::Asks),
        they_gave: count(false, Kind::Gives),
        they_asked: count(false, Kind::Asks),
        since: lines.last().map(|l| l.at),
        months: months(&lines, zone, now),
        lines: Vec::new(),
    };
    lines.truncate(LEDGER_MAX);
    ledger.lines = lines;
    Ok(ledger)
}

/// The last months up to this one; none where nothing was given or asked.
fn months(lines: &[LedgerLine], zone: &str, now: Timestamp) -> Vec<Month> {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let number = |at: Timestamp| {
        let at = at.to_zoned(zone.clone());
        i32::from(at.year()) * 12 + i32::from(at.month()) - 1
    };
    let this = number(now);
    if lines.is_empty() {
        return Vec::new();
    }
    let first = this - MONTHS + 1;
    let mut months: Vec<Month> = (first..=this)
        .map(|n| Month {
            month: i8::try_from(n % 12 + 1).unwrap_or(1),
            year: i16::try_from(n / 12).unwrap_or(0),
            mine: Vec::new(),
            theirs: Vec::new(),
        })
        .collect();
    for line in lines.iter().rev() {
        let place = usize::try_from(number(line.at) - first).ok();
        if let Some(month) = place.and_then(|p| months.get_mut(p)) {
            let side = if line.is_mine { &mut month.mine } else { &mut month.theirs };
            side.push(line.kind);
        }
    }
    months
}

/// Who talks with them and with us, strongest by the weaker of both sides.
fn both(tx: &Tx<'_>, person: &KeptPerson, now: Timestamp) -> Kept<Vec<Both>> {
    let mut found = Vec::new();
    for (other, from_them, to_them, last_at) in tx.between().talks_with(person.id, BOTH_LOOKED_AT_MAX)? {
        let Some(other) = tx.persons().find(other)? else { continue };
        let is_two_way = other.talk.from_me > 0 && other.talk.from_them > 0;
        if !is_two_way || other.nature != Nature::Person {
            continue;
        }
        let profiles = tx.profiles().of_person(other.id)?;
        let weaker = tie::exchange(&other.talk, now).min((from_them as f64 * to_them as f64).sqrt());
        let one = Both {
            id: other.id,
            tie: tie::tie_word(&other.talk, now),
            our_talks: other.talk.from_me.saturating_add(other.talk.from_them),
            face: face(&profiles),
            name: other.name,
            about: other.about,
            to_them,
            from_them,
            last_at,
            aim: None,
        };
        found.push((weaker, one));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut found: Vec<Both> = found.into_iter().map(|(_, one)| one).take(BOTH_MAX).collect();
    for one in &mut found {
        if let Some(aim) = tx.aims().of_people(&[one.id])? {
            one.aim = Some((aim, tx.aims().get(aim)?.name));
        }
    }
    Ok(found)
}
