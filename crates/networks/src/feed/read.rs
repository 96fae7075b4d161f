//! RSS of every version, Atom 0.3 and 1.0 and CDF, from a tree to one plain form. It decides nothing about posts. Begin with [`document`].

use base64::Engine;
use model::{MediaKind, Timestamp};

use super::dates::instant;
use super::xml::{Node, Space, resolve};

/// The most entries read of a feed.
pub(super) const ITEMS_MAX: usize = 1000;
/// The most media of an entry.
const MEDIA_MAX: usize = 16;

/// A feed before it is anything of ours.
#[derive(Default)]
pub(super) struct Document {
    pub head: Entry,
    /// A picture of the feed.
    pub icon: Option<String>,
    pub items: Vec<Entry>,
}

/// An entry; the feed's own head has the same fields.
#[derive(Default)]
pub(super) struct Entry {
    pub id: Option<String>,
    /// The id is an address people can open.
    pub id_is_link: bool,
    pub title: Words,
    pub summary: Words,
    pub content: Words,
    pub links: Vec<Link>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub authors: Vec<Author>,
    pub tags: Vec<String>,
    pub language: Option<String>,
    pub base: Option<url::Url>,
    pub comments_page: Option<String>,
    pub comments_feed: Option<String>,
    pub comments: Option<u32>,
    /// The id of the entry that this one answers.
    pub reply_to: Option<String>,
    pub media: Vec<Medium>,
    /// A title and a summary by other vocabularies, for want of better.
    pub said_aside: (Words, Words),
}

/// Words, plain or as HTML.
#[derive(Clone, Default, PartialEq, Debug)]
pub(super) struct Words {
    pub text: String,
    pub is_html: bool,
}

#[derive(Clone, Default)]
pub(super) struct Link {
    pub href: String,
    pub rel: String,
    pub mime: String,
}

#[derive(Clone, Default, PartialEq)]
pub(super) struct Author {
    pub name: String,
    pub url: Option<String>,
}

pub(super) struct Medium {
    pub kind: MediaKind,
    pub url: String,
    pub preview: Option<String>,
    pub alt: String,
}

/// The feed in a tree, or `None` where the root is no feed's.
pub(super) fn document(root: &Node) -> Option<Document> {
    let mut document = Document::default();
    match root.name.as_str() {
        "feed" => read_into(&mut document, root, "entry"),
        "entry" => document.items.push(entry(root)),
        "rss" | "rdf" => {
            let channel = root.nodes().find(|n| n.name == "channel");
            // Where a channel was forgotten, its parts stand in the root.
            read_into(&mut document, channel.unwrap_or(root), "item");
            if channel.is_some() {
                gather(&mut document, root, "item");
            }
        }
        "channel" => read_into(&mut document, root, "item"),
        _ => return None,
    }
    Some(document)
}

fn read_into(document: &mut Document, node: &Node, item: &str) {
    document.head = entry(node);
    document.icon = icon(node);
    gather(document, node, item);
}

/// All items below a node; one that was never closed has the next ones inside it.
fn gather(document: &mut Document, node: &Node, item: &str) {
    for child in node.nodes().filter(|n| n.name == item && matches!(n.space, Space::Plain | Space::Atom)) {
        if document.items.len() >= ITEMS_MAX {
            return;
        }
        document.items.push(entry(child));
        gather(document, child, item);
    }
}

fn icon(node: &Node) -> Option<String> {
    let image = node.child(Space::Plain, "image").and_then(|i| i.child(Space::Plain, "url")).map(|u| (u, u.text()));
    let logo = || node.nodes().find(|n| n.is(Space::Atom, "logo") || n.is(Space::Atom, "icon")).map(|l| (l, l.text()));
    let podcast = || node.child(Space::Itunes, "image").and_then(|i| i.attr("href").map(|h| (i, h.to_owned())));
    let (at, address) = image.or_else(logo).or_else(podcast)?;
    at.join(&address)
}

