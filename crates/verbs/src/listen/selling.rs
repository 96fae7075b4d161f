//! What can be told from a post's words alone: selling, and canned words. A first cut, and it says so: words of one language, and counts.

use model::Post;

/// Turns of phrase of those who sell. One with a link or a price, or two, are selling.
const SALES_TALK: [&str; 30] = [
    "buy now",
    "shop now",
    "order now",
    "order yours",
    "on sale",
    "sale ends",
    "% off",
    "discount",
    "promo code",
    "coupon",
    "free shipping",
    "limited time",
    "limited offer",
    "special offer",
    "last chance",
    "while stocks last",
    "pre-order",
    "preorder",
    "link in bio",
    "sign up today",
    "sign up now",
    "book a call",
    "book a demo",
    "free trial",
    "early bird",
    "use code",
    "dm me to",
    "dm us",
    "giveaway",
    "now available in our shop",
];
/// Signs before or after a figure that make a price of it.
const MONEY: [char; 5] = ['€', '£', '$', '¥', '₹'];
/// More tags than this are no talk.
const TAGS_MAX: usize = 6;

/// Whether it mostly sells.
pub fn is_selling(post: &Post) -> bool {
    sells(&post.text, !post.links.is_empty())
}

/// Whether words mostly sell; `has_link` is whether they point somewhere.
pub fn sells(text: &str, has_link: bool) -> bool {
    let words = text.to_lowercase();
    let turns = SALES_TALK.iter().filter(|turn| words.contains(**turn)).count();
    let has_price = words.char_indices().any(|(i, c)| {
        let is_digit = |other: Option<char>| other.is_some_and(|d| d.is_ascii_digit());
        MONEY.contains(&c) && (is_digit(words[i + c.len_utf8()..].chars().next()) || is_digit(words[..i].chars().next_back()))
    });
    turns >= 2 || (turns == 1 && (has_price || has_link))
}

/// Whether its tags outweigh its words.
pub fn is_mostly_tags(post: &Post) -> bool {
    mostly_tags(&post.text)
}

/// Whether the tags of a text outweigh its words.
pub fn mostly_tags(text: &str) -> bool {
    let (tags, words) = text.split_whitespace().fold((0, 0), |(tags, words), word| match word.strip_prefix('#') {
        Some(_) => (tags + 1, words),
        None => (tags, words + 1),
    });
    tags > TAGS_MAX || (tags >= 3 && tags > words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{PostRef, Profile, Timestamp};

    fn post(text: &str, links: &[&str]) -> Post {
        let mut post = Post::new(PostRef::new("1", ""), Profile::default(), text, Timestamp::UNIX_EPOCH);
        post.links = links.iter().map(|l| (*l).to_owned()).collect();
        post
    }

    #[test]
    fn selling_is_told_from_asking() {
        for (text, links, expected) in [
            ("50 % off all starters, buy now! Use code BREAD", &[][..], true),
            ("Get your starter today, only €9, limited time", &[], true),
            ("Our new course: sign up today", &["https://x.example"], true),
            ("Has anyone a discount shop to name for flour?", &[], false),
            ("I paid $9 for flour. Is that much?", &[], false),
            ("My starter sulks. What did I do?", &["https://x.example/photo"], false),
            ("", &[], false),
        ] {
            assert_eq!(is_selling(&post(text, links)), expected, "{text}");
        }
    }

    #[test]
    fn tags_are_no_talk() {
        for (text, expected) in [
            ("#a #b #c #d #e #f #g", true),
            ("Bread #bread #baking #sourdough", true),
            ("My first loaf came out flat, why? #bread #sourdough", false),
            ("", false),
        ] {
            assert_eq!(is_mostly_tags(&post(text, &[])), expected, "{text}");
        }
    }
}
