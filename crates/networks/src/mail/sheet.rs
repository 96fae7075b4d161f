//! A sheet of a few kinds of blocks, as plain text and as the HTML that mail readers understand: tables, and styles in place. Readers show no SVG, and
//! hold pictures back; so a drawing is a table whose cells are bars, with its numbers in it, for a screen reader and a printer as well.

use std::fmt::Write;

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Title(String),
    /// Under a title or heading, smaller.
    Small(String),
    Heading(String),
    Words(String),
    /// Somebody's own words.
    Quote(String),
    Bars(Bars),
    Points(Vec<String>),
}

/// A drawing: one row a step, with one bar or two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// Says the same in a sentence.
    pub caption: String,
    /// What each bar counts.
    pub names: Vec<String>,
    /// A row's label, and a number for each name.
    pub rows: Vec<(String, Vec<u64>)>,
}

/// The longest bar, in pixels.
const WIDE: u64 = 220;
/// Lines of plain text are broken for nobody; bars in it are this long.
const PLAIN_WIDE: u64 = 24;
/// Legible on white and on black: readers turn colours round as they like.
const COLOURS: [&str; 2] = ["#8a5a83", "#c07a2c"];
const QUIET: &str = "#767676";

pub fn plain(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Title(text) => out += &format!("{text}\n{}\n", "=".repeat(text.chars().count().min(72))),
            Block::Heading(text) => out += &format!("\n{text}\n{}\n", "-".repeat(text.chars().count().min(72))),
            Block::Words(text) => out += &format!("{text}\n"),
            Block::Small(text) if out.is_empty() => out += &format!("{text}\n"),
            Block::Small(text) => out += &format!("\n{text}\n"),
            Block::Quote(text) => out += &text.lines().fold(String::new(), |all, line| all + "> " + line + "\n"),
            Block::Points(points) => out += &points.iter().fold(String::new(), |all, point| all + "* " + point + "\n"),
            Block::Bars(bars) => plain_bars(bars, &mut out),
        }
    }
    out
}

fn plain_bars(bars: &Bars, out: &mut String) {
    let most = most(bars);
    let wide = bars.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    *out += &format!("{}\n", bars.caption);
    for (label, values) in &bars.rows {
        let pad = wide - label.chars().count();
        for (at, n) in values.iter().enumerate() {
            let name = if bars.names.len() > 1 { format!("{} ", bars.names.get(at).map_or("", String::as_str)) } else { String::new() };
            let (label, pad) = if at == 0 { (label.as_str(), pad) } else { ("", wide) };
            let line = format!("  {label}{}  {name}{n} {}", " ".repeat(pad), "#".repeat(length(*n, most, PLAIN_WIDE) as usize));
            *out += &format!("{}\n", line.trim_end());
        }
    }
}

pub fn html(title: &str, language: &str, blocks: &[Block]) -> String {
    let mut out = format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title></head><body style=\"margin:0;padding:0\">\
         <div style=\"max-width:600px;margin:0 auto;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\">",
        escaped(language),
        escaped(title)
    );
    for block in blocks {
        let _ = match block {
            Block::Title(text) => write!(out, "<h1 style=\"font-size:24px;line-height:1.25;margin:4px 0 8px\">{}</h1>", escaped(text)),
            Block::Heading(text) => write!(out, "<h2 style=\"font-size:18px;line-height:1.3;margin:28px 0 6px\">{}</h2>", escaped(text)),
            Block::Small(text) => write!(out, "<p style=\"margin:4px 0;color:{QUIET};font-size:14px\">{}</p>", with_links(text)),
            Block::Words(text) => write!(out, "<p style=\"margin:8px 0\">{}</p>", with_links(text)),
            Block::Quote(text) => write!(
                out,
                "<blockquote style=\"margin:8px 0;padding:0 0 0 12px;border-left:3px solid {};font-style:italic\">{}</blockquote>",
                COLOURS[0],
                escaped(text)
            ),
            Block::Points(points) => {
                let points = points.iter().fold(String::new(), |all, p| all + "<li style=\"margin:4px 0\">" + &with_links(p) + "</li>");
                write!(out, "<ul style=\"margin:8px 0;padding-left:20px\">{points}</ul>")
            }
            Block::Bars(bars) => {
                html_bars(bars, &mut out);
                Ok(())
            }
        };
    }
    out + "</div></body></html>\n"
}

