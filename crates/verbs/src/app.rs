//! What every verb is given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use model::{AccountId, DeskId, NetworkKey, Seat, Timestamp};
use networks::{Http, Networks};
use store::Store;
use tokio::sync::Notify;

use crate::gather::Gather;
use crate::jobs::Next;
use crate::publish::begin::{Ask, Step};
use crate::publish::settle::Ending;

/// What was configured at the start and does not change.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The address people reach us by, without a slash at the end; our short links begin with it. `None` until configured: then
    /// `http://localhost:PORT`.
    pub public_url: String,
    /// Where data are kept, for the doctor.
    pub data: std::path::PathBuf,
    /// This is a throw-away desk with invented people.
    pub is_demo: bool,
    /// Networks that are listened to whole, each at an address or, without one, at its usual one.
    pub firehoses: Vec<(NetworkKey, Option<String>)>,
    /// Addresses and agents of ours, whose visits are not counted.
    pub own: crate::reflect::visitor::Own,
    /// The mail server of every desk that names none, and its password.
    pub mail: Option<(model::MailServer, Option<model::Secret>)>,
    /// How long this process has been running, by a clock that nobody can set. `None` in tests, which hand the time in.
    pub steady: Option<fn() -> std::time::Duration>,
}

/// Mail servers shut out who comes with many lines at once.
const LETTERS_AT_ONCE: usize = 4;

/// The lock under which each account's token is renewed.
type Refreshers = HashMap<(DeskId, AccountId), Arc<tokio::sync::Mutex<()>>>;

/// One of these a process.
pub struct App {
    pub store: Store,
    pub http: Http,
    pub networks: Networks,
    pub config: Config,
    /// Rung when due work was put in line, so that the worker looks at once.
    pub bell: Notify,
    /// Pictures of people fetched lately.
    pub album: crate::desk::pictures::Album,
    /// How it stands with what is read of whole networks.
    pub firehoses: crate::listen::firehose::Gauges,
    /// Links followed lately, and arrivals on their way to the store.
    pub gate: crate::reflect::visit::Gate,
    /// How long what is in doubt has been waited for.
    pub doubts: crate::publish::doubts::Doubts,
    /// Deliveries that ask whether they may go, and attempts that have come back.
    pub(crate) beginning: Gather<Ask, Step>,
    pub(crate) ending: Gather<Ending, Option<Next>>,
    /// Letters that are handed to mail servers at once.
    pub(crate) post: tokio::sync::Semaphore,
    /// Whose words are whose.
    pub canned: Arc<crate::listen::canned::Tables>,
    /// What hubs send of feeds.
    pub(crate) pushes: crate::listen::push::Gate,
    /// One refresher of a token at a time, by account.
    refreshers: Mutex<Refreshers>,
}

impl App {
    pub fn new(store: Store, http: Http, networks: Networks, config: Config) -> Arc<App> {
        Arc::new(App {
            store,
            http,
            networks,
            config,
            bell: Notify::new(),
            album: Default::default(),
            post: tokio::sync::Semaphore::new(LETTERS_AT_ONCE),
            canned: Default::default(),
            firehoses: Default::default(),
            gate: Default::default(),
            doubts: Default::default(),
            beginning: Gather::default(),
            ending: Gather::default(),
            pushes: Default::default(),
            refreshers: Mutex::default(),
        })
    }
    /// The lock under which an account's token is renewed.
    pub(crate) fn refresher(&self, desk: DeskId, account: AccountId) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.refreshers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.entry((desk, account)).or_default().clone()
    }
}

/// First argument of every verb: the app, who asks, and when.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    pub app: &'a App,
    pub seat: &'a Seat,
    pub now: Timestamp,
}

impl Cx<'_> {
    /// Rings for the worker, after a transaction that put work in line.
    pub fn ring(&self) {
        self.app.bell.notify_one();
    }
}
