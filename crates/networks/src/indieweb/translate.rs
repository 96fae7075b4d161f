//! From microformats to our nouns: an entry is a post, a card a profile. Pure; a page may leave anything out, and says what it likes.

use model::{Media, MediaKind, NetworkKey, Post, PostRef, Profile, Timestamp};
use url::Url;

use super::KEY;
use super::entry::{core_of, is_web};
use super::links::Got;
use super::mf::{Item, Page, Value};
use crate::html;

/// The most letters kept of a page's words, of a name, and of an address.
const TEXT_MAX: usize = 50_000;
const NAME_MAX: usize = 200;
const URL_MAX: usize = 2000;
/// The most of each kind kept of one entry.
const KEPT_MAX: usize = 50;

/// A time as pages write it: with its zone, or taken for UTC where it has none.
pub fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    for form in ["%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M%z", "%Y-%m-%dT%H:%M%z"] {
        if let Ok(at) = Timestamp::strptime(form, text) {
            return Some(at);
        }
    }
    let civil = text.trim_end_matches(['Z', 'z']).replace(' ', "T");
    let at = civil.parse::<jiff::civil::DateTime>().ok().or_else(|| civil.parse::<jiff::civil::Date>().ok().map(Into::into))?;
    at.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
}

/// What a value says as plain words, line breaks kept.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Html { html, .. } => html::text(html),
        other => other.text().trim().to_owned(),
    }
}

/// How people write a site: its address without what every address has.
pub fn handle_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("site");
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    format!("{host}{port}{}", url.path().trim_end_matches('/'))
}

/// The profile that a card states. `at` is where the person lives if the card does not say.
pub fn profile_of_card(card: &Item, at: &Url) -> Profile {
    let home = card.text("url").filter(|u| is_web(u) && u.len() <= URL_MAX).and_then(|u| Url::parse(u).ok()).unwrap_or_else(|| at.clone());
    let handle = handle_of(&home);
    let name = card.text("name").map(|n| cut(n, NAME_MAX)).filter(|n| !n.is_empty() && !is_web(n)).unwrap_or_else(|| handle.clone());
    let picture = card.text("photo").or_else(|| card.text("logo")).filter(|u| is_web(u) && u.len() <= URL_MAX);
    Profile {
        network: NetworkKey::new(KEY),
        remote_id: home.to_string(),
        handle,
        name,
        url: Some(home.into()),
        avatar_url: picture.map(str::to_owned),
        about: card.first("note").map(plain).map(|n| cut(&n, TEXT_MAX)).unwrap_or_default(),
        links: addresses(card, "url"),
        ..Profile::default()
    }
}

/// Somebody of whom only the address is known.
fn profile_of_url(at: &Url) -> Profile {
    profile_of_card(&Item::default(), at)
}

/// Whose page this is: the card that stands for it, by the rules for a representative h-card; else its address alone.
pub fn owner(got: &Got, me: &str) -> Profile {
    let page = got.page();
    let at = Url::parse(me).unwrap_or_else(|_| got.reply.url.clone());
    let mut profile = representative(&page, &at).map_or_else(|| profile_of_url(&at), |card| profile_of_card(card, &at));
    // The account is the address signed in with, whatever else the card names first.
    profile.remote_id = at.to_string();
    profile.handle = handle_of(&at);
    profile.url = Some(at.into());
    profile.links.extend(page.rels.all("me").iter().filter(|u| is_web(u)).cloned());
    profile.links.dedup();
    profile.links.truncate(KEPT_MAX);
    profile
}

/// The card that stands for a page: its `uid` and `url` are the page, or a `url` of it is the page's `rel=me`, or it is the only one and
/// its `url` is the page.
pub fn representative<'p>(page: &'p Page, at: &Url) -> Option<&'p Item> {
    let cards = page.of_kind("h-card");
    let names = |card: &Item, property: &str, url: &str| addresses(card, property).iter().any(|u| is_same(u, url));
    let by_uid = cards.iter().find(|c| names(c, "uid", at.as_str()) && names(c, "url", at.as_str()));
    let by_me = || cards.iter().find(|c| page.rels.all("me").iter().any(|me| names(c, "url", me)));
    let by_url = || cards.iter().find(|c| names(c, "url", at.as_str()));
    by_uid.or_else(by_me).or_else(by_url).copied()
}

/// Whether two addresses mean one page.
pub fn is_same(a: &str, b: &str) -> bool {
    let bare = |u: &str| u.split('#').next().unwrap_or_default().trim_end_matches('/').to_owned();
    let scheme_less = |u: String| u.split_once("://").map_or(u.clone(), |(_, rest)| rest.to_owned());
    scheme_less(bare(a)) == scheme_less(bare(b))
}

/// The web addresses of a property, plain or of the cards and citations that stand there.
pub fn addresses(item: &Item, property: &str) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::Item(inner) => inner.text("url").or_else(|| Some(value.text())).map(str::to_owned),
        other => Some(other.text().trim().to_owned()),
    };
    item.all(property).iter().filter_map(one).filter(|u| is_web(u) && u.len() <= URL_MAX).take(KEPT_MAX).collect()
}

