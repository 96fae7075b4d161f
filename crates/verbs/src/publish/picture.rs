//! Pictures and videos in and out, pure: read with limits, turned upright, stripped of everything that is not the picture, and fitted to
//! what a network takes. A video passes through as it is, but for the notes in it. What a file is, is seen from its bytes.

mod avif;
mod boxes;
mod colour;
mod ebml;
pub mod film;

use std::io::Cursor;

use fast_image_resize::Resizer;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use model::{Picture, Rules};
use tokio::sync::Semaphore;

use crate::{Done, VerbError};

/// The largest picture's file that is taken in.
pub const FILE_MAX: usize = 20 * 1024 * 1024;
/// The largest video's file: what goes up within the time that one attempt has (`deliver::WIRE_MAX`), at three megabits a second.
pub const VIDEO_FILE_MAX: usize = 40 * 1024 * 1024;
/// The most pixels a picture may have when read.
const AREA_MAX: u64 = 64_000_000;
/// Memory that reading one may take.
const MEMORY_MAX: u64 = 320 * 1024 * 1024;
/// Longer sides are shortened when kept; no network shows more.
const SIDE_KEPT_MAX: u32 = 4096;
/// The small one for the page.
const THUMB_SIDE: u32 = 240;
const QUALITY_KEPT: u8 = 92;
/// Rounds of making a picture smaller until it fits.
const ROUNDS_MAX: u32 = 14;

/// One picture is unpacked at a time: the largest takes some hundreds of megabytes.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// A picture or a video as it is kept.
#[derive(Debug)]
pub struct Taken {
    pub mime: &'static str,
    pub bytes: Vec<u8>,
    pub thumb: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// 0 for a picture.
    pub length_ms: u32,
}

/// A picture as it is sent.
#[derive(Debug)]
pub struct Fitted {
    pub mime: String,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Why a file cannot be read.
#[derive(Debug)]
enum Unread {
    /// It is of a kind, by its name, that is not read here.
    Kind(&'static str),
    Damaged,
    /// It has so many pixels.
    Pixels(u64),
}

impl From<Unread> for VerbError {
    fn from(why: Unread) -> Self {
        wrong(match why {
            Unread::Kind("") => {
                "This is no picture or video that Hobnob knows. It takes JPEG, PNG, WebP, GIF and AVIF, and MP4, MOV and WebM.".into()
            }
            Unread::Kind(kind) => {
                format!("This is {kind}. Hobnob takes JPEG, PNG, WebP, GIF and AVIF, and MP4, MOV and WebM. Save it as one of these.")
            }
            Unread::Damaged => "The picture is damaged and cannot be read.".into(),
            Unread::Pixels(area) => format!(
                "The picture has {} million pixels, and Hobnob reads up to {} million. Save it smaller.",
                area.div_ceil(1_000_000),
                AREA_MAX / 1_000_000
            ),
        })
    }
}

impl From<ImageError> for Unread {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Unsupported(_) => Unread::Kind("a picture of a rare kind"),
            _ => Unread::Damaged,
        }
    }
}

fn wrong(why: impl Into<String>) -> VerbError {
    VerbError::wrong("picture", why)
}

/// Does what takes long and much room aside, one after the other. What breaks in it is a damaged picture.
pub async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> Done<T> + Send + 'static) -> Done<T> {
    let _turn = ONE_AT_A_TIME.acquire().await.map_err(|_| wrong("The picture could not be read just now."))?;
    tokio::task::spawn_blocking(work).await.map_err(|_| VerbError::from(Unread::Damaged))?
}

/// Reads a file that a person gave: what it is, is seen from its bytes, never from its name.
pub fn take_in(file: &[u8]) -> Done<Taken> {
    if film::is_film(file) {
        return take_in_film(file);
    }
    if file.len() > FILE_MAX {
        return Err(wrong(format!("The picture is larger than {} MB. Save it smaller.", FILE_MAX / 1024 / 1024)));
    }
    let format = format_of(file)?;
    let image = decode(file, format)?;
    let is_moving = format == ImageFormat::Gif && moves(file);
    let thumb = encode_for_page(&shrunk(&image, THUMB_SIDE))?;
    if is_moving {
        let (width, height) = (image.width(), image.height());
        return Ok(Taken { mime: "image/gif", bytes: bare_gif(file)?, thumb, width, height, length_ms: 0 });
    }
    let image = shrunk(&image, SIDE_KEPT_MAX);
    let (width, height) = (image.width(), image.height());
    let is_drawn = matches!(format, ImageFormat::Png | ImageFormat::Gif) || is_see_through(&image);
    let (mime, bytes) = if is_drawn { ("image/png", png(&image)?) } else { ("image/jpeg", jpeg(&image, QUALITY_KEPT)?) };
    Ok(Taken { mime, bytes, thumb, width, height, length_ms: 0 })
}

