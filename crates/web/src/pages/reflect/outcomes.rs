//! One outcome, walked back: to the visit, the link, the words in which it stood, the conversation, and the person. And noting one by hand.

use askama::Template;
use model::{AimId, ConversationId, OutcomeId, PersonId, Source};
use serde::Deserialize;
use verbs::reflect::aims;
use verbs::reflect::outcomes::{self, OutcomeWish, Told};

use crate::flash::{Flash, Undo};
use crate::forms::{Asked, Posted, Row};
use crate::parts::When;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// Letters of the words that are shown.
const WORDS_MAX: usize = 400;

#[derive(Template)]
#[template(path = "pages/reflect/outcome.html")]
struct Page {
    shell: Shell,
    id: OutcomeId,
    name: String,
    lede: String,
    aim: Option<(AimId, String)>,
    steps: Vec<Step>,
    unknown: Option<&'static str>,
    how: &'static str,
}

/// One step of the way, the latest first.
struct Step {
    what: &'static str,
    name: String,
    href: Option<String>,
    is_outside: bool,
    words: Option<String>,
    lang: Option<String>,
    note: Option<String>,
}

impl Step {
    fn new(what: &'static str, name: impl Into<String>, href: Option<String>) -> Step {
        Step { what, name: name.into(), href, is_outside: false, words: None, lang: None, note: None }
    }
}

pub async fn show(seated: Seated, Row(id): Row<OutcomeId>) -> Answer {
    let told = outcomes::one(seated.cx(), id).await?;
    let o = &told.outcome;
    let name = words::capital(&o.name);
    let when = words::full_day(seated.now, o.at, seated.zone());
    let page = Page {
        shell: seated.shell(Place::Aims),
        id,
        lede: match o.value {
            Some(value) => format!("{when}, worth {value}."),
            None => format!("{when}."),
        },
        aim: o.aim.zip(told.aim_name.clone()),
        steps: steps(&seated, &told),
        unknown: (o.link.is_none() && told.person.is_none())
            .then_some("No visit by one of your links is known for it on that day, and nobody was named. Nothing is guessed."),
        how: how(o.source),
        name,
    };
    seated.page(&page)
}

fn how(source: Source) -> &'static str {
    match source {
        Source::Hand => "You noted it by hand.",
        Source::Script => {
            "The script on your own site sent it. It keeps nothing in the browser: the visit by your link was known again by a hash with that day's salt."
        }
        Source::Hook => "Your own server sent it, signed.",
        Source::Log => "It was brought in from your server's log.",
        Source::Import => "It was brought in from another counter's export.",
    }
}

fn steps(seated: &Seated, told: &Told) -> Vec<Step> {
    let o = &told.outcome;
    let mut steps = Vec::new();
    let clock = |at| words::day_and_clock(seated.now, at, seated.zone());
    steps.push(Step { note: o.note.clone(), ..Step::new("The outcome", format!("{}, {}", words::capital(&o.name), clock(o.at)), None) });
    if let Some(site) = &told.site_host {
        steps.push(Step::new("On your site", site, None));
    }
    if let Some(at) = told.visit_at {
        steps.push(Step::new("The visit", clock(at), None));
    }
    if let Some(code) = &told.code {
        steps.push(Step::new("By your link", format!("/go/{code}"), Some(format!("/settings/links#{code}"))));
    }
    if let Some(words) = &told.words {
        let text: String = words.chars().take(WORDS_MAX).collect();
        let network = told.network.as_ref().map(|key| seated.site.app.networks.get(key).map_or(key.as_str(), |n| n.about().name));
        let name = network.map_or("your post".to_owned(), |name| format!("your words on {name}"));
        let step =
            Step { words: Some(text), lang: told.language.clone(), is_outside: true, ..Step::new("In", name, told.post_url.clone()) };
        steps.push(step);
    }
    if let Some(id) = o.conversation {
        steps.push(Step::new("In the conversation", "with everything that was said", Some(format!("/talks/{id}"))));
    }
    if let Some(person) = &told.person {
        steps.push(Step::new("With", &person.name, Some(format!("/people/{}", person.id))));
    }
    if let Some(words) = &o.said_by {
        steps.push(Step { words: Some(words.clone()), ..Step::new("They heard of you from", "what they said", None) });
    }
    steps
}

