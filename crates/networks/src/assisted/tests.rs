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
