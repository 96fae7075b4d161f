//! `hobnob lab fit`: drafts out of a file, by the rules of several networks, with the very function that plans a post.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use model::{Article, Draft, DraftId, Kind, Misfit, NetworkKey, Picture, PictureId, Rendering, Rules, Timestamp, Visibility};
use networks::Networks;
use serde_json::{Value as Json, json};
use verbs::publish::fit::{Known, Place, look};

use super::{Judge, judge};
use crate::cli::desk::{Wrong, say};
use crate::cli::feeds::read;

/// The largest file of drafts that is read, and the most drafts in it.
const FILE_MAX: usize = 64 * 1024 * 1024;
const DRAFTS_MAX: usize = 100_000;
/// What parts one draft from the next in a file of plain text. (`---` parts the posts of one thread.)
const BETWEEN: &str = "===";

#[derive(Args)]
#[command(after_help = "\
FILE is JSON Lines where its first sign is { or \", else plain text in which a line of === parts one draft from the next.
  A line of JSON is a string, or an object; all but `text` may be left out:
    {\"text\": \"…\", \"title\": \"…\", \"language\": \"en\", \"warning\": \"…\", \"visibility\": \"public\",
     \"pictures\": [{\"mime\": \"image/png\", \"width\": 800, \"height\": 600, \"alt\": \"…\"}],
     \"people\": [{\"written\": \"Ada\", \"name\": \"Ada Rye\", \"handles\": {\"mastodon\": \"ada@plaza.example\"}}],
     \"parts\": [\"a text of its own\", \"for each post of the thread\"]}
Printed is a line for each draft and network, in that order:
    {draft, network, fits, parts: [{text, length, limit, unit, facets: [{kind, start, end, text}]}], findings: [{kind, part, why}]}
  `draft` counts from 1; `start` and `end` are bytes of UTF-8; a facet is a link, a name or a tag; a finding is wrong (the draft would
  not go out) or told (it would, and this is shown beside it); `part` counts from 1 where a finding is about one.")]
pub struct Fit {
    /// The drafts
    file: PathBuf,
    /// The networks' keys, with commas between
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', required = true)]
    networks: Vec<String>,
}

/// A draft of the file, and what is said with it.
struct Case {
    draft: Draft,
    known: Vec<Known>,
    parts: Option<Vec<String>>,
}

pub fn run(arguments: &Fit) -> Result<()> {
    let networks = Networks::default();
    let judges = arguments.networks.iter().map(|key| judge(&networks, key.trim())).collect::<Result<Vec<_>>>()?;
    let file = arguments.file.display();
    let bytes = read(&arguments.file, FILE_MAX)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].iter().filter(|b| **b == b'\n').count() + 1;
        Wrong::said(format!("{file}, line {line}: it is not UTF-8"))
    })?;
    // All is read before anything is printed: a bad line further down is told without half an answer.
    let cases = cases(&text).map_err(|why| Wrong::said(format!("{file}, {why}")))?;
    for (i, case) in cases.iter().enumerate() {
        for judge in &judges {
            say(judged(i + 1, case, judge));
        }
    }
    Ok(())
}

fn judged(number: usize, case: &Case, judge: &Judge<'_>) -> Json {
    let about = judge.about();
    let (rules, network) = ((about.rules)(), NetworkKey::new(about.key));
    let place = Place { name: about.name, network: &network, rules: &rules };
    let (rendering, wrong) = look(&case.draft, place, &case.known, case.parts.as_deref());
    json!({
        "draft": number, "network": about.key, "fits": wrong.is_empty(),
        "parts": parts(&rendering, judge, &rules), "findings": findings(&rendering, &wrong),
    })
}

fn parts(rendering: &Rendering, judge: &Judge<'_>, rules: &Rules) -> Json {
    let each = rendering.parts.iter().zip(&rendering.lengths).map(|(part, length)| {
        let text = &part.text;
        let facets = judge.pointers(text, rules).into_iter();
        let facets: Vec<Json> =
            facets.map(|p| json!({"kind": p.kind.word(), "start": p.start, "end": p.end, "text": text[p.start..p.end]})).collect();
        json!({"text": text, "length": length, "limit": rules.text_max, "unit": rules.unit.word(), "facets": facets})
    });
    each.collect()
}

fn findings(rendering: &Rendering, wrong: &[Misfit]) -> Json {
    let wrong = wrong.iter().map(|m| json!({"kind": "wrong", "part": m.part.map(|p| p + 1), "why": m.why}));
    wrong.chain(rendering.tells.iter().map(|why| json!({"kind": "told", "part": null, "why": why}))).collect()
}

