//! The names from before microformats 2, which many pages still carry (every WordPress theme says `hentry` and `vcard`): which class
//! begins an item and what its properties are called today. Tables after microformats.org/wiki/microformats2-parsing, "backward
//! compatible".

use url::Url;

use super::super::dom::{Dom, NodeId};
use super::parse::Way;
use super::values::whole;

/// One classic kind.
pub struct Classic {
    class: &'static str,
    pub kind: &'static str,
    /// By class: how to read it, and today's name.
    names: &'static [(&'static str, Way, &'static str)],
    /// What `rel=bookmark` and `rel=tag` links are of it.
    has_rels: bool,
}

use Way::{Dt, E, P, U};

const ADR: &[(&str, Way, &str)] = &[
    ("post-office-box", P, "post-office-box"),
    ("extended-address", P, "extended-address"),
    ("street-address", P, "street-address"),
    ("locality", P, "locality"),
    ("region", P, "region"),
    ("postal-code", P, "postal-code"),
    ("country-name", P, "country-name"),
];
const CARD: &[(&str, Way, &str)] = &[
    ("fn", P, "name"),
    ("honorific-prefix", P, "honorific-prefix"),
    ("given-name", P, "given-name"),
    ("additional-name", P, "additional-name"),
    ("family-name", P, "family-name"),
    ("honorific-suffix", P, "honorific-suffix"),
    ("nickname", P, "nickname"),
    ("email", U, "email"),
    ("logo", U, "logo"),
    ("photo", U, "photo"),
    ("url", U, "url"),
    ("uid", U, "uid"),
    ("category", P, "category"),
    ("adr", P, "adr"),
    ("extended-address", P, "extended-address"),
    ("street-address", P, "street-address"),
    ("locality", P, "locality"),
    ("region", P, "region"),
    ("postal-code", P, "postal-code"),
    ("country-name", P, "country-name"),
    ("label", P, "label"),
    ("geo", P, "geo"),
    ("latitude", P, "latitude"),
    ("longitude", P, "longitude"),
    ("tel", P, "tel"),
    ("note", P, "note"),
    ("bday", Dt, "bday"),
    ("key", U, "key"),
    ("org", P, "org"),
    ("organization-name", P, "organization-name"),
    ("organization-unit", P, "organization-unit"),
    ("title", P, "job-title"),
    ("role", P, "role"),
    ("tz", P, "tz"),
    ("rev", Dt, "rev"),
    ("sort-string", P, "sort-string"),
    ("sound", U, "sound"),
    ("mailer", P, "mailer"),
    ("class", P, "class"),
];
const ENTRY: &[(&str, Way, &str)] = &[
    ("entry-title", P, "name"),
    ("entry-summary", P, "summary"),
    ("entry-content", E, "content"),
    ("published", Dt, "published"),
    ("updated", Dt, "updated"),
    ("author", P, "author"),
    ("category", P, "category"),
    ("source-org", P, "source-org"),
    ("dateline", P, "dateline"),
    ("geo", P, "geo"),
];
const EVENT: &[(&str, Way, &str)] = &[
    ("summary", P, "name"),
    ("dtstart", Dt, "start"),
    ("dtend", Dt, "end"),
    ("duration", Dt, "duration"),
    ("description", P, "description"),
    ("url", U, "url"),
    ("category", P, "category"),
    ("location", P, "location"),
    ("geo", P, "location"),
    ("attendee", P, "attendee"),
    ("contact", P, "contact"),
    ("organizer", P, "organizer"),
];
const REVIEW: &[(&str, Way, &str)] = &[
    ("summary", P, "name"),
    ("fn", P, "item"),
    ("photo", U, "photo"),
    ("url", U, "url"),
    ("item", P, "item"),
    ("reviewer", P, "author"),
    ("dtreviewed", Dt, "reviewed"),
    ("rating", P, "rating"),
    ("best", P, "best"),
    ("worst", P, "worst"),
    ("average", P, "average"),
    ("count", P, "count"),
    ("votes", P, "votes"),
    ("description", E, "content"),
];
const PRODUCT: &[(&str, Way, &str)] = &[
    ("fn", P, "name"),
    ("photo", U, "photo"),
    ("brand", P, "brand"),
    ("category", P, "category"),
    ("description", P, "description"),
    ("identifier", U, "identifier"),
    ("url", U, "url"),
    ("review", P, "review"),
    ("price", P, "price"),
];
const RECIPE: &[(&str, Way, &str)] = &[
    ("fn", P, "name"),
    ("ingredient", P, "ingredient"),
    ("yield", P, "yield"),
    ("instructions", E, "instructions"),
    ("duration", Dt, "duration"),
    ("photo", U, "photo"),
    ("summary", P, "summary"),
    ("author", P, "author"),
    ("published", Dt, "published"),
    ("nutrition", P, "nutrition"),
    ("category", P, "category"),
];
const RESUME: &[(&str, Way, &str)] = &[
    ("summary", P, "summary"),
    ("contact", P, "contact"),
    ("education", P, "education"),
    ("experience", P, "experience"),
    ("skill", P, "skill"),
    ("affiliation", P, "affiliation"),
];
const GEO: &[(&str, Way, &str)] = &[("latitude", P, "latitude"), ("longitude", P, "longitude")];
const FEED: &[(&str, Way, &str)] = &[("author", P, "author"), ("photo", U, "photo"), ("url", U, "url")];

