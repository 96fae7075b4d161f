//! Getting an account: an application password, given by the site to us in the browser, or made by the person and pasted.

use async_trait::async_trait;
use model::{NetworkKey, Profile, Rules, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::client::{Client, Keys, before};
use super::site::{Site, discover};
use super::translate::{number, profile_from_user};
use super::{KEY, WordPress, rules};
use crate::{Answer, Answers, Arrival, Call, Field, Http, NetworkError, Returned, STATE_HERE, SignIn, Step};

static FORM: [Field; 3] = [
    Field {
        key: "address",
        label: "Address of your site",
        help: "Any page of it will do.",
        placeholder: "blog.example",
        is_secret: false,
        is_required: true,
    },
    Field {
        key: "login",
        label: "Your user name there",
        help: "Leave it and the password empty to say yes in the browser.",
        placeholder: "",
        is_secret: false,
        is_required: false,
    },
    Field {
        key: "password",
        label: "Application password",
        help: "From your profile on the site, under Application passwords. Not the one you sign in with.",
        placeholder: "",
        is_secret: true,
        is_required: false,
    },
];

/// What has to be known again when the person comes back.
#[derive(Serialize, Deserialize)]
struct Waiting {
    rest: String,
    home: String,
    admin: String,
    login: String,
}

#[async_trait]
impl SignIn for WordPress {
    fn form(&self) -> &'static [Field] {
        &FORM
    }

    async fn begin(&self, http: &Http, answers: &Answers, back_to: Option<&str>, now: Timestamp) -> Answer<Step> {
        let given = |key: &str| answers.get(key).map(|a| a.trim()).filter(|a| !a.is_empty());
        let site = discover(http, given("address").unwrap_or_default()).await?;
        let login = given("login").unwrap_or_default();
        if let Some(password) = given("password") {
            if login.is_empty() {
                return Err(refused("Say your user name on the site too."));
            }
            return Ok(Step::Done(Box::new(arrive(http, keys(&site, login, password), now).await?)));
        }
        let Some(page) = &site.authorize else {
            return Err(refused(
                "This site offers no application passwords. It needs https, and its owner or host may have switched them off; a site on WordPress.com needs a plan with plugins.",
            ));
        };
        let mut url = Url::parse(page).map_err(|_| refused("The site names a page for signing in that is no address."))?;
        url.query_pairs_mut().append_pair("app_name", "Hobnob");
        // The site sends nobody back over a line that others can read, and shows the password to be pasted instead.
        if let Some(back) = back_to.filter(|b| takes_back(b)) {
            url.query_pairs_mut()
                .append_pair("success_url", &format!("{back}?state={STATE_HERE}"))
                .append_pair("reject_url", &format!("{back}?state={STATE_HERE}"));
        }
        let waiting = Waiting { rest: site.rest, home: site.home, admin: site.admin, login: login.to_owned() };
        let state = serde_json::to_string(&waiting).expect("text is always JSON");
        Ok(Step::Visit { url: url.into(), state: Secret::new(state) })
    }

    async fn finish(&self, http: &Http, returned: &Returned, now: Timestamp) -> Answer<Arrival> {
        let waiting: Waiting =
            serde_json::from_str(returned.state.reveal()).map_err(|_| refused("This sign-in is not known; begin again."))?;
        let (login, password) = pass(&returned.code, &waiting.login)?;
        let keys = Keys { rest: waiting.rest, home: waiting.home, admin: waiting.admin, login, password, user: 0 };
        arrive(http, keys, now).await
    }

    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        // An application password has no date: it holds, or it has been taken back.
        me(&Client::of(call)?).await?;
        Ok(call.secret.clone())
    }

    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let client = Client::of(call)?;
        let user = me(&client).await?;
        Ok((profile(&user, &client)?, rules_of(&user)))
    }
}

fn keys(site: &Site, login: &str, password: &str) -> Keys {
    Keys {
        rest: site.rest.clone(),
        home: site.home.clone(),
        admin: site.admin.clone(),
        login: login.to_owned(),
        password: password.to_owned(),
        user: 0,
    }
}

/// Whether the site will send somebody back there with a password.
fn takes_back(back: &str) -> bool {
    Url::parse(back).is_ok_and(|url| url.scheme() == "https" || matches!(url.host_str(), Some("127.0.0.1" | "[::1]")))
}

/// The user name and password out of what came back: as the site adds them to our address, or as a person pasted them
/// (`abcd efgh …`, where the name is known; `ada: abcd efgh …`, where it is not).
fn pass(code: &str, login: &str) -> Answer<(String, String)> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(code.trim().as_bytes()).into_owned().collect();
    let of = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    if of("success").as_deref() == Some("false") {
        return Err(refused("You did not say yes there, so nothing was connected."));
    }
    if let (Some(login), Some(password)) = (of("user_login"), of("password")) {
        return Ok((login, password));
    }
    let pasted = code.trim();
    match pasted.split_once(':') {
        Some((login, password)) if !login.trim().is_empty() && !password.trim().is_empty() => {
            Ok((login.trim().to_owned(), password.trim().to_owned()))
        }
        _ if login.is_empty() => Err(refused("Paste it with your user name on the site before it: ada: abcd efgh …")),
        _ => Ok((login.to_owned(), pasted.to_owned())),
    }
}

async fn arrive(http: &Http, keys: Keys, now: Timestamp) -> Answer<Arrival> {
    let mut client = Client::with(http, keys, now);
    let user = me(&client).await.map_err(|e| match before(e) {
        NetworkError::SignInAgain => refused(
            "The site does not know this user name with this application password. (The password for signing in does not do; and some servers drop the header that carries it.)",
        ),
        other => other,
    })?;
    client.keys.user = number(&user["id"]).ok_or_else(|| NetworkError::Garbled("the site does not say who we are".into()))?;
    Ok(Arrival {
        network: NetworkKey::new(KEY),
        server: client.keys.home.clone(),
        profile: profile(&user, &client)?,
        rules: rules_of(&user),
        secret: client.keys.seal(),
    })
}

/// Our own user, with what the role allows.
async fn me(client: &Client<'_>) -> Answer<Value> {
    client.get(&["wp", "v2", "users", "me"], &[("context", "edit")]).await
}

fn profile(user: &Value, client: &Client<'_>) -> Answer<Profile> {
    profile_from_user(user, &client.keys.home).ok_or_else(|| NetworkError::Garbled("the site does not say who we are".into()))
}

fn rules_of(user: &Value) -> Rules {
    let can = &user["capabilities"];
    if can.is_object() { rules::of_role(|what| can[what] == true) } else { rules::usual() }
}

fn refused(why: &str) -> NetworkError {
    NetworkError::Refused(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back() {
        let of = |code: &str, login: &str| pass(code, login).map_err(|e| e.to_string());
        let ada = Ok(("ada".to_owned(), "abcd efgh".to_owned()));
        assert_eq!(of("site_url=https%3A%2F%2Fa.example&user_login=ada&password=abcd+efgh", ""), ada);
        assert_eq!(of(" ada: abcd efgh ", ""), ada);
        assert_eq!(of("abcd efgh", "ada"), ada);
        assert!(of("abcd efgh", "").is_err_and(|e| e.contains("user name")));
        assert!(of("success=false", "ada").is_err_and(|e| e.contains("nothing was connected")));
    }

    #[test]
    fn who_is_sent_back() {
        assert!(takes_back("https://desk.example/settings/accounts/return") && takes_back("http://127.0.0.1:8080/x"));
        assert!(!takes_back("http://desk.example/x") && !takes_back("x"));
    }
}
