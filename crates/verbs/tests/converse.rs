//! The room of talk: what comes in, whose turn it is, what is put off and comes back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::{Post, PostId, Timestamp};
use networks::Http;
use networks::http::Reach;
use proptest::prelude::*;
use store::StoreError;
use store::conversations::{KeptConversation, Order};
use testkit::{Fault, Op, Scene, scene::at};
use verbs::converse::{Arrival, later, mend, sync, take_down, take_in};
use verbs::jobs::Next;
use verbs::{App, Config, Cx};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}

/// A box as somebody reads it: who, words and why, row by row.
async fn box_of(scene: &Scene, name: &'static str) -> Vec<String> {
    rows(scene, name).await.into_iter().map(|c| format!("{}: {} ({})", c.face.who, c.face.words, c.face.because)).collect()
}

async fn rows(scene: &Scene, name: &'static str) -> Vec<KeptConversation> {
    scene
        .kept
        .store
        .read::<_, StoreError>(&scene.seat, move |tx| tx.conversations().page(name, Order::Longest, "", None, 50))
        .await
        .unwrap()
}

async fn counts(scene: &Scene) -> Vec<(String, u64)> {
    let all = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| tx.conversations().counts()).await.unwrap();
    let mut all: Vec<_> = all.into_iter().filter(|(_, n)| *n > 0).collect();
    all.sort();
    all
}

async fn bring(scene: &Scene, app: &App, who: &str, clock: &str) -> sync::Brought {
    sync::bring(Cx { app, seat: &scene.seat, now: at(clock) }, scene.account(who)).await.unwrap()
}

async fn take(scene: &Scene, posts: &[Post], how: Arrival, clock: &str) -> Vec<PostId> {
    let id = *scene.accounts.values().next().unwrap();
    let (posts, now) = (posts.to_vec(), at(clock));
    scene.kept.store.write::<_, StoreError>(&scene.seat, move |tx| take_in(tx, &tx.accounts().get(id)?, &posts, how, now)).await.unwrap()
}

#[tokio::test]
async fn a_question_waits_until_it_is_answered_anywhere() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 09:00 ben@plaza "@ada which thread for a first book?"
        post 09:05 tom@plaza "A fine morning."
        post 09:10 tom@plaza "What a lovely talk by @ada yesterday."
        "#,
    )
    .await;
    let app = app(&scene);
    let brought = bring(&scene, &app, "ada@plaza", "09:30").await;
    assert_eq!((brought.news, brought.history), (2, 0));
    assert_eq!(
        box_of(&scene, "waiting").await,
        ["Ben: which thread for a first book? (Ben asked you; you have not answered. First time you two talk.)"]
    );
    assert_eq!(box_of(&scene, "spoke").await, ["Tom: What a lovely talk by @ada yesterday. (Tom spoke of you.)"]);
    assert_eq!(counts(&scene).await, [("spoke".to_owned(), 1), ("waiting".to_owned(), 1)]);

    // Answered from the telephone: it comes back with the thread, and the turn passes.
    let plaza = scene.networks["plaza"].clone();
    plaza.say("ada@plaza", "Waxed linen.", at("10:00"), Some(&scene.posts[0]));
    let mine: Vec<Post> = plaza.said_by("ada@plaza");
    take(&scene, &mine, Arrival::History, "10:01").await;
    assert_eq!(box_of(&scene, "waiting").await, [""; 0]);
    assert_eq!(box_of(&scene, "you-wait").await, ["Ben: Waxed linen. (You answered Ben.)"]);
    // They thank: nobody's turn.
    plaza.say("ben@plaza", "@ada thank you!", at("10:05"), Some(&mine[0].at.id));
    bring(&scene, &app, "ada@plaza", "10:06").await;
    assert_eq!(box_of(&scene, "waiting").await, [""; 0]);
    assert_eq!(counts(&scene).await, [("spoke".to_owned(), 2)]);
}

