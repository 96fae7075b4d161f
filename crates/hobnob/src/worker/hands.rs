//! Which claimed piece may begin when: a bound in all and a bound for one account, the accounts by turns.

use std::collections::{HashMap, VecDeque};

use model::AccountId;
use store::jobs::{Claimed, Wanted};
use tokio::time::Instant;

/// The account that a piece calls for; `None` where it calls nobody.
pub type Whose = Option<AccountId>;

/// Pieces that send: running at once in all, and for one account.
const SENDING_AT_ONCE: usize = 256;
const SENDING_OF_AN_ACCOUNT: usize = 4;
/// Pieces that bring in: they take CPU for reading, so there are fewer.
const BRINGING_AT_ONCE: usize = 12;
const BRINGING_OF_AN_ACCOUNT: usize = 2;
/// Claimed ahead, so that hands need not wait for the store: so many times what runs at once.
const AHEAD: usize = 4;

/// A claimed piece that has not begun.
#[derive(Debug)]
pub struct Held {
    pub job: Claimed,
    pub since: Instant,
}

#[derive(Default)]
struct Account {
    held: VecDeque<Held>,
    running: usize,
    /// It stands in the row of those whose turn comes.
    is_in_row: bool,
}

/// The hands for one sort of work.
pub struct Hands {
    pub is_sending: bool,
    at_once: usize,
    of_an_account: usize,
    accounts: HashMap<Whose, Account>,
    /// Accounts with something held and room to run it, by turns.
    row: VecDeque<Whose>,
    running: usize,
    held: usize,
    /// Due work was perhaps passed over because its account was full.
    has_passed_over: bool,
}

impl Hands {
    pub fn sending() -> Hands {
        Hands::new(true, SENDING_AT_ONCE, SENDING_OF_AN_ACCOUNT)
    }
    pub fn bringing() -> Hands {
        Hands::new(false, BRINGING_AT_ONCE, BRINGING_OF_AN_ACCOUNT)
    }
    fn new(is_sending: bool, at_once: usize, of_an_account: usize) -> Hands {
        Hands {
            is_sending,
            at_once,
            of_an_account,
            accounts: HashMap::new(),
            row: VecDeque::new(),
            running: 0,
            held: 0,
            has_passed_over: false,
        }
    }
    pub fn at_once(&self) -> usize {
        self.at_once
    }
    /// Whether something that was claimed waits for a hand.
    pub fn is_pressed(&self) -> bool {
        self.held > 0
    }

