//! How an aim stands: what was counted, week by week, and what it came from. Small numbers are called small.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;
use model::{Aim, AimId, ConversationId, Measure, NetworkKey, PersonId, Timestamp};
pub use store::outcomes::Told;
pub use store::progress::Somebody;
use store::progress::{SOURCES_MAX, Source};
use store::{Kept, StoreError, Tx};

use super::hanging;
use super::trials::{self, TrialLook};
use super::weeks::{self, Week, zone_of};
use super::words::{capital, count as counted, date, days, number};
use crate::converse::words::snippet;
use crate::{Cx, Done};

/// Weeks of the chart, the running one included.
pub const WEEKS: u32 = 15;
/// Sources that are listed; the rest is summed up.
const SOURCES_SHOWN: usize = 30;
/// Letters of a source's words.
const WORDS_MAX: usize = 120;
/// Places and people in the margin.
const BESIDE_MAX: usize = 6;
/// Days of which the margin tells from where visits came.
const PLACES_DAYS: i64 = 28;
/// Answers that are read for one page, of which only those of people like these may count.
const ANSWERED_MAX: u32 = 2_000;
/// People who hang on an aim that are listed on its page.
const HUNG_SHOWN: u32 = 12;
/// Outcomes that are listed on an aim's page.
const OUTCOMES_SHOWN: u32 = 30;
/// Single outcomes that are counted for one aim.
const INSTANTS_MAX: usize = 100_000;
/// Fewer than these, and a change says nothing.
const FEW: u64 = 10;
/// A change is told only when chance alone would seldom make it: 95 times in 100.
const SURE: f64 = 1.96;

/// How far an aim is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub n: u64,
    pub target: u32,
    pub sentence: String,
}

/// What we said somewhere, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRow {
    /// Its first words; the address where it is a link alone.
    pub words: String,
    pub language: Option<String>,
    /// Mark and name.
    pub network: Option<(&'static str, &'static str)>,
    /// Where it stands there.
    pub url: Option<String>,
    pub landed_at: Option<Timestamp>,
    pub conversation: Option<ConversationId>,
    pub person: Option<Somebody>,
    pub n: u64,
    pub last_at: Timestamp,
}

/// Everything on the page of one aim.
#[derive(Clone, Debug, PartialEq)]
pub struct AimPage {
    pub aim: Aim,
    /// Which of how many, as they are listed.
    pub place: (usize, usize),
    pub today: Date,
    pub standing: Standing,
    /// The heading's second sentence and further: the pace it takes, and whether anything changed.
    pub lede: String,
    pub weeks: Vec<Week>,
    pub sources: Vec<SourceRow>,
    /// Sources that are not listed.
    pub sources_more: usize,
    /// From which places in the last four weeks, most first.
    pub places: Vec<(String, u64)>,
    pub places_n: u64,
    /// Who sent them, or who answered, with how many.
    pub people: Vec<(Somebody, u64)>,
    /// Venues that were tried for it, the latest first.
    pub trials: Vec<TrialLook>,
    /// What came of it on our own site or was noted by hand, newest first.
    pub outcomes: Vec<Told>,
    /// Who hangs on it, the closest first, and how many they are.
    pub hung: (Vec<Somebody>, u64),
}

/// One and several of what a measure counts.
pub fn nouns(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::Visits => ("visit", "visits"),
        Measure::Replies => ("answer", "answers"),
        Measure::People => ("person", "people"),
        Measure::Outcomes => ("outcome", "outcomes"),
        Measure::OptIns => ("yes", "yeses"),
        Measure::Introductions => ("introduction", "introductions"),
        Measure::Readers => ("new reader", "new readers"),
    }
}

/// All that was counted for an aim, up to now.
pub fn count(tx: &Tx<'_>, aim: &Aim, now: Timestamp) -> Kept<u64> {
    match aim.measure {
        Measure::Visits => tx.visits().count_for(aim.id, Timestamp::UNIX_EPOCH, now + SignedDuration::from_secs(1)),
        _ => Ok(instants(tx, aim)?.len() as u64),
    }
}

