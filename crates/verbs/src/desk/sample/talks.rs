//! Reads `talks.txt`, which says at its head how it is written.

use super::cast::Net;

/// What a person did with a talk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// It goes on from our own post of so many days ago.
    pub own_days: Option<i64>,
    /// Minutes from now after which it comes back.
    pub later: Option<i64>,
    pub is_done: bool,
    pub is_no: bool,
    pub has_aim: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub who: &'static str,
    pub minutes_ago: i64,
    /// The line it answers; the first is 0.
    pub answers: Option<usize>,
    pub words: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    pub net: Net,
    pub marked: Marked,
    pub lines: Vec<Line>,
}

/// All talks. The text is our own and a test reads it, so what it promises is expected.
pub fn all() -> Vec<Talk> {
    let text = include_str!("talks.txt");
    text.split("\n\n").map(without_comments).filter(|lines| !lines.is_empty()).map(|lines| talk(&lines)).collect()
}

fn without_comments(block: &'static str) -> Vec<&'static str> {
    block.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

fn talk(lines: &[&'static str]) -> Talk {
    let mut head = lines[0].split(' ');
    let net = match head.next() {
        Some("town") => Net::Town,
        Some("sky") => Net::Sky,
        _ => Net::Press,
    };
    let mut marked = Marked::default();
    while let Some(mark) = head.next() {
        match mark {
            "own" => marked.own_days = head.next().and_then(|days| days.parse().ok()),
            "later" => marked.later = head.next().map(minutes),
            "done" => marked.is_done = true,
            "no" => marked.is_no = true,
            "aim" => marked.has_aim = true,
            other => unreachable!("the sample's talks know no mark {other}"),
        }
    }
    Talk { net, marked, lines: lines[1..].iter().map(|l| line(l)).collect() }
}

fn line(text: &'static str) -> Line {
    let (head, words) = text.split_once(": ").expect("a line of the sample has a colon");
    let mut parts = head.split(' ');
    let who = parts.next().expect("somebody speaks");
    let minutes_ago = minutes(parts.next().expect("it was said some time ago"));
    let answers = parts.next().and_then(|to| to.strip_prefix('>')).and_then(|n| n.parse().ok());
    Line { who, minutes_ago, answers, words }
}

/// `5d21h`, `1h40m`.
fn minutes(text: &str) -> i64 {
    let (mut sum, mut n) = (0, 0);
    for c in text.chars() {
        match c.to_digit(10) {
            Some(digit) => n = n * 10 + i64::from(digit),
            None => {
                sum += n * match c {
                    'd' => 24 * 60,
                    'h' => 60,
                    _ => 1,
                };
                n = 0;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::cast;
    use super::*;

    #[test]
    fn every_talk_can_be_held() {
        let all = all();
        assert!(all.len() > 30, "{}", all.len());
        for talk in &all {
            let before = usize::from(talk.marked.own_days.is_some());
            assert!(!talk.lines.is_empty(), "{talk:?}");
            let mut last = i64::MAX;
            for (i, line) in talk.lines.iter().enumerate() {
                assert!(line.who == "me" || cast::PEOPLE.iter().any(|p| p.key == line.who && p.net == talk.net), "{line:?}");
                assert!(line.minutes_ago > 0 && line.minutes_ago <= last, "{line:?}");
                assert!(line.answers.is_none_or(|n| n < i + before), "{line:?}");
                assert_eq!(line.answers.is_none(), i + before == 0, "{line:?}");
                last = line.minutes_ago;
            }
            assert!(talk.marked.own_days.is_none_or(|days| cast::OWN.iter().any(|o| o.days == days)), "{talk:?}");
        }
    }

    #[test]
    fn times_are_read() {
        for (text, expected) in [("40m", 40), ("1h40m", 100), ("5d21h", 5 * 1440 + 21 * 60)] {
            assert_eq!(minutes(text), expected);
        }
    }
}
