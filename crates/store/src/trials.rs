//! Venues tried for an aim: the trial, its days, and what was decided.

use model::verdict::Proposal;
use model::{AccountId, AimId, Decision, Kind, Timestamp, Trial, TrialDay, TrialId};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Trials<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn trials(&self) -> Trials<'_, 'c> {
        Trials(self)
    }
}

/// Trials of one aim, and of one desk, that are read at once.
pub const TRIALS_MAX: u32 = 100;
/// Days and verdicts of one trial.
const OF_ONE_MAX: u32 = 400;
const COLUMNS: &str = "id, aim, venue, account, starts_on, days, hours, plan, created_at";

/// What went to and fro through an account in a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// What we wrote there, and of it answers, gifts and asks.
    pub wrote: u64,
    pub replies: u64,
    pub gave: u64,
    pub asked: u64,
    /// Answers of others to it.
    pub answered: u64,
    /// People we first talked with then, on that network.
    pub ties: u64,
}

fn read(row: &Row<'_>) -> Kept<Trial> {
    Ok(Trial {
        id: row.get(0)?,
        aim: row.get(1)?,
        venue: row.get(2)?,
        account: row.get(3)?,
        starts_on: row.get(4)?,
        days: row.get(5)?,
        hours: row.get(6)?,
        plan: row.get(7)?,
        created_at: row.get(8)?,
    })
}

fn proposal(word: &str) -> Kept<Proposal> {
    Proposal::from_word(word).ok_or_else(|| StoreError::Broken("a trial's verdict".into()))
}

