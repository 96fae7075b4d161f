//! People and talks by the words in them. A plain scan with a bound: the newest posts first, and no further than that.

use model::{ConversationId, NetworkKey, PersonId, ProfileId, Timestamp};

use crate::{Kept, Tx, Value, args};

/// Words looked for at once; the rest of a question is left out.
pub const TERMS_MAX: usize = 6;
/// Posts looked through, newest first.
pub const SCANNED_MAX: u32 = 50_000;
/// What is found and given back, of each sort.
pub const FOUND_MAX: usize = 30;

pub struct Search<'t, 'c>(&'t Tx<'c>);

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

/// A talk, by its newest post that holds what was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundTalk {
    pub id: ConversationId,
    pub who: String,
    pub profile: ProfileId,
    pub has_face: bool,
    pub network: NetworkKey,
    pub at: Timestamp,
    pub text: String,
    pub warning: Option<String>,
    pub language: Option<String>,
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

    /// Newest first, each talk once.
    pub fn talks(&self, terms: &[String]) -> Kept<Vec<FoundTalk>> {
        let (values, condition) = self.all_of(terms, |n| format!("lower(q.text) like ${n} escape '\\'"));
        let several = FOUND_MAX * 4;
        let posts = self.0.all(
            &format!(
                "select q.conversation, f.name, f.handle, f.id, cast(case when f.avatar_url is null then 0 else 1 end as bigint), q.network, q.created_at, q.text, q.warning, q.language
                 from (select desk, id, conversation, author, network, created_at, text, warning, language from posts
                       where desk = $1 and conversation is not null and deleted_at is null and visibility <> 'direct' order by created_at desc limit {SCANNED_MAX}) q
                 join profiles f on f.desk = q.desk and f.id = q.author
                 where {condition} order by q.created_at desc limit {several}"
            ),
            &values,
            |row| {
                let (name, handle): (String, String) = (row.get(1)?, row.get(2)?);
                Ok(FoundTalk {
                    id: row.get(0)?,
                    who: if name.is_empty() { handle } else { name },
                    profile: row.get(3)?,
                    has_face: row.get(4)?,
                    network: NetworkKey(row.get(5)?),
                    at: row.get(6)?,
                    text: row.get(7)?,
                    warning: row.get(8)?,
                    language: row.get(9)?,
                })
            },
        )?;
        let mut talks: Vec<FoundTalk> = Vec::new();
        for post in posts {
            if talks.len() < FOUND_MAX && !talks.iter().any(|t| t.id == post.id) {
                talks.push(post);
            }
        }
        Ok(talks)
    }
}
