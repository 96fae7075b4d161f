//! A web page as a tree, as a browser would build it: what microformats and links are read from. Nodes stand in one list and know each
//! other by number, so that a page of any shape is dropped without recursion. Begin with [`Dom::read`].

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, QualName, parse_document};

/// The most HTML read of one page, in bytes; what stands behind is left out.
pub const HTML_MAX: usize = 1024 * 1024;

pub type NodeId = usize;
const ROOT: NodeId = 0;

enum Kind {
    /// The document, and what is kept of things that are neither words nor elements.
    Other,
    Text(String),
    Element {
        name: QualName,
        attributes: Vec<(String, String)>,
    },
}

struct Node {
    kind: Kind,
    parent: Option<NodeId>,
    children: Vec<NodeId>,
}

/// A page's tree.
pub struct Dom {
    nodes: Vec<Node>,
}

impl Dom {
    /// Reads a page; nothing can fail. A page nested deeper than any real one is read as empty.
    pub fn read(html: &str) -> Dom {
        let mut end = html.len().min(HTML_MAX);
        while !html.is_char_boundary(end) {
            end -= 1;
        }
        let html = crate::tags::bounded(&html[..end]);
        let html = if crate::clean::is_too_deep(&html) { "" } else { &*html };
        let sink = Sink { nodes: RefCell::new(vec![Node { kind: Kind::Other, parent: None, children: Vec::new() }]) };
        parse_document(sink, Default::default()).one(html)
    }

    pub fn root(&self) -> NodeId {
        ROOT
    }
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        &self.nodes[node].children
    }
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node].parent
    }
    /// The words of a text node.
    pub fn words(&self, node: NodeId) -> Option<&str> {
        match &self.nodes[node].kind {
            Kind::Text(words) => Some(words),
            _ => None,
        }
    }
    /// An element's name, in lower case.
    pub fn name(&self, node: NodeId) -> Option<&str> {
        match &self.nodes[node].kind {
            Kind::Element { name, .. } => Some(&name.local),
            _ => None,
        }
    }
    pub fn is(&self, node: NodeId, names: &[&str]) -> bool {
        self.name(node).is_some_and(|n| names.contains(&n))
    }
    pub fn attributes(&self, node: NodeId) -> &[(String, String)] {
        match &self.nodes[node].kind {
            Kind::Element { attributes, .. } => attributes,
            _ => &[],
        }
    }
    pub fn attr(&self, node: NodeId, name: &str) -> Option<&str> {
        self.attributes(node).iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub fn classes(&self, node: NodeId) -> impl Iterator<Item = &str> {
        self.attr(node, "class").unwrap_or_default().split_ascii_whitespace()
    }
    pub fn elements(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        self.children(node).iter().copied().filter(|c| self.name(*c).is_some())
    }
    /// Every element below a node, in the order of the page. What stands in a `template` is no part of the page.
    pub fn all_below(&self, node: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut waiting: Vec<NodeId> = self.children(node).iter().rev().copied().collect();
        while let Some(next) = waiting.pop() {
            if self.name(next).is_none() {
                continue;
            }
            found.push(next);
            if !self.is(next, &["template"]) {
                waiting.extend(self.children(next).iter().rev());
            }
        }
        found
    }

    /// The HTML between an element's tags, with addresses made whole by `whole`.
    pub fn inner_html(&self, node: NodeId, whole: &dyn Fn(&str) -> String) -> String {
        let mut out = String::new();
        for child in self.children(node) {
            self.write_html(*child, whole, &mut out);
        }
        out
    }

    fn write_html(&self, node: NodeId, whole: &dyn Fn(&str) -> String, out: &mut String) {
        match &self.nodes[node].kind {
            Kind::Other => {}
            Kind::Text(words) if self.parent(node).is_some_and(|p| self.is(p, &["script", "style"])) => out.push_str(words),
            Kind::Text(words) => out.push_str(&escaped(words, false)),
            Kind::Element { name, attributes } => {
                out.push('<');
                out.push_str(&name.local);
                for (key, value) in attributes {
                    let value =
                        if matches!(key.as_str(), "href" | "src" | "poster" | "data" | "cite") { whole(value) } else { value.clone() };
                    out.push_str(&format!(" {key}=\"{}\"", escaped(&value, true)));
                }
                out.push('>');
                if EMPTY.contains(&&*name.local) {
                    return;
                }
                for child in self.children(node) {
                    self.write_html(*child, whole, out);
                }
                out.push_str(&format!("</{}>", name.local));
            }
        }
    }
}

