//! Signing in with one's own address. The site's page says where its owner says yes (IndieAuth), where a code becomes a token, and where
//! posts go (Micropub). Or a token that the site gives is pasted. See indieauth.spec.indieweb.org.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{NetworkKey, Profile, Rules, Secret, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::client::{Act, Client, Keys, before, words};
use super::links::{self, Got};
use super::{IndieWeb, KEY, rules, translate};
use crate::http::Reply;
use crate::{Answer, Answers, Arrival, Call, Field, Http, NetworkError, Returned, SignIn, Step};

const SCOPES: &str = "create update delete undelete media profile";
/// Where no page of ours can be returned to: the code stands in the browser's address line, to be pasted.
const NOWHERE: &str = "http://localhost/";
const NOWHERE_BACK: &str = "http://localhost/hobnob-code";

static FORM: [Field; 2] = [
    Field {
        key: "address",
        label: "Address of your site",
        help: "Its front page, or your page on it.",
        placeholder: "ada.example",
        is_secret: false,
        is_required: true,
    },
    Field {
        key: "token",
        label: "Micropub token",
        help: "Leave empty to sign in in the browser. Some sites give a token in their settings; paste it here.",
        placeholder: "",
        is_secret: true,
        is_required: false,
    },
];

/// What has to be known again when the person comes back.
#[derive(Serialize, Deserialize)]
struct Waiting {
    keys: Keys,
    authorization_endpoint: String,
    redirect_uri: String,
    verifier: String,
}

#[async_trait]
impl SignIn for IndieWeb {
    fn form(&self) -> &'static [Field] {
        &FORM
    }

    async fn begin(&self, http: &Http, answers: &Answers, back_to: Option<&str>, now: Timestamp) -> Answer<Step> {
        let typed = answers.get("address").map(String::as_str).unwrap_or_default();
        let address = address_from(typed).ok_or_else(|| refused("say which site is yours, for example ada.example"))?;
        let got = links::fetch(http, &address, now).await?;
        let mut keys = Keys { me: got.reply.url.to_string(), ..Keys::default() };
        keys.micropub = endpoint(http, &got, "micropub")
            .await?
            .ok_or_else(|| refused("that site names no Micropub endpoint, so nothing could be published there"))?;
        if let Some(token) = answers.get("token").map(|t| t.trim()).filter(|t| !t.is_empty()) {
            keys.token = token.to_owned();
            return Ok(Step::Done(Box::new(arrive(http, keys, &got, now).await?)));
        }
        let (authorization_endpoint, token_endpoint) = doors(http, &got, now).await?;
        keys.token_endpoint = token_endpoint;
        let redirect_uri = back_to.unwrap_or(NOWHERE_BACK).to_owned();
        keys.client_id = back_to.and_then(|b| Url::parse(b).ok()).map_or(NOWHERE.to_owned(), |b| b.origin().ascii_serialization() + "/");
        let verifier = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let mut url = Url::parse(&authorization_endpoint).map_err(|_| refused("the site's sign-in page cannot be read"))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &keys.client_id)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)))
            .append_pair("code_challenge_method", "S256")
            .append_pair("scope", SCOPES)
            .append_pair("me", &keys.me);
        if back_to.is_none() {
            // Whoever brings the person back adds a state of its own; here there is nobody, and sites ask for one.
            url.query_pairs_mut().append_pair("state", &URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>()));
        }
        let waiting = Waiting { keys, authorization_endpoint, redirect_uri, verifier };
        let state = serde_json::to_string(&waiting).expect("text is always JSON");
        Ok(Step::Visit { url: url.into(), state: Secret::new(state) })
    }

    async fn finish(&self, http: &Http, returned: &Returned, now: Timestamp) -> Answer<Arrival> {
        let waiting: Waiting =
            serde_json::from_str(returned.state.reveal()).map_err(|_| refused("this sign-in is not known; begin again"))?;
        let mut keys = waiting.keys;
        let code = code_from(&returned.code);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("client_id", &keys.client_id),
            ("redirect_uri", &waiting.redirect_uri),
            ("code_verifier", &waiting.verifier),
        ];
        let token = ask_token(http, &keys.token_endpoint, &form, now).await.map_err(|e| match e {
            NetworkError::Refused(why) => NetworkError::Refused(format!("the site did not take the code ({why}); begin again")),
            other => other,
        })?;
        let me = token.me.clone().unwrap_or_else(|| keys.me.clone());
        let got = links::fetch(http, &me, now).await?;
        // Another address than the one typed is only believed where its own page names the same door.
        if got.reply.url.as_str() != keys.me && doors(http, &got, now).await?.0 != waiting.authorization_endpoint {
            return Err(refused("the site says you are somebody whose page does not agree; nothing was connected"));
        }
        keys.me = got.reply.url.to_string();
        token.put_into(&mut keys);
        arrive(http, keys, &got, now).await
    }

    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        let mut keys = Keys::read(call.secret)?;
        let Some(old) = keys.refresh_token.clone() else {
            // Tokens without a date: it holds, or it has been taken back.
            let client = Client { http: call.http, keys, now: call.now };
            client.query(&[("q", "config")]).await?;
            return Ok(call.secret.clone());
        };
        let form = [("grant_type", "refresh_token"), ("refresh_token", &old), ("client_id", &keys.client_id)];
        let token = ask_token(call.http, &keys.token_endpoint, &form, call.now).await.map_err(|e| match e {
            NetworkError::Refused(why) if why.contains("invalid_grant") => NetworkError::SignInAgain,
            other => other,
        })?;
        token.put_into(&mut keys);
        Ok(keys.seal())
    }

    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let keys = Keys::read(call.secret)?;
        let got = links::fetch(call.http, &keys.me, call.now).await?;
        let mut profile = translate::owner(&got, &keys.me);
        if profile.name == profile.handle {
            profile.name.clone_from(&call.account.name);
        }
        Ok((profile, rules()))
    }
}

