//! Bytes to text, by what the bytes themselves say: a byte order mark, the XML declaration, UTF-8 where it is valid, else the old Western set.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into the bytes the declaration may stand.
const DECLARED_WITHIN: usize = 1024;

/// The text, with what cannot be read replaced. `told` is the server's word for it, believed only where the bytes say nothing.
pub(super) fn decode(bytes: &[u8], told: Option<&str>) -> String {
    if let Some(text) = utf_32(bytes) {
        return text;
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    let wide = match bytes {
        [0, b'<', ..] => Some(UTF_16BE),
        [b'<', 0, ..] => Some(UTF_16LE),
        _ => None,
    };
    let candidates = [wide, declared(bytes).and_then(|n| named(&n)), told.and_then(named), Some(UTF_8)];
    for encoding in candidates.into_iter().flatten() {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return without_controls(&text);
        }
    }
    if is_mostly_utf_8(bytes) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// An encoding by its name, or by what people make of its name. A text that could be read so far is not of two bytes a letter.
fn named(name: &str) -> Option<&'static Encoding> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let name = match name.as_str() {
        "macroman" | "mac-roman" => "macintosh",
        "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
        other => other,
    };
    Encoding::for_label(name.as_bytes()).filter(|e| *e != UTF_16BE && *e != UTF_16LE)
}

/// Quotes and dashes of the Western Windows set that went through as control signs are put right.
fn without_controls(text: &str) -> String {
    if !text.contains(|c: char| matches!(c, '\u{80}'..='\u{9f}')) {
        return text.to_owned();
    }
    let mend = |c: char| match u8::try_from(c) {
        Ok(byte @ 0x80..=0x9f) => WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or(c),
        _ => c,
    };
    text.chars().map(mend).collect()
}

/// A long text with one broken letter is still UTF-8.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.matches('\u{fffd}').count();
    let whole = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    whole > 4 * broken
}

/// The name in `<?xml … encoding="name"?>`.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARED_WITHIN)]).into_owned();
    let head = &head[head.find("<?xml")?..];
    let head = &head[..head.find('>').unwrap_or(head.len())];
    let rest = head[head.find("encoding")? + "encoding".len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next().map(|name| name.trim().to_owned())
}

/// The one width that the library does not read.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let is_big = match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => true,
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => false,
        _ => return None,
    };
    let scalars = bytes.chunks_exact(4).map(|four| {
        let four = [four[0], four[1], four[2], four[3]];
        let number = if is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
        char::from_u32(number).unwrap_or('\u{fffd}')
    });
    Some(scalars.filter(|c| *c != '\u{feff}').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bytes_say_comes_first() {
        assert_eq!(decode("\u{feff}<a>é</a>".as_bytes(), Some("iso-8859-1")), "<a>é</a>");
        assert_eq!(decode(b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>", Some("utf-8")).matches('é').count(), 1);
        assert_eq!(decode(b"<a>\xe9</a>", Some("iso-8859-1")), "<a>é</a>");
        assert_eq!(decode(b"<a>\xe9</a>", None), "<a>é</a>");
        assert_eq!(decode("<a>é</a>".as_bytes(), None), "<a>é</a>");
        assert_eq!(decode(b"\xff\xfe<\0a\0>\0", None), "<a>");
        assert_eq!(decode(b"\0<\0a\0>", None), "<a>");
        assert_eq!(decode(b"\0\0\0<\0\0\0a\0\0\0>", None), "<a>");
        assert_eq!(decode(b"<?xml encoding=\"no-such\"?>\xc3\xa9", None), "<?xml encoding=\"no-such\"?>é");
        assert_eq!(decode(b"", None), "");
    }
}
