//! Signing in with a handle and an app password, and keeping the session alive.

use async_trait::async_trait;
use model::{Profile, Rules, Secret, Timestamp};
use serde_json::json;

use super::identity::{Directories, described_at, origin, resolve_at, server_in};
use super::people::{NOT_A_HANDLE, look_up, plain_handle};
use super::syntax::is_handle;
use super::translate::profile_from_actor;
use super::wire::{Actor, DidDocument, SessionAnswer};
use super::xrpc::{Effect, Fault, Session, Xrpc};
use super::{Bluesky, rules};
use crate::{Answer, Answers, Arrival, Call, Field, Http, NetworkError, Returned, SignIn, Step};

const APP_PASSWORD_WANTED: &str = "This account asks for a code at sign-in. Use an app password instead: Bluesky makes one under Settings, Privacy and security, App passwords.";

static FORM: [Field; 3] = [
    Field {
        key: "handle",
        label: "Handle",
        help: "Without the @, with its dot.",
        placeholder: "ada.bsky.social",
        is_secret: false,
        is_required: true,
    },
    Field {
        key: "password",
        label: "App password",
        help: "Bluesky makes one under Settings, Privacy and security, App passwords. It can be taken back there at any time.",
        placeholder: "xxxx-xxxx-xxxx-xxxx",
        is_secret: true,
        is_required: true,
    },
    Field {
        key: "server",
        label: "Server",
        help: "Leave it empty: it is found from the handle. Fill it in for a server that cannot be found so.",
        placeholder: "https://pds.example",
        is_secret: false,
        is_required: false,
    },
];

#[async_trait]
impl SignIn for Bluesky {
    fn form(&self) -> &'static [Field] {
        &FORM
    }

    async fn begin(&self, http: &Http, answers: &Answers, _back_to: Option<&str>, now: Timestamp) -> Answer<Step> {
        let asked = Asked::of(answers)?;
        Ok(Step::Done(Box::new(asked.arrive(http, &Directories::default(), now).await?)))
    }

    async fn finish(&self, _http: &Http, _returned: &Returned, _now: Timestamp) -> Answer<Arrival> {
        Err(NetworkError::NotOffered)
    }

    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        let old = Session::of(call.secret)?;
        let xrpc = Xrpc::nobody(call.http, &call.account.server, call.now).with_token(&old.refresh);
        let fresh: SessionAnswer = match xrpc.tell("com.atproto.server.refreshSession", None).await? {
            Ok(fresh) => fresh,
            Err(fault) if is_over(&fault) => return Err(NetworkError::SignInAgain),
            Err(fault) => return Err(fault.meaning(Effect::Nothing)),
        };
        if fresh.did != old.did {
            return Err(NetworkError::Garbled("the renewed token is for another account".into()));
        }
        Ok(session_from(fresh)?.seal())
    }

    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let (xrpc, session) = Xrpc::of(call)?;
        Ok((look_up(&xrpc, &session.did).await?, rules()))
    }
}

/// The refusals of a renewal after which no later try can succeed.
fn is_over(fault: &Fault) -> bool {
    let names = ["ExpiredToken", "InvalidToken", "AccountTakedown", "AccountNotFound", "AuthMissing", "AuthenticationRequired"];
    matches!(fault.status, 400 | 401 | 403) && names.contains(&fault.name.as_str())
}

/// A session that is worth keeping: without both tokens it would lock the account out.
fn session_from(answer: SessionAnswer) -> Answer<Session> {
    if answer.access_jwt.trim().is_empty() || answer.refresh_jwt.trim().is_empty() {
        return Err(NetworkError::Garbled("the server sent an empty token".into()));
    }
    Ok(Session { did: answer.did, access: answer.access_jwt, refresh: answer.refresh_jwt })
}

/// What a person filled in, made sense of.
pub struct Asked {
    handle: String,
    password: String,
    server: Option<String>,
}

