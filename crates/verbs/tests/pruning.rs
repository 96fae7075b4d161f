//! What others said is forgotten with time, by age and by number, and what anybody here had a part in never is.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use jiff::SignedDuration;
use model::Timestamp;
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use testkit::{Scene, scene::at};
use verbs::converse::sync;
use verbs::jobs::{Job, Next, perform};
use verbs::listen::pruning::{self, Keeping};
use verbs::listen::sightings::pass;
use verbs::listen::topics::{TopicWish, add};
use verbs::listen::{Filter, sightings};
use verbs::{App, Config, Cx, VerbError};

const KITCHEN: &str = r#"
    account ada@plaza
    post 08:00 ben@plaza "Any tips for a cold kitchen? My #sourdough starter sulks."
    post 08:05 cat@plaza "Put it on the fridge." > 1
    post 08:10 tom@plaza "Sourdough from our shop, 20 % off, buy now https://shop.example/x"
    post 08:30 eve@plaza "My sourdough rises well."
    post 08:40 ada@plaza "My own sourdough sleeps."
    post 08:45 dan@plaza "So does mine." > 5
"#;

struct Desk {
    scene: Scene,
    app: Arc<App>,
}

impl Desk {
    /// A desk that follows sourdough, with everything of the kitchen brought in at nine.
    async fn set() -> Desk {
        let scene = Scene::set(KITCHEN).await;
        let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default());
        let desk = Desk { scene, app };
        sync::sync(desk.cx(0), desk.scene.account("ada@plaza")).await.unwrap();
        desk.follow("sourdough", 0).await;
        desk
    }
    /// At nine, so many days later.
    fn cx(&self, days: i64) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now: later(days) }
    }
    async fn follow(&self, query: &str, days: i64) {
        let topic = add(self.cx(days), TopicWish { query: query.into(), ..TopicWish::default() }).await.unwrap();
        let watches = self.read(move |tx| tx.watches().of_topic(topic)).await;
        for watch in watches {
            perform(self.cx(days), Job::Hear(watch.id)).await.unwrap();
        }
    }
    async fn read<T: Send + 'static>(&self, work: impl FnOnce(&store::Tx<'_>) -> store::Kept<T> + Send + 'static) -> T {
        self.scene.kept.store.read::<_, StoreError>(&self.scene.seat, work).await.unwrap()
    }
    async fn keep_house(&self, days: i64) {
        for _ in 0..20 {
            let Next::At(next) = perform(self.cx(days), Job::KeepHouse).await.unwrap() else { panic!("house-keeping goes on") };
            if next > later(days) + SignedDuration::from_secs(1) {
                return;
            }
        }
        panic!("the walk does not end");
    }
    /// The beginnings of everything that is kept, by when it was said.
    async fn words(&self) -> Vec<String> {
        let all = self
            .read(|tx| {
                let old = tx.pruning().walk((Timestamp::MIN, model::PostId(i64::MIN)), Timestamp::MAX, 100)?;
                tx.posts().find_all(&old.iter().map(|o| o.post).collect::<Vec<_>>())
            })
            .await;
        all.into_iter().flatten().map(|kept| kept.post.text.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
    }
    /// Every row that hangs on a post which is gone, by table.
    async fn dangling(&self) -> u64 {
        self.read(|tx| {
            let mut n = 0;
            for table in ["sightings", "post_tags", "search_rows"] {
                n += tx.count(
                    &format!("select count(*) from {table} t where not exists (select 1 from posts p where p.desk = t.desk and p.id = t.post)"),
                    &[],
                )?;
            }
            n += tx.count(
                "select count(*) from thread_keys t where not exists (select 1 from conversations c where c.desk = t.desk and c.id = t.conversation)",
                &[],
            )?;
            Ok(n)
        })
        .await
    }
}

fn later(days: i64) -> Timestamp {
    at("09:00") + SignedDuration::from_hours(24 * days)
}

const ALL: [&str; 6] = ["Any tips", "Put it", "Sourdough from", "My sourdough", "My own", "So does"];

