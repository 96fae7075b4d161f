//! Our people: everyone, the tribe, who drifts, who is new.

use askama::Template;
use model::{Nature, PersonId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::relate::edit;
use verbs::relate::people::{self as verb, Filter, PAGE, PeopleOrder, PeoplePage, Perhaps, PersonRow, Who};

use crate::flash::Flash;
use crate::forms::{Asked, Posted};
use crate::parts::{Dots, Empty, Face, Net, Nets, Tab, Tabs, TieMark};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    who: String,
    q: String,
    order: String,
    /// From 1.
    page: u32,
}

#[derive(Template)]
#[template(path = "pages/relate/people.html")]
struct Page {
    shell: Shell,
    lede: String,
    tabs: Tabs,
    who: &'static str,
    q: String,
    orders: Vec<(&'static str, &'static str, bool)>,
    caption: String,
    rows: Vec<RowPart>,
    empty: Option<Empty>,
    span: String,
    older: Option<String>,
    newer: Option<String>,
    perhaps: Vec<Perhaps>,
    wrong: Option<String>,
}

struct RowPart {
    href: String,
    face: Face,
    name: String,
    is_waiting: bool,
    about: String,
    /// "brand" or "machine".
    nature: Option<&'static str>,
    tie: Option<TieMark>,
    dots: Option<Dots>,
    last: String,
    nets: Nets,
}

const ORDERS: [(&str, &str, PeopleOrder); 4] = [
    ("lately", "Talked most lately", PeopleOrder::TalkedLately),
    ("silence", "Longest silence", PeopleOrder::LongestSilence),
    ("closest", "Closest", PeopleOrder::Closest),
    ("name", "Name", PeopleOrder::Name),
];

pub async fn show(seated: Seated, Asked(question): Asked<Question>) -> Answer {
    draw(&seated, question, None).await
}

async fn draw(seated: &Seated, question: Question, wrong: Option<String>) -> Answer {
    let who = Who::from_word(&question.who).unwrap_or_default();
    let order = ORDERS.iter().find(|o| o.0 == question.order).unwrap_or(&ORDERS[0]);
    let page = question.page.clamp(1, 10_000);
    let filter = Filter { who, words: question.q.clone(), order: order.2, page: page - 1 };
    let found = verb::people(seated.cx(), filter).await?;
    let link = |page: u32| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("who", who.word()), ("q", &question.q), ("order", &question.order)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("/people?{}", query.finish())
    };
    let (from, to) = (u64::from(page - 1) * u64::from(PAGE), u64::from(page) * u64::from(PAGE));
    let figure = |n: u64| words::figures(i64::try_from(n).unwrap_or(i64::MAX));
    let span = if found.total <= u64::from(PAGE) {
        "That is everyone.".to_owned()
    } else {
        format!("{} to {} of {}", figure(from + 1), figure(to.min(found.total)), figure(found.total))
    };
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::People),
        lede: lede(&found),
        tabs: tabs(&found, who),
        who: who.word(),
        orders: ORDERS.iter().map(|o| (o.0, o.1, o.2 == order.2)).collect(),
        caption: format!("People: {}", order.1.to_lowercase()),
        empty: found.rows.is_empty().then(|| nothing(who, &question.q)),
        span,
        older: (to < found.total).then(|| link(page + 1)),
        newer: (page > 1).then(|| link(page - 1)),
        rows: found.rows.into_iter().map(|r| row(seated, r)).collect(),
        perhaps: found.perhaps,
        q: question.q,
        wrong,
    })?;
    if is_wrong {
        *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn lede(found: &PeoplePage) -> String {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let (all, tribe) = (number(found.counts[0]), number(found.counts[1]));
    let first = match all {
        0 => return "Whoever you talk with stands here.".into(),
        1 => "One person you talk with.".to_owned(),
        n => format!("{} people you talk with.", words::number_first(n)),
    };
    match tribe {
        0 => format!("{first} Who comes back again and again becomes your tribe."),
        1 => format!("{first} One comes back again and again: your tribe."),
        n => format!("{first} {} come back again and again: your tribe.", words::number_first(n)),
    }
}

fn tabs(found: &PeoplePage, here: Who) -> Tabs {
    let labels = ["Everyone", "Tribe", "Drifting", "New"];
    let tabs = Who::ALL.into_iter().zip(labels).zip(found.counts).map(|((who, label), n)| {
        let href = if who == Who::All { "/people".to_owned() } else { format!("/people?who={}", who.word()) };
        Tab::new(href, label, who == here).count(u32::try_from(n).unwrap_or(u32::MAX))
    });
    Tabs { label: "Which people".into(), tabs: tabs.collect() }
}

fn nothing(who: Who, words: &str) -> Empty {
    if !words.trim().is_empty() {
        return Empty::done("Nobody fits that", "Look for part of a name, of what they do, or of a handle.")
            .press("Show everyone", "/people");
    }
    match who {
        Who::All => Empty::first(
            "Nobody yet",
            "Connect an account and answer somebody. Whoever you talk with stands here, on whatever network.",
            "Connect an account",
            "/settings/accounts/add",
        ),
        Who::Tribe => Empty::done("No tribe yet", "Whoever speaks to you again and again, and is answered, stands here."),
        Who::Drifting => Empty::done("Nobody drifts", "Whoever you used to talk with and have not for a month stands here."),
        Who::New => Empty::done("Nobody is new", "Whoever you first talked with in the last three months stands here."),
    }
}

fn row(seated: &Seated, r: PersonRow) -> RowPart {
    RowPart {
        href: format!("/people/{}", r.id),
        face: match r.face {
            Some(profile) => Face::of(profile, &r.name, true, 40),
            None => Face::drawn(&r.name, 40),
        },
        is_waiting: r.is_waiting,
        about: r.about,
        nature: nature_word(r.nature),
        tie: r.tie.map(TieMark),
        dots: (r.gave + r.asked > 0).then_some(Dots { gave: r.gave, asked: r.asked }),
        last: r
            .last_at
            .map_or_else(|| "never".to_owned(), |at| words::long_ago(seated.now, at, seated.zone()).trim_start_matches("on ").to_owned()),
        nets: Nets(r.presences.into_iter().map(|p| Net::mark(p.mark, p.network_name)).collect()),
        name: r.name,
    }
}

pub(super) fn nature_word(nature: Nature) -> Option<&'static str> {
    match nature {
        Nature::Person => None,
        Nature::Brand => Some("a brand"),
        Nature::Bot => Some("a machine"),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NewPerson {
    name: String,
    about: String,
}

pub async fn add(Posted { seated, form }: Posted<NewPerson>) -> Answer {
    match edit::put(seated.cx(), &form.name, &form.about).await {
        Ok(id) => seated.done(&format!("/people/{id}"), Flash::said("", form.name, " stands among your people now.")),
        Err(VerbError::Wrong { why, .. }) => draw(&seated, Question::default(), Some(why)).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Same {
    a: i64,
    b: i64,
    same: String,
}

pub async fn same(Posted { seated, form }: Posted<Same>) -> Answer {
    let (a, b) = (PersonId(form.a), PersonId(form.b));
    if form.same == "yes" {
        let join = edit::join(seated.cx(), a, b).await?;
        return seated.done(&format!("/people/{a}"), Flash::plain("They are one person now.").undo(format!("/joins/{join}/undo"), &[]));
    }
    edit::are_two(seated.cx(), a, b).await?;
    seated.done("/people", Flash::plain("They stay two people. It is not asked again."))
}
