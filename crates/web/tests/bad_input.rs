//! What goes wrong with a post, one by one: the page says what happened, that nothing is lost or sent twice, and what there is to press.
//! The networks are ours, the store and the pages are the real ones, and the clock is set by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod desk;

use std::cell::Cell;

use axum::http::StatusCode;
use desk::Desk;
use jiff::SignedDuration;
use model::{DeliveryState, Seat, Timestamp};
use testkit::{Fault, Op, scene::at};
use verbs::jobs::{Job, Next, perform};
use verbs::{Cx, StoreError};

const ADA: &str = "voice Ada\naccount ada@plaza\naccount ada@nook";
const FAMILY: &str = "👨‍👩‍👧‍👦";

thread_local! {
    static NOW: Cell<Timestamp> = Cell::new(at("11:14"));
}

fn clock() -> Timestamp {
    NOW.get()
}

fn set_clock(now: Timestamp) {
    NOW.set(now);
}

fn pass(span: SignedDuration) {
    NOW.set(NOW.get() + span);
}

async fn open(text: &str) -> Desk {
    Desk::open_by(text, clock).await
}

/// What a page has to say.
struct Says {
    happened: &'static str,
    safe: &'static str,
    press: &'static [&'static str],
}

impl Says {
    #[track_caller]
    fn on(&self, page: &str) {
        for words in [self.happened, self.safe].iter().chain(self.press) {
            assert!(page.contains(words), "“{words}” is not said in {}", main_of(page));
        }
    }
}

fn main_of(page: &str) -> &str {
    let from = page.find("<main").unwrap_or(0);
    &page[from..page.find("</main>").unwrap_or(page.len())]
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = &text[text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len()..];
    &rest[..rest.find(to).expect("it ends")]
}

/// Does what is due, once; answers when it wants to go on with sending.
async fn work(desk: &Desk) -> Option<Timestamp> {
    // The store works on threads of its own, which know nothing of this clock.
    let (mut next, now) = (None, clock());
    let claimed = desk.app.store.write_unscoped::<_, StoreError>(move |tx| tx.claim_jobs(now, now, 50)).await.unwrap();
    for job in claimed {
        let seat = Seat::of_clock(job.desk);
        let what = Job::from_row(&job.kind, job.subject).unwrap();
        let came = perform(Cx { app: &desk.app, seat: &seat, now }, what).await;
        match came {
            Ok(Next::At(at)) => {
                next = if matches!(what, Job::Deliver(_)) { Some(at) } else { next };
                desk.app.store.write(&seat, move |tx| what.move_to(tx, at, now)).await.unwrap();
            }
            _ => {
                desk.app.store.write(&seat, move |tx| what.delete(tx)).await.unwrap();
            }
        }
    }
    next
}

/// Writes words and presses; answers the draft's address, and the page that came.
async fn write(desk: &Desk, text: &str, places: &[&str], press: &str) -> (String, StatusCode, String) {
    let page = desk.see("/write").await;
    let here = format!("/write/{}", between(&page, "action=\"/write/", "\""));
    let accounts: Vec<String> = places.iter().map(|p| desk.scene.account(p).to_string()).collect();
    let mut fields = vec![("text", text), ("version", "0"), ("do", press)];
    fields.extend(accounts.iter().map(|a| ("to", a.as_str())));
    let (status, _, page) = desk.press(&here, &fields).await;
    (here, status, page)
}

async fn sent(desk: &Desk, text: &str, fault: Fault) -> String {
    desk.scene.networks["plaza"].fail(Op::Post, fault);
    let (here, status, page) = write(desk, text, &["ada@plaza"], "now").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    work(desk).await;
    here
}

fn said(desk: &Desk) -> usize {
    desk.scene.networks["plaza"].said_by("ada@plaza").len()
}

const SAFE: &str = "Nothing was sent there; your words are kept here.";

