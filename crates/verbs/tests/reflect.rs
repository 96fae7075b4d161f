//! The room of looking back: aims and what came of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::verdict::Proposal;
use model::{Aim, AimId, ConversationId, DeliveryId, Kind, LeaveFor, Link, LinkId, PersonId, Post, Visit, Visitor};
use networks::http::Reach;
use networks::{Http, Network};
use store::{StoreError, fresh_id};
use testkit::{Scene, scene::at};
use verbs::converse::{Arrival, take_in};
use verbs::publish;
use verbs::reflect::aims::{self, AimWish};
use verbs::reflect::balance::{self, Back};
use verbs::reflect::bring_in::{Format, bring_in};
use verbs::reflect::outcomes::{self, OutcomeWish};
use verbs::reflect::progress;
use verbs::reflect::sites::{self, Heard, Signed};
use verbs::reflect::trials::{self, State, TrialWish};
use verbs::reflect::visit::{self, Facts};
use verbs::reflect::{hanging, links};
use verbs::relate::edit;
use verbs::relate::opt_ins::{self, Noted};
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

/// Who said something, by their handle's first letters.
async fn person(scene: &Scene, handle: &str) -> PersonId {
    let (sql, handle) = ("select person from profiles where desk = $1 and handle = $2", handle.to_owned());
    let work = move |tx: &store::Tx<'_>| tx.find(sql, &store::args![tx.desk(), &handle], |row| row.get(0));
    scene.kept.store.read::<_, StoreError>(&scene.seat, work).await.unwrap().expect("they spoke")
}

#[tokio::test]
async fn only_answers_of_people_like_these_count_where_that_is_wanted() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("12:00") };
    let narrow = |like: &str| AimWish {
        measure: "replies".into(),
        target: "20".into(),
        by: String::new(),
        is_narrow: true,
        like_these: like.into(),
        ..wish()
    };
    let aim = aims::add(cx, &narrow("librarian OR archivist")).await.unwrap();
    let plaza = scene.networks["plaza"].clone();
    let said = say(&scene, &app, "Who mends spines?", Kind::Talks, Some(aim), "09:00").await;
    for (n, who) in ["ben@plaza", "cat@plaza", "dan@plaza"].into_iter().enumerate() {
        plaza.say(who, "We do.", at(&format!("09:1{n}")), Some(&said));
        take(&scene, plaza.said_by(who), "10:00").await;
    }
    let (ben, cat) = (person(&scene, "ben@plaza").await, person(&scene, "cat@plaza").await);
    edit::set_work(cx, ben, "Head librarian", "Aldermoor").await.unwrap();
    let names = |page: &progress::AimPage| page.people.iter().map(|(p, _)| p.name.clone()).collect::<Vec<_>>();
    let page = progress::one(cx, aim).await.unwrap();
    assert_eq!((page.standing.n, names(&page)), (1, vec!["Ben".to_owned()]), "by what they say of themselves");
    // Who hangs on it counts, whatever they say; and it is told who does.
    assert!(hanging::hang(cx, cat, aim).await.unwrap().2);
    assert!(!hanging::hang(cx, cat, aim).await.unwrap().2, "once is enough");
    let page = progress::one(cx, aim).await.unwrap();
    assert_eq!((page.standing.n, names(&page)), (2, vec!["Ben".to_owned(), "Cat".to_owned()]));
    assert_eq!((page.hung.0[0].name.as_str(), page.hung.1), ("Cat", 1));
    // They alone, without words.
    aims::change(cx, aim, &narrow("")).await.unwrap();
    assert_eq!(names(&progress::one(cx, aim).await.unwrap()), ["Cat"]);
    hanging::take_off(cx, cat, aim).await.unwrap();
    assert_eq!(progress::one(cx, aim).await.unwrap().standing.n, 0);
    // Everybody again.
    let all = AimWish { is_narrow: false, ..narrow("") };
    aims::change(cx, aim, &all).await.unwrap();
    assert_eq!(progress::one(cx, aim).await.unwrap().standing.n, 3);

    for (wish, field) in [
        (narrow("librarian OR"), "like_these"),
        (AimWish { is_narrow: false, ..narrow("librarian") }, "like_these"),
        (AimWish { measure: "visits".into(), ..narrow("librarian") }, "like_these"),
    ] {
        assert!(matches!(aims::change(cx, aim, &wish).await, Err(VerbError::Wrong { field: f, .. }) if f == field), "{wish:?}");
    }
    aims::close(cx, aim).await.unwrap();
    assert!(matches!(hanging::hang(cx, cat, aim).await, Err(VerbError::Wrong { field: "aim", .. })));
}

