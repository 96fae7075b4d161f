//! Posts from a file as conversations, and whose turn each was at any moment: the desk's own judgement without a desk, for
//! `hobnob lab turns` and for measuring. The order of the lines and lines that come twice change nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::SignedDuration;
use model::{NetworkKey, PersonId, PostId, ProfileId, Timestamp, Visibility};
use store::threads::Said;

use super::turn::{Me, Standing, in_order, turn};

/// The same words by the same hand on two networks within this time are one post in two places.
const COPY_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Fewer letters than this are said twice by chance.
const COPY_LETTERS_MIN: usize = 20;

/// One line of such a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub id: String,
    pub network: String,
    /// A handle; `None` where nobody knows.
    pub author: Option<String>,
    /// Without it, a post was said when what it answers was, or when the line before it was.
    pub at: Option<Timestamp>,
    pub text: String,
    pub reply_to: Option<String>,
    /// What the file calls the conversation.
    pub thread: Option<String>,
    /// To whose desk it came, where the file says: it is addressed to them, whatever its words name.
    pub desk: Option<String>,
}

/// One conversation of the file.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The file's name for it, or the id of its first post.
    pub id: String,
    pub lines: Vec<Line>,
    said: Vec<Said>,
    /// Whom each post names, as [`plain_handle`] has it.
    named: Vec<HashSet<String>>,
}

/// A handle as it is compared: without `@`, in lower case.
pub fn plain_handle(handle: &str) -> String {
    handle.trim().trim_start_matches('@').to_lowercase()
}

/// All conversations of a file, in order of their first post.
pub fn conversations(lines: Vec<Line>) -> Vec<Replayed> {
    let lines = timed(lines);
    let mut groups = Groups { parent: (0..lines.len()).collect() };
    let mut by_name: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for (i, line) in lines.iter().enumerate() {
        let names = [("post", Some(&line.id)), ("post", line.reply_to.as_ref()), ("thread", line.thread.as_ref())];
        for (kind, name) in names.into_iter().filter_map(|(kind, name)| Some((kind, name.filter(|n| !n.is_empty())?))) {
            match by_name.get(&(kind, &line.network, name)) {
                Some(&other) => groups.join(i, other),
                None => {
                    by_name.insert((kind, &line.network, name), i);
                }
            }
        }
    }
    join_copies(&lines, &mut groups);
    let mut found: BTreeMap<usize, Vec<Line>> = BTreeMap::new();
    let roots: Vec<usize> = (0..lines.len()).map(|i| groups.root(i)).collect();
    for (line, root) in lines.into_iter().zip(roots) {
        found.entry(root).or_default().push(line);
    }
    let mut all: Vec<Replayed> = found.into_values().map(Replayed::new).collect();
    all.sort_by(|a, b| (a.said[0].created_at, &a.id).cmp(&(b.said[0].created_at, &b.id)));
    all
}

/// Each post once, in an order that is its own, and all with a time.
fn timed(mut lines: Vec<Line>) -> Vec<Line> {
    let mut before = Timestamp::UNIX_EPOCH;
    let known: HashMap<(String, String), Timestamp> =
        lines.iter().filter_map(|l| Some(((l.network.clone(), l.id.clone()), l.at?))).collect();
    for line in &mut lines {
        if line.at.is_none() {
            let parent = line.reply_to.as_ref().and_then(|to| known.get(&(line.network.clone(), to.clone())));
            line.at = Some(parent.copied().unwrap_or(before + SignedDuration::from_millis(1)));
        }
        before = line.at.unwrap_or(before);
    }
    let mut once: BTreeMap<(String, String), Line> = BTreeMap::new();
    for line in lines {
        let key = (line.network.clone(), line.id.clone());
        // Of two sights of one post the later is the edited one.
        match once.get(&key) {
            Some(kept) if (kept.at, &kept.text) >= (line.at, &line.text) => {}
            _ => {
                once.insert(key, line);
            }
        }
    }
    once.into_values().collect()
}

