//! From the tree of a page to its items: which element begins one, what property it is, and what an item says that nobody wrote out
//! (its implied name, picture and address).

use std::collections::BTreeSet;

use url::Url;

use super::super::dom::{Dom, NodeId};
use super::classic::{self, Classic};
use super::{Item, Value, values};

/// How a property's value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    P,
    U,
    Dt,
    E,
}

/// `h-entry`: the class that begins an item.
fn root_class(class: &str) -> bool {
    class.strip_prefix("h-").is_some_and(is_name)
}

/// `p-name`: how to read it, and the property's name.
fn property_class(class: &str) -> Option<(Way, &str)> {
    let (way, name) = [("p-", Way::P), ("u-", Way::U), ("dt-", Way::Dt), ("e-", Way::E)]
        .into_iter()
        .find_map(|(prefix, way)| class.strip_prefix(prefix).map(|name| (way, name)))?;
    is_name(name).then_some((way, name))
}

/// Letters joined by hyphens; only a vendor's prefix may have figures.
fn is_name(name: &str) -> bool {
    let pieces: Vec<&str> = name.split('-').collect();
    let letters = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase());
    let prefix = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    match pieces.as_slice() {
        [one] => letters(one),
        [first, rest @ ..] => prefix(first) && rest.iter().all(letters),
        [] => false,
    }
}

/// Whether a class begins an item or names a property.
pub fn is_mark(class: &str) -> bool {
    root_class(class) || property_class(class).is_some()
}

/// An item while it is read.
struct Open {
    item: Item,
    /// Read by the classic names.
    classic: Option<&'static Classic>,
    has_words: bool,
    has_address: bool,
    has_nested: bool,
    /// The day that the last time named.
    day: Option<String>,
}

/// The page's outermost items.
pub fn items(dom: &Dom, base: &Url) -> Vec<Item> {
    let mut found = Vec::new();
    walk(dom, dom.root(), base, None, &mut found);
    found
}

fn walk(dom: &Dom, node: NodeId, base: &Url, mut open: Option<&mut Open>, top: &mut Vec<Item>) {
    for child in dom.elements(node) {
        if dom.is(child, &["template"]) {
            continue;
        }
        let roots: BTreeSet<&str> = dom.classes(child).filter(|c| root_class(c)).collect();
        let begins_classic = if roots.is_empty() { classic::of(dom, child, open.as_ref().and_then(|o| o.classic)) } else { None };
        let properties = open.as_ref().map_or_else(Vec::new, |o| properties_of(dom, child, o));
        if roots.is_empty() && begins_classic.is_none() {
            if let Some(open) = open.as_deref_mut() {
                for (way, name) in properties {
                    put_plain(dom, child, base, open, way, &name);
                }
            }
            walk(dom, child, base, open.as_deref_mut(), top);
            continue;
        }
        let item = read_item(dom, child, base, &roots, begins_classic);
        match open.as_deref_mut() {
            Some(open) => {
                open.has_nested = true;
                if properties.is_empty() {
                    open.item.children.push(item);
                } else {
                    for (way, name) in properties {
                        let value = nested_value(dom, child, base, &item, way, &mut open.day);
                        let nested = Item { value: Some(Box::new(value)), ..item.clone() };
                        mark(open, way);
                        open.item.properties.entry(name).or_default().push(Value::Item(nested));
                    }
                }
            }
            None => top.push(item),
        }
    }
}

/// The properties that an element is of the open item, once each.
fn properties_of(dom: &Dom, node: NodeId, open: &Open) -> Vec<(Way, String)> {
    let mut found: Vec<(Way, String)> = Vec::new();
    match open.classic {
        Some(classic) => classic.properties(dom, node, &mut found),
        None => {
            for (way, name) in dom.classes(node).filter_map(property_class) {
                if !found.iter().any(|(w, n)| *w == way && n == name) {
                    found.push((way, name.to_owned()));
                }
            }
        }
    }
    found
}

fn mark(open: &mut Open, way: Way) {
    open.has_words |= matches!(way, Way::P | Way::E);
    open.has_address |= way == Way::U;
}

