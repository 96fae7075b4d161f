//! One conversation: what was said, whom it is with, and the box to answer in.

use askama::Template;
use std::collections::BTreeMap;

use model::{ConversationId, MediaKind, PictureId, PostId, Visibility};
use serde::Deserialize;
use verbs::VerbError;
use verbs::converse::answering::{Answering, Words, keep};
use verbs::converse::inbox::{Inbox, NetName};
use verbs::converse::reply::{Then, reply};
use verbs::converse::talk::{Talk, TalkPost, Walk, Who, talk};
use verbs::publish::drafts;

use super::colleagues::Behind;
use super::rows::{RowMaker, face, net};
use super::shown::{self, link, plain, web_address, words_of};
use crate::flash::Flash;
use crate::forms::{Asked, FILE_BYTES_MAX, Posted, PostedFile, PostedParts, Row};
use crate::html::Safe;
use crate::icon;
use crate::pages::publish::heed;
use crate::parts::{Done, Face, LaterMenu, Net, Picture, PostAct, PostPart, Radios, ReplyBox, TieMark, When, shots};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell, html};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    /// The post to answer, where it is not the one that waits.
    to: Option<i64>,
}

/// A post, or the gap before it.
struct Line {
    is_after_hole: bool,
    post: PostPart,
}

