//! Two people talk through the Mastodon client with a server that others wrote. It runs where `HOBNOB_CP_MASTODON` names one (with the
//! tokens `ada-token` and `ben-token`), and says aloud where none is.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what it found by stopping, and aloud what it left out")]

use std::time::Duration;

use model::{
    Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, Picture, PictureId, PostRef, Profile, ReplyTo, Secret, Timestamp,
    Visibility,
};
use networks::http::Reach;
use networks::mastodon::Mastodon;
use networks::*;

/// How often something that takes a moment is looked for again.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);
const STREAM_MAX: Duration = Duration::from_secs(20);

fn server() -> Option<String> {
    let server = std::env::var("HOBNOB_CP_MASTODON").ok();
    if server.is_none() {
        eprintln!("skipped: HOBNOB_CP_MASTODON names no server");
    }
    server
}

#[allow(clippy::disallowed_methods, reason = "the server across has a clock of its own, and the two are compared")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn http(servers: &[&str]) -> Http {
    Http::new(Reach { private_hosts: servers.iter().map(|s| s.split_once("://").unwrap().1.to_owned()).collect() })
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
    async fn with_token(server: &str, token: &str) -> Someone {
        let http = http(&[server]);
        let answers = [("server", server), ("token", token)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        match Mastodon.sign_in().unwrap().begin(&http, &answers, None, now()).await.unwrap() {
            Step::Done(arrival) => Someone::new(http, *arrival),
            Step::Visit { .. } => panic!("a token needs no visit"),
        }
    }
    fn new(http: Http, arrival: Arrival) -> Someone {
        let profile = arrival.profile;
        let account = Account {
            id: AccountId(1),
            network: NetworkKey::new("mastodon"),
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
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn say(&self, part: &Part) -> Landing {
        let key = DeliveryKey(unheard("key"));
        Mastodon.publish().unwrap().post(&self.call(), part, &Baggage::default(), &key).await.unwrap()
    }
    async fn search(&self, search: Search, from: &Cursor) -> Batch<model::Post> {
        Mastodon.listen().unwrap().search(&self.call(), &search, from).await.unwrap()
    }
    async fn thread(&self, of: &PostRef) -> Answer<Vec<model::Post>> {
        Mastodon.listen().unwrap().thread(&self.call(), of).await
    }
}

fn reply_to(at: &PostRef) -> Option<ReplyTo> {
    Some(ReplyTo { parent: at.clone(), root: at.clone() })
}

/// A picture of one dot.
fn dot() -> Vec<u8> {
    let hex = "89504e470d0a1a0a0000000d4948445200000001000000010806000000\
               1f15c4890000000d49444154789c6360f8cfc0f01f000501 01ffa2\
               d3a5f50000000049454e44ae426082";
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|d| (d[0] * 16 + d[1]) as u8).collect()
}

#[tokio::test]
async fn signing_in_with_a_code() {
    let Some(server) = server() else { return };
    let http = http(&[&server]);
    let sign_in = Mastodon.sign_in().unwrap();
    let answers = [("server".to_owned(), format!("{server}/@ada"))].into();
    for back_to in [Some("http://127.0.0.1:9/accounts/back?state=abc"), None] {
        let Step::Visit { url, state } = sign_in.begin(&http, &answers, back_to, now()).await.unwrap() else { panic!("a visit") };
        let asked: std::collections::BTreeMap<_, _> = url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        assert_eq!(asked["redirect_uri"], back_to.unwrap_or("urn:ietf:wg:oauth:2.0:oob"));
        let yes = [("username", "ada"), ("redirect_uri", &asked["redirect_uri"]), ("client_id", &asked["client_id"])];
        let said = http.send(http.post(&format!("{server}/oauth/authorize")).unwrap().form(&yes)).await.unwrap();
        let code = match back_to {
            Some(_) => said.header("location").unwrap().split("code=").nth(1).unwrap().to_owned(),
            None => said.text().split("code: ").nth(1).unwrap().split('<').next().unwrap().to_owned(),
        };
        let arrival = sign_in.finish(&http, &Returned { state, code: format!(" {code}\n") }, now()).await.unwrap();
        assert_eq!(arrival.profile.handle, format!("ada@{}", server.split_once("://").unwrap().1));
        assert_eq!((arrival.rules.text_max, arrival.rules.link_weight), (Some(500), Some(23)));
        let ada = Someone::new(http.clone(), arrival);
        let (profile, _) = sign_in.look_again(&ada.call()).await.unwrap();
        assert_eq!(profile.name, "Ada");
        assert_eq!(sign_in.refresh(&ada.call()).await.unwrap(), ada.secret);
    }
    let Step::Visit { state, .. } = sign_in.begin(&http, &answers, None, now()).await.unwrap() else { panic!("a visit") };
    let wrong = sign_in.finish(&http, &Returned { state, code: "nonsense".into() }, now()).await.unwrap_err();
    assert!(matches!(&wrong, NetworkError::Refused(why) if why.contains("did not take the code")), "{wrong:?}");
}

#[tokio::test]
async fn a_wrong_token_is_told_from_trouble() {
    let Some(server) = server() else { return };
    let mut ada = Someone::with_token(&server, "ada-token").await;
    ada.secret = Secret::new(ada.secret.reveal().replace("ada-token", "taken-back"));
    let heard = Mastodon.inbox().unwrap().since(&ada.call(), &Cursor::default()).await;
    assert_eq!(heard.unwrap_err(), NetworkError::SignInAgain);
    assert_eq!(Mastodon.sign_in().unwrap().refresh(&ada.call()).await.unwrap_err(), NetworkError::SignInAgain);
    let (out, _in) = tokio::sync::mpsc::channel(8);
    assert_eq!(Mastodon.stream().unwrap().run(&ada.call(), &[], out).await.unwrap_err(), NetworkError::SignInAgain);
    let answers = [("server", server.as_str()), ("token", "nobody")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let refused = Mastodon.sign_in().unwrap().begin(&ada.http, &answers, None, now()).await.unwrap_err();
    assert_eq!(refused.to_string(), "the server does not know this token");
}

#[tokio::test]
async fn two_people_talk() {
    let Some(server) = server() else { return };
    let (ada, ben) = (Someone::with_token(&server, "ada-token").await, Someone::with_token(&server, "ben-token").await);
    let publish = Mastodon.publish().unwrap();
    let inbox = Mastodon.inbox().unwrap();
    let tag = unheard("starter");
    let before = inbox.since(&ada.call(), &Cursor::default()).await.unwrap().next;

    // Ada asks, with a picture, a warning and a language.
    let mut question = Part::of_text(format!("Cold kitchen, slow dough. Ideas? https://ada.example/dough #{tag}"));
    question.warning = Some("food".into());
    question.language = Some("en-GB".into());
    question.pictures =
        vec![Picture { id: PictureId(1), mime: "image/png".into(), width: 1, height: 1, alt: "A bowl".into(), ..Picture::default() }];
    let upload = Upload { id: PictureId(1), mime: "image/png".into(), bytes: dot(), width: 1, height: 1, alt: "A bowl".into() };
    let baggage = Baggage { uploads: vec![upload], card: None, begun: None };
    let key = DeliveryKey(unheard("key"));
    let asked = publish.post(&ada.call(), &question, &baggage, &key).await.unwrap();
    assert_eq!(publish.post(&ada.call(), &question, &baggage, &key).await.unwrap().at, asked.at, "the same key, the same post");

    // Ben finds it by its hashtag, and answers.
    let found = ben.search(Search::Tag(tag.clone()), &Cursor::default()).await;
    let [post] = found.items.as_slice() else { panic!("one post, not {}", found.items.len()) };
    assert_eq!(post.at, asked.at);
    assert_eq!(post.text, question.text);
    assert_eq!(post.links, ["https://ada.example/dough"]);
    assert_eq!((post.warning.as_deref(), post.language.as_deref()), (Some("food"), Some("en")));
    assert_eq!((post.author.handle.as_str(), post.media.len(), post.media[0].alt.as_str()), (ada.account.handle.as_str(), 1, "A bowl"));
    let mut answer = Part::of_text(format!("@{} Near the kettle. #{tag}", ada.account.handle));
    answer.reply_to = reply_to(&post.at);
    answer.visibility = Visibility::Unlisted;
    let answered = ben.say(&answer).await;

    // Ada hears it, and sees the whole thread, also by the post's name on its server alone.
    let heard = inbox.since(&ada.call(), &before).await.unwrap();
    let about: Vec<_> = heard.items.iter().filter(|h| h.post.as_ref().is_some_and(|p| p.at == answered.at)).collect();
    let [one] = about.as_slice() else { panic!("one notification, not {}", about.len()) };
    let said = one.post.as_ref().unwrap();
    assert_eq!((one.kind, &one.by.remote_id, &said.at), (HeardKind::Spoke, &ben.account.remote_id, &answered.at));
    assert!(said.text.ends_with(&format!("Near the kettle. #{tag}")) && said.text.starts_with("@ada"), "{}", said.text);
    assert_eq!(said.mentions[0].remote_id, ada.account.remote_id);
    assert!(said.reply_to == post.local || said.reply_to.as_ref() == Some(&post.at.id));
    for of in [answered.at.clone(), PostRef::new(asked.at.tag.clone(), ""), PostRef::new(asked.at.id.clone(), "")] {
        let thread = ada.thread(&of).await.unwrap();
        assert_eq!(thread.iter().map(|p| &p.at).collect::<Vec<_>>(), [&asked.at, &answered.at]);
        assert_eq!(thread[1].reply_to.as_ref(), Some(&asked.at.id));
        assert_eq!((thread[1].root.as_ref(), thread[1].visibility), (Some(&asked.at.id), Visibility::Unlisted));
        assert_eq!(thread[1].reply_to_author.as_deref().unwrap_or(&ada.account.remote_id), ada.account.remote_id);
    }

    signs(&ada, &ben, &answered.at).await;

    // Ada changes her words and keeps the picture; then takes all down, twice.
    let mut changed = question.clone();
    changed.text = format!("Warm kitchen now. #{tag}");
    changed.warning = None;
    changed.pictures[0].alt = "A blue bowl".into();
    publish.edit(&ada.call(), &asked.at, &changed, &Baggage::default()).await.unwrap();
    let now_reads = &ben.thread(&asked.at).await.unwrap()[0];
    assert_eq!((&now_reads.text, &now_reads.warning, now_reads.media.len()), (&changed.text, &None, 1));
    assert!(now_reads.edited_at.is_some());
    for _ in 0..2 {
        publish.delete(&ada.call(), &asked.at).await.unwrap();
    }
    assert_eq!(ada.thread(&asked.at).await.unwrap_err(), NetworkError::NotThere);
}

/// Likes and boosts, twice, heard by the other, and taken back.
async fn signs(ada: &Someone, ben: &Someone, at: &PostRef) {
    let (publish, inbox) = (Mastodon.publish().unwrap(), Mastodon.inbox().unwrap());
    let before = inbox.since(&ben.call(), &Cursor::default()).await.unwrap().next;
    for sign in [Sign::Like, Sign::Boost] {
        let receipt = publish.sign(&ada.call(), at, sign).await.unwrap();
        assert_eq!(publish.sign(&ada.call(), at, sign).await.unwrap(), receipt);
    }
    let heard = inbox.since(&ben.call(), &before).await.unwrap();
    let about = heard.items.iter().filter(|h| h.post.as_ref().is_some_and(|p| p.at == *at));
    let kinds: Vec<_> = about.map(|h| h.kind).collect();
    assert!(kinds.contains(&HeardKind::Liked) && kinds.contains(&HeardKind::PassedOn), "{kinds:?}");
    for sign in [Sign::Like, Sign::Boost] {
        publish.unsign(&ada.call(), at, sign, "").await.unwrap();
    }
}

#[tokio::test]
async fn reading_on_misses_nothing() {
    let Some(server) = server() else { return };
    let (ada, ben) = (Someone::with_token(&server, "ada-token").await, Someone::with_token(&server, "ben-token").await);
    let tag = unheard("pages");
    let mut at = ben.search(Search::Tag(tag.clone()), &Cursor::default()).await.next;
    assert_eq!(at, Cursor::default());
    let mut said = vec![ada.say(&Part::of_text(format!("first #{tag}"))).await.at];
    at = ben.search(Search::Tag(tag.clone()), &at).await.next;
    for n in 0..45 {
        said.push(ada.say(&Part::of_text(format!("number {n} #{tag}"))).await.at);
    }
    let more = ben.search(Search::Tag(tag.clone()), &at).await;
    assert_eq!(more.items.iter().map(|p| p.at.clone()).collect::<Vec<_>>(), said[1..], "in the order they were said");
    assert!(!more.has_more);
    let nothing = ben.search(Search::Tag(tag.clone()), &more.next).await;
    assert_eq!((nothing.items.len(), &nothing.next), (0, &more.next));

    let mine = ben.search(Search::By(ada.account.remote_id.clone()), &Cursor::default()).await;
    let has_last = |posts: &[model::Post]| posts.iter().any(|p| p.at == *said.last().unwrap());
    assert!(has_last(&mine.items));
    let again = ben.search(Search::By(ada.account.remote_id.clone()), &mine.next).await;
    assert!(!has_last(&again.items));
    let words = ben.search(Search::Words(tag.clone()), &Cursor::default()).await;
    assert!(ben.search(Search::Words(tag), &words.next).await.items.is_empty());
    let home = ada.search(Search::Home, &Cursor::default()).await;
    assert!(has_last(&home.items));

    let profile = Mastodon.people().unwrap().profile(&ben.call(), &format!("@{}", ada.account.handle)).await.unwrap();
    assert_eq!(profile.remote_id, ada.account.remote_id);
    let nobody = Mastodon.people().unwrap().profile(&ben.call(), "nobody.at.all").await;
    assert_eq!(nobody.unwrap_err(), NetworkError::NotThere);
}

#[tokio::test]
async fn doubt_is_settled_by_looking() {
    let Some(server) = server() else { return };
    let (ada, ben) = (Someone::with_token(&server, "ada-token").await, Someone::with_token(&server, "ben-token").await);
    let publish = Mastodon.publish().unwrap();
    let began = now();
    let parent = ben.say(&Part::of_text(unheard("Who bakes? "))).await;
    let mut part = Part::of_text(format!("@{} I do, see https://ada.example/{}", ben.account.handle, unheard("loaf")));
    part.reply_to = reply_to(&parent.at);
    let key = DeliveryKey(unheard("key"));

    // The server takes it, and its answer is lost.
    let deaf = swallow_answers(&server).await;
    let mut through = Someone::with_token(&server, "ada-token").await;
    through.http = http(&[&server, &deaf]);
    through.account.server = deaf;
    let mut lost = part.clone();
    lost.reply_to = None;
    let error = publish.post(&through.call(), &lost, &Baggage::default(), &key).await.unwrap_err();
    assert_eq!(error.happened(), Happened::Maybe, "{error:?}");
    let found = publish.find(&ada.call(), &Sought::new(&lost, &key, began)).await.unwrap();
    assert!(matches!(found, Found::Here(_)), "{found:?}");

    // An answer to somebody with the same words is another post, and has not been sent.
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, began)).await.unwrap(), Found::NotThere);
    let landed = publish.post(&ada.call(), &part, &Baggage::default(), &DeliveryKey(unheard("key"))).await.unwrap();
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, began)).await.unwrap(), Found::Here(landed));
    let later = began + jiff::SignedDuration::from_mins(30);
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, later)).await.unwrap(), Found::NotThere, "too old to be it");
}

