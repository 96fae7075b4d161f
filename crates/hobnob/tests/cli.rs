//! The commands from outside: help, what is wrong with what and where, and a desk put into a file and back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

#[allow(dead_code)]
#[path = "main_job_parts/browser.rs"]
mod browser;
#[allow(dead_code)]
#[path = "main_job_parts/desk.rs"]
mod desk;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use browser::{Browser, plain};
use desk::{Desk, folder, hobnob};

pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[allow(clippy::disallowed_methods)]
    let builder = reqwest::Client::builder();
    builder.redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(Duration::from_secs(30)).build().unwrap()
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = folder(name);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Exit code, what was printed, and what was complained of.
fn run(data: &Path, arguments: &[&str]) -> (i32, String, String) {
    run_with(data, arguments, "")
}

fn run_with(data: &Path, arguments: &[&str], typed: &str) -> (i32, String, String) {
    let mut command = hobnob(data);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may have ended already without reading.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let words = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), words(stdout), words(stderr))
}

/// The names under "Commands:" of a help text.
fn commands(help: &str) -> Vec<String> {
    let listed = help.split("Commands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
    let names = listed.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   ")).filter_map(|l| l.split_whitespace().next());
    names.filter(|n| *n != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_says_what_it_does_and_touches_nothing() {
    let data = folder("help");
    let (code, help, _) = run(&data, &["--help"]);
    let all = commands(&help);
    assert!(code == 0 && all.len() > 10, "{help}");
    for word in ["HOBNOB_DATABASE", "HOBNOB_LISTEN", "hobnob.toml"] {
        assert!(help.contains(word), "{word} stands in the help");
    }
    let lab = commands(&run(&data, &["lab", "--help"]).1).into_iter().map(|c| vec!["lab".to_owned(), c]);
    for command in all.into_iter().map(|c| vec![c]).chain(lab) {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let (code, said, complaint) = run(&data, &arguments);
        assert!(code == 0 && complaint.is_empty(), "{arguments:?}: {complaint}");
        let usage = format!("Usage: hobnob {}", command.join(" "));
        assert!(said.lines().next().is_some_and(|l| l.len() > 10) && said.contains(&usage), "{arguments:?}: {said}");
    }
    assert!(!data.exists(), "asking for help makes no folder");
}

#[test]
fn what_is_wrong_is_named_with_exit_code_2() {
    let folder = Folder::new("wrong");
    let (no_zip, missing) = (folder.file("notes.txt"), folder.file("not-there.zip"));
    std::fs::write(&no_zip, "hello").unwrap();
    let cases: [(&[&str], &[&str]); 13] = [
        (&["gossip"], &["gossip"]),
        (&["--listen", "everywhere"], &["everywhere", "--listen"]),
        (&["inbox", "--box", "attic"], &["attic", "waiting"]),
        (&["inbox"], &["no owner yet"]),
        (&["reply", "twelve", "Yes."], &["twelve", "number"]),
        (&["post", "Hello"], &["--to"]),
        (&["connect", "mastodon", "nonsense"], &["no owner yet"]),
        (&["lab", "measure", "--network", "nowhere"], &["nowhere"]),
        (&["lab", "feed", &missing], &[&missing]),
        (&["restore", &missing], &[&missing, "can't be read"]),
        (&["restore", &no_zip], &[&no_zip, "not a zip file"]),
        (&["--database", "mysql://x", "doctor"], &["postgres://", "HOBNOB_DATABASE"]),
        (&["--public-url", "desk.example", "doctor"], &["desk.example", "HOBNOB_PUBLIC_URL"]),
    ];
    for (arguments, named) in cases {
        let (code, said, complaint) = run(&folder.0.join("data"), arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}{complaint}");
        for word in named {
            assert!(complaint.contains(word), "{arguments:?} names {word}: {complaint}");
        }
    }
    let (code, _, complaint) = run_with(&folder.0, &["lab", "measure", "--network", "bluesky"], "\"one\"\nno string\n");
    assert!(code == 2 && complaint.contains("line 2"), "{code}: {complaint}");
}

#[test]
fn a_wrong_word_in_the_settings_file_is_named_with_its_file() {
    let folder = Folder::new("settings");
    let file = folder.file("hobnob.toml");
    std::fs::write(&file, "listne = \"127.0.0.1:0\"\n").unwrap();
    for arguments in [&["doctor"] as &[&str], &[]] {
        let (code, _, complaint) = run(&folder.0, arguments);
        assert!(code == 2 && complaint.contains(&file) && complaint.contains("listne"), "{arguments:?}: {code}: {complaint}");
    }
    let missing = folder.file("other.toml");
    let (code, _, complaint) = run(&folder.0, &["--config", &missing, "doctor"]);
    assert!(code == 2 && complaint.contains(&missing), "{code}: {complaint}");
}

/// What an export holds, table by table.
fn tables(file: &str) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    (0..zip.len())
        .map(|n| {
            let mut entry = zip.by_index(n).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (entry.name().to_owned(), text)
        })
        .filter(|(name, _)| name.ends_with(".jsonl"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_goes_into_a_file_and_comes_back_whole() {
    let mut desk = Desk::start("cli-desk");
    let page = Browser::new(&desk.address);
    let why = page.get("/").await;
    let who = page.press(&why, "/hello/why", None, &[("year", "The workshops fill"), ("sign", "visits")]).await;
    page.press(&who, "/hello/who", None, &[("name", "Ada"), ("password", "a long enough one"), ("zone", "Europe/London")]).await;

    // How full the disk of this machine is, is not ours to judge here.
    let wrong =
        |said: &str| said.lines().filter(|l| l.starts_with("WRONG") && !l.starts_with("WRONG disk")).map(str::to_owned).collect::<Vec<_>>();
    let (_, said, complaint) = run(&desk.folder, &["doctor", "--public-url", &desk.address]);
    assert!(said.contains("worker: is running") && wrong(&said).is_empty(), "{said}{complaint}");
    let (code, said, complaint) = run(&desk.folder, &["doctor", "--public-url", "http://127.0.0.1:9"]);
    assert!(code == 1 && wrong(&said).len() == 1 && wrong(&said)[0].starts_with("WRONG public address"), "{code}: {said}");
    assert!(complaint.contains("are not well"), "{complaint}");

    let database = rusqlite::Connection::open(desk.folder.join("hobnob.sqlite")).unwrap();
    database.busy_timeout(PATIENCE).unwrap();
    let heard = "insert into posts (desk, id, network, remote_id, author, text, created_at, mentions, tags, links, media, visibility, is_mine, names_me, kept_at)
                 select id, 7, 'feed', 'p7', 1, 'rye bread', 0, '[]', '[]', '[]', '[]', 'public', 0, 0, 0 from desks";
    assert_eq!(database.execute(heard, []).unwrap(), 1);
    drop(database);

    let out = Folder::new("cli-files");
    let (backup, export) = (out.file("desk.backup"), out.file("desk.zip"));
    // While it serves: a backup is of one moment.
    let (code, said, complaint) = run(&desk.folder, &["backup", &backup]);
    assert!(code == 0 && said.contains("rows are in"), "{code}: {complaint}");
    let (code, _, complaint) = run(&desk.folder, &["backup", &backup]);
    assert!(code == 2 && complaint.contains("is there already"), "nothing is written over: {code}: {complaint}");
    desk.kill();
    assert_eq!(run(&desk.folder, &["export", &export]).0, 0);

    let again = Folder::new("cli-again");
    let (code, _, complaint) = run(&again.0, &["restore", &export]);
    assert!(code == 2 && complaint.contains("it is an export"), "{code}: {complaint}");
    let (code, said, complaint) = run(&again.0, &["restore", &backup]);
    assert!(code == 0 && said.contains("rows are back"), "{code}: {complaint}");
    let (_, said, complaint) = run(&again.0, &["search", "bread"]);
    assert!(said.contains("still being made ready"), "what search looks in is made again: {said}{complaint}");
    let (code, _, complaint) = run(&again.0, &["restore", &backup]);
    assert!(code == 2 && complaint.contains("holds a desk already"), "{code}: {complaint}");

    let second = out.file("again.zip");
    assert_eq!(run(&again.0, &["export", &second]).0, 0);
    let (before, after) = (tables(&export), tables(&second));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let aims = &after["aims.jsonl"];
    assert!(aims.contains("The workshops fill"), "{aims}");
    for (name, rows) in &before {
        // What is due, and signs of life, go on between the backup and the export.
        if !name.starts_with("jobs") && !name.starts_with("workers") {
            assert_eq!(rows, &after[name], "{name} is as it was");
        }
    }

    let desk = Desk::start_on(again.0.clone());
    let page = Browser::new(&desk.address);
    let door = page.get("/sign-in").await;
    let home = page.press(&door, "/sign-in", None, &[("name", "Ada"), ("password", "a long enough one")]).await;
    assert!(home.path.starts_with("/today"), "the password holds: {} {}", home.path, plain(&home.body));
}
