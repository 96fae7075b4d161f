//! Bars by the server: weeks, places, and two sides of one line. Each is a figure with a sentence; the page has the same numbers in
//! a table or list beside it.

use std::fmt::{self, Write};

use crate::html::{drawn, escape_into};
use crate::words;
use verbs::reflect::weeks::Week;

/// One bar of [`Weeks`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekBar {
    pub n: u64,
    /// The month that begins in it.
    pub month: Option<&'static str>,
    /// Not over yet: drawn hollow.
    pub is_running: bool,
}

impl WeekBar {
    /// A bar for each week; the running one is drawn as such where it is told apart.
    pub fn of(weeks: &[Week], tells_running: bool) -> Vec<WeekBar> {
        let mut month = 0;
        let bar = |w: &Week| {
            let is_new = std::mem::replace(&mut month, w.monday.month()) != w.monday.month();
            WeekBar { n: w.n, month: is_new.then(|| words::month(w.monday.month())), is_running: tells_running && w.is_running }
        };
        let mut bars: Vec<WeekBar> = weeks.iter().map(bar).collect();
        // Two names side by side would run into each other.
        for i in 1..bars.len() {
            if bars[i].month.is_some() {
                bars[i - 1].month = None;
            }
        }
        bars
    }
}

/// A place that was tried, from one bar to another, both of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedSpan {
    pub venue: String,
    pub from: usize,
    pub to: usize,
}

/// What was counted, week by week.
#[derive(Clone, Debug)]
pub struct Weeks {
    pub sentence: String,
    pub bars: Vec<WeekBar>,
    /// What was tried when: drawn below, and the weeks of it apart from the others.
    pub tried: Vec<TriedSpan>,
    /// The narrower drawing, for small screens.
    pub is_small: bool,
}

/// Where bars stand and how high they may be.
const FLOOR: f64 = 140.0;
const HEIGHT: f64 = 130.0;
/// From one row of what was tried to the next; three at once at most are drawn, the sentence tells all.
const LANE: f64 = 30.0;
const LANES_MAX: usize = 3;
/// About how wide a letter of a name is.
const LETTER: f64 = 6.4;
/// Weeks of the narrower drawing.
pub const SMALL_WEEKS: usize = 9;

/// The lowest round number that holds `n` and can be halved.
fn top(n: u64) -> u64 {
    let mut step = 2u64;
    loop {
        if let Some(top) = [step, step * 2, step * 5].into_iter().find(|top| *top >= n) {
            return top;
        }
        match step.checked_mul(10).filter(|step| *step < u64::MAX / 10) {
            Some(next) => step = next,
            None => return n,
        }
    }
}

impl Weeks {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let most = self.bars.iter().map(|b| b.n).max().unwrap_or(0);
        let top = top(most);
        let width = if self.is_small { 358.0 } else { 644.0 };
        let left = 14.0 + 6.5 * words::figures(i64::try_from(top).unwrap_or(i64::MAX)).len() as f64;
        let class = if self.is_small { "small-only" } else { "big-only" };
        let lanes = self.lanes();
        let height = 160.0 + LANE * lanes.len() as f64;
        write!(out, "<svg class=\"chart {class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"")?;
        escape_into(out, &self.sentence)?;
        out.write_str("\">")?;
        for (n, y) in [(0, FLOOR), (top / 2, FLOOR - HEIGHT / 2.0), (top, FLOOR - HEIGHT)] {
            write!(
                out,
                "<path d=\"M{left} {y}H{width}\" class=\"axis\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"12\">{}</text>",
                left - 6.0,
                y + 4.0,
                words::figures(i64::try_from(n).unwrap_or(i64::MAX))
            )?;
        }
        let step = (width - left - 5.0) / self.bars.len().max(1) as f64;
        let wide = step * 0.76;
        let full: Vec<usize> = (0..self.bars.len()).filter(|i| !self.bars[*i].is_running).collect();
        let highest = full.iter().copied().rev().max_by_key(|i| self.bars[*i].n);
        for (i, bar) in self.bars.iter().enumerate() {
            let (x, middle) = (left + 5.0 + step * i as f64, left + 5.0 + step * i as f64 + wide / 2.0);
            let high = HEIGHT * bar.n as f64 / top as f64;
            if bar.n > 0 {
                let look = if bar.is_running {
                    "fill=\"none\" class=\"s-plum\" stroke-width=\"1.5\" stroke-dasharray=\"3 2\""
                } else if self.tried.is_empty() || self.tried.iter().any(|t| (t.from..=t.to).contains(&i)) {
                    "class=\"f-plum\""
                } else {
                    "class=\"f-edge\""
                };
                write!(out, "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"2\" {look}/>", FLOOR - high)?;
                // The highest, the last full one and the running one have their number on them.
                if bar.is_running || Some(i) == highest || full.last() == Some(&i) {
                    let n = words::figures(i64::try_from(bar.n).unwrap_or(i64::MAX));
                    let y = FLOOR - high - 5.0;
                    write!(
                        out,
                        "<text x=\"{middle:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" font-size=\"12\" class=\"strong\">{n}</text>"
                    )?;
                }
            }
            if let Some(month) = bar.month {
                write!(out, "<text x=\"{middle:.1}\" y=\"156\" text-anchor=\"middle\" font-size=\"11.5\">{month}</text>")?;
            }
        }
        for (lane, spans) in lanes.iter().enumerate() {
            let y = 168.0 + LANE * lane as f64;
            for span in spans {
                let (from, to) = (left + 5.0 + step * span.from as f64, left + 5.0 + step * span.to as f64 + wide);
                let middle = (from + to) / 2.0;
                write!(out, "<path d=\"M{from:.1} {y}H{to:.1}\" class=\"s-plum\" stroke-width=\"3\" stroke-linecap=\"round\"/>")?;
                // A short span at an edge has its name inside the drawing all the same.
                let room = (2.0 * middle.min(width - middle)).min((to - from + step).max(12.0 * LETTER));
                let name = cut(&span.venue, (room / LETTER) as usize);
                write!(out, "<text x=\"{middle:.1}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\" class=\"strong\">", y + 18.0)?;
                escape_into(out, &name)?;
                out.write_str("</text>")?;
            }
        }
        out.write_str("</svg>")
    }
    /// What was tried, in as few rows as it takes for none to lie over another.
    fn lanes(&self) -> Vec<Vec<&TriedSpan>> {
        let mut lanes: Vec<Vec<&TriedSpan>> = Vec::new();
        let mut spans: Vec<&TriedSpan> = self.tried.iter().collect();
        spans.sort_by_key(|s| s.from);
        for span in spans {
            match lanes.iter().position(|lane| lane.last().is_none_or(|last| last.to < span.from)) {
                Some(free) => lanes[free].push(span),
                None if lanes.len() < LANES_MAX => lanes.push(vec![span]),
                None => {}
            }
        }
        lanes
    }
}

