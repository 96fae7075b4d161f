//! Getting an account's token: we register ourselves with the server, the person says yes in the browser, the code becomes a token.
//! Or a token that the server's own settings page gives is pasted.

use async_trait::async_trait;
use model::{NetworkKey, Profile, Rules, Secret, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::client::{Client, Keys, before};
use super::rules::rules_from_instance;
use super::translate::profile_from_account;
use super::{KEY, Mastodon, wire};
use crate::{Answer, Answers, Arrival, Call, Field, Http, NetworkError, Returned, SignIn, Step};

/// Where the server shows the code on a page instead of sending the person back.
const SHOWS_CODE: &str = "urn:ietf:wg:oauth:2.0:oob";
const SCOPES: &str = "read write";

static FORM: [Field; 2] = [
    Field {
        key: "server",
        label: "Server",
        help: "The server's address, or your whole handle.",
        placeholder: "social.example",
        is_secret: false,
        is_required: true,
    },
    Field {
        key: "token",
        label: "Access token",
        help: "Leave empty to sign in in the browser. Some servers give a token in their settings; paste it here.",
        placeholder: "",
        is_secret: true,
        is_required: false,
    },
];

/// What has to be known again when the person comes back.
#[derive(Serialize, Deserialize)]
struct Waiting {
    server: String,
    client_id: String,
    client_secret: String,
    redirect_uri: String,
}

#[async_trait]
impl SignIn for Mastodon {
    fn form(&self) -> &'static [Field] {
        &FORM
    }

    async fn begin(&self, http: &Http, answers: &Answers, back_to: Option<&str>, now: Timestamp) -> Answer<Step> {
        let typed = answers.get("server").map(String::as_str).unwrap_or_default();
        let server = server_from(typed).ok_or_else(|| refused("say which server, for example social.example"))?;
        let (instance, server) = match instance(&Client::stranger(http, &server, now)).await {
            Err(NetworkError::Refused(why)) => match by_handle(http, typed, &server, now).await {
                Some(server) => instance(&Client::stranger(http, &server, now)).await?,
                None => return Err(NetworkError::Refused(why)),
            },
            found => found?,
        };
        let mut client = Client::stranger(http, &server, now);
        if let Some(token) = answers.get("token").map(|t| t.trim()).filter(|t| !t.is_empty()) {
            client.keys.token = token.to_owned();
            return Ok(Step::Done(Box::new(arrive(client, &instance).await?)));
        }
        let redirect_uri = back_to.unwrap_or(SHOWS_CODE);
        let form = [("client_name", "Hobnob"), ("redirect_uris", redirect_uri), ("scopes", SCOPES)];
        let app: wire::App = client.form(Method::POST, &["api", "v1", "apps"], &form).await.map_err(before)?.json()?;
        let mut url = url::Url::parse(&client.address(&["oauth", "authorize"])?).expect("the client made this address");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &app.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", SCOPES);
        let waiting = Waiting { server, client_id: app.client_id, client_secret: app.client_secret, redirect_uri: redirect_uri.to_owned() };
        let state = serde_json::to_string(&waiting).expect("text is always JSON");
        Ok(Step::Visit { url: url.into(), state: Secret::new(state) })
    }

    async fn finish(&self, http: &Http, returned: &Returned, now: Timestamp) -> Answer<Arrival> {
        let waiting: Waiting =
            serde_json::from_str(returned.state.reveal()).map_err(|_| refused("this sign-in is not known; begin again"))?;
        let mut client = Client::stranger(http, &waiting.server, now);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", returned.code.trim()),
            ("client_id", &waiting.client_id),
            ("client_secret", &waiting.client_secret),
            ("redirect_uri", &waiting.redirect_uri),
            ("scope", SCOPES),
        ];
        let reply = client.form(Method::POST, &["oauth", "token"], &form).await.map_err(|e| match before(e) {
            NetworkError::Refused(why) => NetworkError::Refused(format!("the server did not take the code ({why}); begin again")),
            other => other,
        })?;
        let token: wire::Token = reply.json()?;
        client.keys = Keys {
            token: token.access_token,
            client_id: waiting.client_id.clone(),
            client_secret: waiting.client_secret.clone(),
            refresh_token: token.refresh_token,
            ..Keys::default()
        };
        let (instance, _) = instance(&Client::stranger(http, &waiting.server, now)).await?;
        arrive(client, &instance).await
    }

    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        let client = Client::of(call)?;
        let Some(old) = client.keys.refresh_token.as_deref().filter(|t| !t.is_empty()) else {
            // Tokens without a date: it holds, or it has been taken back.
            me(&client).await?;
            return Ok(call.secret.clone());
        };
        let nobody = Client::stranger(call.http, &client.server, call.now);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", old),
            ("client_id", &client.keys.client_id),
            ("client_secret", &client.keys.client_secret),
            ("scope", SCOPES),
        ];
        let reply = nobody.form(Method::POST, &["oauth", "token"], &form).await.map_err(|e| match e {
            NetworkError::Refused(why) if why.contains("invalid_grant") => NetworkError::SignInAgain,
            other => other,
        })?;
        let new: wire::Token = reply.json()?;
        let mut keys = client.keys.clone();
        keys.token = new.access_token;
        // Servers that give none mean that the old one goes on.
        keys.refresh_token = new.refresh_token.or(keys.refresh_token);
        Ok(keys.seal())
    }

    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let client = Client::of(call)?;
        let account = me(&client).await?;
        let (instance, _) = instance(&client).await?;
        Ok((profile_from_account(&account, &client.here()), rules_from_instance(&instance)))
    }
}

