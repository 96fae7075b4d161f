//! The calendar as others' calendars read it: an iCalendar feed (RFC 5545) at a secret address that can be renewed or switched off.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{DeskId, Timestamp};
use sha2::{Digest, Sha256};
use store::StoreError;

use super::calendar::{Slip, slips};
use crate::app::App;
use crate::{Cx, Done, VerbError};

/// How far back and ahead the feed reaches.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);
/// A post takes no time; calendars draw it so long.
const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// RFC 5545, 3.1: a line has at most so many octets, its end not counted.
const LINE_OCTETS_MAX: usize = 75;
/// Letters and digits of the secret: 160 bits by chance.
const SECRET_LETTERS: usize = 32;
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The secret of this desk's calendar, if it has been given an address.
pub async fn secret(cx: Cx<'_>) -> Done<Option<String>> {
    Ok(cx.app.store.read(cx.seat, |tx| tx.calendar_feed()).await?)
}

/// Gives the calendar an address, or another one: the old one leads nowhere from then on.
pub async fn renew(cx: Cx<'_>) -> Done<String> {
    let chance: [u8; SECRET_LETTERS] = rand::random();
    let secret: String = chance.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let (kept, hash, now) = (secret.clone(), hash_of(&secret), cx.now);
    cx.app.store.write(cx.seat, move |tx| tx.put_calendar_feed(&kept, &hash, now)).await?;
    Ok(secret)
}

/// Takes the address away.
pub async fn close(cx: Cx<'_>) -> Done<()> {
    Ok(cx.app.store.write(cx.seat, |tx| tx.delete_calendar_feed()).await?)
}

