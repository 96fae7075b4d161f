//! AVIF: the box by `avif-parse`, the picture in it by a port of dav1d, its planes into red, green and blue here. Pure.

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage, RgbaImage};
use moxcms::{CicpColorPrimaries, CicpProfile, ColorProfile, MatrixCoefficients, TransferCharacteristics};
use re_rav1d::dav1d::pixel::{ColorPrimaries, MatrixCoefficients as Matrix, TransferCharacteristic as Curve, YUVRange};
use re_rav1d::dav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent as Plane, Settings};

use super::{AREA_MAX, Unread, boxes, colour};

/// How often the decoder is asked for the one picture that it holds.
const ASKS_MAX: usize = 8;

/// Whether a file says of itself that it is an AVIF picture, or a row of them.
pub fn is_avif(file: &[u8]) -> bool {
    super::film::brands(file).any(|brand| matches!(brand, b"avif" | b"avis"))
}

/// Reads the picture, turned as the file says, in the colours of the web.
pub fn decode(file: &[u8]) -> Result<DynamicImage, Unread> {
    let parsed = avif_parse::read_avif(&mut &*file).map_err(|e| match e {
        avif_parse::Error::Unsupported(_) => Unread::Kind("moving or tiled AVIF"),
        _ => Unread::Damaged,
    })?;
    let picture = planes(&parsed.primary_item)?;
    let mut image: DynamicImage = rgb(&picture).ok_or(Unread::Damaged)?.into();
    if let Some(alpha) = &parsed.alpha_item {
        image = with_alpha(&image.into_rgb8(), &planes(alpha)?, parsed.premultiplied_alpha).ok_or(Unread::Damaged)?.into();
    }
    match icc(file) {
        Some(icc) => colour::to_web(&mut image, icc),
        None => to_web_by_numbers(&mut image, &picture),
    }
    image.apply_orientation(orientation(file));
    Ok(image)
}

/// One AV1 picture. Its size is looked at before anything is unpacked.
fn planes(bytes: &[u8]) -> Result<Picture, Unread> {
    let head = avif_parse::AV1Metadata::parse_av1_bitstream(bytes).map_err(|_| Unread::Damaged)?;
    let area = u64::from(head.max_frame_width.get()) * u64::from(head.max_frame_height.get());
    if area > AREA_MAX {
        return Err(Unread::Pixels(area));
    }
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(u32::try_from(AREA_MAX).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(|_| Unread::Damaged)?;
    match decoder.send_data(bytes.to_vec(), None, None, None) {
        Err(e) if !e.is_again() => return Err(Unread::Damaged),
        _ => {}
    }
    for _ in 0..ASKS_MAX {
        match decoder.get_picture() {
            Ok(picture) => return Ok(picture),
            Err(e) if e.is_again() => {
                if decoder.send_pending_data().is_err_and(|e| !e.is_again()) {
                    return Err(Unread::Damaged);
                }
            }
            Err(_) => return Err(Unread::Damaged),
        }
    }
    Err(Unread::Damaged)
}

/// The samples of one plane, as eight bits each.
struct Samples<'a> {
    bytes: &'a [u8],
    stride: usize,
    /// Bits of a sample, 8, 10 or 12; more than 8 take two bytes, little end first.
    bits: usize,
    /// Halved across and down.
    halved: (bool, bool),
}

impl Samples<'_> {
    /// From 0 to 1.
    fn at(&self, x: usize, y: usize) -> Option<f32> {
        let (x, y) = (if self.halved.0 { x / 2 } else { x }, if self.halved.1 { y / 2 } else { y });
        let value = if self.bits > 8 {
            let i = y * self.stride + x * 2;
            u16::from_le_bytes([*self.bytes.get(i)?, *self.bytes.get(i + 1)?])
        } else {
            u16::from(*self.bytes.get(y * self.stride + x)?)
        };
        Some(f32::from(value) / ((1_u32 << self.bits) - 1) as f32)
    }
}

