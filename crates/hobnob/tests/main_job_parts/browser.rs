//! A browser without a window: pages, cookies, and forms sent as they stand on the page.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What a person's browser says of itself; short links count by it.
pub const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub struct Page {
    pub status: u16,
    pub path: String,
    pub body: String,
}

pub struct Browser {
    http: reqwest::Client,
    pub base: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub fn new(base: &str) -> Browser {
        Browser { http: super::client(), base: base.to_owned(), cookies: Mutex::default() }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.go(reqwest::Method::GET, path, None).await
    }

    /// Presses a button of the form on `page` whose action begins with `action`: its fields as they stand, `filled` over them.
    pub async fn press(&self, page: &Page, action: &str, button: Option<(&str, &str)>, filled: &[(&str, &str)]) -> Page {
        let form = form(&page.body, action).unwrap_or_else(|| panic!("{} has a form to {action}: {}", page.path, plain(&page.body)));
        let mut fields = form.fields;
        fields.retain(|(name, _)| !filled.iter().any(|(n, _)| n == name));
        fields.extend(filled.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        fields.extend(button.map(|(n, v)| (n.to_owned(), v.to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let answer = self.go(reqwest::Method::POST, &form.action, Some(body)).await;
        assert!(answer.status < 400, "{} was answered {} by {}: {}", form.action, answer.status, answer.path, plain(&answer.body));
        answer
    }

    /// Looks at `path` until `shows` is true of it; panics with what the page said last.
    pub async fn until(&self, path: &str, what: &str, shows: impl Fn(&str) -> bool) -> Page {
        let began = Instant::now();
        loop {
            let page = self.get(path).await;
            if page.status == 200 && shows(&page.body) {
                return page;
            }
            assert!(began.elapsed() < super::PATIENCE, "{what} never came on {path}: {}", plain(&page.body));
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    }

    async fn go(&self, method: reqwest::Method, path: &str, body: Option<String>) -> Page {
        let (mut method, mut path, mut body) = (method, path.to_owned(), body);
        for _ in 0..10 {
            let url = if path.starts_with("http") { path.clone() } else { format!("{}{path}", self.base) };
            let cookie = self.cookies.lock().unwrap().iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
            let mut request = self
                .http
                .request(method.clone(), &url)
                .header("cookie", cookie)
                .header("sec-fetch-site", "same-origin")
                .header("accept", "text/html")
                .header("user-agent", USER_AGENT);
            if let Some(body) = &body {
                request = request.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
            }
            let answer = request.send().await.unwrap_or_else(|e| panic!("{url} answers: {e}"));
            for set in answer.headers().get_all("set-cookie") {
                let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
                let value = rest.split(';').next().unwrap_or_default().to_owned();
                let mut cookies = self.cookies.lock().unwrap();
                if rest.contains("Max-Age=0") {
                    cookies.remove(name)
                } else {
                    cookies.insert(name.to_owned(), value)
                };
            }
            let status = answer.status().as_u16();
            let to = answer.headers().get("location").and_then(|v| v.to_str().ok());
            // Out of the desk nobody goes with us.
            if let (301..=303, Some(to)) = (status, to.filter(|to| to.starts_with('/'))) {
                (method, path, body) = (reqwest::Method::GET, to.to_owned(), None);
                continue;
            }
            return Page { status, path, body: answer.text().await.unwrap() };
        }
        panic!("{path} sends us in circles");
    }
}

struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

/// The first form to be posted whose action begins so, with its fields as a browser would send them.
fn form(html: &str, action: &str) -> Option<Form> {
    html.split("<form").skip(1).find_map(|part| {
        let (head, rest) = part.split_once('>')?;
        let to = attribute(head, "action").filter(|_| attribute(head, "method").as_deref() == Some("post"))?;
        let inside = rest.split("</form>").next()?;
        to.starts_with(action).then(|| Form { action: to, fields: fields(inside) })
    })
}

fn fields(html: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let Some(name) = attribute(tag, "name") else { continue };
        match tag.split_whitespace().next() {
            Some("input") => {
                let kind = attribute(tag, "type").unwrap_or_default();
                let is_sent = match kind.as_str() {
                    "checkbox" | "radio" => tag.split_whitespace().any(|w| w.trim_end_matches('/') == "checked"),
                    "file" | "submit" => false,
                    _ => true,
                };
                if is_sent {
                    found.push((
                        name,
                        attribute(tag, "value").unwrap_or_else(|| if kind == "checkbox" { "on".into() } else { String::new() }),
                    ));
                }
            }
            Some("textarea") => found.push((name, unescape(text.trim_start_matches('\n')))),
            Some("select") => {
                let inside = html.split(part).nth(1).unwrap_or_default().split("</select>").next().unwrap_or_default();
                let options: Vec<&str> = inside.split("<option").skip(1).collect();
                let chosen = options.iter().find(|o| o.split('>').next().is_some_and(|t| t.contains("selected"))).or(options.first());
                if let Some(chosen) = chosen {
                    let (tag, words) = chosen.split_once('>').unwrap_or((chosen, ""));
                    found.push((name, attribute(tag, "value").unwrap_or_else(|| words.split('<').next().unwrap_or_default().to_owned())));
                }
            }
            _ => {}
        }
    }
    found
}

pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next().map(unescape)
}

pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// The values on offer under a name: of boxes to tick, or of a list to choose from; empty ones left out.
pub fn offered(html: &str, name: &str) -> Vec<String> {
    let boxes = html
        .split("<input")
        .skip(1)
        .filter_map(|part| part.split('>').next())
        .filter(|tag| attribute(tag, "name").as_deref() == Some(name));
    let list =
        html.split("<select").skip(1).find(|part| part.split('>').next().and_then(|tag| attribute(tag, "name")).as_deref() == Some(name));
    let options = list.into_iter().flat_map(|part| part.split("</select>").next().unwrap_or_default().split("<option").skip(1));
    let values = boxes.chain(options).filter_map(|tag| attribute(tag, "value"));
    values.filter(|v| !v.is_empty()).collect()
}

/// What a person reads, for messages of failure.
pub fn plain(html: &str) -> String {
    let body = html.split("<main").nth(1).unwrap_or(html);
    let mut out = String::new();
    let mut is_tag = true;
    for c in body.chars() {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                out.push(' ');
            }
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(3000).collect()
}

/// The address in the link that stands last before `words`, or first after, among those that begin so.
pub fn link_near(html: &str, words: &str, begins: &str) -> Option<String> {
    let at = html.find(words)?;
    let wanted = format!("href=\"{begins}");
    let start = html[..at].rfind(&wanted).or_else(|| html[at..].find(&wanted).map(|i| i + at))? + 6;
    html[start..].split('"').next().map(unescape)
}
