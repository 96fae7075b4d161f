use image::{Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

fn noisy(width: u32, height: u32) -> DynamicImage {
    let mut seed = 7_u32;
    RgbImage::from_fn(width, height, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
    })
    .into()
}

fn picture(t: &Taken) -> Picture {
    Picture {
        id: model::PictureId(1),
        mime: t.mime.into(),
        width: t.width,
        height: t.height,
        size: t.bytes.len() as u64,
        length_ms: t.length_ms,
        ..Picture::default()
    }
}

/// A JPEG with an EXIF block that says "turned by 90°" and holds a place.
fn turned_jpeg() -> Vec<u8> {
    let plain = jpeg(&noisy(40, 20), 90).unwrap();
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    tiff.extend_from_slice(b"52.3702 N, 4.8952 E");
    let mut app1 = b"Exif\0\0".to_vec();
    app1.extend(tiff);
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::try_from(app1.len() + 2).unwrap().to_be_bytes());
    out.extend(app1);
    out.extend(&plain[2..]);
    out
}

fn moving_gif() -> Vec<u8> {
    let mut out = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut out);
        for shade in [10_u8, 200] {
            let frame = RgbaImage::from_pixel(30, 20, Rgba([shade, 0, 0, 255]));
            encoder.encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
        }
    }
    // A comment, before the end.
    out.pop();
    out.extend_from_slice(b"\x21\xfe\x0cmade at home\0\x3b");
    out
}

#[test]
fn a_photograph_is_turned_and_loses_its_place() {
    let taken = take_in(&turned_jpeg()).unwrap();
    assert_eq!((taken.width, taken.height, taken.mime), (20, 40, "image/jpeg"));
    assert!(!taken.bytes.windows(4).any(|w| w == b"Exif" || w == b"52.3"));
}

#[test]
fn what_fits_goes_as_it_is_and_what_does_not_is_made_to_fit() {
    let taken = take_in(&png(&noisy(900, 600)).unwrap()).unwrap();
    assert_eq!(taken.mime, "image/png");
    let rules = Rules { picture_types: vec!["image/png".into(), "image/jpeg".into()], picture_bytes_max: 10_000_000, ..Rules::default() };
    assert_eq!(fit(taken.bytes.clone(), &picture(&taken), &rules).unwrap().bytes, taken.bytes);
    let tight = Rules { picture_bytes_max: 60_000, picture_side_max: Some(400), picture_area_max: Some(100_000), ..rules.clone() };
    let small = fit(taken.bytes.clone(), &picture(&taken), &tight).unwrap();
    assert!(small.bytes.len() <= 60_000 && small.width <= 400 && u64::from(small.width * small.height) <= 100_000);
    let back = decode(&small.bytes, format_of(&small.bytes).unwrap()).unwrap();
    assert_eq!((back.width(), back.height()), (small.width, small.height));
    let only_jpeg = Rules { picture_types: vec!["image/jpeg".into()], ..rules.clone() };
    assert_eq!(fit(taken.bytes.clone(), &picture(&taken), &only_jpeg).unwrap().mime, "image/jpeg");
    let none = Rules { picture_types: vec!["image/avif".into()], ..rules };
    assert!(fit(taken.bytes.clone(), &picture(&taken), &none).is_err());
}

#[test]
fn what_shines_through_stays_so_or_becomes_white() {
    let glass: DynamicImage = RgbaImage::from_pixel(10, 10, Rgba([0, 0, 0, 0])).into();
    let taken = take_in(&png(&glass).unwrap()).unwrap();
    let rules = Rules { picture_types: vec!["image/jpeg".into()], ..Rules::default() };
    let out = fit(taken.bytes.clone(), &picture(&taken), &rules).unwrap();
    assert!(decode(&out.bytes, ImageFormat::Jpeg).unwrap().into_rgb8().get_pixel(5, 5).0.iter().all(|c| *c > 250));
}

#[test]
fn a_moving_gif_keeps_moving_without_its_comments() {
    let file = moving_gif();
    assert!(file.windows(4).any(|w| w == b"made"));
    let taken = take_in(&file).unwrap();
    assert_eq!(taken.mime, "image/gif");
    assert!(moves(&taken.bytes) && !taken.bytes.windows(4).any(|w| w == b"made"));
    let still = Rules { picture_types: vec!["image/png".into()], ..Rules::default() };
    assert_eq!(fit(taken.bytes.clone(), &picture(&taken), &still).unwrap().mime, "image/png");
}