/// The drafts of a file, or which line is wrong and how.
fn cases(text: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    if text.trim_start().starts_with(['{', '"']) {
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let here = |why: String| format!("line {}: {why}", i + 1);
            let json = serde_json::from_str(line).map_err(|e| here(format!("this is not JSON: {e}")))?;
            cases.push(case(&json).map_err(here)?);
            if cases.len() > DRAFTS_MAX {
                return Err(here(format!("these are more than {DRAFTS_MAX} drafts")));
            }
        }
        return Ok(cases);
    }
    let lines: Vec<&str> = text.split('\n').collect();
    for own in lines.split(|line| line.trim() == BETWEEN).take(DRAFTS_MAX) {
        let own = own.join("\n");
        if !own.trim().is_empty() {
            cases.push(Case { draft: draft(own), known: Vec::new(), parts: None });
        }
    }
    if cases.is_empty() { Err("line 1: there is no draft in it".into()) } else { Ok(cases) }
}

fn draft(text: String) -> Draft {
    Draft {
        id: DraftId(0),
        voice: None,
        text,
        title: None,
        article: Article::default(),
        language: None,
        warning: None,
        visibility: Visibility::Public,
        kind: Kind::Talks,
        is_personal: false,
        aim: None,
        reply: None,
        pictures: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

const FIELDS: [&str; 8] = ["text", "title", "language", "warning", "visibility", "pictures", "people", "parts"];

fn case(json: &Json) -> Result<Case, String> {
    if let Some(text) = json.as_str() {
        return Ok(Case { draft: draft(text.to_owned()), known: Vec::new(), parts: None });
    }
    let fields = json.as_object().ok_or("a draft is a string or an object")?;
    if let Some(odd) = fields.keys().find(|k| !FIELDS.contains(&k.as_str())) {
        return Err(format!("a draft has no “{odd}”; it has {}", FIELDS.join(", ")));
    }
    let word = |name: &str| match &json[name] {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text.clone())),
        _ => Err(format!("“{name}” is not a string")),
    };
    let mut draft = draft(word("text")?.ok_or("a draft needs its “text”")?);
    (draft.title, draft.language, draft.warning) = (word("title")?, word("language")?, word("warning")?);
    if let Some(visibility) = word("visibility")? {
        let all = || Visibility::ALL.map(Visibility::word).join(", ");
        draft.visibility =
            Visibility::from_word(&visibility).ok_or_else(|| format!("there is no visibility “{visibility}”; there are {}", all()))?;
    }
    draft.pictures = list(json, "pictures")?.iter().enumerate().map(|(i, p)| picture(i, p)).collect();
    let known = list(json, "people")?.iter().map(person).collect::<Result<_, _>>()?;
    let parts = match &json["parts"] {
        Json::Null => None,
        _ => Some(
            list(json, "parts")?.iter().map(|p| p.as_str().map(str::to_owned).ok_or("“parts” are strings")).collect::<Result<_, _>>()?,
        ),
    };
    Ok(Case { draft, known, parts })
}

fn list<'j>(json: &'j Json, name: &str) -> Result<&'j [Json], String> {
    match &json[name] {
        Json::Null => Ok(&[]),
        Json::Array(all) => Ok(all),
        _ => Err(format!("“{name}” is not a list")),
    }
}

fn picture(i: usize, json: &Json) -> Picture {
    let number = |name: &str| json[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Picture {
        id: PictureId(i64::try_from(i).unwrap_or(0)),
        mime: json["mime"].as_str().unwrap_or("image/jpeg").to_owned(),
        width: number("width"),
        height: number("height"),
        alt: json["alt"].as_str().unwrap_or_default().to_owned(),
        ..Picture::default()
    }
}

fn person(json: &Json) -> Result<Known, String> {
    let word = |name: &str| json[name].as_str().map(str::to_owned).ok_or_else(|| format!("somebody of “people” has no “{name}”"));
    let none = serde_json::Map::new();
    let handles: BTreeMap<_, _> = json["handles"].as_object().unwrap_or(&none).iter().collect();
    let handles = handles.into_iter().filter_map(|(network, handle)| {
        let handle = handle.as_str()?;
        Some((NetworkKey::new(network), handle.to_owned(), handle.to_owned()))
    });
    Ok(Known { written: word("written")?, name: word("name")?, handles: handles.collect(), page: json["page"].as_str().map(str::to_owned) })
}
