//! What one server lets a post be, out of what it says of itself; the network's usual limits where it says nothing.

use model::{Cards, Rules, Unit, Visibility};

use super::wire::Instance;

/// Mastodon's own limits, for servers that state none.
pub const TEXT_MAX: u32 = 500;
const LINK_WEIGHT: u32 = 23;
const PICTURES_MAX: u32 = 4;
const PICTURE_BYTES_MAX: u64 = 10 * 1024 * 1024;
const PICTURE_AREA_MAX: u64 = 16_777_216;
const ALT_MAX: u32 = 1500;
/// What every version of Mastodon takes; later ones take more and say so.
const VIDEO_BYTES_MAX: u64 = 40 * 1024 * 1024;
const VIDEO_AREA_MAX: u64 = 2_304_000;
const VIDEO_TYPES: [&str; 3] = ["video/mp4", "video/quicktime", "video/webm"];
const PICTURE_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

pub fn usual() -> Rules {
    Rules {
        text_max: Some(TEXT_MAX),
        unit: Unit::Graphemes,
        bytes_max: None,
        link_weight: Some(LINK_WEIGHT),
        mention_counts_name_only: true,
        warning_counts: true,
        has_threads: true,
        has_warning: true,
        has_language: true,
        has_edit: true,
        has_title: false,
        site: Default::default(),
        reply_names_people: true,
        visibilities: Visibility::ALL.to_vec(),
        pictures_max: PICTURES_MAX,
        picture_bytes_max: PICTURE_BYTES_MAX,
        picture_side_max: None,
        picture_area_max: Some(PICTURE_AREA_MAX),
        picture_types: PICTURE_TYPES.map(str::to_owned).to_vec(),
        alt_max: Some(ALT_MAX),
        cards: Cards::Drawn,
        video_bytes_max: VIDEO_BYTES_MAX,
        video_area_max: Some(VIDEO_AREA_MAX),
        video_types: VIDEO_TYPES.map(str::to_owned).to_vec(),
        ..Rules::default()
    }
}

pub fn rules_from_instance(instance: &Instance) -> Rules {
    let mut rules = usual();
    let statuses = &instance.configuration.statuses;
    let media = &instance.configuration.media_attachments;
    let small = |n: Option<u64>| n.filter(|n| *n > 0).map(|n| u32::try_from(n).unwrap_or(u32::MAX));

    rules.text_max = small(statuses.max_characters.or(instance.max_toot_chars)).or(rules.text_max);
    rules.pictures_max = small(statuses.max_media_attachments.or(instance.max_media_attachments)).unwrap_or(rules.pictures_max);
    rules.picture_bytes_max = media.image_size_limit.or(instance.upload_limit).filter(|n| *n > 0).unwrap_or(rules.picture_bytes_max);
    rules.picture_area_max = media.image_matrix_limit.filter(|n| *n > 0).or(rules.picture_area_max);
    rules.alt_max = small(media.description_limit.or(instance.description_limit)).or(rules.alt_max);
    let taken = |kind: &str| media.supported_mime_types.iter().filter(|t| t.starts_with(kind)).cloned().collect::<Vec<_>>();
    let pictures = taken("image/");
    if !pictures.is_empty() {
        rules.picture_types = pictures;
    }
    rules.video_bytes_max = media.video_size_limit.or(instance.upload_limit).filter(|n| *n > 0).unwrap_or(rules.video_bytes_max);
    rules.video_area_max = media.video_matrix_limit.filter(|n| *n > 0).or(rules.video_area_max);
    if !media.supported_mime_types.is_empty() {
        rules.video_types = taken("video/");
        if rules.video_types.is_empty() {
            rules.video_bytes_max = 0;
        }
    }

    let kin = kin(instance);
    rules.link_weight = match small(statuses.characters_reserved_per_url) {
        _ if kin == Kin::Other || kin == Kin::GoToSocial => None,
        stated => stated.or(rules.link_weight),
    };
    if kin != Kin::Mastodon {
        // They count every letter of a mention, whatever they say of links.
        rules.mention_counts_name_only = false;
    }
    if kin == Kin::GoToSocial {
        rules.unit = Unit::Scalars;
    }
    rules.has_edit = kin != Kin::Mastodon || knows_edits(instance.version.as_deref().unwrap_or_default());
    rules
}

/// How near to Mastodon itself a server counts.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Kin {
    Mastodon,
    GoToSocial,
    Other,
}

fn kin(instance: &Instance) -> Kin {
    let version = instance.version.as_deref().unwrap_or_default().to_lowercase();
    if instance.source_url.as_deref().is_some_and(|u| u.to_lowercase().contains("gotosocial")) || version.contains("gotosocial") {
        Kin::GoToSocial
    } else if version.contains("compatible;")
        || instance.max_toot_chars.is_some() && instance.configuration.statuses.max_characters.is_none()
    {
        Kin::Other
    } else {
        Kin::Mastodon
    }
}

/// Mastodon has edits since 3.5.
fn knows_edits(version: &str) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) => (major, minor) >= (3, 5),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str) -> Rules {
        rules_from_instance(&serde_json::from_str(json).expect("an instance"))
    }

    #[test]
    fn nothing_said_means_the_usual() {
        assert_eq!(rules("{}"), usual());
        assert_eq!(rules(r#"{"version":null,"configuration":null,"urls":[]}"#), usual());
    }

    #[test]
    fn mastodon_states_its_limits() {
        let r = rules(
            r#"{"version":"4.3.1","configuration":{"statuses":{"max_characters":5000,"max_media_attachments":6,"characters_reserved_per_url":23},
            "media_attachments":{"image_size_limit":16777216,"image_matrix_limit":33177600,"description_limit":1500,
            "supported_mime_types":["image/jpeg","video/mp4","image/avif"]}}}"#,
        );
        assert_eq!((r.text_max, r.pictures_max, r.picture_bytes_max), (Some(5000), 6, 16_777_216));
        assert_eq!((r.link_weight, r.mention_counts_name_only, r.has_edit), (Some(23), true, true));
        assert_eq!(r.picture_types, ["image/jpeg", "image/avif"]);
        assert!(!rules(r#"{"version":"3.4.1"}"#).has_edit);
    }

    #[test]
    fn kin_count_every_letter() {
        let pleroma = rules(
            r#"{"version":"2.7.2 (compatible; Pleroma 2.5.0)","max_toot_chars":"5000","description_limit":5000,"upload_limit":16000000,
            "configuration":{"statuses":{"characters_reserved_per_url":0}}}"#,
        );
        assert_eq!((pleroma.text_max, pleroma.link_weight, pleroma.alt_max), (Some(5000), None, Some(5000)));
        assert_eq!((pleroma.picture_bytes_max, pleroma.mention_counts_name_only), (16_000_000, false));
        let gts = rules(
            r#"{"version":"0.17.3","source_url":"https://codeberg.org/superseriousbusiness/gotosocial",
            "configuration":{"statuses":{"max_characters":5000,"characters_reserved_per_url":25}}}"#,
        );
        assert_eq!((gts.unit, gts.link_weight, gts.has_edit), (Unit::Scalars, None, true));
    }
}
