//! Networks to which nothing can be sent from here, because their interface is closed or has to be granted: what each lets a post be, and
//! the page of its own on which a prepared post is finished by hand. Not here: what is done with it, which is `verbs/src/publish/by_hand.rs`.
//! Begin with [`TABLE`]; `address.rs` knows a post's address when it is brought back.

mod address;
mod facets;
mod table;

use crate::About;

pub use address::Posts;
pub use table::{ANOTHER, TABLE};

/// One such network.
pub struct Assisted {
    pub about: About,
    pub compose: Compose,
    /// What its posts' addresses look like.
    pub posts: Posts,
    /// Where the figures of the rules are from.
    pub sources: &'static [Source],
}

/// The network's own page for writing, and the names of the fields that its address may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compose {
    pub page: &'static str,
    pub text: Option<&'static str>,
    pub title: Option<&'static str>,
    pub link: Option<&'static str>,
}

/// One figure, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub says: &'static str,
    pub at: &'static str,
    pub read: Read,
}

/// Whether the page was before us when the figure was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A copy of the page, on this day.
    On(&'static str),
    /// The network's own page was not to be had; others who publish there by program for a living say so in their manuals, read on this day.
    SecondHand(&'static str),
    /// Known of old, and to be looked up again; the stricter figure was taken where two go round.
    FromMemory,
}

impl Assisted {
    /// The address that opens the network's own page with as much filled in as it takes.
    pub fn page_for(&self, text: &str, title: Option<&str>, link: Option<&str>) -> String {
        let Ok(mut page) = url::Url::parse(self.compose.page) else { return self.compose.page.to_owned() };
        let fields = [(self.compose.text, Some(text)), (self.compose.title, title), (self.compose.link, link)];
        for (name, value) in fields {
            if let (Some(name), Some(value)) = (name, value.filter(|v| !v.is_empty())) {
                page.query_pairs_mut().append_pair(name, value);
            }
        }
        // A longer address is refused by browsers and servers; the text is copied by hand then.
        if page.as_str().len() <= ADDRESS_MAX { page.into() } else { self.compose.page.to_owned() }
    }
}

/// The longest address that is opened, in bytes.
const ADDRESS_MAX: usize = 8000;

#[cfg(test)]
mod tests;