#[tokio::test]
async fn a_talk_touches_the_aim_of_who_speaks_in_it_unless_it_has_its_own() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("12:00") };
    let (theirs, own) = (aims::add(cx, &wish()).await.unwrap(), aims::add(cx, &wish()).await.unwrap());
    let (talk, ben) = asked_by_ben(&scene).await;
    let face =
        || async { scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| Ok(tx.conversations().get(talk)?.face)).await.unwrap() };
    let without = face().await;
    assert_eq!((without.touches, without.rank), (None, 2));
    hanging::hang(cx, ben, theirs).await.unwrap();
    assert_eq!((face().await.touches, face().await.rank), (Some(theirs), 0), "it comes first now");
    hanging::serve(cx, talk, Some(own)).await.unwrap();
    assert_eq!(face().await.touches, Some(own));
    hanging::serve(cx, talk, None).await.unwrap();
    hanging::take_off(cx, ben, theirs).await.unwrap();
    assert_eq!(face().await, without, "as it was before");
    assert!(hanging::serve(cx, talk, Some(AimId(7))).await.is_err(), "there is no such aim");
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

/// A browser as it follows a link.
fn facts(place: &str, agent: &str) -> Facts {
    Facts {
        user_agent: Some(agent.into()),
        accept: Some("text/html".into()),
        referer: "https://plaza.example/@ben".into(),
        place: place.into(),
        method: "GET".into(),
        ..Facts::default()
    }
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

#[tokio::test]
async fn somebody_counts_once_a_day_and_the_day_cannot_be_told_from_what_is_kept() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let aim = aims::add(cx, &wish()).await.unwrap();
    visited(&scene, aim, "abcdefg", &[]).await;
    visited(&scene, aim, "hijklmn", &[]).await;
    let day = jiff::SignedDuration::from_hours(24);
    let come = |code: &'static str, place: &'static str, agent: &'static str, now| {
        let app = app.clone();
        async move { visit::visit(&app, code, &facts(place, agent), now).await.unwrap().map(|t| t.to_string()) }
    };
    for (code, place, agent, now) in [
        ("abcdefg", "203.0.113.5", FIREFOX, at("09:00")),
        ("abcdefg", "203.0.113.5", FIREFOX, at("21:00")),
        ("abcdefg", "203.0.113.6", FIREFOX, at("09:01")),
        ("hijklmn", "203.0.113.5", FIREFOX, at("09:02")),
        ("abcdefg", "203.0.113.7", "Googlebot/2.1", at("09:03")),
        ("abcdefg", "203.0.113.7", "Googlebot/2.1", at("09:03")),
    ] {
        assert_eq!(come(code, place, agent, now).await.as_deref(), Some("https://fold.example/workshops"));
    }
    assert_eq!(visits(&app, &scene, aim).await, 0, "they wait for the second to end");
    assert_eq!(visit::flush(&app).await.unwrap(), 6);
    assert_eq!(visits(&app, &scene, aim).await, 3, "by one link once a day; machines are no visits");
    come("abcdefg", "203.0.113.5", FIREFOX, at("09:00") + day).await;
    visit::flush(&app).await.unwrap();
    assert_eq!(visits(&app, &scene, aim).await, 4);
    let salts = app.store.read_unscoped::<_, StoreError>(|tx| tx.count("select count(*) from day_salts", &[])).await.unwrap();
    assert_eq!(salts, 1, "yesterday's salt is thrown away");
    assert_eq!(visit::flush(&app).await.unwrap(), 0);
    for nowhere in ["", "nowhere", "a/../b", &"a".repeat(33)] {
        assert_eq!(visit::visit(&app, nowhere, &facts("203.0.113.5", FIREFOX), at("09:00")).await.unwrap(), None);
    }
}

