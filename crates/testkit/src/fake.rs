//! A network of our own making, whole in memory, with tempers and with faults on demand. It counts everything that lands.

mod firehose;
mod people;
mod sign_in;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use model::{DeliveryKey, NetworkKey, Part, Post, PostRef, Profile, Rules, Secret, Timestamp, Visibility};
use networks::*;

/// What a network can do about a post whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// A second post with the same key answers the first.
    HonoursKey,
    /// The key is the post's name: a second post with it is refused, and it can be looked up.
    NamesByKey,
    /// Posts can be looked up by their words, nothing more.
    LooksUp,
    /// Nobody can tell.
    CannotTell,
}

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost: nothing happened, and nobody knows.
    DropRequest,
    /// It happened, and the answer is lost.
    DropAnswer,
    Refuse(String),
    NotThere,
    Away,
    SlowDown(Timestamp),
    TokenOld,
    SignInAgain,
}

/// The calls that faults are put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    Search,
    Thread,
    Since,
    Post,
    Find,
    Edit,
    Delete,
    Sign,
    Profile,
    Refresh,
}

/// Everything that stands on the network.
#[derive(Default)]
pub struct World {
    pub posts: Vec<Post>,
    /// Gone, by id.
    pub deleted: Vec<String>,
    /// (who, what, post id), in order.
    pub signs: Vec<(String, Sign, String, Timestamp)>,
    pub follows: Vec<(String, String, Timestamp)>,
    pub mutes: BTreeSet<(String, String)>,
    pub profiles: BTreeMap<String, Profile>,
    keys: BTreeMap<String, String>,
    faults: BTreeMap<Op, VecDeque<Fault>>,
    /// Whose posts are never answered.
    hung: BTreeSet<String>,
    /// Everything as its firehose carries it, in order.
    pub flow: Vec<Flow>,
    /// Its firehose breaks each time it has carried so many more.
    pub breaks_after: Option<usize>,
    /// How often each call was made.
    pub calls: BTreeMap<Op, u32>,
    next: u32,
}

#[derive(Clone)]
pub struct FakeNetwork {
    about: &'static About,
    pub temper: Temper,
    world: Arc<Mutex<World>>,
    /// Without an inbox and a pen it is only to be listened to, as a feed is.
    is_read_only: bool,
}

fn rules() -> Rules {
    Rules {
        text_max: Some(300),
        has_threads: true,
        has_warning: true,
        has_language: true,
        has_edit: true,
        visibilities: Visibility::ALL.to_vec(),
        pictures_max: 4,
        picture_bytes_max: 1_000_000,
        picture_side_max: Some(2000),
        picture_types: vec!["image/jpeg".into(), "image/png".into()],
        alt_max: Some(1000),
        ..Rules::default()
    }
}

impl World {
    /// Whatever was to go wrong goes well from now on.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }
}