/// Beside the page: who this is.
struct Card {
    name: String,
    href: String,
    face: Face,
    about: String,
    tie: Option<TieMark>,
    met: String,
    earlier: Option<(String, String)>,
    both_know: Vec<(String, String, Face, Option<TieMark>)>,
    notes: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/converse/talk.html")]
struct Page {
    shell: Shell,
    id: ConversationId,
    title: String,
    lede: String,
    back: (String, &'static str),
    place: String,
    next: Option<(String, String)>,
    previous: Option<String>,
    lines: Vec<Line>,
    reply: Option<ReplyBox>,
    /// Where it can be answered by hand, when no account of ours can.
    elsewhere: Option<String>,
    under_way: Option<String>,
    later: Option<LaterMenu>,
    done: Option<Done>,
    bring_back: bool,
    hold: String,
    card: Option<Card>,
    behind: Behind,
}

pub async fn show(seated: Seated, Row(id): Row<ConversationId>, Asked(question): Asked<Question>) -> Answer {
    let found = talk(seated.cx(), id, question.to.map(PostId)).await?;
    if found.id != id {
        return seated.go(&format!("/talks/{}", found.id));
    }
    draw(&seated, found, None, Vec::new()).await
}

/// The page; with words that did not go out and why.
pub async fn draw(seated: &Seated, found: Talk, words: Option<(String, model::Kind)>, wrong: Vec<String>) -> Answer {
    let is_wrong = !wrong.is_empty();
    let touch = match &found.answering {
        Some(a) => touch(seated, words.as_ref().map_or(a.kind, |(_, kind)| *kind), a).await?,
        None => String::new(),
    };
    let maker = RowMaker::new(seated, "talk");
    let is_open = matches!(found.inbox, Some(Inbox::Waiting | Inbox::YouWait | Inbox::Spoke | Inbox::Private));
    let token = seated.token();
    let at = found.inbox.unwrap_or_default();
    let page = Page {
        shell: seated.shell(Place::Inbox),
        id: found.id,
        title: title(&found),
        lede: lede(&found),
        back: match at {
            _ if found.is_in_sitting => ("/sitting".into(), "The sitting"),
            Inbox::Waiting => ("/inbox".into(), at.label()),
            _ => (format!("/inbox?box={}", at.word()), at.label()),
        },
        place: place(&found.walk),
        next: found.walk.next.as_ref().map(|(id, who)| (format!("/talks/{id}"), words::first_name(who).to_owned())),
        previous: found.walk.previous.map(|id| format!("/talks/{id}")),
        elsewhere: found.answering.is_none().then(|| found.posts.iter().rev().find_map(|p| web_address(p.url.as_deref()))).flatten(),
        later: is_open.then(|| maker.later(found.id, words::first_name(&found.who), false)),
        done: is_open.then(|| maker.done(found.id, words::first_name(&found.who), false)),
        bring_back: matches!(found.inbox, Some(Inbox::Later | Inbox::Done | Inbox::Muted)),
        hold: match found.hold_seconds {
            0 => String::new(),
            n => format!("You have {} to take a reply back.", words::span_seconds(n)),
        },
        under_way: found.under_way.clone(),
        card: found.person.as_ref().map(|who| card(seated, who)),
        reply: found.answering.as_ref().map(|a| ReplyBox { touch, ..reply_box(seated, found.id, a, words, wrong) }),
        lines: lines(seated, &found, &token),
        behind: Behind::of(seated, &found),
    };
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

/// One sentence beside an answer that asks where no ask is earned yet; it goes all the same. What is private is not counted.
async fn touch(seated: &Seated, kind: model::Kind, answering: &Answering) -> Result<String, VerbError> {
    if answering.visibility == Visibility::Direct {
        return Ok(String::new());
    }
    let said = heed::unearned(seated, kind, vec![answering.account]).await?;
    Ok(said.map_or(String::new(), |said| format!("{} {said}", heed::NOT_EARNED)))
}

fn title(found: &Talk) -> String {
    if let Some(title) = &found.title {
        return title.clone();
    }
    let is_ours = found.posts.iter().any(|p| p.is_mine) || found.inbox.is_some();
    let mut names: Vec<String> = match found.others.len() {
        0 => return "Your own words".into(),
        1..=3 => found.others.clone(),
        n => {
            let mut some: Vec<String> = found.others[..2].to_vec();
            some.push(format!("{} others", words::number(i64::try_from(n - 2).unwrap_or(0))));
            some
        }
    };
    if is_ours && found.others.len() <= 3 {
        names.push("you".into());
    }
    words::list(&names)
}

fn lede(found: &Talk) -> String {
    let people = match found.voices {
        0 | 1 => "One person".to_owned(),
        n => format!("{} people", words::number_first(n.into())),
    };
    let places: Vec<&str> = found.networks.iter().map(|n| n.name).collect();
    let began = if found.began_mine && found.voices > 1 { " It began under your post." } else { "" };
    format!("{people}, on {}.{began} {}", words::list(&places), found.because).trim_end().to_owned()
}

fn place(walk: &Walk) -> String {
    match walk.place {
        0 => String::new(),
        n => format!("{n} of {}", walk.of),
    }
}

fn lines(seated: &Seated, found: &Talk, token: &str) -> Vec<Line> {
    let answered = found.answering.as_ref().map(|a| a.post);
    let last = found.posts.len().saturating_sub(1);
    let each = found.posts.iter().enumerate();
    each.map(|(i, post)| {
        let can_answer = answered.is_some() && answered != Some(post.id) && !post.is_mine && !post.is_deleted;
        let mut part = post_part(seated, post, token, i == last);
        part.answer = can_answer.then(|| format!("/talks/{}?to={}#reply", found.id, post.id));
        Line { is_after_hole: post.is_after_hole, post: part }
    })
    .collect()
}

fn post_part(seated: &Seated, post: &TalkPost, token: &str, is_last: bool) -> PostPart {
    let mut when = When::ago(seated.now, post.at, seated.zone());
    let mut waits = post.waits_since.map(|at| waiting_since(seated, at));
    if post.is_edited {
        waits.as_mut().unwrap_or(&mut when.words).push_str(", edited");
    }
    let pictures = post.media.iter().enumerate().filter(|(_, m)| m.kind == MediaKind::Picture || m.preview_url.is_some());
    PostPart {
        id: format!("post-{}", post.id),
        face: face(post.face, &post.name, if post.is_in { 36 } else { 44 }),
        name: post.name.clone(),
        person: (!post.is_mine).then(|| format!("/people/{}", post.person)),
        nets: nets(&post.networks),
        when,
        url: web_address(post.url.as_deref()),
        warning: post.warning.clone(),
        words: said(post),
        lang: post.language.clone(),
        poll: post.poll.as_ref().map(|p| shown::poll(seated, p)),
        quote: post.quote.as_ref().map(|q| shown::quote(seated, q)),
        earlier: shown::earlier(seated, &post.earlier),
        is_private: post.is_private,
        pictures: pictures
            .map(|(n, m)| Picture { src: format!("/media/{}/{n}", post.id), href: web_address(Some(&m.url)), shows: m.alt.clone() })
            .collect(),
        is_mine: post.is_mine,
        is_in: post.is_in,
        waits,
        is_end: is_last,
        answer: None,
        acts: if post.takes_signs && !post.is_deleted { acts(post, token) } else { Vec::new() },
    }
}

/// "waiting 2 hours", "waiting two weeks"
fn waiting_since(seated: &Seated, at: model::Timestamp) -> String {
    let is_long = seated.now.as_second() - at.as_second() > 6 * 86_400;
    let how_long = if is_long { words::span(at, seated.now) } else { words::ago(seated.now, at, seated.zone()) };
    if how_long == "yesterday" { "waiting since yesterday".to_owned() } else { format!("waiting {how_long}") }
}

fn nets(all: &[NetName]) -> Vec<Net> {
    match all {
        [one] => vec![net(one)],
        many => many.iter().map(|n| Net::mark(n.mark, n.name)).collect(),
    }
}

fn acts(post: &TalkPost, token: &str) -> Vec<PostAct> {
    let act = |word: &'static str, icon, label: &str, is_on: bool| PostAct {
        action: format!("/posts/{}/{word}", post.id),
        token: token.to_owned(),
        icon,
        label: label.to_owned(),
        key: word,
        is_on,
    };
    vec![
        act("like", icon::LIKE.s, if post.is_liked { "Liked" } else { "Like" }, post.is_liked),
        act("boost", icon::BOOST.s, if post.is_boosted { "Passed on" } else { "Pass on" }, post.is_boosted),
    ]
}

/// The words with their lines and links; what can't be shown as a picture is linked.
fn said(post: &TalkPost) -> Safe<String> {
    if post.is_deleted {
        return Safe("<em>This post was taken down by its author.</em>".into());
    }
    let mut out = String::with_capacity(post.text.len() + 64);
    if let Some(title) = &post.title {
        out.push_str("<b>");
        plain(&mut out, title);
        out.push_str("</b><br>");
    }
    words_of(&mut out, &post.text);
    for media in post.media.iter().filter(|m| m.kind != MediaKind::Picture) {
        if let Some(address) = web_address(Some(&media.url)) {
            out.push_str("<br>");
            let what = match media.kind {
                MediaKind::Video => "A film",
                MediaKind::Sound => "A recording",
                _ => "Something attached",
            };
            let words = if media.alt.is_empty() { what.to_owned() } else { format!("{what}: {}", media.alt) };
            link(&mut out, &address, &words);
        }
    }
    Safe(out)
}

fn reply_box(
    seated: &Seated,
    id: ConversationId,
    answering: &Answering,
    words: Option<(String, model::Kind)>,
    wrong: Vec<String>,
) -> ReplyBox {
    let (text, kind) = words.unwrap_or_else(|| (answering.words.clone(), answering.kind));
    let how = match answering.visibility {
        Visibility::Public => "in public".to_owned(),
        Visibility::Unlisted => "in public, quietly".to_owned(),
        Visibility::Followers => "for followers only".to_owned(),
        Visibility::Direct if answering.readers.is_empty() => "only to those named".to_owned(),
        Visibility::Direct => format!("in private: only {} will read it", words::list(&answering.readers)),
    };
    ReplyBox {
        action: format!("/talks/{id}?to={}", answering.post),
        token: seated.token(),
        face: Face { src: seated.who.face.clone(), name: seated.who.voice_name.clone(), size: 24 },
        to: if answering.is_own { "your own words".to_owned() } else { words::first_name(&answering.to).to_owned() },
        how: format!(
            " on {}, {how}{}{}",
            answering.network,
            if answering.is_elsewhere { ", with the address of what it answers" } else { "" },
            if answering.warning.is_some() { ", behind the same warning" } else { "" }
        ),
        froms: match &answering.accounts[..] {
            [] | [_] => Vec::new(),
            all => all.iter().map(|(id, name)| (id.to_string(), name.clone(), *id == answering.account)).collect(),
        },
        kept: answering.kept_at.map_or(String::new(), |at| format!("Draft kept {}", words::clock(at, seated.zone()))),
        count: count(answering, &text),
        words: text,
        kind: Radios::kind(kind),
        short_links: answering.may_count().then_some(answering.has_short_links),
        wrong,
        touch: String::new(),
        look: "told".into(),
        takes_pictures: answering.takes_pictures(),
        shots: answering.draft.map_or_else(Vec::new, |draft| shots(draft, &answering.pictures)),
    }
}

/// "270 of 500"
pub fn count(answering: &Answering, text: &str) -> String {
    match answering.count(text) {
        (n, Some(max)) => format!("{} of {}", words::figures(n.into()), words::figures(max.into())),
        (n, None) => words::figures(n.into()),
    }
}

fn card(seated: &Seated, who: &Who) -> Card {
    let met = match (who.last_at, who.first_at) {
        (Some(last), _) => format!("You last talked {}.", words::long_ago(seated.now, last, seated.zone())),
        (None, Some(first)) => format!("You know each other since {}.", words::full_day(seated.now, first, seated.zone())),
        (None, None) => "You have not talked before.".to_owned(),
    };
    Card {
        name: who.name.clone(),
        href: format!("/people/{}", who.person),
        face: face(who.face, &who.name, 56),
        about: first_line(&who.about),
        tie: who.tie.map(TieMark),
        met,
        earlier: who.earlier.as_ref().map(|(id, words, _)| (format!("/talks/{id}"), words.clone())),
        both_know: who
            .both_know
            .iter()
            .map(|(id, name, tie)| (format!("/people/{id}"), name.clone(), Face::drawn(name, 32), tie.map(TieMark)))
            .collect(),
        notes: who.notes.iter().map(|(text, at)| (text.clone(), words::long_ago(seated.now, *at, seated.zone()))).collect(),
    }
}

/// Letters of what somebody says about themselves, beside the page.
const ABOUT_MAX: usize = 90;

fn first_line(about: &str) -> String {
    let line = about.lines().next().unwrap_or_default();
    match line.char_indices().nth(ABOUT_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// What the answer's box sends.
#[derive(Deserialize)]
pub struct Answered {
    text: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    then: String,
    /// The account it goes through; empty: the usual one.
    #[serde(default)]
    from: String,
    /// Not empty: its links are made short, and visits by them counted.
    #[serde(default)]
    link: String,
    /// `alt-NUMBER`: what a picture shows.
    #[serde(flatten)]
    further: BTreeMap<String, String>,
}

impl Answered {
    fn shown(&self) -> Vec<(PictureId, String)> {
        let of = |(key, shows): (&String, &String)| Some((PictureId(key.strip_prefix("alt-")?.parse().ok()?), shows.trim().to_owned()));
        self.further.iter().filter_map(of).collect()
    }
}

/// Sends an answer, or, asked by the script while somebody types, keeps the words and says how long they are.
pub async fn answer(
    Row(id): Row<ConversationId>,
    Asked(question): Asked<Question>,
    PostedParts { seated, form, files }: PostedParts<Answered>,
) -> Answer {
    let kind = model::Kind::from_word(&form.kind).unwrap_or_default();
    let text = form.text.replace("\r\n", "\n");
    let words = Words {
        conversation: id,
        to: question.to.map(PostId),
        from: form.from.parse().ok(),
        text: text.clone(),
        kind,
        has_short_links: !form.link.is_empty(),
        shown: form.shown(),
        brings_pictures: !files.is_empty(),
    };
    if seated.wants("told") {
        let answering = keep(seated.cx(), words).await?;
        let touch = touch(&seated, kind, &answering).await?;
        return html(&Told { kept: words::clock(seated.now, seated.zone()), count: count(&answering, &text), touch });
    }
    if !files.is_empty() {
        let wrong = add(&seated, words.clone(), files).await?;
        if !wrong.is_empty() {
            return draw(&seated, talk(seated.cx(), id, words.to).await?, Some((text, kind)), wrong).await;
        }
        // What they show is asked before it goes out.
        return seated.done(&here(id, words.to), Flash::plain("Say what it shows, and send."));
    }
    if let Some(picture) = form.then.strip_prefix("remove-").and_then(|n| n.parse().ok()) {
        let kept = keep(seated.cx(), words.clone()).await?;
        drafts::remove_picture(seated.cx(), kept.draft.ok_or(VerbError::Missing("draft"))?, PictureId(picture)).await?;
        return seated.done(&here(id, words.to), Flash::plain("The picture is taken away."));
    }
    let then = if form.then == "done" { Then::Done } else { Then::Stay };
    match reply(seated.cx(), words, then).await {
        Ok(replied) => {
            let is_in_sitting = verbs::converse::sitting::is_going_on(seated.cx()).await?;
            let next = match (then, &replied.next) {
                _ if is_in_sitting => "/sitting".to_owned(),
                (Then::Done, Some((next, _))) => format!("/talks/{next}"),
                (Then::Done, None) => "/inbox".to_owned(),
                (Then::Stay, _) => format!("/talks/{}", replied.conversation),
            };
            let after = format!(" on {} goes out in {}.", replied.network, words::span_seconds(replied.hold_seconds));
            let flash = Flash::said("Your answer to ", words::first_name(&replied.who), after);
            seated.done(&next, flash.take_back("Take it back", format!("/answers/{}/back", replied.draft), &[]))
        }
        Err(error @ (VerbError::Misfits(_) | VerbError::Wrong { .. } | VerbError::TooLate(_))) => {
            let wrong = match error {
                VerbError::Misfits(all) => all.into_iter().map(|m| m.why).collect(),
                other => vec![other.to_string()],
            };
            let found = talk(seated.cx(), id, question.to.map(PostId)).await?;
            draw(&seated, found, Some((text, kind)), wrong).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The box of an answer to that post.
fn here(id: ConversationId, to: Option<PostId>) -> String {
    to.map_or_else(|| format!("/talks/{id}#reply"), |to| format!("/talks/{id}?to={to}#reply"))
}

/// Keeps the words with further pictures; answers what could not be added, as sentences.
async fn add(seated: &Seated, words: Words, files: Vec<PostedFile>) -> Result<Vec<String>, VerbError> {
    let draft = keep(seated.cx(), words).await?.draft.ok_or(VerbError::Missing("draft"))?;
    let mut wrong = Vec::new();
    for file in files {
        let added = if file.is_too_large {
            Err(VerbError::wrong("picture", format!("A file may have up to {} MB.", FILE_BYTES_MAX / 1_000_000)))
        } else {
            drafts::add_picture(seated.cx(), draft, file.bytes.into(), "").await
        };
        match added {
            Ok(_) => {}
            Err(VerbError::Wrong { why, .. }) => wrong.push(format!("“{}” was not added. {why} The words are kept.", file.name)),
            Err(error) => return Err(error),
        }
    }
    Ok(wrong)
}

/// How long the words are, and when they were kept.
#[derive(Template)]
#[template(
    source = r#"<span class="push" id="told"><span id="kept">Draft kept {{ kept }}</span> <span class="count">{{ count }}</span>{% if !touch.is_empty() %} <span class="touch">{{ touch }}</span>{% endif %}</span>"#,
    ext = "html"
)]
struct Told {
    kept: String,
    count: String,
    /// The soft touch, or empty.
    touch: String,
}

#[derive(Deserialize)]
pub struct Nothing {}

/// Takes an answer back that has not gone out; its words stand in the box again.
pub async fn take_back(Row(draft): Row<model::DraftId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let id = verbs::converse::reply::take_back(seated.cx(), draft).await?;
    seated.done(&format!("/talks/{id}#reply"), Flash::plain("Taken back. Nothing went out; your words are here."))
}
