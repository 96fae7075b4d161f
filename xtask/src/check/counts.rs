//! How many tests passed, failed and were skipped, read from the closing lines of the runners.

use std::fmt;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// Why the skipped ones were, in their own words.
    pub reasons: Vec<String>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl Counts {
    pub fn one_failed() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    pub fn and(mut self, other: &Self) -> Self {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.reasons.extend(other.reasons.iter().cloned());
        self
    }

    /// A skip that is the check's own fault. What lies beside the repository may be missing: a clone is whole without it.
    pub fn must_not_skip(&self) -> Option<&str> {
        self.reasons.iter().map(String::as_str).find(|reason| !reason.contains("shared/"))
    }

    /// What a log of nextest, of `cargo test` or of our own browser tests closes with; `None` if it closes with nothing.
    pub fn read(log: &str) -> Option<Self> {
        let closings: Vec<Self> = log.lines().filter_map(closing).collect();
        if closings.is_empty() {
            return None;
        }
        let mut sum = closings.iter().fold(Self::default(), Self::and);
        // A test that can't do its work here says so and returns; its runner takes that for passed.
        for line in log.lines() {
            if let Some(reason) = line.trim().strip_prefix("skipped: ") {
                sum.skipped += 1;
                sum.passed = sum.passed.saturating_sub(1);
                if !sum.reasons.iter().any(|r| r == reason) {
                    sum.reasons.push(reason.to_owned());
                }
            }
        }
        Some(sum)
    }
}

fn closing(line: &str) -> Option<Counts> {
    let line = line.trim();
    // nextest counts what a filter left out as skipped; that is a choice and not a skip.
    let (words, left_out) = match line.strip_prefix("Summary [").and_then(|rest| rest.split_once(" run: ")) {
        Some((_, words)) => (words, true),
        None => match line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            Some((_, words)) if !is_inside_nextest(words) => (words, false),
            Some(_) => return None,
            None if is_plain(line) => (line, false),
            None => return None,
        },
    };
    let count = |word: &str| number_before(words, word);
    let skipped = if left_out { 0 } else { count("skipped") + count("ignored") };
    Some(Counts {
        passed: count("passed"),
        failed: count("failed") + count("timed out") + count("exec failed"),
        skipped,
        reasons: Vec::new(),
    })
}

/// nextest runs each test by itself, and shows the closing line of that one among all that were filtered out.
fn is_inside_nextest(words: &str) -> bool {
    number_before(words, "passed") + number_before(words, "failed") <= 1 && number_before(words, "filtered out") > 0
}

/// `3 passed, 0 failed, 1 skipped`, alone on a line.
fn is_plain(line: &str) -> bool {
    let parts: Vec<&str> = line.split(", ").collect();
    parts.len() == 3
        && ["passed", "failed", "skipped"]
            .iter()
            .zip(&parts)
            .all(|(word, part)| part.strip_suffix(word).is_some_and(|n| n.ends_with(' ') && n.trim().parse::<usize>().is_ok()))
}

/// The number that stands before a word: 3 in `3 passed`, whatever stands in brackets after it.
fn number_before(words: &str, word: &str) -> usize {
    let outside_brackets: String =
        words.split('(').enumerate().map(|(at, part)| if at == 0 { part } else { part.split_once(')').map_or("", |p| p.1) }).collect();
    let parts = outside_brackets.split([',', ';']).map(str::trim);
    parts.filter_map(|part| part.strip_suffix(word)?.trim().parse::<usize>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, passed: usize, failed: usize, skipped: usize) {
        let counts = Counts::read(log).unwrap_or_else(|| panic!("nothing read from {log}"));
        assert_eq!((counts.passed, counts.failed, counts.skipped), (passed, failed, skipped), "{log}");
    }

    #[test]
    fn closing_lines_are_read() {
        check("     Summary [   0.108s] 17 tests run: 16 passed, 1 failed, 5 skipped", 16, 1, 0);
        check("     Summary [  12.1s] 17 tests run: 16 passed (2 slow, 1 leaky), 1 timed out, 0 skipped", 16, 1, 0);
        check("     Summary [   0.115s] 6/17 tests run: 4 passed, 2 failed, 0 skipped", 4, 2, 0);
        check(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\ntest result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            13,
            2,
            1,
        );
        check("14 passed, 0 failed, 2 skipped", 14, 0, 2);
    }

    #[test]
    fn one_test_inside_nextest_is_not_counted_twice() {
        let inside = "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 16 filtered out; finished in 0.08s";
        check(&format!("{inside}\n     Summary [   0.1s] 2 tests run: 1 passed, 1 failed, 0 skipped"), 1, 1, 0);
        assert_eq!(Counts::read(inside), None);
    }

    #[test]
    fn a_test_that_says_it_skipped_did_not_pass() {
        check(
            "    skipped: no recorded answers\n  skipped: no recorded answers\n     Summary [   0.1s] 9 tests run: 9 passed, 0 skipped",
            7,
            0,
            2,
        );
    }

    #[test]
    fn only_what_lies_beside_the_repository_may_be_missing() {
        let log =
            |reason: &str| Counts::read(&format!("skipped: {reason}\n     Summary [   0.1s] 9 tests run: 9 passed, 0 skipped")).unwrap();
        assert_eq!(log("../../shared/corpora/x is not at hand").must_not_skip(), None);
        assert_eq!(log("no server").must_not_skip(), Some("no server"));
    }

    #[test]
    fn a_log_without_a_closing_line_counts_nothing() {
        assert_eq!(Counts::read("error: could not compile\nthe text 3 passed along"), None);
    }
}
