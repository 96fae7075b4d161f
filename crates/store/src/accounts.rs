//! Our own presences on networks, their sealed secrets, and how far each has been read.

use model::{Account, AccountId, AccountState, NetworkKey, Secret, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args, json};

pub struct Accounts<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn accounts(&self) -> Accounts<'_, 'c> {
        Accounts(self)
    }
}

const COLUMNS: &str = "id, network, server, remote_id, handle, name, avatar_url, url, rules, state, created_at";
/// More accounts than this no desk has.
const ACCOUNTS_MAX: u32 = 500;

fn read(row: &Row<'_>) -> Kept<Account> {
    Ok(Account {
        id: row.get(0)?,
        network: NetworkKey(row.get(1)?),
        server: row.get(2)?,
        remote_id: row.get(3)?,
        handle: row.get(4)?,
        name: row.get(5)?,
        avatar_url: row.get(6)?,
        url: row.get(7)?,
        rules: json::rules_in(&row.get::<String>(8)?)?,
        state: AccountState::from_word(&row.get::<String>(9)?).ok_or_else(|| StoreError::Broken("an account's state".into()))?,
        created_at: row.get(10)?,
    })
}

/// More than one machine serves.
const EVERYWHERE_MAX: u32 = 10_000;

impl crate::Unscoped<'_> {
    /// The accounts that work, at all desks, with their network.
    pub fn working_accounts(&self) -> Kept<Vec<(model::DeskId, AccountId, NetworkKey)>> {
        self.all(
            &format!("select desk, id, network from accounts where closed_at is null and state = 'working' order by desk, id limit {EVERYWHERE_MAX}"),
            &args![],
            |row| Ok((row.get(0)?, row.get(1)?, NetworkKey(row.get(2)?))),
        )
    }
}

impl crate::Unscoped<'_> {
    /// The accounts that are somebody's own site, at all desks.
    pub fn own_sites(&self) -> Kept<Vec<(model::DeskId, Account)>> {
        let all = self.all(
            &format!("select {COLUMNS}, desk from accounts where closed_at is null order by desk, id limit {EVERYWHERE_MAX}"),
            &args![],
            |row| Ok((row.get(11)?, read(row)?)),
        )?;
        Ok(all.into_iter().filter(|(_, account): &(model::DeskId, Account)| account.rules.site.is_own).collect())
    }
}

