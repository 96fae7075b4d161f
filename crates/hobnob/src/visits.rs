//! Arrivals by short links are put into the store together, once a second, or sooner where many come.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use verbs::App;
use verbs::reflect::visit::flush;

/// What a killed process loses of visits, at most.
const EVERY: Duration = Duration::from_secs(1);

/// Goes on until told to stop.
pub async fn keep(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.gate.bell.notified() => {}
            _ = stopped.changed() => {}
        }
        if let Err(error) = flush(&app).await {
            tracing::warn!(%error, "visits wait, since the store does not take them");
        }
    }
}
