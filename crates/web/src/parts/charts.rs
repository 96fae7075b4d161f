//! Small drawings by the server, in the stylesheet's colours, with a sentence for those who cannot see them.

use std::fmt::{self, Write};

use crate::html::drawn;

/// What you gave and asked, as dots and diamonds.
#[derive(Clone, Copy, Debug)]
pub struct Dots {
    pub gave: u32,
    pub asked: u32,
}

/// As many as fit the drawing; the sentence tells the whole.
const DOTS_MAX: u32 = 8;

impl Dots {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        write!(
            out,
            "<svg class=\"chart dots\" viewBox=\"0 0 76 24\" role=\"img\" aria-label=\"you gave {}, asked {}\">",
            self.gave, self.asked
        )?;
        for n in 0..self.gave.min(DOTS_MAX) {
            write!(out, "<circle cx=\"{}\" cy=\"6\" r=\"3.4\" class=\"f-give\"/>", 5 + 9 * n)?;
        }
        for n in 0..self.asked.min(DOTS_MAX) {
            write!(out, "<path d=\"M{} 15l3.8 3.8-3.8 3.8-3.8-3.8z\" class=\"f-ask\"/>", 5 + 9 * n)?;
        }
        out.write_str("</svg>")
    }
}

drawn!(Dots);
