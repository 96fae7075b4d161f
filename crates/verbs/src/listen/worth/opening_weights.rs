//! Learnt by `cargo x train worth` from openings that are in the public domain; do not edit by hand. `docs/worth.md` is its card.

/// Log odds, one a mark, in the order of `opening::MARKS`.
pub const WEIGHTS: [f64; 18] = [0.0; 18];
/// What the openings it was learnt from have in the mean.
pub const MEAN: f64 = 0.0;
