//! The balance of what we say: giving and asking, answering and announcing, work and personal, new people and old. Against the desk's
//! own rules, and without a score. Two weeks are told in sentences; twelve spans are drawn.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;
use model::kinds::{Does, Side};
use model::{AccountId, Kind, Nature, NetworkKey, PersonId, PostId, Timestamp, VoiceId};
use store::balance::{Deed, Said};
use store::{Kept, StoreError, Tx};

pub use super::rules::{Rules, rules, set as set_rules};
use super::weeks::{span_of, today, zone_of};
use super::words::{capital, count, number, times};
use crate::converse::snippet;
use crate::listen::kinds::Judge;
use crate::{Cx, Done};

/// Spans of the drawings.
pub const SPANS: usize = 12;
/// Days that are told in sentences.
const TOLD_DAYS: i64 = 14;
/// Fewer gifts and asks than these are called few.
const FEW: u64 = 5;
/// Posts that are shown with what they were read as.
const READ_SHOWN_MAX: usize = 12;

/// How far the drawings go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Back {
    /// Twelve weeks.
    #[default]
    Weeks,
    /// Twelve times thirty days.
    Year,
}

impl Back {
    fn days(self) -> u32 {
        match self {
            Back::Weeks => 7,
            Back::Year => 30,
        }
    }
}

/// Two things against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub sentence: String,
    /// What it comes to against the rules.
    pub verdict: String,
    /// Good news, and set off as such.
    pub is_well: bool,
    /// Span by span, the oldest first.
    pub up: Vec<u64>,
    pub down: Vec<u64>,
}

/// What one voice said in the two weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceRow {
    pub name: String,
    /// What is said elsewhere, not through Hobnob, is nobody's voice that we know of.
    pub is_elsewhere: bool,
    pub gave: u64,
    pub asked: u64,
    pub answers: u64,
    pub posts: u64,
    pub people: u64,
}

/// Everything on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    pub title: String,
    pub today: Date,
    pub back: Back,
    pub rules: Rules,
    /// Too little to tell anything from.
    pub is_little: bool,
    pub giving: Pair,
    pub answering: Pair,
    pub personal: Pair,
    pub people: Pair,
    pub voices: Vec<VoiceRow>,
    /// By network: gave, asked.
    pub venues: Vec<(String, u64, u64)>,
    /// Of the two weeks, the newest first.
    pub read: Vec<ReadPost>,
}

/// A post of ours that was not written here, and what it was read as.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPost {
    pub post: PostId,
    pub at: Timestamp,
    pub network: NetworkKey,
    pub network_name: String,
    pub words: String,
    pub does: Does,
    pub side: Side,
    pub is_put_right: bool,
}

/// How we stand, for the margin of Today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    pub gave: u64,
    pub asked: u64,
    pub sentence: String,
}

/// How we stand over the last two weeks, in a transaction.
pub fn stand(tx: &Tx<'_>, now: Timestamp) -> Kept<Stand> {
    let mut deeds = tx.balance().deeds(now - told())?;
    deeds.extend(read(tx, now - told())?.iter().map(deed_of));
    let deeds = once(deeds);
    let (gave, asked) = (of_kind(&deeds, Kind::Gives), of_kind(&deeds, Kind::Asks));
    let gifts = rules(tx)?.gifts;
    let rule = format!("Your own rule is {} for each ask", count(gifts.into(), "gift", "gifts"));
    let sentence = match room(gave, asked, gifts) {
        _ if gave + asked == 0 => format!("{rule}. Nothing was given or asked in two weeks."),
        Ok(0) => format!("{rule}, so the next gift comes first."),
        Ok(n) => format!("{rule}, so there is room for {}.", more_asks(n)),
        Err(n) => format!("{rule}: {} would bring it level.", count(n, "gift", "gifts")),
    };
    Ok(Stand { gave, asked, sentence })
}

