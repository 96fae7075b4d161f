//! What an aim counts beyond visits and answers, and our own sites that send it.

use model::{AimId, ConversationId, DeskId, LinkId, Outcome, OutcomeId, PersonId, Site, SiteId, Source, Timestamp, VisitId};

use crate::progress::Somebody;
use crate::{Kept, Row, StoreError, Tx, Unscoped, args};

pub struct Outcomes<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn outcomes(&self) -> Outcomes<'_, 'c> {
        Outcomes(self)
    }
}

/// Outcomes that are read for one page or chart.
pub const OUTCOMES_MAX: u32 = 10_000;
/// Days of a feed that are read: ten years.
const FEED_DAYS_MAX: u32 = 3_700;
/// Sites of a desk.
pub const SITES_MAX: u32 = 50;

/// An outcome with all that leads to it, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub outcome: Outcome,
    pub aim_name: Option<String>,
    pub visit_at: Option<Timestamp>,
    pub code: Option<String>,
    /// The words in which the link stood.
    pub words: Option<String>,
    pub language: Option<String>,
    pub post_url: Option<String>,
    pub network: Option<model::NetworkKey>,
    pub person: Option<Somebody>,
    pub site_host: Option<String>,
}

const SITE: &str = "id, host, key, aim, created_at";

fn read_site(row: &Row<'_>) -> Kept<Site> {
    Ok(Site { id: row.get(0)?, host: row.get(1)?, key: row.get(2)?, aim: row.get(3)?, created_at: row.get(4)? })
}

const OUTCOME: &str =
    "o.id, o.aim, o.name, o.at, o.source, o.site, o.visit, o.link, o.conversation, o.person, o.said_by, o.note, o.value, o.n, o.remote_id";

fn read(row: &Row<'_>) -> Kept<Outcome> {
    Ok(Outcome {
        id: row.get(0)?,
        aim: row.get(1)?,
        name: row.get(2)?,
        at: row.get(3)?,
        source: Source::from_word(&row.get::<String>(4)?).ok_or_else(|| StoreError::Broken("where an outcome is from".into()))?,
        site: row.get(5)?,
        visit: row.get(6)?,
        link: row.get(7)?,
        conversation: row.get(8)?,
        person: row.get(9)?,
        said_by: row.get(10)?,
        note: row.get(11)?,
        value: row.get(12)?,
        n: row.get(13)?,
        remote_id: row.get(14)?,
    })
}

/// An outcome with the row of everything that leads to it. What stands on the outcome itself goes first: a person may have said it.
const TOLD: &str = "from outcomes o
  left join aims ai on ai.desk = o.desk and ai.id = o.aim
  left join visits v on v.desk = o.desk and v.id = o.visit
  left join links l on l.desk = o.desk and l.id = o.link
  left join drafts dr on dr.desk = l.desk and dr.id = l.draft
  left join accounts ac on ac.desk = l.desk and ac.id = l.account
  left join deliveries d on d.desk = l.desk and d.draft = l.draft and d.account = l.account and d.part_index = 0
  left join posts p on p.desk = d.desk and p.id = d.post
  left join conversations c on c.desk = o.desk and c.id = coalesce(o.conversation, p.conversation, l.conversation)
  left join persons pe on pe.desk = o.desk and pe.id = coalesce(o.person, l.person, c.person) and pe.is_me = 0
  left join sites s on s.desk = o.desk and s.id = o.site";

fn read_told(row: &Row<'_>) -> Kept<Told> {
    let mut outcome = read(row)?;
    outcome.conversation = row.get(15)?;
    let person = match row.get::<Option<PersonId>>(16)? {
        Some(id) => Some(Somebody { id, name: row.get(17)?, face: row.get(18)? }),
        None => None,
    };
    Ok(Told {
        outcome,
        person,
        aim_name: row.get(19)?,
        visit_at: row.get(20)?,
        code: row.get(21)?,
        words: row.get(22)?,
        language: row.get(23)?,
        post_url: row.get(24)?,
        network: row.get::<Option<String>>(25)?.map(model::NetworkKey),
        site_host: row.get(26)?,
    })
}

fn told_columns() -> String {
    format!(
        "{OUTCOME}, c.id, pe.id, pe.name,
         (select min(g.id) from profiles g where g.desk = pe.desk and g.person = pe.id and g.avatar_url is not null),
         ai.name, v.at, l.code, dr.text, dr.language, d.landed_url, ac.network, s.host"
    )
}

