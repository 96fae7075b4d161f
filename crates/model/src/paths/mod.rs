//! Ways from one person to another through people who talk: the shortest, and the strongest by its weakest tie. Pure: where the ties are
//! kept (in memory, on disk) is [`Ties`]'s affair. Nothing here knows who anybody is, or what makes a tie strong.
//! Begin with [`strongest`], then `graph.rs`, which holds millions of ties in memory.

mod graph;
mod shortest;
mod strongest;
#[cfg(test)]
mod tests;

pub use graph::{Bond, Graph};
pub use shortest::{ShortRoom, shortest};
pub use strongest::{Room, Wish, apart, strongest};

/// A person's place in a graph, from 0.
pub type Node = u32;

/// The longest chain that is looked for: whoever is five steps away is nobody's introduction.
pub const HOPS_MAX: usize = 4;

/// Who is tied to whom. A tie goes both ways and has one strength, a number that is only compared: greater is stronger.
pub trait Ties {
    /// Shows every tie of `who` that is at least `least` strong, each once. Others may be shown too; the searches leave them out.
    fn each(&mut self, who: Node, least: f32, see: &mut impl FnMut(Node, f32));
    /// How much `each` would show, about; only steers which side is searched first.
    fn about_how_many(&mut self, who: Node) -> usize;
}

/// A way, from the first to the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// Everyone on it, both ends included.
    pub people: Vec<Node>,
    /// The strength of its weakest tie.
    pub weakest: f32,
}

impl Chain {
    /// Ties on it.
    pub fn hops(&self) -> usize {
        self.people.len().saturating_sub(1)
    }
    /// Those between the two ends.
    pub fn between(&self) -> &[Node] {
        match self.people.len() {
            0..=2 => &[],
            n => &self.people[1..n - 1],
        }
    }
}

/// Strengths in steps of half a doubling, since strengths are kept as logarithms to the base of two. A search asks for the strongest
/// rungs first and goes down; a [`Graph`] keeps each person's ties in this order.
pub(crate) fn rung(strength: f32) -> i32 {
    // Strengths are logarithms of weights: far within an i32, and a saturating cast otherwise.
    (strength * RUNGS_A_DOUBLING).floor() as i32
}

/// The least strength on a rung.
pub(crate) fn foot(rung: i32) -> f32 {
    rung as f32 / RUNGS_A_DOUBLING
}

const RUNGS_A_DOUBLING: f32 = 2.0;
