//! Who can introduce us to somebody: ways through people who talk with each other, each step with what it rests on. The way with the
//! strongest weakest tie comes first; ways share nobody. It finds and shows; asking is `ask.rs`, and is done by the person.
//! Nobody who asked for that is ever the one in the middle, nor is a brand or a bot. Begin with [`introduce`].

pub mod ask;
pub mod sought;

use model::paths::{Chain, HOPS_MAX, Room, Wish, apart};
use model::{ConversationId, PersonId, ProfileId, TieWord, Timestamp};
use store::introductions::Introduction as Asked;
use store::persons::KeptPerson;
use store::ways::{KeptTies, ME};
use store::{Kept, Tx};

use super::people::face;
use super::person::standing;
use super::tie;
use crate::converse::snippet;
use crate::{Cx, Done};

pub use ask::ask;
pub use sought::{Sought, sought};

/// Ways that are shown.
pub const WAYS_MAX: usize = 3;
/// Others who answer each other more than this are said to do so often.
pub const OFTEN: f64 = tie::WARM;

/// Somebody on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub id: PersonId,
    pub name: String,
    /// What they do: role and organisation, else the first line of their own words.
    pub about: String,
    pub face: Option<ProfileId>,
}

/// What a step rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Our own talk with them.
    Ours { tie: Option<TieWord>, from_me: u32, from_them: u32 },
    /// What was read of two others: how often each answered the other, and whether they follow each other in public.
    Theirs { said: u32, heard: u32, do_follow: bool },
}

/// The last exchange on a step.
#[derive(Clone, Debug, PartialEq)]
pub struct LastWords {
    pub at: Timestamp,
    /// Who said it: the nearer one of the two, else the farther.
    pub is_by_nearer: bool,
    pub words: String,
    pub language: Option<String>,
    pub conversation: Option<ConversationId>,
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub to: Stop,
    /// What the tie weighs at this moment, in words exchanged lately.
    pub weight: f64,
    pub evidence: Evidence,
    pub last: Option<LastWords>,
}

/// A way from us to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub steps: Vec<Step>,
    /// What its weakest tie weighs.
    pub weakest: f64,
}

impl Way {
    /// Whom to write to: the one whom we know.
    pub fn via(&self) -> Option<&Stop> {
        self.steps.first().map(|step| &step.to)
    }
    /// Everyone on it by name, as a line.
    pub fn line(&self) -> String {
        let names: Vec<&str> = self.steps.iter().map(|step| step.to.name.as_str()).collect();
        format!("you → {}", names.join(" → "))
    }
}

/// Introductions to somebody.
#[derive(Clone, Debug)]
pub struct Introduction {
    pub target: Stop,
    /// We talk with them ourselves.
    pub tie: Option<TieWord>,
    pub ways: Vec<Way>,
    /// What was asked for before, newest first.
    pub asked: Vec<(Asked, Stop)>,
    /// They asked not to be a go-between.
    pub is_no_go_between: bool,
}

/// Up to three ways to somebody, the best first.
pub async fn introduce(cx: Cx<'_>, target: PersonId) -> Done<Introduction> {
    let now = cx.now;
    cx.app.store.read(cx.seat, move |tx| Ok(to_person(tx, &standing(tx, target)?, WAYS_MAX, now)?)).await
}

pub(super) fn to_person(tx: &Tx<'_>, target: &KeptPerson, max: usize, now: Timestamp) -> Kept<Introduction> {
    let mut ties = KeptTies::open(tx)?;
    let barred = ties.barred()?;
    let ways = ways(tx, &mut ties, &barred, target, (max, now))?;
    ties.finish()?;
    let asked = tx.introductions().of_person(target.id)?.into_iter().filter(|a| a.target == target.id);
    let asked = asked.map(|a| Ok((stop(tx, &standing(tx, a.via)?)?, a))).collect::<Kept<Vec<_>>>()?;
    Ok(Introduction {
        target: stop(tx, target)?,
        tie: tie::tie_word(&target.talk, now),
        ways,
        asked: asked.into_iter().map(|(stop, asked)| (asked, stop)).collect(),
        is_no_go_between: target.more.is_no_go_between,
    })
}

