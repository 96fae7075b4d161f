//! What somebody does with their words: asks, begs, promises, thanks, takes leave, complains, or only tells. Pure, and explainable: each
//! finding names the very words that show it. It knows nothing of threads; who is spoken to is for others to say.
//! Begin with [`hear`]. English first; for other languages question marks, and the commonest words of asking, thanking and leaving.

mod asks;
mod closing;
mod plain;
mod promise;

pub use promise::{Promise, When, promise};

/// What a post does, the strongest first: whoever thanks and asks, asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    Question,
    /// It wants something done, without a question.
    Request,
    /// It tells of something that is wrong.
    Trouble,
    Thanks,
    /// A nod, a smile, a farewell: nothing is left open.
    Closing,
    Statement,
}

impl Act {
    pub fn word(self) -> &'static str {
        match self {
            Act::Question => "question",
            Act::Request => "request",
            Act::Trouble => "trouble",
            Act::Thanks => "thanks",
            Act::Closing => "closing",
            Act::Statement => "statement",
        }
    }
    /// Whether it wants an answer of whomever it speaks to.
    pub fn asks(self) -> bool {
        matches!(self, Act::Question | Act::Request)
    }
    /// Whether it leaves nothing to answer.
    pub fn closes(self) -> bool {
        matches!(self, Act::Thanks | Act::Closing)
    }
}

/// What was heard in a post, and by which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub act: Act,
    /// The words or the mark that show it; empty for a statement.
    pub by: String,
}

/// What a post does. Addresses, names and quoted lines in it do not count.
pub fn hear(text: &str) -> Heard {
    let plain = plain::plain(text);
    let found = |act: Act, by: &str| Heard { act, by: by.to_owned() };
    if let Some(mark) = asks::mark(&plain.words) {
        return found(Act::Question, mark);
    }
    if let Some(words) = asks::question(&plain) {
        return found(Act::Question, words);
    }
    if let Some(words) = asks::request(&plain) {
        return found(Act::Request, words);
    }
    if let Some((act, words)) = closing::closing(&plain) {
        return found(act, words);
    }
    if let Some(words) = asks::trouble(&plain) {
        return found(Act::Trouble, words);
    }
    found(Act::Statement, "")
}

/// Whether a longer word ends in a farewell that leaves nothing open: “… Hope this helps!”
pub fn takes_leave(text: &str) -> bool {
    let own = text.trim_end();
    let stop = |c: char| matches!(c, '.' | '!' | '?' | '…' | '\n');
    let sentence = own.trim_end_matches(stop).rsplit(stop).next().unwrap_or("");
    !hear(own).act.asks() && sentence.chars().any(char::is_alphanumeric) && !sentence.contains("://") && hear(sentence).act.closes()
}

#[cfg(test)]
mod tests;