    /// What to ask the store for; `None` while enough is held.
    pub fn wanted(&mut self) -> Option<Wanted> {
        let room = (self.at_once * (1 + AHEAD)).saturating_sub(self.running + self.held);
        if room < self.at_once {
            return None;
        }
        let ahead = self.of_an_account * AHEAD;
        let full: Vec<AccountId> =
            self.accounts.iter().filter(|(_, a)| a.running + a.held.len() >= ahead).filter_map(|(whose, _)| *whose).collect();
        self.has_passed_over = !full.is_empty();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Wanted { is_sending: Some(self.is_sending), max: count(room), of_an_account: count(ahead), full })
    }

    /// Holds what was claimed until its turn comes.
    pub fn take(&mut self, jobs: Vec<Claimed>) {
        let since = Instant::now();
        for job in jobs {
            let whose = job.account;
            self.held += 1;
            self.accounts.entry(whose).or_default().held.push_back(Held { job, since });
            self.stand_in_row(whose);
        }
    }

    /// The next piece that may begin now; it runs from here on.
    pub fn next(&mut self) -> Option<Held> {
        if self.running >= self.at_once {
            return None;
        }
        let whose = self.row.pop_front()?;
        let account = self.accounts.get_mut(&whose).expect("who stands in the row is known");
        account.is_in_row = false;
        let held = account.held.pop_front().expect("who stands in the row has something held");
        account.running += 1;
        self.running += 1;
        self.held -= 1;
        self.stand_in_row(whose);
        Some(held)
    }

    /// One piece has ended. Whether the store is to be asked again: work of this account may have been passed over.
    pub fn ended(&mut self, whose: Whose) -> bool {
        self.running -= 1;
        let Some(account) = self.accounts.get_mut(&whose) else { return false };
        account.running -= 1;
        let has_room = account.running + account.held.len() < self.of_an_account * AHEAD;
        if account.running == 0 && account.held.is_empty() {
            self.accounts.remove(&whose);
        } else {
            self.stand_in_row(whose);
        }
        let is_low = self.held < self.at_once;
        (self.has_passed_over && has_room) || (is_low && self.held > 0)
    }

    /// Lets go of all that has not begun.
    pub fn drop_all(&mut self) -> Vec<Held> {
        self.row.clear();
        self.held = 0;
        self.accounts.drain().flat_map(|(_, account)| account.held).collect()
    }

    fn stand_in_row(&mut self, whose: Whose) {
        let Some(account) = self.accounts.get_mut(&whose) else { return };
        let may_run = whose.is_none() || account.running < self.of_an_account;
        if !account.is_in_row && may_run && !account.held.is_empty() {
            account.is_in_row = true;
            self.row.push_back(whose);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(n: i64, whose: i64) -> Claimed {
        Claimed::invented(n, Some(AccountId(whose)))
    }
    fn begun(hands: &mut Hands) -> Vec<i64> {
        std::iter::from_fn(|| hands.next()).map(|held| held.job.subject).collect()
    }

    #[test]
    fn a_full_account_is_passed_over_and_not_waited_for() {
        let mut hands = Hands::new(true, 10, 2);
        hands.take((0..20).map(|n| claimed(n, 1)).chain((20..23).map(|n| claimed(n, 2))).collect());
        assert_eq!(begun(&mut hands), [0, 20, 1, 21], "by turns, two of each");
        assert!(begun(&mut hands).is_empty());
        hands.ended(Some(AccountId(2)));
        assert_eq!(begun(&mut hands), [22], "the first account's row holds up nobody");
        assert_eq!(hands.wanted().unwrap().full, [AccountId(1)]);
    }

    #[test]
    fn no_more_run_than_there_are_hands() {
        let mut hands = Hands::new(true, 3, 2);
        hands.take((0..10).map(|n| claimed(n, n)).collect());
        assert_eq!(begun(&mut hands).len(), 3);
        hands.ended(Some(AccountId(0)));
        assert_eq!(begun(&mut hands), [3]);
    }

    #[test]
    fn what_calls_nobody_is_bounded_in_all_alone() {
        let mut hands = Hands::new(false, 5, 1);
        hands.take((0..7).map(|n| Claimed::invented(n, None)).collect());
        assert_eq!(begun(&mut hands).len(), 5);
    }

    #[test]
    fn nothing_is_asked_for_while_enough_is_held_and_again_when_it_runs_low() {
        let mut hands = Hands::new(true, 4, 2);
        let most = 4 * (1 + AHEAD);
        assert_eq!(hands.wanted().unwrap().max as usize, most);
        hands.take((0..most as i64).map(|n| claimed(n, n)).collect());
        assert!(hands.wanted().is_none());
        let mut rang = false;
        while let Some(held) = hands.next() {
            rang |= hands.ended(held.job.account);
        }
        assert!(rang);
        assert_eq!(hands.wanted().unwrap().max as usize, most, "all has ended");
        assert!(hands.accounts.is_empty(), "an account with nothing to do is forgotten");
    }

    #[test]
    fn what_has_not_begun_is_handed_back_at_the_end() {
        let mut hands = Hands::new(true, 1, 1);
        hands.take((0..3).map(|n| claimed(n, 1)).collect());
        assert_eq!(begun(&mut hands), [0]);
        assert_eq!(hands.drop_all().len(), 2);
        assert!(begun(&mut hands).is_empty());
    }
}
