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
    Picture { id: model::PictureId(1), mime: t.mime.into(), width: t.width, height: t.height, alt: String::new() }
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
    assert!(why(b"<svg onload=alert(1)>").contains("JPEG"));
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
