//! What the pages load: stylesheet, script, fonts, logo and the demo's faces, carried inside the program.
//! The address holds a hash of everything, so a browser may keep it for ever and a new build is a new address.

use std::{collections::HashMap, io::Write, sync::LazyLock};

use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

#[derive(rust_embed::Embed)]
#[folder = "assets/"]
struct Files;

/// Smaller files gain nothing from being packed.
const PACK_FROM_BYTES: usize = 512;
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

struct File {
    kind: HeaderValue,
    whole: Bytes,
    packed: Option<Bytes>,
}

struct Shelf {
    hash: String,
    prefix: String,
    files: HashMap<String, File>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(fill);

/// `/assets/HASH`, to be put before `/hobnob.css` and the like.
pub fn prefix() -> &'static str {
    &SHELF.prefix
}

fn fill() -> Shelf {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut all = Sha256::new();
    let mut files = HashMap::with_capacity(names.len());
    for name in names {
        let file = Files::get(&name).expect("rust-embed listed it");
        all.update(name.as_bytes());
        all.update(file.metadata.sha256_hash());
        let whole = Bytes::from(file.data.into_owned());
        let packed = (whole.len() >= PACK_FROM_BYTES && !name.ends_with(".woff2")).then(|| pack(&whole, 9));
        files.insert(name.to_string(), File { kind: HeaderValue::from_static(kind_of(&name)), whole, packed });
    }
    let hash: String = all.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
    Shelf { prefix: format!("/assets/{hash}"), hash, files }
}

/// Gzip in memory.
pub(crate) fn pack(bytes: &[u8], level: u32) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 3), flate2::Compression::new(level));
    packer.write_all(bytes).expect("a Vec takes every byte");
    packer.finish().expect("a Vec takes every byte").into()
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Does the client take gzip?
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(|v| {
        v.split(',').any(|one| {
            let mut bits = one.split(';').map(str::trim);
            bits.next() == Some("gzip") && !bits.any(|b| matches!(b, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    })
}

pub(crate) async fn show(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(file) = SHELF.files.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let mut answer = Response::new(Body::empty());
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, file.kind.clone());
    // An old page may ask by an old hash: it gets today's file, but must not keep it under that name.
    let keep = if hash == SHELF.hash { FOR_EVER } else { HeaderValue::from_static("no-cache") };
    out.insert(header::CACHE_CONTROL, keep);
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let bytes = match &file.packed {
        Some(packed) if takes_gzip(&headers) => {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            packed
        }
        _ => &file.whole,
    };
    *answer.body_mut() = Body::from(bytes.clone());
    answer
}

/// Browsers ask for this without being told to.
pub(crate) async fn favicon(headers: HeaderMap) -> Response {
    show(Path((String::new(), "favicon.svg".to_owned())), headers).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_a_page_names_is_there() {
        for name in ["hobnob.css", "hobnob.js", "favicon.svg", "fonts/figtree-latin-wght-normal.woff2", "sample/maren.svg"] {
            assert!(SHELF.files.contains_key(name), "{name} is missing");
        }
        assert!(prefix().starts_with("/assets/") && prefix().len() == 20);
    }

    #[test]
    fn the_stylesheet_names_only_files_that_are_there() {
        let css = String::from_utf8(SHELF.files["hobnob.css"].whole.to_vec()).unwrap();
        for url in css.split("url(\"").skip(1) {
            let name = url.split('"').next().unwrap();
            assert!(SHELF.files.contains_key(name), "{name} is missing");
        }
    }

    #[test]
    fn gzip_only_when_asked() {
        let asks = |v: &'static str| takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(v))]));
        assert!(asks("gzip, deflate, br") && asks("br;q=1, gzip;q=0.5"));
        assert!(!asks("br") && !asks("gzip;q=0") && !asks("") && !takes_gzip(&HeaderMap::new()));
    }
}