fn html_bars(bars: &Bars, out: &mut String) {
    let most = most(bars);
    let cell = "padding:2px 8px 2px 0;font-size:13px;white-space:nowrap";
    let _ = write!(
        out,
        "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"border-collapse:collapse;margin:12px 0\"><caption style=\"text-align:left;color:{QUIET};\
         font-size:14px;padding:0 0 6px\">{}</caption>",
        escaped(&bars.caption)
    );
    if bars.names.len() > 1 {
        let names = bars
            .names
            .iter()
            .fold(String::new(), |all, n| format!("{all}<th align=\"left\" style=\"{cell}\" colspan=\"2\">{}</th>", escaped(n)));
        let _ = write!(out, "<tr><td></td>{names}</tr>");
    }
    let wide = WIDE / bars.names.len().max(1) as u64;
    for (label, values) in &bars.rows {
        let _ = write!(out, "<tr><th align=\"left\" scope=\"row\" style=\"{cell};font-weight:normal\">{}</th>", escaped(label));
        for (at, n) in values.iter().enumerate() {
            let _ = write!(out, "<td align=\"right\" style=\"{cell}\">{n}</td><td style=\"padding:2px 12px 2px 0\" width=\"{wide}\">");
            let long = length(*n, most, wide);
            if long > 0 {
                let colour = COLOURS[at % COLOURS.len()];
                let _ = write!(
                    out,
                    "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" role=\"presentation\"><tr><td width=\"{long}\" height=\"12\" bgcolor=\"{colour}\" \
                     style=\"background:{colour};font-size:1px;line-height:12px\">&nbsp;</td></tr></table>"
                );
            }
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
}

fn most(bars: &Bars) -> u64 {
    bars.rows.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0)
}

/// How long the bar of `n` is where that of `most` is `wide`; whatever is there is seen.
fn length(n: u64, most: u64, wide: u64) -> u64 {
    if n == 0 { 0 } else { (n.saturating_mul(wide) / most.max(1)).max(1) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', "<br>")
}

/// Addresses on the web can be followed.
fn with_links(text: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (start, end) in model::measure::links(text) {
        out += &escaped(&text[from..start]);
        let link = escaped(&text[start..end]);
        let _ = write!(out, "<a href=\"{link}\">{link}</a>");
        from = end;
    }
    out + &escaped(&text[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Vec<Block> {
        let rows = vec![("31 Aug".to_owned(), vec![0]), ("7 Sep".to_owned(), vec![4]), ("14 Sep".to_owned(), vec![2])];
        vec![
            Block::Title("A week".into()),
            Block::Quote("Say \"yes\" & <b>go</b>".into()),
            Block::Bars(Bars { caption: "Visits".into(), names: vec!["visits".into()], rows }),
            Block::Words("See https://desk.example/aims?a=1&b=2.".into()),
        ]
    }

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let html = html("A week", "en", &sheet());
        assert!(html.contains("width=\"220\" height=\"12\"") && html.contains("width=\"110\" height=\"12\""), "{html}");
        assert_eq!(html.matches("height=\"12\"").count(), 2, "nothing is drawn for nothing");
        assert!(plain(&sheet()).contains("  7 Sep   4 ########################\n  14 Sep  2 ############\n"), "{}", plain(&sheet()));
    }

    #[test]
    fn what_somebody_wrote_is_words_and_no_markup() {
        let html = html("A week", "en", &sheet());
        assert!(html.contains("Say &quot;yes&quot; &amp; &lt;b&gt;go&lt;/b&gt;") && !html.contains("<b>"), "{html}");
        assert!(html.contains("<a href=\"https://desk.example/aims?a=1&amp;b=2\">"), "{html}");
        assert!(!html.contains("<svg") && !html.contains("<img") && !html.contains("<script"));
    }
}
