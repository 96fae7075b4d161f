//! Whether somebody is a person, a brand or a machine: told from what the network says, from their own words about themselves, and from
//! how they speak. Pure, by rules that are written down, each with its reason; nothing of it is learnt. People come first: where the signs
//! are mixed, somebody is a person.

use std::collections::{HashMap, HashSet};

use crate::{Nature, Profile};

/// So many posts have to be known before anything is told from how somebody speaks.
pub const SPOKEN_MIN: usize = 12;
/// A machine says the very same at least in this share of its posts, and answers nobody.
const SAME_SHARE: f64 = 0.5;
/// A channel of links links in this share of its posts, and answers nobody.
const LINKS_SHARE: f64 = 0.9;
/// Letters of a reason that are quoted.
const QUOTED_MAX: usize = 60;

/// One post of somebody, as far as it shows how they speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub text: String,
    pub has_link: bool,
    /// It answers somebody.
    pub is_answer: bool,
}

/// What somebody is, and why, in a sentence; an empty reason where nothing speaks for anything else than a person.
pub fn nature_of(profile: &Profile, spoken: &[Spoken]) -> (Nature, String) {
    if profile.is_bot {
        return (Nature::Bot, "Its network says that it is a machine.".into());
    }
    let about = plain(&profile.about);
    if let Some(words) = found(&about, &MACHINE) {
        return (Nature::Bot, format!("Its own words say so: “{}”.", quoted(&profile.about, words)));
    }
    if is_called_bot(&profile.name) || is_called_bot(&profile.handle) {
        return (Nature::Bot, format!("It calls itself a bot: {}.", quoted(&profile.name, "bot")));
    }
    if let Some(words) = found(&about, &PERSON) {
        return (Nature::Person, format!("Speaks as one person: “{}”.", quoted(&profile.about, words)));
    }
    if let Some(words) = found(&about, &BRAND) {
        return (Nature::Brand, format!("Its own words say so: “{}”.", quoted(&profile.about, words)));
    }
    if let Some(form) = legal_form(&profile.name) {
        return (Nature::Brand, format!("It is called a company: {form}."));
    }
    by_speech(spoken).unwrap_or((Nature::Person, String::new()))
}

/// From how somebody speaks. Whoever answers somebody is taken for a person.
fn by_speech(spoken: &[Spoken]) -> Option<(Nature, String)> {
    let n = spoken.len();
    if n < SPOKEN_MIN || spoken.iter().any(|s| s.is_answer) {
        return None;
    }
    let mut times: HashMap<String, usize> = HashMap::new();
    for one in spoken {
        *times.entry(without_links(&one.text)).or_default() += 1;
    }
    let same: usize = times.iter().filter(|(words, times)| !words.is_empty() && **times > 1).map(|(_, times)| *times).sum();
    if is_share(same, n, SAME_SHARE) {
        return Some((Nature::Bot, format!("Says the same again and again ({same} of its last {n} posts), and answers nobody.")));
    }
    let links = spoken.iter().filter(|s| s.has_link).count();
    if is_share(links, n, LINKS_SHARE) {
        return Some((Nature::Brand, format!("Only posts links ({links} of its last {n} posts), and answers nobody.")));
    }
    None
}

fn is_share(part: usize, whole: usize, share: f64) -> bool {
    part as f64 >= whole as f64 * share
}

