//! Everything between a person and us, on whatever network: words either way, signs, visits, and whom they talk with.

use model::{ConversationId, Kind, NetworkKey, PersonId, PostId, ProfileId, Timestamp};

use crate::{Kept, Row, Tx, args};

pub struct Between<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn between(&self) -> Between<'_, 'c> {
        Between(self)
    }
}

/// A word between a person and us.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub post: PostId,
    pub is_mine: bool,
    pub at: Timestamp,
    pub network: NetworkKey,
    pub conversation: Option<ConversationId>,
    pub text: String,
    pub warning: Option<String>,
    pub language: Option<String>,
    /// What our draft was said to do, where there was one.
    pub kind: Option<Kind>,
    /// The words it answers, where we have them.
    pub answers: Option<String>,
    /// It holds a short link of ours.
    pub has_own_link: bool,
    /// What it was told to be when it came in, or corrected to.
    pub told: Option<Kind>,
}

/// What the kind of a post is told from.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub text: String,
    pub declared: Option<Kind>,
    pub answers: Option<String>,
    pub has_own_link: bool,
}

/// A like, a passing-on or a follow.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenSign {
    pub is_mine: bool,
    /// `like`, `boost` or `follow`.
    pub kind: String,
    pub at: Timestamp,
    pub network: NetworkKey,
    pub conversation: Option<ConversationId>,
    /// The words it was put on.
    pub text: Option<String>,
}

/// People who came by the links that we gave somebody, by link.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenVisits {
    pub code: String,
    pub target: String,
    pub people: u64,
    pub last_at: Timestamp,
}

/// The words with a person ($2), by their profiles. A subquery and no join: the planner then begins with the few profiles, and never with
/// all words of the desk.
const OF_PERSON: &str = "b.desk = $1 and b.profile in (select id from profiles where desk = $1 and person = $2)";
/// Words of one person that are read at once.
pub const WORDS_MAX: u32 = 500;
/// Of those talked with last, how many are looked through for who states addresses.
const STATING_LOOKED_AT: u32 = 1_000;

fn read(row: &Row<'_>) -> Kept<Word> {
    Ok(Word {
        post: row.get(0)?,
        is_mine: row.get(1)?,
        at: row.get(2)?,
        network: NetworkKey(row.get(3)?),
        conversation: row.get(4)?,
        text: row.get(5)?,
        warning: row.get(6)?,
        language: row.get(7)?,
        kind: row.get::<Option<String>>(8)?.as_deref().and_then(Kind::from_word),
        answers: row.get(9)?,
        has_own_link: row.get::<i64>(10)? > 0,
        told: row.get::<Option<String>>(11)?.as_deref().and_then(Kind::from_word),
    })
}

