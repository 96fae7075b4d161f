//! `hobnob letter`: what a week brought, as plain text to be read or sent on by any program that sends mail, or its figures as CSV.

use anyhow::Result;
use clap::Args;
use verbs::reflect::letter;

use crate::cli::desk::{Sitting, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// A day of the week, such as 2026-09-07; the last full week where it is left out
    #[arg(long, value_name = "DATE", default_value = "")]
    week: String,
    /// All its figures, as CSV
    #[arg(long)]
    csv: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let found = letter::letter(sitting.cx(), &arguments.week).await?;
    say(if arguments.csv { letter::figures(&found) } else { letter::plain(&found) }.trim_end());
    Ok(())
}
