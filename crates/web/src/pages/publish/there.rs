//! What was begun on one's own site and not published there, with a way to go on here.

use askama::Template;
use model::{AccountId, DraftId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::there::{self, There};

use crate::flash::Flash;
use crate::forms::Posted;
use crate::parts::When;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

/// Letters of the words that a row shows.
const WORDS_MAX: usize = 240;

#[derive(Template)]
#[template(path = "pages/publish/there.html")]
struct Page {
    shell: Shell,
    places: Vec<Site>,
}

struct Site {
    account: i64,
    name: String,
    rows: Vec<Line>,
    /// Why it could not be looked at.
    why: Option<String>,
}

struct Line {
    draft: DraftId,
    title: String,
    words: String,
    url: Option<String>,
    when: When,
}

pub async fn show(seated: Seated) -> Answer {
    let places = there::there(seated.cx()).await?.into_iter().map(|t| site(&seated, t)).collect();
    seated.page(&Page { shell: seated.shell(Place::Write), places })
}

fn site(seated: &Seated, there: There) -> Site {
    let (begun, why) = match there.begun {
        Ok(begun) => (begun, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let rows = begun.into_iter().map(|(draft, b)| Line {
        draft,
        title: b.title.unwrap_or_else(|| "Without a title".into()),
        words: b.text.chars().take(WORDS_MAX).collect(),
        url: b.url,
        when: When::long_ago(seated.now, b.changed_at, seated.zone()),
    });
    Site { account: there.account.0, name: format!("{}, {}", there.place, there.handle), rows: rows.collect(), why }
}

#[derive(Deserialize)]
pub struct Taking {
    account: i64,
    draft: i64,
}

pub async fn take(Posted { seated, form }: Posted<Taking>) -> Answer {
    match there::take_in(seated.cx(), AccountId(form.account), DraftId(form.draft)).await {
        Ok(id) => {
            let words = "It is taken in. What is begun there stays there: throw it away there once this stands.";
            seated.done(&format!("/write/{id}"), Flash::plain(words))
        }
        Err(error @ (VerbError::TooLate(_) | VerbError::Network(_))) => seated.done("/drafts/there", Flash::bad(error.to_string())),
        Err(error) => Err(error.into()),
    }
}