#[tokio::test]
async fn the_first_sync_brings_history_and_not_work() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let plaza = scene.networks["plaza"].clone();
    let long_ago: Timestamp = "2026-08-01T12:00:00Z".parse().unwrap();
    for n in 0..60 {
        plaza.say(&format!("p{n}@plaza"), "@ada are you there?", long_ago, None);
    }
    let brought = bring(&scene, &app, "ada@plaza", "09:00").await;
    assert_eq!((brought.history, brought.news), (60, 0));
    assert_eq!(box_of(&scene, "waiting").await, [""; 0]);
    assert_eq!(counts(&scene).await, []);
    assert_eq!(rows(&scene, "spoke").await.len(), 50, "a page of them can be read");
    // What comes after is work, and nothing comes twice.
    plaza.say("p1@plaza", "@ada now I ask again?", at("09:10"), None);
    let brought = bring(&scene, &app, "ada@plaza", "09:11").await;
    assert_eq!((brought.history, brought.news), (0, 1));
    assert_eq!(box_of(&scene, "waiting").await.len(), 1);
}

#[tokio::test]
async fn later_and_done_come_back_as_they_should() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 09:00 ben@plaza "@ada which thread?"
        "#,
    )
    .await;
    let app = app(&scene);
    let plaza = scene.networks["plaza"].clone();
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    bring(&scene, &app, "ada@plaza", "09:01").await;
    let id = rows(&scene, "waiting").await[0].id;

    let undo = later::later(cx("09:02"), id, later::Until::Then(at("18:00")), false).await.unwrap();
    assert_eq!((undo.who.as_str(), counts(&scene).await), ("Ben", vec![("later".to_owned(), 1)]));
    later::put_back(cx("09:03"), id, &undo.before).await.unwrap();
    assert_eq!(counts(&scene).await, [("waiting".to_owned(), 1)]);

    later::later(cx("09:04"), id, later::Until::Then(at("18:00")), false).await.unwrap();
    assert_eq!(later::keep_house(cx("17:55")).await.unwrap(), Next::At(at("18:00")));
    assert_eq!(counts(&scene).await, [("later".to_owned(), 1)]);
    later::keep_house(cx("18:00")).await.unwrap();
    assert_eq!(counts(&scene).await, [("waiting".to_owned(), 1)]);

    // Whoever writes sooner comes back sooner, unless kept firmly.
    later::later(cx("18:01"), id, later::Until::Then(at("23:00")), true).await.unwrap();
    plaza.say("ben@plaza", "@ada still there?", at("18:02"), Some(&scene.posts[0]));
    bring(&scene, &app, "ada@plaza", "18:03").await;
    assert_eq!(counts(&scene).await, [("later".to_owned(), 1)]);
    later::later(cx("18:04"), id, later::Until::TheyWrite, false).await.unwrap();
    plaza.say("ben@plaza", "@ada hello?", at("18:05"), Some(&scene.posts[0]));
    bring(&scene, &app, "ada@plaza", "18:06").await;
    assert_eq!(counts(&scene).await, [("waiting".to_owned(), 1)]);

    later::done(cx("18:07"), id).await.unwrap();
    assert_eq!(counts(&scene).await, [("done".to_owned(), 1)]);
    plaza.say("ben@plaza", "@ada one more thing?", at("18:08"), Some(&scene.posts[0]));
    bring(&scene, &app, "ada@plaza", "18:09").await;
    assert_eq!(counts(&scene).await, [("waiting".to_owned(), 1)]);
    assert!(later::later(cx("19:00"), id, later::Until::Then(at("18:00")), false).await.is_err(), "that time is over");
}

