//! What comes by itself: a socket to each relay that stays open. One that breaks is opened again here, by itself, for as long as another
//! holds; when none does, the caller is told, and begins anew after a pause.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, select_all};
use jiff::SignedDuration;
use model::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::Nostr;
use super::circle::Circle;
use super::event::{DELETION, Event as Note, FOLLOWS, NOTE, REACTION, REPOST};
use super::inbox::{TELLING, heard, subject};
use super::listen::{follows, passed_on, people_in, post_of};
use super::mend::mend;
use super::people::faces;
use super::relay::{Relay, Said};
use super::translate::Faces;
use super::us::Us;
use crate::{Answer, Call, Event, NetworkError, Search, Stream};

/// A relay so long silent is asked for a sign of life; once more, and it is given up.
const QUIET_MAX: Duration = Duration::from_secs(60);
/// The pause before a relay that broke is opened again.
const PAUSE: Duration = Duration::from_secs(30);
/// Events remembered, so that what comes from several relays is handed on once; and people.
const SEEN_MAX: usize = 5000;
const FACES_MAX: usize = 2000;
/// Hashtags heard.
const TAGS_MAX: usize = 50;
/// So many seconds before the opening are asked for as well.
const BEFORE_S: i64 = 30;

#[async_trait]
impl Stream for Nostr {
    async fn run(&self, call: &Call<'_>, tags: &[String], out: Sender<Event>) -> Answer<()> {
        let us = Us::of(call)?;
        let mut circle = us.circle(call).await;
        let follows = follows(&mut circle, us.public()).await?;
        mend(&mut circle, us.public()).await;
        let open_ones = circle.open_ones();
        drop(circle);
        let tags: Vec<String> =
            tags.iter().map(|t| t.trim_start_matches('#').to_lowercase()).filter(|t| !t.is_empty()).take(TAGS_MAX).collect();
        let hub = Hub {
            us: &us,
            call,
            tags,
            follows,
            out: &out,
            known: Mutex::default(),
            began: tokio::time::Instant::now(),
            open: AtomicUsize::new(0),
        };
        if out.send(Event::Open).await.is_err() {
            return Ok(());
        }
        let pumps: Vec<BoxFuture<'_, Answer<()>>> =
            us.kept.relays.iter().map(|url| -> BoxFuture<'_, Answer<()>> { Box::pin(hub.keep(url, open_ones.contains(url))) }).collect();
        let watch: BoxFuture<'_, Answer<()>> = Box::pin(async {
            out.closed().await;
            Ok(())
        });
        select_all(pumps.into_iter().chain([watch])).await.0
    }
}

/// What the relays of one stream share.
struct Hub<'a> {
    us: &'a Us,
    call: &'a Call<'a>,
    tags: Vec<String>,
    follows: Vec<String>,
    out: &'a Sender<Event>,
    known: Mutex<Known>,
    began: tokio::time::Instant,
    open: AtomicUsize,
}

#[derive(Default)]
struct Known {
    /// Events seen, and whose they are.
    events: HashMap<String, String>,
    faces: Faces,
}