/// When each thing counted happened, oldest first. A person counts once, with their first answer.
pub(super) fn instants(tx: &Tx<'_>, aim: &Aim) -> Kept<Vec<Timestamp>> {
    match aim.measure {
        Measure::Visits => return tx.visits().instants_for(aim.id, Timestamp::UNIX_EPOCH),
        Measure::Outcomes => {
            let told = tx.outcomes().instants_for(aim.id, Timestamp::UNIX_EPOCH)?;
            // Several that were brought in as one number are as many.
            let each = told.into_iter().flat_map(|(at, n)| std::iter::repeat_n(at, n as usize));
            return Ok(each.take(INSTANTS_MAX).collect());
        }
        Measure::OptIns => return tx.opt_ins().instants(aim.created_at),
        Measure::Introductions => {
            let mut all = tx.progress().introductions(aim.id, aim.created_at)?;
            let noted = tx.outcomes().instants_for(aim.id, Timestamp::UNIX_EPOCH)?;
            all.extend(noted.into_iter().flat_map(|(at, n)| std::iter::repeat_n(at, n as usize)).take(INSTANTS_MAX));
            all.sort();
            return Ok(all);
        }
        Measure::Readers => return super::readers::instants(tx, aim),
        Measure::Replies | Measure::People => {}
    }
    let answers = tx.progress().answers(aim.id)?;
    let who = hanging::who_counts(tx, aim)?;
    let mut met = BTreeSet::new();
    let mut counts = |person: PersonId| who.holds(person) && (aim.measure == Measure::Replies || met.insert(person));
    Ok(answers.into_iter().filter(|a| counts(a.person)).map(|a| a.at).collect())
}

/// How far an aim is, in a sentence.
pub fn standing(aim: &Aim, n: u64, today: Date) -> Standing {
    let (one, many) = nouns(aim.measure);
    let target = u64::from(aim.target);
    let by: Option<Date> = aim.by.as_deref().and_then(|by| by.parse().ok());
    let left = by.map(|by| i64::from((by - today).get_days()));
    let wanted = counted(target, one, many);
    let sentence = match (n, left, by) {
        (n, ..) if n >= target => format!("{}: what you aimed for is reached.", capital(&counted(n, one, many))),
        (0, Some(0..), Some(by)) => format!("No {many} yet; {} {} aimed for by {}.", number(target), are(target), date(by, today)),
        (0, None, _) => format!("No {many} yet; {} {} aimed for.", number(target), are(target)),
        (n, Some(left @ 1..), _) => {
            let left = left as u64;
            format!("{} of {wanted}, and {} to go.", capital(&number(n)), days(left))
        }
        (n, Some(0), _) => format!("{} of {wanted}, and today is the day.", capital(&number(n))),
        (0, Some(_), Some(by)) => format!("No {many}; the day was {}.", date(by, today)),
        (n, Some(_), Some(by)) => format!("{} of {wanted}; the day was {}.", capital(&number(n)), date(by, today)),
        (n, ..) => format!("{} of {wanted} so far.", capital(&number(n))),
    };
    Standing { n, target: aim.target, sentence }
}

fn are(n: u64) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// What the pace would have to be, and whether anything changed lately.
fn lede(aim: &Aim, n: u64, weeks: &[Week], today: Date, is_old_enough: bool) -> String {
    let mut said = Vec::new();
    let left = aim.by.as_deref().and_then(|by| by.parse::<Date>().ok()).map_or(0, |by| i64::from((by - today).get_days()));
    let missing = u64::from(aim.target).saturating_sub(n);
    if aim.closed_at.is_none() && missing > 0 && left >= 7 {
        let a_week = (missing * 7).div_ceil(left as u64);
        said.push(format!("About {} a week would reach it.", number(a_week)));
    }
    if n > 0 && n < FEW {
        said.push("That is few yet: a week more or less says nothing.".to_owned());
    } else if n > 0 && is_old_enough {
        said.push(change(weeks));
    }
    said.join(" ")
}