/// What a server says of itself, and where it really is: people type addresses that lead on to others.
pub async fn instance(client: &Client<'_>) -> Answer<(wire::Instance, String)> {
    let mut why = NetworkError::NotOffered;
    for version in ["v2", "v1"] {
        let reply = match client.get(&["api", version, "instance"], &[]).await {
            Ok(reply) => reply,
            Err(e @ (NetworkError::NotThere | NetworkError::NotOffered | NetworkError::Refused(_))) => {
                why = e;
                continue;
            }
            Err(e) => return Err(e),
        };
        let Ok(instance) = reply.json::<wire::Instance>() else { continue };
        if instance.version.is_some() || instance.domain.is_some() || instance.uri.is_some() {
            return Ok((instance, reply.url.origin().ascii_serialization()));
        }
    }
    Err(match why {
        NetworkError::Refused(why) => NetworkError::Refused(why),
        _ => refused("that server does not speak Mastodon's language"),
    })
}

/// Handles may end in a domain that only points to the server; the domain says where, if it is asked about a person.
async fn by_handle(http: &Http, typed: &str, asked: &str, now: Timestamp) -> Option<String> {
    let handle = typed.trim().trim_start_matches('@');
    handle.split_once('@').filter(|(name, _)| !name.is_empty() && !name.contains('/'))?;
    let query = [("resource", format!("acct:{handle}"))];
    let request = http.get(&Client::stranger(http, asked, now).address(&[".well-known", "webfinger"]).ok()?).ok()?.query(&query);
    let told: serde_json::Value = http.send(request).await.ok()?.json().ok()?;
    let own = told["links"].as_array()?.iter().find(|link| link["rel"] == "self")?["href"].as_str()?;
    server_from(own).filter(|server| server != asked)
}

/// A client with a token becomes an account.
async fn arrive(mut client: Client<'_>, instance: &wire::Instance) -> Answer<Arrival> {
    let account = me(&client).await.map_err(|e| match before(e) {
        NetworkError::SignInAgain | NetworkError::TokenOld => refused("the server does not know this token"),
        other => other,
    })?;
    client.keys.account_id = account.id.clone();
    client.keys.domain = domain(instance).unwrap_or_else(|| client.here().host);
    Ok(Arrival {
        network: NetworkKey::new(KEY),
        server: client.server.clone(),
        profile: profile_from_account(&account, &client.here()),
        rules: rules_from_instance(instance),
        secret: client.keys.seal(),
    })
}

async fn me(client: &Client<'_>) -> Answer<wire::Account> {
    client.get(&["api", "v1", "accounts", "verify_credentials"], &[]).await?.json()
}

