//! Many writers share a commit, and none of them can tell: on whichever database the test runs with.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use futures_util::future::join_all;
use proptest::prelude::*;
use store::{Backend, Key, Store, StoreError, args};
use testkit::Scene;

/// What a closure of the tests does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Writes,
    Fails,
    Panics,
    /// A statement of it fails, and it carries on as if nothing were.
    Forgives,
}

async fn one(scene: &Scene, n: usize, does: Does) -> Result<(), StoreError> {
    let name = format!("key {n}");
    scene
        .kept
        .store
        .write(&scene.seat, move |tx| {
            tx.set_setting(&name, "kept")?;
            match does {
                Does::Writes => Ok(()),
                Does::Fails => Err(StoreError::Conflict("on purpose".into())),
                Does::Panics => panic!("on purpose"),
                Does::Forgives => {
                    assert!(tx.run("insert into settings (desk, name, value) values ($1, $2, $3)", &args![tx.desk(), &name, "x"]).is_err());
                    Ok(())
                }
            }
        })
        .await
}

async fn stands(scene: &Scene, n: usize) -> bool {
    let name = format!("key {n}");
    scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.setting(&name)).await.unwrap().is_some()
}

/// Keeps the writer busy, so that what is asked meanwhile makes one group. Dropping what it answers lets the writer go.
async fn busy(scene: &Scene) -> (mpsc::SyncSender<()>, tokio::task::JoinHandle<()>) {
    let (go, wait) = mpsc::sync_channel::<()>(1);
    let (store, seat) = (scene.kept.store.clone(), scene.seat.clone());
    let (began, begins) = tokio::sync::oneshot::channel();
    let first = tokio::spawn(async move {
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
    (go, first)
}

/// Runs them all in one group; answers what each was told.
async fn group(scene: &Scene, all: &[Does]) -> Vec<Result<(), StoreError>> {
    let (go, first) = busy(scene).await;
    let asked = join_all(all.iter().enumerate().map(|(n, does)| one(scene, n, *does)));
    // Asked in order, and all before the writer is free: the first poll of each hands it over.
    let let_go = async {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        drop(go);
    };
    let (told, ()) = tokio::join!(asked, let_go);
    first.await.unwrap();
    told
}

fn is_lite(scene: &Scene) -> bool {
    matches!(scene.kept.store.backend(), Backend::Lite(_))
}

#[tokio::test]
async fn one_that_fails_and_one_that_panics_are_undone_alone() {
    let scene = Scene::set("account ada@plaza").await;
    let told = group(&scene, &[Does::Writes, Does::Fails, Does::Writes, Does::Panics, Does::Writes]).await;
    assert_eq!(told.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false, true]);
    assert_eq!(told[1], Err(StoreError::Conflict("on purpose".into())));
    for n in 0..5 {
        assert_eq!(stands(&scene, n).await, n % 2 == 0, "closure {n}");
    }
}

#[tokio::test]
async fn what_is_told_is_what_stands_alone_and_in_company() {
    let scene = Scene::set("account ada@plaza").await;
    for (n, does) in [Does::Writes, Does::Fails, Does::Panics, Does::Forgives].into_iter().enumerate() {
        assert_eq!(one(&scene, n, does).await.is_ok(), stands(&scene, n).await, "{does:?} alone");
    }
    let told = group(&scene, &[Does::Writes, Does::Writes, Does::Writes, Does::Writes, Does::Writes, Does::Forgives]).await;
    assert_eq!(told[5].is_ok(), stands(&scene, 5).await, "forgiven in company");
    // SQLite forgives a statement, PostgreSQL does not: then nobody may be told that it stands.
    assert_eq!(told[5].is_ok(), is_lite(&scene));
}

#[tokio::test]
async fn a_group_is_run_in_the_order_in_which_it_was_asked() {
    let scene = Scene::set("account ada@plaza").await;
    let (go, first) = busy(&scene).await;
    let asked = join_all((0..100).map(|n| {
        scene.kept.store.write::<_, StoreError>(&scene.seat, move |tx| {
            let before = tx.setting("row")?.unwrap_or_default();
            tx.set_setting("row", &format!("{before} {n}"))
        })
    }));
    let let_go = async {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        drop(go);
    };
    let (told, ()) = tokio::join!(asked, let_go);
    first.await.unwrap();
    assert!(told.iter().all(Result::is_ok));
    let row = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| tx.setting("row")).await.unwrap().unwrap();
    assert_eq!(row, (0..100).map(|n| format!(" {n}")).collect::<String>());
}

