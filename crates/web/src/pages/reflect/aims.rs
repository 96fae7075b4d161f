//! Aims: the list, one aim with what came of it, and the form that keeps and changes one.

use askama::Template;
use axum::http::StatusCode;
use model::{AimId, Measure, OutcomeId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::aims::{self, AimRow, AimWish, Loose};
use verbs::reflect::progress::{self, AimPage, SourceRow, Told};
use verbs::reflect::{trials::TrialLook, weeks::Week};

use super::measures::{MEASURES, said};
use super::trials::{self, TrialsPart};
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::{Empty, Face, Net, PlaceBars, SMALL_WEEKS, Share, WeekBar, Weeks, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/reflect/aims.html")]
struct ListPage {
    shell: Shell,
    title: String,
    lede: String,
    open: Vec<ListRow>,
    closed: Vec<ListRow>,
    /// What hangs on none.
    loose: Option<String>,
    empty: Option<Empty>,
}

struct ListRow {
    id: AimId,
    name: String,
    why: String,
    by: Option<String>,
    sentence: String,
    share: Share,
}

pub async fn list(seated: Seated) -> Answer {
    let all = aims::list(seated.cx()).await?;
    let today = seated.now.to_zoned(seated.zone().clone()).date();
    let row = |row: AimRow| ListRow {
        id: row.aim.id,
        by: row.aim.by.as_deref().and_then(|by| by.parse().ok()).map(|by| words::date(by, today)),
        share: Share { n: row.standing.n, of: row.standing.target.into() },
        sentence: row.standing.sentence,
        name: row.aim.name,
        why: row.aim.why,
    };
    let reached = all.open.iter().filter(|r| r.standing.n >= u64::from(r.standing.target)).count() as i64;
    let n = all.open.len() as i64;
    let title = match n {
        0 => "Nothing is aimed for just now".to_owned(),
        1 => "You are here for one thing".to_owned(),
        n => format!("You are here for {} things", words::number(n)),
    };
    let lede = match (n, reached) {
        (0, _) => "What was is below.".to_owned(),
        (_, 0) => "What you wanted, and how far it is.".to_owned(),
        (n, reached) if n == reached => "What you aimed for is reached.".to_owned(),
        (_, 1) => "One of them is reached.".to_owned(),
        (_, reached) => format!("{} of them are reached.", words::number_first(reached)),
    };
    let empty = (n == 0 && all.closed.is_empty()).then(|| {
        let words = "Say in your own words what should be different, and what you would count to see it. Then Hobnob can tell you whether it works.";
        Empty::first("Why are you here?", words, "Say your first aim", "/aims/new")
    });
    let page = ListPage {
        shell: seated.shell(Place::Aims),
        title,
        lede,
        open: all.open.into_iter().map(row).collect(),
        closed: all.closed.into_iter().map(row).collect(),
        loose: loose(all.loose),
        empty,
    };
    seated.page(&page)
}

/// What hangs on no aim, in a sentence; nothing where there is nothing.
fn loose(loose: Loose) -> Option<String> {
    let parts = [(loose.posts, "post"), (loose.talks, "conversation"), (loose.topics, "topic")];
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, one)| format!("{} {}", words::number(n as i64), words::plural(n as i64, one, &format!("{one}s"))))
        .collect();
    let things = (!told.is_empty()).then(|| format!("{} of yours served none.", words::capital(&words::list(&told))));
    let people = (loose.people > 0).then(|| match loose.people {
        1 => "One person you talked with matters for none.".to_owned(),
        n => format!("{} people you talked with matter for none.", words::number_first(n as i64)),
    });
    let told: Vec<String> = things.into_iter().chain(people).collect();
    (!told.is_empty()).then(|| format!("{} That may be right: not everything has to lead somewhere.", told.join(" ")))
}

