//! The second half of the main job: writing, listening, people, a visit; then a kill at a bad moment, and the command line.

use serde_json::{Value, json};

use super::browser::{USER_AGENT, link_near, offered, plain};
use super::{Desk, Job, client, once};

/// Where the post's link leads.
const TARGET: &str = "https://workshops.example/autumn?from=talk";

fn holds(stands: &Value, text: &str, words: &str) -> bool {
    stands.pointer(text).and_then(Value::as_str).is_some_and(|t| t.contains(words))
}

impl Job {
    /// One post stands on both networks, by each one's rules, once. Answers the short link in it.
    pub async fn write(&self) -> String {
        let words = format!("Autumn dates are up, run {}", self.run);
        let text = format!("{words}: {TARGET}");
        let page = self.desk.get("/write").await;
        let (aims, places) = (offered(&page.body, "aim"), offered(&page.body, "to"));
        assert_eq!(places.len(), 2, "a feed is no place to post to: {places:?}");
        let filled = [
            ("text", text.as_str()),
            ("aim", aims.first().expect("the first run's why is an aim")),
            ("link", "1"),
            ("language", "en"),
            ("visibility", "unlisted"),
            ("when", "now"),
            ("to", &places[0]),
            ("to", &places[1]),
        ];
        let after = self.desk.press(&page, "/write/", Some(("do", "now")), &filled).await;
        assert!(after.body.contains("It goes out now"), "{}", plain(&after.body));

        let town = once("the post on the first network", || async {
            self.town.said("ada-token").await.into_iter().filter(|s| holds(s, "/content", &words)).collect()
        })
        .await;
        assert_eq!((town["visibility"].as_str(), town["language"].as_str()), (Some("unlisted"), Some("en")));
        let go = format!("{}/go/", self.desk.base);
        assert!(town["content"].as_str().unwrap().contains("/go/"), "its link is short: {town}");

        let sky = once("the post on the second network", || async {
            self.ada.posts_of(&self.ada.did).await.into_iter().filter(|r| holds(r, "/value/text", &words)).collect()
        })
        .await;
        assert_eq!(sky["value"]["langs"], json!(["en"]));
        let text = sky["value"]["text"].as_str().unwrap();
        let facet = &sky["value"]["facets"][0];
        let end = |name: &str| facet["index"][name].as_u64().unwrap() as usize;
        let link = facet["features"][0]["uri"].as_str().unwrap();
        assert!(link.starts_with(&go), "{sky}");
        assert!(link.ends_with(text[end("byteStart")..end("byteEnd")].trim_start_matches("http://")), "the bytes of the link: {sky}");
        self.desk.until(&after.path, "both places", |body| body.matches("gone out").count() == 2).await;
        link.to_owned()
    }

    /// A topic is followed, and a question about it is worth joining, with the reasons.
    pub async fn listen(&self) {
        let (tag, asked) = (format!("#hobnob{}", self.run), format!("Does anybody sew with waxed thread, run {}?", self.run));
        let topics = self.desk.get("/listen/topics").await;
        let after = self.desk.press(&topics, "/listen/topics", None, &[("query", &tag)]).await;
        assert!(after.body.contains("Listening for"), "{}", plain(&after.body));
        self.town.say("ben-token", &format!("{asked} {tag}"), json!({})).await;
        let found = self.desk.until("/listen", "the question", |body| body.contains(&asked)).await;
        assert!(found.body.contains("a question, and nobody has answered"), "it says why: {}", plain(&found.body));
        let talk = self.desk.press(&found, "/listen/", None, &[]).await;
        assert!(talk.path.starts_with("/talks/") && talk.path.ends_with("#reply"), "it opens at the box: {}", talk.path);
        assert!(talk.body.contains("id=\"reply\"") && talk.body.contains(&asked), "{}", plain(&talk.body));
    }

