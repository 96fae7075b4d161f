//! Parts on their way to accounts, and the attempts at each. What may become of which state stands in the conditions here; when, in
//! `verbs/src/publish`.

use jiff::SignedDuration;
use model::{AccountId, Delivery, DeliveryId, DeliveryKey, DeliveryState, DeskId, DraftId, Hold, Part, PostId, PostRef, Timestamp};

use crate::{Kept, Row, StoreError, Tx, Unscoped, args, json};

pub struct Deliveries<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn deliveries(&self) -> Deliveries<'_, 'c> {
        Deliveries(self)
    }
}

/// One that stands on its network.
#[derive(Clone, Copy, Debug)]
pub struct Landed<'a> {
    /// With the attempt that got it there.
    pub delivery: &'a Delivery,
    pub at: &'a PostRef,
    pub url: Option<&'a str>,
    pub now: Timestamp,
}

const COLUMNS: &str = "id, draft, account, part_index, part, delivery_key, state, hold, due, wished_at, zone, attempts, tries, looks, attempted_at, first_attempt_at,
  landed_id, landed_tag, landed_url, landed_at, why, post, deleted_at, waited_ms";
/// What changes when an attempt begins, at $3.
const BEGUN: &str = "state = 'sending', attempts = attempts + 1, tries = tries + 1, looks = 0, waited_ms = 0, attempted_at = $3,
  first_attempt_at = coalesce(first_attempt_at, $3), why = null";
const NOTE_BEGUN: &str = "insert into attempts (desk, delivery, number, begun_at) values ($1, $2, $3, $4)";
const END: &str = "update attempts set ended_at = $4, outcome = $5 where desk = $1 and delivery = $2 and number = $3 and ended_at is null";
/// More than a draft ever has: accounts times parts.
const OF_A_DRAFT_MAX: u32 = 2000;
/// Newest posts of an account that are held beside one in doubt, and how long they may have waited for their landing.
const LANDED_MAX: u32 = 1000;
const LANDED_LATE: SignedDuration = SignedDuration::from_hours(48);
/// The longest reason that is kept.
const WHY_MAX: usize = 500;

fn read(row: &Row<'_>) -> Kept<Delivery> {
    let landed: Option<String> = row.get(16)?;
    let tag: Option<String> = row.get(17)?;
    Ok(Delivery {
        id: row.get(0)?,
        draft: row.get(1)?,
        account: row.get(2)?,
        part_index: row.get(3)?,
        part: json::part_in(&row.get::<String>(4)?)?,
        key: DeliveryKey(row.get(5)?),
        state: DeliveryState::from_word(&row.get::<String>(6)?).ok_or_else(|| StoreError::Broken("a delivery's state".into()))?,
        hold: row.get::<Option<String>>(7)?.as_deref().and_then(Hold::from_word),
        due: row.get(8)?,
        wished_at: row.get(9)?,
        zone: row.get(10)?,
        attempts: row.get(11)?,
        tries: row.get(12)?,
        looks: row.get(13)?,
        attempted_at: row.get(14)?,
        first_attempt_at: row.get(15)?,
        landed: landed.map(|id| PostRef::new(id, tag.unwrap_or_default())),
        landed_url: row.get(18)?,
        landed_at: row.get(19)?,
        why: row.get(20)?,
        post: row.get(21)?,
        deleted_at: row.get(22)?,
        waited_ms: row.get(23)?,
    })
}

/// What [`BEGUN`] makes of one.
fn as_begun(d: Delivery, now: Timestamp) -> Delivery {
    Delivery {
        state: DeliveryState::Sending,
        attempts: d.attempts + 1,
        tries: d.tries + 1,
        looks: 0,
        waited_ms: 0,
        attempted_at: Some(now),
        first_attempt_at: d.first_attempt_at.or(Some(now)),
        why: None,
        ..d
    }
}

fn short(why: &str) -> String {
    why.chars().take(WHY_MAX).collect()
}

