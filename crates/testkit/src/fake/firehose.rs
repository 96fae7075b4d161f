//! Everything that is said in the network of our own making, as it is said.

use async_trait::async_trait;
use model::{Post, Timestamp};
use networks::*;

use super::{FakeNetwork, Op, place};

/// How often it is looked whether there is more in a firehose.
const FLOW_LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(5);
/// So much at a time.
const STRETCH: usize = 3;

#[async_trait]
impl Firehose for FakeNetwork {
    fn usual(&self) -> &'static str {
        "fake:"
    }
    async fn read(&self, _http: &Http, address: &str, from: &Cursor, out: tokio::sync::mpsc::Sender<Stretch>) -> Answer<()> {
        if from.0 == "unknown" {
            return Err(NetworkError::Refused(format!("{address} knows no such place")));
        }
        // A first reading begins with what comes.
        let first = if from.0.is_empty() { self.world().flow.len() } else { place(from) };
        let mut at = first;
        while !out.is_closed() {
            let (flow, breaks_after) = {
                let world = self.world();
                let end = (at + STRETCH).min(world.flow.len());
                (world.flow[at.min(end)..end].to_vec(), world.breaks_after)
            };
            if flow.is_empty() {
                tokio::time::sleep(FLOW_LOOK_EVERY).await;
                continue;
            }
            at += flow.len();
            let seen = |flow: &Flow| if let Flow::Said(post) = flow { Some(post.created_at) } else { None };
            let seen = flow.iter().rev().find_map(seen).unwrap_or(Timestamp::UNIX_EPOCH);
            if out.send(Stretch { flow, next: Cursor(at.to_string()), at: seen }).await.is_err() {
                break;
            }
            if breaks_after.is_some_and(|many| at - first >= many) {
                return Err(NetworkError::Away("it broke".into()));
            }
        }
        Ok(())
    }
    async fn fill(&self, _call: &Call<'_>, ids: &[String]) -> Answer<Vec<Post>> {
        self.meet(Op::Search)?;
        let world = self.world();
        Ok(world.posts.iter().filter(|p| ids.contains(&p.at.id) && !world.deleted.contains(&p.at.id)).cloned().collect())
    }
}
