//! What is said to those named alone stands apart and is counted nowhere; and how somebody is told from a brand or a machine.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use model::{Kind, Nature, Poll, PollAnswer, Post, PostId, Quote, Quoted, Timestamp, Turn, Visibility};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use store::conversations::{KeptConversation, Order};
use testkit::{Scene, scene::at};
use verbs::converse::answering::Words;
use verbs::converse::inbox::{Inbox, Wish, inbox};
use verbs::converse::reply::{Then, reply};
use verbs::converse::talk::talk;
use verbs::converse::{Arrival, later, sync, take_down, take_in};
use verbs::desk::search::{Asked, search};
use verbs::{App, Config, Cx};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}

async fn rows(scene: &Scene, name: &'static str) -> Vec<KeptConversation> {
    let page = move |tx: &store::Tx<'_>| tx.conversations().page(name, Order::Matters, "", None, 50);
    scene.kept.store.read::<_, StoreError>(&scene.seat, page).await.unwrap()
}

async fn take(scene: &Scene, posts: &[Post], clock: &str) -> Vec<PostId> {
    let id = *scene.accounts.values().next().unwrap();
    let (posts, now) = (posts.to_vec(), at(clock));
    let write = move |tx: &store::Tx<'_>| take_in(tx, &tx.accounts().get(id)?, &posts, Arrival::Fresh, now);
    scene.kept.store.write::<_, StoreError>(&scene.seat, write).await.unwrap()
}

/// Everything on the network of which `pick` says so is for those named alone from now on.
fn make_private(scene: &Scene, pick: impl Fn(&Post) -> bool) {
    for post in scene.networks["plaza"].world().posts.iter_mut().filter(|p| pick(p)) {
        post.visibility = Visibility::Direct;
    }
}

/// Sends all that is due.
async fn send_due(scene: &Scene, app: &App, now: Timestamp) {
    let claimed = scene.kept.store.write_unscoped::<_, StoreError>(move |tx| tx.claim_jobs(now, now, 100)).await.unwrap();
    for job in claimed {
        let what = verbs::jobs::Job::from_row(&job.kind, job.subject).unwrap();
        if matches!(what, verbs::jobs::Job::Deliver(_)) {
            verbs::jobs::perform(Cx { app, seat: &scene.seat, now }, what).await.unwrap();
        }
    }
}

#[tokio::test]
async fn private_talk_stands_apart_and_counts_nowhere() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 09:00 ben@plaza "@ada can you keep a secret?"
        post 09:05 tom@plaza "@ada which thread for a first book?"
        "#,
    )
    .await;
    make_private(&scene, |p| p.text.contains("secret"));
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    sync::bring(cx("09:10"), scene.account("ada@plaza")).await.unwrap();

    let (private, public) = (rows(&scene, "private").await, rows(&scene, "waiting").await);
    assert_eq!(private.iter().map(|c| c.face.who.as_str()).collect::<Vec<_>>(), ["Ben"]);
    assert_eq!(public.iter().map(|c| c.face.who.as_str()).collect::<Vec<_>>(), ["Tom"]);
    assert_eq!((private[0].face.turn, private[0].face.visibility), (Turn::Mine, Visibility::Direct));
    let page = inbox(cx("09:11"), Wish { inbox: Inbox::Private, ..Wish::default() }).await.unwrap();
    assert!(page.rows[0].is_private);
    assert_eq!((page.count(Inbox::Private), page.count(Inbox::Waiting)), (1, 1));
    let today = verbs::converse::today::today(cx("09:11")).await.unwrap();
    assert_eq!((today.private_count, today.waiting_count), (1, 1));
    assert!(today.waiting.iter().all(|row| row.who != "Ben"));

    // Neither found by its words among public talk, nor a word between us.
    let found =
        search(cx("09:11"), &Asked { words: "secret".into(), order: verbs::desk::search::Order::default(), after: None }).await.unwrap();
    assert!(found.hits.is_empty());
    let person = private[0].face.person.unwrap();
    let talk_of = move |tx: &store::Tx<'_>| Ok(tx.persons().get(person)?.talk);
    let told = scene.kept.store.read::<_, StoreError>(&scene.seat, talk_of).await.unwrap();
    assert_eq!((told.from_me, told.from_them), (0, 0));

    // An answer stays private, and says who will read it.
    let shown = talk(cx("09:12"), private[0].id, None).await.unwrap();
    let answering = shown.answering.as_ref().unwrap();
    assert_eq!((answering.visibility, &answering.readers[..]), (Visibility::Direct, &["Ben".to_owned()][..]));
    assert!(shown.posts[0].is_private && shown.posts[0].waits_since.is_some() && !shown.posts[0].takes_signs);
    let words =
        Words { conversation: private[0].id, to: None, from: None, text: "Of course I can.".into(), kind: Kind::Asks, ..Words::default() };
    reply(cx("09:12"), words, Then::Stay).await.unwrap();
    send_due(&scene, &app, at("09:30")).await;
    let sent = scene.networks["plaza"].said_by("ada@plaza");
    assert_eq!(sent.iter().map(|p| p.visibility).collect::<Vec<_>>(), [Visibility::Direct]);
    let private = rows(&scene, "private").await;
    assert_eq!((private[0].face.turn, private[0].face.is_mine), (Turn::Theirs, true));
    let told = scene.kept.store.read::<_, StoreError>(&scene.seat, talk_of).await.unwrap();
    assert_eq!((told.from_me, told.from_them), (0, 0));
    let stand = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| tx.balance().deeds(at("00:00"))).await.unwrap();
    assert!(stand.is_empty(), "what was said in private is no deed");
    assert_eq!(verbs::converse::today::today(cx("09:31")).await.unwrap().answered_today, 0);

    // Thanks in private wait for nobody.
    let root = scene.posts[0].clone();
    scene.networks["plaza"].say("ben@plaza", "@ada thank you!", at("09:40"), Some(&root));
    make_private(&scene, |p| p.text.contains("thank"));
    sync::bring(cx("09:41"), scene.account("ada@plaza")).await.unwrap();
    assert_eq!(rows(&scene, "private").await[0].face.turn, Turn::Nobodys);
    assert_eq!(verbs::converse::today::today(cx("09:42")).await.unwrap().private_count, 0);
}

