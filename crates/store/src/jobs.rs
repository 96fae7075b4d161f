//! Due work: rows written in the transaction of what they are about, claimed by one worker at a time under a lease.

use model::{AccountId, DeskId, JobId, Timestamp};

use crate::{Kept, Row, Tx, Unscoped, args};

/// Clocks of several servers may differ by so much, and a sign of life may be so late.
const CLOCK_SLACK: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

const FINISH: &str = "delete from jobs where desk = $1 and id = $2 and lease = $3 and touched = $4";

/// A piece of due work, as the worker gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub desk: DeskId,
    pub id: JobId,
    pub kind: String,
    pub subject: i64,
    /// Whose network it calls, where it calls one.
    pub account: Option<AccountId>,
    /// Failures in a row before this try.
    pub tries: u32,
    pub due: Timestamp,
    lease: i64,
    touched: i64,
}

impl Claimed {
    /// One that stands in no store, for whoever tests what is done with it.
    pub fn invented(subject: i64, account: Option<AccountId>) -> Claimed {
        let due = Timestamp::UNIX_EPOCH;
        Claimed { desk: DeskId(1), id: JobId(subject), kind: "deliver".into(), subject, account, tries: 0, due, lease: 0, touched: 0 }
    }
}

/// Whose hands a piece of work goes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Whose network it calls, where it calls one.
    pub account: Option<AccountId>,
    /// It sends something out, at its minute; all else brings something in, or keeps house.
    pub is_sending: bool,
}

/// Which due work a worker has room for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Work that sends, or work that does not; `None` for either.
    pub is_sending: Option<bool>,
    /// Pieces in all.
    pub max: u32,
    /// And of one account.
    pub of_an_account: u32,
    /// Accounts of which the worker's hands are full: their work is passed over.
    pub full: Vec<AccountId>,
}

pub struct Jobs<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn jobs(&self) -> Jobs<'_, 'c> {
        Jobs(self)
    }
}

impl Jobs<'_, '_> {
    /// Puts a piece of work in line. If the same is in line already, the sooner of both holds; if it is being done just now, it is
    /// done once more afterwards.
    pub fn put(&self, kind: &str, subject: i64, line: Line, due: Timestamp, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into jobs (desk, id, kind, subject, due, tries, touched, created_at, account, sends) values ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8)
             on conflict (desk, kind, subject) do update set
               due = case when jobs.lease is null and jobs.due < excluded.due then jobs.due else excluded.due end, tries = 0, touched = jobs.touched + 1",
            &args![self.0.desk(), self.0.fresh::<JobId>(now), kind, subject, due, now, line.account, line.is_sending],
        )?;
        Ok(())
    }
    /// Puts it in line at `due`, even if it stood earlier.
    pub fn move_to(&self, kind: &str, subject: i64, line: Line, due: Timestamp, now: Timestamp) -> Kept<()> {
        self.put(kind, subject, line, due, now)?;
        self.0.run("update jobs set due = $4 where desk = $1 and kind = $2 and subject = $3", &args![self.0.desk(), kind, subject, due])?;
        Ok(())
    }
    /// Takes it out of line.
    pub fn delete(&self, kind: &str, subject: i64) -> Kept<()> {
        self.0.run("delete from jobs where desk = $1 and kind = $2 and subject = $3", &args![self.0.desk(), kind, subject])?;
        Ok(())
    }
    /// When it is due, if it is in line.
    pub fn due(&self, kind: &str, subject: i64) -> Kept<Option<Timestamp>> {
        self.0.find("select due from jobs where desk = $1 and kind = $2 and subject = $3", &args![self.0.desk(), kind, subject], |row| {
            row.get(0)
        })
    }
}

