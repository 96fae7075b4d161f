//! Connecting a key: one made here, one that the person has, or one that a signer elsewhere keeps (NIP-46).

use async_trait::async_trait;
use futures_util::future::join_all;
use model::{Profile, Rules, Secret, Timestamp};
use serde_json::json;

use super::bunker::Bunker;
use super::circle::{Circle, RELAYS_MAX};
use super::event::{PROFILE, RELAY_LIST, Sketch, tag};
use super::keys::{Key, to_hex};
use super::media::MediaServer;
use super::mend::mend;
use super::people::{profile_of, relays_in};
use super::signer::{Kept, Signer, relay_url};
use super::us::Us;
use super::{Nostr, info, translate};
use crate::{Answer, Answers, Arrival, Call, Field, Http, NetworkError, Returned, SignIn, Step, Way};

/// What stands where other networks have a server: an account is on all its relays, and stays itself when they change.
const EVERYWHERE: &str = "nostr:";
const NAME_MAX: usize = 80;

static WAYS: [Way; 2] = [
    Way {
        key: "have",
        label: "I have a key",
        help: "It is kept here, sealed. Or a signer elsewhere keeps it: then paste its bunker:// address, and the key never comes here.",
    },
    Way {
        key: "make",
        label: "Make me a key",
        help: "A key is the account: it can never be changed, and nobody can give it back to you. Take a copy out on the account’s page afterwards, and keep it safe.",
    },
];

static FORM: [Field; 4] = [
    Field {
        key: "key",
        label: "Your key",
        help: "For a key that you have: nsec1…, 64 hex figures, or bunker://…. Whoever has an nsec speaks as you, so give it to nobody else.",
        placeholder: "nsec1…",
        is_secret: true,
        is_required: false,
    },
    Field {
        key: "name",
        label: "Name",
        help: "For a key made here: the name that people see. It is put on the relays at once.",
        placeholder: "Ada",
        is_secret: false,
        is_required: false,
    },
    Field {
        key: "relays",
        label: "Relays",
        help: "The servers that carry your words, with spaces between; two or three are enough, eight the most. Those that your key’s own list names are added.",
        placeholder: "wss://relay.example wss://other.example",
        is_secret: false,
        is_required: true,
    },
    Field {
        key: "media",
        label: "Picture server",
        help: "Relays keep no pictures. Name a server that takes them (Blossom or NIP-96); without one, posts go without pictures.",
        placeholder: "https://pictures.example",
        is_secret: false,
        is_required: false,
    },
];

#[async_trait]
impl SignIn for Nostr {
    fn form(&self) -> &'static [Field] {
        &FORM
    }
    fn ways(&self) -> &'static [Way] {
        &WAYS
    }

    async fn begin(&self, http: &Http, answers: &Answers, _back_to: Option<&str>, now: Timestamp) -> Answer<Step> {
        let asked = Asked::of(answers)?;
        Ok(Step::Done(Box::new(asked.arrive(http, now).await?)))
    }

    async fn finish(&self, _http: &Http, _returned: &Returned, _now: Timestamp) -> Answer<Arrival> {
        Err(NetworkError::NotOffered)
    }

    /// Keys do not age.
    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        Ok(call.secret.clone())
    }

    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        let us = Us::of(call)?;
        let mut circle = us.circle(call).await;
        let profile = profile_of(&mut circle, call.http, us.public()).await?;
        mend(&mut circle, us.public()).await;
        let infos = info::of_all(call.http, &us.kept.relays).await;
        Ok((profile, info::rules_of(&infos, &us.kept)))
    }

    fn key_of(&self, secret: &Secret) -> Option<String> {
        let Signer::Key(key) = Kept::read(secret).ok()?.signer().ok()? else { return None };
        Some(key.nsec())
    }

    fn facts(&self, secret: &Secret) -> Vec<(&'static str, String)> {
        let Ok(kept) = Kept::read(secret) else { return Vec::new() };
        let pictures = kept.media.as_ref().map_or_else(|| "nowhere: no server for them is named".to_owned(), |m| m.url.clone());
        let signs = if kept.key.is_some() { "here, with the key sealed" } else { "elsewhere, by a signer that keeps the key" };
        vec![
            ("Public key", super::keys::npub(&kept.public)),
            ("Relays", kept.relays.join(" ")),
            ("Pictures go to", pictures),
            ("Signed", signs.to_owned()),
        ]
    }
}

enum Hand {
    Made(Box<Key>, String),
    Brought(Box<Key>),
    Elsewhere(Bunker),
}

/// What a person filled in, made sense of.
struct Asked {
    hand: Hand,
    relays: Vec<String>,
    media: Option<String>,
}

