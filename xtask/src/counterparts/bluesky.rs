//! A private Bluesky out of the network's own software: a PLC directory, a PDS and an AppView, with two people in it.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::{Installing, Postgres, Set, Setting, cache};
use crate::process::{Scratch, Server, free_port};

const START_MAX: Duration = Duration::from_secs(120);
const GLUE: &str = include_str!("bluesky.cjs");
/// What the glue prints before the line that says all is up.
const READY: &str = "READY ";

pub struct Bluesky {
    told: Value,
    _server: Server,
    _folder: Scratch,
}

impl Bluesky {
    pub fn start(installing: &mut Installing, postgres: &Postgres) -> anyhow::Result<Self> {
        let set = installing.need(Set::Bluesky)?;
        let folder = Scratch::new("bluesky")?;
        let log = cache()?.join("bluesky-server.log");
        let _ = fs::remove_file(&log);
        let glue = set.join("hobnob-glue.cjs");
        fs::write(&glue, GLUE)?;
        // The AppView wants letters alone in names of schemas, so each start has a database instead.
        let database = format!("appview{}", free_port()?);
        let settings = json!({
            "plcPort": free_port()?,
            "pdsPort": free_port()?,
            "appViewPort": free_port()?,
            "database": postgres.make_database(&database)?,
            "folder": folder.0,
        });
        let mut serve = Command::new("node");
        serve.current_dir(&set).arg(&glue).arg(settings.to_string()).env("NODE_ENV", "test");
        let mut server = Server::start("the Bluesky network", &serve, &log)?;
        let told = server.wait(START_MAX, |s| s.log().lines().find_map(|l| l.strip_prefix(READY).map(str::to_owned)))?;
        let told = serde_json::from_str(&told).context("the glue says what it made as JSON")?;
        Ok(Self { told, _server: server, _folder: folder })
    }

    pub fn settings(&self) -> Vec<Setting> {
        let said = |path: &str| self.told.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        vec![
            ("HOBNOB_CP_BLUESKY", said("/pds")),
            ("HOBNOB_CP_PLC", said("/plc")),
            ("HOBNOB_CP_APPVIEW", said("/appView")),
            ("HOBNOB_CP_ADA_HANDLE", said("/people/ada/handle")),
            ("HOBNOB_CP_ADA_APP_PASSWORD", said("/people/ada/appPassword")),
            ("HOBNOB_CP_BEN_HANDLE", said("/people/ben/handle")),
            ("HOBNOB_CP_BEN_APP_PASSWORD", said("/people/ben/appPassword")),
        ]
    }
}
