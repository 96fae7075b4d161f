use model::{AccountId, NetworkKey, PersonId, PostId, ProfileId};
use proptest::prelude::*;

use super::*;

/// A post: number, author (1 is me), what it answers, words.
fn post(n: i64, by: i64, to: Option<i64>, text: &str) -> Said {
    Said {
        id: PostId(n),
        network: NetworkKey::new("net"),
        remote_id: format!("p{n}"),
        local: None,
        reply_to: to.map(|t| format!("p{t}")),
        reply_to_author: None,
        account: Some(AccountId(1)),
        author: ProfileId(by),
        author_remote: format!("a{by}"),
        person: PersonId(by),
        who: ["", "Me", "Ben", "Tom"][usize::try_from(by).unwrap()].into(),
        handle: ["", "me", "ben", "tom"][usize::try_from(by).unwrap()].into(),
        has_face: false,
        is_mine: by == 1,
        names_me: text.contains("@me"),
        created_at: Timestamp::from_second(n * 60).unwrap(),
        heard_at: Some(Timestamp::from_second(n * 60 + 1).unwrap()),
        is_deleted: false,
        text: text.into(),
        title: None,
        warning: None,
        language: None,
        visibility: Visibility::Public,
        is_edited: false,
        poll: None,
        quote: None,
    }
}

fn me() -> Me {
    Me { remote_ids: ["a1".to_owned()].into(), handles: ["me".to_owned()].into(), ..Me::default() }
}

fn check(said: &[Said], turn_is: Turn, because: &str) {
    let standing = turn(said, &me());
    assert_eq!((standing.turn, standing.because.as_str()), (turn_is, because));
}

#[test]
fn mine() {
    check(&[post(1, 2, None, "@me which thread?")], Turn::Mine, "Ben asked you; you have not answered. First time you two talk.");
    // A remark under what I only said is no debt; in a talk it is my move.
    check(&[post(1, 1, None, "A post"), post(2, 2, Some(1), "I take silk.")], Turn::Nobodys, "Ben answered; nothing more is asked.");
    check(
        &[post(1, 2, None, "@me which?"), post(2, 1, Some(1), "Silk."), post(3, 2, Some(2), "It tore.")],
        Turn::Mine,
        "Ben answered you.",
    );
    check(&[post(1, 1, None, "Which one?"), post(2, 2, Some(1), "Silk.")], Turn::Mine, "Ben answered your question.");
    check(
        &[post(1, 1, None, "Which one?"), post(2, 2, Some(1), "Why?"), post(3, 3, Some(1), "Linen.")],
        Turn::Mine,
        "You asked; Ben came back with a question. One other waits too.",
    );
    // A question that goes on from their own answer is for us too.
    check(
        &[post(1, 2, None, "@me which?"), post(2, 1, Some(1), "Silk."), post(3, 2, Some(1), "And the needle?")],
        Turn::Mine,
        "Ben asked you; you have not answered.",
    );
}

#[test]
fn theirs_and_nobodys() {
    check(&[post(1, 2, None, "@me which?"), post(2, 1, Some(1), "Silk.")], Turn::Theirs, "You answered Ben.");
    check(&[post(1, 2, None, "@me which?"), post(2, 1, Some(1), "What for?")], Turn::Theirs, "You asked Ben.");
    check(&[post(1, 1, None, "What do you use?")], Turn::Theirs, "You asked; nobody has answered yet.");
    check(&[post(1, 1, None, "Morning bench.")], Turn::Nobodys, "You spoke last.");
    check(&[post(1, 2, None, "A fine day")], Turn::Nobodys, "");
    check(
        &[post(1, 2, None, "@me which?"), post(2, 1, Some(1), "Silk."), post(3, 2, Some(2), "@me thank you!")],
        Turn::Nobodys,
        "Ben thanked you; nothing is open.",
    );
    check(&[post(1, 2, None, "A lovely talk by @me today.")], Turn::Nobodys, "Ben spoke of you.");
}

#[test]
fn everybody_in_a_thread_has_a_turn_of_their_own() {
    let (ben, tom) = (post(1, 2, None, "@me which thread?"), post(2, 3, Some(1), "@me and which needle?"));
    // I answered Tom alone: Ben still waits.
    check(&[ben.clone(), tom.clone(), post(3, 1, Some(2), "A blunt one.")], Turn::Mine, "Ben asked you; you have not answered.");
    // One answer that names both is for both.
    check(&[ben.clone(), tom.clone(), post(3, 1, Some(2), "@ben Silk. A blunt one.")], Turn::Theirs, "You answered Tom.");
    // Whoever only joins in is no second debt.
    check(&[ben.clone(), post(2, 3, Some(1), "@me same here"), post(3, 1, Some(2), "Silk.")], Turn::Theirs, "You answered Tom.");
    // I asked Ben something; that Tom speaks of me meanwhile changes nothing.
    check(&[ben.clone(), post(2, 1, Some(1), "For what?"), post(3, 3, Some(1), "I saw @me there.")], Turn::Theirs, "You asked Ben.");
    // Ben found out alone.
    check(&[ben, post(2, 2, Some(1), "@me never mind, solved")], Turn::Nobodys, "Ben spoke of you.");
}