fn join_copies(lines: &[Line], groups: &mut Groups) {
    let mut by_words: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (i, line) in lines.iter().enumerate().filter(|(_, l)| l.reply_to.is_none()) {
        let words = line.text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if let Some(author) = line.author.as_deref().filter(|_| words.chars().count() >= COPY_LETTERS_MIN) {
            by_words.entry((plain_handle(author), words)).or_default().push(i);
        }
    }
    for mut same in by_words.into_values() {
        same.sort_by_key(|&i| lines[i].at);
        for pair in same.windows(2) {
            let (a, b) = (&lines[pair[0]], &lines[pair[1]]);
            if a.network != b.network && b.at.zip(a.at).is_some_and(|(b, a)| b.duration_since(a) <= COPY_WITHIN) {
                groups.join(pair[0], pair[1]);
            }
        }
    }
}

/// Which lines belong together.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn root(&mut self, mut i: usize) -> usize {
        while self.parent[i] != i {
            self.parent[i] = self.parent[self.parent[i]];
            i = self.parent[i];
        }
        i
    }
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}

impl Replayed {
    fn new(mut lines: Vec<Line>) -> Replayed {
        let mut authors: HashMap<String, i64> = HashMap::new();
        let said: Vec<Said> = lines
            .iter()
            .enumerate()
            .map(|(i, line)| {
                let number = i64::try_from(i).unwrap_or(i64::MAX);
                // Whoever has no name is nobody we know, each time another.
                let handle = line.author.as_deref().map_or_else(|| format!("?{i}"), plain_handle);
                let next = i64::try_from(authors.len()).unwrap_or(i64::MAX);
                let author = *authors.entry(handle.clone()).or_insert(next);
                said(line, number, author, handle)
            })
            .collect();
        let order = in_order(&said);
        let ordered: Vec<Line> = order.iter().map(|&i| std::mem::take(&mut lines[i])).collect();
        let id = ordered[0].thread.clone().unwrap_or_else(|| ordered[0].id.clone());
        let named = ordered.iter().map(|line| names(&line.text)).collect();
        Replayed { id, lines: ordered, said: order.into_iter().map(|i| said[i].clone()).collect(), named }
    }

    /// Whether somebody wrote in it or is spoken to, up to that moment.
    pub fn concerns(&self, me: &str, until: Option<Timestamp>) -> bool {
        let seen = self.seen(me, until);
        seen.iter().any(|s| s.is_mine || s.names_me) || !self.for_us(me).is_empty() && !seen.is_empty()
    }
    /// Whose turn it was for `me` (as [`plain_handle`] makes it), nothing known of what came after `until`. `None` where it did not concern them.
    pub fn standing(&self, me: &str, until: Option<Timestamp>) -> Option<Standing> {
        if !self.concerns(me, until) {
            return None;
        }
        let known = Me {
            remote_ids: [me.to_owned()].into(),
            handles: [me.to_owned()].into(),
            // Whether two have met before is not asked here.
            met: self.said.iter().map(|s| s.author_remote.clone()).collect(),
            for_us: self.for_us(me),
        };
        Some(turn(&self.seen(me, until), &known))
    }

    fn seen(&self, me: &str, until: Option<Timestamp>) -> Vec<Said> {
        let seen = self.said.iter().zip(&self.named).filter(|(s, _)| until.is_none_or(|until| s.created_at <= until));
        seen.map(|(s, named)| Said { is_mine: s.handle == me, names_me: s.handle != me && named.contains(me), ..s.clone() }).collect()
    }
    fn for_us(&self, me: &str) -> HashSet<String> {
        let to_us = |line: &&Line| line.desk.as_deref().is_some_and(|desk| plain_handle(desk) == me);
        let by_others = |line: &&Line| line.author.as_deref().map(plain_handle).as_deref() != Some(me);
        self.lines.iter().filter(to_us).filter(by_others).map(|line| line.id.clone()).collect()
    }
}

/// The handles in a text, as networks write them: `@name`, `u/name`; of a name with its server, also the name alone.
fn names(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"' | '“' | '”' | ':')) {
        let word = word.trim_start_matches(['.', '/']);
        let Some(name) = word.strip_prefix('@').or_else(|| word.strip_prefix("u/")) else { continue };
        let name = name.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_').to_lowercase();
        found.extend(name.split_once('@').map(|(local, _)| local.to_owned()));
        found.insert(name);
    }
    found
}

