//! The page of what is kept: what is chosen there, and how wrong input is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod desk;

use axum::http::StatusCode;
use desk::Desk;

#[tokio::test]
async fn how_much_is_kept_is_chosen_and_what_is_wrong_is_said_at_its_field() {
    let desk = Desk::open("voice Maren Okafor\naccount maren@plaza\npost 08:00 ben@plaza \"A fine morning.\"").await;
    let page = desk.see("/settings/kept").await;
    assert!(page.contains("value=\"400\"") && page.contains("value=\"1000000\"") && page.contains("not been gone through yet"), "{page}");
    for (days, posts, says) in [
        ("40", "0", "90 to 36500 days can be chosen"),
        ("a year", "0", "A whole number of days"),
        ("90", "-1", "A whole number of posts"),
        ("90", "7", "10000 to"),
    ] {
        let (status, _, page) = desk.press("/settings/kept", &[("days", days), ("posts", posts)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{days} {posts}");
        assert!(page.contains(says) && page.contains(&format!("value=\"{days}\"")), "{page}");
    }
    let (status, _, _) = desk.press("/settings/kept", &[("days", "0"), ("posts", "20000")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let page = desk.see("/settings/kept").await;
    assert!(page.contains("value=\"0\"") && page.contains("value=\"20000\""), "{page}");
}
