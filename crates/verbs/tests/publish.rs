//! Publishing on a real store and a network that lands what it is sent: drafts, plans, threads, times, edits, and what a person settles.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use jiff::SignedDuration;
use model::*;
use networks::Http;
use store::drafts::{Choice, Edit, KeptDraft};
use store::follows::FollowState;
use testkit::scene::at;
use testkit::{Fault, Op, Scene};
use verbs::jobs::Next;
use verbs::publish::by_hand::{self, Carried};
use verbs::publish::drafts::{self, Saved};
use verbs::publish::{self, calendar, deliver, follow, later, placed, when};
use verbs::{App, Config, Cx, VerbError};

struct Desk {
    scene: Scene,
    app: Arc<App>,
}

impl Desk {
    async fn set(text: &str) -> Desk {
        let scene = Scene::set(text).await;
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), config);
        Desk { scene, app }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    async fn fresh(&self, text: &str) -> KeptDraft {
        let mut kept = drafts::fresh(self.cx(at("09:00"))).await.unwrap();
        kept.draft.text = text.into();
        kept
    }
    async fn save(&self, kept: KeptDraft) -> KeptDraft {
        match drafts::save(self.cx(at("09:00")), kept, vec![]).await.unwrap() {
            Saved::Kept(kept) => *kept,
            Saved::TooLate { .. } => panic!("nobody else is here"),
        }
    }
    async fn draft(&self, text: &str) -> DraftId {
        let kept = self.fresh(text).await;
        self.save(kept).await.draft.id
    }
    async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.app.store.read(&self.scene.seat, move |tx| tx.deliveries().get(id)).await.unwrap()
    }
    async fn deliver(&self, id: DeliveryId, now: Timestamp) -> Next {
        publish::deliver(self.cx(now), id).await.unwrap()
    }
    fn said(&self) -> Vec<Post> {
        self.scene.networks["plaza"].said_by("ada@plaza")
    }
}

const ADA: &str = "voice Ada\naccount ada@plaza";

#[tokio::test]
async fn words_go_out_once_and_are_kept_as_a_conversation() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let id = desk.draft("Hello, everybody.").await;
    let one = publish::plan(desk.cx(at("09:00")), id, &[ada], at("09:00")).await.unwrap();
    let two = publish::plan(desk.cx(at("09:01")), id, &[ada], at("09:01")).await.unwrap();
    assert_eq!(one, two);
    assert_eq!(desk.deliver(one[0], at("09:01")).await, Next::Over);
    assert_eq!(desk.deliver(one[0], at("09:02")).await, Next::Over);
    assert_eq!(publish::plan(desk.cx(at("09:03")), id, &[ada], at("09:03")).await.unwrap(), one);
    assert_eq!(desk.said().len(), 1);
    let d = desk.delivery(one[0]).await;
    assert_eq!((d.state.clone(), d.attempts, d.post.is_some()), (DeliveryState::Landed, 1, true));
    let post = d.post.unwrap();
    let kept = desk.app.store.read(&desk.scene.seat, move |tx| tx.posts().get(post)).await.unwrap();
    assert!(kept.is_mine && kept.conversation.is_some());
    assert!(matches!(later::take_back(desk.cx(at("09:04")), id).await, Err(VerbError::TooLate(_))));
}

