//! The facets of a network, by direction of talk. A network has one or it does not; the ability table is drawn from this.

use async_trait::async_trait;
use model::extract::Pointer;
use model::{Account, Article, DeliveryKey, NetworkKey, Part, PictureId, Post, PostRef, Profile, Rules, Secret, Timestamp};

use crate::{Answer, Http, NetworkError, Push};

/// What a network is called and what it lets a post be before its server has been asked.
pub struct About {
    /// Lower case, lasting; stands in rows and addresses.
    pub key: &'static str,
    pub name: &'static str,
    /// Our own two letters for it.
    pub mark: &'static str,
    /// One sentence for the page on which an account is connected.
    pub blurb: &'static str,
    /// The rules where the server states none of its own.
    pub rules: fn() -> Rules,
}

pub trait Network: Send + Sync {
    fn about(&self) -> &'static About;
    /// What in a text becomes something to press on there: by the rules alone, unless the network finds it in a way of its own.
    fn pointers(&self, text: &str, rules: &Rules) -> Vec<Pointer> {
        model::extract::pointers(text, rules)
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        None
    }
    fn listen(&self) -> Option<&dyn Listen> {
        None
    }
    fn inbox(&self) -> Option<&dyn Inbox> {
        None
    }
    /// What is said to the account alone, where the network keeps that apart from its posts; an answer goes by [`Publish::post`], as a
    /// part for those named alone.
    fn private(&self) -> Option<&dyn Inbox> {
        None
    }
    fn publish(&self) -> Option<&dyn Publish> {
        None
    }
    fn people(&self) -> Option<&dyn People> {
        None
    }
    fn stream(&self) -> Option<&dyn Stream> {
        None
    }
    fn firehose(&self) -> Option<&dyn Firehose> {
        None
    }
    fn pages(&self) -> Option<&dyn Pages> {
        None
    }
    fn push(&self) -> Option<&dyn Push> {
        None
    }
    fn drafts(&self) -> Option<&dyn Drafts> {
        None
    }
    fn by_hand(&self) -> Option<&dyn ByHand> {
        None
    }
    /// Whether something can be posted there, by us or by a person's own hand.
    fn takes_posts(&self) -> bool {
        self.publish().is_some() || self.by_hand().is_some()
    }
}

/// What every call carries. `now` is handed in; nothing here reads the clock.
pub struct Call<'a> {
    pub http: &'a Http,
    pub account: &'a Account,
    pub secret: &'a Secret,
    pub now: Timestamp,
}

/// How far we have read: the network's own words, opaque to everyone else. Empty: from the start.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cursor(pub String);

/// Something read, and where to read on next time.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<T> {
    pub items: Vec<T>,
    /// To be kept in the same transaction as the items.
    pub next: Cursor,
    /// There is more to read now.
    pub has_more: bool,
}

/// What to look for. One of these a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// The account's own home timeline.
    Home,
    /// A hashtag, without `#`.
    Tag(String),
    /// Words, as the network's own search takes them.
    Words(String),
    /// What one profile wrote, by its remote id.
    By(String),
    /// Everything of a feed (the account is the feed).
    Feed,
}

#[async_trait]
pub trait Listen: Send + Sync {
    /// Whether this network (this server) can look for that at all.
    fn can(&self, search: &Search) -> bool;
    /// What is new since `from`, oldest first. A first call (empty cursor) brings the newest page only.
    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>>;
    /// The whole thread around a post, as far as the network gives it, the post itself included.
    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>>;
    /// What the account's server asks of those who talk there, in its own words, a rule each; `NotOffered` where it states none.
    async fn norms(&self, _call: &Call<'_>) -> Answer<Vec<String>> {
        Err(NetworkError::NotOffered)
    }
}

/// Why something came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeardKind {
    /// Somebody named or answered us, or quoted us.
    Spoke,
    Liked,
    PassedOn,
    Followed,
}

