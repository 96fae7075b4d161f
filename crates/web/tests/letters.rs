//! The pages of letters, by what a person reads: the mail server, the week's letter, those who said yes, what strangers see; and the domain of links.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod desk;

use axum::http::{Method, StatusCode, header};
use desk::{Desk, now};
use model::{MailServer, Safety, Secret};
use verbs::reflect::links;
use verbs::relate::opt_ins;
use verbs::{Cx, StoreError};

async fn opened() -> Desk {
    let desk = Desk::open("voice Maren Okafor\naccount maren@plaza").await;
    let server = MailServer {
        host: "mail.example".into(),
        port: 465,
        safety: Safety::Tls,
        login: "maren".into(),
        from: "maren@desk.example".into(),
        from_name: String::new(),
        bounces: None,
    };
    let kept = desk.app.store.write::<_, StoreError>(&desk.scene.seat, move |tx| {
        tx.mails().set_server(&server, Some(&Secret::new("hush-hush-hush")), "whsec_AAAA", now())
    });
    kept.await.unwrap();
    desk
}

fn cx(desk: &Desk) -> Cx<'_> {
    Cx { app: &desk.app, seat: &desk.scene.seat, now: now() }
}

#[tokio::test]
async fn a_mail_server_that_does_not_answer_is_told_with_the_words_kept_and_the_password_never() {
    let desk = opened().await;
    let page = desk.see("/settings/mail").await;
    assert!(page.contains("value=\"mail.example\"") && !page.contains("hush-hush"), "{page}");
    let fields = [
        ("act", "keep"),
        ("host", "127.0.0.1"),
        ("port", "25"),
        ("safety", "plain"),
        ("login", "maren"),
        ("password", "secret-secret"),
        ("from", "maren@desk.example"),
    ];
    let (status, _, page) = desk.press("/settings/mail", &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("private address") && page.contains("value=\"127.0.0.1\"") && !page.contains("secret-secret"), "{page}");
    let (status, _, page) = desk.press("/settings/mail", &[("act", "test"), ("to", "<b>me")]).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("That is no mail address") && page.contains("&#60;b&#62;me"),
        "{page}"
    );
}

