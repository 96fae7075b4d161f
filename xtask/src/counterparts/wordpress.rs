//! A WordPress as Debian has it, on PHP's own server and a MariaDB that listens on a socket file alone. Three people: Ada owns the site,
//! Ben writes for it, Eve may only comment. Letters and calls of the site itself go nowhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::{Installing, Set, Setting, cache, debian};
use crate::process::{Scratch, Server, free_port, run_well};
use crate::{http, machine};

const START_MAX: Duration = Duration::from_secs(60);
const CONFIG: &str = include_str!("wordpress/config.php");
const SERVE: &str = include_str!("wordpress/serve.php");
const BEGIN: &str = include_str!("wordpress/begin.php");
/// Where Debian keeps the site's own files, and its themes.
const CODE: &str = "/usr/share/wordpress";
const CONTENT: &str = "/var/lib/wordpress/wp-content";
/// The small web server and PHP for it stand in for Apache, which the package would bring along; neither is ever started.
const PACKAGES: &[&str] = &[
    "nginx-light",
    "php-cgi",
    "php-cli",
    "php-mysql",
    "php-gd",
    "php-mbstring",
    "php-xml",
    "php-curl",
    "mariadb-server-core",
    "mariadb-client-core",
    "wordpress",
    "wordpress-theme-twentytwentythree",
];
/// What the site's begun script says before what it made.
const READY: &str = "READY ";

pub struct WordPress {
    url: String,
    said: Value,
    // Stopped in this order, then the folder goes.
    _site: Server,
    _database: Server,
    _folder: Scratch,
}

/// Debian's packages, then the site's files in `folder`: it wants its settings among them.
pub fn install_packages(log: &Path) -> anyhow::Result<()> {
    let is_there = || Path::new(CODE).join("wp-load.php").is_file() && mariadbd().is_some() && machine::which("php").is_some();
    debian::need_all(log, "WordPress", PACKAGES, is_there)
}

pub fn install(folder: &Path, log: &Path) -> anyhow::Result<()> {
    let code = folder.join("code");
    let mut copy = Command::new("sh");
    // Some files are links to others' packages, and one leads nowhere.
    copy.args([
        "-c",
        r#"mkdir -p "$2" && { cp -rL "$1"/. "$2"/ 2>/dev/null || test -f "$2/wp-load.php"; } && rm -rf "$2/wp-content""#,
        "copy",
        CODE,
    ]);
    copy.arg(&code);
    run_well(copy, log, START_MAX)?;
    fs::write(code.join("wp-config.php"), CONFIG)?;
    fs::write(folder.join("serve.php"), SERVE)?;
    fs::write(folder.join("begin.php"), BEGIN)?;
    Ok(())
}

/// What an installed set was made of: other files of ours, or another WordPress, are installed anew.
pub fn recipe() -> String {
    let version = machine::output("dpkg-query", &["-W", "-f", "${Version}", "wordpress"]).unwrap_or_default();
    format!("{version} {} {}", PACKAGES.join(" "), CONFIG.len() + SERVE.len() * 3 + BEGIN.len() * 7)
}

fn mariadbd() -> Option<PathBuf> {
    machine::which("mariadbd").or_else(|| Some(PathBuf::from("/usr/sbin/mariadbd")).filter(|p| p.is_file()))
}

impl WordPress {
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        let set = installing.need(Set::WordPress)?;
        let folder = Scratch::new("wordpress")?;
        let log = cache()?.join("wordpress-server.log");
        let _ = fs::remove_file(&log);
        let content = folder.0.join("content");
        for name in ["plugins", "uploads"] {
            fs::create_dir_all(content.join(name))?;
        }
        symlink(Path::new(CONTENT).join("themes"), content.join("themes"))?;
        let database = start_database(&folder.0, &log)?;
        let port = free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        let code = set.join("code");
        let php = |arguments: &[&std::ffi::OsStr]| {
            let mut command = Command::new("php");
            command.args(["-d", "memory_limit=256M", "-d", "upload_max_filesize=32M", "-d", "post_max_size=40M", "-d", "display_errors=0"]);
            command.args(arguments).env("SITE_FOLDER", &folder.0).env("SITE_URL", &url);
            command
        };
        run_well(php(&[set.join("begin.php").as_ref(), code.as_ref()]), &log, START_MAX)?;
        let told = fs::read_to_string(&log)?;
        let told = told.lines().find_map(|l| l.strip_prefix(READY)).context("the site does not say that it was made")?;
        let said = serde_json::from_str(told).context("the site says what it made as JSON")?;
        let address = format!("127.0.0.1:{port}");
        let mut serve = php(&["-S".as_ref(), address.as_ref(), "-t".as_ref(), code.as_ref(), set.join("serve.php").as_ref()]);
        // Several answers at once, as any real server gives.
        serve.env("PHP_CLI_SERVER_WORKERS", "3");
        let mut site = Server::start("WordPress", &serve, &log)?;
        site.wait(START_MAX, |_| http::status(port, "/wp-json/").filter(|s| *s == 200))?;
        Ok(Self { url, said, _site: site, _database: database, _folder: folder })
    }

    pub fn settings(&self) -> Vec<Setting> {
        let said = |name: &str| self.said[name].as_str().unwrap_or_default().to_owned();
        vec![
            ("HOBNOB_CP_WORDPRESS", self.url.clone()),
            ("HOBNOB_CP_WORDPRESS_ADA", said("ada")),
            ("HOBNOB_CP_WORDPRESS_BEN", said("ben")),
            ("HOBNOB_CP_WORDPRESS_EVE", said("eve")),
        ]
    }
}

/// A database for this one site: quick instead of durable, reachable by its socket file alone.
fn start_database(folder: &Path, log: &Path) -> anyhow::Result<Server> {
    let data = folder.join("db");
    let user: &[&str] = if machine::is_root() { &["--user=root"] } else { &[] };
    let mut init = Command::new("mariadb-install-db");
    init.arg("--no-defaults").args(user).arg(format!("--datadir={}", data.display()));
    init.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    run_well(init, log, START_MAX)?;
    let socket = folder.join("db.sock");
    let mut serve = Command::new(mariadbd().context("installed, but mariadbd is not to be found")?);
    serve.arg("--no-defaults").args(user).arg(format!("--datadir={}", data.display())).arg(format!("--socket={}", socket.display()));
    serve.arg(format!("--pid-file={}", folder.join("db.pid").display()));
    serve.args(["--skip-networking", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF"]);
    let mut server = Server::start("MariaDB", &serve, log)?;
    server.wait(START_MAX, |_| std::os::unix::net::UnixStream::connect(&socket).ok().map(drop))?;
    let mut make = Command::new("mariadb");
    make.arg("--no-defaults").arg(format!("--socket={}", socket.display())).args([
        "-u",
        "root",
        "-e",
        "create database site character set utf8mb4",
    ]);
    run_well(make, log, START_MAX)?;
    Ok(server)
}
