//! apalis at the same work as Hobnob in `cargo x bench publish`: so many jobs due in the same second, each fetched, handled by a function
//! that answers at once, and its outcome kept. Prints one line of JSON.
//!
//! `peer-apalis STORE JOBS BATCH CONCURRENCY`, where STORE is a path for SQLite or an address of PostgreSQL. `peer-apalis fill STORE JOBS` and
//! `peer-apalis post STORE NETWORK` are the peers' part in `cargo x torment peers` (`killed.rs`).

mod killed;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use apalis::prelude::*;
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use futures::stream;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

const QUEUE: &str = "publish";
/// How often the worker asks when nothing wakes it. The shortest that costs nothing to speak of.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// Between the filling and the due second.
const AHEAD: u64 = 3;
const RUN_MAX: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// When each job was begun, in microseconds since the due second.
struct Seen {
    due: SystemTime,
    begun: Vec<AtomicU64>,
    count: AtomicUsize,
}

async fn handle(job: usize, seen: Data<Arc<Seen>>) -> Result<(), BoxDynError> {
    let late = seen.due.elapsed().unwrap_or_default().as_micros() as u64;
    seen.begun[job].store(late.max(1), Ordering::Relaxed);
    seen.count.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

macro_rules! run {
    ($storage:expr, $seen:expr, $jobs:expr, $due:expr, $concurrency:expr, $done:expr) => {{
        let mut backend = $storage;
        let due = $due;
        let mut tasks = stream::iter((0..$jobs).map(move |n: usize| TaskBuilder::new(n).run_at_timestamp(due).build()));
        backend.push_all(&mut tasks).await.map_err(|e| anyhow::anyhow!("{e}"))?;
        let worker = WorkerBuilder::new("peer")
            .backend(backend.poll_with_interval(ASK_EVERY))
            .data($seen.clone())
            .concurrency($concurrency)
            .parallelize(tokio::spawn)
            .build(handle);
        let began = Instant::now();
        let watch = async {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                // The store is asked only when every job was handled, so that the asking slows nothing.
                if $seen.count.load(Ordering::Relaxed) >= $jobs && $done.await? >= $jobs as i64 {
                    return Ok(());
                }
                if began.elapsed() > RUN_MAX {
                    bail!("{} of {} were handled", $seen.count.load(Ordering::Relaxed), $jobs);
                }
            }
        };
        tokio::select! {
            ended = worker.run() => bail!("the worker ended: {ended:?}"),
            watched = watch => watched?,
        }
    }};
}

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [store, jobs, batch, concurrency] = &words[..] else {
        return match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["fill", store, jobs] => killed::fill(store, jobs.parse()?).await,
            ["post", store, network] => killed::post(store, network).await,
            _ => bail!("peer-apalis STORE JOBS BATCH CONCURRENCY, fill STORE JOBS, or post STORE NETWORK"),
        };
    };
    let (jobs, batch, concurrency): (usize, usize, usize) = (jobs.parse()?, batch.parse()?, concurrency.parse()?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let due = now + AHEAD + jobs as u64 / 5_000;
    let seen = Arc::new(Seen {
        due: UNIX_EPOCH + Duration::from_secs(due),
        begun: (0..jobs).map(|_| AtomicU64::new(0)).collect(),
        count: AtomicUsize::new(0),
    });
    if store.starts_with("postgres://") {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(8).connect(store).await?;
        PostgresStorage::<()>::setup(&pool).await.context("its tables")?;
        sqlx::query("delete from apalis.jobs").execute(&pool).await?;
        let config = apalis_postgres::Config::default().queue(QUEUE).batch_size(batch);
        let done = || async { sqlx::query_scalar::<_, i64>("select count(*) from apalis.jobs where status = 'Done'").fetch_one(&pool).await };
        run!(PostgresStorage::<usize>::new(&pool).with_config(config), seen, jobs, due, concurrency, done());
    } else {
        let pool = lite(store).await?;
        let config = apalis_sqlite::Config::default().queue(QUEUE).batch_size(batch);
        let done = || async { sqlx::query_scalar::<_, i64>("select count(*) from Jobs where status = 'Done'").fetch_one(&pool).await };
        run!(SqliteStorage::<usize>::new(&pool).with_config(config), seen, jobs, due, concurrency, done());
    }
    let seconds = seen.due.elapsed()?.as_secs_f64();
    let mut late: Vec<f64> = seen.begun.iter().map(|at| at.load(Ordering::Relaxed) as f64 / 1000.0).collect();
    late.sort_by(f64::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    println!("{}", serde_json::json!({ "jobs": jobs, "seconds": seconds, "begun_ms": [at(0.5), at(0.99), at(1.0)] }));
    Ok(())
}

/// The same as Hobnob's: a write-ahead log, and every commit on the disk. apalis' own set-up would switch the syncing off.
async fn lite(store: &str) -> Result<sqlx::SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(store)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    SqliteStorage::<()>::migrations().run(&pool).await.context("its tables")?;
    let full: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&pool).await?;
    anyhow::ensure!(full == 2, "synchronous is {full}, not FULL");
    Ok(pool)
}
