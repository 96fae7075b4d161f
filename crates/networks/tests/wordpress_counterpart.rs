//! Two people and a visitor talk on a real WordPress, and what stands there is read back from the site itself, by REST and as a page. Runs
//! where `HOBNOB_CP_WORDPRESS` and its fellows name one; skipped aloud where they do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use base64::Engine;
use model::{Account, AccountId, AccountState, Article, DeliveryKey, Part, PictureId, PostRef, ReplyTo, Secret, Timestamp};
use networks::http::Reach;
use networks::wordpress::WordPress;
use networks::*;
use serde_json::{Value, json};

const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

struct Somebody {
    http: Http,
    account: Account,
    secret: Secret,
}

// The servers outside live by the real clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: {name} is not set, so there is no WordPress to talk on");
    }
    value
}

fn answers(all: &[(&str, &str)]) -> Answers {
    all.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

impl Somebody {
    async fn arrive(address: &str, login: &str, password: &str) -> Answer<Somebody> {
        let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
        let form = answers(&[("address", address), ("login", login), ("password", password)]);
        let Step::Done(arrival) = WordPress.sign_in().unwrap().begin(&http, &form, None, now()).await? else { panic!("one step") };
        let account = Account {
            id: AccountId(1),
            network: arrival.network,
            server: arrival.server,
            remote_id: arrival.profile.remote_id,
            handle: arrival.profile.handle,
            name: arrival.profile.name,
            avatar_url: None,
            url: arrival.profile.url,
            rules: arrival.rules,
            state: AccountState::Working,
            created_at: now(),
        };
        Ok(Somebody { http, account, secret: arrival.secret })
    }

    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn say(&self, part: &Part, baggage: &Baggage, key: &str) -> Answer<Landing> {
        WordPress.publish().unwrap().post(&self.call(), part, baggage, &DeliveryKey(key.into())).await
    }
    async fn find(&self, part: &Part, key: &str) -> Found {
        WordPress.publish().unwrap().find(&self.call(), &Sought::new(part, &DeliveryKey(key.into()), now())).await.unwrap()
    }
    async fn heard(&self, from: &Cursor) -> Batch<Heard> {
        WordPress.inbox().unwrap().since(&self.call(), from).await.unwrap()
    }

    /// The site's own word, past our own code.
    async fn raw(&self, path: &str) -> Value {
        let keys: Value = serde_json::from_str(self.secret.reveal()).unwrap();
        let request = self.http.get(&format!("{}/wp-json/wp/v2/{path}", self.account.server)).unwrap();
        let request = request.basic_auth(keys["login"].as_str().unwrap(), keys["password"].as_str());
        let reply = self.http.send(request).await.unwrap();
        assert!(reply.is_success(), "{path}: {}", reply.text());
        reply.json().unwrap()
    }
    async fn page(&self, url: &str) -> String {
        self.http.send(self.http.get(url).unwrap()).await.unwrap().text().into_owned()
    }
    fn number(&self, at: &PostRef) -> String {
        at.id.rsplit(['=', '-']).next().unwrap().to_owned()
    }
}

fn plain(value: &Value) -> String {
    networks::html::text(value.as_str().unwrap_or_default())
}

fn answer(words: &str, parent: &PostRef, root: &PostRef) -> Part {
    Part { reply_to: Some(ReplyTo { parent: parent.clone(), root: root.clone() }), ..Part::of_text(words) }
}

/// A visitor's comment, by the form under the article.
async fn visit(site: &str, post: &str, words: &str) {
    let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
    let form = [
        ("comment_post_ID", post),
        ("author", "Cleo"),
        ("email", "cleo@example.test"),
        ("url", "https://cleo.example/"),
        ("comment", words),
    ];
    let reply = http.send(http.post(&format!("{site}/wp-comments-post.php")).unwrap().form(&form)).await.unwrap();
    assert_eq!(reply.status, 302, "{}", reply.text());
}

#[tokio::test]
async fn a_post_stands_and_is_talked_about() {
    let (Some(site), Some(ada), Some(ben), Some(eve)) = (
        given("HOBNOB_CP_WORDPRESS"),
        given("HOBNOB_CP_WORDPRESS_ADA"),
        given("HOBNOB_CP_WORDPRESS_BEN"),
        given("HOBNOB_CP_WORDPRESS_EVE"),
    ) else {
        return;
    };
    let why = Somebody::arrive(&site, "ada", "not the password").await.err().expect("refused");
    assert!(matches!(&why, NetworkError::Refused(w) if w.contains("does not know")), "{why:?}");
    let (ada, ben, eve) = (
        Somebody::arrive(&format!("{site}/?p=1"), "ada", &ada).await.unwrap(),
        Somebody::arrive(&site, "ben", &ben).await.unwrap(),
        Somebody::arrive(&site, "eve", &eve).await.unwrap(),
    );
    assert_eq!(eve.account.rules.pictures_max, 0, "a subscriber sends no pictures up");

    // Ben may write, but not make categories, and his HTML is filtered: the marker stays all the same.
    let article = ben_writes(&ben).await;
    comments_go_both_ways(&ben, &eve, &site, &article).await;
    drafts_and_the_end(&ada, &ben, &article).await;
}

async fn ben_writes(ben: &Somebody) -> Landing {
    let upload = |alt: &str| Upload {
        id: PictureId(1),
        mime: "image/png".into(),
        bytes: base64::engine::general_purpose::STANDARD.decode(DOT).unwrap(),
        width: 1,
        height: 1,
        alt: alt.into(),
    };
    let baggage = Baggage { uploads: vec![upload("A \"dark\" loaf"), upload("The same, cut")], ..Baggage::default() };
    let mut part = Part {
        title: Some("Rye & wheat".into()),
        ..Part::of_text("Three rises — it's <slow>.\n\nCleo showed me: https://x.example/a?b=1&c=2\n\nThat's it.")
    };
    part.article = Article { excerpt: Some("Three rises".into()), tags: vec!["rye".into(), "Sour & dough".into()], categories: Vec::new() };
    part.mentions = vec![("Cleo".into(), "https://cleo.example/".into())];
    assert_eq!(ben.find(&part, "0197-a").await, Found::NotThere);
    let landing = ben.say(&part, &baggage, "0197-a").await.unwrap();
    assert_eq!(ben.find(&part, "0197-a").await, Found::Here(landing.clone()), "the site keeps the marker");
    assert!(landing.url.as_deref().unwrap().ends_with("/rye-wheat/"), "{landing:?}");

    let kept = ben.raw(&format!("posts/{}?context=edit&_embed", ben.number(&landing.at))).await;
    assert_eq!(
        (plain(&kept["title"]["rendered"]).as_str(), kept["excerpt"]["raw"].as_str(), kept["status"].as_str()),
        ("Rye & wheat", Some("Three rises"), Some("publish"))
    );
    assert_eq!(kept["_embedded"]["wp:featuredmedia"][0]["alt_text"], "A \"dark\" loaf");
    let terms = kept["_embedded"]["wp:term"].as_array().unwrap().iter().flat_map(|t| t.as_array().unwrap());
    let mut terms: Vec<String> = terms.map(|t| plain(&t["name"])).collect();
    terms.sort();
    assert_eq!(terms, ["Sour & dough", "Uncategorized", "rye"]);
    let page = ben.page(landing.url.as_deref().unwrap()).await;
    for words in [
        "alt=\"The same, cut\"",
        "alt=\"A &quot;dark&quot; loaf\"",
        "<a href=\"https://x.example/a?b=1&amp;c=2\">",
        "<a href=\"https://cleo.example/\">Cleo</a>",
        "&lt;slow&gt;",
    ] {
        assert!(page.contains(words), "the page has {words}");
    }

    // The same words again on purpose: another delivery, another article, whose address quietly became another.
    let twice = ben.say(&part, &baggage, "0197-b").await.unwrap();
    assert!(twice.at != landing.at && twice.url.as_deref().unwrap().contains("-2"), "{twice:?}");
    assert_eq!(ben.find(&part, "0197-b").await, Found::Here(twice.clone()));
    assert_eq!(ben.find(&part, "0197-a").await, Found::Here(landing.clone()), "each is known by its own marker");
    let media = ben.raw("media?per_page=100").await;
    assert_eq!(
        media.as_array().unwrap().iter().filter(|m| m["slug"].as_str().unwrap().starts_with("hobnob-")).count(),
        2,
        "each picture went up once"
    );
    WordPress.publish().unwrap().delete(&ben.call(), &twice.at).await.unwrap();
    WordPress.publish().unwrap().delete(&ben.call(), &twice.at).await.unwrap();
    assert_eq!(ben.find(&part, "0197-b").await, Found::NotThere);

    // A category that is not there: Ben may not make it, and nothing is sent.
    part.article.categories = vec!["Recipes".into()];
    let why = ben.say(&part, &Baggage::default(), "0197-c").await.unwrap_err();
    assert!(why.happened() == Happened::No && why.to_string().contains("“Recipes”"), "{why:?}");
    landing
}

async fn comments_go_both_ways(ben: &Somebody, eve: &Somebody, site: &str, article: &Landing) {
    let first = ben.heard(&Cursor::default()).await;
    let post = ben.number(&article.at);
    visit(site, &post, "It's -- how long is \"slow\"?").await;
    let heard = ben.heard(&first.next).await;
    let [Heard { kind: HeardKind::Spoke, post: Some(question), .. }] = &heard.items[..] else { panic!("{:?}", heard.items) };
    assert_eq!((question.author.name.as_str(), question.author.handle.as_str()), ("Cleo", "cleo.example"));
    assert_eq!((question.root.as_ref(), question.reply_to.as_ref()), (Some(&article.at.id), Some(&article.at.id)));
    assert!(ben.heard(&heard.next).await.items.is_empty(), "nothing comes twice");

    let words = answer("It's about -- well -- \"nine\" hours <at most>.\n\nSee https://x.example/", &question.at, &article.at);
    let said = ben.say(&words, &Baggage::default(), "0197-d").await.unwrap();
    assert_eq!(ben.find(&words, "0197-d").await, Found::Here(said.clone()));
    // The same once more, as after a lost answer that nobody looked into: the site has it already.
    assert_eq!(ben.say(&words, &Baggage::default(), "0197-d").await.unwrap().at, said.at);
    // Another one right behind it: the site asks to wait.
    let slow = ben.say(&answer("One more thing.", &question.at, &article.at), &Baggage::default(), "0197-g").await;
    assert!(matches!(slow, Err(NetworkError::SlowDown { .. })), "{slow:?}");
    let kept = ben.raw(&format!("comments/{}", ben.number(&said.at))).await;
    assert_eq!((kept["parent"].to_string(), kept["status"].as_str()), (ben.number(&question.at), Some("approved")));
    let page = ben.page(article.url.as_deref().unwrap()).await;
    assert_eq!(page.matches("&lt;at most&gt;").count(), 1, "the answer stands under it, once");

    // Eve may comment and no more; she answers Ben, and Ben hears of it.
    let hers = answer("And then?", &said.at, &article.at);
    let landed = eve.say(&hers, &Baggage::default(), "0197-e").await.unwrap();
    assert_eq!(eve.find(&hers, "0197-e").await, Found::Here(landed));
    assert!(
        eve.say(&Part::of_text("An article"), &Baggage::default(), "0197-f").await.is_err_and(|e| matches!(e, NetworkError::Refused(_)))
    );
    let heard = ben.heard(&heard.next).await;
    assert_eq!(heard.items.iter().map(|h| h.by.name.as_str()).collect::<Vec<_>>(), ["eve"]);
    let thread = WordPress.listen().unwrap().thread(&ben.call(), &question.at).await.unwrap();
    assert_eq!(thread.iter().map(|p| p.author.name.as_str()).collect::<Vec<_>>(), ["ben", "Cleo", "ben", "eve"]);
    assert_eq!(thread[1].reply_to_author.as_ref(), Some(&ben.account.remote_id));
    let home = WordPress.listen().unwrap().search(&ben.call(), &Search::Home, &Cursor::default()).await.unwrap();
    assert!(home.items.iter().any(|p| p.at == article.at && p.media.len() == 1) && home.items.iter().any(|p| p.at == said.at));

    // His own words he may change, under his own article.
    let changed = Part { text: "Nine hours.".into(), ..words };
    WordPress.publish().unwrap().edit(&ben.call(), &said.at, &changed, &Baggage::default()).await.unwrap();
    assert!(ben.raw(&format!("comments/{}", ben.number(&said.at))).await["content"]["rendered"].as_str().unwrap().contains("Nine hours."));
}

async fn drafts_and_the_end(ada: &Somebody, ben: &Somebody, article: &Landing) {
    let keys: Value = serde_json::from_str(ada.secret.reveal()).unwrap();
    let body = json!({"title": "Begun & left", "content": "<p>One</p><p>Two</p>", "excerpt": "In short", "status": "draft"});
    let request = ada.http.post(&format!("{}/wp-json/wp/v2/posts", ada.account.server)).unwrap().json(&body);
    ada.http.send(request.basic_auth("ada", keys["password"].as_str())).await.unwrap();
    let begun = WordPress.drafts().unwrap().begun(&ada.call()).await.unwrap();
    let mine = begun.iter().find(|d| d.title.as_deref() == Some("Begun & left")).expect("the draft is shown");
    assert_eq!((mine.text.as_str(), mine.article.excerpt.as_deref()), ("One\n\nTwo", Some("In short")));
    assert!(mine.url.as_deref().unwrap().ends_with("&action=edit"));
    assert!(WordPress.drafts().unwrap().begun(&ben.call()).await.unwrap().is_empty(), "Ada's are hers");

    let part = Part { title: Some("Rye, again".into()), ..Part::of_text("Changed.") };
    let changed = WordPress.publish().unwrap().edit(&ben.call(), &article.at, &part, &Baggage::default()).await.unwrap();
    assert_eq!(changed.at, article.at);
    assert_eq!(ben.find(&Part::of_text("whatever"), "0197-a").await, Found::Here(changed.clone()), "a changed article keeps its marker");
    let (profile, rules) = WordPress.sign_in().unwrap().look_again(&ben.call()).await.unwrap();
    assert_eq!((profile.remote_id, rules.pictures_max > 0), (ben.account.remote_id.clone(), true));
    WordPress.publish().unwrap().delete(&ben.call(), &article.at).await.unwrap();
    assert_eq!(ben.find(&part, "0197-a").await, Found::NotThere);
    let elsewhere = PostRef::new("https://other.example/?p=1", "");
    assert!(WordPress.publish().unwrap().delete(&ben.call(), &elsewhere).await.is_err());
}