/// The ways to one person, in a graph that may serve for several.
fn ways(
    tx: &Tx<'_>,
    ties: &mut KeptTies<'_, '_>,
    barred: &std::collections::HashSet<model::paths::Node>,
    target: &KeptPerson,
    (max, now): (usize, Timestamp),
) -> Kept<Vec<Way>> {
    if target.is_me {
        return Ok(Vec::new());
    }
    let Some(profile) = tx.profiles().of_person(target.id)?.first().map(|p| p.id) else { return Ok(Vec::new()) };
    let to = ties.node(profile);
    let wish = Wish { hops_max: HOPS_MAX, is_through_others: true };
    let chains = apart(ties, (ME, to), wish, max, &|who| barred.contains(&who), &mut Room::new());
    chains.iter().map(|chain| way(tx, ties, chain, now)).collect()
}

fn way(tx: &Tx<'_>, ties: &KeptTies<'_, '_>, chain: &Chain, now: Timestamp) -> Kept<Way> {
    let mut steps = Vec::with_capacity(chain.hops());
    let mut nearer: Option<KeptPerson> = None;
    for node in chain.people.iter().skip(1) {
        let Some(profile) = ties.profile(*node) else { continue };
        let Some(person) = tx.persons().of_profile(profile)? else { continue };
        let person = tx.persons().get(person)?;
        let step = match &nearer {
            None => our_step(tx, &person, now)?,
            Some(nearer) => their_step(tx, nearer, &person, now)?,
        };
        steps.push(step);
        nearer = Some(person);
    }
    Ok(Way { weakest: model::tie::weight_of(f64::from(chain.weakest), now), steps })
}

pub(super) fn stop(tx: &Tx<'_>, person: &KeptPerson) -> Kept<Stop> {
    let profiles = tx.profiles().of_person(person.id)?;
    Ok(Stop { id: person.id, name: person.name.clone(), about: super::work::line(person), face: face(&profiles) })
}

fn our_step(tx: &Tx<'_>, person: &KeptPerson, now: Timestamp) -> Kept<Step> {
    let last = tx.between().words(person.id, super::person::after(now), 1)?.into_iter().next();
    Ok(Step {
        to: stop(tx, person)?,
        weight: tie::exchange(&person.talk, now),
        evidence: Evidence::Ours { tie: tie::tie_word(&person.talk, now), from_me: person.talk.from_me, from_them: person.talk.from_them },
        last: last.map(|word| LastWords {
            at: word.at,
            is_by_nearer: word.is_mine,
            words: snippet(word.warning.as_deref().unwrap_or(&word.text)),
            language: word.language,
            conversation: word.conversation,
            url: None,
        }),
    })
}

fn their_step(tx: &Tx<'_>, nearer: &KeptPerson, person: &KeptPerson, now: Timestamp) -> Kept<Step> {
    let (mut said, mut heard, mut follows, mut strength) = (0, 0, 0, 0.0_f64);
    let theirs = tx.profiles().of_person(person.id)?;
    for one in tx.profiles().of_person(nearer.id)? {
        for other in &theirs {
            if let Some(pair) = tx.pairs().find(one.id, other.id)? {
                (said, heard, follows, strength) =
                    (said + pair.said, heard + pair.heard, follows | pair.follows, strength.max(pair.strength));
            }
        }
    }
    let last = tx.pairs().last_answer(nearer.id, person.id)?;
    Ok(Step {
        to: stop(tx, person)?,
        weight: model::tie::weight_of(strength, now),
        evidence: Evidence::Theirs { said, heard, do_follow: follows == 3 },
        last: last.map(|last| LastWords {
            at: last.at,
            is_by_nearer: last.by == nearer.id,
            words: snippet(&last.text),
            language: last.language,
            conversation: last.conversation,
            url: last.url,
        }),
    })
}