impl Outcomes<'_, '_> {
    /// Puts a new outcome. Whether it was new: what the sender calls the same counts once.
    pub fn put(&self, o: &Outcome, now: Timestamp) -> Kept<bool> {
        let changed = self.0.run(
            "insert into outcomes (desk, id, aim, name, at, source, site, visit, link, conversation, person, said_by, note, value, n, remote_id, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) on conflict do nothing",
            &args![
                self.0.desk(),
                o.id,
                o.aim,
                &o.name,
                o.at,
                o.source.word(),
                o.site,
                o.visit,
                o.link,
                o.conversation,
                o.person,
                o.said_by.as_deref(),
                o.note.as_deref(),
                o.value,
                o.n,
                o.remote_id.as_deref(),
                now
            ],
        )?;
        Ok(changed > 0)
    }
    /// Takes an outcome back, or puts it back.
    pub fn delete(&self, id: OutcomeId, at: Option<Timestamp>) -> Kept<bool> {
        Ok(self.0.run("update outcomes set deleted_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])? > 0)
    }
    pub fn told(&self, id: OutcomeId) -> Kept<Told> {
        let sql = format!("select {} {TOLD} where o.desk = $1 and o.id = $2 and o.deleted_at is null", told_columns());
        self.0.get("an outcome", &sql, &args![self.0.desk(), id], read_told)
    }
    /// Of an aim, newest first.
    pub fn of_aim(&self, aim: AimId, max: u32) -> Kept<Vec<Told>> {
        let sql = format!(
            "select {} {TOLD} where o.desk = $1 and o.aim = $2 and o.deleted_at is null order by o.at desc, o.id desc limit $3",
            told_columns()
        );
        self.0.all(&sql, &args![self.0.desk(), aim, max], read_told)
    }
    /// Those that a conversation led to, newest first.
    pub fn of_conversation(&self, conversation: ConversationId, max: u32) -> Kept<Vec<Told>> {
        let sql = format!(
            "select {} {TOLD} where o.desk = $1 and c.id = $2 and o.deleted_at is null order by o.at desc, o.id desc limit $3",
            told_columns()
        );
        self.0.all(&sql, &args![self.0.desk(), conversation, max], read_told)
    }
    /// Those that a person led to, newest first.
    pub fn of_person(&self, person: PersonId, max: u32) -> Kept<Vec<Told>> {
        let sql = format!(
            "select {} {TOLD} where o.desk = $1 and pe.id = $2 and o.deleted_at is null order by o.at desc, o.id desc limit $3",
            told_columns()
        );
        self.0.all(&sql, &args![self.0.desk(), person, max], read_told)
    }
    /// When each happened, and how many at once; oldest first.
    pub fn instants_for(&self, aim: AimId, since: Timestamp) -> Kept<Vec<(Timestamp, u32)>> {
        self.0.all(
            &format!("select at, n from outcomes where desk = $1 and aim = $2 and at >= $3 and deleted_at is null order by at, id limit {OUTCOMES_MAX}"),
            &args![self.0.desk(), aim, since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// The visit that somebody made last today, by the hash of who it is.
    pub fn last_visit(&self, day: &str, who: i64) -> Kept<Option<(VisitId, LinkId)>> {
        self.0.find(
            "select id, link from visits where desk = $1 and day = $2 and who = $3 order by at desc, id desc limit 1",
            &args![self.0.desk(), day, who],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// The last visit of a person by the link with that code.
    pub fn visit_by_code(&self, code: &str) -> Kept<Option<(Option<VisitId>, LinkId)>> {
        self.0.find(
            "select (select max(v.id) from visits v where v.desk = l.desk and v.link = l.id and v.visitor = 'person'), l.id from links l where l.desk = $1 and l.code = $2",
            &args![self.0.desk(), code],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Puts a site; its secret is sealed.
    pub fn put_site(&self, site: &Site, secret: &str) -> Kept<()> {
        let sealed = self.0.seal(&format!("sites/{}", site.id), secret)?;
        self.0.run(
            "insert into sites (desk, id, host, key, secret, aim, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
            &args![self.0.desk(), site.id, &site.host, &site.key, sealed, site.aim, site.created_at],
        )?;
        Ok(())
    }
    pub fn set_site_aim(&self, site: SiteId, aim: Option<AimId>) -> Kept<()> {
        self.0.run("update sites set aim = $3 where desk = $1 and id = $2", &args![self.0.desk(), site, aim])?;
        Ok(())
    }
    pub fn delete_site(&self, site: SiteId) -> Kept<()> {
        self.0.run("delete from sites where desk = $1 and id = $2", &args![self.0.desk(), site])?;
        Ok(())
    }
    pub fn site(&self, id: SiteId) -> Kept<Site> {
        self.0.get("a site", &format!("select {SITE} from sites where desk = $1 and id = $2"), &args![self.0.desk(), id], read_site)
    }
    /// What signs a site's own server's words.
    pub fn site_secret(&self, id: SiteId) -> Kept<String> {
        let sealed: Vec<u8> =
            self.0.get("a site", "select secret from sites where desk = $1 and id = $2", &args![self.0.desk(), id], |row| row.get(0))?;
        self.0.unseal(&format!("sites/{id}"), &sealed)
    }
    pub fn sites(&self) -> Kept<Vec<Site>> {
        self.0.all(
            &format!("select {SITE} from sites where desk = $1 order by host, id limit {SITES_MAX}"),
            &args![self.0.desk()],
            read_site,
        )
    }
    /// Adds to what came to a site on a day from elsewhere.
    pub fn add_site_day(&self, d: &SiteDay) -> Kept<()> {
        self.0.run(
            "insert into site_days (desk, site, day, from_host, path, visitor, source, n) values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (desk, site, day, from_host, path, visitor, source) do update set n = site_days.n + excluded.n",
            &args![self.0.desk(), d.site, &d.day, &d.from_host, &d.path, &d.visitor, &d.source, d.n],
        )?;
        Ok(())
    }
    /// Whatever was brought in for a day from a source is taken out, so that bringing it in again counts once.
    pub fn clear_site_day(&self, site: SiteId, day: &str, source: &str) -> Kept<()> {
        self.0.run(
            "delete from site_days where desk = $1 and site = $2 and day = $3 and source = $4",
            &args![self.0.desk(), site, day, source],
        )?;
        Ok(())
    }
    /// How many readers a feed had on a day; a later word of the same day takes its place.
    pub fn put_feed_day(&self, site: SiteId, day: &str, path: &str, readers: u64) -> Kept<()> {
        self.0.run(
            "insert into feed_days (desk, site, day, path, readers) values ($1, $2, $3, $4, $5)
             on conflict (desk, site, day, path) do update set readers = excluded.readers",
            &args![self.0.desk(), site, day, path, readers],
        )?;
        Ok(())
    }
    /// Readers of our own feeds day by day, oldest first: of all of them, or of those at one host and path.
    pub fn feed_days(&self, since: &str, at: Option<(&str, &str)>) -> Kept<Vec<(String, u64)>> {
        let (host, path) = at.unwrap_or_default();
        self.0.all(
            &format!(
                "select f.day, cast(sum(f.readers) as bigint) from feed_days f join sites s on s.desk = f.desk and s.id = f.site
                 where f.desk = $1 and f.day >= $2 and ($3 = '' or (s.host = $3 and f.path = $4)) group by f.day order by f.day limit {FEED_DAYS_MAX}"
            ),
            &args![self.0.desk(), since, host, path],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// From where people came to a site since a day, most first.
    pub fn site_sources(&self, site: SiteId, since: &str) -> Kept<Vec<(String, u64)>> {
        self.0.all(
            "select from_host, cast(sum(n) as bigint) from site_days where desk = $1 and site = $2 and day >= $3 and visitor = 'person'
             group by from_host order by sum(n) desc, from_host limit 50",
            &args![self.0.desk(), site, since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

/// Arrivals at our own site on one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteDay {
    pub site: SiteId,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Empty where it isn't known.
    pub from_host: String,
    pub path: String,
    pub visitor: String,
    pub source: String,
    pub n: u64,
}

impl Unscoped<'_> {
    /// Whose site a key is.
    pub fn site_by_key(&self, key: &str) -> Kept<Option<(DeskId, Site)>> {
        self.find(&format!("select {SITE}, desk from sites where key = $1"), &args![key], |row| Ok((row.get(5)?, read_site(row)?)))
    }
}
