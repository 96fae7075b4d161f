//! Hosts: where the name of a machine in a text may end, which is at a top-level domain that exists.

use super::{is_directional, is_invalid, is_latin_accent, is_space};

/// The longest label of a host as it travels (RFC 1035).
const LABEL_MAX: usize = 63;
/// The longest top-level domain with letters beyond ASCII that is looked for; the longest of today has seventeen letters.
const TOP_LETTERS_MAX: usize = 24;
/// Endings of hosts that once were, or are kept back for something else, and that the counting library takes (by its list of 2021).
const GONE: &str = "\
    abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco bnl boots bq budapest \
    bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats comcast cookingchannel csc dabur dodge doha doosan \
    duck dunlop duns eh epost esurance etisalat everbank fiat flsmidth foodnetwork frontdoor fujixerox glade goo goodhands \
    guardian helsinki hgtv honeywell hoteles htc iinet intel iselect iveco iwc jcp jlc juniper kerrylogistics kinder \
    ladbrokes lancaster lancia lancome liaison linde lipsy lixil loft lupin macys maserati mcd mcdonalds meo metlife mf \
    mobily montblanc mopar movistar mtpc mutual mutuelle nadex nationwide natura newholland northwesternmutual off oldnavy \
    onion onyourside orientexpress pamperedchef panerai passagens piaget pramerica qvc raid redstone rightathome rmit rocher \
    sapo sca scjohnson scor ses shaw showtime shriram spiegel spreadbetting srt starhub statoil swiftcover symantec telecity \
    telefonica tiffany tp travelchannel uconnect um vista vistaprint volkswagen vuelos warman wolterskluwer xfinity \
    xn--3oq18vl8pn36a xn--estv75g xn--jlq61u9w7b xn--kpu716f xn--mgbaakc7dvf xn--mgbb9fbpob xn--pbt977c xperia zippo";

/// A stretch of letters that hosts are made of, dots included, and where hosts in it end.
pub struct Run<'t> {
    text: &'t str,
    pub end: usize,
    /// By label, in order.
    labels: Vec<Label>,
}

struct Label {
    start: usize,
    end: usize,
    /// Where the top-level domain with which this label begins ends, if it does begin with one.
    top: Option<usize>,
    /// Where a host ends whose first label this is, whole: at the last place at which it may.
    reach: Option<usize>,
}

impl<'t> Run<'t> {
    pub fn at(text: &'t str, from: usize) -> Run<'t> {
        let end = text[from..].find(|c| !(is_host_letter(c) || matches!(c, '-' | '_' | '.'))).map_or(text.len(), |n| from + n);
        let mut labels = Vec::new();
        let mut start = from;
        if text[from..end].contains('.') {
            for label in text[from..end].split('.') {
                let top = if labels.is_empty() { None } else { top_end(text, start, start + label.len()) };
                labels.push(Label { start, end: start + label.len(), top, reach: None });
                start += label.len() + 1;
            }
        }
        let mut run = Run { text, end, labels };
        for i in (0..run.labels.len()).rev() {
            let label = &run.labels[i];
            run.labels[i].reach = run.reach_from(label.start, i);
        }
        run
    }

    /// Whether no host ends in this stretch.
    pub fn is_barren(&self) -> bool {
        self.labels.iter().all(|l| l.top.is_none())
    }

    /// Whether the stretch is followed as the scheme of an address is.
    pub fn ends_in_scheme(&self, text: &str) -> bool {
        let run = &text.as_bytes()[..self.end];
        text[self.end..].starts_with("://") && (ends_in(run, b"http") || ends_in(run, b"https"))
    }

    /// Where the host ends that begins at `from`, at the last place at which it may.
    pub fn host_end(&self, from: usize) -> Option<usize> {
        let i = self.labels.partition_point(|l| l.end < from);
        self.reach_from(from, i)
    }

    fn reach_from(&self, from: usize, i: usize) -> Option<usize> {
        let (label, next) = (self.labels.get(i)?, self.labels.get(i + 1)?);
        let words = &self.text[from..label.end];
        let is_bounded = words.starts_with(is_host_letter) && words.ends_with(is_host_letter);
        if !is_bounded {
            return None;
        }
        // A machine's name may hold `_`, the domain itself may not.
        next.reach.or_else(|| next.top.filter(|_| !words.contains('_')))
    }
}

fn ends_in(run: &[u8], word: &[u8]) -> bool {
    run.len() >= word.len() && run[run.len() - word.len()..].eq_ignore_ascii_case(word)
}

/// Where the top-level domain ends with which the label begins, if it begins with one that something else follows.
fn top_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let label = &text[start..end];
    let plain = label.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    if plain > 0 {
        if label.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("xn--")) {
            return (plain > 4).then_some(start + plain);
        }
        let word = &label[..label.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        let is_mixed = label[word.len()..].starts_with(is_latin_accent);
        if !is_mixed || exists(word) {
            return (may_follow(text, start + word.len()) && exists(word)).then_some(start + word.len());
        }
    }
    let ends: Vec<usize> = label.char_indices().map(|(at, c)| at + c.len_utf8()).take(TOP_LETTERS_MAX).collect();
    ends.into_iter().rev().map(|n| start + n).find(|to| may_follow(text, *to) && exists_in_its_script(&text[start..*to]))
}

/// Whether a top-level domain may end there, by what comes next.
fn may_follow(text: &str, at: usize) -> bool {
    !text[at..].starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '+' | '-'))
}

/// Whether there is, or was, such a top-level domain.
pub fn exists(word: &str) -> bool {
    if !(2..=LABEL_MAX).contains(&word.len()) || !word.is_ascii() {
        return false;
    }
    let word = word.to_ascii_lowercase();
    tld::exist(&word) || GONE.split(' ').any(|gone| gone == word)
}

fn exists_in_its_script(word: &str) -> bool {
    !word.is_ascii() && idna::punycode::encode_str(&word.to_lowercase()).is_some_and(|code| exists(&format!("xn--{code}")))
}

/// Letters of a host's labels, `-` and `_` aside.
fn is_host_letter(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        _ => !is_space(c) && !is_invalid(c) && !is_directional(c),
    }
}

/// Letters of a host that stands without its scheme, dots included.
pub fn is_plain_host_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.') || is_latin_accent(c)
}

/// The first host within plain letters from `from` to `end`: as much as has a top-level domain at its end.
pub fn plain_host(host: &str, from: usize, end: usize) -> Option<(usize, usize)> {
    let (mut start, mut at, mut best) = (from, from, None);
    for (i, label) in host[from..end].split('.').enumerate() {
        if i > 0 && at > start {
            best = top_end(host, at, at + label.len()).filter(|to| *to <= end).map(|to| (start, to)).or(best);
        }
        at += label.len() + 1;
        if label.is_empty() {
            if best.is_some() {
                break;
            }
            start = at;
        }
    }
    best
}

/// How long a host is as it travels, in ASCII; `None` where one of its labels would be too long, or claims to be coded and is not.
pub fn ascii_len(host: &str) -> Option<usize> {
    let mut sum = host.matches('.').count();
    for label in host.split('.') {
        let len = if label.is_ascii() {
            label.len()
        } else if label.len() > LABEL_MAX * 4 || label.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("xn--")) {
            return None;
        } else {
            4 + idna::punycode::encode_str(&label.to_lowercase())?.len()
        };
        if len > LABEL_MAX {
            return None;
        }
        sum += len;
    }
    Some(sum)
}
