//! Thanks, nods and farewells: what leaves nothing open.

use std::sync::LazyLock;

use super::plain::{Phrases, Plain};
use super::{Act, asks};

/// A post that only closes is short; so many words at most.
const WORDS_MAX: usize = 24;
/// Without a word of thanks it is shorter still.
const NOD_WORDS_MAX: usize = 9;

/// Words of thanks.
static THANKS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new([
        "thanks",
        "thank you",
        "thank u",
        "thankyou",
        "thank ya",
        "thx",
        "thnx",
        "tnx",
        "tysm",
        "ty",
        "cheers",
        "ta",
        "much appreciated",
        "appreciated",
        "appreciate it",
        "appreciate you",
        "appreciate that",
        "appreciate the",
        "appreciate your",
        "grateful",
        "you're the best",
        "you rock",
        "life saver",
        "lifesaver",
        "danke",
        "dankeschön",
        "dank dir",
        "vielen dank",
        "merci",
        "gracias",
        "mil gracias",
        "grazie",
        "obrigado",
        "obrigada",
        "valeu",
        "bedankt",
        "dank je",
        "dank u",
        "dankjewel",
        "tack",
        "takk",
        "tak",
        "kiitos",
        "dziękuję",
        "dzięki",
        "спасибо",
        "ありがとう",
        "شكرا",
        "teşekkürler",
    ])
});

/// Nods and farewells, with which a short post begins.
const NODS: &[&str] = &[
    "great",
    "perfect",
    "lovely",
    "brilliant",
    "awesome",
    "excellent",
    "amazing",
    "fantastic",
    "wonderful",
    "cool",
    "nice",
    "nice one",
    "sweet",
    "will do",
    "got it",
    "gotcha",
    "ok",
    "okay",
    "okey",
    "kk",
    "oki",
    "sure thing",
    "alright",
    "all right",
    "fair enough",
    "sounds good",
    "you're welcome",
    "you are welcome",
    "youre welcome",
    "yw",
    "no problem",
    "no problems",
    "no prob",
    "np",
    "no worries",
    "never mind",
    "nevermind",
    "nvm",
    "all good",
    "all sorted",
    "sorted",
    "fixed",
    "solved",
    "resolved",
    "that worked",
    "it worked",
    "it works",
    "works now",
    "it works now",
    "working now",
    "that did it",
    "that fixed it",
    "that helped",
    "that helps",
    "makes sense",
    "understood",
    "noted",
    "roger",
    "bye",
    "goodbye",
    "good night",
    "see you",
    "take care",
    "have a great",
    "have a good",
    "have a nice",
    "my pleasure",
    "anytime",
    "any time",
    "happy to help",
    "glad to help",
    "glad to hear",
    "glad it",
    "glad i could help",
    "good luck",
    "enjoy",
    "hope this helps",
    "hope that helps",
    "lol",
    "haha",
    // German, French, Spanish, Italian, Portuguese, Dutch.
    "super",
    "perfekt",
    "prima",
    "klasse",
    "alles klar",
    "passt",
    "gern geschehen",
    "gerne",
    "kein problem",
    "bitte sehr",
    "bitte schön",
    "parfait",
    "d'accord",
    "ça marche",
    "de rien",
    "pas de souci",
    "génial",
    "genial",
    "perfecto",
    "vale",
    "de nada",
    "perfetto",
    "va bene",
    "prego",
    "figurati",
    "perfeito",
    "beleza",
    "por nada",
    "perfect dank",
    "geen probleem",
    "graag gedaan",
    "tot ziens",
];

/// The talk goes on where one of these stands.
static GOES_ON: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new([
        "but",
        "however",
        "although",
        "though",
        "except",
        "unfortunately",
        "still",
        "yet",
        "instead",
        "also",
        "another",
        "now i",
        "now it",
        "tried",
        "try again",
        "sent",
        "dm'd",
        "dmed",
        "my email",
        "my account",
        "in advance",
        "for nothing",
        "no thanks",
        "aber",
        "leider",
        "mais",
        "pero",
        "però",
        "mas",
        "maar",
    ])
});

/// Whether it only thanks or takes leave, and by which words. Whoever asks has been heard already.
pub(super) fn closing(plain: &Plain) -> Option<(Act, &'static str)> {
    if !plain.bare.chars().any(char::is_alphanumeric) {
        // A smile alone closes; a picture or an address alone shows something.
        return plain.words.chars().any(|c| !c.is_ascii_punctuation() && !c.is_whitespace()).then_some((Act::Closing, "no words"));
    }
    if GOES_ON.first(plain).is_some() {
        return None;
    }
    let count = plain.count();
    if count <= WORDS_MAX
        && let Some(words) = thanks(plain)
        && (asks::trouble(plain).is_none() || begins(plain, words))
    {
        return Some((Act::Thanks, words));
    }
    let nod = NODS.iter().filter(|nod| begins(plain, nod)).max_by_key(|nod| nod.len())?;
    (count <= NOD_WORDS_MAX && asks::trouble(plain).is_none()).then_some((Act::Closing, nod))
}

/// The words by which somebody thanks, whatever else they say.
pub(super) fn thanks(plain: &Plain) -> Option<&'static str> {
    THANKS.first(plain)
}

fn begins(plain: &Plain, words: &str) -> bool {
    plain.bare[1..].strip_prefix(words).is_some_and(|rest| rest.starts_with(' '))
}
