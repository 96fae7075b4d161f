//! The parts of the check, in CI's order: the quick and the telling ones first.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Check, Counts, Part, Verdict};
use crate::counterparts::{Bluesky, IndieWeb, Installing, Mail, Mastodon, Nostr, Set, Setting, WebSub, WordPress, chromium};
use crate::machine;

/// Crates whose tests run a second time, on PostgreSQL.
const ON_BOTH_DATABASES: &[&str] = &["hobnob-store", "hobnob-verbs", "hobnob-web"];
/// How the files of tests against servers of others are named.
const COUNTERPART_TESTS: &str = "_counterpart";
const MAIN_JOB: &str = "main_job";

pub const ALL: &[Part] = &[
    Part { name: "format", what: "every file is formatted", sets: &[], run: format },
    Part { name: "lint", what: "clippy has nothing to say", sets: &[], run: lint },
    Part { name: "tests", what: "all crates and the house rules, on SQLite", sets: &[], run: tests },
    Part { name: "postgres", what: "store, verbs and pages again, on PostgreSQL", sets: &[Set::Postgres], run: postgres },
    Part {
        name: "networks",
        what: "the networks' clients against servers of others",
        sets: &[Set::Postgres, Set::Mastodon, Set::IndieWeb, Set::Nostr, Set::Bluesky, Set::WordPress, Set::Mail, Set::WebSub],
        run: networks,
    },
    Part {
        name: "main-job",
        what: "the whole walk, read back from those servers",
        sets: &[Set::Postgres, Set::Mastodon, Set::IndieWeb, Set::Bluesky],
        run: main_job,
    },
    Part {
        name: "torment",
        what: "sending, where everything goes wrong: nothing twice, nothing lost",
        sets: &[Set::Postgres, Set::Mastodon, Set::Bluesky],
        run: torment,
    },
    Part {
        name: "pages",
        what: "the pages in a browser, with scripts and without",
        sets: &[Set::Browser, Set::Postgres, Set::Mastodon, Set::Bluesky],
        run: pages,
    },
];

fn format(check: &mut Check) -> anyhow::Result<Verdict> {
    let mut command = cargo()?;
    command.args(["fmt", "--all", "--", "--check", "--color", "never"]);
    holds(check, "format", command)
}

fn lint(check: &mut Check) -> anyhow::Result<Verdict> {
    let mut command = cargo()?;
    command.args(["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"]);
    holds(check, "lint", command)
}

fn tests(check: &mut Check) -> anyhow::Result<Verdict> {
    counted(check, "tests", test_runner(&Tests::All)?)
}

fn postgres(check: &mut Check) -> anyhow::Result<Verdict> {
    let url = match check.postgres() {
        Ok(postgres) => postgres.url("postgres"),
        Err(why) => return Ok(Verdict::Skipped(format!("{why:#}"))),
    };
    let mut command = test_runner(&Tests::Of(ON_BOTH_DATABASES))?;
    command.env("HOBNOB_TEST_DB", url);
    counted(check, "postgres", command)
}

fn networks(check: &mut Check) -> anyhow::Result<Verdict> {
    let mut files = test_files("crates/networks/tests", COUNTERPART_TESTS)?;
    files.extend(test_files("crates/verbs/tests", COUNTERPART_TESTS)?);
    files.extend(test_files("crates/web/tests", COUNTERPART_TESTS)?);
    let packages = &["hobnob-networks", "hobnob-verbs", "hobnob-web"];
    against_counterparts(check, "networks", packages, &files, &[indieweb, nostr, wordpress, mail, websub])
}

fn main_job(check: &mut Check) -> anyhow::Result<Verdict> {
    against_counterparts(check, "main-job", &["hobnob"], &test_files("crates/hobnob/tests", MAIN_JOB)?, &[])
}

/// Starts servers that nobody has spoken to yet, and runs the tests of these files one after another:
/// they share the servers, and a fault that one asks for would fall on the next.
fn against_counterparts(check: &mut Check, name: &str, packages: &[&str], files: &[String], further: &[Start]) -> anyhow::Result<Verdict> {
    if files.is_empty() {
        anyhow::bail!("no test file of this part is there");
    }
    let (servers, settings) = match start(check, further) {
        Ok(started) => started,
        Err(why) => return Ok(Verdict::Skipped(format!("{why:#}"))),
    };
    let mut command = test_runner(&Tests::Files(packages, files))?;
    command.envs(settings);
    if machine::has_nextest() {
        command.args(["--test-threads", "1"]);
    } else {
        command.env("RUST_TEST_THREADS", "1");
    }
    let verdict = counted(check, name, command);
    drop(servers);
    verdict
}

