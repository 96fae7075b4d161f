//! A scene in a few lines of text: the whole set-up of a test.
//!
//! ```text
//! voice Ada
//! account ada@plaza
//! by-hand ada@x
//! post 09:00 ben@plaza "Any tips for a cold kitchen?"
//! post 09:05 cat@plaza "@ada what do you think?" > 1
//! ```
//!
//! `> N` answers the Nth post of the scene. Hours are of [`DAY`], in UTC. The word behind `@` names the network, made when first named.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Account, AccountId, AccountState, Desk, DeskId, Role, Seat, Secret, Timestamp, Voice, VoiceId};
use networks::{Network, Networks};
use store::StoreError;

use crate::{FakeNetwork, Temper, TestStore};

/// The day on which scenes play: a Tuesday.
pub const DAY: &str = "2026-09-08";

pub struct Scene {
    pub kept: TestStore,
    pub seat: Seat,
    pub networks: BTreeMap<String, FakeNetwork>,
    /// Networks to which a person carries posts over, by key.
    pub by_hand: Vec<String>,
    /// By what stood behind `account`, such as `ada@plaza`.
    pub accounts: BTreeMap<String, AccountId>,
    /// The ids of the scene's posts on their networks, in order.
    pub posts: Vec<String>,
}

/// An instant of the scenes' day, from `HH:MM`.
pub fn at(clock: &str) -> Timestamp {
    format!("{DAY}T{clock}:00Z").parse().expect("a clock time such as 09:00")
}

impl Scene {
    /// Sets the scene; panics where a line can't be read, with the line.
    pub async fn set(text: &str) -> Scene {
        let kept = TestStore::open();
        let (desk, voice) = (DeskId(1), VoiceId(1));
        let seat = Seat::of_voice(desk, voice, Role::Owner);
        let mut name = "Ada".to_owned();
        if let Some(line) = text.lines().map(str::trim).find_map(|l| l.strip_prefix("voice ")) {
            name = line.to_owned();
        }
        let (owner, now) = (seat.clone(), at("00:00"));
        kept.store
            .write_unscoped(move |tx| {
                tx.put_desk(&Desk { id: desk, name: "Test desk".into(), zone: "UTC".into(), created_at: now })?;
                tx.put_voice(&Voice { id: voice, name }, "no-password", now)?;
                tx.put_seat(&owner, now)?;
                Ok::<_, StoreError>(())
            })
            .await
            .expect("a fresh store takes a desk");
        let mut scene = Scene { kept, seat, networks: BTreeMap::new(), by_hand: Vec::new(), accounts: BTreeMap::new(), posts: Vec::new() };
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#') && !l.starts_with("voice ")) {
            scene.line(line).await;
        }
        scene
    }

    /// The network of that name; made when first named, honouring keys.
    pub fn network(&mut self, key: &str) -> FakeNetwork {
        self.networks.entry(key.to_owned()).or_insert_with(|| FakeNetwork::new(key, Temper::HonoursKey)).clone()
    }
    /// All networks of the scene, for an app.
    pub fn all(&self) -> Networks {
        let fakes = self.networks.values().map(|n| Arc::new(n.clone()) as Arc<dyn Network>);
        // Nothing of these calls out, so they stand as they are.
        let by_hand = self.by_hand.iter().filter_map(|key| networks::by_hand().find(|n| n.about().key == key));
        Networks::new(fakes.chain(by_hand.map(|n| Arc::new(Real(n)) as Arc<dyn Network>)).collect())
    }
    /// The account named in the scene.
    pub fn account(&self, name: &str) -> AccountId {
        self.accounts[name]
    }

    async fn line(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or_else(|| panic!("a scene's line: {line}"));
        match verb {
            "account" => self.connect(rest.trim()).await,
            "by-hand" => self.connect_by_hand(rest.trim()).await,
            "post" => self.post(rest, line),
            _ => panic!("a scene has no line such as: {line}"),
        }
    }
    fn post(&mut self, rest: &str, line: &str) {
        let wrong = || panic!("a post such as: post 09:00 ben@plaza \"Words\" > 1; not: {line}");
        let Some((clock, rest)) = rest.split_once(' ') else { wrong() };
        let Some((who, rest)) = rest.split_once(' ') else { wrong() };
        let Some((words, after)) = rest.strip_prefix('"').and_then(|r| r.rsplit_once('"')) else { wrong() };
        let Some((_, key)) = who.split_once('@') else { wrong() };
        let parent = after.trim().strip_prefix('>').map(|n| self.posts[n.trim().parse::<usize>().unwrap_or_else(|_| wrong()) - 1].clone());
        let id = self.network(key).say(who, words, at(clock), parent.as_deref());
        self.posts.push(id);
    }
    /// An account on a network that is written to by hand; its key is the real one.
    async fn connect_by_hand(&mut self, handle: &str) {
        let (name, key) = handle.split_once('@').unwrap_or_else(|| panic!("an account such as ada@x; not: {handle}"));
        let network = networks::by_hand().find(|n| n.about().key == key).unwrap_or_else(|| panic!("no network by hand is called {key}"));
        let about = network.about();
        let now = at("00:00");
        let account = Account {
            id: store::fresh_id(now),
            network: model::NetworkKey::new(key),
            server: format!("https://{key}.com"),
            remote_id: format!("https://{key}.com/{name}"),
            handle: name.to_owned(),
            name: name.to_owned(),
            avatar_url: None,
            url: None,
            rules: (about.rules)(),
            state: AccountState::Working,
            created_at: now,
        };
        let put = self.kept.store.write::<_, StoreError>(&self.seat, move |tx| {
            let id = tx.accounts().put(&account)?;
            tx.accounts().put_secret(id, &Secret::new(""), now)?;
            Ok(id)
        });
        let id = put.await.expect("a fresh store takes an account");
        self.by_hand.push(key.to_owned());
        self.accounts.insert(handle.to_owned(), id);
    }
    async fn connect(&mut self, handle: &str) {
        let (_, key) = handle.split_once('@').unwrap_or_else(|| panic!("an account such as ada@plaza; not: {handle}"));
        let network = self.network(key);
        let profile = network.profile_of(handle);
        let now = at("00:00");
        let account = Account {
            id: store::fresh_id(now),
            network: network.key(),
            server: format!("https://{key}.example"),
            remote_id: profile.remote_id.clone(),
            handle: profile.handle.clone(),
            name: profile.name.clone(),
            avatar_url: None,
            url: None,
            rules: (network.about().rules)(),
            state: AccountState::Working,
            created_at: now,
        };
        let id = self
            .kept
            .store
            .write(&self.seat, move |tx| {
                let id = tx.accounts().put(&account)?;
                tx.accounts().put_secret(id, &Secret::new("fake-1"), now)?;
                let mine = tx.profiles().put(&profile, now)?;
                tx.profiles().set_mine(mine.id, id)?;
                Ok::<_, StoreError>(id)
            })
            .await
            .expect("a fresh store takes an account");
        self.accounts.insert(handle.to_owned(), id);
    }
}

/// A network of the product, as it is.
struct Real(&'static dyn Network);

impl Network for Real {
    fn about(&self) -> &'static networks::About {
        self.0.about()
    }
    fn sign_in(&self) -> Option<&dyn networks::SignIn> {
        self.0.sign_in()
    }
    fn by_hand(&self) -> Option<&dyn networks::ByHand> {
        self.0.by_hand()
    }
}
