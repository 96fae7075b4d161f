//! Following one of our short links: who came, kept without anything that tells one visitor from another. The way through is kept short, since
//! a post may go round the world: where links lead is remembered, and arrivals wait in memory for at most a second until [`flush`] puts
//! them into the store together. What waits is lost if the process is killed; told to stop, it is put in first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{DeskId, LinkId, Timestamp, Visit, Visitor};
use sha2::{Digest, Sha256};
use store::StoreError;
use store::visits::Arrival;
use tokio::sync::Notify;

pub use super::visitor::Facts;
use super::visitor::judge;
use crate::{App, Done};

/// Codes are short; anything longer is not one.
const CODE_MAX: usize = 32;
const HOST_MAX: usize = 200;
/// Links whose end is remembered; beyond it the memory starts afresh.
const KNOWN_MAX: usize = 50_000;
/// How long a link's end is remembered. A link never changes, but its desk may be thrown away, by another server, too.
const KNOWN_FOR: SignedDuration = SignedDuration::from_secs(60);
/// So many arrivals that wait are put in at once, without waiting for the second to end.
const BATCH: usize = 2_000;
/// More than these never wait: whoever comes then waits for the store.
const WAITING_MAX: usize = 50_000;

/// Where a link leads, and whose it is.
#[derive(Clone, Debug)]
struct Known {
    desk: DeskId,
    link: LinkId,
    target: Arc<str>,
    read_at: Timestamp,
}

/// A day of UTC, as the days since 1970 and as `YYYY-MM-DD`, and its salt.
#[derive(Clone, Debug)]
struct Salt {
    day: i64,
    name: Arc<str>,
    salt: [u8; 16],
}

const DAY_SECONDS: i64 = 86_400;

/// Whose a domain is, by its name, and when that was read.
type Domains = (Timestamp, Arc<HashMap<String, DeskId>>);

/// The way through our short links. One of these a process.
#[derive(Default)]
pub struct Gate {
    known: RwLock<HashMap<String, Known>>,
    salt: RwLock<Option<Salt>>,
    /// Domains that answer nothing but links, as they were read last.
    domains: RwLock<Option<Domains>>,
    waiting: Mutex<Vec<Arrival>>,
    /// Rung when enough of them wait.
    pub bell: Notify,
    /// One at a time puts them in.
    flushing: tokio::sync::Mutex<()>,
}

impl Gate {
    /// Whatever was remembered of links is read anew: a desk was thrown away.
    pub fn forget_links(&self) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
    /// Which domains there are is read anew.
    pub fn forget_domains(&self) {
        *self.domains.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
    fn recall(&self, code: &str, now: Timestamp) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(code).filter(|k| now.duration_since(k.read_at).abs() < KNOWN_FOR).cloned()
    }
    fn remember(&self, code: &str, link: Known) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(code.to_owned(), link);
    }
    /// Puts one more into the row; how many there are now.
    fn add(&self, arrival: Arrival) -> usize {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(arrival);
        waiting.len()
    }
}

/// The desk whose short links a domain answers, if it answers nothing else.
pub async fn whose_domain(app: &App, host: &str, now: Timestamp) -> Done<Option<DeskId>> {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
    let read = app.gate.domains.read().unwrap_or_else(PoisonError::into_inner).clone();
    let all = match read.filter(|(at, _)| now.duration_since(*at).abs() < KNOWN_FOR) {
        Some((_, all)) => all,
        None => {
            let found = app.store.read_unscoped::<_, StoreError>(|tx| super::links::domains(tx)).await?;
            let all: Arc<HashMap<String, DeskId>> = Arc::new(found.into_iter().map(|(desk, domain)| (domain, desk)).collect());
            *app.gate.domains.write().unwrap_or_else(PoisonError::into_inner) = Some((now, all.clone()));
            all
        }
    };
    // Nearly nobody has one: then a host is not even looked at.
    if all.is_empty() { Ok(None) } else { Ok(all.get(&name.to_ascii_lowercase()).copied()) }
}

/// [`visit`] by a domain that answers one desk's links alone.
pub async fn visit_of(app: &App, desk: DeskId, code: &str, facts: &Facts, now: Timestamp) -> Done<Option<Arc<str>>> {
    match known_code(app, code, now).await? {
        Some(known) if known.desk == desk => visit(app, code, facts, now).await,
        _ => Ok(None),
    }
}

fn is_code(code: &str) -> bool {
    !code.is_empty() && code.len() <= CODE_MAX && code.bytes().all(|b| b.is_ascii_alphanumeric())
}

