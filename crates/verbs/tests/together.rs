//! Much that is due at the same time is begun, settled and kept together; and nobody can tell from what is kept. On whichever database
//! the test runs with.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, mpsc};

use futures_util::future::join_all;
use model::*;
use networks::Http;
use store::{StoreError, args};
use testkit::Scene;
use testkit::scene::at;
use verbs::jobs::{Next, perform_claimed};
use verbs::publish::{self, drafts};
use verbs::{App, Config, Cx};

const SCENE: &str = "voice Ada
account ada@plaza
account ada@nook
post 08:00 ben@plaza \"Any tips for a cold kitchen? @ada\"
post 08:05 eve@plaza \"And for a cold cellar?\"";

struct Desk {
    scene: Scene,
    app: Arc<App>,
}

impl Desk {
    async fn set() -> Desk {
        let scene = Scene::set(SCENE).await;
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), config);
        Desk { scene, app }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    async fn plan(&self, text: &str, change: impl FnOnce(&mut Draft)) -> Vec<DeliveryId> {
        let mut kept = drafts::fresh(self.cx(at("09:00"))).await.unwrap();
        kept.draft.text = text.into();
        change(&mut kept.draft);
        let id = kept.draft.id;
        drafts::save(self.cx(at("09:00")), kept, vec![]).await.unwrap();
        let accounts: Vec<AccountId> = self.scene.accounts.values().copied().collect();
        publish::plan(self.cx(at("09:00")), id, &accounts, at("09:00")).await.unwrap()
    }
    /// All kinds of posts: plain ones, threads, one that names somebody, one with a link.
    async fn plan_all(&self) {
        for n in 0..6 {
            self.plan(&format!("Number {n}, plain."), |_| {}).await;
        }
        let long = ["First", "Second", "Third"].map(|w| format!("{w} {}.", "and quite some words ".repeat(12).trim())).join("\n\n");
        self.plan(&long, |_| {}).await;
        self.plan("Thank you, @ben@plaza, see https://bread.example/oven", |draft| draft.kind = Kind::Gives).await;
        self.plan("With a warning.", |draft| draft.warning = Some("Bread".into())).await;
    }
    /// Does all due work until there is none: each piece alone, or all of it at once; and files what landed.
    async fn work(&self, is_together: bool) {
        let mut now = at("09:00");
        for _ in 0..20 {
            if !self.send(now, is_together).await {
                return;
            }
            while publish::filing::file_some(&self.app).await.unwrap() {}
            now += jiff::SignedDuration::from_secs(1);
        }
        panic!("it never ends");
    }
    /// Sends what is due, as the worker does: what lands is not filed yet. Whether there was anything.
    async fn send(&self, now: Timestamp, is_together: bool) -> bool {
        let claim = move |tx: &mut store::Unscoped<'_>| tx.claim_jobs(now, now + jiff::SignedDuration::from_mins(5), 1000);
        let jobs = self.app.store.write_unscoped::<_, StoreError>(claim).await.unwrap();
        let jobs: Vec<_> = jobs.into_iter().filter(|job| job.kind == "deliver").collect();
        let each = jobs.iter().map(|job| perform_claimed(self.cx(now), job));
        if is_together && !jobs.is_empty() {
            let go = self.hold_writer().await;
            let let_go = async {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                drop(go);
            };
            let (done, ()) = tokio::join!(join_all(each), let_go);
            assert!(done.into_iter().all(|done| done == Ok(None)), "crossed off with what came of it");
        } else {
            for one in each {
                assert_eq!(one.await, Ok(None));
            }
        }
        !jobs.is_empty()
    }
    async fn rows(&self, sql: &'static str) -> Vec<String> {
        let read = move |tx: &store::Tx<'_>| tx.all(sql, &args![], |row| row.get::<String>(0));
        self.app.store.read::<_, StoreError>(&self.scene.seat, read).await.unwrap()
    }
    /// Keeps the store's writer busy, so that what is asked meanwhile is asked together.
    async fn hold_writer(&self) -> mpsc::SyncSender<()> {
        let (go, wait) = mpsc::sync_channel::<()>(1);
        let (store, seat) = (self.app.store.clone(), self.scene.seat.clone());
        let (began, begins) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            store
                .write::<_, StoreError>(&seat, move |_| {
                    let _ = began.send(());
                    let _ = wait.recv();
                    Ok(())
                })
                .await
                .unwrap();
        });
        begins.await.unwrap();
        go
    }
    /// All that is kept, in words that hold no row's number.
    async fn kept(&self) -> Vec<String> {
        let words = |tx: &store::Tx<'_>| {
            let mut all = Vec::new();
            for sql in [
                "select 'post ' || p.network || ' ' || p.text || ' mine ' || p.is_mine || ' heard ' || (p.heard_at is not null) || ' answers ' || coalesce(q.text, '-')
                   || ' delivered ' || coalesce(d.state, '-') || ' ' || coalesce(cast(d.part_index as text), '-') || ' in ' || c.who || '/' || c.words || '/' || c.turn
                   || '/' || c.because || '/' || c.box || '/' || c.posts || '/' || c.voices || '/' || c.networks || ' tag ' || (t.tag is not null)
                 from posts p left join posts q on q.desk = p.desk and q.network = p.network and q.remote_id = p.reply_to
                 left join deliveries d on d.desk = p.desk and d.id = p.delivery and d.post = p.id
                 left join conversations c on c.desk = p.desk and c.id = p.conversation
                 left join post_tags t on t.desk = p.desk and t.post = p.id and t.account = p.account",
                "select 'box ' || box || ' ' || n from box_counts where n <> 0",
                "select 'delivery ' || state || ' ' || attempts || ' ' || part_index || ' ' || (post is not null) || ' ' || (landed_id is not null) from deliveries",
                "select 'attempt ' || number || ' ' || coalesce(outcome, '-') || ' ' || (ended_at is not null) from attempts",
                "select 'name ' || network || ' ' || (name like 'draft:%') || ' ' || count(*) from thread_keys group by network, name like 'draft:%'",
                "select 'talk ' || from_me || ' ' || from_them from talks",
                "select 'between ' || is_mine from between_us",
                "select 'job ' || kind from jobs where kind = 'deliver'",
                "select 'conversations ' || count(*) from conversations",
            ] {
                all.extend(tx.all(sql, &args![], |row| row.get::<String>(0))?);
            }
            all.sort();
            Ok(all)
        };
        self.app.store.read::<_, StoreError>(&self.scene.seat, words).await.unwrap()
    }
}

