//! Balance: giving and asking, answering and announcing, work and personal, new people and old, against the desk's own rules.

use askama::Template;
use axum::http::StatusCode;
use jiff::ToSpan;
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::balance::{self, Back, Balance, Pair, ReadPost, Rules, VoiceRow};
use verbs::reflect::beyond::{self, Beyond};
use verbs::reflect::everyone;

use crate::flash::Flash;
use crate::forms::{Asked, Posted};
use crate::parts::{BarSide, Face, TwoSided, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/reflect/balance.html")]
struct Page {
    shell: Shell,
    title: String,
    /// "Tuesday 8 September"
    day: String,
    is_little: bool,
    is_year: bool,
    /// "Week" or "Thirty days".
    span: &'static str,
    pairs: Vec<Drawn>,
    columns: [&'static str; 8],
    table: Vec<(String, Vec<String>)>,
    voices: Vec<Voice>,
    rules: Rules,
    share: String,
    filled: Filled,
    wrong: Option<String>,
    venues: Vec<(String, u64, u64)>,
    only_asked: Option<String>,
    read: Vec<Read>,
    /// How far one's talk reaches, in sentences, and by network and language.
    beyond: Vec<String>,
    /// How like everyone else's our words are.
    everyone: Vec<String>,
    beyond_rows: Vec<(String, u64)>,
}

/// A post that was not written here.
struct Read {
    href: String,
    words: String,
    place: String,
    when: When,
    /// "asks, work"
    kind: String,
    is_put_right: bool,
}

struct Drawn {
    heading: &'static str,
    sentence: String,
    verdict: String,
    is_well: bool,
    drawing: TwoSided,
    /// What opens to the posts behind it, above the line and below.
    behind: Option<(Behind, Behind)>,
}

/// The word that an address takes, and the name that people read.
type Behind = (&'static str, &'static str);

struct Voice {
    face: Face,
    name: String,
    is_elsewhere: bool,
    given: String,
    said: String,
    people: u64,
}

#[derive(Deserialize)]
pub struct Span {
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub struct Filled {
    gifts: String,
    personal: String,
    answers: String,
}

impl From<Rules> for Filled {
    fn from(r: Rules) -> Filled {
        Filled { gifts: r.gifts.to_string(), personal: r.personal_of.to_string(), answers: r.answers.to_string() }
    }
}

pub async fn show(seated: Seated, Asked(Span { back }): Asked<Span>) -> Answer {
    let back = if back == "year" { Back::Year } else { Back::Weeks };
    let found = balance::page(seated.cx(), back).await?;
    let filled = found.rules.into();
    let far = beyond::look(seated.cx()).await?;
    let everyone = everyone::look(seated.cx()).await?.said();
    seated.page(&Page { everyone, ..draw(&seated, found, far, filled, None) })
}

pub async fn set_rules(Posted { seated, form }: Posted<Filled>) -> Answer {
    match balance::set_rules(seated.cx(), &form.gifts, &form.personal, &form.answers).await {
        Ok(()) => seated.done("/balance", Flash::plain("Your rules are kept.")),
        Err(VerbError::Wrong { why, .. }) => {
            let found = balance::page(seated.cx(), Back::Weeks).await?;
            let far = beyond::look(seated.cx()).await?;
            let everyone = everyone::look(seated.cx()).await?.said();
            let mut answer = seated.page(&Page { everyone, ..draw(&seated, found, far, form, Some(why)) })?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

/// Heading, and the label and colour of what stands above the line and below it.
type Look = (&'static str, (&'static str, &'static str), (&'static str, &'static str));

const LOOKS: [Look; 4] = [
    ("Giving and asking", ("gave", "f-give"), ("asked", "f-ask")),
    ("Answering and announcing", ("answered", "f-plum"), ("announced", "f-edge")),
    ("Work and personal", ("work", "f-work"), ("personal", "f-pers")),
    ("New people and old", ("old friends", "f-edge"), ("new people", "f-plum")),
];

fn draw(seated: &Seated, found: Balance, far: Beyond, filled: Filled, wrong: Option<String>) -> Page {
    let is_year = found.back == Back::Year;
    let pairs = [&found.giving, &found.answering, &found.personal, &found.people];
    let only_asked = found.venues.iter().find(|(_, gave, asked)| *gave == 0 && *asked > 0).map(|(name, ..)| name.clone());
    Page {
        shell: seated.shell(Place::Balance),
        day: words::full_day(seated.now, seated.now, seated.zone()),
        is_little: found.is_little,
        is_year,
        span: if is_year { "Thirty days" } else { "Week" },
        columns: ["Gave", "Asked", "Answers", "Own posts", "Work", "Personal", "Old friends", "New people"],
        table: table(&found, &pairs),
        pairs: pairs.into_iter().zip(LOOKS).map(|(pair, look)| drawn(pair, look, is_year)).collect(),
        voices: found.voices.iter().map(|row| voice(seated, row)).collect(),
        share: balance::share(found.rules.personal_of),
        rules: found.rules,
        filled,
        wrong,
        only_asked,
        read: found.read.iter().map(|post| read(seated, post)).collect(),
        everyone: Vec::new(),
        beyond: far.said(),
        beyond_rows: far.networks.into_iter().chain(far.languages).collect(),
        venues: found.venues,
        title: found.title,
    }
}

fn drawn(pair: &Pair, (heading, up, down): Look, is_year: bool) -> Drawn {
    let side = |(label, class), values: &[u64]| BarSide { label, class, values: values.to_vec() };
    let range = |values: &[u64]| {
        let (least, most) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
        if least == most { format!("{least}") } else { format!("{least} to {most}") }
    };
    let (spans, each, end) =
        if is_year { ("Twelve times thirty days", "in thirty days", "last 30 days") } else { ("Twelve weeks", "a week", "last 7 days") };
    let sentence = match pair.up.iter().chain(&pair.down).all(|n| *n == 0) {
        true => format!("{spans}: nothing {} and nothing {}", up.0, down.0),
        false => format!("{spans}: {} {} {each}, {} {}", up.0, range(&pair.up), down.0, range(&pair.down)),
    };
    Drawn {
        heading,
        sentence: pair.sentence.clone(),
        verdict: pair.verdict.clone(),
        is_well: pair.is_well,
        behind: match up.0 {
            "gave" => Some((("gave", "What you gave"), ("asked", "what you asked"))),
            "answered" => Some((("answers", "What you answered"), ("own", "posts of your own"))),
            "work" => Some((("work", "About work"), ("personal", "about you"))),
            _ => None,
        },
        drawing: TwoSided { sentence, up: side(up, &pair.up), down: side(down, &pair.down), end },
    }
}

fn table(found: &Balance, pairs: &[&Pair; 4]) -> Vec<(String, Vec<String>)> {
    let days = if found.back == Back::Year { 30 } else { 7 };
    let row = |i: usize| {
        let back = (balance::SPANS - 1 - i) as i64 * days;
        let day = found.today.checked_sub(back.days()).unwrap_or(found.today);
        let numbers = pairs.iter().flat_map(|p| [p.up[i], p.down[i]]).map(|n| words::figures(n as i64)).collect();
        (words::date(day, found.today), numbers)
    };
    (0..balance::SPANS).map(row).collect()
}

fn read(seated: &Seated, post: &ReadPost) -> Read {
    Read {
        href: format!("/posts/{}/kind", post.post),
        words: post.words.clone(),
        place: post.network_name.clone(),
        when: When::long_ago(seated.now, post.at, seated.zone()),
        kind: format!("{}, {}", post.does.word(), post.side.word()),
        is_put_right: post.is_put_right,
    }
}

fn voice(seated: &Seated, row: &VoiceRow) -> Voice {
    let is_own = row.name == seated.who.voice_name;
    Voice {
        face: if is_own { seated.shell(Place::Balance).face(40) } else { Face::drawn(&row.name, 40) },
        name: if row.is_elsewhere { format!("@{}", row.name) } else { row.name.clone() },
        is_elsewhere: row.is_elsewhere,
        given: if row.is_elsewhere { "not known".to_owned() } else { format!("{}, {}", row.gave, row.asked) },
        said: format!("{}, {}", row.answers, row.posts),
        people: row.people,
    }
}
