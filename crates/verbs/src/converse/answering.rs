//! How a conversation can be answered: at which post, by which account, as public as what it answers; and the words so far.

use model::{
    Account, AccountId, AccountState, ConversationId, Draft, DraftId, Kind, Picture, PictureId, PostId, PostRef, Reply, ReplyTo, Rules,
    Timestamp, Visibility, VoiceId, measure,
};
use networks::Networks;
use store::conversations::KeptConversation;
use store::drafts::KeptDraft;
use store::posts::KeptPost;
use store::threads::Said;
use store::{Kept, Tx};

use super::refresh::{PRIVATE, WAITING};
use super::turn::in_order;
use crate::publish::render::Press;
use crate::reflect::links;
use crate::{Cx, Done, VerbError};

/// People whose names a reply begins with, where its network wants that.
const NAMED_MAX: usize = 10;
/// Readers of a private answer that are named.
const READERS_MAX: usize = 50;
/// The longest text that is kept as a draft.
const WORDS_MAX: usize = 200_000;
/// The longest that is kept of what a picture shows; each network has a limit of its own.
const SHOWS_MAX: usize = 20_000;

/// How a conversation can be answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answering {
    pub post: PostId,
    /// Whom it answers.
    pub to: String,
    /// It goes on from our own words.
    pub is_own: bool,
    pub account: AccountId,
    /// Every account it can be answered through: its number, and handle with network.
    pub accounts: Vec<(AccountId, String)>,
    /// It is answered from another network: in words, with its address.
    pub is_elsewhere: bool,
    pub network: &'static str,
    pub visibility: Visibility,
    /// Who reads it, where it is for those named alone: their names.
    pub readers: Vec<String>,
    pub warning: Option<String>,
    /// Names that go before the words, with a space behind each.
    pub prefix: String,
    /// The address of what is answered, behind the words, where it stands on another network.
    pub suffix: String,
    pub rules: Rules,
    /// The words so far, without the names.
    pub words: String,
    pub kind: Kind,
    /// The draft that keeps the words, where there is one, and its pictures.
    pub draft: Option<DraftId>,
    pub pictures: Vec<Picture>,
    /// Its links become short ones of ours, whose visits are counted; never where it is private.
    pub has_short_links: bool,
    /// What a short link begins with; `None` where it may have none.
    pub(super) short_base: Option<String>,
    pub kept_at: Option<Timestamp>,
}

impl Answering {
    /// What is said in private serves no count.
    pub fn may_count(&self) -> bool {
        self.visibility != Visibility::Direct
    }
    /// Whether pictures can go with it: a network's private messages may be of another make than its posts.
    pub fn takes_pictures(&self) -> bool {
        self.rules.pictures_max > 0 && (self.visibility != Visibility::Direct || self.rules.visibilities.contains(&Visibility::Direct))
    }
    /// The length of `words` as its network counts, and the longest that goes into one post.
    pub fn count(&self, words: &str) -> (u32, Option<u32>) {
        let warning = self.warning.as_deref().filter(|_| self.rules.warning_counts).map_or(0, |w| measure::count(w, self.rules.unit));
        let whole = self.whole(words);
        let whole = match &self.short_base {
            Some(base) if self.has_short_links => links::as_long_as_short(&whole, base),
            _ => whole,
        };
        (measure::length(&whole, &self.rules).saturating_add(warning), self.rules.text_max)
    }
    /// The words with the names before them, those left out that are named already.
    pub(super) fn whole(&self, words: &str) -> String {
        let missing: String = self.prefix.split_whitespace().filter(|name| !names(words, name)).map(|name| format!("{name} ")).collect();
        let suffix = if words.contains(self.suffix.trim()) { "" } else { &self.suffix };
        missing + words + suffix
    }
    pub(super) fn without_names<'w>(&self, whole: &'w str) -> &'w str {
        let whole = whole.strip_prefix(&self.prefix).unwrap_or(whole);
        whole.strip_suffix(&self.suffix).unwrap_or(whole)
    }
}

