//! A post's own words, made ready to be listened to.

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

impl Plain {
    /// The first of these phrases that stands in the words, whole.
    pub fn first(&self, phrases: &[&'static str]) -> Option<&'static str> {
        phrases.iter().find(|phrase| self.has(phrase)).copied()
    }
    /// Whether a phrase stands in the words, between two that are no letters of it.
    pub fn has(&self, phrase: &str) -> bool {
        self.bare.match_indices(phrase).any(|(at, _)| self.bare[..at].ends_with(' ') && self.bare[at + phrase.len()..].starts_with(' '))
    }
    /// How many words there are.
    pub fn count(&self) -> usize {
        self.bare.split(' ').filter(|w| !w.is_empty()).count()
    }
}
