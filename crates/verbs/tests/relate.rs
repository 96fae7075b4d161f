//! The room where people are known: what is between us, ties, joining and taking apart, forgetting.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::{Kind, Nature, PersonId, TieWord, Timestamp};
use networks::http::Reach;
use networks::{Http, Sign};
use proptest::prelude::*;
use store::StoreError;
use testkit::{Scene, scene::at};
use verbs::converse::{Arrival, sync, take_in};
use verbs::reflect::aims::{self, AimWish};
use verbs::reflect::hanging;
use verbs::relate::people::{Filter, Who};
use verbs::relate::person::{Happening, PersonPage};
use verbs::relate::{a_while, edit, people, person};
use verbs::{App, Config, Cx, VerbError};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}
fn cx<'a>(scene: &'a Scene, app: &'a App, clock: &str) -> Cx<'a> {
    Cx { app, seat: &scene.seat, now: at(clock) }
}
fn days_later(days: i64) -> Timestamp {
    at("12:00") + jiff::SignedDuration::from_hours(24 * days)
}
async fn bring(scene: &Scene, app: &App, clock: &str) {
    for (handle, account) in &scene.accounts {
        sync::bring(cx(scene, app, clock), *account).await.unwrap();
        // Our own words come with threads and with what we send; here, at once.
        let posts = scene.networks[handle.split('@').nth(1).unwrap()].said_by(handle);
        let (account, now) = (*account, at(clock));
        let work = move |tx: &store::Tx<'_>| take_in(tx, &tx.accounts().get(account)?, &posts, Arrival::History, now);
        scene.kept.store.write::<_, StoreError>(&scene.seat, work).await.unwrap();
    }
}
async fn id_of(scene: &Scene, handle: &str) -> PersonId {
    let (network, handle) = (model::NetworkKey::new(handle.split('@').nth(1).unwrap()), handle.to_owned());
    let found = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.profiles().find_handle(&network, &handle)).await;
    found.unwrap().expect("somebody of that name").person
}
async fn show(scene: &Scene, app: &App, handle: &str, clock: &str) -> PersonPage {
    person(cx(scene, app, clock), id_of(scene, handle).await, None).await.unwrap()
}
fn told(page: &PersonPage) -> Vec<String> {
    page.timeline
        .iter()
        .map(|e| match &e.what {
            Happening::Said { is_mine, words, .. } => format!("{}: {words}", if *is_mine { "me" } else { "they" }),
            Happening::Sign { is_mine, kind, .. } => format!("{} {kind}", if *is_mine { "me" } else { "they" }),
            Happening::Note { text, .. } => format!("note: {text}"),
            Happening::Visits { people, .. } => format!("{people} came"),
        })
        .collect()
}

const TWO_PLACES: &str = r#"
    account ada@plaza
    account ada@forum
    post 08:00 ben@plaza "@ada which thread for a first book?"
    post 08:10 ada@plaza "Eighteen over three, waxed, and not more than that." > 1
    post 08:20 ben@plaza "@ada thank you, that is a help." > 2
    post 08:30 benny@forum "@ada may I send you my shelf list?"
    post 08:40 cat@plaza "@ben take a thicker one." > 1
    post 08:45 ben@plaza "@cat even for a small book?" > 5
    post 08:50 cat@plaza "@ada see what he says"
    post 08:55 ada@plaza "Seen, thank you." > 7
"#;

