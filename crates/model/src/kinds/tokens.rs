//! A text cut into what a judgement reads: words in small letters, and marks (a link, a name, a price) that stand for whatever they are.

/// Tokens that are looked at; what a post mostly does is plain by then.
pub const TOKENS_MAX: usize = 400;

/// One piece. Marks begin with a character that no text holds, and have a name in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in [`Tokens::small`].
    pub start: u32,
    pub end: u32,
    pub is_mark: bool,
}

/// What counts of a text beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub words: u32,
    pub links: u32,
    pub mentions: u32,
    pub tags: u32,
    pub prices: u32,
    pub percents: u32,
    pub numbers: u32,
    pub long_numbers: u32,
    pub questions: u32,
    pub exclaims: u32,
    pub emoji: u32,
    /// Words of two letters and more, all of them capitals.
    pub shouts: u32,
    pub first_person: u32,
    pub second_person: u32,
    pub first_persons: u32,
    pub begins_with_mention: bool,
    pub ends_with_link: bool,
    /// Tokens of the first line.
    pub first_line: u32,
    pub has_body: bool,
    pub first_line_asks: bool,
}

/// A text in pieces.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// All pieces, one behind the other, in small letters.
    pub small: String,
    pub list: Vec<Token>,
    pub counts: Counts,
}

/// The marks as they stand among the tokens, and what a person calls them.
pub const MARKS: &[(&str, &str)] = &[
    ("\u{1}link", "a link"),
    ("\u{1}mention", "a name called"),
    ("\u{1}tag", "a tag"),
    ("\u{1}place", "a community named"),
    ("\u{1}price", "a price"),
    ("\u{1}percent", "a percentage"),
    ("\u{1}long", "a long number"),
    ("\u{1}year", "a year"),
    ("\u{1}number", "a number"),
    ("\u{1}emoji", "an emoji"),
    ("?", "a question mark"),
    ("??", "question marks"),
    ("!", "an exclamation mark"),
    ("!!", "exclamation marks"),
    ("...", "dots"),
];
const LINK: &str = "\u{1}link";
const MENTION: &str = "\u{1}mention";
const TAG: &str = "\u{1}tag";
const PLACE: &str = "\u{1}place";
const PRICE: &str = "\u{1}price";
const PERCENT: &str = "\u{1}percent";
const LONG: &str = "\u{1}long";
const YEAR: &str = "\u{1}year";
const NUMBER: &str = "\u{1}number";
const EMOJI: &str = "\u{1}emoji";

const MONEY: [char; 7] = ['€', '£', '$', '¥', '₹', '₩', '₽'];
/// From so many digits on, a number is one to be dialled or a code.
const LONG_FROM: usize = 5;

impl Tokens {
    pub fn of(text: &str) -> Tokens {
        let mut tokens = Tokens { small: String::with_capacity(text.len() + 16), ..Tokens::default() };
        let first_line_ends = text.trim_start().find('\n').map(|at| at + (text.len() - text.trim_start().len()));
        let mut is_first_line = true;
        for chunk in text.split_whitespace() {
            let at = chunk.as_ptr() as usize - text.as_ptr() as usize;
            if is_first_line && first_line_ends.is_some_and(|end| at >= end) {
                is_first_line = false;
                tokens.counts.has_body = true;
                tokens.end_first_line();
            }
            if tokens.list.len() >= TOKENS_MAX {
                break;
            }
            tokens.chunk(chunk);
        }
        if is_first_line {
            tokens.end_first_line();
        }
        let counts = &mut tokens.counts;
        counts.begins_with_mention = tokens.list.first().is_some_and(|t| &tokens.small[t.start as usize..t.end as usize] == MENTION);
        counts.ends_with_link = tokens.list.last().is_some_and(|t| &tokens.small[t.start as usize..t.end as usize] == LINK);
        tokens
    }

    pub fn word(&self, token: Token) -> &str {
        &self.small[token.start as usize..token.end as usize]
    }

