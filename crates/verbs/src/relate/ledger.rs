//! What a word between two people mostly was: something given, something asked for, or talk. Our own drafts say it of themselves; of
//! all else it is told from the words, and the page that shows it says so.

use model::Kind;

use crate::converse::is_question;

/// An answer of at least so many letters to a question is something given.
const ANSWER_LETTERS_MIN: usize = 25;

/// What a word was. `declared`: what its draft said, for ours. `answers`: the words it answers.
pub fn kind_of(declared: Option<Kind>, text: &str, answers: Option<&str>, has_own_link: bool) -> Kind {
    if let Some(kind) = declared {
        return kind;
    }
    // A reply counts as giving unless it carries a link of ours; that is asking.
    if has_own_link || is_question(text) {
        return Kind::Asks;
    }
    let answers_a_question = answers.is_some_and(is_question);
    if answers_a_question && text.chars().filter(|c| c.is_alphanumeric()).count() >= ANSWER_LETTERS_MIN {
        return Kind::Gives;
    }
    Kind::Talks
}

/// What was given or asked, in a few words for the ledger.
pub fn what_of(kind: Kind, has_own_link: bool, answers: Option<&str>) -> &'static str {
    match kind {
        Kind::Asks if has_own_link => "to come and look",
        Kind::Asks => "a question",
        Kind::Gives if answers.is_some() => "an answer",
        Kind::Gives => "something to have",
        Kind::Talks => "talk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_was() {
        let question = Some("Which thread should I take for a first book?");
        for (declared, text, answers, own_link, expected) in [
            (None, "Eighteen over three, waxed. Not more than that.", question, false, Kind::Gives),
            (None, "No idea", question, false, Kind::Talks),
            (None, "Eighteen over three, waxed. I wrote it all down here.", question, true, Kind::Asks),
            (None, "What do you take?", None, false, Kind::Asks),
            (None, "Lovely morning by the canal.", None, false, Kind::Talks),
            (Some(Kind::Gives), "Would you like my old press?", None, false, Kind::Gives),
        ] {
            assert_eq!(kind_of(declared, text, answers, own_link), expected, "{text}");
        }
    }
}
