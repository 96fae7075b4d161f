//! Three weeks of one venue for one aim.

use crate::verdict::Proposal;
use crate::{AccountId, AimId, Timestamp, TrialId};

/// Days of a trial, and how many more are added by "three more weeks".
pub const TRIAL_DAYS: u32 = 21;

#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    pub id: TrialId,
    pub aim: AimId,
    /// What the person calls it: a network, a tag, a community.
    pub venue: String,
    /// The account that speaks there, if there is one: then answers, posts and new ties are counted, too.
    pub account: Option<AccountId>,
    /// The first day, in the desk's zone: `YYYY-MM-DD`.
    pub starts_on: String,
    /// 21, or 42 after "three more weeks".
    pub days: u32,
    /// Hours a week that were meant for it.
    pub hours: Option<f64>,
    /// What to do there.
    pub plan: String,
    pub created_at: Timestamp,
}

/// What was done on one day of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialDay {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Minutes noted by hand; none where only the box was ticked.
    pub minutes: u32,
}

/// A verdict that a person gave, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Proposal,
    /// In the person's own words.
    pub reason: String,
    /// What was proposed at the time.
    pub proposed: Proposal,
    /// What was counted then, as a sentence.
    pub counted: String,
    pub at: Timestamp,
}
