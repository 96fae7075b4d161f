//! The IndieWeb client against two sites that run on a package others wrote. It runs where `HOBNOB_CP_INDIEWEB` and
//! `HOBNOB_CP_INDIEWEB_BEN` name them (with `…_TOKEN` for each), and says aloud where none are. What stands there is read back over HTTP.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what it found by stopping, and aloud what it left out")]

use std::time::Duration;

use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, Picture, PictureId, PostRef, ReplyTo, Secret, Timestamp};
use networks::http::Reach;
use networks::indieweb::IndieWeb;
use networks::indieweb::mf::{self, Value};
use networks::*;

struct Sites {
    ada: String,
    token: String,
    ben: String,
}

fn sites() -> Option<Sites> {
    let var = |name: &str| std::env::var(name).ok();
    let found = (var("HOBNOB_CP_INDIEWEB"), var("HOBNOB_CP_INDIEWEB_TOKEN"), var("HOBNOB_CP_INDIEWEB_BEN"));
    let (Some(ada), Some(token), Some(ben)) = found else {
        eprintln!("skipped: HOBNOB_CP_INDIEWEB names no site");
        return None;
    };
    Some(Sites { ada, token, ben })
}

#[allow(clippy::disallowed_methods, reason = "the site across has a clock of its own, and the two are compared")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn host(url: &str) -> String {
    url.split_once("://").unwrap().1.trim_end_matches('/').to_owned()
}

fn http(urls: &[&str]) -> Http {
    Http::new(Reach { private_hosts: urls.iter().map(|u| host(u)).collect() })
}

/// A word that no other test has said.
fn unheard(word: &str) -> String {
    format!("{word}{}", now().as_nanosecond())
}

struct Someone {
    http: Http,
    account: Account,
    secret: Secret,
}

impl Someone {
    fn new(http: Http, arrival: Arrival) -> Someone {
        let profile = arrival.profile;
        let account = Account {
            id: AccountId(1),
            network: NetworkKey::new("indieweb"),
            server: arrival.server,
            remote_id: profile.remote_id,
            handle: profile.handle,
            name: profile.name,
            avatar_url: profile.avatar_url,
            url: profile.url,
            rules: arrival.rules,
            state: AccountState::Working,
            created_at: now(),
        };
        Someone { http, account, secret: arrival.secret }
    }
    async fn ada(sites: &Sites) -> Someone {
        let http = http(&[&sites.ada, &sites.ben]);
        let answers = [("address", &sites.ada), ("token", &sites.token)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        match IndieWeb.sign_in().unwrap().begin(&http, &answers, None, now()).await.unwrap() {
            Step::Done(arrival) => Someone::new(http, *arrival),
            Step::Visit { .. } => panic!("a token needs no visit"),
        }
    }
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn say(&self, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        IndieWeb.publish().unwrap().post(&self.call(), part, baggage, key).await
    }
    /// The page as everyone gets it.
    async fn page(&self, url: &str) -> (u16, mf::Page) {
        let reply = self.http.send(self.http.get(url).unwrap()).await.unwrap();
        (reply.status, mf::read(&reply.text(), &reply.url))
    }
    async fn notes(&self) -> u64 {
        let url = format!("{}for-the-test", self.account.remote_id);
        let told: serde_json::Value = self.http.send(self.http.get(&url).unwrap()).await.unwrap().json().unwrap();
        told["notes"].as_u64().unwrap()
    }
}

/// One pixel.
fn dot() -> Vec<u8> {
    let hex = "89504e470d0a1a0a0000000d4948445200000001000000010806000000\
               1f15c4890000000d49444154789c6360000000000500010d0a2db40000000049454e44ae426082";
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[i * 2..i * 2 + 2], 16).unwrap()).collect()
}

/// The value of a hidden field of a form.
fn hidden(html: &str, name: &str) -> String {
    let from = html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap().replace("&amp;", "&").replace("&#x27;", "'")
}

/// Says yes on the site's own page, as its owner does in a browser; the address that the browser is sent to.
async fn say_yes(http: &Http, url: &str) -> url::Url {
    let shown = http.send(http.get(url).unwrap()).await.unwrap();
    assert_eq!(shown.status, 200, "the site shows its page: {}", shown.text());
    let cookie = shown.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let html = shown.text().into_owned();
    let mut form: Vec<(&str, String)> = vec![("action", "approve".into())];
    for name in ["csrfmiddlewaretoken", "client_id", "redirect_uri", "state", "me", "scope", "code_challenge", "code_challenge_method"] {
        form.push((name, hidden(&html, name)));
    }
    let door = url.split('?').next().unwrap();
    let said = http.send(http.post(door).unwrap().header("cookie", cookie).header("referer", url).form(&form)).await.unwrap();
    assert_eq!(said.status, 302, "{}", said.text());
    said.header("location").unwrap().parse().unwrap()
}

