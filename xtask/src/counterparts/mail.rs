//! A mail server that delivers nothing: in the clear, by STARTTLS and encrypted from the start, on three ports of one process. It keeps what it takes as
//! files, and turns some letters away on purpose.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::{Installing, Set, Setting, cache};
use crate::process::{Scratch, Server, free_port};

const START_MAX: Duration = Duration::from_secs(60);
const GLUE: &str = include_str!("mail.py");

pub struct Mail {
    ports: [u16; 3],
    _server: Server,
    folder: Scratch,
}

impl Mail {
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        let set = installing.need(Set::Mail)?;
        let folder = Scratch::new("mail")?;
        let log = cache()?.join("mail-server.log");
        let _ = fs::remove_file(&log);
        let glue = folder.0.join("server.py");
        fs::write(&glue, GLUE)?;
        let ports = [free_port()?, free_port()?, free_port()?];
        let wish = json!({"folder": folder.0, "clear": ports[0], "starttls": ports[1], "tls": ports[2]});
        let mut serve = Command::new(set.join("bin/python"));
        serve.current_dir(&folder.0).args(["-W", "ignore"]).arg(&glue).arg(wish.to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut server = Server::start("the mail server", &serve, &log)?;
        server.wait(START_MAX, |s| s.log().lines().any(|l| l == "READY").then_some(()))?;
        Ok(Self { ports, _server: server, folder })
    }

    pub fn settings(&self) -> Vec<Setting> {
        let [clear, starttls, tls] = self.ports;
        vec![("HOBNOB_CP_MAIL", format!("{clear} {starttls} {tls}")), ("HOBNOB_CP_MAIL_FOLDER", self.folder.0.display().to_string())]
    }
}
