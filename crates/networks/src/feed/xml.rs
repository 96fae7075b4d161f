//! XML of any state of repair as a tree. The tokens are cut by the HTML tokenizer, which stumbles over nothing; what is XML's own (names
//! with a prefix, `xml:base`, CDATA, entities of a document's own) is done here. It knows nothing of feeds. Begin with [`tree`].

use std::cell::RefCell;
use std::rc::Rc;

use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use url::Url;

/// Elements deeper than this are passed over; their words go to the one at this depth.
const DEPTH_MAX: usize = 100;
/// The most elements kept of a document.
const NODES_MAX: usize = 300_000;
/// Entities that a document declares for itself: how many, how long, and how much they may add in all.
const ENTITIES_MAX: usize = 64;
const ENTITY_MAX: usize = 1000;
const ENTITIES_ADD_MAX: usize = 256 * 1024;

/// The vocabularies that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS in all its namespaces, CDF, and names with no namespace.
    Plain,
    Atom,
    Dc,
    DcTerms,
    Content,
    WellFormedWeb,
    Slash,
    Thread,
    Media,
    Itunes,
    Xhtml,
    Other,
}

pub(super) struct Node {
    pub space: Space,
    /// The name without its prefix, in lower case.
    pub name: String,
    /// Names with their prefix, in lower case.
    pub attrs: Vec<(String, String)>,
    pub base: Option<Rc<Url>>,
    pub lang: Option<Rc<str>>,
    pub children: Vec<Child>,
}

pub(super) enum Child {
    Node(Node),
    Text(String),
}

impl Node {
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim())
    }
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.children.iter().filter_map(|c| match c {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }
    /// The first child of that name.
    pub fn child(&self, space: Space, name: &str) -> Option<&Node> {
        self.nodes().find(|n| n.is(space, name))
    }
    pub fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }
    /// All words inside, trimmed.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.gather(&mut out);
        out.trim().to_owned()
    }
    fn gather(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Node(node) => node.gather(out),
                Child::Text(text) => out.push_str(text),
            }
        }
    }
    pub fn has_elements(&self) -> bool {
        self.nodes().next().is_some()
    }
    /// What stands inside, written as HTML.
    pub fn inner_html(&self) -> String {
        let mut out = String::new();
        for child in &self.children {
            child.write(&mut out);
        }
        out.trim().to_owned()
    }
    /// An address that stands here, resolved against the base.
    pub fn join(&self, address: &str) -> Option<String> {
        resolve(self.base.as_deref(), address)
    }
}

/// A web address made whole; anything else that is an address by itself stays as it is, and what is none is dropped.
pub(super) fn resolve(base: Option<&Url>, address: &str) -> Option<String> {
    let address: String = address.trim().chars().filter(|c| !c.is_control()).collect();
    if address.is_empty() {
        return None;
    }
    let url = match base {
        Some(base) => base.join(&address),
        None => Url::parse(&address),
    };
    url.ok().map(String::from)
}

impl Child {
    fn write(&self, out: &mut String) {
        match self {
            Child::Text(text) => escape(text, out),
            Child::Node(node) => {
                out.push('<');
                out.push_str(&node.name);
                for (name, value) in node.attrs.iter().filter(|(n, _)| !n.starts_with("xmlns")) {
                    out.push(' ');
                    out.push_str(name);
                    out.push_str("=\"");
                    escape(value, out);
                    out.push('"');
                }
                out.push('>');
                if matches!(node.name.as_str(), "br" | "hr" | "img" | "input" | "wbr" | "area" | "col" | "source")
                    && node.children.is_empty()
                {
                    return;
                }
                node.children.iter().for_each(|c| c.write(out));
                out.push_str("</");
                out.push_str(&node.name);
                out.push('>');
            }
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

/// The root element, if there is one.
pub(super) fn tree(text: &str, base: Option<Url>) -> Option<Node> {
    let text = with_own_entities(text);
    let input = BufferQueue::default();
    input.push_back(crate::tags::bounded(&text).as_ref().into());
    let root = Open { node: Node::new(Space::Other, String::new(), Vec::new()), qualified: String::new(), names: Vec::new() };
    let builder = Builder { open: vec![root], nodes: 0, passed_over: 0, base: base.map(Rc::new) };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(builder)), TokenizerOpts { discard_bom: true, ..TokenizerOpts::default() });
    // The tokenizer stops early only for scripts, which are never asked for here.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut builder = tokenizer.sink.0.into_inner();
    while builder.open.len() > 1 {
        builder.close();
    }
    let document = builder.open.pop()?.node;
    document.children.into_iter().find_map(|c| match c {
        Child::Node(node) => Some(node),
        Child::Text(_) => None,
    })
}

struct Sink(RefCell<Builder>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => builder.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => builder.start(tag),
            Token::TagToken(tag) => builder.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// Lets CDATA through as words.
    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        true
    }
}

