//! The places where the topics are talked about, as an honest table; and the page of one of them.

use askama::Template;
use model::{AimId, TopicId};
use serde::Deserialize;
use verbs::listen::topics;
use verbs::listen::venues::{self as verb, Kind, STARTERS_MIN, Scope, Share, Venue};

use super::{At, tabs};
use crate::flash::Flash;
use crate::forms::{Asked, Posted};
use crate::parts::{Empty, Net, Tabs};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    topic: String,
    aim: String,
    /// A place's name.
    name: String,
}

impl Question {
    fn scope(&self) -> Scope {
        Scope { topic: self.topic.parse().ok().map(TopicId), aim: self.aim.parse().ok().map(AimId) }
    }
    fn link(&self, name: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in [("name", name), ("topic", &self.topic), ("aim", &self.aim)] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        format!("/listen/venue?{}", query.finish())
    }
}

#[derive(Template)]
#[template(path = "pages/listen/venues.html")]
struct Page {
    shell: Shell,
    tabs: Tabs,
    topics: Vec<(String, String, bool)>,
    aims: Vec<(String, String, bool)>,
    rows: Vec<RowPart>,
    servers: Vec<RowPart>,
    growing: Vec<(String, String, String)>,
    empty: Option<Empty>,
    early: String,
}

struct RowPart {
    name: String,
    href: String,
    net: Net,
    talks: u32,
    people: u32,
    /// "7 of 10", or that it is too early.
    answered: String,
    talked: String,
    newcomers: String,
    is_early: bool,
    is_growing: bool,
}

pub async fn show(seated: Seated, Asked(question): Asked<Question>) -> Answer {
    let scope = question.scope();
    let found = verb::venues(seated.cx(), scope).await?;
    let followed = topics::list(seated.cx()).await?;
    let mut aims: Vec<(String, String, bool)> = Vec::new();
    for (id, name) in followed.iter().filter_map(|t| Some((t.topic.aim?, t.aim_name.clone()?))) {
        if !aims.iter().any(|(known, ..)| *known == id.to_string()) {
            aims.push((id.to_string(), name, Some(id) == scope.aim));
        }
    }
    let empty = found.is_empty().then(|| {
        Empty::first(
            "Nothing to compare yet",
            "When your topics have brought some talk, the places it stood in are compared here.",
            "See your topics",
            "/listen/topics",
        )
    });
    let count = found.len();
    let growing = found.iter().filter(|v| v.is_growing).map(|v| (v.name.clone(), question.link(&v.name), growth(v))).collect();
    let (servers, places): (Vec<_>, Vec<_>) = found.into_iter().partition(|v| v.kind == Kind::Server);
    let page = Page {
        shell: seated.shell(Place::Listen),
        tabs: tabs(At::Venues, None, None, Some(count)),
        topics: followed.iter().map(|t| (t.topic.id.to_string(), t.topic.name.clone(), Some(t.topic.id) == scope.topic)).collect(),
        aims,
        rows: places.into_iter().map(|v| row(v, &question)).collect(),
        servers: servers.into_iter().map(|v| row(v, &question)).collect(),
        growing,
        empty,
        early: words::number(STARTERS_MIN.into()),
    };
    seated.page(&page)
}

/// "38 of 100 (22 to 57)", or that it is too early.
fn share(share: &Share) -> String {
    let (low, high) = share.range();
    match share.people {
        0 => "nobody yet".into(),
        // Of so few a share in a hundred would say more than is known. A person's own mean may be a half.
        n if n < STARTERS_MIN => match share.mean * f64::from(n) {
            sum if (sum - sum.round()).abs() < 1e-9 => format!("{sum:.0} of {n}"),
            sum => format!("{sum:.1} of {n}"),
        },
        _ => format!("{} of 100 ({low} to {high})", share.percent()),
    }
}

fn row(v: Venue, question: &Question) -> RowPart {
    RowPart {
        answered: share(&v.stats.answered),
        talked: share(&v.stats.talked),
        newcomers: share(&v.stats.newcomers),
        is_early: v.is_too_early(),
        is_growing: v.is_growing,
        href: question.link(&v.name),
        net: Net::mark(v.mark, v.network_name),
        talks: v.stats.talks,
        people: v.stats.people,
        name: v.name,
    }
}

fn growth(v: &Venue) -> String {
    let people = |n: u32| words::count(n.into(), "person").replace("persons", "people");
    let before = if v.is_new { "nobody before the last four weeks".to_owned() } else { format!("{} in the weeks before", people(v.early)) };
    format!("{} in the last two weeks, {before}", people(v.late))
}

