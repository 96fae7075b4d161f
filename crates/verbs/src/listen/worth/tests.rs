use super::*;

fn now() -> Timestamp {
    "2026-09-08T09:00:00Z".parse().unwrap()
}
fn minutes_ago(minutes: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - 60 * minutes).unwrap()
}
/// A remark by a stranger, an hour ago, that holds the topic's word once.
fn plain() -> Facts {
    Facts {
        topic: "paper grain".into(),
        found: 1,
        times: 1,
        is_about_it: false,
        aim: None,
        is_question: false,
        answers: 0,
        pairs: 0,
        voices: 1,
        known: Vec::new(),
        venue: "Plaza".into(),
        gave: 0,
        asked: 0,
        talked: 0,
        is_selling: false,
        is_canned: false,
        not_a_person: None,
        noes_here: 0,
        noes_elsewhere: 0,
        are_we_in: false,
        said_at: minutes_ago(60),
        last_at: minutes_ago(60),
    }
}
fn known(name: &str, is_close: bool, is_warm: bool) -> Known {
    Known { name: name.into(), is_close, is_warm }
}
fn told(facts: &Facts) -> String {
    let worth = worth_joining(facts, now());
    let lines: Vec<String> = worth.reasons.iter().map(|r| format!("{:>3} {}", r.points, r.words)).collect();
    format!("{} of 100\n{}", worth.score, lines.join("\n"))
}

#[test]
fn each_source_of_points_in_words() {
    let question = Facts { is_question: true, is_about_it: true, times: 3, gave: 5, asked: 1, last_at: minutes_ago(40), ..plain() };
    assert_eq!(
        told(&question),
        "70 of 100
 26 Close to your topic “paper grain”
 25 An open question with no answer yet
 12 Your standing on Plaza: gave five, asked once
  0 People you know in it: none
  9 Fresh: 40 minutes"
            .replace("70 of 100", "72 of 100")
    );
    let friends = Facts {
        is_question: true,
        answers: 4,
        voices: 5,
        pairs: 1,
        aim: Some("Repairs for libraries".into()),
        known: vec![known("Greta", true, true), known("Tom", false, true), known("Ida", false, false)],
        last_at: minutes_ago(180),
        ..plain()
    };
    assert_eq!(
        told(&friends),
        "60 of 100
 22 Close to your topic “paper grain”, which serves your aim “Repairs for libraries”
 20 You know Greta, Tom and one other
 12 Five people are talking with each other
  0 Your standing on Plaza: you have not talked about this there
  8 Fresh: 3 hours
 -2 Four answers already"
    );
}

#[test]
fn what_speaks_against_it_is_taken_off_and_said() {
    let base = i32::try_from(worth_joining(&plain(), now()).score).unwrap();
    for (facts, off, words) in [
        (Facts { answers: 12, ..plain() }, 18, "Twelve answers already"),
        (Facts { answers: 40, voices: 30, ..plain() }, 35, "Many are at it at once"),
        (Facts { is_selling: true, ..plain() }, 40, "It sells something"),
        (Facts { is_canned: true, ..plain() }, 30, "Canned: the same words over and over, or mostly tags"),
        (Facts { not_a_person: Some("machine"), ..plain() }, 15, "A machine speaks, not a person"),
        (Facts { are_we_in: true, ..plain() }, 40, "You are in it already"),
        (Facts { noes_here: 1, ..plain() }, 30, "You said no to this writer before"),
        (Facts { noes_elsewhere: 1, ..plain() }, 10, "You said no to this writer before"),
    ] {
        let worth = worth_joining(&facts, now());
        assert_eq!(i32::try_from(worth.score).unwrap(), (base - off).max(0), "{words}");
        assert!(worth.reasons.iter().any(|r| r.is_minus && r.words == words), "{words}: {worth:?}");
        assert!(worth.shorts().any(|(_, is_minus)| is_minus), "{words}");
    }
}

#[test]
fn a_question_is_worth_less_with_every_answer() {
    let of = |answers| worth_joining(&Facts { is_question: true, answers, ..plain() }, now()).score;
    let scores: Vec<u32> = (0..12).map(of).collect();
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
    assert!(of(0) > worth_joining(&plain(), now()).score);
}

#[test]
fn individuals_talking_with_each_other_beat_a_lone_remark() {
    let talk = Facts { pairs: 2, voices: 3, answers: 3, ..plain() };
    assert!(worth_joining(&talk, now()).score > worth_joining(&plain(), now()).score);
    assert!(told(&talk).contains("Three people are talking with each other"));
}

#[test]
fn asking_more_than_giving_earns_no_standing() {
    let points = |gave, asked, talked| {
        let worth = worth_joining(&Facts { gave, asked, talked, ..plain() }, now());
        worth.reasons.iter().find(|r| r.source == Source::Standing).unwrap().points
    };
    assert_eq!((points(0, 3, 0), points(1, 1, 0), points(0, 0, 2), points(9, 0, 9)), (0, 0, 4, STANDING_MAX));
}

#[test]
fn later_only_freshness_has_changed() {
    let facts = plain();
    let worth = worth_joining(&facts, now());
    let later = Timestamp::from_second(now().as_second() + 3 * 86_400).unwrap();
    assert_eq!(worth.clone().again(facts.last_at, later), worth_joining(&facts, later));
    assert!(worth.again(facts.last_at, later).reasons.iter().any(|r| r.words == "Fresh: 3 days"));
}

#[test]
fn the_sum_stays_within_its_bounds() {
    let best = Facts {
        is_question: true,
        is_about_it: true,
        found: 9,
        times: 99,
        aim: Some("A".into()),
        known: vec![known("A", true, true), known("B", true, true), known("C", true, true)],
        gave: u32::MAX / 4,
        last_at: now(),
        ..plain()
    };
    assert_eq!(worth_joining(&best, now()).score, 100);
    let worst = Facts { answers: u32::MAX, is_selling: true, is_canned: true, are_we_in: true, noes_here: u32::MAX, ..plain() };
    assert_eq!(worth_joining(&worst, now()).score, 0);
}
