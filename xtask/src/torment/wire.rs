//! An HTTP server that does what the weather says: as much of HTTP/1.1 as our own client speaks, one thread a connection. What a call
//! means is a [`Site`]'s affair.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Clock, http_date};
use super::weather::{Mishap, Weather};

/// A line of a head, and a body, are at most so long.
const LINE_MAX: u64 = 16 * 1024;
const BODY_MAX: usize = 4 << 20;
const HEADERS_MAX: usize = 100;
/// A connection that says nothing is let go.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// A call that never gets an answer is held for so long, unless the caller leaves first.
const HANG: Duration = Duration::from_secs(20);

pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
    pub fn asked(&self, name: &str) -> Option<String> {
        pairs(self.query.as_bytes()).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
    pub fn form(&self, name: &str) -> Option<String> {
        pairs(&self.body).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
    pub fn token(&self) -> &str {
        self.header("authorization").and_then(|h| h.strip_prefix("Bearer ")).unwrap_or_default()
    }
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(status: u16, body: &serde_json::Value) -> Reply {
        Reply { status, headers: vec![("content-type", "application/json".into())], body: body.to_string().into_bytes() }
    }
}

/// What stands behind the wire.
pub trait Site: Send + Sync {
    /// Whether the call makes something, so that it meets the whole of the weather.
    fn writes(&self, request: &Request) -> bool;
    fn serve(&self, request: &Request) -> Reply;
    /// The network's own words for "wait", "no" and "your token has run out".
    fn trouble(&self, mishap: Mishap) -> Reply;
}

/// Opens the site on a free port, which is answered.
pub fn open(site: Arc<dyn Site>, weather: Arc<Weather>, clock: Arc<Clock>) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (site, weather, clock) = (site.clone(), weather.clone(), clock.clone());
            // A connection that breaks is what this is about.
            let _ = std::thread::Builder::new().stack_size(256 * 1024).spawn(move || drop(talk(stream, &site, &weather, &clock)));
        }
    });
    Ok(port)
}

fn talk(stream: TcpStream, site: &Arc<dyn Site>, weather: &Weather, clock: &Clock) -> std::io::Result<()> {
    stream.set_read_timeout(Some(IDLE_MAX))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = read(&mut reader)? {
        let mishap = weather.next(site.writes(&request));
        match mishap {
            Mishap::DropRequest => return stream.shutdown(Shutdown::Both),
            Mishap::ResetBefore => return reset(&stream),
            Mishap::Hangs => {
                hang(&stream);
                return Ok(());
            }
            Mishap::DoneLater => {
                stream.shutdown(Shutdown::Both)?;
                std::thread::sleep(weather.later());
                site.serve(&request);
                return Ok(());
            }
            Mishap::SlowDown | Mishap::BrokenBefore | Mishap::Unavailable | Mishap::Refuses | Mishap::TokenOld => {
                write(&stream, &site.trouble(mishap), clock, 1)?;
                continue;
            }
            _ => {}
        }
        let reply = site.serve(&request);
        match mishap {
            Mishap::DropAnswer => return stream.shutdown(Shutdown::Both),
            Mishap::ResetAfter => return reset(&stream),
            Mishap::HalfAnswer => {
                write(&stream, &reply, clock, 2)?;
                return stream.shutdown(Shutdown::Both);
            }
            Mishap::BrokenAfter | Mishap::GatewayAfter => write(&stream, &site.trouble(mishap), clock, 1)?,
            Mishap::Slow => {
                std::thread::sleep(weather.pause());
                write(&stream, &reply, clock, 1)?;
            }
            _ => write(&stream, &reply, clock, 1)?,
        }
    }
    Ok(())
}

/// Tears the line, so that the other side is told so at once.
fn reset(stream: &TcpStream) -> std::io::Result<()> {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
    Ok(())
}

/// Says nothing until the caller leaves or loses patience.
fn hang(stream: &TcpStream) {
    let _ = stream.set_read_timeout(Some(HANG));
    let _ = (&mut &*stream).read(&mut [0u8; 1]);
}

fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let Some(first) = line(reader)? else { return Ok(None) };
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request { method, path: path.to_owned(), query: query.to_owned(), headers: Vec::new(), body: Vec::new() };
    for _ in 0..HEADERS_MAX {
        match line(reader)? {
            Some(l) if !l.is_empty() => {
                let (name, value) = l.split_once(':').unwrap_or((&l, ""));
                request.headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            _ => break,
        }
    }
    let length = request.header("content-length").and_then(|l| l.parse().ok()).unwrap_or(0usize).min(BODY_MAX);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}

fn line(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    if reader.by_ref().take(LINE_MAX).read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end().to_owned()))
}

/// Writes the answer, or its first `1/share`.
fn write(mut stream: &TcpStream, reply: &Reply, clock: &Clock, share: usize) -> std::io::Result<()> {
    let mut head =
        format!("HTTP/1.1 {} Said\r\ncontent-length: {}\r\ndate: {}\r\n", reply.status, reply.body.len(), http_date(clock.now_ms()));
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    stream.write_all(&reply.body[..reply.body.len() / share])
}
