//! Hobnob's books, read straight from its store; and at the end, held against what stands on the networks.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use model::{AccountId, Delivery, DeliveryId, DeliveryState, DraftId, Hold, Seat};
use store::{Backend, Key, Store, StoreError};

use super::desk::Program;
use super::{Place, Standing};

pub struct Books {
    store: Store,
    seat: Seat,
    runtime: tokio::runtime::Runtime,
}

/// Deliveries read in one go.
const READ_MAX: usize = 200_000;

/// The store of the program, as somebody who only reads it.
pub fn open(program: &Program) -> anyhow::Result<(Store, Seat, tokio::runtime::Runtime)> {
    let key = std::fs::read_to_string(program.folder.join("hobnob.key"))?;
    let mut bytes = [0u8; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(key.trim().get(2 * i..2 * i + 2).context("a key of 64 digits")?, 16)?;
    }
    let backend = match &program.database {
        Some(url) => Backend::Pg(url.clone()),
        None => Backend::Lite(program.folder.join("hobnob.sqlite")),
    };
    let store = Store::open(backend, Key::new(bytes))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let desk = runtime.block_on(store.read_unscoped::<_, StoreError>(|tx| tx.desks()))?.into_iter().next().context("a desk")?;
    Ok((store, Seat::of_clock(desk.id), runtime))
}

impl Books {
    pub fn open(program: &Program) -> anyhow::Result<Books> {
        let (store, seat, runtime) = open(program)?;
        Ok(Books { store, seat, runtime })
    }

    /// Our accounts, by the server they are on.
    pub fn accounts(&self) -> anyhow::Result<Vec<(AccountId, String)>> {
        let accounts = self.runtime.block_on(self.store.read::<_, StoreError>(&self.seat, |tx| tx.accounts().list()))?;
        Ok(accounts.into_iter().map(|a| (a.id, a.server)).collect())
    }

    /// How many deliveries there are, and how many of them will still move by themselves.
    pub fn count(&self) -> anyhow::Result<(u64, u64)> {
        let both = self.runtime.block_on(self.store.read_unscoped::<_, StoreError>(|tx| {
            Ok((
                tx.count("select count(*) from deliveries", &[])?,
                tx.count(
                    "select count(*) from deliveries where state = 'sending' or (state = 'planned' and hold is null) or unfiled = 1",
                    &[],
                )?,
            ))
        }))?;
        Ok(both)
    }

    /// All that was ever planned and holds.
    pub fn all(&self) -> anyhow::Result<Vec<Delivery>> {
        let all = self.runtime.block_on(self.store.read::<_, StoreError>(&self.seat, |tx| {
            let drafts = tx.all("select distinct draft from deliveries", &[], |row| row.get::<DraftId>(0))?;
            let mut all = Vec::new();
            for draft in drafts {
                all.extend(tx.deliveries().of_draft(draft)?);
                if all.len() > READ_MAX {
                    break;
                }
            }
            Ok(all)
        }))?;
        Ok(all)
    }

    /// How the attempts at one ended.
    pub fn outcomes(&self, id: DeliveryId) -> anyhow::Result<Vec<String>> {
        Ok(self.runtime.block_on(self.store.read::<_, StoreError>(&self.seat, move |tx| tx.deliveries().outcomes(id)))?)
    }

    /// Those that wait for a person.
    pub fn stuck(&self) -> anyhow::Result<Vec<Delivery>> {
        Ok(self.runtime.block_on(self.store.read::<_, StoreError>(&self.seat, |tx| tx.deliveries().stuck(u32::MAX, 500)))?)
    }
}

/// How it all ended.
#[derive(Default, Debug)]
pub struct Figures {
    pub intended: u64,
    pub landed: u64,
    pub refused: u64,
    pub cancelled: u64,
    pub doubled: u64,
    pub lost: u64,
    pub stuck: u64,
    /// What is wrong, in words; the first of many.
    pub wrong: Vec<String>,
    /// By kind of network: landed of intended.
    pub by_kind: BTreeMap<&'static str, (u64, u64)>,
}