impl FakeNetwork {
    /// A network called `key`, such as `plaza`.
    pub fn new(key: &str, temper: Temper) -> FakeNetwork {
        let key: &'static str = Box::leak(key.to_owned().into_boxed_str());
        let mut name = key.to_owned();
        name[..1].make_ascii_uppercase();
        let mark: &'static str = Box::leak(name.chars().take(2).collect::<String>().into_boxed_str());
        let about = Box::leak(Box::new(About { key, name: Box::leak(name.into_boxed_str()), mark, blurb: "Made for tests.", rules }));
        FakeNetwork { about, temper, world: Arc::default(), is_read_only: false }
    }
    pub fn read_only(mut self) -> FakeNetwork {
        self.is_read_only = true;
        self
    }
    pub fn key(&self) -> NetworkKey {
        NetworkKey::new(self.about.key)
    }
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The next call of `op` meets `fault`; several stand in line.
    pub fn fail(&self, op: Op, fault: Fault) {
        self.world().faults.entry(op).or_default().push_back(fault);
    }
    /// From now on posts of that account are never answered.
    pub fn hang(&self, handle: &str) {
        self.world().hung.insert(handle.to_owned());
    }
    /// Somebody's profile, made when first named.
    pub fn profile_of(&self, handle: &str) -> Profile {
        let handle = handle.trim_start_matches('@').to_owned();
        let mut name = handle.split('@').next().unwrap_or_default().to_owned();
        name[..1].make_ascii_uppercase();
        let fresh = Profile { network: self.key(), remote_id: format!("id-{handle}"), handle: handle.clone(), name, ..Profile::default() };
        self.world().profiles.entry(handle).or_insert(fresh).clone()
    }
    /// Somebody says something. Answers the post's id.
    pub fn say(&self, handle: &str, text: &str, at: Timestamp, reply_to: Option<&str>) -> String {
        let author = self.profile_of(handle);
        let mut post = self.compose(author, text, at);
        if let Some(parent) = reply_to {
            let world = self.world();
            if let Some(parent) = world.posts.iter().find(|p| p.at.id == parent) {
                post.reply_to_author = Some(parent.author.remote_id.clone());
                post.root = Some(parent.root.clone().unwrap_or_else(|| parent.at.id.clone()));
            }
            post.reply_to = Some(parent.to_owned());
        }
        let id = post.at.id.clone();
        let mut world = self.world();
        // As it was written: what its author is called is the network's to add.
        let author = Profile { name: post.author.remote_id.clone(), handle: post.author.remote_id.clone(), ..post.author.clone() };
        world.flow.push(Flow::Said(Box::new(Post { author, ..post.clone() })));
        world.posts.push(post);
        id
    }
    /// Somebody takes a post down.
    pub fn take_down(&self, id: &str) {
        let mut world = self.world();
        world.deleted.push(id.to_owned());
        world.flow.push(Flow::Gone(id.to_owned()));
    }
    /// Somebody likes or passes on.
    pub fn sign(&self, handle: &str, sign: Sign, post: &str, at: Timestamp) {
        let who = self.profile_of(handle).handle;
        self.world().signs.push((who, sign, post.to_owned(), at));
    }
    pub fn follow(&self, handle: &str, whom: &str, at: Timestamp) {
        let who = self.profile_of(handle).handle;
        self.world().follows.push((who, whom.trim_start_matches('@').to_owned(), at));
    }
    /// What stands on the network by somebody, in order.
    pub fn said_by(&self, handle: &str) -> Vec<Post> {
        let world = self.world();
        world.posts.iter().filter(|p| p.author.handle == handle && !world.deleted.contains(&p.at.id)).cloned().collect()
    }

    fn compose(&self, author: Profile, text: &str, at: Timestamp) -> Post {
        let (id, number) = {
            let mut world = self.world();
            world.next += 1;
            (format!("{}:{}", self.about.key, world.next), world.next)
        };
        let mut post = Post::new(PostRef::new(id, format!("tag-{number}")), author, text, at);
        post.url = Some(format!("https://{}.example/{number}", self.about.key));
        for word in text.split_whitespace() {
            let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '_');
            if let Some(tag) = word.strip_prefix('#') {
                post.tags.push(tag.to_owned());
            } else if let Some(handle) = word.strip_prefix('@') {
                let known =
                    self.world().profiles.values().find(|p| p.handle == handle || p.handle.split('@').next() == Some(handle)).cloned();
                if let Some(p) = known {
                    post.mentions.push(model::Mention { remote_id: p.remote_id, handle: p.handle });
                }
            } else if word.starts_with("https://") || word.starts_with("http://") {
                post.links.push(word.to_owned());
            }
        }
        post
    }
    fn count(&self, op: Op) -> Option<Fault> {
        let mut world = self.world();
        *world.calls.entry(op).or_default() += 1;
        world.faults.get_mut(&op).and_then(VecDeque::pop_front)
    }
    /// Meets the fault in line for `op`, where it is one before anything happened.
    fn meet(&self, op: Op) -> Answer<Option<Fault>> {
        match self.count(op) {
            None => Ok(None),
            Some(Fault::DropAnswer) => Ok(Some(Fault::DropAnswer)),
            Some(Fault::DropRequest) => Err(NetworkError::Unanswered("dropped".into())),
            Some(Fault::Refuse(why)) => Err(NetworkError::Refused(why)),
            Some(Fault::NotThere) => Err(NetworkError::NotThere),
            Some(Fault::Away) => Err(NetworkError::Away("away".into())),
            Some(Fault::SlowDown(until)) => Err(NetworkError::SlowDown { until }),
            Some(Fault::TokenOld) => Err(NetworkError::TokenOld),
            Some(Fault::SignInAgain) => Err(NetworkError::SignInAgain),
        }
    }
    fn lose_answer<T>(fault: Option<Fault>, answer: T) -> Answer<T> {
        match fault {
            Some(_) => Err(NetworkError::Unanswered("the answer was dropped".into())),
            None => Ok(answer),
        }
    }
    fn landing(post: &Post) -> Landing {
        Landing { at: post.at.clone(), url: post.url.clone() }
    }
    fn standing(&self, sought: &Sought<'_>, handle: &str) -> Option<Landing> {
        let (part, since, world) = (sought.part, sought.since, self.world());
        world
            .posts
            .iter()
            .find(|p| {
                p.author.handle == handle
                    && !sought.others.contains(&p.at.id)
                    && p.text == part.text
                    && p.created_at >= since - jiff::SignedDuration::from_mins(2)
                    && p.reply_to == part.reply_to.as_ref().map(|r| r.parent.id.clone())
                    && !world.deleted.contains(&p.at.id)
            })
            .map(Self::landing)
    }
}

