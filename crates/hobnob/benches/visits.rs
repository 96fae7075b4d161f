//! The two servers of `cargo x bench visits`: the whole site of the product, as it serves short links, and beside it a plain handler that looks the
//! link up and inserts one visit, in a transaction of its own, before it sends the visitor on. Both keep their commits on the disk alike.
//! `visits ours|plain FOLDER` prints where it answers and which code to follow; when its input ends it stops, and prints what it kept.

// A bench has a clock.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

#[path = "../src/visits.rs"]
mod visits;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Path as Code, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use jiff::Timestamp;
use model::{DeskId, Link, Role, Seat, VoiceId};
use networks::{Http, Networks};
use store::{Backend, Key, Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use verbs::{App, Config};

const CODE: &str = "Ab3dE7x";
const TARGET: &str = "https://fold.example/workshops";

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
    let [who, folder] = &words[..] else { panic!("visits ours|plain FOLDER") };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    println!("{}", serde_json::json!({"port": port, "path": format!("/go/{CODE}"), "target": TARGET}));
    let kept = if who == "ours" { ours(listener, Path::new(folder)).await } else { plain(listener, Path::new(folder)).await };
    println!("{}", serde_json::json!({ "kept": kept }));
}

/// Until the input ends.
async fn told_to_stop() {
    let _ = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin())).await;
}

async fn ours(listener: TcpListener, folder: &Path) -> u64 {
    let store = Store::open(Backend::Lite(folder.join("ours.sqlite")), Key::new([7; 32])).unwrap();
    let app = App::new(store, Http::new(Default::default()), Networks::default(), Config::default());
    let (seat, now) = (Seat::of_voice(DeskId(1), VoiceId(1), Role::Owner), Timestamp::now());
    let owner = seat.clone();
    let made = app.store.write_unscoped::<_, StoreError>(move |tx| {
        tx.put_desk(&model::Desk { id: DeskId(1), name: "Bench".into(), zone: "UTC".into(), created_at: now })?;
        tx.put_voice(&model::Voice { id: VoiceId(1), name: "Ada".into() }, "none", now)?;
        tx.put_seat(&owner, now)
    });
    made.await.unwrap();
    let link = Link {
        id: store::fresh_id(now),
        code: CODE.into(),
        target: TARGET.into(),
        aim: None,
        draft: None,
        conversation: None,
        person: None,
        created_at: now,
    };
    app.store.write::<_, StoreError>(&seat, move |tx| tx.links().put(&link, None)).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let keeper = tokio::spawn(visits::keep(app.clone(), stopped));
    let site = web::Site::new(web::Wiring { app: app.clone(), clock: Timestamp::now, public_address: None });
    let pages = axum::serve(listener, web::routes(site).into_make_service_with_connect_info::<SocketAddr>());
    tokio::select! { _ = pages => {}, () = told_to_stop() => {} }
    stop.send(true).unwrap();
    keeper.await.unwrap();
    // As the server does at its end: who came while others were put in.
    verbs::reflect::visit::flush(&app).await.unwrap();
    app.store.read_unscoped::<_, StoreError>(|tx| tx.count("select count(*) from visits", &[])).await.unwrap()
}

type Shared = Arc<Mutex<rusqlite::Connection>>;

async fn plain(listener: TcpListener, folder: &Path) -> u64 {
    let db = rusqlite::Connection::open(folder.join("plain.sqlite")).unwrap();
    db.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full;
         create table links (code text primary key, target text not null);
         create table visits (id integer primary key, code text not null, at integer not null, agent text not null, from_host text);",
    )
    .unwrap();
    db.execute("insert into links values ($1, $2)", (CODE, TARGET)).unwrap();
    let db: Shared = Arc::new(Mutex::new(db));
    let site = Router::new().route("/go/{code}", get(go)).with_state(db.clone());
    let pages = axum::serve(listener, site);
    tokio::select! { _ = pages => {}, () = told_to_stop() => {} }
    let db = db.lock().unwrap();
    db.query_row("select count(*) from visits", [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}

async fn go(State(db): State<Shared>, Code(code): Code<String>, headers: HeaderMap) -> Response {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let work = move || {
        let db = db.lock().unwrap();
        let target: Option<String> =
            db.prepare_cached("select target from links where code = $1").unwrap().query_row([&code], |row| row.get(0)).ok();
        let now = Timestamp::now().as_millisecond();
        db.prepare_cached("insert into visits (code, at, agent) values ($1, $2, $3)").unwrap().execute((&code, now, &agent)).unwrap();
        target
    };
    match tokio::task::spawn_blocking(work).await.unwrap() {
        Some(target) => (StatusCode::FOUND, [(header::LOCATION, target)]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
