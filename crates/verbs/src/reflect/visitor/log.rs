//! Lines of web servers' logs: the Combined form (and the Common one, which lacks the agent), Caddy's JSON, and bare user agents.

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::Value as Json;

use super::Facts;

/// One request, as a server wrote it down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub at: Option<Timestamp>,
    /// Path and query; empty where it isn't known.
    pub path: String,
    /// The host that was asked for, where the line says.
    pub host: Option<String>,
    pub status: Option<u16>,
    pub facts: Facts,
}

/// Reads a line, or says what is wrong with it. What is neither a log's line nor JSON is taken for a user agent.
pub fn read(line: &str) -> Result<Line, String> {
    let line = line.trim();
    if line.starts_with('{') {
        return caddy(line);
    }
    if line.starts_with('"')
        && let Ok(agent) = serde_json::from_str::<String>(line)
    {
        return Ok(bare(&agent));
    }
    match combined(line) {
        Some(read) => Ok(read),
        // A date in brackets and quotation marks: it was meant to be a log's line.
        None if line.contains(" [") && line.contains('"') => Err("this is not a line of the Combined or the Common form".to_owned()),
        None => Ok(bare(line)),
    }
}

fn bare(agent: &str) -> Line {
    Line { facts: Facts { user_agent: Some(agent.to_owned()), ..Facts::default() }, ..Line::default() }
}

/// `address identity user [time] "request" status bytes "referer" "agent"`; a virtual host may stand first, further fields last.
fn combined(line: &str) -> Option<Line> {
    let (head, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once(']')?;
    let place = head.split(' ').rev().nth(2)?;
    let at = strtime::parse("%d/%b/%Y:%H:%M:%S %z", time).ok()?.to_timestamp().ok()?;
    let (request, rest) = quoted(rest.trim_start())?;
    let mut numbers = rest.trim_start().splitn(3, ' ');
    let status = numbers.next().and_then(|s| s.parse().ok());
    let _bytes = numbers.next()?;
    let (referer, agent) = match numbers.next().and_then(|rest| quoted(rest.trim_start())) {
        Some((referer, rest)) => (referer, quoted(rest.trim_start()).map(|(agent, _)| agent)),
        None => (String::new(), None),
    };
    let mut words = request.split(' ');
    // What is no request at all, such as a handshake that went to the wrong door, has no method that we know.
    let method = words.next().filter(|m| !m.is_empty() && m.bytes().all(|b| b.is_ascii_uppercase())).unwrap_or("-");
    let facts = Facts {
        user_agent: agent.map(|a| if a == "-" { String::new() } else { a }),
        referer: if referer == "-" { String::new() } else { referer },
        place: place.to_owned(),
        method: method.to_owned(),
        ..Facts::default()
    };
    Some(Line { at: Some(at), path: words.next().unwrap_or_default().to_owned(), host: None, status, facts })
}

/// The words between the quotation marks that a text begins with, and what follows them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut words = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((words, &text[at + 1..])),
            '\\' => match letters.next()?.1 {
                kept @ ('"' | '\\') => words.push(kept),
                other => words.extend(['\\', other]),
            },
            _ => words.push(letter),
        }
    }
    None
}

/// An access line of Caddy's: `{"ts", "request": {"remote_ip", "method", "uri", "host", "headers": {…}}, "status"}`.
fn caddy(line: &str) -> Result<Line, String> {
    let json: Json = serde_json::from_str(line).map_err(|error| format!("this is not JSON: {error}"))?;
    let request =
        json.get("request").and_then(Json::as_object).ok_or("this is JSON, but not an access line of Caddy's: `request` is missing")?;
    let word = |name: &str| request.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let headers = request.get("headers").and_then(Json::as_object);
    let header = |name: &str| {
        let (_, value) = headers?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.as_str().or_else(|| value.get(0).and_then(Json::as_str)).map(str::to_owned)
    };
    // Before version 2.5 the address stood with its port.
    let place = match request.get("client_ip").or_else(|| request.get("remote_ip")).and_then(Json::as_str) {
        Some(place) => place.to_owned(),
        None => word("remote_addr").rsplit_once(':').map(|(place, _)| place.trim_matches(['[', ']']).to_owned()).unwrap_or_default(),
    };
    let facts = Facts {
        user_agent: Some(header("User-Agent").unwrap_or_default()),
        accept: header("Accept").filter(|_| is_page(&word("uri"))),
        purpose: ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"].iter().filter_map(|n| header(n)).collect::<Vec<_>>().join(" "),
        referer: header("Referer").unwrap_or_default(),
        place,
        method: word("method"),
        is_signed_in: false,
    };
    let host = Some(word("host")).filter(|h| !h.is_empty());
    Ok(Line {
        at: json.get("ts").and_then(instant),
        path: word("uri"),
        host,
        status: json.get("status").and_then(Json::as_u64).and_then(|s| u16::try_from(s).ok()),
        facts,
    })
}