impl Network for FakeNetwork {
    fn about(&self) -> &'static About {
        self.about
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
    fn listen(&self) -> Option<&dyn Listen> {
        Some(self)
    }
    fn inbox(&self) -> Option<&dyn Inbox> {
        if self.is_read_only { None } else { Some(self) }
    }
    fn publish(&self) -> Option<&dyn Publish> {
        if self.is_read_only { None } else { Some(self) }
    }
    fn people(&self) -> Option<&dyn People> {
        Some(self)
    }
    fn firehose(&self) -> Option<&dyn Firehose> {
        Some(self)
    }
}

const PAGE: usize = 40;

fn place(from: &Cursor) -> usize {
    from.0.parse().unwrap_or(0)
}

#[async_trait]
impl Listen for FakeNetwork {
    fn can(&self, search: &Search) -> bool {
        matches!(search, Search::Feed) == self.is_read_only
    }
    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        self.meet(Op::Search)?;
        let world = self.world();
        let start = place(from);
        let end = (start + PAGE).min(world.posts.len());
        let fits = |p: &Post| match search {
            Search::Home => p.author.handle != call.account.handle,
            Search::Tag(tag) => p.tags.iter().any(|t| t.eq_ignore_ascii_case(tag)),
            Search::Words(words) => words.to_lowercase().split_whitespace().all(|w| p.text.to_lowercase().contains(w)),
            Search::By(id) => p.author.remote_id == *id,
            Search::Feed => true,
        };
        let items = world.posts[start.min(end)..end]
            .iter()
            .filter(|p| p.created_at <= call.now && !world.deleted.contains(&p.at.id) && fits(p))
            .cloned()
            .collect();
        Ok(Batch { items, next: Cursor(end.to_string()), has_more: end < world.posts.len() })
    }
    async fn thread(&self, _call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        self.meet(Op::Thread)?;
        let world = self.world();
        let one = world.posts.iter().find(|p| p.at.id == of.id).ok_or(NetworkError::NotThere)?;
        let root = one.root.clone().unwrap_or_else(|| one.at.id.clone());
        Ok(world
            .posts
            .iter()
            .filter(|p| p.at.id == root || p.root.as_deref() == Some(&root))
            .filter(|p| !world.deleted.contains(&p.at.id))
            .cloned()
            .collect())
    }
}

#[async_trait]
impl Inbox for FakeNetwork {
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        self.meet(Op::Since)?;
        let world = self.world();
        let (start, signs, follows) = match from.0.split(',').map(|n| n.parse().unwrap_or(0)).collect::<Vec<usize>>()[..] {
            [a, b, c] => (a, b, c),
            _ => (0, 0, 0),
        };
        let me = &call.account.remote_id;
        let my_posts: Vec<&str> = world.posts.iter().filter(|p| p.author.remote_id == *me).map(|p| p.at.id.as_str()).collect();
        let mut items: Vec<Heard> = world.posts[start.min(world.posts.len())..]
            .iter()
            .filter(|p| {
                p.author.remote_id != *me
                    && (p.mentions.iter().any(|m| m.remote_id == *me) || p.reply_to.as_deref().is_some_and(|r| my_posts.contains(&r)))
            })
            .map(|p| Heard {
                id: format!("n-{}", p.at.id),
                kind: HeardKind::Spoke,
                by: p.author.clone(),
                at: p.created_at,
                post: Some(p.clone()),
            })
            .collect();
        for (who, sign, post, at) in world.signs.iter().skip(signs) {
            if my_posts.contains(&post.as_str()) && *who != call.account.handle {
                let kind = if *sign == Sign::Like { HeardKind::Liked } else { HeardKind::PassedOn };
                items.push(Heard {
                    id: format!("s-{who}-{kind:?}-{post}"),
                    kind,
                    by: world.profiles[who].clone(),
                    at: *at,
                    post: world.posts.iter().find(|p| p.at.id == *post).cloned(),
                });
            }
        }
        for (who, whom, at) in world.follows.iter().skip(follows) {
            if *whom == call.account.handle {
                items.push(Heard {
                    id: format!("f-{who}"),
                    kind: HeardKind::Followed,
                    by: world.profiles[who].clone(),
                    at: *at,
                    post: None,
                });
            }
        }
        items.sort_by_key(|h| h.at);
        Ok(Batch { items, next: Cursor(format!("{},{},{}", world.posts.len(), world.signs.len(), world.follows.len())), has_more: false })
    }
}