impl Asked {
    fn of(answers: &Answers) -> Answer<Asked> {
        let given = |key: &str| answers.get(key).map(|a| a.trim().to_owned()).filter(|a| !a.is_empty());
        let refused = |why: String| NetworkError::Refused(why);
        let mut relays: Vec<String> = Vec::new();
        for typed in given("relays").unwrap_or_default().split([' ', ',', '\n', '\r', '\t']).filter(|r| !r.is_empty()) {
            let url = relay_url(typed)
                .ok_or_else(|| refused(format!("“{}” is no relay. One looks like wss://relay.example.", shortened(typed))))?;
            if !relays.contains(&url) {
                relays.push(url);
            }
        }
        if relays.is_empty() {
            return Err(refused("At least one relay is needed. One looks like wss://relay.example.".into()));
        }
        if relays.len() > RELAYS_MAX {
            return Err(refused(format!("These are {} relays; {RELAYS_MAX} are the most.", relays.len())));
        }
        let hand = match (given("way").as_deref(), given("key")) {
            (Some("make"), Some(_)) => return Err(refused("You asked for a new key and gave one as well. Which shall it be?".into())),
            (Some("make"), None) => {
                let name = given("name").filter(|n| n.chars().count() <= NAME_MAX);
                let name = name.ok_or_else(|| refused("A new key needs a name that people see, of at most 80 letters.".into()))?;
                Hand::Made(Box::new(Key::make()), name)
            }
            (_, None) => return Err(refused("Your key is needed, or choose to have one made.".into())),
            (_, Some(key)) if key.starts_with("bunker:") => Hand::Elsewhere(
                Bunker::read(&key)
                    .ok_or_else(|| refused("That bunker:// address cannot be read. It names a key and at least one relay.".into()))?,
            ),
            (_, Some(key)) if key.starts_with("npub1") => {
                return Err(refused("That is the public key, which signs nothing. The secret one begins with nsec1.".into()));
            }
            (_, Some(key)) => {
                let key = Key::read(&key).ok_or_else(|| refused("That is no key. One begins with nsec1, or is 64 hex figures.".into()))?;
                Hand::Brought(Box::new(key))
            }
        };
        Ok(Asked { hand, relays, media: given("media") })
    }

    async fn arrive(self, http: &Http, now: Timestamp) -> Answer<Arrival> {
        let mut kept = Kept { relays: self.relays, ..Kept::default() };
        match &self.hand {
            Hand::Made(key, _) | Hand::Brought(key) => {
                kept.key = Some(to_hex(&key.bytes()));
                kept.public = key.public();
            }
            Hand::Elsewhere(bunker) => {
                kept.public = bunker.connect(http, now).await?;
                kept.bunker = Some(bunker.clone());
            }
        }
        kept.media = match &self.media {
            Some(typed) => Some(MediaServer::find(http, typed).await?),
            None => None,
        };
        let signer = kept.signer()?;
        let mut circle = Circle::open(http, &signer, &kept.relays, now).await;
        if let Hand::Made(_, name) = &self.hand {
            introduce(&mut circle, &signer, http, name, &kept.relays).await?;
        } else {
            let told = circle.fetch(&[json!({"kinds": [RELAY_LIST], "authors": [kept.public], "limit": 1})]).await?;
            let own = told.iter().find(|e| e.kind == RELAY_LIST && e.pubkey == kept.public).map(|e| relays_in(e, "")).unwrap_or_default();
            kept.relays.extend(own.into_iter().filter(|r| !kept.relays.contains(r)).collect::<Vec<_>>());
            kept.relays.truncate(RELAYS_MAX);
        }
        let profile = profile_of(&mut circle, http, &kept.public).await?;
        let infos = info::of_all(http, &kept.relays).await;
        let (rules, secret) = (info::rules_of(&infos, &kept), kept.seal());
        Ok(Arrival { network: translate::network(), server: EVERYWHERE.into(), profile, rules, secret })
    }
}

/// Puts a new key's name, and the relays it speaks on, where people can find them.
async fn introduce(circle: &mut Circle<'_>, signer: &Signer, http: &Http, name: &str, relays: &[String]) -> Answer<()> {
    let at = circle.now.as_second();
    let profile = Sketch::new(PROFILE, at, Vec::new(), json!({"name": name, "display_name": name}).to_string());
    let list = Sketch::new(RELAY_LIST, at, relays.iter().map(|r| tag(["r", r])).collect(), "");
    for signed in join_all([profile, list].map(|sketch| signer.sign(sketch, http, circle.now))).await {
        circle.send(&signed?).await?;
    }
    Ok(())
}

fn shortened(typed: &str) -> String {
    typed.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(answers: &[(&str, &str)]) -> Result<Asked, String> {
        Asked::of(&answers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()).map_err(|e| e.to_string())
    }

    #[test]
    fn what_people_fill_in() {
        let relays = ("relays", "wss://a.example, b.example\nwss://a.example/");
        let made = asked(&[("way", "make"), ("name", "Ada"), relays]).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(made.relays, ["wss://a.example", "wss://b.example"]);
        assert!(matches!(made.hand, Hand::Made(_, name) if name == "Ada"));
        let nsec = Key::make().nsec();
        assert!(matches!(asked(&[("way", "have"), ("key", &nsec), relays]).map(|a| a.hand), Ok(Hand::Brought(_))));
        assert!(matches!(asked(&[("key", &nsec), relays]).map(|a| a.hand), Ok(Hand::Brought(_))));
        let npub = super::super::keys::npub(&Key::make().public());
        for (answers, word) in [
            (vec![("way", "make"), ("key", nsec.as_str()), ("name", "Ada"), relays], "Which shall it be"),
            (vec![("way", "make"), relays], "needs a name"),
            (vec![("way", "have"), relays], "Your key is needed"),
            (vec![("key", &npub), relays], "public key"),
            (vec![("key", "rubbish"), relays], "no key"),
            (vec![("key", "bunker://x"), relays], "bunker"),
            (vec![("key", &nsec), ("relays", "ada")], "“ada” is no relay"),
            (vec![("key", &nsec)], "At least one relay"),
            (vec![("key", &nsec), ("relays", "a.a b.b c.c d.d e.e f.f g.g h.h i.i")], "9 relays; 8"),
        ] {
            match asked(&answers) {
                Err(why) => assert!(why.contains(word) && !why.contains(&nsec), "{why}"),
                Ok(_) => panic!("{word}"),
            }
        }
    }
}