fn names(words: &str, name: &str) -> bool {
    words.split_whitespace().any(|word| word.trim_end_matches(|c: char| c.is_ascii_punctuation()).eq_ignore_ascii_case(name))
}

/// How to answer `to`, or else what waits, or else the last word of somebody else; `None` where nothing of ours can.
pub(super) fn answering(
    tx: &Tx<'_>,
    press: &Press,
    kept: &KeptConversation,
    said: &[Said],
    (to, from): (Option<PostId>, Option<AccountId>),
    voice: Option<VoiceId>,
) -> Kept<Option<Answering>> {
    let draft = tx.drafts().answering(kept.id, voice)?;
    let live: Vec<&Said> = in_order(said).into_iter().map(|i| &said[i]).filter(|s| !s.is_deleted).collect();
    let drafted = draft.as_ref().and_then(|d| d.draft.reply.as_ref()).map(|r| &r.to.parent);
    let is_drafted =
        |s: &Said| drafted.is_some_and(|at| at.id == s.remote_id || at.as_elsewhere() == Some((s.network.as_str(), s.remote_id.as_str())));
    let target = live
        .iter()
        .find(|s| Some(s.id) == to)
        .or_else(|| live.iter().find(|s| is_drafted(s)))
        .or_else(|| {
            live.iter().find(|s| (kept.face.inbox == WAITING || kept.face.inbox == PRIVATE && !s.is_mine) && Some(s.id) == kept.face.post)
        })
        .or_else(|| live.iter().rfind(|s| !s.is_mine))
        .or_else(|| live.last());
    let Some(target) = target else { return Ok(None) };
    let post = tx.posts().get(target.id)?;
    let networks = &press.networks;
    let all = accounts_for(tx, networks, target, post.post.url.is_some())?;
    let from = from.or_else(|| draft.as_ref().and_then(|d| d.accounts.first().copied()));
    let Some(account) = all.iter().find(|a| Some(a.id) == from).or(all.first()).cloned() else { return Ok(None) };
    let Some(network) = networks.get(&account.network) else { return Ok(None) };
    let is_elsewhere = account.network != target.network;
    let suffix = post.post.url.as_deref().filter(|_| is_elsewhere).map_or(String::new(), |url| format!("\n\n{url}"));
    let mut answering = Answering {
        post: target.id,
        to: target.who.clone(),
        is_own: target.is_mine,
        account: account.id,
        accounts: all.iter().map(|a| (a.id, named(networks, a))).collect(),
        is_elsewhere,
        network: network.about().name,
        visibility: as_public_as(target.visibility, &account.rules),
        readers: if target.visibility == Visibility::Direct { readers(tx, &post, &account)? } else { Vec::new() },
        warning: target.warning.clone().filter(|_| account.rules.has_warning),
        prefix: if account.rules.reply_names_people && !is_elsewhere { prefix(&post, &account) } else { String::new() },
        suffix,
        rules: account.rules,
        words: String::new(),
        kind: Kind::Talks,
        draft: None,
        pictures: Vec::new(),
        has_short_links: false,
        short_base: None,
        kept_at: None,
    };
    if answering.may_count() {
        answering.short_base = Some(links::base(tx, &press.public_url)?);
    }
    if let Some(draft) = draft {
        answering.words = answering.without_names(&draft.draft.text).to_owned();
        answering.kind = draft.draft.kind;
        answering.has_short_links = draft.has_short_links && answering.may_count();
        answering.kept_at = Some(draft.draft.updated_at);
        answering.draft = Some(draft.draft.id);
        answering.pictures = draft.draft.pictures;
    }
    Ok(Some(answering))
}