/// A page's endpoint; one that leads from a public page to a private address is none.
async fn endpoint(http: &Http, got: &Got, rel: &str) -> Answer<Option<String>> {
    let Some(found) = got.first(rel) else { return Ok(None) };
    http.check_onward(&got.reply.url, &found)?;
    Ok(Some(found.into()))
}

/// Where the owner says yes, and where a code becomes a token: by the metadata document, else by the two older links.
async fn doors(http: &Http, got: &Got, now: Timestamp) -> Answer<(String, String)> {
    #[derive(Deserialize)]
    struct Metadata {
        authorization_endpoint: String,
        token_endpoint: String,
    }
    if let Some(at) = endpoint(http, got, "indieauth-metadata").await? {
        let reply = http.send(http.get(&at)?.header("accept", "application/json")).await.map_err(before)?;
        if !reply.is_success() {
            return Err(before(reply.trouble(now)));
        }
        let told: Metadata = reply.json().map_err(|_| refused("the site's IndieAuth metadata cannot be read"))?;
        let whole = |to: &str| {
            let to = reply.url.join(to).map_err(|_| refused("the site's IndieAuth metadata cannot be read"))?;
            http.check_onward(&reply.url, &to).map(|()| String::from(to))
        };
        return Ok((whole(&told.authorization_endpoint)?, whole(&told.token_endpoint)?));
    }
    match (endpoint(http, got, "authorization_endpoint").await?, endpoint(http, got, "token_endpoint").await?) {
        (Some(authorization), Some(token)) => Ok((authorization, token)),
        _ => Err(refused("that site does not say where to sign in; paste a Micropub token of it instead")),
    }
}

/// What a token endpoint gives.
struct Token {
    access_token: String,
    refresh_token: Option<String>,
    me: Option<String>,
}

impl Token {
    fn put_into(self, keys: &mut Keys) {
        keys.token = self.access_token;
        // A site that gives none means that the old one goes on.
        keys.refresh_token = self.refresh_token.or(keys.refresh_token.take());
    }
}

