//! Who we are on Nostr when a call is made: the account's secret, read, and its relays, opened.

use super::circle::Circle;
use super::signer::{Kept, Signer};
use crate::{Answer, Call};

pub struct Us {
    pub kept: Kept,
    pub signer: Signer,
}

impl Us {
    pub fn of(call: &Call<'_>) -> Answer<Us> {
        let kept = Kept::read(call.secret)?;
        let signer = kept.signer()?;
        Ok(Us { kept, signer })
    }
    pub fn public(&self) -> &str {
        &self.kept.public
    }
    pub async fn circle<'a>(&'a self, call: &Call<'a>) -> Circle<'a> {
        Circle::open(call.http, &self.signer, &self.kept.relays, call.now).await
    }
}