#[tokio::test]
async fn a_token_is_refused() {
    let desk = open(ADA).await;
    let here = sent(&desk, "Still here.", Fault::SignInAgain).await;
    let says = Says {
        happened: "The network asks you to sign in again. It waits until you have.",
        safe: SAFE,
        press: &["href=\"/settings/accounts/add/plaza\">Sign in again", "Leave out"],
    };
    says.on(&desk.see(&here).await);
    says.on(&desk.see("/calendar").await.replace("Leave it out", "Leave out"));
    assert_eq!(said(&desk), 0);
}

#[tokio::test]
async fn an_account_is_gone() {
    let desk = open(ADA).await;
    // It was disconnected here, with a post in line.
    let (here, ..) = write(&desk, "In line.", &["ada@plaza"], "now").await;
    verbs::desk::accounts::disconnect(Cx { app: &desk.app, seat: &desk.scene.seat, now: clock() }, desk.scene.account("ada@plaza"))
        .await
        .unwrap();
    work(&desk).await;
    Says {
        happened: "The account is not connected any more. It waits until it is connected again.",
        safe: SAFE,
        press: &["href=\"/settings/accounts/add/plaza\">Connect it again", "Leave out"],
    }
    .on(&desk.see(&here).await);
    // The network itself says that it is gone.
    let desk = open(ADA).await;
    let here = sent(&desk, "Hello?", Fault::NotThere).await;
    Says {
        happened: "Plaza did not take it: The account is not there any more, as the network says.",
        safe: SAFE,
        press: &["Try again", "Leave out"],
    }
    .on(&desk.see(&here).await);
}

#[tokio::test]
async fn an_instance_is_down_for_a_day() {
    let desk = open(ADA).await;
    let plaza = &desk.scene.networks["plaza"];
    for _ in 0..200 {
        plaza.fail(Op::Post, Fault::Away);
    }
    let (here, ..) = write(&desk, "A post for a server that sleeps.", &["ada@plaza", "ada@nook"], "now").await;
    let began = clock();
    let mut next = work(&desk).await.expect("it is tried again");
    Says {
        happened: "waits for Plaza’s server, which can’t be reached since today at 11:14 (one try).",
        safe: SAFE,
        press: &["It is tried again by itself: next today at 11:14.", "Send now", "Move it", "Drop it"],
    }
    .on(&desk.see(&here).await);
    // The other place has it long since, and the calendar is not full of alarm after half a minute.
    assert_eq!(desk.scene.networks["nook"].said_by("ada@nook").len(), 1);
    assert!(desk.see("/calendar").await.contains("Nothing is stuck."));
    assert!(desk.see("/today").await.contains("1 of 2 gone out; the rest waits for the server"));
    let mut tries = 1;
    while next.duration_since(began) < SignedDuration::from_hours(3) {
        set_clock(next);
        next = work(&desk).await.expect("it is tried again");
        tries += 1;
    }
    assert!((8..12).contains(&tries), "pauses grow: {tries}");
    let page = desk.see("/calendar").await;
    Says {
        happened: "Waits for Plaza’s server, which can’t be reached since today at 11:14",
        safe: SAFE,
        press: &["has not gone out", "It went out on Nook and will not be sent there again.", "Send now", "Move it", "Drop it"],
    }
    .on(&page);
    assert!(desk.see("/today").await.contains("has not gone out yet on Plaza."));
    // A day later it is a person's turn.
    for _ in 0..40 {
        set_clock(next);
        match work(&desk).await {
            Some(at) => next = at,
            None => break,
        }
    }
    let day = clock().duration_since(began);
    assert!(day >= SignedDuration::from_hours(24) && day < SignedDuration::from_hours(27), "{day:?}");
    let says = Says {
        happened: "The server could not be reached at any of",
        safe: "Nothing was sent: send it now, move it, or drop it.",
        press: &["Send now", "Move it", "Drop it"],
    };
    says.on(&desk.see(&here).await);
    says.on(&desk.see("/calendar").await);
    assert!(desk.see("/today").await.contains("Nothing was sent: send it now"));
    assert_eq!((said(&desk), work(&desk).await), (0, None), "it is not tried any more");
    // It is back, and one press sends it, once.
    plaza.world().clear_faults();
    let id = between(&desk.see(&here).await, "action=\"/deliveries/", "\"").to_owned();
    desk.press(&format!("/deliveries/{id}"), &[("do", "again")]).await;
    work(&desk).await;
    work(&desk).await;
    assert_eq!(said(&desk), 1);
    assert!(desk.see("/calendar").await.contains("Nothing is stuck."));
}

