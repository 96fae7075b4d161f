//! Due work: rows written in the transaction of what they are about, claimed by one worker at a time under a lease.

use model::{DeskId, JobId, Timestamp};

use crate::{Kept, Row, Tx, Unscoped, args};

/// A piece of due work, as the worker gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub desk: DeskId,
    pub id: JobId,
    pub kind: String,
    pub subject: i64,
    /// Failures in a row before this try.
    pub tries: u32,
    pub due: Timestamp,
    lease: i64,
    touched: i64,
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
    pub fn put(&self, kind: &str, subject: i64, due: Timestamp, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into jobs (desk, id, kind, subject, due, tries, touched, created_at) values ($1, $2, $3, $4, $5, 0, 0, $6)
             on conflict (desk, kind, subject) do update set
               due = case when jobs.lease is null and jobs.due < excluded.due then jobs.due else excluded.due end, tries = 0, touched = jobs.touched + 1",
            &args![self.0.desk(), self.0.fresh::<JobId>(now), kind, subject, due, now],
        )?;
        Ok(())
    }
    /// Puts it in line at `due`, even if it stood earlier.
    pub fn move_to(&self, kind: &str, subject: i64, due: Timestamp, now: Timestamp) -> Kept<()> {
        self.put(kind, subject, due, now)?;
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
    /// Whether anything is due.
    pub fn has_due_job(&self, now: Timestamp) -> Kept<bool> {
        Ok(self
            .find("select id from jobs where due <= $1 and (lease_until is null or lease_until <= $1) limit 1", &args![now], |row| {
                row.get::<i64>(0)
            })?
            .is_some())
    }
    /// Gives up to `max` due pieces of work to the caller alone until `lease_until`.
    pub fn claim_jobs(&self, now: Timestamp, lease_until: Timestamp, max: u32) -> Kept<Vec<Claimed>> {
        let lease: i64 = i64::from(rand::random::<u32>()) << 20 | i64::from(rand::random::<u16>());
        let sql = format!(
            "update jobs set lease = $1, lease_until = $2 where (desk, id) in
               (select desk, id from jobs where due <= $3 and (lease_until is null or lease_until <= $3) order by due limit $4{})
             returning desk, id, kind, subject, tries, due, touched",
            self.dialect().lock_for_claim()
        );
        self.all(&sql, &args![lease, lease_until, now, max], |row: &Row<'_>| {
            Ok(Claimed {
                desk: row.get(0)?,
                id: row.get(1)?,
                kind: row.get(2)?,
                subject: row.get(3)?,
                tries: row.get(4)?,
                due: row.get(5)?,
                touched: row.get(6)?,
                lease,
            })
        })
    }
    /// The work is done. `again` puts it back in line. Changes nothing if the lease has passed to somebody else.
    pub fn finish_job(&self, job: &Claimed, again: Option<Timestamp>) -> Kept<()> {
        let mine = args![job.desk, job.id, job.lease, job.touched];
        let gone = match again {
            None => self.run("delete from jobs where desk = $1 and id = $2 and lease = $3 and touched = $4", &mine)?,
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
    /// The work failed; it is tried again at `due`. `why` holds no secret and nobody's words.
    pub fn fail_job(&self, job: &Claimed, due: Timestamp, why: &str) -> Kept<()> {
        self.run(
            "update jobs set lease = null, lease_until = null, tries = tries + 1, last_error = $4, due = case when touched = $6 then $5 else due end
             where desk = $1 and id = $2 and lease = $3",
            &args![job.desk, job.id, job.lease, why, due, job.touched],
        )?;
        Ok(())
    }
    /// A sign of life of a worker, for the doctor.
    pub fn worker_lives(&self, name: &str, now: Timestamp) -> Kept<()> {
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
    /// How many pieces of work are overdue since before `before`.
    pub fn overdue(&self, before: Timestamp) -> Kept<u64> {
        self.count("select count(*) from jobs where due < $1", &args![before])
    }
}
