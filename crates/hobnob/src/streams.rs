//! Streams: one task keeps the live connection of each account whose network has one. Accounts come and go while we serve.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use model::{AccountId, DeskId};
use store::StoreError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use verbs::App;
use verbs::converse::stream;

use crate::cli::desk::now;

/// How often the accounts are looked over.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Live connections in all; the accounts past it are read in turns as everybody else.
const STREAMS_MAX: usize = 200;

/// Keeps a stream for each account that wants one, until told to stop.
pub async fn keep(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut running: HashMap<(DeskId, AccountId), (watch::Sender<bool>, JoinHandle<()>)> = HashMap::new();
    while !*stopped.borrow() {
        match wanted(&app).await {
            Ok(wanted) => {
                running.retain(|key, (stop, task)| {
                    let stays = wanted.contains(key) && !task.is_finished();
                    if !stays {
                        let _ = stop.send(true);
                    }
                    stays
                });
                for key @ (desk, account) in wanted {
                    running.entry(key).or_insert_with(|| {
                        let (stop, stopping) = watch::channel(false);
                        (stop, tokio::spawn(stream::stream(app.clone(), desk, account, stopping, now)))
                    });
                }
            }
            Err(error) => tracing::error!("the accounts to stream can't be read: {error}"),
        }
        tokio::select! {
            _ = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopped.changed() => {}
        }
    }
    for (stop, _) in running.values() {
        let _ = stop.send(true);
    }
    for (_, (_, task)) in running {
        let _ = task.await;
    }
}

async fn wanted(app: &App) -> Result<Vec<(DeskId, AccountId)>, StoreError> {
    let all = app.store.read_unscoped::<_, StoreError>(|tx| tx.working_accounts()).await?;
    let streams = |network: &model::NetworkKey| app.networks.get(network).is_some_and(|n| n.stream().is_some());
    Ok(all.into_iter().filter(|(_, _, network)| streams(network)).map(|(desk, account, _)| (desk, account)).take(STREAMS_MAX).collect())
}
