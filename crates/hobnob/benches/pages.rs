//! The large desk of `cargo x bench pages`: as many people and posts as are asked for, taken in the way of all posts, then the whole site served over them.
//! `pages FOLDER PEOPLE POSTS` fills the folder's store if it is empty, prints where it answers, the session's cookie and the pages to ask for, and beside
//! each page what the plain way takes over the same file: a list, and a query for everything that each of its rows shows. It ends with its input.

// A bench has a clock.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use model::*;
use networks::{Http, Network, Networks};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use store::{Backend, Key, Store, StoreError};
use testkit::{FakeNetwork, Temper};
use tokio::net::TcpListener;
use verbs::converse::take_in::{Arrival, take_in};
use verbs::desk::session::{self, FirstOwner};
use verbs::{App, Config};

/// The session of whoever asks.
const KEY: [u8; 32] = [5; 32];
/// Posts of one transaction.
const TOGETHER: usize = 600;
/// Days over which all was said.
const DAYS: i64 = 700;
/// One conversation of so many is with us, and every third of these still waits.
const OURS_EVERY: usize = 10;
/// Asked for each page, so that the middle is one.
const TIMES: usize = 15;

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
    let [folder, people, posts] = &words[..] else { panic!("pages FOLDER PEOPLE POSTS") };
    let file = Path::new(folder).join("desk.sqlite");
    let store = Store::open(Backend::Lite(file.clone()), Key::new([7; 32])).unwrap();
    let network = FakeNetwork::new("plaza", Temper::HonoursKey);
    let networks = Networks::new(vec![Arc::new(network.clone()) as Arc<dyn Network>]);
    let app =
        App::new(store, Http::new(Default::default()), networks, Config { public_url: "http://127.0.0.1".into(), ..Config::default() });
    if session::is_first_run(&app).await.unwrap() {
        fill(&app, &network, people.parse().unwrap(), posts.parse().unwrap()).await;
    }
    let plain = plain(&file);
    let site = web::Site::new(web::Wiring { app: app.clone(), clock: Timestamp::now, public_address: None });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!(
        "{}",
        serde_json::json!({
            "port": listener.local_addr().unwrap().port(),
            "cookie": format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY)),
            "pages": plain,
        })
    );
    let pages = axum::serve(listener, web::routes(site).into_make_service_with_connect_info::<SocketAddr>());
    let ended = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()));
    tokio::select! { _ = pages => {}, _ = ended => {} }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as usize % n.max(1)
    }
    /// Some much more often than others, as people speak and as words are used.
    fn skewed(&mut self, n: usize) -> usize {
        let share = (self.below(1 << 20) as f64 / f64::from(1 << 20)).powi(3);
        ((share * n as f64) as usize).min(n - 1)
    }
}

/// The one who has spoken most with us.
const FRIEND: usize = 0;

async fn fill(app: &App, network: &FakeNetwork, people: usize, posts: usize) {
    let began = Instant::now();
    let now = Timestamp::now();
    let first = now - SignedDuration::from_hours(24 * DAYS);
    let owner = FirstOwner { name: "Ada".into(), password: "a long enough one".into(), desk: "Desk".into(), zone: "Europe/London".into() };
    let seat = session::begin(app, owner, Sha256::digest(KEY).into(), now).await.unwrap();
    let profile = network.profile_of("ada@plaza");
    let account = Account {
        id: store::fresh_id(now),
        network: network.key(),
        server: "https://plaza.example".into(),
        remote_id: profile.remote_id.clone(),
        handle: profile.handle.clone(),
        name: profile.name.clone(),
        avatar_url: None,
        url: None,
        rules: (network.about().rules)(),
        state: AccountState::Working,
        created_at: first,
    };
    let kept = account.clone();
    let mine = profile.clone();
    app.store
        .write::<_, StoreError>(&seat, move |tx| {
            tx.accounts().put(&kept)?;
            tx.accounts().put_secret(kept.id, &Secret::new("fake-1"), now)?;
            let mine = tx.profiles().put(&mine, now)?;
            tx.profiles().set_mine(mine.id, kept.id)
        })
        .await
        .unwrap();
    let mut writer = Writer {
        dice: Dice(0x9e37_79b9_7f4a_7c15),
        people,
        me: profile,
        network: network.clone(),
        first,
        step: DAYS * 86_400 / posts.max(1) as i64,
        n: 0,
    };
    let mut batch: Vec<Post> = Vec::new();
    let mut talk = 0;
    while writer.n < posts || !batch.is_empty() {
        while writer.n < posts && batch.len() < TOGETHER {
            batch.extend(writer.talk(talk));
            talk += 1;
        }
        let (some, account) = (std::mem::take(&mut batch), account.clone());
        app.store.write::<_, StoreError>(&seat, move |tx| take_in(tx, &account, &some, Arrival::Fresh, now).map(drop)).await.unwrap();
        if talk % 20_000 < TOGETHER / 3 {
            eprintln!("{} posts, {:.0} s", writer.n, began.elapsed().as_secs_f64());
        }
    }
}

