//! The figures, a network each. All are limits of what a person can post on the network's own page, without paying for more.

use model::rules::STRETCHES_MAX;
use model::{Cards, EmojiWeight, Naming, Rules, Unit, Visibility, Weights};

use super::{Assisted, Compose, Posts, Read, Source};
use crate::About;

const BLURB: &str = "Hobnob prepares the post by its rules; you paste it there, and bring the address back.";
const READ: Read = Read::On("2026-11-22");
const READ_AGAIN: Read = Read::On("2026-11-28");
const TOLD: Read = Read::SecondHand("2026-11-28");
const MB: u64 = 1024 * 1024;

pub static TABLE: [Assisted; 8] = [X, THREADS, LINKEDIN, FACEBOOK, PINTEREST, YOUTUBE, REDDIT, TUMBLR];

const fn about(key: &'static str, name: &'static str, mark: &'static str, rules: fn() -> Rules) -> About {
    About { key, name, mark, blurb: BLURB, rules }
}

const fn says(says: &'static str, at: &'static str, read: Read) -> Source {
    Source { says, at, read }
}

fn kinds<const N: usize>(kinds: [&str; N]) -> Vec<String> {
    kinds.map(|kind| format!("image/{kind}")).to_vec()
}

/// What all of them share.
fn base() -> Rules {
    Rules { unit: Unit::Utf16, visibilities: vec![Visibility::Public], ..Rules::default() }
}

const X: Assisted = Assisted {
    about: about("x", "X", "Xt", x),
    compose: Compose { page: "https://x.com/intent/post", text: Some("text"), title: None, link: None },
    posts: Posts {
        hosts: &["x.com", "twitter.com", "mobile.twitter.com"],
        paths: &["*/status/#", "i/web/status/#"],
        keeps: &[],
        like: "x.com/ada/status/1234",
    },
    sources: &[
        says("280 letters by weight; links 23; an emoji 2; counted composed", "https://docs.x.com/fundamentals/counting-characters", READ),
        says("the weights", "https://github.com/twitter/twitter-text/blob/master/config/v3.json", READ),
        says("4 pictures", "https://docs.x.com/x-api/media/quickstart/best-practices", READ_AGAIN),
        says("5 MB", "https://docs.x.com/x-api/media/introduction", READ_AGAIN),
        says("JPEG, PNG, GIF, WebP", "https://help.blotato.com/tips-and-tricks/social-platform-requirements", TOLD),
        says("1,000 letters of alt text", "https://docs.upload-post.com/resources/character-limits", TOLD),
    ],
};

/// Version 3 of the published configuration.
const X_WEIGHTS: Weights = {
    let stretches: [(u32, u32, u32); STRETCHES_MAX] = [(0, 4351, 100), (8192, 8205, 100), (8208, 8223, 100), (8242, 8247, 100)];
    Weights { scale: 100, usual: 200, stretches, emoji: EmojiWeight::Usual, is_composed: true }
};

fn x() -> Rules {
    Rules {
        text_max: Some(280),
        unit: Unit::Weighted(X_WEIGHTS),
        link_weight: Some(23),
        bare_links: true,
        has_threads: true,
        cards: Cards::Drawn,
        pictures_max: 4,
        picture_bytes_max: 5 * MB,
        picture_side_max: Some(8192),
        picture_types: kinds(["jpeg", "png", "gif", "webp"]),
        alt_max: Some(1000),
        ..base()
    }
}

const THREADS: Assisted = Assisted {
    about: about("threads", "Threads", "Th", threads),
    compose: Compose { page: "https://www.threads.com/intent/post", text: Some("text"), title: None, link: None },
    posts: Posts { hosts: &["threads.com", "threads.net"], paths: &["@*/post/*", "t/*"], keeps: &[], like: "threads.com/@ada/post/C1a2b" },
    sources: &[
        says("500 letters; an emoji as many as its UTF-8 has bytes", "https://developers.facebook.com/documentation/threads/posts", READ),
        says("5 different links", "https://developers.facebook.com/documentation/threads/create-posts/text-attachments", READ),
        says("8 MB, JPEG or PNG", "https://ayrshare.com/docs/media-guidelines/threads", TOLD),
        says("20 pictures, where others say 10", "https://docs.getlate.dev/resources/media-guidelines/threads", TOLD),
        says("one tag; 1,000 letters of alt text", "https://developers.facebook.com/documentation/threads/overview", Read::FromMemory),
    ],
};

fn threads() -> Rules {
    let stretches = [(1, 0, 0); STRETCHES_MAX];
    Rules {
        text_max: Some(500),
        unit: Unit::Weighted(Weights { scale: 1, usual: 1, stretches, emoji: EmojiWeight::Bytes, is_composed: false }),
        has_threads: true,
        links_max: Some(5),
        tags_max: Some(1),
        cards: Cards::Drawn,
        pictures_max: 20,
        picture_bytes_max: 8 * MB,
        picture_types: kinds(["jpeg", "png"]),
        alt_max: Some(1000),
        ..base()
    }
}

