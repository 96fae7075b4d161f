//! Who said yes to letters, by which form, and the letters that are written to them.

use model::{DeskId, GivenBy, LeaveFor, OptIn, OptInForm, OptInFormId, OptInId, Round, RoundId, Timestamp, VoiceId};

use crate::mails::fold;
use crate::{Kept, Row, StoreError, Tx, Unscoped, args};

/// People who said yes, at one desk.
pub const OPT_INS_MAX: u32 = 20_000;
/// Forms of one desk.
pub const FORMS_MAX: u32 = 20;

pub struct OptIns<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn opt_ins(&self) -> OptIns<'_, 'c> {
        OptIns(self)
    }
}

const OPT_IN: &str = "id, leave_for, voice, form, address, name, given_by, place, words, asked_at, confirmed_at, withdrawn_at, withdrawn_by, bounced_at, bounced_why, stop_key, person";

fn read(row: &Row<'_>) -> Kept<OptIn> {
    let broken = |what: &str| StoreError::Broken(format!("an opt-in's {what}"));
    Ok(OptIn {
        id: row.get(0)?,
        leave_for: LeaveFor::from_word(&row.get::<String>(1)?).ok_or_else(|| broken("purpose"))?,
        voice: row.get(2)?,
        form: row.get(3)?,
        address: row.get(4)?,
        name: row.get(5)?,
        given_by: GivenBy::from_word(&row.get::<String>(6)?).ok_or_else(|| broken("way"))?,
        place: row.get(7)?,
        words: row.get(8)?,
        asked_at: row.get(9)?,
        confirmed_at: row.get(10)?,
        withdrawn_at: row.get(11)?,
        withdrawn_by: row.get(12)?,
        bounced_at: row.get(13)?,
        bounced_why: row.get(14)?,
        stop_key: row.get(15)?,
        person: row.get(16)?,
    })
}

const FORM: &str = "id, voice, key, title, words, created_at, closed_at";

fn read_form(row: &Row<'_>) -> Kept<OptInForm> {
    Ok(OptInForm {
        id: row.get(0)?,
        voice: row.get(1)?,
        key: row.get(2)?,
        title: row.get(3)?,
        words: row.get(4)?,
        created_at: row.get(5)?,
        closed_at: row.get(6)?,
    })
}

fn read_round(row: &Row<'_>) -> Kept<Round> {
    Ok(Round {
        id: row.get(0)?,
        voice: row.get(1)?,
        subject: row.get(2)?,
        words: row.get(3)?,
        created_at: row.get(4)?,
        sent_at: row.get(5)?,
    })
}

const ROUND: &str = "id, voice, subject, words, created_at, sent_at";