/// What the judgement is less sure of counts as talk: a few words say little of what they do.
const SURE_FROM: f64 = 0.9;

/// Our own posts that no draft says the kind of, by their words and by what was put right.
fn read(tx: &Tx<'_>, since: Timestamp) -> Kept<Vec<ReadPost>> {
    let judge = Judge::of(tx)?;
    let of = |one: store::kinds::Unsaid| {
        let text = one.title.map_or_else(|| one.text.clone(), |title| format!("{title}\n\n{}", one.text));
        let judged = judge.decide(one.post, &text);
        ReadPost {
            post: one.post,
            at: one.at,
            network: NetworkKey(one.network),
            network_name: String::new(),
            words: snippet(&text),
            does: if judged.p >= SURE_FROM { judged.does } else { Does::Talks },
            side: judged.side,
            is_put_right: judge.is_put_right(one.post),
        }
    };
    Ok(tx.kinds().unsaid(since)?.into_iter().filter(|one| !one.text.trim().is_empty()).map(of).collect())
}

/// To sell is to ask; to tell is talk.
fn deed_of(read: &ReadPost) -> Deed {
    let kind = match read.does {
        Does::Gives => Kind::Gives,
        Does::Asks | Does::Sells => Kind::Asks,
        Does::Talks | Does::Tells => Kind::Talks,
    };
    let is_personal = read.side == Side::Personal;
    Deed { draft: None, post: Some(read.post), at: read.at, kind, is_personal, voice: None, network: Some(read.network.clone()) }
}

fn told() -> SignedDuration {
    SignedDuration::from_hours(24 * TOLD_DAYS)
}

/// Asks for which there is room, or the gifts that are missing.
fn room(gave: u64, asked: u64, gifts: u32) -> Result<u64, u64> {
    let gifts = u64::from(gifts.max(1));
    (gave / gifts).checked_sub(asked).ok_or_else(|| (asked * gifts).saturating_sub(gave))
}

fn more_asks(n: u64) -> String {
    format!("{} more {}", number(n), if n == 1 { "ask" } else { "asks" })
}

/// A gesture noted by hand shows none.
fn has_side(deed: &Deed) -> bool {
    deed.draft.is_some() || deed.post.is_some()
}

/// A draft that went to several networks was given or asked once.
fn once(deeds: Vec<Deed>) -> Vec<Deed> {
    let mut seen = BTreeSet::new();
    deeds.into_iter().filter(|d| d.draft.is_none_or(|id| seen.insert(id))).collect()
}

fn of_kind(deeds: &[Deed], kind: Kind) -> u64 {
    deeds.iter().filter(|d| d.kind == kind).count() as u64
}

/// Everything on the page.
pub async fn page(cx: Cx<'_>, back: Back) -> Done<Balance> {
    let (now, networks) = (cx.now, cx.app.networks.clone());
    let since = now - SignedDuration::from_hours(24 * i64::from(back.days()) * SPANS as i64);
    let kept = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            Ok((tx.this_desk()?.zone, rules(tx)?, tx.balance().deeds(since)?, tx.balance().said(since)?, tx.voices()?, read(tx, since)?))
        })
        .await?;
    let (zone, rules, mut by_place, said, voices, mut read) = kept;
    by_place.extend(read.iter().map(deed_of));
    let voices: Vec<(VoiceId, String)> = voices.into_iter().map(|(v, _)| (v.id, v.name)).collect();
    let late = now - told();
    read.retain(|r| r.at >= late);
    read.truncate(READ_SHOWN_MAX);
    for one in &mut read {
        one.network_name = networks.get(&one.network).map_or_else(|| one.network.to_string(), |n| n.about().name.to_owned());
    }
    let venues = venues(by_place.iter().filter(|d| d.at >= late), |key| {
        networks.get(key).map_or_else(|| key.to_string(), |n| n.about().name.to_owned())
    });
    let looking = Looking { now, back, rules, deeds: once(by_place), said, late };
    let giving = looking.giving();
    Ok(Balance {
        title: looking.title(),
        today: today(now, &zone_of(&zone)),
        back,
        rules,
        is_little: looking.is_little(),
        giving,
        answering: looking.answering(),
        personal: looking.personal(),
        people: looking.people(),
        voices: looking.voices(&voices),
        venues,
        read,
    })
}

