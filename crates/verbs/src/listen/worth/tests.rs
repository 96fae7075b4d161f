use super::*;

fn now() -> Timestamp {
    "2026-09-08T09:00:00Z".parse().unwrap()
}
fn minutes_ago(minutes: i64) -> i64 {
    now().as_second() - 60 * minutes
}
/// A remark by a stranger, an hour ago, that holds the topic's word once.
fn plain() -> Facts {
    let inside = Inside {
        opening: Opening { marks: 0, words: 12 },
        is_whole: true,
        voices: 1,
        said_at: minutes_ago(60),
        last_at: minutes_ago(60),
        counted_at: now().as_second(),
        ..Inside::default()
    };
    let ours = Ours { topic: "paper grain".into(), found: 1, times: 1, venue: "Plaza".into(), ..Ours::default() };
    Facts { inside, ours: Some(ours), ..Facts::default() }
}
fn inside(change: impl FnOnce(&mut Inside)) -> Facts {
    let mut facts = plain();
    change(&mut facts.inside);
    facts
}
fn ours(change: impl FnOnce(&mut Ours)) -> Facts {
    let mut facts = plain();
    change(facts.ours.as_mut().unwrap());
    facts
}
fn weighed(facts: &Facts) -> Worth {
    worth_joining(facts, &Weighing::default(), now())
}
fn points(facts: &Facts, feature: Feature) -> i32 {
    weighed(facts).reasons.iter().find(|r| r.feature == feature).map_or(0, |r| r.tenths)
}
fn known(name: &str, is_close: bool, is_warm: bool) -> Known {
    Known { name: name.into(), is_close, is_warm }
}
/// Without the learnt line, whose figures may be learnt anew.
fn told(facts: &Facts) -> String {
    let worth = weighed(facts);
    let lines: Vec<String> =
        worth.reasons.iter().filter(|r| r.feature != Feature::Opening).map(|r| format!("{:>3} {}", r.points(), r.words)).collect();
    lines.join("\n")
}

#[test]
fn each_source_of_points_in_words() {
    let mut question = inside(|i| {
        i.is_question = true;
        i.last_at = minutes_ago(40);
    });
    let o = question.ours.as_mut().unwrap();
    (o.is_about_it, o.times, o.gave, o.asked) = (true, 3, 5, 1);
    assert_eq!(
        told(&question),
        " 28 Close to your topic “paper grain”
 18 An open question with no answer yet
 12 Your standing on Plaza: gave five, asked once
  0 People you know in it: none
  8 Fresh: 40 minutes"
    );
    let mut friends = inside(|i| {
        (i.is_question, i.posts, i.answers, i.direct, i.voices, i.others) = (true, 5, 4, 4, 5, 4);
        (i.answered, i.pairs, i.depth, i.reply_words, i.back) = (2, 1, 2, 7.0, 1);
        i.last_at = minutes_ago(180);
    });
    let o = friends.ours.as_mut().unwrap();
    o.aim = Some("Repairs for libraries".into());
    o.known = vec![known("Greta", true, true), known("Tom", false, true), known("Ida", false, false)];
    assert_eq!(
        told(&friends),
        " 22 Close to your topic “paper grain”
 20 You know Greta, Tom and one other
 16 One pair answer each other, five people in all
  7 Five people in it, four answers to the first words
  6 Its replies have 7 words in the mean
  4 Serves your aim “Repairs for libraries”
  3 A question with four answers
  2 Of four people who joined in, two got an answer
  2 Whoever began it answers those who answer
  0 Your standing on Plaza: you have not talked about this there
  6 Fresh: 3 hours
 -1 Five replies already"
    );
}

#[test]
fn what_speaks_against_it_is_taken_off_and_said() {
    for (facts, off, words) in [
        (Facts { is_selling: true, ..plain() }, -400, "It sells something"),
        (Facts { is_canned: true, ..plain() }, -300, "Canned: the same words over and over, or mostly tags"),
        (ours(|o| o.not_a_person = Some("machine".into())), -150, "A machine speaks, not a person"),
        (ours(|o| o.are_we_in = true), -400, "You are in it already"),
        (ours(|o| o.noes_here = 1), -300, "You said no to this writer before"),
        (ours(|o| o.noes_elsewhere = 1), -100, "You said no to this writer before"),
        (ours(|o| o.noes_here = u32::MAX), -600, "You said no to this writer before"),
        (inside(|i| i.is_thanked = true), -80, "It is answered: thanks were said"),
        (inside(|i| i.is_whole = false), -60, "How it began is not known"),
        (inside(|i| i.opening.words = 4), -40, "It says too little to be answered"),
    ] {
        let worth = weighed(&facts);
        let line = worth.reasons.iter().find(|r| r.words == words).unwrap_or_else(|| panic!("{words}: {worth:?}"));
        assert_eq!((line.tenths, line.is_minus()), (off, true), "{words}");
        assert_eq!(worth.tenths(), weighed(&plain()).tenths() + off, "{words}");
    }
    let crowd = inside(|i| (i.posts, i.answers, i.others, i.direct) = (40, 40, 30, 40));
    assert!(points(&crowd, Feature::PileOn) < 0 && points(&crowd, Feature::Many) < 0);
    let heard = inside(|i| (i.posts, i.answers, i.others, i.direct, i.answered) = (40, 40, 30, 10, 20));
    assert_eq!(points(&heard, Feature::PileOn), 0);
}