async fn visits(app: &App, scene: &Scene, aim: AimId) -> u64 {
    let until = at("09:00") + jiff::SignedDuration::from_hours(100);
    app.store.read::<_, StoreError>(&scene.seat, move |tx| tx.visits().count_for(aim, model::Timestamp::UNIX_EPOCH, until)).await.unwrap()
}

#[tokio::test]
async fn more_than_fit_one_statement_are_put_in_together() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let aim = aims::add(cx, &wish()).await.unwrap();
    visited(&scene, aim, "abcdefg", &[]).await;
    for n in 0..301 {
        visit::visit(&app, "abcdefg", &facts(&format!("10.0.{}.{}", n / 250, n % 250), FIREFOX), at("09:00")).await.unwrap();
    }
    assert_eq!(visit::flush(&app).await.unwrap(), 301);
    assert_eq!(visits(&app, &scene, aim).await, 301);
}

fn days_ago(n: i64) -> String {
    let day: jiff::civil::Date = "2026-09-08".parse().unwrap();
    day.checked_sub(jiff::Span::new().days(n)).unwrap().to_string()
}

#[tokio::test]
async fn a_trial_is_counted_by_day_held_against_the_days_before_and_decided_by_the_person() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let aim = aims::add(cx, &wish()).await.unwrap();
    // One a day in the three weeks before, three a day in the trial that began three weeks ago.
    let visits: Vec<(String, Visitor)> = (1..=42)
        .flat_map(|ago| std::iter::repeat_n(format!("{}T12:00:00Z", days_ago(ago)), if ago <= 21 { 3 } else { 1 }))
        .map(|at| (at, Visitor::Person))
        .collect();
    let borrowed: Vec<(&str, Visitor)> = visits.iter().map(|(at, who)| (at.as_str(), *who)).collect();
    visited(&scene, aim, "abcdefg", &borrowed).await;
    let account = scene.account("ada@plaza").to_string();
    let wish = TrialWish { venue: "the plaza".into(), account, starts_on: days_ago(21), ..TrialWish::default() };
    let id = trials::begin(cx, aim, &wish).await.unwrap();
    for (day, minutes) in [(days_ago(21), "30"), (days_ago(3), "")] {
        trials::note_day(cx, id, &day, true, minutes).await.unwrap();
    }
    assert!(matches!(trials::note_day(cx, id, &days_ago(30), true, "").await, Err(VerbError::Wrong { field: "day", .. })));
    let look = trials::list(cx, aim).await.unwrap().remove(0);
    assert_eq!((look.question.before.count, look.question.after.count, look.question.after.days), (21, 63, 21.0));
    assert_eq!((look.state, look.day, look.hours), (State::Waiting, 21, 0.5));
    assert_eq!(look.boxes.iter().filter(|b| b.was_there).count(), 2);
    assert_eq!(look.verdict.proposal, Proposal::Stay, "{}", look.verdict.sentence);
    assert!(look.trial.plan.contains("ask nothing"), "the first week asks nothing");
    assert_eq!((look.traffic.unwrap().wrote, look.verdict.an_hour), (0, Some(84.0)));
    trials::decide(cx, id, "three more weeks", "I was away").await.unwrap();
    let again = trials::list(cx, aim).await.unwrap().remove(0);
    assert_eq!((again.trial.days, again.state, again.day), (42, State::Running, 22));
    assert!(matches!(trials::decide(cx, id, "three more weeks", "").await, Err(VerbError::Wrong { field: "verdict", .. })));
    trials::decide(cx, id, "leave", "Pretty, and nobody talks.").await.unwrap();
    let left = trials::list(cx, aim).await.unwrap().remove(0);
    assert_eq!((left.state, left.reason()), (State::Decided(Proposal::Leave), Some("Pretty, and nobody talks.")));
    let said: Vec<_> = left.decisions.iter().map(|d| (d.verdict, d.proposed)).collect();
    assert_eq!(said, [(Proposal::ThreeMoreWeeks, Proposal::Stay), (Proposal::Leave, Proposal::Stay)], "what was proposed stays on record");
}