/// The author of an entry: named in it, else the feed's, else whose page it is, else the page's own site.
pub fn author(entry: &Item, page: &Page, at: &Url) -> Profile {
    let mut site = at.clone();
    site.set_path("/");
    site.set_query(None);
    site.set_fragment(None);
    let feed = page.of_kind("h-feed").into_iter().find_map(|f| f.first("author"));
    match entry.first("author").or(feed) {
        Some(Value::Item(card)) => return profile_of_card(card, &site),
        Some(said) => {
            let text = said.text().trim();
            if let Some(url) = Url::parse(text).ok().filter(|_| is_web(text)) {
                let card = page.of_kind("h-card").into_iter().find(|c| addresses(c, "url").iter().any(|u| is_same(u, text)));
                return card.map_or_else(|| profile_of_url(&url), |c| profile_of_card(c, &url));
            }
            if !text.is_empty() {
                let mut profile = profile_of_url(&site);
                profile.name = cut(text, NAME_MAX);
                return profile;
            }
        }
        None => {}
    }
    representative(page, &site).map_or_else(|| profile_of_url(&site), |card| profile_of_card(card, &site))
}

/// The post that an entry is. `at` is the page where it was read.
pub fn post_of_entry(entry: &Item, page: &Page, at: &Url, now: Timestamp) -> Post {
    let url = entry.text("url").filter(|u| is_web(u) && u.len() <= URL_MAX).map_or_else(|| at.to_string(), str::to_owned);
    let said = entry.first("content").or_else(|| entry.first("summary")).or_else(|| entry.first("name"));
    let (text, mut links) = match said {
        Some(Value::Html { html, .. }) => html::read(html, &|_| None),
        Some(other) => (plain(other), Vec::new()),
        None => (String::new(), Vec::new()),
    };
    let published = entry.text("published").and_then(instant).or_else(|| entry.text("updated").and_then(instant)).unwrap_or(now).min(now);
    let mut post = Post::new(PostRef::new(url.clone(), ""), author(entry, page, at), cut(&text, TEXT_MAX), published);
    post.title = entry.text("name").filter(|n| !core_of(&text).starts_with(&core_of(n))).map(|n| cut(n, NAME_MAX));
    post.url = Some(url);
    post.edited_at = entry.text("updated").and_then(instant).filter(|u| *u > published).map(|u| u.min(now));
    post.reply_to = addresses(entry, "in-reply-to").into_iter().next();
    post.tags = entry.all("category").iter().map(|c| cut(c.text().trim_start_matches('#').trim(), NAME_MAX)).collect();
    post.tags.retain(|t| !t.is_empty() && !is_web(t));
    post.tags.truncate(KEPT_MAX);
    links.extend(["bookmark-of", "like-of", "repost-of"].iter().flat_map(|p| addresses(entry, p)));
    links.truncate(KEPT_MAX);
    post.links = links;
    post.media = media(entry);
    post
}

fn media(entry: &Item) -> Vec<Media> {
    let kinds = [("photo", MediaKind::Picture), ("video", MediaKind::Video), ("audio", MediaKind::Sound)];
    let all = kinds.iter().flat_map(|(property, kind)| entry.all(property).iter().map(move |v| (v, *kind)));
    all.filter(|(v, _)| is_web(v.text()) && v.text().len() <= URL_MAX)
        .take(KEPT_MAX)
        .map(|(value, kind)| {
            let alt = if let Value::Image { alt, .. } = value { cut(alt, TEXT_MAX) } else { String::new() };
            Media { kind, url: value.text().to_owned(), preview_url: None, alt }
        })
        .collect()
}

/// At most so many letters.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::mf;
    use super::*;

    #[test]
    fn times_in_many_forms() {
        for (text, expected) in [
            ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
            ("2026-11-21T10:00:00.123456+00:00", "2026-11-21T10:00:00.123456Z"),
            ("2026-11-21 10:00:00-0800", "2026-11-21T18:00:00Z"),
            ("2026-11-21 10:00+01:00", "2026-11-21T09:00:00Z"),
            ("2026-11-21T10:00", "2026-11-21T10:00:00Z"),
            ("2026-11-21", "2026-11-21T00:00:00Z"),
        ] {
            assert_eq!(instant(text).map(|t| t.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(instant("yesterday"), None);
    }

    #[test]
    fn an_entry_is_a_post() {
        let at = Url::parse("https://ben.example/2026/1").expect("an address");
        let page = mf::read(
            r#"<div class="h-entry"><a class="u-url" href="/2026/1"></a><p class="p-author h-card"><a class="u-url p-name" href="/">Ben</a></p>
            <a class="u-in-reply-to" href="https://ada.example/7">x</a><div class="e-content"><p>Try <a href="https://b.example/">b.example</a>.</p><p>Warm.</p></div>
            <img class="u-photo" src="/p.jpg" alt="A loaf"><a class="p-category" href="/t">#bread</a>
            <time class="dt-published" datetime="2026-11-21T10:00:00Z"></time></div>"#,
            &at,
        );
        let now = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let post = post_of_entry(&page.items[0], &page, &at, now);
        assert_eq!((post.at.id.as_str(), post.text.as_str()), ("https://ben.example/2026/1", "Try https://b.example/.\n\nWarm."));
        assert_eq!((post.reply_to.as_deref(), post.author.handle.as_str()), (Some("https://ada.example/7"), "ben.example"));
        assert_eq!((post.author.remote_id.as_str(), post.author.name.as_str()), ("https://ben.example/", "Ben"));
        assert_eq!((post.media[0].alt.as_str(), post.tags[0].as_str(), post.title), ("A loaf", "bread", None));
        assert_eq!(post.created_at.to_string(), "2026-11-21T10:00:00Z");
    }

    #[test]
    fn an_entry_that_says_nothing_is_still_somebody_s() {
        let at = Url::parse("https://ben.example/1").expect("an address");
        let page = mf::read("<div class='h-entry'></div>", &at);
        let post = post_of_entry(&page.items[0], &page, &at, Timestamp::UNIX_EPOCH);
        assert_eq!(
            (post.author.remote_id.as_str(), post.at.id.as_str(), post.text.as_str()),
            ("https://ben.example/", "https://ben.example/1", "")
        );
    }
}
