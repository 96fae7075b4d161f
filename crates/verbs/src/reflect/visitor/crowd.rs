//! What somebody did over many requests: a whole log is looked through before any line of it is judged, so that a machine is one from its first
//! line on.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use jiff::{SignedDuration, Timestamp};

use super::log::{Line, is_page};
use super::{Own, Rule, judge};

/// Lines of one log that are judged together.
pub const LINES_MAX: usize = 2_000_000;
/// More pages than these within [`HURRY_WITHIN`] nobody reads.
const PAGES_MAX: usize = 30;
const HURRY_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// Ways in that scanners try; a person has no business there.
const WAYS_IN: &[&str] = &[
    "/.env",
    "/.git",
    "/.aws",
    "/.ssh",
    "/.svn",
    "/.htaccess",
    "/.htpasswd",
    "/.ds_store",
    "/wp-login.php",
    "/wp-admin",
    "/wp-includes/",
    "/wp-content/plugins/",
    "/xmlrpc.php",
    "/wlwmanifest.xml",
    "/phpmyadmin",
    "/pma/",
    "/myadmin",
    "/phpinfo",
    "/cgi-bin/",
    "/vendor/phpunit",
    "/actuator",
    "/solr/",
    "/boaform",
    "/hnap1",
    "/shell",
    "/config.json",
    "/server-status",
    "/owa/",
    "/autodiscover",
    "/.vscode",
    "/backup.sql",
    "/dump.sql",
    "/etc/passwd",
    "/../",
    "/administrator/",
    "/manager/html",
    "/jenkins",
    "/eval-stdin.php",
];

/// What one visitor did, by address and agent.
#[derive(Default)]
struct Deeds {
    is_robot: bool,
    is_scanner: bool,
    is_hurried: bool,
    /// When it asked for its last pages.
    pages: std::collections::VecDeque<Timestamp>,
}

/// Everybody of one log. Addresses are hashed with a salt of this run, and forgotten with it.
pub struct Crowd {
    salt: RandomState,
    own: Own,
    deeds: HashMap<u64, Deeds>,
}

impl Crowd {
    pub fn new(own: Own) -> Crowd {
        Crowd { salt: RandomState::new(), own, deeds: HashMap::new() }
    }

    fn key(&self, line: &Line) -> Option<u64> {
        (!line.facts.place.is_empty()).then(|| self.salt.hash_one((&line.facts.place, &line.facts.user_agent)))
    }

    /// Notes what a line shows of whoever asked. Lines come in the order of time.
    pub fn note(&mut self, line: &Line) {
        let Some(key) = self.key(line) else { return };
        let deeds = self.deeds.entry(key).or_default();
        let path = line.path.to_ascii_lowercase();
        deeds.is_robot |= path == "/robots.txt";
        // On one's own site a way in may well be there, and then it is used rightly.
        let is_refused = line.status.is_some_and(|s| s >= 400 && s != 401);
        deeds.is_scanner |= is_refused && WAYS_IN.iter().any(|way| path.contains(way));
        let (Some(at), true) = (line.at, !deeds.is_hurried && line.facts.method == "GET" && is_page(&line.path)) else { return };
        deeds.pages.push_back(at);
        while deeds.pages.front().is_some_and(|first| at.duration_since(*first) > HURRY_WITHIN) {
            deeds.pages.pop_front();
        }
        deeds.is_hurried |= deeds.pages.len() > PAGES_MAX;
    }

    /// Who sent a line: by what it says itself, and by what the same visitor did before and after.
    pub fn judge(&self, line: &Line) -> Rule {
        let rule = judge(&line.facts, &self.own);
        if rule.visitor() != model::Visitor::Person {
            return rule;
        }
        match self.key(line).and_then(|key| self.deeds.get(&key)) {
            Some(deeds) if deeds.is_robot => Rule::Robots,
            Some(deeds) if deeds.is_scanner => Rule::Scanner,
            Some(deeds) if deeds.is_hurried => Rule::Hurry,
            _ => rule,
        }
    }
}
