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

#[test]
fn of_a_long_text_the_first_and_the_last_words_are_kept() {
    for words in 0..60_u64 {
        let mut record = record::Record::EMPTY;
        (0..words).for_each(|word| record.push(word << 56));
        record.close();
        let (first, last) = if words > 23 { (12, 11) } else { (words, 0) };
        assert_eq!(record.kept(), (0..first).chain(words - last..words).map(|word| word as u8).collect::<Vec<_>>());
    }
}

#[test]
fn a_word_said_often_is_one_of_five() {
    let keys = |text: &str| Sketch::of(text).keys().len();
    assert_eq!((keys("ha ha ha ha ha ha"), keys("Buy, buy, buy this now!"), keys("Buy, buy, buy this now today!")), (1, 1, 4));
    assert_eq!((keys("Buy, buy, buy this now today, all!"), keys("…")), (10, 0));
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
    let (off, far) = off_by(2_000, 6..20);
    // Two words of one byte are taken for each other: one in 256 pairs.
    assert!(off < 0.02 && far <= 20, "off by {off}, far off {far} times");
    // Of longer texts the middle is guessed from what stands around it.
    let (off, far) = off_by(2_000, 24..40);
    assert!(off < 0.06 && far <= 100, "off by {off}, far off {far} times");
}

/// How far likeness is off in the mean, in texts of so many words and their edits, and how often by a fifth.
fn off_by(texts: u32, lengths: std::ops::Range<u64>) -> (f32, u32) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut off, mut far, mut near) = (0.0, 0, 0.0_f32);
    for _ in 0..texts {
        let n = lengths.start + dice.below(lengths.end - lengths.start);
        let a = dice.words(n);
        let mut b = a.clone();
        for _ in 0..dice.below(5) {
            let at = dice.below(n) as usize;
            b[at] = format!("w{}", dice.below(20_000));
        }
        let (shared, all) = (runs(&a, &b, 1).0 + runs(&a, &b, 2).0, runs(&a, &b, 1).1 + runs(&a, &b, 2).1);
        let exact = shared as f32 / (all - shared) as f32;
        let found = Sketch::of(&a.join(" ")).likeness(&Sketch::of(&b.join(" ")));
        if exact >= NEARLY {
            near += 1.0;
            off += (found - exact).abs();
            far += u32::from((found - exact).abs() >= 0.2);
        }
    }
    (off / near, far)
}

/// Runs of so many words that both have, each as often as both say it, and how many there are in both texts.
fn runs(a: &[String], b: &[String], of: usize) -> (usize, usize) {
    let mut left: Vec<&[String]> = b.windows(of).collect();
    let shared = a.windows(of).filter(|run| left.iter().position(|l| l == run).map(|at| left.swap_remove(at)).is_some()).count();
    (shared, a.len() + b.len() + 2 - 2 * of)
}

/// Where the table is full and the oldest has been going for long, what it still holds is found: word for word almost always, with a word
/// changed nearly so. It is as large as at the beginning.
#[test]
fn what_it_still_holds_is_found_in_a_full_table() {
    const ROOM: usize = 8_192;
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let mut canned = Canned::new(ROOM);
    let bytes = canned.bytes();
    let texts: Vec<Vec<String>> = (0..5 * ROOM)
        .map(|_| {
            let length = 8 + dice.below(16);
            dice.words(length)
        })
        .collect();
    for words in &texts {
        canned.put(&Sketch::of(&words.join(" ")));
    }
    assert_eq!((canned.len(), canned.bytes()), (ROOM, bytes));
    let is_found = |number: usize, words: &[String]| {
        let all = canned.find_all(&Sketch::of(&words.join(" ")));
        assert!(all.iter().all(|f| (4 * ROOM as u64..5 * ROOM as u64).contains(&f.number)), "{all:?}");
        all.iter().any(|f| f.number == number as u64)
    };
    let (mut same, mut edited, mut tried) = (0, 0, 0);
    for number in (4 * ROOM..5 * ROOM).step_by(4) {
        let mut words = texts[number].clone();
        same += usize::from(is_found(number, &words));
        let at = dice.below(words.len() as u64) as usize;
        words[at] = format!("other{number}");
        edited += usize::from(is_found(number, &words));
        tried += 1;
    }
    assert!(same * 1_000 >= tried * 997 && edited * 100 >= tried * 99, "{same} and {edited} of {tried}");
}

