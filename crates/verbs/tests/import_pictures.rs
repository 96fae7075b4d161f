//! Pictures that rows of a file name: by path and by address, with their words; and what is wrong with one, in the row that names it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use model::*;
use networks::Http;
use networks::http::Reach;
use testkit::Scene;
use testkit::scene::at;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use verbs::publish::{self, import};
use verbs::{App, Config, Cx, StoreError};

/// A whole GIF of one pixel.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

struct Desk {
    scene: Scene,
    app: Arc<App>,
}

impl Desk {
    async fn set() -> Desk {
        let scene = Scene::set("voice Ada\naccount ada@plaza").await;
        let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), http, scene.all(), config);
        Desk { scene, app }
    }
    fn cx(&self) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now: at("09:00") }
    }
    async fn look(&self, file: &str, given: &[(&str, &[u8])]) -> import::Preview {
        let given = given.iter().map(|(name, bytes)| import::Given { name: (*name).into(), bytes: bytes.to_vec() }).collect();
        import::look(self.cx(), "plan.csv", file.as_bytes(), given).await.unwrap()
    }
    async fn pictures(&self, draft: DraftId) -> Vec<Picture> {
        self.app.store.read::<_, StoreError>(&self.scene.seat, move |tx| tx.pictures().of_draft(draft)).await.unwrap()
    }
    /// How many pictures are kept with files that nobody has confirmed.
    async fn waiting(&self, import: ImportId) -> usize {
        self.app.store.read::<_, StoreError>(&self.scene.seat, move |tx| Ok(tx.imports().pictures(import)?.len())).await.unwrap()
    }
}

fn wrong(p: &import::Preview) -> Vec<String> {
    p.lines.iter().flat_map(|l| l.wrong.iter().map(move |w| format!("{} {}: {}", l.number, w.column, w.why))).collect()
}

/// A server with one picture, and a page where another should be.
async fn server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 2000];
                let n = line.read(&mut asked).await.unwrap_or(0);
                let asked = String::from_utf8_lossy(&asked[..n]).into_owned();
                let (status, kind, body) = match asked.split(' ').nth(1) {
                    Some("/bowl.gif") => ("200 OK", "image/gif", GIF),
                    Some("/page") => ("200 OK", "text/html", &b"<html>"[..]),
                    _ => ("404 Not Found", "text/plain", &b""[..]),
                };
                let head =
                    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = line.write_all(head.as_bytes()).await;
                let _ = line.write_all(body).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn pictures_come_with_their_words_by_path_and_by_address() {
    let (desk, server) = (Desk::set().await, server().await);
    let file = format!(
        "text,to,when,pictures,alt\n\
         Two,ada@plaza,2026-09-09 12:30,img/loaf.gif | {server}/bowl.gif,A loaf | A bowl\n\
         ,ada@plaza,,loaf.gif,\n\
         None,ada@plaza,,,\n"
    );
    let p = desk.look(&file, &[("loaf.gif", GIF)]).await;
    assert_eq!(wrong(&p), Vec::<String>::new());
    assert_eq!(p.lines.iter().map(|l| l.pictures).collect::<Vec<_>>(), [2, 1, 0]);
    assert!(p.lines[1].tells[0].contains("no words for those who can’t see it"), "{:?}", p.lines[1].tells);
    let taken = import::take_in(desk.cx(), p.id).await.unwrap();
    assert_eq!((taken.drafts.len(), taken.planned, taken.left), (3, 1, 0));
    let stand = desk.pictures(taken.drafts[0]).await;
    assert_eq!(stand.iter().map(|p| p.alt.as_str()).collect::<Vec<_>>(), ["A loaf", "A bowl"]);
    assert_eq!(desk.pictures(taken.drafts[1]).await.len(), 1);
    assert_eq!(desk.waiting(p.id).await, 0, "nothing is kept twice");
    // What goes out carries them.
    let draft = taken.drafts[0];
    let planned = desk.app.store.read::<_, StoreError>(&desk.scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap();
    let later = "2026-09-09T12:31:00Z".parse().unwrap();
    publish::deliver(Cx { now: later, ..desk.cx() }, planned[0].id).await.unwrap();
    let said = desk.scene.networks["plaza"].said_by("ada@plaza");
    assert_eq!(said[0].media.iter().map(|m| m.alt.as_str()).collect::<Vec<_>>(), ["A loaf", "A bowl"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_picture_is_said_in_its_row() {
    let (desk, server) = (Desk::set().await, server().await);
    let file = format!(
        "text,to,pictures,alt\n\
         A,ada@plaza,cat.jpg,\n\
         B,ada@plaza,{server}/none.gif,\n\
         C,ada@plaza,{server}/page,\n\
         D,ada@plaza,loaf.gif,One|Two\n\
         E,ada@plaza,broken.png,\n\
         F,ada@plaza,http://10.0.0.1/secret.gif,\n\
         G,ada@plaza,loaf.gif,A loaf\n\
         H,ada@plaza,loaf.gif|loaf.gif|loaf.gif|loaf.gif|loaf.gif,\n"
    );
    let p = desk.look(&file, &[("loaf.gif", GIF), ("broken.png", b"\x89PNG\r\n\x1a\nrubbish")]).await;
    let wrong = wrong(&p);
    for expected in [
        "2 pictures: “cat.jpg” can’t be had: it did not come with the file.",
        "3 pictures: “http://127.0.0.1",
        "4 pictures: “http://127.0.0.1",
        "5 alt: There are words for 2 pictures and 1 to go with them.",
        "6 pictures: “broken.png” can’t be had: The picture is damaged",
        "7 pictures: “http://10.0.0.1/secret.gif” can’t be had: a private address is not called.",
        "9 text: ",
    ] {
        assert!(wrong.iter().any(|w| w.starts_with(expected)), "{expected}: {wrong:#?}");
    }
    assert!(wrong[1].ends_with("there is nothing at that address.") && wrong[2].contains("not a picture"), "{wrong:#?}");
    assert_eq!((p.good(), wrong.len()), (1, 7), "{wrong:#?}");
    let taken = import::take_in(desk.cx(), p.id).await.unwrap();
    assert_eq!((taken.drafts.len(), taken.left), (1, 7));
    // A file put away takes its pictures along.
    let p = desk.look("text,pictures\nHi,loaf.gif\n", &[("loaf.gif", GIF)]).await;
    assert_eq!(desk.waiting(p.id).await, 1);
    import::put_away(desk.cx(), p.id).await.unwrap();
    assert_eq!(desk.waiting(p.id).await, 0);
}

#[tokio::test]
async fn json_says_each_picture_with_its_words() {
    let desk = Desk::set().await;
    let file = r#"[{"text":"Hi","to":"ada@plaza","pictures":[{"file":"a.gif","alt":"First | one"},"b.gif"]},{"text":"Ho","to":"ada@plaza","pictures":[7]}]"#;
    let p = desk.look(file, &[("a.gif", GIF), ("b.gif", GIF)]).await;
    assert!(wrong(&p)[0].starts_with("2 row: “pictures” has to be names"), "{:?}", wrong(&p));
    let taken = import::take_in(desk.cx(), p.id).await.unwrap();
    let alts: Vec<String> = desk.pictures(taken.drafts[0]).await.into_iter().map(|p| p.alt).collect();
    assert_eq!(alts, ["First   one", ""]);
}