/// Reads an entry, or the head of a feed. Where one thing is told twice, the better telling wins, else the first.
fn entry(node: &Node) -> Entry {
    let mut e = Entry { base: node.base.as_deref().cloned(), language: node.lang.as_deref().map(str::to_owned), ..Entry::default() };
    if let Some(href) = node.attr("href") {
        e.links.extend(node.join(href).map(|href| Link { href, rel: "alternate".into(), mime: String::new() }));
    }
    e.updated = node.attr("lastmod").and_then(instant);
    for child in node.nodes() {
        match child.space {
            Space::Plain | Space::Atom => core(&mut e, child),
            Space::Dc | Space::DcTerms => dublin_core(&mut e, child),
            Space::Content if child.name == "encoded" => e.content = html_words(child),
            Space::Xhtml if child.name == "body" || child.name == "div" => {
                set(&mut e.content, Words { text: child.inner_html(), is_html: true });
            }
            Space::WellFormedWeb if child.name == "commentrss" => e.comments_feed = child.join(&child.text()),
            Space::Slash if child.name == "comments" => e.comments = e.comments.or_else(|| child.text().parse().ok()),
            Space::Thread => thread(&mut e, child),
            Space::Itunes => itunes(&mut e, child),
            Space::Media => media(&mut e, child, None),
            _ => {}
        }
    }
    let (title, summary) = std::mem::take(&mut e.said_aside);
    set(&mut e.title, title);
    set(&mut e.summary, summary);
    e.media.truncate(MEDIA_MAX);
    e
}

fn core(e: &mut Entry, child: &Node) {
    if matches!(child.name.as_str(), "content" | "summary" | "description") && child.attr("xml:base").is_some() {
        e.base = child.base.as_deref().cloned();
    }
    let is_atom = child.space == Space::Atom || child.attr("type").is_some() || child.attr("mode").is_some();
    match child.name.as_str() {
        "title" => set(&mut e.title, if is_atom { atom_words(child) } else { html_words(child) }),
        "description" | "abstract" => set(&mut e.summary, html_words(child)),
        "summary" | "subtitle" | "tagline" | "info" => set(&mut e.summary, atom_words(child)),
        "content" | "fullitem" | "body" => set(&mut e.content, if child.name == "content" { atom_words(child) } else { html_words(child) }),
        "id" => e.id = some(child.text()),
        "guid" => {
            e.id = some(child.text());
            e.id_is_link = child.attr("ispermalink").is_none_or(|v| !v.eq_ignore_ascii_case("false"));
        }
        "link" => link(e, child),
        "author" if child.has_elements() => e.authors.extend(atom_author(child)),
        "author" | "managingeditor" => e.authors.extend(author_of(&child.text())),
        "category" | "keywords" => e.tags.extend(some(tag_of(child))),
        "pubdate" | "published" => e.published = instant(&child.text()).or(e.published),
        "issued" | "created" => e.published = e.published.or_else(|| instant(&child.text())),
        "updated" => e.updated = instant(&child.text()).or(e.updated),
        "modified" | "lastbuilddate" => e.updated = e.updated.or_else(|| instant(&child.text())),
        "language" => e.language = some(child.text()).or(e.language.take()),
        "comments" => e.comments_page = child.join(&child.text()),
        "enclosure" => e.media.extend(child.attr("url").and_then(|u| medium(child, u, child.attr("type").unwrap_or("")))),
        _ => {}
    }
}

fn dublin_core(e: &mut Entry, child: &Node) {
    match child.name.as_str() {
        "creator" | "author" => e.authors.extend(author_of(&child.text())),
        "date" | "issued" | "created" => e.published = e.published.or_else(|| instant(&child.text())),
        "modified" => e.updated = e.updated.or_else(|| instant(&child.text())),
        "subject" => e.tags.extend(some(child.text())),
        "language" => e.language = some(child.text()).or(e.language.take()),
        "title" => set(&mut e.title, html_words(child)),
        "description" => set(&mut e.summary, html_words(child)),
        _ => {}
    }
}

