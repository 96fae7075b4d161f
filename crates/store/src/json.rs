//! The few nested values that are kept as JSON text in one column.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use model::{
    Article, Cards, EmojiWeight, Media, MediaKind, Mention, Naming, Part, Picture, PictureId, Poll, PollAnswer, PostRef, Quote, Quoted,
    ReplyTo, Rules, SiteRules, Timestamp, Unit, Visibility, Weights,
};
use serde_json::{Value as Json, json};

use crate::{Kept, StoreError};

/// What most posts have of most things.
const NONE: &str = "[]";

fn broken(what: &str) -> StoreError {
    StoreError::Broken(format!("a kept {what} can't be read"))
}

fn parse(what: &str, text: &str) -> Kept<Json> {
    serde_json::from_str(text).map_err(|_| broken(what))
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
fn maybe_text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}
fn number(json: &Json) -> Option<u32> {
    json.as_u64().and_then(|n| u32::try_from(n).ok())
}
fn instant(json: &Json) -> Option<Timestamp> {
    json.as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok())
}
fn each<T>(json: &Json, read: impl Fn(&Json) -> T) -> Vec<T> {
    json.as_array().map(|all| all.iter().map(read).collect()).unwrap_or_default()
}

pub fn strings_out(list: &[String]) -> String {
    json!(list).to_string()
}
pub fn strings_in(kept: &str) -> Kept<Vec<String>> {
    if kept == NONE {
        return Ok(Vec::new());
    }
    Ok(each(&parse("list", kept)?, text))
}

pub fn mentions_out(list: &[Mention]) -> String {
    Json::Array(list.iter().map(|m| json!([m.remote_id, m.handle])).collect()).to_string()
}
pub fn mentions_in(kept: &str) -> Kept<Vec<Mention>> {
    if kept == NONE {
        return Ok(Vec::new());
    }
    Ok(each(&parse("mention", kept)?, |m| Mention { remote_id: text(&m[0]), handle: text(&m[1]) }))
}

pub fn media_out(list: &[Media]) -> String {
    Json::Array(list.iter().map(|m| json!({"kind": m.kind.word(), "url": m.url, "preview": m.preview_url, "alt": m.alt})).collect())
        .to_string()
}
pub fn media_in(kept: &str) -> Kept<Vec<Media>> {
    if kept == NONE {
        return Ok(Vec::new());
    }
    Ok(each(&parse("picture", kept)?, |m| Media {
        kind: MediaKind::from_word(m["kind"].as_str().unwrap_or_default()),
        url: text(&m["url"]),
        preview_url: maybe_text(&m["preview"]),
        alt: text(&m["alt"]),
    }))
}

pub fn poll_out(poll: &Poll) -> String {
    let answers: Vec<Json> = poll.answers.iter().map(|a| json!([a.words, a.votes])).collect();
    json!({
        "answers": answers, "closes": poll.closes_at.map(|t| t.as_millisecond()), "closed": poll.is_closed, "many": poll.is_many, "voters": poll.voters,
    })
    .to_string()
}
pub fn poll_in(kept: Option<&str>) -> Kept<Option<Poll>> {
    let Some(kept) = kept else { return Ok(None) };
    let j = parse("poll", kept)?;
    Ok(Some(Poll {
        answers: each(&j["answers"], |a| PollAnswer { words: text(&a[0]), votes: a[1].as_u64() }),
        closes_at: instant(&j["closes"]),
        is_closed: j["closed"].as_bool().unwrap_or(false),
        is_many: j["many"].as_bool().unwrap_or(false),
        voters: j["voters"].as_u64(),
    }))
}

