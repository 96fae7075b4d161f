//! The inbox: one row a conversation, in six boxes, read in one go.

use model::{AccountId, AimId, ConversationId, PersonId, ProfileId, Timestamp, Visibility, VoiceId};
use store::StoreError;
pub use store::conversations::{After, Order};
use store::conversations::{KeptConversation, Narrow};

use super::refresh::{DONE, LATER, MUTED, PRIVATE, SPOKE, WAITING, YOU_WAIT};
use crate::relate::tie;
use crate::{App, Cx, Done};

/// Rows of a page.
pub const PAGE: u32 = 25;
/// Rows of "You wait for" beside the page.
const BESIDE: u32 = 3;

/// One of the six boxes, or what is muted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Inbox {
    #[default]
    Waiting,
    YouWait,
    Later,
    Spoke,
    /// What was said to those named alone.
    Private,
    Done,
    Muted,
}

impl Inbox {
    /// Those that have a tab.
    pub const ALL: [Inbox; 6] = [Inbox::Waiting, Inbox::YouWait, Inbox::Later, Inbox::Spoke, Inbox::Private, Inbox::Done];
    pub fn word(self) -> &'static str {
        match self {
            Inbox::Waiting => WAITING,
            Inbox::YouWait => YOU_WAIT,
            Inbox::Later => LATER,
            Inbox::Spoke => SPOKE,
            Inbox::Private => PRIVATE,
            Inbox::Done => DONE,
            Inbox::Muted => MUTED,
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Inbox::Muted]).find(|i| i.word() == word)
    }
    /// As the page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Inbox::Waiting => "Waiting for you",
            Inbox::YouWait => "You wait",
            Inbox::Later => "Later",
            Inbox::Spoke => "Spoke of you",
            Inbox::Private => "Private",
            Inbox::Done => "Done",
            Inbox::Muted => "Muted",
        }
    }
    /// Who waits, longest first; what was said, newest first.
    fn usual_order(self) -> Order {
        match self {
            Inbox::Waiting | Inbox::Private => Order::Matters,
            Inbox::YouWait | Inbox::Later => Order::Longest,
            Inbox::Spoke | Inbox::Done | Inbox::Muted => Order::Newest,
        }
    }
}

/// Which page of which box.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub inbox: Inbox,
    /// `None`: as the box is usually read.
    pub order: Option<Order>,
    /// A network's key; empty: every one.
    pub network: String,
    pub account: Option<AccountId>,
    pub aim: Option<AimId>,
    pub tie: TieWish,
    /// Given to this colleague; `Some(None)`: to nobody.
    pub assigned: Option<Option<VoiceId>>,
    /// In the name or the words shown; empty: any.
    pub words: String,
    pub after: Option<After>,
}

/// How close somebody has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TieWish {
    #[default]
    Any,
    Warm,
    Close,
}

/// Letters of words that are looked for.
const WORDS_MAX: usize = 200;

impl Wish {
    fn narrow(&self, now: Timestamp) -> Narrow {
        Narrow {
            network: self.network.clone(),
            account: self.account,
            aim: self.aim,
            tie_min: match self.tie {
                TieWish::Any => None,
                TieWish::Warm => Some(tie::key_of(tie::WARM, now)),
                TieWish::Close => Some(tie::key_of(tie::CLOSE, now)),
            },
            assigned: self.assigned,
            words: self.words.trim().chars().take(WORDS_MAX).collect(),
        }
    }
}

/// A network as a row names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetName {
    pub key: &'static str,
    pub mark: &'static str,
    pub name: &'static str,
}

/// One conversation as a row shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: ConversationId,
    pub who: String,
    pub person: Option<PersonId>,
    /// Whose picture stands beside it, where there is one.
    pub face: Option<ProfileId>,
    pub networks: Vec<NetName>,
    pub words: String,
    pub language: Option<String>,
    /// The words are ours.
    pub is_mine: bool,
    /// The words are a content warning; what was said is behind it.
    pub has_warning: bool,
    pub because: String,
    pub since: Timestamp,
    pub later_until: Option<Timestamp>,
    pub is_history: bool,
    pub posts: u32,
    /// Only those named in it read what is shown.
    pub is_private: bool,
    /// What is shown is a poll, quotes another post, was edited.
    pub is_poll: bool,
    pub is_quote: bool,
    pub is_edited: bool,
    /// The colleague whose it is.
    pub assigned: Option<VoiceId>,
}

