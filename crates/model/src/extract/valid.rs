//! Whether a whole text is one name, one list, one tag or one address.

use super::{is_invalid, names, tags};

/// `@name`, and nothing else.
pub fn is_name(text: &str) -> bool {
    matches!(names(text)[..], [name] if name.start == 0 && name.name.1 == text.len())
}

/// `@name/list`, and nothing else.
pub fn is_list(text: &str) -> bool {
    matches!(names(text)[..], [name] if name.start == 0 && name.end == text.len() && name.name.1 < name.end)
}

/// `#tag`, and nothing else.
pub fn is_tag(text: &str) -> bool {
    matches!(tags(text)[..], [tag] if tag.start == 0 && tag.end == text.len())
}

/// One web address by the grammar of addresses (RFC 3986), hosts in every script allowed; `needs_scheme`: with `http` or `https` before it.
pub fn is_address(text: &str, needs_scheme: bool) -> bool {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => (Some(scheme), rest),
        _ => (None, text),
    };
    let has_good_scheme = match scheme {
        Some(scheme) => ["http", "https"].iter().any(|s| s.eq_ignore_ascii_case(scheme)),
        None => !needs_scheme,
    };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, question) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    has_good_scheme
        && is_authority(authority)
        && is_made_of(path, |c| is_path_sign(c) || c == '/')
        && [question, fragment].iter().all(|t| is_made_of(t, |c| is_path_sign(c) || matches!(c, '/' | '?')))
}

fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (host, "1"),
    };
    is_made_of(user, |c| is_unreserved(c) || is_sub_delim(c) || c == ':')
        && (1..=5).contains(&port.len())
        && port.bytes().all(|b| b.is_ascii_digit())
        && (is_host(host) || is_ip(host))
}

fn is_ip(host: &str) -> bool {
    let in_brackets = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    in_brackets.map_or_else(|| host.parse::<std::net::Ipv4Addr>().is_ok(), |v6| v6.parse::<std::net::Ipv6Addr>().is_ok())
}

fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let [machines @ .., domain, top] = labels.as_slice() else { return false };
    let is_label = |label: &str, between: &str| {
        let is_edge = |c: char| c.is_ascii_alphanumeric() || (!c.is_ascii() && !is_invalid(c));
        label.starts_with(is_edge) && label.ends_with(is_edge) && label.chars().all(|c| is_edge(c) || between.contains(c))
    };
    machines.iter().all(|m| is_label(m, "-_"))
        && is_label(domain, "-")
        && is_label(top, "-")
        && !top.starts_with(|c: char| c.is_ascii_digit())
}

fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '\u{400}'..='\u{4FF}')
}

fn is_sub_delim(c: char) -> bool {
    "!$&'()*+,;=".contains(c)
}

fn is_path_sign(c: char) -> bool {
    is_unreserved(c) || is_sub_delim(c) || matches!(c, ':' | '@' | '|')
}

/// Whether all of `text` are such signs, or bytes in hexadecimal after `%`.
fn is_made_of(text: &str, is_sign: impl Fn(char) -> bool) -> bool {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let is_coded = c == '%' && text.as_bytes().get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        if !is_coded && !is_sign(c) {
            return false;
        }
        at += if is_coded { 3 } else { c.len_utf8() };
    }
    true
}