/// Through which it can be answered, the usual one first: the account that heard it, others of ours on that network, and those elsewhere,
/// from where it is answered with its address. What is not public is answered nowhere else.
fn accounts_for(tx: &Tx<'_>, networks: &Networks, said: &Said, has_page: bool) -> Kept<Vec<Account>> {
    let may_speak = |a: &Account| a.state != AccountState::Resting && networks.get(&a.network).is_some_and(|n| n.publish().is_some());
    let mut all: Vec<Account> = tx.accounts().list()?.into_iter().filter(may_speak).collect();
    if !all.iter().any(|a| a.network == said.network) {
        return Ok(Vec::new());
    }
    let is_open = has_page && said.visibility <= Visibility::Unlisted;
    // On a site of one's own a post is a page, and no answer.
    all.retain(|a| a.network == said.network || is_open && !a.rules.needs_title && !a.rules.site.is_own);
    all.sort_by_key(|a| (a.network != said.network, Some(a.id) != said.account, a.id));
    Ok(all)
}

fn named(networks: &Networks, account: &Account) -> String {
    let network = networks.get(&account.network).map_or("", |n| n.about().name);
    format!("{} on {network}", account.handle)
}

/// Never more public than what it answers.
fn as_public_as(answered: Visibility, rules: &Rules) -> Visibility {
    rules.visibilities.iter().copied().filter(|v| *v >= answered).min().unwrap_or(answered)
}

/// Those who read a private answer: whom it answers, and whom that named, by the names they go by.
fn readers(tx: &Tx<'_>, post: &KeptPost, account: &Account) -> Kept<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let theirs = std::iter::once((&post.post.author.remote_id, post.post.author.name.as_str()));
    let named = post.post.mentions.iter().map(|m| (&m.remote_id, m.handle.trim_start_matches('@')));
    for (remote_id, handle) in theirs.chain(named).take(READERS_MAX) {
        if *remote_id == account.remote_id || handle.eq_ignore_ascii_case(&account.handle) {
            continue;
        }
        let known = tx.profiles().find_remote(&post.post.network, remote_id)?.map(|p| p.profile.name).filter(|n| !n.is_empty());
        let name = known.unwrap_or_else(|| handle.to_owned());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Whom it answers, and whom that named, ourselves left out.
fn prefix(post: &KeptPost, account: &Account) -> String {
    let mut handles: Vec<&str> = Vec::new();
    let theirs = std::iter::once((&post.post.author.remote_id, post.post.author.handle.as_str()));
    let named = post.post.mentions.iter().map(|m| (&m.remote_id, m.handle.trim_start_matches('@')));
    for (remote_id, handle) in theirs.chain(named) {
        let is_me = *remote_id == account.remote_id || handle.eq_ignore_ascii_case(&account.handle);
        if !is_me && !handle.is_empty() && !handles.iter().any(|h| h.eq_ignore_ascii_case(handle)) {
            handles.push(handle);
        }
    }
    handles.iter().take(NAMED_MAX).map(|handle| format!("@{handle} ")).collect()
}

/// What a person wrote, and where.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub conversation: ConversationId,
    /// The post it answers; `None`: the one that waits.
    pub to: Option<PostId>,
    /// Through which account; `None`: the one on the talk's own network.
    pub from: Option<AccountId>,
    pub text: String,
    pub kind: Kind,
    /// Its links become short ones of ours, whose visits are counted. What is private is never counted.
    pub has_short_links: bool,
    /// What its pictures show, of those that are there already.
    pub shown: Vec<(PictureId, String)>,
    /// Further ones come right after: the words are kept even where there are none.
    pub brings_pictures: bool,
}

impl Words {
    /// There is nothing to say, and nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.shown.is_empty() && !self.brings_pictures
    }
    /// Says of a picture what it shows, where that was said.
    fn name(&self, picture: &mut Picture) {
        if let Some((_, shows)) = self.shown.iter().find(|(id, _)| *id == picture.id) {
            picture.alt.clone_from(shows);
        }
    }
}

