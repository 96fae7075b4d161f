use super::*;

#[test]
fn every_figure_has_its_source_and_every_page_opens() {
    for network in &TABLE {
        let key = network.about.key;
        assert!(!network.sources.is_empty(), "{key}");
        for source in network.sources {
            let at = url::Url::parse(source.at).unwrap();
            assert!(at.scheme() == "https" && !source.says.is_empty(), "{key}");
        }
        let rules = (network.about.rules)();
        assert!(rules.text_max.is_some() && rules.pictures_min <= rules.pictures_max, "{key}");
        assert!(!rules.needs_title || rules.has_title, "{key}");
        let page = network.page_for("Hello & “you”\n#bread", Some("A title"), Some("https://a.example/?b=c"));
        assert!(page.starts_with(network.compose.page) && url::Url::parse(&page).is_ok(), "{page}");
    }
}

#[test]
fn a_page_is_opened_with_what_it_takes() {
    let by_key = |key: &str| TABLE.iter().find(|n| n.about.key == key).unwrap();
    assert_eq!(by_key("x").page_for("a b&c", Some("t"), None), "https://x.com/intent/post?text=a+b%26c");
    assert_eq!(by_key("linkedin").page_for("a", None, None), "https://www.linkedin.com/feed/?shareActive=true&text=a");
    assert_eq!(by_key("reddit").page_for("", Some("t"), None), "https://www.reddit.com/submit?title=t");
    assert_eq!(by_key("x").page_for(&"a".repeat(9000), None, None), "https://x.com/intent/post");
}

fn account(key: &str, url: Option<&str>) -> model::Account {
    model::Account {
        id: model::AccountId(1),
        network: model::NetworkKey::new(key),
        server: "https://x.com".into(),
        remote_id: String::new(),
        handle: "the forum".into(),
        name: String::new(),
        avatar_url: None,
        url: url.map(str::to_owned),
        rules: model::Rules::default(),
        state: model::AccountState::Working,
        created_at: "2026-11-22T08:00:00Z".parse().unwrap(),
    }
}

#[test]
fn an_address_that_is_brought_back_is_known_and_written_one_way() {
    use crate::{Brought, ByHand};
    let cases = [
        ("x", "https://twitter.com/ada/status/1234567?s=20&t=abc", "https://twitter.com/ada/status/1234567"),
        ("x", " x.com/ada/status/99 ", "https://x.com/ada/status/99"),
        ("threads", "https://www.threads.net/@ada/post/C1a-2?igsh=x", "https://www.threads.net/@ada/post/C1a-2"),
        (
            "linkedin",
            "https://www.linkedin.com/feed/update/urn:li:share:12/?utm_source=share",
            "https://www.linkedin.com/feed/update/urn:li:share:12",
        ),
        (
            "facebook",
            "https://www.facebook.com/permalink.php?story_fbid=1&id=2&ref=x",
            "https://www.facebook.com/permalink.php?story_fbid=1&id=2",
        ),
        ("facebook", "https://m.facebook.com/ada/posts/pfbid02#c", "https://m.facebook.com/ada/posts/pfbid02"),
        ("pinterest", "https://www.pinterest.co.uk/pin/123/", "https://www.pinterest.co.uk/pin/123"),
        ("youtube", "https://www.youtube.com/watch?v=a1&si=who", "https://www.youtube.com/watch?v=a1"),
        ("youtube", "http://youtu.be/a1?si=who", "https://youtu.be/a1"),
        (
            "reddit",
            "https://old.reddit.com/r/bread/comments/1a/cold_kitchen/?share_id=x",
            "https://old.reddit.com/r/bread/comments/1a/cold_kitchen",
        ),
        ("tumblr", "https://ada.tumblr.com/post/123/bread", "https://ada.tumblr.com/post/123/bread"),
        ("tumblr", "https://www.tumblr.com/ada/123/bread?source=share", "https://www.tumblr.com/ada/123/bread"),
    ];
    let by_key = |key: &str| TABLE.iter().find(|n| n.about.key == key).unwrap();
    for (key, typed, plain) in cases {
        match by_key(key).landing(&account(key, None), typed) {
            Brought::Post(landing) => assert_eq!((landing.url.as_deref(), landing.at.id.as_str()), (Some(plain), plain)),
            other => panic!("{typed}: {other:?}"),
        }
    }
    for (key, typed) in [
        ("x", "https://x.com/ada"),
        ("youtube", "https://www.youtube.com/watch"),
        ("reddit", "https://reddit.com/"),
        ("facebook", "https://facebook.com/photo?ref=1"),
    ] {
        assert!(matches!(by_key(key).landing(&account(key, None), typed), Brought::Odd(..)), "{typed}");
    }
    for typed in [
        "",
        "hello",
        "https://x.com.evil.example/ada/status/1",
        "https://evilx.com/a/status/1",
        "https://a@x.com/b/status/1",
        "javascript:alert(1)",
        "https://x.com/a b",
    ] {
        assert!(matches!(by_key("x").landing(&account("x", None), typed), Brought::Foreign(_)), "{typed}");
    }
    let forum = account("another", Some("https://forum.example/new"));
    assert!(
        matches!(ANOTHER.landing(&forum, "https://www.forum.example/t/9?page=2&utm_source=x#p3"), Brought::Post(l) if l.at.id == "https://www.forum.example/t/9?page=2")
    );
    let foreign = ANOTHER.landing(&forum, "https://x.com/a/status/1");
    assert_eq!(foreign, Brought::Foreign("That address is at x.com, and this post goes to the forum.".into()));
}