impl Between<'_, '_> {
    /// Notes that a post is a word between a profile and us. Answers whether that is new.
    pub fn put(&self, profile: ProfileId, post: PostId, is_mine: bool, at: Timestamp) -> Kept<bool> {
        let made = self.0.run(
            "insert into between_us (desk, profile, post, is_mine, at) values ($1, $2, $3, $4, $5) on conflict (desk, profile, post) do nothing",
            &args![self.0.desk(), profile, post, is_mine, at],
        )?;
        Ok(made > 0)
    }
    /// What a post's kind is told from; `None` where it is not kept.
    pub fn facts(&self, post: PostId) -> Kept<Option<Facts>> {
        self.0.find(
            "select p.text, dr.kind, q.text, (select count(*) from links l where l.desk = p.desk and l.draft = d.draft) from posts p
             left join deliveries d on d.desk = p.desk and d.id = p.delivery left join drafts dr on dr.desk = d.desk and dr.id = d.draft
             left join posts q on q.desk = p.desk and q.network = p.network and q.remote_id = p.reply_to
             where p.desk = $1 and p.id = $2",
            &args![self.0.desk(), post],
            |row| {
                Ok(Facts {
                    text: row.get(0)?,
                    declared: row.get::<Option<String>>(1)?.as_deref().and_then(Kind::from_word),
                    answers: row.get(2)?,
                    has_own_link: row.get::<i64>(3)? > 0,
                })
            },
        )
    }
    /// Keeps what a word was told to be, unless it was corrected.
    pub fn set_kind(&self, post: PostId, kind: Kind) -> Kept<()> {
        self.0.run(
            "update between_us set kind = $3 where desk = $1 and post = $2 and is_kind_edited = 0",
            &args![self.0.desk(), post, kind.word()],
        )?;
        Ok(())
    }
    /// Corrects what a word was. Answers whether it is a word between somebody and us at all.
    pub fn correct_kind(&self, post: PostId, kind: Kind) -> Kept<bool> {
        let n = self.0.run(
            "update between_us set kind = $3, is_kind_edited = 1 where desk = $1 and post = $2",
            &args![self.0.desk(), post, kind.word()],
        )?;
        Ok(n > 0)
    }
    /// Words that answer a post.
    pub fn words_answering(&self, post: PostId) -> Kept<Vec<PostId>> {
        // In this order: SQLite begins elsewhere of itself, and goes through all words there are.
        self.0.all(
            "select distinct b.post from posts p cross join posts a cross join between_us b where p.desk = $1 and p.id = $2
             and a.desk = p.desk and a.network = p.network and a.reply_to = p.remote_id and b.desk = a.desk and b.post = a.id limit 500",
            &args![self.0.desk(), post],
            |row| row.get(0),
        )
    }
    /// Words that nobody has told the kind of yet.
    pub fn untold(&self, max: u32) -> Kept<Vec<PostId>> {
        self.0.all(
            &format!("select distinct b.post from between_us b join posts p on p.desk = b.desk and p.id = b.post where b.desk = $1 and b.kind is null limit {max}"),
            &args![self.0.desk()],
            |row| row.get(0),
        )
    }
    /// How many words of each kind, theirs and ours: (ours, kind, how many).
    pub fn kinds(&self, person: PersonId) -> Kept<Vec<(bool, Kind, u32)>> {
        let found: Vec<(bool, Option<String>, u32)> = self.0.all(
            &format!("select b.is_mine, b.kind, count(*) from between_us b where {OF_PERSON} group by b.is_mine, b.kind"),
            &args![self.0.desk(), person],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        Ok(found.into_iter().filter_map(|(is_mine, kind, n)| Some((is_mine, Kind::from_word(&kind?)?, n))).collect())
    }
    /// How many words of ours of each kind on a network since then.
    pub fn kinds_on(&self, network: &NetworkKey, since: Timestamp) -> Kept<Vec<(Kind, u32)>> {
        let found: Vec<(Option<String>, u32)> = self.0.all(
            "select b.kind, count(distinct b.post) from between_us b join profiles f on f.desk = b.desk and f.id = b.profile
             where b.desk = $1 and b.is_mine = 1 and b.at >= $3 and f.network = $2 group by b.kind",
            &args![self.0.desk(), network.as_str(), since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(found.into_iter().filter_map(|(kind, n)| Some((Kind::from_word(&kind?)?, n))).collect())
    }
    /// Words said before `before`, newest first. Each profile's are read from its newest on, and no further than is asked for.
    pub fn words(&self, person: PersonId, before: Timestamp, max: u32) -> Kept<Vec<Word>> {
        let max = max.min(WORDS_MAX);
        let mut found: Vec<Word> = Vec::new();
        for profile in self.0.profiles().of_person(person)? {
            found.extend(self.words_with(profile.id, before, max)?);
        }
        found.sort_by_key(|w| std::cmp::Reverse((w.at, w.post)));
        found.truncate(max as usize);
        Ok(found)
    }
    fn words_with(&self, profile: ProfileId, before: Timestamp, max: u32) -> Kept<Vec<Word>> {
        self.0.all(
            &format!(
                "select b.post, b.is_mine, b.at, p.network, p.conversation, p.text, p.warning, p.language, dr.kind, q.text,
                   (select count(*) from links l where l.desk = b.desk and l.draft = d.draft), b.kind
                 from between_us b join posts p on p.desk = b.desk and p.id = b.post and p.deleted_at is null
                 left join deliveries d on d.desk = p.desk and d.id = p.delivery left join drafts dr on dr.desk = d.desk and dr.id = d.draft
                 left join posts q on q.desk = p.desk and q.network = p.network and q.remote_id = p.reply_to
                 where b.desk = $1 and b.profile = $2 and b.at < $3 order by b.at desc, b.post desc limit {max}"
            ),
            &args![self.0.desk(), profile, before],
            read,
        )
    }
    pub fn count_words(&self, person: PersonId, before: Timestamp) -> Kept<u64> {
        self.0.count(&format!("select count(*) from between_us b where {OF_PERSON} and b.at < $3"), &args![self.0.desk(), person, before])
    }
    /// Signs before `before`, newest first.
    pub fn signs(&self, person: PersonId, before: Timestamp, max: u32) -> Kept<Vec<SeenSign>> {
        let max = max.min(WORDS_MAX);
        self.0.all(
            &format!(
                "select s.is_mine, s.kind, s.at, coalesce(p.network, f.network, ''), p.conversation, p.text from signs s
                 left join posts p on p.desk = s.desk and p.id = s.post left join profiles f on f.desk = s.desk and f.id = s.profile
                 where s.desk = $1 and s.profile in (select id from profiles where desk = $1 and person = $2) and s.undone_at is null and s.at < $3
                 order by s.at desc, s.id desc limit {max}"
            ),
            &args![self.0.desk(), person, before],
            |row| {
                Ok(SeenSign {
                    is_mine: row.get(0)?,
                    kind: row.get(1)?,
                    at: row.get(2)?,
                    network: NetworkKey(row.get(3)?),
                    conversation: row.get(4)?,
                    text: row.get(5)?,
                })
            },
        )
    }
    /// People (no machines, not ourselves) who came by the links in what we wrote to a person.
    pub fn visits(&self, person: PersonId) -> Kept<Vec<SeenVisits>> {
        self.0.all(
            "select l.code, l.target, count(*), max(v.at) from links l join visits v on v.desk = l.desk and v.link = l.id and v.visitor = 'person'
             where l.desk = $1 and l.person = $2 group by l.code, l.target order by max(v.at) desc limit 50",
            &args![self.0.desk(), person],
            |row| Ok(SeenVisits { code: row.get(0)?, target: row.get(1)?, people: row.get(2)?, last_at: row.get(3)? }),
        )
    }
    /// With whom a person talks in what we have read, and how often each way: (whom, they answered the person, the person answered them,
    /// last time). The strongest ties first, never ourselves. Read by strength and no further, since somebody may have tens of thousands.
    pub fn talks_with(&self, person: PersonId, max: u32) -> Kept<Vec<(PersonId, u64, u64, Timestamp)>> {
        let mut found: Vec<(f64, (PersonId, u64, u64, Timestamp))> = Vec::new();
        for profile in self.0.profiles().of_person(person)? {
            let theirs = self.0.all(
                &format!(
                    "select p.strength, g.person, p.heard, p.said, p.last_at from pairs p
                     join profiles g on g.desk = p.desk and g.id = p.other join persons o on o.desk = g.desk and o.id = g.person and o.is_me = 0
                     where p.desk = $1 and p.one = $2 and g.person <> $3 and p.last_at is not null order by p.strength desc, p.other limit {max}"
                ),
                &args![self.0.desk(), profile.id, person],
                |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))),
            )?;
            for (strength, (whom, heard, said, last_at)) in theirs {
                match found.iter_mut().find(|(_, known)| known.0 == whom) {
                    Some((most, known)) => {
                        *most = most.max(strength);
                        *known = (whom, known.1 + heard, known.2 + said, known.3.max(last_at));
                    }
                    None => found.push((strength, (whom, heard, said, last_at))),
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(found.into_iter().map(|(_, one)| one).take(max as usize).collect())
    }
    /// Profiles that we talked with and that state addresses of their own, lately talked with first.
    pub fn stating(&self, max: u32) -> Kept<Vec<crate::profiles::KeptProfile>> {
        let ids: Vec<ProfileId> = self.0.all(
            &format!(
                "select f.id from (select profile, last_at from talks where desk = $1 order by last_at desc limit {STATING_LOOKED_AT}) t
                 join profiles f on f.desk = $1 and f.id = t.profile
                 where f.account is null and (f.links <> '[]' or f.url is not null) order by t.last_at desc limit {max}"
            ),
            &args![self.0.desk()],
            |row| row.get(0),
        )?;
        ids.into_iter().filter_map(|id| self.0.profiles().find(id).transpose()).collect()
    }
}
