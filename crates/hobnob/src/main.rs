//! The door: one program that serves the desk, and does from the command line what the pages do.

mod cli;
mod clock;
mod config;
mod open;
mod serve;
mod streams;
mod visits;
mod worker;

use std::process::ExitCode;

use clap::Parser;

/// A desk for doing social media as conversation. Without a command it serves the desk and prints its address.
#[derive(Parser)]
#[command(name = "hobnob", version, about, after_help = cli::AFTER_HELP)]
struct Arguments {
    #[command(flatten)]
    flags: config::Flags,
    #[command(subcommand)]
    command: Option<cli::Command>,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            // Help and version are answers, not errors.
            return ExitCode::from(if error.use_stderr() { cli::EXIT_WRONG } else { 0 });
        }
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    start_logging();
    // One worker thread of the runtime is enough for a desk; the store has threads of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return cli::complain(&anyhow::Error::from(error)),
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::complain(&error),
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        None => serve::run(arguments.flags.settle().map_err(cli::Wrong::because)?).await,
        Some(command) => cli::run(command, &arguments.flags).await,
    }
}

/// Words about what the program does go to standard error: `HOBNOB_LOG=debug` says more.
fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("HOBNOB_LOG").unwrap_or_else(|_| EnvFilter::new("warn,hobnob=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