#[tokio::test]
async fn one_misfit_plans_nothing() {
    let desk = Desk::set("voice Ada\naccount ada@plaza\naccount ada@nook").await;
    let accounts: Vec<_> = desk.scene.accounts.values().copied().collect();
    let mut kept = desk.fresh("See https://a.example/x").await;
    kept.has_short_links = true;
    kept.draft.pictures.clear();
    let id = desk.save(kept).await.draft.id;
    let edit = Edit { account: accounts[1], texts: vec!["x".repeat(301)], choice: Choice::Own };
    let kept = drafts::get(desk.cx(at("09:00")), id).await.unwrap().0;
    drafts::save(desk.cx(at("09:00")), kept, vec![edit]).await.unwrap();
    let refused = publish::plan(desk.cx(at("09:00")), id, &accounts, at("09:00")).await;
    assert!(matches!(&refused, Err(VerbError::Misfits(m)) if m[0].why.contains("1 letters too long")), "{refused:?}");
    let (deliveries, links) = desk
        .app
        .store
        .read(&desk.scene.seat, move |tx| Ok::<_, VerbError>((tx.deliveries().of_draft(id)?, tx.links().list(at("00:00"), 10)?)))
        .await
        .unwrap();
    assert!(deliveries.is_empty() && links.is_empty());
    // Left out, the rest goes, with a short link that leads to its target, exactly as shown before.
    let (kept, _) = drafts::get(desk.cx(at("09:00")), id).await.unwrap();
    let out = Edit { account: accounts[1], texts: vec![], choice: Choice::Out };
    let looked = drafts::look(desk.cx(at("09:00")), &kept, std::slice::from_ref(&out)).await.unwrap();
    let shown = looked.iter().find(|r| r.account.id == accounts[0]).unwrap().outcome.as_ref().unwrap().parts[0].text.clone();
    drafts::save(desk.cx(at("09:00")), kept, vec![out]).await.unwrap();
    let planned = publish::plan(desk.cx(at("09:00")), id, &accounts, at("09:00")).await.unwrap();
    assert_eq!(planned.len(), 1);
    let sent = desk.delivery(planned[0]).await.part.text;
    assert_eq!(sent, shown);
    let code = sent.rsplit('/').next().unwrap().to_owned();
    assert!(sent.starts_with("See https://hobnob.example/go/") && code.len() == 7, "{sent}");
    let link = desk.app.store.read_unscoped(move |tx| tx.link_by_code(&code)).await.unwrap().unwrap().1;
    assert_eq!((link.target.as_str(), link.draft), ("https://a.example/x", Some(id)));
}

#[tokio::test]
async fn a_name_becomes_the_handle_that_person_has_there() {
    let desk = Desk::set("voice Ada\naccount ada@plaza\naccount ada@nook").await;
    let ben = desk.scene.networks["plaza"].profile_of("ben@plaza");
    let twins = [desk.scene.networks["plaza"].profile_of("sam@plaza"), desk.scene.networks["nook"].profile_of("sam@nook")];
    desk.app
        .store
        .write(&desk.scene.seat, move |tx| {
            tx.profiles().put(&Profile { name: "Ben Okri".into(), ..ben }, at("08:00"))?;
            for twin in twins {
                tx.profiles().put(&Profile { name: "Sam Lee".into(), ..twin }, at("08:00"))?;
            }
            Ok::<_, VerbError>(())
        })
        .await
        .unwrap();
    let kept = desk.fresh("@Ben Okri asked; @Sam Lee too, and @ben@plaza.").await;
    let looked = drafts::look(desk.cx(at("09:00")), &kept, &[]).await.unwrap();
    let text = |mark: &str| looked.iter().find(|r| r.place == mark).unwrap().outcome.as_ref().unwrap().parts[0].text.clone();
    // Two people of one name are never guessed at.
    assert_eq!(text("Plaza"), "@ben@plaza asked; @Sam Lee too, and @ben@plaza.");
    assert_eq!(text("Nook"), "Ben Okri asked; @Sam Lee too, and Ben Okri.");
}

#[tokio::test]
async fn a_thread_is_a_chain_and_a_refused_middle_stops_it() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let id = desk.draft(&format!("First {}\n---\nSecond {}\n---\nThird.", "a".repeat(200), "b".repeat(200))).await;
    let parts = publish::plan(desk.cx(at("09:00")), id, &[ada], at("09:00")).await.unwrap();
    assert_eq!(parts.len(), 3);
    desk.deliver(parts[0], at("09:00")).await;
    desk.scene.networks["plaza"].fail(Op::Post, Fault::Refuse("Too plain.".into()));
    desk.deliver(parts[1], at("09:00")).await;
    desk.deliver(parts[2], at("09:00")).await;
    assert_eq!(desk.said().len(), 1);
    let (second, third) = (desk.delivery(parts[1]).await, desk.delivery(parts[2]).await);
    assert_eq!((second.state, second.why.as_deref()), (DeliveryState::Refused, Some("Too plain.")));
    assert_eq!((third.state, third.hold), (DeliveryState::Planned, Some(Hold::Before)));
    later::try_again(desk.cx(at("09:05")), parts[1]).await.unwrap();
    desk.deliver(parts[1], at("09:05")).await;
    desk.deliver(parts[2], at("09:05")).await;
    let said = desk.said();
    assert_eq!(said.len(), 3);
    assert_eq!(said[1].reply_to.as_ref(), Some(&said[0].at.id));
    assert_eq!(said[2].reply_to.as_ref(), Some(&said[1].at.id));
    assert_eq!(desk.delivery(parts[2]).await.part.reply_to.unwrap().root.id, said[0].at.id);
}

