//! What we keep of a post besides its id, in [`PostRef::tag`]: who wrote it, on which relays it stands, whom it named. An answer has to
//! say the same at every try, so it is made of what is kept and never of what is looked up. Pure.

use model::PostRef;

use super::event::Event;
use super::keys::{is_id, nevent};

/// Relays kept of one post, and people named in it.
const ON_MAX: usize = 8;
pub const TO_MAX: usize = 30;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub by: Option<String>,
    pub on: Vec<String>,
    pub to: Vec<String>,
}

impl Place {
    pub fn of(event: &Event, on: &[String]) -> Place {
        let mut to: Vec<String> = Vec::new();
        for named in event.values("p").filter(|p| is_id(p) && **p != event.pubkey) {
            if to.len() < TO_MAX && !to.iter().any(|t| t == named) {
                to.push(named.to_owned());
            }
        }
        Place { by: Some(event.pubkey.clone()), on: on.iter().take(ON_MAX).cloned().collect(), to }
    }

    pub fn read(tag: &str) -> Place {
        let mut place = Place::default();
        for piece in tag.split(' ') {
            match piece.split_once('=') {
                Some(("by", key)) if is_id(key) => place.by = Some(key.to_owned()),
                Some(("on", list)) => place.on = list.split(',').filter(|r| r.starts_with("ws")).take(ON_MAX).map(str::to_owned).collect(),
                Some(("to", list)) => place.to = list.split(',').filter(|k| is_id(k)).take(TO_MAX).map(str::to_owned).collect(),
                _ => {}
            }
        }
        place
    }

    pub fn write(&self) -> String {
        let mut pieces: Vec<String> = self.by.iter().map(|by| format!("by={by}")).collect();
        let on: Vec<&str> = self.on.iter().map(String::as_str).filter(|r| !r.contains([' ', ',', '='])).collect();
        if !on.is_empty() {
            pieces.push(format!("on={}", on.join(",")));
        }
        if !self.to.is_empty() {
            pieces.push(format!("to={}", self.to.join(",")));
        }
        pieces.join(" ")
    }
}

pub fn post_ref(event: &Event, on: &[String]) -> PostRef {
    PostRef::new(&event.id, Place::of(event, on).write())
}

/// A page for people on the web that shows any post; Nostr has none of its own.
pub fn page_url(id: &str, author: Option<&str>) -> String {
    format!("https://njump.me/{}", nevent(id, author))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        let place =
            Place { by: Some("a".repeat(64)), on: vec!["wss://r.example".into(), "wss://s.example/x".into()], to: vec!["b".repeat(64)] };
        assert_eq!(Place::read(&place.write()), place);
        assert_eq!(Place::read(""), Place::default());
        assert_eq!(Place::default().write(), "");
    }

    proptest! {
        #[test]
        fn any_tag_is_read(tag in "\\PC{0,200}") {
            let place = Place::read(&tag);
            prop_assert_eq!(Place::read(&place.write()), place);
        }
    }
}
