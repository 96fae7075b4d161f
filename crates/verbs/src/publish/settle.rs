//! What became of attempts, for all that came back at the same time together: settled and crossed off, in one transaction. An attempt that is
//! no longer the current one changes nothing. What landed is filed by the worker when nothing has to leave (`filing.rs`); at once where no worker
//! does it.

use jiff::SignedDuration;
use model::{Delivery, Hold, Timestamp};
use networks::{Happened, Landing, NetworkError};
use store::jobs::Claimed;
use store::{Kept, Tx};

use super::deliver::{QUIET, TRIES_MAX};
use super::landed::{self, Standing};
use super::{filing, patience};
use crate::Done;
use crate::jobs::{Job, Next};

/// How long after an attempt without a clear answer we look for the first time whether it landed.
const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(5);
/// How often a delivery of an account that cannot speak looks whether it can again.
const LOOK_AT_ACCOUNT: SignedDuration = SignedDuration::from_mins(15);

/// An attempt that has come back from the wire.
pub struct Ending {
    /// As it was when the attempt began.
    pub delivery: Delivery,
    pub outcome: Result<Landing, NetworkError>,
    pub now: Timestamp,
    /// The due work that it is, where a worker does it.
    pub job: Option<Claimed>,
}

/// Settles them all. Answers what is next for each; `None` where its due work was crossed off, too.
pub fn settle_each(tx: &Tx<'_>, all: &[&Ending]) -> Done<Vec<Option<Next>>> {
    let told = |outcome: &Result<Landing, NetworkError>| match outcome {
        Ok(_) => "landed".to_owned(),
        Err(error) => format!("{:?}: {error}", error.happened()),
    };
    let ends: Vec<_> = all.iter().map(|e| (e.delivery.id, e.delivery.attempts, told(&e.outcome), e.now)).collect();
    tx.deliveries().end_each(&ends)?;
    let landed = all.iter().filter_map(|e| Some(Standing { delivery: &e.delivery, landing: e.outcome.as_ref().ok()?, now: e.now }));
    landed::settle(tx, &landed.collect::<Vec<_>>())?;
    let at_once: Vec<_> = all.iter().filter(|e| e.job.is_none() && e.outcome.is_ok()).map(|e| e.delivery.id).collect();
    filing::file(tx, &at_once)?;
    let (mut next, mut over) = (Vec::with_capacity(all.len()), Vec::new());
    for ending in all {
        let then = match &ending.outcome {
            Ok(_) => Next::Over,
            Err(error) => not_landed(tx, &ending.delivery, error, ending.now)?,
        };
        next.push(match (&ending.job, then) {
            (None, then) => Some(then),
            (Some(job), Next::Over) => {
                over.push(job);
                None
            }
            (Some(job), Next::At(due)) => {
                tx.finish_job(job, Some(due))?;
                None
            }
        });
    }
    tx.finish_jobs(&over)?;
    Ok(next)
}

/// What became of one attempt.
pub(super) fn settle(tx: &Tx<'_>, d: &Delivery, outcome: Result<Landing, NetworkError>, now: Timestamp) -> Done<Next> {
    let ending = Ending { delivery: d.clone(), outcome, now, job: None };
    Ok(settle_each(tx, &[&ending])?.into_iter().next().flatten().unwrap_or(Next::Over))
}

/// It did not land, or nobody knows.
fn not_landed(tx: &Tx<'_>, d: &Delivery, error: &NetworkError, now: Timestamp) -> Kept<Next> {
    let (id, attempt, all) = (d.id, d.attempts, tx.deliveries());
    if error.happened() == Happened::Maybe {
        return Ok(Next::At(now + FIRST_LOOK));
    }
    // A clear no to this try says nothing of an earlier one that may still arrive: until that has settled, it is not in line again.
    let earlier = all.last_doubt(id, attempt)?.map(|then| now.duration_since(then).as_secs());
    if earlier.is_some_and(|ago| (0..QUIET.as_secs() as i64).contains(&ago)) {
        return Ok(Next::At(patience::again_at(error, d.id, d.tries.min(TRIES_MAX), now)));
    }
    match error {
        NetworkError::SignInAgain => {
            all.set_planned(id, attempt, d.due, Some(Hold::SignIn), "The network asks you to sign in again. It waits until you have.")?;
            Ok(Next::At(now + LOOK_AT_ACCOUNT))
        }
        error if error.may_pass() => patience::wait(tx, d, error, now),
        error => {
            if all.set_refused(id, attempt, &sentence(error, d.part.reply_to.is_some()))? {
                hold_those_behind(tx, d)?;
                landed::not_landed(tx, d.draft, now)?;
            }
            Ok(Next::Over)
        }
    }
}

/// The rest of a thread waits for what becomes of the part before.
pub(super) fn hold_those_behind(tx: &Tx<'_>, d: &Delivery) -> Kept<()> {
    for later in tx.deliveries().of_draft(d.draft)?.into_iter().filter(|l| l.account == d.account && l.part_index > d.part_index) {
        tx.deliveries().hold(later.id, Hold::Before, "It waits for the part before it.")?;
        Job::Deliver(later.id).delete(tx)?;
    }
    Ok(())
}

fn sentence(error: &NetworkError, is_answer: bool) -> String {
    match error {
        NetworkError::Refused(why) => why.clone(),
        NetworkError::NotThere if is_answer => "What it answers is not there any more.".into(),
        NetworkError::NotThere => "The account is not there any more, as the network says. Look at it there, or connect another.".into(),
        NetworkError::NotOffered => "This server cannot take it.".into(),
        other => capital(&other.to_string()),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
