//! The posts behind a number of the balance, and correcting one.

use askama::Template;
use model::DraftId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::spoken::{self, Spoken, Which};

use crate::flash::Flash;
use crate::forms::{Asked, Posted, Row};
use crate::parts::When;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// Letters of a post that are shown.
const WORDS_MAX: usize = 500;
/// Days that the balance tells in sentences.
const DAYS: u32 = 14;

const KINDS: [(&str, &str); 3] = [("gives", "gives"), ("asks", "asks"), ("talks", "talks")];

#[derive(Template)]
#[template(path = "pages/reflect/spoken.html")]
struct Page {
    shell: Shell,
    heading: &'static str,
    lede: String,
    what: &'static str,
    days: u32,
    tabs: Vec<WhichTab>,
    rows: Vec<PostRow>,
}

struct WhichTab {
    word: &'static str,
    name: &'static str,
    /// It is shown.
    is_on: bool,
}

struct PostRow {
    when: When,
    network: &'static str,
    words: String,
    lang: Option<String>,
    href: Option<String>,
    draft: Option<String>,
    kind: &'static str,
    is_personal: bool,
}

impl PostRow {
    fn is_kind(&self, word: &str) -> bool {
        self.kind == word
    }
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    what: String,
    #[serde(default)]
    days: Option<u32>,
}

pub async fn show(seated: Seated, Asked(wanted): Asked<Wanted>) -> Answer {
    let which = Which::from_word(&wanted.what).unwrap_or(Which::Gave);
    let days = wanted.days.unwrap_or(DAYS);
    let found = spoken::behind(seated.cx(), which, days).await?;
    let n = found.len() as i64;
    let page = Page {
        shell: seated.shell(Place::Balance),
        heading: which.heading(),
        lede: format!(
            "{} in {}, once for each place it stands in.",
            words::capital(&words::count(n, "post")),
            words::count(i64::from(days), "day")
        ),
        what: which.word(),
        days,
        tabs: Which::ALL.into_iter().map(|w| WhichTab { word: w.word(), name: w.heading(), is_on: w == which }).collect(),
        rows: found.into_iter().map(|(s, network)| row(&seated, s, network)).collect(),
    };
    seated.page(&page)
}

fn row(seated: &Seated, s: Spoken, network: &'static str) -> PostRow {
    let words: String = s.words.chars().take(WORDS_MAX).collect();
    PostRow {
        when: When::ago(seated.now, s.at, seated.zone()),
        network,
        words: if words.trim().is_empty() { "A picture, without words".to_owned() } else { words },
        lang: s.language,
        href: s.conversation.map(|id| format!("/talks/{id}")),
        draft: s.draft.map(|id| id.to_string()),
        kind: s.kind.word(),
        is_personal: s.is_personal,
    }
}

#[derive(Deserialize)]
pub struct Correction {
    kind: String,
    #[serde(default)]
    personal: Option<String>,
    #[serde(default)]
    what: String,
    #[serde(default)]
    days: Option<u32>,
}

pub async fn correct(Row(draft): Row<DraftId>, Posted { seated, form }: Posted<Correction>) -> Answer {
    let to =
        format!("/balance/posts?what={}&days={}", Which::from_word(&form.what).unwrap_or(Which::Gave).word(), form.days.unwrap_or(DAYS));
    match spoken::correct(seated.cx(), draft, &form.kind, form.personal.is_some()).await {
        Ok(()) => seated.done(&to, Flash::plain("Corrected. Every number follows.")),
        Err(VerbError::Wrong { why, .. }) => seated.done(&to, Flash::bad(why)),
        Err(error) => Err(error.into()),
    }
}