impl Hub<'_> {
    fn now(&self) -> Timestamp {
        self.call.now + SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::ZERO)
    }

    /// Keeps one relay open. Ends when nobody listens any more, or when no relay is left.
    async fn keep(&self, url: &str, was_open: bool) -> Answer<()> {
        let mut is_first = was_open;
        loop {
            if let Ok(relay) = Relay::open(self.call.http, url, self.now()).await {
                self.open.fetch_add(1, Ordering::SeqCst);
                // What came while it was away has to be fetched, and what we said has to be handed to it.
                if !std::mem::take(&mut is_first) {
                    let mut circle = Circle::open(self.call.http, &self.us.signer, &self.us.kept.relays, self.now()).await;
                    mend(&mut circle, self.us.public()).await;
                    if self.out.send(Event::Open).await.is_err() {
                        return Ok(());
                    }
                }
                let ended = self.pump(relay, url).await;
                let left = self.open.fetch_sub(1, Ordering::SeqCst) - 1;
                match ended {
                    Ok(()) => return Ok(()),
                    Err(error) if left == 0 => return Err(error),
                    Err(_) => {}
                }
            }
            is_first = false;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Hands on what a relay brings, until it breaks or nobody listens.
    async fn pump(&self, mut relay: Relay, url: &str) -> Answer<()> {
        relay.ask(&self.filters()).await?;
        let (mut is_asked, mut has_logged_in) = (false, false);
        loop {
            match tokio::time::timeout(QUIET_MAX, relay.hear()).await {
                Err(_) if is_asked => return Err(NetworkError::Away("the relay went quiet".into())),
                Err(_) => {
                    is_asked = true;
                    relay.ping().await?;
                    continue;
                }
                Ok(said) => match said? {
                    Said::Event(event) => {
                        let is_heard = self.take(*event, url).await;
                        if !is_heard {
                            return Ok(());
                        }
                    }
                    Said::Closed(why) if why.starts_with("auth-required") && !has_logged_in => {
                        has_logged_in = true;
                        relay.log_in(&self.us.signer, self.call.http).await?;
                        relay.ask(&self.filters()).await?;
                    }
                    Said::Closed(_) => return Err(NetworkError::Away("the relay ended the stream".into())),
                    _ => {}
                },
            }
            is_asked = false;
        }
    }

    fn filters(&self) -> Vec<Value> {
        let since = self.now().as_second() - BEFORE_S;
        let mut filters = vec![json!({"kinds": TELLING, "#p": [self.us.public()], "since": since})];
        if !self.follows.is_empty() {
            filters.push(json!({"kinds": [NOTE, REPOST, DELETION], "authors": self.follows, "since": since}));
        }
        if !self.tags.is_empty() {
            filters.push(json!({"kinds": [NOTE], "#t": self.tags, "since": since}));
        }
        filters
    }

    /// Whether somebody still listens.
    async fn take(&self, event: Note, url: &str) -> bool {
        if !event.is_true() || !self.is_new(&event) {
            return true;
        }
        for told in self.told(&event, url).await {
            if self.out.send(told).await.is_err() {
                return false;
            }
        }
        true
    }

    fn is_new(&self, event: &Note) -> bool {
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.events.len() >= SEEN_MAX {
            known.events.clear();
        }
        known.events.insert(event.id.clone(), event.pubkey.clone()).is_none()
    }

    /// An event in our words.
    async fn told(&self, event: &Note, url: &str) -> Vec<Event> {
        let own = self.us.public();
        if event.kind == DELETION {
            // Anybody may write that anything is gone; only its author makes it so.
            let known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            return event
                .values("e")
                .filter(|id| known.events.get(*id) == Some(&event.pubkey))
                .map(|id| Event::Deleted(id.to_owned()))
                .collect();
        }
        let names_us = event.values("p").any(|p| p == own);
        let follows_them = self.follows.contains(&event.pubkey);
        let tag = event.values("t").find(|t| self.tags.iter().any(|wanted| wanted == &t.to_lowercase())).map(str::to_owned);
        let on = [url.to_owned()];
        let (posts, faces) = self.around(event, url).await;
        let mut told = Vec::new();
        if names_us && matches!(event.kind, NOTE | REPOST | REACTION | FOLLOWS) {
            told.extend(heard(event, &on, own, &posts, &faces, self.now()).map(|h| Event::Heard(Box::new(h))));
        }
        let by = if follows_them { Some(Search::Home) } else { tag.map(Search::Tag) };
        if let Some(by) = by {
            told.extend(post_of(event, &on, &posts, &faces, self.now()).map(|p| Event::Post(Box::new(p), by)));
        }
        told
    }

    /// The post that an event is about, and who everybody in it is; asked of the relay that brought it.
    async fn around(&self, event: &Note, url: &str) -> (BTreeMap<String, Note>, Faces) {
        let mut posts = BTreeMap::new();
        let known = || self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let missing_post = subject(event).or_else(|| passed_on(event).filter(|_| event.kind == REPOST));
        let mut people = people_in(&[(event.clone(), Vec::new())]);
        people.retain(|key| !known().faces.0.contains_key(key));
        if missing_post.is_none() && people.is_empty() {
            return (posts, known().faces.clone());
        }
        let mut circle = Circle::open(self.call.http, &self.us.signer, &[url.to_owned()], self.now()).await;
        if let Some(id) = missing_post {
            let told = circle.fetch(&[json!({"ids": [id]})]).await.unwrap_or_default();
            people.extend(told.iter().map(|e| e.pubkey.clone()));
            posts.extend(told.into_iter().map(|e| (e.id.clone(), e)));
        }
        let fresh = faces(&mut circle, self.call.http, people).await;
        let mut known = known();
        if known.faces.0.len() + fresh.0.len() > FACES_MAX {
            known.faces.0.clear();
        }
        known.faces.0.extend(fresh.0);
        (posts, known.faces.clone())
    }
}
