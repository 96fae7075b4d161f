//! Desks, voices, seats, sessions and a desk's own choices.

use model::{Desk, DeskId, Role, Seat, Timestamp, Voice, VoiceId};

use crate::{Kept, Row, StoreError, Tx, Unscoped, args};

/// A session that holds: who, where, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub seat: Seat,
    pub voice_name: String,
    pub until: Timestamp,
}

fn read_desk(row: &Row<'_>) -> Kept<Desk> {
    Ok(Desk { id: row.get(0)?, name: row.get(1)?, zone: row.get(2)?, created_at: row.get(3)? })
}

/// Stands where a password's hash would; no password has it.
const NO_PASSWORD: &str = "sample";

impl Unscoped<'_> {
    /// Whether nobody has a login yet.
    pub fn is_first_run(&self) -> Kept<bool> {
        Ok(self.find("select id from voices where password <> $1 limit 1", &args![NO_PASSWORD], |row| row.get::<i64>(0))?.is_none())
    }
    pub fn put_desk(&self, desk: &Desk) -> Kept<()> {
        self.run(
            "insert into desks (id, name, zone, created_at) values ($1, $2, $3, $4)",
            &args![desk.id, &desk.name, &desk.zone, desk.created_at],
        )?;
        Ok(())
    }
    /// Oldest first.
    pub fn desks(&self) -> Kept<Vec<Desk>> {
        self.all("select id, name, zone, created_at from desks order by created_at, id limit 1000", &args![], read_desk)
    }
    /// A voice with the hash of its password. `Conflict` where the name is taken, whatever its case.
    pub fn put_voice(&self, voice: &Voice, password_hash: &str, at: Timestamp) -> Kept<()> {
        self.run(
            "insert into voices (id, name, name_key, password, created_at) values ($1, $2, $3, $4, $5)",
            &args![voice.id, &voice.name, name_key(&voice.name), password_hash, at],
        )?;
        Ok(())
    }
    /// A voice of a sample desk: it has no password, and nobody can sign in by its name.
    pub fn put_sample_voice(&self, voice: &Voice, at: Timestamp) -> Kept<()> {
        self.run(
            "insert into voices (id, name, name_key, password, created_at) values ($1, $2, $3, $4, $5)",
            &args![voice.id, &voice.name, format!(" sample {}", voice.id), NO_PASSWORD, at],
        )?;
        Ok(())
    }
    pub fn put_seat(&self, seat: &Seat, at: Timestamp) -> Kept<()> {
        self.run(
            "insert into seats (desk, voice, role, created_at) values ($1, $2, $3, $4) on conflict (desk, voice) do update set role = excluded.role",
            &args![seat.desk, seat.voice, seat.role.word(), at],
        )?;
        Ok(())
    }
    /// A voice by its name, with its password's hash.
    pub fn voice_by_name(&self, name: &str) -> Kept<Option<(Voice, String)>> {
        self.find("select id, name, password from voices where name_key = $1", &args![name_key(name)], |row| {
            Ok((Voice { id: row.get(0)?, name: row.get(1)? }, row.get(2)?))
        })
    }
    /// Which desks made a choice, and what they chose.
    pub fn desks_with(&self, name: &str) -> Kept<Vec<(DeskId, String)>> {
        self.all("select desk, value from settings where name = $1 and value <> '' order by desk limit 1000", &args![name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
    pub fn set_password(&self, voice: VoiceId, password_hash: &str) -> Kept<()> {
        self.run("update voices set password = $2 where id = $1", &args![voice, password_hash])?;
        Ok(())
    }
    /// The seats of a voice, oldest first.
    pub fn seats_of(&self, voice: VoiceId) -> Kept<Vec<Seat>> {
        self.all("select desk, role from seats where voice = $1 order by created_at, desk limit 1000", &args![voice], |row| {
            Ok(Seat::of_voice(row.get(0)?, voice, Role::from_word(&row.get::<String>(1)?).unwrap_or(Role::Member)))
        })
    }
    pub fn put_session(&self, token_hash: &[u8], seat: &Seat, at: Timestamp, until: Timestamp) -> Kept<()> {
        self.run(
            "insert into sessions (token_hash, voice, desk, created_at, seen_at, until) values ($1, $2, $3, $4, $4, $5)",
            &args![token_hash, seat.voice, seat.desk, at, until],
        )?;
        Ok(())
    }
    pub fn session(&self, token_hash: &[u8], now: Timestamp) -> Kept<Option<Session>> {
        self.find(
            "select s.desk, s.voice, t.role, v.name, s.until from sessions s join seats t on t.desk = s.desk and t.voice = s.voice join voices v on v.id = s.voice
             where s.token_hash = $1 and s.until > $2",
            &args![token_hash, now],
            |row| {
                Ok(Session {
                    seat: Seat::of_voice(row.get(0)?, row.get(1)?, Role::from_word(&row.get::<String>(2)?).unwrap_or(Role::Member)),
                    voice_name: row.get(3)?,
                    until: row.get(4)?,
                })
            },
        )
    }
    pub fn touch_session(&self, token_hash: &[u8], now: Timestamp, until: Timestamp) -> Kept<()> {
        self.run("update sessions set seen_at = $2, until = $3 where token_hash = $1", &args![token_hash, now, until])?;
        Ok(())
    }
    pub fn delete_session(&self, token_hash: &[u8]) -> Kept<()> {
        self.run("delete from sessions where token_hash = $1", &args![token_hash])?;
        Ok(())
    }
    /// Ends every session of a voice, or all but one.
    pub fn delete_sessions_of(&self, voice: VoiceId, but: &[u8]) -> Kept<()> {
        self.run("delete from sessions where voice = $1 and token_hash <> $2", &args![voice, but])?;
        Ok(())
    }
    /// Notes an attempt to sign in and answers how many `who` made since `since`, this one included. `who` is a hash.
    pub fn count_sign_in_try(&self, who: &str, now: Timestamp, since: Timestamp) -> Kept<u64> {
        self.run("delete from sign_in_tries where at < $1", &args![since])?;
        self.run("insert into sign_in_tries (who, at) values ($1, $2)", &args![who, now])?;
        self.count("select count(*) from sign_in_tries where who = $1 and at >= $2", &args![who, since])
    }
    pub fn forget_sign_in_tries(&self, who: &str) -> Kept<()> {
        self.run("delete from sign_in_tries where who = $1", &args![who])?;
        Ok(())
    }
}

/// Names are told apart whatever their case and outer spaces.
fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Tx<'_> {
    /// The desk of this transaction.
    pub fn this_desk(&self) -> Kept<Desk> {
        self.get("the desk", "select id, name, zone, created_at from desks where id = $1", &args![self.desk()], read_desk)
    }
    pub fn set_desk(&self, name: &str, zone: &str) -> Kept<()> {
        self.run("update desks set name = $2, zone = $3 where id = $1", &args![self.desk(), name, zone])?;
        Ok(())
    }
    /// Who sits at this desk, oldest first.
    pub fn voices(&self) -> Kept<Vec<(Voice, Role)>> {
        self.all(
            "select v.id, v.name, s.role from seats s join voices v on v.id = s.voice where s.desk = $1 order by s.created_at limit 1000",
            &args![self.desk()],
            |row| Ok((Voice { id: row.get(0)?, name: row.get(1)? }, Role::from_word(&row.get::<String>(2)?).unwrap_or(Role::Member))),
        )
    }
    /// How many conversations wait for an answer.
    pub fn waiting(&self) -> Kept<u32> {
        let n = self.conversations().count("waiting")?;
        Ok(u32::try_from(n).unwrap_or(u32::MAX))
    }
    /// A choice of this desk, if one was made.
    pub fn setting(&self, name: &str) -> Kept<Option<String>> {
        self.find("select value from settings where desk = $1 and name = $2", &args![self.desk(), name], |row| row.get(0))
    }
    pub fn set_setting(&self, name: &str, value: &str) -> Kept<()> {
        self.run(
            "insert into settings (desk, name, value) values ($1, $2, $3) on conflict (desk, name) do update set value = excluded.value",
            &args![self.desk(), name, value],
        )?;
        Ok(())
    }
    /// Fails unless the desk is there; for work that was handed a bare number.
    pub fn must_be_a_desk(&self) -> Kept<()> {
        self.find("select id from desks where id = $1", &args![self.desk()], |row| row.get::<DeskId>(0))?
            .map(|_| ())
            .ok_or(StoreError::Missing("the desk"))
    }
}
