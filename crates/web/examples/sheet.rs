//! The sheet of parts: every part in its states on one page, on 127.0.0.1, to be held against the design.
//! `cargo run -p hobnob-web --example sheet -- 8099`

use askama::Template;
use axum::{Router, extract::State, routing::get};
use base64::Engine;
use jiff::tz::TimeZone;
use model::{Kind, ProfileId, TieWord, Timestamp};
use sha2::{Digest, Sha256};
use testkit::Scene;
use verbs::{App, Config, Http, Reach, StoreError};
use web::{
    Site, Wiring, assets,
    flash::Flash,
    forms::Posted,
    html::Safe,
    icon, parts,
    parts::*,
    session::Seated,
    shell,
    shell::{Answer, Place, Shell},
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% extends "layout.html" %}
{% block title %}Parts and states{% endblock %}
{% block main %}
<header class="head"><p class="when">Tuesday 8 September</p><h1>{{ crate::waiting(turns.len()) }}</h1><p class="lede">Every part in each state it can be in, in both themes.</p></header>
<section class="group"><header><h2>Waiting for you</h2><a href="/inbox">All of the inbox</a></header><ol>{% for turn in turns %}{{ turn }}{% endfor %}</ol></section>
{{ tabs }}
<ol>{% for mail in mails %}{{ mail }}{% endfor %}</ol>
{{ pager }}
<section class="group"><header><h2>Worth joining</h2></header><ol>{% for talk in talks %}{{ talk }}{% endfor %}</ol></section>
<section class="group"><header><h2>Going out</h2></header><ol>{% for going in goings %}{{ going }}{% endfor %}</ol></section>
<section class="group"><header><h2>A talk</h2></header><ol class="mt4">{% for post in posts %}{{ post }}{% endfor %}</ol>{{ reply }}</section>
<section class="group"><header><h2>Messages</h2></header>{% for hint in hints %}<div class="mt3">{{ hint }}</div>{% endfor %}</section>
<p class="row row--airy mt4">{% for tie in ties %}{{ tie }} {% endfor %}{% for kind in kinds %}{{ kind }} {% endfor %}{{ sides.0 }} {{ sides.1 }} {{ dots }}</p>
<p class="row mt3">{% for face in faces %}{{ face }}{% endfor %}</p>
{{ empty }}
{% endblock %}
{% block margin %}<section class="note"><h2>Beside</h2><p>Quiet context. <a href="/keys">All keys</a></p></section>{% endblock %}"##
)]
struct Sheet {
    shell: Shell,
    turns: Vec<TurnRow>,
    tabs: Tabs,
    mails: Vec<Mail>,
    pager: Pager,
    talks: Vec<TalkRow>,
    goings: Vec<Going>,
    posts: Vec<PostPart>,
    reply: ReplyBox,
    hints: Vec<Hint>,
    ties: [TieMark; 4],
    kinds: [KindMark; 3],
    sides: (Side, Side),
    dots: Dots,
    faces: Vec<Face>,
    empty: Empty,
}

fn waiting(n: usize) -> String {
    web::words::waiting(n as i64)
}

const PEOPLE: [(&str, &str, &str, &str); 4] = [
    (
        "Daniel Osei",
        "daniel",
        "Ma Mastodon",
        "My first coptic binding came apart at the third signature. Is it the thread, or is it me? I have a photo if that helps.",
    ),
    (
        "Tom Ashby",
        "tom",
        "Li LinkedIn",
        "Ilse asked me who does our spine repairs now. I said I would ask you for two lines about your work. Could you send them?",
    ),
    (
        "Wolfeschlegelsteinhausenbergerdorff-Mühlenbrinck von der Hohen Warte",
        "",
        "Bs Bluesky",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, and https://example.org/a/very/long/address/that/never/ends/and/has/no/space/in/it/at/all",
    ),
    ("محمد علي", "", "Bl your blog", "هل يهم اتجاه ألياف الورق حقًا في دفتر صغير؟ كل دفتر أصنعه يلتوي خلال أسبوع."),
];

fn net(text: &str) -> Net {
    let (mark, name) = text.split_once(' ').expect("a mark and a name");
    Net::named(mark.to_owned(), name.to_owned())
}

fn face(at: usize, size: u16) -> Face {
    let (name, file, ..) = PEOPLE[at];
    let src = (!file.is_empty()).then(|| format!("{}/sample/{file}.svg", web::assets::prefix()));
    Face { src, name: name.into(), size }
}

fn when(minutes: i64) -> When {
    let now = now();
    When::ago(now, now - jiff::SignedDuration::from_mins(minutes), &zone())
}

fn later(shell: &Shell, who: &str, is_small: bool) -> LaterMenu {
    LaterMenu {
        action: "/act".into(),
        token: shell.token.clone(),
        who: who.into(),
        choices: LaterMenu::usual(now(), &zone()),
        pick: "/keys".into(),
        is_small,
    }
}

fn done(shell: &Shell, who: &str, is_small: bool) -> Done {
    Done { action: "/act".into(), token: shell.token.clone(), who: who.into(), is_small }
}