impl Trials<'_, '_> {
    /// Puts a trial, new or changed.
    pub fn put(&self, t: &Trial) -> Kept<()> {
        self.0.run(
            "insert into trials (desk, id, aim, venue, account, starts_on, days, hours, plan, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (desk, id) do update set venue = excluded.venue, account = excluded.account, starts_on = excluded.starts_on, days = excluded.days,
               hours = excluded.hours, plan = excluded.plan",
            &args![self.0.desk(), t.id, t.aim, &t.venue, t.account, &t.starts_on, t.days, t.hours, &t.plan, t.created_at],
        )?;
        Ok(())
    }
    pub fn get(&self, id: TrialId) -> Kept<Trial> {
        self.0.get("a trial", &format!("select {COLUMNS} from trials where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// Of one aim, the latest first.
    pub fn list(&self, aim: AimId) -> Kept<Vec<Trial>> {
        self.0.all(
            &format!("select {COLUMNS} from trials where desk = $1 and aim = $2 order by starts_on desc, id desc limit {TRIALS_MAX}"),
            &args![self.0.desk(), aim],
            read,
        )
    }
    /// Of the whole desk, the latest first.
    pub fn all(&self) -> Kept<Vec<Trial>> {
        self.0.all(
            &format!("select {COLUMNS} from trials where desk = $1 order by starts_on desc, id desc limit {TRIALS_MAX}"),
            &args![self.0.desk()],
            read,
        )
    }
    /// Throws a trial away, with its days and verdicts.
    pub fn delete(&self, id: TrialId) -> Kept<()> {
        for table in [
            "trial_days where desk = $1 and trial = $2",
            "trial_verdicts where desk = $1 and trial = $2",
            "trials where desk = $1 and id = $2",
        ] {
            self.0.run(&format!("delete from {table}"), &args![self.0.desk(), id])?;
        }
        Ok(())
    }
    /// Ticks a day's box, with the minutes that were noted.
    pub fn put_day(&self, trial: TrialId, day: &TrialDay) -> Kept<()> {
        self.0.run(
            "insert into trial_days (desk, trial, day, minutes) values ($1, $2, $3, $4) on conflict (desk, trial, day) do update set minutes = excluded.minutes",
            &args![self.0.desk(), trial, &day.day, day.minutes],
        )?;
        Ok(())
    }
    /// Takes the tick away.
    pub fn delete_day(&self, trial: TrialId, day: &str) -> Kept<()> {
        self.0.run("delete from trial_days where desk = $1 and trial = $2 and day = $3", &args![self.0.desk(), trial, day])?;
        Ok(())
    }
    pub fn days(&self, trial: TrialId) -> Kept<Vec<TrialDay>> {
        self.0.all(
            &format!("select day, minutes from trial_days where desk = $1 and trial = $2 order by day limit {OF_ONE_MAX}"),
            &args![self.0.desk(), trial],
            |row| Ok(TrialDay { day: row.get(0)?, minutes: row.get(1)? }),
        )
    }
    pub fn put_decision(&self, trial: TrialId, d: &Decision) -> Kept<()> {
        let id: TrialId = self.0.fresh(d.at);
        self.0.run(
            "insert into trial_verdicts (desk, id, trial, verdict, reason, proposed, counted, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &args![self.0.desk(), id, trial, d.verdict.word(), &d.reason, d.proposed.word(), &d.counted, d.at],
        )?;
        Ok(())
    }
    /// All verdicts on a trial, oldest first.
    pub fn decisions(&self, trial: TrialId) -> Kept<Vec<Decision>> {
        self.0.all(
            &format!("select verdict, reason, proposed, counted, at from trial_verdicts where desk = $1 and trial = $2 order by at, id limit {OF_ONE_MAX}"),
            &args![self.0.desk(), trial],
            |row| {
                Ok(Decision {
                    verdict: proposal(&row.get::<String>(0)?)?,
                    reason: row.get(1)?,
                    proposed: proposal(&row.get::<String>(2)?)?,
                    counted: row.get(3)?,
                    at: row.get(4)?,
                })
            },
        )
    }
    /// What went to and fro through an account in a span.
    pub fn traffic(&self, account: AccountId, since: Timestamp, until: Timestamp) -> Kept<Traffic> {
        let mut traffic = Traffic::default();
        self.0.each(
            "select dr.kind, case when dr.parent_id is null then 0 else 1 end, count(*) from deliveries d join drafts dr on dr.desk = d.desk and dr.id = d.draft
             where d.desk = $1 and d.account = $2 and d.state = 'landed' and d.part_index = 0 and dr.visibility <> 'direct' and d.landed_at >= $3 and d.landed_at < $4
             group by dr.kind, case when dr.parent_id is null then 0 else 1 end",
            &args![self.0.desk(), account, since, until],
            |row| {
                let (kind, is_reply, n): (String, bool, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                traffic.wrote += n;
                traffic.replies += if is_reply { n } else { 0 };
                match Kind::from_word(&kind) {
                    Some(Kind::Gives) => traffic.gave += n,
                    Some(Kind::Asks) => traffic.asked += n,
                    _ => {}
                }
                Ok(())
            },
        )?;
        traffic.answered = self.0.count(
            "select count(distinct a.id) from deliveries d join posts p on p.desk = d.desk and p.id = d.post
             join posts a on a.desk = p.desk and a.network = p.network and (a.reply_to = p.remote_id or a.reply_to = p.local_id) and a.is_mine = 0 and a.deleted_at is null and a.visibility <> 'direct'
             join profiles f on f.desk = a.desk and f.id = a.author
             join persons pe on pe.desk = f.desk and pe.id = f.person and pe.nature <> 'bot'
             where d.desk = $1 and d.account = $2 and a.created_at >= $3 and a.created_at < $4",
            &args![self.0.desk(), account, since, until],
        )?;
        traffic.ties = self.0.count(
            "select count(distinct pe.id) from accounts ac join profiles f on f.desk = ac.desk and f.network = ac.network
             join persons pe on pe.desk = f.desk and pe.id = f.person and pe.is_me = 0
             where ac.desk = $1 and ac.id = $2 and pe.first_at >= $3 and pe.first_at < $4 and pe.from_me > 0 and pe.from_them > 0",
            &args![self.0.desk(), account, since, until],
        )?;
        Ok(traffic)
    }
}