#[tokio::test]
async fn a_server_that_is_back_gets_what_waited_at_once() {
    let desk = open(ADA).await;
    let plaza = &desk.scene.networks["plaza"];
    for _ in 0..12 {
        plaza.fail(Op::Post, Fault::Away);
    }
    write(&desk, "Patience.", &["ada@plaza"], "now").await;
    let mut next = work(&desk).await.unwrap();
    for _ in 0..11 {
        set_clock(next);
        next = work(&desk).await.unwrap_or(next);
    }
    assert!(next.duration_since(clock()) > SignedDuration::from_mins(90), "its next try is far off");
    // The account is looked at all the while: in vain, and then it goes well.
    plaza.fail(Op::Since, Fault::Away);
    let account = desk.scene.account("ada@plaza");
    let look = async || verbs::converse::sync::sync(Cx { app: &desk.app, seat: &desk.scene.seat, now: clock() }, account).await;
    assert!(look().await.is_err());
    pass(SignedDuration::from_mins(2));
    look().await.unwrap();
    work(&desk).await;
    assert_eq!(said(&desk), 1);
    // Where reading goes well and posting does not, a look hurries nothing.
    plaza.fail(Op::Post, Fault::Away);
    let (here, ..) = write(&desk, "At its own pace.", &["ada@plaza"], "now").await;
    work(&desk).await;
    let line = |page: &str| page.contains("It is tried again by itself: next");
    look().await.unwrap();
    assert!(line(&desk.see(&here).await));
    pass(SignedDuration::from_mins(2));
    work(&desk).await;
    assert_eq!(said(&desk), 2);
    // What the network asked us to put off is put off all the same.
    plaza.fail(Op::Post, Fault::SlowDown(clock() + SignedDuration::from_hours(3)));
    let (here, ..) = write(&desk, "Later, please.", &["ada@plaza"], "now").await;
    work(&desk).await;
    plaza.fail(Op::Since, Fault::Away);
    assert!(look().await.is_err());
    pass(SignedDuration::from_mins(5));
    look().await.unwrap();
    work(&desk).await;
    assert_eq!(said(&desk), 2);
    Says { happened: "Plaza asks us to come back later", safe: SAFE, press: &["Send now", "Move it", "Drop it"] }
        .on(&desk.see(&here).await);
}

#[tokio::test]
async fn an_answer_is_lost_and_the_server_is_down_for_hours() {
    let desk = open(ADA).await;
    let plaza = &desk.scene.networks["plaza"];
    let began = clock();
    for _ in 0..60 {
        plaza.fail(Op::Find, Fault::Away);
    }
    let here = sent(&desk, "Perhaps there.", Fault::DropRequest).await;
    for _ in 0..200 {
        if clock().duration_since(began) > SignedDuration::from_hours(20) {
            break;
        }
        pass(SignedDuration::from_mins(10));
        work(&desk).await;
    }
    Says {
        happened: "and no clear answer came",
        safe: "Nothing is sent twice, your words are kept here",
        press: &["there is nothing to press"],
    }
    .on(&desk.see(&here).await);
    plaza.world().clear_faults();
    for _ in 0..12 {
        pass(SignedDuration::from_mins(20));
        work(&desk).await;
    }
    assert_eq!(said(&desk), 1, "nobody was asked, and it stands once: {}", main_of(&desk.see(&here).await));
}