/// A server that lives as long as the first of the pair, and how tests reach it.
type Started = (Box<dyn std::any::Any>, Vec<Setting>);
type Start = fn(&mut Installing) -> anyhow::Result<Started>;

fn wordpress(installing: &mut Installing) -> anyhow::Result<Started> {
    let server = WordPress::start(installing)?;
    let settings = server.settings();
    Ok((Box::new(server), settings))
}

fn nostr(installing: &mut Installing) -> anyhow::Result<Started> {
    let server = Nostr::start(installing)?;
    let settings = server.settings();
    Ok((Box::new(server), settings.into_iter().collect()))
}

fn indieweb(installing: &mut Installing) -> anyhow::Result<Started> {
    let server = IndieWeb::start(installing)?;
    let settings = server.settings();
    Ok((Box::new(server), settings.into_iter().collect()))
}

fn mail(installing: &mut Installing) -> anyhow::Result<Started> {
    let server = Mail::start(installing)?;
    let settings = server.settings();
    Ok((Box::new(server), settings))
}

fn websub(installing: &mut Installing) -> anyhow::Result<Started> {
    let server = WebSub::start(installing)?;
    let settings = server.settings();
    Ok((Box::new(server), settings))
}

type Servers = Vec<Box<dyn std::any::Any>>;

/// The two that every part needs, and further ones.
fn start(check: &mut Check, further: &[Start]) -> anyhow::Result<(Servers, Vec<Setting>)> {
    check.postgres()?;
    let Check { installing, postgres, .. } = check;
    let postgres = postgres.as_ref().expect("started just above");
    let mastodon = Mastodon::start(installing)?;
    let bluesky = Bluesky::start(installing, postgres)?;
    let mut settings: Vec<Setting> = mastodon.settings().into_iter().chain(bluesky.settings()).collect();
    let mut servers: Vec<Box<dyn std::any::Any>> = vec![Box::new(mastodon), Box::new(bluesky)];
    for start in further {
        let (server, told) = start(installing)?;
        servers.push(server);
        settings.extend(told);
    }
    Ok((servers, settings))
}

/// Short runs on each store, on simulated networks and on servers of others. The long run is `cargo x torment publish` by hand.
const TORMENTS: &[(&str, &[&str])] = &[
    ("simulated networks, SQLite", &["--deliveries", "400", "--store", "sqlite"]),
    ("simulated networks, PostgreSQL", &["--deliveries", "400", "--store", "postgres"]),
    ("servers of others, SQLite", &["--deliveries", "120", "--store", "sqlite", "--networks", "real"]),
    ("servers of others, PostgreSQL", &["--deliveries", "120", "--store", "postgres", "--networks", "real"]),
];

fn torment(check: &mut Check) -> anyhow::Result<Verdict> {
    for set in [Set::Postgres, Set::Mastodon, Set::Bluesky] {
        if let Err(why) = check.installing.need(set) {
            return Ok(Verdict::Skipped(format!("{why:#}")));
        }
    }
    let mut counts = Counts::default();
    for (what, words) in TORMENTS {
        let mut command = Command::new(machine::target()?.join("debug/xtask"));
        command.current_dir(machine::root()?).args(["torment", "publish"]).args(*words);
        let (well, said) = check.logged("torment", command)?;
        if !well {
            return Ok(Verdict::Broke(Counts { failed: 1, ..counts }, format!("{what}:\n{said}")));
        }
        counts.passed += 1;
    }
    Ok(Verdict::Counted(counts))
}

