//! A site's words into ours. Pure: no call is made here. Every field may be missing or of another kind; then it is left out.

use model::{Media, MediaKind, NetworkKey, Post, Profile, Timestamp};
use serde_json::Value;
use url::Url;

use super::KEY;
use super::place::{Place, user_name};
use crate::html;

/// The longest self-description kept, in letters.
const ABOUT_MAX: usize = 2000;

pub fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|n| *n > 0)
}

pub fn words(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)
}

/// What the site shows, or what was written where it gives that too.
pub fn rendered(value: &Value) -> String {
    html::text(value["rendered"].as_str().or(value["raw"].as_str()).unwrap_or_default())
}

/// An instant out of a field in universal time, which the interface writes without a zone.
pub fn instant(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    format!("{text}Z").parse().or_else(|_| text.parse()).ok()
}

/// Only addresses of the web are handed on.
pub fn web(value: &Value) -> Option<String> {
    words(value).filter(|u| u.starts_with("https://") || u.starts_with("http://"))
}

/// The site's host, with the folder it lives in.
pub fn host(home: &str) -> String {
    home.split_once("://").map_or(home, |(_, rest)| rest).trim_start_matches("www.").to_owned()
}

/// Somebody with an account on the site.
pub fn profile_from_user(user: &Value, home: &str) -> Option<Profile> {
    let id = number(&user["id"])?;
    let slug = words(&user["slug"]).unwrap_or_else(|| id.to_string());
    let links = web(&user["url"]).into_iter().collect();
    Some(Profile {
        network: NetworkKey::new(KEY),
        remote_id: user_name(home, id),
        handle: format!("{slug}@{}", host(home)),
        name: words(&user["name"]).map_or(slug, |n| html::text(&n)),
        url: web(&user["link"]).or_else(|| Some(home.to_owned())),
        avatar_url: avatar(&user["avatar_urls"]),
        about: words(&user["description"]).map(|d| html::text(&d).chars().take(ABOUT_MAX).collect()).unwrap_or_default(),
        links,
        ..Profile::default()
    })
}

fn avatar(urls: &Value) -> Option<String> {
    ["96", "48", "24"].iter().find_map(|size| web(&urls[*size]))
}

/// Whoever wrote a comment: a user of the site, or a visitor known by a name, a page and the face that belongs to the address left.
fn profile_from_comment(comment: &Value, home: &str) -> Profile {
    let name = words(&comment["author_name"]).map_or_else(|| "Somebody".to_owned(), |n| html::text(&n));
    let page = web(&comment["author_url"]);
    let avatar_url = avatar(&comment["author_avatar_urls"]);
    let (remote_id, handle) = match number(&comment["author"]) {
        Some(user) => {
            let slug = words(&comment["_embedded"]["author"][0]["slug"]).unwrap_or_else(|| name.clone());
            (user_name(home, user), format!("{slug}@{}", host(home)))
        }
        None => {
            // The face's address holds a hash of the address left, the same for all that one visitor says.
            let face =
                avatar_url.as_deref().and_then(|u| Url::parse(u).ok()).and_then(|u| u.path_segments()?.next_back().map(str::to_owned));
            let who = format!("{}|{}|{}", name.to_lowercase(), face.unwrap_or_default(), page.clone().unwrap_or_default());
            let short: String = who.chars().filter(|c| !c.is_control()).take(300).collect();
            (format!("{home}/#visitor:{short}"), page.as_deref().map_or_else(|| name.clone(), host).trim_end_matches('/').to_owned())
        }
    };
    let links = page.clone().into_iter().collect();
    Profile { network: NetworkKey::new(KEY), remote_id, handle, name, url: page, avatar_url, links, ..Profile::default() }
}

/// An article. The author comes with `_embed`; without, the number stands for them.
pub fn post_from_article(article: &Value, home: &str) -> Option<Post> {
    let id = number(&article["id"])?;
    let created_at = instant(&article["date_gmt"])?;
    let embedded = &article["_embedded"];
    let author = profile_from_user(&embedded["author"][0], home).or_else(|| {
        let user = number(&article["author"])?;
        profile_from_user(&serde_json::json!({"id": user}), home)
    })?;
    let (text, links) = html::read(article["content"]["rendered"].as_str().unwrap_or_default(), &|_| None);
    let title = rendered(&article["title"]);
    let mut post = Post::new(Place::Post(id).at(home), author, text, created_at);
    post.title = Some(title).filter(|t| !t.is_empty());
    post.url = web(&article["link"]);
    post.edited_at = instant(&article["modified_gmt"]).filter(|at| *at > created_at);
    post.links = links;
    post.tags = names(&embedded["wp:term"], "post_tag");
    post.media = picture(&embedded["wp:featuredmedia"][0]).into_iter().collect();
    Some(post)
}

/// The names of an article's tags or categories, where they came along.
pub fn names(terms: &Value, taxonomy: &str) -> Vec<String> {
    let all = terms.as_array().into_iter().flatten().flat_map(|list| list.as_array().into_iter().flatten());
    all.filter(|t| t["taxonomy"] == taxonomy).filter_map(|t| words(&t["name"])).map(|n| html::text(&n)).collect()
}

