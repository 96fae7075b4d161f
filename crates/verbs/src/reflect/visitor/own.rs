//! Which addresses and agents are our own.

use std::net::IpAddr;

/// What may be said to be ours.
const OWN_MAX: usize = 100;

/// Addresses, networks of addresses, and parts of user agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    places: Vec<(IpAddr, u8)>,
    /// In lower case.
    agents: Vec<String>,
}

/// What is wrong with one that was said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    #[error("“{0}” is no network of addresses; one is written as 192.0.2.0/24")]
    Network(String),
    #[error("an own agent is some letters of it, such as MyMonitor/1")]
    Empty,
    #[error("at most {OWN_MAX} of our own addresses and agents are minded")]
    TooMany,
}

impl Own {
    /// Reads what was said: an address, a network such as `192.0.2.0/24`, else a part of a user agent.
    pub fn read<'s>(said: impl IntoIterator<Item = &'s str>) -> Result<Own, OwnError> {
        let mut own = Own::default();
        for one in said.into_iter().map(str::trim) {
            if own.places.len() + own.agents.len() >= OWN_MAX {
                return Err(OwnError::TooMany);
            }
            if one.is_empty() {
                return Err(OwnError::Empty);
            }
            if let Ok(address) = one.parse::<IpAddr>() {
                own.places.push((address.to_canonical(), 128));
                continue;
            }
            match one.split_once('/').map(|(address, bits)| (address.parse::<IpAddr>(), bits.parse::<u8>())) {
                Some((Ok(address), Ok(bits))) if bits <= if address.is_ipv4() { 32 } else { 128 } => own.places.push((address, bits)),
                Some((Ok(_), _)) => return Err(OwnError::Network(one.to_owned())),
                _ => own.agents.push(one.to_ascii_lowercase()),
            }
        }
        Ok(own)
    }
    pub(super) fn has_place(&self, place: &str) -> bool {
        if self.places.is_empty() {
            return false;
        }
        let Ok(address) = place.parse::<IpAddr>().map(|a| a.to_canonical()) else { return false };
        self.places.iter().any(|(own, bits)| match (own, address) {
            (IpAddr::V4(own), IpAddr::V4(here)) => same(u128::from(own.to_bits()), u128::from(here.to_bits()), 32, *bits),
            (IpAddr::V6(own), IpAddr::V6(here)) => same(own.to_bits(), here.to_bits(), 128, *bits),
            _ => false,
        })
    }
    pub(super) fn has_agent(&self, agent: &str) -> bool {
        self.agents.iter().any(|own| agent.contains(own))
    }
}

/// Whether the first `bits` of `width` are the same.
fn same(a: u128, b: u128, width: u8, bits: u8) -> bool {
    let rest = u32::from(width - bits.min(width));
    a.checked_shr(rest).unwrap_or(0) == b.checked_shr(rest).unwrap_or(0)
}