#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let scene = Scene::set("account ada@plaza").await;
    let store = scene.kept.store.clone();
    let seen = Arc::new(AtomicU32::new(0));
    let asked = join_all((0..50).map(|n| {
        let (store, seat, seen) = (store.clone(), scene.seat.clone(), seen.clone());
        async move {
            store.write::<_, StoreError>(&seat, move |tx| tx.set_setting(&format!("key {n}"), "kept")).await.unwrap();
            // Another connection sees what is committed alone.
            let kept = store.read::<_, StoreError>(&seat, move |tx| tx.setting(&format!("key {n}"))).await.unwrap();
            assert!(kept.is_some(), "answered, and not there");
            seen.fetch_add(1, Ordering::Relaxed);
        }
    }));
    asked.await;
    assert_eq!(seen.load(Ordering::Relaxed), 50);
}

/// The plug is pulled in the middle of a group: a second store on the same file sees all of it or nothing.
#[tokio::test]
async fn a_group_that_was_not_committed_is_not_there() {
    let scene = Scene::set("account ada@plaza").await;
    let Backend::Lite(path) = scene.kept.store.backend().clone() else { return };
    let (go, first) = busy(&scene).await;
    let (store, seat) = (scene.kept.store.clone(), scene.seat.clone());
    let (held, hold) = mpsc::sync_channel::<()>(1);
    let (began, begins) = tokio::sync::oneshot::channel();
    let early = tokio::spawn({
        let (store, seat) = (store.clone(), seat.clone());
        async move { store.write::<_, StoreError>(&seat, |tx| tx.set_setting("key 0", "kept")).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    let late = tokio::spawn(async move {
        store
            .write::<_, StoreError>(&seat, move |_| {
                let _ = began.send(());
                let _ = hold.recv();
                Ok(())
            })
            .await
    });
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    drop(go);
    first.await.unwrap();
    begins.await.unwrap();
    // The first closure of the group has run, the second is in the middle: this is the moment of the kill.
    assert!(!early.is_finished(), "it was answered before the commit");
    let copy = scene.kept.folder().join("copy.sqlite");
    for ending in ["", "-wal"] {
        std::fs::copy(format!("{}{ending}", path.display()), format!("{}{ending}", copy.display())).unwrap();
    }
    drop(held);
    early.await.unwrap().unwrap();
    late.await.unwrap().unwrap();
    let after_the_kill = Store::open(Backend::Lite(copy), Key::new([7; 32])).unwrap();
    let kept = after_the_kill.read::<_, StoreError>(&scene.seat, |tx| tx.setting("key 0")).await.unwrap();
    assert_eq!(kept, None, "it had not been committed");
    assert!(stands(&scene, 0).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// Whatever the neighbours do, each is told the truth about itself.
    #[test]
    fn each_is_told_the_truth(all in prop::collection::vec(prop_oneof![
        4 => Just(Does::Writes), 1 => Just(Does::Fails), 1 => Just(Does::Panics)], 1..40))
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let scene = Scene::set("account ada@plaza").await;
            let told = group(&scene, &all).await;
            for (n, does) in all.iter().enumerate() {
                assert_eq!(told[n].is_ok(), *does == Does::Writes, "closure {n}");
                assert_eq!(stands(&scene, n).await, *does == Does::Writes, "closure {n}");
            }
        });
    }
}