/// A way to the server by which every question arrives and no answer to a POST comes back.
async fn swallow_answers(server: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let to = server.split_once("://").unwrap().1.to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
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

#[tokio::test]
async fn what_comes_by_itself() {
    let Some(server) = server() else { return };
    let (ada, ben) = (Someone::with_token(&server, "ada-token").await, Someone::with_token(&server, "ben-token").await);
    let tag = unheard("stream");
    let (out, mut events) = tokio::sync::mpsc::channel(64);
    let listening = tokio::spawn({
        let tags = [tag.clone()];
        let ada = Someone::with_token(&server, "ada-token").await;
        async move { Mastodon.stream().unwrap().run(&ada.call(), &tags, out).await }
    });
    let first = tokio::time::timeout(STREAM_MAX, events.recv()).await.unwrap();
    assert_eq!(first, Some(Event::Open));

    let said = ben.say(&Part::of_text(format!("@{} come and see #{tag}", ada.account.handle))).await;
    let publish = Mastodon.publish().unwrap();
    publish.edit(&ben.call(), &said.at, &Part::of_text(format!("come and look #{tag}")), &Baggage::default()).await.unwrap();
    publish.delete(&ben.call(), &said.at).await.unwrap();
    let (mut by_tag, mut heard, mut gone) = (false, false, false);
    for _ in 0..LOOKS {
        let Ok(event) = tokio::time::timeout(PAUSE, events.recv()).await else {
            if by_tag && heard && gone {
                break;
            }
            continue;
        };
        match event.expect("the stream stays open") {
            Event::Post(post, Search::Tag(t)) if t == tag && post.at == said.at => by_tag = true,
            Event::Heard(h) => heard |= h.post.is_some_and(|p| p.at == said.at),
            Event::Deleted(name) => gone |= name == said.at.tag,
            _ => {}
        }
    }
    assert!(by_tag, "the post came by its hashtag");
    assert!(heard, "the notification came");
    assert!(gone, "the deletion came");
    drop(events);
    tokio::time::timeout(STREAM_MAX, listening).await.expect("it ends when nobody listens").unwrap().unwrap();
}

#[tokio::test]
async fn somebody_is_followed_muted_and_let_go() {
    let Some(server) = server() else { return };
    let ada = Someone::with_token(&server, "ada-token").await;
    let ben = Someone::with_token(&server, "ben-token").await;
    let people = Mastodon.people().unwrap();
    let them = people.profile(&ada.call(), &ben.account.handle).await.unwrap();
    let follows = async || {
        let page = people.following(&ada.call(), None, &Cursor::default()).await.unwrap();
        page.items.iter().any(|p| p.remote_id == them.remote_id)
    };
    // Twice is as good as once, either way.
    for _ in 0..2 {
        people.bind(&ada.call(), &them, Bond::Follow).await.unwrap();
    }
    assert!(follows().await);
    // Whom she follows can be read by others too.
    let public = Mastodon.people().unwrap().profile(&ben.call(), &ada.account.handle).await.unwrap();
    let page = people.following(&ben.call(), Some(&public), &Cursor::default()).await.unwrap();
    assert!(page.items.iter().any(|p| p.remote_id == them.remote_id), "{page:?}");
    for bond in [Bond::Mute, Bond::Follow] {
        people.bind(&ada.call(), &them, bond).await.unwrap();
        for _ in 0..2 {
            people.unbind(&ada.call(), &them, bond).await.unwrap();
        }
    }
    assert!(!follows().await);
    let nobody = Profile { handle: unheard("nobody"), ..them };
    assert_eq!(people.bind(&ada.call(), &nobody, Bond::Follow).await.unwrap_err(), NetworkError::NotThere);
}

#[tokio::test]
async fn a_server_s_rules_are_asked_for_or_said_to_be_none() {
    let Some(server) = server() else { return };
    let ada = Someone::with_token(&server, "ada-token").await;
    match Mastodon.listen().unwrap().norms(&ada.call()).await {
        Ok(norms) => assert!(norms.iter().all(|n| !n.trim().is_empty())),
        Err(error) => assert_eq!(error, NetworkError::NotOffered),
    }
}
