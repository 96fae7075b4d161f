//! Sittings: when a voice sat down to talk, step by step, and how long each step took; the hours that aims and trials cost.

use model::{AccountId, AimId, SittingId, Timestamp, VoiceId};

use crate::{Kept, Row, Tx, args};

pub struct Sittings<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn sittings(&self) -> Sittings<'_, 'c> {
        Sittings(self)
    }
}

/// One time at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSitting {
    pub id: SittingId,
    pub voice: Option<VoiceId>,
    /// How long it was meant to be.
    pub minutes: u32,
    pub begun_at: Timestamp,
    /// The last sign of life.
    pub seen_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// One step of a sitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SittingStep {
    /// From 0.
    pub place: u32,
    /// `talk`, `join` or `greet`.
    pub kind: String,
    /// The number of the conversation, sighting or person.
    pub target: i64,
    pub who: String,
    /// Why it is here, in a sentence.
    pub why: String,
    pub aim: Option<AimId>,
    pub account: Option<AccountId>,
    /// A network's key; empty where it is on none in particular.
    pub network: String,
    /// When it was shown first.
    pub begun_at: Option<Timestamp>,
    /// How long it was looked at.
    pub seconds: u32,
    /// What came of it: `answered`, `later`, `done`, `joined`, `passed`, `skipped`.
    pub outcome: Option<String>,
}

/// What hours are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpentOn<'a> {
    Everything,
    Aim(AimId),
    Account(AccountId),
    /// By its key.
    Network(&'a str),
}

/// Steps of one sitting.
pub const STEPS_MAX: u32 = 40;
const SITTING: &str = "id, voice, minutes, begun_at, seen_at, ended_at";
const STEP: &str = "place, kind, target, who, why, aim, account, network, begun_at, seconds, outcome";

fn read(row: &Row<'_>) -> Kept<KeptSitting> {
    Ok(KeptSitting {
        id: row.get(0)?,
        voice: row.get(1)?,
        minutes: row.get(2)?,
        begun_at: row.get(3)?,
        seen_at: row.get(4)?,
        ended_at: row.get(5)?,
    })
}

fn read_step(row: &Row<'_>) -> Kept<SittingStep> {
    Ok(SittingStep {
        place: row.get(0)?,
        kind: row.get(1)?,
        target: row.get(2)?,
        who: row.get(3)?,
        why: row.get(4)?,
        aim: row.get(5)?,
        account: row.get(6)?,
        network: row.get(7)?,
        begun_at: row.get(8)?,
        seconds: row.get(9)?,
        outcome: row.get(10)?,
    })
}

impl Sittings<'_, '_> {
    /// Keeps a sitting, new or changed.
    pub fn put(&self, s: &KeptSitting) -> Kept<()> {
        self.0.run(
            "insert into sittings (desk, id, voice, minutes, begun_at, seen_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (desk, id) do update set minutes = excluded.minutes, seen_at = excluded.seen_at, ended_at = excluded.ended_at",
            &args![self.0.desk(), s.id, s.voice, s.minutes, s.begun_at, s.seen_at, s.ended_at],
        )?;
        Ok(())
    }
    /// Keeps a step, new or changed.
    pub fn put_step(&self, sitting: SittingId, s: &SittingStep) -> Kept<()> {
        self.0.run(
            "insert into sitting_steps (desk, sitting, place, kind, target, who, why, aim, account, network, begun_at, seconds, outcome)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             on conflict (desk, sitting, place) do update set aim = excluded.aim, account = excluded.account, begun_at = excluded.begun_at,
               seconds = excluded.seconds, outcome = excluded.outcome",
            &args![
                self.0.desk(),
                sitting,
                s.place,
                &s.kind,
                s.target,
                &s.who,
                &s.why,
                s.aim,
                s.account,
                &s.network,
                s.begun_at,
                s.seconds,
                s.outcome.as_deref()
            ],
        )?;
        Ok(())
    }
    pub fn find(&self, id: SittingId) -> Kept<Option<KeptSitting>> {
        self.0.find(&format!("select {SITTING} from sittings where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// The newest sitting of a voice, going on or over.
    pub fn last(&self, voice: Option<VoiceId>) -> Kept<Option<KeptSitting>> {
        let wanted = voice.map_or(0, |v| v.0);
        self.0.find(
            &format!("select {SITTING} from sittings where desk = $1 and coalesce(voice, 0) = $2 order by begun_at desc, id desc limit 1"),
            &args![self.0.desk(), wanted],
            read,
        )
    }
    /// The steps of a sitting in order.
    pub fn steps(&self, id: SittingId) -> Kept<Vec<SittingStep>> {
        self.0.all(
            &format!("select {STEP} from sitting_steps where desk = $1 and sitting = $2 order by place limit {STEPS_MAX}"),
            &args![self.0.desk(), id],
            read_step,
        )
    }
    /// Seconds spent in `from..until`, counted at the time a step began.
    pub fn seconds(&self, on: &SpentOn<'_>, from: Timestamp, until: Timestamp) -> Kept<u64> {
        let sum =
            "select cast(coalesce(sum(seconds), 0) as bigint) from sitting_steps where desk = $1 and begun_at >= $2 and begun_at < $3";
        let read = |row: &Row<'_>| Ok(u64::try_from(row.get::<i64>(0)?).unwrap_or(0));
        let desk = self.0.desk();
        match on {
            SpentOn::Everything => self.0.get("hours", sum, &args![desk, from, until], read),
            SpentOn::Aim(aim) => self.0.get("hours", &format!("{sum} and aim = $4"), &args![desk, from, until, *aim], read),
            SpentOn::Account(account) => self.0.get("hours", &format!("{sum} and account = $4"), &args![desk, from, until, *account], read),
            SpentOn::Network(key) => self.0.get("hours", &format!("{sum} and network = $4"), &args![desk, from, until, *key], read),
        }
    }
}