fn thread(e: &mut Entry, child: &Node) {
    match child.name.as_str() {
        "total" => e.comments = e.comments.or_else(|| child.text().parse().ok()),
        "in-reply-to" => e.reply_to = child.attr("ref").or(child.attr("href")).map(str::to_owned),
        _ => {}
    }
}

fn itunes(e: &mut Entry, child: &Node) {
    match child.name.as_str() {
        "author" if e.authors.is_empty() => e.authors.extend(author_of(&child.text())),
        "summary" | "subtitle" => set(&mut e.said_aside.1, html_words(child)),
        "category" => e.tags.extend(child.attr("text").map(str::to_owned)),
        _ => {}
    }
}

fn media(e: &mut Entry, child: &Node, group: Option<&Node>) {
    match child.name.as_str() {
        "group" if group.is_none() => child.nodes().filter(|n| n.space == Space::Media).for_each(|n| media(e, n, Some(child))),
        "content" => {
            let Some(url) = child.attr("url") else { return };
            let mime = child.attr("type").or(child.attr("medium")).unwrap_or("");
            let said = |name: &str| child.child(Space::Media, name).or_else(|| group.and_then(|g| g.child(Space::Media, name)));
            if let Some(mut found) = medium(child, url, mime) {
                found.preview = said("thumbnail").and_then(|t| t.attr("url")).and_then(|u| child.join(u));
                if found.kind == MediaKind::Picture {
                    found.alt = said("description").or_else(|| said("title")).map(Node::text).unwrap_or_default();
                }
                e.media.push(found);
            }
        }
        "description" => set(&mut e.said_aside.1, html_words(child)),
        "title" => set(&mut e.said_aside.0, html_words(child)),
        "category" => e.tags.extend(some(child.text())),
        "thumbnail" if group.is_none() && e.media.is_empty() => {
            e.media.extend(child.attr("url").and_then(|u| medium(child, u, "image")));
        }
        _ => {}
    }
}

fn link(e: &mut Entry, child: &Node) {
    let mime = child.attr("type").unwrap_or("").to_ascii_lowercase();
    let Some(href) = child.attr("href") else {
        e.links.extend(child.join(&child.text()).map(|href| Link { href, rel: "alternate".into(), mime }));
        return;
    };
    let Some(href) = child.join(href) else { return };
    let rel = child.attr("rel").unwrap_or("alternate").to_ascii_lowercase();
    let is_feed = mime.contains("atom") || mime.contains("rss");
    match rel.as_str() {
        "replies" if is_feed => e.comments_feed = e.comments_feed.take().or(Some(href)),
        "replies" => e.comments_page = e.comments_page.take().or(Some(href)),
        "enclosure" => e.media.extend(medium(child, &href, &mime)),
        _ => e.links.push(Link { href, rel, mime }),
    }
    if let Some(count) = child.attr("thr:count").and_then(|c| c.parse().ok()) {
        e.comments = e.comments.or(Some(count));
    }
}

fn medium(at: &Node, address: &str, mime: &str) -> Option<Medium> {
    let url = at.join(address)?;
    let kind = kind_of(mime, &url);
    Some(Medium { kind, url, preview: None, alt: String::new() })
}

pub(super) fn kind_of(mime: &str, url: &str) -> MediaKind {
    let path = url.split(['?', '#']).next().unwrap_or("").to_ascii_lowercase();
    let ends = |all: &[&str]| all.iter().any(|e| path.ends_with(e));
    match mime.split('/').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
        "image" => MediaKind::Picture,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Sound,
        _ if ends(&[".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"]) => MediaKind::Picture,
        _ if ends(&[".mp4", ".webm", ".mov", ".m4v"]) => MediaKind::Video,
        _ if ends(&[".mp3", ".ogg", ".m4a", ".opus", ".wav"]) => MediaKind::Sound,
        _ => MediaKind::Other,
    }
}

