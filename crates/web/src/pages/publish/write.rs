//! One text, and how it will stand in every place. The same form keeps, looks again, plans and sends.

use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{DraftId, Kind, Rules, Visibility};
use verbs::VerbError;
use verbs::publish::around::{Sidelights, sidelights};
use verbs::publish::drafts::{self, Edit, KeptDraft, Saved};
use verbs::publish::said::said_before;
use verbs::publish::{Rendered, history, placed, plan, slots, when};

use super::form::Fields;
use super::places::Places;
use super::share::Begin;
use super::timing::Timing;
use super::{acts, calendar, heed, standing, subjects};
use crate::flash::Flash;
use crate::forms::{Asked, FILE_BYTES_MAX, PostedParts, Row};
use crate::parts::{Choice, Hint, HintTone, Radios, Shot, shots};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell, html};
use crate::words;

#[derive(Template)]
#[template(path = "pages/publish/write.html")]
struct Page {
    shell: Shell,
    id: DraftId,
    text: String,
    title: Option<String>,
    /// What an article has, where a place among them has it too.
    excerpt: Option<String>,
    tags: Option<String>,
    categories: Option<String>,
    /// Whether it stands on the own site first; `None` where there is no own site, or nowhere else to go.
    site_first: Option<bool>,
    kept: String,
    hints: Vec<Hint>,
    /// What is talked about in common: notes to take from.
    subjects: Vec<subjects::Shared>,
    /// The other version, where somebody else was first.
    theirs: Option<String>,
    shots: Vec<Shot>,
    kinds: Radios,
    sides: Radios,
    has_aim: bool,
    aims: Vec<Pick>,
    has_short_links: bool,
    languages: Vec<Pick>,
    visibilities: Vec<Pick>,
    warning: String,
    timing: Timing,
    /// What was pointed out was read: the next press goes.
    is_again: bool,
    versions: u64,
    places: Places,
    has_places: bool,
    mind: String,
}

/// One of a list to choose from.
struct Pick {
    value: String,
    label: String,
    is_chosen: bool,
}

/// An empty page. Its draft has a number already, so that a double press keeps one draft.
pub async fn fresh(seated: Seated, Asked(begin): Asked<Begin>) -> Answer {
    let mut kept = drafts::fresh(seated.cx()).await?;
    kept.draft.text = begin.words();
    draw(&seated, kept, Vec::new(), Trouble::default()).await
}

pub async fn show(seated: Seated, Row(id): Row<DraftId>) -> Answer {
    let (kept, edits) = drafts::get(seated.cx(), id).await?;
    let placed = placed::placed(seated.cx(), id).await?;
    if standing::is_for(&placed, seated.now) {
        return standing::draw(&seated, kept, placed, None).await;
    }
    draw(&seated, kept, edits, Trouble::default()).await
}

/// What did not go well, to be shown on the same page with the words kept.
#[derive(Default)]
struct Trouble {
    status: Option<StatusCode>,
    hints: Vec<Hint>,
    theirs: Option<String>,
    /// It was pointed out that the same was said before.
    is_again: bool,
}

impl Trouble {
    fn of(error: VerbError) -> Result<Trouble, crate::errors::Fault> {
        let whys: Vec<String> = match error {
            VerbError::Misfits(all) => all.into_iter().map(|m| m.why).collect(),
            VerbError::Wrong { why, .. } => vec![why],
            VerbError::TooLate(why) => vec![why],
            other => return Err(other.into()),
        };
        let hints = whys.into_iter().map(|why| Hint::new(HintTone::Bad, "Nothing has gone out.", why)).collect();
        Ok(Trouble { status: Some(StatusCode::UNPROCESSABLE_ENTITY), hints, ..Trouble::default() })
    }
}

