//! Letters with a mail server that others wrote: taken, put off, refused, and taken without a word. Each address gets each letter once, whoever
//! takes their leave back gets none, and what is in doubt is not sent again. Runs where `HOBNOB_CP_MAIL` names the server; skipped aloud where not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use model::{LeaveFor, Mail, MailState, Safety, Timestamp};
use networks::http::Reach;
use networks::{Http, Networks};
use store::StoreError;
use testkit::{Scene, scene::at};
use verbs::desk::mail_server::{self, ServerWish};
use verbs::jobs::{Job, Next, perform};
use verbs::publish::mail::{self, Word};
use verbs::reflect::by_mail::{self, When};
use verbs::reflect::sites::{Signed, sign};
use verbs::relate::opt_ins::{self, Asking, Noted};
use verbs::relate::{bounces, opt_in_list, rounds};
use verbs::{App, Config, Cx, VerbError};

struct Post {
    scene: Scene,
    app: Arc<App>,
    ports: [u16; 3],
    folder: PathBuf,
    /// Letters of this test alone go here.
    domain: String,
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        eprintln!("skipped: {name} names no mail server");
    }
    value
}

impl Post {
    async fn open(domain: &str) -> Option<Post> {
        let ports: Vec<u16> = given("HOBNOB_CP_MAIL")?.split(' ').map(|p| p.parse().unwrap()).collect();
        let folder = PathBuf::from(given("HOBNOB_CP_MAIL_FOLDER")?);
        let scene = Scene::set("voice Maren Okafor").await;
        let private_hosts = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let authority = std::fs::read_to_string(folder.join("authority.pem")).unwrap();
        let http = Http::new(Reach { private_hosts }).trusting_mail(&authority);
        let config = Config { public_url: "https://desk.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), http, Networks::default(), config);
        // Runs follow each other on one server.
        let domain = format!("{domain}-{}.example", std::process::id());
        Some(Post { scene, app, ports: [ports[0], ports[1], ports[2]], folder, domain })
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    fn wish(&self, safety: Safety) -> ServerWish {
        let is_named = safety != Safety::Plain;
        ServerWish {
            host: "localhost".into(),
            port: self.ports[match safety {
                Safety::Plain => 0,
                Safety::StartTls => 1,
                Safety::Tls => 2,
            }]
            .to_string(),
            safety: safety.word().into(),
            login: if is_named { "ada".into() } else { String::new() },
            password: if is_named { "ada-password".into() } else { String::new() },
            from: "maren@desk.example".into(),
            from_name: "Maren Okafor".into(),
            bounces: "bounces@desk.example".into(),
        }
    }
    fn to(&self, local: &str) -> String {
        format!("{local}@{}", self.domain)
    }
    /// What the server keeps of an address: envelope sender, whether it came encrypted, and the letter with its folded lines joined.
    fn kept(&self, local: &str) -> Vec<(String, bool, String)> {
        let to = self.to(local);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "json") {
                continue;
            }
            let said: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            if said["to"][0] == to.as_str() {
                let letter = std::fs::read_to_string(self.folder.join(said["file"].as_str().unwrap())).unwrap();
                let letter = letter.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=").replace("\n ", " ");
                found.push((said["from"].as_str().unwrap().to_owned(), said["safe"].as_bool().unwrap(), letter));
            }
        }
        found
    }
    async fn letters(&self) -> Vec<Mail> {
        mail::list(self.cx(at("09:00"))).await.unwrap()
    }
    async fn state(&self, local: &str) -> (MailState, u32) {
        let to = self.to(local);
        self.letters().await.into_iter().find(|m| m.to == to).map(|m| (m.state, m.tries)).unwrap()
    }
    /// Does all due letters at a time; answers when each that is not over is to be done again.
    async fn deliver(&self, now: Timestamp) -> Vec<(String, Timestamp)> {
        let mut again = Vec::new();
        for letter in self.letters().await {
            let id = letter.id;
            let due = self.scene.kept.store.read::<_, StoreError>(&self.scene.seat, move |tx| tx.jobs().due("mail", id.0)).await.unwrap();
            if due.is_none_or(|due| due > now) {
                continue;
            }
            let next = perform(self.cx(now), Job::Mail(id)).await.unwrap();
            let kept = self.scene.kept.store.write::<_, StoreError>(&self.scene.seat, move |tx| match next {
                Next::Over => Job::Mail(id).delete(tx),
                Next::At(then) => Job::Mail(id).move_to(tx, then, now),
            });
            kept.await.unwrap();
            if let Next::At(then) = next {
                again.push((letter.to.split('@').next().unwrap().to_owned(), then));
            }
        }
        again
    }
    async fn said_yes(&self, locals: &[&str]) {
        for local in locals {
            let noted = Noted { address: self.to(local), name: String::new(), place: "the fair".into(), words: "Write to me".into() };
            opt_ins::note(self.cx(at("08:00")), LeaveFor::Rounds, &noted).await.unwrap();
        }
    }
    async fn round(&self, subject: &str) -> model::RoundId {
        let cx = self.cx(at("09:00"));
        rounds::write(cx, None, subject, "Good morning.\n\nThe workshop has places again.").await.unwrap()
    }
}

