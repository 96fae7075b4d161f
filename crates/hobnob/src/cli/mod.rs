//! The command line: each command turns arguments into one verb's call and prints what it answers.
//! Begin with [`Command`]; `desk.rs` is what they share.

pub mod aims;
pub mod backup;
pub mod connect;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod feeds;
pub mod hand;
pub mod import;
pub mod inbox;
mod introduce;
pub mod kept;
mod lab;
pub mod letter;
pub mod listen;
pub mod mail;
pub mod outcomes;
pub mod password;
pub mod people;
pub mod post;
pub mod reply;
pub mod search;
pub mod sync;
pub mod topics;
pub mod trials;

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
    /// Look round in a lived-in desk of invented people, on throw-away data
    Demo(demo::Arguments),
    /// Say plainly what is wrong, if anything is
    Doctor(doctor::Arguments),
    /// Put everything into one file, sign-ins sealed
    Backup(backup::Arguments),
    /// Put a backup back into an empty data folder
    Restore(backup::Arguments),
    /// Put everything into a zip of JSON Lines that others can read, without sign-ins
    Export(backup::Arguments),
    /// Bring in now what was said to you and around you
    Sync(sync::Arguments),
    /// Who waits for you, and the other boxes
    Inbox(inbox::Arguments),
    /// Answer a conversation
    Reply(reply::Arguments),
    /// Say something, at once or at a time, on one account or several
    Post(post::Arguments),
    /// Make many drafts of one file, CSV or JSON, with days where it has some
    Import(import::Arguments),
    /// What waits to be carried over by hand, and the address brought back
    Hand(hand::Arguments),
    /// Why you are here, and how far it is
    Aims(aims::Arguments),
    /// Places tried for three weeks, and what is proposed
    Trials(trials::Arguments),
    /// What came of it: noted by hand, sent by your own site, or brought in from a log or another counter
    Outcomes(outcomes::Arguments),
    /// What a week brought, in plain words
    Letter(letter::Arguments),
    /// The mail server: try it with a letter to yourself, and what became of the newest letters
    Mail(mail::Arguments),
    /// Follow many feeds at once, or list those that are followed
    Feeds(feeds::Arguments),
    /// What is listened for
    Topics(topics::Arguments),
    /// Conversations worth joining, with why
    Listen(listen::Arguments),
    /// Who your people are, and what is between you
    People(people::Arguments),
    /// Find people, and what was said, in everything kept
    Search(search::Arguments),
    /// How much of what others said is kept, and for how long
    Kept(kept::Arguments),
    /// Run one of Hobnob's judgements on texts of your own
    #[command(subcommand)]
    Lab(lab::Lab),
    /// Set a new password for somebody who forgot theirs
    Password(password::Arguments),
}

pub async fn run(command: Command, flags: &Flags) -> anyhow::Result<()> {
    match command {
        Command::Connect(arguments) => connect::run(arguments, flags).await,
        Command::Demo(arguments) => demo::run(arguments, flags).await,
        Command::Doctor(arguments) => doctor::run(arguments, flags).await,
        Command::Backup(arguments) => backup::backup(arguments, flags).await,
        Command::Restore(arguments) => backup::restore(arguments, flags).await,
        Command::Export(arguments) => backup::export(arguments, flags).await,
        Command::Sync(arguments) => sync::run(arguments, flags).await,
        Command::Inbox(arguments) => inbox::run(arguments, flags).await,
        Command::Reply(arguments) => reply::run(arguments, flags).await,
        Command::Post(arguments) => post::run(arguments, flags).await,
        Command::Import(arguments) => import::run(arguments, flags).await,
        Command::Hand(arguments) => hand::run(arguments, flags).await,
        Command::Aims(arguments) => aims::run(arguments, flags).await,
        Command::Trials(arguments) => trials::run(arguments, flags).await,
        Command::Outcomes(arguments) => outcomes::run(arguments, flags).await,
        Command::Letter(arguments) => letter::run(arguments, flags).await,
        Command::Mail(arguments) => mail::run(arguments, flags).await,
        Command::Feeds(arguments) => feeds::run(arguments, flags).await,
        Command::Topics(arguments) => topics::run(arguments, flags).await,
        Command::Listen(arguments) => listen::run(arguments, flags).await,
        Command::People(arguments) => people::run(arguments, flags).await,
        Command::Search(arguments) => search::run(arguments, flags).await,
        Command::Kept(arguments) => kept::run(arguments, flags).await,
        Command::Lab(lab) => lab::run(lab),
        Command::Password(arguments) => password::run(arguments, flags).await,
    }
}