#[tokio::test]
async fn a_picture_of_two_hundred_megapixels() {
    let desk = open(ADA).await;
    let page = desk.see("/write").await;
    let here = format!("/write/{}", between(&page, "action=\"/write/", "\""));
    // A PNG's head with a right sum, and hardly anything behind it.
    let mut head = b"IHDR".to_vec();
    head.extend(16_384_u32.to_be_bytes());
    head.extend(12_288_u32.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&head);
    png.extend(crc(&head).to_be_bytes());
    png.extend(b"\0\0\0\x0cIDAT\x78\x9c\x63\x60\x60\x60\x60\x00\x00\x00\x04\x00\x01");
    let (status, page) = desk.upload(&here, &[("text", "Look:"), ("version", "0"), ("do", "picture")], ("huge.png", &png)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    Says {
        happened: "“huge.png” was not added.",
        safe: "The draft is kept.",
        press: &["The picture has 202 million pixels, and Hobnob reads up to 64 million. Save it smaller.", ">Look:</textarea>"],
    }
    .on(&page);
}

/// The sum at the end of a PNG's pieces (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, b| (0..8).fold(sum ^ u32::from(*b), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 }))
}

#[tokio::test]
async fn a_text_of_a_hundred_thousand_letters() {
    let desk = open(ADA).await;
    let sentence = "Ten words that say nothing much, again and again, here. ";
    let text: String = sentence.chars().cycle().take(100_000).collect();
    let (here, status, page) = write(&desk, &text, &["ada@plaza"], "now").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    Says {
        happened: "Nothing has gone out.",
        safe: "Draft kept",
        press: &["and Hobnob sends up to 100 in one thread. Shorten it, or give Plaza a text of its own."],
    }
    .on(&page);
    assert!(desk.see(&here).await.contains("again and again"), "it is kept");
    let (here, status, page) = write(&desk, &format!("{text}!"), &["ada@plaza"], "keep").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    Says {
        happened: "The text has 100,001 letters, and a draft keeps up to 100,000.",
        safe: "They stand in the box and are not kept yet",
        press: &["shorten them, or begin a second draft with the rest", "again and again"],
    }
    .on(&page);
    let (status, ..) = desk.ask(axum::http::Method::GET, &here, None, None).await;
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
}

/// Looks at words for a place that takes 300 letters; answers what stands under it.
async fn look(desk: &Desk, text: &str) -> String {
    let page = desk.see("/write").await;
    let here = format!("/write/{}", between(&page, "action=\"/write/", "\""));
    let account = desk.scene.account("ada@plaza").to_string();
    let fields = [("text", text), ("version", "0"), ("to", account.as_str()), ("do", "look")];
    desk.press_for(&here, &fields, Some("places-part")).await.2
}

#[tokio::test]
async fn letters_of_other_scripts_and_many_signs() {
    let desk = open(ADA).await;
    // Right to left, with marks on the letters; a letter of two signs; and one more than fits.
    for letter in ["ש", "é", "नि", "🇬🇧"] {
        let fits = letter.repeat(300);
        assert!(look(&desk, &fits).await.contains("300"), "{letter}");
        let (here, status, page) = write(&desk, &fits, &["ada@plaza"], "now").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        work(&desk).await;
        let posts = desk.scene.networks["plaza"].said_by("ada@plaza");
        assert_eq!(posts.last().unwrap().text, fits, "as it was written");
        let page = desk.see(&here).await;
        assert!(page.contains("dir=\"auto\"") && page.contains("gone out"), "{page}");
    }
    let text = format!("مرحبا {} \u{202e}abc\u{202c} שלום", "e\u{301}".repeat(200));
    let before = said(&desk);
    write(&desk, &text, &["ada@plaza"], "now").await;
    work(&desk).await;
    assert_eq!((said(&desk), desk.scene.networks["plaza"].said_by("ada@plaza").pop().unwrap().text), (before + 1, text));
}

