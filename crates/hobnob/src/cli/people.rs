//! `hobnob people`: who they are to us; one of them; joining two and taking them apart.

use anyhow::Result;
use clap::{Args, Subcommand};
use model::{AimId, Kind, PersonId, PostId};
use serde_json::json;
use verbs::Cx;
use verbs::publish::drafts;
use verbs::reflect::hanging;
use verbs::relate::people::{Filter, PersonRow, Who, people};
use verbs::relate::person::{Happening, PersonPage, person};
use verbs::relate::{contacts, edit, follow, follows, ledger};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// all, tribe, drifting or new
    #[arg(long, default_value = "all")]
    who: String,
    /// Only those whose name, description or handle holds these words
    #[arg(long, default_value = "")]
    find: String,
    /// Which page, from 1
    #[arg(long, default_value_t = 1)]
    page: u32,
    /// Print JSON, one person a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Everything between you and a person
    Show { id: i64 },
    /// Two are one: everything of the second stands with the first
    Join { kept: i64, gone: i64 },
    /// Take the newest joining apart, exactly as it was
    Undo,
    /// Who can introduce you to somebody: a name, an organisation, a role, or a person's number
    Introduce { words: Vec<String> },
    /// Begin the draft that asks for an introduction: to whom, and the number of the one in the middle
    Ask { to: i64, via: i64 },
    /// They asked not to be the one in the middle of an introduction
    NoGoBetween {
        id: i64,
        /// They may be again
        #[arg(long)]
        off: bool,
    },
    /// Bring contacts in from a file: vCard 3 or 4, CSV, or LinkedIn's Connections.csv
    Import { file: std::path::PathBuf },
    /// Correct what a word between you was: its post's number, and gives, asks or talks
    Kind { post: i64, kind: String },
    /// Remove everything that is kept of a person, for good
    Forget { id: i64 },
    /// To be reminded of them after so many days of silence; 0 ends it
    Remind { id: i64, days: u32 },
    /// A person matters for an aim: what you talk about with them touches it
    Aim {
        id: i64,
        /// The aim, by its number
        aim: i64,
        /// Take them off it
        #[arg(long)]
        off: bool,
    },
    /// Read whom a person follows in public, for ways to others; of strangers nothing is kept
    Follows { id: i64 },
    /// Keep a note about a person
    Note { id: i64, text: String },
    /// Follow somebody with one of your accounts, where its network lets a program do that
    Follow {
        /// As they are named there
        handle: String,
        /// The account, by its number or handle
        #[arg(long = "as")]
        account: String,
        /// Follow them no more
        #[arg(long)]
        no_more: bool,
    },
}

/// What was done, for a program or for a person.
fn tell(is_json: bool, done: serde_json::Value, words: String) {
    say(if is_json { done.to_string() } else { words });
}

/// A page of people.
async fn list(cx: Cx<'_>, filter: Filter, is_json: bool) -> Result<()> {
    let found = people(cx, filter).await?;
    if found.rows.is_empty() && !is_json {
        say("Nobody.");
    }
    found.rows.iter().for_each(|row| line(row, is_json));
    Ok(())
}

/// A person matters for an aim, or does no more.
async fn matter(cx: Cx<'_>, id: PersonId, aim: AimId, is_off: bool, is_json: bool) -> Result<()> {
    let words = if is_off {
        let (name, aim_name) = hanging::take_off(cx, id, aim).await?;
        format!("{name} does not matter for “{aim_name}” any more.")
    } else {
        let (name, aim_name, _) = hanging::hang(cx, id, aim).await?;
        format!("{name} matters for “{aim_name}” now.")
    };
    tell(is_json, json!({"person": id.0, "aim": aim.0, "matters": !is_off}), words);
    Ok(())
}