#[test]
fn what_is_no_picture_says_so() {
    let why = |file: &[u8]| take_in(file).unwrap_err().to_string();
    assert!(why(b"<svg onload=alert(1)>").contains("an SVG drawing"));
    assert!(why(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").contains("HEIC"));
    assert!(why(b"%PDF-1.7").contains("PDF"));
    assert!(why(&[]).contains("JPEG"));
    let good = jpeg(&noisy(300, 200), 80).unwrap();
    assert!(why(&good[..40]).contains("damaged"));
    assert!(why(&vec![0; FILE_MAX + 1]).contains("larger"));
    // A PNG that claims to be huge is refused by its head, before a byte is unpacked.
    let mut bomb = png(&noisy(4, 4)).unwrap();
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    assert!(take_in(&bomb).is_err());
}

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name)).as_slice()
    };
}

fn has(file: &[u8], words: &[u8]) -> bool {
    file.windows(words.len()).any(|w| w == words)
}

/// Blue or red, at a point of what was kept.
fn is_blue(taken: &Taken, x: u32, y: u32) -> bool {
    let image = decode(&taken.bytes, format_of(&taken.bytes).unwrap()).unwrap().into_rgb8();
    let [r, _, b] = image.get_pixel(x, y).0;
    assert!(r.abs_diff(b) > 90, "neither red nor blue: {r} {b}");
    b > r
}

#[test]
fn where_and_by_what_it_was_taken_goes_in_every_kind() {
    for file in [fixture!("gps.jpg"), fixture!("gps.png"), fixture!("gps.webp"), fixture!("turned.avif")] {
        assert!(has(file, b"HobnobCam") && has(file, b"52,22.2N") && has(file, b"SERIAL-4711"));
        let taken = take_in(file).unwrap();
        for bytes in [&taken.bytes, &taken.thumb] {
            for words in [
                b"HobnobCam".as_slice(),
                b"SERIAL-4711",
                b"52,22",
                b"xmpmeta",
                b"made at home",
                b"Exif",
                b"eXIf",
                b"ICC_PROFILE",
                b"iCCP",
                b"2026:03",
            ] {
                assert!(!has(bytes, words), "{}", String::from_utf8_lossy(words));
            }
        }
        // Turned by 90 degrees to the right: the blue quarter is at the top right now.
        assert_eq!((taken.width, taken.height), (16, 24));
        assert!(is_blue(&taken, 13, 3) && !is_blue(&taken, 3, 3) && !is_blue(&taken, 13, 20));
    }
}

#[test]
fn avif_of_every_sort_is_read() {
    for file in [fixture!("plain.avif"), fixture!("full444.avif")] {
        let taken = take_in(file).unwrap();
        assert_eq!((taken.width, taken.height, taken.mime), (24, 16, "image/jpeg"));
        assert!(is_blue(&taken, 3, 3) && !is_blue(&taken, 20, 3) && !is_blue(&taken, 3, 13));
    }
    // Lossless, so what was drawn is what is read, to a shade.
    let image = avif::decode(fixture!("full444.avif")).unwrap().into_rgb8();
    for (at, drawn) in [((2, 2), [30, 60, 200]), ((20, 12), [200, 40, 40])] {
        let read = image.get_pixel(at.0, at.1).0;
        assert!(read.iter().zip(drawn).all(|(a, b)| a.abs_diff(b) < 6), "{read:?} is not {drawn:?}");
    }
    let grey = take_in(fixture!("grey.avif")).unwrap();
    let shade = decode(&grey.bytes, ImageFormat::Jpeg).unwrap().into_rgb8().get_pixel(20, 12).0;
    assert!(shade.iter().all(|c| c.abs_diff(88) < 12), "{shade:?}");
    let glass = take_in(fixture!("alpha.avif")).unwrap();
    assert_eq!(glass.mime, "image/png");
    let image = decode(&glass.bytes, ImageFormat::Png).unwrap().into_rgba8();
    assert!(image.get_pixel(5, 0).0[3] < 20 && image.get_pixel(5, 15).0[3] > 235);
    assert!(take_in(fixture!("seq.avif")).unwrap_err().to_string().contains("moving or tiled AVIF"));
}

