//! Mastodon's words into ours. Pure: no call is made here.

use std::collections::HashMap;

use model::{
    Boost, Media, MediaKind, Mention, NetworkKey, Poll, PollAnswer, Post, PostRef, Profile, Quote, Quoted, Timestamp, Visibility,
    local_alias,
};

use super::wire;
use crate::{Heard, HeardKind, html};

/// The longest self-description kept, in letters.
const ABOUT_MAX: usize = 2000;
/// How a quote stands that is not shown any more, or not to us.
const WITHDRAWN: [&str; 7] = ["rejected", "revoked", "deleted", "unauthorized", "blocked_account", "blocked_domain", "muted_account"];
/// Answers of a poll that are told.
const POLL_ANSWERS_MAX: usize = 20;

/// Which server an answer came from: ids and short handles mean something only there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// Host and port, lower case.
    pub host: String,
    /// The domain in its people's handles.
    pub domain: String,
}

impl Here {
    pub fn new(server: &str, domain: &str) -> Here {
        let host = server.split_once("://").map_or(server, |(_, rest)| rest).trim_end_matches('/').to_lowercase();
        let domain = if domain.is_empty() { host.clone() } else { domain.to_lowercase() };
        Here { host, domain }
    }

    /// A post's name on this server only: also its [`PostRef::tag`], so that no server's number is ever taken to another.
    pub fn alias(&self, id: &str) -> String {
        local_alias(&self.host, id)
    }

    /// The server's own number out of such a name, if it is of this server.
    pub fn local_id<'a>(&self, alias: &'a str) -> Option<&'a str> {
        alias.strip_prefix(&self.alias("")).filter(|id| !id.is_empty())
    }

    /// `ada` or `@Ada@Social.Example` as a whole handle.
    fn handle(&self, acct: &str) -> String {
        let acct = acct.trim().trim_start_matches('@');
        match acct.split_once('@') {
            Some((name, server)) if !server.is_empty() => format!("{name}@{}", server.to_lowercase()),
            _ => format!("{}@{}", acct.trim_end_matches('@'), self.domain),
        }
    }
}

/// A profile is known by its whole handle in lower case: the one name that every server and every call gives (mentions have no URI).
pub fn remote_id(handle: &str) -> String {
    handle.to_lowercase()
}

pub fn profile_from_account(account: &wire::Account, here: &Here) -> Profile {
    let given = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    let acct = given(&account.acct).filter(|a| a.contains('@')).or_else(|| given(&account.fqn));
    let acct = acct.or_else(|| given(&account.acct)).or_else(|| given(&account.username)).unwrap_or_else(|| account.id.clone());
    let handle = here.handle(&acct);
    let (about, mut links) = html::read(account.note.as_deref().unwrap_or_default(), &|_| None);
    for field in &account.fields {
        for link in html::links(field.value.as_deref().unwrap_or_default()) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
    }
    Profile {
        network: NetworkKey::new(super::KEY),
        remote_id: remote_id(&handle),
        name: given(&account.display_name).map_or_else(|| handle.clone(), |n| n.trim().to_owned()),
        handle,
        url: account.url.clone(),
        // The picture of those who have none; we draw our own.
        avatar_url: account.avatar.clone().filter(|a| !a.ends_with("/missing.png")),
        about: about.chars().take(ABOUT_MAX).collect(),
        links,
        is_bot: account.bot,
        followers: account.followers_count,
    }
}

/// Several posts of one answer, in the order given; parents among them (and in `known`) are named by their global ids.
pub fn posts_from_statuses(statuses: &[wire::Status], here: &Here, known: &Parents) -> Vec<Post> {
    let mut parents = known.clone();
    for status in statuses {
        parents.learn(status);
    }
    statuses.iter().filter_map(|s| post_from_status(s, here, &parents)).collect()
}

/// Global ids by a server's own numbers.
#[derive(Clone, Default)]
pub struct Parents(HashMap<String, String>);

impl Parents {
    pub fn learn(&mut self, status: &wire::Status) {
        if let Some(uri) = &status.uri {
            self.0.insert(status.id.clone(), uri.clone());
        }
        if let Some(inner) = &status.reblog {
            self.learn(inner);
        }
    }
}

