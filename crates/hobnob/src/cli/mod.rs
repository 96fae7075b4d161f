//! The command line: each command turns arguments into one verb's call and prints what it answers.
//! Begin with [`Command`]; `desk.rs` is what they share.

pub mod connect;
pub mod desk;


use clap::Subcommand;

use crate::config::Flags;

pub use desk::{Wrong, complain};

/// The exit code of bad arguments and bad files.
pub const EXIT_WRONG: u8 = 2;

pub const AFTER_HELP: &str = "Every flag can also be set in the environment (as named above) and in hobnob.toml:
  listen = \"127.0.0.1:8170\"
  public_url = \"https://desk.example\"
  database = \"postgres://hobnob@localhost/hobnob\"
  allow_private = [\"192.168.1.20:3000\"]
HOBNOB_LOG=debug says more of what is done, on standard error.";

#[derive(Subcommand)]
pub enum Command {
    /// Connect an account of yours: hobnob connect NETWORK [FIELD=VALUE …]
    Connect(connect::Arguments),
}

pub async fn run(command: Command, flags: &Flags) -> anyhow::Result<()> {
    match command {
        Command::Connect(arguments) => connect::run(arguments, flags).await,
    }
}