#[tokio::test]
async fn a_server_is_kept_only_if_it_answers_and_takes_the_password() {
    let Some(post) = Post::open("kept").await else { return };
    let cx = post.cx(at("09:00"));
    for (wish, field, said) in [
        (ServerWish { password: "wrong".into(), ..post.wish(Safety::Tls) }, "password", "refuses the name and password"),
        (ServerWish { port: "1".into(), ..post.wish(Safety::Plain) }, "host", "can't be reached"),
        (ServerWish { host: "127.0.0.2".into(), port: "25".into(), ..post.wish(Safety::Plain) }, "host", "HOBNOB_ALLOW_PRIVATE"),
        (
            ServerWish { safety: "starttls".into(), port: post.ports[0].to_string(), ..post.wish(Safety::StartTls) },
            "host",
            "offers no encryption",
        ),
        (ServerWish { from: "nobody".into(), ..post.wish(Safety::Tls) }, "from", "no mail address"),
    ] {
        match mail_server::set(cx, &wish).await {
            Err(VerbError::Wrong { field: at, why }) => assert!(at == field && why.contains(said), "{at}: {why}"),
            other => panic!("{wish:?}: {other:?}"),
        }
    }
    assert_eq!(mail_server::get(cx).await.unwrap(), None, "nothing of that was kept");
    for (safety, local) in [(Safety::Tls, "tls"), (Safety::StartTls, "starttls"), (Safety::Plain, "clear")] {
        mail_server::set(cx, &post.wish(safety)).await.unwrap();
        let (state, sentence) = mail_server::test(cx, &post.to(local)).await.unwrap();
        assert_eq!(state, MailState::Sent, "{sentence}");
        let kept = post.kept(local);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].1, safety != Safety::Plain, "{local} goes encrypted, or not at all");
    }
    // The form shows no password, and leaving it empty keeps the one that is there.
    mail_server::set(cx, &post.wish(Safety::Tls)).await.unwrap();
    mail_server::set(cx, &ServerWish { password: String::new(), from_name: "M".into(), ..post.wish(Safety::Tls) }).await.unwrap();
    assert_eq!(mail_server::test(cx, &post.to("again")).await.unwrap().0, MailState::Sent);
    // It goes to no other server, though.
    let elsewhere = ServerWish { password: String::new(), ..post.wish(Safety::StartTls) };
    assert!(matches!(mail_server::set(cx, &elsewhere).await, Err(VerbError::Wrong { field: "password", .. })));
    let (state, sentence) = mail_server::test(cx, &post.to("nobody")).await.unwrap();
    assert!(state == MailState::Refused && sentence.contains("The address is refused: 550 5.1.1 nobody of that name here"), "{sentence}");
}