/// Luma and chroma into red, green and blue, by the file's own matrix (ITU-T H.273, 8.3).
fn rgb(picture: &Picture) -> Option<RgbImage> {
    let (width, height, bits) = (picture.width(), picture.height(), picture.bit_depth());
    let layout = picture.pixel_layout();
    let halved = (matches!(layout, PixelLayout::I420 | PixelLayout::I422), layout == PixelLayout::I420);
    let luma_plane = picture.plane(Plane::Y);
    let luma = Samples { bytes: &luma_plane, stride: picture.stride(Plane::Y) as usize, bits, halved: (false, false) };
    let chroma_planes = (layout != PixelLayout::I400).then(|| (picture.plane(Plane::U), picture.plane(Plane::V)));
    let stride = picture.stride(Plane::U) as usize;
    let chroma =
        chroma_planes.as_ref().map(|(u, v)| (Samples { bytes: u, stride, bits, halved }, Samples { bytes: v, stride, bits, halved }));
    let is_full = picture.color_range() == YUVRange::Full;
    let matrix = picture.matrix_coefficients();
    let (kr, kb) = match matrix {
        Matrix::BT709 => (0.2126, 0.0722),
        Matrix::BT2020NonConstantLuminance | Matrix::BT2020ConstantLuminance => (0.2627, 0.0593),
        _ => (0.299, 0.114),
    };
    let kg = 1.0 - kr - kb;
    let step = ((1_u32 << bits) - 1) as f32 / (1_u32 << (bits - 8)) as f32;
    let level = |y: f32| if is_full { y } else { (y * step - 16.0) / 219.0 };
    let shift = |c: f32| if is_full { c - 128.0 / step } else { (c * step - 128.0) / 224.0 };
    let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let mut out = RgbImage::new(width, height);
    for (y, row) in out.rows_mut().enumerate() {
        for (x, pixel) in row.enumerate() {
            let l = luma.at(x, y)?;
            pixel.0 = match &chroma {
                None => [byte(level(l)); 3],
                // Identity: the planes are green, blue and red.
                Some((u, v)) if matrix == Matrix::Identity => [byte(level(v.at(x, y)?)), byte(level(l)), byte(level(u.at(x, y)?))],
                Some((u, v)) => {
                    let (l, cb, cr) = (level(l), shift(u.at(x, y)?), shift(v.at(x, y)?));
                    let (r, b) = (l + 2.0 * (1.0 - kr) * cr, l + 2.0 * (1.0 - kb) * cb);
                    [byte(r), byte((l - kr * r - kb * b) / kg), byte(b)]
                }
            };
        }
    }
    Some(out)
}

fn with_alpha(image: &RgbImage, alpha: &Picture, is_premultiplied: bool) -> Option<RgbaImage> {
    let bits = alpha.bit_depth();
    let plane = alpha.plane(Plane::Y);
    let samples = Samples { bytes: &plane, stride: alpha.stride(Plane::Y) as usize, bits, halved: (false, false) };
    if (alpha.width(), alpha.height()) != image.dimensions() {
        return None;
    }
    let mut out = RgbaImage::new(image.width(), image.height());
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let a = samples.at(x as usize, y as usize)?.clamp(0.0, 1.0);
        let [r, g, b] = image.get_pixel(x, y).0.map(|c| {
            let c = f32::from(c);
            if is_premultiplied && a > 0.0 { (c / a).min(255.0) as u8 } else { c as u8 }
        });
        pixel.0 = [r, g, b, (a * 255.0 + 0.5) as u8];
    }
    Some(out)
}

/// The colours by the numbers in the picture's own head, where it has no profile (ITU-T H.273, 8.1 and 8.2).
fn to_web_by_numbers(image: &mut DynamicImage, picture: &Picture) {
    let primaries = match picture.color_primaries() {
        ColorPrimaries::BT2020 => CicpColorPrimaries::Bt2020,
        ColorPrimaries::P3Display => CicpColorPrimaries::Smpte432,
        ColorPrimaries::P3DCI => CicpColorPrimaries::Smpte431,
        _ => CicpColorPrimaries::Bt709,
    };
    let curve = match picture.transfer_characteristic() {
        Curve::PerceptualQuantizer => TransferCharacteristics::Smpte2084,
        Curve::HybridLogGamma => TransferCharacteristics::Hlg,
        Curve::Linear => TransferCharacteristics::Linear,
        _ => TransferCharacteristics::Srgb,
    };
    if primaries == CicpColorPrimaries::Bt709 && curve == TransferCharacteristics::Srgb {
        return;
    }
    let numbers = CicpProfile {
        color_primaries: primaries,
        transfer_characteristics: curve,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    colour::to_web_from(image, &ColorProfile::new_from_cicp(numbers));
}

/// The properties that the file holds; it has few, and those that turn the picture stand once.
fn property<'a>(file: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    file.get(boxes::find(file, 0..file.len(), &[b"meta", b"iprp", b"ipco", kind])?.content)
}

fn icc(file: &[u8]) -> Option<&[u8]> {
    let colours = property(file, b"colr")?;
    matches!(colours.get(..4)?, b"prof" | b"rICC").then(|| &colours[4..])
}

/// How a reader shall turn it (ISO/IEC 23008-12, 6.5.10 and 6.5.12): first turned against the clock, then mirrored.
fn orientation(file: &[u8]) -> Orientation {
    let turns = property(file, b"irot").and_then(|p| p.first()).map_or(0, |b| b & 3);
    let mirror = property(file, b"imir").and_then(|p| p.first()).map(|b| b & 1);
    match (turns, mirror) {
        (0, None) => Orientation::NoTransforms,
        (1, None) => Orientation::Rotate270,
        (2, None) => Orientation::Rotate180,
        (_, None) => Orientation::Rotate90,
        // Axis 0: top and bottom change places; axis 1: left and right.
        (0, Some(0)) | (2, Some(1)) => Orientation::FlipVertical,
        (0, Some(_)) | (2, Some(_)) => Orientation::FlipHorizontal,
        (1, Some(0)) | (3, Some(1)) => Orientation::Rotate90FlipH,
        _ => Orientation::Rotate270FlipH,
    }
}
