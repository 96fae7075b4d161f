//! `cargo x bench paths` runs this: ways between people among a million of them with twenty million ties.
//! `peer-paths memory` holds our searches against petgraph's and textbook ones; `peer-paths disk FILE` reads the same ties from SQLite.

mod disk;
mod drawn;
mod memory;

use drawn::Size;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["memory", people] => memory::run(Size { people: people.parse()? }),
        ["fill", people, file] => disk::fill(Size { people: people.parse()? }, file.as_ref()),
        ["disk", people, file] => disk::run(Size { people: people.parse()? }, file.as_ref()),
        _ => anyhow::bail!("peer-paths memory PEOPLE | fill PEOPLE FILE | disk PEOPLE FILE"),
    }
}

/// Middle, 99th of 100, and last.
fn spread(times: &mut [f64]) -> [f64; 3] {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    [at(0.5), at(0.99), at(1.0)]
}
