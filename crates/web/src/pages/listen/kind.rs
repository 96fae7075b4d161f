//! What one post does and which side it shows, why that is thought, and where it is put right; for any post, whoever said it.

use askama::Template;
use axum::http::StatusCode;
use model::PostId;
use model::kinds::{Does, Side};
use serde::Deserialize;
use verbs::listen::kinds::{KindOf, kind_of, put_right, take_back};

use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::{Choice, Radios, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

#[derive(Template)]
#[template(path = "pages/listen/kind.html")]
struct Page {
    shell: Shell,
    id: PostId,
    title: String,
    who: String,
    when: When,
    text: String,
    lang: Option<String>,
    is_put_right: bool,
    sentence: String,
    because: String,
    does: Radios,
    side: Radios,
    back: (&'static str, &'static str),
    wrong: Option<&'static str>,
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    does: String,
    #[serde(default)]
    side: String,
}

/// A form that sends nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

/// Letters of a post that are shown; it is known by them.
const LETTERS_MAX: usize = 600;

pub async fn show(seated: Seated, Row(id): Row<PostId>) -> Answer {
    let found = kind_of(seated.cx(), id).await?;
    seated.page(&draw(&seated, found, None))
}

pub async fn change(Row(id): Row<PostId>, Posted { seated, form }: Posted<Chosen>) -> Answer {
    let (Some(does), Some(side)) = (Does::from_word(&form.does), Side::from_word(&form.side)) else {
        let found = kind_of(seated.cx(), id).await?;
        let mut answer = seated.page(&draw(&seated, found, Some("Choose what it does and which side it shows.")))?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    put_right(seated.cx(), id, does, side).await?;
    let flash = Flash::plain(format!("It {} and shows the {} side, then. What is like it is judged by it too.", does.word(), side.word()));
    seated.done(&format!("/posts/{id}/kind"), flash.undo(format!("/posts/{id}/kind/back"), &[]))
}

pub async fn back(Row(id): Row<PostId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    take_back(seated.cx(), id).await?;
    seated.done(&format!("/posts/{id}/kind"), Flash::plain("Taken back, and what it taught is forgotten."))
}

fn draw(seated: &Seated, found: KindOf, wrong: Option<&'static str>) -> Page {
    let judged = &found.judged;
    let choices = |all: Vec<(&'static str, bool)>| all.into_iter().map(|(word, is)| Choice::new(word, word, is)).collect::<Vec<_>>();
    let back = if found.is_mine { ("/balance", "Balance") } else { ("/listen", "Worth joining") };
    Page {
        shell: seated.shell(if found.is_mine { Place::Balance } else { Place::Listen }),
        id: found.post,
        title: format!("It {} and shows the {} side", judged.does.word(), judged.side.word()),
        when: When::long_ago(seated.now, found.at, seated.zone()),
        text: shortened(&found.text),
        lang: found.language,
        is_put_right: found.is_put_right,
        sentence: sentence(found.is_put_right, judged.p),
        because: judged.because.iter().map(|b| format!("“{b}”")).collect::<Vec<_>>().join(", "),
        does: Radios::labelled_by("does", "does", choices(Does::ALL.map(|d| (d.word(), d == judged.does)).to_vec())),
        side: Radios::labelled_by("side", "side", choices(Side::ALL.map(|s| (s.word(), s == judged.side)).to_vec())),
        who: found.who,
        back,
        wrong,
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// How sure it is, in words.
fn sentence(is_put_right: bool, p: f64) -> String {
    if is_put_right {
        return "You said so.".to_owned();
    }
    let sure = match p {
        0.9.. => "quite sure",
        0.7.. => "fairly sure",
        0.5.. => "more likely than not",
        _ => "a guess",
    };
    format!("Told from its words: {sure}, {:.0} in a hundred.", p * 100.0)
}
