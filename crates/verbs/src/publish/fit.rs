//! A draft by one account's rules, pure: the very parts that will be sent are the page's preview.

use model::extract::{Points, pointers};
use model::measure::{count, length};
use model::split::{BREAK, Numbering, split_numbered};
use model::{Article, Draft, Misfit, Naming, NetworkKey, Part, Picture, Rendering, Rules, SiteRules, Unit, Visibility};

use super::habits;

/// Parts of one thread. Servers of the Mastodon API let an account post 300 times in three hours.
pub const PARTS_MAX: usize = 100;

/// Where a draft shall fit: what the place is called, and its rules.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub name: &'a str,
    pub network: &'a NetworkKey,
    pub rules: &'a Rules,
}

/// Somebody named in a text with `@`, whom we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// As written behind the `@`: a name or a handle.
    pub written: String,
    pub name: String,
    /// Where they are: network, handle, remote id.
    pub handles: Vec<(NetworkKey, String, String)>,
    /// A page of theirs that people can read.
    pub page: Option<String>,
}

/// Renders `draft` for a place, or says everything that is wrong. `edit` is a text of its own for this place, a part each.
pub fn fit(draft: &Draft, place: Place<'_>, known: &[Known], edit: Option<&[String]>) -> Result<Rendering, Vec<Misfit>> {
    let (rendering, wrong) = look(draft, place, known, edit);
    if wrong.is_empty() { Ok(rendering) } else { Err(wrong) }
}

/// [`fit`], with the parts shown even where something is wrong with them.
pub fn look(draft: &Draft, place: Place<'_>, known: &[Known], edit: Option<&[String]>) -> (Rendering, Vec<Misfit>) {
    let mut wrong = Vec::new();
    let mut tells = Vec::new();
    let warning = draft.warning.as_deref().map(str::trim).filter(|w| !w.is_empty());
    let visibility = visible(draft, place, &mut wrong, &mut tells);
    let (texts, mentions) = texts(draft, place, known, edit, (&mut wrong, &mut tells));
    pictures(draft, place, &mut wrong, &mut tells);
    if texts.iter().all(|t| t.trim().is_empty()) && draft.pictures.is_empty() {
        wrong.push(Misfit { why: "There is nothing to say yet.".into(), part: None });
    }
    if texts.len() > PARTS_MAX {
        let why = format!(
            "On {} this makes {} posts, and Hobnob sends up to {PARTS_MAX} in one thread. Shorten it, or give {} a text of its own.",
            place.name,
            spelt(texts.len()),
            place.name
        );
        wrong.push(Misfit { why, part: None });
    } else if texts.len() > 1 {
        tells.push(format!("It goes as {} posts, each answering the one before.", spelt(texts.len())));
    }
    tell_of_links(&texts, place.rules, &mut tells);
    habits::check(draft, &texts, place, &mut wrong, &mut tells);
    let extra = warning.filter(|_| place.rules.has_warning && place.rules.warning_counts).map_or(0, |w| count(w, place.rules.unit));
    let lengths: Vec<u32> = texts.iter().map(|t| length(t, place.rules).saturating_add(extra)).collect();
    for (i, (text, &length)) in texts.iter().zip(&lengths).enumerate() {
        if let Some(why) = too_long(text, length, place) {
            let why = if texts.len() > 1 { format!("Post {} of {}: {why}", i + 1, texts.len()) } else { why };
            wrong.push(Misfit { why, part: Some(i) });
        }
    }
    let reply_to = draft.reply.as_ref().map(|r| r.to.clone()).filter(|to| to.parent.as_elsewhere().is_none());
    let parts = texts.into_iter().enumerate().map(|(i, text)| Part {
        mentions: mentions
            .iter()
            .filter(|(name, _)| match place.rules.site.links_people {
                true => text.contains(name.as_str()),
                false => text.contains(&called(name, place.rules.naming)),
            })
            .cloned()
            .collect(),
        text,
        title: draft.title.clone().filter(|_| place.rules.has_title && i == 0),
        article: if i == 0 { article(draft, place.rules.site) } else { Article::default() },
        language: draft.language.clone().filter(|_| place.rules.has_language),
        warning: warning.filter(|_| place.rules.has_warning).map(str::to_owned),
        visibility,
        pictures: if i == 0 { draft.pictures.clone() } else { Vec::new() },
        reply_to: reply_to.clone().filter(|_| i == 0),
    });
    (Rendering { parts: parts.collect(), lengths, tells, is_by_hand: edit.is_some() }, wrong)
}

/// Somebody with a handle, as they are named in a text there.
fn called(handle: &str, naming: Naming) -> String {
    match naming {
        Naming::At | Naming::Plain => format!("@{handle}"),
        Naming::Slash => format!("u/{}", handle.trim_start_matches("u/")),
    }
}

