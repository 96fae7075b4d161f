//! Our words beside everyone else's, post by post.

use askama::Template;
use verbs::reflect::everyone::{self, Beside};

use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

#[derive(Template)]
#[template(path = "pages/reflect/everyone.html")]
struct Page {
    shell: Shell,
    said: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    post: String,
    words: String,
    shared: String,
    /// The nearest post of somebody else: its words, and how like.
    nearest: Option<(String, String)>,
}

pub async fn show(seated: Seated) -> Answer {
    let found = everyone::look(seated.cx()).await?;
    seated.page(&Page { shell: seated.shell(Place::Balance), said: found.said(), rows: found.posts.into_iter().map(row).collect() })
}

fn row(one: Beside) -> Row {
    let hundred = |share: f64| format!("{} in 100", (share * 100.0).round());
    Row {
        post: one.post.to_string(),
        words: one.words,
        shared: hundred(one.shared),
        nearest: one.nearest.filter(|n| n.2 > 0.0).map(|(_, words, like)| (words, hundred(like))),
    }
}
