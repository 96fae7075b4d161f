//! What the commands share: opening the desk as its owner, printing, and saying what is wrong.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use model::Seat;
use verbs::desk::sample;
use verbs::{App, Cx, VerbError};

use crate::cli::EXIT_WRONG;
pub use crate::clock::now;
use crate::config::Flags;
use crate::open;

/// Bad arguments or a bad file: exit code 2.
#[derive(Debug)]
pub struct Wrong(pub String);

impl Wrong {
    pub fn because(error: anyhow::Error) -> anyhow::Error {
        Wrong(format!("{error:#}")).into()
    }
    pub fn said(words: impl Into<String>) -> anyhow::Error {
        Wrong(words.into()).into()
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Wrong {}

/// Prints an error to standard error and chooses the exit code: 2 for what the caller got wrong, 1 for what went wrong.
pub fn complain(error: &anyhow::Error) -> ExitCode {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "hobnob: {error:#}");
    let is_callers = error.downcast_ref::<Wrong>().is_some()
        || matches!(
            error.downcast_ref::<VerbError>(),
            Some(VerbError::Wrong { .. } | VerbError::Misfits(_) | VerbError::Query(_) | VerbError::Missing(_))
        );
    ExitCode::from(if is_callers { EXIT_WRONG } else { 1 })
}

/// The desk as a command works at it: the owner's seat at the first desk.
pub struct Sitting {
    pub app: Arc<App>,
    pub seat: Seat,
}

impl Sitting {
    /// Opens the data and sits down. A desk without an owner is refused with what to do.
    pub async fn open(flags: &Flags) -> Result<Sitting> {
        let settings = flags.settle().map_err(Wrong::because)?;
        let public = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
        let app = open::app(&settings, &public)?;
        let seat = app
            .store
            .read_unscoped::<_, store::StoreError>(|tx| {
                for desk in tx.desks()? {
                    let owner = tx.at(desk.id, |tx| {
                        Ok::<_, store::StoreError>(if tx.setting(sample::MARK)?.is_some() { None } else { tx.voices()?.into_iter().next() })
                    })?;
                    if let Some((voice, role)) = owner {
                        return Ok(Some(Seat::of_voice(desk.id, voice.id, role)));
                    }
                }
                Ok(None)
            })
            .await?;
        let seat = seat.ok_or_else(|| Wrong::said("this desk has no owner yet: start `hobnob` and open the address it prints"))?;
        Ok(Sitting { app, seat })
    }
    pub fn cx(&self) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.seat, now: now() }
    }
}

/// Prints a line to standard output; a reader that has gone away ends the program quietly.
pub fn say(line: impl std::fmt::Display) {
    if writeln!(std::io::stdout().lock(), "{line}").is_err() {
        std::process::exit(0);
    }
}