#[tokio::test]
async fn several_places_are_judged_the_more_strictly_and_those_at_once_are_told() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let aim = aims::add(cx, &wish()).await.unwrap();
    for (venue, ago) in [("one", 60), ("two", 30), ("three", 10)] {
        trials::begin(cx, aim, &TrialWish { venue: venue.into(), starts_on: days_ago(ago), ..TrialWish::default() }).await.unwrap();
    }
    let looks = trials::list(cx, aim).await.unwrap();
    let told: Vec<_> = looks.iter().map(|l| (l.trial.venue.as_str(), l.question.tried, l.overlaps.as_deref())).collect();
    assert_eq!(told, [("three", 3, Some("two")), ("two", 3, Some("three")), ("one", 3, None)]);
    assert!((looks[0].verdict.level - (1.0 - 0.05 / 3.0)).abs() < 1e-12);
    for (bad, field) in [
        (TrialWish { venue: " ".into(), ..TrialWish::default() }, "venue"),
        (TrialWish { venue: "x".into(), starts_on: "2020-01-01".into(), ..TrialWish::default() }, "starts"),
        (TrialWish { venue: "x".into(), hours: "-1".into(), ..TrialWish::default() }, "hours"),
        (TrialWish { venue: "x".into(), account: "77".into(), ..TrialWish::default() }, "account"),
    ] {
        match trials::begin(cx, aim, &bad).await {
            Err(VerbError::Wrong { field: told, .. }) => assert_eq!(told, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let elsewhere = AimWish {
        elsewhere: "visits to three customers".into(),
        elsewhere_an_hour: "0.5".into(),
        worth: "80 pounds".into(),
        ..self::wish()
    };
    aims::change(cx, aim, &elsewhere).await.unwrap();
    assert_eq!(trials::list(cx, aim).await.unwrap()[0].question.elsewhere, Some(0.5));
}

#[tokio::test]
async fn an_outcome_is_walked_back_to_the_visit_the_link_the_talk_and_the_person() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("10:00") };
    let (talk, person) = asked_by_ben(&scene).await;
    let aim = aims::add(cx, &wish()).await.unwrap();
    visited_in(&scene, aim, "abcdefg", Some(talk), Some(person), &[]).await;
    let (site, _) = sites::add(cx, "https://www.fold.example/", "").await.unwrap();
    assert_eq!(site.host, "fold.example");
    let ben = facts("203.0.113.5", FIREFOX);
    visit::visit(&app, "abcdefg", &ben, at("10:00")).await.unwrap();
    let beacon = |name: &str| {
        format!("{{\"n\": \"{name}\", \"u\": \"https://fold.example/thanks\", \"r\": \"https://fold.example/\", \"s\": \"Tom\"}}")
    };
    let script = Facts { accept: None, method: "POST".into(), ..ben.clone() };
    let sent = |key: String, body: String, facts: Facts| {
        let app = app.clone();
        async move { sites::hear(&app, &key, body.as_bytes(), &facts, at("10:20")).await }
    };
    assert_eq!(sent(site.key.clone(), beacon("Booking"), script.clone()).await, Ok(Heard::Kept));
    assert_eq!(sent(site.key.clone(), beacon("booking"), script.clone()).await, Ok(Heard::PassedOver), "once a day");
    let machine = Facts { user_agent: Some("Googlebot/2.1".into()), ..script.clone() };
    assert_eq!(sent(site.key.clone(), beacon("booking"), machine).await, Ok(Heard::PassedOver));
    let other = Facts { place: "203.0.113.6".into(), ..script.clone() };
    assert_eq!(sent(site.key.clone(), beacon("booking"), other).await, Ok(Heard::Kept), "joined to nothing, and kept");
    assert!(sent("nokey".into(), beacon("booking"), script.clone()).await.is_err());
    let elsewhere = beacon("booking").replace("fold.example/thanks", "evil.example/thanks");
    assert!(matches!(sent(site.key.clone(), elsewhere, script).await, Err(VerbError::Wrong { field: "u", .. })));
    let told = outcomes::of_person(cx, person).await.unwrap();
    assert_eq!(told.len(), 1);
    let (o, t) = (&told[0].outcome, &told[0]);
    assert_eq!((o.name.as_str(), o.aim, o.conversation, o.said_by.as_deref()), ("booking", Some(aim), Some(talk), Some("Tom")));
    assert_eq!((t.code.as_deref(), t.person.as_ref().map(|p| p.id), t.visit_at), (Some("abcdefg"), Some(person), Some(at("10:00"))));
    assert_eq!(outcomes::of_conversation(cx, talk).await.unwrap().len(), 1, "and the other way");
    assert_eq!(progress::one(cx, aim).await.unwrap().outcomes.len(), 1);
    outcomes::take_back(cx, o.id).await.unwrap();
    assert!(outcomes::of_person(cx, person).await.unwrap().is_empty());
    outcomes::put_back(cx, o.id).await.unwrap();
    let by_hand = OutcomeWish { name: "meeting".into(), conversation: Some(talk), person: Some(person), ..OutcomeWish::default() };
    outcomes::note(cx, &by_hand).await.unwrap();
    assert_eq!(outcomes::of_person(cx, person).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_server_signs_counts_once_and_what_it_did_not_sign_never() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("10:00") };
    let aim = aims::add(cx, &AimWish { measure: "outcomes".into(), ..wish() }).await.unwrap();
    let (site, secret) = sites::add(cx, "fold.example", &aim.to_string()).await.unwrap();
    assert_eq!(sites::secret(cx, site.id).await.unwrap(), secret);
    let stamp = at("10:00").as_second().to_string();
    let body = br#"{"name": "Sign-up", "value": 40, "id": "order-7"}"#;
    let signature = sites::sign(&secret, "m1", &stamp, body);
    let signed = Signed { id: "m1", timestamp: &stamp, signature: &signature, body };
    assert_eq!(sites::hook(&app, &site.key, &signed, at("10:01")).await, Ok(Heard::Kept));
    assert_eq!(sites::hook(&app, &site.key, &signed, at("10:02")).await, Ok(Heard::PassedOver), "sent again");
    assert!(sites::hook(&app, &site.key, &signed, at("10:30")).await.is_err(), "an old message");
    let forged = Signed { body: br#"{"name": "Sign-up", "value": 4000}"#, ..signed };
    assert!(matches!(sites::hook(&app, &site.key, &forged, at("10:01")).await, Err(VerbError::Wrong { field: "signature", .. })));
    let page = progress::one(cx, aim).await.unwrap();
    assert_eq!((page.standing.n, page.outcomes[0].outcome.value), (1, Some(40.0)));
}

#[tokio::test]
async fn a_log_and_exports_are_brought_in_once() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("10:00") };
    let aim = aims::add(cx, &wish()).await.unwrap();
    visited(&scene, aim, "abcdefg", &[]).await;
    let (site, _) = sites::add(cx, "fold.example", &aim.to_string()).await.unwrap();
    let line = |place: &str, path: &str, referer: &str, agent: &str| {
        format!("{place} - - [07/Sep/2026:09:14:07 +0000] \"GET {path} HTTP/1.1\" 200 5 \"{referer}\" \"{agent}\"\n")
    };
    let log = [
        line("203.0.113.5", "/workshops?via=abcdefg", "https://plaza.example/", FIREFOX),
        line("203.0.113.5", "/style.css", "https://fold.example/workshops", FIREFOX),
        line("203.0.113.5", "/thanks", "https://fold.example/workshops", FIREFOX),
        line("203.0.113.6", "/workshops", "https://other.example/", FIREFOX),
        line("203.0.113.7", "/workshops", "-", "Googlebot/2.1 (+http://www.google.com/bot.html)"),
        "x [7] \"no line\"\n".to_owned(),
    ]
    .concat();
    let marks = [("booking".to_owned(), "/thanks".to_owned())];
    let first = bring_in(cx, site.id, Format::Log, log.as_bytes(), &marks).await.unwrap();
    assert_eq!((first.rows, first.bad, first.people, first.machines, first.outcomes, first.joined), (5, 1, 2, 1, 1, 1), "{first:?}");
    assert!(first.first_bad.unwrap().starts_with("line 6: "));
    let again = bring_in(cx, site.id, Format::Log, log.as_bytes(), &marks).await.unwrap();
    assert_eq!((again.outcomes, again.known), (0, 1));
    assert_eq!(sites::list(cx).await.unwrap()[0].1, [("other.example".to_owned(), 1), ("plaza.example".to_owned(), 1)]);
    let plausible = "date,name,link_url,path,visitors,events\n2026-09-01,Signup,,,3,4\n2026-09-02,Signup,,,1,1\n";
    let report = bring_in(cx, site.id, Format::Plausible, plausible.as_bytes(), &[]).await.unwrap();
    assert_eq!((report.rows, report.outcomes), (2, 2));
    let sources = "date,source,referrer,utm_source,pageviews,visitors,visits\n2026-09-01,Plaza,plaza.example,,9,5,6\n";
    assert_eq!(bring_in(cx, site.id, Format::Plausible, sources.as_bytes(), &[]).await.unwrap().people, 5);
    let umami = "website_id,session_id,hostname,url_path,url_query,referrer_domain,event_type,event_name,created_at\n\
                 w,s1,fold.example,/workshops,via=abcdefg,plaza.example,1,,2026-09-03 10:00:00\n\
                 w,s1,fold.example,/workshops,,,2,booking,2026-09-03 10:05:00\n";
    let report = bring_in(cx, site.id, Format::Umami, umami.as_bytes(), &[]).await.unwrap();
    assert_eq!((report.people, report.outcomes, report.joined), (1, 1, 1));
    let goat = "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date\n\
                /workshops,W,false,,Firefox,Linux,a,0,plaza.example/x,h,,GB,true,2026-09-04T10:00:00Z\n\
                booking,B,true,,Firefox,Linux,a,0,,,,GB,false,2026-09-04T10:01:00Z\n\
                /workshops,W,false,,Bot,,b,3,,,,US,true,2026-09-04T10:02:00Z\n";
    let report = bring_in(cx, site.id, Format::GoatCounter, goat.as_bytes(), &[]).await.unwrap();
    assert_eq!((report.people, report.machines, report.outcomes), (1, 1, 1));
    assert!(matches!(bring_in(cx, site.id, Format::Umami, b"a,b\n1,2\n", &[]).await, Err(VerbError::Wrong { field: "file", .. })));
}

