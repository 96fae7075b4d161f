//! Aims: why we are here, in the person's own words, as something countable by a date. What came of one is `progress.rs`.

use jiff::civil::Date;
use model::{Aim, AimId, Measure, Query};
use store::aims::AIMS_MAX;
pub use store::progress::Loose;
use store::{StoreError, Tx};

use super::progress::{self, Standing};
use super::weeks::{today, zone_of};
use crate::{Cx, Done, VerbError};

const NAME_MAX: usize = 80;
const WHY_MAX: usize = 2_000;
const LINE_MAX: usize = 200;
/// What hangs on no aim is told of so long.
const LOOSE_SINCE: jiff::SignedDuration = jiff::SignedDuration::from_hours(28 * 24);
const TARGET_MAX: u32 = 1_000_000;
const HOURS_MAX: f64 = 100.0;
const URL_MAX: usize = 2_000;

/// What a person filled in, as they wrote it, so that it can be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AimWish {
    pub name: String,
    pub why: String,
    /// A measure's word.
    pub measure: String,
    pub target: String,
    /// `YYYY-MM-DD`, or empty.
    pub by: String,
    /// Hours a week, or empty.
    pub hours: String,
    /// What an hour is worth, or empty.
    pub worth: String,
    /// What else the hours could do, or empty.
    pub elsewhere: String,
    /// How much of what is counted an hour of that brings, or empty.
    pub elsewhere_an_hour: String,
    /// Where its short links lead, or empty.
    pub url: String,
    /// Only people like these count.
    pub is_narrow: bool,
    /// What such people say of themselves, as a query; empty: only those count who hang on the aim.
    pub like_these: String,
}

impl AimWish {
    /// An aim as its form shows it.
    pub fn of(aim: &Aim) -> AimWish {
        AimWish {
            name: aim.name.clone(),
            why: aim.why.clone(),
            measure: aim.measure.word().to_owned(),
            target: aim.target.to_string(),
            by: aim.by.clone().unwrap_or_default(),
            hours: aim.hours.map(|h| h.to_string()).unwrap_or_default(),
            worth: aim.worth.clone().unwrap_or_default(),
            elsewhere: aim.elsewhere.clone().unwrap_or_default(),
            elsewhere_an_hour: aim.elsewhere_an_hour.map(|n| n.to_string()).unwrap_or_default(),
            url: aim.url.clone().unwrap_or_default(),
            is_narrow: aim.like_these.is_some(),
            like_these: aim.like_these.clone().unwrap_or_default(),
        }
    }
}

/// An aim in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct AimRow {
    pub aim: Aim,
    pub standing: Standing,
}

/// All aims.
#[derive(Clone, Debug, PartialEq)]
pub struct AimList {
    pub open: Vec<AimRow>,
    pub closed: Vec<AimRow>,
    /// What hangs on none, of the last four weeks.
    pub loose: Loose,
}

/// All aims with how they stand; open ones first, oldest first.
pub async fn list(cx: Cx<'_>) -> Done<AimList> {
    let now = cx.now;
    let (rows, loose) = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let zone = zone_of(&tx.this_desk()?.zone);
            let today = today(now, &zone);
            let rows = tx
                .aims()
                .list()?
                .into_iter()
                .map(|aim| Ok(AimRow { standing: progress::standing(&aim, progress::count(tx, &aim, now)?, today), aim }))
                .collect::<Result<Vec<_>, StoreError>>()?;
            Ok((rows, tx.progress().loose(now - LOOSE_SINCE)?))
        })
        .await?;
    let (open, closed) = rows.into_iter().partition(|row| row.aim.closed_at.is_none());
    Ok(AimList { open, closed, loose })
}

pub async fn get(cx: Cx<'_>, id: AimId) -> Done<Aim> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.aims().get(id)).await?)
}

/// Keeps a new aim.
pub async fn add(cx: Cx<'_>, wish: &AimWish) -> Done<AimId> {
    let (wish, now) = (wish.clone(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            if tx.aims().count()? >= u64::from(AIMS_MAX) {
                return Err(VerbError::wrong("name", format!("A desk has at most {AIMS_MAX} aims.")));
            }
            let aim = fill(tx, Aim::blank(tx.fresh(now), now), &wish, now)?;
            tx.aims().put(&aim)?;
            Ok(aim.id)
        })
        .await
}

/// Changes an aim. What counts for it stays.
pub async fn change(cx: Cx<'_>, id: AimId, wish: &AimWish) -> Done<()> {
    let (wish, now) = (wish.clone(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let aim = fill(tx, tx.aims().get(id)?, &wish, now)?;
            Ok(tx.aims().put(&aim)?)
        })
        .await
}

/// It is not aimed for any more; what came of it stays. Answers its name.
pub async fn close(cx: Cx<'_>, id: AimId) -> Done<String> {
    let now = cx.now;
    let work = move |tx: &Tx<'_>| {
        let aim = tx.aims().get(id)?;
        tx.aims().close(id, Some(now))?;
        Ok(aim.name)
    };
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, work).await?)
}

/// Takes closing back. Answers its name.
pub async fn reopen(cx: Cx<'_>, id: AimId) -> Done<String> {
    let work = move |tx: &Tx<'_>| {
        let aim = tx.aims().get(id)?;
        tx.aims().close(id, None)?;
        Ok(aim.name)
    };
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, work).await?)
}

