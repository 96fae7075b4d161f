//! What search looks in: each post's tokens in the database's own index (FTS5 on SQLite, a `tsvector` on PostgreSQL), by when it was said.
//! The tokens are ours on both (`model::sieve`), so that both narrow alike; what they let pass is held against the query itself.

use std::collections::BTreeSet;

use model::sieve::{Kept as Tokens, Sieve};
use model::{Post, PostId, Said};

use crate::dialect::Dialect;
use crate::search::Search;
use crate::{Kept, Unscoped, Value, args};

/// Bits of a place that keep posts of one instant apart, and bits of the instant.
const SLOT_BITS: u32 = 10;
const TIME_BITS: u32 = 43;
pub(crate) const SLOTS: i64 = 1 << SLOT_BITS;
/// Where an instant is full, the first free place within this many behind it is taken.
const OVERFLOW: i64 = SLOTS << 16;
/// Bytes of tokens kept of a post on PostgreSQL, whose `tsvector` holds a million at most.
const TOKEN_BYTES_MAX: usize = 500_000;
/// Posts brought in at once by [`Search::catch_up`].
const CATCH_UP: usize = 400;

/// The first place of an instant (ms since 1970; before and far after are as good as the ends) at a desk.
pub(crate) fn place_of(desk: model::DeskId, ms: i64) -> i64 {
    let desk = desk.0.rem_euclid(1 << (63 - TIME_BITS - SLOT_BITS));
    (desk << TIME_BITS | ms.clamp(0, (1 << TIME_BITS) - 1)) << SLOT_BITS
}

/// Tokens as PostgreSQL reads a `tsvector`.
fn vector(tokens: &Tokens) -> String {
    let mut left = TOKEN_BYTES_MAX;
    let all: BTreeSet<&str> = tokens.words.split(' ').chain(tokens.facts.split(' ')).filter(|t| !t.is_empty()).collect();
    let fit = all.into_iter().take_while(|token| {
        left = left.saturating_sub(token.len() + 3);
        left > 0
    });
    fit.map(|token| format!("'{}' ", token.replace('\'', "''"))).collect()
}

/// A sieve as FTS5 reads it.
pub(crate) fn for_lite(sieve: &Sieve) -> String {
    let list = |list: &[Sieve], word: &str| format!("({})", list.iter().map(for_lite).collect::<Vec<_>>().join(word));
    match sieve {
        Sieve::Word(token) | Sieve::Fact(token) | Sieve::Stem(_, token) => format!("\"{token}\""),
        Sieve::Row(row) => format!("\"{}\"", row.join(" ")),
        // FTS5 counts what lies between the first and the last of them.
        Sieve::Near(all, among) => {
            let words: Vec<String> = all.iter().map(|token| format!("\"{token}\"")).collect();
            format!("NEAR({}, {})", words.join(" "), among + all.len() - 2)
        }
        Sieve::Beginning(start) => format!("\"{start}\" *"),
        Sieve::All(all) => list(all, " AND "),
        Sieve::Any(any) => list(any, " OR "),
        Sieve::Without(one, other) => format!("({} NOT {})", for_lite(one), for_lite(other)),
    }
}

/// A sieve as PostgreSQL reads a `tsquery`. Words in a row or near each other are only words: places in long texts are not kept.
pub(crate) fn for_pg(sieve: &Sieve) -> String {
    let quoted = |token: &str| format!("'{}'", token.replace('\'', "''"));
    let list = |list: &[Sieve], word: &str| format!("({})", list.iter().map(for_pg).collect::<Vec<_>>().join(word));
    match sieve {
        Sieve::Word(token) | Sieve::Fact(token) | Sieve::Stem(_, token) => quoted(token),
        Sieve::Row(row) | Sieve::Near(row, _) => format!("({})", row.iter().map(|token| quoted(token)).collect::<Vec<_>>().join(" & ")),
        Sieve::Beginning(start) => format!("{}:*", quoted(start)),
        Sieve::All(all) => list(all, " & "),
        Sieve::Any(any) => list(any, " | "),
        Sieve::Without(one, other) => format!("({} & !{})", for_pg(one), for_pg(other)),
    }
}

const PUT_LITE: &str = "insert into search_rows (desk, post, place) values ($1, $2, $3) on conflict do nothing";
const PUT_PG: &str =
    "insert into search_rows (desk, post, place, words) values ($1, $2, $3, cast(cast($4 as text) as tsvector)) on conflict do nothing";
const PLACE: &str = "select place from search_rows where desk = $1 and post = $2";
const PUT_WORDS: &str =
    "insert into search_words (rowid, words, facts) select place, $3, $4 from search_rows where desk = $1 and post = $2";