/// Keeps the words of an answer as a draft; an empty one is thrown away. Answers how it would go out.
pub async fn keep(cx: Cx<'_>, words: Words) -> Done<Answering> {
    let (now, voice, press) = (cx.now, cx.seat.voice, Press::to_look(cx));
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let id = tx.conversations().resolve(words.conversation)?;
            let kept = tx.conversations().get(id)?;
            let found = answering(tx, &press, &kept, &tx.threads().said(id)?, (words.to, words.from), voice)?;
            let mut answering = found.ok_or_else(|| VerbError::wrong("text", "No account of yours can answer there."))?;
            answering.draft = save(tx, &kept, &answering, &words, &words.text, (voice, now))?;
            answering.pictures.iter_mut().for_each(|p| words.name(p));
            answering.words = words.text;
            answering.kind = words.kind;
            answering.has_short_links = words.has_short_links && answering.may_count();
            answering.kept_at = Some(now);
            Ok(answering)
        })
        .await
}

/// Keeps the draft of an answer; `None` where there was nothing to keep.
pub(super) fn save(
    tx: &Tx<'_>,
    kept: &KeptConversation,
    answering: &Answering,
    words: &Words,
    text: &str,
    (voice, now): (Option<VoiceId>, Timestamp),
) -> Done<Option<DraftId>> {
    if text.len() > WORDS_MAX || words.shown.iter().any(|(_, shows)| shows.len() > SHOWS_MAX) {
        return Err(VerbError::wrong("text", "That is too long to be an answer."));
    }
    let known = tx.drafts().answering(kept.id, voice)?;
    if words.is_empty() {
        if let Some(known) = known {
            tx.drafts().throw(known.draft.id, now)?;
        }
        return Ok(None);
    }
    let post = tx.posts().get(answering.post)?;
    let mut draft = match known {
        Some(known) => known,
        None => {
            let zone = tx.this_desk()?.zone;
            KeptDraft::new(empty(tx.fresh(now), voice, now), Vec::new(), &zone)
        }
    };
    draft.accounts = vec![answering.account];
    draft.has_short_links = words.has_short_links && answering.may_count();
    let d = &mut draft.draft;
    d.text = text.to_owned();
    d.pictures.iter_mut().for_each(|p| words.name(p));
    d.kind = words.kind;
    d.warning = answering.warning.clone();
    d.visibility = answering.visibility;
    d.language = post.post.language.clone();
    d.aim = kept.face.touches.filter(|_| answering.may_count());
    d.reply = Some(Reply {
        conversation: kept.id,
        to: match answering.is_elsewhere {
            true => {
                let at = PostRef::elsewhere(&post.post.network, &post.post.at.id);
                ReplyTo { root: at.clone(), parent: at }
            }
            false => reply_to(tx, &post, answering.account)?,
        },
        person: kept.face.person.filter(|_| !answering.is_own),
    });
    let id = d.id;
    match tx.drafts().save(&draft, now)? {
        Some(_) => {
            draft.draft.pictures.iter().try_for_each(|p| tx.pictures().set_alt(id, p.id, &p.alt))?;
            Ok(Some(id))
        }
        None => Err(VerbError::TooLate("This answer was changed elsewhere meanwhile. Nothing was lost; look again.".into())),
    }
}

fn empty(id: DraftId, voice: Option<VoiceId>, now: Timestamp) -> Draft {
    Draft {
        id,
        voice,
        text: String::new(),
        title: None,
        article: Default::default(),
        language: None,
        warning: None,
        visibility: Visibility::Public,
        kind: Kind::Talks,
        is_personal: false,
        aim: None,
        reply: None,
        pictures: Vec::new(),
        created_at: now,
        updated_at: now,
    }
}

/// What the network has to be told: the post, as this account's server calls it, and where the thread began.
fn reply_to(tx: &Tx<'_>, post: &KeptPost, account: AccountId) -> Kept<ReplyTo> {
    let parent = PostRef::new(post.post.at.id.clone(), tx.posts().tag_for(post.id, account)?);
    let root = match post.post.root.as_deref() {
        None => parent.clone(),
        Some(root) if root == parent.id => parent.clone(),
        Some(root) => {
            let tag = match tx.posts().find_remote(&post.post.network, root)? {
                Some(kept) => tx.posts().tag_for(kept.id, account)?,
                None => String::new(),
            };
            PostRef::new(root, tag)
        }
    };
    Ok(ReplyTo { parent, root })
}