struct Builder {
    open: Vec<Open>,
    nodes: usize,
    /// Elements begun too deep, whose ends are still to come.
    passed_over: usize,
    base: Option<Rc<Url>>,
}

/// An element whose end has not come yet.
struct Open {
    node: Node,
    qualified: String,
    /// Prefixes declared here.
    names: Vec<(String, Space)>,
}

impl Node {
    fn new(space: Space, name: String, attrs: Vec<(String, String)>) -> Node {
        Node { space, name, attrs, base: None, lang: None, children: Vec::new() }
    }
}

impl Builder {
    fn here(&mut self) -> &mut Node {
        &mut self.open.last_mut().expect("the document itself is never closed").node
    }

    fn text(&mut self, text: &str) {
        if let Some(Child::Text(before)) = self.here().children.last_mut() {
            before.push_str(text);
        } else {
            self.here().children.push(Child::Text(text.to_owned()));
        }
    }

    fn start(&mut self, tag: Tag) {
        self.nodes += 1;
        if self.nodes > NODES_MAX || self.open.len() > DEPTH_MAX {
            self.passed_over += usize::from(!tag.self_closing);
            return;
        }
        let qualified = tag.name.to_string();
        let attrs: Vec<(String, String)> = tag.attrs.iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
        let names = attrs
            .iter()
            .filter_map(|(n, v)| match n.strip_prefix("xmlns") {
                Some("") => Some((String::new(), space(v, true))),
                Some(prefix) => prefix.strip_prefix(':').map(|p| (p.to_owned(), space(v, false))),
                None => None,
            })
            .collect();
        let mut open = Open { node: Node::new(Space::Plain, String::new(), attrs), qualified, names };
        let (prefix, local) = open.qualified.split_once(':').unwrap_or(("", &open.qualified));
        open.node.name = local.to_owned();
        open.node.space = self.space_of(&open, prefix);
        let outer = &self.open.last().expect("the document itself is never closed").node;
        let outer_base = outer.base.clone().or_else(|| self.base.clone());
        open.node.base = match open.node.attr("xml:base").and_then(|b| resolve(outer_base.as_deref(), b)).and_then(|b| Url::parse(&b).ok())
        {
            Some(own) => Some(Rc::new(own)),
            None => outer_base,
        };
        open.node.lang = open.node.attr("xml:lang").map(Rc::from).or_else(|| outer.lang.clone());
        self.open.push(open);
        if tag.self_closing {
            self.close();
        }
    }

    fn space_of(&self, new: &Open, prefix: &str) -> Space {
        let declared = std::iter::once(new).chain(self.open.iter().rev()).flat_map(|o| o.names.iter());
        match declared.into_iter().find(|(p, _)| p == prefix) {
            Some((_, space)) => *space,
            None if prefix.is_empty() => Space::Plain,
            None => usual(prefix),
        }
    }

