//! Microformats 2 (and the classic ones before them) out of a page: h-entry, h-card and their kin as a tree of properties, and the page's
//! `rel` links. It says what the page says and judges nothing; `translate.rs` makes posts and people of it.
//! Rules: microformats.org/wiki/microformats2-parsing. Begin with [`read`], then `parse.rs`.

mod classic;
mod dates;
mod parse;
mod rels;
mod values;

use std::collections::BTreeMap;

use url::Url;

use super::dom::Dom;
pub use rels::{RelUrl, Rels, base};

/// Everything marked up on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub items: Vec<Item>,
    pub rels: Rels,
}

/// One microformat: an entry, a card.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// `h-entry`, `h-card` …, sorted.
    pub types: Vec<String>,
    pub id: Option<String>,
    pub properties: BTreeMap<String, Vec<Value>>,
    pub children: Vec<Item>,
    /// Where it stands as a property: what it says in a word, and for `e-` its HTML.
    pub value: Option<Box<Value>>,
}

/// What a property says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Html { html: String, value: String },
    Image { value: String, alt: String },
    Item(Item),
}

impl Value {
    /// In a word: the text, the address, the nested item's own value.
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Html { value, .. } | Value::Image { value, .. } => value,
            Value::Item(item) => item.value.as_ref().map_or("", |v| v.text()),
        }
    }
    pub fn item(&self) -> Option<&Item> {
        match self {
            Value::Item(item) => Some(item),
            _ => None,
        }
    }
}

impl Item {
    pub fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|t| t == kind)
    }
    pub fn all(&self, property: &str) -> &[Value] {
        self.properties.get(property).map_or(&[], Vec::as_slice)
    }
    pub fn first(&self, property: &str) -> Option<&Value> {
        self.all(property).first()
    }
    /// The first value in a word, where there is one that is not empty.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.first(property).map(Value::text).map(str::trim).filter(|t| !t.is_empty())
    }
}

impl Page {
    /// Every item of a kind, wherever it stands, in the order of the page, outer ones first.
    pub fn of_kind<'p>(&'p self, kind: &str) -> Vec<&'p Item> {
        let mut found = Vec::new();
        for item in &self.items {
            gather(item, kind, &mut found);
        }
        found
    }
}

fn gather<'p>(item: &'p Item, kind: &str, found: &mut Vec<&'p Item>) {
    if item.is(kind) {
        found.push(item);
    }
    let nested = item.properties.values().flatten().filter_map(Value::item);
    for inner in nested.chain(&item.children) {
        gather(inner, kind, found);
    }
}

/// Reads a page that was got at `url`.
pub fn read(html: &str, url: &Url) -> Page {
    of_dom(&Dom::read(html), url)
}

pub fn of_dom(dom: &Dom, url: &Url) -> Page {
    let base = rels::base(dom, url);
    Page { items: parse::items(dom, &base), rels: rels::read(dom, &base) }
}

#[cfg(test)]
mod tests;
