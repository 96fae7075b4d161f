//! Among colleagues, and many at once: whose a conversation is, notes behind the scenes, muting, promises, and what is done with several rows.

use jiff::civil::Date;
use model::{AimId, ConversationId, PostId, Timestamp, VoiceId};
use serde::Deserialize;
use verbs::converse::colleagues::{Many, assign, many, mute, say_aside, unmute};
use verbs::converse::inbox::Inbox;
use verbs::converse::later::put_back;
use verbs::converse::promises::{decline, keep, undecide};
use verbs::converse::talk::Talk;

use super::acts::{From, with_undo};
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::LaterMenu;
use crate::session::Seated;
use crate::shell::Answer;
use crate::words;

/// What a conversation's page shows of the desk's own side.
pub struct Behind {
    /// Others who are writing there.
    pub writing: Vec<String>,
    pub is_muted: bool,
    /// Several sit at this desk.
    pub is_shared: bool,
    /// Number, name, chosen.
    pub voices: Vec<(i64, String, bool)>,
    /// By whom, what, when.
    pub asides: Vec<(String, String, String)>,
    /// The post, the words, and the day named.
    pub proposed: Option<(i64, String, String)>,
    pub promised: Vec<String>,
    /// The aims it could serve: number, name, chosen; and what stands for none of its own.
    pub aims: Vec<(AimId, String, bool)>,
    pub no_aim: String,
}

impl Behind {
    pub fn of(seated: &Seated, found: &Talk) -> Behind {
        let c = &found.colleagues;
        Behind {
            aims: found.serves.aims.iter().map(|(id, name)| (*id, name.clone(), found.serves.own == Some(*id))).collect(),
            no_aim: match &found.serves.by_somebody {
                Some(name) => format!("None of its own: {name}, by who speaks in it"),
                None => "None, just talking".to_owned(),
            },
            writing: c
                .writing
                .iter()
                .map(|(who, at)| {
                    format!("{who} is writing an answer here too; their words were kept {}.", words::clock(*at, seated.zone()))
                })
                .collect(),
            is_muted: c.is_muted,
            is_shared: c.voices.len() > 1,
            voices: c.voices.iter().map(|(id, name)| (id.0, name.clone(), c.assigned == Some(*id))).collect(),
            asides: c
                .asides
                .iter()
                .map(|a| {
                    (
                        a.by.clone().unwrap_or_else(|| "Somebody".to_owned()),
                        a.text.clone(),
                        words::long_ago(seated.now, a.at, seated.zone()),
                    )
                })
                .collect(),
            proposed: found.proposed.as_ref().map(|p| (p.post.0, p.words.clone(), day_to_come(seated, p.day))),
            promised: found
                .promised
                .iter()
                .map(|(said, due)| format!("You promised: “{said}” It is due {}.", words::day_and_clock(seated.now, *due, seated.zone())))
                .collect(),
        }
    }
}

/// A day that is over is proposed as today.
fn day_to_come(seated: &Seated, day: Date) -> String {
    day.max(seated.now.to_zoned(seated.zone().clone()).date()).to_string()
}

#[derive(Deserialize)]
pub struct Whose {
    /// A voice's number; empty: nobody in particular.
    #[serde(default)]
    to: String,
}

pub async fn give(Row(id): Row<ConversationId>, Posted { seated, form }: Posted<Whose>) -> Answer {
    let to = form.to.parse().ok().map(VoiceId);
    let undo = assign(seated.cx(), id, to).await?;
    let words = if to.is_some() { " has somebody to answer." } else { " is for anybody again." };
    seated
        .done(&format!("/talks/{}", undo.conversation), with_undo(Flash::said("The conversation with ", &undo.who, words), &undo, &talk()))
}

fn talk() -> From {
    From { from: "talk".to_owned() }
}

#[derive(Deserialize)]
pub struct On {
    #[serde(default)]
    on: String,
}

pub async fn quiet(Row(id): Row<ConversationId>, Posted { seated, form }: Posted<On>) -> Answer {
    let is_muting = form.on != "0";
    let undo = if is_muting { mute(seated.cx(), id).await? } else { unmute(seated.cx(), id).await? };
    let words = if is_muting { " is muted. Whatever is said there waits for nobody." } else { " is heard again." };
    seated
        .done(&format!("/talks/{}", undo.conversation), with_undo(Flash::said("The conversation with ", &undo.who, words), &undo, &talk()))
}

#[derive(Deserialize)]
pub struct AsideWish {
    #[serde(default)]
    aside: String,
}

