//! `hobnob reply`: answers a conversation, at once.

use anyhow::Result;
use clap::Args;
use model::{AccountId, ConversationId, Kind, PostId};
use serde_json::json;
use verbs::converse::answering::Words;
use verbs::converse::reply::{Then, reply_held};
use verbs::publish;
use verbs::publish::placed::placed;

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// The conversation's number, as `hobnob inbox` prints it
    conversation: String,
    /// The words; - reads them from standard input
    words: String,
    /// The post to answer; without it, the one that waits
    #[arg(long, value_name = "POST")]
    to: Option<i64>,
    /// The account to answer through, as `hobnob accounts` numbers it; without it, the usual one. From another network the answer carries the address of what it answers
    #[arg(long, value_name = "ACCOUNT")]
    from: Option<i64>,
    /// gives, asks or talks
    #[arg(long, default_value = "talks")]
    kind: String,
    /// Replace links by short ones that count visits
    #[arg(long)]
    short_links: bool,
    /// And be done with the conversation
    #[arg(long)]
    done: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let number =
        arguments.conversation.parse().map_err(|_| Wrong::said(format!("“{}” is not a conversation's number", arguments.conversation)))?;
    let kind = Kind::from_word(&arguments.kind).ok_or_else(|| Wrong::said(format!("“{}” is not gives, asks or talks", arguments.kind)))?;
    let text = if arguments.words == "-" { std::io::read_to_string(std::io::stdin())?.trim_end().to_owned() } else { arguments.words };
    let sitting = Sitting::open(flags).await?;
    let words = Words {
        conversation: ConversationId(number),
        to: arguments.to.map(PostId),
        from: arguments.from.map(AccountId),
        text,
        kind,
        has_short_links: arguments.short_links,
        ..Words::default()
    };
    // There is nobody to press Undo: it goes at once.
    let replied = reply_held(sitting.cx(), words, if arguments.done { Then::Done } else { Then::Stay }, 0).await?;
    let all = placed(sitting.cx(), replied.draft).await?;
    for place in all {
        publish::deliver(sitting.cx(), place.delivery).await?;
    }
    let mut failed = None;
    for place in placed(sitting.cx(), replied.draft).await? {
        if arguments.json {
            say(json!({
                "conversation": replied.conversation.0, "draft": replied.draft.0, "delivery": place.delivery.0, "state": place.state.word(), "url": place.url, "why": place.why,
            }));
        } else {
            let url = place.url.as_ref().map_or(String::new(), |u| format!(": {u}"));
            say(format!("{} on {}: {}{url}", replied.who, replied.network, place.state.word()));
        }
        if place.state == model::DeliveryState::Refused {
            failed = place.why;
        }
    }
    failed.map_or(Ok(()), |why| Err(anyhow::anyhow!("the network did not take it: {why}")))
}
