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

/// A course of eight values as a small line, its last one dotted.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    pub values: [u32; 8],
    /// Drawn in plum.
    pub is_more: bool,
}

impl Course {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let most = f64::from(self.values.iter().copied().max().unwrap_or(0).max(1));
        let y = |value: u32| 18.0 - 14.4 * f64::from(value) / most;
        let class = if self.is_more { "plum" } else { "edge" };
        out.write_str("<svg class=\"end\" viewBox=\"-2 0 74 20\" width=\"72\" height=\"20\" aria-hidden=\"true\"><polyline points=\"")?;
        for (i, value) in self.values.iter().enumerate() {
            write!(out, "{}{},{:.1}", if i > 0 { " " } else { "" }, i * 10, y(*value))?;
        }
        write!(
            out,
            "\" fill=\"none\" class=\"s-{class}\" stroke-width=\"1.6\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/><circle cx=\"70\" cy=\"{:.1}\" r=\"2.2\" class=\"f-{class}\"/></svg>",
            y(self.values[7])
        )
    }
}

drawn!(Dots, Course);
