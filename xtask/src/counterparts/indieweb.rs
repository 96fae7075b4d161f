//! Two people's own sites, Ada's and Ben's, on a package that speaks IndieAuth, Micropub and Webmention: one to be signed in to and written
//! to, the other to answer and to be told. What they keep goes when they end.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::{Installing, Set, Setting, cache};
use crate::process::{Scratch, Server, free_port};

const START_MAX: Duration = Duration::from_secs(90);
const GLUE: &str = include_str!("indieweb.py");
/// The Micropub tokens that every test knows.
const ADA_TOKEN: &str = "ada-token";
const BEN_TOKEN: &str = "ben-token";

struct Site {
    url: String,
    _server: Server,
    _folder: Scratch,
}

pub struct IndieWeb {
    ada: Site,
    ben: Site,
}

impl IndieWeb {
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        Ok(Self { ada: Site::start(installing, "ada", ADA_TOKEN)?, ben: Site::start(installing, "ben", BEN_TOKEN)? })
    }

    pub fn settings(&self) -> Vec<Setting> {
        vec![
            ("HOBNOB_CP_INDIEWEB", self.ada.url.clone()),
            ("HOBNOB_CP_INDIEWEB_TOKEN", ADA_TOKEN.to_owned()),
            ("HOBNOB_CP_INDIEWEB_BEN", self.ben.url.clone()),
            ("HOBNOB_CP_INDIEWEB_BEN_TOKEN", BEN_TOKEN.to_owned()),
        ]
    }
}

impl Site {
    fn start(installing: &mut Installing, name: &str, token: &str) -> anyhow::Result<Self> {
        let set = installing.need(Set::IndieWeb)?;
        let folder = Scratch::new("indieweb")?;
        fs::create_dir_all(folder.0.join("media"))?;
        let log = cache()?.join(format!("indieweb-{name}.log"));
        let _ = fs::remove_file(&log);
        let glue = folder.0.join("own_site.py");
        fs::write(&glue, GLUE)?;
        let port = free_port()?;
        let wish = json!({"port": port, "folder": folder.0, "name": name, "token": token});
        let mut serve = Command::new(set.join("bin/python"));
        serve.current_dir(&folder.0).args(["-W", "ignore"]).arg(&glue).arg(wish.to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut server = Server::start("the IndieWeb site", &serve, &log)?;
        server.wait(START_MAX, |s| s.log().lines().any(|l| l == "READY").then_some(()))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}/"), _server: server, _folder: folder })
    }
}