#[tokio::test]
async fn a_stranger_says_yes_by_the_form_and_nobody_learns_who_is_known() {
    let desk = opened().await;
    let words = "A letter a month, & nothing <else>";
    desk.press("/people/yes", &[("act", "form"), ("title", "Letters from the workshop"), ("form_words", words)]).await;
    let key = opt_ins::everybody(cx(&desk)).await.unwrap().forms[0].0.key.clone();
    let path = format!("/yes/{key}");
    let (status, headers, page) = desk.stranger(Method::GET, "localhost:8080", &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("A letter a month, &#38; nothing &#60;else&#62;") && headers.get(header::SET_COOKIE).is_none(), "{page}");
    let mut said = Vec::new();
    for _ in 0..2 {
        let (status, _, page) =
            desk.stranger(Method::POST, "localhost:8080", &path, Some("address=ann%40harbour.example&name=Ann&website=")).await;
        assert_eq!(status, StatusCode::OK);
        said.push(page);
    }
    assert_eq!(said[0], said[1]);
    let (status, _, page) = desk.stranger(Method::POST, "localhost:8080", &path, Some("address=ann&name=&website=")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("That is no mail address"), "{page}");
    assert_eq!(desk.stranger(Method::GET, "localhost:8080", "/yes/nothing", None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.stranger(Method::GET, "localhost:8080", "/yes/sure/nothing", None).await.0, StatusCode::NOT_FOUND);
    let page = desk.see("/people/yes").await;
    assert!(page.contains("ann@harbour.example") && page.contains("asked, and not made sure yet"), "{page}");
    let form = opt_ins::everybody(cx(&desk)).await.unwrap().forms[0].0.id.to_string();
    desk.press("/people/yes", &[("act", "close"), ("id", &form)]).await;
    assert_eq!(desk.stranger(Method::GET, "localhost:8080", &path, None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn looking_at_the_stop_link_stops_nothing_and_one_press_does() {
    let desk = opened().await;
    let fields = [("act", "note"), ("address", "ben@harbour.example"), ("name", "Ben"), ("place", "the fair"), ("words", "Yes please")];
    desk.press("/people/yes", &fields).await;
    let (_, to, _) = desk.press("/people/yes", &[("act", "round")]).await;
    let (status, _, page) = desk.press(&to, &[("act", "send"), ("subject", ""), ("words", "Hello")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("A letter needs a subject"), "{page}");
    let kept = desk.see(&to).await;
    assert!(kept.contains(">Hello</textarea>"), "nothing written is lost: {kept}");
    desk.press(&to, &[("act", "send"), ("subject", "In October"), ("words", "Hello <b>all</b>")]).await;
    let page = desk.see(&to).await;
    assert!(page.contains("Hello &#60;b&#62;all&#60;/b&#62;") && page.contains("ben@harbour.example") && page.contains("waits"), "{page}");
    let leave = opt_ins::everybody(cx(&desk)).await.unwrap().people.remove(0);
    let stop = format!("/stop/{}", leave.stop_key);
    let (status, _, page) = desk.stranger(Method::GET, "localhost:8080", &stop, None).await;
    assert!(status == StatusCode::OK && page.contains("No more letters?"), "{page}");
    assert_eq!(opt_ins::everybody(cx(&desk)).await.unwrap().counts, [1, 0, 0, 0]);
    let (status, _, page) = desk.stranger(Method::POST, "localhost:8080", &stop, Some("List-Unsubscribe=One-Click")).await;
    assert!(status == StatusCode::OK && page.contains("gets no more letters from Maren Okafor"), "{page}");
    assert_eq!(opt_ins::everybody(cx(&desk)).await.unwrap().counts, [0, 0, 1, 0]);
    assert!(desk.see(&to).await.contains("was stopped"));
    let (status, _, _) = desk.stranger(Method::POST, "localhost:8080", "/hooks/bounce", Some("{\"to\": \"x\"}")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_list_is_taken_row_by_row_with_its_proofs() {
    let desk = opened().await;
    let list = "address,name,when,where,words\nann@harbour.example,Ann,2026-05-01,the fair,A letter a month\nben@harbour.example,Ben,,the fair,A letter\n";
    let page = desk.see("/people/yes").await;
    assert!(page.contains("enctype=\"multipart/form-data\""));
    let (status, page) = desk.upload_as("/people/yes/import", &[], ("file", "list.csv", list.as_bytes())).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(
        page.contains("<td class=\"num\">3</td><td>It does not say when they said yes.</td>") && page.contains("One taken in"),
        "{page}"
    );
}

#[tokio::test]
async fn the_weeks_letter_has_a_day_and_readers_with_their_words() {
    let desk = opened().await;
    let (_, _, page) = desk.press("/letter/mail", &[("act", "now")]).await;
    assert!(page.contains("Nobody gets the letter yet"), "{page}");
    let fields = [("act", "add"), ("address", "client@harbour.example"), ("name", "Ana"), ("place", "our call"), ("words", "")];
    let (status, _, page) = desk.press("/letter/mail", &fields).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Say in which words") && page.contains("value=\"our call\""),
        "{page}"
    );
    let fields = [("act", "add"), ("address", "client@harbour.example"), ("name", "Ana"), ("place", "our call"), ("words", "Every Monday")];
    desk.press("/letter/mail", &fields).await;
    desk.press("/letter/mail", &[("act", "when"), ("day", "1"), ("hour", "8")]).await;
    desk.press("/letter/mail", &[("act", "now")]).await;
    let page = desk.see("/letter/mail").await;
    assert!(page.contains("“Every Monday”") && page.contains("one waiting"), "{page}");
    let at = page.find("href=\"/letter/mail/").unwrap() + 6;
    let path = page[at..].split('"').next().unwrap();
    let (status, headers, sheet) = desk.ask(Method::GET, path, None, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(sheet.contains("Given and asked") && sheet.contains("each reader’s own link"), "{sheet}");
}

#[tokio::test]
async fn a_domain_for_links_answers_links_and_nothing_else() {
    let desk = opened().await;
    let (status, _, page) = desk.press("/settings/links", &[("domain", "not a name")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("The name of a domain is wanted"), "{page}");
    desk.press("/settings/links", &[("domain", "https://Go.Fold.Example/")]).await;
    assert_eq!(links::domain(cx(&desk)).await.unwrap(), (Some("go.fold.example".into()), "https://go.fold.example/".into()));
    let kept = desk.app.store.write::<_, StoreError>(&desk.scene.seat, |tx| {
        let link = model::Link {
            id: tx.fresh(now()),
            code: "Ab3dE7x".into(),
            target: "https://fold.example/".into(),
            aim: None,
            draft: None,
            conversation: None,
            person: None,
            created_at: now(),
        };
        tx.links().put(&link, None)
    });
    kept.await.unwrap();
    for path in ["/Ab3dE7x", "/go/Ab3dE7x"] {
        let (status, headers, _) = desk.stranger(Method::GET, "go.fold.example", path, None).await;
        assert_eq!((status, headers[header::LOCATION].to_str().unwrap()), (StatusCode::FOUND, "https://fold.example/"));
    }
    for path in ["/", "/today", "/sign-in", "/go/", "/nothing", "/assets/x/hobnob.css", "/healthz"] {
        let (status, headers, _) = desk.stranger(Method::GET, "go.fold.example:443", path, None).await;
        assert!(status == StatusCode::NOT_FOUND && headers.get(header::SET_COOKIE).is_none(), "{path}");
    }
    assert_eq!(desk.stranger(Method::POST, "go.fold.example", "/sign-in", Some("name=x&password=y")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.stranger(Method::GET, "localhost:8080", "/Ab3dE7x", None).await.0, StatusCode::NOT_FOUND);
}
