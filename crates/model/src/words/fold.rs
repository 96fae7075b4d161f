//! Letters made alike: whatever their case, and with or without marks, as the language wants.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Which marked letters are letters of their own, so that leaving the mark out would make another word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Marks {
    /// None; also where the language is not known.
    None,
    /// ä ö ü.
    German,
    /// å ä ö, in Swedish and Finnish.
    Swedish,
    /// å æ ø, in Danish and Norwegian.
    Danish,
    /// ñ.
    Spanish,
    /// ä ö õ ü.
    Estonian,
    /// ç ğ ı ö ş ü.
    Turkish,
    /// All: Icelandic, Faroese, Hungarian, Vietnamese.
    All,
}

impl Marks {
    pub const ALL: [Marks; 8] =
        [Self::None, Self::German, Self::Swedish, Self::Danish, Self::Spanish, Self::Estonian, Self::Turkish, Self::All];

    fn keeps(self, letter: char) -> bool {
        match self {
            Self::None => false,
            Self::German => matches!(letter, 'ä' | 'ö' | 'ü'),
            Self::Swedish => matches!(letter, 'å' | 'ä' | 'ö'),
            Self::Danish => matches!(letter, 'å' | 'æ' | 'ø'),
            Self::Spanish => letter == 'ñ',
            Self::Estonian => matches!(letter, 'ä' | 'ö' | 'õ' | 'ü'),
            Self::Turkish => matches!(letter, 'ç' | 'ğ' | 'ı' | 'ö' | 'ş' | 'ü'),
            Self::All => true,
        }
    }
}

/// A word whatever its case: upper, then lower, so that ß is ss and a final sigma a sigma; wide and narrow forms are one, and so are
/// the two ways to write a marked letter and an apostrophe.
pub fn case_folded(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let alike: String = word.nfkc().map(|c| if matches!(c, '’' | 'ʼ') { '\'' } else { c }).collect();
    alike.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// A case-folded word without the marks that its language does not count as letters.
pub fn unmarked(word: &str, marks: Marks) -> String {
    let mut bare = String::with_capacity(word.len());
    for letter in word.chars() {
        if letter.is_ascii() || marks.keeps(letter) && !is_vowel_sign(letter) {
            bare.push(letter);
            continue;
        }
        match letter {
            'æ' => bare.push_str("ae"),
            'œ' => bare.push_str("oe"),
            'þ' => bare.push_str("th"),
            'ø' => bare.push('o'),
            'ł' => bare.push('l'),
            'đ' | 'ð' => bare.push('d'),
            'ı' => bare.push('i'),
            'ё' => bare.push('е'),
            _ if is_vowel_sign(letter) => {}
            _ if has_loose_marks(letter) => decompose_canonical(letter, |c| {
                if !is_vowel_sign(c) && !('\u{300}'..='\u{36f}').contains(&c) {
                    bare.push(c);
                }
            }),
            '\u{300}'..='\u{36f}' if bare.ends_with(|c: char| c.is_ascii() || has_loose_marks(c)) => {}
            _ => bare.push(letter),
        }
    }
    bare
}

/// Latin, Greek and Arabic letters: a mark on them is no other letter unless a language says so.
fn has_loose_marks(letter: char) -> bool {
    matches!(letter,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' | '\u{621}'..='\u{6d3}')
}

/// Signs that Arabic and Hebrew are mostly written without, and the stroke that only stretches a word.
fn is_vowel_sign(letter: char) -> bool {
    matches!(letter, '\u{640}' | '\u{64b}'..='\u{655}' | '\u{670}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}')
}