#[tokio::test]
async fn polls_quotes_edits_and_deletes_are_shown_as_what_they_are() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 09:00 ben@plaza "@ada which one?"
        "#,
    )
    .await;
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    let answer = |words: &str, votes| PollAnswer { words: words.into(), votes: Some(votes) };
    let poll = |a, b| Poll {
        answers: vec![answer("Rye", a), answer("Wheat", b)],
        closes_at: Some(at("12:00")),
        is_closed: false,
        is_many: false,
        voters: Some(a + b),
    };
    let quoted = Quoted {
        id: "plaza:q".into(),
        who: "Cat".into(),
        handle: "cat@plaza".into(),
        url: Some("https://plaza.example/q".into()),
        text: "Rye rises slowly".into(),
        warning: None,
        at: Some(at("08:00")),
    };
    let mut post = scene.networks["plaza"].world().posts[0].clone();
    post.poll = Some(poll(1, 2));
    post.quote = Some(Quote::Here(quoted.clone()));
    let id = take(&scene, &[post.clone()], "09:01").await[0];
    let row = inbox(cx("09:02"), Wish::default()).await.unwrap().rows.remove(0);
    assert!(row.is_poll && row.is_quote && !row.is_edited);
    let shown = talk(cx("09:02"), row.id, None).await.unwrap();
    assert_eq!(shown.posts[0].poll, Some(poll(1, 2)));
    assert_eq!(shown.posts[0].quote, Some(Quote::Here(quoted)));

    // New votes are no edit; other words are, and the earlier ones can be read. A thinner sight takes nothing away.
    post.poll = Some(poll(5, 2));
    take(&scene, &[post.clone()], "09:03").await;
    post.poll = None;
    take(&scene, &[post.clone()], "09:04").await;
    let shown = talk(cx("09:05"), row.id, None).await.unwrap();
    assert_eq!((shown.posts[0].poll.clone(), shown.posts[0].earlier.len(), shown.posts[0].is_edited), (Some(poll(5, 2)), 0, false));
    post.text = "@ada which of them?".into();
    post.edited_at = Some(at("09:06"));
    take(&scene, &[post.clone(), post.clone()], "09:07").await;
    let shown = talk(cx("09:08"), row.id, None).await.unwrap();
    assert_eq!(shown.posts[0].text, "@ada which of them?");
    let earlier: Vec<_> = shown.posts[0].earlier.iter().map(|e| (e.text.as_str(), e.until)).collect();
    assert_eq!(earlier, [("@ada which one?", at("09:06"))]);
    assert!(inbox(cx("09:08"), Wish::default()).await.unwrap().rows[0].is_edited);
    // A closed poll can still be answered in words.
    let late = talk(cx("13:00"), row.id, None).await.unwrap();
    assert!(late.posts[0].poll.as_ref().unwrap().is_closed_at(at("13:00")) && late.answering.is_some());

    // What its author takes down is gone with all that stood beside it.
    let account = scene.account("ada@plaza");
    let name = post.at.id.clone();
    let down = move |tx: &store::Tx<'_>| take_down(tx, &tx.accounts().get(account)?, &name, at("14:00"));
    scene.kept.store.write::<_, StoreError>(&scene.seat, down).await.unwrap();
    let shown = talk(cx("14:01"), row.id, None).await.unwrap();
    let gone = &shown.posts[0];
    assert!(gone.is_deleted && gone.poll.is_none() && gone.quote.is_none() && gone.earlier.is_empty() && gone.text.is_empty());
    let kept = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.earlier().of_conversation(row.id)).await.unwrap();
    assert!(kept.is_empty());
    assert!(id.0 != 0);
}