/// A video: its head is read, its notes are blotted out, and the rest stays as it is.
fn take_in_film(file: &[u8]) -> Done<Taken> {
    if file.len() > VIDEO_FILE_MAX {
        let (is, max) = (file.len().div_ceil(1024 * 1024), VIDEO_FILE_MAX / 1024 / 1024);
        return Err(wrong(format!("The video has {is} MB, and Hobnob takes up to {max} MB. Save it shorter or smaller.")));
    }
    let broken = || wrong("The video is damaged, or there is no picture in it.");
    let head = film::head(file).ok_or_else(broken)?;
    let mut bytes = file.to_vec();
    film::strip(&mut bytes).ok_or_else(broken)?;
    Ok(Taken { mime: head.mime, bytes, thumb: film_thumb()?, width: head.width, height: head.height, length_ms: head.length_ms })
}

/// What stands for a video on the page: its pictures are not unpacked here.
fn film_thumb() -> Done<Vec<u8>> {
    png(&DynamicImage::from(image::RgbImage::from_fn(120, 90, |x, y| {
        let (right, down) = (x as i32 - 48, (y as i32 - 45).abs());
        image::Rgb(if (0..30).contains(&right) && down * 3 <= (30 - right) * 2 { [230; 3] } else { [60; 3] })
    })))
}

/// The picture as `rules` take it: as it is where it fits, else turned into a kind they take, and made smaller until it fits.
pub fn fit(bytes: Vec<u8>, picture: &Picture, rules: &Rules) -> Done<Fitted> {
    let takes = |mime: &str| rules.picture_types.is_empty() || rules.picture_types.iter().any(|t| t == mime);
    if picture.is_video() {
        return fit_film(bytes, picture, rules);
    }
    let bytes_max = if rules.picture_bytes_max == 0 { u64::MAX } else { rules.picture_bytes_max };
    let (width, height) = wished_size(picture.width, picture.height, rules);
    if takes(&picture.mime) && bytes.len() as u64 <= bytes_max && (width, height) == (picture.width, picture.height) {
        return Ok(Fitted { mime: picture.mime.clone(), bytes, width, height });
    }
    let image = decode(&bytes, format_of(&bytes)?)?;
    drop(bytes);
    let keeps_png = takes("image/png") && (picture.mime != "image/jpeg") && (is_see_through(&image) || !takes("image/jpeg"));
    if !keeps_png && !takes("image/jpeg") && !takes("image/png") {
        return Err(wrong("A picture is of a kind that this network does not take."));
    }
    let (mut width, mut height) = (width, height);
    let mut quality = 90_u8;
    for _ in 0..ROUNDS_MAX {
        let sized = resized(&image, width, height);
        let (mime, out) = if keeps_png { ("image/png", png(&sized)?) } else { ("image/jpeg", jpeg(&sized, quality)?) };
        if out.len() as u64 <= bytes_max {
            return Ok(Fitted { mime: mime.to_owned(), bytes: out, width, height });
        }
        // First a little coarser, then smaller.
        if !keeps_png && quality > 70 {
            quality -= 10;
        } else {
            (width, height) = ((width * 4 / 5).max(1), (height * 4 / 5).max(1));
        }
    }
    Err(wrong("A picture cannot be made small enough for this network."))
}

/// A video goes as it is, or not at all.
fn fit_film(bytes: Vec<u8>, video: &Picture, rules: &Rules) -> Done<Fitted> {
    if !rules.video_types.contains(&video.mime) || bytes.len() as u64 > rules.video_bytes_max {
        return Err(wrong("This video is of a kind or a size that this network does not take."));
    }
    Ok(Fitted { mime: video.mime.clone(), bytes, width: video.width, height: video.height })
}

/// The kind of a picture that the page shows, from its first bytes.
pub fn mime_of(bytes: &[u8]) -> &'static str {
    match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => "image/png",
        Ok(ImageFormat::Gif) => "image/gif",
        Ok(ImageFormat::WebP) => "image/webp",
        _ => "image/jpeg",
    }
}

fn format_of(file: &[u8]) -> Result<ImageFormat, Unread> {
    if avif::is_avif(file) {
        return Ok(ImageFormat::Avif);
    }
    match image::guess_format(file) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif)) => Ok(format),
        _ => Err(Unread::Kind(known_kind(file))),
    }
}

/// Kinds that people have and that are not read here, by name.
fn known_kind(file: &[u8]) -> &'static str {
    let begins = |with: &[u8]| file.starts_with(with);
    if film::brands(file).any(|b| matches!(b, b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" | b"hevc")) {
        "a HEIC picture"
    } else if begins(b"II*\0") || begins(b"MM\0*") {
        "a TIFF or raw picture"
    } else if begins(b"\0\0\0\x0cJXL ") || begins(b"\xff\x0a") {
        "a JPEG XL picture"
    } else if begins(b"BM") {
        "a BMP picture"
    } else if begins(b"%PDF") {
        "a PDF"
    } else if begins(b"<svg") || begins(b"<?xml") {
        "an SVG drawing"
    } else {
        ""
    }
}

