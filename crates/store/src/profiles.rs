//! Everybody's presences on networks. Each belongs to exactly one person; a new one brings its own.

use model::{AccountId, NetworkKey, PersonId, Profile, ProfileId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args, json};

pub struct Profiles<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn profiles(&self) -> Profiles<'_, 'c> {
        Profiles(self)
    }
}

/// A profile as kept: with its row, its person, and our account where it is ourselves.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptProfile {
    pub id: ProfileId,
    pub person: PersonId,
    pub account: Option<AccountId>,
    pub profile: Profile,
    /// What was put just now told something new of them.
    pub is_changed: bool,
}

const COLUMNS: &str = "id, person, account, network, remote_id, handle, name, url, avatar_url, about, links, is_bot, followers";
const PROFILES_OF_A_PERSON_MAX: u32 = 100;

fn read(row: &Row<'_>) -> Kept<KeptProfile> {
    Ok(KeptProfile {
        id: row.get(0)?,
        person: row.get(1)?,
        account: row.get(2)?,
        profile: Profile {
            network: NetworkKey(row.get(3)?),
            remote_id: row.get(4)?,
            handle: row.get(5)?,
            name: row.get(6)?,
            url: row.get(7)?,
            avatar_url: row.get(8)?,
            about: row.get(9)?,
            links: json::strings_in(&row.get::<String>(10)?)?,
            is_bot: row.get(11)?,
            followers: row.get(12)?,
        },
        is_changed: false,
    })
}

impl Profiles<'_, '_> {
    /// Puts what a network shows of somebody. A profile never seen before brings a person of its own; a known one keeps its person,
    /// and empty fields of a thin sight (a bare mention) never wipe out what was known.
    pub fn put(&self, p: &Profile, now: Timestamp) -> Kept<KeptProfile> {
        if let Some(known) = self.find_remote(&p.network, &p.remote_id)? {
            return self.renew(known, p, now);
        }
        let person: PersonId = self.0.fresh(now);
        self.0.run(
            "insert into persons (desk, id, name, about, avatar_url, nature, is_edited, tie, from_me, from_them, is_me, created_at)
             values ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, $7)",
            &args![self.0.desk(), person, &p.name, &p.about, p.avatar_url.as_deref(), if p.is_bot { "bot" } else { "person" }, now],
        )?;
        let id: ProfileId = self.0.fresh(now);
        self.0.run(
            "insert into profiles (desk, id, network, remote_id, handle, name, url, avatar_url, about, links, is_bot, followers, person, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            &args![
                self.0.desk(),
                id,
                p.network.as_str(),
                &p.remote_id,
                &p.handle,
                &p.name,
                p.url.as_deref(),
                p.avatar_url.as_deref(),
                &p.about,
                json::strings_out(&p.links),
                p.is_bot,
                p.followers,
                person,
                now
            ],
        )?;
        Ok(KeptProfile { id, person, account: None, profile: p.clone(), is_changed: true })
    }

    fn renew(&self, mut known: KeptProfile, p: &Profile, now: Timestamp) -> Kept<KeptProfile> {
        let old = &known.profile;
        let merged = Profile {
            network: p.network.clone(),
            remote_id: p.remote_id.clone(),
            handle: if p.handle.is_empty() { old.handle.clone() } else { p.handle.clone() },
            name: if p.name.is_empty() || (p.name == p.handle && !old.name.is_empty()) { old.name.clone() } else { p.name.clone() },
            url: p.url.clone().or_else(|| old.url.clone()),
            avatar_url: p.avatar_url.clone().or_else(|| old.avatar_url.clone()),
            about: if p.about.is_empty() { old.about.clone() } else { p.about.clone() },
            links: if p.links.is_empty() { old.links.clone() } else { p.links.clone() },
            is_bot: p.is_bot || old.is_bot,
            followers: p.followers.or(old.followers),
        };
        if merged != *old {
            self.0.run(
                "update profiles set handle = $3, name = $4, url = $5, avatar_url = $6, about = $7, links = $8, is_bot = $9, followers = $10, updated_at = $11
                 where desk = $1 and id = $2",
                &args![
                    self.0.desk(),
                    known.id,
                    &merged.handle,
                    &merged.name,
                    merged.url.as_deref(),
                    merged.avatar_url.as_deref(),
                    &merged.about,
                    json::strings_out(&merged.links),
                    merged.is_bot,
                    merged.followers,
                    now
                ],
            )?;
            // What somebody's person shows follows the profile it came from, until it was edited by hand.
            self.0.run(
                "update persons set name = $3, about = $4, avatar_url = $5 where desk = $1 and id = $2 and is_edited = 0 and (name = $6 or name = '')",
                &args![self.0.desk(), known.person, &merged.name, &merged.about, merged.avatar_url.as_deref(), &old.name],
            )?;
            known.profile = merged;
            known.is_changed = true;
        }
        Ok(known)
    }

    /// Marks a profile as ourselves, through an account; its person is then me.
    pub fn set_mine(&self, id: ProfileId, account: AccountId) -> Kept<()> {
        self.0.run("update profiles set account = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, account])?;
        self.0.run(
            "update persons set is_me = 1, is_listed = 0 where desk = $1 and id = (select person from profiles where desk = $1 and id = $2)",
            &args![self.0.desk(), id],
        )?;
        Ok(())
    }
    pub fn find_remote(&self, network: &NetworkKey, remote_id: &str) -> Kept<Option<KeptProfile>> {
        self.0.find(
            &format!("select {COLUMNS} from profiles where desk = $1 and network = $2 and remote_id = $3"),
            &args![self.0.desk(), network.as_str(), remote_id],
            read,
        )
    }
    pub fn find(&self, id: ProfileId) -> Kept<Option<KeptProfile>> {
        self.0.find(&format!("select {COLUMNS} from profiles where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    pub fn get(&self, id: ProfileId) -> Kept<KeptProfile> {
        self.find(id)?.ok_or(StoreError::Missing("a profile"))
    }
    /// By the handle people write, whatever its case.
    pub fn find_handle(&self, network: &NetworkKey, handle: &str) -> Kept<Option<KeptProfile>> {
        self.0.find(
            &format!("select {COLUMNS} from profiles where desk = $1 and network = $2 and lower(handle) = $3 limit 1"),
            &args![self.0.desk(), network.as_str(), handle.trim_start_matches('@').to_lowercase()],
            read,
        )
    }
    /// All profiles of a person, oldest first.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<KeptProfile>> {
        // `+id`: a planner without figures would rather walk all profiles of the desk in their order than put these few in theirs.
        self.0.all(
            &format!("select {COLUMNS} from profiles where desk = $1 and person = $2 order by +id limit {PROFILES_OF_A_PERSON_MAX}"),
            &args![self.0.desk(), person],
            read,
        )
    }
    /// Whose an account of ours is, out there.
    pub fn of_account(&self, account: AccountId) -> Kept<Option<KeptProfile>> {
        self.0.find(
            &format!("select {COLUMNS} from profiles where desk = $1 and account = $2 and account is not null order by id limit 1"),
            &args![self.0.desk(), account],
            read,
        )
    }
    /// Our own profiles.
    pub fn mine(&self) -> Kept<Vec<KeptProfile>> {
        // Put in order here: asked for in order, SQLite goes through everybody's in the order of their numbers.
        let mut all = self.0.all(
            &format!("select {COLUMNS} from profiles where desk = $1 and account is not null limit 1000"),
            &args![self.0.desk()],
            read,
        )?;
        all.sort_by_key(|p| p.id);
        Ok(all)
    }
}
