//! Web addresses in a text, with their scheme or without, found in one pass: how a host begins, then port, path and question.

use super::domain::{Run, ascii_len, is_plain_host_letter, plain_host};
use super::{is_directional, is_invalid, is_latin_accent};

/// The longest address that counts as one, in UTF-16 units, its host taken as it travels (in ASCII).
const ADDRESS_MAX: usize = 4096;
/// The shortener of the network whose rules these are: its addresses end with their code, which is not longer than this.
const SHORT_HOST: &str = "t.co";
const SHORT_CODE_MAX: usize = 40;

/// One address, in bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    pub start: usize,
    pub end: usize,
    pub has_scheme: bool,
}

/// Every address in a text, in order.
pub fn addresses(text: &str) -> Vec<Address> {
    // Nothing is an address without a dot, and most texts' dots are followed by a space.
    if !text.contains('.') {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut at, mut before, mut run): (usize, Option<char>, Option<Run<'_>>) = (0, None, None);
    while let Some(c) = text[at..].chars().next() {
        if before.is_none_or(may_stand_before) {
            if run.as_ref().is_none_or(|r| r.end <= at) {
                run = Some(Run::at(text, at));
            }
            let run = run.as_ref().expect("it was just made");
            if let Some(end) = take(text, at, before, run, &mut found) {
                // The sign after an address may stand before the next, but the address itself may not.
                (at, before) = step(text, end);
                continue;
            }
            // Nothing in this run can be the end of a host, nor can it be a scheme: on to its end at once.
            if run.is_barren() && run.end > at + c.len_utf8() && !run.ends_in_scheme(text) {
                (at, before) = (run.end, text[..run.end].chars().next_back());
                continue;
            }
        }
        (at, before) = (at + c.len_utf8(), Some(c));
    }
    found
}

fn step(text: &str, at: usize) -> (usize, Option<char>) {
    match text[at..].chars().next() {
        Some(c) => (at + c.len_utf8(), Some(c)),
        None => (at, None),
    }
}

/// What an address may begin after.
fn may_stand_before(c: char) -> bool {
    is_directional(c) || !(c.is_ascii_alphanumeric() || matches!(c, '@' | '＠' | '$' | '#' | '＃') || is_invalid(c))
}

/// Looks for an address that begins at `at`. Where one is seen, whether it counts or not, its end comes back: the search goes on there.
fn take(text: &str, at: usize, before: Option<char>, run: &Run<'_>, found: &mut Vec<Address>) -> Option<usize> {
    if let Some(scheme) = scheme_len(&text[at..]) {
        let host_from = at + scheme;
        let inner = Run::at(text, host_from);
        if let Some(host_end) = inner.host_end(host_from) {
            let tail = Tail::of(text, host_end);
            let (host, whole) = (&text[host_from..host_end], &text[at..tail.end]);
            if is_bearable(host, whole) {
                if let Some(end) = cut_short(host, &text[host_end..tail.end]) {
                    let end = host_end + end;
                    found.extend((end > host_end).then_some(Address { start: at, end, has_scheme: true }));
                    return Some(tail.end);
                }
                found.push(Address { start: at, end: tail.end, has_scheme: true });
            }
            return Some(tail.end);
        }
    }
    let host_end = run.host_end(at)?;
    let tail = Tail::of(text, host_end);
    let host = &text[at..host_end];
    if !is_bearable(host, &text[at..tail.end]) || before.is_some_and(|c| matches!(c, '-' | '_' | '.' | '/')) {
        return Some(tail.end);
    }
    let first = found.len();
    found.extend(ascii_hosts(host).into_iter().map(|(s, e)| Address { start: at + s, end: at + e, has_scheme: false }));
    if tail.has_path && found.len() > first {
        found.last_mut().expect("one was just found").end = tail.end;
    }
    Some(tail.end)
}

fn scheme_len(rest: &str) -> Option<usize> {
    ["http://", "https://"].into_iter().find(|s| rest.get(..s.len()).is_some_and(|r| r.eq_ignore_ascii_case(s))).map(str::len)
}

/// Whether host and address are no longer than they may be, the host as it travels.
fn is_bearable(host: &str, whole: &str) -> bool {
    let Some(ascii_len) = ascii_len(host) else { return false };
    whole.encode_utf16().count() - host.encode_utf16().count() + ascii_len <= ADDRESS_MAX
}

/// For the shortener's own addresses, how much of what follows the host belongs to it: its code and a question, no more. `Some(0)` where
/// the code is too long to be one.
fn cut_short(host: &str, rest: &str) -> Option<usize> {
    if !host.eq_ignore_ascii_case(SHORT_HOST) {
        return None;
    }
    let code = rest.strip_prefix('/')?;
    let len = code.bytes().take_while(u8::is_ascii_alphanumeric).count();
    match len {
        0 => None,
        1..=SHORT_CODE_MAX => Some(1 + len + question(&code[len..])),
        _ => Some(0),
    }
}

/// The stretches of a host that are hosts by themselves in plain letters: of 日本語foo.jp it is foo.jp.
fn ascii_hosts(host: &str) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < host.len() {
        let run = host[at..].find(|c| !is_plain_host_letter(c)).map_or(host.len(), |n| at + n);
        while let Some((start, end)) = plain_host(host, at, run) {
            found.push((start, end));
            at = end;
        }
        at = run + host[run..].chars().next().map_or(1, char::len_utf8);
    }
    found
}

