//! Why we are there, as something countable by a date.

use crate::{AimId, Timestamp};

/// What an aim counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Arrivals of people by our own short links.
    Visits,
    /// Answers from people to what we said.
    Replies,
    /// People with whom a two-way talk began.
    People,
    /// What happened on our own site or was noted by hand: bookings, sign-ups, introductions, meetings, work.
    Outcomes,
    /// People who said yes to our letters.
    OptIns,
    /// Introductions that were asked for and came about.
    Introductions,
    /// Readers of our own feed above the most there were before.
    Readers,
}

impl Measure {
    pub const ALL: [Measure; 7] =
        [Measure::Visits, Measure::Replies, Measure::People, Measure::Outcomes, Measure::OptIns, Measure::Introductions, Measure::Readers];
    pub fn word(self) -> &'static str {
        match self {
            Measure::Visits => "visits",
            Measure::Replies => "replies",
            Measure::People => "people",
            Measure::Outcomes => "outcomes",
            Measure::OptIns => "opt-ins",
            Measure::Introductions => "introductions",
            Measure::Readers => "readers",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Aim {
    pub id: AimId,
    pub name: String,
    /// The why, in the person's own words.
    pub why: String,
    pub measure: Measure,
    pub target: u32,
    /// A date in the desk's zone, `YYYY-MM-DD`.
    pub by: Option<String>,
    /// Hours a week it may cost.
    pub hours: Option<f64>,
    /// What an hour is worth to us, in our own words: "80 pounds", "an evening with the children".
    pub worth: Option<String>,
    /// What the hours could do otherwise: "visits to three customers".
    pub elsewhere: Option<String>,
    /// How much of what is counted an hour of that brings, where it is known.
    pub elsewhere_an_hour: Option<f64>,
    /// Where its short links lead by default.
    pub url: Option<String>,
    /// Only people like these count, where it is set: those who hang on the aim, and those whose words about themselves fit this query, which
    /// may be empty.
    pub like_these: Option<String>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

impl Aim {
    /// An open one without words; the rest is filled in by whoever keeps it.
    pub fn blank(id: AimId, created_at: Timestamp) -> Aim {
        Aim {
            id,
            name: String::new(),
            why: String::new(),
            measure: Measure::Visits,
            target: 1,
            by: None,
            hours: None,
            worth: None,
            elsewhere: None,
            elsewhere_an_hour: None,
            url: None,
            like_these: None,
            created_at,
            closed_at: None,
        }
    }
}
