//! Connecting our own presences on networks, and looking after them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, NetworkKey, Role, Secret, Timestamp};
use networks::{Arrival, Network, NetworkError, STATE_HERE, Step};
use store::StoreError;

use crate::calls;
use crate::jobs::{Job, Next};
use crate::listen::push::{self, Arrives};
use crate::{Cx, Done, VerbError, listen};

/// A sign-in that was begun is finished within this time, or begun anew.
const SIGN_IN_LASTS: SignedDuration = SignedDuration::from_hours(1);
/// Feeds followed by one list.
const FEEDS_AT_ONCE_MAX: usize = 500;
/// How often a server is asked what it allows.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// A kind of network as the page for connecting shows it.
#[derive(Clone, Debug)]
pub struct Offer {
    pub key: String,
    pub name: &'static str,
    pub mark: &'static str,
    pub blurb: &'static str,
    pub fields: Vec<OfferField>,
    /// The ways of connecting, where there are several: key, label and help. The first is the usual one.
    pub ways: Vec<(&'static str, &'static str, &'static str)>,
    /// What can be done there, in words, drawn from the facets.
    pub abilities: Vec<&'static str>,
    /// A person carries over what was prepared here.
    pub is_by_hand: bool,
}

#[derive(Clone, Debug)]
pub struct OfferField {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub placeholder: &'static str,
    pub is_secret: bool,
    pub is_required: bool,
}

/// An account as the settings page shows it.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub account: Account,
    pub network_name: &'static str,
    pub mark: &'static str,
    pub can_post: bool,
    /// Why it does not work just now, as a sentence.
    pub why: Option<String>,
    pub synced_at: Option<Timestamp>,
    /// The network said that private messages are not for this sign-in.
    pub is_kept_from_private: bool,
    /// How what is new comes, where a hub could tell us of it.
    pub arrives: Option<Arrives>,
}

/// What comes of asking for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connecting {
    Connected(AccountId),
    /// The person goes to `url` and comes back with a code, to be finished under `state`.
    Visit {
        url: String,
        state: String,
        pastes_code: bool,
    },
}

/// The networks on offer.
pub fn offers(cx: Cx<'_>) -> Vec<Offer> {
    cx.app.networks.all().filter_map(offer).collect()
}

fn offer(network: &dyn Network) -> Option<Offer> {
    let about = network.about();
    let sign_in = network.sign_in()?;
    let fields = sign_in.form().iter();
    let abilities = [
        (network.inbox().is_some(), "brings in what is said to you"),
        (network.listen().is_some(), "is listened to"),
        (network.publish().is_some(), "is written to"),
        (network.by_hand().is_some(), "is written to by hand"),
        (network.people().is_some(), "knows people"),
        (network.stream().is_some(), "streams live"),
    ];
    Some(Offer {
        key: about.key.to_owned(),
        name: about.name,
        mark: about.mark,
        blurb: about.blurb,
        fields: fields
            .map(|f| OfferField {
                key: f.key,
                label: f.label,
                help: f.help,
                placeholder: f.placeholder,
                is_secret: f.is_secret,
                is_required: f.is_required,
            })
            .collect(),
        ways: sign_in.ways().iter().map(|w| (w.key, w.label, w.help)).collect(),
        is_by_hand: network.by_hand().is_some(),
        abilities: abilities.into_iter().filter(|(has, _)| *has).map(|(_, words)| words).collect(),
    })
}

/// The desk's accounts, oldest first.
pub async fn list(cx: Cx<'_>) -> Done<Vec<AccountRow>> {
    let (ears, now) = (push::Ears::of(cx.app), cx.now);
    let kept = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let accounts = tx.accounts().list()?;
            let mut arrivals = push::arrivals(&ears, tx, &accounts, now)?;
            accounts
                .into_iter()
                .map(|account| {
                    let (why, synced) = tx.accounts().health(account.id)?;
                    let is_kept_from_private = crate::converse::private::is_refused(tx, account.id)?;
                    let arrives = arrivals.remove(&account.id);
                    Ok::<_, StoreError>((account, why, synced, is_kept_from_private, arrives))
                })
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(kept
        .into_iter()
        .map(|(account, why, synced_at, is_kept_from_private, arrives)| {
            let network = cx.app.networks.get(&account.network);
            let (network_name, mark) = network.map_or(("a network this Hobnob does not know", "??"), |n| (n.about().name, n.about().mark));
            AccountRow {
                account,
                network_name,
                mark,
                can_post: network.is_some_and(Network::takes_posts),
                why,
                synced_at,
                is_kept_from_private,
                arrives,
            }
        })
        .collect())
}