    fn end_first_line(&mut self) {
        self.counts.first_line = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.counts.first_line_asks = self.list.last().is_some_and(|t| self.word(*t).starts_with('?'));
    }

    fn push(&mut self, piece: &str, is_mark: bool) {
        let start = self.small.len();
        self.small.push_str(piece);
        self.close(start, is_mark);
    }
    fn close(&mut self, start: usize, is_mark: bool) {
        let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.list.push(Token { start: place(start), end: place(self.small.len()), is_mark });
    }

    /// What stands between two spaces.
    fn chunk(&mut self, chunk: &str) {
        if let Some(at) = chunk.find("://").or_else(|| chunk.find("www.").filter(|at| *at <= 1)) {
            // In front of an address may stand words: `[words](https://…`.
            let scheme = chunk[..at]
                .rfind(|c: char| !c.is_ascii_alphanumeric())
                .map_or(0, |i| i + chunk[i..].chars().next().map_or(1, char::len_utf8));
            if scheme > 0 && scheme < at {
                self.words(&chunk[..scheme]);
            }
            self.counts.links += 1;
            return self.push(LINK, true);
        }
        let bare = chunk.trim_start_matches(['(', '"', '.', '[', '“', '‘', '\'']);
        let begins = |c: char| bare.strip_prefix(c).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_alphanumeric() || c == '_');
        if begins('@') {
            self.counts.mentions += 1;
            return self.push(MENTION, true);
        }
        if begins('#') && !bare[1..].chars().all(|c| !c.is_alphabetic()) {
            self.counts.tags += 1;
            self.push(TAG, true);
            return self.words(&bare[1..]);
        }
        if ["/r/", "r/", "/u/", "u/"].iter().any(|p| bare.strip_prefix(p).is_some_and(|rest| rest.len() > 2)) {
            return self.push(PLACE, true);
        }
        self.words(chunk);
    }

    fn words(&mut self, chunk: &str) {
        let mut chars = chunk.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c.is_alphanumeric() {
                let mut end = at + c.len_utf8();
                while let Some((next, d)) = chars.peek().copied() {
                    let is_inside =
                        matches!(d, '\'' | '’') && chunk[next + d.len_utf8()..].chars().next().is_some_and(char::is_alphanumeric);
                    if !d.is_alphanumeric() && !is_inside && !is_in_number(chunk, at, next, d) {
                        break;
                    }
                    end = next + d.len_utf8();
                    chars.next();
                }
                self.one_word(chunk, at, end);
            } else if MONEY.contains(&c) {
                if !chunk[at + c.len_utf8()..].starts_with(|d: char| d.is_ascii_digit()) {
                    self.push(if c == '$' { "$" } else { "£" }, false);
                }
            } else if matches!(c, '.' | '!' | '?' | '-' | '*' | '_' | '=' | ',') {
                let mut times = 1;
                while chars.peek().is_some_and(|(_, d)| *d == c) {
                    chars.next();
                    times += 1;
                }
                self.sign(c, times);
            } else {
                self.other(c);
            }
            if self.list.len() >= TOKENS_MAX {
                break;
            }
        }
    }

    /// A word or a figure, with what stands next to it in its chunk.
    fn one_word(&mut self, chunk: &str, at: usize, end: usize) {
        let word = &chunk[at..end];
        let is_number =
            word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ':'));
        let is_price = chunk[..at].ends_with(MONEY) || chunk[end..].starts_with(MONEY);
        if is_price && word.starts_with(|c: char| c.is_ascii_digit()) {
            self.counts.prices += 1;
            return self.push(PRICE, true);
        }
        if is_number {
            return self.number(word, chunk[end..].starts_with('%'));
        }
        let start = self.small.len();
        for c in word.chars() {
            match c {
                '’' => self.small.push('\''),
                c if c.is_ascii_digit() => self.small.push('0'),
                c if c.is_ascii() => self.small.push(c.to_ascii_lowercase()),
                c => self.small.extend(c.to_lowercase()),
            }
        }
        self.close(start, false);
        self.counts.words += 1;
        if word.len() > 1 && word.chars().all(char::is_uppercase) {
            self.counts.shouts += 1;
        }
        match &self.small[start..] {
            "i" | "me" | "my" | "mine" | "myself" | "i'm" | "i've" | "i'll" | "i'd" | "im" | "ive" => self.counts.first_person += 1,
            "you" | "your" | "yours" | "you're" | "you'll" | "u" | "ur" | "you've" | "yourself" => self.counts.second_person += 1,
            "we" | "our" | "us" | "ours" | "we're" | "we've" | "we'll" => self.counts.first_persons += 1,
            _ => {}
        }
    }

    fn number(&mut self, word: &str, is_percent: bool) {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        self.counts.numbers += 1;
        let mark = if is_percent {
            self.counts.percents += 1;
            PERCENT
        } else if digits >= LONG_FROM && !word.contains(',') {
            self.counts.long_numbers += 1;
            LONG
        } else if word.len() == 4 && digits == 4 && (word.starts_with("19") || word.starts_with("20")) {
            YEAR
        } else {
            NUMBER
        };
        self.push(mark, true);
    }

    fn sign(&mut self, c: char, times: u32) {
        match (c, times) {
            ('?', n) => {
                self.counts.questions += n;
                self.push(if n == 1 { "?" } else { "??" }, true);
            }
            ('!', n) => {
                self.counts.exclaims += n;
                self.push(if n == 1 { "!" } else { "!!" }, true);
            }
            ('.', 2..) => self.push("...", true),
            ('-', 1) => self.push("-", false),
            (c, 1) => {
                let start = self.small.len();
                self.small.push(c);
                self.close(start, false);
            }
            _ => self.push("--", false),
        }
    }

    fn other(&mut self, c: char) {
        if c == '…' {
            return self.push("...", true);
        }
        // Variation selectors, joiners and tones of skin say nothing by themselves.
        if matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{fe0e}' | '\u{1f3fb}'..='\u{1f3ff}') || c.is_control() {
            return;
        }
        if matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}') {
            self.counts.emoji += 1;
            self.push(EMOJI, true);
        }
        let start = self.small.len();
        self.small.push(c);
        self.close(start, false);
    }
}