struct Writer {
    dice: Dice,
    people: usize,
    me: Profile,
    network: FakeNetwork,
    first: Timestamp,
    /// Seconds from one post to the next.
    step: i64,
    n: usize,
}

impl Writer {
    /// A conversation of three: with us where it is one of ours, else of others.
    fn talk(&mut self, number: usize) -> Vec<Post> {
        let is_ours = number.is_multiple_of(OURS_EVERY);
        let (one, other) = (self.somebody(), self.somebody());
        let root = self.say(one, None, is_ours.then(|| self.me.clone()));
        if !is_ours {
            let answer = self.say(other, Some(&root), None);
            let last = self.say(one, Some(&answer), None);
            return vec![root, answer, last];
        }
        // Every third of ours waits; some of those that do have an earlier answer above them.
        if (number / OURS_EVERY).is_multiple_of(3) {
            return vec![root];
        }
        let mine = self.post(self.me.clone(), Some(&root), None);
        let thanks = self.say(one, Some(&mine), None);
        vec![root, mine, thanks]
    }
    fn somebody(&mut self) -> usize {
        if self.dice.below(50) == 0 { FRIEND } else { self.dice.skewed(self.people) }
    }
    fn say(&mut self, who: usize, answers: Option<&Post>, naming: Option<Profile>) -> Post {
        let author = self.network.profile_of(&format!("p{who}@plaza"));
        self.post(author, answers, naming)
    }
    fn post(&mut self, author: Profile, answers: Option<&Post>, naming: Option<Profile>) -> Post {
        let mut text = String::new();
        if let Some(me) = &naming {
            text = format!("@{} ", me.handle);
        }
        for _ in 0..6 + self.dice.below(20) {
            text.push_str(&word(self.dice.skewed(30_000)));
            text.push(' ');
        }
        text.push_str(if naming.is_some() || self.dice.below(4) == 0 { "do you know how?" } else { "and so on." });
        let at = self.first + SignedDuration::from_secs(self.step * self.n as i64);
        let mut post = Post::new(PostRef::new(format!("https://plaza.example/posts/{}", self.n), ""), author, text, at);
        self.n += 1;
        post.language = Some("en".to_owned());
        if let Some(parent) = answers {
            post.reply_to = Some(parent.at.id.clone());
            post.reply_to_author = Some(parent.author.remote_id.clone());
        }
        post.mentions = naming.into_iter().map(|p| Mention { remote_id: p.remote_id, handle: p.handle }).collect();
        post
    }
}

/// A word of its own for each number.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 20] =
        ["ba", "co", "di", "fu", "ge", "ha", "jo", "ki", "lu", "me", "na", "po", "ri", "su", "te", "va", "wo", "xi", "yu", "ze"];
    let (mut word, mut rest) = (String::new(), number);
    loop {
        word.push_str(SYLLABLES[rest % 20]);
        rest /= 20;
        if rest == 0 {
            return word;
        }
    }
}

