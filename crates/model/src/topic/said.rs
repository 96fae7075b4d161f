//! What of a post is looked at, in one place, for the reference and the matcher alike. Nothing is copied: everything is handed on as it
//! stands, a piece at a time.

use crate::{MediaKind, Post};

/// A post with what its place says of it beside.
#[derive(Clone, Copy, Debug)]
pub struct Said<'p> {
    pub post: &'p Post,
    /// The community it stands in, where that is known.
    pub venue: Option<&'p str>,
    /// Whether it is known when it was said; else no date fits it.
    pub is_dated: bool,
}

impl<'p> From<&'p Post> for Said<'p> {
    fn from(post: &'p Post) -> Said<'p> {
        Said { post, venue: None, is_dated: true }
    }
}

/// A text of a post in which words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Text,
    Title,
    Warning,
    /// What a picture is said to show.
    Alt,
    /// A tag that a network keeps beside the words is a word too.
    Tag,
}

/// Its texts in order. No phrase runs across two of them.
pub(crate) fn each_field<'p>(post: &'p Post, mut take: impl FnMut(Field, &'p str)) {
    take(Field::Text, &post.text);
    if let Some(title) = &post.title {
        take(Field::Title, title);
    }
    if let Some(warning) = &post.warning {
        take(Field::Warning, warning);
    }
    for media in post.media.iter().filter(|m| !m.alt.is_empty()) {
        take(Field::Alt, &media.alt);
    }
    for tag in &post.tags {
        take(Field::Tag, tag);
    }
}

/// Its tags, without `#`: those its network keeps, and those in its text and headline.
pub(crate) fn each_tag<'p>(post: &'p Post, mut take: impl FnMut(&'p str)) {
    post.tags.iter().for_each(|tag| take(tag));
    marked(&post.text, '#', is_of_tag, &mut take);
    if let Some(title) = &post.title {
        marked(title, '#', is_of_tag, &mut take);
    }
}

fn is_of_tag(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '·') || is_mark(c)
}

/// Marks that words of some scripts can't be written without.
fn is_mark(c: char) -> bool {
    use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
    !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Handles that it is said to: whom it names, in its network's list or by `@` in its text.
pub(crate) fn each_to<'p>(post: &'p Post, mut take: impl FnMut(&'p str)) {
    post.mentions.iter().for_each(|mention| take(mention.handle.trim_start_matches('@')));
    let is_of_handle = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
    marked(&post.text, '@', is_of_handle, &mut |handle| take(handle.trim_end_matches(['.', '-', '@'])));
}

/// What stands behind a mark that does not stand behind a letter, an address or another mark.
fn marked<'p>(text: &'p str, mark: char, is_of_it: impl Fn(char) -> bool, take: &mut impl FnMut(&'p str)) {
    let text = crate::words::looked_at(text);
    for (at, _) in text.match_indices(mark) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '&' | '#' | '@' | '_')) {
            continue;
        }
        let rest = &text[at + mark.len_utf8()..];
        let word = &rest[..rest.find(|c| !is_of_it(c)).unwrap_or(rest.len())];
        if word.contains(char::is_alphanumeric) {
            take(word);
        }
    }
}

/// A handle, and its first parts up to each `@` and dot.
pub(crate) fn each_first_part<'h>(handle: &'h str, mut take: impl FnMut(&'h str)) {
    take(handle);
    for (at, _) in handle.match_indices(['@', '.']).filter(|(at, _)| *at > 0) {
        take(&handle[..at]);
    }
}

/// Hosts that it links to, each also without its first parts: of `www.shop.example` also `shop.example` and `example`.
pub(crate) fn each_host<'p>(post: &'p Post, mut take: impl FnMut(&'p str)) {
    let mut take_all = |host: &'p str| {
        if host.is_empty() {
            return;
        }
        take(host);
        for (at, _) in host.match_indices('.') {
            take(&host[at + 1..]);
        }
    };
    post.links.iter().for_each(|link| take_all(host_of(link)));
    let text = crate::words::looked_at(&post.text);
    for (at, _) in text.match_indices("://") {
        let scheme = text[..at].rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
            take_all(host_of(&text[at - scheme.len()..]));
        }
    }
}

/// The host of an address that begins a text; empty where there is none.
fn host_of(text: &str) -> &str {
    let Some((_, rest)) = text.split_once("://") else { return "" };
    let authority = &rest[..rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '<' | '>')).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    host.trim_end_matches(|c: char| !c.is_alphanumeric())
}

/// Where it stands: the community, by its page's address where nothing else says it, and the servers of its page and its author.
pub(crate) fn each_venue<'p>(said: Said<'p>, mut take: impl FnMut(&'p str)) {
    if let Some(venue) = said.venue {
        take(venue);
    }
    if let Some(url) = &said.post.url {
        let host = host_of(url);
        let host = host.strip_prefix("www.").unwrap_or(host);
        if !host.is_empty() {
            take(host);
        }
        let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
        // The first part of a path by which sites of communities name them.
        if let Some(("r" | "c" | "m", rest)) = path.split_once('/') {
            let community = rest.split(['/', '?', '#']).next().unwrap_or_default();
            if !community.is_empty() {
                take(community);
            }
        }
    }
    if let Some((_, server)) = said.post.author.handle.rsplit_once('@').filter(|(_, server)| !server.is_empty()) {
        take(server);
    }
}

/// The narrowest place it stands in: its community where its page names one, else the server of its page.
pub fn venue_of(post: &Post) -> Option<String> {
    let mut all = Vec::new();
    each_venue(Said::from(post), |venue| all.push(venue));
    // The server of the page comes first, the community behind it, the author's server last.
    let has_page = post.url.as_deref().is_some_and(|url| !host_of(url).is_empty());
    let servers = usize::from(has_page) + usize::from(post.author.handle.rsplit_once('@').is_some_and(|(_, server)| !server.is_empty()));
    let place = if has_page && all.len() > servers { all.get(1) } else { all.first() };
    place.map(|venue| venue.to_lowercase())
}

/// Whether it asks something; a mark within an address does not.
pub(crate) fn is_question(post: &Post) -> bool {
    [Some(post.text.as_str()), post.title.as_deref()].into_iter().flatten().any(|text| {
        let text = crate::words::looked_at(text);
        text.contains(QUESTIONS) && text.split_whitespace().any(|word| !word.contains("://") && word.contains(QUESTIONS))
    })
}

const QUESTIONS: [char; 5] = ['?', '？', '؟', '⁇', '‽'];

pub(crate) fn has_picture(post: &Post) -> bool {
    post.media.iter().any(|m| m.kind == MediaKind::Picture)
}
