//! Ties of others and the ways to people that come of them; and that what is told a word at a time is what is told from scratch.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use model::{Kind, PersonId, Post, Visibility};
use networks::Http;
use networks::http::Reach;
use proptest::prelude::*;
use store::StoreError;
use testkit::{Fault, Op, Scene, scene::at};
use verbs::converse::{Arrival, take_in};
use verbs::publish::drafts;
use verbs::reflect::aims::{self, AimWish};
use verbs::reflect::progress;
use verbs::relate::introduce::sought::{sought, whom};
use verbs::relate::introduce::{Evidence, Introduction, ask, introduce};
use verbs::relate::{a_while, contacts, edit, follows, person, tie};
use verbs::{App, Config, Cx, VerbError};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}
fn cx<'a>(scene: &'a Scene, app: &'a App, clock: &str) -> Cx<'a> {
    Cx { app, seat: &scene.seat, now: at(clock) }
}

/// Every post of these people on one network, in the order of the scene or another.
async fn read(scene: &Scene, account: &str, people: &[&str], rotate: usize) {
    let network = &scene.networks[account.split('@').nth(1).unwrap()];
    let mut posts: Vec<Post> = people.iter().flat_map(|handle| network.said_by(handle)).collect();
    posts.sort_by(|a, b| (a.created_at, &a.at.id).cmp(&(b.created_at, &b.at.id)));
    let by = rotate % posts.len().max(1);
    posts.rotate_left(by);
    let account = scene.account(account);
    let work = move |tx: &store::Tx<'_>| take_in(tx, &tx.accounts().get(account)?, &posts, Arrival::History, at("12:00"));
    scene.kept.store.write::<_, StoreError>(&scene.seat, work).await.unwrap();
}
async fn id_of(scene: &Scene, handle: &str) -> PersonId {
    let (network, handle) = (model::NetworkKey::new(handle.split('@').nth(1).unwrap()), handle.to_owned());
    let found = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.profiles().find_handle(&network, &handle)).await;
    found.unwrap().expect("somebody of that name").person
}
fn lines(found: &Introduction) -> Vec<String> {
    found.ways.iter().map(|way| way.line()).collect()
}

/// Ada talks with Ben often and with Cat once. Both talk with Dora, Cat more. Dora talks with Eli. Flo praises everybody; nobody answers.
const CIRCLE: &str = r#"
    account ada@plaza
    post 06:00 ben@plaza "@ada which thread?"
    post 06:01 ada@plaza "Eighteen over three." > 1
    post 06:02 ben@plaza "@ada and wax?" > 2
    post 06:03 ada@plaza "A little." > 3
    post 06:10 cat@plaza "@ada hello"
    post 06:11 ada@plaza "Hello Cat." > 5
    post 07:00 dora@plaza "A talk on paper on Friday."
    post 07:01 ben@plaza "@dora where?" > 7
    post 07:02 dora@plaza "@ben in the hall." > 8
    post 07:03 ben@plaza "@dora I will come." > 9
    post 07:04 dora@plaza "@ben good." > 10
    post 07:10 cat@plaza "@dora may I bring Tom?" > 7
    post 07:11 dora@plaza "@cat do." > 12
    post 08:00 eli@plaza "@dora what is the fee?" > 7
    post 08:01 dora@plaza "@eli none." > 14
    post 08:10 flo@plaza "@dora wonderful" > 7
    post 08:11 flo@plaza "@eli wonderful" > 14
    post 08:12 flo@plaza "@ada wonderful"
"#;
const EVERYBODY: [&str; 6] = ["ada@plaza", "ben@plaza", "cat@plaza", "dora@plaza", "eli@plaza", "flo@plaza"];