fn turn(shell: &Shell, at: usize) -> TurnRow {
    let (name, _, network, words) = PEOPLE[at];
    TurnRow {
        href: "/sheet".into(),
        face: face(at, 44),
        name: name.into(),
        person: Some("/people/1".into()),
        net: net(network),
        waits: when(120 + 900 * at as i64),
        words: words.into(),
        lang: None,
        context: "First time you two talk. Tom Ashby passed your post on.".into(),
        is_first: at == 0,
        later: later(shell, name, false),
        done: done(shell, name, false),
    }
}

fn mail(shell: &Shell, at: usize) -> Mail {
    let (name, _, network, words) = PEOPLE[at];
    Mail {
        href: "/sheet".into(),
        face: face(at, 36),
        name: name.into(),
        person: Some("/people/1".into()),
        nets: vec![net(network)],
        is_private: at == 1,
        marks: if at == 2 { vec!["Poll"] } else { vec![] },
        because: "a question; first talk".into(),
        words: words.into(),
        lang: None,
        when: when(120 + 900 * at as i64),
        is_waiting: true,
        later: Some(later(shell, name, true)),
        choose: None,
        done: Some(done(shell, name, true)),
        undo: None,
    }
}

fn talk(shell: &Shell, at: usize) -> TalkRow {
    let lines = [
        ("Close to your topic “paper grain”", 29),
        ("An open question with no answer yet", 25),
        ("Many answers already", -8),
        ("People you know in it: none", 0),
    ];
    TalkRow {
        place: at + 1,
        href: "/sheet".into(),
        face: (at > 0).then(|| face(at, 24)),
        name: (at > 0).then(|| (PEOPLE[at].0.to_owned(), Some("/people/1".to_owned()))),
        net: net("Rd r/handbound"),
        when: When::long_ago(now(), now() - jiff::SignedDuration::from_mins(40), &zone()),
        words: "Does grain direction really matter in a small notebook? Every one I make warps in a week.".into(),
        lang: Some("en".into()),
        reasons: vec!["about paper grain, which you know well".into(), "a question, and nobody has answered".into()],
        minuses: vec!["twelve answers already".into()],
        points: (at > 0).then_some(71),
        weigh: Some(Weigh {
            summary: "Why this is first".into(),
            lines: lines.map(|(w, p)| (w.to_owned(), p)).into(),
            together: 46,
            is_open: at == 0,
            more: None,
        }),
        acts: Some(TalkActs {
            join: "/sheet".into(),
            open: None,
            later: Some(later(shell, "this", false)),
            pass: "/act".into(),
            token: shell.token.clone(),
            is_first: at == 0,
        }),
    }
}

fn post(shell: &Shell, at: usize) -> PostPart {
    let (name, _, network, words) = PEOPLE[at];
    PostPart {
        id: format!("post-{at}"),
        face: face(at, 44),
        name: name.into(),
        person: (at != 0).then(|| "/people/1".into()),
        nets: vec![net(network)],
        when: When::long_ago(now(), now() - jiff::SignedDuration::from_hours(150), &zone()),
        url: Some("https://example.org/1".into()),
        warning: (at == 1).then(|| "glue, close up".into()),
        words: PostPart::text(words),
        lang: None,
        pictures: if at == 2 {
            vec![Picture { src: format!("{}/sample/stranger.svg", web::assets::prefix()), href: None, shows: "An open notebook".into() }]
        } else {
            vec![]
        },
        poll: (at == 2).then(|| PollCard {
            answers: vec![
                PollLine { words: "Rye".into(), votes: "4 votes, 44 %".into(), share: Some(44) },
                PollLine { words: "Wheat".into(), votes: "5 votes, 56 %".into(), share: Some(56) },
            ],
            how: "Open until Friday at 10:00. 9 people voted. Votes are cast on its own page.".into(),
        }),
        quote: (at == 2).then(|| QuoteCard {
            who: "Ben Calder".into(),
            handle: "ben@plaza.example".into(),
            url: Some("https://example.org/2".into()),
            when: Some(When::long_ago(now(), now() - jiff::SignedDuration::from_hours(170), &zone())),
            warning: None,
            words: PostPart::text("Which flour holds?"),
        }),
        earlier: if at == 2 { vec![("until yesterday at 10:00".into(), PostPart::text("An open notebok"))] } else { vec![] },
        is_private: at == 3,
        is_mine: at == 0,
        is_in: at == 1,
        waits: (at == 3).then(|| "waiting 2 hours".into()),
        is_end: at == 3,
        answer: None,
        acts: vec![
            PostAct {
                action: "/act".into(),
                token: shell.token.clone(),
                icon: web::icon::LIKE.s,
                label: "Like".into(),
                key: "like",
                is_on: at == 2,
            },
            PostAct {
                action: "/act".into(),
                token: shell.token.clone(),
                icon: web::icon::PASS_ON.s,
                label: "Pass on".into(),
                key: "boost",
                is_on: false,
            },
        ],
    }
}

