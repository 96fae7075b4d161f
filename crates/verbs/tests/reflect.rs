//! The room of looking back: aims and what came of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::{Aim, AimId, ConversationId, DeliveryId, Kind, Link, LinkId, PersonId, Post, Visit, Visitor};
use networks::http::Reach;
use networks::{Http, Network};
use store::{StoreError, fresh_id};
use testkit::{Scene, scene::at};
use verbs::converse::{Arrival, take_in};
use verbs::publish;
use verbs::reflect::aims::{self, AimWish};
use verbs::reflect::balance::{self, Back};
use verbs::reflect::progress;
use verbs::{App, Config, Cx, VerbError};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}

fn wish() -> AimWish {
    AimWish {
        name: "Fill the autumn workshops".into(),
        why: "I want people who came because someone they trust told them.".into(),
        measure: "visits".into(),
        target: "90".into(),
        by: "2026-10-27".into(),
        ..AimWish::default()
    }
}

/// A link of that aim, and who came by it when.
async fn visited(scene: &Scene, aim: AimId, code: &str, visits: &[(&str, Visitor)]) {
    visited_in(scene, aim, code, None, None, visits).await;
}

async fn visited_in(
    scene: &Scene,
    aim: AimId,
    code: &str,
    conversation: Option<ConversationId>,
    person: Option<PersonId>,
    visits: &[(&str, Visitor)],
) {
    let (code, visits) = (code.to_owned(), visits.iter().map(|(day, who)| (day.parse().unwrap(), *who)).collect::<Vec<_>>());
    let account = *scene.accounts.values().next().unwrap();
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| {
            let id: LinkId = fresh_id(at("00:00"));
            let link = Link {
                id,
                code,
                target: "https://fold.example/workshops".into(),
                aim: Some(aim),
                draft: None,
                conversation,
                person,
                created_at: at("00:00"),
            };
            tx.links().put(&link, Some(account))?;
            for (at, visitor) in visits {
                tx.visits().put(&Visit { id: tx.fresh(at), link: id, at, visitor, from: None })?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn an_aim_is_kept_changed_closed_and_opened_again() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let id = aims::add(cx, &wish()).await.unwrap();
    let kept: Aim = aims::get(cx, id).await.unwrap();
    assert_eq!(AimWish::of(&kept), wish(), "the form shows what was kept");
    aims::change(cx, id, &AimWish { target: "120".into(), hours: "1,5".into(), ..wish() }).await.unwrap();
    let all = aims::list(cx).await.unwrap();
    assert_eq!((all.open.len(), all.closed.len()), (1, 0));
    assert_eq!(all.open[0].standing.sentence, "No visits yet; 120 are aimed for by 27 October.");
    assert_eq!(aims::close(cx, id).await.unwrap(), "Fill the autumn workshops");
    assert_eq!(aims::list(cx).await.unwrap().closed.len(), 1);
    aims::reopen(cx, id).await.unwrap();
    assert_eq!(aims::list(cx).await.unwrap().open.len(), 1);
    for (bad, field) in [
        (AimWish { name: " ".into(), ..wish() }, "name"),
        (AimWish { why: String::new(), ..wish() }, "why"),
        (AimWish { measure: "likes".into(), ..wish() }, "measure"),
        (AimWish { target: "0".into(), ..wish() }, "target"),
        (AimWish { by: "2026-09-07".into(), ..wish() }, "by"),
        (AimWish { url: "javascript:alert(1)".into(), ..wish() }, "url"),
    ] {
        match aims::change(cx, id, &bad).await {
            Err(VerbError::Wrong { field: told, .. }) => assert_eq!(told, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    assert!(matches!(aims::get(cx, AimId(7)).await, Err(VerbError::Missing("aim"))));
    assert!(matches!(aims::close(cx, AimId(7)).await, Err(VerbError::Missing("aim"))));
}

#[tokio::test]
async fn only_people_are_visits_and_weeks_begin_on_monday() {
    use Visitor::{Machine, Ourselves, Person};
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let id = aims::add(cx, &wish()).await.unwrap();
    visited(
        &scene,
        id,
        "abcdefg",
        &[
            ("2026-08-30T23:00:00Z", Person),
            ("2026-08-31T00:00:00Z", Person),
            ("2026-09-07T10:00:00Z", Person),
            ("2026-09-07T10:00:01Z", Machine),
            ("2026-09-07T10:00:02Z", Ourselves),
        ],
    )
    .await;
    visited(&scene, id, "other12", &[("2026-09-08T08:00:00Z", Person)]).await;
    let page = progress::one(cx, id).await.unwrap();
    assert_eq!(page.standing.sentence, "Four of 90 visits, and seven weeks to go.");
    assert!(page.lede.ends_with("That is few yet: a week more or less says nothing."), "{}", page.lede);
    let late: Vec<_> = page.weeks.iter().rev().take(3).map(|w| (w.n, w.is_running)).collect();
    assert_eq!((page.weeks.len(), late), (15, vec![(2, true), (1, false), (1, false)]));
    assert_eq!(
        page.sources.iter().map(|s| (s.words.as_str(), s.n)).collect::<Vec<_>>(),
        [("https://fold.example/workshops", 3), ("https://fold.example/workshops", 1)]
    );
    assert_eq!(page.places, [(scene.networks["plaza"].about().name.to_owned(), 4)]);
}

/// Says something for an aim from the first account, and it lands. What it is called on its network.
async fn say(scene: &Scene, app: &App, words: &str, kind: Kind, aim: Option<AimId>, clock: &str) -> String {
    let cx = Cx { app, seat: &scene.seat, now: at(clock) };
    let account = *scene.accounts.values().next().unwrap();
    let mut kept = publish::drafts::fresh(cx).await.unwrap();
    kept.draft.text = words.to_owned();
    kept.draft.kind = kind;
    kept.draft.aim = aim;
    let draft = kept.draft.id;
    publish::drafts::save(cx, kept, vec![]).await.unwrap();
    let ids: Vec<DeliveryId> = publish::plan(cx, draft, &[account], at(clock)).await.unwrap();
    publish::deliver(cx, ids[0]).await.unwrap();
    let id = ids[0];
    let landed = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.deliveries().get(id)).await.unwrap();
    landed.landed.expect("the plaza takes everything").id
}

async fn take(scene: &Scene, posts: Vec<Post>, clock: &str) {
    let (id, now) = (*scene.accounts.values().next().unwrap(), at(clock));
    let work = move |tx: &store::Tx<'_>| take_in(tx, &tx.accounts().get(id)?, &posts, Arrival::Fresh, now);
    scene.kept.store.write::<_, StoreError>(&scene.seat, work).await.unwrap();
}

#[tokio::test]
async fn answers_and_the_people_they_come_from() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("12:00") };
    let replies = aims::add(cx, &AimWish { measure: "replies".into(), target: "20".into(), by: String::new(), ..wish() }).await.unwrap();
    let people = aims::add(cx, &AimWish { measure: "people".into(), target: "2".into(), by: String::new(), ..wish() }).await.unwrap();
    let plaza = scene.networks["plaza"].clone();
    for (aim, words) in [(replies, "Who binds with waxed linen?"), (people, "Who binds by hand round here?")] {
        let said = say(&scene, &app, words, Kind::Talks, Some(aim), "09:00").await;
        plaza.say("ben@plaza", "I do.", at("09:10"), Some(&said));
        plaza.say("ben@plaza", "And my sister does.", at("09:20"), Some(&said));
        plaza.say("cat@plaza", "I did once.", at("09:30"), Some(&said));
    }
    // Nobody's aim: counted nowhere.
    let idle = say(&scene, &app, "A fine morning.", Kind::Talks, None, "09:40").await;
    plaza.say("cat@plaza", "It is.", at("09:50"), Some(&idle));
    let mut said = plaza.said_by("ben@plaza");
    said.extend(plaza.said_by("cat@plaza"));
    take(&scene, said, "10:00").await;

    let page = progress::one(cx, replies).await.unwrap();
    assert_eq!(page.standing.sentence, "Three of 20 answers so far.");
    assert_eq!(page.weeks.last().unwrap().n, 3);
    let from: Vec<_> = page.sources.iter().map(|s| (s.person.as_ref().unwrap().name.as_str(), s.n, s.words.as_str())).collect();
    assert_eq!(from, [("Cat", 1, "Who binds with waxed linen?"), ("Ben", 2, "Who binds with waxed linen?")]);
    assert!(page.sources.iter().all(|s| s.conversation.is_some()), "each leads to its conversation");
    assert_eq!(page.people.iter().map(|(p, n)| (p.name.as_str(), *n)).collect::<Vec<_>>(), [("Ben", 2), ("Cat", 1)]);

    // A link in an answer to Ben: the visit leads back to the talk and to him.
    let (talk, ben) = (page.sources[1].conversation, page.people[0].0.id);
    let visits = aims::add(cx, &wish()).await.unwrap();
    visited_in(&scene, visits, "forben1", talk, Some(ben), &[("2026-09-08T11:00:00Z", Visitor::Person)]).await;
    let told = progress::one(cx, visits).await.unwrap();
    assert_eq!((told.sources[0].conversation, told.people[0].0.name.as_str(), told.people[0].1), (talk, "Ben", 1));

    let page = progress::one(cx, people).await.unwrap();
    assert_eq!(page.standing.sentence, "Two people: what you aimed for is reached.");
}

#[tokio::test]
async fn the_balance_counts_a_post_once_and_says_when_it_is_little() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("12:00") };
    let empty = balance::page(cx, Back::Weeks).await.unwrap();
    assert_eq!(empty.title, "Nothing was said in these two weeks");
    assert!(empty.is_little && empty.venues.is_empty() && empty.giving.up == vec![0; balance::SPANS]);

    for (kind, clock) in [(Kind::Gives, "08:00"), (Kind::Gives, "08:01"), (Kind::Asks, "08:02"), (Kind::Talks, "08:03")] {
        say(&scene, &app, &format!("Said at {clock}."), kind, None, clock).await;
    }
    let plaza = scene.networks["plaza"].clone();
    let ben = plaza.say("ben@plaza", "@ada which thread?", at("09:00"), None);
    let mine = plaza.say("ada@plaza", "Waxed linen.", at("09:10"), Some(&ben));
    plaza.say("ada@plaza", "And a thin needle.", at("09:11"), Some(&mine));
    let said = plaza.said_by("ben@plaza").into_iter().chain(plaza.said_by("ada@plaza")).collect();
    take(&scene, said, "10:00").await;

    let page = balance::page(cx, Back::Weeks).await.unwrap();
    assert_eq!(page.title, "You give twice for each ask");
    assert_eq!(
        (page.giving.sentence.as_str(), page.giving.verdict.as_str()),
        ("Gave 2, asked 1. Your rule: three to one.", "One gift would bring it level.")
    );
    assert_eq!(page.answering.sentence, "One answer to other people, four posts of your own.");
    assert_eq!(page.people.sentence, "One you had not met, nobody you had.");
    assert_eq!(page.venues, [(scene.networks["plaza"].about().name.to_owned(), 2, 1)]);
    let ada = &page.voices[0];
    assert_eq!((page.voices.len(), ada.gave, ada.asked, ada.answers, ada.posts, ada.people), (1, 2, 1, 1, 4, 1));
    assert_eq!(page.giving.up.last(), Some(&2));

    let stand = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| balance::stand(tx, at("12:00"))).await.unwrap();
    assert_eq!(stand.sentence, "Your own rule is three gifts for each ask: one gift would bring it level.");
    balance::set_rules(cx, "2", "5", "2").await.unwrap();
    assert_eq!(balance::page(cx, Back::Year).await.unwrap().giving.verdict, "The next gift comes first.");
    assert!(matches!(balance::set_rules(cx, "0", "5", "2").await, Err(VerbError::Wrong { field: "gifts", .. })));
}

#[tokio::test]
async fn the_first_run_s_topics_are_all_read_before_the_first_is_followed() {
    use verbs::desk::begin::{keep_topics, topics_count};
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    match keep_topics(cx, "bread oven\n\n\"unclosed").await {
        Err(VerbError::Wrong { field: "topics", why }) => assert!(why.starts_with("Line 2: ") && why.contains("at character 1"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(topics_count(cx).await.unwrap(), 0, "nothing is followed by halves");
    assert_eq!(keep_topics(cx, "bread oven\n#bookbinding\nBread oven").await.unwrap(), 3);
    keep_topics(cx, "bread oven").await.unwrap();
    assert_eq!(topics_count(cx).await.unwrap(), 2, "sent twice, followed once");
}
