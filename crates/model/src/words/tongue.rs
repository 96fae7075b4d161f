//! What is known of a language: which marks are letters there, and how its words are brought to their stems (Snowball).

use rust_stemmers::{Algorithm, Stemmer};

use super::fold::{Marks, unmarked};

/// Words shorter than this, in letters, are their own stems.
const STEMMED_MIN: usize = 3;
/// Words longer than this, in letters, are hardly words.
const STEMMED_MAX: usize = 64;

/// A language as far as words are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tongue(u8);

type Row = (&'static str, Marks, Option<Algorithm>);

/// The first is every language that is not known here, or not named.
const TONGUES: [Row; 29] = [
    ("", Marks::None, None),
    ("en", Marks::None, Some(Algorithm::English)),
    ("de", Marks::German, Some(Algorithm::German)),
    ("fr", Marks::None, Some(Algorithm::French)),
    ("es", Marks::Spanish, Some(Algorithm::Spanish)),
    ("pt", Marks::None, Some(Algorithm::Portuguese)),
    ("it", Marks::None, Some(Algorithm::Italian)),
    ("nl", Marks::None, Some(Algorithm::Dutch)),
    ("sv", Marks::Swedish, Some(Algorithm::Swedish)),
    ("da", Marks::Danish, Some(Algorithm::Danish)),
    ("no", Marks::Danish, Some(Algorithm::Norwegian)),
    ("nb", Marks::Danish, Some(Algorithm::Norwegian)),
    ("nn", Marks::Danish, Some(Algorithm::Norwegian)),
    ("fi", Marks::Swedish, Some(Algorithm::Finnish)),
    ("hu", Marks::All, Some(Algorithm::Hungarian)),
    ("ro", Marks::None, Some(Algorithm::Romanian)),
    ("ru", Marks::None, Some(Algorithm::Russian)),
    ("tr", Marks::Turkish, Some(Algorithm::Turkish)),
    ("ar", Marks::None, Some(Algorithm::Arabic)),
    ("el", Marks::None, Some(Algorithm::Greek)),
    ("ta", Marks::None, Some(Algorithm::Tamil)),
    ("is", Marks::All, None),
    ("fo", Marks::All, None),
    ("vi", Marks::All, None),
    ("et", Marks::Estonian, None),
    ("az", Marks::Turkish, None),
    ("gl", Marks::Spanish, None),
    ("eu", Marks::Spanish, None),
    ("ast", Marks::Spanish, None),
];

/// A code of up to three letters as one number, whatever its case; 0 where it is none.
const fn packed(code: &[u8]) -> u32 {
    let (mut all, mut at) = (0, 0);
    if code.len() > 3 {
        return 0;
    }
    while at < code.len() {
        all = all << 8 | code[at].to_ascii_lowercase() as u32;
        at += 1;
    }
    all
}

const CODES: [u32; TONGUES.len()] = {
    let (mut codes, mut at) = ([0; TONGUES.len()], 0);
    while at < codes.len() {
        codes[at] = packed(TONGUES[at].0.as_bytes());
        at += 1;
    }
    codes
};

impl Tongue {
    pub const UNKNOWN: Tongue = Tongue(0);

    /// All that are known, in the order of [`Tongue::number`].
    pub fn all() -> impl Iterator<Item = Tongue> {
        (0..=u8::MAX).take(TONGUES.len()).map(Tongue)
    }

    /// The language of a BCP 47 tag, such as `pt-BR`.
    pub fn of(tag: Option<&str>) -> Tongue {
        let code = tag.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        let code = packed(code.as_bytes());
        let known = CODES.iter().position(|known| *known == code).unwrap_or(0);
        Tongue(u8::try_from(known).unwrap_or(0))
    }
    /// Its place among [`Tongue::all`].
    pub fn number(self) -> usize {
        usize::from(self.0)
    }
    fn row(self) -> &'static Row {
        TONGUES.get(self.number()).unwrap_or(&TONGUES[0])
    }
    /// Its code; empty where it is not known.
    pub fn code(self) -> &'static str {
        self.row().0
    }
    pub fn marks(self) -> Marks {
        self.row().1
    }
    pub fn has_stems(self) -> bool {
        self.row().2.is_some()
    }
    /// The stem of a case-folded word, without the marks that are no letters here; `None` where stems are not known.
    pub fn stem(self, word: &str) -> Option<String> {
        let algorithm = self.row().2?;
        let letters = word.chars().count();
        if !(STEMMED_MIN..=STEMMED_MAX).contains(&letters) {
            return Some(unmarked(word, self.marks()));
        }
        Some(unmarked(&Stemmer::create(algorithm).stem(word), self.marks()))
    }
}
