//! Whose turn a conversation is, and why: pure, from its posts alone, the same in whatever order they came.

use std::collections::{HashMap, HashSet};

use model::{Timestamp, Turn, Visibility};
use store::threads::Said;

use super::words::{first_name, is_closing, is_question};

/// Whose turn it is, and which post shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub turn: Turn,
    /// A whole sentence.
    pub because: String,
    pub since: Timestamp,
    /// Place in the thread of the post whose words are shown.
    pub shown: usize,
    /// Place of the post whose author the row is about: the one shown, or whom we answered.
    pub about: usize,
    /// They spoke of us, and no answer is needed.
    pub is_spoken_of: bool,
    /// When something that concerns us last came in as news.
    pub stirred_at: Option<Timestamp>,
}

/// What the posts themselves don't tell.
#[derive(Clone, Debug, Default)]
pub struct Me {
    /// Our own remote ids, all networks.
    pub remote_ids: HashSet<String>,
    /// Those we talked with before, elsewhere, by remote id.
    pub met: HashSet<String>,
}

/// How a post of somebody else's concerns us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Not,
    /// It speaks of us, or closes the talk: no answer is needed.
    Of,
    /// It speaks to us.
    To,
}

/// The thread with what can be looked up in it.
struct Thread<'a> {
    said: &'a [Said],
    parents: Vec<Option<usize>>,
    me: &'a Me,
}

/// How deep a line of answers is followed.
const DEPTH_MAX: usize = 1000;

/// Whose turn, from the posts of one conversation (at least one), in any order.
pub fn turn(said: &[Said], me: &Me) -> Standing {
    let thread = Thread::new(said, me);
    let order = thread.in_order();
    let live: Vec<usize> = order.iter().copied().filter(|&i| !said[i].is_deleted).collect();
    let last_mine = live.iter().rposition(|&i| said[i].is_mine);
    let after = &live[last_mine.map_or(0, |at| at + 1)..];
    let touches: Vec<(usize, Touch)> = after
        .iter()
        .filter(|&&i| said[i].heard_at.is_some())
        .map(|&i| (i, thread.touch(i)))
        .filter(|(_, touch)| *touch != Touch::Not)
        .collect();
    let stirred_at = touches.iter().filter_map(|&(i, _)| said[i].heard_at).max();
    let to: Vec<usize> = touches.iter().filter(|(_, t)| *t == Touch::To).map(|(i, _)| *i).collect();
    let last_mine = last_mine.map(|at| live[at]);
    if let Some(&first) = to.first() {
        let shown = to.iter().rev().copied().find(|&i| is_question(&said[i].text)).unwrap_or(to[to.len() - 1]);
        let because = thread.why_mine(shown, &to, last_mine);
        return Standing { turn: Turn::Mine, because, since: said[first].created_at, shown, about: shown, is_spoken_of: false, stirred_at };
    }
    if let Some(&(last, _)) = touches.last() {
        let who = first_name(&said[last].who);
        let because =
            if thread.answers_me(last, 0) { format!("{who} answered; nothing more is asked.") } else { format!("{who} spoke of you.") };
        let since = said[last].created_at;
        return Standing { turn: Turn::Nobodys, because, since, shown: last, about: last, is_spoken_of: true, stirred_at };
    }
    match last_mine {
        Some(mine) => thread.after_my_word(mine),
        None => thread.nobodys(live.last().or(order.last()).copied().unwrap_or(0)),
    }
}

/// The places of a thread's posts in order of time, where an answer always comes after what it answers.
pub fn in_order(said: &[Said]) -> Vec<usize> {
    Thread::new(said, &Me::default()).in_order()
}

impl<'a> Thread<'a> {
    fn new(said: &'a [Said], me: &'a Me) -> Self {
        let mut places: HashMap<(&str, &str), usize> = HashMap::with_capacity(said.len() * 2);
        for (i, post) in said.iter().enumerate() {
            places.insert((post.network.as_str(), &post.remote_id), i);
            if let Some(local) = &post.local {
                places.insert((post.network.as_str(), local), i);
            }
        }
        let parents = said
            .iter()
            .enumerate()
            .map(|(i, post)| {
                let parent = post.reply_to.as_deref().and_then(|to| places.get(&(post.network.as_str(), to)).copied());
                parent.filter(|&p| p != i)
            })
            .collect();
        Thread { said, parents, me }
    }

    /// In order of time, where an answer always comes after what it answers, whatever its sender's clock says.
    fn in_order(&self) -> Vec<usize> {
        let times: Vec<(i64, usize)> = (0..self.said.len()).map(|i| self.time_and_depth(i)).collect();
        let mut order: Vec<usize> = (0..self.said.len()).collect();
        order.sort_by(|&a, &b| (times[a], &self.said[a].remote_id).cmp(&(times[b], &self.said[b].remote_id)));
        order
    }
    /// The latest time among a post and all it answers, and how many of them there are.
    fn time_and_depth(&self, i: usize) -> (i64, usize) {
        let (mut at, mut depth, mut next) = (self.said[i].created_at.as_millisecond(), 0, self.parents[i]);
        while let Some(parent) = next {
            at = at.max(self.said[parent].created_at.as_millisecond());
            depth += 1;
            // Posts that claim to answer each other in a ring must not hold us.
            next = if depth < DEPTH_MAX && parent != i { self.parents[parent] } else { None };
        }
        (at, depth)
    }