/// The first that fits holds.
static KINDS: &[Classic] = &[
    Classic { class: "vcard", kind: "h-card", names: CARD, has_rels: false },
    Classic { class: "hfeed", kind: "h-feed", names: FEED, has_rels: true },
    Classic { class: "hentry", kind: "h-entry", names: ENTRY, has_rels: true },
    Classic { class: "vevent", kind: "h-event", names: EVENT, has_rels: true },
    Classic { class: "hreview", kind: "h-review", names: REVIEW, has_rels: true },
    Classic { class: "hreview-aggregate", kind: "h-review-aggregate", names: REVIEW, has_rels: true },
    Classic { class: "hproduct", kind: "h-product", names: PRODUCT, has_rels: false },
    Classic { class: "hrecipe", kind: "h-recipe", names: RECIPE, has_rels: true },
    Classic { class: "hresume", kind: "h-resume", names: RESUME, has_rels: false },
    Classic { class: "adr", kind: "h-adr", names: ADR, has_rels: false },
    Classic { class: "geo", kind: "h-geo", names: GEO, has_rels: false },
];

/// The kind of item that an element begins by its old name. `adr` and `geo` inside a card are items too.
pub fn of(dom: &Dom, node: NodeId, _within: Option<&'static Classic>) -> Option<&'static Classic> {
    KINDS.iter().find(|kind| dom.classes(node).any(|c| c == kind.class))
}

impl Classic {
    /// The properties that an element is.
    pub fn properties(&self, dom: &Dom, node: NodeId, found: &mut Vec<(Way, String)>) {
        for class in dom.classes(node) {
            for (_, way, name) in self.names.iter().filter(|(old, ..)| *old == class) {
                if !found.iter().any(|(_, n)| n == name) {
                    found.push((*way, (*name).to_owned()));
                }
            }
        }
        if !self.has_rels {
            return;
        }
        let has = |rel: &str| dom.attr(node, "rel").is_some_and(|r| r.split_ascii_whitespace().any(|one| one == rel));
        if has("bookmark") {
            found.push((U, "url".to_owned()));
        }
        if has("tag") && !found.iter().any(|(_, n)| n == "category") {
            found.push((P, "category".to_owned()));
        }
    }
}

pub fn is_tag(dom: &Dom, node: NodeId) -> bool {
    dom.is(node, &["a", "area"]) && dom.attr(node, "rel").is_some_and(|r| r.split_ascii_whitespace().any(|one| one == "tag"))
}

/// A tag by `rel=tag` is the last piece of its address.
pub fn tag(dom: &Dom, node: NodeId, base: &Url) -> String {
    let url = Url::parse(&whole(base, dom.attr(node, "href").unwrap_or_default()));
    let last = url.ok().and_then(|u| u.path_segments().and_then(|mut s| s.rfind(|p| !p.is_empty()).map(str::to_owned)));
    let bytes = percent_decoded(&last.unwrap_or_default());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}
