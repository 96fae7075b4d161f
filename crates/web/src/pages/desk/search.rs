//! Search: people and talks by the words in them.

use askama::Template;
use serde::Deserialize;
use verbs::desk::search::{self, Found};

use crate::forms::Asked;
use crate::parts::{Empty, Face, Mail, Net, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

#[derive(Template)]
#[template(path = "pages/desk/search.html")]
struct Page {
    shell: Shell,
    q: String,
    people: Vec<Person>,
    talks: Vec<Mail>,
    nothing: Option<Empty>,
}

struct Person {
    href: String,
    face: Face,
    name: String,
    about: String,
}

#[derive(Deserialize)]
pub struct Question {
    #[serde(default)]
    q: String,
}

pub async fn show(seated: Seated, Asked(Question { q }): Asked<Question>) -> Answer {
    let Found { people, talks } = search::search(seated.cx(), &q).await?;
    let is_nothing = !q.trim().is_empty() && people.is_empty() && talks.is_empty();
    let nothing = is_nothing.then(|| Empty::done("Nobody and nothing by those words", "Every word must be there. Fewer words find more."));
    let people = people.into_iter().map(|p| Person {
        href: format!("/people/{}", p.id),
        face: Face { src: p.face.map(|id| format!("/face/{id}")), name: p.name.clone(), size: 40 },
        about: if p.about.is_empty() { p.handle } else { p.about },
        name: p.name,
    });
    let talks = talks.into_iter().map(|(t, mark, network)| Mail {
        href: format!("/talks/{}", t.id),
        face: Face::of(t.profile, &t.who, t.has_face, 36),
        name: t.who,
        person: None,
        nets: vec![Net::named(mark, network)],
        is_private: false,
        marks: Vec::new(),
        because: String::new(),
        words: t.warning.unwrap_or(t.text),
        lang: t.language,
        when: When::ago(seated.now, t.at, seated.zone()),
        is_waiting: false,
        later: None,
        choose: None,
        done: None,
        undo: None,
    });
    let (people, talks) = (people.collect(), talks.collect());
    seated.page(&Page { shell: seated.shell(Place::Elsewhere), q, people, talks, nothing })
}