fn venues<'d>(deeds: impl Iterator<Item = &'d Deed>, name: impl Fn(&model::NetworkKey) -> String) -> Vec<(String, u64, u64)> {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for deed in deeds {
        let Some(key) = &deed.network else { continue };
        let sum = sums.entry(name(key)).or_default();
        match deed.kind {
            Kind::Gives => sum.0 += 1,
            Kind::Asks => sum.1 += 1,
            Kind::Talks => {}
        }
    }
    let mut sums: Vec<_> = sums.into_iter().map(|(name, (gave, asked))| (name, gave, asked)).collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.2.cmp(&b.2)).then_with(|| a.0.cmp(&b.0)));
    sums
}

struct Looking {
    now: Timestamp,
    back: Back,
    rules: Rules,
    /// Once a draft.
    deeds: Vec<Deed>,
    said: Vec<Said>,
    /// Since then is told in sentences.
    late: Timestamp,
}

impl Looking {
    fn spans<'x, T: 'x>(&self, all: impl Iterator<Item = &'x T>, at: impl Fn(&T) -> Timestamp) -> Vec<u64> {
        let mut spans = vec![0; SPANS];
        for one in all {
            if let Some(i) = span_of(at(one), SPANS, self.back.days(), self.now) {
                spans[i] += 1;
            }
        }
        spans
    }
    fn lately(&self, kind: Kind) -> u64 {
        self.deeds.iter().filter(|d| d.at >= self.late && d.kind == kind).count() as u64
    }
    fn is_little(&self) -> bool {
        self.lately(Kind::Gives) + self.lately(Kind::Asks) < FEW
    }

    fn title(&self) -> String {
        match (self.lately(Kind::Gives), self.lately(Kind::Asks)) {
            (0, 0) if self.said.iter().all(|s| s.at < self.late) => "Nothing was said in these two weeks".into(),
            (0, 0) => "You neither gave nor asked in these two weeks".into(),
            (gave, 0) => format!("You gave {} and asked for nothing", often(gave)),
            (0, asked) => format!("You asked {} and gave nothing", often(asked)),
            (gave, asked) if gave >= asked => format!("You give {} for each ask", times(gave, asked)),
            (gave, asked) => format!("You ask {} for each gift", times(asked, gave)),
        }
    }

    fn giving(&self) -> Pair {
        let (gave, asked) = (self.lately(Kind::Gives), self.lately(Kind::Asks));
        let (verdict, is_well) = match room(gave, asked, self.rules.gifts) {
            _ if gave + asked == 0 => (String::new(), false),
            Ok(0) => ("The next gift comes first.".into(), false),
            Ok(n) => (format!("Room for {}.", more_asks(n)), true),
            Err(n) => (format!("{} would bring it level.", capital(&count(n, "gift", "gifts"))), false),
        };
        let of = |kind| self.spans(self.deeds.iter().filter(|d| d.kind == kind), |d| d.at);
        let sentence = format!("Gave {gave}, asked {asked}. Your rule: {} to one.", number(self.rules.gifts.into()));
        Pair { sentence, verdict, is_well, up: of(Kind::Gives), down: of(Kind::Asks) }
    }

    /// Our posts, once each: once a draft too, in however many places and parts it stands.
    fn posts(&self) -> Vec<&Said> {
        let (mut posts, mut drafts) = (BTreeSet::new(), BTreeSet::new());
        let fresh = |s: &&Said| posts.insert(s.post) && !s.goes_on && s.draft.is_none_or(|d| drafts.insert(d));
        self.said.iter().filter(fresh).collect()
    }