#[tokio::test]
async fn a_missing_post_is_asked_for_and_a_deleted_one_no_longer_waits() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 08:00 ben@plaza "My first book."
        post 08:05 tom@plaza "Looks fine." > 1
        post 09:00 cat@plaza "@ada what do you think?" > 2
        "#,
    )
    .await;
    let app = app(&scene);
    let plaza = scene.networks["plaza"].clone();
    // The notification alone: its parent is not here yet.
    let last = plaza.world().posts[2].clone();
    take(&scene, &[last], Arrival::Fresh, "09:01").await;
    let waiting = rows(&scene, "waiting").await;
    assert_eq!((waiting.len(), waiting[0].face.posts), (1, 1));
    plaza.fail(Op::Thread, Fault::Away);
    let account = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| Ok(tx.accounts().list()?.remove(0))).await.unwrap();
    for (clock, posts) in [("09:02", 1), ("09:03", 1), ("09:05", 3), ("09:59", 3)] {
        mend::mend(Cx { app: &app, seat: &scene.seat, now: at(clock) }, &account).await.unwrap();
        assert_eq!(rows(&scene, "waiting").await[0].face.posts, posts, "{clock}");
    }
    let calls = plaza.world().calls[&Op::Thread];
    assert_eq!(calls, 2, "a failed try is not repeated at once, and a filled hole is not asked for again");

    let gone = scene.posts[2].clone();
    scene.kept.store.write::<_, StoreError>(&scene.seat, move |tx| take_down(tx, &account, &gone, at("10:00"))).await.unwrap();
    assert_eq!(box_of(&scene, "waiting").await, [""; 0]);
    // A late second sight of it changes nothing.
    let again = plaza.world().posts[2].clone();
    take(&scene, &[again], Arrival::Fresh, "10:01").await;
    assert_eq!(box_of(&scene, "waiting").await, [""; 0]);
}

#[tokio::test]
async fn two_halves_become_one_and_the_old_address_leads_there() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 09:00 ben@plaza "@ada one?"
        post 09:05 tom@plaza "Two" > 1
        post 09:10 cat@plaza "@ada three?" > 2
        "#,
    )
    .await;
    let mut posts = scene.networks["plaza"].world().posts.clone();
    // A network that doesn't name the root: only the middle post holds both ends together.
    posts.iter_mut().for_each(|p| p.root = None);
    take(&scene, &posts[..1], Arrival::Fresh, "09:20").await;
    take(&scene, &posts[2..], Arrival::Fresh, "09:21").await;
    let before = rows(&scene, "waiting").await;
    assert_eq!(before.len(), 2);
    take(&scene, &posts[1..2], Arrival::Fresh, "09:22").await;
    let after = rows(&scene, "waiting").await;
    let (older, younger) = (before[0].id.min(before[1].id), before[0].id.max(before[1].id));
    assert_eq!((after.len(), after[0].id, after[0].face.posts), (1, older, 3));
    let led = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.conversations().resolve(younger)).await.unwrap();
    assert_eq!(led, older);
    assert_eq!(counts(&scene).await, [("waiting".to_owned(), 1)]);
}

#[tokio::test]
async fn names_without_end_and_clocks_of_the_future_stop_nobody() {
    let scene = Scene::set("account ada@plaza\npost 09:00 ben@plaza \"@ada which thread?\"").await;
    let mut posts = scene.networks["plaza"].world().posts.clone();
    let mut evil = posts[0].clone();
    evil.at.id = format!("plaza:{}", (0..9000).map(|n| n.to_string()).collect::<String>());
    evil.reply_to = Some(evil.at.id.replace("plaza", "other"));
    evil.author.remote_id = evil.at.id.clone();
    evil.created_at = "2999-01-01T00:00:00Z".parse().unwrap();
    posts.insert(0, evil);
    for _ in 0..2 {
        assert_eq!(take(&scene, &posts, Arrival::Fresh, "09:01").await.len(), 2);
    }
    let waiting = rows(&scene, "waiting").await;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|c| c.face.since <= at("09:01")), "nobody waits since a time to come");
}

/// A thread as it came about: what each post answers (0: nothing), by whom, with which words.
type Plan = Vec<(usize, usize, usize)>;

