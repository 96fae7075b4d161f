//! Letters by mail, one row an address, the server that takes them, and the week's letters as they were sent.

use model::{DeskId, Mail, MailId, MailKind, MailServer, MailState, OptInId, Safety, Secret, Timestamp, WeekLetterId};

use crate::{Kept, Row, StoreError, Tx, Unscoped, args};

/// Letters that a page lists.
pub const LISTED_MAX: u32 = 100;

pub struct Mails<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn mails(&self) -> Mails<'_, 'c> {
        Mails(self)
    }
}

const MAIL: &str = "id, kind, about, opt_in, to_address, to_name, subject, message_id, key, state, tries, why, created_at, sent_at";

fn read(row: &Row<'_>) -> Kept<Mail> {
    let broken = |what: &str| StoreError::Broken(format!("a letter's {what}"));
    Ok(Mail {
        id: row.get(0)?,
        kind: MailKind::from_word(&row.get::<String>(1)?).ok_or_else(|| broken("kind"))?,
        about: row.get(2)?,
        opt_in: row.get(3)?,
        to: row.get(4)?,
        to_name: row.get(5)?,
        subject: row.get(6)?,
        message_id: row.get(7)?,
        key: row.get(8)?,
        state: MailState::from_word(&row.get::<String>(9)?).ok_or_else(|| broken("state"))?,
        tries: row.get(10)?,
        why: row.get(11)?,
        created_at: row.get(12)?,
        sent_at: row.get(13)?,
    })
}

/// How many letters stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub waiting: u64,
    pub sent: u64,
    pub refused: u64,
    pub doubtful: u64,
    pub stopped: u64,
}

/// A week's letter as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekLetter {
    pub id: WeekLetterId,
    /// `YYYY-MM-DD`
    pub monday: String,
    pub subject: String,
    pub plain: String,
    pub html: String,
    /// CSV.
    pub figures: String,
    pub created_at: Timestamp,
}

/// Addresses are one whatever their case.
pub fn fold(address: &str) -> String {
    address.trim().to_lowercase()
}

impl Mails<'_, '_> {
    /// The desk's server, and its password where it has one.
    pub fn server(&self) -> Kept<Option<(MailServer, Option<Secret>)>> {
        let found = self.0.find(
            "select host, port, safety, login, from_address, from_name, bounces, password from mail_servers where desk = $1",
            &args![self.0.desk()],
            |row| {
                let port: u32 = row.get(1)?;
                let server = MailServer {
                    host: row.get(0)?,
                    port: u16::try_from(port).map_err(|_| StoreError::Broken("a mail server's port".into()))?,
                    safety: Safety::from_word(&row.get::<String>(2)?).ok_or_else(|| StoreError::Broken("a mail server's safety".into()))?,
                    login: row.get(3)?,
                    from: row.get(4)?,
                    from_name: row.get(5)?,
                    bounces: row.get(6)?,
                };
                Ok((server, row.get::<Option<Vec<u8>>>(7)?))
            },
        )?;
        let Some((server, sealed)) = found else { return Ok(None) };
        let password = sealed.map(|sealed| self.0.unseal("mail-server", &sealed)).transpose()?.map(Secret::new);
        Ok(Some((server, password)))
    }
    /// Keeps the server. Without a `password` the one that is kept stays; `hook_secret` is for the first time.
    pub fn set_server(&self, s: &MailServer, password: Option<&Secret>, hook_secret: &str, now: Timestamp) -> Kept<()> {
        let password = password.map(|p| self.0.seal("mail-server", p.reveal())).transpose()?;
        let hook = self.0.seal("mail-server-hook", hook_secret)?;
        self.0.run(
            "insert into mail_servers (desk, host, port, safety, login, password, from_address, from_name, bounces, hook_secret, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (desk) do update set host = excluded.host, port = excluded.port, safety = excluded.safety, login = excluded.login,
               password = coalesce(excluded.password, mail_servers.password), from_address = excluded.from_address, from_name = excluded.from_name,
               bounces = excluded.bounces, changed_at = excluded.changed_at",
            &args![
                self.0.desk(),
                &s.host,
                i64::from(s.port),
                s.safety.word(),
                &s.login,
                password,
                &s.from,
                &s.from_name,
                s.bounces.as_deref(),
                hook,
                now
            ],
        )?;
        Ok(())
    }
    /// What signs the words of whoever tells us that a letter came back.
    pub fn hook_secret(&self) -> Kept<Option<String>> {
        let sealed =
            self.0.find("select hook_secret from mail_servers where desk = $1", &args![self.0.desk()], |row| row.get::<Vec<u8>>(0))?;
        sealed.map(|sealed| self.0.unseal("mail-server-hook", &sealed)).transpose()
    }
    pub fn delete_server(&self) -> Kept<()> {
        self.0.run("delete from mail_servers where desk = $1", &args![self.0.desk()])?;
        Ok(())
    }

