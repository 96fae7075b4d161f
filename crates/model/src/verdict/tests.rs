use super::*;

fn asked(before: Stretch, after: Stretch) -> Question {
    Question { before, after, hours: None, elsewhere: None, tried: 1, is_second: false }
}

#[test]
fn a_plain_case_each() {
    let said = |before, after| judge(&asked(Stretch::new(before, 21.0), Stretch::new(after, 21.0)));
    assert_eq!(said(4, 21).proposal, Proposal::Stay);
    assert_eq!(said(40, 20).proposal, Proposal::Leave);
    assert_eq!(said(3, 5).proposal, Proposal::ThreeMoreWeeks);
    let nothing = said(0, 0);
    assert_eq!((nothing.proposal, nothing.low, nothing.high), (Proposal::ThreeMoreWeeks, 0.0, f64::INFINITY));
    assert!(nothing.sentence.contains("nothing can be said"), "{}", nothing.sentence);
    let first = said(0, 9);
    assert!(first.low > 1.0 && first.high.is_infinite(), "{first:?}");
    assert!(said(10, 20).sentence.starts_with("20 in 21 days, and 10 in the 21 days before: between "));
}

#[test]
fn the_change_and_the_ratio_agree_about_no_change() {
    for before in 0..60 {
        for after in 0..60 {
            let v = judge(&asked(Stretch::new(before, 21.0), Stretch::new(after, 21.0)));
            assert_eq!(v.low > 1.0, v.change_low > 0.0 || (v.low > 1.0 && v.change_low == 0.0), "{before} {after} {v:?}");
            assert!(v.change_low <= v.change_a_day && v.change_a_day <= v.change_high, "{before} {after} {v:?}");
            assert!(v.low <= v.ratio && v.ratio <= v.high, "{before} {after} {v:?}");
        }
    }
}

#[test]
fn many_places_hours_and_second_tries_are_minded() {
    let mut question = asked(Stretch::new(8, 21.0), Stretch::new(21, 21.0));
    assert_eq!(judge(&question).proposal, Proposal::Stay);
    question.tried = 12;
    let strict = judge(&question);
    assert_eq!(strict.proposal, Proposal::ThreeMoreWeeks, "the best of twelve may be the luckiest");
    assert!(strict.sentence.contains("one of 12 places tried"), "{}", strict.sentence);
    (question.tried, question.hours, question.elsewhere) = (1, Some(13.0), Some(3.0));
    let dear = judge(&question);
    assert_eq!((dear.proposal, dear.ground, dear.an_hour), (Proposal::Leave, Ground::Dearer, Some(1.0)));
    let again = Question { is_second: true, ..asked(Stretch::new(3, 21.0), Stretch::new(5, 21.0)) };
    assert_eq!(judge(&again).proposal, Proposal::Leave);
}

#[test]
fn clumps_say_less_than_as_many_that_come_singly() {
    let single = asked(Stretch::of_days(vec![1; 21]), Stretch::of_days(vec![2; 21]));
    let clumps = |n: u64| (0..21).map(|d| if d == 4 || d == 17 { n } else { 0 }).collect();
    let clumped = asked(Stretch::of_days(clumps(10)), Stretch::of_days(clumps(21)));
    let (one, other) = (judge(&single), judge(&clumped));
    assert_eq!(one.clumping, LEAST_CLUMPING);
    assert!(other.clumping > 3.0 && other.low < one.low && other.high > one.high, "{one:?} {other:?}");
    assert!(other.sentence.contains("clumps"), "{}", other.sentence);
}

#[test]
fn a_weeks_rhythm_is_neither_a_clump_nor_a_change() {
    let day = |d: usize| if d % 7 < 2 { 40 } else { 5 };
    let whole: Vec<u64> = (0..21).map(day).collect();
    let same = judge(&asked(Stretch::of_days(whole.clone()), Stretch::of_days(whole.clone())));
    assert!(same.clumping < 1.5, "{same:?}");
    // Sixteen days hold three of the busy pairs, so they look like more by the day alone.
    let part: Vec<u64> = (0..16).map(day).collect();
    let seen = judge(&asked(Stretch::of_days(whole.clone()), Stretch::of_days(part.clone())));
    let blind = judge(&asked(Stretch::new(whole.iter().sum(), 21.0), Stretch::new(part.iter().sum(), 16.0)));
    assert!((seen.ratio - 1.0).abs() < 0.06 && blind.ratio > 1.15, "{} {}", seen.ratio, blind.ratio);
}

/// The middle of what 200 drawn trials say would be too weak a test; this one sums the chances of every pair of counts exactly.
#[test]
fn intervals_hold_as_often_as_they_say() {
    let law = |mean: f64, n: usize| {
        let mut all = vec![(-mean).exp()];
        for k in 1..n {
            all.push(all[k - 1] * mean / k as f64);
        }
        all
    };
    for (mean, truths) in [(4.0, &[0.5, 1.0, 2.0, 3.0][..]), (12.0, &[0.5, 1.0, 1.5, 2.5][..]), (25.0, &[0.6, 1.0, 1.4][..])] {
        for truth in truths {
            let (before, after) = (law(mean, 70), law(mean * truth, 70));
            let (mut held, mut stays) = (0.0, 0.0);
            for (n0, p0) in before.iter().enumerate() {
                for (n1, p1) in after.iter().enumerate().filter(|(_, p1)| *p1 * p0 > 1e-7) {
                    let v = judge(&asked(Stretch::new(n0 as u64, 21.0), Stretch::new(n1 as u64, 21.0)));
                    held += if v.low <= *truth && *truth <= v.high { p0 * p1 } else { 0.0 };
                    stays += if v.proposal == Proposal::Stay { p0 * p1 } else { 0.0 };
                }
            }
            assert!((0.935..0.97).contains(&held), "{mean} {truth}: {held}");
            assert!(*truth > 1.0 || stays < 0.03, "{mean} {truth}: {stays}");
        }
    }
}
