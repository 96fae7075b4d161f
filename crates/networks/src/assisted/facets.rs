//! What such a network can do: be connected by saying who one is there, and be written to by hand. Nothing here calls out.

use async_trait::async_trait;
use model::{Account, NetworkKey, Part, PostRef, Profile, Rules, Secret, Timestamp};

use super::address::{bare, read};
use super::{ANOTHER, Assisted};
use crate::{About, Answer, Answers, Arrival, Brought, ByHand, Call, Field, Http, Landing, Network, NetworkError, Returned, SignIn, Step};

static FORM: [Field; 1] = [Field {
    key: "handle",
    label: "Who are you there?",
    help: "Your handle, or the address of your profile. No password is asked for: you post there yourself.",
    placeholder: "ada",
    is_secret: false,
    is_required: true,
}];

static PLACE_FORM: [Field; 2] = [
    Field {
        key: "address",
        label: "The page on which you post",
        help: "It is opened for you when there is something to post.",
        placeholder: "https://forum.example/new",
        is_secret: false,
        is_required: true,
    },
    Field {
        key: "handle",
        label: "What do you call it?",
        help: "So that you know it among your accounts.",
        placeholder: "the bakers’ forum",
        is_secret: false,
        is_required: false,
    },
];

/// The longest handle or name that is taken, in letters.
const HANDLE_MAX: usize = 200;

impl Network for Assisted {
    fn about(&self) -> &'static About {
        // Each stands in a table that lasts.
        super::table::about_of(self)
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
    fn by_hand(&self) -> Option<&dyn ByHand> {
        Some(self)
    }
}

impl Assisted {
    fn is_another(&self) -> bool {
        self.about.key == ANOTHER.about.key
    }

    /// Who somebody is there, by a handle or a profile's address: handle and address.
    fn who(&self, typed: &str) -> Result<(String, Option<String>), String> {
        let typed = typed.trim();
        let looks_like_address = typed.contains("://") || typed.contains('/');
        if !looks_like_address {
            let handle = typed.trim_start_matches('@');
            let is_handle = !handle.is_empty() && handle.chars().count() <= HANDLE_MAX && !handle.contains(char::is_control);
            return if is_handle { Ok((handle.to_owned(), None)) } else { Err("Say who you are there.".into()) };
        }
        let url = read(typed).ok_or("That is no address. Your handle will do.")?;
        if !self.posts.has_host(url.host_str().unwrap_or_default()) {
            return Err(format!("That address is not at {}. Your handle will do.", self.about.name));
        }
        let last = url.path().split('/').rfind(|p| !p.is_empty()).map(|p| p.trim_start_matches('@').to_owned());
        let name = bare(url.host_str().unwrap_or_default()).split('.').next().unwrap_or_default().to_owned();
        Ok((last.unwrap_or(name), Some(self.posts.plain(&url).into())))
    }

    fn arrive(&self, answers: &Answers) -> Result<Arrival, String> {
        let asked = |key: &str| answers.get(key).map(|a| a.trim()).filter(|a| !a.is_empty());
        let (server, handle, url) = if self.is_another() {
            let page = asked("address").and_then(read).ok_or("Say on which page you post, as https://…")?;
            let called = asked("handle").map(|h| h.chars().take(HANDLE_MAX).collect());
            let host = bare(page.host_str().unwrap_or_default()).to_owned();
            (page.origin().ascii_serialization(), called.unwrap_or(host), Some(page.to_string()))
        } else {
            let (handle, url) = self.who(asked("handle").ok_or("Say who you are there: your handle, or your profile’s address.")?)?;
            let server = format!("https://{}", self.posts.hosts.first().copied().unwrap_or_default().replace(".*", ".com"));
            (server, handle, url)
        };
        let profile = Profile {
            network: NetworkKey::new(self.about.key),
            remote_id: format!("{}/{}", server, handle.to_lowercase()),
            name: handle.clone(),
            handle,
            url,
            ..Profile::default()
        };
        let rules = (self.about.rules)();
        Ok(Arrival { network: NetworkKey::new(self.about.key), server, profile, rules, secret: Secret::new("") })
    }
}

#[async_trait]
impl SignIn for Assisted {
    fn form(&self) -> &'static [Field] {
        if self.is_another() { &PLACE_FORM } else { &FORM }
    }
    async fn begin(&self, _http: &Http, answers: &Answers, _back_to: Option<&str>, _now: Timestamp) -> Answer<Step> {
        self.arrive(answers).map(|arrival| Step::Done(Box::new(arrival))).map_err(NetworkError::Refused)
    }
    async fn finish(&self, _http: &Http, _returned: &Returned, _now: Timestamp) -> Answer<Arrival> {
        Err(NetworkError::NotOffered)
    }
    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        Ok(call.secret.clone())
    }
    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let a = call.account;
        let profile = Profile {
            network: a.network.clone(),
            remote_id: a.remote_id.clone(),
            handle: a.handle.clone(),
            name: a.name.clone(),
            url: a.url.clone(),
            ..Profile::default()
        };
        Ok((profile, (self.about.rules)()))
    }
}

impl ByHand for Assisted {
    fn page(&self, account: &Account, part: &Part) -> Option<String> {
        if self.is_another() {
            return account.url.clone();
        }
        let link = model::measure::links(&part.text).first().map(|&(start, end)| part.text[start..end].to_owned());
        Some(self.page_for(&part.text, part.title.as_deref(), link.as_deref()))
    }

    fn landing(&self, account: &Account, address: &str) -> Brought {
        let Some(url) = read(address) else {
            return Brought::Foreign("That is no address. Paste the post’s own, as https://…".into());
        };
        let host = bare(url.host_str().unwrap_or_default()).to_owned();
        let own = account.url.as_deref().or(Some(&account.server)).and_then(read);
        let is_here = match (self.is_another(), own) {
            (true, Some(own)) => bare(own.host_str().unwrap_or_default()) == host,
            (true, None) => true,
            (false, _) => self.posts.has_host(&host),
        };
        let name = if self.is_another() { account.handle.as_str() } else { self.about.name };
        if !is_here {
            return Brought::Foreign(format!("That address is at {host}, and this post goes to {name}."));
        }
        let plain: String = self.posts.plain(&url).into();
        let landing = Landing { at: PostRef::new(plain.clone(), ""), url: Some(plain) };
        if self.is_another() || self.posts.has_path(&url) {
            return Brought::Post(landing);
        }
        let why = format!("That is at {name}, but it does not look like a post: those look like {}.", self.posts.like);
        Brought::Odd(landing, why)
    }
}