async fn known_code(app: &App, code: &str, now: Timestamp) -> Done<Option<Known>> {
    if is_code(code) { known(app, code, now).await } else { Ok(None) }
}

/// Counts an arrival and answers where the link leads; `None` where there is no such link.
pub async fn visit(app: &App, code: &str, facts: &Facts, now: Timestamp) -> Done<Option<Arc<str>>> {
    let Some(known) = known_code(app, code, now).await? else { return Ok(None) };
    let visitor = judge(facts, &app.config.own).visitor();
    let who = match visitor {
        Visitor::Person => Some(who(app, known.desk, facts, now).await?),
        Visitor::Machine | Visitor::Ourselves => None,
    };
    let visit = Visit { id: store::fresh_id(now), link: known.link, at: now, visitor, from: host_of(&facts.referer) };
    let waiting = app.gate.add(Arrival { desk: known.desk, visit, who });
    if waiting >= WAITING_MAX {
        flush(app).await?;
    } else if waiting.is_multiple_of(BATCH) {
        app.gate.bell.notify_one();
    }
    Ok(Some(known.target))
}

async fn known(app: &App, code: &str, now: Timestamp) -> Done<Option<Known>> {
    if let Some(known) = app.gate.recall(code, now) {
        return Ok(Some(known));
    }
    let wanted = code.to_owned();
    let found = app.store.read_unscoped::<_, StoreError>(move |tx| super::links::followed(tx, &wanted)).await?;
    let known = found.map(|(desk, link, target)| Known { desk, link, target: target.into(), read_at: now });
    if let Some(known) = &known {
        app.gate.remember(code, known.clone());
    }
    Ok(known)
}

/// The day, and a hash of whoever came that nobody can undo or compare once the day's salt is thrown away. The same browser from the same
/// address at the same desk has the same, all day.
pub(super) async fn who(app: &App, desk: DeskId, facts: &Facts, now: Timestamp) -> Done<(Arc<str>, i64)> {
    let today = salt(app, now).await?;
    let hash = Sha256::new()
        .chain_update(today.salt)
        .chain_update(desk.0.to_le_bytes())
        .chain_update(&facts.place)
        .chain_update([0])
        .chain_update(facts.user_agent.as_deref().unwrap_or_default())
        .finalize();
    Ok((today.name, i64::from_le_bytes(*hash.first_chunk().expect("a hash has 32 bytes"))))
}

async fn salt(app: &App, now: Timestamp) -> Done<Salt> {
    let day = now.as_second().div_euclid(DAY_SECONDS);
    if let Some(salt) = app.gate.salt.read().unwrap_or_else(PoisonError::into_inner).as_ref().filter(|salt| salt.day == day) {
        return Ok(salt.clone());
    }
    let name: Arc<str> = now.to_zoned(TimeZone::UTC).date().to_string().into();
    let (today, fresh) = (name.clone(), rand::random::<[u8; 16]>());
    let kept = app.store.write_unscoped::<_, StoreError>(move |tx| tx.day_salt(&today, &fresh)).await?;
    let salt: [u8; 16] = kept.try_into().map_err(|_| StoreError::Broken("a day's salt has 16 bytes".into()))?;
    let salt = Salt { day, name, salt };
    *app.gate.salt.write().unwrap_or_else(PoisonError::into_inner) = Some(salt.clone());
    Ok(salt)
}

/// Puts in what waits; answers how many arrivals. Where the store does not take them, they go on waiting.
pub async fn flush(app: &App) -> Done<usize> {
    let _one = app.gate.flushing.lock().await;
    let batch = std::mem::take(&mut *app.gate.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    if batch.is_empty() {
        return Ok(0);
    }
    let (n, batch) = (batch.len(), Arc::new(batch));
    let sent = batch.clone();
    let put = app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_arrivals(&sent)).await;
    if let Err(error) = put {
        let mut waiting = app.gate.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let room = WAITING_MAX.saturating_sub(waiting.len());
        let lost = n.saturating_sub(room);
        if lost > 0 {
            tracing::warn!(lost, "the store takes no visits, and no more can wait");
        }
        waiting.extend(batch.iter().take(room).cloned());
        return Err(error.into());
    }
    Ok(n)
}

fn host_of(referer: &str) -> Option<String> {
    if referer.is_empty() {
        return None;
    }
    let url = url::Url::parse(referer).ok()?;
    url.host_str().filter(|h| h.len() <= HOST_MAX).map(str::to_owned)
}
