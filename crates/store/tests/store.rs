//! The store keeps its promises on whichever database the test runs with.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]
// See testkit: SQLite, or PostgreSQL where HOBNOB_TEST_DB names one.
use model::*;
use store::jobs::Line;
use store::{StoreError, args, posts::Put, posts::Sight};
use testkit::{Scene, scene::at};

#[tokio::test]
async fn a_failed_transaction_leaves_nothing() {
    let scene = Scene::set("account ada@plaza").await;
    let store = &scene.kept.store;
    let failed: Result<(), StoreError> = store
        .write(&scene.seat, |tx| {
            tx.set_setting("hold", "20")?;
            Err(StoreError::Conflict("on purpose".into()))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(store.read::<_, StoreError>(&scene.seat, |tx| tx.setting("hold")).await.unwrap(), None);
}

#[tokio::test]
async fn the_mark_moves_with_every_commit_and_with_nothing_else() {
    let scene = Scene::set("account ada@plaza").await;
    let store = &scene.kept.store;
    let Some(before) = store.mark() else {
        assert!(matches!(store.backend(), store::Backend::Pg(_)), "SQLite always has a mark");
        return;
    };
    store.read::<_, StoreError>(&scene.seat, |tx| tx.accounts().list()).await.unwrap();
    let undone: Result<(), StoreError> = store
        .write(&scene.seat, |tx| {
            tx.set_setting("hold", "20")?;
            Err(StoreError::Conflict("on purpose".into()))
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(store.mark(), Some(before), "nothing was written");
    store.write::<_, StoreError>(&scene.seat, |tx| tx.set_setting("hold", "30")).await.unwrap();
    let after = store.mark().unwrap();
    assert_ne!(after, before);
    let store::Backend::Lite(path) = store.backend() else { panic!("a mark without SQLite") };
    let other = store::Store::open(store::Backend::Lite(path.clone()), store.key().clone()).unwrap();
    other.write::<_, StoreError>(&scene.seat, |tx| tx.set_setting("hold", "40")).await.unwrap();
    assert_ne!(store.mark(), Some(after), "somebody else wrote");
}

#[tokio::test]
async fn a_desk_never_sees_anothers_rows() {
    let scene = Scene::set("account ada@plaza").await;
    let other = Seat::of_clock(DeskId(2));
    assert_eq!(scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| tx.accounts().list()).await.unwrap().len(), 1);
    assert!(scene.kept.store.read::<_, StoreError>(&other, |tx| tx.accounts().list()).await.unwrap().is_empty());
    let id = scene.account("ada@plaza");
    assert_eq!(scene.kept.store.read::<_, StoreError>(&other, move |tx| tx.accounts().secret(id)).await.unwrap(), None);
}

#[tokio::test]
async fn a_job_is_given_to_one_worker_and_comes_back_when_its_lease_is_over() {
    let scene = Scene::set("account ada@plaza").await;
    let store = &scene.kept.store;
    store.write::<_, StoreError>(&scene.seat, |tx| tx.jobs().put("sync", 7, Line::default(), at("09:00"), at("08:00"))).await.unwrap();
    let claim =
        |now: &'static str, until: &'static str| store.write_unscoped::<_, StoreError>(move |tx| tx.claim_jobs(at(now), at(until), 10));
    assert!(claim("08:59", "09:01").await.unwrap().is_empty());
    let first = claim("09:00", "09:02").await.unwrap();
    assert_eq!(first.len(), 1);
    assert!(claim("09:01", "09:03").await.unwrap().is_empty(), "it is leased");
    let second = claim("09:02", "09:04").await.unwrap();
    assert_eq!(second.len(), 1, "the lease is over");
    let job = first[0].clone();
    store.write_unscoped::<_, StoreError>(move |tx| tx.finish_job(&job, None)).await.unwrap();
    assert!(
        store.read::<_, StoreError>(&scene.seat, |tx| tx.jobs().due("sync", 7)).await.unwrap().is_some(),
        "the first worker's lease had passed on"
    );
    let job = second[0].clone();
    store.write_unscoped::<_, StoreError>(move |tx| tx.finish_job(&job, None)).await.unwrap();
    assert_eq!(store.read::<_, StoreError>(&scene.seat, |tx| tx.jobs().due("sync", 7)).await.unwrap(), None);
}

#[tokio::test]
async fn a_job_put_in_line_while_it_is_done_is_done_once_more() {
    let scene = Scene::set("account ada@plaza").await;
    let store = &scene.kept.store;
    store.write::<_, StoreError>(&scene.seat, |tx| tx.jobs().put("sync", 7, Line::default(), at("09:00"), at("08:00"))).await.unwrap();
    let job = store.write_unscoped::<_, StoreError>(|tx| tx.claim_jobs(at("09:00"), at("09:05"), 1)).await.unwrap().remove(0);
    store.write::<_, StoreError>(&scene.seat, |tx| tx.jobs().put("sync", 7, Line::default(), at("09:01"), at("09:01"))).await.unwrap();
    store.write_unscoped::<_, StoreError>(move |tx| tx.finish_job(&job, None)).await.unwrap();
    let again = store.write_unscoped::<_, StoreError>(|tx| tx.claim_jobs(at("09:01"), at("09:05"), 1)).await.unwrap();
    assert_eq!(again.len(), 1);
}

#[tokio::test]
async fn a_secret_is_sealed_and_its_version_grows() {
    let scene = Scene::set("account ada@plaza").await;
    let id = scene.account("ada@plaza");
    let store = &scene.kept.store;
    let raw: Vec<u8> = store
        .read::<_, StoreError>(&scene.seat, move |tx| {
            tx.get("a secret", "select sealed from secrets where desk = $1 and account = $2", &args![tx.desk(), id], |row| row.get(0))
        })
        .await
        .unwrap();
    assert!(!raw.windows(6).any(|w| w == b"fake-1"));
    store.write::<_, StoreError>(&scene.seat, move |tx| tx.accounts().put_secret(id, &Secret::new("fake-2"), at("10:00"))).await.unwrap();
    let (secret, version) = store.read::<_, StoreError>(&scene.seat, move |tx| tx.accounts().secret(id)).await.unwrap().unwrap();
    assert_eq!((secret.reveal(), version), ("fake-2", 2));
}

#[tokio::test]
async fn a_post_seen_twice_is_one_and_an_older_sight_undoes_no_edit() {
    let scene = Scene::set("account ada@plaza\npost 09:00 ben@plaza \"Hello\"").await;
    let mut post = scene.networks["plaza"].said_by("ben@plaza").remove(0);
    let account = scene.account("ada@plaza");
    let store = &scene.kept.store;
    let put = |post: Post| {
        store.write::<_, StoreError>(&scene.seat, move |tx| {
            let author = tx.profiles().put(&post.author, at("09:00"))?;
            tx.posts().put(&post, &Sight { author: author.id, account: Some(account), is_mine: false, names_me: false }, at("09:01"))
        })
    };
    let Put::New(id) = put(post.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(put(post.clone()).await.unwrap(), Put::Known(id));
    let old = post.clone();
    post.text = "Hello, all".into();
    post.edited_at = Some(at("09:30"));
    assert_eq!(put(post).await.unwrap(), Put::Changed(id));
    assert_eq!(put(old).await.unwrap(), Put::Known(id));
    let kept = store.read::<_, StoreError>(&scene.seat, move |tx| tx.posts().get(id)).await.unwrap();
    assert_eq!((kept.post.text.as_str(), kept.post.author.handle.as_str()), ("Hello, all", "ben@plaza"));
    assert_eq!(kept.post.at.tag, "tag-1");
}

#[tokio::test]
async fn every_table_is_dumped_and_what_is_dumped_goes_back() {
    let scene = Scene::set("account ada@plaza\npost 09:00 ben@plaza \"Hello\"").await;
    let tables = scene
        .kept
        .store
        .read_unscoped::<_, StoreError>(|tx| {
            let sql = match tx.dialect() {
                store::Dialect::Lite => "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
                store::Dialect::Pg => {
                    "select cast(table_name as text) from information_schema.tables where table_schema = current_schema() order by 1"
                }
            };
            tx.all(sql, &[], |row| row.get::<String>(0))
        })
        .await
        .unwrap();
    let mut known: Vec<String> = store::dump::TABLES.iter().map(|t| (*t).to_owned()).chain(["steps".to_owned()]).collect();
    // What search looks in is made from the posts; on PostgreSQL it is one table.
    known.extend(store::dump::MADE_TABLES.iter().filter(|t| tables.iter().any(|there| there == *t)).map(|t| (*t).to_owned()));
    assert!(known.iter().any(|t| t == "search_rows"));
    known.sort();
    assert_eq!(tables, known, "store/src/dump.rs names every table");

    let everything = |store: &store::Store| {
        let store = store.clone();
        async move {
            store
                .read_unscoped::<_, StoreError>(|tx| {
                    tx.hold_still()?;
                    let mut all = Vec::new();
                    for table in store::dump::TABLES {
                        tx.dump(table, |row| {
                            all.push((*table, row));
                            Ok(())
                        })?;
                    }
                    Ok(all)
                })
                .await
                .unwrap()
        }
    };
    let before = everything(&scene.kept.store).await;
    assert!(before.iter().any(|(table, _)| *table == "secrets"));
    let other = testkit::TestStore::open();
    let rows = before.clone();
    other.store.write_unscoped::<_, StoreError>(move |tx| rows.iter().try_for_each(|(table, row)| tx.undump(table, row))).await.unwrap();
    assert_eq!(everything(&other.store).await, before);
    let hostile = serde_json::json!({"id) values (1); drop table desks; --": 1});
    assert!(other.store.write_unscoped::<_, StoreError>(move |tx| tx.undump("desks", &hostile)).await.is_err());
}

#[tokio::test]
async fn people_are_found_by_their_words() {
    let scene = Scene::set("account ada@plaza").await;
    let network = NetworkKey::new("plaza");
    let ben = Profile {
        network: network.clone(),
        remote_id: "ben".into(),
        handle: "ben@plaza".into(),
        name: "Ben 100% Baker".into(),
        about: "bakes bread".into(),
        avatar_url: Some("https://plaza.example/ben.png".into()),
        ..Profile::default()
    };
    let looked = |words: &'static [&'static str]| {
        let terms: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let (store, seat) = (scene.kept.store.clone(), scene.seat.clone());
        async move { store.read::<_, StoreError>(&seat, move |tx| tx.search().people(&terms)).await.unwrap().len() }
    };
    scene.kept.store.write::<_, StoreError>(&scene.seat, move |tx| tx.profiles().put(&ben, at("09:00")).map(|_| ())).await.unwrap();
    assert_eq!(looked(&["BREAD"]).await, 1);
    assert_eq!(looked(&["ben@", "baker"]).await, 1);
    assert_eq!(looked(&["100%"]).await, 1, "a sign of the pattern language is a plain letter");
    assert_eq!(looked(&["1_0"]).await, 0);
    assert_eq!(looked(&["bread", "wine"]).await, 0, "every word must be there");
}

#[tokio::test]
async fn the_time_of_a_sitting_is_counted_by_aim_and_by_place() {
    use store::sittings::{KeptSitting, SittingStep, SpentOn};
    let scene = Scene::set("account ada@plaza").await;
    let account = scene.account("ada@plaza");
    let sums = scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| {
            let now = at("09:00");
            let mut sitting = KeptSitting { id: tx.fresh(now), voice: None, minutes: 20, begun_at: now, seen_at: now, ended_at: None };
            tx.sittings().put(&sitting)?;
            let step = |place, aim: Option<i64>, seconds| SittingStep {
                place,
                kind: "talk".into(),
                target: 7,
                who: "Ben".into(),
                why: "Ben asked you.".into(),
                aim: aim.map(AimId),
                account: Some(account),
                network: "plaza".into(),
                begun_at: Some(now),
                seconds,
                outcome: None,
            };
            for s in [step(0, Some(1), 60), step(1, None, 30), SittingStep { begun_at: None, ..step(2, Some(1), 0) }] {
                tx.sittings().put_step(sitting.id, &s)?;
            }
            let answered = SittingStep { seconds: 90, outcome: Some("answered".into()), ..step(0, Some(1), 0) };
            tx.sittings().put_step(sitting.id, &answered)?;
            sitting.ended_at = Some(at("09:20"));
            tx.sittings().put(&sitting)?;
            assert_eq!(tx.sittings().last(None)?, Some(sitting.clone()));
            assert_eq!(tx.sittings().steps(sitting.id)?[0], answered);
            let sum = |on: SpentOn<'_>| tx.sittings().seconds(&on, at("00:00"), at("23:00"));
            Ok([
                sum(SpentOn::Everything)?,
                sum(SpentOn::Aim(AimId(1)))?,
                sum(SpentOn::Account(account))?,
                sum(SpentOn::Network("plaza"))?,
                sum(SpentOn::Network("other"))?,
            ])
        })
        .await
        .unwrap();
    assert_eq!(sums, [120, 90, 120, 120, 0]);
}