/// Asks a network for an account. `back_to` is our own address to return to, when the browser can reach it; `None` has a code pasted.
pub async fn connect(cx: Cx<'_>, key: &str, answers: BTreeMap<String, String>, back_to: Option<&str>) -> Done<Connecting> {
    must_own(cx)?;
    let key = NetworkKey::new(key);
    let network = cx.app.networks.get(&key).ok_or(VerbError::Missing("network"))?;
    let sign_in = network.sign_in().ok_or(VerbError::Missing("way to sign in"))?;
    for field in sign_in.form() {
        if field.is_required && answers.get(field.key).is_none_or(|a| a.trim().is_empty()) {
            return Err(VerbError::wrong(field.key, format!("“{}” is needed.", field.label)));
        }
    }
    let trimmed = answers.into_iter().map(|(k, v)| (k, v.trim().to_owned())).collect();
    match sign_in.begin(&cx.app.http, &trimmed, back_to, cx.now).await? {
        Step::Done(arrival) => Ok(Connecting::Connected(keep(cx, *arrival).await?)),
        Step::Visit { url, state: secret } => {
            let state: String = rand::random::<[u8; 16]>().iter().map(|b| format!("{b:02x}")).collect();
            let (kept, now) = (state.clone(), cx.now);
            cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.accounts().put_sign_in(&kept, &key, &secret, now)).await?;
            let joint = if url.contains('?') { '&' } else { '?' };
            let pastes_code = back_to.is_none();
            let url = match url.contains(STATE_HERE) {
                true => url.replace(STATE_HERE, &state),
                false if pastes_code => url,
                false => format!("{url}{joint}state={state}"),
            };
            Ok(Connecting::Visit { url, state, pastes_code })
        }
    }
}

/// Connects many that need no more than an address, one after the other. Each that fails is told; the others are kept.
pub async fn connect_feeds(cx: Cx<'_>, key: &str, urls: &[String]) -> Done<Vec<(String, Done<AccountId>)>> {
    must_own(cx)?;
    if urls.len() > FEEDS_AT_ONCE_MAX {
        return Err(VerbError::wrong("file", format!("At most {FEEDS_AT_ONCE_MAX} feeds are followed at once; this is {}.", urls.len())));
    }
    let network = cx.app.networks.get(&NetworkKey::new(key)).ok_or(VerbError::Missing("network"))?;
    let field = network.sign_in().and_then(|s| s.form().first()).ok_or(VerbError::Missing("way to sign in"))?.key;
    let known = list_feeds(cx, key).await?;
    let mut found = Vec::with_capacity(urls.len());
    for url in urls {
        let outcome = match known.iter().find(|(_, at, _)| at == url) {
            Some((_, _, id)) => Ok(*id),
            None => match connect(cx, key, BTreeMap::from([(field.to_owned(), url.clone())]), None).await {
                Ok(Connecting::Connected(id)) => Ok(id),
                Ok(Connecting::Visit { .. }) => Err(VerbError::Missing("way without a visit")),
                Err(error) => Err(error),
            },
        };
        found.push((url.clone(), outcome));
    }
    Ok(found)
}

/// What is followed on a network that needs no more than an address: name, address and account.
pub async fn list_feeds(cx: Cx<'_>, key: &str) -> Done<Vec<(String, String, AccountId)>> {
    let rows = list(cx).await?;
    Ok(rows.into_iter().map(|r| r.account).filter(|a| a.network.as_str() == key).map(|a| (a.name, a.server, a.id)).collect())
}

/// The person is back, with a code.
pub async fn finish(cx: Cx<'_>, state: &str, code: &str) -> Done<AccountId> {
    must_own(cx)?;
    if code.trim().is_empty() {
        return Err(VerbError::wrong("code", "The code is needed: the network showed it to you."));
    }
    let (asked, since) = (state.to_owned(), cx.now - SIGN_IN_LASTS);
    let begun = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.accounts().take_sign_in(&asked, since)).await?;
    let (key, secret) =
        begun.ok_or_else(|| VerbError::TooLate("That sign-in was begun too long ago, or finished already. Begin again.".into()))?;
    let network = cx.app.networks.get(&key).ok_or(VerbError::Missing("network"))?;
    let sign_in = network.sign_in().ok_or(VerbError::Missing("way to sign in"))?;
    // The code may be refused because it was mistyped: what was begun is kept, so that it can be tried again.
    let again = Secret::new(secret.reveal());
    match sign_in.finish(&cx.app.http, &networks::Returned { state: secret, code: code.trim().to_owned() }, cx.now).await {
        Ok(arrival) => keep(cx, arrival).await,
        Err(error) => {
            let (state, now) = (state.to_owned(), cx.now);
            cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.accounts().put_sign_in(&state, &key, &again, now)).await?;
            Err(error.into())
        }
    }
}