fn pages(check: &mut Check) -> anyhow::Result<Verdict> {
    let modules = match check.installing.need(Set::Browser) {
        Ok(folder) => folder,
        Err(why) => return Ok(Verdict::Skipped(format!("{why:#}"))),
    };
    let (well, words) = check.logged("pages-build", machine::build()?)?;
    if !well {
        return Ok(Verdict::Broke(Counts::one_failed(), words));
    }
    let (servers, settings) = match start(check, &[]) {
        Ok(started) => started,
        Err(why) => return Ok(Verdict::Skipped(format!("{why:#}"))),
    };
    let mut command = Command::new("node");
    command
        .current_dir(machine::root()?)
        .envs(settings)
        .arg("tests-browser/run.mjs")
        .env("HOBNOB_MODULES", modules)
        .env("HOBNOB_BIN", machine::target()?.join("debug/hobnob"))
        .env("HOBNOB_SCREENSHOTS", machine::target()?.join("screenshots"))
        .env("HOBNOB_CHROMIUM", chromium().unwrap_or_default());
    let verdict = counted(check, "pages", command);
    drop(servers);
    verdict
}

fn cargo() -> anyhow::Result<Command> {
    let mut command = machine::cargo();
    command.current_dir(machine::root()?).env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1").env("RUST_BACKTRACE", "0");
    Ok(command)
}

/// Which tests run.
enum Tests<'a> {
    /// All but those that want servers of others: they have parts of their own.
    All,
    /// The same of some crates.
    Of(&'a [&'a str]),
    /// Some files of some crates.
    Files(&'a [&'a str], &'a [String]),
}

/// nextest where it is installed, else what cargo brings along.
/// With nextest every part builds the whole workspace and filters: a part that built a choice of crates would choose other features of
/// what they rest on, and build that anew.
fn test_runner(tests: &Tests<'_>) -> anyhow::Result<Command> {
    let mut command = cargo()?;
    if machine::has_nextest() {
        let any = |kind: &str, names: &mut dyn Iterator<Item = &str>| {
            let each: Vec<String> = names.map(|name| format!("{kind}(={name})")).collect();
            format!("({})", each.join(" + "))
        };
        let without_servers = format!("not binary(/({COUNTERPART_TESTS}|^{MAIN_JOB})$/)");
        let chosen = match tests {
            Tests::All => without_servers,
            Tests::Of(packages) => format!("{} & {without_servers}", any("package", &mut packages.iter().copied())),
            Tests::Files(packages, files) => {
                let files = any("binary", &mut files.iter().map(String::as_str));
                format!("{} & {files}", any("package", &mut packages.iter().copied()))
            }
        };
        command.args(["nextest", "run", "--locked", "--profile", "check", "--workspace", "-E", &chosen]);
        return Ok(command);
    }
    command.args(["test", "--locked", "--no-fail-fast"]);
    let (packages, files): (&[&str], &[String]) = match tests {
        Tests::All => (&[], &[]),
        Tests::Of(packages) => (packages, &[]),
        Tests::Files(packages, files) => (packages, files),
    };
    if packages.is_empty() {
        command.arg("--workspace");
    }
    command.args(packages.iter().flat_map(|p| ["--package", p])).args(files.iter().flat_map(|file| ["--test", file]));
    Ok(command)
}

/// The names of the test files of a folder that end so.
fn test_files(folder: &str, ending: &str) -> anyhow::Result<Vec<String>> {
    let folder = machine::root()?.join(folder);
    let mut names: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| stem(&entry.path()))
        .filter(|name| name.ends_with(ending))
        .collect();
    names.sort();
    Ok(names)
}

fn stem(file: &Path) -> Option<String> {
    (file.extension()? == "rs").then(|| Some(file.file_stem()?.to_string_lossy().into_owned()))?
}

fn holds(check: &Check, name: &str, command: Command) -> anyhow::Result<Verdict> {
    let (well, words) = check.logged(name, command)?;
    Ok(if well {
        Verdict::Holds
    } else {
        Verdict::Broke(
            Counts::one_failed(),
            crate::process::tail(&check.log(name)) + if words.is_empty() { "(it said nothing)" } else { "" },
        )
    })
}

fn counted(check: &Check, name: &str, command: Command) -> anyhow::Result<Verdict> {
    let (well, words) = check.logged(name, command)?;
    let tail = || crate::process::tail(&check.log(name));
    Ok(match Counts::read(&words) {
        Some(counts) if well && counts.failed == 0 && counts.passed + counts.skipped == 0 => {
            Verdict::Broke(counts, "no test ran".to_owned())
        }
        Some(counts) if well => Verdict::Counted(counts),
        Some(counts) => Verdict::Broke(counts, tail()),
        None => Verdict::Broke(Counts::one_failed(), tail()),
    })
}