    fn answering(&self) -> Pair {
        let posts = self.posts();
        let lately = |is_reply| posts.iter().filter(|s| s.at >= self.late && s.is_reply == is_reply).count() as u64;
        let (answers, own) = (lately(true), lately(false));
        let (verdict, is_well) = match (answers, own) {
            (0, 0) => (String::new(), true),
            (a, o) if a >= o * u64::from(self.rules.answers) => ("A conversation, then.".into(), true),
            (a, o) if a < o => ("More announced than answered.".into(), false),
            _ => (format!("Your rule: {} for each post of your own.", count(self.rules.answers.into(), "answer", "answers")), false),
        };
        let sentence = match (answers, own) {
            (0, 0) => "You said nothing in these two weeks.".to_owned(),
            _ => capital(&format!("{} to other people, {} of your own.", count(answers, "answer", "answers"), count(own, "post", "posts"))),
        };
        let of = |is_reply| self.spans(posts.iter().filter(|s| s.is_reply == is_reply), |s| s.at);
        Pair { sentence, verdict, is_well, up: of(true), down: of(false) }
    }

    fn personal(&self) -> Pair {
        let lately = |is| self.deeds.iter().filter(|d| has_side(d) && d.at >= self.late && d.is_personal == is).count() as u64;
        let (work, personal) = (lately(false), lately(true));
        let share = share(self.rules.personal_of);
        let is_well = personal * u64::from(self.rules.personal_of) >= work + personal;
        let (sentence, verdict) = match (work, personal) {
            (0, 0) => ("You posted nothing in these two weeks, so it is not known.".to_owned(), String::new()),
            (work, 0) => (
                format!("{}, none about you.", capital(&count(work, "post about work", "posts about work"))),
                format!("You said {share} should be about you."),
            ),
            (work, personal) => {
                let verdict = if is_well { "Enough of you in it.".to_owned() } else { format!("You said {share} should be about you.") };
                (format!("{}, {} about you.", capital(&count(work, "post about work", "posts about work")), number(personal)), verdict)
            }
        };
        let of = |is| self.spans(self.deeds.iter().filter(|d| has_side(d) && d.is_personal == is), |d| d.at);
        Pair { sentence, verdict, is_well, up: of(false), down: of(true) }
    }

    fn people(&self) -> Pair {
        let lately: BTreeMap<PersonId, &Said> =
            self.said.iter().filter(|s| s.at >= self.late).filter_map(|s| Some((s.person?, s))).collect();
        let met = lately.values().filter(|s| s.first_at.is_some_and(|at| at >= self.late)).count() as u64;
        let known = lately.len() as u64 - met;
        let others = lately.values().filter(|s| s.nature != Nature::Person).count() as u64;
        let sentence = match lately.len() {
            0 => "You talked with nobody in these two weeks.".to_owned(),
            _ => format!(
                "{} you had not met, {} you had.",
                capital(&if met == 0 { "nobody".into() } else { number(met) }),
                if known == 0 { "nobody".into() } else { number(known) }
            ),
        };
        let verdict = match (lately.len(), others) {
            (0, _) => String::new(),
            (_, 0) => "All of them people; no brands, no pages.".to_owned(),
            (_, n) => format!("{} of them {} no person.", capital(&number(n)), if n == 1 { "is" } else { "are" }),
        };
        // In each span, each person once; new where the first talk lies in that very span.
        let (mut old, mut new, mut seen) = (vec![0; SPANS], vec![0; SPANS], BTreeSet::new());
        for s in &self.said {
            let (Some(person), Some(i)) = (s.person, span_of(s.at, SPANS, self.back.days(), self.now)) else { continue };
            if seen.insert((i, person)) {
                let is_new = s.first_at.and_then(|at| span_of(at, SPANS, self.back.days(), self.now)) == Some(i);
                if is_new { new[i] += 1 } else { old[i] += 1 }
            }
        }
        Pair { sentence, verdict, is_well: false, up: old, down: new }
    }

