use super::*;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn browser() -> Facts {
    Facts {
        user_agent: Some(FIREFOX.into()),
        accept: Some("text/html,application/xhtml+xml".into()),
        method: "GET".into(),
        ..Facts::default()
    }
}

fn by_agent(agent: &str) -> Rule {
    judge(&Facts { user_agent: Some(agent.into()), ..browser() }, &Own::default())
}

#[test]
fn people_are_told_from_machines_and_from_ourselves() {
    assert_eq!(visitor_kind(&browser()), Visitor::Person);
    assert_eq!(visitor_kind(&Facts { is_signed_in: true, ..browser() }), Visitor::Ourselves);
    assert_eq!(visitor_kind(&Facts { purpose: "prefetch;prerender".into(), ..browser() }), Visitor::Machine);
    assert_eq!(visitor_kind(&Facts { method: "HEAD".into(), ..browser() }), Visitor::Machine);
    assert_eq!(visitor_kind(&Facts { accept: Some("*/*".into()), ..browser() }), Visitor::Machine);
    assert_eq!(visitor_kind(&Facts { user_agent: Some(String::new()), ..browser() }), Visitor::Machine);
    assert_eq!(judge(&Facts { user_agent: None, ..browser() }, &Own::default()), Rule::Unnamed);
}

#[test]
fn agents_of_machines() {
    for agent in [
        "curl/8.5.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        "facebookexternalhit/1.1",
        "Mastodon/4.3.0 (http.rb/5.2.0; +https://social.example/)",
        "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0 A",
        "python-requests/2.32",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
        "Dalvik/2.1.0 (Linux; U; Android 12; SM-G991B Build/SP1A.210812.016)",
        "Mozilla/5.0",
        "-",
        "Go-http-client/2.0",
        "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 5 subscribers)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    ] {
        assert_eq!(by_agent(agent).visitor(), Visitor::Machine, "{agent}");
    }
}

#[test]
fn agents_of_people() {
    for agent in [
        FIREFOX,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.30.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0 Mobile Safari/537.36 [FBAN/EMA;FBLC/en_GB;FBAV/400.0]",
        "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; .NET CLR 3.5; rv:11.0) like Gecko",
        "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
        "w3m/0.5.3+git20230121",
        "Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8",
        "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    ] {
        assert_eq!(by_agent(agent), Rule::Browser, "{agent}");
    }
}

#[test]
fn what_is_said_to_be_ours_is_ours() {
    let own = Own::read(["203.0.113.9", "198.51.100.0/24", "2001:db8::/32", "MyMonitor/1"]).unwrap();
    let from = |place: &str| judge(&Facts { place: place.into(), ..browser() }, &own);
    assert_eq!(from("203.0.113.9"), Rule::OwnPlace);
    assert_eq!(from("::ffff:203.0.113.9"), Rule::OwnPlace);
    assert_eq!((from("198.51.100.77"), from("198.51.101.1")), (Rule::OwnPlace, Rule::Browser));
    assert_eq!((from("2001:db8:1::1"), from("2001:db9::1")), (Rule::OwnPlace, Rule::Browser));
    let ours = Facts { user_agent: Some("mymonitor/1.2 (uptime)".into()), ..browser() };
    assert_eq!(judge(&ours, &own), Rule::OwnAgent);
    assert!(matches!(Own::read(["10.0.0.0/40"]), Err(OwnError::Network(_))));
    assert!(matches!(Own::read([" "]), Err(OwnError::Empty)));
}

#[test]
fn every_rule_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|r| r.word()).collect();
    assert_eq!(words.len(), Rule::ALL.len());
}

/// A log written for this test: who sent each line stands at its head.
const LOG: &str = include_str!("replay.txt");

#[test]
fn a_replayed_log_counts_exactly() {
    let told: Vec<(&str, log::Line)> = LOG
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| {
            let (who, line) = l.split_once(' ').unwrap();
            (who, log::read(line).unwrap_or_else(|why| panic!("{line}: {why}")))
        })
        .collect();
    assert!(told.len() > 60, "{}", told.len());
    let mut crowd = crowd::Crowd::new(Own::read(["192.0.2.10", "FoldMonitor"]).unwrap());
    told.iter().for_each(|(_, line)| crowd.note(line));
    for (i, (who, line)) in told.iter().enumerate() {
        let rule = crowd.judge(line);
        assert_eq!(rule.visitor().word(), *who, "line {i}: {rule:?} {line:?}");
    }
}