/// `1,000`, `2.50`, `7:30`: one figure.
fn is_in_number(chunk: &str, start: usize, at: usize, c: char) -> bool {
    matches!(c, '.' | ',' | ':')
        && chunk[start..at].bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b':'))
        && chunk[at + 1..].starts_with(|d: char| d.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let tokens = Tokens::of(text);
        let found: Vec<String> = tokens.list.iter().map(|t| tokens.word(*t).replace('\u{1}', "‹")).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn words_and_marks() {
        check("I’m SURE, are you?", "i'm sure , are you ?");
        check("@ben Thanks!!! See https://a.example/x.", "‹mention thanks !! see ‹link");
        check("£1.50 or 20€, 50% off: call 08002986030 by 7pm", "‹price or ‹price £ , ‹percent % off : call ‹long by 0pm");
        check("#Bread in /r/Breadit since 2012...", "‹tag bread in ‹place since ‹year ...");
        check("[words](https://a.example) 🍞", "[ words ] ( ‹link ‹emoji 🍞");
        check("1,000 of #1", "‹number of # ‹number");
        check("", "");
    }

    #[test]
    fn lines_and_counts() {
        let counts = Tokens::of("Any tips?\n\nMy starter SULKS. I tried a link: https://a.example").counts;
        assert!(counts.first_line_asks && counts.has_body && counts.ends_with_link && !counts.begins_with_mention);
        assert_eq!((counts.first_line, counts.first_person, counts.shouts, counts.questions, counts.links), (3, 2, 1, 1, 1));
    }

    proptest! {
        #[test]
        fn any_text_is_cut_within_bounds(text in "\\PC{0,300}") {
            let tokens = Tokens::of(&text);
            prop_assert!(tokens.list.len() <= TOKENS_MAX + 2);
            prop_assert!(tokens.list.iter().all(|t| !tokens.word(*t).is_empty()));
        }
    }
}