/// The last four full weeks against the four before: counts of Poisson's kind, whose difference is told when it is clear of nothing.
fn change(weeks: &[Week]) -> String {
    let full: Vec<u64> = weeks.iter().filter(|w| !w.is_running).map(|w| w.n).collect();
    let (late, early): (u64, u64) = (full.iter().rev().take(4).sum(), full.iter().rev().skip(4).take(4).sum());
    let told = format!("The last four full weeks brought {}, the four before {}", number(late), number(early));
    let is_clear = late.abs_diff(early) as f64 > SURE * ((late + early) as f64).sqrt();
    match () {
        () if late + early < FEW => format!("{told}: too few to say more."),
        () if !is_clear => format!("{told}: no clear change."),
        () if late > early => format!("{told}: clearly more."),
        () => format!("{told}: clearly fewer."),
    }
}

/// Everything on the page of one aim.
pub async fn one(cx: Cx<'_>, id: AimId) -> Done<AimPage> {
    let (now, networks) = (cx.now, cx.app.networks.clone());
    let mut page = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let aim = tx.aims().get(id)?;
            let zone = zone_of(&tx.this_desk()?.zone);
            let today = weeks::today(now, &zone);
            let all = tx.aims().list()?;
            let at = all.iter().position(|a| a.id == id).unwrap_or(0);
            let instants = instants(tx, &aim)?;
            let course = weeks::course(&instants, WEEKS, now, &zone);
            let n = count(tx, &aim, now)?;
            let is_old_enough = course.len() > 8 && aim.created_at <= weeks::begins(course[course.len() - 9].monday, &zone);
            let since = now - SignedDuration::from_hours(24 * PLACES_DAYS);
            let (sources, places) = match aim.measure {
                Measure::Visits => (tx.progress().visited(id)?, tx.progress().places(id, since)?),
                Measure::Outcomes => (Vec::new(), tx.progress().places(id, since)?),
                Measure::OptIns | Measure::Introductions | Measure::Readers => (Vec::new(), Vec::new()),
                Measure::Replies | Measure::People => (answered(tx, &aim)?, Vec::new()),
            };
            let named = |key: Option<&NetworkKey>| key.and_then(|k| networks.get(k)).map(|n| (n.about().mark, n.about().name));
            let places = by_name(places.into_iter().map(|(key, host, n)| {
                let place = named(key.as_ref()).map(|(_, name)| name.to_owned()).or(host).unwrap_or_else(|| "elsewhere".to_owned());
                (place, n)
            }));
            let rows = merge(sources);
            Ok(AimPage {
                trials: trials::look(tx, &aim, now, &zone)?,
                outcomes: tx.outcomes().of_aim(id, OUTCOMES_SHOWN)?,
                hung: tx.progress().hung(id, HUNG_SHOWN)?,
                place: (at + 1, all.len()),
                today,
                lede: lede(&aim, n, &course, today, is_old_enough),
                standing: standing(&aim, n, today),
                weeks: course,
                people: people(&rows),
                sources_more: rows.len().saturating_sub(SOURCES_SHOWN),
                sources: rows.into_iter().take(SOURCES_SHOWN).map(|s| row(named(s.network.as_ref()), s)).collect(),
                places_n: places.iter().map(|(_, n)| n).sum(),
                places,
                aim,
            })
        })
        .await?;
    page.places.truncate(BESIDE_MAX);
    Ok(page)
}

/// What was answered of what we said for it, by those who count.
fn answered(tx: &Tx<'_>, aim: &Aim) -> Kept<Vec<Source>> {
    let who = hanging::who_counts(tx, aim)?;
    let all = tx.progress().answered(aim.id, if aim.like_these.is_some() { ANSWERED_MAX } else { SOURCES_MAX })?;
    Ok(all.into_iter().filter(|s| s.person.as_ref().is_some_and(|p| who.holds(p.id))).collect())
}

fn row(network: Option<(&'static str, &'static str)>, s: Source) -> SourceRow {
    let words = s.words.as_deref().map(snippet).filter(|w| !w.is_empty()).unwrap_or(s.target);
    let words = match words.char_indices().nth(WORDS_MAX) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words,
    };
    SourceRow {
        words,
        language: s.language,
        network,
        url: s.url,
        landed_at: s.landed_at,
        conversation: s.conversation,
        person: s.person,
        n: s.n,
        last_at: s.last_at,
    }
}

