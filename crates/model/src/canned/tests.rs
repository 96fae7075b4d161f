use std::collections::BTreeSet;

use super::*;
use proptest::prelude::*;

#[test]
fn a_post_costs_what_is_said() {
    let canned = Canned::new(100_000);
    assert!(canned.bytes() <= 100_000 * BYTES_A_POST, "{}", canned.bytes());
}

fn check(a: &str, b: &str, expected: std::ops::RangeInclusive<f32>) {
    let found = Sketch::of(a).likeness(&Sketch::of(b));
    assert!(expected.contains(&found), "{found} for {a:?} and {b:?}");
}

#[test]
fn same_nearly_and_other() {
    let long = "A cold kitchen slows a starter down; give it a day more, and a warm corner by the stove.";
    check(long, &long.to_uppercase().replace(';', " -"), 1.0..=1.0);
    check(long, &long.replace("day", "week"), NEARLY..=0.99);
    check(long, "A cold kitchen is what I grew up in, and it never did any harm to anybody there.", 0.0..=0.3);
    // Other links and other names called leave it the same words.
    check("@ben New on our site, come and see https://a.example/1", "@ada New on our site, come and see https://b.example/2", 1.0..=1.0);
    // Too short to be nearly anything; the same is the same.
    check("Good morning from Leeds", "Good morning from York", 0.0..=0.0);
    check("Good morning!", "good  morning", 1.0..=1.0);
    check(
        "寒い台所ではスターターが眠ります。もう一日待ってください。",
        "寒い台所ではスターターが眠ります。もう二日待ってください。",
        NEARLY..=0.99,
    );
    assert!(Sketch::of(" … 🙂").is_empty() && Canned::new(10).find(&Sketch::of("…")).is_none());
}

/// Words without meaning, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
    fn words(&mut self, n: u64) -> Vec<String> {
        // Common words are common: half are of the first fifty.
        (0..n).map(|_| if self.below(2) == 0 { format!("w{}", self.below(50)) } else { format!("w{}", self.below(20_000)) }).collect()
    }
}

#[test]
fn one_word_edits_are_found_among_many() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut canned = Canned::new(20_000);
    let mut texts = Vec::new();
    for _ in 0..20_000 {
        let length = 6 + dice.below(16);
        let words = dice.words(length);
        canned.put(&Sketch::of(&words.join(" ")));
        texts.push(words);
    }
    let (mut found, mut tried) = (0, 0);
    for (number, words) in texts.iter().enumerate().step_by(20) {
        let mut edited = words.clone();
        let at = dice.below(edited.len() as u64) as usize;
        edited[at] = format!("other{number}");
        let sketch = Sketch::of(&edited.join(" "));
        tried += 1;
        found += usize::from(canned.find_all(&sketch).iter().any(|f| f.number == number as u64));
    }
    assert!(found * 100 >= tried * 99, "{found} of {tried}");
}

#[test]
fn the_oldest_is_forgotten_and_numbers_hold() {
    let mut canned = Canned::new(100);
    let text = |n: u64| format!("post number{n} with enough words{n} of its own{n} to stand alone{n}");
    for n in 0..250 {
        assert_eq!(canned.put(&Sketch::of(&text(n))), n);
    }
    assert_eq!(canned.len(), 100);
    assert_eq!(canned.find(&Sketch::of(&text(249))).map(|f| f.number), Some(249));
    assert_eq!(canned.find(&Sketch::of(&text(150))).map(|f| f.number), Some(150));
    assert_eq!(canned.find(&Sketch::of(&text(149))), None);
}

#[test]
fn one_text_said_very_often_drives_nothing_out() {
    let mut canned = Canned::new(2_000);
    let rare = Sketch::of("A cold kitchen slows a starter down, give it a day more by the stove");
    canned.put(&rare);
    let loud = Sketch::of("Buy our starter now and get the second jar for half the price today");
    for _ in 0..1_900 {
        canned.put(&loud);
    }
    assert_eq!(canned.find(&rare).map(|f| f.number), Some(0));
    assert!(canned.find_all(&loud).len() >= 12);
}

proptest! {
    #[test]
    fn it_holds_both_ways_and_a_text_is_like_itself(a in "\\PC{0,200}", b in "\\PC{0,200}") {
        let (a, b) = (Sketch::of(&a), Sketch::of(&b));
        prop_assert_eq!(a.likeness(&b), b.likeness(&a));
        prop_assert_eq!(a.likeness(&a), 1.0);
        prop_assert!((0.0..=1.0).contains(&a.likeness(&b)));
        let mut canned = Canned::new(4);
        canned.put(&a);
        prop_assert!(a.is_empty() || canned.find(&a).is_some_and(|f| f.likeness == 1.0));
    }
}

/// What is kept stands for the words themselves: their bytes tell the same share, but for a rare chance.
#[test]
fn bytes_stand_for_words() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut off, mut far) = (0.0_f32, 0);
    for _ in 0..2_000 {
        let n = 6 + dice.below(14);
        let a = dice.words(n);
        let mut b = a.clone();
        for _ in 0..dice.below(5) {
            let at = dice.below(n) as usize;
            b[at] = format!("w{}", dice.below(20_000));
        }
        let set = |words: &[String]| -> BTreeSet<String> { words.iter().cloned().chain(words.windows(2).map(|p| p.join(" "))).collect() };
        let (x, y) = (set(&a), set(&b));
        let exact = x.intersection(&y).count() as f32 / x.union(&y).count() as f32;
        let found = Sketch::of(&a.join(" ")).likeness(&Sketch::of(&b.join(" ")));
        if exact >= NEARLY {
            off += (found - exact).abs() / 2_000.0;
            far += u32::from((found - exact).abs() >= 0.2);
        }
    }
    // Two words of one byte are taken for each other: one in 256 pairs.
    assert!(off < 0.02 && far <= 20, "off by {off}, far off {far} times");
}