#[derive(Template)]
#[template(path = "pages/listen/venue.html")]
struct OnePage {
    shell: Shell,
    tabs: Tabs,
    name: String,
    lede: String,
    back: String,
    /// What, and how much.
    lines: Vec<(String, String)>,
    mix: Vec<(String, String)>,
    standing: String,
    /// The address of this very page, for its form.
    query: Question,
    /// `None`: not asked yet.
    norms: Option<Vec<String>>,
    growth: Option<String>,
    is_early: bool,
    early: String,
}

pub async fn one(seated: Seated, Asked(question): Asked<Question>) -> Answer {
    let v = verb::venue(seated.cx(), question.name.clone(), question.scope()).await?;
    let s = &v.stats;
    let wait = s
        .answer_after
        .map_or_else(|| "nobody has been answered yet".to_owned(), |seconds| format!("after {}, for half of the people", span(seconds)));
    let lines = vec![
        ("Talks of the last eight weeks".to_owned(), s.talks.to_string()),
        ("People who spoke".to_owned(), s.people.to_string()),
        ("Talks that were answered".to_owned(), share(&s.answered)),
        ("Talks with two voices or more that went back and forth".to_owned(), share(&s.talked)),
        ("Newcomers who were answered".to_owned(), share(&s.newcomers)),
        ("First answer".to_owned(), wait),
        ("Talks that begin with something for sale".to_owned(), share(&s.selling)),
        ("Voices, as if all spoke alike".to_owned(), format!("{:.0}", s.voices)),
    ];
    let norms = verb::norms(seated.cx(), v.network.clone()).await?;
    let page = OnePage {
        norms,
        query: question,
        shell: seated.shell(Place::Listen),
        tabs: tabs(At::Venues, None, None, None),
        lede: format!("{}, of {}.", capital(v.kind.word()), v.network_name),
        back: "/listen/venues".into(),
        lines,
        mix: mix(&v),
        standing: standing(&v),
        growth: v.is_growing.then(|| growth(&v)),
        is_early: v.is_too_early(),
        early: words::number(STARTERS_MIN.into()),
        name: v.name,
    };
    seated.page(&page)
}

/// Asks the server for its rules.
pub async fn ask(Posted { seated, form: question }: Posted<Question>) -> Answer {
    let v = verb::venue(seated.cx(), question.name.clone(), question.scope()).await?;
    let said = match verb::ask_norms(seated.cx(), v.network).await? {
        0 => "The server states no rules of its own.".to_owned(),
        n => format!("The server states {}.", words::count(i64::try_from(n).unwrap_or(i64::MAX), "rule")),
    };
    seated.done(&question.link(&v.name), Flash::plain(said))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// "twelve minutes", as people say a wait.
fn span(seconds: i64) -> String {
    match seconds {
        ..90 => "a minute".into(),
        90..5_400 => words::count((seconds + 30) / 60, "minute"),
        5_400..129_600 => words::count((seconds + 1_800) / 3_600, "hour"),
        _ => words::count((seconds + 43_200) / 86_400, "day"),
    }
}

fn mix(v: &Venue) -> Vec<(String, String)> {
    let sum: u32 = v.mix.followings.iter().sum();
    let mut lines = Vec::new();
    if sum > 0 {
        let labels = ["under 100", "100 to 999", "1,000 to 9,999", "10,000 or more"];
        let said: Vec<String> = labels.iter().zip(v.mix.followings).filter(|(_, n)| *n > 0).map(|(l, n)| format!("{n} with {l}")).collect();
        lines.push(("Followed by".to_owned(), said.join(", ")));
    }
    if !v.mix.languages.is_empty() {
        let said: Vec<String> = v.mix.languages.iter().map(|(l, n)| format!("{n} in {l}")).collect();
        lines.push(("Languages".to_owned(), said.join(", ")));
    }
    if v.mix.hours.iter().any(|n| *n > 0) {
        let labels = ["at night", "in the morning", "in the afternoon", "in the evening"];
        let said: Vec<String> = labels.iter().zip(v.mix.hours).filter(|(_, n)| *n > 0).map(|(l, n)| format!("{n} {l}")).collect();
        lines.push(("Hours, on your clock".to_owned(), said.join(", ")));
    }
    lines
}

fn standing(v: &Venue) -> String {
    let s = v.standing;
    let times = |n: u32| words::count(n.into(), "time");
    match (s.gave, s.asked, s.talked) {
        (0, 0, 0) => "You have not talked about this there.".into(),
        (gave, asked, talked) => {
            format!("You gave {}, asked {} and talked {} there in these eight weeks.", times(gave), times(asked), times(talked))
        }
    }
}
