//! What counted for an aim, and what it came from: visits by its links, and answers to what was said for it.

use model::{AimId, ConversationId, DraftId, NetworkKey, PersonId, ProfileId, Timestamp};

use crate::{Kept, Row, Tx, args};

/// Where people came from: the network of the account whose post had the link, the host their browser told, and how many.
pub type Place = (Option<NetworkKey>, Option<String>, u64);

pub struct Progress<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn progress(&self) -> Progress<'_, 'c> {
        Progress(self)
    }
}

/// Sources of one aim that are read at once.
pub const SOURCES_MAX: u32 = 200;
/// Answers to one aim that are read for one chart.
pub const ANSWERS_MAX: u32 = 100_000;

/// Somebody behind a talk, with a profile of theirs that has a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Somebody {
    pub id: PersonId,
    pub name: String,
    pub face: Option<ProfileId>,
}

/// What we said somewhere for an aim, and the talk in which it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub draft: Option<DraftId>,
    pub words: Option<String>,
    pub language: Option<String>,
    /// The code of the short link; empty for answers.
    pub code: String,
    pub target: String,
    pub network: Option<NetworkKey>,
    /// Where it stands on its network.
    pub url: Option<String>,
    pub landed_at: Option<Timestamp>,
    pub conversation: Option<ConversationId>,
    pub person: Option<Somebody>,
    /// What came of it: visits, or answers.
    pub n: u64,
    pub last_at: Timestamp,
}

/// An answer of somebody to what we said for an aim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub at: Timestamp,
    pub person: PersonId,
}

const SOMEBODY: &str =
    "pe.id, pe.name, (select min(g.id) from profiles g where g.desk = pe.desk and g.person = pe.id and g.avatar_url is not null)";

fn somebody(row: &Row<'_>, at: usize) -> Kept<Option<Somebody>> {
    let Some(id) = row.get(at)? else { return Ok(None) };
    Ok(Some(Somebody { id, name: row.get(at + 1)?, face: row.get(at + 2)? }))
}

fn read_source(row: &Row<'_>) -> Kept<Source> {
    Ok(Source {
        draft: row.get(0)?,
        words: row.get(1)?,
        language: row.get(2)?,
        code: row.get(3)?,
        target: row.get(4)?,
        network: row.get::<Option<String>>(5)?.map(NetworkKey),
        url: row.get(6)?,
        landed_at: row.get(7)?,
        conversation: row.get(8)?,
        person: somebody(row, 9)?,
        n: row.get(12)?,
        last_at: row.get(13)?,
    })
}

/// Answers of people to what stands of the drafts of an aim; our own and machines' left out.
const ANSWERS: &str = "drafts dr join deliveries d on d.desk = dr.desk and d.draft = dr.id
  join posts p on p.desk = d.desk and p.id = d.post
  join posts a on a.desk = p.desk and a.network = p.network and (a.reply_to = p.remote_id or a.reply_to = p.local_id) and a.is_mine = 0 and a.deleted_at is null and a.visibility <> 'direct'
  join profiles f on f.desk = a.desk and f.id = a.author
  join persons pe on pe.desk = f.desk and pe.id = f.person and pe.is_me = 0 and pe.nature <> 'bot'";

/// Somebody who answered, with their own words about themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answerer {
    pub id: PersonId,
    pub about: String,
    pub role: String,
    pub organisation: String,
}

/// What hangs on no aim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loose {
    /// Posts that landed lately, and conversations in which we spoke lately.
    pub posts: u64,
    pub talks: u64,
    /// Topics that are listened for.
    pub topics: u64,
    /// People with whom we talked lately, both ways.
    pub people: u64,
}