/// So many wrongs are told in words.
const TOLD_MAX: usize = 20;

impl Figures {
    fn tell(&mut self, words: String) {
        if self.wrong.len() < TOLD_MAX {
            self.wrong.push(words);
        }
    }
    pub fn is_well(&self) -> bool {
        self.doubled == 0 && self.lost == 0 && self.stuck == 0 && self.wrong.is_empty()
    }
}

/// Holds the books against the networks.
pub fn judge(all: &[Delivery], places: &[Place]) -> Figures {
    let mut figures = Figures::default();
    for place in places {
        let stands = place.world.standing();
        let mut by_text: HashMap<String, Vec<&Standing>> = HashMap::new();
        for one in &stands {
            by_text.entry(words(&one.text)).or_default().push(one);
        }
        let ours: Vec<&Delivery> = all.iter().filter(|d| Some(d.account) == place.account).collect();
        for d in &ours {
            let here = by_text.remove(&words(&d.part.text)).unwrap_or_default();
            judge_one(&mut figures, place, d, &here);
        }
        // What stands there and nobody meant to.
        for (text, here) in by_text {
            figures.lost += here.len() as u64;
            figures.tell(format!("{}: “{text}” stands there, and the books know nothing of it", place.kind));
        }
        for complaint in place.world.complaints() {
            figures.tell(format!("{}: {complaint}", place.kind));
        }
    }
    figures
}

/// A text as its words: servers change the spaces between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn judge_one(figures: &mut Figures, place: &Place, d: &Delivery, here: &[&Standing]) {
    let kind = figures.by_kind.entry(place.kind).or_default();
    kind.1 += 1;
    kind.0 += u64::from(d.state == DeliveryState::Landed);
    figures.intended += 1;
    let what =
        format!("{} “{}” ({}, {} attempts)", place.kind, d.part.text.chars().take(40).collect::<String>(), d.state.word(), d.attempts);
    if here.len() > 1 {
        figures.doubled += here.len() as u64 - 1;
        figures.tell(format!("{what} stands {} times", here.len()));
    }
    let behind = d.hold == Some(Hold::Before);
    let wants = match d.state {
        DeliveryState::Landed => {
            figures.landed += 1;
            1
        }
        DeliveryState::Cancelled => {
            figures.cancelled += 1;
            0
        }
        DeliveryState::Refused => {
            figures.refused += 1;
            0
        }
        DeliveryState::Planned if behind => {
            figures.refused += 1;
            0
        }
        DeliveryState::Planned | DeliveryState::Sending | DeliveryState::AskHuman => {
            figures.stuck += 1;
            figures.tell(format!("{what} is stuck: {:?}, {:?}, due {}", d.hold, d.why, d.due));
            return;
        }
    };
    if here.len() < wants {
        figures.lost += 1;
        figures.tell(format!("{what} does not stand there"));
    } else if here.len() > wants && here.len() == 1 {
        figures.lost += 1;
        figures.tell(format!("{what} stands there all the same"));
    }
    if d.state == DeliveryState::Landed && d.post.is_none() {
        figures.stuck += 1;
        figures.tell(format!("{what} was never filed"));
    }
    if let (DeliveryState::Landed, [one]) = (&d.state, here) {
        let parent = d.part.reply_to.as_ref().map(|r| r.parent.id.as_str());
        let fits = match (&one.parent, parent) {
            (None, None) => true,
            // A network's own number stands at the end of the address by which we know the post.
            (Some(there), Some(ours)) => there == ours || ours.rsplit('/').next() == Some(there),
            _ => false,
        };
        if !fits || (d.part_index > 0) != parent.is_some() {
            figures.lost += 1;
            figures.tell(format!("{what} answers {:?}, and not {parent:?}", one.parent));
        }
    }
}
