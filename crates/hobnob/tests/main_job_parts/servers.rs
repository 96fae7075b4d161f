//! The servers themselves, spoken to as anybody would, without Hobnob: what stands there is the truth of this test.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub struct Mastodon {
    pub url: String,
}

impl Mastodon {
    async fn ask(&self, method: reqwest::Method, path: &str, token: &str, body: Option<Value>) -> Value {
        let mut request = super::client().request(method, format!("{}{path}", self.url)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path} answers {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }
    /// Says something; answers the post's local id.
    pub async fn say(&self, token: &str, words: &str, more: Value) -> String {
        let mut body = json!({ "status": words });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ask(reqwest::Method::POST, "/api/v1/statuses", token, Some(body)).await["id"].as_str().unwrap().to_owned()
    }
    /// The answers that stand under a post.
    pub async fn answers(&self, token: &str, id: &str) -> Vec<Value> {
        let context = self.ask(reqwest::Method::GET, &format!("/api/v1/statuses/{id}/context"), token, None).await;
        context["descendants"].as_array().unwrap().iter().filter(|s| s["in_reply_to_id"] == id).cloned().collect()
    }
    /// What an account's owner has said, newest first.
    pub async fn said(&self, token: &str) -> Vec<Value> {
        let me = self.ask(reqwest::Method::GET, "/api/v1/accounts/verify_credentials", token, None).await;
        let path = format!("/api/v1/accounts/{}/statuses?limit=40", me["id"].as_str().unwrap());
        self.ask(reqwest::Method::GET, &path, token, None).await.as_array().unwrap().clone()
    }
}

/// One person of a Bluesky network.
pub struct Skyer {
    url: String,
    pub did: String,
    token: String,
}

impl Skyer {
    pub async fn sign_in(url: &str, handle: &str, password: &str) -> Skyer {
        let body = json!({ "identifier": handle, "password": password });
        let answer: Value = super::client()
            .post(format!("{url}/xrpc/com.atproto.server.createSession"))
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let said = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("a session has a {name}: {answer}")).to_owned();
        Skyer { url: url.to_owned(), did: said("did"), token: said("accessJwt") }
    }
    async fn ask(&self, path: &str) -> Value {
        super::client().get(format!("{}/xrpc/{path}", self.url)).bearer_auth(&self.token).send().await.unwrap().json().await.unwrap()
    }
    /// Says something, naming somebody at its beginning; answers the post's address.
    pub async fn say_to(&self, did: &str, handle: &str, words: &str, at: &str) -> String {
        let facet = json!({
            "index": {"byteStart": 0, "byteEnd": handle.len() + 1},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}],
        });
        let record = json!({"$type": "app.bsky.feed.post", "text": format!("@{handle} {words}"), "facets": [facet], "createdAt": at});
        let body = json!({"repo": self.did, "collection": "app.bsky.feed.post", "record": record});
        let request = super::client().post(format!("{}/xrpc/com.atproto.repo.createRecord", self.url)).bearer_auth(&self.token).json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let uri = answer["uri"].as_str().unwrap_or_else(|| panic!("a record has an address: {answer}")).to_owned();
        // The reader's side lags behind by a second or so; what it has not seen yet can't be answered.
        let began = Instant::now();
        while self.ask(&format!("app.bsky.feed.getPosts?uris={uri}")).await["posts"].as_array().is_none_or(Vec::is_empty) {
            assert!(began.elapsed() < super::PATIENCE, "{uri} was never indexed");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        uri
    }
    /// The records of somebody's own posts, from their own server, newest first.
    pub async fn posts_of(&self, did: &str) -> Vec<Value> {
        let path = format!("com.atproto.repo.listRecords?repo={did}&collection=app.bsky.feed.post&limit=100");
        self.ask(&path).await["records"].as_array().cloned().unwrap_or_default()
    }
}
