//! A conversation as a row of a list, on Today and in the inbox.

use model::{ConversationId, ProfileId, VoiceId};
use verbs::converse::inbox::{Inbox, NetName, Row};

use crate::parts::{Done, Face, LaterChoice, LaterMenu, Mail, Net, TurnRow, When};
use crate::session::Seated;
use crate::words;

/// What all rows of a page share.
pub struct RowMaker<'s> {
    seated: &'s Seated,
    token: String,
    choices: Vec<LaterChoice>,
    /// The page to come back to.
    from: &'static str,
}

pub fn face(profile: Option<ProfileId>, name: &str, size: u16) -> Face {
    Face { src: profile.map(|id| format!("/face/{id}")), name: name.to_owned(), size }
}

pub fn net(n: &NetName) -> Net {
    Net::named(n.mark, n.name)
}

impl<'s> RowMaker<'s> {
    pub fn new(seated: &'s Seated, from: &'static str) -> Self {
        RowMaker { token: seated.token(), choices: LaterMenu::usual(seated.now, seated.zone()), seated, from }
    }

    pub fn later(&self, id: ConversationId, who: &str, is_small: bool) -> LaterMenu {
        LaterMenu {
            action: format!("/talks/{id}/later?from={}", self.from),
            token: self.token.clone(),
            who: who.to_owned(),
            choices: self.choices.clone(),
            pick: format!("/talks/{id}/later?from={}", self.from),
            is_small,
        }
    }

    pub fn done(&self, id: ConversationId, who: &str, is_small: bool) -> Done {
        Done { action: format!("/talks/{id}/done?from={}", self.from), token: self.token.clone(), who: who.to_owned(), is_small }
    }

    /// A row of the inbox.
    pub fn mail(&self, row: Row, inbox: Inbox, voices: &[(VoiceId, String)]) -> Mail {
        let is_open = matches!(inbox, Inbox::Waiting | Inbox::YouWait | Inbox::Spoke | Inbox::Private);
        let because = match (inbox, row.later_until) {
            (Inbox::Later, Some(until)) => {
                format!("comes back {}", words::day_and_clock(self.seated.now, until, self.seated.zone()))
            }
            (Inbox::Later, None) => "comes back when they write again".to_owned(),
            _ => row.because.clone(),
        };
        let because = match voices.iter().find(|(id, _)| Some(*id) == row.assigned) {
            Some((_, name)) => format!("{because} For {name}."),
            None => because,
        };
        let nets = match &row.networks[..] {
            [one] => vec![net(one)],
            many => many.iter().map(|n| Net::mark(n.mark, n.name)).collect(),
        };
        Mail {
            href: format!("/talks/{}", row.id),
            face: face(row.face, &row.who, 36),
            person: row.person.map(|id| format!("/people/{id}")),
            nets,
            is_private: row.is_private,
            marks: marks(&row),
            because,
            words: said(row.is_mine, row.has_warning, &row.words),
            lang: row.language.clone(),
            when: When::ago(self.seated.now, row.since, self.seated.zone()),
            is_waiting: inbox == Inbox::Waiting,
            later: is_open.then(|| self.later(row.id, &row.who, true)),
            done: is_open.then(|| self.done(row.id, &row.who, true)),
            choose: Some((row.id.to_string(), "several".to_owned())),
            undo: (!is_open).then(|| (format!("/talks/{}/back?from={}", row.id, self.from), self.token.clone(), "Bring back".to_owned())),
            name: row.who,
        }
    }

    /// Somebody who waits, on Today.
    pub fn turn(&self, row: Row, is_first: bool) -> TurnRow {
        TurnRow {
            href: format!("/talks/{}", row.id),
            face: face(row.face, &row.who, 44),
            person: row.person.map(|id| format!("/people/{id}")),
            net: row.networks.first().map_or_else(|| Net::named("", ""), net),
            waits: When::ago(self.seated.now, row.since, self.seated.zone()),
            words: said(row.is_mine, row.has_warning, &row.words),
            lang: row.language,
            context: row.because,
            is_first,
            later: self.later(row.id, words::first_name(&row.who), false),
            done: self.done(row.id, words::first_name(&row.who), false),
            name: row.who,
        }
    }
}

/// What a row's post is beside its words.
fn marks(row: &Row) -> Vec<&'static str> {
    let all = [(row.is_poll, "Poll"), (row.is_quote, "Quotes a post"), (row.is_edited, "Edited")];
    all.iter().filter(|(is, _)| *is).map(|(_, words)| *words).collect()
}

fn said(is_mine: bool, has_warning: bool, words: &str) -> String {
    match (is_mine, has_warning, words.is_empty()) {
        (_, _, true) => "(no words)".to_owned(),
        (_, true, _) => format!("Behind a warning: {words}"),
        (true, ..) => format!("You: {words}"),
        _ => words.to_owned(),
    }
}
