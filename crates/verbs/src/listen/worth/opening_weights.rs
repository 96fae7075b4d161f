//! Learnt by `cargo x train worth` from openings that are in the public domain; do not edit by hand. `docs/worth.md` is its card.

/// Log odds, one a mark, in the order of `opening::MARKS`.
pub const WEIGHTS: [f64; 18] = [
    0.553,  // asks
    0.189,  // asks-at-once
    0.105,  // asks-anyone
    0.068,  // you
    0.156,  // self
    0.134,  // opinion
    0.157,  // best
    0.066,  // help
    0.067,  // news
    -0.014, // shows
    0.154,  // shouts
    -0.025, // quotes
    0.058,  // link
    -0.226, // tiny
    -0.166, // short
    -0.075, // middling
    0.179,  // long
    0.119,  // very-long
];
/// What the openings it was learnt from have in the mean.
pub const MEAN: f64 = 0.232;