/// Whom they follow in public.
async fn read_follows(cx: Cx<'_>, id: PersonId, is_json: bool) -> Result<()> {
    let read = follows::read(cx, id).await?;
    let many = if read.is_whole { "" } else { "at least " };
    tell(
        is_json,
        json!({"person": id.0, "follows": read.n, "is_whole": read.is_whole, "known": read.known, "at": read.at.to_string()}),
        format!("They follow {many}{}; {} of them are known here.", read.n, read.known),
    );
    Ok(())
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let who =
        Who::from_word(&arguments.who).ok_or_else(|| Wrong::said(format!("“{}” is not all, tribe, drifting or new", arguments.who)))?;
    if arguments.page == 0 {
        return Err(Wrong::said("--page counts from 1"));
    }
    let sitting = Sitting::open(flags).await?;
    let (cx, is_json) = (sitting.cx(), arguments.json);
    match arguments.what {
        None => list(cx, Filter { who, words: arguments.find, page: arguments.page - 1, ..Filter::default() }, is_json).await?,
        Some(What::Show { id }) => show(&person(cx, PersonId(id), None).await?, is_json),
        Some(What::Join { kept, gone }) => {
            let join = edit::join(cx, PersonId(kept), PersonId(gone)).await?;
            tell(is_json, json!({"join": join}), "They are one person now. Take it back with: hobnob people undo".to_owned());
        }
        Some(What::Undo) => {
            let (id, name) = edit::undo_newest_join(cx).await?;
            say(if is_json { json!({"person": id.0}).to_string() } else { format!("{name} stands alone again, as {id}.") });
        }
        Some(What::Introduce { words }) => super::introduce::run(cx, &words.join(" "), is_json).await?,
        Some(What::Ask { to, via }) => {
            let draft = verbs::relate::introduce::ask(cx, PersonId(to), PersonId(via)).await?;
            tell(
                is_json,
                json!({"draft": draft.0}),
                format!("The ask is noted. Write it as draft {draft}; nothing is sent until you send it."),
            );
        }
        Some(What::Import { file }) => import(cx, &file, is_json).await?,
        Some(What::Kind { post, kind }) => {
            let kind = Kind::from_word(&kind).ok_or_else(|| Wrong::said(format!("“{kind}” is not gives, asks or talks")))?;
            ledger::correct(cx, PostId(post), kind).await?;
            tell(is_json, json!({"post": post, "kind": kind.word()}), "Corrected.".to_owned());
        }
        Some(What::Forget { id }) => {
            let name = edit::forget(cx, PersonId(id)).await?;
            say(if is_json { json!({"forgotten": id}).to_string() } else { format!("Nothing is kept of {name} any more.") });
        }
        Some(What::NoGoBetween { id, off }) => {
            edit::set_go_between(cx, PersonId(id), off).await?;
            say(if is_json { json!({"person": id, "is_no_go_between": !off}).to_string() } else { "Kept.".to_owned() });
        }
        Some(What::Remind { id, days }) => {
            edit::set_remind(cx, PersonId(id), (days > 0).then_some(days)).await?;
            say(if is_json { json!({"person": id, "days": days}).to_string() } else { "Kept.".to_owned() });
        }
        Some(What::Aim { id, aim, off }) => matter(cx, PersonId(id), AimId(aim), off, is_json).await?,
        Some(What::Follows { id }) => read_follows(cx, PersonId(id), is_json).await?,
        Some(What::Follow { handle, account, no_more }) => {
            let account = drafts::find_account(cx, &account).await?;
            let who = if no_more { follow::unfollow(cx, account, &handle).await? } else { follow::follow(cx, account, &handle).await? };
            say(match (is_json, no_more) {
                (true, _) => json!({"followed": !no_more, "handle": who.handle, "name": who.name}).to_string(),
                (false, false) => format!("{} is followed, as {}.", who.name, who.handle),
                (false, true) => format!("{} is not followed any more.", who.name),
            });
        }
        Some(What::Note { id, text }) => {
            let note = edit::note(cx, PersonId(id), &text).await?;
            say(if is_json { json!({"note": note.0}).to_string() } else { "The note is kept.".to_owned() });
        }
    }
    Ok(())
}

/// Largest file that is read whole; the verb says no to less.
const FILE_MAX: u64 = 64 << 20;

async fn import(cx: verbs::Cx<'_>, file: &std::path::Path, is_json: bool) -> Result<()> {
    let name = file.display();
    let size = std::fs::metadata(file).map_err(|e| Wrong::said(format!("{name}: {e}")))?.len();
    if size > FILE_MAX {
        return Err(Wrong::said(format!("{name} has {} MiB; that is no file of contacts", size >> 20)));
    }
    let bytes = std::fs::read(file).map_err(|e| Wrong::said(format!("{name}: {e}")))?;
    let done = contacts::import(cx, &bytes).await?;
    for wrong in done.wrong.iter().take(contacts::WRONGS_MAX) {
        if is_json {
            say(json!({"line": wrong.line, "wrong": wrong.why}));
        } else {
            say(format!("{name}:{}: {}", wrong.line, wrong.why));
        }
    }
    if is_json {
        say(
            json!({"kind": done.kind, "new": done.new.len(), "added_to": done.added_to, "unchanged": done.unchanged, "wrong": done.wrong.len()}),
        );
    } else {
        let (new, wrong) = (done.new.len(), done.wrong.len());
        say(format!(
            "{}: {new} new, {} known and added to, {} known already, {wrong} not understood.",
            done.kind, done.added_to, done.unchanged
        ));
    }
    let is_nothing = done.new.is_empty() && done.added_to == 0 && done.unchanged == 0;
    if is_nothing { Err(Wrong::said("nothing in this file could be read")) } else { Ok(()) }
}