impl OptIns<'_, '_> {
    /// Puts a leave. `Conflict` where the address has one of the same sort that was not taken back.
    pub fn put(&self, o: &OptIn) -> Kept<()> {
        self.0.run(
            "insert into opt_ins (desk, id, leave_for, voice, form, address, fold, name, given_by, place, words, asked_at, confirmed_at, stop_key, person)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            &args![
                self.0.desk(),
                o.id,
                o.leave_for.word(),
                o.voice,
                o.form,
                &o.address,
                fold(&o.address),
                &o.name,
                o.given_by.word(),
                &o.place,
                &o.words,
                o.asked_at,
                o.confirmed_at,
                &o.stop_key,
                o.person
            ],
        )?;
        Ok(())
    }
    /// The hash of the token that makes it sure, and until when it holds.
    pub fn set_token(&self, id: OptInId, hash: Option<&str>, until: Option<Timestamp>) -> Kept<()> {
        self.0.run(
            "update opt_ins set token_hash = $3, token_until = $4 where desk = $1 and id = $2",
            &args![self.0.desk(), id, hash, until],
        )?;
        Ok(())
    }
    pub fn get(&self, id: OptInId) -> Kept<OptIn> {
        self.0.get("an opt-in", &format!("select {OPT_IN} from opt_ins where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// The leave of an address that was not taken back.
    pub fn open_of(&self, leave_for: LeaveFor, voice: VoiceId, address: &str) -> Kept<Option<OptIn>> {
        self.0.find(
            &format!(
                "select {OPT_IN} from opt_ins where desk = $1 and leave_for = $2 and voice = $3 and fold = $4 and withdrawn_at is null"
            ),
            &args![self.0.desk(), leave_for.word(), voice, fold(address)],
            read,
        )
    }
    /// When an address last took a leave back, or letters to it came back.
    pub fn last_over(&self, leave_for: LeaveFor, voice: VoiceId, address: &str) -> Kept<Option<Timestamp>> {
        self.0.get(
            "an opt-in",
            "select max(coalesce(bounced_at, withdrawn_at)) from opt_ins where desk = $1 and leave_for = $2 and voice = $3 and fold = $4 and coalesce(withdrawn_by, '') not in ('asked anew', 'noted anew')",
            &args![self.0.desk(), leave_for.word(), voice, fold(address)],
            |row| row.get(0),
        )
    }
    /// Makes it sure; the token is used up.
    pub fn confirm(&self, id: OptInId, now: Timestamp) -> Kept<()> {
        self.0.run(
            "update opt_ins set confirmed_at = coalesce(confirmed_at, $3), token_hash = null, token_until = null where desk = $1 and id = $2",
            &args![self.0.desk(), id, now],
        )?;
        Ok(())
    }
    /// Takes it back. Whether it had not been.
    pub fn withdraw(&self, id: OptInId, by: &str, now: Timestamp) -> Kept<bool> {
        let changed = self.0.run(
            "update opt_ins set withdrawn_at = $3, withdrawn_by = $4, token_hash = null, token_until = null where desk = $1 and id = $2 and withdrawn_at is null",
            &args![self.0.desk(), id, now, by],
        )?;
        Ok(changed > 0)
    }
    /// Letters to it come back.
    pub fn bounce(&self, id: OptInId, why: &str, now: Timestamp) -> Kept<bool> {
        let changed = self.0.run(
            "update opt_ins set bounced_at = $3, bounced_why = $4 where desk = $1 and id = $2 and bounced_at is null",
            &args![self.0.desk(), id, now, why],
        )?;
        Ok(changed > 0)
    }
    /// Whoever was asked and did not say so for sure in time is forgotten. Answers how many.
    pub fn forget_unsure(&self, before: Timestamp) -> Kept<usize> {
        self.0.run(
            "delete from opt_ins where desk = $1 and confirmed_at is null and withdrawn_at is null and bounced_at is null and (token_until is null or token_until < $2)",
            &args![self.0.desk(), before],
        )
    }
    /// All of one sort, newest first.
    pub fn list(&self, leave_for: LeaveFor, max: u32) -> Kept<Vec<OptIn>> {
        self.0.all(
            &format!("select {OPT_IN} from opt_ins where desk = $1 and leave_for = $2 order by asked_at desc, id desc limit $3"),
            &args![self.0.desk(), leave_for.word(), max],
            read,
        )
    }
    /// Those who may be written to, oldest first.
    pub fn holding(&self, leave_for: LeaveFor, voice: Option<VoiceId>) -> Kept<Vec<OptIn>> {
        let holds = "confirmed_at is not null and withdrawn_at is null and bounced_at is null";
        match voice {
            Some(voice) => self.0.all(
                &format!("select {OPT_IN} from opt_ins where desk = $1 and leave_for = $2 and voice = $3 and {holds} order by confirmed_at, id limit {OPT_INS_MAX}"),
                &args![self.0.desk(), leave_for.word(), voice],
                read,
            ),
            None => self.0.all(
                &format!("select {OPT_IN} from opt_ins where desk = $1 and leave_for = $2 and {holds} order by confirmed_at, id limit {OPT_INS_MAX}"),
                &args![self.0.desk(), leave_for.word()],
                read,
            ),
        }
    }
    pub fn count(&self) -> Kept<u64> {
        self.0.count("select count(*) from opt_ins where desk = $1", &args![self.0.desk()])
    }
    /// How many of one sort: those who may be written to, those who have not made it sure, those who took it back, those whose letters come back.
    pub fn counts(&self, leave_for: LeaveFor) -> Kept<[u64; 4]> {
        let n = |which: &str| {
            self.0.count(
                &format!("select count(*) from opt_ins where desk = $1 and leave_for = $2 and {which}"),
                &args![self.0.desk(), leave_for.word()],
            )
        };
        Ok([
            n("confirmed_at is not null and withdrawn_at is null and bounced_at is null")?,
            n("confirmed_at is null and withdrawn_at is null and bounced_at is null")?,
            n("withdrawn_at is not null")?,
            n("withdrawn_at is null and bounced_at is not null")?,
        ])
    }
    /// When people said yes for sure, oldest first, without those that were brought in: they said it before.
    pub fn instants(&self, since: Timestamp) -> Kept<Vec<Timestamp>> {
        self.0.all(
            &format!(
                "select confirmed_at from opt_ins where desk = $1 and leave_for = 'rounds' and given_by <> 'list' and confirmed_at is not null and confirmed_at >= $2
                 order by confirmed_at, id limit {OPT_INS_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| row.get(0),
        )
    }

    pub fn put_form(&self, f: &OptInForm) -> Kept<()> {
        self.0.run(
            "insert into opt_in_forms (desk, id, voice, key, title, words, created_at, closed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &args![self.0.desk(), f.id, f.voice, &f.key, &f.title, &f.words, f.created_at, f.closed_at],
        )?;
        Ok(())
    }
    pub fn form(&self, id: OptInFormId) -> Kept<OptInForm> {
        self.0.get("a form", &format!("select {FORM} from opt_in_forms where desk = $1 and id = $2"), &args![self.0.desk(), id], read_form)
    }
    pub fn forms(&self) -> Kept<Vec<OptInForm>> {
        self.0.all(
            &format!("select {FORM} from opt_in_forms where desk = $1 order by closed_at is not null, id limit {FORMS_MAX}"),
            &args![self.0.desk()],
            read_form,
        )
    }
    pub fn close_form(&self, id: OptInFormId, at: Option<Timestamp>) -> Kept<()> {
        self.0.run("update opt_in_forms set closed_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }

    /// Keeps a round that was not sent yet.
    pub fn put_round(&self, r: &Round) -> Kept<()> {
        self.0.run(
            "insert into rounds (desk, id, voice, subject, words, created_at, sent_at) values ($1, $2, $3, $4, $5, $6, null)
             on conflict (desk, id) do update set
               subject = case when rounds.sent_at is null then excluded.subject else rounds.subject end,
               words = case when rounds.sent_at is null then excluded.words else rounds.words end",
            &args![self.0.desk(), r.id, r.voice, &r.subject, &r.words, r.created_at],
        )?;
        Ok(())
    }
    pub fn round(&self, id: RoundId) -> Kept<Round> {
        self.0.get("a letter", &format!("select {ROUND} from rounds where desk = $1 and id = $2"), &args![self.0.desk(), id], read_round)
    }
    pub fn rounds(&self, max: u32) -> Kept<Vec<Round>> {
        self.0.all(&format!("select {ROUND} from rounds where desk = $1 order by id desc limit $2"), &args![self.0.desk(), max], read_round)
    }
    /// It goes. Whether it had not gone before.
    pub fn send_round(&self, id: RoundId, now: Timestamp) -> Kept<bool> {
        Ok(self.0.run("update rounds set sent_at = $3 where desk = $1 and id = $2 and sent_at is null", &args![self.0.desk(), id, now])?
            > 0)
    }
    pub fn delete_round(&self, id: RoundId) -> Kept<bool> {
        Ok(self.0.run("delete from rounds where desk = $1 and id = $2 and sent_at is null", &args![self.0.desk(), id])? > 0)
    }
}

impl Unscoped<'_> {
    pub fn opt_in_form_by_key(&self, key: &str) -> Kept<Option<(DeskId, OptInForm)>> {
        self.find(&format!("select {FORM}, desk from opt_in_forms where key = $1"), &args![key], |row| Ok((row.get(7)?, read_form(row)?)))
    }
    /// Whose token that is, while it holds.
    pub fn opt_in_by_token(&self, hash: &str, now: Timestamp) -> Kept<Option<(DeskId, OptIn)>> {
        self.find(&format!("select {OPT_IN}, desk from opt_ins where token_hash = $1 and token_until > $2"), &args![hash, now], |row| {
            Ok((row.get(17)?, read(row)?))
        })
    }
    pub fn opt_in_by_stop_key(&self, key: &str) -> Kept<Option<(DeskId, OptIn)>> {
        self.find(&format!("select {OPT_IN}, desk from opt_ins where stop_key = $1"), &args![key], |row| Ok((row.get(17)?, read(row)?)))
    }
}