#[tokio::test]
async fn a_letter_goes_to_each_once_and_a_doubt_is_not_sent_again() {
    let Some(post) = Post::open("once").await else { return };
    mail_server::set(post.cx(at("08:00")), &post.wish(Safety::Tls)).await.unwrap();
    let all = ["ann", "later", "nobody", "full", "silent", "lost"];
    post.said_yes(&all).await;
    let id = post.round("Places again").await;
    let (cx, now) = (post.cx(at("09:00")), at("09:10"));
    assert_eq!(rounds::send(cx, id).await.unwrap(), all.len());
    assert!(matches!(rounds::send(cx, id).await, Err(VerbError::TooLate(_))), "a second press sends nothing");
    let again = post.deliver(now).await;
    assert_eq!(again.iter().map(|(who, _)| who.as_str()).collect::<Vec<_>>(), ["later"], "only what is put off is tried again");
    assert_eq!(again[0].1, now + SignedDuration::from_mins(1));
    for (local, state) in [
        ("ann", MailState::Sent),
        ("later", MailState::Waiting),
        ("nobody", MailState::Refused),
        ("full", MailState::Refused),
        ("silent", MailState::Doubtful),
        ("lost", MailState::Doubtful),
    ] {
        assert_eq!(post.state(local).await, (state, 1), "{local}");
    }
    assert!(post.deliver(now + SignedDuration::from_mins(2)).await.is_empty());
    post.deliver(now + SignedDuration::from_hours(20)).await;
    assert_eq!(post.state("later").await, (MailState::Sent, 2));
    for (local, n) in [("ann", 1), ("later", 1), ("nobody", 0), ("full", 0), ("silent", 1), ("lost", 0)] {
        assert_eq!(post.kept(local).len(), n, "{local} has got {n}");
    }
    // By a person's word it goes again, under the number it had.
    let letter = |local: &str| {
        let to = post.to(local);
        let all = post.letters();
        async move { all.await.into_iter().find(|m| m.to == to).unwrap() }
    };
    let before = letter("silent").await;
    mail::decide(cx, before.id, Word::Again).await.unwrap();
    post.deliver(at("10:00")).await;
    let (kept, number) = (post.kept("silent"), format!("Message-ID: {}", before.message_id));
    assert!(kept.len() == 2 && kept.iter().all(|(_, _, text)| text.contains(&number)), "{kept:?}");
    mail::decide(cx, letter("lost").await.id, Word::Arrived).await.unwrap();
    assert_eq!(post.state("lost").await.0, MailState::Sent);
    assert!(mail::decide(cx, letter("lost").await.id, Word::Again).await.is_err(), "what is settled stays so");
}

#[tokio::test]
async fn who_dies_in_the_midst_of_a_letter_leaves_a_doubt_and_no_second_letter() {
    let Some(post) = Post::open("died").await else { return };
    mail_server::set(post.cx(at("08:00")), &post.wish(Safety::Plain)).await.unwrap();
    post.said_yes(&["ann"]).await;
    let id = post.round("Hello").await;
    rounds::send(post.cx(at("09:00")), id).await.unwrap();
    let letter = post.letters().await.remove(0).id;
    // The very row that a process leaves that is killed while it hands the words over.
    let begun = post.scene.kept.store.write::<_, StoreError>(&post.scene.seat, move |tx| tx.mails().begin(letter, at("09:01")));
    assert!(begun.await.unwrap());
    assert_eq!(post.deliver(at("09:10")).await, []);
    assert_eq!(post.state("ann").await.0, MailState::Doubtful);
    assert!(post.kept("ann").is_empty());
}