fn cut(name: &str, letters: usize) -> String {
    match name.char_indices().nth(letters) {
        Some(_) => name.chars().take(letters.saturating_sub(1)).chain(['…']).collect(),
        None => name.to_owned(),
    }
}

/// Places, each with a bar and its number.
#[derive(Clone, Debug)]
pub struct PlaceBars(pub Vec<(String, u64)>);

/// Letters of a place's name that fit beside the bars; the list for screen readers has it whole.
const PLACE_MAX: usize = 16;

impl PlaceBars {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let most = self.0.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
        let height = 23 * self.0.len();
        write!(out, "<svg class=\"chart\" viewBox=\"0 0 264 {height}\" role=\"img\" aria-label=\"")?;
        for (i, (name, n)) in self.0.iter().enumerate() {
            if i > 0 {
                out.write_str(", ")?;
            }
            escape_into(out, name)?;
            write!(out, " {n}")?;
        }
        out.write_str("\">")?;
        for (i, (name, n)) in self.0.iter().enumerate() {
            let y = 23 * i;
            let wide = (122.0 * *n as f64 / most as f64).max(2.0);
            write!(out, "<text x=\"0\" y=\"{}\" font-size=\"12.5\" fill=\"currentColor\">", y + 11)?;
            escape_into(out, &cut(name, PLACE_MAX))?;
            let n = words::figures(i64::try_from(*n).unwrap_or(i64::MAX));
            write!(
                out,
                "</text><rect x=\"108\" y=\"{}\" width=\"{wide:.0}\" height=\"9\" rx=\"2\" class=\"f-plum\"/><text x=\"{:.0}\" y=\"{}\" font-size=\"12\">{n}</text>",
                y + 3,
                114.0 + wide,
                y + 11
            )?;
        }
        out.write_str("</svg>")
    }
}

/// One side of [`TwoSided`].
#[derive(Clone, Debug)]
pub struct BarSide {
    pub label: &'static str,
    /// `f-give`, `f-ask`, `f-plum`, `f-edge`, `f-work` or `f-pers`.
    pub class: &'static str,
    pub values: Vec<u64>,
}

/// Two things against each other, span by span: one up, one down.
#[derive(Clone, Debug)]
pub struct TwoSided {
    pub sentence: String,
    pub up: BarSide,
    pub down: BarSide,
    /// "last 7 days"
    pub end: &'static str,
}

const LINE: f64 = 62.0;
const SIDE: f64 = 46.0;