/// One notification.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The network's own id of the notification.
    pub id: String,
    pub kind: HeardKind,
    pub by: Profile,
    pub at: Timestamp,
    /// The post said, liked or passed on.
    pub post: Option<Post>,
}

#[async_trait]
pub trait Inbox: Send + Sync {
    /// What was said to us and done about us since `from`, oldest first. A first call brings the newest pages (bounded), as history.
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>>;
}

/// The bytes of a picture or a video, ready to go up: already turned, stripped and fitted.
#[derive(Clone)]
pub struct Upload {
    pub id: PictureId,
    pub mime: String,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

impl Upload {
    pub fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }
}

/// A link card: drawn by the network where it does so itself, else sent along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub url: String,
    pub title: String,
    pub about: String,
}

/// What goes with a part's words onto the wire.
#[derive(Clone, Default)]
pub struct Baggage {
    pub uploads: Vec<Upload>,
    pub card: Option<Card>,
    /// When the first attempt at this delivery began: the same at every try, and what [`Publish::find`] is given as `since`. A network
    /// whose post is named by its content (an event's id) dates the post by it, so that a second try makes the same post.
    pub begun: Option<Timestamp>,
}

/// The strongest proof that a network allows about a post whose answer was lost. The sender goes by it: how soon it looks
/// ([`Publish::find`]), and how long it waits before it believes that nothing is there and sends again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The delivery's key is the post's own name on the network (a record's key, an event's id): [`Publish::find`] asks for that very
    /// name where it was written, and a second [`Publish::post`] with the same key can never make a second post. A doubt is settled in
    /// seconds. Choose it only where both hold: a name that the server quietly changes when it is taken does not do.
    ByName,
    /// [`Publish::find`] looks through the account's own posts and knows the post again. What it finds is believed at once; that nothing
    /// is there, only once the network has surely shown it (ten minutes). For most networks.
    ByLook,
    /// Nothing can be looked up: a person is asked, once. `find` answers [`Found::CannotTell`].
    None,
}

/// What came of a post that may have landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Here(Landing),
    NotThere,
    CannotTell,
}

/// Where a post stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    pub at: PostRef,
    pub url: Option<String>,
}

/// A small sign to somebody's post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Like,
    Boost,
}

/// What may have landed, by everything that tells it from other posts of the account.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    pub part: &'a Part,
    pub key: &'a DeliveryKey,
    /// When the first attempt began ([`Baggage::begun`]); allow for a server's clock that is minutes off.
    pub since: Timestamp,
    /// Ids of posts that other deliveries have landed as. The same words may be sent twice on purpose, and one of those is not it.
    pub others: &'a [String],
}

impl<'a> Sought<'a> {
    /// Where no other delivery said the same.
    pub fn new(part: &'a Part, key: &'a DeliveryKey, since: Timestamp) -> Sought<'a> {
        Sought { part, key, since, others: &[] }
    }
}

#[async_trait]
pub trait Publish: Send + Sync {
    /// Sends a part. `key` is the same at every try.
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing>;
    /// How surely, and so how soon, a lost answer can be settled; see [`Proof`]. It may differ by server.
    fn proof(&self, _call: &Call<'_>) -> Proof {
        Proof::ByLook
    }
    /// Did it land? Read from the account's own posts, never from search.
    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found>;
    /// Changes a post that stands; `NotOffered` where the network has no edits.
    async fn edit(&self, call: &Call<'_>, at: &PostRef, part: &Part, baggage: &Baggage) -> Answer<Landing>;
    /// Takes a post down. One that is gone already is a success.
    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()>;
    /// Likes or passes on. Doing so twice is a success. The answer is what `unsign` wants.
    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String>;
    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, receipt: &str) -> Answer<()>;
}

/// Posting where nothing can be sent by a program: it is prepared here, and a person carries it over. Nothing of this calls out.
pub trait ByHand: Send + Sync {
    /// The network's own page on which to post, with as much filled in as its address takes; `None` where nobody knows one.
    fn page(&self, account: &Account, part: &Part) -> Option<String>;
    /// Where the post stands, by the address that the person brought back.
    fn landing(&self, account: &Account, address: &str) -> Brought;
}