/// Words of one's own about being a machine.
const MACHINE: [&str; 14] = [
    "i am a bot",
    "i'm a bot",
    "this is a bot",
    "a bot that",
    "bot by",
    "automated account",
    "automated posts",
    "automatically posts",
    "posts automatically",
    "unofficial mirror",
    "mirror of",
    "rss feed",
    "ich bin ein bot",
    "je suis un bot",
];
/// … about being one person.
const PERSON: [&str; 22] = [
    "i am",
    "i'm",
    "i work",
    "i write",
    "i make",
    "i live",
    "i like",
    "i love",
    "i teach",
    "i study",
    "my own",
    "my cat",
    "my dog",
    "she/her",
    "he/him",
    "they/them",
    "mother of",
    "father of",
    "dad of",
    "mum of",
    "ich bin",
    "je suis",
];
/// … about being a company, a shop, a paper, an office.
const BRAND: [&str; 25] = [
    "official account",
    "the official",
    "official page",
    "offizieller",
    "compte officiel",
    "customer service",
    "customer support",
    "customer care",
    "here to help",
    "follow us",
    "contact us",
    "visit us",
    "we are",
    "we're",
    "we make",
    "we help",
    "our products",
    "our store",
    "our shop",
    "our team",
    "our customers",
    "wir sind",
    "nous sommes",
    "breaking news",
    "the latest news",
];
const LEGAL_FORMS: [&str; 12] = ["ltd", "inc", "gmbh", "llc", "plc", "corp", "ag", "bv", "sarl", "kg", "pty", "co"];
/// So many names are looked through for the two-letter forms, which are words elsewhere.
const NAME_WORDS_MAX: usize = 8;

/// Lower case, one space between words, straight apostrophes; nothing else changed.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['’', '`'], "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first of the phrases that stands in a text as whole words.
fn found(text: &str, phrases: &[&'static str]) -> Option<&'static str> {
    phrases.iter().copied().find(|phrase| {
        text.match_indices(phrase).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + phrase.len()..].chars().next();
            !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
        })
    })
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A part of a name that is the word "bot": `weather-bot`, `WeatherBot`, `bot_of_ada`; not `abbot` or `Talbot`.
fn is_called_bot(name: &str) -> bool {
    let local = name.trim_start_matches('@').split('@').next().unwrap_or_default();
    let words = local.split(|c: char| !c.is_alphanumeric());
    words.into_iter().any(|word| {
        let is_camel =
            word.len() > 3 && word.ends_with("Bot") && word[..word.len() - 3].chars().next_back().is_some_and(char::is_lowercase);
        word.eq_ignore_ascii_case("bot") || is_camel
    })
}

/// The legal form that a name ends with.
fn legal_form(name: &str) -> Option<&str> {
    let words: Vec<&str> = name.split_whitespace().take(NAME_WORDS_MAX).collect();
    let last = words.last().filter(|_| words.len() > 1)?;
    let bare = last.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    // "Co" and "AG" are also what people are called: they want their capital and full stop, or their capitals.
    let is_form = match bare.as_str() {
        "co" => *last == "Co." || *last == "Co",
        "ag" | "kg" | "bv" | "plc" => last.chars().all(|c| !c.is_lowercase()),
        other => LEGAL_FORMS.contains(&other),
    };
    is_form.then_some(name)
}

/// The words around a phrase, as they were written.
fn quoted(text: &str, phrase: &str) -> String {
    let line = text.lines().find(|line| plain(line).contains(phrase)).unwrap_or(text).trim();
    match line.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// A post's words without addresses and figures, to be held against another's.
fn without_links(text: &str) -> String {
    let words = text.split_whitespace().filter(|w| !w.contains("://"));
    words
        .map(|w| w.chars().filter(|c| !c.is_ascii_digit()).collect::<String>())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// What somebody is who goes by several profiles: a person where one of them shows it, else the first that is something else.
pub fn nature_of_all(all: &[(Nature, String)]) -> (Nature, String) {
    let said = |nature: Nature| all.iter().find(move |(n, why)| *n == nature && (n != &Nature::Person || !why.is_empty()));
    let kinds: HashSet<&'static str> = all.iter().map(|(n, _)| n.word()).collect();
    said(Nature::Person)
        .or_else(|| said(Nature::Bot).filter(|_| !kinds.contains(Nature::Brand.word())))
        .or_else(|| said(Nature::Brand))
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "nature/tests.rs"]
mod tests;