/// The domain in the handles of a server's people.
fn domain(instance: &wire::Instance) -> Option<String> {
    let stated = instance.account_domain.as_ref().or(instance.domain.as_ref()).or(instance.uri.as_ref())?;
    let bare = stated.split_once("://").map_or(stated.as_str(), |(_, rest)| rest);
    let bare = bare.split('/').next().unwrap_or_default().trim().to_lowercase();
    (!bare.is_empty() && !bare.contains(['@', ' '])).then_some(bare)
}

/// `social.example`, `https://social.example/@ada`, `@ada@social.example`: scheme, host and port. Without a word said it is https; plain
/// http is for a server of one's own, by its number or as `localhost`.
fn server_from(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (scheme, rest) = typed.split_once("://").unwrap_or(("https", typed));
    let rest = rest.split(['/', '?', '#']).next()?;
    let host = rest.rsplit('@').next()?;
    let url = url::Url::parse(&format!("{}://{host}/", scheme.to_lowercase())).ok()?;
    let is_own = match url.host()? {
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        _ => true,
    };
    let is_fine = match url.scheme() {
        "https" => is_own || url.domain().is_some_and(|d| d.contains('.')),
        "http" => is_own,
        _ => false,
    };
    is_fine.then(|| url.origin().ascii_serialization())
}

fn refused(why: &str) -> NetworkError {
    NetworkError::Refused(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_in_many_spellings() {
        for (typed, expected) in [
            ("social.example", Some("https://social.example")),
            (" Social.Example/ ", Some("https://social.example")),
            ("https://social.example/@ada", Some("https://social.example")),
            ("@ada@social.example", Some("https://social.example")),
            ("ada@social.example:8443", Some("https://social.example:8443")),
            ("http://127.0.0.1:3300", Some("http://127.0.0.1:3300")),
            ("http://localhost:3000/x", Some("http://localhost:3000")),
            ("127.0.0.1:3300", Some("https://127.0.0.1:3300")),
            ("http://social.example", None),
            ("ftp://social.example", None),
            ("ada", None),
            ("@ada", None),
            ("", None),
            ("https://", None),
            ("münchen.example", Some("https://xn--mnchen-3ya.example")),
        ] {
            assert_eq!(server_from(typed).as_deref(), expected, "{typed}");
        }
    }

    #[tokio::test]
    async fn a_domain_that_points_to_the_server() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let http = Http::new(crate::http::Reach { private_hosts: vec![address.clone()] });
        let body = r#"{"links":[{"rel":"x"},{"rel":"self","href":"https://fedi.ada.example/users/ada"}]}"#;
        let asked = tokio::spawn(async move {
            let (mut wire, _) = listener.accept().await.expect("a call");
            let mut words = vec![0; 8192];
            let n = wire.read(&mut words).await.expect("a question");
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            wire.write_all(answer.as_bytes()).await.expect("an answer");
            String::from_utf8_lossy(&words[..n]).into_owned()
        });
        let here = format!("http://{address}");
        let asks = |typed: &'static str| by_handle(&http, typed, &here, Timestamp::UNIX_EPOCH);
        for no_handle in ["ada.example", "https://ada.example/@ada", "@ada.example"] {
            assert_eq!(asks(no_handle).await, None);
        }
        assert_eq!(asks("@ada@ada.example").await.as_deref(), Some("https://fedi.ada.example"));
        let asked = asked.await.expect("the server lives");
        assert!(asked.starts_with("GET /.well-known/webfinger?resource=acct%3Aada%40ada.example "), "{asked}");
    }

    #[test]
    fn the_domain_of_handles() {
        let of = |json: &str| domain(&serde_json::from_str(json).expect("an instance"));
        assert_eq!(of(r#"{"uri":"https://Pl.example/"}"#).as_deref(), Some("pl.example"));
        assert_eq!(of(r#"{"domain":"fedi.gts.example","account_domain":"gts.example"}"#).as_deref(), Some("gts.example"));
        assert_eq!(of(r#"{"uri":"127.0.0.1:3300"}"#).as_deref(), Some("127.0.0.1:3300"));
        assert_eq!(of("{}"), None);
    }
}
