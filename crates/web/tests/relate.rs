//! People as somebody reads them: the list and one person's page; full, empty, and with hostile words.

#![allow(clippy::unwrap_used)]

mod desk;

use axum::http::{Method, StatusCode, header};

use desk::Desk;

const FULL: &str = r#"
    voice Ada
    account ada@plaza
    account ada@forum
    post 08:00 ben@plaza "@ada which thread for a first book?"
    post 08:30 benny@forum "@ada may I send you my shelf list?"
    post 09:00 cat@plaza "@ada thank you for that."
"#;

impl Desk {
    /// The address of a person by name, from the list.
    async fn person(&self, name: &str) -> String {
        let page = self.see("/people").await;
        let end = page.find(&format!(">{name}</a>")).unwrap_or_else(|| panic!("{name} is not on the page: {page}"));
        let start = page[..end].rfind("href=\"").unwrap() + 6;
        page[start..end].split('"').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn people_and_what_is_between_us() {
    let desk = Desk::open(FULL).await;
    let page = desk.see("/people").await;
    for words in
        ["Three people you talk with.", "Everyone <small>3</small>", "Tribe <small>0</small>", " waits for you", "That is everyone.", "Ben"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(">Ada</a>"), "we ourselves are not among our people");
    assert!(desk.see("/people?who=drifting").await.contains("Nobody drifts"));
    assert!(desk.see("/people?q=benny&order=name").await.contains("Benny"));
    assert!(desk.see("/people?q=nobody-at-all").await.contains("Nobody fits that"));
    assert!(desk.see("/people?who=nonsense&page=9").await.contains("Nobody yet"));

    let ben = desk.person("Ben").await;
    let page = desk.see(&ben).await;
    for words in [
        "which thread for a first book?",
        "Everything between you",
        "September",
        "Ben asked",
        "you have not answered yet",
        "Give and ask",
        "@ben@plaza",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn notes_edits_and_undo() {
    let desk = Desk::open(FULL).await;
    let ben = desk.person("Ben").await;
    desk.press(&format!("{ben}/note"), &[("text", "Likes a phone call.")]).await;
    let page = desk.see(&ben).await;
    assert!(page.matches("Likes a phone call.").count() >= 2, "beside the page and in the timeline: {page}");
    let at = page.find("/notes/").unwrap() + 7;
    let note: String = page[at..].chars().take_while(char::is_ascii_digit).collect();
    let number = ben.trim_start_matches("/people/").to_owned();
    desk.press(&format!("/notes/{note}/delete"), &[("person", &number)]).await;
    assert!(!desk.see(&ben).await.contains("Likes a phone call."));
    let back = [("id", note.as_str()), ("at", "1788858840000"), ("text", "Likes a phone call.")];
    desk.press(&format!("{ben}/note/back"), &back).await;
    assert!(desk.see(&ben).await.contains("Likes a phone call."));

    assert!(desk.see(&format!("{ben}/edit")).await.contains("Edit Ben"));
    let (status, _, page) = desk.press(&format!("{ben}/edit"), &[("name", " "), ("about", ""), ("nature", "person")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("The name is empty."), "{page}");
    desk.press(&format!("{ben}/edit"), &[("name", "Ben Osei"), ("about", "Mends bicycles"), ("nature", "brand")]).await;
    let page = desk.see(&ben).await;
    assert!(page.contains("Ben Osei") && page.contains("Mends bicycles") && page.contains("This is a brand, not a person."), "{page}");

    let (status, to, _) = desk.press("/people", &[("name", "Ilse Brandt"), ("about", "Head of collections")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(desk.see(&to).await.contains("You have not talked yet"));
}

#[tokio::test]
async fn one_person_two_names_and_back() {
    let desk = Desk::open(FULL).await;
    let (ben, benny) = (desk.person("Ben").await, desk.person("Benny").await);
    assert!(desk.see(&format!("{ben}/join?q=benny")).await.contains("@benny@forum"));
    desk.press(&format!("{ben}/join"), &[("with", benny.trim_start_matches("/people/"))]).await;
    let page = desk.see(&ben).await;
    assert!(page.contains("@ben@plaza") && page.contains("@benny@forum") && page.contains("was joined with Ben by hand"), "{page}");
    let (status, headers, _) = desk.ask(Method::GET, &benny, None, None).await;
    assert_eq!((status, headers[header::LOCATION].to_str().unwrap()), (StatusCode::SEE_OTHER, ben.as_str()));
    let at = page.find("/joins/").unwrap() + 7;
    let join: String = page[at..].chars().take_while(char::is_ascii_digit).collect();
    desk.press(&format!("/joins/{join}/undo"), &[]).await;
    assert!(!desk.see(&ben).await.contains("@benny@forum"));
    assert!(desk.see(&benny).await.contains("shelf list"));
    let (status, ..) = desk.press(&format!("/joins/{join}/undo"), &[]).await;
    assert_eq!(status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn forgetting_asks_first() {
    let desk = Desk::open(FULL).await;
    let ben = desk.person("Ben").await;
    assert!(desk.see(&format!("{ben}/forget")).await.contains("This cannot be taken back."));
    let (_, to, _) = desk.press(&format!("{ben}/forget"), &[]).await;
    assert_eq!(to, "/people");
    assert!(!desk.see("/people").await.contains(">Ben</a>"));
    assert!(!desk.see("/inbox").await.contains("first book"));
    let (status, ..) = desk.ask(Method::GET, &ben, None, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

const CIRCLE: &str = r#"
    voice Ada
    account ada@plaza
    post 06:00 ben@plaza "@ada which thread?"
    post 06:01 ada@plaza "Eighteen over three, and not more." > 1
    post 07:00 dora@plaza "A talk on paper on Friday."
    post 07:01 ben@plaza "@dora where is it?" > 3
    post 07:02 dora@plaza "@ben in the hall <b>." > 4
"#;

#[tokio::test]
async fn introductions_reminders_and_corrections() {
    let desk = Desk::open(CIRCLE).await;
    let posts: Vec<model::Post> =
        ["ada@plaza", "ben@plaza", "dora@plaza"].iter().flat_map(|who| desk.scene.networks["plaza"].said_by(who)).collect();
    let account = desk.scene.account("ada@plaza");
    let seen = desk
        .app
        .store
        .write(&desk.scene.seat, move |tx| {
            verbs::converse::take_in(tx, &tx.accounts().get(account)?, &posts, verbs::converse::Arrival::History, desk::now())?;
            let dora = tx.profiles().find_handle(&model::NetworkKey::new("plaza"), "dora@plaza")?;
            Ok::<_, verbs::StoreError>(dora.expect("she spoke").person)
        })
        .await;
    let dora = format!("/people/{}", seen.unwrap());
    let page = desk.see(&dora).await;
    for words in
        ["Who can introduce you to Dora", "Ben answered Dora once, Dora answered Ben once", "in the hall &#60;b&#62;.", "Write to Ben"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let ben = desk.person("Ben").await;
    let number = ben.trim_start_matches("/people/").to_owned();
    let (status, to, _) = desk.press(&format!("{dora}/introduce"), &[("via", &number)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(to.starts_with("/write/"), "{to}");
    assert!(desk.see(&to).await.contains("@ben@plaza"));
    assert!(desk.see(&dora).await.contains("You asked Ben"));
    desk.press(&format!("{dora}/edit"), &[("name", "Dora"), ("nature", "person"), ("role", "Archivist"), ("organisation", "Aldermoor")])
        .await;
    let found = desk.see("/people/introduce?q=archivist+at+aldermoor").await;
    assert!(found.contains("Through Ben.") && found.contains("Archivist, Aldermoor"), "{found}");
    assert!(desk.see("/people/introduce").await.contains("Who can introduce me to"));
    assert!(desk.see("/people/introduce?q=nobody-at-all").await.contains("Nobody fits that"));
    desk.press(&format!("{ben}/edit"), &[("name", "Ben"), ("nature", "person"), ("no_go_between", "yes")]).await;
    assert!(desk.see(&dora).await.contains("Nobody you know leads to Dora"));

    desk.press(&format!("{ben}/remind"), &[("days", "42")]).await;
    assert!(desk.see(&ben).await.contains("reminded after 42 days of silence"));
    desk.press(&format!("{ben}/remind"), &[("days", "soon")]).await;
    assert!(desk.see(&ben).await.contains("42 days"), "what is no number changes nothing");
    let page = desk.see(&ben).await;
    assert!(page.contains("You gave once and asked never."), "{page}");
    let at = page.find("name=\"post\" value=\"").unwrap() + 19;
    let post: String = page[at..].chars().take_while(char::is_ascii_digit).collect();
    desk.press(&format!("{ben}/kind"), &[("post", &post), ("kind", "talks")]).await;
    assert!(desk.see(&ben).await.contains("You gave never and asked never."));
    assert!(desk.see("/people/import").await.contains("Never by name"));
}

#[tokio::test]
async fn an_empty_desk_and_hostile_names() {
    let desk = Desk::open("voice Ada").await;
    assert!(desk.see("/people").await.contains("Nobody yet"));

    let long = "x".repeat(3000);
    let scene = format!(
        "voice Ada\naccount ada@plaza\npost 09:00 mal<b>@plaza \"@ada <script>alert(1)</script>?\"\npost 09:10 sara@plaza \"@ada كيف؟ {long}\""
    );
    let desk = Desk::open(&scene).await;
    let page = desk.see("/people?q=%22%3E%3Cu%3E").await;
    assert!(!page.contains("\"><u>"), "{page}");
    let list = desk.see("/people").await;
    let people: Vec<String> =
        list.match_indices("href=\"/people/").map(|(at, _)| list[at + 6..].split('"').next().unwrap().to_owned()).collect();
    let people: Vec<String> = people.into_iter().filter(|path| !["/people/import", "/people/yes"].contains(&path.as_str())).collect();
    assert_eq!(people.len(), 2, "{list}");
    for path in people {
        desk.press(&format!("{path}/note"), &[("text", "<img src=x onerror=alert(1)>")]).await;
        for path in [path.clone(), format!("{path}/edit"), format!("{path}/join?q=<i>"), format!("{path}/forget")] {
            let path = path.replace('<', "%3C").replace('>', "%3E");
            let page = desk.see(&path).await;
            for bad in ["<script>alert", "<img src=x", "Mal<b>", "mal<b>"] {
                assert!(!page.contains(bad), "{bad} on {path}");
            }
        }
    }
}