/// A talk that Ben began with us.
async fn asked_by_ben(scene: &Scene) -> (ConversationId, PersonId) {
    let plaza = scene.networks["plaza"].clone();
    plaza.say("ben@plaza", "@ada any tips for a cold kitchen?", at("09:00"), None);
    take(scene, plaza.said_by("ben@plaza"), "09:10").await;
    let found = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| {
        let sql = "select c.id, c.person from conversations c where c.desk = $1 and c.person is not null";
        tx.find(sql, &[store::Value::from(tx.desk())], |row| Ok((row.get(0)?, row.get(1)?)))
    });
    found.await.unwrap().expect("what was said to us makes a conversation")
}

#[tokio::test]
async fn targets_are_marked_by_choice_alone() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let aim = aims::add(cx, &wish()).await.unwrap();
    visited(&scene, aim, "abcdefg", &[]).await;
    let follow = || {
        let app = app.clone();
        async move { visit::visit(&app, "abcdefg", &facts("203.0.113.5", FIREFOX), at("09:00")).await.unwrap().unwrap().to_string() }
    };
    assert_eq!(follow().await, "https://fold.example/workshops");
    links::set_marks(cx, true).await.unwrap();
    let marked = "https://fold.example/workshops?utm_source=plaza&utm_medium=social&utm_campaign=fill-the-autumn-workshops&via=abcdefg";
    assert_eq!(follow().await, marked);
    links::set_marks(cx, false).await.unwrap();
    assert_eq!(follow().await, "https://fold.example/workshops");
}

