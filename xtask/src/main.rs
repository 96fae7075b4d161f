//! `cargo x`: the workshop's own commands. Nothing here is needed to run Hobnob.
//! Each command is a folder or a file; begin with `check/parts.rs`, the list of everything CI does.

// A command line speaks through its standard output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod bless;
mod check;
mod counterparts;
mod http;
mod judgement;
mod machine;
mod new;
mod process;
mod torment;

use std::process::ExitCode;

const USAGE: &str = "\
cargo x COMMAND

  check [--list] [--only NAME]...   everything CI does, in the same order
  demo [ARGUMENTS]                  a lived-in desk with invented people, thrown away when it stops
  bless [--screenshots]             renew the expected texts of the tests, or the pictures in docs/
  new network NAME                  a folder for a network, and its lines in the list
  new page ROOM NAME                a page: its .rs, its .html and its line in the routes
  bench footprint                   size, start and memory of the release build
  bench canned [--rounds N]         near-duplicates among a million posts, beside gaoya and datasketch
  bench publish [--rounds N]        10,000 posts due in the same second, beside apalis
  bench listen [SEED]               a post against up to a million topics, beside other engines
  bench pages [--only express|large] [--people N] [--posts N] [--folder PATH]
                                    the inbox page beside an Express page of the same bytes; then the pages of a desk of 100,000
                                    people and a million posts, beside a query a row
  bench paths [--people N] [--only memory|disk] [--file PATH]
                                    ways between a million people, beside petgraph; then from SQLite after a cold start
  bench search [POSTS [SEED]]       searches of a million kept posts, in both orders
  bench visits                      redirects by short links, beside a plain handler that inserts each visit
  train NAME [ARGUMENTS]            learns the weights of a judgement anew from ../shared/corpora: kinds, worth
  eval NAME [ARGUMENTS]             how right a judgement is, on ../shared/corpora or on drawn cases: kinds, worth, turns, verdicts,
                                    match
  torment listen [--seed N] [--rate POSTS-A-SECOND] [--minutes N] [--kill-every SECONDS] [--pace N]
  torment peers [--seed N] [--kills N] [--posts N]
                                    apalis and a script with skip locked, killed at random moments: what they double
  torment publish [--seed N] [--deliveries N] [--store sqlite|postgres] [--networks simulated|real]
                                    the real program against networks where everything goes wrong, killed at random
  counterparts NAME...              start servers by others and keep them: mastodon, bluesky, indieweb, nostr,
                                    wordpress, mail, websub, postgres
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo x: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether all went well; an error is a wrong call or a machine that can't.
fn run(words: &[&str]) -> anyhow::Result<bool> {
    match words {
        ["check", rest @ ..] => check::run(rest),
        ["demo", rest @ ..] => bless::demo(rest),
        ["bless", rest @ ..] => bless::run(rest),
        ["new", "network", name] => new::network::make(&machine::root()?, name),
        ["new", "page", room, name] => new::page::make(&machine::root()?, room, name),
        ["bench", "footprint"] => bench::footprint::run(),
        ["bench", "canned", rest @ ..] => bench::canned::run(rest),
        ["bench", "publish", rest @ ..] => bench::publish::run(rest),
        ["bench", "listen", rest @ ..] => bench::listen::run(rest),
        ["bench", "pages", rest @ ..] => bench::pages::run(rest),
        ["bench", "paths", rest @ ..] => bench::paths::run(rest),
        ["bench", "search", rest @ ..] => bench::search::run(rest),
        ["bench", "visits"] => bench::visits::run(),
        ["train", name, rest @ ..] => judgement::run("train", name, rest),
        ["eval", name, rest @ ..] => judgement::run("eval", name, rest),
        ["torment", "publish", rest @ ..] => torment::run(rest),
        ["torment", "listen", rest @ ..] => torment::listen::run(rest),
        ["torment", "peers", rest @ ..] => torment::peers::run(rest),
        ["counterparts", names @ ..] if !names.is_empty() => counterparts::keep(names),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(true)
        }
        other => anyhow::bail!("no such command: {}\n\n{USAGE}", other.join(" ")),
    }
}
