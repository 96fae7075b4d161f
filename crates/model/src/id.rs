//! Identifiers of rows: 64-bit integers that grow with time, one type a noun so that they can't be mixed up.

/// A row's number as it stands in addresses and in the store.
pub trait Id: Copy + Eq + Ord + std::hash::Hash + std::fmt::Display + Send + 'static {
    /// The bare number, as stored.
    fn number(self) -> i64;
    /// From the bare number.
    fn from_number(number: i64) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
        impl Id for $name {
            fn number(self) -> i64 { self.0 }
            fn from_number(number: i64) -> Self { Self(number) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}", self.0) }
        }
        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> { s.parse().map(Self) }
        }
    )*};
}

ids! {
    /// A desk, the closed room that every row belongs to.
    DeskId,
    /// A human with a login.
    VoiceId,
    /// One of our own presences on a network.
    AccountId,
    /// Anyone's presence on a network.
    ProfileId,
    /// The individual behind one or more profiles.
    PersonId,
    /// Something said.
    PostId,
    /// A thread with its turn.
    ConversationId,
    /// What a voice wants to say.
    DraftId,
    /// One part on its way to one account.
    DeliveryId,
    /// A picture kept for a draft.
    PictureId,
    /// What is listened for.
    TopicId,
    /// A topic followed in one place through one account.
    WatchId,
    /// A post or conversation that a topic brought.
    SightingId,
    /// Somebody whom an account of ours follows.
    FollowingId,
    /// Why we are here, as something countable.
    AimId,
    /// Our own short link.
    LinkId,
    /// One arrival by a link.
    VisitId,
    /// A venue tried for an aim.
    TrialId,
    /// What an aim counts.
    OutcomeId,
    /// A site of our own.
    SiteId,
    /// A note about a person, to oneself.
    NoteId,
    /// What colleagues talk about in common.
    SubjectId,
    /// A page that told of its link to one of ours, or the other way round.
    WebmentionId,
    /// A feed's hub that was asked to tell us.
    SubscriptionId,
    /// A piece of due work.
    JobId,
    /// A file of drafts that was handed in.
    ImportId,
    /// A time somebody sat down to talk.
    SittingId,
    /// One letter to one address.
    MailId,
    /// Somebody's leave to be written to.
    OptInId,
    /// A form by which people say yes.
    OptInFormId,
    /// A letter to those who said yes.
    RoundId,
    /// A week's letter as it was sent.
    WeekLetterId,
}
