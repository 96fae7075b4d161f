//! What a place makes of titles, links and tags beyond their letters, and what would have to be torn to fit. Pure; told with the rest.

use std::collections::BTreeSet;

use model::extract::{Points, pointers};
use model::measure::count;
use model::split::{Whole, unsplittable};
use model::{Cards, Draft, Misfit, Rules, Unit};

use super::fit::{Place, grouped, spelt};

/// The most things that can't be cut which are told one by one.
const TORN_MAX: usize = 3;

/// Title, links, tags and cards of a draft whose parts are `texts`.
pub fn check(draft: &Draft, texts: &[String], place: Place<'_>, wrong: &mut Vec<Misfit>, tells: &mut Vec<String>) {
    title(draft, place, wrong, tells);
    let mut has_link = false;
    for (i, text) in texts.iter().enumerate() {
        let found = pointers(text, place.rules);
        let all = |kind: Points| found.iter().filter(move |p| p.kind == kind).map(|p| &text[p.start..p.end]);
        let links = all(Points::Link).collect::<BTreeSet<_>>().len();
        has_link |= links > 0;
        if let Some(max) = place.rules.links_max.filter(|max| links > *max as usize) {
            let why = format!("{} takes {} different links in a post; this has {links}.", place.name, grouped(max));
            wrong.push(Misfit { why, part: Some(i) });
        }
        let tags = all(Points::Tag).count();
        if let Some(max) = place.rules.tags_max.filter(|max| tags > *max as usize) {
            let heeds = if max == 1 { "one tag".to_owned() } else { format!("{max} tags") };
            let what = if texts.len() > 1 { format!("post {}", i + 1) } else { "this".to_owned() };
            tells.push(format!("{} heeds {heeds} in a post; {what} has {}. The others are plain words there.", place.name, spelt(tags)));
        }
    }
    match place.rules.cards {
        Cards::Drawn if has_link && draft.pictures.is_empty() => tells.push(format!("{} draws a card of the link by itself.", place.name)),
        Cards::Sent if has_link && draft.pictures.is_empty() => tells.push("A card of the link goes with it.".into()),
        Cards::Sent if has_link => tells.push(format!("On {} a card of the link has no room beside pictures.", place.name)),
        _ => {}
    }
}

fn title(draft: &Draft, place: Place<'_>, wrong: &mut Vec<Misfit>, tells: &mut Vec<String>) {
    let title = draft.title.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let Some(title) = title else {
        if place.rules.needs_title && draft.reply.is_none() {
            wrong.push(Misfit { why: format!("{} takes nothing without a title. Give it one.", place.name), part: Some(0) });
        }
        return;
    };
    if !place.rules.has_title {
        tells.push(format!("{} has no titles: yours is left out there.", place.name));
        return;
    }
    let long = count(title, Unit::Utf16);
    if let Some(max) = place.rules.title_max.filter(|max| long > *max) {
        let why = format!("The title is {} letters too long for {}, which takes {}.", grouped(long - max), place.name, grouped(max));
        wrong.push(Misfit { why, part: Some(0) });
    }
}

/// Says which links, names, tags and letters are longer than a whole part; nothing is cut through in silence.
pub fn torn(text: &str, place: Place<'_>, rules: &Rules, wrong: &mut Vec<Misfit>) {
    let unit = if rules.unit == Unit::Bytes { "bytes" } else { "letters" };
    let found = unsplittable(text, rules, 0);
    for one in found.iter().take(TORN_MAX) {
        let bytes = u32::try_from(one.end - one.start).unwrap_or(u32::MAX);
        let is_by_bytes = rules.text_max.is_none_or(|max| one.length <= max);
        let (long, unit, max) = match (is_by_bytes, rules.bytes_max) {
            (true, Some(max)) => (bytes, "bytes", max),
            _ => (one.length, unit, rules.text_max.unwrap_or(0)),
        };
        let what = match one.kind {
            Whole::Link => "A link",
            Whole::Name => "A name",
            Whole::Tag => "A tag",
            Whole::Letter => "A single letter, of many signs on each other,",
        };
        let way = if one.kind == Whole::Link { "Make it a short link" } else { "Make it shorter" };
        let why = format!(
            "{what} is {} {unit} long by itself, and {} takes {} in a post. {way}: it can't be cut.",
            grouped(long),
            place.name,
            grouped(max)
        );
        wrong.push(Misfit { why, part: None });
    }
    if found.len() > TORN_MAX {
        wrong.push(Misfit { why: format!("So are {} more.", found.len() - TORN_MAX), part: None });
    }
}
