//! The nouns of Hobnob and the rules about one noun: true without clock, disk or wire.
//! No input or output, nothing async, no serialisation, and no network is named here.
//! Begin with [`post`], [`conversation`] and [`delivery`].

pub mod account;
pub mod aim;
pub mod canned;
pub mod conversation;
pub mod delivery;
pub mod desk;
pub mod draft;
pub mod extract;
pub mod id;
pub mod kinds;
pub mod likeness;
pub mod link;
pub mod mail;
pub mod matcher;
pub mod measure;
pub mod nature;
pub mod opt_in;
pub mod outcome;
pub mod paths;
pub mod person;
pub mod post;
pub mod profile;
pub mod rules;
pub mod shown;
pub mod sieve;
pub mod slot;
pub mod speech;
pub mod split;
pub mod tie;
pub mod topic;
pub mod trial;
pub mod verdict;
pub mod words;

pub use account::{Account, AccountState, NetworkKey, Secret};
pub use aim::{Aim, Measure};
pub use conversation::{Conversation, Turn};
pub use delivery::{Delivery, DeliveryKey, DeliveryState, Hold};
pub use desk::{Desk, Role, Seat, Voice};
pub use draft::{Article, Draft, Kind, Part, Picture, Rendering, Reply, ReplyTo};
pub use id::*;
pub use jiff::Timestamp;
pub use link::{Link, Visit, Visitor};
pub use mail::{Mail, MailKind, MailServer, MailState, Safety};
pub use opt_in::{GivenBy, LeaveFor, OptIn, OptInForm, Round};
pub use outcome::{Outcome, Site, Source};
pub use person::{Nature, Person, Talk, Tie, TieWord};
pub use post::{Boost, Media, MediaKind, Mention, Post, PostRef, Visibility, local_alias};
pub use profile::Profile;
pub use rules::{Cards, EmojiWeight, Misfit, Naming, Rules, SiteRules, Unit, Weights};
pub use shown::{Poll, PollAnswer, Quote, Quoted};
pub use slot::Slot;
pub use topic::{Ask, Hits, Query, QueryError, Reader, Reading, Said, Topic};
pub use trial::{Decision, TRIAL_DAYS, Trial, TrialDay};