/// `None` where a status says nothing usable (no time, no words for who).
pub fn post_from_status(status: &wire::Status, here: &Here, parents: &Parents) -> Option<Post> {
    if let Some(inner) = &status.reblog {
        let mut post = post_from_status(inner, here, parents)?;
        let at = status.created_at.as_deref().and_then(instant).unwrap_or(post.created_at);
        post.boost = Some(Boost { by: profile_from_account(&status.account, here), at });
        return Some(post);
    }
    let author = profile_from_account(&status.account, here);
    let mentions = mentions(status, here);
    let (mut text, mut links) = words(status, here);
    let quote = status.quote.as_ref().and_then(|q| quote(q, here));
    if let Some(Quote::Here(quoted)) = &quote {
        text = without_stand_in(&text, quoted);
        links.extend(quoted.url.clone().filter(|url| !links.contains(url)));
    }
    let mut post = Post::new(at(status, here), author, text, instant(status.created_at.as_deref()?)?);
    post.local = Some(here.alias(&status.id));
    post.url = status.url.clone().or_else(|| status.uri.clone().filter(|u| u.starts_with("http")));
    post.edited_at = status.edited_at.as_deref().and_then(instant);
    post.language = status.language.clone();
    post.reply_to = status.in_reply_to_id.as_ref().map(|id| parents.0.get(id).cloned().unwrap_or_else(|| here.alias(id)));
    post.reply_to_author = status.in_reply_to_account_id.as_ref().and_then(|id| {
        if *id == status.account.id {
            return Some(post.author.remote_id.clone());
        }
        let named = status.mentions.iter().find(|m| m.id.as_ref() == Some(id))?;
        mention(named, here).map(|m| m.remote_id)
    });
    post.mentions = mentions;
    post.tags = status.tags.iter().map(|t| t.name.trim_start_matches('#').to_owned()).collect();
    post.links = links;
    post.poll = status.poll.as_ref().map(poll);
    post.quote = quote;
    post.media = status.media_attachments.iter().filter_map(media).collect();
    post.warning = status.spoiler_text.clone().filter(|w| !w.trim().is_empty());
    post.visibility = visibility(status.visibility.as_deref());
    post.replies = status.replies_count.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    Some(post)
}

fn words(status: &wire::Status, here: &Here) -> (String, Vec<String>) {
    html::read(status.content.as_deref().unwrap_or_default(), &|a| whole_mention(a, &status.mentions, here))
}

fn poll(poll: &wire::Poll) -> Poll {
    let answers = poll.options.iter().take(POLL_ANSWERS_MAX);
    Poll {
        answers: answers.map(|o| PollAnswer { words: o.title.trim().to_owned(), votes: o.votes_count }).collect(),
        closes_at: poll.expires_at.as_deref().and_then(instant),
        is_closed: poll.expired,
        is_many: poll.multiple,
        voters: poll.voters_count,
    }
}

/// What a status quotes. A quote that waits for a yes is not shown there either; one within a quote is told by number only and left out.
fn quote(quote: &wire::Quote, here: &Here) -> Option<Quote> {
    let status = match quote {
        wire::Quote::Status(status) => status,
        wire::Quote::Stated(stated) => match (&stated.quoted_status, stated.state.as_deref()) {
            (Some(status), None | Some("accepted")) => status,
            (_, Some(state)) if WITHDRAWN.contains(&state) => return Some(Quote::Gone),
            _ => return None,
        },
    };
    let author = profile_from_account(&status.account, here);
    Some(Quote::Here(Quoted {
        id: at(status, here).id,
        who: author.name,
        handle: author.handle,
        url: status.url.clone().or_else(|| status.uri.clone().filter(|u| u.starts_with("http"))),
        text: words(status, here).0,
        warning: status.spoiler_text.clone().filter(|w| !w.trim().is_empty()),
        at: status.created_at.as_deref().and_then(instant),
    }))
}

/// The words without the line that stands for the quote where quotes are not known (`RE: address`).
fn without_stand_in(text: &str, quoted: &Quoted) -> String {
    let is_stand_in = |line: &str| {
        let address = ["RE: ", "QT: ", "RT: "].into_iter().find_map(|mark| line.trim().strip_prefix(mark)).map(str::trim);
        address.is_some_and(|a| Some(a) == quoted.url.as_deref() || a == quoted.id)
    };
    let lines: Vec<&str> = text.lines().collect();
    let (from, to) = (usize::from(lines.first().is_some_and(|l| is_stand_in(l))), lines.len());
    let to = if to > from && is_stand_in(lines[to - 1]) { to - 1 } else { to };
    lines[from..to].join("\n").trim().to_owned()
}

