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
}

impl Unit {
    pub fn word(self) -> &'static str {
        match self {
            Unit::Graphemes => "graphemes",
            Unit::Scalars => "characters",
            Unit::Bytes => "bytes",
            Unit::Utf16 => "UTF-16 units",
        }
    }
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
    pub has_language: bool,
    pub has_edit: bool,
    pub has_title: bool,
    pub site: SiteRules,
    /// A reply reaches people only by their names: its text begins with the `@handle`s of those it answers.
    pub reply_names_people: bool,
    /// In the order in which they are offered; the first is the default.
    pub visibilities: Vec<Visibility>,
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
            has_language: false,
            has_edit: false,
            has_title: false,
            site: SiteRules::default(),
            reply_names_people: false,
            visibilities: vec![Visibility::Public],
            pictures_max: 0,
            picture_bytes_max: 0,
            picture_side_max: None,
            picture_area_max: None,
            picture_types: Vec::new(),
            alt_max: None,
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