/// What follows a host.
struct Tail {
    end: usize,
    has_path: bool,
}

impl Tail {
    fn of(text: &str, host_end: usize) -> Tail {
        let mut end = host_end;
        if let Some(digits) = text[end..].strip_prefix(':').map(|r| r.bytes().take_while(u8::is_ascii_digit).count()).filter(|n| *n > 0) {
            end += 1 + digits;
        }
        let has_path = text[end..].starts_with('/');
        if has_path {
            end += 1 + path(&text[end + 1..]);
        }
        end += question(&text[end..]);
        Tail { end, has_path }
    }
}

/// How much of `rest`, which follows the first `/`, is path: as far as its letters go, back to one that a path may end with.
fn path(rest: &str) -> usize {
    let (mut at, mut end) = (0, 0);
    while let Some(c) = rest[at..].chars().next() {
        let next = at + c.len_utf8();
        if is_path_letter(c) {
            at = next;
            if may_end_path(c) {
                end = at;
            }
        } else if c == '(' {
            let Some(len) = brackets(&rest[at..]) else { break };
            at += len;
            end = at;
        } else {
            break;
        }
    }
    end
}

/// A pair of brackets with letters of a path between, perhaps with one more pair inside; how long it is.
fn brackets(rest: &str) -> Option<usize> {
    let (mut depth, mut deepest, mut is_empty) = (0, 0, true);
    for (at, c) in rest.char_indices() {
        match c {
            '(' => {
                depth += 1;
                deepest += 1;
                is_empty = true;
                if depth > 2 || deepest > 2 {
                    return None;
                }
            }
            ')' if is_empty => return None,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            c if is_path_letter(c) => is_empty = false,
            _ => return None,
        }
    }
    None
}

/// How much of `rest` is a question: `?` and what follows, back to a letter that one may end with.
fn question(rest: &str) -> usize {
    let Some(asked) = rest.strip_prefix('?') else { return 0 };
    let mut end = 0;
    for (at, c) in asked.char_indices() {
        if !(c.is_ascii_alphanumeric() || "!?*'@();:&=+$/%#[]-_.,~|".contains(c)) {
            break;
        }
        if c.is_ascii_alphanumeric() || "-_&=#/".contains(c) {
            end = at + 1;
        }
    }
    if end > 0 { 1 + end } else { 0 }
}

fn is_path_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!*';:=+,.$/%#[]-–_~@|&".contains(c) || is_cyrillic(c) || is_latin_accent(c)
}

fn may_end_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-=_#/".contains(c) || is_cyrillic(c) || is_latin_accent(c)
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4FF}')
}
