//! The pauses between one connection that broke and the next: they double, and begin anew after a connection that held.

use jiff::SignedDuration;
use model::Timestamp;
use tokio::sync::watch;

const FIRST: SignedDuration = SignedDuration::from_secs(2);
const LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// A connection that held this long was a good one: its next pause is the first again.
const GOOD_AFTER: SignedDuration = SignedDuration::from_mins(2);

pub(crate) struct Pauses(SignedDuration);

impl Default for Pauses {
    fn default() -> Self {
        Pauses(FIRST)
    }
}

impl Pauses {
    /// The other side asks for a pause of its own.
    pub fn wait_until(&mut self, until: Timestamp, now: Timestamp) {
        self.0 = until.duration_since(now).clamp(FIRST, LONGEST);
    }

    /// Rests after a connection that held so long. `false`: told to stop meanwhile.
    pub async fn rest(&mut self, held: SignedDuration, stop: &mut watch::Receiver<bool>) -> bool {
        if held > GOOD_AFTER {
            self.0 = FIRST;
        }
        let pause = std::time::Duration::try_from(self.0).expect("no pause is below nothing");
        self.0 = (self.0 * 2).min(LONGEST);
        tokio::select! {
            _ = tokio::time::sleep(pause) => true,
            _ = stop.changed() => false,
        }
    }
}