#[tokio::test]
async fn signing_in_by_one_s_own_address() {
    let Some(sites) = sites() else { return };
    let http = http(&[&sites.ada]);
    let sign_in = IndieWeb.sign_in().unwrap();
    let answers = [("address".to_owned(), sites.ada.clone())].into();
    for back_to in [Some("http://127.0.0.1:9/settings/accounts/return"), None] {
        let Step::Visit { url, state } = sign_in.begin(&http, &answers, back_to, now()).await.unwrap() else { panic!("a visit") };
        let url = if back_to.is_some() { format!("{url}&state=abc") } else { url };
        let back = say_yes(&http, &url).await;
        assert!(back.as_str().starts_with(back_to.unwrap_or("http://localhost/hobnob-code")), "{back}");
        // Where nobody waits for the browser, the whole address is pasted.
        let code = match back_to {
            Some(_) => back.query_pairs().find(|(k, _)| k == "code").unwrap().1.into_owned(),
            None => back.to_string(),
        };
        let arrival = sign_in.finish(&http, &Returned { state: state.clone(), code: code.clone() }, now()).await.unwrap();
        assert_eq!((arrival.profile.name.as_str(), arrival.profile.remote_id.as_str()), ("Ada", sites.ada.as_str()));
        assert_eq!(arrival.profile.handle, host(&sites.ada));
        let ada = Someone::new(http.clone(), arrival);
        let landed = ada.say(&Part::of_text(unheard("signed in ")), &Baggage::default(), &DeliveryKey(unheard("k"))).await.unwrap();
        assert_eq!(ada.page(&landed.at.id).await.0, 200);
        let (profile, rules) = sign_in.look_again(&ada.call()).await.unwrap();
        assert_eq!((profile.remote_id, rules.has_title), (ada.account.remote_id.clone(), true));
        assert_eq!(sign_in.refresh(&ada.call()).await.unwrap(), ada.secret);
        let again = sign_in.finish(&http, &Returned { state, code }, now()).await.unwrap_err();
        assert!(matches!(&again, NetworkError::Refused(why) if why.contains("did not take the code")), "{again:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_told_from_trouble() {
    let Some(sites) = sites() else { return };
    let mut ada = Someone::ada(&sites).await;
    ada.secret = Secret::new(ada.secret.reveal().replace(&sites.token, "taken-back"));
    let said = ada.say(&Part::of_text("words"), &Baggage::default(), &DeliveryKey("k".into())).await;
    assert_eq!(said.unwrap_err(), NetworkError::SignInAgain);
    assert_eq!(IndieWeb.sign_in().unwrap().refresh(&ada.call()).await.unwrap_err(), NetworkError::SignInAgain);
    let answers = [("address", sites.ada.as_str()), ("token", "nobody")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let refused = IndieWeb.sign_in().unwrap().begin(&ada.http, &answers, None, now()).await.unwrap_err();
    assert_eq!(refused.to_string(), "the site does not know this token");
}

#[tokio::test]
async fn a_thread_stands_as_the_preview_said() {
    let Some(sites) = sites() else { return };
    let ada = Someone::ada(&sites).await;
    let ben = host(&sites.ben);
    let mut first =
        Part::of_text(format!("Cold kitchen, @{ben} & <all>.\n\nSee https://crumb.example/dough?a=1&b=2 #Bread {}", unheard("x")));
    first.title = Some("Slow dough".into());
    first.mentions = vec![(ben.clone(), sites.ben.clone())];
    first.pictures = vec![Picture {
        id: PictureId(1),
        mime: "image/png".into(),
        width: 1,
        height: 1,
        alt: "A \"blue\" bowl".into(),
        ..Picture::default()
    }];
    let upload = Upload { id: PictureId(1), mime: "image/png".into(), bytes: dot(), width: 1, height: 1, alt: "A \"blue\" bowl".into() };
    let baggage = Baggage { uploads: vec![upload], ..Baggage::default() };
    let texts = [first.text.clone(), "Second, by the kettle.".to_owned(), "Third: it rose.\nReally.".to_owned()];
    let (mut landed, mut part) = (Vec::<Landing>::new(), first);
    for (i, text) in texts.iter().enumerate() {
        if let Some(before) = landed.last() {
            part = Part::of_text(text.clone());
            part.reply_to = Some(ReplyTo { parent: before.at.clone(), root: landed[0].at.clone() });
        }
        let goods = if i == 0 { &baggage } else { &Baggage::default() };
        landed.push(ada.say(&part, goods, &DeliveryKey(unheard("key"))).await.unwrap());
    }
    for (i, at) in landed.iter().enumerate() {
        let (status, page) = ada.page(&at.at.id).await;
        let entry = page.of_kind("h-entry")[0];
        assert_eq!((status, entry.text("url")), (200, Some(at.at.id.as_str())));
        let Some(Value::Html { html, .. }) = entry.first("content") else { panic!("no content on the page") };
        assert_eq!(networks::html::text(html), texts[i], "the words on the page");
        assert_eq!(entry.text("in-reply-to"), i.checked_sub(1).map(|n| landed[n].at.id.as_str()));
        if i == 0 {
            assert!(html.contains(&format!("<a href=\"{}\">@{ben}</a>", sites.ben)), "{html}");
            assert!(html.contains("<a href=\"https://crumb.example/dough?a=1&amp;b=2\">"), "{html}");
            assert_eq!((entry.text("name"), entry.text("category")), (Some("Slow dough"), Some("Bread")));
            let Some(Value::Image { value, alt }) = entry.first("photo") else { panic!("no picture on the page") };
            assert_eq!(alt, "A \"blue\" bowl");
            let picture = ada.http.send(ada.http.get(value).unwrap()).await.unwrap();
            assert_eq!((picture.status, picture.body), (200, dot()));
        }
    }
    // The same through our own reading, and the person whose page it is.
    let thread = IndieWeb.listen().unwrap().thread(&ada.call(), &landed[2].at).await.unwrap();
    assert_eq!((thread[0].text.as_str(), thread[0].reply_to.as_deref()), (texts[2].as_str(), Some(landed[1].at.id.as_str())));
    assert_eq!(thread[0].author.remote_id, sites.ada);
    let home = IndieWeb.listen().unwrap().search(&ada.call(), &Search::Home, &Cursor::default()).await.unwrap();
    assert!(landed.iter().all(|l| home.items.iter().any(|p| p.at == l.at)));
    let ben_there = IndieWeb.people().unwrap().profile(&ada.call(), &sites.ben).await.unwrap();
    assert_eq!((ben_there.name.as_str(), ben_there.remote_id.as_str()), ("Ben", sites.ben.as_str()));
}

#[tokio::test]
async fn changed_taken_down_put_back() {
    let Some(sites) = sites() else { return };
    let ada = Someone::ada(&sites).await;
    let publish = IndieWeb.publish().unwrap();
    let at = ada.say(&Part::of_text(unheard("first ")), &Baggage::default(), &DeliveryKey(unheard("key"))).await.unwrap().at;
    let changed = Part::of_text(format!("Warm now: https://crumb.example/{}", unheard("y")));
    assert_eq!(publish.edit(&ada.call(), &at, &changed, &Baggage::default()).await.unwrap().at, at);
    let entry_text = |page: &mf::Page| match page.of_kind("h-entry")[0].first("content") {
        Some(Value::Html { html, .. }) => networks::html::text(html),
        _ => String::new(),
    };
    assert_eq!(entry_text(&ada.page(&at.id).await.1), changed.text);
    for _ in 0..2 {
        publish.delete(&ada.call(), &at).await.unwrap();
        assert_eq!(ada.page(&at.id).await.0, 410);
    }
    IndieWeb.undelete(&ada.call(), &at).await.unwrap();
    assert_eq!(entry_text(&ada.page(&at.id).await.1), changed.text);
    let ben = PostRef::new(format!("{}notes/999", sites.ben), "");
    for sign in [Sign::Like, Sign::Boost] {
        let before = ada.notes().await;
        let receipt = publish.sign(&ada.call(), &ben, sign).await.unwrap();
        assert_eq!(publish.sign(&ada.call(), &ben, sign).await.unwrap(), receipt);
        assert_eq!(ada.notes().await, before + 1);
        publish.unsign(&ada.call(), &ben, sign, "").await.unwrap();
        assert_eq!(ada.page(&receipt).await.0, 410);
    }
}

#[tokio::test]
async fn doubt_is_settled_by_looking() {
    let Some(sites) = sites() else { return };
    let ada = Someone::ada(&sites).await;
    let publish = IndieWeb.publish().unwrap();
    let (part, key) = (Part::of_text(format!("Once only {}", unheard("z"))), DeliveryKey(unheard("key")));
    let began = now();
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, began)).await.unwrap(), Found::NotThere);

    // The site takes it, and its answer is lost.
    let deaf = swallow_answers(&sites.ada).await;
    let mut through = Someone::ada(&sites).await;
    through.http = http(&[&sites.ada, &deaf]);
    through.secret =
        Secret::new(ada.secret.reveal().replace(&format!("{}indieweb/micropub/", sites.ada), &format!("{deaf}indieweb/micropub/")));
    let before = ada.notes().await;
    let error = through.say(&part, &Baggage::default(), &key).await.unwrap_err();
    assert_eq!(error.happened(), Happened::Maybe, "{error:?}");
    let mut found = Found::NotThere;
    for _ in 0..40 {
        found = publish.find(&ada.call(), &Sought::new(&part, &key, began)).await.unwrap();
        if found != Found::NotThere {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let Found::Here(there) = found else { panic!("{found:?}") };
    assert_eq!(ada.page(&there.at.id).await.0, 200);
    assert_eq!(ada.notes().await, before + 1, "it stands once");
    // The same words under another key were said before this one began: another post.
    let later = now() + jiff::SignedDuration::from_mins(30);
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &DeliveryKey(unheard("key")), later)).await.unwrap(), Found::NotThere);
}

/// A way to the site by which every question arrives and no answer comes back.
async fn swallow_answers(url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let to = host(url);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = tokio::net::TcpStream::connect(&to).await.unwrap();
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                loop {
                    tokio::select! {
                        n = near.read(&mut bytes) => match n { Ok(n) if n > 0 => far.write_all(&bytes[..n]).await.unwrap(), _ => return },
                        _ = far.readable() => return,
                    }
                }
            });
        }
    });
    address
}