#[tokio::test]
async fn what_is_planned_is_moved_taken_back_and_planned_again() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let id = desk.draft("Tomorrow's words.").await;
    let wish = when::wish_ahead("2026-09-09 12:30", "Europe/London", at("09:00")).unwrap();
    let planned = publish::plan(desk.cx(at("09:00")), id, &[ada], wish.at).await.unwrap();
    assert_eq!(desk.deliver(planned[0], at("10:00")).await, Next::At(wish.at));
    let moved = later::move_to(desk.cx(at("10:00")), id, "2026-09-10 12:30", "Europe/London").await.unwrap();
    assert_eq!(desk.delivery(planned[0]).await.due, moved.at);
    let page = calendar::calendar(desk.cx(at("10:00")), at("00:00"), moved.at + SignedDuration::from_hours(1)).await.unwrap();
    assert_eq!((page.slips.len(), page.slips[0].at, page.slips[0].can_move()), (1, moved.at, true));
    assert_eq!(later::take_back(desk.cx(at("10:01")), id).await.unwrap().taken, 1);
    assert_eq!(desk.deliver(planned[0], moved.at).await, Next::Over);
    assert_eq!(drafts::list(desk.cx(at("10:02"))).await.unwrap().len(), 1);
    drafts::throw(desk.cx(at("10:02")), id).await.unwrap();
    assert!(drafts::list(desk.cx(at("10:02"))).await.unwrap().is_empty());
    drafts::restore(desk.cx(at("10:02")), id).await.unwrap();
    let again = publish::plan(desk.cx(at("10:03")), id, &[ada], at("10:03")).await.unwrap();
    assert_ne!(again, planned);
    desk.deliver(again[0], at("10:03")).await;
    assert_eq!(desk.said().len(), 1);
}

#[tokio::test]
async fn late_is_not_fired_blindly() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let id = desk.draft("Good morning.").await;
    let planned = publish::plan(desk.cx(at("06:00")), id, &[ada], at("07:00")).await.unwrap();
    assert_eq!(desk.deliver(planned[0], at("08:30")).await, Next::Over);
    assert_eq!(desk.delivery(planned[0]).await.hold, Some(Hold::Late));
    let page = calendar::calendar(desk.cx(at("08:30")), at("00:00"), at("23:00")).await.unwrap();
    assert!(page.slips[0].is_late && page.stuck[0].hold == Some(Hold::Late));
    assert!(desk.said().is_empty());
    later::send_now(desk.cx(at("08:31")), id).await.unwrap();
    desk.deliver(planned[0], at("08:31")).await;
    assert_eq!(desk.said().len(), 1);
}

#[tokio::test]
async fn it_waits_for_a_sign_in_and_goes_when_the_account_speaks_again() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let id = desk.draft("Still here.").await;
    let planned = publish::plan(desk.cx(at("09:00")), id, &[ada], at("09:00")).await.unwrap();
    desk.scene.networks["plaza"].fail(Op::Post, Fault::SignInAgain);
    desk.deliver(planned[0], at("09:00")).await;
    let d = desk.delivery(planned[0]).await;
    assert_eq!((d.state, d.hold), (DeliveryState::Planned, Some(Hold::SignIn)));
    let state = desk.app.store.read(&desk.scene.seat, move |tx| tx.accounts().get(ada)).await.unwrap().state;
    assert_eq!(state, AccountState::SignInAgain);
    assert!(matches!(desk.deliver(planned[0], at("09:20")).await, Next::At(_)));
    desk.app
        .store
        .write(&desk.scene.seat, move |tx| {
            tx.accounts().set_state(ada, &AccountState::Working, None)?;
            later::wake(tx, ada, at("09:30"))
        })
        .await
        .unwrap();
    desk.deliver(planned[0], at("09:30")).await;
    assert_eq!(desk.said().len(), 1);
}

