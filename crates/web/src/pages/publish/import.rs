//! Many drafts from one file: handing it in, looking at what would come of it, and taking it in.

use askama::Template;
use axum::http::StatusCode;
use model::ImportId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::import::{self, COLUMNS, Given, Preview};

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Posted, PostedParts, Row};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/publish/import.html")]
struct Page {
    shell: Shell,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/publish/import_look.html")]
struct Look {
    shell: Shell,
    id: ImportId,
    name: String,
    /// "Twelve of fourteen rows can be taken in."
    sentence: String,
    before: Option<String>,
    good: usize,
    rows: Vec<Line>,
    zone_words: String,
}

struct Line {
    number: usize,
    words: String,
    /// `2 pictures`, where there are some.
    pictures: String,
    to: String,
    when: String,
    wrong: Vec<String>,
    tells: Vec<String>,
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn begin(seated: Seated) -> Answer {
    draw(&seated, None)
}

fn draw(seated: &Seated, wrong: Option<String>) -> Answer {
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Page { shell: seated.shell(Place::Write), wrong })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn hand_in(PostedParts { seated, files, .. }: PostedParts<Nothing>) -> Answer {
    let (mut file, mut given) = (None, Vec::new());
    for one in files {
        match one.field.as_str() {
            "file" => file = Some(one),
            // One that was too large is missing then, and the row says so.
            "pictures" if !one.is_too_large => given.push(Given { name: one.name, bytes: one.bytes.into() }),
            _ => {}
        }
    }
    let Some(file) = file else {
        return draw(&seated, Some("Choose a file first.".into()));
    };
    match import::look(seated.cx(), &file.name, &file.bytes, given).await {
        Ok(preview) => seated.go(&format!("/drafts/import/{}", preview.id)),
        Err(VerbError::Wrong { why, .. }) => draw(&seated, Some(format!("{why} Nothing was taken in."))),
        Err(error) => Err(error.into()),
    }
}

pub async fn look(seated: Seated, Row(id): Row<ImportId>) -> Answer {
    match import::preview(seated.cx(), id).await {
        Ok(preview) => seated.page(&page(&seated, preview)),
        Err(VerbError::TooLate(why)) => seated.done("/drafts", Flash::plain(why)),
        Err(error) => Err(error.into()),
    }
}

fn page(seated: &Seated, p: Preview) -> Look {
    let (good, all) = (p.good(), p.lines.len());
    let sentence = match (good, all) {
        (0, _) => "No row of it can be taken in as it is.".to_owned(),
        (good, all) if good == all => format!("{} can be taken in.", words::count(all as i64, "row")),
        (good, all) => {
            format!("{} of {} rows can be taken in. The others say what is wrong.", words::figures(good as i64), words::figures(all as i64))
        }
    };
    let before = p.taken_before.map(|(at, n)| {
        format!(
            "This very file was taken in {}: {} came of it.",
            words::day_and_clock(seated.now, at, seated.zone()),
            words::count(n.into(), "draft")
        )
    });
    let rows = p.lines.into_iter().map(|l| Line {
        number: l.number,
        words: l.words,
        pictures: match l.pictures {
            0 => String::new(),
            n => words::count(n as i64, "picture"),
        },
        to: l.to.join(", "),
        when: match l.at {
            _ if l.is_slot => "next free slot".into(),
            None if l.wrong.iter().any(|w| w.column == "when") => "at no time yet".into(),
            Some(at) => words::day_and_clock(seated.now, at, seated.zone()),
            None => "a draft without a day".into(),
        },
        wrong: l.wrong.into_iter().map(|w| format!("{}: {}", w.column, w.why)).collect(),
        tells: l.tells,
    });
    Look {
        shell: seated.shell(Place::Write),
        id: p.id,
        name: p.name,
        sentence,
        before,
        good,
        rows: rows.collect(),
        zone_words: format!("{} time", p.zone.rsplit('/').next().unwrap_or_default().replace('_', " ")),
    }
}

#[derive(Deserialize)]
pub struct Press {
    #[serde(rename = "do")]
    press: String,
}

pub async fn act(Row(id): Row<ImportId>, Posted { seated, form }: Posted<Press>) -> Answer {
    let here = format!("/drafts/import/{id}");
    match form.press.as_str() {
        "drop" => {
            import::put_away(seated.cx(), id).await?;
            seated.done("/drafts", Flash::plain("The file is put away. Nothing was taken in."))
        }
        "take" => match import::take_in(seated.cx(), id).await {
            Ok(taken) => {
                let drafts = words::count(taken.drafts.len() as i64, "draft");
                let planned = match taken.planned {
                    0 => String::new(),
                    n => format!(", {} of them in the calendar", words::figures(n as i64)),
                };
                let left = if taken.left > 0 { format!(" {} left out.", words::count(taken.left as i64, "row")) } else { String::new() };
                let to = if taken.planned > 0 { "/calendar" } else { "/drafts" };
                seated.done(to, Flash::plain(format!("Taken in: {drafts}{planned}.{left}")))
            }
            Err(VerbError::TooLate(why)) => seated.done("/drafts", Flash::plain(why)),
            Err(VerbError::Wrong { why, .. }) => seated.done(&here, Flash::bad(why)),
            Err(error) => Err(error.into()),
        },
        _ => Err(Fault::bad("That button is not known here.")),
    }
}
