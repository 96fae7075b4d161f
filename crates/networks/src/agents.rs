//! How the networks' own machines announce themselves when they fetch a page to draw a link card of it, or to read a feed.
//! Words to look for in a user agent, in lower case.

/// Servers and services of networks; none of them is a person.
pub const CARD_FETCHERS: &[&str] = &[
    "mastodon/",
    "pleroma",
    "akkoma",
    "misskey",
    "gotosocial",
    "friendica",
    "lemmy",
    "pixelfed",
    "cardyb",
    "bluesky",
    "facebookexternalhit",
    "whatsapp",
    "telegram",
    "embedly",
    "pinterest",
    "skypeuri",
    "vkshare",
    "slack",
    "discord",
    "linkedin",
    "synapse",
    "feed",
    "rss",
];