/// What an address that a person brought back turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    Post(Landing),
    /// The right place, but it does not look like a post's address; why, as a sentence. It may be one all the same.
    Odd(Landing, String),
    /// No address, or one of another place.
    Foreign(String),
}

/// What we can have to do with somebody on the network itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// Their posts come home.
    Follow,
    /// Their posts stay away, and they are not told.
    Mute,
}

#[async_trait]
pub trait People: Send + Sync {
    /// A profile by the handle people write, with or without `@`.
    async fn profile(&self, call: &Call<'_>, handle: &str) -> Answer<Profile>;
    /// Whom somebody follows in public, or, without one, whom the account itself follows: a page a call, in the network's own order;
    /// `NotOffered` where that can't be asked.
    async fn following(&self, _call: &Call<'_>, _whose: Option<&Profile>, _from: &Cursor) -> Answer<Batch<Profile>> {
        Err(NetworkError::NotOffered)
    }
    /// Follows or mutes somebody. Doing so twice is a success.
    async fn bind(&self, _call: &Call<'_>, _who: &Profile, _bond: Bond) -> Answer<()> {
        Err(NetworkError::NotOffered)
    }
    /// Unfollows or unmutes somebody. Doing so twice is a success.
    async fn unbind(&self, _call: &Call<'_>, _who: &Profile, _bond: Bond) -> Answer<()> {
        Err(NetworkError::NotOffered)
    }
    /// Whether [`People::bind`] follows, and [`People::following`] tells.
    fn can_follow(&self) -> bool {
        false
    }
}

/// What somebody's page says of one of ours.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// It links to ours: how, by whom, and the page as a post.
    Says(Box<Saying>),
    /// It does not link to ours (any more).
    Nothing,
    /// It is gone for good.
    Gone,
}

/// How a page speaks of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    Answers,
    Likes,
    PassesOn,
    /// It links to it, and no more.
    Names,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Saying {
    pub how: Speaks,
    /// Its author is who said it. `PostRef::id` is the page's own address.
    pub post: Post,
}

/// Pages of anybody, which tell each other that they link (Webmention). Needs no account.
#[async_trait]
pub trait Pages: Send + Sync {
    /// Tells the page at `target` that `source` links to it, or did. `NotOffered` where it wants to know nothing. Twice is no harm.
    async fn tell(&self, http: &Http, source: &str, target: &str, now: Timestamp) -> Answer<()>;
    /// Reads `source` and answers what it says of `target`, whoever told us to look.
    async fn check(&self, http: &Http, source: &str, target: &str, now: Timestamp) -> Answer<Told>;
    /// Whether two pages name each other as the same person's (`rel=me` both ways).
    async fn are_one(&self, http: &Http, one: &str, other: &str, now: Timestamp) -> Answer<bool>;
}

/// An article that was begun on the network itself and does not stand there yet.
#[derive(Clone, Debug, PartialEq)]
pub struct BegunThere {
    pub at: PostRef,
    /// The page on which it is written on, for people.
    pub url: Option<String>,
    pub title: Option<String>,
    /// As plain text.
    pub text: String,
    pub article: Article,
    pub changed_at: Timestamp,
}

#[async_trait]
pub trait Drafts: Send + Sync {
    /// What the account has begun there, last changed first, bounded.
    async fn begun(&self, call: &Call<'_>) -> Answer<Vec<BegunThere>>;
}

/// Something that came by a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The stream is open (again); what came in between has to be fetched.
    Open,
    Heard(Box<Heard>),
    /// A post, and what brought it (`Home` or `Tag`).
    Post(Box<Post>, Search),
    Edited(Box<Post>),
    /// The `PostRef::id`, or where the network gives only a local id, its `PostRef::tag`.
    Deleted(String),
}

