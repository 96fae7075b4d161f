//! The peers in `cargo x torment peers`: a queue of numbered posts is filled, and then worked off by a process that is killed (-9) again and
//! again. Each post is one call of a network that counts. Two ways: apalis, and the script that is in every tutorial: `for update skip
//! locked`, the call, `done`, in one transaction.

use std::time::Duration;

use anyhow::{Result, ensure};
use apalis::prelude::*;
use apalis_sqlite::SqliteStorage;
use futures::stream;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{ASK_EVERY, QUEUE, lite};

/// Posts on their way at the same time, with either.
const AT_ONCE: usize = 10;
/// A worker that says nothing for two of these counts as dead, and what it had is done by another.
const HEARTBEAT: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Puts `jobs` posts in line, due at once.
pub async fn fill(store: &str, jobs: usize) -> Result<()> {
    if store.starts_with("postgres://") {
        let pool = PgPool::connect(store).await?;
        sqlx::query("create table posts (id bigint primary key, done bigint not null default 0)").execute(&pool).await?;
        sqlx::query("insert into posts (id) select n from generate_series(0, $1) as n").bind(jobs as i64 - 1).execute(&pool).await?;
        return Ok(());
    }
    let pool = lite(store).await?;
    let mut backend = SqliteStorage::<usize>::new(&pool).with_config(apalis_sqlite::Config::default().queue(QUEUE));
    let mut tasks = stream::iter((0..jobs).map(|n: usize| TaskBuilder::new(n).build()));
    backend.push_all(&mut tasks).await.map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok(())
}

/// Works them off; ends when nothing is left in line.
pub async fn post(store: &str, network: &str) -> Result<()> {
    if store.starts_with("postgres://") {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(AT_ONCE as u32).connect(store).await?;
        return Ok(futures::future::try_join_all((0..AT_ONCE).map(|_| script(&pool, network))).await.map(drop)?);
    }
    let pool = lite(store).await?;
    let config = apalis_sqlite::Config::default().queue(QUEUE).batch_size(AT_ONCE).heartbeat_interval(HEARTBEAT).missed_heartbeats(2);
    let backend = SqliteStorage::<usize>::new(&pool).with_config(config);
    let worker = WorkerBuilder::new(format!("peer-{}", std::process::id()))
        .backend(backend.poll_with_interval(ASK_EVERY))
        .data(network.to_owned())
        .concurrency(AT_ONCE)
        .parallelize(tokio::spawn)
        .build(handle);
    let watch = async {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let left: i64 = sqlx::query_scalar("select count(*) from Jobs where status <> 'Done'").fetch_one(&pool).await?;
            if left == 0 {
                return Ok(());
            }
        }
    };
    tokio::select! {
        ended = worker.run() => anyhow::bail!("the worker ended: {ended:?}"),
        watched = watch => watched,
    }
}

async fn handle(job: usize, network: Data<String>) -> Result<(), BoxDynError> {
    Ok(call(&network, job as i64).await?)
}

/// One of those who work off the table.
async fn script(pool: &PgPool, network: &str) -> Result<()> {
    loop {
        let mut transaction = pool.begin().await?;
        let next: Option<i64> = sqlx::query_scalar("select id from posts where done = 0 order by id limit 1 for update skip locked")
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(id) = next else { return Ok(()) };
        call(network, id).await?;
        sqlx::query("update posts set done = 1 where id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
}

/// Posts number `id`; done when the network says so.
async fn call(network: &str, id: i64) -> Result<()> {
    let mut line = TcpStream::connect(network).await?;
    line.write_all(format!("POST /{id} HTTP/1.1\r\nhost: {network}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").as_bytes()).await?;
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await?;
    ensure!(answer.ends_with(b"200"), "it did not take it");
    Ok(())
}
