//! The network's JSON, in its own words. Only what we read; whatever else stands there is passed over.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Actor {
    pub did: String,
    pub handle: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub avatar: Option<String>,
    pub followers_count: Option<u64>,
    pub labels: Vec<Label>,
}

#[derive(Deserialize, Clone, Debug, Default)]
#[serde(default)]
pub struct Label {
    pub val: String,
    pub neg: bool,
}

/// A record's address and the hash of what stands there.
#[derive(Deserialize, Clone, Debug)]
pub struct StrongRef {
    pub uri: String,
    pub cid: String,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct PostView {
    pub uri: String,
    pub cid: String,
    pub author: Actor,
    pub record: Value,
    pub embed: Option<Value>,
    pub reply_count: Option<u32>,
    pub indexed_at: String,
    #[serde(default)]
    pub labels: Vec<Label>,
    #[serde(default)]
    pub viewer: Viewer,
}

/// What we ourselves did to a post.
#[derive(Deserialize, Clone, Debug, Default)]
pub struct Viewer {
    pub like: Option<String>,
    pub repost: Option<String>,
}

/// `app.bsky.feed.post`, as its author wrote it.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct PostRecord {
    pub text: String,
    pub created_at: String,
    pub reply: Option<ReplyRef>,
    pub facets: Vec<Value>,
    pub langs: Vec<String>,
    pub tags: Vec<String>,
    pub labels: Option<SelfLabels>,
    pub embed: Option<Value>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct ReplyRef {
    pub root: StrongRef,
    pub parent: StrongRef,
}

#[derive(Deserialize, Clone, Debug, Default)]
#[serde(default)]
pub struct SelfLabels {
    pub values: Vec<Label>,
}

/// One stretch of a record's text, in bytes.
#[derive(Deserialize, Clone, Debug)]
pub struct Facet {
    pub index: Slice,
    pub features: Vec<Value>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Slice {
    pub byte_start: usize,
    pub byte_end: usize,
}

/// One line of a timeline.
#[derive(Deserialize, Clone, Debug)]
pub struct FeedLine {
    pub post: PostView,
    pub reason: Option<Reason>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    #[serde(rename = "$type", default)]
    pub kind: String,
    pub by: Option<Actor>,
    pub indexed_at: Option<String>,
}

/// A page of a timeline or of an author's posts. Lines are read one by one, so that an odd one spoils no other.
#[derive(Deserialize)]
pub struct FeedPage {
    pub feed: Vec<Value>,
    pub cursor: Option<String>,
}

/// A page of what a search found.
#[derive(Deserialize)]
pub struct SearchPage {
    pub posts: Vec<Value>,
    pub cursor: Option<String>,
}

#[derive(Deserialize)]
pub struct Posts {
    pub posts: Vec<Value>,
}

#[derive(Deserialize)]
pub struct Thread {
    pub thread: Value,
}

#[derive(Deserialize)]
pub struct NotificationPage {
    pub notifications: Vec<Value>,
    pub cursor: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub uri: String,
    pub cid: String,
    pub author: Actor,
    pub reason: String,
    pub reason_subject: Option<String>,
    pub record: Value,
    pub indexed_at: String,
}

/// What `createSession` and `refreshSession` answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    #[serde(default)]
    pub access_jwt: String,
    #[serde(default)]
    pub refresh_jwt: String,
    pub did: String,
    pub did_doc: Option<DidDocument>,
}

#[derive(Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct DidDocument {
    pub id: String,
    pub also_known_as: Vec<String>,
    pub service: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    pub did_doc: DidDocument,
}

#[derive(Deserialize)]
pub struct Resolved {
    pub did: String,
}

/// `getRecord`. The hash is left out by some servers, though none is known that does so for posts.
#[derive(Deserialize)]
pub struct Record {
    pub uri: String,
    pub cid: Option<String>,
}

#[derive(Deserialize)]
pub struct Uploaded {
    pub blob: Value,
}