#[tokio::test]
async fn what_lands_together_is_kept_as_what_lands_alone() {
    let (alone, together) = (Desk::set().await, Desk::set().await);
    for (desk, is_together) in [(&alone, false), (&together, true)] {
        desk.plan_all().await;
        desk.work(is_together).await;
    }
    let (alone, together) = (alone.kept().await, together.kept().await);
    assert_eq!(alone, together);
    assert!(alone.iter().any(|line| line.starts_with("post plaza Number 3") && line.contains("delivered landed 0")), "{alone:#?}");
    assert!(alone.iter().any(|line| line.contains("answers First and") && line.contains("delivered landed 1")), "{alone:#?}");
    assert!(!alone.iter().any(|line| line.starts_with("job")), "{alone:#?}");
}

#[tokio::test]
async fn one_that_is_broken_spoils_nobody_else() {
    let desk = Desk::set().await;
    let broken = desk.plan("This one is broken.", |_| {}).await[0];
    let well = desk.plan("This one is well.", |_| {}).await;
    let spoil = move |tx: &store::Tx<'_>| tx.run("update deliveries set part = '{' where desk = $1 and id = $2", &args![tx.desk(), broken]);
    desk.app.store.write::<_, StoreError>(&desk.scene.seat, spoil).await.unwrap();
    let go = desk.hold_writer().await;
    let all: Vec<DeliveryId> = [broken].into_iter().chain(well.iter().copied()).collect();
    let let_go = async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        drop(go);
    };
    let cx = desk.cx(at("09:00"));
    let (done, ()) = tokio::join!(join_all(all.iter().map(|id| publish::deliver(cx, *id))), let_go);
    assert!(done[0].is_err());
    assert!(done[1..].iter().all(|done| *done == Ok(Next::Over)), "{done:?}");
    for id in well {
        let d = desk.app.store.read::<_, StoreError>(&desk.scene.seat, move |tx| tx.deliveries().get(id)).await.unwrap();
        assert_eq!((d.state, d.attempts), (DeliveryState::Landed, 1));
    }
}

