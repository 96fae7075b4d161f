//! The inbox: six boxes of conversations.

use askama::Template;
use axum::extract::OriginalUri;
use axum::response::IntoResponse;
use model::Timestamp;
use serde::Deserialize;
use verbs::converse::inbox::{After, Inbox, InboxPage, NetName, Order, Row, TieWish, Wish, inbox};

use super::colleagues;
use super::rows::{RowMaker, face};
use crate::drawn::Again;
use crate::forms::Asked;
use crate::parts::{Empty, Face, Mail, Pager, Tab, Tabs};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    r#box: String,
    /// A network's key.
    from: String,
    /// An account's number.
    account: String,
    /// An aim's number.
    aim: String,
    /// `warm` or `close`.
    tie: String,
    /// A voice's number, or `nobody`.
    whose: String,
    /// Words to be found.
    q: String,
    order: String,
    after: String,
    /// How many waited when the page was drawn; asked by the script, which wants to know how many came since.
    have: Option<u32>,
}

#[derive(Template)]
#[template(path = "pages/converse/inbox.html")]
struct Page {
    shell: Shell,
    at: Inbox,
    tabs: Tabs,
    /// Key, name, chosen.
    networks: Vec<(&'static str, &'static str, bool)>,
    orders: Vec<(&'static str, &'static str, bool)>,
    accounts: Vec<Choice>,
    aims: Vec<Choice>,
    ties: Vec<Choice>,
    whose: Vec<Choice>,
    q: String,
    has_accounts: bool,
    /// What can be pressed for the chosen rows: value and words.
    presses: Vec<(String, String)>,
    rows: Vec<Mail>,
    empty: Option<Empty>,
    pager: Pager,
    you_wait_for: Vec<Beside>,
    you_wait: String,
}

/// Value, words, chosen.
type Choice = (String, String, bool);

/// A line beside the page.
struct Beside {
    href: String,
    face: Face,
    name: String,
    words: String,
    since: String,
}

const ORDERS: [(&str, &str, Order); 3] = [
    ("matters", "Who matters, then who waits longest", Order::Matters),
    ("newest", "Newest", Order::Newest),
    ("longest", "Longest wait", Order::Longest),
];

