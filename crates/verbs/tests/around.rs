//! Around publishing, on a real store: slots, the duplicate guard, files of drafts, earlier versions, what is thrown away, the notebook, the
//! calendar's feed, hours by evidence, and edits that follow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use jiff::SignedDuration;
use model::*;
use networks::Http;
use store::drafts::{Choice, Edit, KeptDraft};
use testkit::scene::at;
use testkit::{Fault, Op, Scene};
use verbs::publish::drafts::{self, Saved, Thrown};
use verbs::publish::hours::Finding;
use verbs::publish::placed::{Mend, placed};
use verbs::publish::{self, calendar, feed, follow, history, hours, import, notebook, said, slots};
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
    async fn draft(&self, text: &str, now: Timestamp) -> KeptDraft {
        let mut kept = drafts::fresh(self.cx(now)).await.unwrap();
        kept.draft.text = text.into();
        self.save(kept, now).await
    }
    async fn save(&self, kept: KeptDraft, now: Timestamp) -> KeptDraft {
        match drafts::save(self.cx(now), kept, vec![]).await.unwrap() {
            Saved::Kept(kept) => *kept,
            Saved::TooLate { .. } => panic!("nobody else is here"),
        }
    }
    async fn due(&self, draft: DraftId, account: AccountId) -> String {
        let all = self.app.store.read::<_, VerbError>(&self.scene.seat, move |tx| Ok(tx.deliveries().of_draft(draft)?)).await.unwrap();
        all.iter().find(|d| d.account == account && d.part_index == 0).map(|d| d.due.to_string()).unwrap_or_default()
    }
    /// Sends all that is due.
    async fn work(&self, now: Timestamp) {
        for _ in 0..3 {
            let claimed = self.app.store.write_unscoped::<_, verbs::StoreError>(move |tx| tx.claim_jobs(now, now, 100)).await.unwrap();
            for job in claimed {
                let what = verbs::jobs::Job::from_row(&job.kind, job.subject).unwrap();
                if matches!(what, verbs::jobs::Job::Deliver(_) | verbs::jobs::Job::Follow(_) | verbs::jobs::Job::KeepHouse) {
                    verbs::jobs::perform(self.cx(now), what).await.unwrap();
                }
            }
        }
    }
    async fn words(&self, draft: DraftId) -> String {
        drafts::get(self.cx(at("09:00")), draft).await.unwrap().0.draft.text
    }
}

const ADA: &str = "voice Ada\naccount ada@plaza\naccount ada@nook";

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

#[tokio::test]
async fn each_place_has_its_own_next_free_slot() {
    let desk = Desk::set(ADA).await;
    let (plaza, nook) = (desk.scene.account("ada@plaza"), desk.scene.account("ada@nook"));
    let now = at("09:00");
    let draft = desk.draft("One.", now).await;
    let none = slots::plan(desk.cx(now), draft.draft.id, &[plaza]).await;
    assert!(matches!(&none, Err(VerbError::Wrong { why, .. }) if why.contains("has slots yet")), "{none:?}");
    // The scene's day is a Tuesday (1).
    assert_eq!(slots::put(desk.cx(now), plaza, &[1, 3], "12:30").await.unwrap(), 2);
    assert_eq!(slots::put(desk.cx(now), plaza, &[1], "12:30").await.unwrap(), 0);
    for (day, clock) in [(vec![1_u8], "25:00"), (vec![], "12:30"), (vec![9], "12:30")] {
        assert!(slots::put(desk.cx(now), plaza, &day, clock).await.is_err(), "{clock}");
    }
    let placings = slots::plan(desk.cx(now), draft.draft.id, &[plaza, nook]).await.unwrap();
    assert_eq!(
        placings.iter().map(|p| (p.clock.as_str(), p.is_along)).collect::<Vec<_>>(),
        [("2026-09-08 12:30", false), ("2026-09-08 12:30", true)]
    );
    // The same again stays; the next draft takes the next one, and so does one for both with slots of their own.
    assert_eq!(slots::plan(desk.cx(now), draft.draft.id, &[plaza, nook]).await.unwrap(), placings);
    slots::put(desk.cx(now), nook, &[1], "12:30").await.unwrap();
    slots::put(desk.cx(now), nook, &[2], "18:00").await.unwrap();
    let second = desk.draft("Two.", now).await.draft.id;
    slots::plan(desk.cx(now), second, &[plaza, nook]).await.unwrap();
    assert_eq!(
        (desk.due(second, plaza).await.as_str(), desk.due(second, nook).await.as_str()),
        ("2026-09-10T12:30:00Z", "2026-09-09T18:00:00Z")
    );
    let page = calendar::calendar(desk.cx(now), at("00:00"), at("00:00") + days(7)).await.unwrap();
    assert_eq!(page.slips.iter().map(|s| (s.words.as_str(), s.of)).collect::<Vec<_>>(), [("One.", 2), ("Two.", 1), ("Two.", 1)]);
    // Taken back, its slot is free again.
    publish::later::take_back(desk.cx(now), draft.draft.id).await.unwrap();
    let third = desk.draft("Three.", now).await.draft.id;
    slots::plan(desk.cx(now), third, &[plaza]).await.unwrap();
    assert_eq!(desk.due(third, plaza).await, "2026-09-08T12:30:00Z");
    let shown = slots::show(desk.cx(now), plaza).await.unwrap();
    assert_eq!(shown.coming[..3].iter().map(|(_, taken)| *taken).collect::<Vec<_>>(), [true, true, false]);
    slots::delete(desk.cx(now), plaza, 1, "12:30").await.unwrap();
    assert!(matches!(slots::delete(desk.cx(now), plaza, 1, "12:30").await, Err(VerbError::Missing(_))));
}