#[tokio::test]
async fn one_that_is_taken_back_or_begun_meanwhile_is_not_sent() {
    let desk = Desk::set().await;
    let mut all = Vec::new();
    for n in 0..4 {
        all.extend(desk.plan(&format!("Number {n}."), |_| {}).await);
    }
    let (taken_back, begun) = (all[0], all[1]);
    let go = desk.hold_writer().await;
    // Asked first, and so done first; the deliveries ask while the writer is busy with something else.
    let change = desk.app.store.write::<_, StoreError>(&desk.scene.seat, move |tx| {
        assert!(tx.deliveries().cancel(taken_back)?);
        assert!(tx.deliveries().begin_attempt(begun, at("09:00"))?.is_some());
        Ok(())
    });
    let let_go = async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        drop(go);
    };
    let cx = desk.cx(at("09:00"));
    let (changed, done, ()) = tokio::join!(change, join_all(all.iter().map(|id| publish::deliver(cx, *id))), let_go);
    changed.unwrap();
    assert_eq!(done[0], Ok(Next::Over));
    assert!(matches!(done[1], Ok(Next::At(_))), "it is looked for, and not sent again: {:?}", done[1]);
    assert!(done[2..].iter().all(|done| *done == Ok(Next::Over)));
    let posts: u32 = desk.scene.networks.values().map(|n| *n.world().calls.get(&testkit::Op::Post).unwrap_or(&0)).sum();
    assert_eq!(posts as usize, all.len() - 2);
}

/// Each delivery: its part, whether it is to be filed, whether a post is kept of it, and whether that one counts as taken down.
const FILED: &str =
    "select d.part_index || ' ' || coalesce(d.unfiled, -1) || ' ' || (p.id is not null) || ' ' || (p.deleted_at is not null)
  from deliveries d left join posts p on p.desk = d.desk and p.id = d.post and p.delivery = d.id order by d.id";

fn yes(word: &str) -> bool {
    matches!(word, "1" | "true")
}

/// `(unfiled, is_kept, is_down)` of each.
async fn filed(desk: &Desk) -> Vec<(i64, bool, bool)> {
    let rows = desk.rows(FILED).await;
    rows.iter()
        .map(|row| {
            let words: Vec<&str> = row.split(' ').collect();
            (words[1].parse().unwrap(), yes(words[2]), yes(words[3]))
        })
        .collect()
}

#[tokio::test]
async fn what_has_landed_is_filed_afterwards_and_once() {
    let desk = Desk::set().await;
    desk.plan("A word.", |_| {}).await;
    let long = ["First", "Second"].map(|w| format!("{w} {}.", "and quite some words ".repeat(14).trim())).join("\n\n");
    desk.plan(&long, |_| {}).await;
    // The parts of a thread leave one after another, whether or not anything is filed between.
    for second in 0..3 {
        desk.send(at("09:00") + jiff::SignedDuration::from_secs(second), true).await;
    }
    let all = filed(&desk).await;
    assert!(all.len() > 4 && all.iter().all(|one| *one == (1, false, false)), "{all:?}");
    assert!(!publish::filing::file_some(&desk.app).await.unwrap(), "they are few");
    assert!(filed(&desk).await.iter().all(|one| *one == (-1, true, false)));
    let kept = desk.kept().await;
    assert!(kept.iter().any(|line| line.contains("answers First and") && line.contains("delivered landed 1")), "{kept:#?}");
    assert!(!publish::filing::file_some(&desk.app).await.unwrap());
    assert_eq!(desk.kept().await, kept);
}

#[tokio::test]
async fn what_is_taken_down_before_it_is_filed_is_kept_as_taken_down() {
    let desk = Desk::set().await;
    let planned = desk.plan("A slip.", |_| {}).await;
    desk.send(at("09:00"), true).await;
    let of = planned[0];
    let draft = desk.app.store.read::<_, StoreError>(&desk.scene.seat, move |tx| Ok(tx.deliveries().get(of)?.draft)).await.unwrap();
    publish::follow::take_down(desk.cx(at("09:01")), draft).await.unwrap();
    for id in planned {
        publish::follow::follow(desk.cx(at("09:01")), id).await.unwrap();
    }
    assert!(filed(&desk).await.iter().all(|one| *one == (-1, true, true)), "{:?}", filed(&desk).await);
    publish::filing::file_some(&desk.app).await.unwrap();
    assert!(filed(&desk).await.iter().all(|one| *one == (-1, true, true)));
}

#[tokio::test]
async fn one_that_cannot_be_filed_holds_up_nobody_else() {
    let desk = Desk::set().await;
    let broken = desk.plan("This one is broken.", |_| {}).await[0];
    desk.plan("This one is well.", |_| {}).await;
    desk.send(at("09:00"), true).await;
    let spoil = move |tx: &store::Tx<'_>| tx.run("update deliveries set part = '{' where desk = $1 and id = $2", &args![tx.desk(), broken]);
    desk.app.store.write::<_, StoreError>(&desk.scene.seat, spoil).await.unwrap();
    assert!(!publish::filing::file_some(&desk.app).await.unwrap());
    let all = filed(&desk).await;
    assert_eq!(all.iter().filter(|one| **one == (0, false, false)).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|one| **one == (-1, true, false)).count(), all.len() - 1, "{all:?}");
}