impl TwoSided {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let most = self.up.values.iter().chain(&self.down.values).max().copied().unwrap_or(0).max(1);
        let unit = SIDE / most as f64;
        let deepest = unit * self.down.values.iter().max().copied().unwrap_or(0) as f64;
        let foot = LINE + 1.0 + deepest + 16.0;
        write!(out, "<svg class=\"chart\" viewBox=\"0 0 300 {:.0}\" role=\"img\" aria-label=\"", foot + 4.0)?;
        escape_into(out, &self.sentence)?;
        write!(out, "\"><path d=\"M0 {LINE}H300\" stroke-width=\"1\" class=\"s-edge\"/>")?;
        let step = 300.0 / self.up.values.len().max(1) as f64;
        for (side, is_up) in [(&self.up, true), (&self.down, false)] {
            for (i, n) in side.values.iter().enumerate().filter(|(_, n)| **n > 0) {
                let high = unit * *n as f64;
                let y = if is_up { LINE - 1.0 - high } else { LINE + 1.0 };
                let (x, wide) = (step * i as f64 + step * 0.14, step * 0.72);
                write!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"2\" class=\"{}\"/>",
                    side.class
                )?;
            }
        }
        write!(
            out,
            "<text x=\"0\" y=\"10\" font-size=\"12.5\" class=\"strong\">{}</text><text x=\"0\" y=\"{foot:.1}\" font-size=\"12.5\" class=\"strong\">{}</text>\
             <text x=\"300\" y=\"{foot:.1}\" text-anchor=\"end\" font-size=\"11.5\">{}</text></svg>",
            self.up.label, self.down.label, self.end
        )
    }
}

/// How much of the whole: a narrow bar. The sentence beside it says the same.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    pub n: u64,
    pub of: u64,
}

impl Share {
    fn draw(&self, out: &mut (impl Write + ?Sized)) -> fmt::Result {
        let part = 644.0 * (self.n.min(self.of) as f64 / self.of.max(1) as f64);
        out.write_str("<svg class=\"chart split\" viewBox=\"0 0 644 6\" aria-hidden=\"true\"><rect class=\"f-sunk\" width=\"644\" height=\"6\" rx=\"2\"/>")?;
        if self.n > 0 {
            write!(out, "<rect class=\"f-plum\" width=\"{:.1}\" height=\"6\" rx=\"2\"/>", part.max(2.0))?;
        }
        out.write_str("</svg>")
    }
}

drawn!(Weeks, PlaceBars, TwoSided, Share);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_above() {
        let tops: Vec<u64> = [0, 1, 3, 9, 11, 47, 51, 150, 1_999].into_iter().map(top).collect();
        assert_eq!(tops, [2, 2, 4, 10, 20, 100, 100, 200, 2_000]);
        assert!(top(u64::MAX / 2) >= u64::MAX / 2);
    }

    #[test]
    fn what_was_tried_lies_below_and_none_over_another() {
        let span = |venue: &str, from, to| TriedSpan { venue: venue.into(), from, to };
        let bars = |n: u64| WeekBar { n, month: None, is_running: false };
        let drawn = Weeks {
            sentence: String::new(),
            bars: (1..=8).map(bars).collect(),
            tried: vec![span("A forum of people who make <paper> by hand", 0, 2), span("Bluesky", 2, 4), span("r/handbound", 5, 7)],
            is_small: false,
        };
        let rows: Vec<Vec<&str>> = drawn.lanes().iter().map(|lane| lane.iter().map(|s| s.venue.as_str()).collect()).collect();
        assert_eq!(rows, [vec!["A forum of people who make <paper> by hand", "r/handbound"], vec!["Bluesky"]]);
        let svg = drawn.to_string();
        assert!(svg.contains("viewBox=\"0 0 644 220\"") && !svg.contains("<paper>"), "{svg}");
        assert_eq!(svg.matches("f-edge").count(), 0, "every week was one of trying");
        let apart = Weeks { tried: vec![span("Bluesky", 2, 4)], ..drawn };
        assert_eq!(apart.to_string().matches("f-edge").count(), 5);
    }

    #[test]
    fn hostile_names_stay_text_and_nothing_is_no_number() {
        let bars = PlaceBars(vec![("<script>&\"".into(), 0), ("Mastodon".into(), 3)]).to_string();
        assert!(!bars.contains("<script>") && bars.contains("Mastodon 3"), "{bars}");
        let empty = Weeks {
            sentence: "Nothing yet".into(),
            tried: Vec::new(),
            bars: vec![WeekBar { n: 0, month: None, is_running: true }],
            is_small: true,
        };
        let sides = TwoSided {
            sentence: String::new(),
            up: BarSide { label: "gave", class: "f-give", values: vec![0; 12] },
            down: BarSide { label: "asked", class: "f-ask", values: vec![0; 12] },
            end: "last 7 days",
        };
        for drawn in [empty.to_string(), sides.to_string(), PlaceBars(vec![]).to_string(), Share { n: 3, of: 0 }.to_string()] {
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}
