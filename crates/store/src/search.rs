//! People by the words of their names, and posts that may match a query: the index of `search_rows.rs` narrows, the query decides elsewhere.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use model::sieve::{Sieve, Times};
use model::{ConversationId, NetworkKey, PersonId, Post, PostId, PostRef, Profile, ProfileId, Timestamp, Visibility};

use crate::dialect::Dialect;
use crate::search_rows::{SLOTS, for_lite, for_pg, place_of};
use crate::{Kept, Row, Tx, Value, args, json};

/// Words looked for at once; the rest of a question is left out.
pub const TERMS_MAX: usize = 6;
/// People found and given back.
pub const FOUND_MAX: usize = 30;

pub struct Search<'t, 'c>(pub(crate) &'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn search(&self) -> Search<'_, 'c> {
        Search(self)
    }
}

/// A person whose name, handle or few words about themselves hold what was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPerson {
    pub id: PersonId,
    pub name: String,
    pub about: String,
    pub handle: String,
    /// The profile whose picture is shown.
    pub face: Option<ProfileId>,
}

/// A post that may match, and its place in the order of search.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub place: i64,
    pub id: PostId,
    pub author: ProfileId,
    pub conversation: Option<ConversationId>,
    pub deleted_at: Option<Timestamp>,
    /// As far as it is held against a query, counted and shown where it was found: without its thread, its edits and its numbers, and with
    /// no more of its author than name, handle and face.
    pub post: Post,
}

/// What the database is asked.
#[derive(Clone, Copy, Debug)]
pub struct Narrowed<'q> {
    /// Nothing where every post has to be looked at.
    pub sieve: Option<&'q Sieve>,
    pub times: Times,
    /// Only places below this one.
    pub under: Option<i64>,
    pub depth: Depth,
}

/// How far SQLite's index looks through at once for what stands in a row or near each other, or lacks something: into the words of every post
/// that holds them, which for common words is nearly each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// The newest posts from which it is told how common something is.
    pub tasted: usize,
    /// Posts, about, whose words are looked into; where all of a desk holds no more than the most, it is looked through whole.
    pub into: usize,
    pub into_max: usize,
    /// Posts that are gone back, whatever they hold.
    pub back_max: usize,
}

impl Default for Depth {
    /// About 40 ms of CPU where matches are not rare: FTS5 asks how far it may go at a match alone.
    fn default() -> Depth {
        Depth { tasted: 2_048, into: 50_000, into_max: 80_000, back_max: 1_000_000 }
    }
}

/// Each word as it may stand anywhere in a text.
fn patterns(terms: &[String]) -> impl Iterator<Item = String> {
    let escaped = |term: &String| term.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    terms.iter().take(TERMS_MAX).map(escaped).map(|term| format!("%{term}%")).collect::<Vec<_>>().into_iter()
}

impl Search<'_, '_> {
    /// The desk and the words as arguments, and a condition that all of the words hold. `one` says it of `$n`.
    fn all_of(&self, terms: &[String], one: impl Fn(usize) -> String) -> (Vec<Value>, String) {
        let mut values = args![self.0.desk()].to_vec();
        let mut condition = String::from("1 = 1");
        for (at, pattern) in patterns(terms).enumerate() {
            values.extend(args![pattern].to_vec());
            condition.push_str(" and ");
            condition.push_str(&one(at + 2));
        }
        (values, condition)
    }

