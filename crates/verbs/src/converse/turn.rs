//! Whose turn a conversation is, and why: pure, from its posts alone, the same in whatever order they came.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use model::speech::{Act, Heard, hear, takes_leave};
use model::{Timestamp, Turn, Visibility};
use store::threads::Said;

use super::words::first_name;

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
    /// Our own handles in lower case, without `@`; where there are none, every mention is taken as it comes.
    pub handles: HashSet<String>,
    /// Those we talked with before, elsewhere, by remote id.
    pub met: HashSet<String>,
    /// Posts that are for us though they don't say so, by remote id: whatever brought them said it.
    pub for_us: HashSet<String>,
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

/// Where in a post we are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Not,
    /// First of the names that it begins with: it speaks to us.
    First,
    /// Further on among them, as networks list everybody who takes part.
    Listed,
    /// Among its words.
    Within,
}

/// The thread with what can be looked up in it.
struct Thread<'a> {
    said: &'a [Said],
    parents: Vec<Option<usize>>,
    me: &'a Me,
    heard: Vec<OnceCell<Heard>>,
}

/// How deep a line of answers is followed.
const DEPTH_MAX: usize = 1000;
/// Whoever answers a question of ours in more words than this does not only thank; those who begin with thanks have a few more.
const THANKS_WORDS_MAX: usize = 8;
const THANKS_FIRST_WORDS_MAX: usize = 12;
/// Words of ours that are looked through for one that is still unanswered.
const ASKED_LOOK: usize = 20;

