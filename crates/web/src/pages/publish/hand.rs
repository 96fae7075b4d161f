//! Carrying a post over by hand: copy, open, bring the address back. One post at a time.

use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use model::DeliveryId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::by_hand::{self, Carried, Load, ToCarry};

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::html::part;
use crate::parts::{Hint, HintTone, Net, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/publish/hand.html")]
struct Page {
    shell: Shell,
    id: DeliveryId,
    draft: String,
    net: Net,
    lede: String,
    hints: Vec<Hint>,
    /// It waits for a hand: all the rest is shown.
    waits: bool,
    pieces: Vec<Piece>,
    things: Vec<Thing>,
    answers: Option<String>,
    page: Option<String>,
    is_filled_in: bool,
    typed: String,
    wrong: Option<String>,
    is_odd: bool,
}

/// Words to be copied.
struct Piece {
    id: &'static str,
    label: &'static str,
    what: &'static str,
    help: String,
    rows: usize,
    text: String,
}

/// A picture or a video to be carried along.
struct Thing {
    place: u32,
    thumb: String,
    href: String,
    what: String,
    alt: String,
}

/// One that waits, in a list.
#[derive(Template)]
#[template(path = "pages/publish/carry_row.html")]
pub struct CarryRow {
    when: When,
    words: String,
    net: Net,
    handle: String,
    part: String,
    href: String,
}

part!(CarryRow);

impl CarryRow {
    pub fn new(seated: &Seated, c: &ToCarry) -> CarryRow {
        CarryRow {
            when: When { at: c.due, words: words::day_and_clock(seated.now, c.due, seated.zone()) },
            words: c.words.clone(),
            net: Net::named(c.mark, c.place),
            handle: c.handle.clone(),
            part: part_words(c),
            href: format!("/deliveries/{}/hand", c.delivery),
        }
    }
}

/// `2 of 3`, where there are several.
fn part_words(c: &ToCarry) -> String {
    if c.of > 1 { format!("{} of {}", c.part, c.of) } else { String::new() }
}

/// What was brought back and not believed.
#[derive(Default)]
struct Trouble {
    typed: String,
    wrong: Option<String>,
    is_odd: bool,
}

pub async fn show(seated: Seated, Row(id): Row<DeliveryId>) -> Answer {
    draw(&seated, id, Trouble::default()).await
}

#[derive(Deserialize)]
pub struct Back {
    address: String,
    #[serde(default)]
    sure: String,
}

pub async fn bring_back(Row(id): Row<DeliveryId>, Posted { seated, form }: Posted<Back>) -> Answer {
    let (why, is_odd) = match by_hand::bring_back(seated.cx(), id, &form.address, form.sure == "yes").await {
        Ok(Carried::Landed { next: Some(next), .. }) => {
            return seated.done(&format!("/deliveries/{next}/hand"), Flash::plain("Good: it stands there. The next one answers it."));
        }
        Ok(Carried::Landed { .. }) => return seated.done(&format!("/deliveries/{id}/hand"), Flash::plain("Good: it stands there.")),
        Ok(Carried::Odd(why)) => (why, true),
        Err(VerbError::Wrong { why, .. }) => (why, false),
        Err(VerbError::TooLate(why)) => return seated.done(&format!("/deliveries/{id}/hand"), Flash::bad(why)),
        Err(other) => return Err(other.into()),
    };
    draw(&seated, id, Trouble { typed: form.address, wrong: Some(why), is_odd }).await
}

/// A picture as that place takes it, as a file.
pub async fn thing(seated: Seated, Path((id, place)): Path<(String, String)>) -> Result<Response, Fault> {
    let (id, place) = (id.parse().map_err(|_| Fault::missing())?, place.parse().map_err(|_| Fault::missing())?);
    let (name, mime, bytes) = by_hand::thing(seated.cx(), DeliveryId(id), place).await?;
    let mut answer = Response::new(Body::from(bytes));
    let headers = answer.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Fault::missing());
    headers.insert(header::CONTENT_TYPE, value(&mime)?);
    headers.insert(header::CONTENT_DISPOSITION, value(&format!("attachment; filename=\"{name}\""))?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(answer)
}

async fn draw(seated: &Seated, id: DeliveryId, trouble: Trouble) -> Answer {
    let load = by_hand::load(seated.cx(), id).await?;
    let is_wrong = trouble.wrong.is_some();
    let page = page(seated, id, load, trouble);
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn page(seated: &Seated, id: DeliveryId, load: Load, trouble: Trouble) -> Page {
    let c = &load.carry;
    let mut hints = Vec::new();
    if let Some(url) = &load.landed {
        let hint = Hint::new(HintTone::Good, format!("It stands on {}.", c.place), "");
        hints.push(match (&load.next, url) {
            (Some(next), _) => hint.press("Carry the next one over", format!("/deliveries/{next}/hand")),
            (None, Some(url)) => hint.press("See it there", url.clone()),
            (None, None) => hint,
        });
    }
    if let Some(why) = &load.why_not {
        hints.push(Hint::new(HintTone::Wait, "Nothing to carry just now.", why.clone()));
    }
    let whole = if c.of > 1 { format!("Post {} of {}, as {}.", c.part, c.of, c.handle) } else { format!("As {}.", c.handle) };
    Page {
        shell: seated.shell(Place::Calendar),
        id,
        draft: c.draft.to_string(),
        net: Net::named(c.mark, c.place),
        lede: whole,
        hints,
        waits: load.landed.is_none() && load.why_not.is_none(),
        pieces: pieces(&load),
        things: (load.pictures.iter())
            .map(|t| Thing {
                place: t.place,
                thumb: format!("/drafts/{}/pictures/{}", c.draft, t.place),
                href: format!("/deliveries/{id}/hand/{}", t.place),
                what: if t.is_video { "the video".into() } else { format!("picture {}", t.place + 1) },
                alt: t.alt.clone(),
            })
            .collect(),
        answers: load.answers.filter(|a| a.starts_with("https://") || a.starts_with("http://")),
        page: load.page,
        is_filled_in: load.is_filled_in,
        typed: trouble.typed,
        wrong: trouble.wrong,
        is_odd: trouble.is_odd,
    }
}

fn pieces(load: &Load) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(title) = &load.title {
        pieces.push(Piece { id: "title", label: "The title", what: "the title", help: String::new(), rows: 1, text: title.clone() });
    }
    if !load.text.is_empty() {
        let help = match &load.warning {
            Some(warning) => format!("Behind the content warning “{warning}”."),
            None => String::new(),
        };
        let rows = load.text.lines().map(|l| 1 + l.chars().count() / 60).sum::<usize>().clamp(2, 16);
        pieces.push(Piece { id: "words", label: "The words", what: "the words", help, rows, text: load.text.clone() });
    }
    pieces
}