    /// Those one talks with most come first.
    pub fn people(&self, terms: &[String]) -> Kept<Vec<FoundPerson>> {
        let (values, condition) = self.all_of(terms, |n| {
            format!(
                "(lower(p.name) like ${n} escape '\\' or lower(p.about) like ${n} escape '\\' or exists (select 1 from profiles f
                  where f.desk = p.desk and f.person = p.id and lower(f.handle) like ${n} escape '\\'))"
            )
        });
        self.0.all(
            &format!(
                "select p.id, p.name, p.about, coalesce((select min(f.handle) from profiles f where f.desk = p.desk and f.person = p.id), ''),
                   (select min(f.id) from profiles f where f.desk = p.desk and f.person = p.id and f.avatar_url is not null)
                 from persons p where p.desk = $1 and p.is_me = 0 and p.joined_into is null and {condition}
                 order by p.tie desc, p.last_at desc, p.id limit {FOUND_MAX}"
            ),
            &values,
            |row| Ok(FoundPerson { id: row.get(0)?, name: row.get(1)?, about: row.get(2)?, handle: row.get(3)?, face: row.get(4)? }),
        )
    }

    /// Walks the posts that may match a query, the newest first, from behind `asked.under` on: what the database narrows to. Each is still
    /// to be held against the query itself. Ends after `most`, where `take` wants no more, or where the index was looked through as far as
    /// it is at once.
    pub fn walk(&self, asked: &Narrowed<'_>, most: usize, take: impl FnMut(Candidate) -> ControlFlow<()>) -> Kept<Walked> {
        match self.0.dialect() {
            Dialect::Lite => self.walk_lite(asked, most, take),
            Dialect::Pg => self.walk_pg(asked, most, take),
        }
    }

    /// SQLite steps from one to the next.
    fn walk_lite(&self, asked: &Narrowed<'_>, most: usize, mut take: impl FnMut(Candidate) -> ControlFlow<()>) -> Kept<Walked> {
        let sieve = asked.sieve.map(|sieve| self.spoken(sieve)).transpose()?;
        let loose = sieve.as_ref().and_then(Sieve::loosened);
        let (first, end) = self.places(asked);
        let from = loose.map_or(Ok(None), |loose| self.far_enough(&loose, end, asked.depth))?.filter(|from| *from > first);
        let mut values = args![self.0.desk(), from.unwrap_or(first), end, most].to_vec();
        let found = match &sieve {
            // In this order and no other: the index has its rows in the order of places, so that none is read that is not asked for.
            Some(sieve) => {
                values.extend(args![for_lite(sieve)]);
                "search_words cross join search_rows r on r.place = search_words.rowid and r.desk = $1
                 cross join posts p on p.desk = r.desk and p.id = r.post cross join profiles f on f.desk = p.desk and f.id = p.author
                 where search_words match $5 and search_words.rowid >= $2 and search_words.rowid < $3 order by search_words.rowid desc limit $4"
            }
            None => {
                "search_rows r cross join posts p on p.desk = r.desk and p.id = r.post cross join profiles f on f.desk = p.desk and f.id = p.author
                 where r.desk = $1 and r.place >= $2 and r.place < $3 order by r.place desc limit $4"
            }
        };
        let (mut count, mut last) = (0, asked.under);
        let mut is_enough = false;
        self.0.walk(&format!("select {COLUMNS} from {found}"), &values, |row| {
            let candidate = read(row)?;
            (count, last) = (count + 1, Some(candidate.place));
            let flow = take(candidate);
            is_enough = flow.is_break();
            Ok(flow)
        })?;
        let is_through = !is_enough && count < most;
        Ok(Walked { is_whole: is_through && from.is_none(), last: if is_through { from.or(last) } else { last } })
    }

    /// PostgreSQL answers a statement whole, and is asked for some at a time.
    fn walk_pg(&self, asked: &Narrowed<'_>, most: usize, mut take: impl FnMut(Candidate) -> ControlFlow<()>) -> Kept<Walked> {
        let (first, mut end) = self.places(asked);
        let words = asked.sieve.map(|sieve| args![for_pg(sieve)].to_vec()).unwrap_or_default();
        let sql = format!(
            "select {COLUMNS} from (select place, post, desk from search_rows where desk = $1 and place >= $2 and place < $3 {}
               order by place desc limit $4) r
             join posts p on p.desk = r.desk and p.id = r.post join profiles f on f.desk = p.desk and f.id = p.author order by r.place desc",
            if words.is_empty() { "" } else { "and words @@ cast(cast($5 as text) as tsquery)" }
        );
        let (mut walked, mut last) = (0, asked.under);
        while walked < most {
            let some = SOME.min(most - walked);
            let mut values = args![self.0.desk(), first, end, some].to_vec();
            values.extend(words.iter().cloned());
            let (mut count, mut is_enough) = (0, false);
            self.0.walk(&sql, &values, |row| {
                let candidate = read(row)?;
                (count, end, last) = (count + 1, candidate.place, Some(candidate.place));
                let flow = take(candidate);
                is_enough = flow.is_break();
                Ok(flow)
            })?;
            walked += count;
            if is_enough || count < some {
                return Ok(Walked { is_whole: !is_enough, last });
            }
        }
        Ok(Walked { is_whole: false, last })
    }

    /// Between which places is looked: from the first on, and before the second.
    fn places(&self, asked: &Narrowed<'_>) -> (i64, i64) {
        let desk = self.0.desk();
        let end = place_of(desk, asked.times.before.saturating_sub(1)).saturating_add(SLOTS);
        (place_of(desk, asked.times.since), asked.under.unwrap_or(i64::MAX).min(end))
    }

    /// A sieve without the stems of languages in which nothing is kept: each that is looked for in vain costs as much as a rare word.
    fn spoken(&self, sieve: &Sieve) -> Kept<Sieve> {
        let (mut asked, mut spoken) = (BTreeSet::new(), BTreeSet::new());
        sieve.each_tongue(&mut |tongue| _ = asked.insert(tongue));
        for tongue in asked {
            let posts = args![for_lite(&Sieve::Fact(model::sieve::in_tongue(tongue)))];
            if self.0.find("select 1 from search_words where search_words match $1 limit 1", &posts, |row| row.get::<i64>(0))?.is_some() {
                spoken.insert(tongue);
            }
        }
        Ok(sieve.spoken(&|tongue| spoken.contains(&tongue)))
    }

    /// The place down to which the index is looked through at once; nothing where that is no bound.
    fn far_enough(&self, loose: &Sieve, end: i64, depth: Depth) -> Kept<Option<i64>> {
        // A desk has a stretch of places to itself; asked for by it, the index of places alone is read.
        let nth = "select place from search_rows where place >= $1 and place < $2 order by place desc limit 1 offset $3";
        let back = |n: usize| self.0.find(nth, &args![place_of(self.0.desk(), 0), end, n], |row| row.get::<i64>(0));
        let Some(from) = back(depth.tasted)? else { return Ok(None) };
        let among = "select count(*) from search_words where search_words match $1 and rowid >= $2 and rowid < $3";
        let tasted: usize = self.0.get("a count", among, &args![for_lite(loose), from, end], |row| row.get(0))?;
        // As many as were ever put in: no fewer than there are.
        let all: usize = self.0.get("a count", "select coalesce(max(rowid), 0) from search_rows", &[], |row| row.get(0))?;
        if tasted * (all / depth.tasted) <= depth.into_max {
            return Ok(None);
        }
        back((depth.into * depth.tasted / tasted).min(depth.back_max))
    }
}