impl Search<'_, '_> {
    /// Keeps what search looks for in a post that is not in the index yet.
    pub(crate) fn keep(&self, id: PostId, post: &Post) -> Kept<()> {
        let tokens = Tokens::of(Said::from(post));
        let (base, dialect) = (place_of(self.0.desk(), post.created_at.as_millisecond()), self.0.dialect());
        let place = base + (id.0 & (SLOTS - 1));
        if self.put(dialect, id, place, &tokens)? == 0 {
            // The place is taken: the next behind the last of this instant, or of what ran over from it.
            let free = "select coalesce(max(place), $1) + 1 from search_rows where place >= $1 and place < $2";
            let last = base + SLOTS - 1;
            let next: i64 = self.0.get("a place", free, &args![base, last], |row| row.get(0))?;
            let next = if next < last { next } else { self.0.get("a place", free, &args![last, last + OVERFLOW], |row| row.get(0))? };
            self.put(dialect, id, next, &tokens)?;
        }
        if dialect == Dialect::Lite {
            self.0.run(PUT_WORDS, &args![self.0.desk(), id, tokens.words, tokens.facts])?;
        }
        Ok(())
    }

    fn put(&self, dialect: Dialect, id: PostId, place: i64, tokens: &Tokens) -> Kept<usize> {
        match dialect {
            Dialect::Lite => self.0.run(PUT_LITE, &args![self.0.desk(), id, place]),
            Dialect::Pg => self.0.run(PUT_PG, &args![self.0.desk(), id, place, vector(tokens)]),
        }
    }

    /// The same for many that are new, in as few round trips as for one.
    pub(crate) fn keep_each(&self, all: &[(PostId, &Post)]) -> Kept<()> {
        let (desk, dialect) = (self.0.desk(), self.0.dialect());
        let tokens: Vec<Tokens> = all.iter().map(|(_, post)| Tokens::of(Said::from(*post))).collect();
        let place = |id: PostId, post: &Post| place_of(desk, post.created_at.as_millisecond()) + (id.0 & (SLOTS - 1));
        let rows = all.iter().zip(&tokens).map(|((id, post), tokens)| {
            let mut row: Vec<Value> = args![desk, *id, place(*id, post)].into();
            if dialect == Dialect::Pg {
                row.extend(args![vector(tokens)]);
            }
            row
        });
        let mut is_put = self.0.run_each(if dialect == Dialect::Pg { PUT_PG } else { PUT_LITE }, rows.collect())?;
        if dialect == Dialect::Lite {
            let rows = all.iter().zip(tokens).map(|((id, _), t)| args![desk, *id, t.words, t.facts].into());
            self.0.run_each(PUT_WORDS, rows.collect())?;
        }
        // What was put with an insert is not told on PostgreSQL.
        if is_put.is_empty() {
            let found = self.0.find_each(PLACE, all.iter().map(|(id, _)| args![desk, *id].into()).collect(), |row| row.get::<i64>(0))?;
            is_put = found.iter().map(Option::is_some).collect();
        }
        // The few whose place was taken.
        all.iter().zip(is_put).filter(|(_, is_put)| !is_put).try_for_each(|((id, post), _)| self.keep(*id, post))
    }

    /// Takes a post out of what is searched.
    pub(crate) fn drop(&self, id: PostId) -> Kept<()> {
        self.0.run("delete from search_rows where desk = $1 and post = $2", &args![self.0.desk(), id]).map(drop)
    }

    /// Brings some posts into the index that are not in it, the newest first: those of before there was one, and those brought back from a
    /// backup. Whether there may be more; where it stopped is kept for the next time. A desk that is not behind costs one look at its mark.
    pub fn catch_up(&self) -> Kept<bool> {
        let desk = self.0.desk();
        let Some(under) = self.0.find(BEHIND, &args![desk], |row| row.get::<i64>(0))? else { return Ok(false) };
        let missing = self.0.all(
            "select p.id from posts p where p.desk = $1 and p.id < $2 and p.deleted_at is null
               and not exists (select 1 from search_rows r where r.desk = p.desk and r.post = p.id) order by p.id desc limit $3",
            &args![desk, under, CATCH_UP],
            |row| row.get::<PostId>(0),
        )?;
        let posts = self.0.posts().find_all(&missing)?;
        posts.iter().flatten().try_for_each(|kept| self.keep(kept.id, &kept.post))?;
        self.0.run("delete from search_behind where desk = $1", &args![desk])?;
        let is_more = missing.len() == CATCH_UP;
        if let Some(last) = missing.last().filter(|_| is_more) {
            self.0.run("insert into search_behind (desk, under) values ($1, $2)", &args![desk, *last])?;
        }
        Ok(is_more)
    }

    /// Whether posts are still to be brought into the index.
    pub fn is_behind(&self) -> Kept<bool> {
        Ok(self.0.find(BEHIND, &args![self.0.desk()], |row| row.get::<i64>(0))?.is_some())
    }
}

impl Unscoped<'_> {
    /// Marks that posts of all desks may be in no index, as after a backup was brought back: [`Search::catch_up`] looks at all of them.
    pub fn look_for_unindexed(&self) -> Kept<()> {
        self.run("delete from search_behind", &[])?;
        self.run("insert into search_behind (desk, under) select desk, max(id) + 1 from posts group by desk", &[]).map(drop)
    }
}

const BEHIND: &str = "select under from search_behind where desk = $1";
