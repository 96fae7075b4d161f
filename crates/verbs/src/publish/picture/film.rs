//! Videos pass through as they are: what a file is and how long, wide and high, read from its head; and where and by what it was taken,
//! blotted out in place. Nothing is unpacked. Pure.

use std::ops::Range;

use super::boxes::{boxes, find, inside, u32_at, u64_at};
use super::ebml;

/// What the head of a video says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub mime: &'static str,
    pub width: u32,
    pub height: u32,
    pub length_ms: u32,
}

/// No video has more tracks.
const TRACKS_MAX: usize = 64;
/// Names of a file's kinds that are looked at.
const BRANDS_MAX: usize = 32;

/// The kinds that a file of boxes says it is of (ISO/IEC 14496-12, 4.3).
pub fn brands(file: &[u8]) -> impl Iterator<Item = &[u8; 4]> {
    let end = match (file.get(4..8), u32_at(file, 0)) {
        (Some(b"ftyp"), Some(size)) => (size as usize).min(file.len()),
        _ => 0,
    };
    let names = file.get(8..end).unwrap_or_default().as_chunks::<4>().0;
    // The second is a number of a version.
    names.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, name)| name).take(BRANDS_MAX)
}

/// Whether a file is a video, by its first bytes.
pub fn is_film(file: &[u8]) -> bool {
    ebml::is_ebml(file) || is_quicktime(file) || brands(file).any(is_film_brand)
}

fn is_film_brand(brand: &[u8; 4]) -> bool {
    matches!(brand, b"isom" | b"iso2" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"M4V " | b"MSNV" | b"qt  " | b"dash")
}

/// Old ones have no names: they begin with the film itself.
fn is_quicktime(file: &[u8]) -> bool {
    matches!(file.get(4..8), Some(b"moov" | b"wide")) || brands(file).next() == Some(b"qt  ")
}

/// Reads the head. `None` where it is damaged, or there is no picture in it.
pub fn head(file: &[u8]) -> Option<Head> {
    if ebml::is_ebml(file) {
        return ebml::head(file);
    }
    let moov = find(file, 0..file.len(), &[b"moov"])?;
    let mvhd = find(file, moov.content.clone(), &[b"mvhd"])?;
    let length_ms = length_ms(file.get(mvhd.content)?)?;
    let tracks = boxes(file, moov.content)?;
    let (width, height) =
        tracks.iter().filter(|t| &t.kind == b"trak").take(TRACKS_MAX).find_map(|t| shown_size(file, t.content.clone()))?;
    let mime = if is_quicktime(file) { "video/quicktime" } else { "video/mp4" };
    Some(Head { mime, width, height, length_ms })
}

/// From the film's head: units a second, and how many it lasts (8.2.2).
fn length_ms(mvhd: &[u8]) -> Option<u32> {
    let (scale, length) = match mvhd.first()? {
        1 => (u32_at(mvhd, 20)?, u64_at(mvhd, 24)?),
        _ => (u32_at(mvhd, 12)?, u64::from(u32_at(mvhd, 16)?)),
    };
    if scale == 0 {
        return None;
    }
    u32::try_from(u128::from(length) * 1000 / u128::from(scale)).ok()
}

/// Width and height of a track that shows something, as it is to be shown: a telephone held upright turns it by its matrix (8.3.2).
fn shown_size(file: &[u8], track: Range<usize>) -> Option<(u32, u32)> {
    let handler = file.get(find(file, track.clone(), &[b"mdia", b"hdlr"])?.content)?;
    if handler.get(8..12)? != b"vide" {
        return None;
    }
    let tkhd = file.get(find(file, track, &[b"tkhd"])?.content)?;
    let matrix = if tkhd.first()? == &1 { 52 } else { 40 };
    let (a, b) = (u32_at(tkhd, matrix)?, u32_at(tkhd, matrix + 4)?);
    let (width, height) = (u32_at(tkhd, matrix + 36)? >> 16, u32_at(tkhd, matrix + 40)? >> 16);
    if width == 0 || height == 0 {
        return None;
    }
    Some(if a == 0 && b != 0 { (height, width) } else { (width, height) })
}

/// Where it was taken, by what and when, and whatever else was written beside the film, becomes empty space of the same size, so that
/// nothing in the file moves. A track of places (as action cameras write) is no longer named; its bytes lie there unfound.
pub fn strip(file: &mut [u8]) -> Option<()> {
    if ebml::is_ebml(file) {
        return ebml::strip(file);
    }
    let mut blots: Vec<Range<usize>> = Vec::new();
    let mut dates: Vec<Range<usize>> = Vec::new();
    for outer in boxes(file, 0..file.len())? {
        match &outer.kind {
            b"meta" | b"uuid" | b"udta" => blots.push(outer.whole),
            b"moov" => walk(file, outer.content, &mut blots, &mut dates)?,
            _ => {}
        }
    }
    for blot in blots {
        file.get_mut(blot.start + 4..blot.start + 8)?.copy_from_slice(b"free");
        file.get_mut(blot.start + 8..blot.end)?.fill(0);
        // A large box has its size where its content was.
        if u32_at(file, blot.start) == Some(1) {
            let size = (blot.len() as u64).to_be_bytes();
            file.get_mut(blot.start + 8..blot.start + 16)?.copy_from_slice(&size);
        }
    }
    for date in dates {
        file.get_mut(date)?.fill(0);
    }
    Some(())
}

/// What is to be blotted out of the film's own box: notes, and tracks that neither show nor sound.
fn walk(file: &[u8], moov: Range<usize>, blots: &mut Vec<Range<usize>>, dates: &mut Vec<Range<usize>>) -> Option<()> {
    for inner in boxes(file, moov)? {
        match &inner.kind {
            b"udta" | b"meta" | b"uuid" => blots.push(inner.whole),
            b"mvhd" => dates.push(dates_of(file, &inner.content)),
            b"trak" => {
                let handler = find(file, inner.content.clone(), &[b"mdia", b"hdlr"]).and_then(|h| file.get(h.content)?.get(8..12));
                if matches!(handler, Some(b"meta" | b"camm" | b"gpmd" | b"mebx")) {
                    blots.push(inner.whole);
                    continue;
                }
                for part in boxes(file, inside(&inner))? {
                    match &part.kind {
                        b"udta" | b"meta" | b"uuid" => blots.push(part.whole),
                        b"tkhd" => dates.push(dates_of(file, &part.content)),
                        b"mdia" => dates.extend(find(file, part.content, &[b"mdhd"]).map(|m| dates_of(file, &m.content))),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Some(())
}

/// When it was made and last changed, behind the version of a head (8.2.2, 8.3.2, 8.4.2).
fn dates_of(file: &[u8], head: &Range<usize>) -> Range<usize> {
    let wide = if file.get(head.start) == Some(&1) { 16 } else { 8 };
    let start = (head.start + 4).min(head.end);
    start..(start + wide).min(head.end)
}

#[cfg(test)]
mod tests;
