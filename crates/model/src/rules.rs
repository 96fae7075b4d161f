//! What a network, or one server of it, lets a post be. Data, never code: the networks fill it in.

use crate::Visibility;

/// What a network counts when it counts letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Extended grapheme clusters (UAX #29): what a person calls a letter.
    Graphemes,
    /// Unicode scalar values.
    Scalars,
    /// Bytes of UTF-8.
    Bytes,
    /// UTF-16 code units.
    Utf16,
    /// Scalar values, some of which weigh more than others.
    Weighted(Weights),
}

/// How many stretches of lighter or heavier letters a network may have.
pub const STRETCHES_MAX: usize = 4;

/// What letters weigh. Every figure is in hundredths, or whatever part of a letter `scale` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// What one letter of the limit weighs.
    pub scale: u32,
    /// What a scalar value outside of `stretches` weighs.
    pub usual: u32,
    /// (first, last, weight) of scalar values, in order; `(1, 0, 0)` is none.
    pub stretches: [(u32, u32, u32); STRETCHES_MAX],
    pub emoji: EmojiWeight,
    /// Counted as composed (Unicode's normal form C), however it was typed.
    pub is_composed: bool,
}

/// What a whole emoji weighs, however many scalar values it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmojiWeight {
    /// Nothing special: by its scalar values.
    ByLetters,
    /// As much as the usual letter.
    Usual,
    /// One letter for each byte of its UTF-8.
    Bytes,
}

impl EmojiWeight {
    const ALL: [EmojiWeight; 3] = [EmojiWeight::ByLetters, EmojiWeight::Usual, EmojiWeight::Bytes];
    pub fn word(self) -> &'static str {
        match self {
            EmojiWeight::ByLetters => "by its letters",
            EmojiWeight::Usual => "as one",
            EmojiWeight::Bytes => "by its bytes",
        }
    }
    pub fn from_word(word: &str) -> Option<EmojiWeight> {
        Self::ALL.into_iter().find(|w| w.word() == word)
    }
}

impl Unit {
    pub fn word(self) -> &'static str {
        match self {
            Unit::Graphemes => "graphemes",
            Unit::Scalars => "characters",
            Unit::Bytes => "bytes",
            Unit::Utf16 => "UTF-16 units",
            Unit::Weighted(_) => Unit::WEIGHTED,
        }
    }
    /// The word of [`Unit::Weighted`], whose weights have to be kept beside it.
    pub const WEIGHTED: &str = "weighted letters";
    /// The unit with that word, all but [`Unit::WEIGHTED`].
    pub fn from_word(word: &str) -> Option<Unit> {
        [Unit::Graphemes, Unit::Scalars, Unit::Bytes, Unit::Utf16].into_iter().find(|u| u.word() == word)
    }
}

/// What holds where a place is a site with articles; nothing of it elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SiteRules {
    /// It is the account's own site: what stands there first can be linked to from everywhere else.
    pub is_own: bool,
    pub has_excerpt: bool,
    pub has_tags: bool,
    /// The site has categories of its own.
    pub has_categories: bool,
    /// The first picture stands at the head of an article, and not in its words.
    pub leads_with_picture: bool,
    /// Nobody is told by being named: a name is a link to the person's page.
    pub links_people: bool,
}

/// How people are named in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Naming {
    /// `@handle`.
    #[default]
    At,
    /// `u/handle`.
    Slash,
    /// By their plain name: a handle typed into the text points at nobody.
    Plain,
}

impl Naming {
    pub const ALL: [Naming; 3] = [Naming::At, Naming::Slash, Naming::Plain];
    pub fn word(self) -> &'static str {
        match self {
            Naming::At => "@handle",
            Naming::Slash => "u/handle",
            Naming::Plain => "name",
        }
    }
    pub fn from_word(word: &str) -> Option<Naming> {
        Self::ALL.into_iter().find(|n| n.word() == word)
    }
}

/// What becomes of a link beyond its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Cards {
    /// Nothing: it is a link in the text, or not even that.
    #[default]
    None,
    /// The network looks at the page and draws a card by itself.
    Drawn,
    /// Whoever posts sends the card along, of the last link.
    Sent,
}