#[tokio::test]
async fn public_follows_are_read_when_asked_for_once_a_day_and_of_strangers_nothing_is_kept() {
    let scene = Scene::set(CIRCLE).await;
    let app = app(&scene);
    read(&scene, "ada@plaza", &EVERYBODY, 0).await;
    let (ben, flo) = (id_of(&scene, "ben@plaza").await, id_of(&scene, "flo@plaza").await);
    let plaza = &scene.networks["plaza"];
    for (who, whom) in [("ben@plaza", "flo@plaza"), ("flo@plaza", "ben@plaza"), ("ben@plaza", "stranger@plaza"), ("ben@plaza", "ada@plaza")]
    {
        plaza.follow(who, whom, at("05:00"));
    }
    let told = async |who: PersonId, clock: &str| follows::read(cx(&scene, &app, clock), who).await;
    let way = async |clock: &str| lines(&introduce(cx(&scene, &app, clock), flo).await.unwrap());
    assert!(way("12:00").await.is_empty());
    // Ourselves and strangers are counted among what was read, and kept nowhere.
    let of_ben = told(ben, "12:00").await.unwrap();
    assert_eq!((of_ben.n, of_ben.known, of_ben.is_whole), (3, 1, true));
    told(flo, "12:00").await.unwrap();
    assert_eq!(way("12:00").await, ["you → Ben → Flo"], "each follows the other");
    let stranger = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| {
        tx.count("select count(*) from profiles where desk = $1 and handle like 'stranger%'", &store::args![tx.desk()])
    });
    assert_eq!(stranger.await.unwrap(), 0);

    // Within the day nobody is asked again.
    plaza.world().follows.clear();
    plaza.fail(Op::Profile, Fault::Refuse("not now".into()));
    assert_eq!(told(ben, "20:00").await.unwrap(), of_ben);
    let tomorrow = Cx { now: at("12:00") + jiff::SignedDuration::from_hours(25), ..cx(&scene, &app, "12:00") };
    assert!(matches!(follows::read(tomorrow, ben).await, Err(VerbError::Wrong { field: "person", .. })), "told, and nothing is lost");
    assert_eq!(person(cx(&scene, &app, "20:00"), ben, None).await.unwrap().follows, (true, Some(of_ben)));
    // Whom they do not follow any more leads nowhere.
    let after = follows::read(tomorrow, ben).await.unwrap();
    assert_eq!((after.n, after.known), (0, 0));
    assert!(way("12:00").await.is_empty());
}

#[tokio::test]
async fn the_way_with_the_strongest_weakest_tie_comes_first() {
    let scene = Scene::set(CIRCLE).await;
    let app = app(&scene);
    read(&scene, "ada@plaza", &EVERYBODY, 0).await;
    let [ben, cat, dora, eli, flo] = [
        id_of(&scene, "ben@plaza").await,
        id_of(&scene, "cat@plaza").await,
        id_of(&scene, "dora@plaza").await,
        id_of(&scene, "eli@plaza").await,
        id_of(&scene, "flo@plaza").await,
    ];
    let to_dora = introduce(cx(&scene, &app, "12:00"), dora).await.unwrap();
    assert_eq!(lines(&to_dora), ["you → Ben → Dora", "you → Cat → Dora"]);
    let [ours, theirs] = &to_dora.ways[0].steps[..] else { panic!("two steps") };
    assert!(matches!(ours.evidence, Evidence::Ours { from_me: 2, from_them: 2, .. }));
    assert_eq!(theirs.evidence, Evidence::Theirs { said: 2, heard: 2, do_follow: false });
    let last = theirs.last.as_ref().unwrap();
    assert_eq!((last.words.as_str(), last.is_by_nearer, last.at), ("good.", false, at("07:04")), "the last exchange is the evidence");
    assert!(to_dora.ways[0].weakest > to_dora.ways[1].weakest);
    let to_eli = introduce(cx(&scene, &app, "12:00"), eli).await.unwrap();
    assert_eq!(
        lines(&to_eli),
        ["you → Ben → Dora → Eli"],
        "Flo, who is never answered, leads to nobody; and a second way would share Dora"
    );
    assert!(introduce(cx(&scene, &app, "12:00"), flo).await.unwrap().ways.is_empty());
    assert!(matches!(introduce(cx(&scene, &app, "12:00"), PersonId(77)).await, Err(VerbError::Missing("person"))));

    edit::set_go_between(cx(&scene, &app, "12:01"), ben, false).await.unwrap();
    let to_dora = introduce(cx(&scene, &app, "12:01"), dora).await.unwrap();
    assert_eq!(lines(&to_dora), ["you → Cat → Dora"], "never through someone who asked not to be used");
    edit::set_go_between(cx(&scene, &app, "12:02"), ben, true).await.unwrap();
    edit::edit(cx(&scene, &app, "12:03"), cat, "Cat", "", model::Nature::Brand).await.unwrap();
    assert_eq!(lines(&introduce(cx(&scene, &app, "12:03"), dora).await.unwrap()), ["you → Ben → Dora"], "nor through a brand");

    let page = person(cx(&scene, &app, "12:04"), dora, None).await.unwrap();
    assert_eq!(page.introduction.unwrap().ways.len(), 1);
    assert!(person(cx(&scene, &app, "12:04"), ben, None).await.unwrap().introduction.is_none(), "we know Ben ourselves");
}