impl Accounts<'_, '_> {
    /// Puts an account; one that was connected before (same network, server and remote id) is brought up to date and opened again.
    /// Answers the id that holds.
    pub fn put(&self, a: &Account) -> Kept<AccountId> {
        self.0.get(
            "an account",
            "insert into accounts (desk, id, network, server, remote_id, handle, name, avatar_url, url, rules, state, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             on conflict (desk, network, server, remote_id) do update set handle = excluded.handle, name = excluded.name, avatar_url = excluded.avatar_url,
               url = excluded.url, rules = excluded.rules, state = excluded.state, why = null, closed_at = null
             returning id",
            &args![
                self.0.desk(),
                a.id,
                a.network.as_str(),
                &a.server,
                &a.remote_id,
                &a.handle,
                &a.name,
                a.avatar_url.as_deref(),
                a.url.as_deref(),
                json::rules_out(&a.rules),
                a.state.word(),
                a.created_at
            ],
            |row| row.get(0),
        )
    }
    /// What its server says of it today: its rules, handle, name and picture.
    pub fn renew(&self, a: &Account) -> Kept<()> {
        self.0.run(
            "update accounts set handle = $3, name = $4, avatar_url = $5, rules = $6 where desk = $1 and id = $2",
            &args![self.0.desk(), a.id, &a.handle, &a.name, a.avatar_url.as_deref(), json::rules_out(&a.rules)],
        )?;
        Ok(())
    }
    pub fn find(&self, id: AccountId) -> Kept<Option<Account>> {
        self.0.find(
            &format!("select {COLUMNS} from accounts where desk = $1 and id = $2 and closed_at is null"),
            &args![self.0.desk(), id],
            read,
        )
    }
    /// Each of several that are connected.
    pub fn find_each(&self, ids: &[AccountId]) -> Kept<Vec<Option<Account>>> {
        let sql = format!("select {COLUMNS} from accounts where desk = $1 and id = $2 and closed_at is null");
        self.0.find_each(&sql, ids.iter().map(|id| args![self.0.desk(), *id].into()).collect(), read)
    }
    /// As [`Accounts::find`], and those that are not connected any more; `true` where it is.
    pub fn known(&self, id: AccountId) -> Kept<Option<(Account, bool)>> {
        let Some(open) = self.find(id)? else {
            let sql = format!("select {COLUMNS} from accounts where desk = $1 and id = $2");
            return Ok(self.0.find(&sql, &args![self.0.desk(), id], read)?.map(|account| (account, false)));
        };
        Ok(Some((open, true)))
    }
    pub fn get(&self, id: AccountId) -> Kept<Account> {
        self.find(id)?.ok_or(StoreError::Missing("an account"))
    }
    /// All that are connected, oldest first.
    pub fn list(&self) -> Kept<Vec<Account>> {
        self.0.all(
            &format!("select {COLUMNS} from accounts where desk = $1 and closed_at is null order by created_at, id limit {ACCOUNTS_MAX}"),
            &args![self.0.desk()],
            read,
        )
    }
    /// The keys of the networks that we are on, oldest account first.
    pub fn networks(&self) -> Kept<Vec<String>> {
        self.0.all(
            &format!("select network from accounts where desk = $1 and closed_at is null group by network order by min(created_at) limit {ACCOUNTS_MAX}"),
            &args![self.0.desk()],
            |row| row.get(0),
        )
    }
    pub fn set_state(&self, id: AccountId, state: &AccountState, why: Option<&str>) -> Kept<()> {
        self.0.run("update accounts set state = $3, why = $4 where desk = $1 and id = $2", &args![self.0.desk(), id, state.word(), why])?;
        Ok(())
    }
    /// Why an account does not work, and when it was last brought up to date.
    pub fn health(&self, id: AccountId) -> Kept<(Option<String>, Option<Timestamp>)> {
        self.0.get("an account", "select why, synced_at from accounts where desk = $1 and id = $2", &args![self.0.desk(), id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
    pub fn set_why(&self, id: AccountId, why: Option<&str>) -> Kept<()> {
        self.0.run("update accounts set why = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, why])?;
        Ok(())
    }
    pub fn set_synced(&self, id: AccountId, at: Timestamp) -> Kept<()> {
        self.0.run("update accounts set synced_at = $3, why = null where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }
    /// Disconnects: the secret goes, what was said stays.
    pub fn close(&self, id: AccountId, at: Timestamp) -> Kept<()> {
        self.0.run("update accounts set closed_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        self.0.run("delete from secrets where desk = $1 and account = $2", &args![self.0.desk(), id])?;
        Ok(())
    }

    /// Seals and keeps a secret; answers its version.
    pub fn put_secret(&self, id: AccountId, secret: &Secret, at: Timestamp) -> Kept<i64> {
        let sealed = self.0.seal(&format!("secret/{id}"), secret.reveal())?;
        self.0.get(
            "a secret",
            "insert into secrets (desk, account, sealed, version, updated_at) values ($1, $2, $3, 1, $4)
             on conflict (desk, account) do update set sealed = excluded.sealed, version = secrets.version + 1, updated_at = excluded.updated_at, renewing_until = null
             returning version",
            &args![self.0.desk(), id, sealed, at],
            |row| row.get(0),
        )
    }
    /// Takes it upon the caller alone to renew the secret of this version, until `until`. `false` where it was renewed meanwhile, or
    /// somebody else is at it. A time that no renewal lasts to was written by a clock that has been set back since.
    pub fn begin_renewal(&self, id: AccountId, version: i64, now: Timestamp, until: Timestamp) -> Kept<bool> {
        let n = self.0.run(
            "update secrets set renewing_until = $5 where desk = $1 and account = $2 and version = $3
               and (renewing_until is null or renewing_until <= $4 or renewing_until > $5)",
            &args![self.0.desk(), id, version, now, until],
        )?;
        Ok(n > 0)
    }
    /// It came to nothing: somebody else may try.
    pub fn end_renewal(&self, id: AccountId, version: i64) -> Kept<()> {
        self.0.run(
            "update secrets set renewing_until = null where desk = $1 and account = $2 and version = $3",
            &args![self.0.desk(), id, version],
        )?;
        Ok(())
    }
    /// The secret and its version, which grows with every renewal.
    pub fn secret(&self, id: AccountId) -> Kept<Option<(Secret, i64)>> {
        Ok(self.secrets(&[id])?.into_iter().next().flatten())
    }
    /// The same of several, in the order asked for.
    pub fn secrets(&self, ids: &[AccountId]) -> Kept<Vec<Option<(Secret, i64)>>> {
        let kept = self.0.find_each(
            "select sealed, version from secrets where desk = $1 and account = $2",
            ids.iter().map(|id| args![self.0.desk(), *id].into()).collect(),
            |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<i64>(1)?)),
        )?;
        let open = |(id, kept): (&AccountId, Option<(Vec<u8>, i64)>)| {
            kept.map(|(sealed, version)| Ok((Secret::new(self.0.unseal(&format!("secret/{id}"), &sealed)?), version))).transpose()
        };
        ids.iter().zip(kept).map(open).collect()
    }

    /// How far `what` has been read; empty where it never was.
    pub fn cursor(&self, id: AccountId, what: &str) -> Kept<String> {
        let found = self.0.find(
            "select cursor from cursors where desk = $1 and account = $2 and what = $3",
            &args![self.0.desk(), id, what],
            |row| row.get(0),
        )?;
        Ok(found.unwrap_or_default())
    }
    /// The same with when it was noted; `None` where it never was read.
    pub fn cursor_and_time(&self, id: AccountId, what: &str) -> Kept<Option<(String, Timestamp)>> {
        self.0.find(
            "select cursor, updated_at from cursors where desk = $1 and account = $2 and what = $3",
            &args![self.0.desk(), id, what],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    pub fn set_cursor(&self, id: AccountId, what: &str, cursor: &str, at: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into cursors (desk, account, what, cursor, updated_at) values ($1, $2, $3, $4, $5)
             on conflict (desk, account, what) do update set cursor = excluded.cursor, updated_at = excluded.updated_at",
            &args![self.0.desk(), id, what, cursor, at],
        )?;
        Ok(())
    }

    /// Keeps what a begun sign-in needs until the person comes back.
    pub fn put_sign_in(&self, state: &str, network: &NetworkKey, secret: &Secret, at: Timestamp) -> Kept<()> {
        let sealed = self.0.seal(&format!("sign-in/{state}"), secret.reveal())?;
        self.0.run(
            "insert into sign_ins (desk, state, network, sealed, created_at) values ($1, $2, $3, $4, $5)",
            &args![self.0.desk(), state, network.as_str(), sealed, at],
        )?;
        Ok(())
    }
    /// Takes a begun sign-in out, once, if it is not older than `since`.
    pub fn take_sign_in(&self, state: &str, since: Timestamp) -> Kept<Option<(NetworkKey, Secret)>> {
        let kept = self.0.find(
            "delete from sign_ins where desk = $1 and state = $2 returning network, sealed, created_at",
            &args![self.0.desk(), state],
            |row| Ok((NetworkKey(row.get(0)?), row.get::<Vec<u8>>(1)?, row.get::<Timestamp>(2)?)),
        )?;
        match kept {
            Some((network, sealed, at)) if at >= since => {
                Ok(Some((network, Secret::new(self.0.unseal(&format!("sign-in/{state}"), &sealed)?))))
            }
            _ => Ok(None),
        }
    }
}