#[tokio::test]
async fn everything_between_us_on_one_page() {
    let mut scene = Scene::set(TWO_PLACES).await;
    let app = app(&scene);
    let mine = scene.posts[1].clone();
    scene.network("plaza").sign("ben@plaza", Sign::Boost, &mine, at("09:00"));
    bring(&scene, &app, "10:00").await;

    let ben = show(&scene, &app, "ben@plaza", "11:00").await;
    assert_eq!(
        told(&ben),
        [
            "they boost",
            "they: thank you, that is a help.",
            "me: Eighteen over three, waxed, and not more than that.",
            "they: which thread for a first book?"
        ]
    );
    assert_eq!((ben.from_me, ben.from_them, ben.tie), (1, 2, Some(TieWord::New)));
    assert_eq!((ben.ledger.gave, ben.ledger.asked, ben.ledger.they_gave, ben.ledger.they_asked), (1, 0, 1, 1));
    assert!(ben.ledger.lines.iter().any(|l| l.is_mine && l.kind == Kind::Gives && l.what == "an answer"));
    assert_eq!(ben.ledger.months.len(), 8);
    assert_eq!(ben.ledger.months[7].mine, [Kind::Gives]);
    assert_eq!(ben.both.iter().map(|b| (b.name.as_str(), b.to_them, b.from_them)).collect::<Vec<_>>(), [("Cat", 1, 1)]);
    assert!(ben.waits.is_none());

    let benny = show(&scene, &app, "benny@forum", "11:00").await;
    assert_eq!(benny.waits.as_ref().map(|w| w.words.as_str()), Some("may I send you my shelf list?"));
    assert_eq!(told(&benny), ["they: may I send you my shelf list?"]);
}

#[tokio::test]
async fn notes_edits_and_natures() {
    let scene = Scene::set(TWO_PLACES).await;
    let app = app(&scene);
    bring(&scene, &app, "10:00").await;
    let ben = id_of(&scene, "ben@plaza").await;
    let id = edit::note(cx(&scene, &app, "10:05"), ben, "  Likes a phone call.  ").await.unwrap();
    assert_eq!(told(&show(&scene, &app, "ben@plaza", "10:06").await)[0], "note: Likes a phone call.");
    let taken = edit::delete_note(cx(&scene, &app, "10:07"), id).await.unwrap();
    assert!(show(&scene, &app, "ben@plaza", "10:08").await.notes.is_empty());
    assert!(matches!(edit::delete_note(cx(&scene, &app, "10:08"), id).await, Err(VerbError::Missing(_))));
    edit::put_note_back(cx(&scene, &app, "10:09"), ben, id, &taken.text, taken.at).await.unwrap();
    assert_eq!(show(&scene, &app, "ben@plaza", "10:10").await.notes, [(id, "Likes a phone call.".to_owned(), at("10:05"))]);
    assert!(matches!(edit::note(cx(&scene, &app, "10:11"), ben, " ").await, Err(VerbError::Wrong { field: "text", .. })));

    edit::edit(cx(&scene, &app, "10:12"), ben, "Ben Osei", "Mends bicycles", Nature::Brand).await.unwrap();
    bring(&scene, &app, "10:20").await;
    let page = show(&scene, &app, "ben@plaza", "10:21").await;
    assert_eq!((page.name.as_str(), page.about.as_str(), page.nature, page.is_edited), ("Ben Osei", "Mends bicycles", Nature::Brand, true));
    assert!(matches!(
        edit::edit(cx(&scene, &app, "10:22"), ben, "", "", Nature::Person).await,
        Err(VerbError::Wrong { field: "name", .. })
    ));

    let named = edit::put(cx(&scene, &app, "10:23"), "Ilse Brandt", "Head of collections").await.unwrap();
    let all = people(cx(&scene, &app, "10:24"), Filter { words: "ilse".into(), ..Filter::default() }).await.unwrap();
    assert_eq!(all.rows.iter().map(|r| r.id).collect::<Vec<_>>(), [named]);
}