#[tokio::test]
async fn asking_writes_to_the_one_in_the_middle_and_is_remembered() {
    let scene = Scene::set(CIRCLE).await;
    let app = app(&scene);
    read(&scene, "ada@plaza", &EVERYBODY, 0).await;
    let (ben, dora, flo) = (id_of(&scene, "ben@plaza").await, id_of(&scene, "dora@plaza").await, id_of(&scene, "flo@plaza").await);
    let draft = ask(cx(&scene, &app, "12:00"), dora, ben).await.unwrap();
    let (kept, _) = drafts::get(cx(&scene, &app, "12:00"), draft).await.unwrap();
    assert_eq!(
        (kept.draft.text.as_str(), kept.draft.kind, kept.planned_at),
        ("@ben@plaza ", Kind::Asks, None),
        "addressed, and no ready words"
    );
    assert!(matches!(kept.draft.visibility, Visibility::Direct | Visibility::Public));
    let found = introduce(cx(&scene, &app, "12:01"), dora).await.unwrap();
    assert_eq!(
        found.asked.iter().map(|(a, via)| (via.name.as_str(), a.draft, a.way.as_str())).collect::<Vec<_>>(),
        [("Ben", Some(draft), "you → Ben → Dora")]
    );
    assert!(matches!(ask(cx(&scene, &app, "12:02"), dora, flo).await, Err(VerbError::Wrong { field: "via", .. })), "Flo leads nowhere");
    edit::set_go_between(cx(&scene, &app, "12:03"), ben, false).await.unwrap();
    assert!(matches!(ask(cx(&scene, &app, "12:03"), dora, ben).await, Err(VerbError::Wrong { field: "via", .. })));

    edit::forget(cx(&scene, &app, "12:04"), ben).await.unwrap();
    let after = introduce(cx(&scene, &app, "12:05"), dora).await.unwrap();
    assert_eq!((lines(&after), after.asked.len()), (vec!["you → Cat → Dora".to_owned()], 0), "nothing is kept of whom we forgot");
}

#[tokio::test]
async fn by_organisation_role_and_subject() {
    let scene = Scene::set(CIRCLE).await;
    let app = app(&scene);
    read(&scene, "ada@plaza", &EVERYBODY, 0).await;
    let (dora, eli) = (id_of(&scene, "dora@plaza").await, id_of(&scene, "eli@plaza").await);
    edit::set_work(cx(&scene, &app, "12:00"), dora, "Head of collections", "Aldermoor Library").await.unwrap();
    edit::set_work(cx(&scene, &app, "12:00"), eli, "Archivist", "Aldermoor Library").await.unwrap();
    let names = |found: &verbs::relate::introduce::Sought| found.candidates.iter().map(|c| c.stop.name.clone()).collect::<Vec<_>>();
    let all = sought(cx(&scene, &app, "12:01"), "somebody at Aldermoor").await.unwrap();
    assert_eq!(names(&all), ["Dora", "Eli"], "the better way first");
    assert_eq!(all.candidates[1].way.as_ref().map(|w| w.line()).as_deref(), Some("you → Ben → Dora → Eli"));
    assert_eq!(names(&sought(cx(&scene, &app, "12:01"), "archivist at aldermoor").await.unwrap()), ["Eli"]);
    assert_eq!(whom(cx(&scene, &app, "12:01"), "the archivist").await.unwrap().unwrap(), eli);
    assert!(whom(cx(&scene, &app, "12:01"), "aldermoor").await.unwrap().is_err(), "two may be meant");
    let wax = sought(cx(&scene, &app, "12:01"), "wax").await.unwrap();
    assert_eq!(
        wax.known.iter().map(|k| (k.stop.name.as_str(), k.posts)).collect::<Vec<_>>(),
        [("Ben", 1)],
        "who we know and who wrote about it"
    );
    assert!(matches!(sought(cx(&scene, &app, "12:01"), " the ").await, Err(VerbError::Wrong { field: "q", .. })));
}