/// Of what an article has, what this place has too. An answer has nothing of it.
fn article(draft: &Draft, site: SiteRules) -> Article {
    if draft.reply.is_some() {
        return Article::default();
    }
    let all = draft.article.clone();
    Article {
        excerpt: all.excerpt.filter(|_| site.has_excerpt),
        tags: if site.has_tags { all.tags } else { Vec::new() },
        categories: if site.has_categories { all.categories } else { Vec::new() },
    }
}

/// How much a draft's own words are over a place's limit as one post, in its unit; 0 where they fit.
pub fn over(draft: &Draft, place: Place<'_>, known: &[Known]) -> (u32, u32) {
    let whole = whole_text(draft, place, &translate(draft.text.trim(), place, known).0);
    let extra = match (&draft.warning, place.rules.has_warning && place.rules.warning_counts) {
        (Some(w), true) => count(w.trim(), place.rules.unit),
        _ => 0,
    };
    let long = length(&whole, place.rules).saturating_add(extra);
    (long, place.rules.text_max.map_or(0, |max| long.saturating_sub(max)))
}

/// The texts of the parts, and who is named in them.
fn texts(
    draft: &Draft,
    place: Place<'_>,
    known: &[Known],
    edit: Option<&[String]>,
    (wrong, tells): (&mut Vec<Misfit>, &mut Vec<String>),
) -> (Vec<String>, Vec<(String, String)>) {
    let mut mentions = Vec::new();
    let mut take = |text: &str, tells: &mut Vec<String>| {
        let (text, named, told) = translate(text.trim(), place, known);
        for name in named {
            if !mentions.contains(&name) {
                mentions.push(name);
            }
        }
        for tell in told {
            if !tells.contains(&tell) {
                tells.push(tell);
            }
        }
        text
    };
    let texts = match edit {
        Some(own) => {
            let mut texts: Vec<String> = own.iter().map(|t| take(t, tells)).filter(|t| !t.is_empty()).collect();
            if texts.is_empty() {
                texts.push(String::new());
            }
            texts[0] = with_warning_line(draft, place, &texts[0]);
            texts
        }
        None => {
            let whole = with_warning_line(draft, place, &take(&draft.text, tells));
            if place.rules.has_threads {
                let room = less_the_warning(draft, place.rules);
                habits::torn(&whole, place, &room, wrong);
                split_numbered(&whole, &room, Numbering::Suffix)
            } else {
                if has_breaks(&whole) {
                    tells.push(format!("{} has no threads: it stands whole, and a break is a new paragraph.", place.name));
                }
                vec![without_breaks(&whole)]
            }
        }
    };
    if draft.warning.as_deref().is_some_and(|w| !w.trim().is_empty()) && !place.rules.has_warning {
        tells.push(format!("{} shows no content warning: yours stands as the first line.", place.name));
    }
    (texts, mentions)
}

fn whole_text(draft: &Draft, place: Place<'_>, text: &str) -> String {
    without_breaks(&with_warning_line(draft, place, text))
}

fn with_warning_line(draft: &Draft, place: Place<'_>, text: &str) -> String {
    match draft.warning.as_deref().map(str::trim) {
        Some(w) if !w.is_empty() && !place.rules.has_warning => format!("{w}\n\n{text}"),
        _ => text.to_owned(),
    }
}

/// Where there are no threads, a break is a space between paragraphs.
fn without_breaks(text: &str) -> String {
    if !has_breaks(text) {
        return text.to_owned();
    }
    let pieces = text.split('\n').collect::<Vec<_>>();
    let joined = pieces.split(|l| l.trim() == BREAK).map(|p| p.join("\n").trim().to_owned()).collect::<Vec<_>>();
    joined.join("\n\n").trim().to_owned()
}

fn has_breaks(text: &str) -> bool {
    text.lines().any(|l| l.trim() == BREAK)
}

/// The rules with the room that the warning takes in every part taken off.
fn less_the_warning(draft: &Draft, rules: &Rules) -> Rules {
    let mut rules = rules.clone();
    if let (Some(w), Some(max), true, true) = (&draft.warning, rules.text_max, rules.has_warning, rules.warning_counts) {
        rules.text_max = Some(max.saturating_sub(count(w.trim(), rules.unit)).max(1));
    }
    rules
}

