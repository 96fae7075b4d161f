//! Today, the inbox and a conversation as somebody reads them: full, empty, and with hostile words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod desk;

use axum::http::{Method, StatusCode};
use testkit::scene::at;
use verbs::Cx;

use desk::{Desk, now};

impl Desk {
    /// The address of the first conversation that waits.
    async fn first(&self) -> String {
        let page = self.see("/inbox").await;
        let at = page.find("href=\"/talks/").expect("somebody waits") + 6;
        page[at..].split('"').next().unwrap().to_owned()
    }
}

const FULL: &str = r#"
    voice Ada
    account ada@plaza
    post 09:00 ben@plaza "@ada which thread for a first book? See https://thread.example/?a=1&b=2"
    post 09:30 cat@plaza "What a lovely talk by @ada yesterday."
    post 10:00 tom@plaza "@ada are you there?"
"#;

#[tokio::test]
async fn today_and_the_inbox_say_who_waits() {
    let desk = Desk::open(FULL).await;
    let today = desk.see("/today").await;
    for words in [
        "Two people are waiting for you",
        "Tuesday 8 September, 11:14",
        "which thread for a first book?",
        "2 hours",
        "Ben asked you; you have not answered.",
        "One other spoke of you and needs no answer.",
    ] {
        assert!(today.contains(words), "{words}: {today}");
    }
    let inbox = desk.see("/inbox").await;
    for words in ["Waiting for you <small>2</small>", "Spoke of you <small>1</small>", "That is everyone.", "Tom"] {
        assert!(inbox.contains(words), "{words}: {inbox}");
    }
    assert!(desk.see("/inbox?box=spoke").await.contains("What a lovely talk"));
    assert!(desk.see("/inbox?from=nowhere").await.contains("Nothing in this box fits what you chose."));
    let (_, _, new) = desk.ask(Method::GET, "/inbox?have=1", None, Some("new")).await;
    assert_eq!(new, "1");
}

/// The page is kept for a moment, so what must not be kept with it is looked at here: a token used twice, and words that are old.
#[tokio::test]
async fn a_page_drawn_a_moment_ago_serves_only_while_it_is_true() {
    let desk = Desk::open(FULL).await;
    let parts = |page: &str| {
        let at = page.find("name=\"token\" value=\"").unwrap() + 20;
        let token = page[at..].split('"').next().unwrap().to_owned();
        (page.replace(&token, "TOKEN"), token)
    };
    // Another look at it first, so that who is asking is known.
    desk.see("/inbox").await;
    let (first, first_token) = parts(&desk.see("/inbox").await);
    let (again, again_token) = parts(&desk.see("/inbox").await);
    assert_eq!(first, again);
    assert_ne!(first_token, again_token);
    let done = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", &again_token).finish();
    let (status, ..) = desk.ask(Method::POST, &format!("{}/done", desk.first().await), Some(done), None).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "a token of a page that was kept is as good as any");
    assert!(desk.see("/inbox").await.contains("Waiting for you <small>1</small>"), "what was pressed shows at once");
    assert!(desk.see("/inbox?box=done").await.contains("Bring back"));
    // What somebody else writes, past this site, shows too.
    let talk = desk.first().await;
    let id = model::ConversationId(talk.rsplit('/').next().unwrap().parse().unwrap());
    let cx = Cx { app: &desk.app, seat: &desk.scene.seat, now: now() };
    verbs::converse::later::done(cx, id).await.unwrap();
    assert!(desk.see("/inbox").await.contains("Nobody is waiting for you"));
}