#[tokio::test]
async fn people_by_who_they_are_to_us() {
    let scene = Scene::set(TWO_PLACES).await;
    let app = app(&scene);
    bring(&scene, &app, "10:00").await;
    let list = |who, now| {
        let (app, seat) = (&app, &scene.seat);
        async move {
            let page = people(Cx { app, seat, now }, Filter { who, ..Filter::default() }).await.unwrap();
            assert_eq!(page.counts[Who::ALL.iter().position(|w| *w == who).unwrap()], page.total);
            page.rows.into_iter().map(|r| r.name).collect::<Vec<_>>()
        }
    };
    assert_eq!(list(Who::All, at("12:00")).await, ["Cat", "Benny", "Ben"], "who talked last comes first; we ourselves never");
    assert_eq!(list(Who::New, at("12:00")).await.len(), 3);
    assert!(list(Who::Tribe, at("12:00")).await.is_empty());
    assert!(list(Who::Drifting, at("12:00")).await.is_empty());
    assert_eq!(list(Who::Drifting, days_later(31)).await, ["Cat", "Ben"], "only whom we talked with can drift");
    assert!(a_while(Cx { app: &app, seat: &scene.seat, now: days_later(31) }, 5).await.unwrap().is_empty(), "one exchange is no warm tie");
}

#[tokio::test]
async fn a_warm_tie_that_fell_silent_is_remembered() {
    let mut scene = Scene::set("account ada@plaza\npost 06:00 ben@plaza \"@ada hello?\"").await;
    let plaza = scene.network("plaza");
    let mut last = scene.posts[0].clone();
    for n in 0..6 {
        let clock = format!("07:{:02}", n * 5);
        last = plaza.say("ada@plaza", "Yes indeed, and you?", at(&clock), Some(&last));
        last = plaza.say("ben@plaza", "@ada well, well.", at(&format!("07:{:02}", n * 5 + 2)), Some(&last));
    }
    let app = app(&scene);
    bring(&scene, &app, "10:00").await;
    let now = |days| Cx { app: &app, seat: &scene.seat, now: days_later(days) };
    assert!(a_while(now(20), 5).await.unwrap().is_empty());
    let silent = a_while(now(40), 5).await.unwrap();
    assert_eq!(silent.iter().map(|r| (r.name.as_str(), r.tie)).collect::<Vec<_>>(), [("Ben", Some(TieWord::Drifting))]);
    assert!(a_while(now(200), 5).await.unwrap().is_empty());
    let tribe = people(now(0), Filter { who: Who::Tribe, ..Filter::default() }).await.unwrap();
    assert_eq!(tribe.rows.len(), 1);
}

#[tokio::test]
async fn joining_by_hand_and_taking_apart() {
    let scene = Scene::set(TWO_PLACES).await;
    let app = app(&scene);
    bring(&scene, &app, "10:00").await;
    let (ben, benny) = (id_of(&scene, "ben@plaza").await, id_of(&scene, "benny@forum").await);
    edit::note(cx(&scene, &app, "10:01"), benny, "Has a shelf list.").await.unwrap();
    let join = edit::join(cx(&scene, &app, "10:02"), ben, benny).await.unwrap();
    let both = person(cx(&scene, &app, "10:03"), benny, None).await.unwrap();
    assert_eq!((both.id, both.presences.len(), both.from_them, both.notes.len()), (ben, 2, 3, 1), "the old address leads to the one");
    assert_eq!(both.joins.iter().map(|j| (j.name.as_str(), j.proof.as_str())).collect::<Vec<_>>(), [("Benny", "by hand")]);
    let all = people(cx(&scene, &app, "10:03"), Filter::default()).await.unwrap();
    assert_eq!(all.total, 2);
    assert!(matches!(edit::join(cx(&scene, &app, "10:04"), ben, benny).await, Err(VerbError::Wrong { .. })));
    let me = id_of(&scene, "ada@plaza").await;
    assert!(matches!(edit::join(cx(&scene, &app, "10:04"), ben, me).await, Err(VerbError::Wrong { .. })));

    // What comes while they are one goes with its own profile.
    scene.networks["forum"].say("benny@forum", "@ada did you get it?", at("10:05"), None);
    bring(&scene, &app, "10:06").await;
    assert_eq!(edit::undo_join(cx(&scene, &app, "10:07"), join).await.unwrap(), (benny, "Benny".to_owned()));
    let (a, b) = (show(&scene, &app, "ben@plaza", "10:08").await, show(&scene, &app, "benny@forum", "10:08").await);
    assert_eq!((a.id, a.from_them, a.notes.len(), b.id, b.from_them, b.notes.len()), (ben, 2, 0, benny, 2, 1));
    assert!(b.waits.is_some());
    assert!(matches!(edit::undo_join(cx(&scene, &app, "10:09"), join).await, Err(VerbError::TooLate(_))));
}