#[derive(Template)]
#[template(path = "pages/reflect/outcomes.html")]
struct ListPage {
    shell: Shell,
    back: (String, &'static str),
    lede: String,
    /// Number, name, when.
    rows: Vec<(String, String, When)>,
    talk: String,
    person: String,
    aims: Vec<(String, String)>,
    today: String,
}

#[derive(Deserialize)]
pub struct OfWhom {
    #[serde(default)]
    talk: Option<i64>,
    #[serde(default)]
    person: Option<i64>,
}

/// What a conversation or a person led to, and noting more of it.
pub async fn list(seated: Seated, Asked(of): Asked<OfWhom>) -> Answer {
    let (found, back) = match (of.talk, of.person) {
        (Some(talk), _) => {
            (outcomes::of_conversation(seated.cx(), ConversationId(talk)).await?, (format!("/talks/{talk}"), "The conversation"))
        }
        (None, Some(person)) => (outcomes::of_person(seated.cx(), PersonId(person)).await?, (format!("/people/{person}"), "The person")),
        (None, None) => (Vec::new(), ("/aims".to_owned(), "Aims")),
    };
    let aims = aims::list(seated.cx()).await?;
    let rows = found
        .iter()
        .map(|t| (t.outcome.id.to_string(), words::capital(&t.outcome.name), When::ago(seated.now, t.outcome.at, seated.zone())));
    let n = found.len() as i64;
    let page = ListPage {
        shell: seated.shell(Place::Aims),
        back,
        lede: if n == 0 {
            "Nothing is known of yet.".to_owned()
        } else {
            format!("{}, newest first.", words::capital(&words::count(n, "outcome")))
        },
        rows: rows.collect(),
        talk: of.talk.map(|id| id.to_string()).unwrap_or_default(),
        person: of.person.map(|id| id.to_string()).unwrap_or_default(),
        aims: aims.open.into_iter().map(|row| (row.aim.id.to_string(), row.aim.name)).collect(),
        today: seated.now.to_zoned(seated.zone().clone()).date().to_string(),
    };
    seated.page(&page)
}

#[derive(Deserialize)]
pub struct Noted {
    name: String,
    #[serde(default)]
    aim: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    talk: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    said_by: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    value: String,
}

pub async fn note(Posted { seated, form }: Posted<Noted>) -> Answer {
    let conversation: Option<ConversationId> = form.talk.parse().ok();
    let person: Option<PersonId> = form.person.parse().ok();
    let today = seated.now.to_zoned(seated.zone().clone()).date().to_string();
    let wish = OutcomeWish {
        name: form.name,
        aim: form.aim,
        // Today is now: the hour is known then.
        at: if form.at == today { String::new() } else { form.at },
        conversation,
        person,
        said_by: form.said_by,
        note: form.note,
        value: form.value,
    };
    let id = outcomes::note(seated.cx(), &wish).await?;
    seated.done(&format!("/outcomes/{id}"), Flash::plain("Noted."))
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn throw(Row(id): Row<OutcomeId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let told = outcomes::one(seated.cx(), id).await?;
    outcomes::take_back(seated.cx(), id).await?;
    let to = told.outcome.aim.map_or_else(|| "/aims".to_owned(), |aim| format!("/aims/{aim}#out"));
    let undo = Undo { action: format!("/outcomes/{id}/back"), label: "Undo".to_owned(), fields: Vec::new() };
    seated.done(&to, Flash { undo: Some(undo), ..Flash::plain("Taken out of what is counted.") })
}

pub async fn put_back(Row(id): Row<OutcomeId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    outcomes::put_back(seated.cx(), id).await?;
    seated.done(&format!("/outcomes/{id}"), Flash::plain("It counts again."))
}