#[tokio::test]
async fn an_empty_desk_has_one_thing_to_do() {
    let desk = Desk::open("voice Ada").await;
    assert!(desk.see("/today").await.contains("Connect an account"));
    for name in ["waiting", "you-wait", "later", "spoke", "done", "nonsense"] {
        assert!(desk.see(&format!("/inbox?box={name}")).await.contains("Nothing is connected yet"), "{name}");
    }
    let desk = Desk::open("voice Ada\naccount ada@plaza").await;
    assert!(desk.see("/today").await.contains("Nobody is waiting for you"));
    for (name, words) in [("you-wait", "You wait for nobody"), ("later", "Nothing is put off"), ("done", "Nothing is done yet")] {
        assert!(desk.see(&format!("/inbox?box={name}")).await.contains(words), "{name}");
    }
    let (status, _, _) = desk.ask(Method::GET, "/talks/12345", None, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _, _) = desk.ask(Method::GET, "/media/12345/0", None, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn done_later_and_back_again() {
    let desk = Desk::open(FULL).await;
    let talk = desk.first().await;
    let (status, to, _) = desk.press(&format!("{talk}/done?from=inbox"), &[]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/inbox"));
    assert!(desk.see("/inbox?box=done").await.contains("Bring back"));
    desk.press(&format!("{talk}/back"), &[]).await;
    assert!(desk.see("/inbox").await.contains("Waiting for you <small>2</small>"));

    assert!(desk.see(&format!("{talk}/later")).await.contains("When shall Ben come back?"));
    let (status, _, page) = desk.press(&format!("{talk}/later"), &[("until", "own"), ("day", "2026-09-01"), ("clock", "09:00")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("That time is over.") && page.contains("2026-09-01"), "{page}");
    let (status, ..) = desk.press(&format!("{talk}/later"), &[("until", "own"), ("day", "2026-09-09"), ("clock", "09:00")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let later = desk.see("/inbox?box=later").await;
    assert!(later.contains("comes back tomorrow at 09:00"), "{later}");
    assert!(desk.see("/inbox").await.contains("The next one comes back tomorrow at 09:00"));
}

#[tokio::test]
async fn a_conversation_is_answered_from_its_page() {
    let desk = Desk::open(FULL).await;
    let talk = desk.first().await;
    let page = desk.see(&talk).await;
    for words in [
        "Ben and you",
        "1 of 2",
        "Next: Tom",
        "waiting 2 hours",
        "To <b>Ben</b> on Plaza, in public",
        "0 of 300",
        "Like",
        "Pass on",
        "A note to yourself",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("<a href=\"https://thread.example/?a=1&amp;b=2\" rel=\"noreferrer nofollow\">"), "{page}");
    // While typing, the words are kept and counted.
    let (_, _, told) = desk.press_for(&talk, &[("text", "Lin"), ("kind", "gives")], Some("told")).await;
    assert!(told.contains("Draft kept 11:14") && told.contains("3 of 300"), "{told}");
    assert!(desk.see(&talk).await.contains(">Lin</textarea>"));
    let (status, _, page) = desk.press(&talk, &[("text", "Linen."), ("kind", "gives"), ("then", "stay")]).await;
    assert_eq!((status, page.is_empty()), (StatusCode::SEE_OTHER, true), "{page}");
    let after = desk.see(&talk).await;
    assert!(after.contains("Your answer is on its way") && after.contains("Linen."), "{after}");
    let (status, _, page) = desk.press(&talk, &[("text", "  "), ("kind", "gives"), ("then", "stay")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("There is nothing to say yet."), "{page}");
    let (status, to, _) = desk.press(&format!("{talk}/note"), &[("note", "Likes linen")]).await;
    assert_eq!((status, to), (StatusCode::SEE_OTHER, talk.clone()));
    assert!(desk.see(&talk).await.contains("Likes linen"));
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let desk = Desk::open("voice Ada\naccount ada@plaza").await;
    let plaza = desk.scene.networks["plaza"].clone();
    let evil = "<script>alert(1)</script>";
    plaza.profile_of("eve@plaza");
    plaza.say("eve@plaza", &format!("@ada {evil} \"onload=x ؟ {}", "x".repeat(5000)), at("09:00"), None);
    {
        let mut world = plaza.world();
        let post = &mut world.posts[0];
        post.author.name = format!("{evil} مرحبا \"");
        post.author.about = evil.into();
        post.url = Some("javascript:alert(1)".into());
        post.warning = Some(format!("{evil} warning"));
        post.language = Some("\"><b>".into());
        post.media = vec![
            model::Media { kind: model::MediaKind::Picture, url: "javascript:alert(2)".into(), preview_url: None, alt: evil.into() },
            model::Media { kind: model::MediaKind::Video, url: "https://x.example/\"><b>".into(), preview_url: None, alt: evil.into() },
        ];
    }
    desk.sync().await;
    let talk = desk.first().await;
    for path in ["/today", "/inbox", &talk, &format!("{talk}/later")] {
        let page = desk.see(path).await;
        assert!(!page.contains(evil), "{path}");
        assert!(!page.contains("javascript:") && !page.contains("lang=\"\">"), "{path}");
        assert!(page.contains("script"), "{path} still says what was said");
    }
    let page = desk.see(&talk).await;
    assert!(page.contains("<details class=\"more\"><summary>"), "behind its warning");
}

#[tokio::test]
async fn a_gap_is_told() {
    let desk = Desk::open("voice Ada\naccount ada@plaza").await;
    let plaza = desk.scene.networks["plaza"].clone();
    plaza.profile_of("ben@plaza");
    plaza.say("ben@plaza", "@ada what do you say?", at("09:00"), Some("plaza:999"));
    desk.sync().await;
    let talk = desk.first().await;
    assert!(desk.see(&talk).await.contains("One post is missing here"));
}

#[tokio::test]
async fn a_sitting_goes_one_by_one_to_its_end() {
    let desk = Desk::open(FULL).await;
    let before = desk.see("/sitting").await;
    assert!(before.contains("Two people wait for you.") && before.contains("value=\"20\""), "{before}");
    let (status, _, page) = desk.press("/sitting", &[("minutes", "soon")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Give minutes as a number") && page.contains("value=\"soon\""), "{page}");
    let (status, to, _) = desk.press("/sitting", &[("minutes", "20")]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/sitting"));
    let first = desk.see("/sitting").await;
    for words in ["1 of 2", "Ben waits for you", "20 minutes left", "To come", "Leave it for another day"] {
        assert!(first.contains(words), "{words}: {first}");
    }
    let (_, to, _) = desk.press(&format!("{}/done?from=sitting", desk.first().await), &[]).await;
    assert_eq!(to, "/sitting");
    assert!(desk.see("/sitting").await.contains("Tom waits for you"));
    let field = |page: &str, name: &str| {
        let at = page.find(&format!("name=\"{name}\" value=\"")).expect(name) + name.len() + 15;
        page[at..].split('"').next().unwrap().to_owned()
    };
    let second = desk.see("/sitting").await;
    let (sitting, step) = (field(&second, "sitting"), field(&second, "step"));
    let (_, to, _) = desk.press("/sitting/leave", &[("sitting", &sitting), ("step", &step)]).await;
    assert_eq!(to, "/sitting");
    let over = desk.see("/sitting").await;
    assert!(over.contains("That is it for now") && over.contains("You finished with Ben. One other keeps until another day."), "{over}");
}

#[tokio::test]
async fn several_rows_at_once_and_the_box_narrowed() {
    let desk = Desk::open(FULL).await;
    let page = desk.see("/inbox").await;
    let ids: Vec<&str> =
        page.match_indices("name=\"id\" value=\"").map(|(at, m)| page[at + m.len()..].split('"').next().unwrap()).collect();
    assert_eq!(ids.len(), 2, "{page}");
    let (_, _, said) = desk.press_for("/inbox/several", &[("box", "waiting"), ("do", "done")], Some("row")).await;
    assert!(said.contains("None was chosen."), "{said}");
    let both = [("id", ids[0]), ("id", ids[1]), ("box", "waiting"), ("do", "mute")];
    let (_, _, said) = desk.press_for("/inbox/several", &both, Some("row")).await;
    assert!(said.contains("Muted: two conversations.") && said.contains("/inbox/several/back"), "{said}");
    assert!(desk.see("/inbox").await.contains("Nobody is waiting for you"));
    let muted = desk.see("/inbox?box=muted").await;
    assert!(muted.contains("Ben") && muted.contains("Bring back"), "{muted}");
    let all = format!("{}=,0,0,,,,;{}=,0,0,,,,", ids[0], ids[1]);
    desk.press("/inbox/several/back", &[("all", &all), ("box", "waiting")]).await;
    assert!(desk.see("/inbox").await.contains("Waiting for you <small>2</small>"));
    for (question, who) in [("q=are+you", "Tom"), ("q=THREAD", "Ben")] {
        let page = desk.see(&format!("/inbox?{question}")).await;
        assert_eq!((page.contains("data-focus>"), page.matches("data-focus>").count()), (true, 1), "{question}");
        assert!(page.contains(&format!("Choose {who}")), "{page}");
    }
    assert!(desk.see("/inbox?tie=close&aim=3&account=1&whose=nobody").await.contains("Nothing in this box fits what you chose."));
}

#[tokio::test]
async fn muting_and_notes_for_the_desk_stand_on_the_page() {
    let desk = Desk::open(FULL).await;
    let talk = desk.first().await;
    desk.press(&format!("{talk}/mute"), &[("on", "1")]).await;
    let page = desk.see(&talk).await;
    assert!(page.contains("Hear it again"), "{page}");
    desk.press(&format!("{talk}/mute"), &[("on", "0")]).await;
    desk.press(&format!("{talk}/aside"), &[("aside", "<b>Mia</b> knows")]).await;
    let page = desk.see(&talk).await;
    assert!(page.contains("Among colleagues") && page.contains("&#60;b&#62;Mia&#60;/b&#62; knows"), "{page}");
}