#[tokio::test]
async fn an_aim_counts_who_says_yes_from_the_day_it_began() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = |clock: &str| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    let noted = |address: &str| Noted {
        address: address.into(),
        place: "At the fair".into(),
        words: "Please write to me".into(),
        ..Noted::default()
    };
    opt_ins::note(cx("08:00"), LeaveFor::Rounds, &noted("before@fold.example")).await.unwrap();
    let id = aims::add(cx("09:00"), &AimWish { measure: "opt-ins".into(), target: "10".into(), ..wish() }).await.unwrap();
    let standing = async |clock: &str| progress::one(cx(clock), id).await.unwrap().standing.sentence;
    assert_eq!(standing("09:30").await, "No yeses yet; ten are aimed for by 27 October.");
    let ben = opt_ins::note(cx("10:00"), LeaveFor::Rounds, &noted("ben@fold.example")).await.unwrap();
    opt_ins::note(cx("10:01"), LeaveFor::Rounds, &noted("cat@fold.example")).await.unwrap();
    // The letter of the week tells a client how it goes, and is none to readers.
    opt_ins::note(cx("10:02"), LeaveFor::Week, &noted("dora@fold.example")).await.unwrap();
    assert!(standing("10:30").await.starts_with("Two of ten yeses"), "{}", standing("10:30").await);
    opt_ins::withdraw(cx("11:00"), ben).await.unwrap();
    assert!(standing("11:30").await.starts_with("Two of ten yeses"), "one that is taken back was said all the same");
}

