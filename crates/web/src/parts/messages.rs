//! Advice, waiting, failure, good news, and nothing here yet.

use askama::Template;

use crate::html::{Safe, part};

/// One or two sentences beside the work.
#[derive(Template)]
#[template(path = "parts/hint.html")]
pub struct Hint {
    pub tone: HintTone,
    /// The first sentence, in bold.
    pub lead: String,
    pub words: String,
    /// What to press: words and address.
    pub press: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintTone {
    /// A soft touch: advice.
    Advice,
    /// Something waits its turn.
    Wait,
    /// We do not know yet.
    Unknown,
    /// A network did not take it.
    Bad,
    /// Good news.
    Good,
}

impl Hint {
    pub fn new(tone: HintTone, lead: impl Into<String>, words: impl Into<String>) -> Hint {
        Hint { tone, lead: lead.into(), words: words.into(), press: None }
    }

    pub fn press(mut self, words: impl Into<String>, href: impl Into<String>) -> Hint {
        self.press = Some((words.into(), href.into()));
        self
    }

    fn class(&self) -> &'static str {
        match self.tone {
            HintTone::Advice => "hint",
            HintTone::Wait | HintTone::Unknown => "hint hint--wait",
            HintTone::Bad => "hint hint--bad",
            HintTone::Good => "hint hint--give",
        }
    }

    fn icon(&self) -> Safe<&'static str> {
        match self.tone {
            HintTone::Advice => crate::icon::SOFT.m,
            HintTone::Wait => crate::icon::LATER.m,
            HintTone::Unknown => crate::icon::INFO.m,
            HintTone::Bad => crate::icon::WARN.m,
            HintTone::Good => crate::icon::DONE.m,
        }
    }
}

/// Nothing here: one drawing, one sentence, one thing to do.
#[derive(Template)]
#[template(path = "parts/empty.html")]
pub struct Empty {
    pub title: String,
    pub words: String,
    /// What to press: words and address.
    pub press: Option<(String, String)>,
    /// The first time ever, one thing to do, as the page's main button; otherwise a usual one.
    pub is_first: bool,
}

impl Empty {
    /// Nothing yet, and one thing to do.
    pub fn first(title: &str, words: &str, press: &str, href: &str) -> Empty {
        Empty { title: title.into(), words: words.into(), press: Some((press.into(), href.into())), is_first: true }
    }

    /// All done.
    pub fn done(title: impl Into<String>, words: impl Into<String>) -> Empty {
        Empty { title: title.into(), words: words.into(), press: None, is_first: false }
    }

    pub fn press(mut self, words: impl Into<String>, href: impl Into<String>) -> Empty {
        self.press = Some((words.into(), href.into()));
        self
    }
}

part!(Hint, Empty);
