//! Search: people, and what was said, by the query language of the topics.

use askama::Template;
use serde::Deserialize;
use verbs::desk::search::{self, Asked as Wanted, Facet, Found, Hit, Order, Piece};

use crate::forms::Asked;
use crate::parts::{Empty, Face, Net, Tab, Tabs, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/desk/search.html")]
struct Page {
    shell: Shell,
    q: String,
    /// What is wrong with the query: why, and the letters before, at and after the place.
    wrong: Option<(String, String, String, String)>,
    people: Vec<Person>,
    orders: Tabs,
    /// How many there are.
    told: String,
    hits: Vec<Row>,
    narrower: Vec<(&'static str, Vec<Line>)>,
    next: Option<String>,
    nothing: Option<Empty>,
    is_behind: bool,
}

struct Person {
    href: String,
    face: Face,
    name: String,
    about: String,
}

struct Row {
    href: Option<String>,
    face: Face,
    name: String,
    net: Net,
    when: When,
    lang: Option<String>,
    pieces: Vec<Piece>,
}

struct Line {
    href: String,
    label: String,
    count: usize,
}

#[derive(Deserialize)]
pub struct Question {
    #[serde(default)]
    q: String,
    #[serde(default)]
    by: String,
    after: Option<i64>,
}

pub async fn show(seated: Seated, Asked(Question { q, by, after }): Asked<Question>) -> Answer {
    let order = Order::from_word(&by).unwrap_or_default();
    let found = search::search(seated.cx(), &Wanted { words: q.clone(), order, after }).await?;
    let nothing = nothing(&q, after.is_some(), &found);
    let told = told(&found, after.is_some());
    let Found { people, hits, facets, next, wrong, is_behind, .. } = found;
    let people = people.into_iter().map(|p| Person {
        href: format!("/people/{}", p.id),
        face: Face { src: p.face.map(|id| format!("/face/{id}")), name: p.name.clone(), size: 40 },
        about: if p.about.is_empty() { p.handle } else { p.about },
        name: p.name,
    });
    let lines = |facets: Vec<Facet>| -> Vec<Line> {
        let line = |f: Facet| Line { href: address(&search::narrowed(&q, &f.adds), order, None), label: f.label, count: f.count };
        facets.into_iter().map(line).collect()
    };
    let mut narrower = vec![
        ("Network", lines(facets.networks)),
        ("Who", lines(facets.people)),
        ("Where", lines(facets.venues)),
        ("Year", lines(facets.years)),
    ];
    narrower.retain(|(_, lines)| !lines.is_empty());
    let tab = |of: Order, label: &str| Tab { href: address(&q, of, None), label: label.into(), count: None, is_here: of == order };
    let page = Page {
        people: people.collect(),
        orders: Tabs { label: "Order".into(), tabs: vec![tab(Order::Newest, "Newest"), tab(Order::Relevance, "Closest")] },
        told,
        hits: hits.into_iter().map(|hit| row(&seated, hit)).collect(),
        narrower,
        next: next.map(|after| address(&q, order, Some(after))),
        wrong: wrong.map(|error| pointed(&q, error)),
        nothing,
        is_behind,
        shell: seated.shell(Place::Elsewhere),
        q,
    };
    seated.page(&page)
}

fn address(q: &str, order: Order, after: Option<i64>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", q);
    if order != Order::default() {
        query.append_pair("by", order.word());
    }
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    format!("/search?{}", query.finish())
}

fn row(seated: &Seated, hit: Hit) -> Row {
    Row {
        href: hit.talk.map(|talk| format!("/talks/{talk}")).or(hit.url),
        face: Face::of(hit.profile, &hit.who, hit.has_face, 36),
        name: hit.who,
        net: Net::named(hit.mark, hit.network_name),
        when: When::ago(seated.now, hit.at, seated.zone()),
        lang: hit.language,
        pieces: hit.pieces,
    }
}

fn told(found: &Found, is_later: bool) -> String {
    match found.count {
        0 => String::new(),
        _ if is_later => String::new(),
        n if found.is_more => format!("The newest {n} that match, of more"),
        n => words::count(n.try_into().unwrap_or(i64::MAX), "post"),
    }
}

fn nothing(q: &str, is_later: bool, found: &Found) -> Option<Empty> {
    if q.trim().is_empty() || found.wrong.is_some() || !found.people.is_empty() || !found.hits.is_empty() {
        return None;
    }
    Some(if found.next.is_some() {
        Empty::done("Nothing yet", "Many posts come near, and none of those looked at fits. Look further back.")
    } else if is_later {
        Empty::done("Nothing more", "That is everything that was kept.")
    } else {
        Empty::done("Nobody and nothing by those words", "Every word must be there. Fewer words find more.")
    })
}

fn pointed(q: &str, error: model::QueryError) -> (String, String, String, String) {
    let letters: Vec<char> = q.chars().collect();
    let at = error.at.min(letters.len());
    let end = (at + 1).min(letters.len());
    let some = |letters: &[char]| letters.iter().collect::<String>();
    (error.why, some(&letters[..at]), if at == end { " ".into() } else { some(&letters[at..end]) }, some(&letters[end..]))
}