/// Each page with what the plain way takes, ms: a list of as many rows, and for each row a query for each thing that it shows. Each query finds its
/// rows by an index.
fn plain(file: &Path) -> Vec<serde_json::Value> {
    let db = Connection::open(file).unwrap();
    let (desk, friend): (i64, i64) = db
        .query_row(
            "select desk, person from profiles where handle = ?1",
            [FakeNetwork::new("plaza", Temper::HonoursKey).profile_of("p0@plaza").handle],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    let db = Plain { db, desk };
    let inbox = |rows: usize| {
        db.one("select n from box_counts where desk = ?1 and box = 'waiting' and ?2 = ?2", 0);
        for id in db.ids("select id from conversations where desk = ?1 and box = 'waiting' order by rank, since, id limit ?2", rows) {
            let post = db.one("select post from conversations where desk = ?1 and id = ?2", id);
            let author = db.one("select author from posts where desk = ?1 and id = ?2", post);
            let person = db.one("select person from profiles where desk = ?1 and id = ?2", author);
            db.one("select from_them from persons where desk = ?1 and id = ?2", person);
            let account = db.one("select account from conversations where desk = ?1 and id = ?2", id);
            db.one("select created_at from accounts where desk = ?1 and id = ?2", account);
            db.one("select count(*) from posts where desk = ?1 and conversation = ?2", id);
        }
    };
    let people = |rows: usize| {
        db.one("select count(*) from persons where desk = ?1 and ?2 = ?2", 0);
        for id in db.ids("select id from persons where desk = ?1 and is_me = 0 order by tie desc limit ?2", rows) {
            let profile = db.one("select id from profiles where desk = ?1 and person = ?2", id);
            db.one("select max(created_at) from posts where desk = ?1 and author = ?2", profile);
            db.one("select count(*) from gestures where desk = ?1 and person = ?2 and is_mine = 1", id);
            db.one("select count(*) from gestures where desk = ?1 and person = ?2 and is_mine = 0", id);
            db.one("select count(*) from notes where desk = ?1 and person = ?2", id);
        }
    };
    let person = || {
        let profile = db.one("select id from profiles where desk = ?1 and person = ?2", friend);
        db.one("select count(*) from gestures where desk = ?1 and person = ?2", friend);
        db.one("select count(*) from notes where desk = ?1 and person = ?2", friend);
        for id in db.ids_of("select id from posts where desk = ?1 and author = ?2 order by created_at desc limit 40", profile) {
            let talk = db.one("select conversation from posts where desk = ?1 and id = ?2", id);
            let account = db.one("select account from conversations where desk = ?1 and id = ?2", talk);
            db.one("select created_at from accounts where desk = ?1 and id = ?2", account);
        }
    };
    let today = || {
        inbox(5);
        people(5);
    };
    let row = |name: &str, path: String, work: &dyn Fn()| serde_json::json!({ "name": name, "path": path, "plain_ms": middle(work) });
    vec![
        row("Today", "/today".into(), &today),
        row("Inbox", "/inbox".into(), &|| inbox(30)),
        row("People", "/people".into(), &|| people(25)),
        row("a person's page", format!("/people/{friend}"), &person),
    ]
}

/// One query after the other, at one desk.
struct Plain {
    db: Connection,
    desk: i64,
}

impl Plain {
    fn ids(&self, sql: &str, rows: usize) -> Vec<i64> {
        self.ids_of(sql, rows as i64)
    }
    fn ids_of(&self, sql: &str, of: i64) -> Vec<i64> {
        let mut statement = self.db.prepare_cached(sql).unwrap();
        statement.query_map([self.desk, of], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
    fn one(&self, sql: &str, id: i64) -> i64 {
        let mut statement = self.db.prepare_cached(sql).unwrap();
        match statement.query_row([self.desk, id], |row| row.get::<_, Option<i64>>(0)) {
            Ok(n) => n.unwrap_or_default(),
            Err(rusqlite::Error::QueryReturnedNoRows) => 0,
            Err(error) => panic!("{sql}: {error}"),
        }
    }
}

fn middle(work: &dyn Fn()) -> f64 {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}
