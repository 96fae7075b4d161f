//! The accounts of a torment: on simulated networks of each kind, or on servers of others seen through the weather.

use std::sync::Arc;

use anyhow::Context;
use model::AccountId;

use super::clock::Clock;
use super::relay::{Relay, Speaks};
use super::sky::{self, Sky};
use super::town::{self, Temper, Town};
use super::weather::Weather;
use super::wire::{self, Site};
use super::{OF_A_KIND, World};
use crate::counterparts::{Bluesky, Mastodon, Setting};

/// One account on one server.
pub struct Place {
    pub kind: &'static str,
    pub handle: String,
    pub server: String,
    /// Whether a doubt can be settled there without a person.
    pub can_look: bool,
    pub account: Option<AccountId>,
    pub world: Arc<dyn World>,
    pub weather: Arc<Weather>,
    /// The network's name, and the fields of its form.
    pub connect: (&'static str, Vec<(&'static str, String)>),
}

pub fn simulated(seed: u64, clock: &Arc<Clock>) -> anyhow::Result<Vec<Place>> {
    let mut places = Vec::new();
    for (kind, temper) in [
        ("honours a key", Temper::HonoursKey),
        ("can be looked up", Temper::LooksUp),
        ("hides new posts", Temper::Hides),
        ("can't be looked up", Temper::CannotTell),
    ] {
        for _ in 0..OF_A_KIND {
            let weather = Arc::new(Weather::new(seed, 100 + places.len() as u64));
            let town = Arc::new(Town::new(temper, clock.clone()));
            let port = wire::open(town.clone() as Arc<dyn Site>, weather.clone(), clock.clone())?;
            let server = format!("http://127.0.0.1:{port}");
            places.push(Place {
                kind,
                handle: format!("ada@127.0.0.1:{port}"),
                can_look: temper != Temper::CannotTell,
                account: None,
                world: town,
                weather,
                connect: ("mastodon", vec![("its-server", server.clone()), ("its-token", town::TOKEN.to_owned())]),
                server,
            });
        }
    }
    for number in 0..OF_A_KIND {
        let weather = Arc::new(Weather::new(seed, 200 + number as u64));
        let sky = Arc::new(Sky::new(number, clock.clone()));
        let port = wire::open(sky.clone() as Arc<dyn Site>, weather.clone(), clock.clone())?;
        let server = format!("http://127.0.0.1:{port}");
        let fields = [("its-handle", sky.handle.as_str()), ("its-password", sky::PASSWORD), ("its-server", server.as_str())];
        places.push(Place {
            kind: "names by key",
            handle: sky.handle.clone(),
            can_look: true,
            account: None,
            weather,
            connect: ("bluesky", fields.map(|(n, v)| (n, v.to_owned())).to_vec()),
            world: sky,
            server,
        });
    }
    Ok(places)
}

/// Two people on each of the servers that others wrote, each through a line of their own.
pub fn real(seed: u64, clock: &Arc<Clock>, (mastodon, bluesky): (&Mastodon, &Bluesky)) -> anyhow::Result<Vec<Place>> {
    let settings: Vec<Setting> = mastodon.settings().into_iter().chain(bluesky.settings()).collect();
    let said = |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).with_context(|| format!("{name} is told"));
    let mut places = Vec::new();
    let mut open = |kind, own: String, speaks: Speaks, connect: (&'static str, Vec<(&'static str, String)>)| -> anyhow::Result<()> {
        let weather = Arc::new(Weather::new(seed, 300 + places.len() as u64));
        let url = url::Url::parse(&own)?;
        let relay = Arc::new(Relay::new(url.port().context("a server on a port")?, speaks));
        let port = wire::open(relay.clone() as Arc<dyn Site>, weather.clone(), clock.clone())?;
        // The same host as the server's own, so that what it says of itself still fits.
        let server = format!("http://{}:{port}", url.host_str().unwrap_or("127.0.0.1"));
        relay.put_face(own.trim_end_matches('/').to_owned(), server.clone());
        let mut connect = connect;
        connect.1.push(("its-server", server.clone()));
        places.push(Place { kind, handle: String::new(), server, can_look: true, account: None, world: relay, weather, connect });
        Ok(())
    };
    for name in ["ada", "ben"] {
        let token = format!("{name}-token");
        let connect = ("mastodon", vec![("its-token", token.clone())]);
        open("Mastodon API stand-in", said("HOBNOB_CP_MASTODON")?, Speaks::Mastodon { token }, connect)?;
        let upper = name.to_uppercase();
        let fields = vec![
            ("its-handle", said(&format!("HOBNOB_CP_{upper}_HANDLE"))?),
            ("its-password", said(&format!("HOBNOB_CP_{upper}_APP_PASSWORD"))?),
        ];
        open("Bluesky's own server", said("HOBNOB_CP_BLUESKY")?, Speaks::Atproto { did: Default::default() }, ("bluesky", fields))?;
    }
    Ok(places)
}