#[tokio::test]
async fn it_is_connected_by_saying_who_one_is() {
    use crate::{Answers, Http, Network, Step};
    let http = Http::new(crate::http::Reach::default());
    let now = "2026-11-22T08:00:00Z".parse().unwrap();
    let x = &TABLE[0];
    for (typed, handle, url) in [
        ("@ada", "ada", None),
        ("https://twitter.com/ada?lang=en", "ada", Some("https://twitter.com/ada")),
        ("x.com/ada/", "ada", Some("https://x.com/ada")),
    ] {
        let answers = Answers::from([("handle".to_owned(), typed.to_owned())]);
        let Step::Done(arrival) = x.sign_in().unwrap().begin(&http, &answers, None, now).await.unwrap() else { panic!("{typed}") };
        assert_eq!((arrival.profile.handle.as_str(), arrival.profile.url.as_deref()), (handle, url));
        assert_eq!((arrival.server.as_str(), arrival.rules), ("https://x.com", (x.about.rules)()));
    }
    for typed in ["", "https://example.org/ada"] {
        let answers = Answers::from([("handle".to_owned(), typed.to_owned())]);
        assert!(x.sign_in().unwrap().begin(&http, &answers, None, now).await.is_err(), "{typed}");
    }
    let answers = Answers::from([("address".to_owned(), "https://forum.example/new".to_owned())]);
    let Step::Done(arrival) = ANOTHER.sign_in().unwrap().begin(&http, &answers, None, now).await.unwrap() else { panic!() };
    assert_eq!((arrival.profile.handle.as_str(), arrival.profile.url.as_deref()), ("forum.example", Some("https://forum.example/new")));
}

#[test]
fn each_is_a_network_of_its_own_that_is_only_written_to_by_hand() {
    let mut keys = std::collections::BTreeSet::new();
    for network in crate::by_hand() {
        let about = network.about();
        assert!(
            keys.insert(about.key) && crate::ALL.iter().all(|other| other.about().key != about.key && other.about().mark != about.mark),
            "{}",
            about.key
        );
        assert!(network.by_hand().is_some() && network.publish().is_none() && network.takes_posts() && network.sign_in().is_some());
        assert!(about.blurb.ends_with('.') && about.mark.chars().count() == 2);
    }
    assert_eq!(keys.len(), TABLE.len() + 1);
}
