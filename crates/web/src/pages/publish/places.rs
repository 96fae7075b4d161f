//! The previews: the very parts that will be sent, place by place.

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};
use verbs::publish::drafts::{Choice, KeptDraft};
use verbs::publish::render::Rendered;
use verbs::publish::said::Before;

use crate::html::part;
use crate::words;

/// All places, as the script asks for them again.
#[derive(Template)]
#[template(path = "pages/publish/places.html")]
pub struct Places {
    pub version: i64,
    /// "five places"
    pub count: String,
    pub places: Vec<Preview>,
    /// Said only to the script: when it was kept.
    pub kept: Option<String>,
}

/// One place.
pub struct Preview {
    pub id: i64,
    pub mark: &'static str,
    pub name: &'static str,
    pub handle: String,
    pub is_chosen: bool,
    /// `405 of 500`, `112 over`, `420 letters`.
    pub fits: String,
    pub is_over: bool,
    /// In the line for small screens: `fits`, `112 over`, `look`.
    pub short: String,
    pub has_trouble: bool,
    /// Hundredths of the limit; `None` where there is none.
    pub fill: Option<u32>,
    pub parts: Vec<Piece>,
    pub tells: Vec<String>,
    pub wrong: Vec<String>,
    /// The same or nearly the same words stand there, or will: in a sentence, and where to see them.
    pub before: Option<(String, Option<String>)>,
    /// Offered where the words are too long, or where it was chosen before.
    pub has_choice: bool,
    pub choice: Choice,
    /// `Two posts`.
    pub thread: String,
    pub own: String,
    pub has_own: bool,
    pub lang: Option<String>,
}

pub struct Piece {
    pub length: String,
    pub text: String,
}

impl Preview {
    pub fn is(&self, word: &str) -> bool {
        self.choice.word() == word
    }
}

impl Places {
    pub fn of(kept: &KeptDraft, looked: Vec<Rendered>, keeping: Option<String>) -> Places {
        let places: Vec<Preview> = looked.into_iter().map(|r| preview(kept, r)).collect();
        let chosen = places.iter().filter(|p| p.is_chosen).count() as i64;
        let count = format!("In {} {}", words::number(chosen), words::plural(chosen, "place", "places"));
        Places { version: kept.version, count, places, kept: keeping }
    }
    /// Points out where words like these stand already.
    pub fn beside(mut self, before: &[Before], now: Timestamp, zone: &TimeZone) -> Places {
        for place in &mut self.places {
            place.before =
                before.iter().find(|b| b.by.is_none() && b.account.0 == place.id && place.is_chosen).map(|b| said_before(b, now, zone));
        }
        self
    }
    /// Things to mind, as the end of the page says them.
    pub fn to_mind(&self) -> Vec<String> {
        self.places.iter().filter(|p| p.is_chosen && p.choice != Choice::Out && !p.wrong.is_empty()).map(|p| p.name.to_owned()).collect()
    }
}

/// "The same words went out here on 3 September."
fn said_before(b: &Before, now: Timestamp, zone: &TimeZone) -> (String, Option<String>) {
    let how = if b.is_same { "The same words" } else { "Nearly the same words" };
    let when = words::day_and_clock(now, b.at, zone);
    let sentence = if b.is_ahead { format!("{how} go out here {when}.") } else { format!("{how} went out here {when}.") };
    let sentence = if b.often > 1 { format!("{sentence} You said this {} times.", words::number(b.often as i64)) } else { sentence };
    let see = b.draft.map(|d| format!("/write/{d}")).or_else(|| b.url.clone().filter(|u| u.starts_with("https://")));
    (sentence, see)
}

fn preview(kept: &KeptDraft, r: Rendered) -> Preview {
    let is_empty = kept.draft.text.trim().is_empty() && kept.draft.pictures.is_empty();
    let max = r.account.rules.text_max;
    let is_own = r.choice == Choice::Own && !r.own.is_empty();
    let (length, over) = match &r.outcome {
        Ok(rendering) if is_own => (rendering.lengths.iter().copied().max().unwrap_or(0), 0),
        _ => (r.length, r.over),
    };
    let is_over = over > 0 && r.choice == Choice::Thread;
    let fits = match max {
        _ if is_over => format!("{} over", words::figures(over.into())),
        Some(max) => format!("{} of {}", words::figures(length.into()), words::figures(max.into())),
        None => words::count(length.into(), "letter"),
    };
    let (parts, tells, wrong) = match r.outcome {
        Ok(rendering) => {
            let lengths = rendering.lengths.clone();
            let parts = rendering.parts.into_iter().zip(lengths);
            (parts.map(|(p, n)| Piece { length: words::figures(n.into()), text: p.text }).collect::<Vec<_>>(), rendering.tells, Vec::new())
        }
        Err(_) if is_empty => (Vec::new(), Vec::new(), Vec::new()),
        Err(misfits) => (Vec::new(), Vec::new(), misfits.into_iter().map(|m| m.why).collect()),
    };
    let n = parts.len().max(2);
    let has_trouble = !wrong.is_empty();
    Preview {
        id: r.account.id.0,
        mark: r.mark,
        name: r.place,
        handle: r.account.handle,
        is_chosen: kept.accounts.contains(&r.account.id),
        short: if is_over {
            format!("{over} over")
        } else if has_trouble {
            "look".into()
        } else {
            "fits".into()
        },
        fits,
        is_over,
        has_trouble,
        fill: max.map(|max| (u64::from(length) * 100 / u64::from(max.max(1))).min(100) as u32),
        tells: if r.choice == Choice::Out { Vec::new() } else { tells },
        wrong,
        before: None,
        has_choice: over > 0 || r.choice != Choice::Thread || has_trouble,
        thread: if r.account.rules.has_threads { format!("{} posts", words::number_first(n as i64)) } else { "As it is".into() },
        choice: r.choice,
        // A shorter one begins from the whole.
        own: if r.choice == Choice::Own && r.own.is_empty() { kept.draft.text.clone() } else { r.own.join("\n---\n") },
        has_own: r.choice == Choice::Own || !r.own.is_empty(),
        lang: kept.draft.language.clone(),
        parts,
    }
}

part!(Places);
