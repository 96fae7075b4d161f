//! What a text points at by the rules of the widest-read counting library: addresses with and without scheme, names, lists, tags and
//! symbols of shares. Pure, in time that grows with the text alone. Not here: what a network of its own makes of them.
//! Begin with [`addresses`]; where two finds overlap, [`entities`] keeps the one that counts.

mod address;
mod domain;
mod names;
mod pointers;
mod tags;
mod valid;

pub use address::{Address, addresses};
pub use names::{Name, names, reply_to};
pub use pointers::{Pointer, Points, pointers};
pub use tags::{Tag, symbols, tags};
pub use valid::{is_address, is_list, is_name, is_tag};

/// What was found in one stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Address(Address),
    Name(Name),
    Tag(Tag),
    Symbol(Tag),
}

impl Found {
    pub fn range(self) -> (usize, usize) {
        match self {
            Found::Address(a) => (a.start, a.end),
            Found::Name(n) => (n.start, n.end),
            Found::Tag(t) | Found::Symbol(t) => (t.start, t.end),
        }
    }
}

/// Everything found in a text, in order, without overlaps: what begins first stays; of two that begin alike, the address.
pub fn entities(text: &str) -> Vec<Found> {
    let addresses = addresses(text);
    let mut found: Vec<Found> = addresses.iter().copied().map(Found::Address).collect();
    found.extend(tags::tags_beside(text, &addresses).into_iter().map(Found::Tag));
    found.extend(names(text).into_iter().map(Found::Name));
    found.extend(symbols(text).into_iter().map(Found::Symbol));
    found.sort_by_key(|f| f.range().0);
    let mut end = 0;
    found.retain(|f| {
        let is_free = f.range().0 >= end;
        if is_free {
            end = f.range().1;
        }
        is_free
    });
    found
}

/// Signs of which no text may hold any: they are no letters, or turn the bytes' order round.
pub(crate) fn is_invalid(c: char) -> bool {
    matches!(c, '\u{FFFE}' | '\u{FEFF}' | '\u{FFFF}')
}

/// Whether a text holds a sign that no text may hold.
pub fn has_invalid(text: &str) -> bool {
    text.chars().any(is_invalid)
}

/// Signs that only turn the direction of writing.
pub(crate) fn is_directional(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}')
}

/// White space, by the Unicode standard's own list and what old systems took for it.
pub(crate) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}'
            | '\u{205F}' | '\u{3000}'
    )
}

/// Latin letters with marks, as they may stand in addresses, tags and names.
pub(crate) fn is_latin_accent(c: char) -> bool {
    matches!(
        c,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{FF}' | '\u{100}'..='\u{24F}' | '\u{253}' | '\u{254}' | '\u{256}'
            | '\u{257}' | '\u{259}' | '\u{25B}' | '\u{263}' | '\u{268}' | '\u{26F}' | '\u{272}' | '\u{289}' | '\u{28B}' | '\u{2BB}'
            | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}'
    )
}

#[cfg(test)]
mod tests;
