//! Serving: the pages, and beside them the worker that does what is due.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use store::StoreError;
use tokio::net::TcpListener;
use tokio::sync::watch;
use verbs::App;

use crate::cli::desk::{now, say};
use crate::config::Settings;
use crate::open;
use crate::worker::work;

/// How long running work may take to end when we are told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Opens the desk and serves it until told to stop.
pub async fn run(settings: Settings) -> Result<()> {
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("the address {} can't be answered on", settings.listen))?;
    let address = listener.local_addr()?;
    let public = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let app = open::app(&settings, &public)?;
    let _alone = alone(&app, &settings).await?;
    serve(app, listener, &format!("http://{address}")).await
}

/// One server a data folder. What a server that was killed had claimed is then free at once, and does not wait for its lease to end.
/// A PostgreSQL may have several servers, whose leases stand.
async fn alone(app: &App, settings: &Settings) -> Result<std::fs::File> {
    let path = settings.data.join("hobnob.lock");
    let file =
        std::fs::File::options().create(true).append(true).open(&path).with_context(|| format!("{} can't be written", path.display()))?;
    if settings.database.is_none() {
        if file.try_lock().is_err() {
            anyhow::bail!("another Hobnob serves {} already: stop it first, or choose another folder with --data", settings.data.display());
        }
        app.store.write_unscoped::<_, StoreError>(|tx| tx.free_jobs()).await?;
    }
    Ok(file)
}

/// Serves an app that is open already.
pub async fn serve(app: Arc<App>, listener: TcpListener, address: &str) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(work(app.clone(), now, stopped.clone()));
    let visits = tokio::spawn(crate::visits::keep(app.clone(), stopped.clone()));
    let streams = tokio::spawn(crate::streams::keep(app.clone(), stopped.clone()));
    let firehoses: Vec<_> = app
        .config
        .firehoses
        .iter()
        .map(|(network, address)| {
            tokio::spawn(verbs::listen::firehose::firehose(app.clone(), network.clone(), address.clone(), stopped.clone(), now))
        })
        .collect();
    say(format!("Hobnob is at {address}"));
    let mut stopping = stopped.clone();
    let site = web::Site::new(web::Wiring { public_address: url::Url::parse(&app.config.public_url).ok(), app: app.clone(), clock: now });
    let pages = axum::serve(listener, web::routes(site).into_make_service_with_connect_info::<std::net::SocketAddr>());
    let pages = tokio::spawn(
        pages
            .with_graceful_shutdown(async move {
                let _ = stopping.changed().await;
            })
            .into_future(),
    );
    told_to_stop().await;
    let _ = stop.send(true);
    let _ = tokio::time::timeout(STOP_WITHIN, async {
        let _ = worker.await;
        let _ = streams.await;
        for firehose in firehoses {
            let _ = firehose.await;
        }
        let _ = pages.await;
        let _ = visits.await;
    })
    .await;
    // Whoever came while the rest was ending.
    if let Err(error) = verbs::reflect::visit::flush(&app).await {
        tracing::warn!(%error, "the last visits could not be kept");
    }
    Ok(())
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
