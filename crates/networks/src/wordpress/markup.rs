//! Plain words into the HTML of an article or a comment, and the marker by which an article of ours is known again.

use model::DeliveryKey;
use model::measure::links;

/// Stands in front of the key in a comment of HTML at the end of an article: nobody sees it, and no filter takes it away.
const MARK: &str = "<!-- hobnob ";
const MARK_END: &str = " -->";

/// A picture as it stands in the words.
pub struct Shown {
    pub id: u64,
    pub url: String,
    pub alt: String,
}

/// The body of an article, as the site's own editor would have written it: paragraphs, then the pictures.
pub fn article(text: &str, mentions: &[(String, String)], pictures: &[Shown], marker: Option<&str>) -> String {
    let mut blocks: Vec<String> = paragraphs(text)
        .map(|p| format!("<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->", inline(p, mentions, true).replace('\n', "<br>")))
        .collect();
    blocks.extend(pictures.iter().map(|p| {
        format!(
            "<!-- wp:image {{\"id\":{id}}} -->\n<figure class=\"wp-block-image\"><img src=\"{}\" alt=\"{}\" class=\"wp-image-{id}\"/></figure>\n<!-- /wp:image -->",
            escaped(&p.url),
            escaped(&p.alt),
            id = p.id
        )
    }));
    blocks.extend(marker.map(|key| format!("{MARK}{key}{MARK_END}")));
    blocks.join("\n\n")
}

/// A comment: the site makes its own paragraphs and links of addresses.
pub fn comment(text: &str, mentions: &[(String, String)]) -> String {
    inline(text.trim(), mentions, false)
}

/// A key as it stands in the marker: letters, digits and hyphens alone, as nothing else may end the comment.
pub fn marker(key: &DeliveryKey) -> String {
    key.0.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>().replace("--", "-")
}

/// The marker in an article's body, if it is one of ours.
pub fn marker_in(body: &str) -> Option<&str> {
    let from = body.rfind(MARK)? + MARK.len();
    body[from..].split_once(MARK_END).map(|(key, _)| key)
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    // A line with nothing but spaces parts them as well.
    let mut from = 0;
    let mut all = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            all.push(text[from..at].trim());
            from = at + line.len();
        }
        at += line.len();
    }
    all.push(text[from..].trim());
    all.into_iter().filter(|p| !p.is_empty())
}

/// Addresses become links where the site does not do so itself, and the first standing of each name a link to the person.
fn inline(text: &str, mentions: &[(String, String)], has_links: bool) -> String {
    let mut spots: Vec<(usize, usize, String)> = Vec::new();
    for (start, end) in links(text) {
        let url = &text[start..end];
        let words = escaped(url);
        spots.push((start, end, if has_links { format!("<a href=\"{words}\">{words}</a>") } else { words }));
    }
    for (name, page) in mentions.iter().filter(|(_, page)| page.starts_with("https://") || page.starts_with("http://")) {
        let found = standing(text, name).find(|(s, e)| spots.iter().all(|(from, to, _)| e <= from || s >= to));
        if let Some((start, end)) = found {
            spots.push((start, end, format!("<a href=\"{}\">{}</a>", escaped(page), escaped(&text[start..end]))));
        }
    }
    spots.sort_by_key(|(start, ..)| *start);
    let (mut out, mut done) = (String::with_capacity(text.len() + 64), 0);
    for (start, end, html) in spots {
        out.push_str(&escaped(&text[done..start]));
        out.push_str(&html);
        done = end;
    }
    out + &escaped(&text[done..])
}

/// Where a name stands by itself.
fn standing<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let all = if name.is_empty() { "" } else { text };
    all.match_indices(if name.is_empty() { "\u{0}" } else { name })
        .filter(move |(at, _)| !is_part(text[..*at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
        .map(|(at, name)| (at, at + name.len()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What is left of words when everything is taken off that a site changes when it shows them: quotes, dashes, smileys, spaces.
pub fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_an_article() {
        let shown = [Shown { id: 7, url: "https://s.example/a.jpg".into(), alt: "A \"loaf\" & more".into() }];
        let mentions = [("Ben".to_owned(), "https://ben.example/".to_owned())];
        let key = DeliveryKey("12-ab--><script>".into());
        let marker = marker(&key);
        let body = article("Benny met Ben <here>:\nhttps://x.example/?a=1&b=2\n \nBen again.", &mentions, &shown, Some(&marker));
        assert_eq!(
            body,
            "<!-- wp:paragraph -->\n<p>Benny met <a href=\"https://ben.example/\">Ben</a> &lt;here&gt;:<br>\
             <a href=\"https://x.example/?a=1&amp;b=2\">https://x.example/?a=1&amp;b=2</a></p>\n<!-- /wp:paragraph -->\n\n\
             <!-- wp:paragraph -->\n<p><a href=\"https://ben.example/\">Ben</a> again.</p>\n<!-- /wp:paragraph -->\n\n\
             <!-- wp:image {\"id\":7} -->\n<figure class=\"wp-block-image\"><img src=\"https://s.example/a.jpg\" alt=\"A &quot;loaf&quot; &amp; more\" class=\"wp-image-7\"/></figure>\n<!-- /wp:image -->\n\n\
             <!-- hobnob 12-ab-script -->"
        );
        assert_eq!(marker_in(&body), Some("12-ab-script"));
        assert_eq!(marker_in("<p>no</p>"), None);
    }

    #[test]
    fn a_comment_is_plain_and_safe() {
        assert_eq!(comment(" 1 < 2 & \"so\"\n\nhttps://x.example ", &[]), "1 &lt; 2 &amp; &quot;so&quot;\n\nhttps://x.example");
        let mentions = [("Ben".to_owned(), "javascript:alert(1)".to_owned()), (String::new(), "https://x.example".to_owned())];
        assert_eq!(comment("Hello Ben", &mentions), "Hello Ben");
    }

    #[test]
    fn what_a_site_changes_does_not_count() {
        assert_eq!(folded("“It’s” -- so…\n\n"), folded("\"It's\" — so..."));
        assert_ne!(folded("one"), folded("two"));
    }
}
