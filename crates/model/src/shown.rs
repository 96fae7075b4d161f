//! What stands with a post beside its words and pictures: a poll, another post that it quotes.

use crate::Timestamp;

/// A question with answers to choose from, as it stood when it was last read. Votes are cast on the network itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    pub answers: Vec<PollAnswer>,
    /// `None` where it stays open, or nobody said.
    pub closes_at: Option<Timestamp>,
    /// The network itself says that it is over.
    pub is_closed: bool,
    /// More than one answer may be chosen.
    pub is_many: bool,
    /// How many people voted, where the network tells.
    pub voters: Option<u64>,
}

/// One answer of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollAnswer {
    pub words: String,
    /// `None` where the network does not tell (yet).
    pub votes: Option<u64>,
}

impl Poll {
    pub fn is_closed_at(&self, now: Timestamp) -> bool {
        self.is_closed || self.closes_at.is_some_and(|at| at <= now)
    }
    /// What a share is counted of: the people, where they are told, else the votes.
    pub fn whole(&self) -> u64 {
        let votes = || self.answers.iter().filter_map(|a| a.votes).fold(0u64, u64::saturating_add);
        self.voters.filter(|n| *n > 0).unwrap_or_else(votes)
    }
    /// The hundredth parts of an answer, rounded; `None` while nothing was told or nobody voted.
    pub fn share(&self, answer: &PollAnswer) -> Option<u32> {
        let (votes, whole) = (u128::from(answer.votes?), u128::from(self.whole()));
        if whole == 0 {
            return None;
        }
        u32::try_from(((votes * 200 + whole) / (whole * 2)).min(100)).ok()
    }
    /// The answers in one line.
    pub fn line(&self) -> String {
        self.answers.iter().map(|a| a.words.as_str()).collect::<Vec<_>>().join(" / ")
    }
}

/// Somebody's post that another one quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quote {
    Here(Quoted),
    /// It was taken down, or its author does not let it be shown there.
    Gone,
}

/// The quoted post, as the network showed it with the one that quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The `PostRef::id` of it.
    pub id: String,
    /// Who said it, as they call themselves.
    pub who: String,
    pub handle: String,
    /// Its page for people.
    pub url: Option<String>,
    pub text: String,
    /// The content warning to fold it behind.
    pub warning: Option<String>,
    /// `None` where the network does not say.
    pub at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(votes: &[Option<u64>], voters: Option<u64>) -> Poll {
        let answers = votes.iter().map(|v| PollAnswer { words: "a".into(), votes: *v }).collect();
        Poll { answers, closes_at: Some(Timestamp::from_second(100).unwrap()), is_closed: false, is_many: false, voters }
    }

    #[test]
    fn shares_are_of_the_people_where_they_are_told() {
        let shares = |p: &Poll| p.answers.iter().map(|a| p.share(a)).collect::<Vec<_>>();
        assert_eq!(shares(&poll(&[Some(4), Some(5)], None)), [Some(44), Some(56)]);
        assert_eq!(shares(&poll(&[Some(4), Some(5)], Some(5))), [Some(80), Some(100)]);
        assert_eq!(shares(&poll(&[Some(0), None], Some(0))), [None, None]);
        assert_eq!(shares(&poll(&[Some(u64::MAX), Some(u64::MAX)], None)), [Some(100), Some(100)]);
    }

    #[test]
    fn it_closes_at_its_time_or_when_the_network_says() {
        let at = |s| Timestamp::from_second(s).unwrap();
        assert!(!poll(&[], None).is_closed_at(at(99)) && poll(&[], None).is_closed_at(at(100)));
        assert!(Poll { is_closed: true, ..poll(&[], None) }.is_closed_at(at(1)));
    }
}