pub fn quote_out(quote: &Quote) -> String {
    match quote {
        Quote::Gone => json!({"gone": true}),
        Quote::Here(q) => json!({
            "id": q.id, "who": q.who, "handle": q.handle, "url": q.url, "text": q.text, "warning": q.warning, "at": q.at.map(|t| t.as_millisecond()),
        }),
    }
    .to_string()
}
pub fn quote_in(kept: Option<&str>) -> Kept<Option<Quote>> {
    let Some(kept) = kept else { return Ok(None) };
    let j = parse("quote", kept)?;
    if j["gone"].as_bool() == Some(true) {
        return Ok(Some(Quote::Gone));
    }
    Ok(Some(Quote::Here(Quoted {
        id: text(&j["id"]),
        who: text(&j["who"]),
        handle: text(&j["handle"]),
        url: maybe_text(&j["url"]),
        text: text(&j["text"]),
        warning: maybe_text(&j["warning"]),
        at: instant(&j["at"]),
    })))
}

fn site_out(site: SiteRules) -> Json {
    json!({
        "is_own": site.is_own, "has_excerpt": site.has_excerpt, "has_tags": site.has_tags, "has_categories": site.has_categories,
        "leads_with_picture": site.leads_with_picture, "links_people": site.links_people,
    })
}
fn site_in(json: &Json) -> SiteRules {
    let is = |name: &str| json[name].as_bool().unwrap_or(false);
    SiteRules {
        is_own: is("is_own"),
        has_excerpt: is("has_excerpt"),
        has_tags: is("has_tags"),
        has_categories: is("has_categories"),
        leads_with_picture: is("leads_with_picture"),
        links_people: is("links_people"),
    }
}

pub fn rules_out(rules: &Rules) -> String {
    json!({
        "text_max": rules.text_max, "unit": rules.unit.word(), "bytes_max": rules.bytes_max, "link_weight": rules.link_weight,
        "mention_counts_name_only": rules.mention_counts_name_only, "warning_counts": rules.warning_counts, "has_threads": rules.has_threads,
        "has_warning": rules.has_warning, "answers_privately": rules.answers_privately, "has_language": rules.has_language, "has_edit": rules.has_edit, "has_title": rules.has_title,
        "site": site_out(rules.site),
        "needs_title": rules.needs_title, "title_max": rules.title_max, "bare_links": rules.bare_links, "links_max": rules.links_max,
        "tags_max": rules.tags_max, "cards": rules.cards.word(), "naming": rules.naming.word(), "reply_names_people": rules.reply_names_people,
        "visibilities": rules.visibilities.iter().map(|v| v.word()).collect::<Vec<_>>(),
        "weights": weights_out(rules.unit), "pictures_min": rules.pictures_min,
        "pictures_max": rules.pictures_max, "picture_bytes_max": rules.picture_bytes_max, "picture_side_max": rules.picture_side_max,
        "picture_area_max": rules.picture_area_max, "picture_types": rules.picture_types, "alt_max": rules.alt_max,
        "video_bytes_max": rules.video_bytes_max, "video_ms_max": rules.video_ms_max, "video_area_max": rules.video_area_max,
        "video_types": rules.video_types, "video_alt_max": rules.video_alt_max,
    })
    .to_string()
}
/// Rules that were read lately, by their text: a network's accounts share them, and reading them is dear beside everything else that is
/// done to send a post.
static RULES: LazyLock<Mutex<HashMap<String, Rules>>> = LazyLock::new(Mutex::default);
const RULES_MAX: usize = 64;

pub fn rules_in(kept: &str) -> Kept<Rules> {
    let mut known = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rules) = known.get(kept) {
        return Ok(rules.clone());
    }
    let rules = read_rules(kept)?;
    if known.len() >= RULES_MAX {
        known.clear();
    }
    known.insert(kept.to_owned(), rules.clone());
    Ok(rules)
}

