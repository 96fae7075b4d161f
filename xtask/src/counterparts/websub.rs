//! A hub with two feeds of its own, on a package that speaks WebSub: one that it tells of, and one that it tells nobody of. What it keeps goes when it ends.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::{Installing, Set, Setting, cache};
use crate::process::{Scratch, Server, free_port};

const START_MAX: Duration = Duration::from_secs(60);
const GLUE: &str = include_str!("websub.py");

pub struct WebSub {
    url: String,
    _server: Server,
    _folder: Scratch,
}

impl WebSub {
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        let set = installing.need(Set::WebSub)?;
        let folder = Scratch::new("websub")?;
        let log = cache()?.join("websub-hub.log");
        let _ = fs::remove_file(&log);
        let glue = folder.0.join("hub.py");
        fs::write(&glue, GLUE)?;
        let port = free_port()?;
        let wish = json!({"port": port, "folder": folder.0});
        let mut serve = Command::new(set.join("bin/python"));
        serve.current_dir(&folder.0).args(["-W", "ignore"]).arg(&glue).arg(wish.to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut server = Server::start("the WebSub hub", &serve, &log)?;
        server.wait(START_MAX, |s| s.log().lines().any(|l| l == "READY").then_some(()))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), _server: server, _folder: folder })
    }

    pub fn settings(&self) -> Vec<Setting> {
        vec![("HOBNOB_CP_WEBSUB", self.url.clone())]
    }
}