#[test]
fn avif_is_turned_and_mirrored_as_it_says() {
    // Where the blue quarter, drawn at the top left, comes to lie, by EXIF's own table of orientations.
    for (file, (x, y), size) in [
        (fixture!("turned-2.avif"), (20, 3), (24, 16)),
        (fixture!("turned-5.avif"), (3, 3), (16, 24)),
        (fixture!("turned-8.avif"), (3, 20), (16, 24)),
    ] {
        let taken = take_in(file).unwrap();
        assert_eq!((taken.width, taken.height), size);
        let corners = [(3, 3), (size.0 - 4, 3), (3, size.1 - 4), (size.0 - 4, size.1 - 4)];
        assert_eq!(corners.map(|(cx, cy)| is_blue(&taken, cx, cy)), corners.map(|c| c == (x, y)));
    }
}

#[test]
fn avif_in_any_state_of_repair_is_an_error_and_no_more() {
    let file = fixture!("plain.avif");
    for end in (0..file.len()).step_by(3) {
        assert!(take_in(&file[..end]).is_err());
    }
    let mut seed = 11_u64;
    for _ in 0..400 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut bent = file.to_vec();
        let at = (seed >> 33) as usize % bent.len();
        bent[at] ^= 1 << (seed >> 61);
        // What breaks in a reader is caught by whoever asks, as in `in_turn`.
        let _ = std::panic::catch_unwind(|| take_in(&bent));
    }
}

#[test]
fn colours_of_a_profile_are_worked_in_before_it_goes() {
    use image::ImageEncoder;
    let mut file = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut file);
    encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let pixels: Vec<u8> = [200, 100, 100].repeat(16);
    encoder.write_image(&pixels, 4, 4, image::ExtendedColorType::Rgb8).unwrap();
    let taken = take_in(&file).unwrap();
    assert!(!has(&taken.bytes, b"iCCP"));
    let [r, g, b] = decode(&taken.bytes, ImageFormat::Png).unwrap().into_rgb8().get_pixel(1, 1).0;
    // The same colour in sRGB: redder, with less green.
    assert!((208..=218).contains(&r) && (88..=98).contains(&g) && (92..=102).contains(&b), "{r} {g} {b}");
}

#[test]
fn a_picture_of_two_hundred_megapixels_is_told_its_size() {
    // A PNG's head with a right sum, and hardly anything behind it.
    let mut file = png(&noisy(4, 4)).unwrap();
    file[16..20].copy_from_slice(&16_384_u32.to_be_bytes());
    file[20..24].copy_from_slice(&12_288_u32.to_be_bytes());
    let sum = crc(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    let why = take_in(&file).unwrap_err().to_string();
    assert!(why.contains("202 million pixels") && why.contains("up to 64 million"), "{why}");
}

/// The sum at the end of a PNG's pieces (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, b| (0..8).fold(sum ^ u32::from(*b), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 }))
}

#[test]
fn a_video_passes_through_within_limits() {
    let taken = take_in(fixture!("kitchen.mp4")).unwrap();
    assert_eq!((taken.mime, taken.width, taken.height, taken.length_ms), ("video/mp4", 64, 48, 2000));
    assert!(image::load_from_memory(&taken.thumb).is_ok());
    let rules = Rules {
        video_bytes_max: 1_000_000,
        video_types: vec!["video/mp4".into()],
        picture_types: vec!["image/png".into()],
        ..Rules::default()
    };
    assert_eq!(fit(taken.bytes.clone(), &picture(&taken), &rules).unwrap().bytes, taken.bytes);
    assert!(fit(taken.bytes.clone(), &picture(&taken), &Rules { video_bytes_max: 100, ..rules.clone() }).is_err());
    assert!(fit(taken.bytes.clone(), &picture(&taken), &Rules { video_types: vec![], ..rules }).is_err());
    assert!(take_in(&fixture!("kitchen.mp4")[..900]).unwrap_err().to_string().contains("The video is damaged"));
    let mut long = fixture!("kitchen.mp4").to_vec();
    long.resize(VIDEO_FILE_MAX + 1, 0);
    assert!(take_in(&long).unwrap_err().to_string().contains("takes up to 40 MB"));
}