/// Seconds since 1970 with a fraction, or a time as Caddy's other settings write it.
fn instant(ts: &Json) -> Option<Timestamp> {
    match ts {
        Json::Number(seconds) => Timestamp::from_millisecond((seconds.as_f64()? * 1000.0) as i64).ok(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether an address is a page's, and not a picture's, a style's or a script's.
pub fn is_page(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, ending)) => matches!(ending.to_ascii_lowercase().as_str(), "html" | "htm" | "php" | "xhtml" | "asp" | "aspx" | "jsp"),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_combined_form_with_everything_odd_in_it() {
        let line = read(r#"example.org:443 203.0.113.5 - ada [12/Sep/2026:09:14:07 +0200] "GET /go/abc?x=\"1\" HTTP/1.1" 302 0 "https://a.example/\"b" "Mozilla/5.0 (X11)" 12 0.003"#).unwrap();
        assert_eq!((line.path.as_str(), line.status), ("/go/abc?x=\"1\"", Some(302)));
        assert_eq!(line.at.unwrap().to_string(), "2026-09-12T07:14:07Z");
        assert_eq!((line.facts.place.as_str(), line.facts.referer.as_str()), ("203.0.113.5", "https://a.example/\"b"));
        assert_eq!(line.facts.user_agent.as_deref(), Some("Mozilla/5.0 (X11)"));
        let common = read(r#"2001:db8::1 - - [12/Sep/2026:09:14:07 +0000] "GET / HTTP/1.1" 200 5316"#).unwrap();
        assert_eq!((common.facts.user_agent, common.facts.place.as_str()), (None, "2001:db8::1"));
        let none = read(r#"203.0.113.5 - - [12/Sep/2026:09:14:07 +0000] "GET / HTTP/1.1" 200 - "-" "-""#).unwrap();
        assert_eq!(none.facts.user_agent.as_deref(), Some(""));
        let noise = read(r#"203.0.113.5 - - [12/Sep/2026:09:14:07 +0000] "\x16\x03\x01" 400 0 "-" "-""#).unwrap();
        assert_eq!(noise.facts.method, "-");
        assert!(read(r#"203.0.113.5 - - [yesterday] "GET / HTTP/1.1" 200 1"#).unwrap_err().contains("Combined"));
    }

    #[test]
    fn caddys_json() {
        let line = read(
            r#"{"level":"info","ts":1789204447.5,"logger":"http.log.access","request":{"remote_ip":"203.0.113.5","client_ip":"203.0.113.6","method":"GET","host":"example.org","uri":"/a?b","headers":{"User-Agent":["Mozilla/5.0 (X11)"],"Sec-Purpose":["prefetch;prerender"],"Accept":["text/html"]}},"status":200}"#,
        );
        let line = line.unwrap();
        assert_eq!(
            (line.facts.place.as_str(), line.facts.purpose.as_str(), line.path.as_str()),
            ("203.0.113.6", "prefetch;prerender", "/a?b")
        );
        assert_eq!((line.host.as_deref(), line.status), (Some("example.org"), Some(200)));
        assert!(line.at.unwrap().to_string().starts_with("2026-09-12T"));
        assert!(read("{\"a\": 1}").unwrap_err().contains("`request` is missing"));
        assert!(read("{").unwrap_err().starts_with("this is not JSON"));
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_fall(line in "\\PC{0,200}") {
            let _ = read(&line);
            let _ = read(&format!("1.2.3.4 - - [12/Sep/2026:09:14:07 +0200] \"{line}\" 200 1 \"{line}\" \"{line}\""));
        }
    }
}