impl Cards {
    pub const ALL: [Cards; 3] = [Cards::None, Cards::Drawn, Cards::Sent];
    pub fn word(self) -> &'static str {
        match self {
            Cards::None => "none",
            Cards::Drawn => "drawn",
            Cards::Sent => "sent",
        }
    }
    pub fn from_word(word: &str) -> Option<Cards> {
        Self::ALL.into_iter().find(|c| c.word() == word)
    }
}

/// The rules for one account: the network's, bettered by what its server states.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Longest text, in `unit`; `None` where there is no limit.
    pub text_max: Option<u32>,
    pub unit: Unit,
    /// A second limit in bytes that holds at the same time.
    pub bytes_max: Option<u32>,
    /// Every link counts as this many, however long; `None`: by its letters.
    pub link_weight: Option<u32>,
    /// Of `@name@server`, only `@name` is counted.
    pub mention_counts_name_only: bool,
    /// The content warning's letters count too.
    pub warning_counts: bool,
    /// Whether several parts can stand as a thread.
    pub has_threads: bool,
    pub has_warning: bool,
    /// What was said in private can be answered in private, though no post can be for those named alone.
    pub answers_privately: bool,
    pub has_language: bool,
    pub has_edit: bool,
    pub has_title: bool,
    pub site: SiteRules,
    /// Nothing can be posted without a title.
    pub needs_title: bool,
    /// Letters of a title; `None` where there is no limit.
    pub title_max: Option<u32>,
    /// An address without `https://` is a link as well, where its end is a domain that exists.
    pub bare_links: bool,
    /// Different links that one post may hold at most.
    pub links_max: Option<u32>,
    /// Hashtags of one post that the network heeds, or takes, at most.
    pub tags_max: Option<u32>,
    pub cards: Cards,
    pub naming: Naming,
    /// A reply reaches people only by their names: its text begins with the `@handle`s of those it answers.
    pub reply_names_people: bool,
    /// In the order in which they are offered; the first is the default.
    pub visibilities: Vec<Visibility>,
    /// Pictures that a post must have at least.
    pub pictures_min: u32,
    pub pictures_max: u32,
    pub picture_bytes_max: u64,
    /// Longest side in pixels; `None` where only bytes count.
    pub picture_side_max: Option<u32>,
    /// Width times height.
    pub picture_area_max: Option<u64>,
    /// MIME types taken.
    pub picture_types: Vec<String>,
    /// Letters of alt text; `None` where there is none at all.
    pub alt_max: Option<u32>,
    /// The largest video in bytes; 0 where none is taken. A video goes alone with a post.
    pub video_bytes_max: u64,
    /// The longest video in milliseconds; `None` where only bytes count.
    pub video_ms_max: Option<u32>,
    /// Width times height of a video.
    pub video_area_max: Option<u64>,
    /// MIME types of videos taken.
    pub video_types: Vec<String>,
    /// Letters of a video's alt text, where they are other than a picture's.
    pub video_alt_max: Option<u32>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            text_max: None,
            unit: Unit::Graphemes,
            bytes_max: None,
            link_weight: None,
            mention_counts_name_only: false,
            warning_counts: false,
            has_threads: false,
            has_warning: false,
            answers_privately: false,
            has_language: false,
            has_edit: false,
            has_title: false,
            site: SiteRules::default(),
            needs_title: false,
            title_max: None,
            bare_links: false,
            links_max: None,
            tags_max: None,
            cards: Cards::None,
            naming: Naming::At,
            reply_names_people: false,
            visibilities: vec![Visibility::Public],
            pictures_min: 0,
            pictures_max: 0,
            picture_bytes_max: 0,
            picture_side_max: None,
            picture_area_max: None,
            picture_types: Vec::new(),
            alt_max: None,
            video_bytes_max: 0,
            video_ms_max: None,
            video_area_max: None,
            video_types: Vec::new(),
            video_alt_max: None,
        }
    }
}

/// Why a draft does not fit a network's rules: a finding in words a person can act on, not a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What is wrong, as a whole sentence.
    pub why: String,
    /// Which part of the thread, counted from 0, where it is about one.
    pub part: Option<usize>,
}