pub async fn aside(Row(id): Row<ConversationId>, Posted { seated, form }: Posted<AsideWish>) -> Answer {
    say_aside(seated.cx(), id, &form.aside).await?;
    seated.done(&format!("/talks/{id}"), Flash::plain("Your note is kept, for those at this desk alone."))
}

#[derive(Deserialize)]
pub struct PromiseWish {
    post: i64,
    #[serde(default)]
    day: String,
    /// `keep`, `no` or `undo`.
    r#do: String,
}

pub async fn promise(Row(id): Row<ConversationId>, Posted { seated, form }: Posted<PromiseWish>) -> Answer {
    let post = PostId(form.post);
    let path = format!("/talks/{id}");
    let flash = match form.r#do.as_str() {
        "keep" => {
            keep(seated.cx(), id, post, &form.day).await?;
            Flash::plain("It is yours, and comes back on its day.")
        }
        "no" => {
            decline(seated.cx(), id, post).await?;
            Flash::plain("It was no promise, then.")
        }
        _ => {
            undecide(seated.cx(), id, post).await?;
            return seated.done(&path, Flash::plain("Undone."));
        }
    };
    let number = form.post.to_string();
    seated.done(&path, flash.undo(format!("{path}/promise"), &[("post", number.as_str()), ("do", "undo")]))
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    id: Vec<i64>,
    #[serde(default)]
    r#box: String,
    /// `done`, `mute`, `back`, or the instant until which, in seconds.
    r#do: String,
}

pub async fn several(Posted { seated, form }: Posted<Chosen>) -> Answer {
    let ids: Vec<ConversationId> = form.id.iter().copied().map(ConversationId).collect();
    let path = match Inbox::from_word(&form.r#box).unwrap_or_default() {
        Inbox::Waiting => "/inbox".to_owned(),
        other => format!("/inbox?box={}", other.word()),
    };
    if ids.is_empty() {
        return seated.done(&path, Flash::wait("None was chosen. Tick the rows first, or press x on each."));
    }
    let (act, what) = match form.r#do.as_str() {
        "done" => (Many::Done, "Done with ".to_owned()),
        "mute" => (Many::Mute, "Muted: ".to_owned()),
        "back" => (Many::Back, "Back again: ".to_owned()),
        other => {
            let until = other.parse().ok().and_then(|s| Timestamp::from_second(s).ok());
            let until = until.ok_or_else(|| verbs::VerbError::wrong("do", "That is no time."))?;
            (Many::Until(until), format!("Until {}: ", words::day_and_clock(seated.now, until, seated.zone())))
        }
    };
    let undo = many(seated.cx(), ids, act).await?;
    let n = i64::try_from(undo.len()).unwrap_or(i64::MAX);
    let all: Vec<String> = undo.iter().map(|u| format!("{}={}", u.conversation, u.before)).collect();
    let flash = Flash::plain(format!("{what}{} {}.", words::number(n), words::plural(n, "conversation", "conversations")));
    seated.done(&path, flash.undo("/inbox/several/back", &[("all", all.join(";").as_str()), ("box", form.r#box.as_str())]))
}

#[derive(Deserialize)]
pub struct AllBack {
    /// `id=before;id=before`
    all: String,
    #[serde(default)]
    r#box: String,
}

pub async fn several_back(Posted { seated, form }: Posted<AllBack>) -> Answer {
    let mut n = 0;
    for (id, before) in form.all.split(';').filter_map(|one| one.split_once('=')).take(verbs::converse::colleagues::MANY_MAX) {
        if let Ok(id) = id.parse() {
            put_back(seated.cx(), ConversationId(id), before).await?;
            n += 1;
        }
    }
    let path = match form.r#box.as_str() {
        "" | "waiting" => "/inbox".to_owned(),
        other => format!("/inbox?box={}", Inbox::from_word(other).unwrap_or_default().word()),
    };
    seated.done(&path, Flash::plain(format!("{} {} back as before.", words::number_first(n), words::plural(n, "is", "are"))))
}

/// What can be pressed for the chosen rows of a box: value and words.
pub fn presses(seated: &Seated, at: Inbox) -> Vec<(String, String)> {
    let press = |value: &str, words: &str| (value.to_owned(), words.to_owned());
    match at {
        Inbox::Later | Inbox::Done | Inbox::Muted => vec![press("back", "Bring back")],
        Inbox::Waiting | Inbox::YouWait | Inbox::Spoke | Inbox::Private => {
            let mut all = vec![press("done", "Done")];
            let times = LaterMenu::usual(seated.now, seated.zone()).into_iter().filter(|c| c.value != "reply");
            all.extend(times.map(|choice| (choice.value, choice.label.to_owned())));
            all.push(press("mute", "Mute"));
            all
        }
    }
}