const LINKEDIN: Assisted = Assisted {
    about: about("linkedin", "LinkedIn", "Li", linkedin),
    compose: Compose { page: "https://www.linkedin.com/feed/?shareActive=true", text: Some("text"), title: None, link: None },
    posts: Posts {
        hosts: &["linkedin.com"],
        paths: &["posts/*", "feed/update/*", "pulse/*"],
        keeps: &[],
        like: "linkedin.com/posts/ada_bread-1234",
    },
    sources: &[
        says("20 pictures", "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/multiimage-post-api", READ),
        says("3,000 letters", "https://www.ayrshare.com/docs/apis/post/social-networks/linkedin", TOLD),
        says("fewer than 36,152,320 pixels, JPEG, PNG, GIF; 5 MB", "https://ayrshare.com/docs/media-guidelines/linkedin", TOLD),
        says(
            "4,086 letters of alt text",
            "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api",
            Read::FromMemory,
        ),
    ],
};

fn linkedin() -> Rules {
    Rules {
        text_max: Some(3000),
        cards: Cards::Drawn,
        // A name becomes a link only when it is picked from the list that opens while typing.
        naming: Naming::Plain,
        pictures_max: 20,
        picture_bytes_max: 5 * MB,
        picture_area_max: Some(36_152_320),
        picture_types: kinds(["jpeg", "png", "gif"]),
        alt_max: Some(4086),
        ..base()
    }
}

const FACEBOOK: Assisted = Assisted {
    about: about("facebook", "Facebook", "Fb", facebook),
    compose: Compose { page: "https://www.facebook.com/", text: None, title: None, link: None },
    posts: Posts {
        hosts: &["facebook.com", "m.facebook.com", "fb.watch"],
        paths: &[
            "*/posts/*",
            "*/posts/*/*",
            "groups/*/*/*",
            "share/*",
            "share/*/*",
            "*/videos/*",
            "reel/*",
            "permalink.php",
            "photo",
            "photo.php",
            "photo/",
            "watch",
            "story.php",
        ],
        keeps: &["story_fbid", "id", "fbid", "set", "v"],
        like: "facebook.com/ada/posts/1234",
    },
    sources: &[
        says(
            "63,206 letters, as Facebook said in 2011; no page of its own today says so",
            "https://docs.upload-post.com/resources/character-limits",
            TOLD,
        ),
        says(
            "JPEG, PNG, GIF of 10 MB; how many pictures and letters of alt text is not stated, 10 and 1,000 are ours",
            "https://developers.facebook.com/docs/graph-api/reference/page/photos/",
            Read::FromMemory,
        ),
    ],
};

fn facebook() -> Rules {
    Rules {
        text_max: Some(63_206),
        cards: Cards::Drawn,
        naming: Naming::Plain,
        pictures_max: 10,
        picture_bytes_max: 10 * MB,
        picture_types: kinds(["jpeg", "png", "gif"]),
        alt_max: Some(1000),
        ..base()
    }
}

const PINTEREST: Assisted = Assisted {
    about: about("pinterest", "Pinterest", "Pi", pinterest),
    compose: Compose { page: "https://www.pinterest.com/pin-creation-tool/", text: None, title: None, link: None },
    posts: Posts { hosts: &["pinterest.*", "pin.it"], paths: &["pin/*"], keeps: &[], like: "pinterest.com/pin/1234" },
    sources: &[
        says(
            "title 100, description 500 letters; 20 MB from a desk; JPEG, PNG",
            "https://help.pinterest.com/en/business/article/pinterest-product-specs",
            READ_AGAIN,
        ),
        says(
            "a picture is needed, 5 at most; 500 letters of alt text",
            "https://www.ayrshare.com/docs/apis/post/social-networks/pinterest",
            TOLD,
        ),
    ],
};

fn pinterest() -> Rules {
    Rules {
        text_max: Some(500),
        has_title: true,
        title_max: Some(100),
        naming: Naming::Plain,
        pictures_min: 1,
        pictures_max: 5,
        picture_bytes_max: 20 * MB,
        picture_types: kinds(["jpeg", "png"]),
        alt_max: Some(500),
        ..base()
    }
}

