//! The same words from many mouths: which posts of this desk say nearly the same. A table in memory, filled from the store as far as it has
//! grown since it was asked last; nothing hangs on its being whole, since each find is held against the words themselves.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use model::canned::{Canned, Sketch};
use model::likeness::{Gist, NEARLY};
use model::{DeskId, PostId, ProfileId};
use store::kinds::SaidWords;
use store::{Kept, Tx};

/// Posts of a desk that are held beside each other, the newest; a table takes 4 MiB.
const POSTS_MAX: usize = 65_536;
/// Desks whose tables are kept; the one that was asked longest ago makes way.
const DESKS_MAX: usize = 16;
/// Posts that are read from the store at a time.
const READ_AT_ONCE: usize = 4_096;

/// A desk's table, and when it was asked last, counted by asks.
struct Asked {
    turn: u64,
    table: Arc<Mutex<Table>>,
}

/// One of these a process.
#[derive(Default)]
pub struct Tables {
    desks: Mutex<HashMap<DeskId, Asked>>,
}

struct Table {
    canned: Canned,
    /// Post and author, by the number they have in the table, going round.
    posts: Vec<(PostId, ProfileId)>,
    /// As far as it was read.
    until: PostId,
}

/// Shorter words than these are said by everybody: a good morning is not canned.
const WORDS_MIN: usize = 6;

/// How many said what a post says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mouths {
    /// Different accounts, the post's own among them.
    pub accounts: usize,
    /// The other posts.
    pub posts: Vec<PostId>,
}

/// Who said nearly the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    /// The newest first; the one asked about left out.
    pub posts: Vec<SaidWords>,
    /// Different accounts among them.
    pub accounts: usize,
}

impl Tables {
    /// Posts that say nearly the same as `text`, other than `but`. As far as the table remembers, and of a text said very often only a few.
    pub fn alike(&self, tx: &Tx<'_>, text: &str, but: Option<PostId>) -> Kept<Alike> {
        let sketch = Sketch::of(text);
        if sketch.is_empty() {
            return Ok(Alike::default());
        }
        let table = self.table(tx.desk());
        let found: Vec<PostId> = {
            let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
            table.read_on(tx)?;
            table.canned.find_all(&sketch).into_iter().filter_map(|f| table.post(f.number)).filter(|p| Some(*p) != but).collect()
        };
        let gist = Gist::of(text);
        let mut alike = Alike::default();
        for post in found {
            let Some(said) = tx.kinds().words(post)? else { continue };
            let other = Gist::of(&said.text);
            if gist.is_same(&other) || gist.likeness(&other) >= NEARLY {
                alike.posts.push(said);
            }
        }
        alike.accounts = alike.posts.iter().map(|p| p.author).collect::<BTreeSet<_>>().len();
        Ok(alike)
    }

    /// How many accounts said what this post says; 1 where nobody else did, or where it is too short to be anybody's.
    pub fn mouths(&self, tx: &Tx<'_>, post: PostId) -> Kept<Mouths> {
        let alone = Mouths { accounts: 1, posts: Vec::new() };
        let Some(said) = tx.kinds().words(post)?.filter(|s| s.text.split_whitespace().nth(WORDS_MIN - 1).is_some()) else {
            return Ok(alone);
        };
        let alike = self.alike(tx, &said.text, Some(post))?;
        let accounts: BTreeSet<ProfileId> = alike.posts.iter().map(|p| p.author).chain([said.author]).collect();
        Ok(Mouths { accounts: accounts.len(), posts: alike.posts.into_iter().map(|p| p.post).collect() })
    }

    fn table(&self, desk: DeskId) -> Arc<Mutex<Table>> {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = desks.values().map(|a| a.turn).max().unwrap_or(0) + 1;
        if desks.len() >= DESKS_MAX
            && !desks.contains_key(&desk)
            && let Some(oldest) = desks.iter().min_by_key(|(_, a)| a.turn).map(|(desk, _)| *desk)
        {
            desks.remove(&oldest);
        }
        let fresh = || Table { canned: Canned::new(POSTS_MAX), posts: Vec::new(), until: PostId(0) };
        let asked = desks.entry(desk).or_insert_with(|| Asked { turn, table: Arc::new(Mutex::new(fresh())) });
        asked.turn = turn;
        asked.table.clone()
    }
}

impl Table {
    /// Takes in what was kept since it was asked last.
    fn read_on(&mut self, tx: &Tx<'_>) -> Kept<()> {
        if self.canned.is_empty() {
            self.until = tx.kinds().before_last(POSTS_MAX)?;
        }
        loop {
            let said = tx.kinds().said_after(self.until, READ_AT_ONCE)?;
            for one in &said {
                self.until = one.post;
                let sketch = Sketch::of(&one.text);
                if !sketch.is_empty() {
                    let at = (self.canned.put(&sketch) % POSTS_MAX as u64) as usize;
                    let entry = (one.post, one.author);
                    if at < self.posts.len() { self.posts[at] = entry } else { self.posts.push(entry) }
                }
            }
            if said.len() < READ_AT_ONCE {
                return Ok(());
            }
        }
    }
    fn post(&self, number: u64) -> Option<PostId> {
        self.posts.get((number % POSTS_MAX as u64) as usize).map(|(post, _)| *post)
    }
}
