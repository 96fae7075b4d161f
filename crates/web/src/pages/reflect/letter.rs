//! The week's letter as a page that is made for paper, and its figures as CSV.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use verbs::reflect::letter::{self, AimPart, Letter};
use verbs::reflect::outcomes::Told;
use verbs::reflect::progress::nouns;
use verbs::reflect::weeks::Week;

use crate::forms::Asked;
use crate::parts::{BarSide, SMALL_WEEKS, TwoSided, WeekBar, Weeks};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/reflect/letter.html")]
struct Page {
    shell: Shell,
    desk: String,
    week: Date,
    from: String,
    to: String,
    earlier: Date,
    later: Option<Date>,
    is_running: bool,
    opening: String,
    aims: Vec<Part>,
    /// What was tried, what was learnt, what to stop; each that has anything to say.
    lists: Vec<(&'static str, Vec<String>)>,
    giving: String,
    hours: Option<String>,
    sides: TwoSided,
    beyond: Vec<String>,
}

struct Part {
    name: String,
    why: String,
    sentence: String,
    standing: String,
    /// Only the first aim is drawn: a letter has two drawings.
    big: Option<Weeks>,
    small: Option<Weeks>,
    column: String,
    table: Vec<(String, String)>,
    outcomes: Vec<(String, String, String)>,
}

#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    week: String,
}

pub async fn show(seated: Seated, Asked(which): Asked<Which>) -> Answer {
    let found = letter::letter(seated.cx(), &which.week).await?;
    let page = draw(&seated, found);
    seated.page(&page)
}

/// All its figures.
pub async fn figures(seated: Seated, Asked(which): Asked<Which>) -> Answer {
    let found = letter::letter(seated.cx(), &which.week).await?;
    let name = format!("attachment; filename=\"letter-{}.csv\"", found.monday);
    let name = HeaderValue::from_str(&name).expect("a date fits a header");
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], letter::figures(&found)).into_response())
}

fn draw(seated: &Seated, found: Letter) -> Page {
    let today = found.today;
    let after = found.monday.checked_add(1.week()).unwrap_or(found.monday);
    let drawn = found.drawn();
    let lists = [("What was tried", found.tried), ("What was learnt", found.learnt), ("What to stop", found.stop)];
    Page {
        shell: seated.shell(Place::Aims),
        desk: found.desk,
        week: found.monday,
        from: words::date(found.monday, today),
        to: words::date(found.sunday, today),
        earlier: found.monday.checked_sub(1.week()).unwrap_or(found.monday),
        later: (after <= today).then_some(after),
        is_running: found.is_running,
        opening: found.opening,
        aims: found.aims.into_iter().enumerate().map(|(i, aim)| part(aim, today, drawn == Some(i))).collect(),
        lists: lists.into_iter().filter(|(_, lines)| !lines.is_empty()).collect(),
        giving: found.giving,
        hours: (found.hours >= 0.1).then(|| format!("The desk took {:.1} hours.", found.hours)),
        sides: sides(found.gave, found.asked, found.is_running),
        beyond: found.beyond.said(),
    }
}

fn sides(gave: Vec<u64>, asked: Vec<u64>, is_running: bool) -> TwoSided {
    let total = |values: &[u64]| values.iter().sum::<u64>();
    TwoSided {
        sentence: format!("Twelve weeks: gave {}, asked {}", total(&gave), total(&asked)),
        up: BarSide { label: "gave", class: "f-give", values: gave },
        down: BarSide { label: "asked", class: "f-ask", values: asked },
        end: if is_running { "this week" } else { "that week" },
    }
}

fn part(aim: AimPart, today: Date, is_drawn: bool) -> Part {
    let (_, many) = nouns(aim.aim.measure);
    let weeks = |from: usize, is_small| is_drawn.then(|| drawing(&aim.weeks[from..], many, today, is_small));
    Part {
        big: weeks(0, false),
        small: weeks(aim.weeks.len().saturating_sub(SMALL_WEEKS), true),
        column: words::capital(many),
        table: aim.weeks.iter().map(|w| (words::date(w.monday, today), words::figures(w.n as i64))).collect(),
        outcomes: aim.outcomes.iter().map(outcome).collect(),
        name: aim.aim.name,
        why: aim.aim.why,
        sentence: aim.sentence,
        standing: aim.standing,
    }
}

fn outcome(told: &Told) -> (String, String, String) {
    let o = &told.outcome;
    let who = match (&told.person, &o.said_by) {
        (Some(person), _) => format!("by {}", person.name),
        (None, Some(said)) => format!("“{said}”"),
        (None, None) => "from where is not known".to_owned(),
    };
    let name = words::capital(&o.name);
    (o.id.to_string(), if o.n > 1 { format!("{} × {name}", o.n) } else { name }, who)
}

fn drawing(weeks: &[Week], many: &str, today: Date, is_small: bool) -> Weeks {
    let each: Vec<String> = weeks.iter().map(|w| w.n.to_string()).collect();
    let first = weeks.first().map_or(today, |w| w.monday);
    Weeks {
        sentence: format!("{} a week since {}: {}", words::capital(many), words::date(first, today), words::list(&each)),
        bars: WeekBar::of(weeks, false),
        tried: Vec::new(),
        is_small,
    }
}
