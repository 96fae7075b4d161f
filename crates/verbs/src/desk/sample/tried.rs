//! What the sample desk tried, and what came of it: three places for one aim, one of them running, and a few bookings on its own site.

use jiff::SignedDuration;
use model::verdict::Proposal;
use model::{AimId, Decision, Outcome, Site, Source, TRIAL_DAYS, Timestamp, Trial, TrialDay};
use store::{Kept, Tx};

use crate::reflect::trials::PLAN;

/// Place, first day so many days ago, the verdict with its reason, and minutes on a day that somebody was there.
type Tried = (&'static str, i64, Option<(Proposal, &'static str)>, u32);

const TRIED: [Tried; 3] = [
    ("Picture boards", 98, Some((Proposal::Leave, "Pretty, and nobody talks.")), 20),
    ("The paper makers’ forum", 46, Some((Proposal::Stay, "People answer. Two of them booked.")), 30),
    ("r/handbound", 15, None, 25),
];

/// Keeps them.
pub fn keep(tx: &Tx<'_>, aim: AimId, host: &str, now: Timestamp) -> Kept<()> {
    let ago = |days: i64| now - SignedDuration::from_hours(24 * days);
    let day = |days: i64| ago(days).to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    for (venue, began, verdict, minutes) in TRIED {
        let trial = Trial {
            id: tx.fresh(now),
            aim,
            venue: venue.to_owned(),
            account: None,
            starts_on: day(began),
            days: TRIAL_DAYS,
            hours: Some(2.0),
            plan: PLAN.to_owned(),
            created_at: ago(began),
        };
        tx.trials().put(&trial)?;
        // There on five days of seven.
        for at in (0..i64::from(TRIAL_DAYS)).filter(|at| at % 7 < 5 && began - at > 0) {
            tx.trials().put_day(trial.id, &TrialDay { day: day(began - at), minutes })?;
        }
        if let Some((verdict, reason)) = verdict {
            let at = ago(began - i64::from(TRIAL_DAYS));
            let decision = Decision { verdict, reason: reason.to_owned(), proposed: Proposal::ThreeMoreWeeks, counted: String::new(), at };
            tx.trials().put_decision(trial.id, &decision)?;
        }
    }
    outcomes(tx, aim, host, now)
}

fn outcomes(tx: &Tx<'_>, aim: AimId, host: &str, now: Timestamp) -> Kept<()> {
    let key: String = format!("{:016x}", u64::from_le_bytes(rand::random()));
    let site = Site { id: tx.fresh(now), host: host.to_owned(), key, aim: Some(aim), created_at: now };
    tx.outcomes().put_site(&site, "whsec_c2FtcGxl")?;
    let links = tx.links().list(Timestamp::UNIX_EPOCH, 500)?;
    let talked = links.into_iter().filter(|l| l.aim == Some(aim) && l.conversation.is_some());
    for (n, link) in talked.take(3).enumerate() {
        let Some(visit) = tx.visits().of_link(link.id, 1)?.into_iter().next() else { continue };
        let outcome = Outcome {
            id: tx.fresh(now),
            aim: Some(aim),
            name: "booking".to_owned(),
            at: visit.at + SignedDuration::from_mins(7 + n as i64),
            source: Source::Script,
            site: Some(site.id),
            visit: Some(visit.id),
            link: Some(link.id),
            conversation: link.conversation,
            person: link.person,
            said_by: None,
            note: None,
            value: None,
            n: 1,
            remote_id: None,
        };
        tx.outcomes().put(&outcome, now)?;
    }
    Ok(())
}
