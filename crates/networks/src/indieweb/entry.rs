//! A part as an h-entry: its words as HTML, its tags, what it answers, its pictures. Pure. See w3.org/TR/micropub, "Create".

use model::{DeliveryKey, Part};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::dom::escaped;

/// Words of the text that stand in an entry's name in its address.
const SLUG_WORDS_MAX: usize = 5;
const SLUG_LETTERS_MAX: usize = 48;
/// Figures of the mark by which an entry is known again: forty bits, of one person's posts.
const MARK_FIGURES: usize = 10;

/// A picture that has gone up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    pub url: String,
    pub alt: String,
}

/// How much a site is trusted to understand; each step is tried only when the one before was clearly refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// HTML, and pictures as objects with their alt text.
    Whole,
    /// Pictures by their address alone, the alt text beside them.
    Addresses,
    /// The oldest way: a form with plain words.
    Form,
}

impl Way {
    pub const ALL: [Way; 3] = [Way::Whole, Way::Addresses, Way::Form];
}

/// By this an entry is known again: it ends the entry's name, and never changes for a delivery.
pub fn mark(key: &DeliveryKey) -> String {
    let hash = Sha256::digest(key.0.as_bytes());
    hash.iter().map(|b| format!("{b:02x}")).collect::<String>()[..MARK_FIGURES].to_owned()
}

/// The name that the entry asks for in its address: its first words, then its mark.
pub fn slug(part: &Part, key: &DeliveryKey) -> String {
    let text = part.title.as_deref().unwrap_or(&part.text);
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace().filter(|w| !w.contains("://")) {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if plain.is_empty() {
            continue;
        }
        let length: usize = words.iter().map(|w| w.len() + 1).sum();
        if words.len() == SLUG_WORDS_MAX || length + plain.len() > SLUG_LETTERS_MAX {
            break;
        }
        words.push(plain);
    }
    words.push(mark(key));
    words.join("-")
}

/// The words as HTML: paragraphs, line breaks, links and the people named. Read back as text it is the part's own words.
pub fn html(part: &Part) -> String {
    let mut out = String::new();
    for paragraph in part.text.split("\n\n").filter(|p| !p.trim().is_empty()) {
        let lines: Vec<String> = paragraph.trim_matches('\n').lines().map(|line| line_html(line, part)).collect();
        out.push_str(&format!("<p>{}</p>", lines.join("<br>")));
    }
    out
}

fn line_html(line: &str, part: &Part) -> String {
    let mut spots: Vec<(usize, usize, &str)> = model::measure::links(line).into_iter().map(|(s, e)| (s, e, &line[s..e])).collect();
    // Somebody is named by their handle behind a sign, or as the text calls them.
    for (name, page) in part.mentions.iter().filter(|(name, page)| !name.is_empty() && is_web(page)) {
        let written = if line.contains(&format!("@{name}")) { format!("@{name}") } else { name.clone() };
        for (at, _) in line.match_indices(&written) {
            let end = at + written.len();
            let is_part = |c: char| c.is_alphanumeric() || matches!(c, '@' | '/' | '_' | '-');
            let stands_alone = !line[end..].starts_with(is_part) && !line[..at].ends_with(is_part);
            if stands_alone && !spots.iter().any(|(s, e, _)| at < *e && *s < end) {
                spots.push((at, end, page));
            }
        }
    }
    spots.sort_unstable();
    let (mut out, mut done) = (String::new(), 0);
    for (start, end, to) in spots {
        out.push_str(&escaped(&line[done..start], false));
        out.push_str(&format!("<a href=\"{}\">{}</a>", escaped(to, true), escaped(&line[start..end], false)));
        done = end;
    }
    out + &escaped(&line[done..], false)
}

/// The part's own tags and those in the words, without their sign, once each.
pub fn categories(part: &Part) -> Vec<String> {
    let in_words = model::measure::tags(&part.text).into_iter().map(|(start, end)| &part.text[start + 1..end]);
    let mut found: Vec<String> = Vec::new();
    for tag in part.article.tags.iter().map(String::as_str).chain(in_words) {
        if !found.iter().any(|t| t.to_lowercase() == tag.to_lowercase()) {
            found.push(tag.to_owned());
        }
    }
    found
}

/// The properties of a new entry.
pub fn properties(part: &Part, photos: &[Photo], way: Way) -> Map<String, Value> {
    let mut all = changeable(part, way);
    if let Some(to) = answers(part) {
        all.insert("in-reply-to".into(), json!([to]));
    }
    if !photos.is_empty() {
        let one = |p: &Photo| if way == Way::Whole && !p.alt.is_empty() { json!({"value": p.url, "alt": p.alt}) } else { json!(p.url) };
        all.insert("photo".into(), photos.iter().map(one).collect());
        if way != Way::Whole && photos.iter().any(|p| !p.alt.is_empty()) {
            all.insert("mp-photo-alt".into(), photos.iter().map(|p| json!(p.alt)).collect());
        }
    }
    all
}

