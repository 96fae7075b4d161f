//! A person at the pages, without a window: cookies, forms and presses, over the real door.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail, ensure};

use crate::http;

/// Redirects followed by a look at a page.
const HOPS_MAX: usize = 8;
/// A page that always has a form.
const FORM: &str = "/settings/accounts";
pub const PASSWORD: &str = "a long enough one";

pub struct Hand {
    pub port: u16,
    cookies: Mutex<BTreeMap<String, String>>,
    /// What every form carries, as read from the last page with one.
    token: Mutex<String>,
}

pub struct Page {
    pub status: u16,
    pub body: String,
    location: Option<String>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hand {
    pub fn new(port: u16) -> Hand {
        Hand { port, cookies: Mutex::default(), token: Mutex::default() }
    }
    /// The same person at another server of the same desk.
    pub fn at(&self, port: u16) -> Hand {
        Hand { port, cookies: Mutex::new(locked(&self.cookies).clone()), token: Mutex::new(locked(&self.token).clone()) }
    }

    fn go(&self, method: &str, path: &str, body: &str) -> anyhow::Result<Page> {
        let cookie = locked(&self.cookies).iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
        let mut head = format!("Cookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\nAccept: text/html\r\n");
        if method == "POST" {
            head += "Content-Type: application/x-www-form-urlencoded\r\n";
        }
        let answer = http::ask(self.port, method, path, &head, body)?;
        for set in answer.header("set-cookie") {
            let (name, rest) = set.split_once('=').context("a cookie has a value")?;
            let value = rest.split(';').next().unwrap_or_default();
            if rest.contains("Max-Age=0") {
                locked(&self.cookies).remove(name);
            } else {
                locked(&self.cookies).insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.header("location").next().map(str::to_owned);
        Ok(Page { status: answer.status, body: String::from_utf8_lossy(&answer.body).into_owned(), location })
    }

    /// Looks at a page, and remembers the token of its forms.
    pub fn look(&self, path: &str) -> anyhow::Result<Page> {
        let mut path = path.to_owned();
        for _ in 0..HOPS_MAX {
            let page = self.go("GET", &path, "")?;
            if let (301..=308, Some(to)) = (page.status, &page.location) {
                path.clone_from(to);
                continue;
            }
            if let Some(token) = field(&page.body, "token") {
                *locked(&self.token) = token;
            }
            return Ok(page);
        }
        bail!("{path} sends us in circles")
    }

    /// Posts a form to `path`, with the token that was last seen. The status says how it went: 303 is well.
    pub fn press(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<u16> {
        let token = locked(&self.token).clone();
        let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", &token).extend_pairs(fields).finish();
        let page = self.go("POST", path, &body)?;
        ensure!(page.location.as_deref().is_none_or(|l| !l.starts_with("/sign-in")), "{path} wants us to sign in");
        if page.status == 403 {
            // The token was too old, as that of a page left open over night: a look at any page with a form brings another.
            self.look(FORM)?;
            bail!("{path} was forbidden");
        }
        Ok(page.status)
    }

    /// The first run: a voice, a desk, in UTC.
    pub fn begin(&self) -> anyhow::Result<()> {
        let steps: [(&str, &[(&str, &str)]); 2] = [
            ("/hello/why", &[("year", "Nothing twice, nothing lost"), ("sign", "visits")]),
            ("/hello/who", &[("name", "Ada"), ("password", PASSWORD), ("zone", "Etc/UTC"), ("desk", "")]),
        ];
        for (path, fields) in steps {
            self.look(path)?;
            let status = self.press(path, fields)?;
            ensure!(status == 303, "{path} answers {status}");
        }
        self.look("/settings/accounts")?;
        Ok(())
    }

    /// Connects an account by the form of its network.
    pub fn connect(&self, network: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        let path = format!("/settings/accounts/add/{network}");
        self.look(&path)?;
        let status = self.press(&path, fields)?;
        ensure!(status == 303, "{path} answers {status}: {fields:?}");
        Ok(())
    }
}

/// The value of the first input of that name.
pub fn field(html: &str, name: &str) -> Option<String> {
    let wanted = format!(" name=\"{name}\"");
    html.split("<input").skip(1).filter_map(|part| part.split('>').next()).find(|tag| tag.contains(&wanted)).and_then(|tag| {
        let from = tag.find(" value=\"")? + 8;
        tag[from..].split('"').next().map(str::to_owned)
    })
}