/// Replaces every `@somebody` we know by what they are called at this place: their handle, or their plain name where they are not there.
fn translate(text: &str, place: Place<'_>, known: &[Known]) -> (String, Vec<(String, String)>, Vec<String>) {
    let mut known: Vec<&Known> = known.iter().collect();
    known.sort_by_key(|k| std::cmp::Reverse(k.written.len()));
    let (mut out, mut mentions, mut tells) = (String::with_capacity(text.len()), Vec::new(), Vec::new());
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|i| from + i) {
        out.push_str(&text[from..at]);
        let rest = &text[at + 1..];
        let stands_alone = !text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '@' | '_' | '.' | '-'));
        let who = known.iter().find(|k| stands_alone && begins_with(rest, &k.written));
        let Some(who) = who else {
            out.push('@');
            from = at + 1;
            continue;
        };
        let there = who.handles.iter().find(|(network, ..)| network == place.network && !place.rules.site.links_people);
        match there {
            None if place.rules.site.links_people && who.page.is_some() => {
                let page = who.page.clone().unwrap_or_default();
                out.push_str(&who.name);
                tells.push(format!("{} is a link to {page}.", who.name));
                mentions.push((who.name.clone(), page));
            }
            Some(_) if place.rules.naming == Naming::Plain => {
                out.push_str(&who.name);
                tells.push(format!("A name is picked from a list on {}: type {} there again, with @ before it.", place.name, who.name));
            }
            Some((_, handle, remote_id)) => {
                let called = called(handle, place.rules.naming);
                out.push_str(&called);
                mentions.push((handle.clone(), remote_id.clone()));
                tells.push(format!("{} is told, as {called}.", who.name));
            }
            None => {
                out.push_str(&who.name);
                tells.push(format!("{} is not known on {}, so the name is plain.", who.name, place.name));
            }
        }
        from = at + 1 + who.written.len();
    }
    out.push_str(&text[from..]);
    (out, mentions, tells)
}

/// Whether `text` begins with `written`, and the name ends there.
fn begins_with(text: &str, written: &str) -> bool {
    let Some(head) = text.get(..written.len()) else { return false };
    let mut rest = text[written.len()..].chars();
    let ends = match rest.next() {
        None => true,
        Some('.' | '-') => !rest.next().is_some_and(char::is_alphanumeric),
        Some(c) => !(c.is_alphanumeric() || c == '_' || c == '@'),
    };
    ends && (head == written || head.to_lowercase() == written.to_lowercase())
}

fn visible(draft: &Draft, place: Place<'_>, wrong: &mut Vec<Misfit>, tells: &mut Vec<String>) -> Visibility {
    let (wished, offered) = (draft.visibility, &place.rules.visibilities);
    let answers_here = draft.reply.as_ref().is_some_and(|r| r.to.parent.as_elsewhere().is_none());
    let is_private_answer = wished == Visibility::Direct && answers_here && place.rules.answers_privately;
    if is_private_answer || offered.contains(&wished) || (offered.is_empty() && wished == Visibility::Public) {
        return wished;
    }
    match wished {
        Visibility::Public | Visibility::Unlisted => {
            if wished == Visibility::Unlisted {
                tells.push(format!("{} has no unlisted posts: this one is public there.", place.name));
            }
            offered.first().copied().unwrap_or_default()
        }
        // Never wider than wished.
        Visibility::Followers | Visibility::Direct => {
            let whom = if wished == Visibility::Direct { "for those named only" } else { "for followers only" };
            wrong.push(Misfit { why: format!("{} has no posts {whom}. Leave it out this time.", place.name), part: None });
            wished
        }
    }
}

fn pictures(draft: &Draft, place: Place<'_>, wrong: &mut Vec<Misfit>, tells: &mut Vec<String>) {
    let about = |why: String| Misfit { why, part: Some(0) };
    let (all, rules, name) = (&draft.pictures, place.rules, place.name);
    let max = rules.pictures_max;
    if all.len() < rules.pictures_min as usize {
        let least = if rules.pictures_min == 1 { "a picture".into() } else { format!("{} pictures", rules.pictures_min) };
        wrong.push(about(format!("Nothing stands on {name} without {least}. Add one, or leave it out this time.")));
    }
    if !all.is_empty() && rules.site.leads_with_picture {
        if draft.reply.is_some() {
            wrong.push(Misfit {
                why: format!("A comment on {} takes no pictures. Take them away, or link to them.", place.name),
                part: Some(0),
            });
            return;
        }
        tells.push(if all.len() == 1 {
            "The picture stands at its head.".into()
        } else {
            "The first picture stands at its head, the others below the words.".to_owned()
        });
    }
    if let Some(video) = all.iter().find(|p| p.is_video()) {
        if all.len() > 1 && rules.video_bytes_max > 0 {
            wrong.push(about(format!("{name} takes a video alone, without other pictures; this has {} with it.", spelt(all.len() - 1))));
        }
        wrong.extend(video_misfit(video, place).map(about));
    } else if all.len() > max as usize {
        let takes = match max {
            0 => "no pictures".to_owned(),
            1 => "one picture".to_owned(),
            more => format!("{more} pictures"),
        };
        wrong.push(about(format!("{name} takes {takes} with a post; this has {}.", all.len())));
        return;
    }
    for (i, picture) in all.iter().enumerate() {
        let max = if picture.is_video() { rules.video_alt_max.or(rules.alt_max) } else { rules.alt_max };
        let long = count(&picture.alt, Unit::Graphemes);
        if let Some(max) = max.filter(|max| long > *max) {
            let what = if picture.is_video() { "the video".to_owned() } else { format!("picture {}", i + 1) };
            let why = format!("The words of {what} are {} letters long; {name} takes {}.", grouped(long), grouped(max));
            wrong.push(about(why));
        }
    }
    if rules.alt_max.is_none() && all.iter().any(|p| !p.alt.is_empty()) {
        tells.push(format!("{name} keeps no words with pictures."));
    }
    let still = all.iter().filter(|p| !p.is_video());
    if still.clone().any(|p| !rules.picture_types.is_empty() && !rules.picture_types.contains(&p.mime)) {
        tells.push(format!("A picture is turned into a kind that {name} takes; a moving one stands still."));
    } else if still.into_iter().any(|p| p.mime == "image/gif" && is_too_large(p, rules)) {
        tells.push(format!("The moving picture is larger than {name} takes, so it stands still there."));
    }
}