#[tokio::test]
async fn a_doubt_that_nobody_can_settle_is_settled_by_hand() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let mut network = desk.scene.networks["plaza"].clone();
    network.temper = testkit::Temper::CannotTell;
    let networks = networks::Networks::new(vec![Arc::new(network.clone())]);
    let app = App::new(desk.scene.kept.store.clone(), Http::new(Default::default()), networks, Config::default());
    let cx = |now| Cx { app: &app, seat: &desk.scene.seat, now };
    for (answer, expected) in [("there", 1), ("not there", 2)] {
        let id = desk.draft(&format!("In doubt: {answer}.")).await;
        let planned = publish::plan(cx(at("09:00")), id, &[ada], at("09:00")).await.unwrap();
        network.fail(Op::Post, if answer == "there" { Fault::DropAnswer } else { Fault::DropRequest });
        let next = publish::deliver(cx(at("09:00")), planned[0]).await.unwrap();
        let Next::At(soon) = next else { panic!("{next:?}") };
        // Too early a look changes nothing: the attempt may still be on the wire.
        assert!(matches!(publish::deliver(cx(soon), planned[0]).await.unwrap(), Next::At(_)));
        assert_eq!(desk.delivery(planned[0]).await.state, DeliveryState::Sending);
        // The attempt began a moment after nine.
        let look = at("09:00") + SignedDuration::try_from(deliver::LEASE).unwrap() + SignedDuration::from_secs(1);
        publish::deliver(cx(look), planned[0]).await.unwrap();
        assert_eq!(desk.delivery(planned[0]).await.state, DeliveryState::AskHuman);
        if answer == "there" {
            assert!(matches!(later::stands_there(cx(look), planned[0], "plaza/1").await, Err(VerbError::Wrong { .. })));
            later::stands_there(cx(look), planned[0], "https://plaza.example/1").await.unwrap();
        } else {
            later::not_there(cx(look), planned[0]).await.unwrap();
            publish::deliver(cx(look), planned[0]).await.unwrap();
        }
        assert_eq!(desk.delivery(planned[0]).await.state, DeliveryState::Landed);
        assert_eq!(network.said_by("ada@plaza").len(), expected);
    }
}

#[tokio::test]
async fn edits_and_deletes_follow_the_copies() {
    let desk = Desk::set("voice Ada\naccount ada@plaza\naccount ada@nook").await;
    let accounts: Vec<_> = desk.scene.accounts.values().copied().collect();
    let nook = desk.scene.account("ada@nook");
    desk.app
        .store
        .write(&desk.scene.seat, move |tx| {
            let mut account = tx.accounts().get(nook)?;
            account.rules.has_edit = false;
            tx.accounts().put(&account)
        })
        .await
        .unwrap();
    let id = desk.draft("Tpyo.").await;
    let planned = publish::plan(desk.cx(at("09:00")), id, &accounts, at("09:00")).await.unwrap();
    for d in &planned {
        desk.deliver(*d, at("09:00")).await;
    }
    desk.scene.networks["plaza"].fail(Op::Edit, Fault::DropAnswer);
    let followed = follow::change(desk.cx(at("09:05")), id, "Typo.").await.unwrap();
    let at_nook = followed.iter().find(|f| f.place == "Nook").unwrap();
    assert!(at_nook.state == FollowState::Refused && at_nook.why.as_ref().unwrap().contains("no edits"));
    let plaza = planned[usize::from(desk.delivery(planned[0]).await.account == nook)];
    let Next::At(again) = follow::follow(desk.cx(at("09:05")), plaza).await.unwrap() else { panic!("the answer was dropped") };
    assert_eq!(follow::follow(desk.cx(again), plaza).await.unwrap(), Next::Over);
    assert_eq!(desk.said()[0].text, "Typo.");
    let post = desk.delivery(plaza).await.post.unwrap();
    assert_eq!(desk.app.store.read(&desk.scene.seat, move |tx| tx.posts().get(post)).await.unwrap().post.text, "Typo.");
    let long = follow::change(desk.cx(at("09:10")), id, &"Much longer. ".repeat(40)).await;
    assert!(matches!(long, Err(VerbError::Wrong { field: "text", .. })), "{long:?}");
    assert_eq!(follow::take_down(desk.cx(at("09:20")), id).await.unwrap().len(), 2);
    for d in &planned {
        follow::follow(desk.cx(at("09:20")), *d).await.unwrap();
    }
    assert!(desk.said().is_empty() && desk.scene.networks["nook"].said_by("ada@nook").is_empty());
    let placed = placed::placed(desk.cx(at("09:21")), id).await.unwrap();
    assert!(placed.iter().all(|p| p.is_taken_down));
}