/// Whose turn, from the posts of one conversation (at least one), in any order. Everybody who takes part has a turn of their own: we
/// owe as long as one of them waits.
pub fn turn(said: &[Said], me: &Me) -> Standing {
    let thread = Thread::new(said, me);
    let order = thread.in_order();
    let live: Vec<usize> = order.iter().copied().filter(|&i| !said[i].is_deleted).collect();
    let last_mine_at = live.iter().rposition(|&i| said[i].is_mine);
    let touches: Vec<(usize, Touch)> = (0..live.len())
        .filter(|&at| said[live[at]].heard_at.is_some())
        .map(|at| (at, thread.touch(live[at])))
        .filter(|(_, touch)| *touch != Touch::Not)
        .collect();
    let is_last = |at: usize| last_mine_at.is_none_or(|mine| at > mine);
    let open: Vec<usize> =
        touches.iter().filter(|(at, t)| *t == Touch::To && thread.is_open(&live, *at)).map(|(at, _)| live[*at]).collect();
    let stirred_at =
        touches.iter().filter(|(at, _)| is_last(*at) || open.contains(&live[*at])).filter_map(|&(at, _)| said[live[at]].heard_at).max();
    let last_mine = last_mine_at.map(|at| live[at]);
    if let Some(&first) = open.first() {
        let shown = open.iter().rev().copied().find(|&i| thread.act(i).asks()).unwrap_or(open[open.len() - 1]);
        let because = thread.why_mine(shown, &open);
        return Standing { turn: Turn::Mine, because, since: said[first].created_at, shown, about: shown, is_spoken_of: false, stirred_at };
    }
    let mine = last_mine.map(|mine| thread.after_my_word(mine, &live));
    let last_of = touches.iter().rev().find(|(at, _)| is_last(*at)).map(|(at, _)| live[*at]);
    match (last_of, mine) {
        // Somebody else spoke of us meanwhile: whom we asked still has not answered.
        (Some(last), Some(mine)) if mine.turn == Turn::Theirs && !thread.settles(last, &mine) => Standing { stirred_at, ..mine },
        (Some(last), _) => thread.spoken_of(last, stirred_at),
        (None, Some(mine)) => mine,
        (None, None) => thread.nobodys(live.last().or(order.last()).copied().unwrap_or(0)),
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
        Thread { said, parents, me, heard: said.iter().map(|_| OnceCell::new()).collect() }
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
    /// What a post does with its words; a headline counts where there are none.
    fn act(&self, i: usize) -> Act {
        let post = &self.said[i];
        let words = if post.text.is_empty() { post.title.as_deref().unwrap_or("") } else { &post.text };
        self.heard[i].get_or_init(|| hear(words)).act
    }

    fn named(&self, i: usize) -> Named {
        let post = &self.said[i];
        if !self.names_me(i, 0) {
            return Named::Not;
        }
        if self.me.handles.is_empty() {
            return if post.names_me && post.text.trim_start().starts_with('@') { Named::First } else { Named::Within };
        }
        let is_me = |word: &str| {
            let name = word.trim_start_matches('@').trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_').to_lowercase();
            self.me.handles.iter().any(|h| *h == name || h.split('@').next() == Some(&name))
        };
        let mut names = post.text.split_whitespace().take_while(|word| word.starts_with('@')).map(is_me);
        match names.next() {
            Some(true) => Named::First,
            _ if names.any(|is_me| is_me) => Named::Listed,
            _ => Named::Within,
        }
    }

    /// How a post of somebody else's concerns us.
    fn touch(&self, i: usize) -> Touch {
        let post = &self.said[i];
        if post.is_mine {
            return Touch::Not;
        }
        let (answers, named, is_for_us) = (self.answers_me(i, 0), self.named(i), self.me.for_us.contains(&post.remote_id));
        if !answers && named == Named::Not && !is_for_us {
            return Touch::Not;
        }
        // In private every word goes on from those before it, whether or not the network says so.
        let goes_on = post.visibility == Visibility::Direct && self.said.len() > 1;
        let (act, is_reply) = (self.act(i), post.reply_to.is_some() || goes_on);
        if act.closes() && is_reply && !self.tells(i, act) {
            return Touch::Of;
        }
        let is_to = act.asks() && (answers || named != Named::Listed || !is_reply)
            || post.visibility == Visibility::Direct
            || is_for_us
            || (answers && self.goes_on(i))
            || (!is_reply && (named == Named::First || act == Act::Trouble));
        if is_to { Touch::To } else { Touch::Of }
    }

    /// It thanks, but tells what we asked for as well.
    fn tells(&self, i: usize, act: Act) -> bool {
        let words: Vec<&str> = self.said[i].text.split_whitespace().filter(|word| !word.starts_with('@')).collect();
        let most = match words.first().is_some_and(|word| word.to_lowercase().starts_with("thank")) {
            true => THANKS_FIRST_WORDS_MAX,
            false => THANKS_WORDS_MAX,
        };
        act == Act::Thanks && words.len() > most && self.answered_word(i).is_some_and(|mine| self.asked(mine))
    }
    /// It answers a question of ours, or goes on with a talk in which we have answered; a remark under something we only said is neither.
    fn goes_on(&self, i: usize) -> bool {
        match self.answered_word(i) {
            Some(mine) => self.asked(mine) || self.said[mine].reply_to.is_some(),
            // What it answers is not here; it was told to us as an answer, so it may well be a talk.
            None => true,
        }
    }
    /// The word of ours that it answers, up through its author's own.
    fn answered_word(&self, i: usize) -> Option<usize> {
        let mut at = i;
        for _ in 0..DEPTH_MAX {
            match self.parents[at] {
                Some(parent) if self.is_mine(parent) => return Some(parent),
                Some(parent) if self.said[parent].author == self.said[i].author => at = parent,
                _ => return None,
            }
        }
        None
    }

    /// Whether what stands at `at` still waits: we have not spoken to its author since, and they have not closed the talk.
    fn is_open(&self, live: &[usize], at: usize) -> bool {
        let i = live[at];
        !live[at + 1..].iter().any(|&later| match self.is_mine(later) {
            true => self.covers(later, i),
            false => {
                self.said[later].author == self.said[i].author
                    && self.act(later).closes()
                    && (self.comes_from(later, i) || self.touch(later) == Touch::Of)
            }
        })
    }
    /// Whether a word of ours, said after `theirs`, answers it.
    fn covers(&self, mine: usize, theirs: usize) -> bool {
        let (m, t) = (&self.said[mine], &self.said[theirs]);
        if names_handle(&m.text, &t.handle) {
            return true;
        }
        match self.addressee(mine) {
            Some(a) => self.said[a].author == t.author || (self.comes_from(a, theirs) && !self.act(a).asks()),
            None => match &m.reply_to_author {
                Some(author) if !self.me.remote_ids.contains(author) => *author == t.author_remote,
                // A talk without threads, or one whose parent is missing: whatever we say there counts. A copy of ours elsewhere does not.
                _ => m.network == t.network,
            },
        }
    }
    /// Whether it stands under another post.
    fn comes_from(&self, i: usize, above: usize) -> bool {
        let mut at = i;
        for _ in 0..DEPTH_MAX {
            match self.parents[at] {
                Some(parent) if parent == above => return true,
                Some(parent) if parent != i => at = parent,
                _ => return false,
            }
        }
        false
    }

    fn why_mine(&self, shown: usize, to: &[usize]) -> String {
        let post = &self.said[shown];
        let who = first_name(&post.who);
        let asks = self.act(shown).asks();
        let i_asked = self.answered_word(shown).is_some_and(|m| self.asked(m));
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
            0 if !self.said.iter().any(|s| s.is_mine) && !self.me.met.contains(&post.author_remote) => {
                why.push_str(" First time you two talk.")
            }
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
                    if self.act(i).asks() {
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
                Some(parent) => return Some(parent),
                None => return self.last_of(self.said[at].reply_to_author.as_deref()?, at),
            }
        }
        None
    }
    /// The last word of somebody before one of ours, where what that answers is not here or stands on another network.
    fn last_of(&self, author: &str, before: usize) -> Option<usize> {
        let until = self.said[before].created_at;
        let theirs =
            (0..self.said.len()).filter(|&i| !self.is_mine(i) && self.said[i].author_remote == author && self.said[i].created_at <= until);
        theirs.max_by_key(|&i| (self.said[i].created_at, &self.said[i].remote_id))
    }
    fn answers_somebody(&self, mine: usize) -> bool {
        self.addressee(mine).is_some()
            || (self.parents[mine].is_none() && self.said[mine].reply_to_author.as_ref().is_some_and(|id| !self.me.remote_ids.contains(id)))
    }

    /// Nothing that waits for us is left: how it stands after our last word.
    fn after_my_word(&self, last: usize, live: &[usize]) -> Standing {
        let standing = self.after(last);
        if standing.turn == Turn::Theirs {
            return standing;
        }
        // What we asked before may still wait for somebody else.
        let waits = (0..live.len()).rev().filter(|&at| self.is_mine(live[at])).take(ASKED_LOOK).find(|&at| {
            let asked = live[at];
            let to = self.addressee(asked).map(|a| self.said[a].author);
            self.act(asked).asks()
                && to.is_some()
                && !live[at + 1..].iter().any(|&later| {
                    Some(self.said[later].author) == to || self.is_mine(later) && self.addressee(later).map(|a| self.said[a].author) == to
                })
        });
        waits.map_or(standing, |at| self.after(live[at]))
    }
    fn after(&self, mine: usize) -> Standing {
        let post = &self.said[mine];
        let (asked, answered) = (self.asked(mine), self.answers_somebody(mine));
        let closed = self.act(mine).closes() || takes_leave(&post.text);
        let about = self.addressee(mine).unwrap_or(mine);
        let who = first_name(&self.said[about].who);
        let (turn, because) = match (asked, answered, about != mine) {
            (true, _, true) => (Turn::Theirs, format!("You asked {who}.")),
            (true, ..) => (Turn::Theirs, "You asked; nobody has answered yet.".to_owned()),
            (false, true, true) if closed => (Turn::Nobodys, format!("You answered {who}; nothing is left open.")),
            (false, true, true) => (Turn::Theirs, format!("You answered {who}.")),
            (false, true, false) if !closed => (Turn::Theirs, "You answered.".to_owned()),
            (false, false, false) if self.speaks_to_somebody(mine) => {
                (Turn::Theirs, "You spoke to them; nobody has answered yet.".to_owned())
            }
            (false, ..) => (Turn::Nobodys, "You spoke last.".to_owned()),
        };
        Standing { turn, because, since: post.created_at, shown: mine, about, is_spoken_of: false, stirred_at: None }
    }

    /// It begins with a name, or tells somebody it names of something wrong.
    fn speaks_to_somebody(&self, mine: usize) -> bool {
        let text = &self.said[mine].text;
        let act = self.act(mine);
        !act.closes()
            && (text.trim_start().starts_with('@')
                || act == Act::Trouble && text.split_whitespace().any(|word| word.starts_with('@') && word.len() > 1))
    }
    /// Whether what was said last is the answer that we wait for, as far as one comes.
    fn settles(&self, last: usize, waiting: &Standing) -> bool {
        waiting.about == waiting.shown || self.said[last].author == self.said[waiting.about].author || self.answers_me(last, 0)
    }
    fn spoken_of(&self, last: usize, stirred_at: Option<Timestamp>) -> Standing {
        let who = first_name(&self.said[last].who);
        let because = match (self.answers_me(last, 0), self.act(last)) {
            (true, Act::Thanks) => format!("{who} thanked you; nothing is open."),
            (true, _) => format!("{who} answered; nothing more is asked."),
            (false, _) => format!("{who} spoke of you."),
        };
        let since = self.said[last].created_at;
        Standing { turn: Turn::Nobodys, because, since, shown: last, about: last, is_spoken_of: true, stirred_at }
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

/// Whether a text names somebody, by the whole handle or by what stands before its server.
fn names_handle(text: &str, handle: &str) -> bool {
    let local = handle.split('@').next().unwrap_or(handle);
    !local.is_empty()
        && text.split_whitespace().filter_map(|word| word.trim_start_matches(['(', '.', '"']).strip_prefix('@')).any(|word| {
            let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
            name.eq_ignore_ascii_case(handle) || name.eq_ignore_ascii_case(local)
        })
}

#[cfg(test)]
#[path = "turn/tests.rs"]
mod tests;
