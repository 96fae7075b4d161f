//! The cases that the widest-read counting library publishes for itself, read where they lie: what is found in a text, what is valid,
//! how long it is. Skipped aloud where they are not at hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::PathBuf;

use model::extract::{self, Found};
use model::measure::length;
use model::{EmojiWeight, Rules, Unit, Weights};
use networks::assisted::TABLE;
use serde_json::{Value as Json, json};

fn corpus(name: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/twitter-text").join(name);
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        eprintln!("skipped: {name} of ../shared/corpora is not at hand");
    }
    text
}

fn cases(name: &str) -> Option<Json> {
    let text = corpus(name)?;
    let mut all: Json = serde_yaml_ng::from_str(&text).unwrap();
    Some(all["tests"].take())
}

/// Every case of every section goes through `answer`; what differs is listed.
fn run(name: &str, sections: &[&str], answer: impl Fn(&str, &Json) -> Json) {
    let Some(all) = cases(name) else { return };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for section in sections {
        for case in all[section].as_array().unwrap_or_else(|| panic!("{name} has no {section}")) {
            count += 1;
            let got = answer(section, case);
            if got != case["expected"] {
                wrong.push(format!(
                    "{section}: {}\n  in   {}\n  want {}\n  got  {got}",
                    case["description"], case["text"], case["expected"]
                ));
            }
        }
    }
    eprintln!("{name}: {count} cases");
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

/// Where a byte stands in scalar values, as the library counts.
fn at(text: &str, byte: usize) -> usize {
    text[..byte].chars().count()
}

fn texts<T>(text: &str, found: &[T], range: impl Fn(&T) -> (usize, usize)) -> Json {
    found.iter().map(range).map(|(s, e)| Json::from(&text[s..e])).collect()
}

#[test]
fn what_is_found_in_a_text() {
    let sections = [
        "mentions",
        "mentions_with_indices",
        "mentions_or_lists_with_indices",
        "replies",
        "urls",
        "urls_with_indices",
        "urls_with_directional_markers",
        "tco_urls_with_params",
        "hashtags",
        "hashtags_from_astral",
        "hashtags_with_indices",
        "cashtags",
        "cashtags_with_indices",
    ];
    run("extract.yml", &sections, |section, case| {
        let text = case["text"].as_str().unwrap();
        let (names, addresses, tags, symbols) =
            (extract::names(text), extract::addresses(text), extract::tags(text), extract::symbols(text));
        let span = |s: usize, e: usize| json!([at(text, s), at(text, e)]);
        match section {
            "mentions" => texts(text, &names, |n| n.name),
            "mentions_with_indices" => names
                .iter()
                .map(|n| json!({"screen_name": text[n.name.0..n.name.1], "indices": span(n.start, n.name.1)}))
                .collect(),
            "mentions_or_lists_with_indices" => names
                .iter()
                .map(|n| json!({"screen_name": text[n.name.0..n.name.1], "list_slug": text[n.name.1..n.end], "indices": span(n.start, n.end)}))
                .collect(),
            "replies" => extract::reply_to(text).map_or(Json::Null, |(s, e)| Json::from(&text[s..e])),
            "urls_with_indices" | "urls_with_directional_markers" => {
                addresses.iter().map(|a| json!({"url": text[a.start..a.end], "indices": span(a.start, a.end)})).collect()
            }
            "urls" | "tco_urls_with_params" => texts(text, &addresses, |a| (a.start, a.end)),
            "hashtags_with_indices" => {
                tags.iter().map(|t| json!({"hashtag": text[t.word..t.end], "indices": span(t.start, t.end)})).collect()
            }
            "hashtags" | "hashtags_from_astral" => texts(text, &tags, |t| (t.word, t.end)),
            "cashtags" => texts(text, &symbols, |t| (t.word, t.end)),
            _ => symbols.iter().map(|t| json!({"cashtag": text[t.word..t.end], "indices": span(t.start, t.end)})).collect(),
        }
    });
}

#[test]
fn every_top_level_domain() {
    run("tlds.yml", &["country", "generic"], |_, case| {
        let text = case["text"].as_str().unwrap();
        texts(text, &extract::addresses(text), |a| (a.start, a.end))
    });
}

#[test]
fn what_is_valid() {
    let old = rules_of("config-v1.json");
    run("validate.yml", &["tweets", "usernames", "lists", "hashtags", "urls", "urls_without_protocol"], |section, case| {
        let text = case["text"].as_str().unwrap();
        Json::from(match section {
            "tweets" => old.as_ref().is_some_and(|rules| is_valid(text, rules)),
            "usernames" => extract::is_name(text),
            "lists" => extract::is_list(text),
            "hashtags" => extract::is_tag(text),
            "urls" => extract::is_address(text, true),
            _ => extract::is_address(text, false),
        })
    });
}

#[test]
fn how_long_a_text_is() {
    for (sections, config) in [
        (&["WeightedTweetsCounterTest"][..], "config-v2.json"),
        (&["WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"][..], "config-v3.json"),
    ] {
        let Some(rules) = rules_of(config) else { return };
        run("validate.yml", sections, |_, case| parsed(case["text"].as_str().unwrap(), &rules));
    }
}

#[test]
fn the_weights_are_those_of_the_published_configuration() {
    let Some(published) = rules_of("config-v3.json") else { return };
    let ours = TABLE.iter().find(|n| n.about.key == "x").map(|n| (n.about.rules)()).unwrap();
    assert_eq!((ours.unit, ours.text_max, ours.link_weight), (published.unit, published.text_max, published.link_weight));
}

/// The rules that a published configuration states.
fn rules_of(config: &str) -> Option<Rules> {
    let config: Json = serde_json::from_str(&corpus(config)?).unwrap();
    let number = |j: &Json| u32::try_from(j.as_u64().unwrap()).unwrap();
    let mut stretches = [(1, 0, 0); model::rules::STRETCHES_MAX];
    let ranges = config["ranges"].as_array().cloned().unwrap_or_default();
    assert!(ranges.len() <= stretches.len());
    for (to, from) in stretches.iter_mut().zip(&ranges) {
        *to = (number(&from["start"]), number(&from["end"]), number(&from["weight"]));
    }
    let emoji = if config["emojiParsingEnabled"] == true { EmojiWeight::Usual } else { EmojiWeight::ByLetters };
    let weights = Weights { scale: number(&config["scale"]), usual: number(&config["defaultWeight"]), stretches, emoji, is_composed: true };
    Some(Rules {
        text_max: Some(number(&config["maxWeightedTweetLength"])),
        unit: Unit::Weighted(weights),
        link_weight: Some(number(&config["transformedURLLength"])),
        bare_links: true,
        ..Rules::default()
    })
}

fn is_valid(text: &str, rules: &Rules) -> bool {
    let long = length(text, rules);
    long > 0 && rules.text_max.is_some_and(|max| long <= max) && !extract::has_invalid(text)
}

/// What the library says of a text: its length, and in UTF-16 units how far it would still be valid. The end of what is valid is found
/// by measuring what stands before each letter, with what can't be torn (addresses, emoji) taken whole.
fn parsed(text: &str, rules: &Rules) -> Json {
    let (max, long) = (rules.text_max.unwrap(), length(text, rules));
    let composed: String = {
        use unicode_normalization::UnicodeNormalization;
        text.nfc().collect()
    };
    let units = |t: &str| i64::try_from(t.encode_utf16().count()).unwrap();
    let offset = units(text) - units(&composed);
    let mut valid_to = 0;
    let (mut sum, mut from) = (0, 0);
    let whole: Vec<(usize, usize)> = extract::addresses(&composed).iter().map(|a| (a.start, a.end)).collect();
    while from < composed.len() {
        let letter = unicode_segmentation::UnicodeSegmentation::graphemes(&composed[from..], true).next().unwrap().len();
        let scalar = composed[from..].chars().next().unwrap().len_utf8();
        let is_one = |len: usize| rules_weigh_as_one(&composed[from..from + len], rules);
        let len = whole.iter().find(|w| w.0 == from).map_or(if is_one(letter) { letter } else { scalar }, |w| w.1 - w.0);
        let piece = &composed[from..from + len];
        sum += length(piece, rules);
        if extract::has_invalid(piece) || sum > max {
            break;
        }
        from += len;
        valid_to = from;
    }
    let last = |n: i64| (n - 1).max(0);
    json!({
        "weightedLength": long, "valid": is_valid(text, rules), "permillage": long * 1000 / max,
        "displayRangeStart": 0, "displayRangeEnd": last(units(text)),
        "validRangeStart": 0, "validRangeEnd": last(units(&composed[..valid_to]) + offset),
    })
}

/// Whether several scalar values are weighed as one emoji.
fn rules_weigh_as_one(letter: &str, rules: &Rules) -> bool {
    let by_letters: u32 = letter.chars().map(|c| length(c.encode_utf8(&mut [0; 4]), rules)).sum();
    letter.chars().count() > 1 && length(letter, rules) < by_letters
}

/// The corpus shows what was found as links of HTML; what stands in them is compared. (Not run: its marking of search hits, and its
/// linking from ready-made JSON. Both are about writing HTML, which is nothing that is done here.)
#[test]
fn what_is_found_when_all_of_it_is_wanted() {
    for section in ["usernames", "lists", "hashtags", "urls", "all"] {
        let Some(all) = cases("autolink.yml") else { return };
        let mut wrong = Vec::new();
        let cases = all[section].as_array().unwrap();
        for case in cases {
            let text = case["text"].as_str().unwrap();
            let found = match section {
                "usernames" | "lists" => extract::names(text).into_iter().map(Found::Name).collect(),
                "hashtags" => extract::tags(text).into_iter().map(Found::Tag).collect(),
                "urls" => extract::addresses(text).into_iter().map(Found::Address).collect(),
                _ => extract::entities(text),
            };
            // The library finds addresses without a scheme, but makes no links of them.
            let linked = found.iter().filter(|f| !matches!(f, Found::Address(a) if !a.has_scheme));
            let got: Vec<String> = linked.map(|f| anchor(text, *f)).collect();
            let want = anchors(case["expected"].as_str().unwrap());
            if got != want {
                wrong.push(format!("{section}: {}\n  in   {text}\n  want {want:?}\n  got  {got:?}", case["description"]));
            }
        }
        eprintln!("autolink.yml {section}: {} cases", cases.len());
        assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    }
}

fn anchor(text: &str, found: Found) -> String {
    let (start, end) = match found {
        Found::Name(n) => (n.name.0, n.end),
        other => other.range(),
    };
    text[start..end].to_owned()
}

fn anchors(html: &str) -> Vec<String> {
    let insides = html.split("<a ").skip(1).map(|a| a.split_once('>').unwrap().1.split("</a>").next().unwrap());
    insides
        .map(|t| t.replace("&gt;", ">").replace("&lt;", "<").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"))
        .collect()
}