/// Elements that hold nothing and have no end.
const EMPTY: [&str; 13] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// As HTML writes words, or an attribute's value.
pub fn escaped(words: &str, is_value: bool) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if is_value => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// What the parser builds into.
struct Sink {
    nodes: RefCell<Vec<Node>>,
}

impl Sink {
    fn make(&self, kind: Kind) -> NodeId {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { kind, parent: None, children: Vec::new() });
        nodes.len() - 1
    }

    fn detach(&self, node: NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[node].parent.take() {
            // What is moved stands near the end; looked for from the front, a hostile page would take for ever.
            if let Some(at) = nodes[parent].children.iter().rposition(|c| *c == node) {
                nodes[parent].children.remove(at);
            }
        }
    }

    fn put(&self, parent: NodeId, at: Option<usize>, child: NodeOrText<NodeId>) {
        let child = match child {
            NodeOrText::AppendNode(node) => {
                self.detach(node);
                node
            }
            NodeOrText::AppendText(words) => {
                let mut nodes = self.nodes.borrow_mut();
                let before = match at {
                    Some(at) => at.checked_sub(1).map(|i| nodes[parent].children[i]),
                    None => nodes[parent].children.last().copied(),
                };
                if let Some(before) = before
                    && let Kind::Text(kept) = &mut nodes[before].kind
                {
                    kept.push_str(&words);
                    return;
                }
                drop(nodes);
                self.make(Kind::Text(words.to_string()))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes[child].parent = Some(parent);
        match at {
            Some(at) => nodes[parent].children.insert(at, child),
            None => nodes[parent].children.push(child),
        }
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Dom;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Dom {
        Dom { nodes: self.nodes.into_inner() }
    }
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn get_document(&self) -> NodeId {
        ROOT
    }
    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target].kind {
            Kind::Element { name, .. } => name,
            _ => unreachable!("the tree builder asks elements alone"),
        })
    }
    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _: ElementFlags) -> NodeId {
        let attributes = attrs.into_iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
        self.make(Kind::Element { name, attributes })
    }
    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.make(Kind::Other)
    }
    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.make(Kind::Other)
    }
    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.put(*parent, None, child);
    }
    fn append_based_on_parent_node(&self, element: &NodeId, prev: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.nodes.borrow()[*element].parent.is_some();
        if has_parent { self.append_before_sibling(element, child) } else { self.append(prev, child) }
    }
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }
    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        if let NodeOrText::AppendNode(node) = &child {
            self.detach(*node);
        }
        let nodes = self.nodes.borrow();
        let Some(parent) = nodes[*sibling].parent else { return };
        let at = nodes[parent].children.iter().rposition(|c| c == sibling);
        drop(nodes);
        self.put(parent, at, child);
    }
    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        if let Kind::Element { attributes, .. } = &mut self.nodes.borrow_mut()[*target].kind {
            for a in attrs {
                if !attributes.iter().any(|(name, _)| *name == *a.name.local) {
                    attributes.push((a.name.local.to_string(), a.value.to_string()));
                }
            }
        }
    }
    fn remove_from_parent(&self, target: &NodeId) {
        self.detach(*target);
    }
    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[*node].children);
        for child in &children {
            nodes[*child].parent = Some(*new_parent);
        }
        nodes[*new_parent].children.extend(children);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_is_a_tree() {
        let dom = Dom::read("<p class='a  b'>one<b>two</b>three<p>four<table><tr><td>x</table>");
        let names: Vec<_> = dom.all_below(dom.root()).into_iter().filter_map(|n| dom.name(n)).collect();
        assert_eq!(names, ["html", "head", "body", "p", "b", "p", "table", "tbody", "tr", "td"]);
        let p = dom.all_below(dom.root())[3];
        assert_eq!(dom.classes(p).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(dom.inner_html(p, &str::to_owned), "one<b>two</b>three");
    }

    #[test]
    fn a_hole_is_an_empty_page() {
        let deep = Dom::read(&format!("{}<a rel=webmention href=/x>", "<div>".repeat(100_000)));
        assert!(deep.all_below(deep.root()).len() < 5);
        // Each of these is moved out of the table; looked for from the front that would take minutes.
        let moved = Dom::read(&format!("<table>{}", "x<br>".repeat(200_000)));
        assert!(moved.all_below(moved.root()).len() > 200_000);
    }

    proptest! {
        #[test]
        fn never_panics(html in "(<[a-z/]{0,8} ?(class=.h-[a-z]{0,4}.)?>|<(table|template|b|a|p|select|option|frameset|svg|math)>|[a-z &;\n]{0,6}){0,40}") {
            let dom = Dom::read(&html);
            let _ = dom.inner_html(dom.root(), &str::to_owned);
        }
    }
}