/// Several links in one text are one source.
fn merge(sources: Vec<Source>) -> Vec<Source> {
    let mut rows: Vec<Source> = Vec::new();
    for source in sources {
        let same = |r: &Source| {
            r.draft.is_some()
                && r.draft == source.draft
                && r.network == source.network
                && r.url == source.url
                && r.person.as_ref().map(|p| p.id) == source.person.as_ref().map(|p| p.id)
        };
        match rows.iter_mut().find(|r| same(r)) {
            Some(row) => {
                row.n += source.n;
                row.last_at = row.last_at.max(source.last_at);
            }
            None => rows.push(source),
        }
    }
    rows
}

fn people(rows: &[Source]) -> Vec<(Somebody, u64)> {
    let mut sums: BTreeMap<PersonId, (Somebody, u64)> = BTreeMap::new();
    for (person, n) in rows.iter().filter_map(|r| Some((r.person.as_ref()?, r.n))) {
        sums.entry(person.id).or_insert_with(|| (person.clone(), 0)).1 += n;
    }
    let mut sums: Vec<_> = sums.into_values().collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    sums.truncate(BESIDE_MAX);
    sums
}

fn by_name(counts: impl Iterator<Item = (String, u64)>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (name, n) in counts {
        *sums.entry(name).or_default() += n;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(target: u32, by: Option<&str>, measure: Measure) -> Aim {
        Aim { measure, target, by: by.map(str::to_owned), ..Aim::blank(AimId(1), Timestamp::UNIX_EPOCH) }
    }

    #[test]
    fn an_aim_says_how_it_stands() {
        let today: Date = "2026-09-08".parse().unwrap();
        let check = |n, target, by, expected: &str| {
            assert_eq!(standing(&aim(target, by, Measure::Visits), n, today).sentence, expected);
        };
        check(0, 90, None, "No visits yet; 90 are aimed for.");
        check(0, 1, Some("2026-12-05"), "No visits yet; one is aimed for by 5 December.");
        check(12, 90, Some("2026-10-27"), "Twelve of 90 visits, and seven weeks to go.");
        check(12, 90, None, "Twelve of 90 visits so far.");
        check(12, 90, Some("2026-09-01"), "Twelve of 90 visits; the day was 1 September.");
        check(0, 90, Some("2026-09-01"), "No visits; the day was 1 September.");
        check(12, 90, Some("2026-09-08"), "Twelve of 90 visits, and today is the day.");
        check(94, 90, None, "94 visits: what you aimed for is reached.");
        let one = standing(&aim(5, None, Measure::People), 1, today).sentence;
        assert_eq!(one, "One of five people so far.");
    }

    fn told(course: &[u64]) -> String {
        let monday: Date = "2026-09-07".parse().unwrap();
        let weeks: Vec<Week> = course.iter().map(|n| Week { monday, n: *n, is_running: false }).collect();
        change(&weeks)
    }

    #[test]
    fn a_change_is_told_only_when_it_is_clear() {
        assert_eq!(told(&[1, 0, 1, 0, 2, 1, 0, 1]), "The last four full weeks brought four, the four before two: too few to say more.");
        assert_eq!(told(&[5, 5, 5, 5, 6, 6, 6, 6]), "The last four full weeks brought 24, the four before 20: no clear change.");
        assert_eq!(told(&[5, 5, 5, 5, 11, 12, 10, 12]), "The last four full weeks brought 45, the four before 20: clearly more.");
        assert_eq!(told(&[11, 12, 10, 12, 5, 5, 5, 5]), "The last four full weeks brought 20, the four before 45: clearly fewer.");
    }

    #[test]
    fn few_are_called_few() {
        let today: Date = "2026-09-08".parse().unwrap();
        let words = lede(&aim(90, Some("2026-10-27"), Measure::Visits), 6, &[], today, false);
        assert_eq!(words, "About twelve a week would reach it. That is few yet: a week more or less says nothing.");
    }
}
