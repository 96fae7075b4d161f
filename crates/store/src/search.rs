//! People by the words of their names, and posts that may match a query: the index of `search_rows.rs` narrows, the query decides elsewhere.

use model::sieve::{Sieve, Times};
use model::{PersonId, PostId, ProfileId};

use crate::dialect::Dialect;
use crate::posts::KeptPost;
use crate::search_rows::{SLOTS, for_lite, for_pg, place_of};
use crate::{Kept, Tx, Value, args};

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
    pub kept: KeptPost,
}

/// What the database is asked.
#[derive(Clone, Copy, Debug)]
pub struct Narrowed<'q> {
    /// Nothing where every post has to be looked at.
    pub sieve: Option<&'q Sieve>,
    pub times: Times,
    /// Only places below this one.
    pub under: Option<i64>,
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

    /// Posts that may match a query, the newest first, from behind `asked.under` on: what the database narrows to. Each is still to be held
    /// against the query itself.
    pub fn candidates(&self, asked: &Narrowed<'_>, count: usize) -> Kept<Vec<Candidate>> {
        let (desk, dialect) = (self.0.desk(), self.0.dialect());
        let first = place_of(desk, asked.times.since);
        let end = place_of(desk, asked.times.before.saturating_sub(1)).saturating_add(SLOTS);
        let mut values = args![desk, first, asked.under.unwrap_or(i64::MAX).min(end), count].to_vec();
        let in_time = "place >= $2 and place < $3";
        let some = match (asked.sieve, dialect) {
            (None, _) => format!("select place, post, desk from search_rows where desk = $1 and {in_time} order by place desc limit $4"),
            (Some(sieve), Dialect::Lite) => {
                values.extend(args![for_lite(sieve)]);
                "select r.place, r.post, r.desk from search_words cross join search_rows r on r.place = search_words.rowid and r.desk = $1
                 where search_words match $5 and search_words.rowid >= $2 and search_words.rowid < $3 order by search_words.rowid desc limit $4"
                    .to_owned()
            }
            (Some(sieve), Dialect::Pg) => {
                values.extend(args![for_pg(sieve)]);
                format!(
                    "select place, post, desk from search_rows where desk = $1 and {in_time} and words @@ cast(cast($5 as text) as tsquery)
                     order by place desc limit $4"
                )
            }
        };
        let places = self.0.all(&some, &values, |row| Ok((row.get::<i64>(0)?, row.get::<PostId>(1)?)))?;
        let ids: Vec<PostId> = places.iter().map(|(_, id)| *id).collect();
        let kept = self.0.posts().find_all(&ids)?;
        Ok(places.into_iter().zip(kept).filter_map(|((place, _), kept)| Some(Candidate { place, kept: kept? })).collect())
    }
}
