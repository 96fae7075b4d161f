use model::{DraftId, Kind, Picture, PictureId, Timestamp};
use proptest::prelude::*;

use super::*;

fn draft(text: &str) -> Draft {
    Draft {
        id: DraftId(1),
        voice: None,
        text: text.into(),
        title: None,
        article: Default::default(),
        language: Some("en".into()),
        warning: None,
        visibility: Visibility::Public,
        kind: Kind::Talks,
        is_personal: false,
        aim: None,
        reply: None,
        pictures: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn rules(max: u32) -> Rules {
    Rules { text_max: Some(max), has_threads: true, pictures_max: 4, alt_max: Some(100), ..Rules::default() }
}

fn fitted(draft: &Draft, rules: &Rules, known: &[Known]) -> Result<Rendering, Vec<String>> {
    let network = NetworkKey::new("plaza");
    fit(draft, Place { name: "Plaza", network: &network, rules }, known, None).map_err(|all| all.into_iter().map(|m| m.why).collect())
}

fn daniel() -> Known {
    Known {
        written: "Daniel Osei".into(),
        name: "Daniel Osei".into(),
        handles: vec![(NetworkKey::new("plaza"), "daniel@wheels.example".into(), "id-7".into())],
        page: Some("https://wheels.example/".into()),
    }
}

#[test]
fn a_known_name_becomes_the_handle_there_or_stays_plain() {
    let text = "@Daniel Osei’s binding, not a@Daniel Osei nor @Daniel Oseison";
    let r = fitted(&draft(text), &rules(300), &[daniel()]).unwrap();
    assert_eq!(r.parts[0].text, "@daniel@wheels.example’s binding, not a@Daniel Osei nor @Daniel Oseison");
    assert_eq!(r.parts[0].mentions, [("daniel@wheels.example".into(), "id-7".into())]);
    assert_eq!(r.tells, ["Daniel Osei is told, as @daniel@wheels.example."]);
    let elsewhere = Known { handles: vec![], ..daniel() };
    let r = fitted(&draft("@daniel osei asked."), &rules(300), &[elsewhere]).unwrap();
    assert_eq!(r.parts[0].text, "Daniel Osei asked.");
    assert!(r.parts[0].mentions.is_empty());
    assert_eq!(r.tells, ["Daniel Osei is not known on Plaza, so the name is plain."]);
}

#[test]
fn a_warning_folds_or_stands_first() {
    let mut d = draft("Words.");
    d.warning = Some(" food ".into());
    let r = fitted(&d, &rules(300), &[]).unwrap();
    assert_eq!((r.parts[0].text.as_str(), r.parts[0].warning.as_deref()), ("food\n\nWords.", None));
    assert_eq!(r.tells, ["Plaza shows no content warning: yours stands as the first line."]);
    let folds = Rules { has_warning: true, warning_counts: true, ..rules(10) };
    let r = fitted(&d, &folds, &[]).unwrap();
    assert_eq!((r.parts[0].text.as_str(), r.parts[0].warning.as_deref(), r.lengths[0]), ("Words.", Some("food"), 10));
}

#[test]
fn too_long_is_a_thread_or_a_misfit() {
    let text = "One two three four five. Six seven eight nine ten.";
    let r = fitted(&draft(text), &rules(34), &[]).unwrap();
    assert_eq!(
        r.parts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(),
        ["One two three four five. 1/2", "Six seven eight nine ten. 2/2"]
    );
    assert!(r.tells[0].contains("two posts"));
    let single = Rules { has_threads: false, ..rules(34) };
    assert_eq!(fitted(&draft(text), &single, &[]).unwrap_err(), ["16 letters too long for Plaza, which takes 34."]);
    let r = fitted(&draft("One.\n---\nTwo."), &single, &[]).unwrap();
    assert_eq!(r.parts[0].text, "One.\n\nTwo.");
}

#[test]
fn a_text_of_its_own_is_sent_as_it_is() {
    let network = NetworkKey::new("plaza");
    let rules = rules(10);
    let place = Place { name: "Plaza", network: &network, rules: &rules };
    let r = fit(&draft(&"long ".repeat(50)), place, &[], Some(&["Short.".into(), String::new()])).unwrap();
    assert_eq!((r.parts.len(), r.parts[0].text.as_str(), r.is_by_hand), (1, "Short.", true));
    let wrong = fit(&draft("x"), place, &[], Some(&["Fits.".into(), "This does not.".into()])).unwrap_err();
    assert_eq!(wrong, [Misfit { why: "Post 2 of 2: 4 letters too long for Plaza, which takes 10.".into(), part: Some(1) }]);
}

#[test]
fn never_wider_than_wished() {
    let mut d = draft("Words.");
    d.visibility = Visibility::Followers;
    assert_eq!(fitted(&d, &rules(300), &[]).unwrap_err(), ["Plaza has no posts for followers only. Leave it out this time."]);
    d.visibility = Visibility::Unlisted;
    let r = fitted(&d, &rules(300), &[]).unwrap();
    assert_eq!((r.parts[0].visibility, r.tells.len()), (Visibility::Public, 1));
}

#[test]
fn pictures_are_counted_and_their_words_too() {
    let mut d = draft("");
    assert_eq!(fitted(&d, &rules(300), &[]).unwrap_err(), ["There is nothing to say yet."]);
    d.pictures =
        vec![Picture { id: PictureId(1), mime: "image/png".into(), width: 1, height: 1, alt: "x".repeat(101), ..Picture::default() }; 5];
    assert_eq!(fitted(&d, &rules(300), &[]).unwrap_err(), ["Plaza takes 4 pictures with a post; this has 5."]);
    d.pictures.truncate(1);
    assert_eq!(fitted(&d, &rules(300), &[]).unwrap_err(), ["The words of picture 1 are 101 letters long; Plaza takes 100."]);
    d.pictures[0].alt = "Steps".into();
    assert_eq!(fitted(&d, &rules(300), &[]).unwrap().parts[0].pictures.len(), 1);
}

#[test]
fn a_video_is_held_against_the_place_s_own_limits() {
    let video = Picture { mime: "video/mp4".into(), width: 1920, height: 1080, size: 30_000_000, length_ms: 90_500, ..Picture::default() };
    let mut d = draft("Look");
    d.pictures = vec![video.clone()];
    let none = rules(300);
    assert_eq!(fitted(&d, &none, &[]).unwrap_err(), ["Plaza takes no videos."]);
    let some = Rules { video_bytes_max: 40_000_000, video_types: vec!["video/webm".into(), "video/mp4".into()], ..none };
    assert_eq!(fitted(&d, &some, &[]).unwrap().parts[0].pictures, std::slice::from_ref(&video));
    let why = |rules: Rules| fitted(&d, &rules, &[]).unwrap_err().join(" ");
    assert_eq!(why(Rules { video_bytes_max: 16_000_000, ..some.clone() }), "The video has 30.0 MB; Plaza takes 16.0 MB.");
    assert_eq!(why(Rules { video_ms_max: Some(60_000), ..some.clone() }), "The video lasts 91 seconds; Plaza takes 60.");
    let small = "The video is 1920 by 1080, which is 2.1 million pixels; Plaza takes 0.9 million.";
    assert_eq!(why(Rules { video_area_max: Some(921_600), ..some.clone() }), small);
    assert_eq!(why(Rules { video_types: vec!["video/quicktime".into()], ..some.clone() }), "Plaza takes no MP4 videos. It takes MOV.");
    d.pictures.push(Picture { mime: "image/png".into(), ..Picture::default() });
    assert_eq!(fitted(&d, &some, &[]).unwrap_err(), ["Plaza takes a video alone, without other pictures; this has one with it."]);
    d.pictures = vec![Picture { alt: "x".repeat(51), ..video }];
    assert_eq!(
        fitted(&d, &Rules { video_alt_max: Some(50), ..some }, &[]).unwrap_err(),
        ["The words of the video are 51 letters long; Plaza takes 50."]
    );
}

#[test]
fn a_moving_picture_too_large_for_a_place_stands_still_and_it_is_told() {
    let mut d = draft("Look");
    d.pictures = vec![Picture { mime: "image/gif".into(), width: 800, height: 600, size: 3_000_000, ..Picture::default() }];
    let takes = Rules { picture_types: vec!["image/gif".into()], picture_bytes_max: 5_000_000, ..rules(300) };
    assert!(fitted(&d, &takes, &[]).unwrap().tells.is_empty());
    let told = fitted(&d, &Rules { picture_bytes_max: 1_000_000, ..takes }, &[]).unwrap().tells;
    assert_eq!(told, ["The moving picture is larger than Plaza takes, so it stands still there."]);
}

#[test]
fn links_are_weighed_and_told() {
    let rules = Rules { link_weight: Some(23), ..rules(30) };
    let r = fitted(&draft("See https://a.example/a/very/long/way/to/go"), &rules, &[]).unwrap();
    assert_eq!((r.lengths[0], r.tells[0].as_str()), (27, "The link counts as 23."));
    assert_eq!((grouped(0), grouped(999), grouped(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
}

proptest! {
    /// What fits is within every limit, loses no word, and each part knows exactly those it names.
    #[test]
    fn what_fits_is_within_the_rules(
        words in proptest::collection::vec("(@Daniel Osei|https://x\\.example/[a-z]{1,30}|[a-zà-ü世😀]{1,12}[.!?]?|\n\n|\n---\n)", 1..120),
        max in 40_u32..400, has_threads: bool, has_warning: bool, counts: bool, is_there: bool, warning in "[a-z ]{0,12}",
    ) {
        let mut d = draft(&words.join(" "));
        d.warning = Some(warning);
        let rules = Rules {
            has_threads, has_warning, warning_counts: counts, link_weight: Some(23), mention_counts_name_only: true, bytes_max: Some(max * 4), ..rules(max)
        };
        let who = Known { handles: if is_there { daniel().handles } else { vec![] }, ..daniel() };
        match fitted(&d, &rules, &[who]) {
            Err(why) => prop_assert!(!has_threads || d.text.trim_matches(|c: char| c == '-' || c.is_whitespace()).is_empty(), "{why:?}"),
            Ok(r) => {
                prop_assert_eq!(r.parts.len(), r.lengths.len());
                prop_assert!(has_threads || r.parts.len() == 1);
                for (part, length_told) in r.parts.iter().zip(&r.lengths) {
                    let extra = if has_warning && counts { count(part.warning.as_deref().unwrap_or(""), rules.unit) } else { 0 };
                    prop_assert_eq!(length(&part.text, &rules) + extra, *length_told);
                    prop_assert!(*length_told <= max && part.text.len() <= (max * 4) as usize);
                    prop_assert_eq!(part.text.contains("@daniel@wheels.example"), !part.mentions.is_empty());
                }
                let all: String = r.parts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(" ");
                for word in words.iter().filter(|w| w.starts_with("https")) {
                    prop_assert!(all.contains(word.as_str()));
                }
            }
        }
    }
}

#[test]
fn titles_links_and_tags_by_the_habits_of_the_place() {
    let mut d = draft("#bread and #rye at https://a.example and https://b.example");
    let strict = Rules { links_max: Some(1), tags_max: Some(1), needs_title: true, has_title: true, title_max: Some(5), ..rules(300) };
    let said = |r: Result<Rendering, Vec<String>>| r.unwrap_err();
    assert_eq!(
        said(fitted(&d, &strict, &[])),
        ["Plaza takes nothing without a title. Give it one.", "Plaza takes 1 different links in a post; this has 2."]
    );
    d.title = Some("Bread and rye".into());
    assert_eq!(
        said(fitted(&d, &strict, &[])),
        ["The title is 8 letters too long for Plaza, which takes 5.", "Plaza takes 1 different links in a post; this has 2."]
    );
    let drawn = Rules { tags_max: Some(1), cards: model::Cards::Drawn, ..rules(300) };
    assert_eq!(
        fitted(&d, &drawn, &[]).unwrap().tells,
        [
            "Plaza has no titles: yours is left out there.",
            "Plaza heeds one tag in a post; this has two. The others are plain words there.",
            "Plaza draws a card of the link by itself."
        ]
    );
    let pinned = Rules { pictures_min: 1, ..rules(300) };
    assert_eq!(
        said(fitted(&draft("A loaf."), &pinned, &[])),
        ["Nothing stands on Plaza without a picture. Add one, or leave it out this time."]
    );
}

#[test]
fn a_person_is_named_as_the_place_names_people() {
    let by = |naming| fitted(&draft("Ask @Daniel Osei."), &Rules { naming, ..rules(300) }, &[daniel()]).unwrap();
    let slashed = by(Naming::Slash);
    assert_eq!(slashed.parts[0].text, "Ask u/daniel@wheels.example.");
    assert_eq!(slashed.parts[0].mentions.len(), 1);
    let plain = by(Naming::Plain);
    assert_eq!((plain.parts[0].text.as_str(), plain.parts[0].mentions.len()), ("Ask Daniel Osei.", 0));
    assert_eq!(plain.tells, ["A name is picked from a list on Plaza: type Daniel Osei there again, with @ before it."]);
}

#[test]
fn what_can_not_be_cut_is_told_and_not_sent_in_pieces() {
    let text = format!("See https://a.example/{} for more of this.", "x".repeat(90));
    let wrong = fitted(&draft(&text), &rules(60), &[]).unwrap_err();
    assert_eq!(wrong, ["A link is 108 letters long by itself, and Plaza takes 60 in a post. Make it a short link: it can't be cut."]);
    let joined = Rules { bytes_max: Some(3000), ..rules(300) };
    let wrong = fitted(&draft(&"👩\u{200d}".repeat(2000)), &joined, &[]).unwrap_err();
    assert_eq!(
        wrong,
        [
            "A single letter, of many signs on each other, is 14,000 bytes long by itself, and Plaza takes 3,000 in a post. Make it shorter: it can't be cut."
        ]
    );
    let (shown, wrong) = look(&draft(&text), Place { name: "Plaza", network: &NetworkKey::new("plaza"), rules: &rules(60) }, &[], None);
    assert!(wrong.len() == 1 && shown.parts.len() > 1);
}

#[test]
fn a_hundred_thousand_letters_become_a_thread_or_a_sentence() {
    let text = "x".repeat(100_000);
    let r = fitted(&draft(&text[..29_000]), &rules(300), &[]).unwrap();
    assert!((97..=PARTS_MAX).contains(&r.parts.len()) && r.lengths.iter().all(|l| *l <= 300));
    let wrong = fitted(&draft(&text), &rules(300), &[]).unwrap_err();
    let expected = "On Plaza this makes 343 posts, and Hobnob sends up to 100 in one thread. Shorten it, or give Plaza a text of its own.";
    assert_eq!(wrong, [expected]);
    let wrong = fitted(&draft(&text), &Rules { has_threads: false, ..rules(300) }, &[]).unwrap_err();
    assert_eq!(wrong, ["99,700 letters too long for Plaza, which takes 300."]);
}

#[test]
fn a_site_has_articles_and_links_to_people() {
    let site = model::SiteRules {
        is_own: true,
        has_excerpt: true,
        has_tags: true,
        leads_with_picture: true,
        links_people: true,
        ..Default::default()
    };
    let rules = Rules { text_max: None, has_threads: false, has_title: true, site, ..rules(0) };
    let mut d = draft("I met @Daniel Osei.\n---\nHe bakes.\n---\nWell.");
    d.title = Some("Rye".into());
    d.article = Article { excerpt: Some("Short".into()), tags: vec!["rye".into()], categories: vec!["Notes".into()] };
    d.pictures =
        vec![Picture { id: PictureId(1), mime: "image/png".into(), width: 1, height: 1, alt: "A loaf".into(), ..Picture::default() }];
    let r = fitted(&d, &rules, &[daniel()]).unwrap();
    assert_eq!(r.parts[0].text, "I met Daniel Osei.\n\nHe bakes.\n\nWell.");
    assert_eq!(r.parts[0].mentions, [("Daniel Osei".to_owned(), "https://wheels.example/".to_owned())]);
    assert_eq!(r.parts[0].article, Article { categories: Vec::new(), ..d.article.clone() }, "this site has no categories");
    assert_eq!(
        r.tells,
        [
            "Daniel Osei is a link to https://wheels.example/.",
            "Plaza has no threads: it stands whole, and a break is a new paragraph.",
            "The picture stands at its head."
        ]
    );
    let at = model::PostRef::new("https://s.example/?p=1", "");
    d.reply =
        Some(model::Reply { conversation: model::ConversationId(1), to: model::ReplyTo { parent: at.clone(), root: at }, person: None });
    assert_eq!(fitted(&d, &rules, &[]).unwrap_err(), ["A comment on Plaza takes no pictures. Take them away, or link to them."]);
    d.pictures.clear();
    assert_eq!(fitted(&d, &rules, &[]).unwrap().parts[0].article, Article::default(), "an answer is no article");
}
