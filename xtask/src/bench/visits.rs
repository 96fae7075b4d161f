//! `cargo x bench visits`: our short links under load, beside a plain handler that inserts each visit before it sends the visitor on; by turns, in the
//! same run, on the same disk. Every visit is somebody else's, and every one is looked for in the store afterwards. A load of our own, on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::load::cpu_seconds;
use crate::machine;
use crate::process::Scratch;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 3;
const WARM: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(6);
const WAIT_MAX: Duration = Duration::from_secs(30);
const HEAD_BYTES_MAX: usize = 16 << 10;
/// What the house promises of itself.
const RATIO_MIN: f64 = 5.0;

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// One of the two servers.
struct Served {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    port: u16,
    path: String,
    target: String,
    _folder: Scratch,
}

/// What came of one turn.
struct Turn {
    rate: f64,
    /// Middle and 99th of 100, in ms, from the request to the answer.
    p50: f64,
    p99: f64,
    cpu_us: f64,
}

pub fn run() -> anyhow::Result<bool> {
    let program = super::built("visits")?;
    println!(
        "{CONNECTIONS} connections, {} s a turn, SQLite with every commit on the disk; every visit is another person's",
        ROUND.as_secs()
    );
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let ours = turn(&program, "ours", round)?;
        let plain = turn(&program, "plain", round)?;
        for (name, turn) in [("hobnob", &ours), ("plain", &plain)] {
            println!(
                "round {round}  {name:<7} {:8.0} redirects/s   p50 {:6.2} ms   p99 {:6.2} ms   {:5.0} us CPU each   load {:.1}",
                turn.rate,
                turn.p50,
                turn.p99,
                turn.cpu_us,
                machine::load().unwrap_or(f64::NAN)
            );
        }
        ratios.push(ours.rate / plain.rate);
    }
    ratios.sort_by(f64::total_cmp);
    let middle = ratios[ROUNDS / 2];
    println!("{middle:.1} times as many (from {:.1} to {:.1})", ratios[0], ratios[ROUNDS - 1]);
    println!("{}: at least {RATIO_MIN} times", if middle >= RATIO_MIN { "kept" } else { "BROKEN" });
    Ok(middle >= RATIO_MIN)
}

fn turn(program: &PathBuf, who: &str, round: usize) -> anyhow::Result<Turn> {
    let mut served = Served::start(program, who)?;
    let pid = served.process.id();
    let first = load(&served, WARM, round * 2)?;
    let before = cpu_seconds(pid)?;
    let began = Instant::now();
    let mut took = load(&served, ROUND, round * 2 + 1)?;
    let (span, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds(pid)? - before);
    let sent = first.len() + took.len();
    let kept = served.stop()?;
    ensure!(kept == sent as u64, "{who}: {sent} were sent on, and {kept} visits are kept");
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let n = took.len() as f64;
    Ok(Turn { rate: n / span, p50: at(0.5), p99: at(0.99), cpu_us: cpu * 1e6 / n })
}

impl Served {
    fn start(program: &PathBuf, who: &str) -> anyhow::Result<Served> {
        let folder = Scratch::new("bench-visits")?;
        let mut process = Command::new(program).arg(who).arg(&folder.0).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take();
        let mut output = BufReader::new(process.stdout.take().context("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let told: Value = serde_json::from_str(&line).with_context(|| format!("{who} said: {line}"))?;
        let word = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let port = told["port"].as_u64().and_then(|p| u16::try_from(p).ok()).context("no port")?;
        Ok(Served { port, path: word("path"), target: word("target"), process, input, output, _folder: folder })
    }
    /// Ends it; how many visits it kept.
    fn stop(&mut self) -> anyhow::Result<u64> {
        drop(self.input.take());
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        self.process.wait()?;
        let told: Value = serde_json::from_str(&line)?;
        told["kept"].as_u64().context("it does not say what it kept")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How long each answer took that came in `span`.
fn load(served: &Served, span: Duration, stage: usize) -> anyhow::Result<Vec<Duration>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|n| scope.spawn(move || one(served, span, (stage, n)))).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().ok().context("a loading thread panicked")??);
        }
        Ok(all)
    })
}

fn one(served: &Served, span: Duration, (stage, thread): (usize, usize)) -> anyhow::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(("127.0.0.1", served.port))?;
    stream.set_read_timeout(Some(WAIT_MAX))?;
    stream.set_nodelay(true)?;
    let wanted = format!("location: {}\r\n", served.target);
    let mut buffer = vec![0; HEAD_BYTES_MAX];
    let (until, mut took) = (Instant::now() + span, Vec::new());
    while Instant::now() < until {
        let n = took.len();
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: go.example\r\nUser-Agent: {AGENT}\r\nAccept: text/html,application/xhtml+xml\r\nReferer: https://plaza.example/@ben\r\n\
             X-Forwarded-For: 2001:db8:{stage:x}:{thread:x}::{:x}:{:x}\r\n\r\n",
            served.path,
            n >> 16,
            n & 0xffff
        );
        let began = Instant::now();
        stream.write_all(request.as_bytes())?;
        let mut have = 0;
        while !buffer[..have].ends_with(b"\r\n\r\n") {
            let got = stream.read(&mut buffer[have..])?;
            ensure!(got > 0, "the server hung up in the middle of an answer");
            have += got;
        }
        took.push(began.elapsed());
        let head = String::from_utf8_lossy(&buffer[..have]);
        ensure!(head.starts_with("HTTP/1.1 302 ") && head.contains(&wanted), "not the way on: {}", &head[..head.len().min(300)]);
    }
    Ok(took)
}