#[tokio::test]
async fn talk_that_is_nobodys_here_is_forgotten_with_age() {
    let desk = Desk::set().await;
    // Cat's answer hangs on Ben's question, and Dan's on ours.
    assert_eq!(desk.words().await, ALL);
    let seen = sightings(desk.cx(0), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap();
    let eve = seen.iter().find(|s| s.who == "Eve").unwrap().id;
    pass(desk.cx(0), eve).await.unwrap();

    desk.keep_house(399).await;
    assert_eq!(desk.words().await, ALL, "not yet");
    desk.keep_house(401).await;
    assert_eq!(desk.words().await, ["My sourdough", "My own", "So does"], "what was turned down and what answers us stay");
    assert_eq!(desk.dangling().await, 0);
    let standing = pruning::standing(desk.cx(401)).await.unwrap();
    assert_eq!((standing.posts, standing.forgotten, standing.walked_at), (3, (2, 3), Some(later(401))));

    // Found again by another topic, it does not come back; what was said lately does.
    desk.follow("starter OR shop", 401).await;
    assert_eq!(desk.words().await, ["My sourdough", "My own", "So does"]);
    pruning::set(desk.cx(401), Keeping { days: 0, posts: 0 }).await.unwrap();
    desk.follow("cold OR shop", 401).await;
    assert!(desk.words().await.contains(&"Any tips".to_owned()), "kept for ever, it may");
    desk.keep_house(4000).await;
    assert!(desk.words().await.contains(&"Any tips".to_owned()));
}

#[tokio::test]
async fn when_there_are_too_many_the_oldest_go_but_none_of_the_last_weeks() {
    let desk = Desk::set().await;
    desk.scene.kept.store.write::<_, StoreError>(&desk.scene.seat, |tx| tx.set_setting("keeping", "0 5")).await.unwrap();
    desk.keep_house(10).await;
    assert_eq!(desk.words().await, ALL, "too young");
    desk.keep_house(20).await;
    assert_eq!(desk.words().await, ["Sourdough from", "My sourdough", "My own", "So does"], "a whole talk goes, and then it is enough");
    // The same again is not taken in; it would only go again.
    desk.follow("starter OR fridge", 20).await;
    assert_eq!(desk.words().await.len(), 4);
}

#[tokio::test]
async fn what_can_be_chosen_is_bounded_and_owned() {
    let desk = Desk::set().await;
    for (days, posts, field) in [(89, 0, "days"), (36_501, 0, "days"), (0, 9_999, "posts"), (0, 1_000_000_001, "posts")] {
        let wrong = pruning::set(desk.cx(0), Keeping { days, posts }).await;
        assert!(matches!(&wrong, Err(VerbError::Wrong { field: f, .. }) if *f == field), "{days} {posts}: {wrong:?}");
    }
    assert_eq!(pruning::standing(desk.cx(0)).await.unwrap().keeping, Keeping::default());
    pruning::set(desk.cx(0), Keeping { days: 90, posts: 10_000 }).await.unwrap();
    assert_eq!(pruning::standing(desk.cx(0)).await.unwrap().keeping, Keeping { days: 90, posts: 10_000 });
}

/// One thing that somebody here did about Ben's talk: its name, and how it is kept.
type Mark = (&'static str, fn(&store::Tx<'_>, model::ConversationId, model::PostId) -> store::Kept<()>);

const MARKS: [Mark; 11] = [
    ("done", |tx, talk, _| mark(tx, talk, |m| m.done_at = Some(later(1)))),
    ("joined", |tx, talk, _| mark(tx, talk, |m| m.joined_at = Some(later(1)))),
    ("later", |tx, talk, _| mark(tx, talk, |m| m.later_until = Some(later(900)))),
    ("later, when they write", |tx, talk, _| mark(tx, talk, |m| m.later_until_reply = true)),
    ("muted", |tx, talk, _| mark(tx, talk, |m| m.muted_at = Some(later(1)))),
    ("an aim", |tx, talk, _| mark(tx, talk, |m| m.aim = Some(model::AimId(5)))),
    ("a colleague's", |tx, talk, _| mark(tx, talk, |m| m.assigned = Some(model::VoiceId(1)))),
    ("a note", |tx, talk, _| row(tx, "insert into notes (desk, id, conversation, text, at) values ($1, 1, $2, 'warm', 1)", talk.0)),
    ("a promise", |tx, talk, post| {
        let sql = "insert into promises (desk, post, conversation, words, due_at, state, said_at, decided_at) values ($1, $2, $3, 'soon', 1, 'kept', 1, 1)";
        tx.run(sql, &store::args![tx.desk(), post, talk]).map(drop)
    }),
    ("a correction", |tx, _, post| {
        let sql = "insert into kind_corrections (desk, post, does, side, lesson, at) values ($1, $2, 'asks', 'personal', $3, 1)";
        tx.run(sql, &store::args![tx.desk(), post, vec![1_u8]]).map(drop)
    }),
    ("a like", |tx, _, post| {
        row(
            tx,
            "insert into signs (desk, id, account, post, kind, is_mine, remote_id, at) values ($1, 1, 1, $2, 'like', 1, 'x', 1)",
            post.0,
        )
    }),
];

fn mark(tx: &store::Tx<'_>, talk: model::ConversationId, change: impl FnOnce(&mut store::conversations::Marks)) -> store::Kept<()> {
    let mut marks = tx.conversations().get(talk)?.marks;
    change(&mut marks);
    tx.conversations().set_marks(talk, &marks)
}

fn row(tx: &store::Tx<'_>, sql: &str, about: i64) -> store::Kept<()> {
    tx.run(sql, &store::args![tx.desk(), about]).map(drop)
}

#[tokio::test]
async fn whatever_somebody_did_about_a_talk_keeps_it() {
    let desk = Desk::set().await;
    for (name, keep) in MARKS {
        let kept = desk
            .scene
            .kept
            .store
            .write::<_, Undone>(&desk.scene.seat, move |tx| {
                let old = tx.pruning().walk((Timestamp::MIN, model::PostId(i64::MIN)), Timestamp::MAX, 1)?[0];
                let talk = old.conversation.unwrap();
                assert!(tx.pruning().is_free(talk, later(1))?, "nobody's without it");
                assert!(!tx.pruning().is_free(talk, at("08:00"))?, "nor older than it is");
                keep(tx, talk, old.post)?;
                Err::<(), _>(Undone(tx.pruning().is_free(talk, later(1))?))
            })
            .await;
        let Err(Undone(is_free)) = kept else { panic!("it is taken back") };
        assert!(!is_free, "{name}");
    }
}

/// What came of a transaction that is taken back, so that the next mark stands alone.
struct Undone(bool);

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Undone {
        panic!("{error}")
    }
}