pub async fn show(seated: Seated, OriginalUri(address): OriginalUri, Asked(question): Asked<Question>) -> Answer {
    if let (true, Some(have)) = (seated.wants("new"), question.have) {
        let waiting = verbs::converse::inbox::waiting(seated.cx()).await?;
        return Ok(waiting.saturating_sub(have).to_string().into_response());
    }
    let ticket = match seated.again(address.path_and_query().map_or("", |a| a.as_str())) {
        Again::Page(page) => return Ok(page),
        Again::Draw(ticket) => ticket,
    };
    let at = Inbox::from_word(&question.r#box).unwrap_or_default();
    let order = ORDERS.iter().find(|o| o.0 == question.order).map(|o| o.2);
    let wish = question.wish(at, order);
    let is_first_page = wish.after.is_none();
    let found = inbox(seated.cx(), wish).await?;
    let mut shell = seated.shell(Place::Inbox);
    shell.waiting = found.count(Inbox::Waiting);
    let empty = found.rows.is_empty().then(|| nothing(&seated, &found, is_first_page && !question.is_narrow()));
    let page = Page {
        shell,
        at,
        tabs: tabs(&found),
        networks: found.networks.iter().map(|n: &NetName| (n.key, n.name, n.key == question.from)).collect(),
        accounts: choices(&found.accounts, &question.account),
        aims: choices(&found.aims, &question.aim),
        ties: [("warm", "Warm or close"), ("close", "Close")].map(|(v, w)| (v.to_owned(), w.to_owned(), v == question.tie)).into(),
        whose: whose(&found, &question),
        q: question.q.clone(),
        has_accounts: found.has_accounts,
        presses: colleagues::presses(&seated, at),
        orders: ORDERS.iter().map(|o| (o.0, o.1, o.2 == found.order)).collect(),
        pager: pager(&seated, &found, &question),
        you_wait: words::number(found.count(Inbox::YouWait).into()),
        you_wait_for: found.you_wait_for.iter().map(|row| beside(&seated, row)).collect(),
        empty,
        rows: {
            let maker = RowMaker::new(&seated, "inbox");
            let voices = &found.voices;
            found.rows.into_iter().map(|row| maker.mail(row, at, voices)).collect()
        },
    };
    seated.page_kept(&page, ticket)
}

impl Question {
    fn wish(&self, inbox: Inbox, order: Option<Order>) -> Wish {
        Wish {
            inbox,
            order,
            network: self.from.clone(),
            account: self.account.parse().ok(),
            aim: self.aim.parse().ok(),
            tie: match self.tie.as_str() {
                "warm" => TieWish::Warm,
                "close" => TieWish::Close,
                _ => TieWish::Any,
            },
            assigned: if self.whose == "nobody" { Some(None) } else { self.whose.parse().ok().map(Some) },
            words: self.q.clone(),
            after: read_after(&self.after),
        }
    }
    /// What the address of another page keeps.
    fn kept(&self) -> [(&'static str, &str); 7] {
        [
            ("from", &self.from),
            ("account", &self.account),
            ("aim", &self.aim),
            ("tie", &self.tie),
            ("whose", &self.whose),
            ("q", &self.q),
            ("order", &self.order),
        ]
    }
    fn is_narrow(&self) -> bool {
        self.kept().iter().any(|(name, value)| *name != "order" && !value.is_empty())
    }
}

fn choices<I: std::fmt::Display>(all: &[(I, String)], chosen: &str) -> Vec<Choice> {
    all.iter().map(|(id, words)| (id.to_string(), words.clone(), id.to_string() == chosen)).collect()
}

/// Whose the conversations are; asked only where several sit at the desk.
fn whose(found: &InboxPage, question: &Question) -> Vec<Choice> {
    if found.voices.len() < 2 {
        return Vec::new();
    }
    let mut all = choices(&found.voices, &question.whose);
    all.push(("nobody".to_owned(), "Nobody’s yet".to_owned(), question.whose == "nobody"));
    all
}

fn tabs(found: &InboxPage) -> Tabs {
    let tab = |inbox: Inbox| {
        let href = if inbox == Inbox::Waiting { "/inbox".to_owned() } else { format!("/inbox?box={}", inbox.word()) };
        let tab = Tab::new(href, inbox.label(), inbox == found.inbox);
        match (inbox, found.count(inbox)) {
            (Inbox::Done, _) | (_, 0) => tab,
            (_, n) => tab.count(n),
        }
    };
    Tabs { label: "Inbox".into(), tabs: Inbox::ALL.map(tab).into() }
}

fn pager(seated: &Seated, found: &InboxPage, question: &Question) -> Pager {
    let link = |after: Option<After>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("box", found.inbox.word());
        for (name, value) in question.kept() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(after) = after {
            query.append_pair("after", &format!("{}.{}.{}", after.rank, after.since.as_millisecond(), after.id));
        }
        format!("/inbox?{}", query.finish())
    };
    let end = match (found.rows.is_empty(), found.inbox, found.next_back) {
        (true, ..) => String::new(),
        (_, Inbox::Waiting | Inbox::Later, Some(back)) => {
            format!("That is everyone. The next one comes back {}.", words::day_and_clock(seated.now, back, seated.zone()))
        }
        _ => "That is everyone.".to_owned(),
    };
    Pager { newer: (!question.after.is_empty()).then(|| link(None)), older: found.next.map(|after| link(Some(after))), end }
}

/// `rank.since.id`, as an address carries it; anything else is the first page.
fn read_after(text: &str) -> Option<After> {
    let mut parts = text.splitn(3, '.');
    let rank = parts.next()?.parse().ok()?;
    let since = Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok()?;
    Some(After { rank, since, id: parts.next()?.parse().ok()? })
}

fn beside(seated: &Seated, row: &Row) -> Beside {
    Beside {
        href: format!("/talks/{}", row.id),
        face: face(row.face, &row.who, 32),
        name: row.who.clone(),
        words: shortened(&row.words),
        since: words::ago(seated.now, row.since, seated.zone()),
    }
}

/// Letters of words beside the page.
const BESIDE_MAX: usize = 48;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(BESIDE_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn nothing(seated: &Seated, found: &InboxPage, is_whole: bool) -> Empty {
    if !found.has_accounts {
        return Empty::first(
            "Nothing is connected yet",
            "Connect an account, and whoever speaks to you there stands here until you have answered.",
            "Connect an account",
            "/settings/accounts/add",
        );
    }
    if !is_whole {
        return Empty::done("Nobody here", "Nothing in this box fits what you chose.")
            .press("Show all of it", format!("/inbox?box={}", found.inbox.word()));
    }
    match (found.inbox, found.next_back) {
        (Inbox::Waiting, Some(back)) => Empty::done(
            "Nobody is waiting for you",
            format!("The next one comes back {}.", words::day_and_clock(seated.now, back, seated.zone())),
        ),
        (Inbox::Waiting, None) => {
            Empty::done("Nobody is waiting for you", "Whoever asks you something or answers you stands here until you have answered.")
        }
        (Inbox::YouWait, _) => {
            Empty::done("You wait for nobody", "When you ask or answer somebody, they stand here until they have answered.")
        }
        (Inbox::Later, _) => {
            Empty::done("Nothing is put off", "What you put off comes back by itself, at its time or when they write sooner.")
        }
        (Inbox::Spoke, _) => {
            Empty::done("Nobody spoke of you", "Whoever names you without asking anything stands here. None of them needs an answer.")
        }
        (Inbox::Private, _) => Empty::done(
            "Nothing was said in private",
            "What somebody writes to you alone stands here, apart from public talk. It is never counted.",
        ),
        (Inbox::Muted, _) => Empty::done("Nothing is muted", "What you mute rests here, whatever is said there, until you hear it again."),
        (Inbox::Done, _) => Empty::done("Nothing is done yet", "What you are done with rests here, and comes back if they write again."),
    }
}