    /// Closes the nearest open element of that name with all inside it; an end without a beginning is passed over.
    fn end(&mut self, qualified: &str) {
        if self.passed_over > 0 {
            self.passed_over -= 1;
            return;
        }
        let Some(at) = self.open.iter().skip(1).rposition(|o| o.qualified == qualified) else { return };
        while self.open.len() > at + 1 {
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some(done) = self.open.pop() {
            self.here().children.push(Child::Node(done.node));
        }
    }
}

/// The vocabulary of a namespace's address.
fn space(address: &str, is_default: bool) -> Space {
    let address = address.trim().trim_end_matches(['/', '#']).to_ascii_lowercase();
    let Some((_, rest)) = address.split_once("://") else { return if is_default { Space::Plain } else { Space::Other } };
    match rest.trim_start_matches("www.") {
        "w3.org/2005/atom" | "purl.org/atom/ns" => Space::Atom,
        "w3.org/1999/xhtml" => Space::Xhtml,
        "w3.org/2000/svg" | "w3.org/1998/math/mathml" | "w3.org/1999/xlink" => Space::Other,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" => Space::Dc,
        "purl.org/dc/terms" => Space::DcTerms,
        "purl.org/rss/1.0/modules/content" => Space::Content,
        "purl.org/rss/1.0/modules/slash" => Space::Slash,
        "wellformedweb.org/commentapi" => Space::WellFormedWeb,
        "purl.org/syndication/thread/1.0" => Space::Thread,
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" => Space::Media,
        "itunes.com/dtds/podcast-1.0.dtd" | "example.com/dtds/podcast-1.0.dtd" => Space::Itunes,
        "purl.org/rss/1.0" | "my.netscape.com/rdf/simple/0.9" | "channel.netscape.com/rdf/simple/0.9" => Space::Plain,
        other if other.contains("userland.com/rss") || other.ends_with("/tech/rss") => Space::Plain,
        _ if is_default => Space::Plain,
        _ => Space::Other,
    }
}

/// What an undeclared prefix means to those who forget to declare it.
fn usual(prefix: &str) -> Space {
    match prefix {
        "atom" => Space::Atom,
        "dc" => Space::Dc,
        "dcterms" => Space::DcTerms,
        "content" => Space::Content,
        "wfw" => Space::WellFormedWeb,
        "slash" => Space::Slash,
        "thr" => Space::Thread,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "xhtml" | "body" => Space::Xhtml,
        _ => Space::Other,
    }
}

/// The document type taken out, and the entities that it declares put in place. An entity inside an entity stays as it is, so that
/// nothing can grow without bound.
fn with_own_entities(text: &str) -> String {
    let Some(from) = text.find("<!DOCTYPE").filter(|at| is_outside(&text[..*at])) else { return text.to_owned() };
    let bracket = text[from..].find('[').filter(|b| text[from..from + b].find('>').is_none());
    let (inner, end) = match bracket {
        Some(b) => match text[from + b..].find("]>").or_else(|| text[from + b..].find(']')) {
            Some(e) => (&text[from + b..from + b + e], from + b + e + 2),
            None => return text.to_owned(),
        },
        None => ("", text[from..].find('>').map_or(text.len(), |e| from + e + 1)),
    };
    let mut out = text[..from].to_owned();
    let mut rest = text.get(end..).unwrap_or("");
    let own = entities(inner);
    if own.is_empty() {
        out.push_str(rest);
        return out;
    }
    let mut added = 0;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = own.iter().find(|(name, _)| rest[1..].strip_prefix(name.as_str()).is_some_and(|r| r.starts_with(';')));
        match found {
            Some((name, value)) if added + value.len() <= ENTITIES_ADD_MAX => {
                out.push_str(value);
                added += value.len();
                rest = &rest[name.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether no element has begun yet.
fn is_outside(before: &str) -> bool {
    let mut rest = before;
    while let Some(at) = rest.find('<') {
        let inside = &rest[at + 1..];
        let close = if inside.starts_with("!--") {
            "-->"
        } else if inside.starts_with('?') {
            "?>"
        } else {
            return false;
        };
        match inside.find(close) {
            Some(end) => rest = &inside[end + close.len()..],
            None => return false,
        }
    }
    true
}

fn entities(inner: &str) -> Vec<(String, String)> {
    let declared = inner.split("<!ENTITY").skip(1).take(ENTITIES_MAX);
    declared
        .filter_map(|d| {
            let d = d.trim_start();
            let (name, rest) = d.split_once(char::is_whitespace)?;
            let rest = rest.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let value = rest[1..].split(quote).next()?;
            (name != "%" && value.len() <= ENTITY_MAX).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}