fn said(line: &Line, number: i64, author: i64, handle: String) -> Said {
    let at = line.at.unwrap_or(Timestamp::UNIX_EPOCH);
    Said {
        id: PostId(number),
        network: NetworkKey(line.network.clone()),
        remote_id: line.id.clone(),
        local: None,
        reply_to: line.reply_to.clone(),
        reply_to_author: None,
        account: None,
        author: ProfileId(author),
        author_remote: handle.clone(),
        person: PersonId(author),
        who: line.author.clone().unwrap_or_else(|| "somebody".to_owned()),
        handle,
        has_face: false,
        is_mine: false,
        names_me: false,
        created_at: at,
        heard_at: Some(at),
        is_deleted: false,
        text: line.text.clone(),
        title: None,
        warning: None,
        language: None,
        visibility: Visibility::Public,
        is_edited: false,
        poll: None,
        quote: None,
    }
}

#[cfg(test)]
mod tests {
    use model::Turn;
    use proptest::prelude::*;

    use super::*;

    fn line(id: &str, author: &str, minute: i64, text: &str, reply_to: Option<&str>) -> Line {
        Line {
            id: id.into(),
            network: "net".into(),
            author: Some(author.into()),
            at: Timestamp::from_second(minute * 60).ok(),
            text: text.into(),
            reply_to: reply_to.map(Into::into),
            ..Line::default()
        }
    }
    fn at(minute: i64) -> Option<Timestamp> {
        Timestamp::from_second(minute * 60).ok()
    }

    #[test]
    fn a_customer_waits_until_the_answer_and_is_seen_to_wait_at_no_other_time() {
        let all = conversations(vec![
            line("2", "Brand", 9, "@cus Restart it. Hope this helps!", Some("1")),
            line("1", "cus", 1, "@BRAND my screen is black", None),
            line("3", "cus", 12, "@Brand that worked, thanks!", Some("2")),
        ]);
        let turn_at = |m| all[0].standing("brand", at(m)).map(|s| (s.turn, s.because));
        assert_eq!(turn_at(0), None);
        assert_eq!(turn_at(5), Some((Turn::Mine, "cus spoke to you.".into())));
        assert_eq!(turn_at(9), Some((Turn::Nobodys, "You answered cus; nothing is left open.".into())));
        assert_eq!(turn_at(20), Some((Turn::Nobodys, "cus thanked you; nothing is open.".into())));
        assert_eq!(all[0].standing("cus", at(5)).unwrap().turn, Turn::Theirs);
        assert_eq!(all[0].standing("stranger", None), None);
    }

    #[test]
    fn one_post_in_two_places_is_one_conversation() {
        let mut copy = line("b1", "ada", 3, "Which thread do you take for a first book?", None);
        copy.network = "other".into();
        let mut answer = line("b2", "ben", 4, "For which paper?", Some("b1"));
        answer.network = "other".into();
        let all = conversations(vec![line("a1", "ada", 1, "Which thread do you take for a first book?", None), copy, answer]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].standing("ada", None).unwrap().turn, Turn::Mine);
    }

    #[test]
    fn lines_without_times_parents_or_names_are_taken_as_they_stand() {
        let mut bare = line("1", "ben", 0, "@ada why?", Some("gone"));
        (bare.at, bare.author) = (None, None);
        let all = conversations(vec![bare]);
        assert_eq!((all[0].id.as_str(), all[0].standing("ada", None).unwrap().turn), ("1", Turn::Mine));
    }

    proptest! {
        #[test]
        fn order_and_doubling_change_nothing(
            (given, other) in proptest::collection::vec((0usize..3, 0usize..7, 0usize..5), 1..8).prop_map(|plan| {
                plan.iter().enumerate().map(|(i, &(by, to, words))| {
                    let text = ["Fine.", "@ada why?", "Thanks!", "Which?", "@ben I'll look"][words];
                    line(&i.to_string(), ["ada", "ben", "tom"][by], i64::try_from(i).unwrap(), text, (to < 6).then_some(["0", "1", "2", "3", "4", "5"][to.min(5)]))
                }).collect::<Vec<_>>()
            }).prop_flat_map(|given| {
                let doubled: Vec<Line> = given.iter().chain(&given).cloned().collect();
                (Just(given), Just(doubled).prop_shuffle())
            })
        ) {
            let told = |lines: Vec<Line>| {
                conversations(lines).iter().map(|c| (c.id.clone(), c.standing("ada", None).map(|s| (s.turn, s.because, s.since)))).collect::<Vec<_>>()
            };
            prop_assert_eq!(told(given), told(other));
        }
    }
}
