//! SQLite's FTS5, the other way round: the posts are indexed, in memory, and every topic is a question to the index. What a desk that keeps
//! its posts could do for topics that are new. The index is there already and costs nothing here.

use std::fmt::Write;

use anyhow::Context;
use model::topic::Term;
use model::words::case_folded;
use rusqlite::Connection;
use serde_json::Value;

use crate::engine::{Pairs, Place, cpu, resident};
use crate::mokaccino_peer::tags;
use crate::texts::tokens;

/// A token as letters and digits alone, so that FTS5 cuts it as we did.
fn plain(token: &str) -> String {
    token.bytes().fold(String::from("x"), |mut all, byte| {
        let _ = write!(all, "{byte:02x}");
        all
    })
}

fn question(term: &Term) -> String {
    let one = |column: &str, words: &[String]| {
        let words: Vec<String> = words.iter().map(|word| plain(word)).collect();
        format!("{column}:\"{}\"", words.join(" "))
    };
    match term {
        Term::Word(wanted) | Term::Phrase(wanted) => one("text", wanted.words()),
        Term::Tag(tag) => one("tag", &[case_folded(tag)]),
        Term::From(handle) => one("author", &[case_folded(handle)]),
        Term::Lang(lang) => one("lang", &[lang.to_string()]),
        Term::Any(list) => format!("({})", list.iter().map(question).collect::<Vec<_>>().join(" OR ")),
        Term::All(list) => {
            let is_not = |term: &&Term| matches!(term, Term::Not(_));
            let wanted: Vec<String> = list.iter().filter(|term| !is_not(term)).map(question).collect();
            let mut said = format!("({})", wanted.join(" AND "));
            for term in list {
                if let Term::Not(inner) = term {
                    said = format!("({said} NOT {})", question(inner));
                }
            }
            said
        }
        other => unreachable!("no such topics are made: {other}"),
    }
}

pub fn run(place: &Place) -> anyhow::Result<Value> {
    let posts = place.posts()?;
    let before = resident()?;
    let db = Connection::open_in_memory()?;
    db.execute_batch("create virtual table posts using fts5(text, tag, author, lang, content='', detail=full, tokenize=ascii); begin")?;
    for (number, post) in posts.iter().enumerate() {
        let row = |words: Vec<String>| words.iter().map(|word| plain(word)).collect::<Vec<_>>().join(" ");
        db.prepare_cached("insert into posts (rowid, text, tag, author, lang) values (?1, ?2, ?3, ?4, ?5)")?.execute((
            i64::try_from(number)?,
            row(tokens(&post.text)),
            row(tags(&post.text).into_iter().collect()),
            plain(&case_folded(&post.author.handle)),
            plain(post.language.as_deref().unwrap_or_default()),
        ))?;
    }
    db.execute_batch("commit; insert into posts (posts) values ('optimize')")?;
    let bytes = resident()?.saturating_sub(before);
    let queries: Vec<String> = place.queries(0, place.topics)?.map(|query| question(query.term())).collect();
    let mut pairs = Pairs::of(posts.len());
    let began = cpu();
    let mut asking = db.prepare("select rowid from posts where posts match ?1")?;
    for (topic, question) in (0..).zip(&queries) {
        let mut rows = asking.query([question]).with_context(|| question.clone())?;
        while let Some(row) = rows.next()? {
            pairs.put(usize::try_from(row.get::<_, i64>(0)?)?, topic);
        }
    }
    Ok(pairs.told(&[cpu() - began], 0.0, bytes))
}
