//! Boxes: how AVIF, MP4 and MOV files are built (ISO/IEC 14496-12, 4.2). Only walking; what is in a box is its reader's business.

use std::ops::Range;

/// The most boxes that one walk looks at.
const BOXES_MAX: usize = 4096;

/// One box: its type, and where it and its content lie in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub kind: [u8; 4],
    pub whole: Range<usize>,
    pub content: Range<usize>,
}

/// The boxes that lie in `within`, in order; `None` where one says that it is larger than what holds it.
pub fn boxes(file: &[u8], within: Range<usize>) -> Option<Vec<Found>> {
    let mut all = Vec::new();
    let mut at = within.start;
    while at < within.end && all.len() < BOXES_MAX {
        let head = file.get(at..within.end)?;
        // What is left over at the end may be padding.
        let Some(short) = u32_at(head, 0) else { break };
        let kind: [u8; 4] = head.get(4..8)?.try_into().ok()?;
        let (size, lead) = match short {
            0 => (head.len(), 8),
            1 => (usize::try_from(u64::from_be_bytes(head.get(8..16)?.try_into().ok()?)).ok()?, 16),
            n => (n as usize, 8),
        };
        if size < lead || size > head.len() {
            return None;
        }
        all.push(Found { kind, whole: at..at + size, content: at + lead..at + size });
        at += size;
    }
    Some(all)
}

/// The first box at the end of `path`, each lying in the one before.
pub fn find(file: &[u8], within: Range<usize>, path: &[&[u8; 4]]) -> Option<Found> {
    let (first, rest) = path.split_first()?;
    let found = boxes(file, within)?.into_iter().find(|b| b.kind == **first)?;
    if rest.is_empty() { Some(found) } else { find(file, inside(&found), rest) }
}

/// Where a box's own boxes begin: `meta` has four bytes of version before them, in files other than QuickTime's.
pub fn inside(of: &Found) -> Range<usize> {
    let skip = if &of.kind == b"meta" { 4 } else { 0 };
    (of.content.start + skip).min(of.content.end)..of.content.end
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
