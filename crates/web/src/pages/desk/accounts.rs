//! Settings, accounts: the list, connecting a network, one account's own page.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, RawQuery};
use axum::http::StatusCode;
use model::{AccountId, AccountState};
use serde::Deserialize;
use verbs::VerbError;
use verbs::desk::accounts::{self, AccountRow, Connecting, Offer, OfferField};
use verbs::desk::own_key::{self, Facts};
use verbs::relate::follow;

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::Posted;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

use super::settings::{TABS, Tab};

#[derive(Template)]
#[template(path = "pages/desk/accounts.html")]
struct List {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    rows: Vec<Row>,
}

/// An account in words.
struct Row {
    row: AccountRow,
    does: String,
    state: Health,
    /// How what is new comes, where a hub could tell us of it; empty elsewhere.
    comes: String,
}

enum Health {
    Well(String),
    Waiting(String),
    SignIn,
    Resting,
}

impl Row {
    fn of(row: AccountRow, seated: &Seated) -> Row {
        let rules = &row.account.rules;
        let mut does = if row.can_post { "Listens, answers, posts.".to_owned() } else { "Listens only.".to_owned() };
        if row.can_post
            && let Some(max) = rules.text_max
        {
            does += &format!(" Up to {} letters", words::figures(i64::from(max)));
            if rules.pictures_max > 0 {
                does += &format!(", {}", words::count(i64::from(rules.pictures_max), "picture"));
            }
            does += ", said by the server itself.";
        }
        let state = match (&row.account.state, &row.why, row.synced_at) {
            (AccountState::SignInAgain, _, _) => Health::SignIn,
            (AccountState::Resting, _, _) => Health::Resting,
            (_, Some(why), _) => Health::Waiting(why.clone()),
            (_, None, Some(at)) => Health::Well(format!("well, {}", words::long_ago(seated.now, at, seated.zone()))),
            (_, None, None) => Health::Waiting("Being read for the first time.".into()),
        };
        let until = |at| words::day_and_clock(seated.now, at, seated.zone());
        let comes = row.arrives.as_ref().map(|a| a.words(until)).unwrap_or_default();
        Row { row, does, state, comes }
    }
}

pub async fn list(seated: Seated) -> Answer {
    let rows = accounts::list(seated.cx()).await?.into_iter().map(|row| Row::of(row, &seated)).collect();
    seated.page(&List { shell: seated.shell(Place::Settings), tabs: TABS, at: "accounts", rows })
}

#[derive(Template)]
#[template(path = "pages/desk/account_choose.html")]
struct Choose {
    shell: Shell,
    offers: Vec<Offer>,
}

pub async fn choose(seated: Seated) -> Answer {
    let offers = accounts::offers(seated.cx());
    seated.page(&Choose { shell: seated.shell(Place::Settings), offers })
}

#[derive(Template)]
#[template(path = "pages/desk/account_add.html")]
struct Add {
    shell: Shell,
    offer: Offer,
    /// The fields with what was filled in; never a secret.
    fields: Vec<(OfferField, String)>,
    /// The way of connecting that is chosen, where there are several.
    way: String,
    then: String,
    /// Which field is wrong (empty: none of them), and why.
    wrong: Option<(String, String)>,
}

#[derive(Deserialize, Default)]
pub struct Then {
    #[serde(default)]
    then: String,
}

fn offer(seated: &Seated, key: &str) -> Result<Offer, Fault> {
    accounts::offers(seated.cx()).into_iter().find(|o| o.key == key).ok_or_else(Fault::missing)
}

pub async fn add(seated: Seated, Path(key): Path<String>, Query(then): Query<Then>) -> Answer {
    let offer = offer(&seated, &key)?;
    let fields = offer.fields.iter().map(|f| (f.clone(), String::new())).collect();
    let way = offer.ways.first().map(|(key, ..)| (*key).to_owned()).unwrap_or_default();
    seated.page(&Add { shell: seated.shell(Place::Settings), offer, fields, way, then: then.then, wrong: None })
}