#[derive(Clone, Debug)]
pub struct InboxPage {
    pub inbox: Inbox,
    pub order: Order,
    pub rows: Vec<Row>,
    /// How many stand in each box, in the order of [`Inbox::ALL`]; history is left out.
    pub counts: [u32; 6],
    /// Where the next page begins.
    pub next: Option<After>,
    /// Whom we wait for longest.
    pub you_wait_for: Vec<Row>,
    /// When the next one put off comes back.
    pub next_back: Option<Timestamp>,
    /// Nothing is connected yet.
    pub has_accounts: bool,
    /// The networks one can choose from.
    pub networks: Vec<NetName>,
    pub accounts: Vec<(AccountId, String)>,
    pub aims: Vec<(AimId, String)>,
    pub voices: Vec<(VoiceId, String)>,
}

impl InboxPage {
    pub fn count(&self, inbox: Inbox) -> u32 {
        Inbox::ALL.iter().position(|i| *i == inbox).map_or(0, |at| self.counts[at])
    }
}

/// A page of a box: one hop to the store.
pub async fn inbox(cx: Cx<'_>, wish: Wish) -> Done<InboxPage> {
    let order = wish.order.unwrap_or(wish.inbox.usual_order());
    let (inbox, narrow, after) = (wish.inbox, wish.narrow(cx.now), wish.after);
    let kept = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let all = tx.conversations();
            let rows = all.page_narrowed(inbox.word(), order, &narrow, after, PAGE + 1)?;
            let counts = all.counts()?;
            let has = |name: &str| counts.iter().any(|(b, n)| b == name && *n > 0);
            let beside = inbox == Inbox::Waiting && after.is_none();
            let you_wait = if beside && has(YOU_WAIT) { all.page(YOU_WAIT, Order::Longest, "", None, BESIDE)? } else { Vec::new() };
            let next_back = if has(LATER) { all.next_back(Timestamp::MAX)?.0 } else { None };
            let networks = tx.accounts().networks()?;
            let accounts: Vec<_> = tx.accounts().list()?.into_iter().map(|a| (a.id, a.handle)).collect();
            let aims: Vec<_> = tx.aims().list()?.into_iter().filter(|a| a.closed_at.is_none()).map(|a| (a.id, a.name)).collect();
            let voices: Vec<_> = tx.voices()?.into_iter().map(|(v, _)| (v.id, v.name)).collect();
            Ok((rows, counts, you_wait, next_back, (networks, accounts, aims, voices)))
        })
        .await?;
    let (mut rows, kept_counts, you_wait, next_back, (networks, accounts, aims, voices)) = kept;
    let has_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| has_more).map(|c| After { rank: c.face.rank, since: c.face.since, id: c.id });
    let mut counts = [0u32; 6];
    for (name, n) in kept_counts {
        if let Some(at) = Inbox::ALL.iter().position(|i| i.word() == name) {
            counts[at] = u32::try_from(n).unwrap_or(u32::MAX);
        }
    }
    Ok(InboxPage {
        inbox,
        order,
        rows: rows.into_iter().map(|c| row(cx.app, c)).collect(),
        counts,
        next,
        you_wait_for: you_wait.into_iter().map(|c| row(cx.app, c)).collect(),
        next_back,
        has_accounts: !networks.is_empty(),
        accounts,
        aims,
        voices,
        networks: networks.iter().filter_map(|key| net_name(cx.app, key)).collect(),
    })
}

pub(super) fn row(app: &App, c: KeptConversation) -> Row {
    let face = c.face;
    let has = |mark: &str| face.marks.split(' ').any(|m| m == mark);
    Row {
        id: c.id,
        who: face.who,
        person: face.person,
        face: face.profile.filter(|_| face.has_face),
        networks: face.networks.iter().filter_map(|key| net_name(app, key)).collect(),
        words: face.words,
        language: face.language,
        is_mine: face.is_mine,
        has_warning: face.has_warning,
        because: face.because,
        since: face.since,
        later_until: c.marks.later_until,
        is_history: face.is_history,
        posts: face.posts,
        is_private: face.visibility == Visibility::Direct,
        is_poll: has("poll"),
        is_quote: has("quote"),
        is_edited: has("edited"),
        assigned: c.marks.assigned,
    }
}

/// What a network is called.
pub fn net_name(app: &App, key: &str) -> Option<NetName> {
    let about = app.networks.all().find(|n| n.about().key == key)?.about();
    Some(NetName { key: about.key, mark: about.mark, name: about.name })
}

/// How many wait.
pub async fn waiting(cx: Cx<'_>) -> Done<u32> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.waiting()).await?)
}
