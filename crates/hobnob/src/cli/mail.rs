//! `hobnob mail`: the desk's mail server as it stands, a letter to oneself, the newest letters, and last week's letter at once.

use anyhow::Result;
use clap::{Args, Subcommand};
use model::{Mail, MailState, Safety};
use serde_json::json;
use verbs::desk::mail_server;
use verbs::publish::mail;
use verbs::reflect::by_mail;

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Which server takes the letters, and whose they are
    Show,
    /// Send a letter to yourself, now, and say what the mail server answered
    Test { address: String },
    /// The newest letters, and what became of each
    List {
        /// Print JSON, one letter a line
        #[arg(long)]
        json: bool,
    },
    /// Put last week's letter in line for everybody who gets it and has not got it
    Week,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let cx = sitting.cx();
    match arguments.what {
        What::Show => match mail_server::get(cx).await? {
            None => say("No mail server is named: HOBNOB_SMTP, or the page Settings, Mail."),
            Some(held) => {
                let way = match held.server.safety {
                    Safety::Tls => "encrypted",
                    Safety::StartTls => "encrypted by STARTTLS",
                    Safety::Plain => "in the clear",
                };
                say(format!("{}:{}, {way}, letters from {}", held.server.host, held.server.port, held.server.from));
            }
        },
        What::Test { address } => {
            let (state, sentence) = mail_server::test(cx, &address).await?;
            if state != MailState::Sent {
                return Err(Wrong::said(sentence));
            }
            say(sentence);
        }
        What::List { json } => {
            for letter in mail::list(cx).await? {
                say(if json { whole(&letter) } else { line(&letter) });
            }
        }
        What::Week => match by_mail::send_now(cx).await? {
            0 => say("Everybody has got that letter already. Nobody gets it twice."),
            n => say(format!("It is in line for {n}. A running Hobnob sends it.")),
        },
    }
    Ok(())
}

fn line(letter: &Mail) -> String {
    let why = letter.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{}  {}  {}: {}{why}", letter.sent_at.unwrap_or(letter.created_at), letter.state.word(), letter.to, letter.subject)
}

fn whole(letter: &Mail) -> String {
    json!({
        "id": letter.id.0, "kind": letter.kind.word(), "to": letter.to, "subject": letter.subject, "state": letter.state.word(), "tries": letter.tries,
        "why": letter.why, "message_id": letter.message_id, "created_at": letter.created_at.to_string(),
        "sent_at": letter.sent_at.map(|at| at.to_string()),
    })
    .to_string()
}
