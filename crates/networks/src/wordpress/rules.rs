//! What WordPress lets an article be. It has no limit of letters; what a picture may weigh is the server's own and not told.

use model::{Rules, SiteRules, Unit, Visibility};

const PICTURES_MAX: u32 = 20;
/// What PHP takes as it comes from the box (`upload_max_filesize`); sites that allow more do not say so.
const PICTURE_BYTES_MAX: u64 = 2_000_000;
/// WordPress makes a smaller copy of anything larger and shows that.
const PICTURE_SIDE_MAX: u32 = 2560;
const ALT_MAX: u32 = 2000;

pub fn usual() -> Rules {
    Rules {
        text_max: None,
        unit: Unit::Graphemes,
        has_edit: true,
        has_title: true,
        site: SiteRules {
            is_own: true,
            has_excerpt: true,
            has_tags: true,
            has_categories: true,
            leads_with_picture: true,
            links_people: true,
        },
        visibilities: vec![Visibility::Public],
        pictures_max: PICTURES_MAX,
        picture_bytes_max: PICTURE_BYTES_MAX,
        picture_side_max: Some(PICTURE_SIDE_MAX),
        picture_types: ["image/jpeg", "image/png", "image/gif", "image/webp"].map(str::to_owned).to_vec(),
        alt_max: Some(ALT_MAX),
        ..Rules::default()
    }
}

/// The same for somebody whose role on the site allows less.
pub fn of_role(can: impl Fn(&str) -> bool) -> Rules {
    let mut rules = usual();
    if !can("upload_files") {
        (rules.pictures_max, rules.picture_bytes_max, rules.picture_types) = (0, 0, Vec::new());
        rules.site.leads_with_picture = false;
    }
    rules
}
