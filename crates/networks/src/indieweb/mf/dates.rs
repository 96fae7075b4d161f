//! Times as pages write them in pieces: a day here, an hour there, am and pm. Rules: the date and time parsing of the value class pattern.

/// Joins the pieces that speak for one time. `day` is the day that an hour without one belongs to; a new day is kept there.
/// `None` where no piece is a time.
pub fn combine(parts: &[String], day: &mut Option<String>) -> Option<String> {
    let (mut date, mut hour, mut zone) = (None::<String>, None::<String>, None::<String>);
    for part in parts.iter().map(|p| p.trim()) {
        let (d, h, z) = pieces(part)?;
        // The first of each kind holds; a whole time after a piece of it is left out.
        if (d.is_some() && (h.is_some() || z.is_some()) && (date.is_some() || hour.is_some()))
            || (h.is_some() && z.is_some() && hour.is_some())
        {
            continue;
        }
        date = date.or(d);
        hour = hour.or(h);
        zone = zone.or(z);
    }
    if date.is_some() {
        day.clone_from(&date);
    }
    let date = date.or_else(|| if hour.is_some() { day.clone() } else { None });
    let mut out = match (date, hour) {
        (Some(d), Some(h)) => format!("{d} {h}"),
        (Some(d), None) => return Some(d),
        (None, Some(h)) => h,
        (None, None) => return None,
    };
    out.push_str(zone.as_deref().unwrap_or_default());
    Some(out)
}

/// A time in one piece: an hour without a day gets the one before it, anything else stays as written.
pub fn alone(said: &str, day: &mut Option<String>) -> String {
    match pieces(said) {
        Some((Some(date), ..)) => *day = Some(date),
        Some((None, Some(hour), zone)) => {
            if let Some(day) = day {
                return format!("{day} {hour}{}", zone.unwrap_or_default());
            }
        }
        _ => {}
    }
    said.to_owned()
}

type Pieces = (Option<String>, Option<String>, Option<String>);

/// Day, hour and zone of one piece of text; `None` where it is no such thing.
fn pieces(text: &str) -> Option<Pieces> {
    if let Some(date) = date_length(text) {
        let (date, rest) = text.split_at(date);
        let rest = rest.strip_prefix(['T', 't', ' ']).unwrap_or(rest).trim();
        if rest.is_empty() {
            return Some((Some(date.to_owned()), None, None));
        }
        let (hour, zone) = hour_and_zone(rest)?;
        return Some((Some(date.to_owned()), hour, zone));
    }
    let (hour, zone) = hour_and_zone(text)?;
    Some((None, hour, zone))
}

/// How many bytes a day at the beginning has: `2026-11-21`, `2026-325`, `2026-11`.
fn date_length(text: &str) -> Option<usize> {
    let digits = |from: usize, n: usize| text.as_bytes().get(from..from + n).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
    if !digits(0, 4) || !dash(4) {
        return None;
    }
    [(digits(5, 2) && dash(7) && digits(8, 2), 10), (digits(5, 3), 8), (digits(5, 2), 7)].into_iter().find(|(is, _)| *is).map(|(_, n)| n)
}

/// `7:30pm`, `19:30:00-08:00`, `7pm`, `Z`, `+0100`.
fn hour_and_zone(text: &str) -> Option<(Option<String>, Option<String>)> {
    let text = text.trim();
    if let Some(zone) = zone(text) {
        return Some((None, Some(zone)));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len());
    let (figures, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let lower: String = rest.chars().take(4).collect::<String>().to_ascii_lowercase();
    let half = ["a.m.", "p.m.", "am", "pm"].into_iter().find(|h| lower.starts_with(h));
    let rest = half.map_or(rest, |h| &rest[h.len()..]).trim();
    let mut of = figures.split(':');
    let (hour, minute, second) = (of.next()?, of.next(), of.next());
    if hour.is_empty()
        || hour.len() > 2
        || (minute.is_none() && half.is_none())
        || [minute, second].into_iter().flatten().any(|p| p.len() != 2)
    {
        return None;
    }
    let mut number: u32 = hour.parse().ok()?;
    match half {
        Some(h) if h.starts_with('p') && number < 12 => number += 12,
        Some(h) if h.starts_with('a') && number == 12 => number = 0,
        _ => {}
    }
    let mut out = format!("{number:02}:{}", minute.unwrap_or("00"));
    if let Some(second) = second {
        out.push_str(&format!(":{second}"));
    }
    if rest.is_empty() { Some((Some(out), None)) } else { Some((Some(out), Some(zone(rest)?))) }
}

fn zone(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("z") {
        return Some("Z".to_owned());
    }
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '-'))?;
    let figures: String = text[1..].chars().filter(|c| *c != ':').collect();
    let figures = match figures.len() {
        1 => format!("0{figures}00"),
        2 => format!("{figures}00"),
        4 => figures,
        _ => return None,
    };
    figures.bytes().all(|b| b.is_ascii_digit()).then(|| format!("{sign}{figures}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_a_time() {
        let mut day = None;
        let mut of = |parts: &[&str]| combine(&parts.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(), &mut day);
        assert_eq!(of(&["2026-11-21", "7:30pm", "-08:00"]).as_deref(), Some("2026-11-21 19:30-0800"));
        assert_eq!(of(&["12am"]).as_deref(), Some("2026-11-21 00:00"));
        assert_eq!(of(&["21:00:05Z"]).as_deref(), Some("2026-11-21 21:00:05Z"));
        assert_eq!(of(&["soon"]), None);
        assert_eq!(of(&["2026-11-22", "1999-12-31"]).as_deref(), Some("2026-11-22"));
        assert_eq!(alone("10:00", &mut day), "2026-11-22 10:00");
        assert_eq!(alone("2026-11-23T10:00:00Z", &mut day), "2026-11-23T10:00:00Z");
        assert_eq!(alone("tomorrow", &mut day), "tomorrow");
    }
}