#[tokio::test]
async fn an_emoji_family_at_the_limit() {
    let desk = open(ADA).await;
    let fits = format!("{}{FAMILY}", "a".repeat(299));
    let page = look(&desk, &fits).await;
    assert!(page.contains("300") && !page.contains("Two posts"), "{page}");
    let page = look(&desk, &format!("{} {FAMILY}", "a".repeat(299))).await;
    Says { happened: "Two posts", safe: FAMILY, press: &["2/2"] }.on(&page);
    for piece in ["👨", "👨‍👩", "👨‍👩‍👧"] {
        assert!(!page.contains(&format!("{piece}<")) && !page.contains(&format!("{piece} ")), "it is not cut through");
    }
}

#[tokio::test]
async fn a_link_at_the_limit() {
    let desk = open(ADA).await;
    let link = "https://bread.example/rye";
    let room = 300 - link.len() - 1;
    let page = look(&desk, &format!("{} {link}", "a".repeat(room))).await;
    assert!(page.contains("300") && !page.contains("Two posts"), "{page}");
    let page = look(&desk, &format!("{} {link}", "a".repeat(room + 1))).await;
    Says { happened: "Two posts", safe: link, press: &["2/2"] }.on(&page);
    let long = format!("https://bread.example/{}", "r".repeat(300));
    let (here, status, page) = write(&desk, &format!("See {long}"), &["ada@plaza"], "now").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    Says {
        happened: "A link is 322 letters long by itself, and Plaza takes 300 in a post.",
        safe: "Nothing has gone out.",
        press: &["Make it a short link: it can’t be cut."],
    }
    .on(&page.replace("can't", "can’t").replace("can&#39;t", "can’t"));
    assert!(desk.see(&here).await.contains(&long), "the draft is kept");
}

#[tokio::test]
async fn a_reply_to_a_post_that_was_deleted() {
    let desk = open("voice Ada\naccount ada@plaza\npost 09:00 ben@plaza \"@ada@plaza How long is a rise?\"").await;
    let inbox = desk.see("/inbox").await;
    let talk = format!("/talks/{}", between(&inbox, "href=\"/talks/", "\"").split(['?', '#']).next().unwrap());
    desk.scene.networks["plaza"].fail(Op::Post, Fault::NotThere);
    let account = desk.scene.account("ada@plaza").to_string();
    let (status, _, page) = desk.press(&talk, &[("text", "Two hours."), ("account", &account), ("do", "send"), ("then", "stay")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    pass(SignedDuration::from_secs(30));
    work(&desk).await;
    let calendar = desk.see("/calendar").await;
    let says = Says { happened: "What it answers is not there any more.", safe: SAFE, press: &["Try again", "Leave"] };
    says.on(&calendar);
    let draft = between(main_of(&calendar), "href=\"/write/", "\"").to_owned();
    says.on(&desk.see(&format!("/write/{draft}")).await);
    assert_eq!(said(&desk), 0);
}

#[tokio::test]
async fn a_clock_that_was_set_back() {
    let desk = open(ADA).await;
    let here = sent(&desk, "By which clock?", Fault::DropAnswer).await;
    set_clock(clock() - SignedDuration::from_hours(2));
    Says {
        happened: "on its way since a time that is yet to come: this machine’s clock was set back.",
        safe: "Nothing is sent twice",
        press: &["we look when that time comes"],
    }
    .on(&desk.see(&here).await);
    set_clock(at("11:30"));
    work(&desk).await;
    assert_eq!(said(&desk), 1);
    let state = desk.app.store.read::<_, StoreError>(&desk.scene.seat, |tx| tx.deliveries().between(at("00:00"), at("23:00"), 9)).await;
    assert!(state.unwrap().iter().all(|d| d.state == DeliveryState::Landed));
}
