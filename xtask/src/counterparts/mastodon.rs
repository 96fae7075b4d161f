//! The stand-in for the Mastodon client API: stateful, with two people and faults on demand. It is somebody's reading of
//! Mastodon, not Mastodon, so the client is also held to recorded answers and to the published description.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::{Installing, Set, Setting, cache};
use crate::http;
use crate::process::{Scratch, Server, free_port};

const START_MAX: Duration = Duration::from_secs(60);

pub struct Mastodon {
    url: String,
    _server: Server,
    _folder: Scratch,
}

/// Every stream that is open holds one of its connections to its database, of which it has fifteen; with two servers of ours at it, nothing
/// is left for answers. So it gets more of them.
const WITH_ROOM: &str = "\
import sys
import sqlalchemy.pool as pool
room = pool.QueuePool.__init__
room.__defaults__ = (200, *room.__defaults__[1:])
from mastodon_mock.cli import main
sys.exit(main())
";

impl Mastodon {
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        let set = installing.need(Set::Mastodon)?;
        let folder = Scratch::new("mastodon")?;
        let log = cache()?.join("mastodon-server.log");
        let _ = fs::remove_file(&log);
        let port = free_port()?;
        let media = folder.0.join("media");
        fs::create_dir_all(&media)?;
        let settings = folder.0.join("settings.toml");
        fs::write(&settings, settings_text(port, &folder.0.join("kept.sqlite").to_string_lossy(), &media.to_string_lossy()))?;
        let mut serve = Command::new(set.join("bin/python"));
        serve.current_dir(&folder.0).args(["-c", WITH_ROOM, "serve"]).arg("--config").arg(&settings);
        serve.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--log-level", "warning"]);
        let mut server = Server::start("the Mastodon stand-in", &serve, &log)?;
        server.wait(START_MAX, |_| http::status(port, "/api/v1/instance").filter(|s| *s == 200))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), _server: server, _folder: folder })
    }

    pub fn settings(&self) -> Vec<Setting> {
        vec![("HOBNOB_CP_MASTODON", self.url.clone()), ("HOBNOB_CP_MASTODON_FAULTS", format!("{}/api/v1/_mock/faults", self.url))]
    }
}

/// Two people whose tokens every test knows, `ada-token` and `ben-token`; OAuth works for both as well.
fn settings_text(port: u16, database: &str, media: &str) -> String {
    let mut text = format!(
        "domain = \"127.0.0.1:{port}\"\nurl_scheme = \"http\"\ntitle = \"The other side\"\nmedia_storage_path = \"{media}\"\n\
         [database]\npath = \"{database}\"\n[server]\nhost = \"127.0.0.1\"\nport = {port}\n\
         [auth]\nenforce_scopes = true\n[ratelimit]\nenabled = false\n"
    );
    for (name, shown, role) in [("ada", "Ada", "role = \"admin\"\n"), ("ben", "Ben", "")] {
        text += &format!(
            "[[seed.accounts]]\nusername = \"{name}\"\ndisplay_name = \"{shown}\"\nemail = \"{name}@example.test\"\n{role}access_token = \"{name}-token\"\n"
        );
    }
    text
}