fn picture(media: &Value) -> Option<Media> {
    let url = web(&media["source_url"])?;
    let preview_url = web(&media["media_details"]["sizes"]["medium"]["source_url"]);
    Some(Media { kind: MediaKind::Picture, url, preview_url, alt: words(&media["alt_text"]).unwrap_or_default() })
}

/// A comment, with what it answers as far as the answer brought that along.
pub fn post_from_comment(comment: &Value, home: &str) -> Option<Post> {
    let (id, post) = (number(&comment["id"])?, number(&comment["post"])?);
    let (text, links) = html::read(comment["content"]["rendered"].as_str().unwrap_or_default(), &|_| None);
    let said = Place::Comment { post, comment: id };
    let mut out = Post::new(said.at(home), profile_from_comment(comment, home), text, instant(&comment["date_gmt"])?);
    let root = Place::Post(post).name(home);
    let embedded = &comment["_embedded"];
    let (parent, whom) = match number(&comment["parent"]) {
        Some(parent) => (Place::Comment { post, comment: parent }.name(home), number(&embedded["in-reply-to"][0]["author"])),
        None => (root.clone(), number(&embedded["up"][0]["author"])),
    };
    out.reply_to = Some(parent);
    out.reply_to_author = whom.map(|user| user_name(home, user));
    out.root = Some(root);
    out.url = web(&comment["link"]);
    out.links = links;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOME: &str = "https://ada.example";

    #[test]
    fn an_article_with_all_that_came_along() {
        let article = json!({"id": 12, "date_gmt": "2026-11-22T08:00:00", "modified_gmt": "2026-11-22T09:00:00", "link": "https://ada.example/bread/",
            "title": {"rendered": "Bread &#8220;and&#8221; rye"}, "content": {"rendered": "<p>See <a href=\"https://x.example/\">x</a></p>"}, "author": 1,
            "_embedded": {"author": [{"id": 1, "slug": "ada", "name": "Ada", "avatar_urls": {"48": "https://g.example/48"}}],
                "wp:featuredmedia": [{"source_url": "https://ada.example/a.jpg", "alt_text": "A loaf"}],
                "wp:term": [[{"taxonomy": "category", "name": "Notes"}], [{"taxonomy": "post_tag", "name": "rye"}]]}});
        let post = post_from_article(&article, HOME).expect("a post");
        assert_eq!((post.at.id.as_str(), post.title.as_deref()), ("https://ada.example/?p=12", Some("Bread “and” rye")));
        assert_eq!((post.author.handle.as_str(), post.author.remote_id.as_str()), ("ada@ada.example", "https://ada.example/?author=1"));
        assert_eq!(
            (post.tags, post.links, post.media[0].alt.as_str()),
            (vec!["rye".to_owned()], vec!["https://x.example/".to_owned()], "A loaf")
        );
        assert!(post.edited_at.is_some());
    }

    #[test]
    fn comments_by_users_and_by_visitors() {
        let visitor = |email_hash: &str| {
            json!({"id": 5, "post": 12, "parent": 0, "author": 0, "author_name": "Ben", "author_url": "https://www.ben.example/",
                "author_avatar_urls": {"96": format!("https://g.example/avatar/{email_hash}?s=96")}, "date_gmt": "2026-11-22T08:00:00",
                "content": {"rendered": "<p>Nice!</p>"}, "_embedded": {"up": [{"author": 1}]}})
        };
        let post = post_from_comment(&visitor("ab12"), HOME).expect("a post");
        assert_eq!((post.author.handle.as_str(), post.author.name.as_str()), ("ben.example", "Ben"));
        assert_eq!(
            (post.reply_to.as_deref(), post.reply_to_author.as_deref()),
            (Some("https://ada.example/?p=12"), Some("https://ada.example/?author=1"))
        );
        assert_eq!(post.author, post_from_comment(&visitor("ab12"), HOME).expect("a post").author);
        assert_ne!(post.author.remote_id, post_from_comment(&visitor("cd34"), HOME).expect("a post").author.remote_id);
        let answer = json!({"id": 6, "post": 12, "parent": 5, "author": 2, "author_name": "Eve", "date_gmt": "2026-11-22T08:01:00",
            "content": {"rendered": "<p>Yes</p>"}, "_embedded": {"author": [{"slug": "eve"}]}});
        let post = post_from_comment(&answer, HOME).expect("a post");
        assert_eq!(
            (post.reply_to.as_deref(), post.author.handle.as_str()),
            (Some("https://ada.example/?p=12#comment-5"), "eve@ada.example")
        );
    }

    #[test]
    fn what_is_no_article_is_none() {
        for odd in [json!(null), json!([]), json!({}), json!({"id": {}}), json!({"id": 7}), json!({"id": 7, "date_gmt": 7, "author": []})] {
            assert_eq!(post_from_article(&odd, HOME), None);
            assert_eq!(post_from_comment(&odd, HOME), None);
            assert_eq!(profile_from_user(&odd, HOME).is_some(), odd["id"].is_u64());
        }
    }
}