#[tokio::test]
async fn reminders_end_with_talk_anywhere() {
    let scene = Scene::set("account ada@plaza\npost 06:00 ben@plaza \"@ada hello?\"\npost 06:01 ada@plaza \"Hello.\" > 1").await;
    let app = app(&scene);
    read(&scene, "ada@plaza", &["ada@plaza", "ben@plaza"], 0).await;
    let ben = id_of(&scene, "ben@plaza").await;
    let days = |n: i64| at("06:00") + jiff::SignedDuration::from_hours(24 * n);
    let silent = |now| {
        let (app, seat) = (&app, &scene.seat);
        async move { a_while(Cx { app, seat, now }, 5).await.unwrap().into_iter().map(|r| r.name).collect::<Vec<_>>() }
    };
    assert!(silent(days(11)).await.is_empty());
    edit::set_remind(cx(&scene, &app, "12:00"), ben, Some(10)).await.unwrap();
    assert!(silent(days(9)).await.is_empty());
    assert_eq!(silent(days(11)).await, ["Ben"]);
    let word = scene.networks["plaza"].say("ben@plaza", "@ada again", days(5), None);
    assert!(!word.is_empty());
    let posts = scene.networks["plaza"].said_by("ben@plaza");
    let account = scene.account("ada@plaza");
    let now = days(6);
    let work = move |tx: &store::Tx<'_>| take_in(tx, &tx.accounts().get(account)?, &posts, Arrival::Fresh, now);
    scene.kept.store.write::<_, StoreError>(&scene.seat, work).await.unwrap();
    assert!(silent(days(11)).await.is_empty(), "we did talk");
    assert!(matches!(edit::set_remind(cx(&scene, &app, "12:00"), ben, Some(0)).await, Err(VerbError::Wrong { field: "days", .. })));
    edit::set_remind(cx(&scene, &app, "12:00"), ben, None).await.unwrap();
    assert!(silent(days(25)).await.is_empty());
}

#[tokio::test]
async fn contacts_are_found_again_and_never_joined_by_name() {
    let mut scene = Scene::set("account ada@plaza").await;
    let fake = scene.network("plaza");
    let mut profile = fake.profile_of("dora@plaza");
    profile.url = Some("https://plaza.example/@dora/".into());
    fake.world().profiles.insert("dora@plaza".into(), profile);
    fake.say("dora@plaza", "@ada hello", at("06:00"), None);
    fake.say("ben@plaza", "@ada hello", at("06:01"), None);
    let app = app(&scene);
    read(&scene, "ada@plaza", &["dora@plaza", "ben@plaza"], 0).await;
    let (dora, ben) = (id_of(&scene, "dora@plaza").await, id_of(&scene, "ben@plaza").await);
    let file = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nDora,Lind,http://plaza.example/@dora,dora@lind.example,Aldermoor Library,Archivist,05 Mar 2026\nBen,,,ben@b.example,Cycles,Mechanic,05 Mar 2026\nBad,One,,nonsense,,,\n";
    let done = contacts::import(cx(&scene, &app, "12:00"), file.as_bytes()).await.unwrap();
    assert_eq!((done.kind, done.new.len(), done.added_to, done.unchanged), ("LinkedIn", 1, 1, 0));
    assert_eq!(done.wrong.iter().map(|w| (w.line, w.why.as_str())).collect::<Vec<_>>(), [(4, "“nonsense” is no mail address.")]);
    assert_ne!(done.new[0].0, ben, "one name, two people");
    let page = person(cx(&scene, &app, "12:01"), dora, None).await.unwrap();
    assert_eq!(
        (page.role.as_str(), page.organisation.as_str(), page.mail.as_str()),
        ("Archivist", "Aldermoor Library", "dora@lind.example")
    );
    let again = contacts::import(cx(&scene, &app, "12:02"), file.as_bytes()).await.unwrap();
    assert_eq!((again.new.len(), again.added_to, again.unchanged), (0, 0, 2), "a second reading changes nothing");
    edit::set_work(cx(&scene, &app, "12:03"), dora, "Head", "Elsewhere").await.unwrap();
    contacts::import(cx(&scene, &app, "12:04"), file.as_bytes()).await.unwrap();
    assert_eq!(person(cx(&scene, &app, "12:05"), dora, None).await.unwrap().organisation, "Elsewhere", "what was edited here stays");
    edit::forget(cx(&scene, &app, "12:06"), dora).await.unwrap();
    let after = contacts::import(cx(&scene, &app, "12:07"), file.as_bytes()).await.unwrap();
    assert_eq!(after.new.iter().map(|n| n.1.as_str()).collect::<Vec<_>>(), ["Dora Lind"], "nothing was kept of whom we forgot");
}

