//! Elements: how WebM files are built (RFC 8794, and RFC 9559 for what stands in them). Only what is asked of a video's head. Pure.

use std::ops::Range;

use super::film::Head;

const EBML: u32 = 0x1a45_dfa3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x2ad7b1;
const DURATION: u32 = 0x4489;
const TITLE: u32 = 0x7ba9;
const DATE: u32 = 0x4461;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK: u32 = 0xae;
const VIDEO: u32 = 0xe0;
const WIDTH: u32 = 0xb0;
const HEIGHT: u32 = 0xba;
const TAGS: u32 = 0x1254_c367;
const ATTACHMENTS: u32 = 0x1941_a469;
const CLUSTER: u32 = 0x1f43_b675;
/// The most elements that one walk looks at.
const ELEMENTS_MAX: usize = 4096;
/// One for nothing.
const VOID: u8 = 0xec;

struct Element {
    id: u32,
    whole: Range<usize>,
    content: Range<usize>,
}

pub fn is_ebml(file: &[u8]) -> bool {
    file.starts_with(&EBML.to_be_bytes())
}

/// A number whose length stands in its own first bits; with the marking bit for an id, without it for a size.
fn number(bytes: &[u8], keeps_mark: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let begin = if keeps_mark { u64::from(first) } else { u64::from(first) & ((1_u64 << (8 - length)) - 1) };
    let value = bytes.get(1..length)?.iter().fold(begin, |n, b| n << 8 | u64::from(*b));
    Some((value, length))
}

/// The elements in `within`, up to the first stretch of film, which is not looked into.
fn elements(file: &[u8], within: Range<usize>) -> Option<Vec<Element>> {
    let mut all = Vec::new();
    let mut at = within.start;
    while at < within.end && all.len() < ELEMENTS_MAX {
        let rest = file.get(at..within.end)?;
        let (id, wide) = number(rest, true)?;
        let (size, more) = number(rest.get(wide..)?, false)?;
        let begin = at + wide + more;
        let is_unknown = size == (1_u64 << (7 * more)) - 1;
        let end = if is_unknown { within.end } else { begin.checked_add(usize::try_from(size).ok()?)? };
        if end > within.end {
            return None;
        }
        let id = u32::try_from(id).ok()?;
        all.push(Element { id, whole: at..end, content: begin..end });
        // A live stream's stretches have no size; what follows one cannot be found.
        if id == CLUSTER && is_unknown {
            break;
        }
        at = end;
    }
    Some(all)
}

fn find(file: &[u8], within: Range<usize>, id: u32) -> Option<Range<usize>> {
    elements(file, within)?.into_iter().find(|e| e.id == id).map(|e| e.content)
}

fn whole_number(file: &[u8], at: Range<usize>) -> Option<u64> {
    let bytes = file.get(at).filter(|b| b.len() <= 8)?;
    Some(bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
}

fn fraction(file: &[u8], at: Range<usize>) -> Option<f64> {
    let bytes = file.get(at)?;
    Some(match bytes.len() {
        4 => f64::from(f32::from_be_bytes(bytes.try_into().ok()?)),
        8 => f64::from_be_bytes(bytes.try_into().ok()?),
        _ => return None,
    })
}

/// Reads the head of a WebM video; of Matroska's other kinds, nothing is known here.
pub fn head(file: &[u8]) -> Option<Head> {
    let kind = find(file, find(file, 0..file.len(), EBML)?, DOC_TYPE)?;
    if file.get(kind)? != b"webm" {
        return None;
    }
    let segment = find(file, 0..file.len(), SEGMENT)?;
    let info = find(file, segment.clone(), INFO)?;
    let scale = find(file, info.clone(), TIMESTAMP_SCALE).and_then(|at| whole_number(file, at)).unwrap_or(1_000_000);
    // A recording that was never closed does not say how long it is.
    let length = find(file, info, DURATION).and_then(|at| fraction(file, at)).filter(|l| l.is_finite() && *l >= 0.0).unwrap_or(0.0);
    let tracks = find(file, segment, TRACKS)?;
    let video = elements(file, tracks)?.into_iter().filter(|e| e.id == TRACK).find_map(|t| find(file, t.content, VIDEO))?;
    let side = |id| find(file, video.clone(), id).and_then(|at| whole_number(file, at)).and_then(|n| u32::try_from(n).ok());
    let (width, height) = (side(WIDTH)?, side(HEIGHT)?);
    let length_ms = (length * scale as f64 / 1_000_000.0).min(f64::from(u32::MAX)) as u32;
    (width > 0 && height > 0).then_some(Head { mime: "video/webm", width, height, length_ms })
}

/// Tags, attachments, the title and the day become nothing of the same size.
pub fn strip(file: &mut [u8]) -> Option<()> {
    let segment = find(file, 0..file.len(), SEGMENT)?;
    let outer = elements(file, segment.clone())?;
    let mut blots: Vec<Range<usize>> = outer.iter().filter(|e| matches!(e.id, TAGS | ATTACHMENTS)).map(|e| e.whole.clone()).collect();
    if let Some(info) = outer.into_iter().find(|e| e.id == INFO) {
        let notes = elements(file, info.content)?.into_iter();
        blots.extend(notes.filter(|e| matches!(e.id, TITLE | DATE)).map(|e| e.whole));
    }
    for blot in blots {
        let bytes = file.get_mut(blot)?;
        bytes.fill(0);
        // Its id, then its size: in one byte where that is enough, else in eight.
        bytes[0] = VOID;
        match bytes.len() {
            n @ 2..=128 => bytes[1] = 0x80 | (n - 2) as u8,
            n => {
                bytes.get_mut(1..9)?.copy_from_slice(&(0x0100_0000_0000_0000_u64 | (n as u64 - 9)).to_be_bytes());
            }
        }
    }
    Some(())
}
