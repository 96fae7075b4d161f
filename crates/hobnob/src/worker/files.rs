//! When what has landed is filed: as soon as nothing that has to leave waits for a hand, and after a while in any case.

use std::time::Duration;

use tokio::time::Instant;

/// So long what has landed may wait for what still has to leave.
const WAITS_MAX: Duration = Duration::from_secs(2);

/// Whether there is something to file, and since when.
pub struct Files {
    since: Option<Instant>,
    is_running: bool,
    /// More landed since the filing that runs began to look.
    is_wanted_again: bool,
}

impl Files {
    /// What the process before left is filed at the start.
    pub fn new(now: Instant) -> Files {
        Files { since: Some(now), is_running: false, is_wanted_again: false }
    }
    /// Something has landed, or may have.
    pub fn want(&mut self, now: Instant) {
        self.is_wanted_again |= self.is_running;
        self.since.get_or_insert(now);
    }
    /// Whether to file now; it runs from here on, until [`Files::ended`].
    pub fn begin(&mut self, is_pressed: bool, now: Instant) -> bool {
        let may = |since: Instant| !is_pressed || now.saturating_duration_since(since) >= WAITS_MAX;
        let begins = !self.is_running && self.since.is_some_and(may);
        self.is_running |= begins;
        begins
    }
    pub fn ended(&mut self, is_more: bool) {
        self.is_running = false;
        if !is_more && !self.is_wanted_again {
            self.since = None;
        }
        self.is_wanted_again = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_leave_goes_first_but_not_for_ever() {
        let start = Instant::now();
        let mut files = Files::new(start);
        assert!(files.begin(false, start), "what was left over");
        files.ended(false);
        assert!(!files.begin(false, start + WAITS_MAX * 3), "nothing has landed");
        files.want(start);
        files.want(start + WAITS_MAX / 2);
        assert!(!files.begin(true, start + WAITS_MAX / 2));
        assert!(files.begin(true, start + WAITS_MAX), "since the first of them");
        assert!(!files.begin(false, start + WAITS_MAX), "one at a time");
    }

    #[test]
    fn what_lands_while_it_is_filed_is_filed_after_it() {
        let start = Instant::now();
        let mut files = Files::new(start);
        assert!(files.begin(false, start));
        files.want(start);
        files.ended(false);
        assert!(files.begin(false, start), "it came after the look");
        files.ended(true);
        assert!(files.begin(false, start), "there was more");
        files.ended(false);
        assert!(!files.begin(false, start));
    }
}