impl Unscoped<'_> {
    /// Frees what was claimed; only for whoever knows that no other worker is there.
    pub fn free_jobs(&self) -> Kept<()> {
        self.run("update jobs set lease = null, lease_until = null where lease is not null", &args![])?;
        Ok(())
    }
    /// Our clock was set back by `by_ms`: what was put off by it comes as much sooner, and only a time that a person wished for stays.
    /// Answers how many pieces of work that were.
    pub fn set_clock_back(&self, now: Timestamp, by_ms: i64) -> Kept<usize> {
        let wished = "select 1 from deliveries d where d.state = 'planned' and d.tries = 0 and d.wished_at is not null";
        let moved = self.run(
            &format!(
                "update jobs set due = due - $2 where due > $1
                   and not (kind = 'deliver' and exists ({wished} and d.desk = jobs.desk and d.id = jobs.subject))"
            ),
            &args![now, by_ms],
        )?;
        // What a server took in that other time, and died with, is not held for hours.
        self.run("update jobs set lease_until = lease_until - $2 where lease_until > $1", &args![now, by_ms])?;
        self.run(
            "update deliveries set due = due - $2 where state = 'planned' and due > $1 and (tries > 0 or wished_at is null)",
            &args![now, by_ms],
        )?;
        for column in ["attempted_at", "first_attempt_at"] {
            self.run(
                &format!("update deliveries set {column} = {column} - $2 where state = 'sending' and {column} > $1"),
                &args![now, by_ms],
            )?;
        }
        Ok(moved)
    }
    /// Whether anything is due that sends, or that does not.
    pub fn has_due_job(&self, is_sending: bool, now: Timestamp) -> Kept<bool> {
        Ok(self
            .find(
                "select id from jobs where sends = $2 and due <= $1 and (lease_until is null or lease_until <= $1) limit 1",
                &args![now, is_sending],
                |row| row.get::<i64>(0),
            )?
            .is_some())
    }
    /// Gives up to `max` due pieces of work to the caller alone until `lease_until`, whatever they are.
    pub fn claim_jobs(&self, now: Timestamp, lease_until: Timestamp, max: u32) -> Kept<Vec<Claimed>> {
        self.claim(now, lease_until, &Wanted { max, of_an_account: max, ..Wanted::default() })
    }
    /// Gives due pieces of work to the caller alone until `lease_until`: as many as it wants, the longest due first.
    pub fn claim(&self, now: Timestamp, lease_until: Timestamp, wanted: &Wanted) -> Kept<Vec<Claimed>> {
        let lease: i64 = i64::from(rand::random::<u32>()) << 20 | i64::from(rand::random::<u16>());
        let sends = match wanted.is_sending {
            None => "sends in (0, 1)",
            Some(false) => "sends = 0",
            Some(true) => "sends = 1",
        };
        // The window counts only over what the inner select took, which is bounded.
        let sql = format!(
            "update jobs set lease = $1, lease_until = $2 where (desk, id) in
               (select desk, id from (select desk, id, row_number() over (partition by desk, account order by due, id) as nth from
                 (select desk, id, account, due from jobs
                  where {sends} and due <= $3 and (lease_until is null or lease_until <= $3) and (account is null or {})
                  order by due limit $4{}) as first_due) as numbered where nth <= $6)
             returning desk, id, kind, subject, tries, due, touched, account",
            self.dialect().not_in_list("account", 5),
            self.dialect().lock_for_claim()
        );
        let full = self.dialect().list_argument(wanted.full.iter().map(|id| id.0));
        let args = args![lease, lease_until, now, wanted.max, full, wanted.of_an_account];
        let mut claimed = self.all(&sql, &args, |row: &Row<'_>| {
            Ok(Claimed {
                desk: row.get(0)?,
                id: row.get(1)?,
                kind: row.get(2)?,
                subject: row.get(3)?,
                tries: row.get(4)?,
                due: row.get(5)?,
                touched: row.get(6)?,
                account: row.get(7)?,
                lease,
            })
        })?;
        // What an update returns has no order.
        claimed.sort_by_key(|job| (job.due, job.id));
        Ok(claimed)
    }
}