#[tokio::test]
async fn a_brand_and_a_machine_are_told_and_a_correction_wins() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    let plaza = &scene.networks["plaza"];
    plaza.say("fold@plaza", "@ada look at our paper", at("09:00"), None);
    for n in 0..12 {
        plaza.say("clock@plaza", &format!("It is {n} o'clock. @ada"), at("09:01"), None);
    }
    for post in plaza.world().posts.iter_mut().filter(|p| p.author.handle == "fold@plaza") {
        post.author.about = "We make paper by hand.".into();
    }
    let posts = plaza.world().posts.clone();
    let ids = take(&scene, &posts, "09:10").await;
    later::keep_house(cx("09:11")).await.unwrap();
    let nature = |at: usize| {
        let id = ids[at];
        scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| {
            let post = tx.posts().get(id)?;
            let person = tx.persons().of_profile(post.author)?.unwrap();
            let kept = tx.persons().get(person)?;
            Ok((person, kept.nature, kept.more.nature_why))
        })
    };
    let (fold, what, why) = nature(0).await.unwrap();
    assert_eq!((what, why.as_str()), (Nature::Brand, "Its own words say so: “We make paper by hand.”."));
    let (_, what, why) = nature(5).await.unwrap();
    assert_eq!(what, Nature::Bot);
    assert!(why.starts_with("Says the same again and again"), "{why}");
    // Somebody here knows better, and it stays so whatever comes in.
    verbs::relate::edit::edit(cx("09:12"), fold, "Fold", "Paper", Nature::Person).await.unwrap();
    let mut again = posts[0].clone();
    again.author.about = "We make paper by hand. Visit us!".into();
    take(&scene, &[again], "09:13").await;
    later::keep_house(cx("09:14")).await.unwrap();
    assert_eq!(nature(0).await.unwrap().1, Nature::Person);
}

#[tokio::test]
async fn a_thread_is_answered_from_another_network_and_stays_one_talk() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        account cleo@nook
        post 09:00 ben@plaza "Does anybody know a paste that keeps?"
        post 09:02 tom@plaza "I wonder, too. @ada would know, no?" > 1
        "#,
    )
    .await;
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    for who in ["ada@plaza", "cleo@nook"] {
        sync::bring(cx("09:10"), scene.account(who)).await.unwrap();
    }
    let id = rows(&scene, "waiting").await[0].id;
    let posts = scene.networks["plaza"].world().posts.clone();
    let post = take(&scene, &posts, "09:11").await[0];
    let say = |words: &str, to: PostId, from: &str| Words {
        conversation: id,
        to: Some(to),
        from: Some(scene.account(from)),
        text: words.into(),
        kind: Kind::Gives,
        ..Words::default()
    };
    // Through the account on the talk's own network it is an answer; through the other it carries the address.
    let shown = talk(cx("09:12"), id, Some(post)).await.unwrap();
    let names: Vec<_> = shown.answering.unwrap().accounts.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["ada@plaza on Plaza", "cleo@nook on Nook"]);
    let tom = shown.posts[1].id;
    reply(cx("09:12"), say("Wheat, for a week.", tom, "ada@plaza"), Then::Stay).await.unwrap();
    send_due(&scene, &app, at("09:20")).await;
    reply(cx("09:21"), say("Methyl cellulose keeps for months.", post, "cleo@nook"), Then::Stay).await.unwrap();
    send_due(&scene, &app, at("09:30")).await;
    let nook = scene.networks["nook"].said_by("cleo@nook");
    assert_eq!(nook[0].text, "Methyl cellulose keeps for months.\n\nhttps://plaza.example/1");
    assert_eq!(nook[0].reply_to, None, "nothing there is called by a name of the other network");
    let shown = talk(cx("09:31"), id, None).await.unwrap();
    assert_eq!(shown.networks.iter().map(|n| n.key).collect::<Vec<_>>(), ["nook", "plaza"]);
    assert_eq!(shown.posts.len(), 4);
    let one = rows(&scene, "you-wait").await;
    assert_eq!(one.iter().map(|c| (c.id, c.face.because.as_str())).collect::<Vec<_>>(), [(id, "You answered Ben.")]);
    // Whoever answers over there is in the same talk, and it is our turn.
    scene.networks["nook"].say("dan@nook", "How much of it to a litre?", at("09:40"), Some(&nook[0].at.id));
    sync::bring(cx("09:41"), scene.account("cleo@nook")).await.unwrap();
    sync::bring(cx("09:41"), scene.account("ada@plaza")).await.unwrap();
    let waiting = rows(&scene, "waiting").await;
    assert_eq!(waiting.iter().map(|c| (c.id, c.face.who.as_str(), c.face.turn)).collect::<Vec<_>>(), [(id, "Dan", Turn::Mine)]);
    // What is private is answered nowhere else.
    make_private(&scene, |p| p.text.contains("wonder"));
    scene.networks["plaza"].say("eve@plaza", "@ada a word?", at("09:50"), None);
    make_private(&scene, |p| p.text.contains("a word"));
    sync::bring(cx("09:51"), scene.account("ada@plaza")).await.unwrap();
    let private = rows(&scene, "private").await[0].id;
    let answering = talk(cx("09:52"), private, None).await.unwrap().answering.unwrap();
    assert_eq!(answering.accounts.len(), 1);
}