fn reply(shell: &Shell) -> ReplyBox {
    ReplyBox {
        action: "/act".into(),
        token: shell.token.clone(),
        face: shell.face(24),
        to: "Daniel".into(),
        how: " on Mastodon, as public as the question".into(),
        froms: vec![("1".into(), "ada@plaza.example on Mastodon".into(), true), ("2".into(), "ada.example on Bluesky".into(), false)],
        words: "It is not you, and it is hardly the thread!".into(),
        kept: "Draft kept 09:14".into(),
        count: "43 of 500".into(),
        touch: String::new(),
        kind: Radios::kind(Kind::Gives),
        short_links: Some(false),
        wrong: vec![],
        look: "count".into(),
        takes_pictures: true,
        shots: vec![],
    }
}

fn hints() -> Vec<Hint> {
    vec![
        Hint::new(
            HintTone::Advice,
            "A soft touch.",
            "This is your third ask this week and your rule says one for three gifts. You may still post it.",
        ),
        Hint::new(HintTone::Wait, "Threads asked us to wait until 10:20.", "Two posts stand in line. They go out in order, once each."),
        Hint::new(
            HintTone::Bad,
            "LinkedIn did not take “Why we mend”.",
            "It went out in three other places and will not be sent there again.",
        )
        .press("Sign in to LinkedIn", "/settings/accounts"),
        Hint::new(
            HintTone::Unknown,
            "We cannot tell whether Bluesky has it.",
            "Hobnob is looking on Bluesky before it tries again, so that nobody reads it twice.",
        ),
        Hint::new(HintTone::Good, "Back again.", "The network was away for eleven minutes; three people wrote meanwhile."),
    ]
}

async fn sheet(seated: Seated) -> Answer {
    let shell = seated.shell(Place::Today);
    let going = |state: &str, is_bad| Going {
        when: When::clock(now(), &zone()),
        words: "Morning bench: nine spines in a row, waiting for glue.".into(),
        nets: Nets(vec![Net::mark("Ma", "Mastodon"), Net::mark("Bs", "Bluesky")]),
        kind: Some(KindMark(Kind::Asks)),
        state: state.into(),
        is_bad,
        press: Some(("Change".into(), "/write".into())),
    };
    let page = Sheet {
        turns: (0..4).map(|at| turn(&shell, at)).collect(),
        tabs: Tabs {
            label: "Inbox".into(),
            tabs: vec![
                Tab::new("/sheet", "Waiting for you", true).count(4),
                Tab::new("/sheet", "You wait", false).count(7),
                Tab::new("/sheet", "Done", false),
            ],
        },
        mails: (0..4).map(|at| mail(&shell, at)).collect(),
        pager: Pager { newer: None, older: None, end: "That is everyone.".into() },
        talks: (0..2).map(|at| talk(&shell, at)).collect(),
        goings: vec![going("in twenty minutes.", false), going("LinkedIn did not take it.", true)],
        posts: (0..4).map(|at| post(&shell, at)).collect(),
        reply: reply(&shell),
        hints: hints(),
        ties: [TieWord::Close, TieWord::Warm, TieWord::New, TieWord::Drifting].map(TieMark),
        kinds: Kind::ALL.map(KindMark),
        sides: (Side { is_personal: false }, Side { is_personal: true }),
        dots: Dots { gave: 6, asked: 2 },
        faces: (0..40).map(|n| Face::of(ProfileId(n), &format!("{} Z", (b'A' + n as u8 % 26) as char), false, 32)).collect(),
        empty: Empty::first(
            "No topics yet",
            "Name something you know and like to talk about. Hobnob listens for a day and shows you where people speak of it.",
            "Name a topic",
            "/listen/topics",
        ),
        shell,
    };
    seated.page(&page)
}

#[derive(serde::Deserialize)]
struct Nothing {}

async fn act(Posted { seated, form: Nothing {} }: Posted<Nothing>) -> Answer {
    seated.done("/sheet", Flash::said("Done with ", "Luis Ferreira", ".").undo("/act", &[("back", "1")]))
}

/// The session that `/enter` gives; this sheet holds nothing worth a secret.
const KEY: [u8; 32] = [7; 32];

fn zone() -> TimeZone {
    TimeZone::get("Europe/London").expect("jiff carries the zones")
}

fn now() -> Timestamp {
    "2026-09-08T08:14:00Z".parse().expect("a time")
}

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8099".into());
    let scene = Scene::set("voice Maren Okafor").await;
    let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default());
    let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
    let lasts = now() + jiff::SignedDuration::from_hours(24);
    let kept = app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), lasts)).await;
    kept.expect("a fresh store takes a session");
    let site = Site::new(Wiring { app, clock: now, public_address: None });
    let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(KEY);
    let enter = async move |State(_): State<Site>| ([("set-cookie", format!("hobnob={key}; Path=/"))], Safe("well").to_string());
    let more = Router::new().route("/sheet", get(sheet)).route("/act", axum::routing::post(act)).route("/enter", get(enter));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("the port is free");
    axum::serve(listener, web::routes_with(site, more)).await.expect("it serves");
}
