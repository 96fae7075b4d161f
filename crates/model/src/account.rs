//! Our own presences on networks, and their secrets.

use crate::{AccountId, Rules, Timestamp};

/// The key of a kind of network, such as it stands in rows and addresses; opaque outside `networks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkKey(pub String);

impl NetworkKey {
    pub fn new(key: &str) -> Self {
        Self(key.to_owned())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for NetworkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Our own presence on a network. Its secret is kept apart from it, sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: AccountId,
    pub network: NetworkKey,
    /// Where its server is: scheme, host and port, without a path (`https://social.example`); for a feed, the feed's own address.
    pub server: String,
    /// The network's own, opaque id of this account.
    pub remote_id: String,
    /// As people write it, without a leading `@` (`ada@social.example`, `ada.example`).
    pub handle: String,
    pub name: String,
    pub avatar_url: Option<String>,
    /// Its page for people.
    pub url: Option<String>,
    /// What this very server allows, as last asked of it.
    pub rules: Rules,
    pub state: AccountState,
    pub created_at: Timestamp,
}

/// Whether we may still speak through an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountState {
    Working,
    /// The network recognisably refused our token; only the person can mend it.
    SignInAgain,
    /// Switched off by its owner here.
    Resting,
}

impl AccountState {
    pub fn word(&self) -> &'static str {
        match self {
            AccountState::Working => "working",
            AccountState::SignInAgain => "sign-in-again",
            AccountState::Resting => "resting",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "working" => Self::Working,
            "sign-in-again" => Self::SignInAgain,
            "resting" => Self::Resting,
            _ => return None,
        })
    }
}

/// A network's secret for one account, in that network's own form (opaque JSON text). Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The words themselves; for sealing, and for the network that made them.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