#[tokio::test]
async fn the_same_and_nearly_the_same_are_pointed_out_for_thirty_days() {
    let desk = Desk::set(ADA).await;
    let (plaza, nook) = (desk.scene.account("ada@plaza"), desk.scene.account("ada@nook"));
    let text = "Two seats are left in the bread workshop on Saturday, write to me if you want one of them.";
    let first = desk.draft(text, at("09:00")).await;
    publish::plan(desk.cx(at("09:00")), first.draft.id, &[plaza], at("09:00")).await.unwrap();
    desk.work(at("09:00")).await;
    let ask = |text: &str, now: Timestamp, to: AccountId| {
        let mut kept = first.clone();
        (kept.draft.id, kept.draft.text, kept.accounts) = (DraftId(77), text.into(), vec![to]);
        let desk = &desk;
        async move { said::said_before(desk.cx(now), &kept, &[]).await.unwrap() }
    };
    let found = ask(&text.to_uppercase(), at("10:00"), plaza).await;
    assert!(found.len() == 1 && found[0].is_same && found[0].draft == Some(first.draft.id) && !found[0].is_ahead, "{found:?}");
    let found = ask(&text.replace("Two seats are", "One seat is"), at("10:00"), plaza).await;
    assert!(found.len() == 1 && !found[0].is_same && found[0].likeness < 1.0, "{found:?}");
    assert!(ask(text, at("10:00"), nook).await.is_empty(), "another place");
    assert!(ask("The starter woke up at last, after three cold days of doing nothing at all.", at("10:00"), plaza).await.is_empty());
    assert!(ask(text, at("10:00") + days(31), plaza).await.is_empty(), "long ago");
    // The draft itself, pressed twice, is no repetition; what was taken down is not there.
    assert!(said::said_before(desk.cx(at("10:00")), &first, &[]).await.unwrap().is_empty());
    let planned = desk.draft("Saturday it is.", at("09:00")).await;
    publish::plan(desk.cx(at("09:00")), planned.draft.id, &[nook], at("12:00")).await.unwrap();
    assert!(ask("Saturday it is!", at("10:00"), nook).await[0].is_ahead);
    follow::take_down(desk.cx(at("10:00")), first.draft.id).await.unwrap();
    desk.work(at("10:00")).await;
    assert!(ask(text, at("11:00"), plaza).await.is_empty());
}

