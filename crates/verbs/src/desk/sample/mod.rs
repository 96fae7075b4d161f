//! The sample desk: a lived-in desk of invented people, to look round in and to throw away. It is filled through the same functions
//! as any other desk. Begin with [`open`]; what is said in it stands in `cast.rs`.

mod cast;
mod talks;
mod tried;

use std::collections::HashMap;

use jiff::{SignedDuration, ToSpan};
use model::*;
use networks::{Landing, Networks};
use store::conversations::Marks;
use store::drafts::KeptDraft;
use store::gestures::Gesture;
use store::{Kept, StoreError, Tx};

use self::cast::{For, Net, Own};
use self::talks::Talk;
use crate::converse::refresh::refresh;
use crate::converse::take_in::{Arrival, take_in};
use crate::publish::plan::plan_in;
use crate::publish::render::Press;
use crate::{App, Done, VerbError, listen, publish};

/// A sample desk is signed in to for so long.
const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// By this choice of a desk it is known as one of sample people.
pub const MARK: &str = "sample-desk";
/// How long ago its accounts were connected.
const CONNECTED_DAYS: i64 = 120;
const ZONE: &str = "Europe/London";
/// What pictures of sample people have for an address; the face page draws them from our own.
pub const FACE: &str = "sample:";

/// Makes a sample desk and signs in to it under a session. Any number can stand side by side; each is thrown away by [`throw`].
pub async fn open(app: &App, token_hash: [u8; 32], now: Timestamp) -> Done<Seat> {
    let (networks, public_url) = (app.networks.clone(), app.config.public_url.clone());
    app.store
        .write_unscoped(move |tx| {
            let (desk, voice): (DeskId, VoiceId) = (tx.fresh(now), tx.fresh(now));
            tx.put_desk(&Desk { id: desk, name: "Fold & Thread".into(), zone: ZONE.into(), created_at: now })?;
            tx.put_sample_voice(&Voice { id: voice, name: "Maren Okafor".into() }, now)?;
            let seat = Seat::of_voice(desk, voice, Role::Owner);
            tx.put_seat(&seat, now)?;
            tx.put_session(&token_hash, &seat, now, now + SESSION_LASTS)?;
            tx.at(desk, |tx| {
                tx.set_setting(MARK, "yes")?;
                Filling {
                    tx,
                    networks,
                    public_url,
                    voice,
                    now,
                    accounts: HashMap::new(),
                    people: HashMap::new(),
                    talks: Vec::new(),
                    own: HashMap::new(),
                }
                .fill()
            })?;
            Ok(seat)
        })
        .await
}

/// Signs in to the sample desk that is there, or to a new one; for a desk that is nothing but a demonstration.
pub async fn enter(app: &App, token_hash: [u8; 32], now: Timestamp) -> Done<Seat> {
    let found = app
        .store
        .write_unscoped::<_, StoreError>(move |tx| {
            for desk in tx.desks()? {
                let voice = tx.at(desk.id, |tx| Ok::<_, StoreError>(tx.setting(MARK)?.and(tx.voices()?.into_iter().next())))?;
                if let Some((voice, role)) = voice {
                    let seat = Seat::of_voice(desk.id, voice.id, role);
                    tx.put_session(&token_hash, &seat, now, now + SESSION_LASTS)?;
                    return Ok(Some(seat));
                }
            }
            Ok(None)
        })
        .await?;
    match found {
        Some(seat) => Ok(seat),
        None => open(app, token_hash, now).await,
    }
}

/// Throws a sample desk away, with everything in it; refused for any other desk.
pub async fn throw(app: &App, seat: &Seat) -> Done<()> {
    let seat = seat.clone();
    // Who is on the way in goes with the rest; links that lead nowhere any more are not followed from memory.
    crate::reflect::visit::flush(app).await?;
    app.gate.forget_links();
    app.store
        .write_unscoped(move |tx| {
            let is_sample = tx.at(seat.desk, |tx| tx.setting(MARK))?.is_some();
            if !is_sample {
                return Err(VerbError::NotYours);
            }
            Ok(tx.throw_desk(seat.desk)?)
        })
        .await
}

/// Where the short links lead.
const WORKSHOPS: &str = "https://foldandthread.example/workshops";
/// What would go out sooner than this goes out a day later instead, so that nothing is sent while somebody looks round.
const SOON: SignedDuration = SignedDuration::from_mins(30);

