//! Anyone's presence on a network, as that network shows it.

use crate::NetworkKey;

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Profile {
    pub network: NetworkKey,
    /// The network's own, opaque and lasting id (an account number qualified by its server, a DID, a feed's author name).
    pub remote_id: String,
    /// As people write it, without a leading `@`, always with its server where the network has servers.
    pub handle: String,
    /// The name they chose; the handle where they chose none.
    pub name: String,
    pub url: Option<String>,
    pub avatar_url: Option<String>,
    /// Their own words about themselves, as plain text.
    pub about: String,
    /// Links they state about themselves.
    pub links: Vec<String>,
    /// The network says that this is a machine.
    pub is_bot: bool,
    pub followers: Option<u64>,
}
