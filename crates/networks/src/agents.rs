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
    "whatsapp/",
    "telegrambot",
    "embedly",
    // Not the browsers inside the apps, by which people come: those say [Pinterest/…], [LinkedInApp]/… and the like.
    "pinterestbot",
    "pinterest/0",
    "skypeuri",
    "vkshare",
    "slackbot",
    "slack-imgproxy",
    "discordbot",
    "linkedinbot",
    "synapse",
    "wordpress/",
    "twitterbot",
];
