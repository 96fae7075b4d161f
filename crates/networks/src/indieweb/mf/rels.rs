//! The `rel` links of a page: which address stands for what, by `link`, `a` and `area`, in the order of the page.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::super::dom::{Dom, NodeId};

/// Which addresses a page names for what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rels {
    /// By kind: the addresses, whole, once each, in order.
    pub by_rel: BTreeMap<String, Vec<String>>,
    /// By address: what else the page says of it.
    pub by_url: BTreeMap<String, RelUrl>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelUrl {
    pub rels: BTreeSet<String>,
    /// `hreflang`, `media`, `title`, `type` and `text`, where said.
    pub says: BTreeMap<&'static str, String>,
}

impl Rels {
    pub fn all(&self, rel: &str) -> &[String] {
        self.by_rel.get(rel).map_or(&[], Vec::as_slice)
    }
    pub fn first(&self, rel: &str) -> Option<&str> {
        self.all(rel).first().map(String::as_str)
    }
}

/// What addresses of the page are relative to.
pub fn base(dom: &Dom, url: &Url) -> Url {
    let stated = dom.all_below(dom.root()).into_iter().find(|n| dom.is(*n, &["base"]) && dom.attr(*n, "href").is_some());
    stated.and_then(|n| dom.attr(n, "href")).and_then(|h| url.join(h.trim()).ok()).unwrap_or_else(|| url.clone())
}

pub fn read(dom: &Dom, base: &Url) -> Rels {
    let mut rels = Rels::default();
    for node in dom.all_below(dom.root()) {
        if dom.is(node, &["a", "area", "link"]) {
            read_one(dom, node, base, &mut rels);
        }
    }
    rels
}

fn read_one(dom: &Dom, node: NodeId, base: &Url, rels: &mut Rels) {
    let (Some(href), Some(kinds)) = (dom.attr(node, "href"), dom.attr(node, "rel")) else { return };
    let kinds: BTreeSet<String> = kinds.split_ascii_whitespace().map(str::to_owned).collect();
    if kinds.is_empty() {
        return;
    }
    let href = base.join(href.trim()).map_or_else(|_| href.trim().to_owned(), String::from);
    for kind in &kinds {
        let all = rels.by_rel.entry(kind.clone()).or_default();
        if !all.contains(&href) {
            all.push(href.clone());
        }
    }
    let about = rels.by_url.entry(href).or_default();
    about.rels.extend(kinds);
    for key in ["hreflang", "media", "title", "type"] {
        if let Some(said) = dom.attr(node, key) {
            about.says.entry(key).or_insert_with(|| said.to_owned());
        }
    }
    let words = super::values::plain(dom, node);
    if !words.is_empty() {
        about.says.entry("text").or_insert(words);
    }
}