    fn voices(&self, voices: &[(VoiceId, String)]) -> Vec<VoiceRow> {
        let only = match voices {
            [(id, _)] => Some(*id),
            _ => None,
        };
        let blank =
            |name: &str, is_elsewhere| VoiceRow { name: name.into(), is_elsewhere, gave: 0, asked: 0, answers: 0, posts: 0, people: 0 };
        let mut rows: BTreeMap<VoiceId, VoiceRow> = voices.iter().map(|(id, name)| (*id, blank(name, false))).collect();
        let mut elsewhere: BTreeMap<AccountId, VoiceRow> = BTreeMap::new();
        for deed in self.deeds.iter().filter(|d| d.at >= self.late) {
            let Some(row) = deed.voice.or(only).and_then(|id| rows.get_mut(&id)) else { continue };
            match deed.kind {
                Kind::Gives => row.gave += 1,
                Kind::Asks => row.asked += 1,
                Kind::Talks => {}
            }
        }
        for said in self.posts().into_iter().filter(|s| s.at >= self.late) {
            let row = match said.voice.or(only).and_then(|id| rows.get_mut(&id)) {
                Some(row) => row,
                None => elsewhere.entry(said.account).or_insert_with(|| blank(&said.handle, true)),
            };
            if said.is_reply { row.answers += 1 } else { row.posts += 1 }
        }
        let mut met = BTreeSet::new();
        for said in self.said.iter().filter(|s| s.at >= self.late) {
            let Some(person) = said.person else { continue };
            let voice = said.voice.or(only).filter(|id| rows.contains_key(id));
            if met.insert((voice, voice.is_none().then_some(said.account), person)) {
                match voice {
                    Some(id) => rows.get_mut(&id).expect("it was looked up").people += 1,
                    None => elsewhere.entry(said.account).or_insert_with(|| blank(&said.handle, true)).people += 1,
                }
            }
        }
        rows.into_values().chain(elsewhere.into_values()).collect()
    }
}

fn often(n: u64) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{} times", number(n)),
    }
}

/// One of so many, in words.
pub fn share(of: u32) -> String {
    match of {
        1 => "every post".into(),
        2 => "half".into(),
        3 => "a third".into(),
        4 => "a quarter".into(),
        5 => "a fifth".into(),
        6 => "a sixth".into(),
        10 => "a tenth".into(),
        n => format!("one in {}", number(n.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_for_an_ask() {
        assert_eq!((room(14, 3, 3), room(12, 4, 3), room(5, 2, 3), room(0, 0, 3)), (Ok(1), Ok(0), Err(1), Ok(0)));
    }

    fn looking(gave: usize, asked: usize) -> Looking {
        let now: Timestamp = "2026-09-08T09:00:00Z".parse().unwrap();
        let deed = |kind| Deed { draft: None, post: None, at: now, kind, is_personal: false, voice: None, network: None };
        let deeds = std::iter::repeat_n(deed(Kind::Gives), gave).chain(std::iter::repeat_n(deed(Kind::Asks), asked)).collect();
        Looking { now, back: Back::Weeks, rules: Rules::default(), deeds, said: Vec::new(), late: now - told() }
    }

    #[test]
    fn the_heading_is_the_answer() {
        let check = |gave, asked, words: &str| assert_eq!(looking(gave, asked).title(), words);
        check(14, 3, "You give nearly five times for each ask");
        check(3, 3, "You give once for each ask");
        check(2, 5, "You ask about two and a half times for each gift");
        check(4, 0, "You gave four times and asked for nothing");
        check(0, 1, "You asked once and gave nothing");
        check(0, 0, "Nothing was said in these two weeks");
        assert_eq!(looking(14, 3).giving().verdict, "Room for one more ask.");
        assert_eq!(looking(5, 2).giving().verdict, "One gift would bring it level.");
    }
}