#[tokio::test]
async fn a_file_is_looked_at_and_taken_in_once() {
    let desk = Desk::set(ADA).await;
    let now = at("09:00");
    slots::put(desk.cx(now), desk.scene.account("ada@plaza"), &[2, 3], "08:00").await.unwrap();
    let file = "text,to,when,zone,kind,link\n\
        Planned,ada@plaza,2026-09-09 12:30,Europe/London,gives,https://a.example/x\n\
        \"Slot, one\",ada@plaza,slot,,,\n\
        Slot two,ada@plaza,SLOT,,,\n\
        No day,,,,,\n\
        Past,ada@plaza,2026-09-01 12:30,,,\n\
        Nobody,eve@plaza,,,shouts,ftp://x\n\
        ,ada@plaza,,,,\n";
    let p = import::look(desk.cx(now), "plan.csv", file.as_bytes(), vec![]).await.unwrap();
    let wrong: Vec<String> =
        p.lines.iter().flat_map(|l| l.wrong.iter().map(move |w| format!("{} {}: {}", l.number, w.column, w.why))).collect();
    assert_eq!((p.lines.len(), p.good()), (7, 4), "{wrong:?}");
    for expected in [
        "6 when: That time has passed",
        "7 to: There is no account called eve@plaza",
        "7 kind: “shouts”",
        "7 link: A link begins",
        "8 text: There",
    ] {
        assert!(wrong.iter().any(|w| w.starts_with(expected)), "{expected}: {wrong:?}");
    }
    assert_eq!(p.lines[0].at.unwrap().to_string(), "2026-09-09T11:30:00Z");
    assert!(p.taken_before.is_none() && drafts::list(desk.cx(now)).await.unwrap().is_empty(), "nothing is taken in by looking");
    let taken = import::take_in(desk.cx(now), p.id).await.unwrap();
    assert_eq!((taken.drafts.len(), taken.planned, taken.left), (4, 3, 3));
    let twice = import::take_in(desk.cx(now), p.id).await;
    assert!(matches!(&twice, Err(VerbError::TooLate(why)) if why.contains("already")), "{twice:?}");
    let week = calendar::calendar(desk.cx(now), at("00:00"), at("00:00") + days(7)).await.unwrap();
    let stands: Vec<String> = week.slips.iter().map(|s| format!("{} {}", s.words, s.at)).collect();
    assert_eq!(stands, ["Slot, one 2026-09-09T08:00:00Z", "Planned 2026-09-09T11:30:00Z", "Slot two 2026-09-10T08:00:00Z"]);
    assert_eq!(week.undated[0].draft.text, "No day");
    assert_eq!(desk.words(taken.drafts[0]).await, "Planned\n\nhttps://a.example/x");
    // The same file again is pointed out, and so are its rows.
    let again = import::look(desk.cx(at("10:00")), "other.csv", file.as_bytes(), vec![]).await.unwrap();
    assert_eq!(again.taken_before, Some((now, 4)));
    assert!(again.lines[0].tells.iter().any(|t| t.contains("The same words")), "{:?}", again.lines[0]);
    import::put_away(desk.cx(now), again.id).await.unwrap();
    assert!(matches!(import::preview(desk.cx(now), again.id).await, Err(VerbError::Missing(_))));
    for bad in [&b"\xff\xfe"[..], b"", b"hello"] {
        assert!(matches!(import::look(desk.cx(now), "x", bad, vec![]).await, Err(VerbError::Wrong { field: "file", .. })));
    }
}

#[tokio::test]
async fn earlier_words_are_kept_and_come_back() {
    let desk = Desk::set(ADA).await;
    let mut kept = desk.draft("The first words, which took a while to find and are worth keeping.", at("09:00")).await;
    let id = kept.draft.id;
    // Writing on makes no version; taking much out does.
    kept.draft.text += " And more.";
    kept = desk.save(kept, at("09:01")).await;
    assert_eq!(history::count(desk.cx(at("09:01")), id).await.unwrap(), 0);
    kept.draft.text = "Gone.".into();
    kept = desk.save(kept, at("09:02")).await;
    kept.draft.text = "Other.".into();
    desk.save(kept, at("09:03")).await;
    let (_, versions) = history::list(desk.cx(at("09:03")), id).await.unwrap();
    assert_eq!(versions.len(), 1, "{versions:?}");
    assert!(versions[0].text.ends_with("And more."));
    let was = history::bring_back(desk.cx(at("09:04")), id, versions[0].version).await.unwrap();
    assert!(desk.words(id).await.ends_with("And more."));
    history::bring_back(desk.cx(at("09:05")), id, was).await.unwrap();
    assert_eq!(desk.words(id).await, "Other.");
    assert!(history::bring_back(desk.cx(at("09:05")), id, 999).await.is_err());
    for n in 0..70_i64 {
        let mut kept = drafts::get(desk.cx(at("10:00")), id).await.unwrap().0;
        kept.draft.text = format!("{n} other words");
        desk.save(kept, at("10:00") + SignedDuration::from_mins(n * 6)).await;
    }
    assert_eq!(history::count(desk.cx(at("10:00")), id).await.unwrap(), 50);
}