#[tokio::test]
async fn look_alikes_are_asked_about_and_never_joined_by_themselves() {
    let mut scene = Scene::set("account ada@plaza\naccount ada@forum").await;
    for (network, handle) in [("plaza", "luis@plaza"), ("forum", "luisf@forum"), ("forum", "luis@forum")] {
        let fake = scene.network(network);
        let mut profile = fake.profile_of(handle);
        if handle != "luis@forum" {
            profile.links = vec!["https://luis.example/".into()];
        }
        fake.world().profiles.insert(handle.into(), profile);
        fake.say(handle, "@ada good morning", at("08:00"), None);
    }
    let app = app(&scene);
    bring(&scene, &app, "09:00").await;
    let page = people(cx(&scene, &app, "09:01"), Filter::default()).await.unwrap();
    assert_eq!((page.total, page.perhaps.len()), (3, 1), "the same name alone is nothing");
    let one = &page.perhaps[0];
    assert!(one.why.ends_with("by luis.example, which both state."), "{}", one.why);
    edit::are_two(cx(&scene, &app, "09:02"), one.b, one.a).await.unwrap();
    assert!(people(cx(&scene, &app, "09:03"), Filter::default()).await.unwrap().perhaps.is_empty());
}

#[tokio::test]
async fn forgetting_leaves_nothing_of_theirs() {
    let scene = Scene::set(TWO_PLACES).await;
    let app = app(&scene);
    bring(&scene, &app, "10:00").await;
    let (ben, benny) = (id_of(&scene, "ben@plaza").await, id_of(&scene, "benny@forum").await);
    edit::note(cx(&scene, &app, "10:01"), ben, "Secret of Ben.").await.unwrap();
    edit::join(cx(&scene, &app, "10:02"), ben, benny).await.unwrap();
    assert_eq!(edit::forget(cx(&scene, &app, "10:03"), ben).await.unwrap(), "Ben");
    for id in [ben, benny] {
        assert!(matches!(person(cx(&scene, &app, "10:04"), id, None).await, Err(VerbError::Missing(_))));
    }
    let left = dump(&scene).await.join("\n");
    for word in ["first book", "shelf list", "Secret", "that is a help", "benny", "small book"] {
        assert!(!left.contains(word), "{word} is still kept:\n{left}");
    }
    assert!(left.contains("Eighteen over three"), "what we said ourselves stays");
    let me = id_of(&scene, "ada@plaza").await;
    assert!(matches!(edit::forget(cx(&scene, &app, "10:05"), me).await, Err(VerbError::Wrong { .. })));
}