/// What becomes of claimed work; in the desk of the work, and in the same transaction as its outcome where there is one.
impl Tx<'_> {
    /// Puts a claimed piece back untouched: the worker does not get to it.
    pub fn give_back_job(&self, job: &Claimed) -> Kept<()> {
        self.run(
            "update jobs set lease = null, lease_until = null where desk = $1 and id = $2 and lease = $3",
            &args![job.desk, job.id, job.lease],
        )?;
        Ok(())
    }
    /// The work is done. `again` puts it back in line. Changes nothing if the lease has passed to somebody else.
    pub fn finish_job(&self, job: &Claimed, again: Option<Timestamp>) -> Kept<()> {
        let mine = args![job.desk, job.id, job.lease, job.touched];
        let gone = match again {
            None => self.run(FINISH, &mine)?,
            Some(due) => self.run(
                "update jobs set lease = null, lease_until = null, tries = 0, last_error = null, due = $5 where desk = $1 and id = $2 and lease = $3 and touched = $4",
                &args![job.desk, job.id, job.lease, job.touched, due],
            )?,
        };
        if gone == 0 {
            // Somebody put it in line again meanwhile: it stands, free to be claimed.
            self.run(
                "update jobs set lease = null, lease_until = null where desk = $1 and id = $2 and lease = $3",
                &args![job.desk, job.id, job.lease],
            )?;
        }
        Ok(())
    }
    /// Several are done, and nothing is left to do about any of them; as [`Tx::finish_job`] each.
    pub fn finish_jobs(&self, jobs: &[&Claimed]) -> Kept<()> {
        let rows = jobs.iter().map(|job| args![job.desk, job.id, job.lease, job.touched].into());
        let gone = self.run_each(FINISH, rows.collect())?;
        for (job, is_gone) in jobs.iter().zip(gone) {
            if !is_gone {
                self.finish_job(job, None)?;
            }
        }
        Ok(())
    }
    /// The work failed; it is tried again at `due`. `why` holds no secret and nobody's words.
    pub fn fail_job(&self, job: &Claimed, due: Timestamp, why: &str) -> Kept<()> {
        self.run(
            "update jobs set lease = null, lease_until = null, tries = tries + 1, last_error = $4, due = case when touched = $6 then $5 else due end
             where desk = $1 and id = $2 and lease = $3",
            &args![job.desk, job.id, job.lease, why, due, job.touched],
        )?;
        Ok(())
    }
}

impl Unscoped<'_> {
    /// A sign of life of a worker, for the doctor. A sign from the future means that our clock was set back: then what waits comes as
    /// much sooner ([`Unscoped::set_clock_back`]), once, however many workers notice.
    pub fn worker_lives(&self, name: &str, now: Timestamp) -> Kept<()> {
        let seen = self.worker_seen()?.filter(|seen| seen.duration_since(now) > CLOCK_SLACK);
        if let Some(seen) = seen
            && self.run("update workers set seen_at = $1 where seen_at > $1", &args![now])? > 0
        {
            self.set_clock_back(now, seen.as_millisecond() - now.as_millisecond())?;
        }
        self.run(
            "insert into workers (name, seen_at) values ($1, $2) on conflict (name) do update set seen_at = excluded.seen_at",
            &args![name, now],
        )?;
        Ok(())
    }
    /// When any worker last gave a sign of life.
    pub fn worker_seen(&self) -> Kept<Option<Timestamp>> {
        self.find("select seen_at from workers order by seen_at desc limit 1", &args![], |row| row.get(0))
    }
    /// Whether anything that sends is still in line for that very instant.
    pub fn has_job_of(&self, due: Timestamp) -> Kept<bool> {
        Ok(self.find("select id from jobs where sends = 1 and due = $1 limit 1", &args![due], |row| row.get::<i64>(0))?.is_some())
    }
    /// How many pieces of work are overdue since before `before`.
    pub fn overdue(&self, before: Timestamp) -> Kept<u64> {
        self.count("select count(*) from jobs where due < $1", &args![before])
    }
}
