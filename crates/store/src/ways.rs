//! The kept ties as a graph for `model::paths`: read from the database as a search asks, strongest first, and never the whole of it.

use std::collections::HashMap;

use model::paths::{Node, Ties};
use model::{PersonId, ProfileId};

use crate::{Kept, StoreError, Tx, args};

/// The ties of a desk. Node 0 is ourselves.
pub struct KeptTies<'t, 'c> {
    tx: &'t Tx<'c>,
    nodes: HashMap<ProfileId, Node>,
    profiles: Vec<ProfileId>,
    /// Profiles of people with more than one: to the one that stands for all, and back.
    stands_for: HashMap<ProfileId, ProfileId>,
    groups: HashMap<ProfileId, Vec<ProfileId>>,
    /// Of each person that was asked for: what was read of their ties, and down to which strength.
    read: HashMap<Node, (f32, Vec<(Node, f32)>)>,
    error: Option<StoreError>,
}

/// Ourselves.
pub const ME: Node = 0;
/// People whom we know that are searched through, closest first.
const KNOWN_MAX: u32 = 2_000;
/// Ties of one person that are read at once; the weakest of a hub are left out.
const TIES_MAX: u32 = 100_000;
/// Profiles of people with more than one.
const GROUPED_MAX: u32 = 200_000;

impl<'t, 'c> KeptTies<'t, 'c> {
    /// Reads whom we know, and who has several profiles.
    pub fn open(tx: &'t Tx<'c>) -> Kept<Self> {
        let mut ties = Self {
            tx,
            nodes: HashMap::new(),
            profiles: vec![ProfileId(0)],
            stands_for: HashMap::new(),
            groups: HashMap::new(),
            read: HashMap::new(),
            error: None,
        };
        let grouped: Vec<(PersonId, ProfileId)> = tx.all(
            &format!(
                "select f.person, f.id from profiles f where f.desk = $1
                   and f.person in (select j.kept from joins j where j.desk = $1 and j.undone_at is null) order by f.person, f.id limit {GROUPED_MAX}"
            ),
            &args![tx.desk()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut first: Option<(PersonId, ProfileId)> = None;
        for (person, profile) in grouped {
            let stands = first.filter(|f| f.0 == person).map_or(profile, |f| f.1);
            first = Some((person, stands));
            ties.stands_for.insert(profile, stands);
            ties.groups.entry(stands).or_default().push(profile);
        }
        let known: Vec<(ProfileId, f64)> = tx.all(
            &format!(
                "select f.id, p.tie from persons p join profiles f on f.desk = p.desk and f.person = p.id
                 where p.desk = $1 and p.tie > 0 and p.is_me = 0 and p.joined_into is null order by p.tie desc limit {KNOWN_MAX}"
            ),
            &args![tx.desk()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut mine: Vec<(Node, f32)> = Vec::with_capacity(known.len());
        for (profile, key) in known {
            let node = ties.node(profile);
            if !mine.iter().rev().take(8).any(|m| m.0 == node) {
                mine.push((node, key as f32));
            }
        }
        ties.read.insert(ME, (f32::NEG_INFINITY, mine));
        Ok(ties)
    }

    /// The place of whoever has this profile.
    pub fn node(&mut self, profile: ProfileId) -> Node {
        let profile = self.stands_for.get(&profile).copied().unwrap_or(profile);
        if let Some(known) = self.nodes.get(&profile) {
            return *known;
        }
        let node = Node::try_from(self.profiles.len()).unwrap_or(Node::MAX);
        self.nodes.insert(profile, node);
        self.profiles.push(profile);
        node
    }
    /// The profile that stands for somebody.
    pub fn profile(&self, node: Node) -> Option<ProfileId> {
        self.profiles.get(node as usize).copied().filter(|p| p.0 != 0)
    }
    /// The places of everyone through whom no way may go: who asked for that, and whoever is a brand or a bot.
    pub fn barred(&mut self) -> Kept<std::collections::HashSet<Node>> {
        let barred: Vec<ProfileId> = self.tx.all(
            "select f.id from profiles f where f.desk = $1 and f.person in
               (select id from persons where desk = $1 and (is_no_go_between = 1 or nature <> 'person'))",
            &args![self.tx.desk()],
            |row| row.get(0),
        )?;
        Ok(barred.into_iter().map(|profile| self.node(profile)).collect())
    }
    /// What went wrong while the search ran, if anything did: then its answer says nothing.
    pub fn finish(self) -> Kept<()> {
        self.error.map_or(Ok(()), Err)
    }

    fn read_down_to(&mut self, who: Node, least: f32) -> Kept<()> {
        let known = self.read.get(&who).map(|r| r.0);
        if known.is_some_and(|down_to| down_to <= least) {
            return Ok(());
        }
        let Some(profile) = self.profile(who) else { return Ok(()) };
        let group = self.groups.get(&profile).cloned().unwrap_or_else(|| vec![profile]);
        // What is kept is finer than what is searched by: a little lower, so that nothing falls between.
        let from = if least == f32::NEG_INFINITY { 0.0 } else { f64::from(least) - 0.001 };
        let to = known.map_or(f64::MAX, |down_to| f64::from(down_to) - 0.001);
        let mut found: Vec<(Node, f32)> = Vec::new();
        for one in &group {
            let rows: Vec<(ProfileId, f64)> = self.tx.all(
                &format!(
                    "select other, strength from pairs where desk = $1 and one = $2 and strength > 0 and strength >= $3 and strength < $4
                     order by strength desc limit {TIES_MAX}"
                ),
                &args![self.tx.desk(), *one, from, to],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            found.extend(rows.into_iter().map(|(other, key)| (self.node(other), key as f32)));
        }
        let entry = self.read.entry(who).or_insert((least, Vec::new()));
        entry.0 = least;
        // Two profiles of one person may have answered each other.
        for (node, key) in found.into_iter().filter(|f| f.0 != who) {
            match entry.1.iter_mut().find(|e| group.len() > 1 && e.0 == node) {
                Some(known) => known.1 = known.1.max(key),
                None => entry.1.push((node, key)),
            }
        }
        Ok(())
    }
}

impl Ties for KeptTies<'_, '_> {
    fn each(&mut self, who: Node, least: f32, see: &mut impl FnMut(Node, f32)) {
        if self.error.is_some() {
            return;
        }
        if let Err(error) = self.read_down_to(who, least) {
            self.error = Some(error);
            return;
        }
        if let Some((_, ties)) = self.read.get(&who) {
            ties.iter().for_each(|&(other, strength)| see(other, strength));
        }
    }
    fn about_how_many(&mut self, who: Node) -> usize {
        self.read.get(&who).map_or(1, |r| r.1.len())
    }
}
