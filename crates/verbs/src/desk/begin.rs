//! The first run's words, kept: the why becomes the first aim, the topics are followed.

use std::collections::BTreeSet;

use model::{Aim, Measure};
use store::StoreError;

use crate::listen::topics::{self, TopicWish};
use crate::{Cx, Done, VerbError};

/// Topics of a first run.
const TOPICS_MAX: usize = 20;
/// The name of an aim is its why's first words.
const AIM_NAME_MAX: usize = 60;
/// What a first aim counts until it is changed: a visit a day for three months.
const FIRST_TARGET: u32 = 90;

/// Time zones offered in the first run's list; any other can be typed.
pub const ZONES: &[&str] = &[
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Athens",
    "Africa/Lagos",
    "Africa/Nairobi",
    "Africa/Johannesburg",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "America/Buenos_Aires",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
];

/// The machine's own zone, to begin with.
pub fn home_zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

/// Keeps why somebody is here as their first aim, if they said so.
pub async fn keep_why(cx: Cx<'_>, year: &str, who: &str, sign: &str) -> Done<()> {
    let why = year.trim().to_owned();
    let (who, now) = (who.trim().to_owned(), cx.now);
    let measure = match sign {
        "replies" => Measure::Replies,
        "people" => Measure::People,
        _ => Measure::Visits,
    };
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            if !who.is_empty() {
                tx.set_setting("whom-to-know", &who)?;
            }
            if why.is_empty() {
                return Ok(());
            }
            let aim = Aim { name: short(&why), why, measure, target: FIRST_TARGET, ..Aim::blank(tx.fresh(now), now) };
            tx.aims().put(&aim)
        })
        .await?;
    Ok(())
}

/// The first words of a why, whole words only.
fn short(why: &str) -> String {
    let first = why.split(['.', '\n', ';']).next().unwrap_or(why).trim();
    if first.chars().count() <= AIM_NAME_MAX {
        return first.to_owned();
    }
    let mut name = String::new();
    for word in first.split_whitespace() {
        if name.chars().count() + word.chars().count() + 1 > AIM_NAME_MAX {
            break;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    if name.is_empty() { first.chars().take(AIM_NAME_MAX).collect() } else { name + " …" }
}

/// Follows each line as a topic. All lines are read before the first is followed, so one that can't be read stops all; it is named.
/// A line that is followed already is left as it is.
pub async fn keep_topics(cx: Cx<'_>, lines: &str) -> Done<usize> {
    let wanted: Vec<&str> = lines.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    if wanted.len() > TOPICS_MAX {
        return Err(VerbError::wrong("topics", format!("At most {TOPICS_MAX} topics to begin with; more can be added later.")));
    }
    let wishes: Vec<TopicWish> = wanted.iter().map(|line| TopicWish { query: (*line).to_owned(), ..TopicWish::default() }).collect();
    for (n, wish) in wishes.iter().enumerate() {
        topics::read(cx, wish).map_err(|error| in_line(n + 1, error))?;
    }
    let mut known: BTreeSet<String> = topics::list(cx).await?.iter().map(|row| row.topic.query.text().to_lowercase()).collect();
    for (n, wish) in wishes.into_iter().enumerate() {
        if known.insert(wish.query.to_lowercase()) {
            topics::add(cx, wish).await.map_err(|error| in_line(n + 1, error))?;
        }
    }
    Ok(wanted.len())
}

fn in_line(line: usize, error: VerbError) -> VerbError {
    let why = match error {
        VerbError::Query(error) => error.to_string(),
        VerbError::Wrong { why, .. } => why,
        other => return other,
    };
    VerbError::wrong("topics", format!("Line {line}: {why}"))
}

pub async fn topics_count(cx: Cx<'_>) -> Done<usize> {
    Ok(topics::list(cx).await?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_is_named_by_its_first_words() {
        assert_eq!(short("Fill the workshops. And more."), "Fill the workshops");
        let long = short("The autumn workshops fill up because people tell each other and not because of an advert");
        assert!(long.ends_with(" …") && long.chars().count() <= AIM_NAME_MAX + 2, "{long}");
    }
}