#[tokio::test]
async fn what_is_thrown_away_comes_back_for_thirty_days_and_is_then_forgotten() {
    let desk = Desk::set(ADA).await;
    let plaza = desk.scene.account("ada@plaza");
    let now = at("09:00");
    let id = desk.draft("Planned words.", now).await.draft.id;
    let dot = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    drafts::add_picture(desk.cx(now), id, dot.to_vec(), "A dot").await.unwrap();
    publish::plan(desk.cx(now), id, &[plaza], at("12:00")).await.unwrap();
    assert_eq!(drafts::throw(desk.cx(now), id).await.unwrap(), Thrown::OutOfTheCalendar);
    desk.work(at("12:01")).await;
    assert!(desk.scene.networks["plaza"].said_by("ada@plaza").is_empty(), "what is thrown away does not go out");
    let thrown = drafts::thrown(desk.cx(now)).await.unwrap();
    assert_eq!((thrown.len(), thrown[0].1), (1, now + days(30)));
    drafts::restore(desk.cx(now), id).await.unwrap();
    assert_eq!(drafts::get(desk.cx(now), id).await.unwrap().0.draft.pictures.len(), 1);
    assert_eq!(drafts::throw(desk.cx(now), id).await.unwrap(), Thrown::Draft);
    let house = |now: Timestamp| verbs::jobs::perform(desk.cx(now), verbs::jobs::Job::KeepHouse);
    house(now + days(29)).await.unwrap();
    assert_eq!(drafts::thrown(desk.cx(now)).await.unwrap().len(), 1);
    house(now + days(31)).await.unwrap();
    assert!(matches!(drafts::restore(desk.cx(now), id).await, Err(VerbError::Missing(_))));
    let pictures = desk.app.store.read::<_, VerbError>(&desk.scene.seat, move |tx| Ok(tx.pictures().of_draft(id)?)).await.unwrap();
    assert!(pictures.is_empty());
    // What stands somewhere is not thrown away.
    let out = desk.draft("Out.", now).await.draft.id;
    publish::plan(desk.cx(now), out, &[plaza], now).await.unwrap();
    desk.work(now).await;
    assert!(matches!(drafts::throw(desk.cx(now), out).await, Err(VerbError::TooLate(_))));
}

#[tokio::test]
async fn a_note_grows_into_one_draft() {
    let desk = Desk::set(ADA).await;
    let now = at("09:00");
    assert!(notebook::jot(desk.cx(now), "  ").await.is_err());
    let id = notebook::jot(desk.cx(now), " Why does rye sulk? ").await.unwrap();
    let draft = notebook::grow(desk.cx(now), id).await.unwrap();
    assert_eq!(notebook::grow(desk.cx(now), id).await.unwrap(), draft, "a second press makes no second draft");
    assert_eq!(desk.words(draft).await, "Why does rye sulk?");
    assert_eq!(notebook::list(desk.cx(now)).await.unwrap()[0].draft, Some(draft));
    let note = notebook::throw(desk.cx(now), id).await.unwrap();
    assert!(notebook::list(desk.cx(now)).await.unwrap().is_empty());
    notebook::put_back(desk.cx(now), note).await.unwrap();
    assert_eq!(notebook::list(desk.cx(now)).await.unwrap()[0].text, "Why does rye sulk?");
}

#[tokio::test]
async fn the_feed_opens_with_its_secret_until_it_is_renewed() {
    let desk = Desk::set(ADA).await;
    let now = at("09:00");
    let id = desk.draft("Bread, butter; jam", now).await.draft.id;
    publish::plan(desk.cx(now), id, &[desk.scene.account("ada@plaza")], at("12:30")).await.unwrap();
    assert_eq!(feed::secret(desk.cx(now)).await.unwrap(), None);
    let secret = feed::renew(desk.cx(now)).await.unwrap();
    assert_eq!(feed::secret(desk.cx(now)).await.unwrap().as_ref(), Some(&secret));
    let text = feed::read(&desk.app, &secret, now).await.unwrap();
    assert!(text.contains("SUMMARY:Bread\\, butter\\; jam\r\n") && text.contains("DTSTART:20260908T123000Z\r\n"), "{text}");
    assert_eq!(feed::read(&desk.app, &secret, now).await.unwrap(), text, "unchanged, it says the same");
    let other = feed::renew(desk.cx(now)).await.unwrap();
    assert_ne!(secret, other);
    for wrong in [secret.as_str(), "", "' or 1=1", &"a".repeat(32)] {
        assert!(matches!(feed::read(&desk.app, wrong, now).await, Err(VerbError::Missing(_))), "{wrong}");
    }
    feed::close(desk.cx(now)).await.unwrap();
    assert!(feed::read(&desk.app, &other, now).await.is_err());
}