#[derive(Clone, Copy)]
struct Aims {
    workshops: AimId,
    repairs: AimId,
}

struct Filling<'t, 'c> {
    tx: &'t Tx<'c>,
    networks: Networks,
    public_url: String,
    voice: VoiceId,
    now: Timestamp,
    accounts: HashMap<&'static str, Account>,
    people: HashMap<&'static str, PersonId>,
    talks: Vec<ConversationId>,
    /// Our own posts that stand: days ago and network, to the post's name.
    own: HashMap<(i64, &'static str), String>,
}

fn key(net: Net) -> &'static str {
    match net {
        Net::Town => networks::stand_ins::TOWN_KEY,
        Net::Sky => networks::stand_ins::SKY_KEY,
        Net::Press => networks::stand_ins::PRESS_KEY,
    }
}

impl Filling<'_, '_> {
    fn fill(mut self) -> Done<()> {
        self.connect(Net::Town, "maren@paper.example", "https://paper.example")?;
        self.connect(Net::Sky, "foldandthread.example", "https://foldandthread.example")?;
        self.connect(Net::Press, "Slow Made", "https://slowmade.example/feed.xml")?;
        let aims = self.aims()?;
        let topics = cast::TOPICS.iter().map(|(name, query, is_for_repairs)| Ok((*name, Query::parse(query)?, *is_for_repairs)));
        for (name, query, is_for_repairs) in topics.collect::<Result<Vec<_>, QueryError>>()? {
            self.tx.topics().put(name, &query, is_for_repairs.then_some(aims.repairs), self.ago(30 * 24 * 60))?;
        }
        for own in cast::OWN {
            self.say(own, aims)?;
        }
        for (number, talk) in talks::all().iter().enumerate() {
            self.talk(number, talk, aims)?;
        }
        // She decides who repairs the library's books.
        if let Some(ilse) = self.people.get("ilse") {
            self.tx.aims().hang(aims.repairs, *ilse, self.ago(30 * 24 * 60))?;
        }
        // Rows were computed as of then; who knows whom, and how well, is as of now.
        for id in std::mem::take(&mut self.talks) {
            refresh(self.tx, id, self.now)?;
        }
        self.refused(aims)?;
        self.calendar(aims)?;
        self.ledger()?;
        self.visits(aims.workshops)?;
        tried::keep(self.tx, aims.workshops, "foldandthread.example", self.now)?;
        crate::jobs::Job::KeepHouse.put(self.tx, self.now, self.now)?;
        Ok(())
    }

    fn ago(&self, minutes: i64) -> Timestamp {
        self.now - SignedDuration::from_mins(minutes)
    }

    fn connect(&mut self, net: Net, handle: &str, server: &str) -> Kept<()> {
        let network = NetworkKey::new(key(net));
        let rules = self.networks.get(&network).map(|n| (n.about().rules)()).unwrap_or_default();
        let created_at = self.ago(CONNECTED_DAYS * 24 * 60);
        let me = self.me(net, handle);
        let account = Account {
            id: self.tx.fresh(self.now),
            network,
            server: server.into(),
            remote_id: me.remote_id.clone(),
            handle: handle.into(),
            name: me.name.clone(),
            avatar_url: None,
            url: None,
            rules,
            state: AccountState::Working,
            created_at,
        };
        let id = self.tx.accounts().put(&account)?;
        if net != Net::Press {
            let mine = self.tx.profiles().put(&me, created_at)?;
            self.tx.profiles().set_mine(mine.id, id)?;
        }
        self.tx.accounts().set_synced(id, self.ago(2))?;
        self.accounts.insert(key(net), Account { id, ..account });
        Ok(())
    }

    fn me(&self, net: Net, handle: &str) -> Profile {
        let network = NetworkKey::new(key(net));
        let name = if net == Net::Press { handle.to_owned() } else { "Maren Okafor".to_owned() };
        Profile {
            network,
            remote_id: format!("me:{handle}"),
            handle: handle.into(),
            name,
            avatar_url: Some(format!("{FACE}maren")),
            ..Profile::default()
        }
    }