    /// Two profiles are joined by hand into one person, with everything that was said on both networks; and taken apart, and joined.
    pub async fn meet(&self) {
        // Ours to the first stands behind the warning that it was asked behind.
        let said = [format!("paste, run {}", self.run), format!("The cupboard, run {}.", self.run)];
        for is_undone in [true, false] {
            let people = self.desk.get("/people").await;
            let page_of = |name: &str| link_near(&people.body, &format!(">{name}</a>"), "/people/");
            let town = page_of("Ben").unwrap_or_else(|| panic!("Ben is one: {}", plain(&people.body)));
            let sky = page_of("ben.test").unwrap_or_else(|| panic!("ben.test is another: {}", plain(&people.body)));
            for (page, here, there) in [(&town, &said[0], &said[1]), (&sky, &said[1], &said[0])] {
                let body = self.desk.get(page).await.body;
                assert!(body.contains(here) && !body.contains(there), "{page}: {}", plain(&body));
            }
            let join = format!("{town}/join");
            let found = self.desk.get(&format!("{join}?q=ben.test")).await;
            let one = self.desk.press(&found, &join, None, &[]).await;
            assert!(said.iter().all(|words| one.body.contains(words)), "all that was said, on both: {}", plain(&one.body));
            assert!(!self.desk.get("/people").await.body.contains(">ben.test</a>"), "one row");
            assert_eq!(self.desk.get(&sky).await.path, town, "the other's page leads to the one");
            if is_undone {
                let alone = self.desk.press(&one, "/joins/", None, &[]).await;
                assert!(alone.body.contains("stands alone again"), "{}", plain(&alone.body));
            }
        }
    }

    /// A click by a person is counted for the aim, with where it came from; a machine's is not.
    pub async fn count(&self, link: &str) {
        let follow = async |agent: &str| {
            let request = client().get(link).header("user-agent", agent).header("accept", "text/html,*/*;q=0.8");
            let answer = request.header("referer", "https://sky.example/feed").send().await.unwrap();
            assert_eq!(answer.headers()["location"], TARGET);
            assert!(answer.headers().get("set-cookie").is_none(), "nobody is marked");
        };
        follow("Mozilla/5.0 (compatible; Linkfetcher/2.1; +https://fetcher.example/bot)").await;
        follow(USER_AGENT).await;
        // Our own look is none.
        assert_eq!(self.desk.get(link.strip_prefix(&self.desk.base).unwrap()).await.status, 302);

        let aims = self.desk.get("/aims").await;
        let aim = link_near(&aims.body, "The autumn workshops fill", "/aims/").expect("the aim leads to its page");
        let aim = self.desk.until(&aim, "one visit", |body| plain(body).contains("One of 90 visits")).await;
        let told = plain(&aim.body);
        assert!(told.contains("Autumn dates are up"), "the visit came from the post: {told}");
    }

    /// Killed right after Reply was pressed, it sends the answer once all the same.
    pub async fn crash(&self, desk: &mut Desk) {
        let (asked, answer) = (format!("And which brush, run {}?", self.run), format!("A round one, run {}.", self.run));
        let post = self.town.say("ben-token", &format!("@ada {asked}"), json!({})).await;
        let inbox = self.desk.until("/inbox", "the question", |body| body.contains(&asked)).await;
        let talk = self.desk.get(link_near(&inbox.body, &asked, "/talks/").unwrap().split('#').next().unwrap()).await;
        self.desk.press(&talk, "/talks/", Some(("then", "done")), &[("text", &answer), ("kind", "gives")]).await;
        desk.kill();
        assert!(self.town.answers("ada-token", &post).await.is_empty(), "it is held");
        desk.start_again();
        let stands = once("the answer after the kill", || async {
            self.town.answers("ada-token", &post).await.into_iter().filter(|s| holds(s, "/content", &answer)).collect()
        })
        .await;
        assert_eq!(stands["in_reply_to_id"].as_str(), Some(post.as_str()));
    }

    /// The command line says what the pages say, beside the running program.
    pub async fn tell(&self, desk: &Desk) {
        let asked = format!("Is the paste still good, run {}?", self.run);
        self.town.say("ben-token", &format!("@ada {asked}"), json!({})).await;
        self.desk.until("/inbox", "the last question", |body| body.contains(&asked)).await;
        let rows = desk.run(&["inbox", "--json"]);
        let rows: Vec<Value> = rows.lines().map(|l| serde_json::from_str(l).expect("a JSON object a line")).collect();
        let row = rows.iter().find(|r| holds(r, "/words", &asked)).unwrap_or_else(|| panic!("the question waits: {rows:?}"));
        assert_eq!((row["who"].as_str(), row["is_mine"].as_bool()), (Some("Ben"), Some(false)));
        // How full the disk of this machine is, is not ours to judge here.
        let (_, said, _) = desk.try_run(&["doctor", "--public-url", &self.desk.base]);
        let wrong = said.lines().filter(|l| l.starts_with("WRONG") && !l.starts_with("WRONG disk"));
        assert!(said.contains("worker: is running") && wrong.count() == 0, "{said}");
    }
}
