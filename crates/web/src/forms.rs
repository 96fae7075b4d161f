//! Taking what a page sends: forms with their token, forms with pictures, and the numbers and questions in addresses.
//! Whatever is wrong becomes a [`Fault`] that keeps the words.

use std::str::FromStr;

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::{
    errors::{Fault, Kept},
    session::Seated,
    site::Site,
};

/// A form without pictures. The longest text anybody posts is far below it.
pub const FORM_BYTES_MAX: usize = 1_000_000;
/// One picture, video or other file.
pub const FILE_BYTES_MAX: usize = 42_000_000;
/// What is let pass by unkept of files that are larger, so that the words beside them are kept all the same.
const PASSED_BY_MAX: usize = 400_000_000;
/// All of a form with its files.
pub const PARTS_BYTES_MAX: usize = 90_000_000;
/// How many files one form may bring.
pub const FILES_MAX: usize = 20;
/// How many fields one form may have.
const FIELDS_MAX: usize = 2_000;
/// The hidden field of every form.
pub const TOKEN: &str = "token";

/// A form of a page of ours: `Posted { seated, form }: Posted<Reply>`. It must be the last argument of its handler.
/// Fields that come several times go into a `Vec`, empty ones may be an `Option`, boxes not ticked a
/// `#[serde(default)]`.
pub struct Posted<T> {
    pub seated: Seated,
    pub form: T,
}

impl<T: DeserializeOwned> FromRequest<Site> for Posted<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let bytes = body_up_to(body, FORM_BYTES_MAX, "A form").await?;
        let seated = Seated::from_request_parts(&mut parts, site).await?;
        check_form(&seated, &parts, &fields_of(&bytes))?;
        // Whatever it does, what stands round the page may differ afterwards.
        seated.changed();
        Ok(Posted { form: parse(&bytes)?, seated })
    }
}

/// A form of a page that needs no seat: signing in, the first run. Only where it comes from is checked.
pub struct PostedOpen<T> {
    pub site: Site,
    pub form: T,
}

impl<T: DeserializeOwned> FromRequest<Site> for PostedOpen<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let bytes = body_up_to(body, FORM_BYTES_MAX, "A form").await?;
        if !is_from_here(&parts.headers) {
            return Err(Fault::stale(Kept::default()));
        }
        Ok(PostedOpen { site: site.clone(), form: parse(&bytes)? })
    }
}

/// A form with pictures (`enctype="multipart/form-data"`).
pub struct PostedParts<T> {
    pub seated: Seated,
    pub form: T,
    pub files: Vec<PostedFile>,
}

/// One file of a form. What it really is has yet to be found out: the type is only what the browser says.
pub struct PostedFile {
    pub field: String,
    pub name: String,
    pub kind: String,
    pub bytes: Bytes,
    /// It was larger than a file may be, and nothing of it was kept.
    pub is_too_large: bool,
}

impl<T: DeserializeOwned> FromRequest<Site> for PostedParts<T> {
    type Rejection = Fault;

    async fn from_request(mut request: Request, site: &Site) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let is_plain = content_type(&parts.headers) == "application/x-www-form-urlencoded";
        let seated = Seated::from_request_parts(&mut parts, site).await?;
        if is_plain {
            let bytes = body_up_to(body, FORM_BYTES_MAX, "A form").await?;
            check_form(&seated, &parts, &fields_of(&bytes))?;
            seated.changed();
            return Ok(PostedParts { form: parse(&bytes)?, seated, files: Vec::new() });
        }
        // Before taking megabytes in: a foreign page need not even begin.
        if !is_from_here(&parts.headers) {
            return Err(Fault::stale(Kept::default()));
        }
        request = Request::from_parts(parts.clone(), body);
        // `read_parts` counts for itself.
        DefaultBodyLimit::disable().apply(&mut request);
        let (fields, files) = read_parts(request, site).await?;
        check_form(&seated, &parts, &fields)?;
        seated.changed();
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        Ok(PostedParts { form: parse(text.as_bytes())?, seated, files })
    }
}

/// What the device itself hands over, as a phone's share sheet does. No page of ours drew a form for it, so there is no token; the browser's
/// word that no page at all sent it stands for it, and a browser that does not say so is refused.
pub struct Shared<T> {
    pub seated: Seated,
    pub form: T,
    pub files: Vec<PostedFile>,
}

impl<T: DeserializeOwned> FromRequest<Site> for Shared<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let seated = Seated::from_request_parts(&mut parts, site).await?;
        let from = parts.headers.get("sec-fetch-site").and_then(|v| v.to_str().ok());
        if !matches!(from, Some("none" | "same-origin")) {
            return Err(Fault::bad(
                "The browser does not say that your own device shared this. Nothing was kept; copy it to Write instead.",
            ));
        }
        let mut request = Request::from_parts(parts, body);
        DefaultBodyLimit::disable().apply(&mut request);
        let (fields, files) = read_parts(request, site).await?;
        seated.changed();
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        Ok(Shared { form: parse(text.as_bytes())?, seated, files })
    }
}

