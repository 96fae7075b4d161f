//! Who came: a person, a machine, or ourselves, and by which rule. One judgement for short links, for visits that the script on one's own site
//! sends, for logs that are brought in, and for `hobnob lab visitor`. It keeps nothing. Begin with [`judge`]; `crowd.rs` judges by what somebody did
//! over many requests, `log.rs` reads the lines of web servers.

mod agents;
pub mod crowd;
pub mod log;
mod own;

use model::Visitor;

pub use own::{Own, OwnError};

/// What a request says of whoever sent it. Only judged, never kept, but for the host they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `None` where it isn't known, as in logs of the common form; empty where none was sent.
    pub user_agent: Option<String>,
    /// `None` where it isn't known.
    pub accept: Option<String>,
    /// `Sec-Purpose`, `Purpose` or `X-Moz`: a browser looking ahead.
    pub purpose: String,
    /// The address it came from; only its host is kept.
    pub referer: String,
    /// Where the connection came from; goes into a salted hash, and never into the store.
    pub place: String,
    /// A session of this desk was shown.
    pub is_signed_in: bool,
    /// `GET`, `HEAD` and so on; empty where it isn't known.
    pub method: String,
}

/// The rules, in the order in which they are asked: the first that fits decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    SignedIn,
    OwnPlace,
    OwnAgent,
    NoAgent,
    LooksAhead,
    NotGet,
    KnownAgent,
    SaysSo,
    Program,
    NoBrowser,
    NoPage,
    Robots,
    Scanner,
    Hurry,
    Browser,
    Unnamed,
}

impl Rule {
    pub const ALL: [Rule; 16] = [
        Rule::SignedIn,
        Rule::OwnPlace,
        Rule::OwnAgent,
        Rule::NoAgent,
        Rule::LooksAhead,
        Rule::NotGet,
        Rule::KnownAgent,
        Rule::SaysSo,
        Rule::Program,
        Rule::NoBrowser,
        Rule::NoPage,
        Rule::Robots,
        Rule::Scanner,
        Rule::Hurry,
        Rule::Browser,
        Rule::Unnamed,
    ];
    /// A word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Rule::SignedIn => "signed-in",
            Rule::OwnPlace => "own-address",
            Rule::OwnAgent => "own-agent",
            Rule::NoAgent => "no-agent",
            Rule::LooksAhead => "looks-ahead",
            Rule::NotGet => "not-get",
            Rule::KnownAgent => "known-agent",
            Rule::SaysSo => "says-so",
            Rule::Program => "program",
            Rule::NoBrowser => "no-browser",
            Rule::NoPage => "no-page",
            Rule::Robots => "robots",
            Rule::Scanner => "scanner",
            Rule::Hurry => "hurry",
            Rule::Browser => "browser",
            Rule::Unnamed => "unnamed",
        }
    }
    /// Whom it makes of a visitor.
    pub fn visitor(self) -> Visitor {
        match self {
            Rule::SignedIn | Rule::OwnPlace | Rule::OwnAgent => Visitor::Ourselves,
            Rule::Browser | Rule::Unnamed => Visitor::Person,
            _ => Visitor::Machine,
        }
    }
    /// Why, as a person reads it.
    pub fn why(self) -> &'static str {
        match self {
            Rule::SignedIn => "signed in at this desk",
            Rule::OwnPlace => "comes from an address that is said to be our own",
            Rule::OwnAgent => "names itself as we said that we do",
            Rule::NoAgent => "does not say what it is, as every browser does",
            Rule::LooksAhead => "a browser that looks ahead: nobody has pressed the link",
            Rule::NotGet => "asks for the head alone, or does not ask for a page at all",
            Rule::KnownAgent => "on the kept list of machines",
            Rule::SaysSo => "says itself that it is a machine, or draws the card of a link",
            Rule::Program => "a program's way of asking, not a browser's",
            Rule::NoBrowser => "does not name itself as browsers do",
            Rule::NoPage => "does not ask for a page that a person could read",
            Rule::Robots => "asked for robots.txt, which is written for machines",
            Rule::Scanner => "looked for ways in that are not there",
            Rule::Hurry => "asked for pages faster than anybody reads",
            Rule::Browser => "a browser that asks for a page",
            Rule::Unnamed => "nothing says that it is a machine; the line does not name a browser",
        }
    }
}

/// Who came, by one request alone.
pub fn judge(facts: &Facts, own: &Own) -> Rule {
    if facts.is_signed_in {
        return Rule::SignedIn;
    }
    if own.has_place(&facts.place) {
        return Rule::OwnPlace;
    }
    let agent = facts.user_agent.as_deref().map(|a| a.trim().to_ascii_lowercase());
    if agent.as_deref().is_some_and(|a| own.has_agent(a)) {
        return Rule::OwnAgent;
    }
    let purpose = facts.purpose.to_ascii_lowercase();
    if ["prefetch", "prerender", "preview"].iter().any(|p| purpose.contains(p)) {
        return Rule::LooksAhead;
    }
    if !facts.method.is_empty() && facts.method != "GET" && facts.method != "POST" {
        return Rule::NotGet;
    }
    let Some(agent) = agent else { return Rule::Unnamed };
    if agent.is_empty() || agent == "-" {
        return Rule::NoAgent;
    }
    if let Some(rule) = agents::judge(&agent) {
        return rule;
    }
    // Every browser that shows a page to a person asks for HTML, and says so.
    if facts.accept.as_deref().is_some_and(|a| !a.contains("text/html")) {
        return Rule::NoPage;
    }
    Rule::Browser
}

/// Who came: a person, a machine, or ourselves.
pub fn visitor_kind(facts: &Facts) -> Visitor {
    judge(facts, &Own::default()).visitor()
}

#[cfg(test)]
mod tests;
