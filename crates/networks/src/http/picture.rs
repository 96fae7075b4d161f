//! Pictures of people, fetched so that the page can show them from the desk itself.

use reqwest::header::{ACCEPT, CONTENT_TYPE};

use super::Http;
use crate::{Answer, NetworkError};

/// The largest picture of a person that is taken in.
pub const PICTURE_MAX: usize = 2 * 1024 * 1024;

/// Only pictures that can hold no script; drawings in SVG can.
const TYPES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

impl Http {
    /// A picture, by its type and bytes. The type is what the bytes say; the server has to call it a picture too.
    pub async fn picture(&self, url: &str) -> Answer<(String, Vec<u8>)> {
        self.picture_within(url, PICTURE_MAX).await
    }
    /// The same, of up to `bytes_max` bytes.
    pub async fn picture_within(&self, url: &str, bytes_max: usize) -> Answer<(String, Vec<u8>)> {
        let request = self.get(url)?.header(ACCEPT, TYPES.join(", "));
        let reply = self.send_within(request, bytes_max).await?;
        match reply.status {
            200..=299 => {}
            404 | 410 => return Err(NetworkError::NotThere),
            code => return Err(NetworkError::Refused(format!("the picture's server answered {code}"))),
        }
        let said = reply.header(CONTENT_TYPE.as_str()).unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if !TYPES.contains(&said.as_str()) && said != "image/jpg" {
            return Err(NetworkError::Refused("that is not a picture of a kind we show".into()));
        }
        match sniffed(&reply.body) {
            Some(mime) => Ok((mime.to_owned(), reply.body)),
            None => Err(NetworkError::Refused("that is not a picture of a kind we show".into())),
        }
    }
}

/// The type of a picture by its first bytes.
fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |from: usize, magic: &[u8]| bytes.get(from..from + magic.len()) == Some(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if starts(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some("image/gif")
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Some("image/webp")
    } else if at(4, b"ftyp") && (at(8, b"avif") || at(8, b"avis")) {
        Some("image/avif")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        assert_eq!(sniffed(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(sniffed(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(sniffed(b"GIF89a"), Some("image/gif"));
        assert_eq!(sniffed(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(sniffed(b"\0\0\0\x1cftypavif"), Some("image/avif"));
        for not in [&b""[..], b"<svg xmlns", b"<html>", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x1cftypmp42", b"\x89PNG"] {
            assert_eq!(sniffed(not), None);
        }
    }
}