async fn read_parts(request: Request, site: &Site) -> Result<(Vec<(String, String)>, Vec<PostedFile>), Fault> {
    let unreadable = |_| Fault::bad("The form did not arrive whole. Nothing was done; send it again.");
    let mut incoming = Multipart::from_request(request, site).await.map_err(|_| Fault::bad("The form is not one of ours."))?;
    let (mut fields, mut files, mut total, mut passed_by) = (Vec::new(), Vec::new(), 0, 0);
    while let Some(mut part) = incoming.next_field().await.map_err(unreadable)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let kind = part.content_type().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        let mut is_too_large = false;
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            if file_name.is_some() && (is_too_large || bytes.len() + chunk.len() > FILE_BYTES_MAX) {
                total -= bytes.len();
                (is_too_large, bytes) = (true, Vec::new());
                passed_by += chunk.len();
                if passed_by > PASSED_BY_MAX {
                    return Err(Fault::too_large("A file", FILE_BYTES_MAX));
                }
                continue;
            }
            total += chunk.len();
            if file_name.is_none() && bytes.len() + chunk.len() > FORM_BYTES_MAX {
                return Err(Fault::too_large("A form", FORM_BYTES_MAX));
            }
            if total > PARTS_BYTES_MAX {
                return Err(Fault::too_large("A form with all its files", PARTS_BYTES_MAX));
            }
            bytes.extend_from_slice(&chunk);
        }
        match file_name {
            // A file box left empty arrives as a file without name or bytes.
            Some(name) if name.is_empty() && bytes.is_empty() && !is_too_large => {}
            Some(name) => files.push(PostedFile { field, name, kind, bytes: bytes.into(), is_too_large }),
            None => fields.push((field, String::from_utf8_lossy(&bytes).into_owned())),
        }
        if files.len() > FILES_MAX || fields.len() > FIELDS_MAX {
            return Err(Fault::bad(format!("A form may bring up to {FILES_MAX} files. Nothing was done.")));
        }
    }
    Ok((fields, files))
}

async fn body_up_to(body: axum::body::Body, max: usize, what: &str) -> Result<Bytes, Fault> {
    axum::body::to_bytes(body, max).await.map_err(|_| Fault::too_large(what, max))
}

fn content_type(headers: &HeaderMap) -> &str {
    let whole = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    whole.split(';').next().unwrap_or_default().trim()
}

fn fields_of(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).take(FIELDS_MAX).map(|(n, v)| (n.into_owned(), v.into_owned())).collect()
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    // The parser's own message may quote the field's words; only the kind of trouble is told.
    serde_html_form::from_bytes(bytes)
        .map_err(|_| Fault::bad("A field of this form is missing or is not what it should be. Nothing was done; go back and look again."))
}

/// The token, and where the browser says that the form comes from.
fn check_form(seated: &Seated, parts: &Parts, fields: &[(String, String)]) -> Result<(), Fault> {
    let is_ours = is_from_here(&parts.headers);
    let is_known = fields.iter().find(|(n, _)| n == TOKEN).is_some_and(|(_, token)| seated.knows(token));
    if is_ours && is_known {
        return Ok(());
    }
    let fields = if is_ours { fields.iter().filter(|(n, _)| n != TOKEN).cloned().collect() } else { Vec::new() };
    let action = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    Err(Fault::stale(Kept { action, fields, is_ours }))
}

/// Did a page of ours send this? Browsers say so themselves on https and localhost; elsewhere the origin must be the
/// host. Something that says neither is no browser, and cannot be tricked by a page.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|v: &header::HeaderValue| v.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    }
}

/// The number in an address such as `/talks/{id}`: `Row(id): Row<ConversationId>`. Anything else is not found.
pub struct Row<I>(pub I);

impl<I: FromStr + Send, S: Send + Sync> FromRequestParts<S> for Row<I> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Fault::missing())?;
        text.parse().map(Row).map_err(|_| Fault::missing())
    }
}

/// The questions in an address, `?box=later&from=2`: `Asked(asked): Asked<Filter>`; give every field a default.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or_default();
        serde_html_form::from_str(query)
            .map(Asked)
            .map_err(|_| Fault::bad("Something after the question mark in this address is not as it should be."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn only_our_own_pages_may_send() {
        let check = |pairs: &[_], expected| assert_eq!(is_from_here(&headers(pairs)), expected, "{pairs:?}");
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "same-site"), ("origin", "https://a.example"), ("host", "a.example")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("origin", "http://192.168.1.5:8080"), ("host", "192.168.1.5:8080")], true);
        check(&[("origin", "http://evil.example"), ("host", "192.168.1.5:8080")], false);
        check(&[("origin", "null"), ("host", "a.example")], false);
        check(&[("host", "a.example")], true);
    }

    #[test]
    fn repeated_and_empty_fields() {
        #[derive(serde::Deserialize)]
        struct Form {
            #[serde(default)]
            to: Vec<i64>,
            aim: Option<i64>,
            text: String,
        }
        let form: Form = parse(b"to=1&text=a+b%26&to=2&aim=&token=x").unwrap();
        assert_eq!((form.to, form.aim, form.text.as_str()), (vec![1, 2], None, "a b&"));
        let none: Form = parse(b"text=").unwrap();
        assert!(none.to.is_empty() && none.aim.is_none());
        assert!(parse::<Form>(b"to=x&text=secret").is_err());
    }
}
