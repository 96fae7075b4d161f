//! How often a feed is read whose hub does not tell us: sooner again after a reading that brought something, later after one that did not. Its
//! dates are not asked, since some feeds tell a new one at every reading.

use jiff::SignedDuration;
use model::{AccountId, Timestamp};
use store::{Kept, Tx};

/// Between the first two readings.
pub const FIRST: SignedDuration = SignedDuration::from_mins(30);
const SHORTEST: SignedDuration = SignedDuration::from_mins(15);
const LONGEST: SignedDuration = SignedDuration::from_hours(4);
/// Where it stands, in seconds, beside how far the feed was read.
const KEPT: &str = "feed-pace";

/// The pace after a reading: half of the one before where it brought something, else half as long again.
pub fn next(before: SignedDuration, has_news: bool) -> SignedDuration {
    let next = if has_news { before / 2 } else { before * 3 / 2 };
    next.clamp(SHORTEST, LONGEST)
}

/// How long until an account's feed is read again.
pub fn of(tx: &Tx<'_>, id: AccountId) -> Kept<SignedDuration> {
    let kept = tx.accounts().cursor(id, KEPT)?;
    Ok(kept.parse().map_or(FIRST, |s| SignedDuration::from_secs(s).clamp(SHORTEST, LONGEST)))
}

/// Notes what a reading brought.
pub fn note(tx: &Tx<'_>, id: AccountId, has_news: bool, now: Timestamp) -> Kept<()> {
    let pace = next(of(tx, id)?, has_news);
    tx.accounts().set_cursor(id, KEPT, &pace.as_secs().to_string(), now)
}

/// A pace in words, as in “every …”: “15 minutes”, “hour”, “4 hours”.
pub fn words(pace: SignedDuration) -> String {
    match pace.as_mins() {
        minutes @ ..55 => format!("{minutes} minutes"),
        55..90 => "hour".into(),
        minutes => format!("{} hours", (minutes + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_quickens_with_news_and_slows_without_within_bounds() {
        assert_eq!(next(FIRST, true), SHORTEST);
        assert_eq!(next(SHORTEST, true), SHORTEST);
        assert_eq!(next(FIRST, false).as_mins(), 45);
        let slow = (0..20).fold(FIRST, |pace, _| next(pace, false));
        assert_eq!(slow, LONGEST);
        assert_eq!(next(slow, true).as_mins(), 120);
    }

    #[test]
    fn it_is_said_in_words() {
        let said: Vec<String> = [15, 45, 67, 101, 240].map(|m| words(SignedDuration::from_mins(m))).into();
        assert_eq!(said, ["15 minutes", "45 minutes", "hour", "2 hours", "4 hours"]);
    }
}
