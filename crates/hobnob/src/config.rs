//! What can be configured, by flag, by environment, and by a TOML file; in that order of precedence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use model::{MailServer, NetworkKey, Secret};
use networks::Networks;
use serde::Deserialize;
use verbs::reflect::visitor::Own;

/// Where the desk is when nothing else is said.
pub const LISTEN_DEFAULT: &str = "127.0.0.1:8170";

/// Flags that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// The data folder [default: hobnob in the system's folder for data of programs]
    #[arg(long, value_name = "FOLDER", env = "HOBNOB_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// A settings file [default: hobnob.toml in the data folder, if it is there]
    #[arg(long, value_name = "FILE", env = "HOBNOB_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// Where to keep the desk: postgres://… for PostgreSQL [default: SQLite in the data folder]
    #[arg(long, value_name = "URL", env = "HOBNOB_DATABASE", hide_env_values = true, global = true)]
    pub database: Option<String>,
    /// The address to answer on; port 0 takes a free one [default: 127.0.0.1:8170]
    #[arg(long, value_name = "ADDRESS", env = "HOBNOB_LISTEN", global = true)]
    pub listen: Option<SocketAddr>,
    /// The address by which others reach this desk; short links begin with it [default: http:// and the address it answers on]
    #[arg(long, value_name = "URL", env = "HOBNOB_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// Hosts on private addresses that may be called all the same, as host or host:port, with commas between
    #[arg(long, value_name = "HOSTS", env = "HOBNOB_ALLOW_PRIVATE", value_delimiter = ',', global = true)]
    pub allow_private: Vec<String>,
    /// Networks to listen to whole, as NAME for the usual address or NAME=ADDRESS, with commas between [default: none]
    #[arg(long, value_name = "NETWORKS", env = "HOBNOB_FIREHOSE", value_delimiter = ',', global = true)]
    pub firehose: Vec<String>,
    /// The mail server of every desk that names none: smtps://NAME:PASSWORD@HOST, smtp:// for STARTTLS, smtp+plain:// in the clear
    #[arg(long, value_name = "URL", env = "HOBNOB_SMTP", hide_env_values = true, global = true)]
    pub smtp: Option<String>,
    /// Whose letters go by it: an address, or NAME <ADDRESS>
    #[arg(long, value_name = "ADDRESS", env = "HOBNOB_MAIL_FROM", global = true)]
    pub mail_from: Option<String>,
    /// A file with a certificate (PEM) by which a mail server may prove its name, besides those that the system trusts
    #[arg(long, value_name = "FILE", env = "HOBNOB_SMTP_CA", global = true)]
    pub smtp_ca: Option<PathBuf>,
    /// Addresses (203.0.113.9), networks (203.0.113.0/24) and parts of user agents that are our own: their visits are not counted
    #[arg(long, value_name = "OWN", env = "HOBNOB_OWN", value_delimiter = ',', global = true)]
    pub own_visits: Vec<String>,
}

/// The same in `hobnob.toml`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    #[serde(default)]
    allow_private: Vec<String>,
    #[serde(default)]
    firehose: Vec<String>,
    smtp: Option<String>,
    mail_from: Option<String>,
    smtp_ca: Option<PathBuf>,
    #[serde(default)]
    own_visits: Vec<String>,
}

/// What holds.
#[derive(Clone, Debug)]
pub struct Settings {
    pub data: PathBuf,
    pub database: Option<String>,
    pub listen: SocketAddr,
    pub public_url: Option<String>,
    pub allow_private: Vec<String>,
    /// Each with the address to read, where it is not the usual one.
    pub firehoses: Vec<(NetworkKey, Option<String>)>,
    pub own: Own,
    pub mail: Option<(MailServer, Option<Secret>)>,
    /// PEM.
    pub mail_authority: Option<String>,
}

impl Flags {
    /// Flags and environment over the file, the file over what is built in.
    pub fn settle(&self) -> Result<Settings> {
        let data = match &self.data {
            Some(folder) => folder.clone(),
            None => default_data()?,
        };
        let (path, is_asked_for) = match &self.config {
            Some(path) => (path.clone(), true),
            None => (data.join("hobnob.toml"), false),
        };
        let file = read_file(&path, is_asked_for)?;
        let database = self.database.clone().or(file.database);
        if let Some(url) = &database
            && !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
        {
            bail!("the database has to be an address that begins with postgres:// (HOBNOB_DATABASE); for SQLite, leave it out");
        }
        let public_url = self.public_url.clone().or(file.public_url);
        if let Some(url) = &public_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            bail!("the public address has to begin with https:// or http://, not “{url}” (HOBNOB_PUBLIC_URL)");
        }
        let own = if self.own_visits.is_empty() { &file.own_visits } else { &self.own_visits };
        let own = Own::read(own.iter().map(String::as_str)).context("what is said to be our own (HOBNOB_OWN) can't be read")?;
        let mail = mail(self.smtp.as_ref().or(file.smtp.as_ref()), self.mail_from.as_ref().or(file.mail_from.as_ref()))?;
        let mail_authority = match self.smtp_ca.as_ref().or(file.smtp_ca.as_ref()) {
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .with_context(|| format!("the certificate {} can't be read (HOBNOB_SMTP_CA)", path.display()))?,
            ),
            None => None,
        };
        let mut allow_private = if self.allow_private.is_empty() { file.allow_private } else { self.allow_private.clone() };
        // Whoever names a mail server for all desks has named it.
        allow_private.extend(mail.as_ref().map(|(server, _)| format!("{}:{}", server.host, server.port)));
        Ok(Settings {
            own,
            mail,
            mail_authority,
            data,
            database,
            listen: self.listen.or(file.listen).unwrap_or_else(|| LISTEN_DEFAULT.parse().expect("the built-in address is one")),
            public_url: public_url.map(|u| u.trim_end_matches('/').to_owned()),
            allow_private,
            firehoses: firehoses(if self.firehose.is_empty() { &file.firehose } else { &self.firehose })?,
        })
    }
}

