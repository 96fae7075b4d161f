//! Colours of the web: a picture loses its colour profile with all the rest, so what the profile says is first worked into the picture.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Turns an image in the colours of `icc` into one in the colours of the web (sRGB). A profile that can't be read, or is not about
/// red, green and blue, changes nothing.
pub fn to_web(image: &mut DynamicImage, icc: &[u8]) {
    if let Ok(profile) = ColorProfile::new_from_slice(icc)
        && profile.color_space == DataColorSpace::Rgb
    {
        to_web_from(image, &profile);
    }
}

/// [`to_web`] from a profile that was read already.
pub fn to_web_from(image: &mut DynamicImage, profile: &ColorProfile) {
    let (layout, width) = match image {
        DynamicImage::ImageRgb8(i) => (Layout::Rgb, i.width() as usize * 3),
        DynamicImage::ImageRgba8(i) => (Layout::Rgba, i.width() as usize * 4),
        _ => return,
    };
    let web = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &web, layout, TransformOptions::default()) else { return };
    let samples: &mut [u8] = match image {
        DynamicImage::ImageRgb8(i) => i,
        DynamicImage::ImageRgba8(i) => i,
        _ => return,
    };
    // Row by row: no second whole picture.
    let mut row = vec![0; width];
    for line in samples.chunks_exact_mut(width.max(1)) {
        if transform.transform(line, &mut row).is_err() {
            return;
        }
        line.copy_from_slice(&row);
    }
}