    fn profile(&self, who: &str) -> Profile {
        let s = cast::PEOPLE.iter().find(|p| p.key == who).expect("the cast knows everybody who speaks");
        Profile {
            network: NetworkKey::new(key(s.net)),
            remote_id: format!("sample:{}", s.key),
            handle: s.handle.into(),
            name: s.name.into(),
            about: s.about.into(),
            avatar_url: (!s.face.is_empty()).then(|| format!("{FACE}{}", s.face)),
            links: cast::STATED.iter().filter(|(key, _)| *key == s.key).map(|(_, url)| (*url).to_owned()).collect(),
            ..Profile::default()
        }
    }

    fn talk(&mut self, number: usize, talk: &Talk, aims: Aims) -> Kept<()> {
        let account = self.accounts[key(talk.net)].clone();
        let own = talk.marked.own_days.and_then(|days| self.own.get(&(days, key(talk.net))).cloned());
        // Who said each line, and under which name it is known: our own post before all, where the talk goes on from one.
        let mut said: Vec<(Profile, String)> = own.into_iter().map(|name| (self.me(talk.net, &account.handle), name)).collect();
        let mut conversation = None;
        for line in &talk.lines {
            let author = if line.who == "me" { self.me(talk.net, &account.handle) } else { self.profile(line.who) };
            let at = self.ago(line.minutes_ago);
            let to = line.answers.map(|n| said[n].clone());
            let link = match (line.words.contains("{link}"), &to) {
                (true, Some((whom, _))) => Some(self.link(&account, whom, conversation, aims.workshops, at)?),
                _ => None,
            };
            let words = line.words.replace("{link}", link.as_deref().unwrap_or_default());
            let mut post =
                Post::new(PostRef::new(format!("{}:{number}/{}", key(talk.net), said.len()), "sample"), author.clone(), &words, at);
            post.language = Some("en".into());
            post.tags = words.split_whitespace().filter_map(|w| w.strip_prefix('#')).map(str::to_owned).collect();
            post.mentions = self.mentioned(&words, &account);
            post.links = link.into_iter().collect();
            post.root = to.is_some().then(|| said[0].1.clone());
            (post.reply_to_author, post.reply_to) = to.map(|(whom, name)| (whom.remote_id, name)).unzip();
            said.push((author, post.at.id.clone()));
            let ids = take_in(self.tx, &account, std::slice::from_ref(&post), Arrival::Fresh, at)?;
            listen::notice(self.tx, &ids, self.now)?;
            conversation = self.tx.threads().of_post(ids[0])?;
            if let Some(profile) = self.tx.profiles().find_remote(&post.network, &post.author.remote_id)? {
                self.people.insert(line.who, profile.person);
            }
            if talk.marked.is_no {
                for sighting in self.tx.sightings().of_talk(ids[0], conversation)? {
                    self.tx.sightings().set_state(sighting.id, "no", self.now, None)?;
                }
            }
        }
        self.talks.extend(conversation);
        self.mark(talk, conversation, aims)
    }

    /// What the voice did with a talk.
    fn mark(&self, talk: &Talk, conversation: Option<ConversationId>, aims: Aims) -> Kept<()> {
        let (Some(id), marked) = (conversation, &talk.marked) else { return Ok(()) };
        let last = self.ago(talk.lines.last().map_or(0, |line| line.minutes_ago));
        let after = last + SignedDuration::from_mins(20);
        let marks = Marks {
            later_until: marked.later.map(|minutes| self.ago(-minutes)),
            later_at: marked.later.map(|_| after),
            done_at: marked.is_done.then_some(after),
            aim: marked.has_aim.then_some(aims.repairs),
            ..Marks::default()
        };
        if marks != Marks::default() {
            self.tx.conversations().set_marks(id, &marks)?;
        }
        Ok(())
    }

    /// A short link of ours to the workshops, made for somebody.
    fn link(&self, account: &Account, whom: &Profile, conversation: Option<ConversationId>, aim: AimId, at: Timestamp) -> Kept<String> {
        let person = self.tx.profiles().find_remote(&whom.network, &whom.remote_id)?.map(|p| p.person);
        let id: LinkId = self.tx.fresh(at);
        let link = Link {
            id,
            code: format!("{:x}", id.0),
            target: WORKSHOPS.into(),
            aim: Some(aim),
            draft: None,
            conversation,
            person,
            created_at: at,
        };
        self.tx.links().put(&link, Some(account.id))?;
        Ok(format!("{}/go/{}", self.public_url.trim_end_matches('/'), link.code))
    }