const YOUTUBE: Assisted = Assisted {
    about: about("youtube", "YouTube", "Yt", youtube),
    compose: Compose { page: "https://www.youtube.com/upload", text: None, title: None, link: None },
    posts: Posts {
        hosts: &["youtube.com", "m.youtube.com", "youtu.be"],
        paths: &["watch", "shorts/*", "live/*", "post/*"],
        keeps: &["v"],
        like: "youtube.com/watch?v=a1b2c3",
    },
    sources: &[
        says(
            "a video's title 100 letters, needed, its description 5,000",
            "https://developers.google.com/google-ads/api/reference/rpc/v25/YouTubeVideoUpload",
            READ_AGAIN,
        ),
        says("the description counted in bytes", "https://developers.google.com/youtube/v3/docs/videos", Read::FromMemory),
        says("60 tags, or all are passed over", "https://support.google.com/youtube/answer/6390658", Read::FromMemory),
        says("one picture, to stand for the video: 2 MB, JPEG, PNG, GIF", "https://docs.zernio.com/platforms/youtube", TOLD),
    ],
};

fn youtube() -> Rules {
    Rules {
        text_max: Some(5000),
        unit: Unit::Bytes,
        has_title: true,
        needs_title: true,
        title_max: Some(100),
        tags_max: Some(60),
        pictures_max: 1,
        picture_bytes_max: 2 * MB,
        picture_types: kinds(["jpeg", "png", "gif"]),
        ..base()
    }
}

const REDDIT: Assisted = Assisted {
    about: about("reddit", "Reddit", "Re", reddit),
    compose: Compose { page: "https://www.reddit.com/submit", text: Some("text"), title: Some("title"), link: None },
    posts: Posts {
        hosts: &["reddit.com", "old.reddit.com", "new.reddit.com", "redd.it"],
        paths: &["r/*/comments/*", "r/*/comments/*/*", "user/*/comments/*", "user/*/comments/*/*", "r/*/s/*", "comments/*"],
        keeps: &[],
        like: "reddit.com/r/bread/comments/1a2b3c",
    },
    sources: &[
        says("a title of 300 letters; 40,000 letters", "https://postly.ai/reddit/guides/1", TOLD),
        says("20 MB, JPEG, PNG, GIF", "https://docs.getlate.dev/resources/media-guidelines/reddit", TOLD),
        says("20 pictures", "https://support.reddithelp.com/hc/en-us/articles/360060422572", Read::FromMemory),
    ],
};

fn reddit() -> Rules {
    Rules {
        text_max: Some(40_000),
        has_title: true,
        needs_title: true,
        title_max: Some(300),
        has_edit: true,
        naming: Naming::Slash,
        pictures_max: 20,
        picture_bytes_max: 20 * MB,
        picture_types: kinds(["jpeg", "png", "gif"]),
        ..base()
    }
}

const TUMBLR: Assisted = Assisted {
    about: about("tumblr", "Tumblr", "Tu", tumblr),
    compose: Compose { page: "https://www.tumblr.com/new/text", text: None, title: None, link: None },
    posts: Posts {
        hosts: &["tumblr.com", "*.tumblr.com"],
        paths: &["post/#", "post/#/*", "*/#", "*/#/*"],
        keeps: &[],
        like: "tumblr.com/ada/1234",
    },
    sources: &[
        says(
            "30 pictures; 100 links; 4,096 code points a paragraph, 1 MB in all (a post of one paragraph's length always fits)",
            "https://github.com/tumblr/docs/blob/master/npf-spec.md#post-content-limits",
            READ,
        ),
        says("30 tags; pictures of 20 MB", "https://help.tumblr.com/knowledge-base/posts/", Read::FromMemory),
    ],
};

fn tumblr() -> Rules {
    Rules {
        text_max: Some(4096),
        unit: Unit::Scalars,
        has_title: true,
        title_max: Some(4096),
        has_edit: true,
        links_max: Some(100),
        tags_max: Some(30),
        cards: Cards::Drawn,
        pictures_max: 30,
        picture_bytes_max: 20 * MB,
        picture_types: kinds(["jpeg", "png", "gif", "webp"]),
        alt_max: Some(4096),
        ..base()
    }
}

/// What a row says of itself, for as long as the program runs.
pub(super) fn about_of(one: &Assisted) -> &'static About {
    TABLE.iter().map(|row| &row.about).find(|about| about.key == one.about.key).unwrap_or(&ANOTHER.about)
}

/// A place of the person's own naming: a forum, a club's page, a letter. It has no rules that anybody here could know.
pub static ANOTHER: Assisted = Assisted {
    about: About {
        key: "another",
        name: "Another place",
        mark: "Ap",
        blurb: "A forum, a group, a noticeboard: any place with an address. Hobnob keeps the words ready; you take them there, and bring the address back.",
        rules: another,
    },
    compose: Compose { page: "", text: None, title: None, link: None },
    posts: Posts { hosts: &[], paths: &[], keeps: Posts::KEEPS_ALL, like: "" },
    sources: &[],
};

fn another() -> Rules {
    Rules {
        has_title: true,
        has_threads: false,
        naming: Naming::Plain,
        pictures_max: 20,
        picture_bytes_max: 20 * MB,
        picture_types: kinds(["jpeg", "png", "gif"]),
        alt_max: Some(5000),
        ..base()
    }
}
