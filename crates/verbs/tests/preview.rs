//! What the page shows is what stands on the network, part by part, whatever was typed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use model::Profile;
use networks::Http;
use testkit::Scene;
use testkit::scene::at;
use verbs::publish::{self, drafts};
use verbs::{App, Config, Cx, VerbError};

/// A text of the worst that a person may paste: names, links, joined and combining letters, both directions of writing, a break.
fn hard_text() -> String {
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    let arabic = "السَّلامُ عليكم ورحمةُ اللهِ وبركاتُه. ";
    let combining = format!("e{} ", "\u{301}".repeat(7));
    let opening = "@Ben Okri, look at https://a.example/rye?x=1#top and #bread. ";
    format!(
        "{opening}{}\n---\n{}{}{}\n\n{}",
        family.repeat(60),
        arabic.repeat(20),
        combining.repeat(40),
        "x".repeat(700),
        "One sentence here. Another there. ".repeat(20)
    )
}

#[tokio::test]
async fn the_parts_shown_are_the_parts_that_stand_there() {
    let scene = Scene::set("voice Ada\naccount ada@plaza").await;
    let ben = Profile { name: "Ben Okri".into(), ..scene.networks["plaza"].profile_of("ben@plaza") };
    let put = move |tx: &store::Tx<'_>| tx.profiles().put(&ben, at("08:00")).map(|_| ()).map_err(VerbError::from);
    scene.kept.store.write(&scene.seat, put).await.unwrap();
    let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), Config::default());
    let cx = |clock: &str| Cx { app: &app, seat: &scene.seat, now: at(clock) };

    let mut kept = drafts::fresh(cx("09:00")).await.unwrap();
    kept.draft.text = hard_text();
    let saved = drafts::save(cx("09:00"), kept, vec![]).await.unwrap();
    let drafts::Saved::Kept(kept) = saved else { panic!("nobody else is here") };
    let looked = drafts::look(cx("09:00"), &kept, &[]).await.unwrap();
    let shown: Vec<String> = looked[0].outcome.as_ref().unwrap().parts.iter().map(|p| p.text.clone()).collect();
    assert!(shown.len() > 5, "{}", shown.len());
    assert!(shown[0].starts_with("@ben@plaza, look at https://a.example/rye?x=1#top and #bread."), "{}", shown[0]);

    let planned = publish::plan(cx("09:00"), kept.draft.id, &[scene.account("ada@plaza")], at("09:00")).await.unwrap();
    assert_eq!(planned.len(), shown.len());
    for id in planned {
        publish::deliver(cx("09:01"), id).await.unwrap();
    }
    let stands: Vec<String> = scene.networks["plaza"].said_by("ada@plaza").into_iter().map(|p| p.text).collect();
    assert_eq!(stands, shown);
}