fn read_rules(kept: &str) -> Kept<Rules> {
    let j = parse("rule", kept)?;
    let is = |name: &str| j[name].as_bool().unwrap_or(false);
    Ok(Rules {
        text_max: number(&j["text_max"]),
        unit: unit_in(&j).ok_or_else(|| broken("rule"))?,
        bytes_max: number(&j["bytes_max"]),
        link_weight: number(&j["link_weight"]),
        mention_counts_name_only: is("mention_counts_name_only"),
        warning_counts: is("warning_counts"),
        has_threads: is("has_threads"),
        has_warning: is("has_warning"),
        answers_privately: is("answers_privately"),
        has_language: is("has_language"),
        has_edit: is("has_edit"),
        has_title: is("has_title"),
        site: site_in(&j["site"]),
        needs_title: is("needs_title"),
        title_max: number(&j["title_max"]),
        bare_links: is("bare_links"),
        links_max: number(&j["links_max"]),
        tags_max: number(&j["tags_max"]),
        cards: j["cards"].as_str().and_then(Cards::from_word).unwrap_or_default(),
        naming: j["naming"].as_str().and_then(Naming::from_word).unwrap_or_default(),
        reply_names_people: is("reply_names_people"),
        visibilities: each(&j["visibilities"], |v| v.as_str().and_then(Visibility::from_word).unwrap_or_default()),
        pictures_min: number(&j["pictures_min"]).unwrap_or(0),
        pictures_max: number(&j["pictures_max"]).unwrap_or(0),
        picture_bytes_max: j["picture_bytes_max"].as_u64().unwrap_or(0),
        picture_side_max: number(&j["picture_side_max"]),
        picture_area_max: j["picture_area_max"].as_u64(),
        picture_types: each(&j["picture_types"], text),
        alt_max: number(&j["alt_max"]),
        video_bytes_max: j["video_bytes_max"].as_u64().unwrap_or(0),
        video_ms_max: number(&j["video_ms_max"]),
        video_area_max: j["video_area_max"].as_u64(),
        video_types: each(&j["video_types"], text),
        video_alt_max: number(&j["video_alt_max"]),
    })
}

fn article_json(article: &Article) -> Json {
    json!({"excerpt": article.excerpt, "tags": article.tags, "categories": article.categories})
}
fn article_of(json: &Json) -> Article {
    Article { excerpt: maybe_text(&json["excerpt"]), tags: each(&json["tags"], text), categories: each(&json["categories"], text) }
}
/// Empty text for an article of nothing.
pub fn article_out(article: &Article) -> String {
    if *article == Article::default() { String::new() } else { article_json(article).to_string() }
}
pub fn article_in(kept: &str) -> Kept<Article> {
    if kept.is_empty() { Ok(Article::default()) } else { Ok(article_of(&parse("article", kept)?)) }
}

fn weights_out(unit: Unit) -> Option<Json> {
    let Unit::Weighted(w) = unit else { return None };
    let stretches: Vec<Json> = w.stretches.iter().map(|(first, last, weight)| json!([first, last, weight])).collect();
    Some(json!({"scale": w.scale, "usual": w.usual, "stretches": stretches, "emoji": w.emoji.word(), "is_composed": w.is_composed}))
}

fn unit_in(rules: &Json) -> Option<Unit> {
    let word = rules["unit"].as_str()?;
    if word != Unit::WEIGHTED {
        return Unit::from_word(word);
    }
    let kept = &rules["weights"];
    let mut stretches = [(1, 0, 0); model::rules::STRETCHES_MAX];
    for (to, from) in stretches.iter_mut().zip(kept["stretches"].as_array()?) {
        *to = (number(&from[0])?, number(&from[1])?, number(&from[2])?);
    }
    Some(Unit::Weighted(Weights {
        scale: number(&kept["scale"]).filter(|s| *s > 0)?,
        usual: number(&kept["usual"])?,
        stretches,
        emoji: kept["emoji"].as_str().and_then(EmojiWeight::from_word)?,
        is_composed: kept["is_composed"].as_bool().unwrap_or(false),
    }))
}

fn post_ref_out(at: &PostRef) -> Json {
    json!([at.id, at.tag])
}
fn post_ref_in(json: &Json) -> PostRef {
    PostRef::new(text(&json[0]), text(&json[1]))
}

