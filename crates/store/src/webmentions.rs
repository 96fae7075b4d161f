//! Pages that link to each other across sites: those that told us so, and those of ours that tell others.

use model::{AccountId, DeliveryId, PostId, Timestamp, WebmentionId};

use crate::{Kept, Row, Tx, args};

pub struct Webmentions<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn webmentions(&self) -> Webmentions<'_, 'c> {
        Webmentions(self)
    }
}

/// Who tells whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TellWay {
    /// Somebody told us that their page links to ours.
    In,
    /// A page of ours links to theirs.
    Out,
}

impl TellWay {
    fn word(self) -> &'static str {
        match self {
            TellWay::In => "in",
            TellWay::Out => "out",
        }
    }
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TellState {
    /// To be looked at, or told.
    Waiting,
    /// The page was read and links to ours; or theirs was told.
    Done,
    /// It does not link to ours, or they would not hear of it.
    Refused,
    /// Their page is gone, and what it said with it.
    Gone,
}

impl TellState {
    pub fn word(self) -> &'static str {
        match self {
            TellState::Waiting => "waiting",
            TellState::Done => "done",
            TellState::Refused => "refused",
            TellState::Gone => "gone",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Done, Self::Refused, Self::Gone].into_iter().find(|s| s.word() == word)
    }
}

/// One pair of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webmention {
    pub id: WebmentionId,
    pub is_in: bool,
    pub source: String,
    pub target: String,
    pub account: AccountId,
    pub delivery: Option<DeliveryId>,
    pub state: TellState,
    pub why: Option<String>,
    pub tries: u32,
    pub post: Option<PostId>,
    /// `like ID` or `boost ID`: the sign that it was.
    pub sign: Option<String>,
    pub told_at: Timestamp,
    pub checked_at: Option<Timestamp>,
}

/// A pair to be kept.
#[derive(Clone, Debug)]
pub struct Telling<'a> {
    pub way: TellWay,
    pub source: &'a str,
    pub target: &'a str,
    /// The host of the page that is not ours.
    pub host: &'a str,
    pub account: AccountId,
    pub delivery: Option<DeliveryId>,
}

const COLUMNS: &str = "id, way, source, target, account, delivery, state, why, tries, post, sign, told_at, checked_at";
/// More pages than this no post of ours links to.
const OF_DELIVERY_MAX: u32 = 200;

fn read(row: &Row<'_>) -> Kept<Webmention> {
    Ok(Webmention {
        id: row.get(0)?,
        is_in: row.get::<String>(1)? == "in",
        source: row.get(2)?,
        target: row.get(3)?,
        account: row.get(4)?,
        delivery: row.get(5)?,
        state: TellState::from_word(&row.get::<String>(6)?).ok_or_else(|| crate::StoreError::Broken("a webmention's state".into()))?,
        why: row.get(7)?,
        tries: row.get(8)?,
        post: row.get(9)?,
        sign: row.get(10)?,
        told_at: row.get(11)?,
        checked_at: row.get(12)?,
    })
}

impl Webmentions<'_, '_> {
    /// Keeps a pair, or has a known one looked at again. Answers its number.
    pub fn put(&self, telling: &Telling<'_>, now: Timestamp) -> Kept<WebmentionId> {
        let t = telling;
        self.0.get(
            "a webmention",
            "insert into webmentions (desk, id, way, source, target, host, account, delivery, state, tries, told_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9)
             on conflict (desk, way, source, target) do update set state = 'waiting', why = null, tries = 0, told_at = excluded.told_at,
               account = excluded.account, delivery = excluded.delivery
             returning id",
            &args![self.0.desk(), self.0.fresh::<WebmentionId>(now), t.way.word(), t.source, t.target, t.host, t.account, t.delivery, now],
            |row| row.get(0),
        )
    }
    pub fn find(&self, id: WebmentionId) -> Kept<Option<Webmention>> {
        self.0.find(&format!("select {COLUMNS} from webmentions where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    pub fn find_pair(&self, way: TellWay, source: &str, target: &str) -> Kept<Option<Webmention>> {
        self.0.find(
            &format!("select {COLUMNS} from webmentions where desk = $1 and way = $2 and source = $3 and target = $4"),
            &args![self.0.desk(), way.word(), source, target],
            read,
        )
    }
    /// What a delivery's page told others, oldest first.
    pub fn of_delivery(&self, delivery: DeliveryId) -> Kept<Vec<Webmention>> {
        self.0.all(
            &format!("select {COLUMNS} from webmentions where desk = $1 and delivery = $2 order by id limit {OF_DELIVERY_MAX}"),
            &args![self.0.desk(), delivery],
            read,
        )
    }
    /// How many pairs of one host came in since then.
    pub fn count_from(&self, host: &str, since: Timestamp) -> Kept<u64> {
        self.0.count(
            "select count(*) from webmentions where desk = $1 and way = 'in' and host = $2 and told_at >= $3",
            &args![self.0.desk(), host, since],
        )
    }
    /// How many wait to be looked at.
    pub fn count_waiting(&self) -> Kept<u64> {
        self.0.count("select count(*) from webmentions where desk = $1 and way = 'in' and state = 'waiting'", &args![self.0.desk()])
    }
    /// One more try that came to nothing. Answers how many there were.
    pub fn count_try(&self, id: WebmentionId, why: &str) -> Kept<u32> {
        self.0.get(
            "a webmention",
            "update webmentions set tries = tries + 1, why = $3 where desk = $1 and id = $2 returning tries",
            &args![self.0.desk(), id, why],
            |row| row.get(0),
        )
    }
    pub fn settle(&self, id: WebmentionId, state: TellState, why: Option<&str>, now: Timestamp) -> Kept<()> {
        self.0.run(
            "update webmentions set state = $3, why = $4, checked_at = $5 where desk = $1 and id = $2",
            &args![self.0.desk(), id, state.word(), why, now],
        )?;
        Ok(())
    }
    /// What became of it here.
    pub fn set_kept(&self, id: WebmentionId, post: Option<PostId>, sign: Option<&str>) -> Kept<()> {
        self.0.run("update webmentions set post = $3, sign = $4 where desk = $1 and id = $2", &args![self.0.desk(), id, post, sign])?;
        Ok(())
    }
}
