//! Listening as somebody reads it: worth joining, topics, venues, passed by; full, empty, and with hostile words.

#![allow(clippy::unwrap_used)]

mod desk;

use axum::http::StatusCode;

use desk::Desk;

const FULL: &str = r#"
    voice Ada
    account ada@plaza
    post 09:00 ben@plaza "Any tips for a cold kitchen? My #sourdough starter sulks."
    post 09:10 tom@plaza "Sourdough from our shop, 20 % off, buy now https://shop.example/x"
    post 09:20 eve@plaza "My sourdough rises well."
"#;

impl Desk {
    async fn follow(&self, query: &str) -> (StatusCode, String, String) {
        self.press("/listen/topics", &[("query", query), ("name", "")]).await
    }
    /// The number in the first address of that form on a page.
    async fn number(&self, page: &str, before: &str, after: &str) -> String {
        let page = self.see(page).await;
        let found = page.match_indices(before).find_map(|(at, _)| {
            let rest = &page[at + before.len()..];
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            (!number.is_empty() && rest[number.len()..].starts_with(after)).then_some(number)
        });
        found.unwrap_or_else(|| panic!("{before}…{after} is not on the page: {page}"))
    }
}

#[tokio::test]
async fn worth_joining_says_why_and_ends() {
    let desk = Desk::open(FULL).await;
    let (status, to, _) = desk.follow("sourdough").await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/listen/topics"));
    let page = desk.see("/listen").await;
    for words in [
        "Conversations worth joining",
        "Best place to be useful first, loudest last.",
        "Any tips for a cold kitchen?",
        "a question, and nobody has answered",
        "about sourdough",
        "Why this is first",
        "Close to your topic “sourdough”",
        "of 100",
        "Two more are under 40.",
        "that is everything worth your time today.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("20 % off"), "what sells is kept back");
    let all = desk.see("/listen?all=yes").await;
    assert!(all.contains("20 % off") && all.contains("it sells something"), "{all}");
    assert!(desk.see("/listen/venues").await.contains("too few to judge"));
}

#[tokio::test]
async fn join_opens_the_talk_and_a_no_can_be_taken_back() {
    let desk = Desk::open(FULL).await;
    desk.follow("sourdough").await;
    let id = desk.number("/listen", "/listen/", "/pass").await;
    let (status, to, _) = desk.press(&format!("/listen/{id}/pass"), &[]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/listen"));
    assert!(!desk.see("/listen").await.contains("cold kitchen"));
    let passed = desk.see("/listen/passed").await;
    assert!(passed.contains("cold kitchen") && passed.contains("you said no"), "{passed}");
    desk.press(&format!("/listen/{id}/back"), &[]).await;
    assert!(desk.see("/listen").await.contains("cold kitchen"));

    let (_, _, wrong) = desk.press(&format!("/listen/{id}/later"), &[("day", "2026-09-01"), ("clock", "09:00")]).await;
    assert!(wrong.contains("That time has passed."), "{wrong}");
    let (status, ..) = desk.press(&format!("/listen/{id}/later"), &[("until", "reply")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(!desk.see("/listen").await.contains("cold kitchen"));
    desk.press(&format!("/listen/{id}/back"), &[]).await;

    let (status, to, _) = desk.press(&format!("/listen/{id}/join"), &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(to.starts_with("/talks/") && to.ends_with("#reply"), "{to}");
    assert!(desk.see(to.trim_end_matches("#reply")).await.contains("cold kitchen"));
    assert!(!desk.see("/listen").await.contains("cold kitchen"), "what was joined is no longer on offer");
    let (status, ..) = desk.press("/listen/7/join", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_pointed_at() {
    let desk = Desk::open(FULL).await;
    let (status, _, page) = desk.follow("bread (rye").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in
        ["This group is not closed. Put a ) at its end.", "bread <mark>(</mark>rye", "value=\"bread (rye\"", "aria-invalid=\"true\""]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    desk.follow("bread").await;
    let id = desk.number("/listen/topics", "/listen/topics/", "/close").await;
    assert!(desk.see(&format!("/listen/topics/{id}")).await.contains("Change “bread”"));
    let (status, _, page) = desk.press(&format!("/listen/topics/{id}"), &[("query", "bread OR"), ("name", "Bread")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("OR stands between two things"), "{page}");
    let (status, ..) = desk.press(&format!("/listen/topics/{id}"), &[("query", "bread rye"), ("name", "Loaves")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let list = desk.see("/listen/topics").await;
    assert!(list.contains("Loaves") && list.contains("bread rye") && list.contains("Plaza, ada@plaza"), "{list}");
    desk.press(&format!("/listen/topics/{id}/close"), &[]).await;
    assert!(!desk.see("/listen/topics").await.contains("Loaves</b>"));
    desk.press(&format!("/listen/topics/{id}/open"), &[]).await;
    assert!(desk.see("/listen/topics").await.contains("Loaves</b>"));
}

#[tokio::test]
async fn an_empty_desk_is_told_what_to_do() {
    let desk = Desk::open("voice Ada").await;
    assert!(desk.see("/listen").await.contains("No topic is followed yet"));
    assert!(desk.see("/listen/topics").await.contains("Follow a topic"));
    assert!(desk.see("/listen/venues").await.contains("Nothing to compare yet"));
    assert!(desk.see("/listen/passed").await.contains("Nothing has been passed by"));
    desk.follow("bread").await;
    assert!(desk.see("/listen").await.contains("Nothing worth joining just now"));
    assert!(desk.see("/listen?since=day&on=nowhere&topic=x").await.contains("Nothing here fits what you chose"));
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let long = "bread".repeat(400);
    let scene = format!(
        "voice Ada\naccount ada@plaza\npost 09:00 mal<b>@plaza \"<script>alert(1)</script> #bread?\"\npost 09:10 sara@plaza \"خبز أمي #bread؟\"\npost 09:20 eve@plaza \"#bread? {long}\""
    );
    let desk = Desk::open(&scene).await;
    desk.press("/listen/topics", &[("query", "#bread OR \"<i>\""), ("name", "<img src=x>")]).await;
    for path in
        ["/listen", "/listen?all=yes", "/listen?all=%3Cscript%3E&on=%22%3E%3Cu%3E", "/listen/topics", "/listen/venues", "/listen/passed"]
    {
        let page = desk.see(path).await;
        for bad in ["<script>alert", "<img src=x", "mal<b>", "\"><u>"] {
            assert!(!page.contains(bad), "{bad} on {path}");
        }
    }
    let page = desk.see("/listen?all=yes").await;
    assert!(page.contains("خبز أمي") && page.contains("dir=\"auto\""), "{page}");
}

#[tokio::test]
async fn how_talks_are_ranked_can_be_changed() {
    let desk = Desk::open(FULL).await;
    desk.follow("sourdough").await;
    let page = desk.see("/listen/ranked").await;
    for words in ["How talks are ranked", "Individuals answer each other", "It sells something", "What your choices teach", "Nothing yet."]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (status, to, _) =
        desk.press("/listen/ranked", &[("selling", "off"), ("question", "half"), ("nonsense", "off"), ("talk", "loud")]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/listen/ranked"));
    let page = desk.see("/listen/ranked").await;
    assert!(
        page.contains(
            "name=\"selling\"><option value=\"full\">in full</option><option value=\"half\">half</option><option value=\"off\" selected>"
        ),
        "{page}"
    );
    let all = desk.see("/listen?all=yes").await;
    assert!(all.contains("It sells something (not counted, as you chose)") && !all.contains("it sells something"), "{all}");
}

#[tokio::test]
async fn a_venue_has_a_page() {
    let desk = Desk::open(FULL).await;
    desk.follow("#sourdough").await;
    let list = desk.see("/listen/venues").await;
    assert!(
        list.contains("#sourdough on Plaza") && list.contains("/listen/venue?name=%23sourdough+on+Plaza") && list.contains("By server"),
        "{list}"
    );
    let page = desk.see("/listen/venue?name=%23sourdough+on+Plaza").await;
    for words in
        ["Talks that were answered", "It is too early to judge the place", "Your standing here", "You have not talked about this there."]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (status, ..) = desk.ask(axum::http::Method::GET, "/listen/venue?name=%3Cscript%3E", None, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whom_one_follows_is_on_a_page_that_ends() {
    let desk = Desk::open(FULL).await;
    let page = desk.see("/listen/following").await;
    assert!(page.contains("Nobody is known to be followed yet") && page.contains("Ask your networks"), "{page}");
    let (status, to, _) = desk.press("/listen/following", &[]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/listen/following"));
}

#[tokio::test]
async fn what_a_post_does_is_said_with_why_and_put_right() {
    let desk = Desk::open(FULL).await;
    desk.follow("sourdough").await;
    let id = desk.number("/listen?all=yes", "/posts/", "/kind").await;
    let path = format!("/posts/{id}/kind");
    let page = desk.see(&path).await;
    for words in ["Any tips for a cold kitchen?", "It asks and shows the", "Told from its words", "Because of", "Put it right"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (status, _, wrong) = desk.press(&path, &[("does", "shouts"), ("side", "work")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.contains("Choose what it does"), "{wrong}");
    let (status, to, _) = desk.press(&path, &[("does", "sells"), ("side", "personal")]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    let page = desk.see(&path).await;
    assert!(page.contains("It sells and shows the personal side") && page.contains("You said so."), "{page}");
    assert!(!desk.see("/listen").await.contains("cold kitchen"), "what sells is kept back");
    desk.press(&format!("{path}/back"), &[]).await;
    assert!(desk.see(&path).await.contains("Told from its words"));
    assert!(desk.see("/listen").await.contains("cold kitchen"));
    let (status, ..) = desk.press("/posts/7/kind", &[("does", "sells"), ("side", "work")]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