#[test]
fn whom_networks_list_is_not_thereby_spoken_to() {
    let (first, second) = (post(1, 3, None, "A fine day"), post(2, 2, Some(1), "@tom @me is it?"));
    check(&[first.clone(), second], Turn::Nobodys, "Ben spoke of you.");
    check(
        &[first, post(2, 2, Some(1), "@tom is it? What does @me say?")],
        Turn::Mine,
        "Ben asked you; you have not answered. First time you two talk.",
    );
}

#[test]
fn requests_and_complaints_wait_though_they_hold_no_question_mark() {
    check(&[post(1, 2, None, "My order never came @me")], Turn::Mine, "Ben spoke to you. First time you two talk.");
    check(
        &[post(1, 2, None, "Hi @me, please send me the list.")],
        Turn::Mine,
        "Ben asked you; you have not answered. First time you two talk.",
    );
    check(
        &[
            post(1, 2, None, "@me it is broken"),
            post(2, 1, Some(1), "Which one is it?"),
            post(3, 2, Some(2), "Thanks, the small green one by the door"),
        ],
        Turn::Nobodys,
        "Ben thanked you; nothing is open.",
    );
    let told = "It is the small green one by the door on the left, thank you :)";
    check(
        &[post(1, 2, None, "@me it is broken"), post(2, 1, Some(1), "Which one is it?"), post(3, 2, Some(2), told)],
        Turn::Mine,
        "Ben answered your question.",
    );
}

#[test]
fn an_answer_that_takes_leave_waits_for_nobody() {
    check(
        &[post(1, 2, None, "@me which?"), post(2, 1, Some(1), "Silk, from the mill. Hope this helps!")],
        Turn::Nobodys,
        "You answered Ben; nothing is left open.",
    );
}

#[test]
fn what_came_as_history_is_nobodys_work() {
    let mut old = post(1, 2, None, "@me which thread?");
    old.heard_at = None;
    assert_eq!(turn(&[old], &me()).turn, Turn::Nobodys);
}

#[test]
fn what_was_taken_down_does_not_wait() {
    let mut gone = post(1, 2, None, "@me which thread?");
    gone.is_deleted = true;
    assert_eq!(turn(&[gone], &me()).turn, Turn::Nobodys);
}

#[test]
fn a_wrong_clock_neither_waits_for_ever_nor_is_missed() {
    // Their clock runs ahead: my answer still comes after what it answers.
    let mut ahead = post(1, 2, None, "@me which?");
    ahead.created_at = Timestamp::from_second(99_999).unwrap();
    assert_eq!(turn(&[ahead, post(2, 1, Some(1), "Silk.")], &me()).turn, Turn::Theirs);
    // Their clock is behind: their answer still comes after mine.
    let mut behind = post(3, 2, Some(2), "Really?");
    behind.created_at = Timestamp::from_second(1).unwrap();
    assert_eq!(turn(&[post(2, 1, None, "Silk."), behind], &me()).turn, Turn::Mine);
}

proptest! {
    #[test]
    fn the_order_in_which_they_are_given_does_not_matter(
        (given, shuffled) in proptest::collection::vec((1i64..4, 0usize..8, 0usize..5, 0i64..5), 1..8).prop_map(|plan| {
            plan.iter().enumerate().map(|(i, &(by, to, words, skew))| {
                let n = i64::try_from(i).unwrap() + 1;
                // Any answer to any post, itself and rings of answers included.
                let to = (to > 0).then_some(i64::try_from(to).unwrap());
                let mut p = post(n, by, to, ["Fine.", "@me why?", "Thanks!", "Which?", "@tom @me look"][words]);
                p.created_at = Timestamp::from_second((n - skew) * 60).unwrap();
                p
            }).collect::<Vec<_>>()
        }).prop_flat_map(|given| (Just(given.clone()), Just(given).prop_shuffle()))
    ) {
        let (a, b) = (turn(&given, &me()), turn(&shuffled, &me()));
        prop_assert_eq!((a.turn, &a.because, a.since, &given[a.shown].id, &given[a.about].id), (b.turn, &b.because, b.since, &shuffled[b.shown].id, &shuffled[b.about].id));
    }
}