async fn keep(cx: Cx<'_>, arrival: Arrival) -> Done<AccountId> {
    let now = cx.now;
    let networks = cx.app.networks.clone();
    let reads_only = cx.app.networks.get(&arrival.network).is_none_or(|n| !n.takes_posts());
    let id = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let profile = &arrival.profile;
            let account = Account {
                id: tx.fresh(now),
                network: arrival.network.clone(),
                server: arrival.server,
                remote_id: profile.remote_id.clone(),
                handle: profile.handle.clone(),
                name: profile.name.clone(),
                avatar_url: profile.avatar_url.clone(),
                url: profile.url.clone(),
                rules: arrival.rules,
                state: AccountState::Working,
                created_at: now,
            };
            let id = tx.accounts().put(&account)?;
            tx.accounts().put_secret(id, &arrival.secret, now)?;
            crate::converse::private::ask_again(tx, id)?;
            crate::publish::later::wake(tx, id, now)?;
            // What we only read (a feed) is nobody's presence of ours.
            if !reads_only {
                let mine = tx.profiles().put(profile, now)?;
                tx.profiles().set_mine(mine.id, id)?;
            }
            Job::Sync(id).put(tx, now, now)?;
            Job::LookAgain(id).put(tx, now + LOOK_EVERY, now)?;
            listen::watch_everywhere(tx, &networks, now)?;
            Ok(id)
        })
        .await?;
    cx.ring();
    Ok(id)
}

/// Disconnects an account: its secret goes and nothing more is fetched or sent; what was said stays.
pub async fn disconnect(cx: Cx<'_>, id: AccountId) -> Done<Account> {
    must_own(cx)?;
    let now = cx.now;
    let account = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let account = tx.accounts().get(id)?;
            tx.accounts().close(id, now)?;
            Job::Sync(id).delete(tx)?;
            Job::LookAgain(id).delete(tx)?;
            push::leave(tx, id, now)?;
            Ok(account)
        })
        .await?;
    Ok(account)
}

/// Switches an account off, or on again.
pub async fn rest(cx: Cx<'_>, id: AccountId, is_resting: bool) -> Done<()> {
    must_own(cx)?;
    let now = cx.now;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            tx.accounts().get(id)?;
            tx.accounts().set_state(id, if is_resting { &AccountState::Resting } else { &AccountState::Working }, None)?;
            if is_resting {
                push::leave(tx, id, now)?;
                return Job::Sync(id).delete(tx);
            }
            crate::publish::later::wake(tx, id, now)?;
            Job::Sync(id).put(tx, now, now)
        })
        .await?;
    cx.ring();
    Ok(())
}

/// Job: asks the server what it allows today, and how we look there.
pub async fn look_again(cx: Cx<'_>, id: AccountId) -> Done<Next> {
    let looked = calls::call(cx, id, |network, call| {
        Box::pin(async move {
            match network.sign_in() {
                Some(sign_in) => sign_in.look_again(call).await,
                None => Err(NetworkError::NotOffered),
            }
        })
    })
    .await;
    let again = Next::At(cx.now + LOOK_EVERY);
    let (profile, rules) = match looked {
        Ok(found) => found,
        Err(VerbError::Network(NetworkError::NotOffered | NetworkError::SignInAgain)) => return Ok(again),
        Err(VerbError::Missing(_)) => return Ok(Next::Over),
        Err(error) => return Err(error),
    };
    let now = cx.now;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let mut account = tx.accounts().get(id)?;
            account.rules = rules;
            account.handle = profile.handle.clone();
            account.name = profile.name.clone();
            account.avatar_url = profile.avatar_url.clone();
            tx.accounts().renew(&account)?;
            tx.profiles().put(&profile, now)?;
            Ok(())
        })
        .await?;
    Ok(again)
}

pub(crate) fn must_own(cx: Cx<'_>) -> Done<()> {
    if cx.seat.role == Role::Owner { Ok(()) } else { Err(VerbError::NotYours) }
}