/// What an edit replaces too.
pub fn changeable(part: &Part, way: Way) -> Map<String, Value> {
    let mut all = Map::new();
    if !part.text.trim().is_empty() {
        let content = if way == Way::Form { json!(part.text) } else { json!({ "html": html(part) }) };
        all.insert("content".into(), json!([content]));
    }
    if let Some(title) = part.title.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        all.insert("name".into(), json!([title]));
    }
    if let Some(excerpt) = &part.article.excerpt {
        all.insert("summary".into(), json!([excerpt]));
    }
    let tags = categories(part);
    if !tags.is_empty() {
        all.insert("category".into(), json!(tags));
    }
    all
}

/// The page that a part answers.
pub fn answers(part: &Part) -> Option<&str> {
    part.reply_to.as_ref().map(|r| r.parent.id.as_str()).filter(|id| is_web(id))
}

/// The same as fields of a form.
pub fn form(properties: &Map<String, Value>) -> Vec<(String, String)> {
    let mut fields = vec![("h".to_owned(), "entry".to_owned())];
    for (name, values) in properties {
        let values: Vec<&str> = values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        match values.as_slice() {
            [one] if !matches!(name.as_str(), "category" | "photo" | "mp-photo-alt") => fields.push((name.clone(), (*one).to_owned())),
            many => fields.extend(many.iter().map(|v| (format!("{name}[]"), (*v).to_owned()))),
        }
    }
    fields
}

pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// What of a text survives a site's hands: its letters and figures in order.
pub fn core_of(text: &str) -> String {
    let mut core: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if core.is_empty() {
        core.extend(text.chars().filter(|c| !c.is_whitespace()));
    }
    core
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{PostRef, ReplyTo};
    use proptest::prelude::*;

    fn part(text: &str) -> Part {
        Part::of_text(text)
    }

    #[test]
    fn words_become_html() {
        let mut p = part("Hello @ben.example & <all>\nsee https://a.example/?x=1&y=2.\n\nMore, @ben.examples");
        p.mentions = vec![("ben.example".into(), "https://ben.example/".into())];
        assert_eq!(
            html(&p),
            "<p>Hello <a href=\"https://ben.example/\">@ben.example</a> &amp; &lt;all&gt;<br>\
             see <a href=\"https://a.example/?x=1&amp;y=2\">https://a.example/?x=1&amp;y=2</a>.</p><p>More, @ben.examples</p>"
        );
        p.mentions = vec![("all".into(), "https://all.example/".into())];
        assert!(html(&p).contains("&lt;<a href=\"https://all.example/\">all</a>&gt;"), "{}", html(&p));
        p.mentions = vec![("ben.example".into(), "did:x".into())];
        assert!(!html(&p).contains("did:"));
    }

    #[test]
    fn an_entry_in_three_ways() {
        let mut p = part("A loaf #Bread #bread");
        p.article.tags = vec!["Sour dough".into()];
        p.article.excerpt = Some("In short".into());
        p.reply_to = Some(ReplyTo { parent: PostRef::new("https://b.example/1", ""), root: PostRef::new("https://b.example/1", "") });
        let photos = [Photo { url: "https://a.example/p.jpg".into(), alt: "A loaf".into() }];
        let whole = properties(&p, &photos, Way::Whole);
        assert_eq!(whole["photo"], json!([{"value": "https://a.example/p.jpg", "alt": "A loaf"}]));
        assert_eq!((&whole["in-reply-to"], &whole["category"]), (&json!(["https://b.example/1"]), &json!(["Sour dough", "Bread"])));
        let plain = properties(&p, &photos, Way::Addresses);
        assert_eq!((&plain["photo"], &plain["mp-photo-alt"]), (&json!(["https://a.example/p.jpg"]), &json!(["A loaf"])));
        let fields = form(&properties(&p, &photos, Way::Form));
        for (name, value) in
            [("h", "entry"), ("content", "A loaf #Bread #bread"), ("photo[]", "https://a.example/p.jpg"), ("category[]", "Bread")]
        {
            assert!(fields.contains(&(name.to_owned(), value.to_owned())), "{name}: {fields:?}");
        }
    }

    #[test]
    fn a_name_in_the_address() {
        let key = DeliveryKey("0197-key".into());
        let name = slug(&part("Cold kitchen, slow dough: https://a.example — what now, “friends”?"), &key);
        assert_eq!(name, format!("cold-kitchen-slow-dough-what-{}", mark(&key)));
        assert_eq!(slug(&part("日本"), &key), mark(&key));
        assert_ne!(mark(&key), mark(&DeliveryKey("0197-kez".into())));
    }

    proptest! {
        #[test]
        fn read_back_the_words_are_the_same(text in "[a-z<>&\"@#é日.:/ \n]{0,80}") {
            let p = part(&text);
            prop_assert_eq!(core_of(&crate::html::text(&html(&p))), core_of(&text));
        }
        #[test]
        fn a_slug_is_short_and_plain(text in "\\PC{0,200}") {
            let name = slug(&part(&text), &DeliveryKey("k".into()));
            prop_assert!(name.len() <= SLUG_LETTERS_MAX + MARK_FIGURES + 1);
            prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        }
    }
}
