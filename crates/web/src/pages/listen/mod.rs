//! Listening: conversations worth joining, topics, venues, what was passed by. Begin with [`sightings`].
//! It weighs nothing itself: that is `verbs/src/listen`.

pub mod following;
pub mod kind;
pub mod push;
pub mod ranked;
pub mod sightings;
pub mod topics;
pub mod venues;

use crate::parts::{Tab, Tabs};

/// Where on the listening pages one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Worth,
    Topics,
    Venues,
    Passed,
    Following,
    Ranked,
}

/// The four views; a count where this page has it at hand.
fn tabs(at: At, worth: Option<usize>, topics: Option<usize>, venues: Option<usize>) -> Tabs {
    let tab = |href: &str, label: &str, this: At, count: Option<usize>| {
        let tab = Tab::new(href, label, at == this);
        match count.and_then(|n| u32::try_from(n).ok()) {
            Some(n) if n > 0 => tab.count(n),
            _ => tab,
        }
    };
    Tabs {
        label: "Listen".into(),
        tabs: vec![
            tab("/listen", "Worth joining", At::Worth, worth),
            tab("/listen/topics", "Topics", At::Topics, topics),
            tab("/listen/venues", "Venues", At::Venues, venues),
            tab("/listen/passed", "Passed by", At::Passed, None),
            tab("/listen/following", "Whom you follow", At::Following, None),
            tab("/listen/ranked", "Ranking", At::Ranked, None),
        ],
    }
}