fn put_plain(dom: &Dom, node: NodeId, base: &Url, open: &mut Open, way: Way, name: &str) {
    let value = match way {
        Way::P if open.classic.is_some() && classic::is_tag(dom, node) => Value::Text(classic::tag(dom, node, base)),
        Way::P => Value::Text(values::p(dom, node, base)),
        Way::U => values::u(dom, node, base),
        Way::Dt => Value::Text(values::dt(dom, node, base, &mut open.day)),
        Way::E => values::e(dom, node, base),
    };
    mark(open, way);
    open.item.properties.entry(name.to_owned()).or_default().push(value);
}

/// What a nested item says in a word, by the property that it is.
fn nested_value(dom: &Dom, node: NodeId, base: &Url, item: &Item, way: Way, day: &mut Option<String>) -> Value {
    let own = |property: &str| item.first(property).map(|v| Value::Text(v.text().to_owned()));
    match way {
        Way::P => own("name").unwrap_or_else(|| Value::Text(values::p(dom, node, base))),
        Way::U => own("url").unwrap_or_else(|| values::u(dom, node, base)),
        Way::Dt => Value::Text(values::dt(dom, node, base, day)),
        Way::E => values::e(dom, node, base),
    }
}

fn read_item(dom: &Dom, node: NodeId, base: &Url, roots: &BTreeSet<&str>, classic: Option<&'static Classic>) -> Item {
    let types = match classic {
        Some(classic) => vec![classic.kind.to_owned()],
        None => roots.iter().map(|r| (*r).to_owned()).collect(),
    };
    let id = dom.attr(node, "id").map(str::trim).filter(|id| !id.is_empty() && classic.is_none()).map(str::to_owned);
    let item = Item { types, id, ..Item::default() };
    let mut open = Open { item, classic, has_words: false, has_address: false, has_nested: false, day: None };
    walk(dom, node, base, Some(&mut open), &mut Vec::new());
    if classic.is_none() {
        imply(dom, node, base, &mut open);
    }
    open.item
}

fn imply(dom: &Dom, node: NodeId, base: &Url, open: &mut Open) {
    if open.has_nested {
        return;
    }
    let has = |item: &Item, name: &str| item.properties.contains_key(name);
    let mut put = |name: &str, value: Value| {
        open.item.properties.insert(name.to_owned(), vec![value]);
    };
    if !open.has_address {
        let picture = implied(dom, node, &[("img", "src"), ("object", "data")]);
        let address = implied(dom, node, &[("a", "href"), ("area", "href")]);
        if let Some(at) = picture {
            put("photo", values::u(dom, at, base));
        }
        if let Some(at) = address {
            put("url", values::u(dom, at, base));
        }
    }
    if !open.has_words && !has(&open.item, "name") {
        let name = implied_name(dom, node);
        open.item.properties.insert("name".to_owned(), vec![Value::Text(name)]);
    }
}

fn is_item(dom: &Dom, node: NodeId) -> bool {
    dom.classes(node).any(root_class)
}

/// The only element inside another, where it begins no item.
fn only_child(dom: &Dom, node: NodeId) -> Option<NodeId> {
    let mut all = dom.elements(node);
    let only = all.next()?;
    (all.next().is_none() && !is_item(dom, only)).then_some(only)
}

/// The element that speaks for an item: itself, the only one of its kind inside it, or that of its only child.
fn implied(dom: &Dom, node: NodeId, kinds: &[(&str, &str)]) -> Option<NodeId> {
    let itself = kinds.iter().any(|(name, attribute)| dom.is(node, &[name]) && dom.attr(node, attribute).is_some());
    if itself {
        return Some(node);
    }
    [Some(node), only_child(dom, node)].into_iter().flatten().find_map(|within| {
        kinds.iter().find_map(|(name, attribute)| {
            let mut all = dom.elements(within).filter(|c| dom.is(*c, &[name]));
            let only = all.next()?;
            (all.next().is_none() && dom.attr(only, attribute).is_some() && !is_item(dom, only)).then_some(only)
        })
    })
}

fn implied_name(dom: &Dom, node: NodeId) -> String {
    let stated = |node: NodeId| {
        let said = match dom.name(node)? {
            "img" | "area" => dom.attr(node, "alt"),
            "abbr" => dom.attr(node, "title"),
            _ => None,
        };
        said.filter(|s| !s.is_empty()).map(str::to_owned)
    };
    let child = only_child(dom, node);
    let grandchild = child.and_then(|c| only_child(dom, c));
    let said = [Some(node), child, grandchild].into_iter().flatten().find_map(stated);
    said.unwrap_or_else(|| values::name_words(dom, node))
}