impl Deliveries<'_, '_> {
    pub fn put(&self, d: &Delivery, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into deliveries (desk, id, draft, account, part_index, part, delivery_key, state, hold, due, wished_at, zone, attempts, tries, looks, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'planned', null, $8, $9, $10, 0, 0, 0, $11)",
            &args![
                self.0.desk(),
                d.id,
                d.draft,
                d.account,
                d.part_index,
                json::part_out(&d.part),
                &d.key.0,
                d.due,
                d.wished_at.as_deref(),
                &d.zone,
                now
            ],
        )?;
        Ok(())
    }
    pub fn find(&self, id: DeliveryId) -> Kept<Option<Delivery>> {
        self.0.find(&format!("select {COLUMNS} from deliveries where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// Each of several that are about to be begun, in the order asked for.
    pub fn find_each(&self, ids: &[DeliveryId]) -> Kept<Vec<Option<Delivery>>> {
        let sql = format!("select {COLUMNS} from deliveries where desk = $1 and id = $2{}", self.0.dialect().lock_row());
        self.0.find_each(&sql, ids.iter().map(|id| args![self.0.desk(), *id].into()).collect(), read)
    }
    /// The account it goes to.
    pub fn account_of(&self, id: DeliveryId) -> Kept<Option<AccountId>> {
        self.0.find("select account from deliveries where desk = $1 and id = $2", &args![self.0.desk(), id], |row| row.get(0))
    }
    pub fn get(&self, id: DeliveryId) -> Kept<Delivery> {
        self.find(id)?.ok_or(StoreError::Missing("a delivery"))
    }
    /// All of a draft, by account and part.
    pub fn of_draft(&self, draft: DraftId) -> Kept<Vec<Delivery>> {
        self.0.all(
            &format!("select {COLUMNS} from deliveries where desk = $1 and draft = $2 order by account, part_index limit {OF_A_DRAFT_MAX}"),
            &args![self.0.desk(), draft],
            read,
        )
    }
    /// One part of the thread that a draft is for one account.
    pub fn part(&self, draft: DraftId, account: AccountId, part_index: u32) -> Kept<Option<Delivery>> {
        Ok(self.parts(&[(draft, account, part_index)])?.into_iter().next().flatten())
    }
    /// Several such, in the order asked for.
    pub fn parts(&self, all: &[(DraftId, AccountId, u32)]) -> Kept<Vec<Option<Delivery>>> {
        let rows = all.iter().map(|(draft, account, part_index)| args![self.0.desk(), *draft, *account, *part_index].into());
        self.0.find_each(
            &format!("select {COLUMNS} from deliveries where desk = $1 and draft = $2 and account = $3 and part_index = $4"),
            rows.collect(),
            read,
        )
    }
    /// Due in `from..until`, first parts only, in order of time; cancelled ones left out.
    pub fn between(&self, from: Timestamp, until: Timestamp, max: u32) -> Kept<Vec<Delivery>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from deliveries where desk = $1 and due >= $2 and due < $3 and state <> 'cancelled' and part_index = 0
                 order by due, draft, account limit $4"
            ),
            &args![self.0.desk(), from, until, max],
            read,
        )
    }
    /// Our post that landed at an address.
    pub fn post_landed_at(&self, account: AccountId, url: &str) -> Kept<Option<PostId>> {
        self.0.find(
            "select post from deliveries where desk = $1 and account = $2 and landed_url = $3 and post is not null limit 1",
            &args![self.0.desk(), account, url],
            |row| row.get(0),
        )
    }
    /// Those that wait for a person: refused, in doubt, held, or tried in vain from `tries` times on; newest first.
    pub fn stuck(&self, tries: u32, max: u32) -> Kept<Vec<Delivery>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from deliveries where desk = $1 and (state in ('refused', 'ask-human') or (state = 'planned' and hold in ('late', 'sign-in'))
                   or (state = 'planned' and hold is null and tries >= $3 and away_since is not null))
                 order by due desc, id desc limit $2"
            ),
            &args![self.0.desk(), max, tries],
            read,
        )
    }
    /// Those that wait for a person's hand, the one due longest first.
    pub fn by_hand(&self, max: u32) -> Kept<Vec<Delivery>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from deliveries where desk = $1 and hold = 'hand' and state = 'planned' order by due, draft, account, part_index limit $2"
            ),
            &args![self.0.desk(), max],
            read,
        )
    }
    /// How many wait for a person's hand.
    pub fn count_by_hand(&self) -> Kept<u32> {
        let n = self.0.find(
            "select count(*) from deliveries where desk = $1 and hold = 'hand' and state = 'planned'",
            &args![self.0.desk()],
            |row| row.get(0),
        )?;
        Ok(n.unwrap_or(0))
    }
    /// A person carried it over: it stands there. `false`, and nothing changed, where it does not wait for a hand (any more).
    pub fn set_carried(&self, id: DeliveryId, at: &PostRef, url: Option<&str>, now: Timestamp) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'landed', hold = null, why = null, landed_id = $3, landed_tag = $4, landed_url = $5, landed_at = $6, unfiled = 1
             where desk = $1 and id = $2 and state = 'planned' and hold = 'hand'",
            &args![self.0.desk(), id, &at.id, &at.tag, url, now],
        )?;
        Ok(n > 0)
    }
    pub fn find_landed(&self, account: AccountId, landed_id: &str) -> Kept<Option<Delivery>> {
        self.0.find(
            &format!("select {COLUMNS} from deliveries where desk = $1 and account = $2 and landed_id = $3"),
            &args![self.0.desk(), account, landed_id],
            read,
        )
    }
    /// What landed through an account since then, newest first; what was due days before it did is passed over.
    pub fn landed_since(&self, account: AccountId, since: Timestamp) -> Kept<Vec<Delivery>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from deliveries where desk = $1 and account = $2 and state = 'landed' and landed_at >= $3 and due >= $4
                 order by due desc, id desc limit {LANDED_MAX}"
            ),
            &args![self.0.desk(), account, since, since - LANDED_LATE],
            read,
        )
    }

    /// Begins an attempt if it is still planned, due and not held; to be committed before the wire is touched. Answers it with its
    /// new attempt's number, or `None` where there is nothing to begin: taken back, moved, or begun by somebody else.
    pub fn begin_attempt(&self, id: DeliveryId, now: Timestamp) -> Kept<Option<Delivery>> {
        let begun = self.0.find(
            &format!(
                "update deliveries set {BEGUN} where desk = $1 and id = $2 and state = 'planned' and due <= $3 and hold is null returning {COLUMNS}"
            ),
            &args![self.0.desk(), id, now],
            read,
        )?;
        self.note_begun(begun, now)
    }
    /// Begins an attempt at each of several that were just read ([`Deliveries::find_each`]) in this transaction, as [`Deliveries::begin_attempt`] does.
    /// Answers each as it is now, where it was begun.
    pub fn begin_each(&self, all: Vec<(Delivery, Timestamp)>) -> Kept<Vec<Option<Delivery>>> {
        let desk = self.0.desk();
        let begun = self.0.run_each(
            &format!(
                "update deliveries set {BEGUN} where desk = $1 and id = $2 and state = 'planned' and due <= $3 and hold is null and attempts = $4"
            ),
            all.iter().map(|(d, now)| args![desk, d.id, *now, d.attempts].into()).collect(),
        )?;
        let all: Vec<_> = all.into_iter().zip(begun).map(|((d, now), is_begun)| is_begun.then(|| as_begun(d, now))).collect();
        let rows = all.iter().flatten().map(|d| args![desk, d.id, d.attempts, d.attempted_at].into());
        self.0.run_each(NOTE_BEGUN, rows.collect())?;
        Ok(all)
    }
    /// Begins the next attempt straight after one in doubt, without ever being in line between: only where a second try can't make a
    /// second post. `None` where the doubt was settled meanwhile.
    pub fn begin_again(&self, id: DeliveryId, attempt: u32, now: Timestamp) -> Kept<Option<Delivery>> {
        let begun = self.0.find(
            &format!(
                "update deliveries set {BEGUN} where desk = $1 and id = $2 and state = 'sending' and attempts = $4 returning {COLUMNS}"
            ),
            &args![self.0.desk(), id, now, attempt],
            read,
        )?;
        self.note_begun(begun, now)
    }
    fn note_begun(&self, begun: Option<Delivery>, now: Timestamp) -> Kept<Option<Delivery>> {
        if let Some(d) = &begun {
            self.0.run(NOTE_BEGUN, &args![self.0.desk(), d.id, d.attempts, now])?;
        }
        Ok(begun)
    }
    /// When the last attempt before `attempt` began that has no clear end.
    pub fn last_doubt(&self, id: DeliveryId, attempt: u32) -> Kept<Option<Timestamp>> {
        self.0.find(
            "select begun_at from attempts where desk = $1 and delivery = $2 and number < $3 and (ended_at is null or outcome like 'Maybe%')
             order by number desc limit 1",
            &args![self.0.desk(), id, attempt],
            |row| row.get(0),
        )
    }
    /// Others that are on their way to the same account just now.
    pub fn on_their_way(&self, account: AccountId, but: DeliveryId) -> Kept<Vec<Delivery>> {
        self.0.all(
            &format!("select {COLUMNS} from deliveries where desk = $1 and account = $2 and state = 'sending' and id <> $3 order by id limit {OF_A_DRAFT_MAX}"),
            &args![self.0.desk(), account, but],
            read,
        )
    }
    /// How long the doubt about the current attempt has been waited out; nothing where somebody else has counted since `of` was read.
    pub fn set_waited(&self, of: &Delivery, waited_ms: i64) -> Kept<()> {
        self.0.run(
            "update deliveries set waited_ms = $4 where desk = $1 and id = $2 and attempts = $3 and state = 'sending' and waited_ms = $5",
            &args![self.0.desk(), of.id, of.attempts, waited_ms, of.waited_ms],
        )?;
        Ok(())
    }
    /// Notes how an attempt ended, once.
    pub fn end_attempt(&self, id: DeliveryId, number: u32, outcome: &str, now: Timestamp) -> Kept<()> {
        self.0.run(END, &args![self.0.desk(), id, number, now, outcome])?;
        Ok(())
    }
    /// The same of several.
    pub fn end_each(&self, all: &[(DeliveryId, u32, String, Timestamp)]) -> Kept<()> {
        let rows = all.iter().map(|(id, number, outcome, now)| args![self.0.desk(), *id, *number, *now, outcome].into());
        self.0.run_each(END, rows.collect()).map(drop)
    }
    /// Adds to how an attempt ended: why it could not be looked up.
    pub fn add_to_outcome(&self, id: DeliveryId, number: u32, words: &str) -> Kept<()> {
        self.0.run(
            "update attempts set outcome = coalesce(outcome, '') || '; ' || $4 where desk = $1 and delivery = $2 and number = $3",
            &args![self.0.desk(), id, number, words],
        )?;
        Ok(())
    }
    /// How each attempt ended so far, in our own words, the first first.
    pub fn outcomes(&self, id: DeliveryId) -> Kept<Vec<String>> {
        self.0.all(
            &format!(
                "select coalesce(outcome, 'none') from attempts where desk = $1 and delivery = $2 order by number limit {OF_A_DRAFT_MAX}"
            ),
            &args![self.0.desk(), id],
            |row| row.get(0),
        )
    }

    /// They stand there, and are to be filed. `false`, and nothing changed, where the attempt is no longer the current one.
    pub fn set_landed(&self, all: &[Landed<'_>]) -> Kept<Vec<bool>> {
        let row = |l: &Landed<'_>| args![self.0.desk(), l.delivery.id, l.delivery.attempts, &l.at.id, &l.at.tag, l.url, l.now].into();
        self.0.run_each(
            "update deliveries set state = 'landed', hold = null, why = null, landed_id = $4, landed_tag = $5, landed_url = $6, landed_at = $7, unfiled = 1
             where desk = $1 and id = $2 and attempts = $3 and state in ('sending', 'ask-human')",
            all.iter().map(row).collect(),
        )
    }
    /// They are filed: each with the post that is kept of it, where one is. `false`, and nothing changed, where somebody else was first.
    pub fn set_filed(&self, all: &[(DeliveryId, Option<PostId>)]) -> Kept<Vec<bool>> {
        self.0.run_each(
            "update deliveries set unfiled = null, post = $3 where desk = $1 and id = $2 and unfiled = 1",
            all.iter().map(|(id, post)| args![self.0.desk(), *id, *post].into()).collect(),
        )
    }
    /// One that can't be filed is left as it is.
    pub fn leave_unfiled(&self, id: DeliveryId) -> Kept<()> {
        self.0.run("update deliveries set unfiled = 0 where desk = $1 and id = $2 and unfiled = 1", &args![self.0.desk(), id])?;
        Ok(())
    }
    /// The network would not take it.
    pub fn set_refused(&self, id: DeliveryId, attempt: u32, why: &str) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'refused', why = $4 where desk = $1 and id = $2 and attempts = $3 and state = 'sending'",
            &args![self.0.desk(), id, attempt, short(why)],
        )?;
        Ok(n > 0)
    }
    /// Certainly nothing happened: back in line.
    pub fn set_planned(&self, id: DeliveryId, attempt: u32, due: Timestamp, hold: Option<Hold>, why: &str) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'planned', due = $4, hold = $5, why = $6 where desk = $1 and id = $2 and attempts = $3 and state in ('sending', 'ask-human')",
            &args![self.0.desk(), id, attempt, due, hold.map(Hold::word), short(why)],
        )?;
        Ok(n > 0)
    }
    /// Only a person can tell.
    pub fn set_ask_human(&self, id: DeliveryId, attempt: u32, why: &str) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'ask-human', why = $4 where desk = $1 and id = $2 and attempts = $3 and state = 'sending'",
            &args![self.0.desk(), id, attempt, short(why)],
        )?;
        Ok(n > 0)
    }
    /// We looked once more without an answer; answers how often by now.
    pub fn count_look(&self, id: DeliveryId, attempt: u32) -> Kept<u32> {
        let looks = self.0.find(
            "update deliveries set looks = looks + 1 where desk = $1 and id = $2 and attempts = $3 and state = 'sending' returning looks",
            &args![self.0.desk(), id, attempt],
            |row| row.get(0),
        )?;
        Ok(looks.unwrap_or(0))
    }

    /// Holds a planned one, with the reason.
    pub fn hold(&self, id: DeliveryId, hold: Hold, why: &str) -> Kept<()> {
        self.0.run(
            "update deliveries set hold = $3, why = $4 where desk = $1 and id = $2 and state = 'planned'",
            &args![self.0.desk(), id, hold.word(), short(why)],
        )?;
        Ok(())
    }
    /// Lets a held one go again.
    pub fn unhold(&self, id: DeliveryId) -> Kept<()> {
        self.0.run(
            "update deliveries set hold = null, why = null where desk = $1 and id = $2 and state = 'planned'",
            &args![self.0.desk(), id],
        )?;
        Ok(())
    }
    /// Puts a planned, held or refused one in line anew, as if never tried. `false` where it is none of these (any more).
    pub fn again(&self, id: DeliveryId, due: Timestamp, wished_at: Option<&str>, zone: &str) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'planned', hold = null, why = null, due = $3, wished_at = $4, zone = $5, tries = 0, looks = 0
             where desk = $1 and id = $2 and state in ('planned', 'refused')",
            &args![self.0.desk(), id, due, wished_at, zone],
        )?;
        Ok(n > 0)
    }
    /// Takes back one that certainly does not stand there. `false` where it is on its way, or landed.
    pub fn cancel(&self, id: DeliveryId) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'cancelled', hold = null where desk = $1 and id = $2 and state in ('planned', 'refused')",
            &args![self.0.desk(), id],
        )?;
        Ok(n > 0)
    }
    /// Gives up on one in doubt, by a person's word that it does not stand there.
    pub fn drop_doubt(&self, id: DeliveryId) -> Kept<bool> {
        let n = self.0.run(
            "update deliveries set state = 'cancelled', hold = null where desk = $1 and id = $2 and state = 'ask-human'",
            &args![self.0.desk(), id],
        )?;
        Ok(n > 0)
    }
    /// Forgets a cancelled one, so that its place is free for another.
    pub fn delete_cancelled(&self, id: DeliveryId) -> Kept<()> {
        self.0.run("delete from deliveries where desk = $1 and id = $2 and state = 'cancelled'", &args![self.0.desk(), id])?;
        Ok(())
    }
    /// The words of one that certainly does not stand there (yet): what it answers was learnt, or they were changed.
    pub fn set_part(&self, id: DeliveryId, part: &Part) -> Kept<()> {
        self.0.run(
            "update deliveries set part = $3 where desk = $1 and id = $2 and state in ('planned', 'refused')",
            &args![self.0.desk(), id, json::part_out(part)],
        )?;
        Ok(())
    }
    /// The words of one that stands there were changed there too.
    pub fn set_part_changed(&self, id: DeliveryId, part: &Part, tag: &str) -> Kept<()> {
        self.0.run(
            "update deliveries set part = $3, landed_tag = case when $4 = '' then landed_tag else $4 end where desk = $1 and id = $2 and state = 'landed'",
            &args![self.0.desk(), id, json::part_out(part), tag],
        )?;
        Ok(())
    }
    /// Our own post, as kept.
    pub fn set_post(&self, id: DeliveryId, post: PostId) -> Kept<()> {
        self.0.run("update deliveries set post = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, post])?;
        self.0.run("update posts set delivery = $3 where desk = $1 and id = $2", &args![self.0.desk(), post, id])?;
        Ok(())
    }
    pub fn set_deleted(&self, id: DeliveryId, at: Timestamp) -> Kept<()> {
        self.0.run("update deliveries set deleted_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }
    /// Planned ones of an account that are held because it could not speak.
    pub fn waiting_for(&self, account: AccountId) -> Kept<Vec<DeliveryId>> {
        self.0.all(
            "select id from deliveries where desk = $1 and account = $2 and state = 'planned' and hold = 'sign-in' order by due limit 1000",
            &args![self.0.desk(), account],
            |row| row.get(0),
        )
    }
}

impl Unscoped<'_> {
    /// What has landed and is not filed yet, the longest landed first, with its desk.
    pub fn unfiled(&self, max: u32) -> Kept<Vec<(DeskId, DeliveryId)>> {
        self.all("select desk, id from deliveries where unfiled = 1 order by landed_at limit $1", &args![max], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
}