/// The first telling stands, unless it was empty.
fn set(words: &mut Words, new: Words) {
    if words.text.is_empty() {
        *words = new;
    }
}

pub(super) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// RSS: words that may be HTML, escaped or standing there as they are.
fn html_words(node: &Node) -> Words {
    match node.attr("mode") {
        Some(_) => atom_words(node),
        None if node.has_elements() => Words { text: node.inner_html(), is_html: true },
        None => Words { text: node.text(), is_html: true },
    }
}

/// Atom 1.0 tells by `type`, Atom 0.3 by `type` and `mode`.
fn atom_words(node: &Node) -> Words {
    let kind = node.attr("type").unwrap_or("").to_ascii_lowercase();
    let is_html = kind.contains("html");
    match node.attr("mode") {
        Some("base64") => return Words { text: from_base64(&node.text()), is_html },
        Some("escaped") => return Words { text: node.text(), is_html: is_html || kind.is_empty() && looks_like_html(&node.text()) },
        _ => {}
    }
    if node.has_elements() {
        return Words { text: node.inner_html(), is_html: true };
    }
    let is_binary = kind.contains('/') && !kind.starts_with("text/") && !is_html && !kind.ends_with("xml") && !kind.starts_with("message/");
    let text = if is_binary { from_base64(&node.text()) } else { node.text() };
    Words { text, is_html: is_html && !is_binary }
}

/// Whether plain words were meant as HTML all the same.
fn looks_like_html(text: &str) -> bool {
    text.contains("</") || text.contains("/>") || text.contains("<br") || text.contains("<p>")
}

fn from_base64(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(bare.as_bytes()).unwrap_or_default();
    String::from_utf8(bytes).map(|t| t.trim().to_owned()).unwrap_or_default()
}

fn tag_of(node: &Node) -> String {
    node.attr("term").or(node.attr("label")).map(str::to_owned).unwrap_or_else(|| node.text())
}

fn atom_author(node: &Node) -> Option<Author> {
    let part = |name: &str| node.nodes().find(|n| n.name == name);
    let url = part("uri").or_else(|| part("url")).and_then(|u| resolve(node.base.as_deref(), &u.text()));
    let name = part("name")
        .map(Node::text)
        .filter(|n| !n.is_empty())
        .or_else(|| part("email").and_then(|e| author_of(&e.text())).map(|a| a.name))?;
    Some(Author { name, url })
}

/// The name in `ada@blog.example (Ada)`, `Ada <ada@blog.example>`, or just `Ada`. Of an address alone, only what stands before the `@`.
pub(super) fn author_of(text: &str) -> Option<Author> {
    let is_address = |w: &&str| w.contains('@') && w.len() > 2;
    let trimmed = |w: &str| w.trim_matches(['<', '>', '(', ')', '[', ']', '"', ',', ';']).trim_start_matches("mailto:").to_owned();
    let names: Vec<&str> = text.split_whitespace().filter(|w| !is_address(w)).collect();
    let name = trimmed(names.join(" ").trim());
    let name = if name.is_empty() {
        let address = trimmed(text.split_whitespace().find(is_address)?);
        address.split('@').next().unwrap_or("").to_owned()
    } else {
        name
    };
    some(name).map(|name| Author { name, url: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_out_of_addresses() {
        for (text, expected) in [
            ("ada@blog.example (Ada Lovelace)", "Ada Lovelace"),
            ("Ada Lovelace <ada@blog.example>", "Ada Lovelace"),
            ("Ada Lovelace (ada@blog.example)", "Ada Lovelace"),
            ("ada@blog.example", "ada"),
            ("ada@blog.example—Åda", "ada"),
            ("Åda", "Åda"),
            ("  ", ""),
        ] {
            assert_eq!(author_of(text).map(|a| a.name).unwrap_or_default(), expected, "{text}");
        }
    }
}