#[tokio::test]
async fn an_aim_counts_new_readers_of_a_feed_by_the_servers_log() {
    let scene = Scene::set("account ada@plaza").await;
    let app = app(&scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:00") };
    let site = sites::add(cx, "fold.example", "").await.unwrap().0.id;
    let feed = AimWish { measure: "readers".into(), target: "50".into(), url: "https://fold.example/feed/".into(), ..wish() };
    let id = aims::add(cx, &feed).await.unwrap();
    let log = |days: std::ops::RangeInclusive<u32>, path: &str, n: u32| -> String {
        let line = |day| {
            format!(
                "203.0.113.9 - - [{day:02}/Sep/2026:06:00:00 +0000] \"GET {path} HTTP/1.1\" 200 5 \"-\" \"Feedly/1.0 ({n} subscribers)\"\n"
            )
        };
        days.map(line).collect()
    };
    let counted = async || progress::one(cx, id).await.unwrap().standing.n;
    // What there was before is where it begins; another feed's readers are not this one's.
    let before = log(1..=7, "/feed/", 40) + &log(1..=14, "/notes/feed/", 900);
    bring_in(cx, site, Format::Log, before.as_bytes(), &[]).await.unwrap();
    assert_eq!(counted().await, 0);
    let after = before + &log(8..=14, "/feed/", 47);
    let told = bring_in(cx, site, Format::Log, after.as_bytes(), &[]).await.unwrap();
    assert_eq!(told.feeds, 2, "{told:?}");
    assert_eq!(counted().await, 7, "the mean of the last seven days is 47");
    bring_in(cx, site, Format::Log, after.as_bytes(), &[]).await.unwrap();
    assert_eq!(counted().await, 7, "the same log again tells nothing new");
}