#[tokio::test]
async fn yes_is_said_twice_and_taken_back_once() {
    let Some(post) = Post::open("twice").await else { return };
    let cx = post.cx(at("08:00"));
    mail_server::set(cx, &post.wish(Safety::StartTls)).await.unwrap();
    opt_ins::open_form(cx, "Letters from the workshop", "A letter a month from Maren about the workshop").await.unwrap();
    let key = opt_ins::everybody(cx).await.unwrap().forms[0].0.key.clone();
    let ask = |local: &str, trap: &str| Asking { address: post.to(local), name: "Ann".into(), trap: trap.into() };
    let ours = || async { opt_ins::everybody(cx).await.unwrap() };
    opt_ins::ask(&post.app, &key, &ask("ann", ""), "203.0.113.1", at("08:10")).await.unwrap();
    opt_ins::ask(&post.app, &key, &ask("robot", "https://buy.example"), "203.0.113.2", at("08:10")).await.unwrap();
    post.deliver(at("08:11")).await;
    assert!(post.kept("robot").is_empty(), "who fills in what nobody sees gets nothing");
    assert_eq!(ours().await.counts, [0, 1, 0, 0], "one is asked, and nobody may be written to");
    let asked = post.kept("ann").remove(0).2;
    let token = asked.split("/yes/sure/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(!asked.contains("List-Unsubscribe") && asked.contains("Auto-Submitted: auto-generated"));
    // A day later the link holds no more; within it, once.
    assert!(opt_ins::make_sure(&post.app, &token, at("08:10") + SignedDuration::from_hours(24)).await.is_err());
    assert_eq!(opt_ins::to_be_sure(&post.app, &token, at("09:00")).await.unwrap().words, "A letter a month from Maren about the workshop");
    assert_eq!(opt_ins::make_sure(&post.app, &token, at("09:00")).await.unwrap(), "Maren Okafor");
    assert!(opt_ins::make_sure(&post.app, &token, at("09:00")).await.is_err());
    let yes = ours().await.people.remove(0);
    assert_eq!((yes.place, yes.asked_at, yes.confirmed_at), (format!("https://desk.example/yes/{key}"), at("08:10"), Some(at("09:00"))));
    // Asking once more sends nothing: who is known is told nobody.
    opt_ins::ask(&post.app, &key, &ask("ann", ""), "203.0.113.1", at("09:05")).await.unwrap();
    assert_eq!(post.letters().await.len(), 1);

    post.said_yes(&["ben"]).await;
    let id = post.round("In October").await;
    rounds::send(post.cx(at("09:30")), id).await.unwrap();
    opt_ins::stop(&post.app, &yes.stop_key, at("09:31")).await.unwrap();
    opt_ins::stop(&post.app, &yes.stop_key, at("09:31")).await.unwrap();
    post.deliver(at("10:00")).await;
    assert_eq!(post.kept("ann").len(), 1, "what waited was stopped");
    let (returns_to, _, letter) = post.kept("ben").remove(0);
    assert!(
        letter.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
            && letter.contains("List-Unsubscribe: <https://desk.example/stop/")
    );
    assert!(letter.contains("The workshop has places again."));

    // It comes back: only a signed word counts, and only a final one.
    let secret = mail_server::hook_secret(cx).await.unwrap().unwrap();
    let tell = |status: &str, secret: &str| {
        let body = serde_json::json!({"to": returns_to, "status": status, "why": "no such mailbox"}).to_string();
        let (id, now) = ("msg_1", at("10:05"));
        let stamp = now.as_second().to_string();
        let (app, signature) = (post.app.clone(), sign(secret, id, &stamp, body.as_bytes()));
        async move { bounces::bounce(&app, &Signed { id, timestamp: &stamp, signature: &signature, body: body.as_bytes() }, now).await }
    };
    assert!(tell("5.1.1", "whsec_AAAA").await.is_err());
    assert_eq!(tell("4.2.2", &secret).await, Ok(false));
    assert_eq!(ours().await.counts, [1, 0, 1, 0]);
    assert_eq!(tell("5.1.1", &secret).await, Ok(true));
    assert_eq!(ours().await.counts, [0, 0, 1, 1]);
    assert_eq!(post.state("ben").await.0, MailState::Refused);
    // A list can't say yes for who has said no since.
    let list = format!(
        "address,name,when,where,words\n{},Ann,2026-01-01,the fair,Write to me\n{},Cy,2026-01-01,the fair,Write to me\n{},Di,,the fair,Write\n",
        post.to("ann"),
        post.to("cy"),
        post.to("di")
    );
    let taken = opt_in_list::import(post.cx(at("11:00")), list.as_bytes()).await.unwrap();
    assert_eq!((taken.new, taken.known), (1, 0));
    assert_eq!(taken.wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
}

#[tokio::test]
async fn the_form_is_asked_by_people_and_not_by_the_thousand() {
    let Some(post) = Post::open("many").await else { return };
    let cx = post.cx(at("08:00"));
    mail_server::set(cx, &post.wish(Safety::Plain)).await.unwrap();
    opt_ins::open_form(cx, "Letters", "A letter a month").await.unwrap();
    let key = opt_ins::everybody(cx).await.unwrap().forms[0].0.key.clone();
    for n in 0..8 {
        let asking = Asking { address: post.to(&format!("a{n}")), ..Asking::default() };
        let asked = opt_ins::ask(&post.app, &key, &asking, "203.0.113.1", at("08:10")).await;
        assert_eq!(asked.is_ok(), n < 5, "{n}: {asked:?}");
    }
    // One address is not plagued from many places.
    for n in 0..8 {
        let asking = Asking { address: post.to("eve"), ..Asking::default() };
        opt_ins::ask(&post.app, &key, &asking, &format!("203.0.113.1{n}"), at("08:30")).await.unwrap();
    }
    post.deliver(at("08:40")).await;
    assert_eq!(post.kept("eve").len(), 3);
    // Who does not make it sure is forgotten.
    let later = at("08:40") + SignedDuration::from_hours(49);
    perform(post.cx(later), Job::KeepHouse).await.unwrap();
    assert_eq!(opt_ins::everybody(post.cx(later)).await.unwrap().counts, [0, 0, 0, 0]);
}

#[tokio::test]
async fn the_weeks_letter_goes_at_its_hour_and_stays_as_it_went() {
    let Some(post) = Post::open("week").await else { return };
    let cx = post.cx(at("09:00"));
    mail_server::set(cx, &post.wish(Safety::Tls)).await.unwrap();
    let noted =
        Noted { address: post.to("client"), name: "Ana <b>".into(), place: "our call".into(), words: "Every Monday, please".into() };
    opt_ins::note(cx, LeaveFor::Week, &noted).await.unwrap();
    let monday = by_mail::choose(cx, Some(When { day: 1, hour: 8 })).await.unwrap().unwrap();
    assert!(matches!(perform(post.cx(monday), Job::WriteLetter).await.unwrap(), Next::At(next) if next > monday));
    post.deliver(monday).await;
    perform(post.cx(monday), Job::WriteLetter).await.unwrap();
    post.deliver(monday).await;
    assert_eq!(by_mail::send_now(post.cx(monday)).await.unwrap(), 0, "everybody has got it");
    let kept = post.kept("client");
    assert_eq!(kept.len(), 1);
    let letter = &kept[0].2;
    for part in ["multipart/alternative", "text/plain", "text/html", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Given and asked"]
    {
        assert!(letter.contains(part), "{part} is missing in {letter}");
    }
    assert!(!letter.contains("%%stop%%") && !letter.contains("<svg") && !letter.contains("<img"), "{letter}");
    let sent = by_mail::sent(cx).await.unwrap();
    assert_eq!((sent.len(), sent[0].counts.sent), (1, 1));
    let page = by_mail::kept(cx, sent[0].id).await.unwrap();
    assert!(page.html.starts_with("<!DOCTYPE html>") && page.figures.starts_with("figure,about,week,n"));
    // One who joins later gets the letter as the others got it, and not a new one.
    let late = Noted { address: post.to("late"), ..noted };
    opt_ins::note(post.cx(monday), LeaveFor::Week, &late).await.unwrap();
    assert_eq!(by_mail::send_now(post.cx(monday)).await.unwrap(), 1);
    assert_eq!(by_mail::sent(cx).await.unwrap().len(), 1);
}
