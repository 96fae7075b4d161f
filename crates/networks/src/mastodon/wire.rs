//! The Mastodon client API's JSON in its own words, as loosely as its many servers write it. Nothing here decides anything.

use serde::Deserialize;

use super::lenient::{count, flag, id, list, maybe, or_default, text};

#[derive(Deserialize, Clone, Debug)]
pub struct Status {
    #[serde(deserialize_with = "id")]
    pub id: String,
    #[serde(default, deserialize_with = "text")]
    pub uri: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub edited_at: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub in_reply_to_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub in_reply_to_account_id: Option<String>,
    pub account: Account,
    #[serde(default, deserialize_with = "text")]
    pub content: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub spoiler_text: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub visibility: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub language: Option<String>,
    #[serde(default, deserialize_with = "count")]
    pub replies_count: Option<u64>,
    #[serde(default, deserialize_with = "flag")]
    pub favourited: bool,
    #[serde(default, deserialize_with = "flag")]
    pub reblogged: bool,
    #[serde(default, deserialize_with = "maybe")]
    pub reblog: Option<Box<Status>>,
    #[serde(default, deserialize_with = "list")]
    pub media_attachments: Vec<Attachment>,
    #[serde(default, deserialize_with = "list")]
    pub mentions: Vec<Mention>,
    #[serde(default, deserialize_with = "list")]
    pub tags: Vec<Tag>,
    #[serde(default, deserialize_with = "maybe")]
    pub poll: Option<Poll>,
    /// Mastodon: `{state, quoted_status}`; servers of Pleroma's and Fedibird's line put the quoted status itself here.
    #[serde(default, deserialize_with = "maybe")]
    pub quote: Option<Quote>,
}

/// A quoted status with how it stands with it, or the status itself.
#[derive(Deserialize, Clone, Debug)]
#[serde(untagged)]
pub enum Quote {
    Status(Box<Status>),
    Stated(StatedQuote),
}

#[derive(Deserialize, Clone, Debug)]
pub struct StatedQuote {
    #[serde(default, deserialize_with = "text")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "maybe")]
    pub quoted_status: Option<Box<Status>>,
}

/// A question with its answers to choose from.
#[derive(Deserialize, Clone, Debug)]
pub struct Poll {
    #[serde(default, deserialize_with = "flag")]
    pub expired: bool,
    #[serde(default, deserialize_with = "flag")]
    pub multiple: bool,
    #[serde(default, deserialize_with = "count")]
    pub voters_count: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub expires_at: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub options: Vec<PollOption>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct PollOption {
    #[serde(deserialize_with = "id")]
    pub title: String,
    #[serde(default, deserialize_with = "count")]
    pub votes_count: Option<u64>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Account {
    #[serde(deserialize_with = "id")]
    pub id: String,
    #[serde(default, deserialize_with = "text")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub acct: Option<String>,
    /// The whole handle, where a server (Pleroma's family) gives it.
    #[serde(default, deserialize_with = "text")]
    pub fqn: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub display_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub note: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub avatar: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub bot: bool,
    #[serde(default, deserialize_with = "count")]
    pub followers_count: Option<u64>,
    #[serde(default, deserialize_with = "list")]
    pub fields: Vec<FieldPair>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct FieldPair {
    #[serde(default, deserialize_with = "text")]
    pub value: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Attachment {
    #[serde(deserialize_with = "id")]
    pub id: String,
    #[serde(rename = "type", default, deserialize_with = "text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub remote_url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub preview_url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub description: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Mention {
    #[serde(default, deserialize_with = "text")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub acct: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub url: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Tag {
    #[serde(deserialize_with = "id")]
    pub name: String,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Notification {
    #[serde(deserialize_with = "id")]
    pub id: String,
    #[serde(rename = "type", default, deserialize_with = "text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "maybe")]
    pub account: Option<Account>,
    #[serde(default, deserialize_with = "maybe")]
    pub status: Option<Status>,
}

/// Any entry of a list, for its id alone: pages are counted by all of them, also those we cannot read.
#[derive(Deserialize, Clone, Debug)]
pub struct Entry {
    #[serde(deserialize_with = "id")]
    pub id: String,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Context {
    #[serde(default, deserialize_with = "list")]
    pub ancestors: Vec<Status>,
    #[serde(default, deserialize_with = "list")]
    pub descendants: Vec<Status>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Found {
    #[serde(default, deserialize_with = "list")]
    pub statuses: Vec<Status>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct App {
    #[serde(deserialize_with = "id")]
    pub client_id: String,
    #[serde(deserialize_with = "id")]
    pub client_secret: String,
}

#[derive(Deserialize, Clone)]
pub struct Token {
    #[serde(deserialize_with = "id")]
    pub access_token: String,
    #[serde(default, deserialize_with = "text")]
    pub refresh_token: Option<String>,
}

/// Both versions of a server's word about itself, laid over each other.
#[derive(Deserialize, Clone, Debug, Default)]
pub struct Instance {
    /// Version 2: the domain; version 1 calls it `uri`.
    #[serde(default, deserialize_with = "text")]
    pub domain: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub uri: Option<String>,
    /// The domain in handles, where it is another one (GoToSocial).
    #[serde(default, deserialize_with = "text")]
    pub account_domain: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub version: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub source_url: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub urls: Urls,
    #[serde(default, deserialize_with = "or_default")]
    pub configuration: Configuration,
    /// The older spelling of Pleroma and others.
    #[serde(default, deserialize_with = "count")]
    pub max_toot_chars: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub max_media_attachments: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub description_limit: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub upload_limit: Option<u64>,
}

#[derive(Deserialize, Clone, Debug, Default)]
pub struct Urls {
    #[serde(default, deserialize_with = "text")]
    pub streaming_api: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub streaming: Option<String>,
}

#[derive(Deserialize, Clone, Debug, Default)]
pub struct Configuration {
    #[serde(default, deserialize_with = "or_default")]
    pub urls: Urls,
    #[serde(default, deserialize_with = "or_default")]
    pub statuses: StatusLimits,
    #[serde(default, deserialize_with = "or_default")]
    pub media_attachments: MediaLimits,
}

#[derive(Deserialize, Clone, Debug, Default)]
pub struct StatusLimits {
    #[serde(default, deserialize_with = "count")]
    pub max_characters: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub max_media_attachments: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub characters_reserved_per_url: Option<u64>,
}

#[derive(Deserialize, Clone, Debug, Default)]
pub struct MediaLimits {
    #[serde(default, deserialize_with = "count")]
    pub description_limit: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub image_size_limit: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub image_matrix_limit: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub video_size_limit: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    pub video_matrix_limit: Option<u64>,
    #[serde(default, deserialize_with = "list")]
    pub supported_mime_types: Vec<String>,
}

/// A message of a stream.
#[derive(Deserialize, Clone, Debug)]
pub struct Message {
    /// Which stream it came by, where one connection carries several: its name, then its tag.
    #[serde(default, deserialize_with = "list")]
    pub stream: Vec<String>,
    #[serde(default, deserialize_with = "text")]
    pub event: Option<String>,
    /// JSON, mostly once more wrapped into text.
    #[serde(default)]
    pub payload: serde_json::Value,
    #[serde(default, deserialize_with = "text")]
    pub error: Option<String>,
}
