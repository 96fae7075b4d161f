//! `hobnob demo`: a lived-in desk of invented people, on throw-away data.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use networks::http::Reach;
use networks::{Http, Networks};
use store::{Backend, Key, Store};
use tokio::net::TcpListener;
use verbs::App;

use crate::cli::desk::{Wrong, now};
use crate::config::Flags;
use crate::serve;

#[derive(Args)]
pub struct Arguments {}

/// Removed when the demonstration ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub async fn run(_: Arguments, flags: &Flags) -> Result<()> {
    let settings = flags.settle().map_err(Wrong::because)?;
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("the address {} can't be answered on", settings.listen))?;
    let address = format!("http://{}", listener.local_addr()?);
    let folder = Folder(std::env::temp_dir().join(format!("hobnob-demo-{}-{}", std::process::id(), now().as_millisecond())));
    std::fs::create_dir_all(&folder.0).with_context(|| format!("the folder {} can't be made", folder.0.display()))?;
    let store = Store::open(Backend::Lite(folder.0.join("hobnob.sqlite")), Key::random())?;
    let config = verbs::Config {
        public_url: address.clone(),
        data: folder.0.clone(),
        is_demo: true,
        steady: Some(crate::clock::steady),
        ..Default::default()
    };
    let app = App::new(store, Http::new(Reach::default()), Networks::default(), config);
    // The desk is filled before the address is told, under a session that nobody holds.
    verbs::desk::sample::enter(&app, rand::random(), now()).await?;
    serve::serve(app, listener, &format!("{address}/demo")).await
}
