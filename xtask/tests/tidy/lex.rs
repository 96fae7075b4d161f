//! A small scanner of Rust text: which letters are code, which are strings, which are comments.
//! It keeps line breaks, so a place in any view is a line of the file. It does not parse; it only never
//! mistakes a brace inside a string for a brace.

/// One file seen three ways, each as long as the file itself.
pub struct Views {
    /// Code alone: strings and comments are blanks.
    pub code: String,
    /// The insides of string literals alone.
    pub strings: String,
    /// Comments alone.
    pub comments: String,
}

#[derive(Clone, Copy, PartialEq)]
enum In {
    Code,
    Line,
    Block(u32),
    Text,
    Raw(usize),
}

/// Splits `source` into its three views.
pub fn views(source: &str) -> Views {
    let letters: Vec<char> = source.chars().collect();
    let mut views = Views { code: String::new(), strings: String::new(), comments: String::new() };
    let (mut at, mut place) = (0, In::Code);
    while at < letters.len() {
        let (next, taken, shown) = step(&letters, at, place);
        for &letter in &letters[at..at + taken] {
            views.put(letter, shown);
        }
        at += taken;
        place = next;
    }
    views
}

impl Views {
    fn put(&mut self, letter: char, shown: In) {
        let blank = if letter == '\n' { '\n' } else { ' ' };
        let (mut code, mut text, mut comment) = (blank, blank, blank);
        match shown {
            In::Code => code = letter,
            In::Text | In::Raw(_) => text = letter,
            In::Line | In::Block(_) => comment = letter,
        }
        self.code.push(code);
        self.strings.push(text);
        self.comments.push(comment);
    }
}

/// What stands at `at`: where we are afterwards, how many letters that took, and as what they show.
fn step(letters: &[char], at: usize, place: In) -> (In, usize, In) {
    let here = letters[at];
    let next = letters.get(at + 1).copied().unwrap_or('\n');
    match place {
        In::Code => step_code(letters, at, here, next),
        In::Line if here == '\n' => (In::Code, 1, In::Code),
        In::Line => (In::Line, 1, In::Line),
        In::Block(depth) if here == '*' && next == '/' => (if depth == 1 { In::Code } else { In::Block(depth - 1) }, 2, place),
        In::Block(depth) if here == '/' && next == '*' => (In::Block(depth + 1), 2, place),
        In::Block(_) => (place, 1, place),
        In::Text if here == '\\' => (In::Text, 2.min(letters.len() - at), In::Text),
        In::Text if here == '"' => (In::Code, 1, In::Code),
        In::Text => (In::Text, 1, In::Text),
        In::Raw(hashes) if here == '"' && hashes_at(letters, at + 1) >= hashes => (In::Code, 1 + hashes, In::Code),
        In::Raw(_) => (place, 1, place),
    }
}

fn step_code(letters: &[char], at: usize, here: char, next: char) -> (In, usize, In) {
    match here {
        '/' if next == '/' => (In::Line, 2, In::Line),
        '/' if next == '*' => (In::Block(1), 2, In::Block(1)),
        '"' => (In::Text, 1, In::Code),
        'r' if !is_word_before(letters, at) || letters[at - 1] == 'b' => {
            let hashes = hashes_at(letters, at + 1);
            match letters.get(at + 1 + hashes) {
                Some('"') => (In::Raw(hashes), 2 + hashes, In::Code),
                _ => (In::Code, 1, In::Code),
            }
        }
        '\'' => match quoted(letters, at) {
            1 => (In::Code, 1, In::Code),
            long => (In::Code, long, In::Text),
        },
        _ => (In::Code, 1, In::Code),
    }
}

/// The length of a quoted letter that begins at `at`, or 1 where the quote begins a lifetime.
fn quoted(letters: &[char], at: usize) -> usize {
    const LONGEST: usize = 12; // '\u{10FFFF}'
    match (letters.get(at + 1), letters.get(at + 2)) {
        (Some('\\'), _) => match letters.iter().skip(at + 3).take(LONGEST).position(|&l| l == '\'') {
            Some(end) => end + 4,
            None => 1,
        },
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

fn hashes_at(letters: &[char], at: usize) -> usize {
    letters[at.min(letters.len())..].iter().take_while(|&&l| l == '#').count()
}

fn is_word_before(letters: &[char], at: usize) -> bool {
    at > 0 && (letters[at - 1].is_alphanumeric() || letters[at - 1] == '_')
}

/// Blanks what stands under `#[cfg(test)]`: a module, a function, or a `mod tests;`. Also how many lines that were.
pub fn without_tests(code: &str) -> (String, usize) {
    let mut lines = 0;
    let mut letters: Vec<char> = code.chars().collect();
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut at = 0;
    while at + mark.len() <= letters.len() {
        if letters[at..at + mark.len()] != mark[..] {
            at += 1;
            continue;
        }
        let end = end_of_item(&letters, at + mark.len());
        lines += letters[at..end].iter().filter(|&&l| l == '\n').count() + 1;
        for letter in &mut letters[at..end] {
            if *letter != '\n' {
                *letter = ' ';
            }
        }
        at = end;
    }
    (letters.into_iter().collect(), lines)
}

/// Where the item after `from` ends: past its closing brace, or past its semicolon if that comes first.
pub fn end_of_item(letters: &[char], from: usize) -> usize {
    let mut depth = 0usize;
    for (at, letter) in letters.iter().enumerate().skip(from) {
        match letter {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    letters.len()
}

#[test]
fn strings_and_comments_are_told_from_code() {
    let source = "let a = \"{ // no\"; // a } comment\nlet b = r#\"x \" y\"#; /* { /* } */ */ let c = '{'; fn f<'a>(x: &'a str) {}\n";
    let views = views(source);
    assert!(!views.code.contains("no") && !views.code.contains("comment"));
    assert!(views.strings.contains("{ // no") && views.strings.contains("x \" y"));
    assert!(views.comments.contains("a } comment"));
    assert_eq!(views.code.matches('{').count(), 1, "{}", views.code);
    assert_eq!(views.code.lines().count(), source.lines().count());
    assert!(views.code.contains("&'a str"));
}

#[test]
fn what_is_under_cfg_test_is_left_out() {
    let code = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { {} } }\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
    let (left, lines) = without_tests(code);
    assert_eq!(lines, 4);
    assert!(left.contains("fn a") && left.contains("fn c") && left.contains("fn d"));
    assert!(!left.contains("fn b") && !left.contains("more"));
}