impl Asked {
    pub fn of(answers: &Answers) -> Answer<Asked> {
        let given = |key: &str| answers.get(key).map(|a| a.trim().to_owned()).filter(|a| !a.is_empty());
        let refused = |why: &str| NetworkError::Refused(why.to_owned());
        let handle = given("handle").map(|h| plain_handle(&h)).filter(|h| is_handle(h)).ok_or_else(|| refused(NOT_A_HANDLE))?;
        let password = given("password").ok_or_else(|| refused("An app password is needed."))?;
        let server = given("server").map(|s| if s.contains("://") { s } else { format!("https://{s}") });
        let server = match server {
            Some(s) => Some(origin(&s).ok_or_else(|| refused("The server has to be an address that begins with https://."))?),
            None => None,
        };
        Ok(Asked { handle, password, server })
    }

    /// Finds the account's server, signs in there, and checks that handle and account point to each other.
    pub async fn arrive(&self, http: &Http, directories: &Directories, now: Timestamp) -> Answer<Arrival> {
        let (did, server) = match &self.server {
            Some(server) => (self.whose(resolve_at(&Xrpc::nobody(http, server, now), &self.handle).await)?, server.clone()),
            None => {
                let did = self.whose(directories.resolve(http, &self.handle, now).await)?;
                let document = directories.document(http, &did, now).await?;
                let server = server_in(&document, &did, &self.handle)?;
                (did, server)
            }
        };
        let (session, document) = self.open_session(&Xrpc::nobody(http, &server, now)).await?;
        if session.did != did {
            return Err(NetworkError::Refused("The handle belongs to another account than the one this server keeps.".into()));
        }
        let xrpc = Xrpc::nobody(http, &server, now).with_token(&session.access);
        // A server at which many sign in names the one that keeps the account; a server found from the document was checked already.
        let document = match (document, &self.server) {
            (Some(document), _) => Some(document),
            (None, Some(_)) => Some(described_at(&xrpc, &did).await?),
            (None, None) => None,
        };
        let server = document.map_or(Ok(server.clone()), |d| server_in(&d, &did, &self.handle))?;
        let xrpc = Xrpc::nobody(http, &server, now).with_token(&session.access);
        let profile = match look_up(&xrpc, &did).await {
            Ok(profile) => profile,
            // An account that the network has not shown yet can speak all the same.
            Err(NetworkError::NotThere | NetworkError::NotOffered) => {
                profile_from_actor(&Actor { did: did.clone(), handle: self.handle.clone(), ..Actor::default() })
            }
            Err(other) => return Err(other),
        };
        Ok(Arrival { network: super::translate::network(), server, profile, rules: rules(), secret: session.seal() })
    }

    fn whose(&self, found: Answer<String>) -> Answer<String> {
        found.map_err(|e| match e {
            NetworkError::NotThere => NetworkError::Refused("There is no account by that handle.".into()),
            other => other,
        })
    }

    async fn open_session(&self, xrpc: &Xrpc<'_>) -> Answer<(Session, Option<DidDocument>)> {
        let body = json!({"identifier": self.handle, "password": self.password});
        let answer: SessionAnswer = match xrpc.tell("com.atproto.server.createSession", Some(&body)).await? {
            Ok(answer) => answer,
            Err(fault) => return Err(why_not(&fault)),
        };
        let document = answer.did_doc.clone();
        Ok((session_from(answer)?, document))
    }
}

fn why_not(fault: &Fault) -> NetworkError {
    NetworkError::Refused(
        match (fault.status, fault.name.as_str()) {
            (_, "AuthFactorTokenRequired") => APP_PASSWORD_WANTED,
            (401, "AccountTakedown") => "Bluesky has taken this account down.",
            (400 | 401, "AuthenticationRequired" | "InvalidRequest") => "Bluesky did not take this handle and app password.",
            _ => return fault.meaning(Effect::Nothing),
        }
        .into(),
    )
}
