//! What can be pressed: Done, Later, choices in a row, tabs, pages of a list.

use askama::Template;
use jiff::{Timestamp, ToSpan, Zoned, civil::Weekday, tz::TimeZone};

use crate::{html::part, words};

/// When "this evening" begins, and when a morning does.
const EVENING_HOUR: i8 = 18;
const MORNING_HOUR: i8 = 9;

/// Done with somebody: one small form.
#[derive(Clone, Template)]
#[template(path = "parts/done.html")]
pub struct Done {
    pub action: String,
    pub token: String,
    /// Whose turn is finished, for screen readers.
    pub who: String,
    /// An icon alone, as in the inbox.
    pub is_small: bool,
}

/// Later: when this comes back.
#[derive(Clone, Template)]
#[template(path = "parts/later.html")]
pub struct LaterMenu {
    pub action: String,
    pub token: String,
    /// For screen readers, in the inbox: who is put off.
    pub who: String,
    pub choices: Vec<LaterChoice>,
    /// Where a day and time of one's own is picked.
    pub pick: String,
    pub is_small: bool,
}

/// One time to come back: what the form sends in `until`, and how it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterChoice {
    pub value: String,
    pub label: &'static str,
    pub hint: String,
}

impl LaterMenu {
    /// The usual times. A value is the instant in seconds, so that what was read is what will be done; `reply` stands for
    /// "when they write again".
    pub fn usual(now: Timestamp, zone: &TimeZone) -> Vec<LaterChoice> {
        let here = now.to_zoned(zone.clone());
        let mut choices = Vec::with_capacity(4);
        let mut add = |label, at: Option<Zoned>, hint: &dyn Fn(&Zoned) -> String| {
            if let Some(at) = at {
                choices.push(LaterChoice { value: at.timestamp().as_second().to_string(), label, hint: hint(&at) });
            }
        };
        let clock = |at: &Zoned| words::clock(at.timestamp(), zone);
        if here.hour() < EVENING_HOUR - 1 {
            add("This evening", at_hour(&here, EVENING_HOUR), &clock);
        }
        let tomorrow = here.checked_add(1.day()).ok();
        add("Tomorrow", tomorrow.as_ref().and_then(|d| at_hour(d, MORNING_HOUR)), &|at| {
            format!("{} {}", words::short_weekday(at), clock(at))
        });
        let monday = here.nth_weekday(1, Weekday::Monday).ok();
        if monday.as_ref().map(Zoned::date) != tomorrow.as_ref().map(Zoned::date) {
            add("Monday", monday.as_ref().and_then(|d| at_hour(d, MORNING_HOUR)), &|at| {
                format!("{}, {}", words::short_date(at), clock(at))
            });
        }
        choices.push(LaterChoice { value: "reply".into(), label: "When they write again", hint: String::new() });
        choices
    }
}

fn at_hour(day: &Zoned, hour: i8) -> Option<Zoned> {
    day.with().hour(hour).minute(0).second(0).subsec_nanosecond(0).build().ok()
}

/// Real radio buttons in a row.
#[derive(Clone, Template)]
#[template(path = "parts/radios.html")]
pub struct Radios {
    pub name: String,
    /// The group's own label, for screen readers; or the id of the words that label it.
    label: String,
    labelled_by: String,
    pub choices: Vec<Choice>,
}

#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub icon: Option<crate::html::Safe<&'static str>>,
    pub is_chosen: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>, is_chosen: bool) -> Choice {
        Choice { value: value.into(), label: label.into(), icon: None, is_chosen }
    }

    pub fn icon(mut self, icon: &crate::icon::Icon) -> Choice {
        self.icon = Some(icon.s);
        self
    }
}

impl Radios {
    pub fn new(name: &str, label: &str, choices: impl Into<Vec<Choice>>) -> Radios {
        Radios { name: name.into(), label: label.into(), labelled_by: String::new(), choices: choices.into() }
    }

    pub fn labelled_by(name: &str, id: &str, choices: impl Into<Vec<Choice>>) -> Radios {
        Radios { name: name.into(), label: String::new(), labelled_by: id.into(), choices: choices.into() }
    }

    /// Gives, asks or talks.
    pub fn kind(chosen: model::Kind) -> Radios {
        use crate::icon::{ASKS, GIVES, TALKS};
        use model::Kind;
        let icon = |kind| match kind {
            Kind::Gives => &GIVES,
            Kind::Asks => &ASKS,
            Kind::Talks => &TALKS,
        };
        let choices = Kind::ALL.map(|k| Choice::new(k.word(), k.word(), k == chosen).icon(icon(k)));
        Radios::new("kind", "Gives, asks or talks", choices)
    }

    /// Personal or work.
    pub fn side(is_personal: bool) -> Radios {
        use crate::icon::{PERSONAL, WORK};
        let choices =
            [Choice::new("work", "work", !is_personal).icon(&WORK), Choice::new("personal", "personal", is_personal).icon(&PERSONAL)];
        Radios::new("side", "Work or personal", choices)
    }
}

/// The views of one place, as links.
#[derive(Clone, Template)]
#[template(path = "parts/tabs.html")]
pub struct Tabs {
    pub label: String,
    pub tabs: Vec<Tab>,
}

#[derive(Clone, Debug)]
pub struct Tab {
    pub href: String,
    pub label: String,
    pub count: Option<u32>,
    pub is_here: bool,
}

impl Tab {
    pub fn new(href: impl Into<String>, label: impl Into<String>, is_here: bool) -> Tab {
        Tab { href: href.into(), label: label.into(), count: None, is_here }
    }

    pub fn count(mut self, count: u32) -> Tab {
        self.count = Some(count);
        self
    }
}

/// The foot of a list: older and newer, or its end in words.
#[derive(Clone, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    pub newer: Option<String>,
    pub older: Option<String>,
    /// "That is everyone."
    pub end: String,
}

part!(Done, LaterMenu, Radios, Tabs, Pager);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(now: &str) -> String {
        let zone = TimeZone::get("Europe/London").unwrap();
        let choices = LaterMenu::usual(now.parse().unwrap(), &zone);
        let each: Vec<_> = choices.iter().map(|c| format!("{} {}", c.label, c.hint).trim().to_owned()).collect();
        each.join(" | ")
    }

    #[test]
    fn the_usual_times() {
        assert_eq!(read("2026-09-08T08:14:00Z"), "This evening 18:00 | Tomorrow Wed 09:00 | Monday 14 Sep, 09:00 | When they write again");
        assert_eq!(read("2026-09-08T17:40:00Z"), "Tomorrow Wed 09:00 | Monday 14 Sep, 09:00 | When they write again");
        // On a Sunday, tomorrow is Monday.
        assert_eq!(read("2026-09-13T08:00:00Z"), "This evening 18:00 | Tomorrow Mon 09:00 | When they write again");
        assert_eq!(read("2026-09-14T08:00:00Z"), "This evening 18:00 | Tomorrow Tue 09:00 | Monday 21 Sep, 09:00 | When they write again");
    }

    #[test]
    fn a_night_when_the_clocks_change() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let choices = LaterMenu::usual("2026-10-24T12:00:00Z".parse().unwrap(), &zone);
        let tomorrow = Timestamp::from_second(choices[1].value.parse().unwrap()).unwrap();
        assert_eq!(tomorrow.to_string(), "2026-10-25T09:00:00Z");
    }
}