    fn is_mine(&self, i: usize) -> bool {
        self.said[i].is_mine
    }
    /// It answers a post of ours, or goes on from one of its author's own that does.
    fn answers_me(&self, i: usize, depth: usize) -> bool {
        match self.parents[i] {
            Some(parent) if self.is_mine(parent) => true,
            Some(parent) if self.said[parent].author == self.said[i].author && depth < DEPTH_MAX => self.answers_me(parent, depth + 1),
            _ => self.said[i].reply_to_author.as_ref().is_some_and(|id| self.me.remote_ids.contains(id)),
        }
    }
    /// It names us, or goes on from one of its author's own that does.
    fn names_me(&self, i: usize, depth: usize) -> bool {
        self.said[i].names_me
            || self.parents[i].is_some_and(|parent| {
                self.said[parent].author == self.said[i].author && depth < DEPTH_MAX && self.names_me(parent, depth + 1)
            })
    }
    fn touch(&self, i: usize) -> Touch {
        let post = &self.said[i];
        let (answers, names) = (self.answers_me(i, 0), self.names_me(i, 0));
        if !answers && !names {
            return Touch::Not;
        }
        if is_closing(&post.text) && post.reply_to.is_some() {
            return Touch::Of;
        }
        let begins_with_us = post.names_me && post.text.trim_start().starts_with('@') && post.reply_to.is_none();
        if answers || post.visibility == Visibility::Direct || begins_with_us || is_question(&post.text) { Touch::To } else { Touch::Of }
    }

    fn why_mine(&self, shown: usize, to: &[usize], last_mine: Option<usize>) -> String {
        let post = &self.said[shown];
        let who = first_name(&post.who);
        let asks = is_question(&post.text);
        let i_asked = last_mine.is_some_and(|m| self.asked(m)) && self.answers_me(shown, 0);
        let mut why = match (i_asked, asks) {
            (true, true) => format!("You asked; {who} came back with a question."),
            (true, false) => format!("{who} answered your question."),
            (false, true) => format!("{who} asked you; you have not answered."),
            (false, false) if self.answers_me(shown, 0) => format!("{who} answered you."),
            (false, false) if post.visibility == Visibility::Direct => format!("{who} wrote to you alone."),
            (false, false) => format!("{who} spoke to you."),
        };
        let others: HashSet<_> = to.iter().map(|&i| self.said[i].author).filter(|a| *a != post.author).collect();
        match others.len() {
            0 if last_mine.is_none() && !self.me.met.contains(&post.author_remote) => why.push_str(" First time you two talk."),
            0 => {}
            1 => why.push_str(" One other waits too."),
            n => why.push_str(&format!(" {n} others wait too.")),
        }
        why
    }

    /// Whether a word of ours, with those it goes on from, asked something.
    fn asked(&self, mine: usize) -> bool {
        let mut next = Some(mine);
        for _ in 0..DEPTH_MAX {
            match next {
                Some(i) if self.is_mine(i) => {
                    if is_question(&self.said[i].text) {
                        return true;
                    }
                    next = self.parents[i];
                }
                _ => return false,
            }
        }
        false
    }
    /// Whom a word of ours answers, going up through our own.
    fn addressee(&self, mine: usize) -> Option<usize> {
        let mut at = mine;
        for _ in 0..DEPTH_MAX {
            match self.parents[at] {
                Some(parent) if self.is_mine(parent) => at = parent,
                other => return other,
            }
        }
        None
    }
    fn answers_somebody(&self, mine: usize) -> bool {
        self.addressee(mine).is_some()
            || (self.parents[mine].is_none() && self.said[mine].reply_to_author.as_ref().is_some_and(|id| !self.me.remote_ids.contains(id)))
    }

    /// Nothing that concerns us came after our last word.
    fn after_my_word(&self, mine: usize) -> Standing {
        let post = &self.said[mine];
        let (asked, answered) = (self.asked(mine), self.answers_somebody(mine) && !is_closing(&post.text));
        let about = self.addressee(mine).unwrap_or(mine);
        let (turn, because) = match (asked, answered, about != mine) {
            (true, _, true) => (Turn::Theirs, format!("You asked {}.", first_name(&self.said[about].who))),
            (true, ..) => (Turn::Theirs, "You asked; nobody has answered yet.".to_owned()),
            (false, true, true) => (Turn::Theirs, format!("You answered {}.", first_name(&self.said[about].who))),
            (false, true, false) => (Turn::Theirs, "You answered.".to_owned()),
            (false, false, _) => (Turn::Nobodys, "You spoke last.".to_owned()),
        };
        Standing { turn, because, since: post.created_at, shown: mine, about, is_spoken_of: false, stirred_at: None }
    }

    fn nobodys(&self, shown: usize) -> Standing {
        Standing {
            turn: Turn::Nobodys,
            because: String::new(),
            since: self.said[shown].created_at,
            shown,
            about: shown,
            is_spoken_of: false,
            stirred_at: None,
        }
    }
}

#[cfg(test)]
#[path = "turn/tests.rs"]
mod tests;
