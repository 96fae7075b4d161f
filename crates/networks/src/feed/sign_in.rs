//! "Signing in" to a feed: saying where it is.

use async_trait::async_trait;
use model::{NetworkKey, Profile, Rules, Secret, Timestamp};

use super::discover::discover;
use super::translate::{FeedHead, host};
use super::{Feed, KEY, rules};
use crate::{Answer, Answers, Arrival, Call, Field, Http, NetworkError, Returned, SignIn, Step};

static FORM: [Field; 1] = [Field {
    key: "address",
    label: "Address of the blog or feed",
    help: "A page will do: its feed is looked for.",
    placeholder: "blog.example",
    is_secret: false,
    is_required: true,
}];

#[async_trait]
impl SignIn for Feed {
    fn form(&self) -> &'static [Field] {
        &FORM
    }

    async fn begin(&self, http: &Http, answers: &Answers, _back_to: Option<&str>, now: Timestamp) -> Answer<Step> {
        let typed = answers.get("address").map(|a| a.trim()).filter(|a| !a.is_empty());
        let typed = typed.ok_or_else(|| NetworkError::Refused("Say where the blog or feed is.".into()))?;
        let (server, head) = discover(http, typed, now).await?;
        let profile = profile(&server, head);
        let arrival = Arrival { network: NetworkKey::new(KEY), server, profile, rules: rules(), secret: Secret::new("") };
        Ok(Step::Done(Box::new(arrival)))
    }

    async fn finish(&self, _http: &Http, _returned: &Returned, _now: Timestamp) -> Answer<Arrival> {
        Err(NetworkError::NotOffered)
    }

    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        Ok(call.secret.clone())
    }

    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let (_, head) = discover(call.http, &call.account.server, call.now).await?;
        Ok((profile(&call.account.server, head), rules()))
    }
}

/// The feed as a profile of its own. The account is always the feed's address, so it is told apart by that.
fn profile(server: &str, head: FeedHead) -> Profile {
    Profile {
        network: NetworkKey::new(KEY),
        remote_id: server.to_owned(),
        handle: host(server),
        name: head.title,
        url: head.home,
        avatar_url: head.icon,
        about: head.about,
        ..Profile::default()
    }
}