/// Everything that names a person, row by row.
async fn dump(scene: &Scene) -> Vec<String> {
    scene
        .kept
        .store
        .read::<_, StoreError>(&scene.seat, |tx| {
            let mut rows = Vec::new();
            for sql in [
                "select * from persons where desk = $1 order by id limit 1000",
                "select * from profiles where desk = $1 order by id limit 1000",
                "select * from talks where desk = $1 order by profile limit 1000",
                "select * from notes where desk = $1 order by id limit 1000",
                "select * from contact_points where desk = $1 order by id limit 1000",
                "select * from aim_people where desk = $1 order by id limit 1000",
                "select id, person, who, words, turn, box, rank, touches from conversations where desk = $1 order by id limit 1000",
                "select id, text from posts where desk = $1 order by id limit 1000",
                "select * from between_us where desk = $1 order by profile, post limit 1000",
            ] {
                tx.each(sql, &store::args![tx.desk()], |row| {
                    let values = (0..row.len()).map(|i| row.value(i)).collect::<Result<Vec<_>, _>>()?;
                    rows.push(format!("{values:?}"));
                    Ok(())
                })?;
            }
            Ok(rows)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn who_left_a_joining_is_not_taken_along_by_undoing_a_further_one() {
    let scene = Scene::set(
        "account ada@plaza\npost 08:00 ann@plaza \"@ada hello?\"\npost 08:01 bob@plaza \"@ada hello?\"\npost 08:02 dan@plaza \"@ada hello?\"",
    )
    .await;
    let app = app(&scene);
    bring(&scene, &app, "09:00").await;
    let before = dump(&scene).await;
    let (ann, bob, dan) = (id_of(&scene, "ann@plaza").await, id_of(&scene, "bob@plaza").await, id_of(&scene, "dan@plaza").await);
    let cx = cx(&scene, &app, "09:01");
    let first = edit::join(cx, bob, dan).await.unwrap();
    let second = edit::join(cx, ann, bob).await.unwrap();
    edit::undo_join(cx, first).await.unwrap();
    let third = edit::join(cx, ann, dan).await.unwrap();
    edit::undo_join(cx, second).await.unwrap();
    edit::undo_join(cx, third).await.unwrap();
    assert_eq!(dump(&scene).await, before);
}

#[derive(Clone, Debug)]
enum Move {
    Join(usize, usize),
    Undo(usize),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn whatever_was_joined_is_taken_apart_exactly(
        moves in proptest::collection::vec(prop_oneof![(0..5usize, 0..5usize).prop_map(|(a, b)| Move::Join(a, b)), (0..8usize).prop_map(Move::Undo)], 1..12)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let people = ["ann@plaza", "bob@plaza", "cyn@plaza", "dan@plaza", "eli@plaza"];
            let text: String = people.iter().enumerate().map(|(n, p)| format!("post 08:0{n} {p} \"@ada hello from {p}?\"\n")).collect();
            let scene = Scene::set(&format!("account ada@plaza\n{text}")).await;
            let app = app(&scene);
            bring(&scene, &app, "09:00").await;
            let mut ids = Vec::new();
            for handle in people {
                let id = id_of(&scene, handle).await;
                edit::note(cx(&scene, &app, "09:01"), id, handle).await.unwrap();
                ids.push(id);
            }
            let cards: String = people.iter().map(|p| format!("{p},{p}.example,Guild\n")).collect();
            let cards = format!("name,email,company\n{cards}");
            verbs::relate::contacts::import(cx(&scene, &app, "09:01"), cards.as_bytes()).await.unwrap();
            let aim = AimWish { name: "Repairs".into(), why: "More".into(), measure: "people".into(), target: "2".into(), ..AimWish::default() };
            let aim = aims::add(cx(&scene, &app, "09:01"), &aim).await.unwrap();
            for person in [ids[0], ids[1]] {
                hanging::hang(cx(&scene, &app, "09:01"), person, aim).await.unwrap();
            }
            let before = dump(&scene).await;
            let mut joins = Vec::new();
            for step in moves {
                match step {
                    Move::Join(a, b) => joins.extend(edit::join(cx(&scene, &app, "09:02"), ids[a], ids[b]).await.ok()),
                    Move::Undo(n) if n < joins.len() => {
                        edit::undo_join(cx(&scene, &app, "09:03"), joins.remove(n)).await.unwrap();
                    }
                    Move::Undo(_) => {}
                }
            }
            for join in joins {
                edit::undo_join(cx(&scene, &app, "09:04"), join).await.unwrap();
            }
            assert_eq!(dump(&scene).await, before);
        });
    }
}