    /// Puts a letter in line; `words` are those that only this letter says. Whether it is new: an address gets each letter once.
    pub fn put(&self, m: &Mail, words: Option<&str>) -> Kept<bool> {
        let new = self.0.run(
            "insert into mails (desk, id, kind, about, opt_in, to_address, to_fold, to_name, subject, words, message_id, key, state, tries, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14) on conflict (desk, kind, about, to_fold) do nothing",
            &args![
                self.0.desk(),
                m.id,
                m.kind.word(),
                m.about,
                m.opt_in,
                &m.to,
                fold(&m.to),
                &m.to_name,
                &m.subject,
                words,
                &m.message_id,
                &m.key,
                m.state.word(),
                m.created_at
            ],
        )?;
        Ok(new > 0)
    }
    pub fn find(&self, id: MailId) -> Kept<Option<Mail>> {
        self.0.find(&format!("select {MAIL} from mails where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    pub fn get(&self, id: MailId) -> Kept<Mail> {
        self.find(id)?.ok_or(StoreError::Missing("a letter"))
    }
    /// The words that only this letter says.
    pub fn words(&self, id: MailId) -> Kept<Option<String>> {
        self.0.get("a letter", "select words from mails where desk = $1 and id = $2", &args![self.0.desk(), id], |row| row.get(0))
    }
    /// Begins to hand it over, if it still waits. Nobody else does so from then on.
    pub fn begin(&self, id: MailId, now: Timestamp) -> Kept<bool> {
        let begun = self.0.run(
            "update mails set state = 'sending', tries = tries + 1, attempted_at = $3, why = null where desk = $1 and id = $2 and state = 'waiting'",
            &args![self.0.desk(), id, now],
        )?;
        Ok(begun > 0)
    }
    /// Sets where it is, from one of `from`; whether it was there.
    pub fn settle(&self, id: MailId, from: MailState, to: MailState, why: Option<&str>, now: Timestamp) -> Kept<bool> {
        let sent_at = (to == MailState::Sent).then_some(now);
        let settled = self.0.run(
            "update mails set state = $4, why = $5, sent_at = coalesce($6, sent_at) where desk = $1 and id = $2 and state = $3",
            &args![self.0.desk(), id, from.word(), to.word(), why, sent_at],
        )?;
        Ok(settled > 0)
    }
    /// One more try that came to nothing before its words were handed over. Answers how many there were.
    pub fn count_try(&self, id: MailId, why: &str, now: Timestamp) -> Kept<u32> {
        self.0.get(
            "a letter",
            "update mails set tries = tries + 1, why = $3, attempted_at = $4 where desk = $1 and id = $2 returning tries",
            &args![self.0.desk(), id, why, now],
            |row| row.get(0),
        )
    }
    /// Everything that still waits by that leave is stopped. Answers which.
    pub fn stop(&self, leave: OptInId, why: &str) -> Kept<Vec<MailId>> {
        self.0.all(
            "update mails set state = 'stopped', why = $3 where desk = $1 and opt_in = $2 and state = 'waiting' returning id",
            &args![self.0.desk(), leave, why],
            |row| row.get(0),
        )
    }
    /// The newest letters, or those of one kind about one thing.
    pub fn list(&self, about: Option<(MailKind, i64)>, max: u32) -> Kept<Vec<Mail>> {
        let (kind, about) = about.map_or((None, None), |(kind, about)| (Some(kind.word()), Some(about)));
        match kind {
            None => {
                self.0.all(&format!("select {MAIL} from mails where desk = $1 order by id desc limit $2"), &args![self.0.desk(), max], read)
            }
            Some(kind) => self.0.all(
                &format!("select {MAIL} from mails where desk = $1 and kind = $2 and about = $3 order by id desc limit $4"),
                &args![self.0.desk(), kind, about, max],
                read,
            ),
        }
    }
    /// How many letters about one thing stand where.
    pub fn counts(&self, kind: MailKind, about: i64) -> Kept<Counts> {
        let mut counts = Counts::default();
        self.0.each(
            "select state, count(*) from mails where desk = $1 and kind = $2 and about = $3 group by state",
            &args![self.0.desk(), kind.word(), about],
            |row| {
                let n: u64 = row.get(1)?;
                match MailState::from_word(&row.get::<String>(0)?) {
                    Some(MailState::Sent) => counts.sent += n,
                    Some(MailState::Refused) => counts.refused += n,
                    Some(MailState::Doubtful) => counts.doubtful += n,
                    Some(MailState::Stopped) => counts.stopped += n,
                    _ => counts.waiting += n,
                }
                Ok(())
            },
        )?;
        Ok(counts)
    }
    /// Letters of a kind that were put in line since, to one address or to all.
    pub fn count_since(&self, kind: MailKind, to: Option<&str>, since: Timestamp) -> Kept<u64> {
        match to {
            Some(to) => self.0.count(
                "select count(*) from mails where desk = $1 and kind = $2 and created_at >= $3 and to_fold = $4",
                &args![self.0.desk(), kind.word(), since, fold(to)],
            ),
            None => self.0.count(
                "select count(*) from mails where desk = $1 and kind = $2 and created_at >= $3",
                &args![self.0.desk(), kind.word(), since],
            ),
        }
    }

    /// Letters of a kind that a server was asked to take since.
    pub fn count_tried(&self, kind: MailKind, since: Timestamp) -> Kept<u64> {
        self.0.count(
            "select count(*) from mails where desk = $1 and kind = $2 and attempted_at >= $3",
            &args![self.0.desk(), kind.word(), since],
        )
    }

    /// Keeps a week's letter as it goes. Whether it is the first of that week.
    pub fn put_week(&self, l: &WeekLetter) -> Kept<bool> {
        let new = self.0.run(
            "insert into week_letters (desk, id, monday, subject, plain, html, figures, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (desk, monday) do nothing",
            &args![self.0.desk(), l.id, &l.monday, &l.subject, &l.plain, &l.html, &l.figures, l.created_at],
        )?;
        Ok(new > 0)
    }
    pub fn week(&self, id: WeekLetterId) -> Kept<WeekLetter> {
        self.0.get(
            "a letter",
            "select id, monday, subject, plain, html, figures, created_at from week_letters where desk = $1 and id = $2",
            &args![self.0.desk(), id],
            |row| {
                Ok(WeekLetter {
                    id: row.get(0)?,
                    monday: row.get(1)?,
                    subject: row.get(2)?,
                    plain: row.get(3)?,
                    html: row.get(4)?,
                    figures: row.get(5)?,
                    created_at: row.get(6)?,
                })
            },
        )
    }
    /// Those that were sent, newest first: which, its Monday, its subject, when.
    pub fn weeks(&self, max: u32) -> Kept<Vec<(WeekLetterId, String, String, Timestamp)>> {
        self.0.all(
            "select id, monday, subject, created_at from week_letters where desk = $1 order by monday desc limit $2",
            &args![self.0.desk(), max],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    }
}

impl Unscoped<'_> {
    /// Whose letter came back, by the key in the address that it came back to.
    pub fn mail_by_key(&self, key: &str) -> Kept<Option<(DeskId, Mail)>> {
        self.find(&format!("select {MAIL}, desk from mails where key = $1"), &args![key], |row| Ok((row.get(14)?, read(row)?)))
    }
}
