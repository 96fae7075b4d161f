//! `hobnob password`: a new password for somebody who forgot theirs, set on the machine itself.

use anyhow::Result;
use clap::Args;

use crate::cli::desk::{Sitting, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Whose, by the name they sign in with
    name: String,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    say("Type the new password, then Enter. It is shown as you type.");
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    verbs::desk::session::reset_password(&sitting.app, &arguments.name, password.trim_end_matches(['\r', '\n']).to_owned()).await?;
    say("It holds from now on, and every browser of theirs is signed out.");
    Ok(())
}