impl Progress<'_, '_> {
    /// What we said since, where we spoke since, and what we listen for, that serves no aim.
    pub fn loose(&self, since: Timestamp) -> Kept<Loose> {
        let count = |sql: &str| self.0.count(sql, &args![self.0.desk(), since]);
        Ok(Loose {
            posts: count(
                "select count(distinct dr.id) from deliveries d join drafts dr on dr.desk = d.desk and dr.id = d.draft
                 where d.desk = $1 and d.state = 'landed' and d.landed_at >= $2 and dr.aim is null and dr.conversation is null and dr.visibility <> 'direct'",
            )?,
            talks: count(
                "select count(distinct c.id) from deliveries d join drafts dr on dr.desk = d.desk and dr.id = d.draft
                 join conversations c on c.desk = dr.desk and c.id = dr.conversation
                 where d.desk = $1 and d.state = 'landed' and d.landed_at >= $2 and dr.aim is null and c.touches is null and dr.visibility <> 'direct'",
            )?,
            topics: self
                .0
                .count("select count(*) from topics where desk = $1 and aim is null and closed_at is null", &args![self.0.desk()])?,
            people: count(
                "select count(*) from persons where desk = $1 and is_listed = 1 and spoke_at >= $2 and from_me > 0 and from_them > 0
                   and not exists (select 1 from aim_people h where h.desk = persons.desk and h.person = persons.id)",
            )?,
        })
    }
    /// Who hangs on an aim, the closest first: at most so many, and how many there are.
    pub fn hung(&self, aim: AimId, max: u32) -> Kept<(Vec<Somebody>, u64)> {
        let from = "from persons pe where pe.desk = $1 and exists (select 1 from aim_people h where h.desk = pe.desk and h.person = pe.id and h.aim = $2)";
        let shown = self.0.all(
            &format!("select {SOMEBODY} {from} order by pe.tie desc, pe.id limit {max}"),
            &args![self.0.desk(), aim],
            |row| somebody(row, 0),
        )?;
        let all = self.0.count(&format!("select count(*) {from}"), &args![self.0.desk(), aim])?;
        Ok((shown.into_iter().flatten().collect(), all))
    }
    /// Everybody who answered what we said for an aim.
    pub fn answerers(&self, aim: AimId) -> Kept<Vec<Answerer>> {
        self.0.all(
            &format!(
                "select distinct pe.id, pe.about, pe.role, pe.organisation from {ANSWERS} where dr.desk = $1 and dr.aim = $2
                 order by pe.id limit {ANSWERS_MAX}"
            ),
            &args![self.0.desk(), aim],
            |row| Ok(Answerer { id: row.get(0)?, about: row.get(1)?, role: row.get(2)?, organisation: row.get(3)? }),
        )
    }
    /// What brought visits of people by an aim's links, most first.
    pub fn visited(&self, aim: AimId) -> Kept<Vec<Source>> {
        self.0.all(
            &format!(
                "select l.draft, dr.text, dr.language, l.code, l.target, ac.network, d.landed_url, d.landed_at, coalesce(p.conversation, l.conversation), {SOMEBODY}, v.n, v.last_at
                 from links l
                 join (select link, count(*) as n, max(at) as last_at from visits where desk = $1 and visitor = 'person' group by link) v on v.link = l.id
                 left join drafts dr on dr.desk = l.desk and dr.id = l.draft
                 left join accounts ac on ac.desk = l.desk and ac.id = l.account
                 left join deliveries d on d.desk = l.desk and d.draft = l.draft and d.account = l.account and d.part_index = 0
                 left join posts p on p.desk = d.desk and p.id = d.post
                 left join conversations c on c.desk = l.desk and c.id = coalesce(p.conversation, l.conversation)
                 left join persons pe on pe.desk = l.desk and pe.id = coalesce(l.person, c.person) and pe.is_me = 0
                 where l.desk = $1 and l.aim = $2 order by v.n desc, v.last_at desc, l.id limit {SOURCES_MAX}"
            ),
            &args![self.0.desk(), aim],
            read_source,
        )
    }
    /// What was answered of what we said for an aim, by who answered; newest first, at most so many.
    pub fn answered(&self, aim: AimId, max: u32) -> Kept<Vec<Source>> {
        self.0.all(
            &format!(
                "select dr.id, dr.text, dr.language, '', '', p.network, d.landed_url, d.landed_at, p.conversation, {SOMEBODY}, count(*), max(a.created_at)
                 from {ANSWERS} where dr.desk = $1 and dr.aim = $2
                 group by dr.id, dr.text, dr.language, p.network, d.landed_url, d.landed_at, p.conversation, pe.desk, pe.id, pe.name
                 order by max(a.created_at) desc, dr.id desc, pe.id limit {max}"
            ),
            &args![self.0.desk(), aim],
            read_source,
        )
    }
    /// When people answered what we said for an aim, oldest first.
    pub fn answers(&self, aim: AimId) -> Kept<Vec<Answered>> {
        self.0.all(
            &format!(
                "select a.created_at, pe.id from {ANSWERS} where dr.desk = $1 and dr.aim = $2 group by a.id, a.created_at, pe.id
                 order by a.created_at, a.id limit {ANSWERS_MAX}"
            ),
            &args![self.0.desk(), aim],
            |row| Ok(Answered { at: row.get(0)?, person: row.get(1)? }),
        )
    }
    /// When introductions that were asked for since came about: their first word in a talk in which we spoke, after we asked. Those whose draft
    /// serves another aim are left out. Oldest first.
    pub fn introductions(&self, aim: AimId, since: Timestamp) -> Kept<Vec<Timestamp>> {
        self.0.all(
            &format!(
                "select min(p.created_at) from introductions i
                 join profiles f on f.desk = i.desk and f.person = i.target
                 join posts p on p.desk = f.desk and p.author = f.id and p.created_at > i.asked_at and p.deleted_at is null and p.is_mine = 0
                 left join drafts dr on dr.desk = i.desk and dr.id = i.draft
                 where i.desk = $1 and i.asked_at >= $3 and (dr.aim is null or dr.aim = $2)
                   and exists (select 1 from posts m where m.desk = p.desk and m.conversation = p.conversation and m.is_mine = 1)
                 group by i.target order by min(p.created_at) limit {ANSWERS_MAX}"
            ),
            &args![self.0.desk(), aim, since],
            |row| row.get(0),
        )
    }
    /// From where people came by an aim's links since `since`: the network of the account whose link it was, the host that the browser
    /// named, and how many; most first.
    pub fn places(&self, aim: AimId, since: Timestamp) -> Kept<Vec<Place>> {
        self.0.all(
            &format!(
                "select ac.network, v.from_host, count(*) from links l join visits v on v.desk = l.desk and v.link = l.id and v.visitor = 'person'
                 left join accounts ac on ac.desk = l.desk and ac.id = l.account
                 where l.desk = $1 and l.aim = $2 and v.at >= $3 group by ac.network, v.from_host order by count(*) desc limit {SOURCES_MAX}"
            ),
            &args![self.0.desk(), aim, since],
            |row| Ok((row.get::<Option<String>>(0)?.map(NetworkKey), row.get(1)?, row.get(2)?)),
        )
    }
}
