//! Everything out of the store and into one, row by row, the same from either database and for either.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json};

use crate::value::{Row, Value};
use crate::{Kept, StoreError, Unscoped};

/// Every table, in an order in which rows can be put back; a test holds it against the database's own list.
pub const TABLES: &[&str] = &[
    "desks",
    "voices",
    "seats",
    "sessions",
    "sign_in_tries",
    "settings",
    "workers",
    "jobs",
    "accounts",
    "secrets",
    "sign_ins",
    "cursors",
    "profiles",
    "posts",
    "post_tags",
    "earlier_words",
    "conversations",
    "box_counts",
    "thread_keys",
    "conversation_moves",
    "holes",
    "signs",
    "drafts",
    "pictures",
    "renderings",
    "draft_versions",
    "slots",
    "imports",
    "import_pictures",
    "calendar_feeds",
    "deliveries",
    "attempts",
    "follows",
    "webmentions",
    "subscriptions",
    "topics",
    "watches",
    "sightings",
    "weighing",
    "choices",
    "following",
    "persons",
    "talks",
    "between_us",
    "talk_days",
    "replies",
    "public_follows",
    "follow_readings",
    "pairs",
    "introductions",
    "contact_points",
    "joins",
    "notes",
    "subjects",
    "gestures",
    "kind_corrections",
    "aims",
    "aim_people",
    "links",
    "visits",
    "sittings",
    "sitting_steps",
    "promises",
    "day_salts",
    "trials",
    "trial_days",
    "trial_verdicts",
    "sites",
    "outcomes",
    "site_days",
    "feed_days",
    "mail_servers",
    "opt_in_forms",
    "opt_ins",
    "rounds",
    "week_letters",
    "mails",
];

/// What no file holds, because it is made from the rest: what search looks in.
pub const MADE_TABLES: &[&str] = &[
    "search_behind",
    "search_rows",
    "search_words",
    "search_words_config",
    "search_words_data",
    "search_words_docsize",
    "search_words_idx",
];

/// What no export shows: secrets, passwords' hashes, sessions, and what only the machine needs.
pub const PRIVATE_TABLES: &[&str] = &[
    "voices",
    "seats",
    "sessions",
    "sign_in_tries",
    "calendar_feeds",
    "secrets",
    "sign_ins",
    "workers",
    "jobs",
    "cursors",
    "day_salts",
    "mail_servers",
    "subscriptions",
];

/// What no backup keeps, because it is there to be thrown away: a day's salt in a file would outlast its day.
pub const FLEETING_TABLES: &[&str] = &["day_salts"];

/// The step at which the tables stand.
pub fn step() -> usize {
    crate::migrate::STEPS.len()
}

/// Bytes stand as text in base 64 behind this name.
const BYTES: &str = "base64";

/// One row as JSON, by the names of its columns.
fn row_out(row: &Row<'_>) -> Kept<Json> {
    let mut out = Map::new();
    for i in 0..row.len() {
        let value = match row.value(i)? {
            Value::Null => Json::Null,
            Value::Int(n) => n.into(),
            Value::Real(n) => n.into(),
            Value::Text(text) => text.into(),
            Value::Bytes(bytes) => serde_json::json!({ BYTES: BASE64.encode(&bytes) }),
        };
        out.insert(row.name(i), value);
    }
    Ok(Json::Object(out))
}

fn value_in(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Number(n) => n.as_i64().map(Value::Int).or_else(|| n.as_f64().map(Value::Real))?,
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(object) => Value::Bytes(BASE64.decode(object.get(BYTES)?.as_str()?).ok()?),
        Json::Bool(_) | Json::Array(_) => return None,
    })
}

impl Unscoped<'_> {
    /// Throws a desk away: every row of it, in every table, and the voices that sit at no other.
    pub fn throw_desk(&self, desk: model::DeskId) -> Kept<()> {
        let args = crate::args![desk];
        for table in
            TABLES.iter().rev().filter(|t| !matches!(**t, "desks" | "voices" | "sign_in_tries" | "workers" | "seats" | "day_salts"))
        {
            self.run(&format!("delete from {table} where desk = $1"), &args)?;
        }
        let voices = self.all("select voice from seats where desk = $1 limit 1000", &args, |row| row.get::<model::VoiceId>(0))?;
        self.run("delete from seats where desk = $1", &args)?;
        for voice in voices {
            self.run("delete from voices where id = $1 and not exists (select 1 from seats where voice = $1) and not exists (select 1 from sessions where voice = $1)", &crate::args![voice])?;
        }
        self.run("delete from desks where id = $1", &args)?;
        Ok(())
    }
    /// From here on this transaction sees one moment of all tables. Must be its first statement.
    pub fn hold_still(&self) -> Kept<()> {
        if self.dialect() == crate::Dialect::Pg {
            self.run("set transaction isolation level repeatable read read only", &[])?;
        }
        Ok(())
    }
    /// Each row of a table, as JSON, in the order of its key.
    pub fn dump(&self, table: &str, mut take: impl FnMut(Json) -> Kept<()>) -> Kept<()> {
        if !TABLES.contains(&table) {
            return Err(StoreError::Missing("a table"));
        }
        self.stream(&format!("select * from {table}"), &mut |row: &Row<'_>| take(row_out(row)?))
    }
    /// Puts a dumped row back.
    pub fn undump(&self, table: &str, row: &Json) -> Kept<()> {
        let broken = || StoreError::Broken(format!("a row of {table} is not as it should be"));
        let object = row.as_object().filter(|_| TABLES.contains(&table)).ok_or_else(broken)?;
        // Names come from a file: only plain ones go into a statement.
        if object.is_empty()
            || !object.keys().all(|k| !k.is_empty() && k.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
        {
            return Err(broken());
        }
        let names = object.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let places = (1..=object.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let values = object.values().map(value_in).collect::<Option<Vec<_>>>().ok_or_else(broken)?;
        self.run(&format!("insert into {table} ({names}) values ({places})"), &values)?;
        Ok(())
    }
}