/// Every tie as it is kept, and every tie told again from scratch.
async fn both_ways(scene: &Scene) -> (Vec<String>, Vec<String>) {
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, |tx| {
            let all = tx.talk_days().profiles(model::ProfileId(0), 1_000)?;
            let pairs = tx.pairs().walk((model::ProfileId(0), model::ProfileId(0)), 1_000)?;
            let sources = tx.pairs().walk_sources((model::ProfileId(0), model::ProfileId(0)), 1_000)?;
            assert_eq!(pairs.len(), sources.len() * 2, "a tie for every two who answered each other, both ways");
            let round = |t: model::Talk| {
                let now = at("12:00");
                format!("{:.9} {} {} {:?} {:?}", model::tie::exchange(&t, now), t.from_me, t.from_them, t.first_at, t.last_at)
            };
            let mut kept = Vec::new();
            let (mut scratch, mut scratch_ledger) = (Vec::new(), Vec::new());
            for &profile in &all {
                kept.push(format!("{profile} {} {:?}", round(tx.persons().talk(profile)?.unwrap()), tx.talk_days().of(profile)?));
                let (days, talk) = tie::from_scratch(tx, profile)?;
                scratch.push(format!("{profile} {} {days:?}", round(talk)));
            }
            let told = |tx: &store::Tx<'_>| {
                pairs.iter().map(|&(a, b)| Ok(format!("{a} {b} {:?}", tx.pairs().find(a, b)?))).collect::<store::Kept<Vec<_>>>()
            };
            kept.extend(told(tx)?);
            // The running ledger, and the one rebuilt from every word.
            for &profile in &all {
                let Some(person) = tx.persons().of_profile(profile)? else { continue };
                for w in tx.between().words(person, at("23:59"), 500)? {
                    kept.push(format!("{} {:?}", w.post, w.told));
                    let kind = verbs::relate::ledger::kind_of(w.kind, &w.text, w.answers.as_deref(), w.has_own_link);
                    scratch_ledger.push(format!("{} {:?}", w.post, Some(kind)));
                }
            }
            sources.iter().try_for_each(|&(a, b)| tie::pair_up(tx, a, b))?;
            scratch.extend(told(tx)?);
            scratch.extend(scratch_ledger);
            Ok((kept, scratch))
        })
        .await
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn ties_told_a_word_at_a_time_are_those_told_from_scratch(
        words in proptest::collection::vec((0..5usize, 0..12usize), 2..14), turn in 0..14usize,
    ) {
        let people = ["ada@plaza", "ann@plaza", "bob@plaza", "cyn@plaza", "dan@plaza"];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut text = "account ada@plaza\n".to_owned();
            for (n, (who, to)) in words.iter().enumerate() {
                let answers = if n > 0 && to % 3 > 0 { format!(" > {}", to % n + 1) } else { String::new() };
                text.push_str(&format!("post 0{}:{:02} {} \"{} {n}.\"{answers}\n", n / 6 + 1, n * 7 % 60, people[*who], ["Which one do you take, and why", "Eighteen over three, waxed, and not more than that", "Good?"][to % 3]));
            }
            let scene = Scene::set(&text).await;
            read(&scene, "ada@plaza", &people, turn).await;
            // A second reading, in another order, changes nothing.
            read(&scene, "ada@plaza", &people, turn + 3).await;
            let (kept, scratch) = both_ways(&scene).await;
            assert_eq!(kept, scratch);
        });
    }
}

#[tokio::test]
async fn an_aim_counts_an_introduction_that_came_about() {
    let mut scene = Scene::set(CIRCLE).await;
    let app = app(&scene);
    read(&scene, "ada@plaza", &EVERYBODY, 0).await;
    let (ben, dora) = (id_of(&scene, "ben@plaza").await, id_of(&scene, "dora@plaza").await);
    let wish = AimWish {
        name: "Know the paper makers".into(),
        why: "They know.".into(),
        measure: "introductions".into(),
        target: "3".into(),
        ..AimWish::default()
    };
    let aim = aims::add(cx(&scene, &app, "09:00"), &wish).await.unwrap();
    let counted = async |scene: &Scene| progress::one(cx(scene, &app, "18:00"), aim).await.unwrap().standing.n;
    ask(cx(&scene, &app, "09:30"), dora, ben).await.unwrap();
    assert_eq!(counted(&scene).await, 0, "it was only asked for");
    let network = scene.network("plaza");
    let elsewhere = network.say("eli@plaza", "@dora is the hall warm?", at("10:00"), None);
    network.say("dora@plaza", "@eli no.", at("10:01"), Some(&elsewhere));
    read(&scene, "ada@plaza", &["dora@plaza", "eli@plaza"], 0).await;
    assert_eq!(counted(&scene).await, 0, "to somebody else");
    let hello = network.say("ada@plaza", "@dora Ben says that you dry paper.", at("11:00"), None);
    network.say("dora@plaza", "@ada I do. Come by.", at("11:05"), Some(&hello));
    read(&scene, "ada@plaza", &["ada@plaza", "dora@plaza"], 0).await;
    assert_eq!(counted(&scene).await, 1);
    network.say("dora@plaza", "@ada on Friday?", at("11:30"), Some(&hello));
    read(&scene, "ada@plaza", &["dora@plaza"], 0).await;
    assert_eq!(counted(&scene).await, 1, "once");
}