/// How far was walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// There are no more.
    pub is_whole: bool,
    /// Everything from this place on was walked.
    pub last: Option<i64>,
}

/// Posts that PostgreSQL is asked for at once.
const SOME: usize = 100;
const COLUMNS: &str = "r.place, p.id, p.author, p.conversation, p.deleted_at, p.network, p.remote_id, p.text, p.title, p.url, p.created_at,
  p.language, p.reply_to, p.mentions, p.tags, p.links, p.media, p.warning, p.visibility, f.remote_id, f.handle, f.name, f.avatar_url";

fn read(row: &Row<'_>) -> Kept<Candidate> {
    let network = NetworkKey(row.get(5)?);
    let author = Profile {
        network,
        remote_id: row.get(19)?,
        handle: row.get(20)?,
        name: row.get(21)?,
        avatar_url: row.get(22)?,
        ..Profile::default()
    };
    let mut post = Post::new(PostRef::new(row.get::<String>(6)?, ""), author, row.get::<String>(7)?, row.get(10)?);
    post.title = row.get(8)?;
    post.url = row.get(9)?;
    post.language = row.get(11)?;
    post.reply_to = row.get(12)?;
    post.mentions = json::mentions_in(&row.get::<String>(13)?)?;
    post.tags = json::strings_in(&row.get::<String>(14)?)?;
    post.links = json::strings_in(&row.get::<String>(15)?)?;
    post.media = json::media_in(&row.get::<String>(16)?)?;
    post.warning = row.get(17)?;
    post.visibility = Visibility::from_word(&row.get::<String>(18)?).unwrap_or_default();
    Ok(Candidate { place: row.get(0)?, id: row.get(1)?, author: row.get(2)?, conversation: row.get(3)?, deleted_at: row.get(4)?, post })
}