    fn mentioned(&self, words: &str, account: &Account) -> Vec<Mention> {
        let named = words.split_whitespace().filter_map(|w| w.strip_prefix('@')).map(|w| w.trim_end_matches([',', '.', ':', '?']));
        named
            .filter_map(|handle| {
                let remote_id = if handle == account.handle {
                    account.remote_id.clone()
                } else {
                    format!("sample:{}", cast::PEOPLE.iter().find(|p| p.handle == handle)?.key)
                };
                Some(Mention { remote_id, handle: handle.to_owned() })
            })
            .collect()
    }

    fn aims(&self) -> Kept<Aims> {
        let by = self.now.to_zoned(jiff::tz::TimeZone::UTC).date().checked_add(7.weeks()).ok().map(|d| d.to_string());
        let first = Aim {
            name: "Fill the autumn workshops".into(),
            why: "I want people round the table who came because someone they trust told them, not because of an advert.".into(),
            measure: Measure::Visits,
            target: 240,
            by,
            hours: Some(3.0),
            url: Some(WORKSHOPS.into()),
            ..Aim::blank(self.tx.fresh(self.now), self.ago(105 * 24 * 60))
        };
        self.tx.aims().put(&first)?;
        let repairs: AimId = self.tx.fresh(self.now);
        self.tx.aims().put(&Aim {
            id: repairs,
            name: "Repairs for libraries".into(),
            why: "Small libraries should know that a torn spine is not the end of a book.".into(),
            measure: Measure::People,
            target: 12,
            by: None,
            hours: Some(1.0),
            url: None,
            ..first.clone()
        })?;
        Ok(Aims { workshops: first.id, repairs })
    }

    fn draft(&self, words: &str, kind: Kind, is_personal: bool, aim: Option<AimId>, at: Timestamp) -> KeptDraft {
        let draft = Draft {
            id: self.tx.fresh(at),
            voice: Some(self.voice),
            text: words.to_owned(),
            title: None,
            article: Default::default(),
            language: Some("en".into()),
            warning: None,
            visibility: Visibility::Public,
            kind,
            is_personal,
            aim,
            reply: None,
            pictures: Vec::new(),
            created_at: at,
            updated_at: at,
        };
        KeptDraft::new(draft, self.both(), ZONE)
    }

    fn both(&self) -> Vec<AccountId> {
        [Net::Town, Net::Sky].map(|net| self.accounts[key(net)].id).to_vec()
    }

    /// One of our own as a draft, with what it serves.
    fn drafted(&self, own: &Own, aims: Aims, at: Timestamp) -> KeptDraft {
        let aim = match own.serves {
            For::Nothing => None,
            For::Workshops => Some(aims.workshops),
            For::Repairs => Some(aims.repairs),
        };
        let mut kept = self.draft(own.words, own.kind, own.is_personal, aim, at);
        if own.serves == For::Workshops {
            kept.draft.text += " ";
            kept.draft.text += WORKSHOPS;
            kept.has_short_links = true;
        }
        kept
    }

    /// Keeps a draft and puts it in line.
    fn plan(&self, kept: &KeptDraft, due: Timestamp, at: Timestamp) -> Done<Vec<DeliveryId>> {
        self.tx.drafts().save(kept, at)?;
        let press = Press { networks: self.networks.clone(), public_url: self.public_url.clone(), keep_at: Some(at) };
        plan_in(self.tx, &press, kept.draft.id, &kept.accounts, due, at)
    }

    /// One of our own posts, standing on both networks.
    fn say(&mut self, own: &Own, aims: Aims) -> Done<()> {
        let at = self.local(-own.days, own.hour)?;
        for id in self.plan(&self.drafted(own, aims, at), at, at)? {
            if let Some(name) = self.land(id, at)? {
                let network = self.tx.accounts().get(self.tx.deliveries().get(id)?.account)?.network;
                let net = [Net::Town, Net::Sky].into_iter().find(|net| key(*net) == network.as_str());
                self.own.extend(net.map(|net| ((own.days, key(net)), name)));
            }
        }
        Ok(())
    }