#[async_trait]
pub trait Stream: Send + Sync {
    /// Keeps one connection and hands on what comes, until it breaks (`Err`) or `out` is closed (`Ok`). The caller reconnects, with
    /// back-off, and fetches what was missed at every [`Event::Open`].
    async fn run(&self, call: &Call<'_>, tags: &[String], out: tokio::sync::mpsc::Sender<Event>) -> Answer<()>;
}

/// What a firehose carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Flow {
    /// A post as its author wrote it. Names and counts that the network adds are missing; see [`Firehose::fill`].
    Said(Box<Post>),
    /// The `PostRef::id` of a post that its author took down.
    Gone(String),
}

/// Some of a firehose, in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    pub flow: Vec<Flow>,
    /// To be kept in the same transaction as what was kept of `flow`.
    pub next: Cursor,
    /// When the network saw the last of it.
    pub at: Timestamp,
}

/// Everything that is said in public on a network, as it is said. Reading it needs no account.
#[async_trait]
pub trait Firehose: Send + Sync {
    /// The address that is read where none is named.
    fn usual(&self) -> &'static str;
    /// Keeps one connection to `address` and hands on what came after `from` (empty: what comes from now on), in order, until it breaks
    /// (`Err`) or `out` is closed (`Ok`). The caller reconnects, with back-off. `Refused`: `from` means nothing there; begin anew.
    async fn read(&self, http: &Http, address: &str, from: &Cursor, out: tokio::sync::mpsc::Sender<Stretch>) -> Answer<()>;
    /// The posts of these `PostRef::id`s as the network shows them, with their authors' names; what is not there is left out.
    async fn fill(&self, call: &Call<'_>, ids: &[String]) -> Answer<Vec<Post>>;
}

/// One field of a sign-in form.
pub struct Field {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub placeholder: &'static str,
    pub is_secret: bool,
    pub is_required: bool,
}

/// One of several ways of connecting, where a network has them; the one chosen is answered under the key `way`.
pub struct Way {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
}

/// What a person filled in, by field key.
pub type Answers = std::collections::BTreeMap<String, String>;

/// Stands in a [`Step::Visit`]'s address where the name of the sign-in belongs, for networks that hand nothing else back.
pub const STATE_HERE: &str = "the-state-goes-here";

/// What comes of the first step.
#[derive(Debug)]
pub enum Step {
    /// Nothing more to do.
    Done(Box<Arrival>),
    /// The person has to go to `url` and come back, or paste a code. `state` is ours to keep (sealed) until then.
    Visit { url: String, state: Secret },
}

/// An account, fresh from signing in.
#[derive(Debug)]
pub struct Arrival {
    pub network: NetworkKey,
    pub server: String,
    pub profile: Profile,
    pub rules: Rules,
    pub secret: Secret,
}

/// How a person comes back from a network's own sign-in page.
pub struct Returned {
    /// The state that `begin` gave.
    pub state: Secret,
    /// The code in the address, or as pasted. Where the network came back with other fields than a code: those, as a form.
    pub code: String,
}

#[async_trait]
pub trait SignIn: Send + Sync {
    fn form(&self) -> &'static [Field];
    /// The ways of connecting, the first being the usual one; none where there is only one.
    fn ways(&self) -> &'static [Way] {
        &[]
    }
    /// The account's own key, for its owner to keep elsewhere; `None` where the secret is nothing that a person could use.
    fn key_of(&self, _secret: &Secret) -> Option<String> {
        None
    }
    /// What else the page of an account may tell about it, by label. Nothing secret.
    fn facts(&self, _secret: &Secret) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// `back_to` is the address that the network shall send the person to; `None` where there is none, so that a code is shown to paste.
    async fn begin(&self, http: &Http, answers: &Answers, back_to: Option<&str>, now: Timestamp) -> Answer<Step>;
    async fn finish(&self, http: &Http, returned: &Returned, now: Timestamp) -> Answer<Arrival>;
    /// A new secret for an old one. One refresher at a time is the caller's care. `SignInAgain` only on a recognised refusal.
    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret>;
    /// What the server allows today, and the profile as it stands.
    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)>;
}