fn mail(url: Option<&String>, from: Option<&String>) -> Result<Option<(MailServer, Option<Secret>)>> {
    match (url, from) {
        (None, None) => Ok(None),
        (Some(_), None) => bail!("a mail server is named (HOBNOB_SMTP) and nobody whose letters they are: say so with HOBNOB_MAIL_FROM"),
        (None, Some(_)) => bail!("HOBNOB_MAIL_FROM says whose letters they are, but no mail server is named (HOBNOB_SMTP)"),
        (Some(url), Some(from)) => {
            Ok(Some(verbs::desk::mail_server::from_address(url, from).context("the mail server (HOBNOB_SMTP) can't be read")?))
        }
    }
}

fn firehoses(words: &[String]) -> Result<Vec<(NetworkKey, Option<String>)>> {
    let networks = Networks::default();
    let whole: Vec<&str> = networks.all().filter(|n| n.firehose().is_some()).map(|n| n.about().key).collect();
    words
        .iter()
        .map(|word| {
            let (name, address) = word.split_once('=').map_or((word.as_str(), None), |(name, address)| (name, Some(address)));
            if !whole.contains(&name) {
                bail!("“{name}” can't be listened to whole; there is {} (HOBNOB_FIREHOSE)", whole.join(", "));
            }
            if let Some(address) = address.filter(|a| !(a.starts_with("wss://") || a.starts_with("ws://"))) {
                bail!("a firehose's address begins with wss://, not “{address}” (HOBNOB_FIREHOSE)");
            }
            Ok((NetworkKey::new(name), address.map(str::to_owned)))
        })
        .collect()
}

fn read_file(path: &Path, is_asked_for: bool) -> Result<File> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("the settings file {} can't be read", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_asked_for => Ok(File::default()),
        Err(error) => Err(error).with_context(|| format!("the settings file {} can't be read", path.display())),
    }
}

fn default_data() -> Result<PathBuf> {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    if let Some(folder) = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|p| p.is_absolute()) {
        return Ok(folder.join("hobnob"));
    }
    match home() {
        Some(home) if cfg!(target_os = "macos") => Ok(home.join("Library/Application Support/hobnob")),
        Some(home) => Ok(home.join(".local/share/hobnob")),
        None => bail!("no home folder is known: say where data shall be kept, with --data FOLDER"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_with_whose_letters_it_takes() {
        let data = Some(std::env::temp_dir().join("hobnob-no-such-folder"));
        let named = |smtp: Option<&str>, from: Option<&str>| {
            Flags { data: data.clone(), smtp: smtp.map(str::to_owned), mail_from: from.map(str::to_owned), ..Flags::default() }.settle()
        };
        let settings = named(Some("smtp+plain://127.0.0.1:2525"), Some("Maren <maren@desk.example>")).unwrap();
        assert_eq!(settings.mail.unwrap().0.from_name, "Maren");
        assert_eq!(settings.allow_private, ["127.0.0.1:2525"], "whoever names it has named it");
        for (smtp, from, said) in [
            (Some("smtps://mail.example"), None, "HOBNOB_MAIL_FROM"),
            (None, Some("maren@desk.example"), "HOBNOB_SMTP"),
            (Some("https://mail.example"), Some("maren@desk.example"), "begins with smtps://"),
        ] {
            let wrong = format!("{:#}", named(smtp, from).unwrap_err());
            assert!(wrong.contains(said), "{wrong}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_file_and_a_wrong_word_in_the_file_is_named() {
        let folder = std::env::temp_dir().join(format!("hobnob-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("hobnob.toml"), "listen = \"127.0.0.1:9000\"\npublic_url = \"https://desk.example/\"\n").unwrap();
        let mut flags = Flags { data: Some(folder.clone()), ..Flags::default() };
        let settings = flags.settle().unwrap();
        assert_eq!(settings.listen.port(), 9000);
        assert_eq!(settings.public_url.as_deref(), Some("https://desk.example"));
        flags.listen = Some("127.0.0.1:0".parse().unwrap());
        assert_eq!(flags.settle().unwrap().listen.port(), 0);
        for (word, said) in [("nowhere", "can't be listened to whole"), ("bluesky=https://a.example", "begins with wss://")] {
            flags.firehose = vec![word.into()];
            let wrong = flags.settle().unwrap_err().to_string();
            assert!(wrong.contains(said), "{wrong}");
        }
        flags.firehose = vec!["bluesky".into(), "bluesky=wss://a.example/subscribe".into()];
        let addresses: Vec<Option<String>> = flags.settle().unwrap().firehoses.into_iter().map(|(_, address)| address).collect();
        assert_eq!(addresses, [None, Some("wss://a.example/subscribe".to_owned())]);
        std::fs::write(folder.join("hobnob.toml"), "listne = \"x\"\n").unwrap();
        let wrong = format!("{:#}", flags.settle().unwrap_err());
        assert!(wrong.contains("listne") && wrong.contains("hobnob.toml"), "{wrong}");
        flags.database = Some("mysql://x".into());
        std::fs::write(folder.join("hobnob.toml"), "").unwrap();
        assert!(flags.settle().unwrap_err().to_string().contains("postgres://"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