fn posts_of(plan: &Plan) -> Vec<Post> {
    let who = ["ada@plaza", "ben@plaza", "tom@plaza"];
    let words = ["A fine day.", "@ada which thread?", "Thanks!", "Why though?"];
    let network = testkit::FakeNetwork::new("plaza", testkit::Temper::HonoursKey);
    for name in who {
        network.profile_of(name);
    }
    let mut ids: Vec<String> = Vec::new();
    for (n, &(to, by, said)) in plan.iter().enumerate() {
        let parent = (to > 0 && to <= n).then(|| ids[to - 1].clone());
        ids.push(network.say(who[by], words[said], at(&format!("09:{n:02}")), parent.as_deref()));
    }
    let mut posts = network.world().posts.clone();
    for (n, post) in posts.iter_mut().enumerate() {
        // Some servers don't name the root, and some name the parent only as they call it themselves.
        post.local = Some(format!("local:plaza:{}", post.at.tag));
        if n % 2 == 0 {
            post.root = None;
            if let Some(parent) = &post.reply_to {
                post.reply_to = Some(format!("local:plaza:tag-{}", parent.rsplit(':').next().unwrap()));
            }
        }
    }
    posts
}

/// What everybody can see of it: for each conversation its posts, its box and its turn.
async fn seen(posts: &[Post], order: &[usize]) -> Vec<String> {
    let scene = Scene::set("account ada@plaza").await;
    for &n in order {
        take(&scene, &posts[n..=n], Arrival::Fresh, "12:00").await;
    }
    let mut all = scene
        .kept
        .store
        .read::<_, StoreError>(&scene.seat, move |tx| {
            let mut all = Vec::new();
            for inbox in ["waiting", "you-wait", "later", "spoke", "done", ""] {
                for c in tx.conversations().page(inbox, Order::Longest, "", None, 50)? {
                    let f = &c.face;
                    let mut lines: Vec<String> = tx.threads().said(c.id)?.into_iter().map(|s| s.remote_id).collect();
                    lines.sort();
                    // Whether we met before is told as it was known at the time.
                    let because = f.because.replace(" First time you two talk.", "");
                    lines.push(format!("{} {:?} {} {} {because} {} {}", f.inbox, f.turn, f.who, f.words, f.since, f.posts));
                    all.push(lines.join(" | "));
                }
            }
            Ok(all)
        })
        .await
        .unwrap();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_order_and_any_doubling_gives_the_same_conversations(
        plan in proptest::collection::vec((0usize..7, 0usize..3, 0usize..4), 1..7),
        seeds in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
        shuffle in any::<u64>(),
    ) {
        let posts = posts_of(&plan);
        let straight: Vec<usize> = (0..posts.len()).collect();
        // Every post once in an order of its own, with some of them again in between.
        let mut order = straight.clone();
        order.sort_by_key(|n| (u64::try_from(*n).unwrap() + 1).wrapping_mul(shuffle | 1).rotate_left(17));
        for (i, again) in seeds.iter().enumerate() {
            let place = (i * 7 + 3) % (order.len() + 1);
            order.insert(place, again.index(posts.len()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (a, b) = runtime.block_on(async { (seen(&posts, &straight).await, seen(&posts, &order).await) });
        prop_assert_eq!(a, b, "{:?}", order);
    }
}

mod answers {
    use super::*;
    use model::{Draft, Kind};
    use store::drafts::KeptDraft;
    use verbs::VerbError;
    use verbs::converse::answering::{Words, keep};
    use verbs::converse::reply::{Then, reply, take_back};
    use verbs::converse::talk::talk;
    use verbs::jobs::{Job, perform};

    fn words(id: model::ConversationId, text: &str) -> Words {
        Words { conversation: id, to: None, from: None, text: text.into(), kind: Kind::Gives, ..Words::default() }
    }

    async fn deliver_all(scene: &Scene, app: &App, draft: model::DraftId, clock: &str) {
        let all = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap();
        for delivery in all {
            perform(Cx { app, seat: &scene.seat, now: at(clock) }, Job::Deliver(delivery.id)).await.unwrap();
        }
    }

    async fn kept_draft(scene: &Scene, id: model::DraftId) -> KeptDraft {
        scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.drafts().get(id)).await.unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_held_can_be_taken_back_and_stands_under_the_right_post() {
        let scene = Scene::set(
            r#"
            account ada@plaza
            post 09:00 ben@plaza "My first book."
            post 09:05 ben@plaza "@ada which thread?" > 1
            post 09:06 tom@plaza "@ada are you there?"
            "#,
        )
        .await;
        let app = app(&scene);
        let plaza = scene.networks["plaza"].clone();
        let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
        bring(&scene, &app, "ada@plaza", "09:10").await;
        let id = rows(&scene, "waiting").await[0].id;
        let kept = keep(cx("09:11"), words(id, "Waxed lin")).await.unwrap();
        assert_eq!((kept.to.as_str(), kept.count("Waxed lin").0), ("Ben", 9));

        let replied = reply(cx("09:12"), words(id, "Waxed linen."), Then::Stay).await.unwrap();
        assert_eq!((replied.hold_seconds, replied.next.map(|n| n.1)), (20, Some("Tom".into())));
        assert_eq!(box_of(&scene, "you-wait").await, ["Ben: which thread? (Your answer is on its way.)"]);
        assert_eq!(plaza.said_by("ada@plaza").len(), 0, "it is held");

        take_back(cx("09:12"), replied.draft).await.unwrap();
        assert_eq!(rows(&scene, "waiting").await.len(), 2);
        let page = talk(cx("09:12"), id, None).await.unwrap();
        assert_eq!(page.answering.unwrap().words, "Waxed linen.");

        let replied = reply(cx("09:13"), words(id, "Waxed linen, 18/3."), Then::Done).await.unwrap();
        deliver_all(&scene, &app, replied.draft, "09:14").await;
        let said = plaza.said_by("ada@plaza");
        assert_eq!((said.len(), said[0].text.as_str(), said[0].reply_to.as_deref()), (1, "Waxed linen, 18/3.", Some(&scene.posts[1][..])));
        assert_eq!(counts(&scene).await, [("done".to_owned(), 1), ("waiting".to_owned(), 1)]);
        let page = talk(cx("09:15"), id, None).await.unwrap();
        let lines: Vec<_> = page.posts.iter().map(|p| (p.name.as_str(), p.text.as_str(), p.is_mine)).collect();
        assert_eq!(lines, [("Ben", "My first book.", false), ("Ben", "@ada which thread?", false), ("Ada", "Waxed linen, 18/3.", true)]);
        assert!(matches!(take_back(cx("09:16"), replied.draft).await, Err(VerbError::TooLate(_))));

        // Our own words, heard again by the network, change nothing; Ben's next question brings it back.
        take(&scene, &plaza.said_by("ada@plaza"), Arrival::History, "09:17").await;
        plaza.say("ben@plaza", "@ada which needle?", at("09:18"), Some(&said[0].at.id));
        bring(&scene, &app, "ada@plaza", "09:19").await;
        assert_eq!(counts(&scene).await, [("waiting".to_owned(), 2)]);
    }

    #[tokio::test]
    async fn an_answer_that_was_refused_waits_again_with_its_words() {
        let scene = Scene::set("account ada@plaza\npost 09:00 ben@plaza \"@ada which thread?\"").await;
        let app = app(&scene);
        bring(&scene, &app, "ada@plaza", "09:10").await;
        let id = rows(&scene, "waiting").await[0].id;
        let cx = Cx { app: &app, seat: &scene.seat, now: at("09:11") };
        let too_long = "word ".repeat(200);
        assert!(reply(cx, words(id, " \n"), Then::Stay).await.is_err());
        scene.networks["plaza"].fail(Op::Post, Fault::Refuse("no".into()));
        let replied = reply(cx, words(id, "Linen."), Then::Done).await.unwrap();
        deliver_all(&scene, &app, replied.draft, "09:12").await;
        assert_eq!(box_of(&scene, "waiting").await.len(), 1);
        assert_eq!(kept_draft(&scene, replied.draft).await.draft.text, "Linen.");
        // Where posts may stand in a row, a long answer goes as several.
        let replied = reply(Cx { now: at("09:20"), ..cx }, words(id, &too_long), Then::Stay).await.unwrap();
        let parts = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.deliveries().of_draft(replied.draft)).await.unwrap();
        assert!(parts.len() > 1);
    }

    #[tokio::test]
    async fn names_visibility_and_warning_are_kept() {
        let scene = Scene::set("account ada@plaza\npost 09:00 ben@plaza \"@ada and @tom, which thread?\"").await;
        let app = app(&scene);
        let plaza = scene.networks["plaza"].clone();
        {
            let mut world = plaza.world();
            let post = &mut world.posts[0];
            post.visibility = model::Visibility::Followers;
            post.warning = Some("Needles".into());
            post.language = Some("de".into());
            post.mentions = vec![
                model::Mention { remote_id: "id-ada@plaza".into(), handle: "ada@plaza".into() },
                model::Mention { remote_id: "id-tom@plaza".into(), handle: "tom@plaza".into() },
            ];
        }
        let account = scene.account("ada@plaza");
        scene
            .kept
            .store
            .write::<_, StoreError>(&scene.seat, move |tx| {
                let mut a = tx.accounts().get(account)?;
                a.rules = (plaza_rules)(&a.rules);
                tx.accounts().put(&a).map(|_| ())
            })
            .await
            .unwrap();
        bring(&scene, &app, "ada@plaza", "09:10").await;
        let id = rows(&scene, "waiting").await[0].id;
        let cx = Cx { app: &app, seat: &scene.seat, now: at("09:11") };
        let replied = reply(cx, words(id, "Linen."), Then::Stay).await.unwrap();
        let draft: Draft = kept_draft(&scene, replied.draft).await.draft;
        assert_eq!(
            (draft.text.as_str(), draft.visibility, draft.warning.as_deref(), draft.language.as_deref()),
            ("@ben@plaza @tom@plaza Linen.", model::Visibility::Followers, Some("Needles"), Some("de"))
        );
        take_back(cx, replied.draft).await.unwrap();
        let page = talk(cx, id, None).await.unwrap();
        assert_eq!(page.answering.unwrap().words, "Linen.", "the names are not the person's words");
    }

    fn plaza_rules(rules: &model::Rules) -> model::Rules {
        model::Rules { reply_names_people: true, ..rules.clone() }
    }

    #[tokio::test]
    async fn what_went_to_two_networks_is_one_conversation() {
        let mut scene = Scene::set("account ada@plaza\naccount ada@market").await;
        let (plaza, market) = (scene.network("plaza"), scene.network("market"));
        let app = app(&scene);
        let now = at("09:00");
        let accounts: Vec<_> = scene.accounts.values().copied().collect();
        let draft = scene
            .kept
            .store
            .write::<_, StoreError>(&scene.seat, move |tx| {
                let id = tx.fresh(now);
                let draft = Draft {
                    id,
                    voice: None,
                    text: "Linen or silk?".into(),
                    title: None,
                    article: Default::default(),
                    language: None,
                    warning: None,
                    visibility: Default::default(),
                    kind: Kind::Asks,
                    is_personal: false,
                    aim: None,
                    reply: None,
                    pictures: Vec::new(),
                    created_at: now,
                    updated_at: now,
                };
                tx.drafts().save(&KeptDraft::new(draft, accounts, "UTC"), now)?;
                Ok(id)
            })
            .await
            .unwrap();
        let accounts: Vec<_> = scene.accounts.values().copied().collect();
        verbs::publish::plan::plan(Cx { app: &app, seat: &scene.seat, now }, draft, &accounts, now).await.unwrap();
        deliver_all(&scene, &app, draft, "09:01").await;
        for network in [&plaza, &market] {
            let mine = network.said_by(&format!("ada@{}", network.key()));
            assert_eq!(mine.len(), 1, "{}", network.key());
            network.say(&format!("ben@{}", network.key()), "Silk.", at("09:05"), Some(&mine[0].at.id));
        }
        bring(&scene, &app, "ada@plaza", "09:10").await;
        bring(&scene, &app, "ada@market", "09:10").await;
        let waiting = rows(&scene, "waiting").await;
        assert_eq!((waiting.len(), waiting[0].face.networks.len()), (1, 2));
        let page = talk(Cx { app: &app, seat: &scene.seat, now: at("09:11") }, waiting[0].id, None).await.unwrap();
        assert_eq!(page.posts.len(), 3, "our own words stand once");
        assert_eq!(page.posts[0].networks.len(), 2);
    }
}
