//! A post's own words, made ready to be listened to.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use crate::measure;

/// The longest text that is listened to, in bytes; what a post wants stands in so much of it, or nowhere.
const HEARD_MAX: usize = 20_000;

/// Words without addresses, names and quoted lines; lower case, straight apostrophes, single spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// With all marks, for marks count too.
    pub words: String,
    /// Letters, digits and apostrophes only, a space before and behind each word: ready for phrases.
    pub bare: String,
}

pub(super) fn plain(text: &str) -> Plain {
    let text = &text[..text.floor_char_boundary(HEARD_MAX)];
    let mut own = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in measure::links(text) {
        own.push_str(&text[from..start]);
        from = end;
    }
    own.push_str(&text[from..]);
    let mut words = String::with_capacity(own.len());
    for line in own.lines().filter(|line| !is_quoted(line)) {
        for word in line.split_whitespace().filter(|word| !is_name(word)) {
            if !words.is_empty() {
                words.push(' ');
            }
            words.extend(word.chars().map(straight).flat_map(char::to_lowercase));
        }
    }
    let mut bare = String::with_capacity(words.len() + 2);
    bare.push(' ');
    for letter in words.chars() {
        let letter = if letter.is_alphanumeric() || letter == '\'' { letter } else { ' ' };
        if letter != ' ' || !bare.ends_with(' ') {
            bare.push(letter);
        }
    }
    if !bare.ends_with(' ') {
        bare.push(' ');
    }
    Plain { words, bare }
}

/// As mail, forums and their programs mark what somebody else said.
fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') || line.starts_with("&gt;")
}

fn is_name(word: &str) -> bool {
    let word = word.trim_start_matches(['.', '(', '"', '“']);
    word.starts_with('@') && word.len() > 1 || word.starts_with("u/") || word.starts_with("/u/")
}

fn straight(letter: char) -> char {
    match letter {
        '’' | '‘' | '`' | '´' | 'ʼ' => '\'',
        other => other,
    }
}

/// Phrases that are looked for all at once: a text is gone through once, however many there are.
pub(super) struct Phrases {
    all: Vec<&'static str>,
    automaton: AhoCorasick,
}

impl Phrases {
    /// Phrases of whole words, as they stand in [`Plain::bare`].
    pub fn new(all: impl IntoIterator<Item = &'static str>) -> Phrases {
        let all: Vec<&'static str> = all.into_iter().collect();
        // The spaces round each word of a text make them whole, and two that follow one another share one.
        let padded = all.iter().map(|phrase| format!(" {phrase} "));
        let built = AhoCorasickBuilder::new().match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA)).build(padded);
        Phrases { automaton: built.expect("phrases are few and short"), all }
    }
    pub fn get(&self, number: usize) -> &'static str {
        self.all[number]
    }
    /// Each place where one of them stands: its number, and where in [`Plain::bare`] it begins.
    pub fn standing<'a>(&'a self, plain: &'a Plain) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.automaton.find_overlapping_iter(&plain.bare).map(|found| (found.pattern().as_usize(), found.start() + 1))
    }
    /// The first of them, in their own order, that stands in the words.
    pub fn first(&self, plain: &Plain) -> Option<&'static str> {
        self.standing(plain).map(|(number, _)| number).min().map(|number| self.all[number])
    }
}

impl Plain {
    /// How many words there are.
    pub fn count(&self) -> usize {
        self.bare.split(' ').filter(|w| !w.is_empty()).count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PHRASES: [&str; 7] = ["thank you", "you", "do you know", "know how", "how", "let me", "l'eau"];

    proptest! {
        #[test]
        fn phrases_stand_where_they_stand_whole(words in proptest::collection::vec(prop_oneof![
            Just("thank"), Just("you"), Just("do"), Just("know"), Just("how"), Just("however"), Just("let"), Just("me"), Just("l'eau"), Just("é")
        ], 0..14)) {
            let heard = plain(&words.join(" "));
            let has = |phrase: &str| format!(" {} ", words.join(" ")).contains(&format!(" {phrase} "));
            let all = Phrases::new(PHRASES);
            prop_assert_eq!(all.first(&heard), PHRASES.into_iter().find(|p| has(p)));
            for (number, at) in all.standing(&heard) {
                prop_assert!(heard.bare[at..].starts_with(all.get(number)));
            }
        }
    }
}