pub fn part_out(part: &Part) -> String {
    json!({
        "text": part.text, "title": part.title, "article": article_json(&part.article), "language": part.language, "warning": part.warning, "visibility": part.visibility.word(),
        "pictures": part.pictures.iter().map(|p| json!({"id": p.id.0, "mime": p.mime, "width": p.width, "height": p.height, "alt": p.alt, "size": p.size, "length_ms": p.length_ms})).collect::<Vec<_>>(),
        "reply_to": part.reply_to.as_ref().map(|r| json!([post_ref_out(&r.parent), post_ref_out(&r.root)])),
        "mentions": part.mentions,
    })
    .to_string()
}
pub fn part_in(kept: &str) -> Kept<Part> {
    let j = parse("part", kept)?;
    Ok(Part {
        text: text(&j["text"]),
        title: maybe_text(&j["title"]),
        article: article_of(&j["article"]),
        language: maybe_text(&j["language"]),
        warning: maybe_text(&j["warning"]),
        visibility: j["visibility"].as_str().and_then(Visibility::from_word).unwrap_or_default(),
        pictures: each(&j["pictures"], |p| Picture {
            id: PictureId(p["id"].as_i64().unwrap_or(0)),
            mime: text(&p["mime"]),
            width: number(&p["width"]).unwrap_or(0),
            height: number(&p["height"]).unwrap_or(0),
            alt: text(&p["alt"]),
            size: p["size"].as_u64().unwrap_or(0),
            length_ms: number(&p["length_ms"]).unwrap_or(0),
        }),
        reply_to: j["reply_to"].as_array().map(|r| ReplyTo { parent: post_ref_in(&r[0]), root: post_ref_in(&r[1]) }),
        mentions: each(&j["mentions"], |m| (text(&m[0]), text(&m[1]))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let rules = Rules {
            text_max: Some(500),
            link_weight: Some(23),
            visibilities: Visibility::ALL.to_vec(),
            picture_types: vec!["image/png".into()],
            picture_area_max: Some(1 << 40),
            site: SiteRules { is_own: true, has_tags: true, ..SiteRules::default() },
            video_bytes_max: 1 << 33,
            video_ms_max: Some(180_000),
            video_types: vec!["video/mp4".into()],
            ..Rules::default()
        };
        assert_eq!(rules_in(&rules_out(&rules)).unwrap(), rules);
        let weights = Weights {
            scale: 100,
            usual: 200,
            stretches: [(0, 4351, 100), (8192, 8205, 100), (1, 0, 0), (1, 0, 0)],
            emoji: EmojiWeight::Bytes,
            is_composed: true,
        };
        let habits = Rules {
            unit: Unit::Weighted(weights),
            bare_links: true,
            links_max: Some(5),
            tags_max: Some(1),
            cards: Cards::Sent,
            naming: Naming::Slash,
            needs_title: true,
            title_max: Some(300),
            pictures_min: 1,
            ..rules
        };
        assert_eq!(rules_in(&rules_out(&habits)).unwrap(), habits);
        let mut part = Part::of_text("Hello “you”\n\u{1f60a}");
        part.reply_to = Some(ReplyTo { parent: PostRef::new("at://x", "bafy"), root: PostRef::new("at://y", "") });
        part.pictures.push(Picture {
            id: PictureId(7),
            mime: "image/png".into(),
            width: 3,
            height: 4,
            alt: "A cat".into(),
            size: 5,
            length_ms: 6,
        });
        part.mentions.push(("ada@x".into(), "1".into()));
        part.visibility = Visibility::Direct;
        part.article = Article { excerpt: Some("In short".into()), tags: vec!["bread".into()], categories: vec!["Notes".into()] };
        assert_eq!(part_in(&part_out(&part)).unwrap(), part);
        let media = vec![Media { kind: MediaKind::Video, url: "https://x/v".into(), preview_url: None, alt: String::new() }];
        assert_eq!(media_in(&media_out(&media)).unwrap(), media);
        let mentions = vec![Mention { remote_id: "1".into(), handle: "a@b".into() }];
        assert_eq!(mentions_in(&mentions_out(&mentions)).unwrap(), mentions);
        assert_eq!(article_in(&article_out(&part.article)).unwrap(), part.article);
        assert_eq!(article_in(&article_out(&Article::default())).unwrap(), Article::default());
        assert!(rules_in("{").is_err());
    }
}