#[test]
fn a_question_is_worth_less_with_every_few_answers() {
    let of = |n| points(&inside(|i| (i.is_question, i.direct) = (true, n)), Feature::Question);
    assert!(of(0) > of(1) && of(1) == of(3) && of(3) > of(4) && of(99) > 0);
    let short = inside(|i| (i.is_question, i.direct, i.reply_words) = (true, 2, 3.0));
    assert!(points(&short, Feature::Poor) > 0);
    assert_eq!(points(&inside(|i| (i.is_question, i.direct, i.reply_words) = (true, 2, 30.0)), Feature::Poor), 0);
}

#[test]
fn individuals_talking_with_each_other_beat_a_lone_remark() {
    let talk = inside(|i| (i.pairs, i.answered, i.voices, i.others, i.answers, i.posts) = (2, 2, 3, 2, 3, 3));
    assert!(weighed(&talk).score > weighed(&plain()).score);
    assert!(weighed(&talk).shorts().any(|(words, _)| words == "three people are talking with each other"));
}

#[test]
fn asking_more_than_giving_earns_no_standing() {
    let of = |gave, asked, talked| points(&ours(|o| (o.gave, o.asked, o.talked) = (gave, asked, talked)), Feature::Standing);
    assert_eq!((of(0, 3, 0), of(1, 1, 0), of(0, 0, 2), of(9, 0, 9)), (0, 0, 40, 150));
}

#[test]
fn what_is_turned_down_counts_half_or_not_at_all_and_says_so() {
    let facts = Facts { is_selling: true, ..plain() };
    let mut weighing = Weighing::default();
    weighing.levels.0.insert(Feature::Selling, Level::Half);
    let of =
        |weighing: &Weighing| worth_joining(&facts, weighing, now()).reasons.into_iter().find(|r| r.feature == Feature::Selling).unwrap();
    assert_eq!((of(&weighing).tenths, of(&weighing).words.as_str()), (-200, "It sells something (counts half, as you chose)"));
    weighing.levels.0.insert(Feature::Selling, Level::Off);
    assert_eq!((of(&weighing).tenths, of(&weighing).words.as_str()), (0, "It sells something (not counted, as you chose)"));
    assert!(worth_joining(&facts, &weighing, now()).shorts().all(|(words, _)| words != "it sells something"));
}

#[test]
fn later_it_is_less_fresh_and_less_lively() {
    let facts = inside(|i| i.lively = 4.0);
    let later = Timestamp::from_second(now().as_second() + 3 * 86_400).unwrap();
    let (soon, late) = (weighed(&facts), worth_joining(&facts, &Weighing::default(), later));
    let of = |worth: &Worth, feature| worth.reasons.iter().find(|r| r.feature == feature).map_or(0, |r| r.tenths);
    assert!(of(&soon, Feature::Pace) > 60 && of(&late, Feature::Pace) == 0);
    assert!(of(&soon, Feature::Fresh) > of(&late, Feature::Fresh));
    assert!(late.reasons.iter().any(|r| r.words == "Fresh: 3 days"));
}

proptest::proptest! {
    /// Whatever the facts: the page's sum is the sum of its lines, within its bounds; and nothing is weighed twice.
    #[test]
    fn it_adds_up(n in proptest::collection::vec(0..60_u32, 12), is in proptest::collection::vec(proptest::bool::ANY, 8), marks in 0..(1_u32 << 18)) {
        let mut facts = plain();
        let i = &mut facts.inside;
        (i.posts, i.answers, i.direct, i.voices, i.others, i.answered) = (n[0], n[1], n[2], n[3], n[4], n[5]);
        (i.pairs, i.back, i.depth, i.open_questions, i.reply_words, i.lively) = (n[6], n[7], n[8], n[9], f64::from(n[10]), f64::from(n[11]));
        (i.is_question, i.is_whole, i.ends_asking, i.is_thanked) = (is[0], is[1], is[2], is[3]);
        i.opening = Opening { marks, words: n[0] };
        (facts.is_selling, facts.is_canned) = (is[4], is[5]);
        if is[6] {
            facts.ours = None;
        }
        let worth = weighed(&facts);
        let whole: i32 = worth.reasons.iter().map(Reason::points).sum();
        proptest::prop_assert_eq!(i32::try_from(worth.score).unwrap(), whole.clamp(0, 100));
        let mut seen: Vec<_> = worth.reasons.iter().map(|r| r.feature).collect();
        seen.sort();
        seen.dedup();
        proptest::prop_assert_eq!(seen.len(), worth.reasons.len());
        for reason in &worth.reasons {
            proptest::prop_assert!(!reason.words.is_empty());
            // Freshness, topic, people and standing are shown where they bring nothing; nothing else is.
            let is_shown_at_none = matches!(reason.feature, Feature::Topic | Feature::People | Feature::Standing | Feature::Fresh);
            proptest::prop_assert!(is_shown_at_none || reason.points() != 0 || reason.tenths.abs() < 5);
            proptest::prop_assert!(!reason.feature.is_against() || reason.tenths <= 0);
        }
        // What is kept and read again is the same.
        let kept: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        proptest::prop_assert_eq!(kept, facts);
    }
}
