//! Conditions that do not fit an entry, as words of 32 bits in one long row.

use std::collections::BTreeMap;

use super::compile::{Node, Test};
use super::post::Present;
use crate::Said;

/// What a word says, in its upper four bits; the rest is its argument.
const TOKEN: u32 = 0;
const NO_TOKEN: u32 = 1;
/// So many words of conditions follow, all of which have to hold; or one.
const ALL: u32 = 2;
const ANY: u32 = 3;
/// So many tokens follow, in a row.
const ROW: u32 = 4;
/// Two words follow, the halves of an instant.
const BEFORE: u32 = 5;
const SINCE: u32 = 6;
/// So many tokens follow (lower half), with so many others among them (upper half).
const NEAR: u32 = 7;
/// Added to a test: its opposite.
const OPPOSITE: u32 = 8;

const SHIFT: u32 = 28;
const ARGUMENT: u32 = (1 << SHIFT) - 1;
const NEAR_SHIFT: u32 = 14;

/// Each program is its length, then a list of conditions that all have to hold. At 0 stands none.
#[derive(Default)]
pub(super) struct Programs {
    words: Vec<u32>,
    /// Places of programs that went, by length.
    free: BTreeMap<u32, Vec<u32>>,
}

impl Programs {
    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * 4 + self.free.values().map(|places| places.capacity() * 4).sum::<usize>()
    }
    pub(super) fn shrink(&mut self) {
        self.words.shrink_to_fit();
    }

    /// Keeps conditions; where they are. None at all is 0.
    pub(super) fn put(&mut self, nodes: &[Node]) -> u32 {
        if nodes.is_empty() {
            return 0;
        }
        let mut code = Vec::new();
        nodes.iter().for_each(|node| write(node, &mut code));
        self.keep(&code)
    }

    /// Keeps some words; where they are.
    pub(super) fn keep(&mut self, words: &[u32]) -> u32 {
        if self.words.is_empty() {
            self.words.push(0);
        }
        let length = length(words);
        if let Some(at) = self.free.get_mut(&length).and_then(Vec::pop) {
            self.words_mut(at).copy_from_slice(words);
            return at;
        }
        let at = u32::try_from(self.words.len()).expect("a matcher's programs stay below four thousand million words");
        self.words.push(length);
        self.words.extend_from_slice(words);
        at
    }

    pub(super) fn let_go(&mut self, at: u32) {
        self.free.entry(self.words[at as usize]).or_default().push(at);
    }

    fn words_mut(&mut self, at: u32) -> &mut [u32] {
        let length = self.words[at as usize] as usize;
        &mut self.words[at as usize + 1..][..length]
    }

    pub(super) fn read(&self, at: u32) -> Vec<Node> {
        read_all(self.words(at))
    }

    /// What is kept at a place.
    pub(super) fn words(&self, at: u32) -> &[u32] {
        if at == 0 {
            return &[];
        }
        let length = self.words[at as usize] as usize;
        &self.words[at as usize + 1..][..length]
    }

    /// Whether all that is kept at a place holds of a post.
    pub(super) fn holds(&self, at: u32, present: &Present, said: Said<'_>) -> bool {
        holds_all(self.words(at), present, said)
    }
}

fn length(words: &[u32]) -> u32 {
    u32::try_from(words.len()).ok().filter(|n| *n <= ARGUMENT).expect("a query's bounds keep programs short")
}

fn write(node: &Node, code: &mut Vec<u32>) {
    match node {
        Node::Token(id, true) => code.push(TOKEN << SHIFT | id),
        Node::Token(id, false) => code.push(NO_TOKEN << SHIFT | id),
        Node::All(list) | Node::Any(list) => {
            let start = code.len();
            code.push(0);
            list.iter().for_each(|node| write(node, code));
            let kind = if matches!(node, Node::All(_)) { ALL } else { ANY };
            code[start] = kind << SHIFT | length(&code[start + 1..]);
        }
        Node::Test(test, is_wanted) => {
            let opposite = if *is_wanted { 0 } else { OPPOSITE };
            let mut head = |kind: u32, argument| code.push((kind | opposite) << SHIFT | argument);
            match test {
                Test::Row(ids) => {
                    head(ROW, length(ids));
                    code.extend(ids);
                }
                Test::Near(ids, among) => {
                    head(NEAR, among << NEAR_SHIFT | length(ids));
                    code.extend(ids);
                }
                Test::Before(at) | Test::Since(at) => {
                    head(if matches!(test, Test::Before(_)) { BEFORE } else { SINCE }, 0);
                    code.extend([*at as u32, (*at >> 32) as u32]);
                }
            }
        }
    }
}

/// The first condition of some code: what its word says, its argument, what belongs to it, what comes after.
#[inline]
fn first(code: &[u32]) -> Option<(u32, u32, &[u32], &[u32])> {
    let (head, rest) = code.split_first()?;
    let (kind, argument) = (head >> SHIFT, head & ARGUMENT);
    let length = match kind & !OPPOSITE {
        TOKEN | NO_TOKEN => 0,
        BEFORE | SINCE => 2,
        NEAR => argument & ((1 << NEAR_SHIFT) - 1),
        _ => argument,
    };
    let (own, after) = rest.split_at(length as usize);
    Some((kind, argument, own, after))
}

fn instant(own: &[u32]) -> i64 {
    i64::from(own[0]) | i64::from(own[1]) << 32
}

fn read_all(mut code: &[u32]) -> Vec<Node> {
    let mut nodes = Vec::new();
    while let Some((kind, argument, own, after)) = first(code) {
        code = after;
        let is_wanted = kind & OPPOSITE == 0;
        nodes.push(match kind & !OPPOSITE {
            TOKEN => Node::Token(argument, true),
            NO_TOKEN => Node::Token(argument, false),
            ALL => Node::All(read_all(own)),
            ANY => Node::Any(read_all(own)),
            ROW => Node::Test(Test::Row(own.to_vec()), is_wanted),
            BEFORE => Node::Test(Test::Before(instant(own)), is_wanted),
            SINCE => Node::Test(Test::Since(instant(own)), is_wanted),
            _ => Node::Test(Test::Near(own.to_vec(), argument >> NEAR_SHIFT), is_wanted),
        });
    }
    nodes
}

fn holds_all(mut code: &[u32], present: &Present, said: Said<'_>) -> bool {
    while let Some((kind, argument, own, after)) = first(code) {
        if !holds(kind, argument, own, present, said) {
            return false;
        }
        code = after;
    }
    true
}

fn holds_any(mut code: &[u32], present: &Present, said: Said<'_>) -> bool {
    while let Some((kind, argument, own, after)) = first(code) {
        if holds(kind, argument, own, present, said) {
            return true;
        }
        code = after;
    }
    false
}

#[inline]
fn holds(kind: u32, argument: u32, own: &[u32], present: &Present, said: Said<'_>) -> bool {
    let does = match kind & !OPPOSITE {
        TOKEN => present.has(argument),
        NO_TOKEN => !present.has(argument),
        ALL => holds_all(own, present, said),
        ANY => holds_any(own, present, said),
        ROW => present.has_row(own),
        BEFORE => said.is_dated && said.post.created_at.as_millisecond() < instant(own),
        SINCE => said.is_dated && said.post.created_at.as_millisecond() >= instant(own),
        _ => present.has_near(own, argument >> NEAR_SHIFT),
    };
    does ^ (kind & OPPOSITE != 0)
}