fn fill(tx: &Tx<'_>, aim: Aim, wish: &AimWish, now: model::Timestamp) -> Done<Aim> {
    let today = today(now, &zone_of(&tx.this_desk()?.zone));
    let measure = Measure::from_word(wish.measure.trim()).ok_or_else(|| {
        VerbError::wrong("measure", "Choose what is counted: visits, replies, people, outcomes, opt-ins, introductions or readers.")
    })?;
    Ok(Aim {
        name: text("name", &wish.name, NAME_MAX, "A name is wanted: a few words by which you know it again.")?,
        why: text("why", &wish.why, WHY_MAX, "Say why, in a sentence of your own. Everything else is held against it.")?,
        measure,
        like_these: like_these(wish, measure)?,
        target: target(&wish.target)?,
        by: by(&wish.by, aim.by.as_deref(), today)?,
        hours: hours(&wish.hours)?,
        worth: line("worth", &wish.worth)?,
        elsewhere: line("elsewhere", &wish.elsewhere)?,
        elsewhere_an_hour: an_hour(&wish.elsewhere_an_hour)?,
        url: url(&wish.url)?,
        ..aim
    })
}

fn text(field: &'static str, written: &str, max: usize, missing: &str) -> Done<String> {
    let written = written.trim();
    match written.chars().count() {
        0 => Err(VerbError::wrong(field, missing)),
        n if n > max => Err(VerbError::wrong(field, format!("That is {n} letters; at most {max} are kept."))),
        _ => Ok(written.to_owned()),
    }
}

/// One line that may stay empty.
fn line(field: &'static str, written: &str) -> Done<Option<String>> {
    let written = written.trim();
    match written.chars().count() {
        0 => Ok(None),
        n if n > LINE_MAX => Err(VerbError::wrong(field, format!("That is {n} letters; at most {LINE_MAX} are kept."))),
        _ => Ok(Some(written.to_owned())),
    }
}

fn an_hour(written: &str) -> Done<Option<f64>> {
    let written = written.trim().replace(',', ".");
    if written.is_empty() {
        return Ok(None);
    }
    let n = written.parse::<f64>().ok().filter(|n| *n >= 0.0 && *n <= f64::from(TARGET_MAX));
    n.map(Some).ok_or_else(|| VerbError::wrong("elsewhere_an_hour", "How many an hour is a number, such as 0.5."))
}

/// Whose answers count. Words without the box beside them are kept by nobody, and so are not taken silently.
fn like_these(wish: &AimWish, measure: Measure) -> Done<Option<String>> {
    let wrong = |why: String| Err(VerbError::wrong("like_these", why));
    let written = wish.like_these.trim();
    match (wish.is_narrow, measure) {
        (false, _) if written.is_empty() => Ok(None),
        (false, _) => wrong("Say that only people like these count, or leave their words out.".into()),
        (true, Measure::Replies | Measure::People) if written.is_empty() => Ok(Some(String::new())),
        (true, Measure::Replies | Measure::People) => match Query::parse(written) {
            _ if written.chars().count() > LINE_MAX => wrong(format!("At most {LINE_MAX} letters are kept.")),
            Ok(query) => Ok(Some(query.text().to_owned())),
            Err(error) => wrong(error.to_string()),
        },
        (true, _) => wrong("Only answers, and people who answer, can be those of people like these.".into()),
    }
}

fn target(written: &str) -> Done<u32> {
    let n = written.trim().replace([',', ' ', '\u{a0}', '\u{202f}'], "").parse::<u32>().ok();
    n.filter(|n| (1..=TARGET_MAX).contains(n)).ok_or_else(|| VerbError::wrong("target", "How many is a whole number from 1 to 1,000,000."))
}

fn by(written: &str, before: Option<&str>, today: Date) -> Done<Option<String>> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    let day: Date = written
        .parse()
        .ok()
        .filter(|_| written.len() == "2026-12-05".len())
        .ok_or_else(|| VerbError::wrong("by", "That is no day. One such as 2026-12-05 is wanted."))?;
    if day < today && before != Some(written) {
        return Err(VerbError::wrong("by", "That day is over. Choose one to come, or leave it empty."));
    }
    Ok(Some(day.to_string()))
}

fn hours(written: &str) -> Done<Option<f64>> {
    let written = written.trim().replace(',', ".");
    if written.is_empty() {
        return Ok(None);
    }
    let hours = written.parse::<f64>().ok().filter(|h| *h > 0.0 && *h <= HOURS_MAX);
    hours.map(Some).ok_or_else(|| VerbError::wrong("hours", "Hours a week are a number above 0, such as 1.5, and at most 100."))
}

fn url(written: &str) -> Done<Option<String>> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    let known = url::Url::parse(written).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some());
    match known {
        Some(_) if written.len() <= URL_MAX => Ok(Some(written.to_owned())),
        _ => Err(VerbError::wrong("url", "A whole address is wanted, such as https://example.org/workshops.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_read_or_told() {
        let why = |e: VerbError| e.to_string();
        assert_eq!(target(" 1,200 "), Ok(1200));
        assert!(["", "0", "-3", "many", "1000001"].iter().all(|t| target(t).is_err()));
        assert_eq!(hours("1,5"), Ok(Some(1.5)));
        assert!(["0", "NaN", "inf", "200", "x"].iter().all(|h| hours(h).is_err()), "{:?}", hours("NaN").map_err(why));
        assert_eq!(url(""), Ok(None));
        assert!(["example.org", "ftp://x.example", "javascript:alert(1)", "https://"].iter().all(|u| url(u).is_err()));
        let today: Date = "2026-09-08".parse().unwrap();
        assert_eq!(by("2026-12-05", None, today), Ok(Some("2026-12-05".into())));
        assert!(["2026-02-30", "5 December", "2026-09-07", "20261205"].iter().all(|d| by(d, None, today).is_err()));
        assert_eq!(by("2026-09-01", Some("2026-09-01"), today), Ok(Some("2026-09-01".into())), "an old day may stay");
    }
}
