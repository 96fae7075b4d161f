//! What stands with a post, what is private, and what colleagues share, as somebody reads it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod desk;

use axum::http::StatusCode;
use desk::{Desk, now};
use model::{DeskId, Poll, PollAnswer, Post, Quote, Quoted, Role, Seat, Visibility, Voice, VoiceId};
use testkit::scene::at;
use verbs::StoreError;
use verbs::converse::{Arrival, take_in};

const ONE: &str = r#"
    voice Ada
    account ada@plaza
    post 09:00 ben@plaza "@ada which one? <b>bold</b>"
    post 09:10 cat@plaza "@ada between us?"
"#;

/// Takes a post in again, changed.
async fn again(desk: &Desk, change: impl Fn(&mut Post)) {
    let account = *desk.scene.accounts.values().next().unwrap();
    let mut post = desk.scene.networks["plaza"].world().posts[0].clone();
    change(&mut post);
    let write = desk.app.store.write::<_, StoreError>(&desk.scene.seat, move |tx| {
        take_in(tx, &tx.accounts().get(account)?, &[post], Arrival::Fresh, now()).map(drop)
    });
    write.await.unwrap();
}

#[tokio::test]
async fn a_poll_a_quote_and_an_edit_are_drawn_and_nothing_of_them_is_markup() {
    let desk = Desk::open(ONE).await;
    let answer = |words: &str, votes| PollAnswer { words: words.into(), votes: Some(votes) };
    again(&desk, |post| {
        post.poll = Some(Poll {
            answers: vec![answer("<i>Rye</i>", 1), answer("Wheat", 3)],
            closes_at: Some(at("12:00")),
            is_closed: false,
            is_many: false,
            voters: Some(4),
        });
        post.quote = Some(Quote::Here(Quoted {
            id: "plaza:q".into(),
            who: "Dan <script>".into(),
            handle: "dan@plaza".into(),
            url: Some("javascript:alert(1)".into()),
            text: "Rye <rises>".into(),
            warning: None,
            at: Some(at("08:00")),
        }));
    })
    .await;
    again(&desk, |post| {
        post.text = "@ada which of them?".into();
        post.edited_at = Some(at("10:00"));
    })
    .await;
    let inbox = desk.see("/inbox").await;
    for words in ["Poll</span>", "Quotes a post</span>", "Edited</span>"] {
        assert!(inbox.contains(words), "{words}: {inbox}");
    }
    let href = inbox.find("href=\"/talks/").unwrap() + 6;
    let talk = desk.see(inbox[href..].split('"').next().unwrap()).await;
    for words in [
        "&#60;i&#62;Rye&#60;/i&#62;",
        "3 votes, 75 %",
        "Open until",
        "4 people voted.",
        "Votes are cast on its own page.",
        "Dan &#60;script&#62;",
        "Rye &lt;rises&gt;",
        "which of them?",
        "What it said before",
        "which one? &lt;b&gt;bold",
        ", edited",
    ] {
        assert!(talk.contains(words), "{words}: {talk}");
    }
    assert!(!talk.contains("javascript:alert"));
}

#[tokio::test]
async fn private_talk_has_a_tab_of_its_own_and_says_who_reads_an_answer() {
    let desk = Desk::open(ONE).await;
    again(&desk, |_| ()).await;
    let account = *desk.scene.accounts.values().next().unwrap();
    let mut post = desk.scene.networks["plaza"].world().posts[1].clone();
    post.at = model::PostRef::new("plaza:private", "tag-p");
    post.visibility = Visibility::Direct;
    let write = desk.app.store.write::<_, StoreError>(&desk.scene.seat, move |tx| {
        take_in(tx, &tx.accounts().get(account)?, &[post], Arrival::Fresh, now()).map(drop)
    });
    write.await.unwrap();
    let page = desk.see("/inbox?box=private").await;
    assert!(page.contains("Private <small>1</small>") && page.contains("between us?"), "{page}");
    assert!(desk.see("/today").await.contains("One person waits for you in private."));
    let href = page.find("href=\"/talks/").unwrap() + 6;
    let talk = desk.see(page[href..].split('"').next().unwrap()).await;
    assert!(talk.contains("class=\"private\">Private") && talk.contains("in private: only Cat will read it"), "{talk}");
    let found = desk.see("/search?q=between").await;
    assert_eq!(found.matches("<mark>between</mark> us?").count(), 1, "the public one alone: {found}");
}

#[tokio::test]
async fn colleagues_share_a_subject_and_no_text() {
    let desk = Desk::open(ONE).await;
    assert!(!desk.see("/notebook").await.contains("What you talk about in common"), "one alone shares nothing");
    let seat = Seat::of_voice(DeskId(1), VoiceId(2), Role::Member);
    let write = desk.app.store.write_unscoped::<_, StoreError>(move |tx| {
        tx.put_voice(&Voice { id: VoiceId(2), name: "Cleo".into() }, "no-password", now())?;
        tx.put_seat(&seat, now())
    });
    write.await.unwrap();
    let fields =
        [("title", "The autumn <workshops>"), ("notes", "Six places left"), ("link", "https://w.example/"), ("until", "2026-09-30")];
    let (status, to, _) = desk.press("/notebook/shared", &fields).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/notebook#shared"));
    for path in ["/notebook", "/write"] {
        let page = desk.see(path).await;
        for words in ["The autumn &#60;workshops&#62;", "Six places left", "https://w.example/", "Ada shared it, until the end of"] {
            assert!(page.contains(words), "{path}: {words}: {page}");
        }
    }
    for (field, value, why) in [
        ("link", "ftp://w.example", "A link begins with https:// or http://."),
        ("until", "2026-09-01", "That day is over."),
        ("title", " ", "A subject wants a title."),
    ] {
        let fields = fields.map(|(name, kept)| (name, if name == field { value } else { kept }));
        let (status, _, page) = desk.press("/notebook/shared", &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(why) && page.contains("Six places left"), "what was written is kept: {page}");
    }
    let page = desk.see("/notebook").await;
    let close = page.split("action=\"").find(|a| a.starts_with("/notebook/shared/")).unwrap().split('"').next().unwrap().to_owned();
    desk.press(&close, &[]).await;
    assert!(!desk.see("/write").await.contains("Six places left"));
    desk.press(&close.replace("/close", "/back"), &[]).await;
    assert!(desk.see("/write").await.contains("Six places left"));
}
