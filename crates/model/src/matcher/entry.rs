//! One place where a query is filed, as words of 32 bits under the token that its list belongs to: a head that says whose it is and what
//! follows; up to two conditions, tokens that must be there or, with [`ABSENT`], must not; alternatives, one of which must be there; and
//! where in the programs whatever else is needed stands.

use super::compile::{Node, group};
use super::post::Present;
use super::program::Programs;
use super::terms::Terms;
use crate::Said;

/// Handles are below this.
pub(super) const HANDLES: u32 = 1 << 25;
const LITERALS_SHIFT: u32 = 25;
const LITERALS_MAX: usize = 2;
const ALTERNATIVES_SHIFT: u32 = 27;
const ALTERNATIVES_MAX: usize = 7;
const PROGRAM: u32 = 1 << 30;
/// The query is filed in other places, too.
const MANY: u32 = 1 << 31;
/// On a token: it must not be there.
const ABSENT: u32 = 1 << 31;

#[inline]
pub(super) fn handle(head: u32) -> u32 {
    head % HANDLES
}
#[inline]
pub(super) fn is_one_of_many(head: u32) -> bool {
    head & MANY != 0
}
#[inline]
fn literals(head: u32) -> usize {
    (head >> LITERALS_SHIFT) as usize % 4
}
#[inline]
fn alternatives(head: u32) -> usize {
    (head >> ALTERNATIVES_SHIFT) as usize % 8
}
/// Words of the whole entry.
#[inline]
pub(super) fn width(head: u32) -> usize {
    1 + literals(head) + alternatives(head) + usize::from(head & PROGRAM != 0)
}

/// How an entry is to be read.
#[inline]
pub(super) fn shape(head: u32) -> u32 {
    head / HANDLES
}
/// Whether one condition is all that stands behind a head, and the query is filed nowhere else: most are so.
#[inline]
pub(super) fn is_mere_token(head: u32) -> bool {
    shape(head) == 1
}

/// Whether a condition holds of a post.
#[inline]
pub(super) fn meets(word: u32, present: &Present) -> bool {
    present.has(word & !ABSENT) ^ (word & ABSENT != 0)
}

/// Whether what stands behind a head holds of a post.
#[inline]
pub(super) fn holds(head: u32, rest: &[u32], present: &Present, programs: &Programs, said: Said<'_>) -> bool {
    let (literals, rest) = rest.split_at(literals(head));
    if !literals.iter().all(|word| meets(*word, present)) {
        return false;
    }
    let (alternatives, program) = rest.split_at(alternatives(head));
    (alternatives.is_empty() || alternatives.iter().any(|id| present.has(*id)))
        && program.first().is_none_or(|at| programs.holds(*at, present, said))
}

/// An entry for a query that needs all of these besides its token.
pub(super) fn write(handle: u32, is_one_of_many: bool, anchor: u32, rest: &[Node], terms: &Terms, programs: &mut Programs) -> Vec<u32> {
    let mut rest: Vec<Node> = match group(rest.to_vec(), true) {
        Node::All(list) => list,
        one => vec![one],
    };
    rest.retain(|node| *node != Node::Token(anchor, true));
    // The rarest first, for it turns most posts away.
    rest.sort_by(|a, b| passing(a, terms).total_cmp(&passing(b, terms)));
    let mut words = vec![handle | if is_one_of_many { MANY } else { 0 }];
    rest.retain(|node| match node {
        Node::Token(id, is_wanted) if words.len() <= LITERALS_MAX => {
            words.push(if *is_wanted { *id } else { *id | ABSENT });
            false
        }
        _ => true,
    });
    words[0] |= (words.len() as u32 - 1) << LITERALS_SHIFT;
    if let Some(at) = rest.iter().position(|node| tokens(node).is_some()) {
        let ids = tokens(&rest.remove(at)).unwrap_or_default();
        words[0] |= (ids.len() as u32) << ALTERNATIVES_SHIFT;
        words.extend(ids);
    }
    if !rest.is_empty() {
        words[0] |= PROGRAM;
        words.push(programs.put(&rest));
    }
    words
}

/// In which share of posts a condition holds, roughly.
fn passing(node: &Node, terms: &Terms) -> f64 {
    match node {
        Node::Token(id, true) => terms.share(*id),
        Node::Token(id, false) => 1.0 - terms.share(*id),
        Node::Test(..) => 1.0,
        Node::All(list) => list.iter().map(|n| passing(n, terms)).fold(1.0, f64::min),
        Node::Any(list) => list.iter().map(|n| passing(n, terms)).sum::<f64>().min(1.0),
    }
}

/// Alternatives that an entry has room for.
fn tokens(node: &Node) -> Option<Vec<u32>> {
    let Node::Any(list) = node else { return None };
    let ids = list.iter().map(|node| if let Node::Token(id, true) = node { Some(*id) } else { None });
    ids.collect::<Option<Vec<u32>>>().filter(|ids| (2..=ALTERNATIVES_MAX).contains(&ids.len()))
}

/// What an entry needs besides its token.
pub(super) fn read(entry: &[u32], programs: &Programs) -> Vec<Node> {
    let (head, rest) = (entry[0], &entry[1..]);
    let (literals, rest) = rest.split_at(literals(head));
    let mut nodes: Vec<Node> = literals.iter().map(|word| Node::Token(word & !ABSENT, word & ABSENT == 0)).collect();
    let (alternatives, program) = rest.split_at(alternatives(head));
    if !alternatives.is_empty() {
        nodes.push(Node::Any(alternatives.iter().map(|id| Node::Token(*id, true)).collect()));
    }
    program.iter().for_each(|at| nodes.extend(programs.read(*at)));
    nodes
}

/// Lets go of what an entry keeps elsewhere.
pub(super) fn let_go(entry: &[u32], programs: &mut Programs) {
    if entry[0] & PROGRAM != 0 {
        programs.let_go(entry[entry.len() - 1]);
    }
}