pub fn at(status: &wire::Status, here: &Here) -> PostRef {
    let alias = here.alias(&status.id);
    PostRef::new(status.uri.clone().or_else(|| status.url.clone()).unwrap_or_else(|| alias.clone()), alias)
}

/// Several notifications of one answer, in the order given.
pub fn heard_from_notifications(notifications: &[wire::Notification], here: &Here) -> Vec<Heard> {
    let mut parents = Parents::default();
    notifications.iter().filter_map(|n| n.status.as_ref()).for_each(|s| parents.learn(s));
    notifications.iter().filter_map(|n| heard_from_notification(n, here, &parents)).collect()
}

pub fn heard_from_notification(notification: &wire::Notification, here: &Here, parents: &Parents) -> Option<Heard> {
    let kind = match notification.kind.as_deref()? {
        "mention" | "quote" => HeardKind::Spoke,
        "favourite" | "pleroma:emoji_reaction" | "emoji_reaction" | "reaction" => HeardKind::Liked,
        "reblog" => HeardKind::PassedOn,
        "follow" => HeardKind::Followed,
        _ => return None,
    };
    let post = notification.status.as_ref().and_then(|s| post_from_status(s, here, parents));
    if post.is_none() && kind != HeardKind::Followed {
        return None;
    }
    let at = notification.created_at.as_deref().and_then(instant).or_else(|| post.as_ref().map(|p| p.created_at))?;
    let by = profile_from_account(notification.account.as_ref()?, here);
    Some(Heard { id: notification.id.clone(), kind, by, at, post })
}

pub fn visibility(word: Option<&str>) -> Visibility {
    match word {
        None | Some("public") => Visibility::Public,
        Some("unlisted") => Visibility::Unlisted,
        Some("direct") => Visibility::Direct,
        // Also the narrower ones that only some servers have: an answer must not be heard by more than its parent was.
        Some(_) => Visibility::Followers,
    }
}

pub fn visibility_word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers => "private",
        Visibility::Direct => "direct",
    }
}

/// RFC 3339, or the same without a zone, which then is UTC.
pub fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

fn media(attachment: &wire::Attachment) -> Option<Media> {
    let kind = match attachment.kind.as_deref() {
        Some("image") => MediaKind::Picture,
        Some("video" | "gifv") => MediaKind::Video,
        Some("audio") => MediaKind::Sound,
        _ => MediaKind::Other,
    };
    Some(Media {
        kind,
        url: attachment.url.clone().or_else(|| attachment.remote_url.clone())?,
        preview_url: attachment.preview_url.clone(),
        alt: attachment.description.clone().unwrap_or_default(),
    })
}

fn mentions(status: &wire::Status, here: &Here) -> Vec<Mention> {
    status.mentions.iter().filter_map(|m| mention(m, here)).collect()
}

fn mention(mention: &wire::Mention, here: &Here) -> Option<Mention> {
    let handle = here.handle(mention.acct.as_deref().or(mention.username.as_deref())?);
    Some(Mention { remote_id: remote_id(&handle), handle })
}

/// The whole handle for a mention's short name, if the status says whom it names.
fn whole_mention(anchor: &html::Anchor<'_>, mentions: &[wire::Mention], here: &Here) -> Option<String> {
    if anchor.class.split_ascii_whitespace().any(|c| c == "hashtag") {
        return None;
    }
    let name = anchor.words.trim().trim_start_matches('@').to_lowercase();
    let is_mention = anchor.class.split_ascii_whitespace().any(|c| c == "mention");
    let same_name = |m: &&wire::Mention| {
        let is = |t: &Option<String>| t.as_deref().is_some_and(|t| t.trim_start_matches('@').to_lowercase() == name);
        is(&m.username) || is(&m.acct)
    };
    let by_address = mentions.iter().find(|m| m.url.as_deref() == Some(anchor.href));
    let found = by_address.or_else(|| mentions.iter().find(|m| is_mention && same_name(m)))?;
    let handle = mention(found, here)?.handle;
    // Some servers write the `@` before the link.
    Some(if anchor.words.trim_start().starts_with('@') { format!("@{handle}") } else { handle })
}

#[cfg(test)]
mod tests;