#[tokio::test]
async fn saved_too_late_loses_neither() {
    let desk = Desk::set(ADA).await;
    let first = desk.fresh("Mine.").await;
    let kept = desk.save(first.clone()).await;
    // The same press twice is no quarrel.
    assert_eq!(desk.save(first).await.version, kept.version);
    let mut theirs = kept.clone();
    theirs.draft.text = "Theirs.".into();
    desk.save(theirs).await;
    let mut mine = kept;
    mine.draft.text = "Mine again.".into();
    match drafts::save(desk.cx(at("09:00")), mine, vec![]).await.unwrap() {
        Saved::TooLate { theirs } => assert_eq!(theirs.draft.text, "Theirs."),
        Saved::Kept(_) => panic!("it overwrote"),
    }
}

#[tokio::test]
async fn a_bad_picture_is_refused_and_the_draft_stays() {
    let desk = Desk::set(ADA).await;
    let id = desk.draft("With a picture.").await;
    let refused = drafts::add_picture(desk.cx(at("09:00")), id, b"GIF89a nonsense".to_vec(), "").await;
    assert!(matches!(&refused, Err(VerbError::Wrong { field: "picture", .. })), "{refused:?}");
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(3000, 20, image::Rgb([9, 9, 9])).write_to(&mut file, image::ImageFormat::Png).unwrap();
    let picture = drafts::add_picture(desk.cx(at("09:00")), id, file.into_inner(), "A line").await.unwrap();
    assert_eq!(drafts::thumb(desk.cx(at("09:00")), id, 0).await.unwrap().0, "image/jpeg");
    let ada = desk.scene.account("ada@plaza");
    let planned = publish::plan(desk.cx(at("09:00")), id, &[ada], at("09:00")).await.unwrap();
    desk.deliver(planned[0], at("09:00")).await;
    assert_eq!(desk.said()[0].media[0].alt, "A line");
    drafts::remove_picture(desk.cx(at("09:00")), id, picture.id).await.unwrap();
}

const BY_HAND: &str = "voice Ada\naccount ada@plaza\nby-hand ada@x";

/// Plans `text` for X alone, to go out at 09:00, and lets the worker come by.
async fn to_x(desk: &Desk, text: &str) -> Vec<DeliveryId> {
    let id = desk.draft(text).await;
    let all = publish::plan(desk.cx(at("08:00")), id, &[desk.scene.account("ada@x")], at("09:00")).await.unwrap();
    assert_eq!(desk.deliver(all[0], at("08:30")).await, Next::At(at("09:00")));
    assert!(by_hand::list(desk.cx(at("08:30"))).await.unwrap().is_empty());
    // Hours too late is no reason to hold back what waits for a hand in any case.
    assert_eq!(desk.deliver(all[0], at("11:30")).await, Next::Over);
    all
}

