//! What in a text becomes something to press on, by the rules of a place alone. A network that finds more, or less, says so itself.

use super::{Found, entities};
use crate::Rules;
use crate::measure::{beside, links, mentions, tags};

/// A stretch of a text that points somewhere, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    pub start: usize,
    pub end: usize,
    pub kind: Points,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Points {
    Link,
    Name,
    Tag,
}

impl Points {
    pub fn word(self) -> &'static str {
        match self {
            Points::Link => "link",
            Points::Name => "name",
            Points::Tag => "tag",
        }
    }
}

impl crate::measure::Span for Pointer {
    fn span(&self) -> (usize, usize) {
        (self.start, self.end)
    }
}

/// Links, names and tags of a text as a place with these rules sees them, in order and apart.
pub fn pointers(text: &str, rules: &Rules) -> Vec<Pointer> {
    if rules.bare_links {
        let kept = entities(text).into_iter().filter_map(|found| {
            let ((start, end), kind) = match found {
                Found::Address(_) => (found.range(), Points::Link),
                Found::Name(_) => (found.range(), Points::Name),
                Found::Tag(_) => (found.range(), Points::Tag),
                Found::Symbol(_) => return None,
            };
            Some(Pointer { start, end, kind })
        });
        return kept.collect();
    }
    let links = links(text).into_iter().map(|(start, end)| Pointer { start, end, kind: Points::Link }).collect();
    let names = mentions(text).into_iter().map(|(start, end, _)| Pointer { start, end, kind: Points::Name });
    let tags = tags(text).into_iter().map(|(start, end)| Pointer { start, end, kind: Points::Tag });
    beside(beside(links, names), tags)
}
