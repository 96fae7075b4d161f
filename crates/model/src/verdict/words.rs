//! The sentence of a verdict: what was counted, how little it may mean, and what follows.

use super::{Ground, LEVEL, Question, Verdict};

pub fn sentence(question: &Question, v: &Verdict) -> String {
    let (n0, n1) = (question.before.count, question.after.count);
    let counted = format!("{n1} in {} days, and {n0} in the {} days before", days(question.after.days), days(question.before.days));
    let range = match (v.low, v.high) {
        (_, high) if high.is_infinite() && n1 == 0 => "so nothing can be said of the change".to_owned(),
        (low, high) if high.is_infinite() => format!("at least {} times as many a day", times(low)),
        (low, high) => format!("between {} and {} times as many a day", times(low), times(high)),
    };
    let end = match v.ground {
        Ground::Clear => "That is more than chance: stay.",
        Ground::Dearer => "It helps, but the same hours bring more elsewhere: leave.",
        Ground::Worthless => "It can hardly be worth the hours: leave.",
        Ground::Unshown => "Six weeks have not shown that it helps: leave.",
        Ground::Chance => "That may be chance, so it can't be told yet: give it three more weeks.",
    };
    let clumps = if v.clumping >= 2.0 { " They came in clumps, and so say less than their number." } else { "" };
    let luck = match v.level > LEVEL {
        true => format!(" This is one of {} places tried, and is judged the more strictly for it.", question.tried),
        false => String::new(),
    };
    format!("{counted}: {range}. {end}{clumps}{luck}")
}

fn days(days: f64) -> String {
    if days.fract() == 0.0 { format!("{days:.0}") } else { format!("{days:.1}") }
}

fn times(x: f64) -> String {
    match x {
        _ if x >= 9.95 => format!("{x:.0}"),
        _ if x >= 0.095 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}