#[tokio::test]
async fn what_is_carried_by_hand_waits_and_never_goes_to_the_wire() {
    let desk = Desk::set(BY_HAND).await;
    let all = to_x(&desk, "Hello there").await;
    let d = desk.delivery(all[0]).await;
    assert_eq!((d.state, d.hold, d.attempts), (DeliveryState::Planned, Some(Hold::Hand), 0));
    let listed = by_hand::list(desk.cx(at("11:30"))).await.unwrap();
    assert_eq!((listed.len(), listed[0].place, listed[0].handle.as_str(), listed[0].of), (1, "X", "ada", 1));
    let load = by_hand::load(desk.cx(at("11:31")), all[0]).await.unwrap();
    assert_eq!((load.text.as_str(), load.is_filled_in, load.why_not), ("Hello there", true, None));
    assert_eq!(load.page.as_deref(), Some("https://x.com/intent/post?text=Hello+there"));
    // What is not that post's address is not taken; what is odd is taken when said twice.
    let back = |address: &'static str, sure| by_hand::bring_back(desk.cx(at("12:00")), all[0], address, sure);
    assert!(matches!(back("https://example.org/1", true).await, Err(VerbError::Wrong { field: "address", .. })));
    assert!(matches!(back("https://x.com/ada", false).await, Ok(Carried::Odd(why)) if why.contains("x.com/ada/status/1234")));
    assert_eq!(desk.delivery(all[0]).await.state, DeliveryState::Planned);
    let url = Some("https://x.com/ada/status/77".to_owned());
    assert_eq!(back("https://x.com/ada/status/77?s=20", false).await.unwrap(), Carried::Landed { url: url.clone(), next: None });
    // A second press says the same.
    assert_eq!(back("https://x.com/ada/status/77", false).await.unwrap(), Carried::Landed { url: url.clone(), next: None });
    let d = desk.delivery(all[0]).await;
    assert_eq!((d.state, d.hold, d.landed_url, d.post.is_some()), (DeliveryState::Landed, None, url, true));
    // Another post can't stand at the same address.
    let other = to_x(&desk, "Something else").await;
    let twice = by_hand::bring_back(desk.cx(at("12:10")), other[0], "https://x.com/ada/status/77", false).await;
    assert!(matches!(twice, Err(VerbError::Wrong { .. })), "{twice:?}");
}

#[tokio::test]
async fn a_row_is_carried_one_by_one_each_answering_the_one_before() {
    let desk = Desk::set(BY_HAND).await;
    let all = to_x(&desk, "One.\n---\nTwo.\n---\nThree.").await;
    assert_eq!(all.len(), 3);
    let early = by_hand::bring_back(desk.cx(at("11:40")), all[1], "https://x.com/ada/status/2", false).await;
    assert!(matches!(early, Err(VerbError::TooLate(_))), "{early:?}");
    assert!(by_hand::load(desk.cx(at("11:40")), all[1]).await.unwrap().why_not.unwrap().contains("the post before it"));
    let first = by_hand::bring_back(desk.cx(at("11:41")), all[0], "https://x.com/ada/status/1", false).await.unwrap();
    assert!(matches!(first, Carried::Landed { next: Some(next), .. } if next == all[1]));
    let second = by_hand::load(desk.cx(at("11:42")), all[1]).await.unwrap();
    assert_eq!((second.answers.as_deref(), second.carry.part, second.carry.of), (Some("https://x.com/ada/status/1"), 2, 3));
    // The worker comes by as well, and changes nothing.
    assert_eq!(desk.deliver(all[1], at("11:43")).await, Next::Over);
    by_hand::bring_back(desk.cx(at("11:44")), all[1], "https://x.com/ada/status/2", false).await.unwrap();
    by_hand::bring_back(desk.cx(at("11:45")), all[2], "https://x.com/ada/status/3", false).await.unwrap();
    assert!(by_hand::list(desk.cx(at("11:46"))).await.unwrap().is_empty());
    assert_eq!(desk.delivery(all[2]).await.part.reply_to.unwrap().parent.id, "https://x.com/ada/status/2");
}