fn decode(file: &[u8], format: ImageFormat) -> Result<DynamicImage, Unread> {
    if format == ImageFormat::Avif {
        return avif::decode(file);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let area = u64::from(width) * u64::from(height);
    if area > AREA_MAX {
        return Err(Unread::Pixels(area));
    }
    let orientation = decoder.orientation()?;
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder)?;
    let mut image = if image.color().has_alpha() { image.into_rgba8().into() } else { image.into_rgb8().into() };
    if let Some(profile) = profile {
        colour::to_web(&mut image, &profile);
    }
    image.apply_orientation(orientation);
    Ok(image)
}

fn moves(file: &[u8]) -> bool {
    GifDecoder::new(Cursor::new(file)).is_ok_and(|d| d.into_frames().take(2).filter(Result::is_ok).count() > 1)
}

fn is_see_through(image: &DynamicImage) -> bool {
    image.as_rgba8().is_some_and(|i| i.pixels().any(|p| p.0[3] < 255))
}

/// The size within the longest side and the area of `rules`, in the same proportions.
fn wished_size(width: u32, height: u32, rules: &Rules) -> (u32, u32) {
    let (w, h) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let by_side = rules.picture_side_max.map_or(1.0, |max| f64::from(max) / w.max(h));
    let by_area = rules.picture_area_max.map_or(1.0, |max| (max as f64 / (w * h)).sqrt());
    let scale = by_side.min(by_area).min(1.0);
    if scale >= 1.0 { (width, height) } else { (((w * scale).floor() as u32).max(1), ((h * scale).floor() as u32).max(1)) }
}

fn shrunk(image: &DynamicImage, side_max: u32) -> DynamicImage {
    let rules = Rules { picture_side_max: Some(side_max), ..Rules::default() };
    let (width, height) = wished_size(image.width(), image.height(), &rules);
    resized(image, width, height)
}

fn resized(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if (width, height) == (image.width(), image.height()) {
        return image.clone();
    }
    let mut out = DynamicImage::new(width, height, image.color());
    match Resizer::new().resize(image, &mut out, None) {
        Ok(()) => out,
        Err(_) => image.thumbnail_exact(width, height),
    }
}

fn png(image: &DynamicImage) -> Done<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Png).map_err(|_| wrong("The picture cannot be written."))?;
    Ok(out.into_inner())
}

/// Without an alpha channel: what shines through becomes white.
fn jpeg(image: &DynamicImage, quality: u8) -> Done<Vec<u8>> {
    let flat = match image.as_rgba8() {
        Some(rgba) => DynamicImage::from(image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
            let [r, g, b, a] = rgba.get_pixel(x, y).0;
            let over = |c: u8| ((u16::from(c) * u16::from(a) + 255 * (255 - u16::from(a))) / 255) as u8;
            image::Rgb([over(r), over(g), over(b)])
        })),
        None => image.clone(),
    };
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(&flat).map_err(|_| wrong("The picture cannot be written."))?;
    Ok(out)
}

fn encode_for_page(image: &DynamicImage) -> Done<Vec<u8>> {
    if is_see_through(image) { png(image) } else { jpeg(image, 80) }
}

/// A moving GIF without its comments and foreign blocks: only frames, their timing, and how often it repeats are left.
fn bare_gif(file: &[u8]) -> Done<Vec<u8>> {
    let broken = || wrong("The picture is damaged and cannot be read.");
    let at = |i: usize| file.get(i).copied().ok_or_else(broken);
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut i = 13 + table(at(10)?);
    let mut out = file.get(..i).ok_or_else(broken)?.to_vec();
    // Every turn goes forward in the file, so its length bounds this.
    while i < file.len() {
        let start = i;
        let keep = match at(i)? {
            0x3b => {
                out.push(0x3b);
                return Ok(out);
            }
            0x2c => {
                i += 10 + table(at(i + 9)?) + 1;
                true
            }
            0x21 => {
                let label = at(i + 1)?;
                i += 2;
                label == 0xf9 || (label == 0xff && file.get(i + 1..i + 12) == Some(b"NETSCAPE2.0".as_slice()))
            }
            _ => return Err(broken()),
        };
        // Sub-blocks, up to the empty one.
        loop {
            let length = usize::from(at(i)?);
            i += 1 + length;
            if length == 0 {
                break;
            }
        }
        if keep {
            out.extend_from_slice(file.get(start..i).ok_or_else(broken)?);
        }
    }
    out.push(0x3b);
    Ok(out)
}

#[cfg(test)]
mod tests;
