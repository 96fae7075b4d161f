//! What came of going to a mail server, in one word that a caller can act on, and a sentence for a person.

use std::error::Error as _;

use super::Failed;

/// What a server said is kept so far; it may name the address.
const SAID_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, no name, or no answer. Nothing was given away; it may be tried again.
    Unreachable(String),
    /// It would not have been safe, or may not be called. Nothing was given away; somebody has to change something.
    Unsafe(String),
    /// The name and password were refused.
    SignIn(String),
    /// The server does not take letters from that sender.
    Sender(String),
    /// There is no such address, for good.
    Address(String),
    /// The letter itself was refused for good.
    Refused(String),
    /// Not now: it may be tried again.
    Later(String),
    /// The words were given away and no answer came: nobody can tell whether they were taken.
    Doubtful(String),
}

impl Trouble {
    /// Reads a failure; a final "no" of the server is what `no` makes of it.
    pub(super) fn of(failed: Failed, no: fn(String) -> Trouble) -> Trouble {
        let error = match failed {
            Failed::Late => return Trouble::Unreachable("it gave no answer in time".into()),
            Failed::Smtp(error) => error,
        };
        if error.status().is_some() {
            let said = said(&error);
            return if error.is_transient() { Trouble::Later(said) } else { no(said) };
        }
        match () {
            () if error.is_tls() => Trouble::Unsafe(format!("the encryption failed: {}", said(&error))),
            () if error.is_timeout() => Trouble::Unreachable("it gave no answer in time".into()),
            () => Trouble::Unreachable(said(&error)),
        }
    }
    /// Whether the same letter may go there later without being asked.
    pub fn may_be_tried_again(&self) -> bool {
        matches!(self, Trouble::Unreachable(_) | Trouble::Unsafe(_) | Trouble::SignIn(_) | Trouble::Later(_))
    }
    /// A sentence for a person.
    pub fn sentence(&self) -> String {
        match self {
            Trouble::Unreachable(why) => format!("The mail server can't be reached: {why}."),
            Trouble::Unsafe(why) => format!("Nothing was sent, because it would not be safe: {why}."),
            Trouble::SignIn(why) => format!("The mail server refuses the name and password: {why}."),
            Trouble::Sender(why) => format!("The mail server takes no letters from this sender: {why}."),
            Trouble::Address(why) => format!("The address is refused: {why}."),
            Trouble::Refused(why) => format!("The letter is refused: {why}."),
            Trouble::Later(why) => format!("The mail server asks to wait: {why}."),
            Trouble::Doubtful(why) => {
                format!("The letter was handed over and no answer came ({why}). It may have arrived; it is not sent again unasked.")
            }
        }
    }
}

/// What the server or the system said, cut short; a chain of causes from outside in.
fn said(error: &lettre::transport::smtp::Error) -> String {
    let mut words = error.status().map(|code| code.to_string()).unwrap_or_default();
    let mut cause = error.source();
    // A library's own words come first only where there is nothing else.
    let mut told = if cause.is_none() { error.to_string() } else { String::new() };
    while let Some(next) = cause {
        told = next.to_string();
        cause = next.source();
    }
    if !told.is_empty() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&told);
    }
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.trim_end_matches('.');
    match words.char_indices().nth(SAID_MAX) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}