#[tokio::test]
async fn what_waits_for_a_hand_is_taken_back_moved_and_left_out_like_all_the_rest() {
    let desk = Desk::set(BY_HAND).await;
    let all = to_x(&desk, "Hello").await;
    let draft = desk.delivery(all[0]).await.draft;
    let page = calendar::calendar(desk.cx(at("12:00")), at("00:00"), at("23:00")).await.unwrap();
    assert_eq!((page.by_hand.len(), page.stuck.len(), page.slips[0].by_hand, page.slips[0].stuck), (1, 0, 1, 0));
    later::move_to(desk.cx(at("12:00")), draft, "2026-09-08 15:00", "UTC").await.unwrap();
    assert!(by_hand::list(desk.cx(at("12:01"))).await.unwrap().is_empty());
    assert_eq!(desk.deliver(all[0], at("12:01")).await, Next::At(at("15:00")));
    assert_eq!(desk.deliver(all[0], at("15:00")).await, Next::Over);
    assert_eq!(by_hand::list(desk.cx(at("15:01"))).await.unwrap().len(), 1);
    later::take_back(desk.cx(at("15:02")), draft).await.unwrap();
    assert!(by_hand::list(desk.cx(at("15:03"))).await.unwrap().is_empty());
    let gone = by_hand::bring_back(desk.cx(at("15:04")), all[0], "https://x.com/ada/status/1", false).await;
    assert!(matches!(gone, Err(VerbError::TooLate(_))));
    let all = to_x(&desk, "Again").await;
    later::leave_out(desk.cx(at("15:06")), all[0]).await.unwrap();
    assert!(by_hand::list(desk.cx(at("15:07"))).await.unwrap().is_empty());
}

#[tokio::test]
async fn taking_down_what_was_carried_by_hand_is_done_by_hand() {
    let desk = Desk::set(BY_HAND).await;
    let all = to_x(&desk, "Hello").await;
    let draft = desk.delivery(all[0]).await.draft;
    by_hand::bring_back(desk.cx(at("12:00")), all[0], "https://x.com/ada/status/1", false).await.unwrap();
    follow::take_down(desk.cx(at("12:01")), draft).await.unwrap();
    assert_eq!(follow::follow(desk.cx(at("12:01")), all[0]).await.unwrap(), Next::Over);
    let said = follow::followed(desk.cx(at("12:02")), draft).await.unwrap();
    assert!(said[0].is_by_hand && said[0].why.as_ref().unwrap().contains("take it down yourself"), "{said:?}");
    follow::done_by_hand(desk.cx(at("12:03")), all[0]).await.unwrap();
    assert_eq!(follow::followed(desk.cx(at("12:04")), draft).await.unwrap()[0].state, FollowState::Done);
    assert!(desk.delivery(all[0]).await.deleted_at.is_some());
    assert!(follow::done_by_hand(desk.cx(at("12:05")), all[0]).await.is_err());
}

#[tokio::test]
async fn a_worker_that_dies_while_pictures_go_up_posts_once() {
    let desk = Desk::set(ADA).await;
    let ada = desk.scene.account("ada@plaza");
    let id = desk.draft("See:").await;
    let file = include_bytes!("../src/publish/picture/fixtures/gps.jpg").to_vec();
    drafts::add_picture(desk.cx(at("09:00")), id, file, "A red field").await.unwrap();
    let one = publish::plan(desk.cx(at("09:00")), id, &[ada], at("09:00")).await.unwrap()[0];
    // It began, and nobody knows how far it came.
    let begun = desk.app.store.write(&desk.scene.seat, move |tx| tx.deliveries().begin_attempt(one, at("09:00"))).await.unwrap();
    assert!(begun.is_some());
    let Next::At(look) = desk.deliver(one, at("09:01")).await else { panic!("it is looked for first") };
    assert!(desk.said().is_empty());
    let mut next = Next::At(look);
    for _ in 0..6 {
        let Next::At(due) = next else { break };
        next = desk.deliver(one, due).await;
    }
    assert_eq!((desk.said().len(), desk.delivery(one).await.state), (1, DeliveryState::Landed));
}