#[async_trait]
impl Publish for FakeNetwork {
    async fn post(&self, call: &Call<'_>, part: &Part, _baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        let fault = self.meet(Op::Post)?;
        let hangs = self.world().hung.contains(&call.account.handle);
        if hangs {
            std::future::pending::<()>().await;
        }
        let known = self.world().keys.get(&key.0).cloned();
        if let Some(id) = known {
            match self.temper {
                Temper::HonoursKey => {
                    let world = self.world();
                    let post = world.posts.iter().find(|p| p.at.id == id).expect("a key names a post");
                    return Self::lose_answer(fault, Self::landing(post));
                }
                Temper::NamesByKey => return Err(NetworkError::Unanswered("the server fell over a name that is taken".into())),
                Temper::LooksUp | Temper::CannotTell => {}
            }
        }
        let id = self.say(&call.account.handle, &part.text, call.now, part.reply_to.as_ref().map(|r| r.parent.id.as_str()));
        let mut world = self.world();
        world.keys.insert(key.0.clone(), id.clone());
        let post = world.posts.iter_mut().rev().find(|p| p.at.id == id).expect("it was just said");
        post.warning = part.warning.clone();
        post.visibility = part.visibility;
        post.language = part.language.clone();
        post.media = part
            .pictures
            .iter()
            .map(|p| model::Media {
                kind: model::MediaKind::Picture,
                url: format!("https://plaza.example/media/{}", p.id),
                preview_url: None,
                alt: p.alt.clone(),
            })
            .collect();
        let landing = Self::landing(post);
        Self::lose_answer(fault, landing)
    }
    fn proof(&self, _call: &Call<'_>) -> Proof {
        match self.temper {
            Temper::NamesByKey => Proof::ByName,
            Temper::HonoursKey | Temper::LooksUp => Proof::ByLook,
            Temper::CannotTell => Proof::None,
        }
    }
    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        self.meet(Op::Find)?;
        let by_key = {
            let world = self.world();
            world.keys.get(&sought.key.0).and_then(|id| world.posts.iter().find(|p| p.at.id == *id)).map(Self::landing)
        };
        Ok(match self.temper {
            Temper::CannotTell => Found::CannotTell,
            Temper::NamesByKey => by_key.map_or(Found::NotThere, Found::Here),
            Temper::HonoursKey | Temper::LooksUp => self.standing(sought, &call.account.handle).map_or(Found::NotThere, Found::Here),
        })
    }
    async fn edit(&self, call: &Call<'_>, at: &PostRef, part: &Part, _baggage: &Baggage) -> Answer<Landing> {
        let fault = self.meet(Op::Edit)?;
        let mut world = self.world();
        let post = world.posts.iter_mut().find(|p| p.at.id == at.id).ok_or(NetworkError::NotThere)?;
        post.text = part.text.clone();
        post.edited_at = Some(call.now);
        let landing = Self::landing(post);
        Self::lose_answer(fault, landing)
    }
    async fn delete(&self, _call: &Call<'_>, at: &PostRef) -> Answer<()> {
        let fault = self.meet(Op::Delete)?;
        self.world().deleted.push(at.id.clone());
        Self::lose_answer(fault, ())
    }
    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String> {
        let fault = self.meet(Op::Sign)?;
        let mut world = self.world();
        let mine = (call.account.handle.clone(), sign, at.id.clone());
        if !world.signs.iter().any(|(a, b, c, _)| (a, b, c) == (&mine.0, &mine.1, &mine.2)) {
            world.signs.push((mine.0, mine.1, mine.2, call.now));
        }
        Self::lose_answer(fault, format!("receipt-{}", at.id))
    }
    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, _receipt: &str) -> Answer<()> {
        let fault = self.meet(Op::Sign)?;
        self.world().signs.retain(|(who, what, post, _)| !(*who == call.account.handle && *what == sign && *post == at.id));
        Self::lose_answer(fault, ())
    }
}
