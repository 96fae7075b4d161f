//! A load of our own: some connections, each asking again as soon as it was answered, for a given time, on loopback only.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

const CONNECTIONS: usize = 16;
const WAIT_MAX: Duration = Duration::from_secs(10);
const HEAD_BYTES_MAX: usize = 64 << 10;

/// What is asked for, and how many bytes every answer must have.
#[derive(Clone)]
pub struct Ask {
    pub port: u16,
    /// A `{n}` in it is another number at each request, so that no page drawn before can serve.
    pub path: String,
    /// Further header lines, each ended by CRLF.
    pub head: String,
    pub body_bytes: usize,
}

/// How many answers came in `span`.
pub fn run(ask: &Ask, span: Duration) -> anyhow::Result<u64> {
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let ask = ask.clone();
            std::thread::spawn(move || one(&ask, span))
        })
        .collect();
    let mut sum = 0;
    for thread in threads {
        sum += thread.join().ok().context("a loading thread panicked")??;
    }
    Ok(sum)
}

fn one(ask: &Ask, span: Duration) -> anyhow::Result<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", ask.port))?;
    stream.set_read_timeout(Some(WAIT_MAX))?;
    stream.set_nodelay(true)?;
    let request = |n: u64| {
        let path = ask.path.replace("{n}", &n.to_string());
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", ask.port, ask.head)
    };
    let (same, is_same) = (request(0), !ask.path.contains("{n}"));
    let mut buffer = vec![0; HEAD_BYTES_MAX + ask.body_bytes];
    let until = Instant::now() + span;
    let mut answered = 0;
    while Instant::now() < until {
        let text = if is_same { Cow::Borrowed(&same) } else { Cow::Owned(request(answered)) };
        stream.write_all(text.as_bytes())?;
        read_one(&mut stream, &mut buffer, ask.body_bytes)?;
        answered += 1;
    }
    Ok(answered)
}

/// Reads one answer to its end and checks that it is a 200 of the right length.
fn read_one(stream: &mut TcpStream, buffer: &mut [u8], body_bytes: usize) -> anyhow::Result<()> {
    let mut have = 0;
    loop {
        let got = stream.read(&mut buffer[have..])?;
        ensure!(got > 0, "the server hung up in the middle of an answer");
        have += got;
        let Some(end) = buffer[..have].windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        ensure!(buffer.starts_with(b"HTTP/1.1 200 "), "not a 200: {}", String::from_utf8_lossy(&buffer[..end.min(200)]));
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length: usize =
            head.lines().find_map(|l| l.strip_prefix("content-length:")).context("an answer without a length")?.trim().parse()?;
        if length != body_bytes {
            bail!("{length} bytes instead of {body_bytes}");
        }
        let whole = end + 4 + length;
        while have < whole {
            let got = stream.read(&mut buffer[have..])?;
            ensure!(got > 0, "the server hung up in the middle of an answer");
            have += got;
        }
        return Ok(());
    }
}

/// CPU seconds that a process has used so far, in all its threads.
pub fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("a strange stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).context("a strange stat");
    // Counted from after the name: user and system time are fields 14 and 15 of the whole line.
    Ok((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
}
