//! Writing markup by hand, safely: for the few small marks that stand hundreds of times on a page.
//! Whole parts and pages are templates; begin with [`crate::parts`].

use std::fmt::{self, Write};

/// Markup that is already safe to print; only this crate's own constants and drawings are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safe<T>(pub T);

impl<T: AsRef<str>> fmt::Display for Safe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref())
    }
}
impl<T: AsRef<str>> askama::filters::HtmlSafe for Safe<T> {}
impl<T: AsRef<str>> askama::FastWritable for Safe<T> {
    fn write_into(&self, out: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(out.write_str(self.0.as_ref())?)
    }
}

/// Writes text so that it can stand in an element or in a quoted attribute.
pub fn escape_into(out: &mut (impl Write + ?Sized), text: &str) -> fmt::Result {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let instead = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.write_str(&text[plain_from..at])?;
        out.write_str(instead)?;
        plain_from = at + 1;
    }
    out.write_str(&text[plain_from..])
}

/// Gives types with a `draw(&self, &mut dyn Write) -> fmt::Result` all that a template needs to print them.
macro_rules! drawn {
    ($($name:ty),* $(,)?) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.draw(f)
            }
        }
        impl askama::filters::HtmlSafe for $name {}
        impl askama::FastWritable for $name {
            fn write_into(&self, out: &mut dyn std::fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
                Ok(self.draw(out)?)
            }
        }
    )*};
}
pub(crate) use drawn;

/// Lets templates print other templates without `|safe`.
macro_rules! part {
    ($($name:ty),* $(,)?) => {$( impl askama::filters::HtmlSafe for $name {} )*};
}
pub(crate) use part;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_could_break_out() {
        let mut out = String::new();
        escape_into(&mut out, r#"a<b> & "c" 'd' é"#).unwrap();
        assert_eq!(out, "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; é");
    }
}