/// Only moving pictures are kept as GIF, and made smaller they no longer move.
fn is_too_large(picture: &Picture, rules: &Rules) -> bool {
    let area = u64::from(picture.width) * u64::from(picture.height);
    (rules.picture_bytes_max > 0 && picture.size > rules.picture_bytes_max)
        || rules.picture_side_max.is_some_and(|max| picture.width.max(picture.height) > max)
        || rules.picture_area_max.is_some_and(|max| area > max)
}

/// Why a place does not take a video, by what its head says. Nothing is made smaller here.
fn video_misfit(video: &Picture, place: Place<'_>) -> Option<String> {
    let (rules, name) = (place.rules, place.name);
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1_000_000.0);
    let kind = |mime: &str| match mime {
        "video/quicktime" => "MOV".to_owned(),
        other => other.rsplit('/').next().unwrap_or_default().to_uppercase(),
    };
    if rules.video_bytes_max == 0 {
        return Some(format!("{name} takes no videos."));
    }
    if !rules.video_types.contains(&video.mime) {
        let takes = rules.video_types.iter().map(|t| kind(t)).collect::<Vec<_>>().join(", ");
        return Some(format!("{name} takes no {} videos. It takes {takes}.", kind(&video.mime)));
    }
    if video.size > rules.video_bytes_max {
        return Some(format!("The video has {}; {name} takes {}.", megabytes(video.size), megabytes(rules.video_bytes_max)));
    }
    if let Some(max) = rules.video_ms_max.filter(|max| video.length_ms > *max) {
        return Some(format!("The video lasts {} seconds; {name} takes {}.", video.length_ms.div_ceil(1000), max / 1000));
    }
    let area = u64::from(video.width) * u64::from(video.height);
    rules.video_area_max.filter(|max| area > *max).map(|max| {
        let (w, h, is, max) = (video.width, video.height, area as f64 / 1e6, max as f64 / 1e6);
        format!("The video is {w} by {h}, which is {is:.1} million pixels; {name} takes {max:.1} million.")
    })
}

fn too_long(text: &str, length: u32, place: Place<'_>) -> Option<String> {
    if let Some(max) = place.rules.text_max.filter(|max| length > *max) {
        let unit = if place.rules.unit == Unit::Bytes { "bytes" } else { "letters" };
        return Some(format!("{} {unit} too long for {}, which takes {}.", grouped(length - max), place.name, grouped(max)));
    }
    let max = place.rules.bytes_max? as usize;
    (text.len() > max).then(|| {
        let over = u32::try_from(text.len() - max).unwrap_or(u32::MAX);
        format!("{} bytes too long for {}, which takes {} bytes.", grouped(over), place.name, grouped(max as u32))
    })
}

fn tell_of_links(texts: &[String], rules: &Rules, tells: &mut Vec<String>) {
    let Some(weight) = rules.link_weight else { return };
    match texts.iter().map(|t| pointers(t, rules).iter().filter(|p| p.kind == Points::Link).count()).sum::<usize>() {
        0 => {}
        1 => tells.push(format!("The link counts as {weight}.")),
        _ => tells.push(format!("Each link counts as {weight}.")),
    }
}

/// `3000` as `3,000`.
pub fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Small numbers as words.
pub fn spelt(n: usize) -> String {
    const WORDS: [&str; 13] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(n).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}

#[cfg(test)]
mod tests;
