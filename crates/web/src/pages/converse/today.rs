//! Today: who waits first, then what is worth joining, then what goes out.

use askama::Template;
use verbs::converse::today::{Drifting, Today, today};
use verbs::listen::sightings::Sighting;
use verbs::publish::calendar::{Slip, Stuck};
use verbs::reflect::balance::Stand;

use super::rows::{RowMaker, face};
use crate::pages::publish::CarryRow;
use crate::parts::{Empty, Face, Going, Hint, HintTone, KindMark, Net, Nets, TalkRow, TurnRow, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// The rest stand in the calendar.
const BY_HAND_MAX: usize = 5;

#[derive(Template)]
#[template(path = "pages/converse/today.html")]
struct Page {
    shell: Shell,
    when: String,
    title: String,
    lede: String,
    stuck: Vec<Hint>,
    by_hand: Vec<CarryRow>,
    waiting: Vec<TurnRow>,
    /// Those who wait beyond the first few.
    more: String,
    spoke: String,
    private: String,
    quiet: Option<Empty>,
    worth: Vec<TalkRow>,
    slips: Vec<Going>,
    standing: Option<Standing>,
    drifting: Vec<Beside>,
}

/// Gives and asks as a bar with a sentence.
struct Standing {
    gave: u64,
    asked: u64,
    /// Widths in the drawing's units, of 264 with a gap of 2.
    give_width: u64,
    ask_from: u64,
    ask_width: u64,
    sentence: String,
}

struct Beside {
    href: String,
    face: Face,
    name: String,
    about: String,
    since: String,
}

pub async fn show(seated: Seated) -> Answer {
    let found = today(seated.cx()).await?;
    let mut shell = seated.shell(Place::Today);
    shell.waiting = found.waiting_count;
    let maker = RowMaker::new(&seated, "today");
    let page = Page {
        shell,
        when: format!("{}, {}", words::full_day(seated.now, seated.now, seated.zone()), words::clock(seated.now, seated.zone())),
        title: words::waiting(found.waiting_count.into()),
        lede: lede(&found),
        stuck: found.stuck.iter().map(stuck).collect(),
        by_hand: found.by_hand.iter().take(BY_HAND_MAX).map(|c| CarryRow::new(&seated, c)).collect(),
        more: match i64::from(found.waiting_count) - i64::try_from(found.waiting.len()).unwrap_or(0) {
            ..=0 => String::new(),
            n => format!("{} more {} in the inbox.", words::number_first(n), words::plural(n, "waits", "wait")),
        },
        spoke: match found.spoke_count {
            0 => String::new(),
            1 => "One other spoke of you and needs no answer.".into(),
            n => format!("{} others spoke of you and need no answer.", words::number_first(n.into())),
        },
        private: match found.private_count {
            0 => String::new(),
            1 => "One person waits for you in private.".into(),
            n => format!("{} private talks wait for you.", words::number_first(n.into())),
        },
        quiet: found.waiting.is_empty().then(|| quiet(&found)),
        worth: found.worth.iter().map(|s| worth(&seated, s)).collect(),
        slips: found.slips.iter().map(|s| going(&seated, s)).collect(),
        standing: standing(&found.stand),
        drifting: found.drifting.iter().map(|d| beside(&seated, d)).collect(),
        waiting: found.waiting.into_iter().enumerate().map(|(i, row)| maker.turn(row, i == 0)).collect(),
    };
    seated.page(&page)
}

fn lede(found: &Today) -> String {
    let mut said = Vec::new();
    match i64::from(found.answered_today) {
        0 => {}
        n => said.push(format!("You answered in {} {} today.", words::number(n), words::plural(n, "conversation", "conversations"))),
    }
    let going = i64::try_from(found.slips.iter().filter(|s| s.landed < s.of && s.stuck == 0).count()).unwrap_or(0);
    if going > 0 {
        said.push(format!("{} {} today.", words::number_first(going), words::plural(going, "post goes out", "posts go out")));
    }
    let worth = i64::try_from(found.worth.len()).unwrap_or(0);
    if worth > 0 {
        said.push(format!(
            "{} {} worth joining.",
            words::number_first(worth),
            words::plural(worth, "conversation is", "conversations are")
        ));
    }
    said.join(" ")
}

fn quiet(found: &Today) -> Empty {
    if !found.has_accounts {
        return Empty::first(
            "Nothing is connected yet",
            "Connect an account, and whoever speaks to you there stands here first.",
            "Connect an account",
            "/settings/accounts/add",
        );
    }
    let worth = found.worth.len();
    let kept = match found.history {
        0 => String::new(),
        n => format!(" {} older words to you came in as history; none of them waits.", words::figures(n.into())),
    };
    match worth {
        0 => Empty::done("That is all for today", format!("Hobnob keeps listening.{kept}")),
        _ => Empty::done(
            "That is all for today",
            format!("If you have ten minutes, one conversation is worth joining; if you have not, it will keep until tomorrow.{kept}"),
        )
        .press("Show me that one", "/listen"),
    }
}

fn stuck(one: &Stuck) -> Hint {
    let lead = match one.state {
        model::DeliveryState::AskHuman => format!("Nobody can tell whether “{}” stands on {}.", one.words, one.place),
        model::DeliveryState::Refused => format!("{} did not take “{}”.", one.place, one.words.trim_end_matches('.')),
        _ if one.waits.is_some() => format!("“{}” has not gone out yet on {}.", one.words, one.place),
        _ => format!("“{}” waits for {}.", one.words, one.place),
    };
    let kept_trying = if one.waits.is_some() { " It is tried again by itself." } else { "" };
    let safe = match &one.elsewhere[..] {
        [] => String::new(),
        places => format!(" It stands on {}.", words::list(places)),
    };
    Hint::new(HintTone::Bad, lead, format!("{}{kept_trying}{safe}", one.why)).press("Settle it", format!("/write/{}", one.draft))
}

fn worth(seated: &Seated, s: &Sighting) -> TalkRow {
    let (reasons, minuses): (Vec<_>, Vec<_>) = s.worth.shorts().partition(|(_, is_minus)| !is_minus);
    TalkRow {
        place: 0,
        href: s.conversation.map_or_else(|| "/listen".to_owned(), |id| format!("/talks/{id}")),
        face: None,
        name: Some((s.who.clone(), s.person.map(|id| format!("/people/{id}")))),
        net: Net::named(s.mark.clone(), s.network_name.clone()),
        when: When::long_ago(seated.now, s.said_at, seated.zone()),
        words: s.warning.as_ref().or(s.title.as_ref()).unwrap_or(&s.words).clone(),
        lang: s.language.clone(),
        reasons: reasons.into_iter().map(|(words, _)| words.to_owned()).collect(),
        minuses: minuses.into_iter().map(|(words, _)| words.to_owned()).collect(),
        points: None,
        weigh: None,
        acts: None,
    }
}

fn going(seated: &Seated, slip: &Slip) -> Going {
    let state = if slip.stuck > 0 {
        format!("{} of {} gone out.", slip.landed, slip.of)
    } else if slip.by_hand > 0 {
        format!("{} of {} gone out; the rest waits for your hand.", slip.landed, slip.of)
    } else if let Some(again) = slip.again_at {
        let again = words::span(seated.now, again);
        format!("{} of {} gone out; the rest waits for the server and is tried again in {again}.", slip.landed, slip.of)
    } else if slip.is_out() {
        "Gone out.".to_owned()
    } else if slip.at <= seated.now {
        "Going out.".to_owned()
    } else {
        format!("in {}.", words::span(seated.now, slip.at))
    };
    Going {
        when: When::clock(slip.at, seated.zone()),
        words: slip.words.clone(),
        nets: Nets(slip.nets.iter().map(|(mark, name)| Net::mark(*mark, *name)).collect()),
        kind: Some(KindMark(slip.kind)),
        is_bad: slip.stuck > 0,
        press: (slip.stuck > 0 || !slip.is_out())
            .then(|| (if slip.stuck > 0 { "Settle it" } else { "Change" }.into(), format!("/write/{}", slip.draft))),
        state,
    }
}

fn standing(stand: &Stand) -> Option<Standing> {
    const WIDTH: u64 = 262;
    let (gave, asked) = (stand.gave, stand.asked);
    let give_width = (WIDTH * gave).checked_div(gave + asked)?;
    let sentence = stand.sentence.clone();
    Some(Standing { gave, asked, give_width, ask_from: give_width + 2, ask_width: WIDTH - give_width, sentence })
}

fn beside(seated: &Seated, d: &Drifting) -> Beside {
    Beside {
        href: format!("/people/{}", d.person),
        face: face(d.face, &d.name, 32),
        name: d.name.clone(),
        about: d.about.lines().next().unwrap_or_default().chars().take(60).collect(),
        since: words::span(d.last_at, seated.now),
    }
}
