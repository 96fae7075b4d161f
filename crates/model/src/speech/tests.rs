use jiff::civil::{Weekday, date};
use proptest::prelude::*;

use super::*;

fn check(act: Act, texts: &[&str]) {
    for text in texts {
        let heard = hear(text);
        assert_eq!(heard.act, act, "{text} (heard by “{}”)", heard.by);
    }
}

#[test]
fn questions() {
    check(
        Act::Question,
        &[
            "Is it the thread?",
            "@ada why？",
            "هل هذا صحيح؟",
            "Really?! https://x.example",
            "how do I get my money back",
            "any update on this",
            "Hi, can you look into my order",
            "Anyone else seeing this",
            "Thanks! And which needle?",
            "Weiß jemand, wie das geht",
        ],
    );
}

#[test]
fn requests() {
    check(
        Act::Request,
        &[
            "please fix this.",
            "Still waiting for my parcel",
            "Let me know.",
            "DM us your order number.",
            "I need help with my account",
            "Thanks in advance.",
            "Por favor, ayuda",
            "s’il vous plaît",
        ],
    );
}

#[test]
fn troubles() {
    check(Act::Trouble, &["My app keeps crashing.", "I can't log in to my account @acme", "Das Update funktioniert nicht."]);
}

#[test]
fn thanks_and_farewells() {
    check(
        Act::Thanks,
        &[
            "@ada Thanks!",
            "thank you so much",
            "Brilliant, that fixed it. Thank you so much for your help!",
            "Merci beaucoup",
            "Vielen Dank für die schnelle Hilfe",
            "Thank you. Dry, brushed, and calm again.",
            "thanks, problem solved",
        ],
    );
    check(Act::Closing, &["🙏", "@ada 😊😊", "Ok.", "brilliant, that worked 👍", "will do", "no worries", "Great, will try", "De nada"]);
}

#[test]
fn what_only_tells() {
    check(
        Act::Statement,
        &[
            "See https://x.example/?q=1",
            "No.",
            "I tried it and it tore again.",
            "Okinawa",
            "tables are nice",
            "> why not?\nBecause.",
            "I take silk.",
        ],
    );
    // Thanks that go on are no end.
    for open in ["Thanks, but it is still not working", "Thanks for nothing", "ok I sent the form"] {
        assert!(!hear(open).act.closes(), "{open}");
    }
}

#[test]
fn it_names_the_words() {
    assert_eq!(hear("Well, any update").by, "any update");
    assert_eq!(hear("Why？").by, "？");
    assert_eq!(hear("Cheers mate").by, "cheers");
}

#[test]
fn promises() {
    // Saturday.
    let said = date(2026, 11, 28);
    for (text, words, day) in [
        ("Good idea. I'll send it tomorrow!", "I'll send it tomorrow!", date(2026, 11, 29)),
        ("I will look into it on Monday", "I will look into it on Monday", date(2026, 11, 30)),
        ("We’ll get back to you next week.", "We’ll get back to you next week.", date(2026, 11, 30)),
        ("I'll also check.", "I'll also check.", date(2026, 12, 1)),
        ("Let me send you the list tonight", "Let me send you the list tonight", said),
        ("Ich schicke es dir morgen.", "Ich schicke es dir morgen.", date(2026, 11, 29)),
        ("I'll write in v2.0 on Saturday", "I'll write in v2.0 on Saturday", date(2026, 12, 5)),
    ] {
        let found = promise(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((found.words.as_str(), found.when.day(said)), (words, day), "{text}");
    }
    for none in [
        "I'll admit it was good.",
        "Will you send it tomorrow?",
        "I can see it",
        "He'll send it tomorrow",
        "I never send it",
        "Let me think",
    ] {
        assert_eq!(promise(none), None, "{none}");
    }
    assert_eq!(promise("I'll call on Friday").unwrap().when, When::On(Weekday::Friday));
}

proptest! {
    #[test]
    fn whatever_is_written_is_heard(text in any::<String>()) {
        let heard = hear(&text);
        prop_assert_eq!(heard.by.is_empty(), heard.act == Act::Statement);
        if let Some(promise) = promise(&text) {
            prop_assert!(text.contains(&promise.words));
        }
    }
    #[test]
    fn names_and_addresses_change_nothing(n in 0usize..5) {
        let text = ["Which?", "Thanks!", "please", "I take silk.", "my app keeps crashing"][n];
        prop_assert_eq!(hear(text), hear(&format!("@ada @ben@plaza.example {text} https://x.example/?can=you")));
    }
}
