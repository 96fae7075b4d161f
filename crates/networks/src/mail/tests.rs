use proptest::prelude::*;

use super::*;

fn letter<'a>(subject: &'a str, plain: &'a str, html: Option<&'a str>) -> Letter<'a> {
    Letter {
        from: ("maren@desk.example", "Maren Okafor"),
        to: ("ben@harbour.example", "Ben"),
        returns_to: "bounces+k1@desk.example",
        subject,
        message_id: "<k1@desk.example>",
        at: "2026-09-08T09:14:00Z".parse().unwrap(),
        plain,
        html,
        stop: Some("https://desk.example/stop/abc"),
        is_automatic: true,
    }
}

fn head(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split_once("\r\n\r\n").unwrap().0.replace("\r\n ", " ")
}

#[test]
fn a_letter_says_who_it_is_from_and_how_it_is_stopped() {
    let (envelope, bytes) = letter("The week", "Good morning.\n", Some("<p>Good morning.</p>")).build().unwrap();
    assert_eq!(envelope.from().unwrap().to_string(), "bounces+k1@desk.example");
    let head = head(&bytes);
    for line in [
        "From: \"Maren Okafor\" <maren@desk.example>",
        "Subject: The week",
        "Message-ID: <k1@desk.example>",
        "Date: Tue, 08 Sep 2026 09:14:00 +0000",
        "List-Unsubscribe: <https://desk.example/stop/abc>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(head.lines().any(|l| l == line), "{line} is missing in\n{head}");
    }
    assert!(head.contains("multipart/alternative"));
}

#[test]
fn addresses_are_told_from_what_is_none() {
    assert!(["a@b.example", "first.last+tag@b.co.uk", "maren@müller.example", "me@localhost"].iter().all(|a| is_address(a)));
    for bad in
        ["", "a", "@b.example", "a@", "a b@c.example", "a@b", "A <a@b.example>", "a@b.example,c@d.example", "a@b.example\nBcc: x@y.example"]
    {
        assert!(!is_address(bad), "{bad}");
    }
    assert!(!is_address(&format!("{}@b.example", "a".repeat(260))));
}

proptest! {
    /// No word of anybody's becomes a header of its own.
    #[test]
    fn nothing_typed_makes_a_header(subject in "\\PC{0,80}|[a-z\r\n: ]{0,80}", name in "[a-zA-Z\r\n:<>\"@, ]{0,40}") {
        let typed = Letter { to: ("ben@harbour.example", &name), ..letter(&subject, "Hello\r\n.\r\nBcc: no\r\n", None) };
        let (_, bytes) = typed.build().unwrap();
        let head = head(&bytes);
        let known = ["from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted", "mime-version", "content-type", "content-transfer-encoding"];
        for line in head.lines() {
            let field = line.split(':').next().unwrap().to_lowercase();
            prop_assert!(known.contains(&field.as_str()), "{line} in {head}");
        }
    }
}