fn line(row: &PersonRow, is_json: bool) {
    let places: Vec<String> = row.presences.iter().map(|p| format!("@{} on {}", p.handle, p.network_name)).collect();
    if is_json {
        say(json!({
            "person": row.id.0, "name": row.name, "about": row.about, "nature": row.nature.word(), "tie": row.tie.map(|t| t.word()), "is_waiting": row.is_waiting,
            "gave": row.gave, "asked": row.asked, "last_at": row.last_at.map(|t| t.to_string()), "where": places,
        }));
        return;
    }
    let tie = row.tie.map_or("", |t| t.word());
    say(format!("{}  {}{}  {tie}", row.id, row.name, if row.is_waiting { " (waits for you)" } else { "" }));
    say(format!("    {}", places.join(", ")));
}

fn show(p: &PersonPage, is_json: bool) {
    if is_json {
        let events: Vec<_> = p.timeline.iter().map(event).collect();
        let places: Vec<_> = p.presences.iter().map(|x| json!({"network": x.network_name, "handle": x.handle, "url": x.url})).collect();
        say(json!({
            "person": p.id.0, "name": p.name, "about": p.about, "nature": p.nature.word(), "tie": p.tie.map(|t| t.word()),
            "from_me": p.from_me, "from_them": p.from_them, "first_at": p.first_at.map(|t| t.to_string()), "last_at": p.last_at.map(|t| t.to_string()),
            "organisation": p.organisation, "role": p.role, "mail": p.mail, "is_no_go_between": p.is_no_go_between, "remind_days": p.remind_days,
            "where": places, "gave": p.ledger.gave, "asked": p.ledger.asked, "they_gave": p.ledger.they_gave, "they_asked": p.ledger.they_asked,
            "between": events, "earlier": p.earlier, "both_talk_with": p.both.iter().map(|b| json!({"person": b.id.0, "name": b.name})).collect::<Vec<_>>(),
            "ledger": p.ledger.lines.iter().map(|l| json!({"post": l.post.map(|p| p.0), "at": l.at.to_string(), "is_mine": l.is_mine, "kind": l.kind.word(), "what": l.what})).collect::<Vec<_>>(),
            "notes": p.notes.iter().map(|(id, text, at)| json!({"note": id.0, "text": text, "at": at.to_string()})).collect::<Vec<_>>(),
        }));
        return;
    }
    say(format!("{}  {}", p.id, p.name));
    if !p.about.is_empty() {
        say(format!("    {}", p.about));
    }
    for x in &p.presences {
        say(format!("    @{} on {}", x.handle, x.network_name));
    }
    if let Some(tie) = p.tie {
        say(format!("    {}; you said {} words to them, they {} to you", tie.word(), p.from_me, p.from_them));
    }
    for b in &p.both {
        say(format!("    You both talk with {}.", b.name));
    }
    for e in &p.timeline {
        let words = match &e.what {
            Happening::Said { is_mine, words, .. } => format!("{}: {words}", if *is_mine { "you" } else { "they" }),
            Happening::Sign { is_mine, kind, .. } => format!("{} {kind}", if *is_mine { "you" } else { "they" }),
            Happening::Note { text, .. } => format!("your note: {text}"),
            Happening::Visits { people, target } => format!("{people} came by your link to {target}"),
        };
        say(format!("{}  {}  {words}", e.at, e.mark));
    }
    if p.earlier > 0 {
        say(format!("… and {} earlier.", p.earlier));
    }
}

fn event(e: &verbs::relate::person::Event) -> serde_json::Value {
    let (what, is_mine, words) = match &e.what {
        Happening::Said { is_mine, words, kind, .. } => (kind.word().to_owned(), Some(*is_mine), words.clone()),
        Happening::Sign { is_mine, kind, words } => (kind.clone(), Some(*is_mine), words.clone().unwrap_or_default()),
        Happening::Note { text, .. } => ("note".to_owned(), Some(true), text.clone()),
        Happening::Visits { people, target } => ("visits".to_owned(), None, format!("{people} to {target}")),
    };
    json!({"at": e.at.to_string(), "network": e.network_name, "conversation": e.conversation.map(|c| c.0), "what": what, "is_mine": is_mine, "words": words})
}