#[derive(Template)]
#[template(path = "pages/desk/account_visit.html")]
struct Visit {
    shell: Shell,
    url: String,
    host: String,
    state: String,
    then: String,
    wrong: Option<String>,
}

/// Stands before the names of a network's own fields: one of them may be called as a field of ours is, such as "token".
pub const ITS: &str = "its-";
/// The field that says which way of connecting was chosen.
const WAY: &str = "way";

pub async fn connect(Path(key): Path<String>, Posted { seated, form }: Posted<BTreeMap<String, String>>) -> Answer {
    let offer = offer(&seated, &key)?;
    let then = form.get("then").cloned().unwrap_or_default();
    let back = (!form.contains_key("paste")).then(|| format!("{}/settings/accounts/return", seated.site.app.config.public_url));
    let keys = offer.fields.iter().map(|f| f.key).chain((!offer.ways.is_empty()).then_some(WAY));
    let answers: BTreeMap<String, String> =
        keys.filter_map(|key| Some((key.to_owned(), form.get(&format!("{ITS}{key}"))?.clone()))).collect();
    match accounts::connect(seated.cx(), &key, answers.clone(), back.as_deref()).await {
        Ok(Connecting::Connected(_)) => connected(&seated, &then, offer.name),
        Ok(Connecting::Visit { url, state, .. }) => {
            visit(&seated, Visit { shell: seated.shell(Place::Settings), host: host_of(&url), url, state, then, wrong: None })
        }
        Err(error @ (VerbError::Wrong { .. } | VerbError::Network(_))) => {
            let at = if let VerbError::Wrong { field, .. } = &error { (*field).to_owned() } else { String::new() };
            let fields = offer
                .fields
                .iter()
                .map(|f| (f.clone(), if f.is_secret { String::new() } else { answers.get(f.key).cloned().unwrap_or_default() }))
                .collect();
            let way = answers.get(WAY).cloned().unwrap_or_default();
            let page = Add { shell: seated.shell(Place::Settings), offer, fields, way, then, wrong: Some((at, error.to_string())) };
            let mut answer = seated.page(&page)?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

fn visit(seated: &Seated, page: Visit) -> Answer {
    let is_wrong = page.wrong.is_some();
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn connected(seated: &Seated, then: &str, name: &str) -> Answer {
    let path = if then == "hello" { "/hello/where" } else { "/settings/accounts" };
    seated.done(path, Flash::plain(format!("{name} is connected. What was said before comes in as history.")))
}

fn host_of(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
}

#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    then: String,
}

/// The network sends the person back here with a code.
pub async fn returned(seated: Seated, Query(back): Query<Back>, RawQuery(asked): RawQuery) -> Answer {
    let code = if back.code.is_empty() { in_other_words(&asked.unwrap_or_default()) } else { back.code };
    if code.is_empty() {
        return seated.done("/settings/accounts", Flash::bad("The network did not let us in. Nothing was connected."));
    }
    match accounts::finish(seated.cx(), &back.state, &code).await {
        Err(VerbError::Network(networks_word)) => return seated.done("/settings/accounts", Flash::bad(networks_word.to_string())),
        other => other?,
    };
    seated.changed();
    connected(&seated, &back.then, "The account")
}

/// What a network hands back that knows no code: all its fields but ours, as a form; nothing where it speaks of an error.
fn in_other_words(asked: &str) -> String {
    let pairs = || url::form_urlencoded::parse(asked.as_bytes());
    if pairs().any(|(name, _)| name == "error") {
        return String::new();
    }
    let its = pairs().filter(|(name, _)| !matches!(&**name, "state" | "then" | "code"));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(its).finish()
}

/// The code was pasted.
pub async fn paste(Posted { seated, form }: Posted<Back>) -> Answer {
    match accounts::finish(seated.cx(), &form.state, &form.code).await {
        Ok(_) => connected(&seated, &form.then, "The account"),
        Err(error @ (VerbError::Wrong { .. } | VerbError::Network(_))) => visit(
            &seated,
            Visit {
                shell: seated.shell(Place::Settings),
                url: String::new(),
                host: String::new(),
                state: form.state,
                then: form.then,
                wrong: Some(error.to_string()),
            },
        ),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "pages/desk/account_one.html")]
struct One {
    shell: Shell,
    row: Row,
    facts: Facts,
    is_resting: bool,
    /// The account's own key, taken out just now.
    key: Option<String>,
    /// Why it was not taken out.
    wrong: Option<String>,
    can_follow: bool,
    /// Whom to follow, and why that did not go.
    follow: (String, String),
}

async fn find(seated: &Seated, id: i64) -> Result<Row, Fault> {
    let rows = accounts::list(seated.cx()).await?;
    rows.into_iter().find(|r| r.account.id == AccountId(id)).map(|row| Row::of(row, seated)).ok_or_else(Fault::missing)
}

pub async fn show(seated: Seated, Path(id): Path<i64>) -> Answer {
    one(&seated, id, None, None, Default::default()).await
}

async fn one(seated: &Seated, id: i64, key: Option<String>, wrong: Option<String>, follow: (String, String)) -> Answer {
    let row = find(seated, id).await?;
    let facts = own_key::facts(seated.cx(), AccountId(id)).await?;
    let is_resting = row.row.account.state == AccountState::Resting;
    let is_wrong = wrong.is_some() || !follow.1.is_empty();
    let can_follow = follow::can(seated.cx(), AccountId(id)).await?;
    let page = One { shell: seated.shell(Place::Settings), row, facts, is_resting, key, wrong, can_follow, follow };
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

#[derive(Deserialize)]
pub struct Act {
    act: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    handle: String,
}

pub async fn act(Path(id): Path<i64>, Posted { seated, form }: Posted<Act>) -> Answer {
    let row = find(&seated, id).await?;
    let name = row.row.account.handle.clone();
    match form.act.as_str() {
        "disconnect" => {
            accounts::disconnect(seated.cx(), AccountId(id)).await?;
            seated.done("/settings/accounts", Flash::said("", name, " is disconnected. What was said stays."))
        }
        "rest" | "wake" => {
            let is_resting = form.act == "rest";
            accounts::rest(seated.cx(), AccountId(id), is_resting).await?;
            let words = if is_resting { " rests. Nothing is fetched or sent." } else { " is read again." };
            seated.done(&format!("/settings/accounts/{id}"), Flash::said("", name, words))
        }
        "key" => match own_key::take_out(seated.cx(), AccountId(id), form.password).await {
            Ok(key) => one(&seated, id, Some(key), None, Default::default()).await,
            Err(error @ (VerbError::Wrong { .. } | VerbError::TooOften { .. })) => {
                one(&seated, id, None, Some(error.to_string()), Default::default()).await
            }
            Err(error) => Err(error.into()),
        },
        "follow" | "unfollow" => {
            let (cx, account) = (seated.cx(), AccountId(id));
            let done = match form.act.as_str() {
                "follow" => follow::follow(cx, account, &form.handle).await,
                _ => follow::unfollow(cx, account, &form.handle).await,
            };
            match done {
                Ok(who) if form.act == "follow" => {
                    seated.done(&format!("/settings/accounts/{id}"), Flash::said("", who.name, " is followed."))
                }
                Ok(who) => seated.done(&format!("/settings/accounts/{id}"), Flash::said("", who.name, " is not followed any more.")),
                Err(VerbError::Wrong { why, .. }) => one(&seated, id, None, None, (form.handle, why)).await,
                Err(error) => Err(error.into()),
            }
        }
        _ => Err(Fault::bad("That cannot be done with an account.")),
    }
}

impl Add {
    fn is_way(&self, key: &str) -> bool {
        self.way == key
    }
    fn is_wrong(&self, key: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(at, _)| at == key)
    }
    fn why(&self) -> &str {
        self.wrong.as_ref().map_or("", |(_, why)| why)
    }
}

impl One {
    /// The largest picture taken, in thousands of bytes.
    fn kilobytes(&self) -> String {
        words::figures(i64::try_from(self.row.row.account.rules.picture_bytes_max / 1000).unwrap_or(i64::MAX))
    }
}
