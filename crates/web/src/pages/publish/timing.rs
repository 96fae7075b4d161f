//! When a draft shall go: what can be chosen, and what is chosen.

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use verbs::publish::around::Sidelights;
use verbs::publish::drafts::KeptDraft;
use verbs::publish::slots::{self, Placing};

use crate::html::part;
use crate::words;

/// The choices of the writing page.
#[derive(Template)]
#[template(path = "pages/publish/timing.html")]
pub struct Timing {
    suggestion: Suggestion,
    slot: Option<SlotChoice>,
    is_at: bool,
    is_now: bool,
    at: String,
    zone: String,
    zone_words: String,
}

part!(Timing);

/// A good time, offered first.
struct Suggestion {
    value: String,
    label: String,
    help: &'static str,
    is_chosen: bool,
}

struct SlotChoice {
    /// `Wednesday at 12:30`
    when: String,
    /// Where the places differ.
    help: String,
    is_chosen: bool,
}

impl Timing {
    pub fn of(kept: &KeptDraft, lights: &Sidelights, placings: &[Placing], zone: &TimeZone, now: Timestamp) -> Timing {
        let wished = kept.wished_at.as_deref();
        let (suggestion, slot) = (suggestion(now, zone, lights, wished), slot(placings, wished, zone, now));
        let is_slot = wished == Some(slots::NEXT);
        Timing {
            is_now: wished.is_none() && kept.version > 0,
            is_at: wished.is_some() && !suggestion.is_chosen && !is_slot,
            at: wished.filter(|_| !is_slot).unwrap_or(&suggestion.value).replace(' ', "T"),
            zone_words: format!("{} time", kept.zone.rsplit('/').next().unwrap_or_default().replace('_', " ")),
            zone: kept.zone.clone(),
            suggestion,
            slot,
        }
    }
    fn is_suggested(&self) -> bool {
        self.suggestion.is_chosen || (!self.is_at && !self.is_now && !self.slot.as_ref().is_some_and(|s| s.is_chosen))
    }
}

/// Tomorrow, at the hour at which most people spoke to us, or at half past twelve.
fn suggestion(now: Timestamp, zone: &TimeZone, lights: &Sidelights, wished: Option<&str>) -> Suggestion {
    let (hour, minute) = lights.around.as_ref().map_or((12, 30), |a| (a.best_hour(), 0));
    let tomorrow = now.to_zoned(zone.clone()).date().saturating_add(1.day());
    let value = format!("{tomorrow} {hour:02}:{minute:02}");
    Suggestion {
        label: format!("Tomorrow, {} {}, {hour:02}:{minute:02}", words::weekday(tomorrow), words::date(tomorrow, tomorrow)),
        help: if lights.around.is_some() { "when your people tend to be around" } else { "" },
        is_chosen: wished == Some(&value),
        value,
    }
}

/// The next free slot, where one of the places has slots; or where it was chosen before they were taken away.
fn slot(placings: &[Placing], wished: Option<&str>, zone: &TimeZone, now: Timestamp) -> Option<SlotChoice> {
    let is_chosen = wished == Some(slots::NEXT);
    let Some(first) = placings.iter().map(|p| p.at).min() else {
        return is_chosen.then(|| SlotChoice { when: "no free one is known".into(), help: String::new(), is_chosen });
    };
    let differing: Vec<String> =
        (placings.iter().filter(|p| p.at != first)).map(|p| format!("{} {}", p.place, words::day_and_clock(now, p.at, zone))).collect();
    let along: Vec<String> = placings.iter().filter(|p| p.is_along).map(|p| p.place.to_owned()).collect();
    let mut help = differing.join(", ");
    if !along.is_empty() {
        let verb = if along.len() == 1 { "has no slots and goes" } else { "have no slots and go" };
        help = format!("{help}{}{} {verb} along", if help.is_empty() { "" } else { "; " }, words::list(&along));
    }
    Some(SlotChoice { when: words::day_and_clock(now, first, zone), help, is_chosen })
}