fn some_words() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[ab]{1,2}|[a-z]{1,9}", 6..60)
}

proptest! {
    /// Of any two texts that differ in one word, by a change, by one more or by one less, four keys of ten are the same.
    #[test]
    fn one_word_leaves_four_keys(words in some_words(), at in 0_usize..60, other in "[a-z]{1,9}", way in 0..3) {
        let mut edited = words.clone();
        let at = at % words.len();
        match way {
            0 => edited[at] = other,
            1 => edited.insert(at, other),
            _ => drop(edited.remove(at)),
        }
        let (a, b) = (Sketch::of(&words.join(" ")), Sketch::of(&edited.join(" ")));
        let shared = a.keys().iter().filter(|key| b.keys().contains(key)).count();
        prop_assert!(shared >= 4 || a.keys().len() < 10 || b.keys().len() < 10, "{shared} keys");
    }

    /// The quick cut is the plain one: the same words, the same hash for the same word in small letters and for no other.
    #[test]
    fn words_are_cut_as_plainly(text in "([a-zA-Z0-9]{0,20}|[ .'@:/_-]|://|éÉ|Ж|ß|寒|い|…|🙂|\\PC){0,40}") {
        // The sign of the Kelvin is the one letter elsewhere whose small one is ASCII.
        prop_assume!(!text.contains('\u{212a}'));
        let small = |word: &str| word.chars().flat_map(char::to_lowercase).collect::<String>();
        let mut found = Vec::new();
        cut::words(&text, |word| {
            found.push((word.hash, word.letters as usize));
            true
        });
        let plain = plainly(&text);
        prop_assert_eq!(found.len(), plain.len(), "{:?}", plain);
        for (one, word) in found.iter().zip(&plain) {
            prop_assert_eq!(one.1, if matches!(word.as_str(), "@" | "://") { 1 } else { word.chars().count() });
            for (other, another) in found.iter().zip(&plain) {
                prop_assert_eq!(one.0 == other.0, small(word) == small(another), "{} and {}", word, another);
            }
        }
    }
}

/// The words of a text, letter by letter; `@` for a name and `://` for a link.
fn plainly(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let is_spaceless = |c: char| u32::from(c) >= 0x2e80;
    let next_space = |from: usize| chars[from..].iter().position(char::is_ascii_whitespace).map_or(chars.len(), |n| from + n);
    let (mut words, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        if chars[at].is_alphanumeric() {
            let alone = usize::from(is_spaceless(chars[at]));
            let more = chars[at..].iter().take_while(|c| alone == 0 && c.is_alphanumeric() && !is_spaceless(**c)).count();
            let end = at + alone + more;
            let is_link = chars[end..].starts_with(&[':', '/', '/']);
            words.push(if is_link { "://".to_owned() } else { chars[at..end].iter().collect() });
            at = if is_link { next_space(end) } else { end };
        } else if chars[at] == '@'
            && chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric)
            && (at == 0 || !chars[at - 1].is_ascii_alphanumeric())
        {
            words.push("@".to_owned());
            at = next_space(at);
        } else {
            at += 1;
        }
    }
    words
}

/// The newest stands first; of one kind twelve at most, and these make way for each other.
#[test]
fn a_bucket_drops_the_oldest() {
    let posts = |bucket: &bucket::Bucket, tag| {
        let mut all = Vec::new();
        bucket.each(tag, |post| all.push(post));
        all
    };
    let mut full = bucket::Bucket::EMPTY;
    for post in 0..40_u32 {
        full.put(1 + (post % 8) as u8, 0xff_0000 + post);
    }
    assert_eq!(posts(&full, 1), [0xff_0020, 0xff_0018]);
    assert_eq!((1..=255).flat_map(|tag| posts(&full, tag)).count(), 16);
    for post in 100..140 {
        full.put(0x81, post);
    }
    assert_eq!(posts(&full, 0x81), (128..140).rev().collect::<Vec<_>>());
    assert_eq!((1..=8).flat_map(|tag| posts(&full, tag)).collect::<Vec<_>>(), [0xff_0024, 0xff_0025, 0xff_0026, 0xff_0027]);
}