/// Everything that the form can do.
pub async fn keep(Row(id): Row<DraftId>, PostedParts { seated, form, files }: PostedParts<Fields>) -> Answer {
    let cx = seated.cx();
    let (base, before) = match drafts::get(cx, id).await {
        Ok(found) => found,
        Err(VerbError::Missing(_)) => (drafts::fresh(cx).await?, Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut wished = form.over(base, id);
    let edits = merged(before, form.edits());
    if form.one("do") == "link" {
        wished.has_short_links = true;
    }
    let kept = match drafts::save(cx, wished.clone(), edits.clone()).await {
        Ok(Saved::Kept(kept)) => *kept,
        Ok(Saved::TooLate { theirs }) => {
            let hint = Hint::new(
                HintTone::Wait,
                "Somebody else changed this draft meanwhile.",
                "Their version stands below. Yours is in the box and not kept yet: keep it, and it takes the place of theirs.",
            );
            wished.version = theirs.version;
            wished.draft.pictures = theirs.draft.pictures.clone();
            let trouble =
                Trouble { status: Some(StatusCode::CONFLICT), hints: vec![hint], theirs: Some(theirs.draft.text), is_again: false };
            return draw(&seated, wished, edits, trouble).await;
        }
        Err(error) => return draw(&seated, wished, edits, Trouble::of(error)?).await,
    };
    let mut trouble = Trouble::default();
    for file in files.into_iter().filter(|f| f.field == "picture") {
        let added = if file.is_too_large {
            Err(VerbError::wrong("picture", format!("A file may have up to {} MB.", FILE_BYTES_MAX / 1_000_000)))
        } else {
            drafts::add_picture(cx, id, file.bytes.into(), "").await
        };
        if let Err(error) = added {
            let mut one = Trouble::of(error)?;
            one.hints.iter_mut().for_each(|h| {
                h.lead = format!("“{}” was not added.", file.name);
                h.words = format!("{} The draft is kept.", h.words);
            });
            trouble.hints.extend(one.hints);
            trouble.status = one.status;
        }
    }
    if trouble.status.is_some() {
        let (kept, edits) = drafts::get(cx, id).await?;
        return draw(&seated, kept, edits, trouble).await;
    }
    let is_again = !form.one(heed::AGAIN).is_empty();
    if matches!(form.one("do"), "now" | "queue")
        && let Some(hint) = heed::stop_once(&seated, &kept, &edits, is_again).await?
    {
        let trouble = Trouble { status: Some(StatusCode::UNPROCESSABLE_ENTITY), hints: vec![hint], is_again: true, theirs: None };
        return draw(&seated, kept, edits, trouble).await;
    }
    act(&seated, kept, edits, form.one("do")).await
}

/// What was kept before for places that the page did not show, and what it says now.
fn merged(before: Vec<Edit>, now: Vec<Edit>) -> Vec<Edit> {
    let mut all = now;
    all.extend(before.into_iter().filter(|b| !all.iter().any(|n| n.account == b.account)).collect::<Vec<_>>());
    all
}

/// What was pressed, once the words are kept.
async fn act(seated: &Seated, kept: KeptDraft, edits: Vec<Edit>, press: &str) -> Answer {
    let (cx, id) = (seated.cx(), kept.draft.id);
    let here = format!("/write/{id}");
    if let Some(picture) = press.strip_prefix("remove-").and_then(|n| n.parse().ok()) {
        drafts::remove_picture(cx, id, model::PictureId(picture)).await?;
        return seated.done(&here, Flash::plain("The picture is taken away."));
    }
    match press {
        "now" => match plan(cx, id, &kept.accounts, cx.now).await {
            Ok(_) => seated.done(&here, Flash::plain("It goes out now.").take_back("Take it down", format!("{here}/down"), &[])),
            Err(error) => draw(seated, kept, edits, Trouble::of(error)?).await,
        },
        "queue" => match in_the_calendar(seated, &kept).await {
            Ok((at, flash)) => seated.done(&calendar::address(cx.now, at, seated.zone()), flash),
            Err(error) => draw(seated, kept, edits, Trouble::of(error)?).await,
        },
        "throw" => match drafts::throw(cx, id).await {
            Ok(thrown) => seated.done("/drafts", acts::thrown_away(id, thrown)),
            Err(error) => draw(seated, kept, edits, Trouble::of(error)?).await,
        },
        "close" => seated.done("/today", Flash::plain("The draft is kept.")),
        "keep" => seated.done(&here, Flash::plain("The draft is kept.")),
        _ if seated.fragment.is_some() => {
            let looked = drafts::look(cx, &kept, &edits).await?;
            let said = format!("Draft kept {}", words::clock(cx.now, seated.zone()));
            let before = said_before(cx, &kept, &edits).await?;
            html(&Places::of(&kept, looked, Some(said)).beside(&before, cx.now, seated.zone()))
        }
        _ => seated.go(&here),
    }
}

/// Plans it, and answers when the first of it goes and what is said about that.
async fn in_the_calendar(seated: &Seated, kept: &KeptDraft) -> Result<(Timestamp, Flash), VerbError> {
    let cx = seated.cx();
    if kept.wished_at.as_deref() == Some(slots::NEXT) {
        return in_slots(seated, kept).await;
    }
    let Some(words) = &kept.wished_at else {
        return Err(VerbError::wrong("when", "Choose a day and a time first, or post now."));
    };
    let wish = when::wish_ahead(words, &kept.zone, cx.now)?;
    plan(cx, kept.draft.id, &kept.accounts, wish.at).await?;
    let zone = when::zone(&kept.zone)?;
    let day = format!("{}, {}", words::full_day(cx.now, wish.at, &zone), words::clock(wish.at, &zone));
    let tell = wish.tell.map_or(String::new(), |t| format!(" {t}"));
    let words = Flash { tone: crate::flash::Tone::Wait, ..Flash::said("In the calendar for ", day, format!(".{tell}")) };
    Ok((wish.at, words.undo(format!("/write/{}/back", kept.draft.id), &[])))
}

async fn in_slots(seated: &Seated, kept: &KeptDraft) -> Result<(Timestamp, Flash), VerbError> {
    let cx = seated.cx();
    let placings = slots::plan(cx, kept.draft.id, &kept.accounts).await?;
    let first = placings.iter().map(|p| p.at).min().unwrap_or(cx.now);
    let each = |at: Timestamp| words::day_and_clock(cx.now, at, seated.zone());
    let words = match placings.iter().filter(|p| p.at != first).count() {
        0 => each(first),
        _ => words::list(&placings.iter().map(|p| format!("{} {}", p.place, each(p.at))).collect::<Vec<_>>()),
    };
    let flash = Flash { tone: crate::flash::Tone::Wait, ..Flash::said("In the next free slot: ", words, ".") };
    Ok((first, flash.undo(format!("/write/{}/back", kept.draft.id), &[])))
}

/// Which fields the chosen places have a use for.
struct Wants {
    title: bool,
    excerpt: bool,
    tags: bool,
    categories: bool,
    site_first: bool,
}

impl Wants {
    fn of(kept: &KeptDraft, looked: &[Rendered]) -> Wants {
        let has = |what: fn(&Rules) -> bool| looked.iter().any(|r| what(&r.account.rules) && kept.accounts.contains(&r.account.id));
        Wants {
            title: has(|r| r.has_title),
            excerpt: has(|r| r.site.has_excerpt),
            tags: has(|r| r.site.has_tags),
            categories: has(|r| r.site.has_categories),
            site_first: kept.draft.reply.is_none()
                && looked.iter().any(|r| r.account.rules.site.is_own)
                && looked.iter().any(|r| !r.account.rules.site.is_own),
        }
    }
}

async fn draw(seated: &Seated, kept: KeptDraft, edits: Vec<Edit>, mut trouble: Trouble) -> Answer {
    let cx = seated.cx();
    let zone = TimeZone::get(&kept.zone).unwrap_or_else(|_| seated.zone().clone());
    let lights = sidelights(cx, &zone).await?;
    let looked = drafts::look(cx, &kept, &edits).await?;
    let wants = Wants::of(&kept, &looked);
    if seated.wants("places-part") && trouble.status.is_some() {
        // The script shows the page's own words for trouble.
        let why = trouble.hints.first().map_or(String::new(), |h| h.words.clone());
        return Err(crate::errors::Fault::bad(why));
    }
    let before = said_before(cx, &kept, &edits).await?;
    let places = Places::of(&kept, looked, None).beside(&before, cx.now, seated.zone());
    let placings = slots::look(cx, kept.draft.id, &kept.accounts).await?;
    let subjects = if kept.draft.reply.is_none() { subjects::shared(seated).await? } else { Vec::new() };
    let round = Round {
        subjects,
        timing: Timing::of(&kept, &lights, &placings, &zone, cx.now),
        versions: history::count(cx, kept.draft.id).await?,
        is_again: trouble.is_again,
        lights,
    };
    trouble.hints.splice(0..0, heed::in_the_calendar(seated, &kept).await?);
    trouble.hints.extend(heed::not_earned(seated, &kept).await?);
    if !trouble.is_again {
        trouble.hints.extend(heed::by_a_colleague(seated, &before));
    }
    let page = page(seated, kept, round, (places, wants), zone, (trouble.hints, trouble.theirs));
    let mut answer = seated.page(&page)?;
    if let Some(status) = trouble.status {
        *answer.status_mut() = status;
    }
    Ok(answer)
}

/// What stands round the words.
struct Round {
    subjects: Vec<subjects::Shared>,
    lights: Sidelights,
    timing: Timing,
    versions: u64,
    is_again: bool,
}

fn page(
    seated: &Seated,
    kept: KeptDraft,
    around: Round,
    (places, wants): (Places, Wants),
    zone: TimeZone,
    (hints, theirs): (Vec<Hint>, Option<String>),
) -> Page {
    let id = kept.draft.id;
    let chosen = |kind: Kind| kept.draft.kind == kind;
    let to_mind = places.to_mind();
    let without_alt = kept.draft.pictures.iter().filter(|p| p.alt.trim().is_empty()).count() as i64;
    Page {
        shell: seated.shell(Place::Write),
        id,
        kept: if kept.version == 0 { "Not kept yet".into() } else { format!("Draft kept {}", words::clock(kept.draft.updated_at, &zone)) },
        hints,
        subjects: around.subjects,
        theirs,
        shots: shots(kept.draft.id, &kept.draft.pictures),
        kinds: Radios::new(
            "kind",
            "Gives, asks or talks",
            [
                Choice::new("gives", "gives", chosen(Kind::Gives)).icon(&crate::icon::GIVES),
                Choice::new("asks", "asks", chosen(Kind::Asks)).icon(&crate::icon::ASKS),
                Choice::new("talks", "talks", chosen(Kind::Talks)).icon(&crate::icon::TALKS),
            ],
        ),
        sides: Radios::new(
            "side",
            "Work or personal",
            [
                Choice::new("work", "work", !kept.draft.is_personal).icon(&crate::icon::WORK),
                Choice::new("personal", "personal", kept.draft.is_personal).icon(&crate::icon::PERSONAL),
            ],
        ),
        has_aim: around.lights.aims.iter().any(|(aim, _)| kept.draft.aim == Some(*aim)),
        aims: (around.lights.aims.into_iter())
            .map(|(aim, name)| Pick { value: aim.to_string(), label: name, is_chosen: kept.draft.aim == Some(aim) })
            .collect(),
        has_short_links: kept.has_short_links,
        languages: languages(kept.draft.language.as_deref()),
        visibilities: (Visibility::ALL.into_iter())
            .map(|v| Pick { value: v.word().into(), label: visibility(v).into(), is_chosen: kept.draft.visibility == v })
            .collect(),
        warning: kept.draft.warning.clone().unwrap_or_default(),
        timing: around.timing,
        is_again: around.is_again,
        versions: around.versions,
        title: (wants.title || kept.draft.title.is_some()).then(|| kept.draft.title.clone().unwrap_or_default()),
        excerpt: (wants.excerpt || kept.draft.article.excerpt.is_some()).then(|| kept.draft.article.excerpt.clone().unwrap_or_default()),
        tags: (wants.tags || !kept.draft.article.tags.is_empty()).then(|| kept.draft.article.tags.join(", ")),
        categories: (wants.categories || !kept.draft.article.categories.is_empty()).then(|| kept.draft.article.categories.join(", ")),
        site_first: wants.site_first.then_some(kept.has_site_first),
        text: kept.draft.text,
        has_places: !places.places.is_empty(),
        places,
        mind: mind(without_alt, &to_mind),
    }
}

fn mind(without_alt: i64, places: &[String]) -> String {
    let mut things = Vec::new();
    if without_alt > 0 {
        things.push(format!("{} {} without words", words::number(without_alt), words::plural(without_alt, "picture", "pictures")));
    }
    if !places.is_empty() {
        things.push(format!("what stands under {}", words::list(places)));
    }
    if things.is_empty() { String::new() } else { format!("To mind: {}.", words::list(&things)) }
}

fn visibility(v: Visibility) -> &'static str {
    match v {
        Visibility::Public => "Everybody",
        Visibility::Unlisted => "Everybody, out of public lists",
        Visibility::Followers => "Followers",
        Visibility::Direct => "Only those named",
    }
}

/// The usual ones, and whatever was chosen before.
fn languages(chosen: Option<&str>) -> Vec<Pick> {
    const USUAL: [(&str, &str); 18] = [
        ("en", "English"),
        ("ar", "العربية"),
        ("cs", "Čeština"),
        ("da", "Dansk"),
        ("de", "Deutsch"),
        ("es", "Español"),
        ("fi", "Suomi"),
        ("fr", "Français"),
        ("he", "עברית"),
        ("it", "Italiano"),
        ("ja", "日本語"),
        ("ko", "한국어"),
        ("nl", "Nederlands"),
        ("pl", "Polski"),
        ("pt", "Português"),
        ("sv", "Svenska"),
        ("uk", "Українська"),
        ("zh", "中文"),
    ];
    let mut all: Vec<Pick> =
        USUAL.iter().map(|(code, name)| Pick { value: (*code).into(), label: (*name).into(), is_chosen: chosen == Some(code) }).collect();
    if let Some(code) = chosen.filter(|c| !USUAL.iter().any(|(usual, _)| usual == c)) {
        all.push(Pick { value: code.into(), label: code.into(), is_chosen: true });
    }
    all
}