    /// Says of a delivery that it landed; answers the name of the post.
    fn land(&self, id: DeliveryId, at: Timestamp) -> Kept<Option<String>> {
        let Some(delivery) = self.tx.deliveries().begin_attempt(id, at)? else { return Ok(None) };
        let landing = Landing { at: PostRef::new(format!("sample:own/{id}"), "sent"), url: None };
        self.tx.deliveries().end_attempt(id, delivery.attempts, "landed", at)?;
        let standing = publish::landed::Standing { delivery: &delivery, landing: &landing, now: at };
        publish::landed::settle(self.tx, &[standing])?;
        crate::jobs::Job::Deliver(id).delete(self.tx)?;
        Ok(Some(landing.at.id))
    }

    /// One that stands on one network only, so that there is something to settle.
    fn refused(&self, aims: Aims) -> Done<()> {
        let (own, why) = cast::REFUSED;
        let at = self.local(-own.days, own.hour)?;
        let sky = self.accounts[key(Net::Sky)].id;
        for id in self.plan(&self.drafted(&own, aims, at), at, at)? {
            if self.tx.deliveries().get(id)?.account != sky {
                self.land(id, at)?;
            } else if let Some(delivery) = self.tx.deliveries().begin_attempt(id, at)? {
                self.tx.deliveries().end_attempt(id, delivery.attempts, "refused", at)?;
                self.tx.deliveries().set_refused(id, delivery.attempts, why)?;
                crate::jobs::Job::Deliver(id).delete(self.tx)?;
            }
        }
        Ok(())
    }

    /// That hour of a day, so many days from today.
    fn local(&self, days: i64, hour: &str) -> Kept<Timestamp> {
        let broken = || StoreError::Broken("an hour of the sample".into());
        let today = self.now.in_tz(ZONE).map_err(|_| broken())?.date();
        let time: jiff::civil::Time = hour.parse().map_err(|_| broken())?;
        let day = today.checked_add(days.days()).map_err(|_| broken())?;
        Ok(day.to_datetime(time).in_tz(ZONE).map_err(|_| broken())?.timestamp())
    }

    fn calendar(&self, aims: Aims) -> Done<()> {
        for own in cast::PLANNED {
            let mut due = self.local(-own.days, own.hour)?;
            if due < self.now + SOON {
                due = self.local(1 - own.days, own.hour)?;
            }
            let mut kept = self.drafted(own, aims, self.ago(300));
            let wished = due.in_tz(ZONE).map_err(|_| StoreError::Broken("the sample zone".into()))?;
            kept.wished_at = Some(wished.strftime("%Y-%m-%d %H:%M").to_string());
            self.plan(&kept, due, self.now)?;
        }
        for words in cast::BEGUN {
            self.tx.drafts().save(&self.draft(words, Kind::Gives, false, None, self.ago(500)), self.ago(500))?;
        }
        Ok(())
    }

    fn ledger(&self) -> Kept<()> {
        for (who, kind, is_mine, days, what) in cast::GESTURES {
            let Some(&person) = self.people.get(who) else { continue };
            let at = self.ago(days * 24 * 60 + 60);
            self.tx
                .gestures()
                .put(&Gesture { person, is_mine: *is_mine, kind: *kind, what: (*what).into(), post: None, delivery: None, at }, at)?;
        }
        for (who, days, words) in cast::NOTES {
            if let Some(&person) = self.people.get(who) {
                self.tx.notes().put(person, Some(self.voice), words, self.ago(days * 24 * 60))?;
            }
        }
        Ok(())
    }

    /// People who came by the workshop link, week by week.
    fn visits(&self, aim: AimId) -> Kept<()> {
        let links: Vec<Link> = self.tx.links().list(self.ago(200 * 24 * 60), 500)?.into_iter().filter(|l| l.aim == Some(aim)).collect();
        let weeks = cast::VISITS_A_WEEK.len() as i64;
        let hosts = [Some("paper.example"), Some("bsky.example"), None];
        for (week, visits) in cast::VISITS_A_WEEK.iter().enumerate() {
            for n in 0..i64::from(*visits) {
                let at = self.ago((weeks - 1 - week as i64) * 7 * 24 * 60 + 90 + n * 311);
                let before: Vec<&Link> = links.iter().filter(|l| l.created_at < at).collect();
                let Some(link) = before.get((n as usize * 7) % before.len().max(1)) else { continue };
                let from = hosts[n as usize % hosts.len()].map(str::to_owned);
                self.tx.visits().put(&Visit { id: self.tx.fresh(at), link: link.id, at, visitor: Visitor::Person, from })?;
            }
        }
        Ok(())
    }
}