/// Any success will do (some answer 201), as JSON or, from older sites, as a form.
async fn ask_token(http: &Http, endpoint: &str, form: &[(&str, &str)], now: Timestamp) -> Answer<Token> {
    let request = http.request(Method::POST, endpoint)?.header("accept", "application/json").form(form);
    let reply = http.send(request).await.map_err(before)?;
    if !reply.is_success() {
        return Err(match reply.status {
            400 | 401 | 403 => refused(&why_not(&reply)),
            _ => before(reply.trouble(now)),
        });
    }
    let told: std::collections::BTreeMap<String, String> = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(json) => json.as_object().into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect(),
        Err(_) => url::form_urlencoded::parse(&reply.body).into_owned().collect(),
    };
    let word = |key: &str| told.get(key).filter(|v| !v.is_empty()).cloned();
    let access_token = word("access_token").ok_or_else(|| refused("the site gave no token; did you say yes to publishing"))?;
    Ok(Token { access_token, refresh_token: word("refresh_token"), me: word("me") })
}

fn why_not(reply: &Reply) -> String {
    if let (_, Some(why)) = words(reply) {
        return why;
    }
    let text = reply.text();
    let is_code = (3..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_code { text.into_owned() } else { format!("it answered {}", reply.status) }
}

/// A token becomes an account, once the site knows it.
async fn arrive(http: &Http, mut keys: Keys, got: &Got, now: Timestamp) -> Answer<Arrival> {
    let client = Client { http, keys: keys.clone(), now };
    let request = client.request(Method::GET, &keys.micropub)?.query(&[("q", "config")]);
    let config = match client.send(request, Act::Reads).await {
        // A site may have nothing to say of itself, and then says so in its own way.
        Ok(reply) => serde_json::from_slice(&reply.body).unwrap_or(Value::Null),
        Err(NetworkError::SignInAgain | NetworkError::TokenOld) => return Err(refused("the site does not know this token")),
        Err(NetworkError::NotOffered | NetworkError::Refused(_)) => Value::Null,
        Err(other) => return Err(other),
    };
    if let Some(media) = config["media-endpoint"].as_str().and_then(|m| Url::parse(&keys.micropub).ok()?.join(m).ok()) {
        http.check_onward(&got.reply.url, &media)?;
        keys.media = Some(media.into());
    }
    keys.passes_on = match config.get("syndicate-to").and_then(Value::as_array) {
        Some(targets) => !targets.is_empty(),
        None => asks_whom_it_passes_on_to(&client).await,
    };
    let profile = translate::owner(got, &keys.me);
    let server = got.reply.url.origin().ascii_serialization();
    Ok(Arrival { network: NetworkKey::new(KEY), server, profile, rules: rules(), secret: keys.seal() })
}

/// A site that says nothing of it in its configuration may do so when asked for it alone.
async fn asks_whom_it_passes_on_to(client: &Client<'_>) -> bool {
    let told = client.query(&[("q", "syndicate-to")]).await.unwrap_or(Value::Null);
    told["syndicate-to"].as_array().is_some_and(|targets| !targets.is_empty())
}

/// The code as pasted: alone, or the whole address that the browser was sent to.
fn code_from(pasted: &str) -> String {
    let pasted = pasted.trim();
    let in_address = Url::parse(pasted).ok().and_then(|u| u.query_pairs().find(|(k, _)| k == "code").map(|(_, v)| v.into_owned()));
    in_address.unwrap_or_else(|| pasted.to_owned())
}

/// `ada.example`, `https://ada.example/me`: without a word said it is https; plain http is for a site of one's own, by its number or as
/// `localhost`, and where it is written out.
fn address_from(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let mut url = Url::parse(&whole).ok()?;
    let is_known = match url.host()? {
        url::Host::Domain(name) => name.contains('.') || name == "localhost",
        _ => true,
    };
    let is_fine = is_known && matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
    url.set_fragment(None);
    is_fine.then(|| url.into())
}

fn refused(why: &str) -> NetworkError {
    NetworkError::Refused(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_many_spellings() {
        for (typed, expected) in [
            ("ada.example", Some("https://ada.example/")),
            (" Ada.Example/me#x ", Some("https://ada.example/me")),
            ("http://ada.example", Some("http://ada.example/")),
            ("http://127.0.0.1:8780/", Some("http://127.0.0.1:8780/")),
            ("ada", None),
            ("ada@b.example", None),
            ("ftp://ada.example", None),
            ("", None),
        ] {
            assert_eq!(address_from(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_code_alone_or_in_its_address() {
        assert_eq!(code_from(" abc \n"), "abc");
        assert_eq!(code_from("http://localhost/hobnob-code?code=a%2Bb&state=x"), "a+b");
    }
}
