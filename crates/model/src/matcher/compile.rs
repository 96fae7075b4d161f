//! Makes conditions on tokens of a query: minuses stand at the tokens, groups of one kind are one.

use super::terms::{IN_ROW, Kind, Terms};
use crate::topic::{Has, Is, Term, Wanted};
use crate::words::{Marks, case_folded, unmarked};

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// The post holds the token, or does not.
    Token(u32, bool),
    /// A test that tokens can't answer, or its opposite.
    Test(Test, bool),
    All(Vec<Node>),
    Any(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// These exact words in a row.
    Row(Vec<u32>),
    /// These exact words with at most so many others among them.
    Near(Vec<u32>, u32),
    /// Said before this instant, in ms.
    Before(i64),
    /// Said at this instant or later, in ms.
    Since(i64),
}

impl Node {
    /// Hands on every token it names, as often as it names it.
    pub(super) fn each_id(&self, take: &mut impl FnMut(u32)) {
        match self {
            Node::Token(id, _) => take(*id),
            Node::Test(Test::Row(ids) | Test::Near(ids, _), _) => ids.iter().for_each(|id| take(*id)),
            Node::Test(..) => {}
            Node::All(list) | Node::Any(list) => list.iter().for_each(|node| node.each_id(take)),
        }
    }
}

pub(super) fn compile(term: &Term, terms: &mut Terms) -> Node {
    node(term, true, terms)
}

/// What a term asks, or, where `is_wanted` is not so, its opposite.
fn node(term: &Term, is_wanted: bool, terms: &mut Terms) -> Node {
    let mut token = |kind, text: &str| Node::Token(terms.intern(kind, text), is_wanted);
    match term {
        Term::Word(wanted) => match wanted.words() {
            [word] => token(Kind::Bare, word),
            _ => row(wanted, is_wanted, terms),
        },
        Term::Phrase(wanted) => row(wanted, is_wanted, terms),
        Term::Near(wanted, among) => near(wanted, *among, is_wanted, terms),
        Term::Prefix(beginning) => token(Kind::Beginning, beginning),
        Term::Tag(tag) => token(Kind::Tag, &plain(tag)),
        Term::From(handle) => token(Kind::From, &plain(handle)),
        Term::To(handle) => token(Kind::To, &plain(handle)),
        Term::On(key) => token(Kind::On, &plain(key)),
        Term::In(venue) => match venue.strip_prefix('#') {
            Some(tag) => token(Kind::Tag, &plain(tag)),
            None => token(Kind::In, &plain(venue)),
        },
        Term::Lang(lang) => token(Kind::Lang, &plain(lang)),
        Term::Is(Is::Question) => token(Kind::Question, ""),
        Term::Is(Is::Reply) => token(Kind::Reply, ""),
        Term::Has(Has::Link) => token(Kind::HasLink, ""),
        Term::Has(Has::Picture) => token(Kind::HasPicture, ""),
        Term::Link(host) => token(Kind::Link, &plain(host)),
        Term::Before(when) => Node::Test(Test::Before(when.begins().as_millisecond()), is_wanted),
        Term::After(when) => Node::Test(Test::Since(when.ends().as_millisecond()), is_wanted),
        Term::Not(inner) => node(inner, !is_wanted, terms),
        Term::All(list) => group(list.iter().map(|t| node(t, is_wanted, terms)).collect(), is_wanted),
        Term::Any(list) => group(list.iter().map(|t| node(t, is_wanted, terms)).collect(), !is_wanted),
    }
}

fn plain(text: &str) -> String {
    unmarked(&case_folded(text), Marks::None)
}

/// All of these, or any; groups of the same kind within are one with it, what stands twice stands once.
pub(super) fn group(list: Vec<Node>, is_all: bool) -> Node {
    let mut flat: Vec<Node> = Vec::with_capacity(list.len());
    let mut put = |node: Node| {
        if !flat.contains(&node) {
            flat.push(node);
        }
    };
    for node in list {
        match node {
            Node::All(inner) if is_all => inner.into_iter().for_each(&mut put),
            Node::Any(inner) if !is_all => inner.into_iter().for_each(&mut put),
            other => put(other),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ if is_all => Node::All(flat),
        _ => Node::Any(flat),
    }
}

fn row(wanted: &Wanted, is_wanted: bool, terms: &mut Terms) -> Node {
    if wanted.words().is_empty() {
        return group(wanted.signs().iter().map(|sign| Node::Token(terms.intern(Kind::Sign, sign), is_wanted)).collect(), is_wanted);
    }
    let ids: Vec<u32> = wanted.words().iter().map(|word| terms.intern(Kind::Exact, word)).collect();
    match ids.as_slice() {
        [id] => Node::Token(*id, is_wanted),
        [first, second] => Node::Token(terms.pair(*first, *second), is_wanted),
        _ => {
            let mut all: Vec<Node> = ids.windows(2).map(|w| Node::Token(terms.pair(w[0], w[1]), is_wanted)).collect();
            ids.iter().for_each(|id| terms.mark(*id, IN_ROW));
            all.push(Node::Test(Test::Row(ids), is_wanted));
            group(all, is_wanted)
        }
    }
}

fn near(wanted: &Wanted, among: u8, is_wanted: bool, terms: &mut Terms) -> Node {
    let mut ids: Vec<u32> = wanted.words().iter().map(|word| terms.intern(Kind::Exact, word)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.iter().for_each(|id| terms.mark(*id, IN_ROW));
    let mut all: Vec<Node> = ids.iter().map(|id| Node::Token(*id, is_wanted)).collect();
    all.push(Node::Test(Test::Near(ids, u32::from(among)), is_wanted));
    group(all, is_wanted)
}