#[derive(Template)]
#[template(path = "pages/reflect/aim_form.html")]
struct FormPage {
    shell: Shell,
    /// `None` for a new one.
    id: Option<AimId>,
    is_closed: bool,
    action: String,
    back: String,
    wish: AimWish,
    wrong: Option<(&'static str, String)>,
}

impl FormPage {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
    fn is_measure(&self, word: &str) -> bool {
        word == self.wish.measure
    }
}

fn form_page(seated: &Seated, id: Option<(AimId, bool)>, wish: AimWish, wrong: Option<(&'static str, String)>) -> Answer {
    let (action, back) = match id {
        Some((id, _)) => (format!("/aims/{id}/change"), format!("/aims/{id}")),
        None => ("/aims/new".to_owned(), "/aims".to_owned()),
    };
    let is_wrong = wrong.is_some();
    let is_closed = id.is_some_and(|(_, is_closed)| is_closed);
    let page = FormPage { shell: seated.shell(Place::Aims), id: id.map(|(id, _)| id), is_closed, action, back, wish, wrong };
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn blank(seated: Seated) -> Answer {
    form_page(&seated, None, AimWish { measure: Measure::Visits.word().into(), ..AimWish::default() }, None)
}

pub async fn form(seated: Seated, Row(id): Row<AimId>) -> Answer {
    let aim = aims::get(seated.cx(), id).await?;
    form_page(&seated, Some((id, aim.closed_at.is_some())), AimWish::of(&aim), None)
}

#[derive(Deserialize)]
pub struct Filled {
    name: String,
    why: String,
    #[serde(default)]
    measure: String,
    target: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    worth: String,
    #[serde(default)]
    elsewhere: String,
    #[serde(default)]
    elsewhere_an_hour: String,
    #[serde(default)]
    url: String,
    /// A box: only people like these count.
    #[serde(default)]
    narrow: String,
    #[serde(default)]
    like_these: String,
}

impl From<Filled> for AimWish {
    fn from(f: Filled) -> AimWish {
        AimWish {
            name: f.name,
            why: f.why,
            measure: f.measure,
            target: f.target,
            by: f.by,
            hours: f.hours,
            worth: f.worth,
            elsewhere: f.elsewhere,
            elsewhere_an_hour: f.elsewhere_an_hour,
            url: f.url,
            is_narrow: !f.narrow.is_empty(),
            like_these: f.like_these,
        }
    }
}

pub async fn add(Posted { seated, form }: Posted<Filled>) -> Answer {
    let wish = AimWish::from(form);
    match aims::add(seated.cx(), &wish).await {
        Ok(id) => {
            seated.done(&format!("/aims/{id}"), Flash::plain("Kept. Choose this aim when you write, and what comes of it is counted."))
        }
        Err(VerbError::Wrong { field, why }) => form_page(&seated, None, wish, Some((field, why))),
        Err(error) => Err(error.into()),
    }
}

pub async fn change(Row(id): Row<AimId>, Posted { seated, form }: Posted<Filled>) -> Answer {
    let wish = AimWish::from(form);
    match aims::change(seated.cx(), id, &wish).await {
        Ok(()) => seated.done(&format!("/aims/{id}"), Flash::plain("Kept.")),
        Err(VerbError::Wrong { field, why }) => {
            let is_closed = aims::get(seated.cx(), id).await?.closed_at.is_some();
            form_page(&seated, Some((id, is_closed)), wish, Some((field, why)))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn close(Row(id): Row<AimId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let name = aims::close(seated.cx(), id).await?;
    seated.done("/aims", Flash::said("Closed ", name, ".").undo(format!("/aims/{id}/open"), &[]))
}

pub async fn reopen(Row(id): Row<AimId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let name = aims::reopen(seated.cx(), id).await?;
    seated.done(&format!("/aims/{id}"), Flash::said("", name, " is open again."))
}

#[derive(Template)]
#[template(path = "pages/reflect/aim.html")]
struct OnePage {
    shell: Shell,
    id: AimId,
    name: String,
    why: String,
    is_closed: bool,
    place: (usize, usize),
    sentence: String,
    lede: String,
    heading: &'static str,
    aside: &'static str,
    column: &'static str,
    big: Weeks,
    small: Weeks,
    /// Week and number, both in words.
    table: Vec<(String, String)>,
    from_heading: &'static str,
    nothing: &'static str,
    rows: Vec<FromRow>,
    more: usize,
    bars: Option<PlaceBars>,
    bars_words: String,
    who_heading: &'static str,
    /// Face, name, page, and how many in words.
    people: Vec<(Face, String, String, String)>,
    how: &'static str,
    url: Option<String>,
    url_words: String,
    hours: Option<String>,
    worth: Option<String>,
    elsewhere: Option<String>,
    elsewhere_an_hour: Option<String>,
    /// What is counted, several of it.
    many: &'static str,
    trials: TrialsPart,
    /// How often the trials' intervals hold.
    sure: String,
    outcomes: Vec<OutcomeRow>,
    /// Face, name and page of those who hang on it; how many more do.
    hung: Vec<(Face, String, String)>,
    hung_more: u64,
    /// Whose answers count, where not everybody's do.
    whose: Option<String>,
    /// `YYYY-MM-DD`
    today: String,
}

struct OutcomeRow {
    id: OutcomeId,
    name: String,
    words: String,
    when: When,
}

struct FromRow {
    face: Face,
    /// Name and page.
    person: Option<(String, String)>,
    net: Option<Net>,
    when: Option<When>,
    words: String,
    lang: Option<String>,
    href: Option<String>,
    n: String,
}

pub async fn show(seated: Seated, Row(id): Row<AimId>) -> Answer {
    let page = progress::one(seated.cx(), id).await?;
    let said = said(page.aim.measure);
    let (one, many) = progress::nouns(page.aim.measure);
    let told = |n: u64| format!("{} {}", words::figures(n as i64), words::plural(n as i64, one, many));
    let answered = matches!(page.aim.measure, Measure::Replies | Measure::People);
    // A person who answered twice is still one person: there it is answers that are told.
    let told_of = |n: u64| if answered { words::count(n as i64, "answer") } else { told(n) };
    let rows = page.sources.iter().map(|s| from_row(&seated, s, told_of(s.n))).collect();
    let bars_words = format!("Four weeks, {}.", told(page.places_n));
    let url_words = page.aim.url.as_deref().map(shown).unwrap_or_default();
    let whole = OnePage {
        shell: seated.shell(Place::Aims),
        id,
        is_closed: page.aim.closed_at.is_some(),
        place: page.place,
        heading: said.heading,
        aside: said.aside,
        column: said.column,
        big: drawing(&page, &page.weeks, false),
        small: drawing(&page, &page.weeks[page.weeks.len().saturating_sub(SMALL_WEEKS)..], true),
        table: table(&page),
        from_heading: said.from,
        nothing: said.nothing,
        rows,
        more: page.sources_more,
        bars: (!page.places.is_empty()).then(|| PlaceBars(page.places.clone())),
        bars_words,
        who_heading: said.who,
        people: page
            .people
            .iter()
            .map(|(p, n)| (Face::of_found(p.face, &p.name, 32), p.name.clone(), format!("/people/{}", p.id), told_of(*n)))
            .collect(),
        how: said.how,
        url: page.aim.url.clone(),
        url_words,
        hours: page.aim.hours.map(|h| if h == 1.0 { "an hour a week".to_owned() } else { format!("{h} hours a week") }),
        many,
        sure: sure(&page.trials),
        trials: trials::part(&page.trials, page.aim.measure, page.today),
        outcomes: page.outcomes.iter().map(|told| outcome_row(&seated, told)).collect(),
        today: page.today.to_string(),
        hung_more: page.hung.1 - page.hung.0.len() as u64,
        hung: page.hung.0.iter().map(|p| (Face::of_found(p.face, &p.name, 32), p.name.clone(), format!("/people/{}", p.id))).collect(),
        whose: page.aim.like_these.as_deref().map(whose),
        worth: page.aim.worth.clone(),
        elsewhere: page.aim.elsewhere.clone(),
        elsewhere_an_hour: page.aim.elsewhere_an_hour.map(|n| n.to_string()),
        sentence: page.standing.sentence,
        lede: page.lede,
        name: page.aim.name,
        why: page.aim.why,
    };
    seated.page(&whole)
}

/// Who counts, in a sentence.
fn whose(query: &str) -> String {
    match query {
        "" => "Only those count who matter for it.".to_owned(),
        query => format!("Only those count who matter for it, or whose words about themselves fit: {query}"),
    }
}

/// How often the interval of a trial holds: less is left to luck where more was tried.
fn sure(trials: &[TrialLook]) -> String {
    let level = trials.iter().map(|t| t.verdict.level).fold(0.95, f64::max);
    if level <= 0.95 { "95 times in 100".to_owned() } else { format!("{:.0} times in 1,000, since several were tried", level * 1000.0) }
}

fn outcome_row(seated: &Seated, told: &Told) -> OutcomeRow {
    let who = told.person.as_ref().map(|p| p.name.clone());
    let way = match (who, &told.outcome.said_by) {
        (Some(name), _) => format!("by {name}"),
        (None, Some(words)) => format!("“{words}”"),
        (None, None) if told.outcome.link.is_some() => "by a link of yours".to_owned(),
        (None, None) => "from where is not known".to_owned(),
    };
    let n = told.outcome.n;
    OutcomeRow {
        id: told.outcome.id,
        name: if n > 1 { format!("{n} × {}", words::capital(&told.outcome.name)) } else { words::capital(&told.outcome.name) },
        words: way,
        when: When::ago(seated.now, told.outcome.at, seated.zone()),
    }
}

/// An address without its scheme.
fn shown(url: &str) -> String {
    url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
}

fn from_row(seated: &Seated, s: &SourceRow, n: String) -> FromRow {
    let talk = s.conversation.map(|id| format!("/talks/{id}"));
    FromRow {
        face: match &s.person {
            Some(p) => Face::of_found(p.face, &p.name, 36),
            None => seated.shell(Place::Aims).face(36),
        },
        person: s.person.as_ref().map(|p| (p.name.clone(), format!("/people/{}", p.id))),
        net: s.network.map(|(mark, name)| Net::named(mark, name)),
        when: s.landed_at.map(|at| When::ago(seated.now, at, seated.zone())),
        words: s.words.clone(),
        lang: s.language.clone(),
        href: talk.or_else(|| s.url.clone()),
        n,
    }
}

fn drawing(page: &AimPage, weeks: &[Week], is_small: bool) -> Weeks {
    let (_, many) = progress::nouns(page.aim.measure);
    let Some(first) = weeks.first() else { return Weeks { sentence: String::new(), bars: Vec::new(), tried: Vec::new(), is_small } };
    let full: Vec<String> = weeks.iter().filter(|w| !w.is_running).map(|w| w.n.to_string()).collect();
    let running = weeks.iter().find(|w| w.is_running).map_or(0, |w| w.n);
    let sentence = match weeks.iter().all(|w| w.n == 0) {
        true => format!("No {many} in the weeks since {}.", words::date(first.monday, page.today)),
        false => format!(
            "{} a week since {}: {}; {running} so far this week",
            words::capital(many),
            words::date(first.monday, page.today),
            words::list(&full)
        ),
    };
    let tried = trials::spans(&page.trials, weeks);
    let told: Vec<String> = tried.iter().rev().map(|t| t.venue.clone()).collect();
    let sentence = if told.is_empty() { sentence } else { format!("{sentence}. Tried meanwhile: {}", words::list(&told)) };
    Weeks { sentence, bars: WeekBar::of(weeks, true), tried, is_small }
}

fn table(page: &AimPage) -> Vec<(String, String)> {
    let week = |w: &Week| {
        let n = words::figures(w.n as i64);
        (words::date(w.monday, page.today), if w.is_running { format!("{n} so far") } else { n })
    };
    page.weeks.iter().map(week).collect()
}
