//! `hobnob people introduce`: who can introduce you, printed as the page shows it.

use anyhow::Result;
use model::PersonId;
use serde_json::{Value, json};
use verbs::Cx;
use verbs::relate::introduce::sought::{Sought, whom};
use verbs::relate::introduce::{Evidence, Introduction, LastWords, Step, Way, introduce};

use crate::cli::desk::{Wrong, say};

pub async fn run(cx: Cx<'_>, words: &str, is_json: bool) -> Result<()> {
    if words.trim().is_empty() {
        return Err(Wrong::said("to whom? a name, an organisation, a role, or a person's number"));
    }
    match whom(cx, words).await? {
        Ok(person) => one(cx, person, is_json).await,
        Err(found) => {
            several(&found, is_json);
            Ok(())
        }
    }
}

async fn one(cx: Cx<'_>, person: PersonId, is_json: bool) -> Result<()> {
    let found = introduce(cx, person).await?;
    if is_json {
        say(told(&found));
        return Ok(());
    }
    say(format!("{}  {}{}", found.target.id, found.target.name, comma(&found.target.about)));
    if let Some(tie) = found.tie {
        say(format!("    You talk with them yourself: {}.", tie.word()));
    }
    for (asked, via) in &found.asked {
        say(format!("    You asked {} on {}.", via.name, asked.asked_at));
    }
    if found.ways.is_empty() {
        say("    Nobody you know leads there in four steps, in what this desk has read.");
    }
    for (i, way) in found.ways.iter().enumerate() {
        say(format!("{}. {}  (weakest tie {:.2})", i + 1, way.line(), way.weakest));
        let mut nearer = "you".to_owned();
        for step in &way.steps {
            say(format!("    {nearer} – {}: {}", step.to.name, evidence(step)));
            if let Some(last) = &step.last {
                say(format!("        {}", words_of(last, &nearer, &step.to.name)));
            }
            nearer.clone_from(&step.to.name);
        }
    }
    if let Some(via) = found.ways.first().and_then(Way::via) {
        say(format!("Ask with: hobnob people ask {} {}", found.target.id, via.id));
    }
    Ok(())
}

fn comma(about: &str) -> String {
    if about.is_empty() { String::new() } else { format!(", {about}") }
}

fn evidence(step: &Step) -> String {
    match &step.evidence {
        Evidence::Ours { tie, from_me, from_them } => {
            format!("{}; you said {from_me} to them, they {from_them} to you", tie.map_or("long silent", |t| t.word()))
        }
        Evidence::Theirs { said, heard, do_follow } => {
            let follow = if *do_follow { "; they follow each other" } else { "" };
            format!("answered them {said} times, was answered {heard} times{follow}")
        }
    }
}

fn words_of(last: &LastWords, nearer: &str, farther: &str) -> String {
    format!("last {} by {}: {}", last.at, if last.is_by_nearer { nearer } else { farther }, last.words)
}

fn told(found: &Introduction) -> Value {
    json!({
        "person": found.target.id.0, "name": found.target.name, "about": found.target.about, "tie": found.tie.map(|t| t.word()),
        "asked": found.asked.iter().map(|(a, via)| json!({"via": via.id.0, "name": via.name, "at": a.asked_at.to_string(), "draft": a.draft.map(|d| d.0)})).collect::<Vec<_>>(),
        "ways": found.ways.iter().map(|way| json!({"weakest": way.weakest, "steps": way.steps.iter().map(step).collect::<Vec<_>>()})).collect::<Vec<_>>(),
    })
}

fn step(step: &Step) -> Value {
    let evidence = match &step.evidence {
        Evidence::Ours { tie, from_me, from_them } => json!({"tie": tie.map(|t| t.word()), "from_me": from_me, "from_them": from_them}),
        Evidence::Theirs { said, heard, do_follow } => json!({"answered": said, "was_answered": heard, "do_follow": do_follow}),
    };
    let last = step.last.as_ref().map(|l| json!({"at": l.at.to_string(), "is_by_nearer": l.is_by_nearer, "words": l.words, "url": l.url}));
    json!({"person": step.to.id.0, "name": step.to.name, "about": step.to.about, "weight": step.weight, "evidence": evidence, "last": last})
}

fn several(found: &Sought, is_json: bool) {
    for c in &found.candidates {
        let through: Option<Vec<&str>> = c.way.as_ref().map(|way| way.steps.iter().map(|s| s.to.name.as_str()).collect());
        if is_json {
            say(json!({
                "person": c.stop.id.0, "name": c.stop.name, "organisation": c.organisation, "role": c.role, "tie": c.tie.map(|t| t.word()),
                "way": through, "weakest": c.way.as_ref().map(|w| w.weakest),
            }));
            continue;
        }
        let way = match (&c.way, c.tie) {
            (Some(way), _) => way.line(),
            (None, Some(tie)) => format!("you know them yourself: {}", tie.word()),
            (None, None) => "nobody you know leads there".to_owned(),
        };
        say(format!("{}  {}{}\n    {way}", c.stop.id, c.stop.name, comma(&c.stop.about)));
    }
    for k in &found.known {
        if is_json {
            say(json!({"person": k.stop.id.0, "name": k.stop.name, "knows": true, "posts": k.posts, "tie": k.tie.map(|t| t.word())}));
        } else {
            let posts = if k.posts == 1 { "one post".to_owned() } else { format!("{} posts", k.posts) };
            say(format!("{}  {}  whom you know wrote {posts} about it", k.stop.id, k.stop.name));
        }
    }
    if found.candidates.is_empty() && found.known.is_empty() && !is_json {
        say("Nobody fits that.");
    }
}