fn hash_of(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// The feed that a secret opens, as text.
pub async fn read(app: &App, secret: &str, now: Timestamp) -> Done<String> {
    if secret.len() != SECRET_LETTERS || !secret.bytes().all(|b| LETTERS.contains(&b)) {
        return Err(VerbError::Missing("calendar"));
    }
    let (hash, networks, public_url) = (hash_of(secret), app.networks.clone(), app.config.public_url.clone());
    let found = app
        .store
        .read_unscoped::<_, StoreError>(move |tx| {
            let Some(desk) = tx.desk_of_calendar_feed(&hash)? else { return Ok(None) };
            tx.at(desk, |tx| {
                let this = tx.this_desk()?;
                let slips = slips(tx, &networks, now - BACK, now + AHEAD)?;
                Ok(Some((desk, this.name, slips)))
            })
        })
        .await?;
    let (desk, name, slips) = found.ok_or(VerbError::Missing("calendar"))?;
    Ok(written(desk, &name, &slips, &public_url))
}

/// The whole calendar. Says the same as long as what it is drawn from is the same, so that a reader can be told that nothing changed.
fn written(desk: DeskId, name: &str, slips: &[Slip], public_url: &str) -> String {
    let mut out = Lines(String::with_capacity(400 + slips.len() * 400));
    out.put("BEGIN", "VCALENDAR");
    out.put("VERSION", "2.0");
    out.put("PRODID", "-//Hobnob//Calendar//EN");
    out.put("CALSCALE", "GREGORIAN");
    out.put("METHOD", "PUBLISH");
    out.text("X-WR-CALNAME", &format!("{name}: posts"));
    // RFC 7986, 5.7: how often to come again.
    out.put("REFRESH-INTERVAL;VALUE=DURATION", "PT15M");
    let host = url::Url::parse(public_url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_else(|| "hobnob".into());
    for slip in slips {
        event(&mut out, slip, &format!("{}-{}-{desk}@{host}", slip.draft, slip.first), public_url);
    }
    out.put("END", "VCALENDAR");
    out.0
}

fn event(out: &mut Lines, slip: &Slip, uid: &str, public_url: &str) {
    out.put("BEGIN", "VEVENT");
    out.put("UID", uid);
    out.put("DTSTAMP", &instant(slip.changed_at));
    out.put("SEQUENCE", &slip.version.to_string());
    out.put("DTSTART", &instant(slip.at));
    out.put("DTEND", &instant(slip.at + LASTS));
    out.text("SUMMARY", &slip.words);
    let places: Vec<&str> = slip.nets.iter().map(|(_, name)| *name).collect();
    let state = match (slip.landed, slip.stuck) {
        (0, 0) => "Planned for".to_owned(),
        (landed, 0) if landed == slip.of => "Gone out on".to_owned(),
        (landed, 0) => format!("{landed} of {} gone out:", slip.of),
        (landed, stuck) => format!("{landed} of {} gone out, {stuck} need a hand:", slip.of),
    };
    out.text("DESCRIPTION", &format!("{state} {}.\nIt {}.", places.join(", "), slip.kind.word()));
    out.put("URL", &format!("{public_url}/write/{}", slip.draft));
    out.put("STATUS", if slip.is_late { "TENTATIVE" } else { "CONFIRMED" });
    out.put("TRANSP", "TRANSPARENT");
    out.put("END", "VEVENT");
}

/// In UTC, which needs no time zone to be described.
fn instant(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Content lines, folded.
struct Lines(String);

impl Lines {
    /// A value of a type other than text.
    fn put(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for letter in name.chars().chain([':']).chain(value.chars().filter(|c| !c.is_control())) {
            if octets + letter.len_utf8() > LINE_OCTETS_MAX {
                // The space that marks a folded line counts among its octets.
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(letter);
            octets += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
    /// RFC 5545, 3.3.11: backslash, semicolon, comma and line breaks are escaped.
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len() + 8);
        for letter in value.replace("\r\n", "\n").chars() {
            match letter {
                '\\' | ';' | ',' => escaped.extend(['\\', letter]),
                '\n' | '\r' => escaped.push_str("\\n"),
                other => escaped.push(other),
            }
        }
        self.put(name, &escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AccountId, DraftId, Kind};
    use proptest::prelude::*;

    fn slip(words: &str) -> Slip {
        Slip {
            draft: DraftId(7),
            first: AccountId(3),
            words: words.into(),
            language: None,
            kind: Kind::Gives,
            is_personal: false,
            at: "2026-10-25T00:30:00Z".parse().unwrap(),
            nets: vec![("PL", "Plaza"), ("NO", "Nook")],
            landed: 0,
            stuck: 0,
            by_hand: 0,
            again_at: None,
            of: 2,
            is_late: false,
            version: 4,
            changed_at: "2026-09-08T09:14:00Z".parse().unwrap(),
        }
    }
    fn feed(words: &str) -> String {
        written(DeskId(1), "Test desk", &[slip(words)], "https://hobnob.example")
    }
    /// As RFC 5545 says a reader does it.
    fn unfolded(feed: &str) -> Vec<String> {
        feed.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_event_as_the_format_has_it() {
        let feed = feed("Two seats; bread, butter\\jam\nand more");
        let lines = unfolded(&feed);
        assert_eq!(
            (lines[0].as_str(), lines[lines.len() - 2].as_str(), lines[lines.len() - 1].as_str()),
            ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
        );
        for line in [
            "UID:7-3-1@hobnob.example",
            "DTSTAMP:20260908T091400Z",
            "SEQUENCE:4",
            "DTSTART:20261025T003000Z",
            "DTEND:20261025T004500Z",
            "SUMMARY:Two seats\\; bread\\, butter\\\\jam\\nand more",
            "DESCRIPTION:Planned for Plaza\\, Nook.\\nIt gives.",
            "URL:https://hobnob.example/write/7",
        ] {
            assert!(lines.iter().any(|l| l == line), "{line}\n{feed}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_folded_by_octets_and_nothing_is_lost(words in "\\PC{0,300}") {
            let feed = feed(&words);
            for line in feed.split("\r\n") {
                prop_assert!(line.len() <= LINE_OCTETS_MAX);
            }
            let lines = unfolded(&feed);
            let summary = lines.iter().find_map(|l| l.strip_prefix("SUMMARY:")).unwrap();
            let read = summary.replace("\\\\", "\u{0}").replace("\\;", ";").replace("\\,", ",").replace("\\n", "\n").replace('\u{0}', "\\");
            prop_assert_eq!(read, words);
        }
    }
}