#[tokio::test]
async fn hours_are_judged_by_posts_that_people_answered() {
    let desk = Desk::set(ADA).await;
    let plaza = desk.scene.account("ada@plaza");
    for (clock, text) in [("06:00", "Is anybody awake?"), ("07:00", "Good.")] {
        let id = desk.draft(text, at(clock)).await.draft.id;
        publish::plan(desk.cx(at(clock)), id, &[plaza], at(clock)).await.unwrap();
        desk.work(at(clock)).await;
    }
    let network = &desk.scene.networks["plaza"];
    let mine = network.said_by("ada@plaza")[0].at.id.clone();
    network.say("ben@plaza", "I am.", at("06:10"), Some(&mine));
    network.say("ben@plaza", "Still.", at("06:20"), Some(&mine));
    verbs::converse::sync::sync(desk.cx(at("09:00")), plaza).await.unwrap();
    let found = hours::hours(desk.cx(at("09:00") + days(3)), Some(plaza)).await.unwrap();
    assert_eq!((found.all.posts, found.all.answered, found.all.answers), (2, 1, 1), "one person answered one of two");
    assert_eq!(found.finding(), Finding::TooFew);
    // Yesterday's posts are not counted yet: they may still be answered.
    assert_eq!(hours::hours(desk.cx(at("09:00")), Some(plaza)).await.unwrap().all.posts, 0);
}

#[tokio::test]
async fn a_change_follows_to_what_stands_and_to_what_is_in_line() {
    let desk = Desk::set(ADA).await;
    let (plaza, nook) = (desk.scene.account("ada@plaza"), desk.scene.account("ada@nook"));
    let now = at("09:00");
    slots::put(desk.cx(now), plaza, &[1], "10:00").await.unwrap();
    slots::put(desk.cx(now), nook, &[1], "18:00").await.unwrap();
    let id = desk.draft("Saturday.", now).await.draft.id;
    slots::plan(desk.cx(now), id, &[plaza, nook]).await.unwrap();
    desk.work(at("10:00")).await;
    follow::change(desk.cx(at("11:00")), id, "Sunday.").await.unwrap();
    desk.work(at("11:00")).await;
    desk.work(at("18:00")).await;
    for (network, handle) in [("plaza", "ada@plaza"), ("nook", "ada@nook")] {
        let said = desk.scene.networks[network].said_by(handle);
        assert_eq!(said.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["Sunday."], "{network}");
    }
    // Words of its own are not overwritten by the words of all.
    let own = desk.draft("For all.", now).await;
    let edit = Edit { account: nook, texts: vec!["For Nook.".into()], choice: Choice::Own };
    drafts::save(desk.cx(now), own.clone(), vec![edit]).await.unwrap();
    publish::plan(desk.cx(at("19:00")), own.draft.id, &[plaza, nook], at("19:00")).await.unwrap();
    desk.work(at("19:00")).await;
    follow::change(desk.cx(at("19:10")), own.draft.id, "For everybody.").await.unwrap();
    desk.work(at("19:10")).await;
    assert_eq!(desk.scene.networks["nook"].said_by("ada@nook").last().unwrap().text, "For Nook.");
    assert_eq!(desk.scene.networks["plaza"].said_by("ada@plaza").last().unwrap().text, "For everybody.");
}

#[tokio::test]
async fn an_account_that_cannot_speak_is_named_with_what_mends_it() {
    let desk = Desk::set(ADA).await;
    let (plaza, nook) = (desk.scene.account("ada@plaza"), desk.scene.account("ada@nook"));
    let now = at("09:00");
    let id = desk.draft("To both.", now).await.draft.id;
    desk.scene.networks["plaza"].fail(Op::Post, Fault::SignInAgain);
    publish::plan(desk.cx(now), id, &[plaza, nook], now).await.unwrap();
    verbs::desk::accounts::disconnect(desk.cx(now), nook).await.unwrap();
    desk.work(now).await;
    let all = placed(desk.cx(now), id).await.unwrap();
    let mend = |account: AccountId| all.iter().find(|p| p.account == account).unwrap().mend.clone();
    assert_eq!((mend(plaza), mend(nook)), (Some(Mend::SignIn("plaza".into())), Some(Mend::Connect("nook".into()))));
    let page = calendar::calendar(desk.cx(now), at("00:00"), at("23:00")).await.unwrap();
    assert_eq!(page.stuck.len(), 2, "none is forgotten: {:?}", page.stuck);
}
