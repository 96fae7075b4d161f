//! Opening the data: the folder, the key file, the store, and the app on top of them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use networks::http::Reach;
use networks::{Http, Networks};
use store::{Backend, Key, Store};
use verbs::App;

use crate::config::Settings;

/// Opens everything for `settings`; `public_url` as it is when the port is known.
pub fn app(settings: &Settings, public_url: &str) -> Result<Arc<App>> {
    let store = store(settings)?;
    let reach = Reach { private_hosts: settings.allow_private.clone() };
    let http = Http::within(reach, crate::clock::answer_max(networks::http::ANSWER_MAX));
    let http = match &settings.mail_authority {
        Some(pem) => http.trusting_mail(pem),
        None => http,
    };
    Ok(App::new(
        store,
        http,
        Networks::default(),
        verbs::Config {
            public_url: public_url.to_owned(),
            data: settings.data.clone(),
            is_demo: false,
            firehoses: settings.firehoses.clone(),
            own: settings.own.clone(),
            mail: settings.mail.clone(),
            steady: Some(crate::clock::steady),
        },
    ))
}

/// Opens the store, and makes the folder and the key on a first run.
pub fn store(settings: &Settings) -> Result<Store> {
    make_private_folder(&settings.data).with_context(|| format!("the data folder {} can't be made", settings.data.display()))?;
    let key = key(&settings.data.join("hobnob.key"))?;
    Store::open(backend(settings), key).with_context(|| match &settings.database {
        Some(_) => "the PostgreSQL named by HOBNOB_DATABASE can't be opened".to_owned(),
        None => format!("the data in {} can't be opened", settings.data.display()),
    })
}

/// What is in it is for its owner alone.
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

pub fn backend(settings: &Settings) -> Backend {
    match &settings.database {
        Some(url) => Backend::Pg(url.clone()),
        None => Backend::Lite(settings.data.join("hobnob.sqlite")),
    }
}

/// The key with which networks' secrets are sealed; made on the first run, readable by its owner alone.
pub fn key(path: &Path) -> Result<Key> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse_key(text.trim()).with_context(|| format!("the key file {} is not a key", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = Key::random();
            write_private(path, &key_text(&key)).with_context(|| format!("the key file {} can't be written", path.display()))?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("the key file {} can't be read", path.display())),
    }
}

/// A key as it stands in its file: 64 hexadecimal digits and a line's end.
pub fn key_text(key: &Key) -> String {
    key.bytes().iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n"
}

pub fn parse_key(text: &str) -> Result<Key> {
    if text.len() != 64 || !text.is_ascii() {
        bail!("it has to hold 64 hexadecimal digits");
    }
    let mut bytes = [0u8; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).context("it has to hold 64 hexadecimal digits")?;
    }
    Ok(Key::new(bytes))
}

pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
