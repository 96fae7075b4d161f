//! What is known of a conversation when it is weighed. Reach is not among the facts, on purpose: how many follow somebody says nothing
//! about whether we could be of use.

use model::Nature;
use serde::{Deserialize, Serialize};

use super::inside::Inside;

/// Everything that is weighed. What a file of posts can't tell (the topic, whom we know) stays at its default there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// What was said in it, as far as it is known.
    pub inside: Inside,
    /// Sold goods or canned words, as told from the words alone.
    pub is_selling: bool,
    pub is_canned: bool,
    /// What we have to do with it; `None` where nobody asks for himself.
    pub ours: Option<Ours>,
}

/// What a conversation is to us.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ours {
    pub topic: String,
    /// Different things of the topic that it holds.
    pub found: u32,
    /// How often it names them.
    pub times: u32,
    /// A tag or the headline says so.
    pub is_about_it: bool,
    /// The aim that the topic serves.
    pub aim: Option<String>,
    /// Who in it we have talked with, closest first.
    pub known: Vec<Known>,
    /// Where it stands, as a person would call it.
    pub venue: String,
    /// What we did there lately.
    pub gave: u32,
    pub asked: u32,
    pub talked: u32,
    /// The first words of a note or an earlier post of ours that holds what is asked for.
    pub have: Option<String>,
    /// What speaks is a brand or a machine, if it is not a person: its word.
    pub not_a_person: Option<String>,
    pub noes_here: u32,
    pub noes_elsewhere: u32,
    pub are_we_in: bool,
    /// What our own Join and Not for me are counted by: `topic 4`, `network plaza`.
    pub marks: Vec<String>,
}

/// Somebody in it whom we know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    pub name: String,
    pub is_close: bool,
    pub is_warm: bool,
}

/// The word for what is not a person.
pub fn not_a_person(nature: Nature) -> Option<String> {
    match nature {
        Nature::Bot => Some("machine".into()),
        Nature::Brand => Some("brand".into()),
        Nature::Person => None,
    }
}
