//! As much of HTTP/1.1 as readiness and the benches need: one GET or POST, loopback only, answer bounded.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

const WAIT_MAX: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: u64 = 8 << 20;

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The values of a header, in order.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.lines().filter_map(|l| l.split_once(':')).filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
    }
}

/// One request with its own connection. `head` holds further header lines, each ended by CRLF.
pub fn ask(port: u16, method: &str, path: &str, head: &str, body: &str) -> anyhow::Result<Answer> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, WAIT_MAX)?;
    stream.set_read_timeout(Some(WAIT_MAX))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}"
    )?;
    let mut bytes = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes)?;
    parse(&bytes)
}

pub fn get(port: u16, path: &str) -> anyhow::Result<Answer> {
    ask(port, "GET", path, "", "")
}

/// The status alone, for "is it there yet".
pub fn status(port: u16, path: &str) -> Option<u16> {
    get(port, path).ok().map(|a| a.status)
}

fn parse(bytes: &[u8]) -> anyhow::Result<Answer> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").context("an answer without a head")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).context("an answer without a status")?;
    let body = &bytes[end + 4..];
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { join_chunks(body)? } else { body.to_vec() };
    Ok(Answer { status, head, body })
}

fn join_chunks(mut rest: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end])?.trim(), 16)?;
        let from = end + 2;
        if size == 0 {
            return Ok(whole);
        }
        if rest.len() < from + size + 2 {
            break;
        }
        whole.extend_from_slice(&rest[from..from + size]);
        rest = &rest[from + size + 2..];
    }
    bail!("an answer that ends in the middle")
}

#[test]
fn answers_are_read_whole_or_not_at_all() {
    let plain = parse(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\nhello").unwrap();
    assert_eq!((plain.status, plain.body.as_slice(), plain.header("set-cookie").next()), (200, b"hello".as_slice(), Some("a=b")));
    assert_eq!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").unwrap().body, b"abc");
    assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc\r\n").is_err());
    assert!(parse(b"nothing").is_err());
}
