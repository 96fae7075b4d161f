//! On the own site first: the others wait for its address and carry it; where the site refuses, they wait and ask.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::*;
use networks::Http;
use store::StoreError;
use testkit::scene::at;
use testkit::{Fault, Op, Scene};
use verbs::publish::drafts::{self, Saved};
use verbs::publish::{self, follow, later, own_site};
use verbs::{App, Config, Cx};

struct Desk {
    scene: Scene,
    app: Arc<App>,
}

impl Desk {
    /// Ada's own site is called home; plaza and nook are other places.
    async fn set() -> Desk {
        let scene = Scene::set("voice Ada\naccount ada@plaza\naccount ada@home\naccount ada@nook").await;
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), config);
        let home = scene.account("ada@home");
        let made = app.store.write::<_, StoreError>(&scene.seat, move |tx| {
            let mut account = tx.accounts().get(home)?;
            account.rules =
                Rules { text_max: None, has_threads: false, site: SiteRules { is_own: true, ..SiteRules::default() }, ..account.rules };
            tx.accounts().renew(&account)
        });
        made.await.unwrap();
        Desk { scene, app }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    async fn plan(&self, text: &str) -> DraftId {
        let mut kept = drafts::fresh(self.cx(at("09:00"))).await.unwrap();
        kept.draft.text = text.into();
        kept.has_site_first = true;
        let Saved::Kept(kept) = drafts::save(self.cx(at("09:00")), kept, vec![]).await.unwrap() else { panic!("kept") };
        let again = drafts::get(self.cx(at("09:00")), kept.draft.id).await.unwrap().0;
        assert!(again.has_site_first, "the wish is kept");
        publish::plan(self.cx(at("09:00")), kept.draft.id, &kept.accounts, at("09:00")).await.unwrap();
        kept.draft.id
    }
    async fn of(&self, draft: DraftId, account: &str) -> Vec<Delivery> {
        let id = self.scene.account(account);
        let all = self.app.store.read(&self.scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap();
        all.into_iter().filter(|d| d.account == id).collect()
    }
    /// Whatever is in line goes out; what a landing puts in line is due a moment later.
    async fn deliver(&self, draft: DraftId, now: Timestamp) {
        for round in 0..8 {
            let now = now + jiff::SignedDuration::from_secs(round);
            let all = self.app.store.read(&self.scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap();
            for d in all {
                publish::deliver(self.cx(now), d.id).await.unwrap();
            }
        }
    }
    fn said(&self, account: &str) -> Vec<String> {
        let network = account.split('@').nth(1).unwrap();
        self.scene.networks[network].said_by(account).into_iter().map(|p| p.text).collect()
    }
}

#[tokio::test]
async fn the_others_wait_for_the_address_and_carry_it() {
    let desk = Desk::set().await;
    let draft = desk.plan("Rye takes nine hours.").await;
    let waiting = desk.of(draft, "ada@plaza").await;
    assert_eq!(waiting[0].hold, Some(Hold::Site));
    // Pressing "send now" does not send it ahead of the site.
    later::send_now(desk.cx(at("09:01")), draft).await.unwrap();
    assert_eq!(desk.of(draft, "ada@plaza").await[0].hold, Some(Hold::Site));
    // Planning the same again changes nothing.
    let accounts: Vec<_> = desk.scene.accounts.values().copied().collect();
    publish::plan(desk.cx(at("09:01")), draft, &accounts, at("09:01")).await.unwrap();
    assert_eq!(desk.of(draft, "ada@plaza").await[0].id, waiting[0].id);
    desk.deliver(draft, at("09:02")).await;
    let url = desk.of(draft, "ada@home").await[0].landed_url.clone().expect("the site gives an address");
    assert_eq!(desk.said("ada@home"), ["Rye takes nine hours."]);
    for other in ["ada@plaza", "ada@nook"] {
        assert_eq!(desk.said(other), [format!("Rye takes nine hours.\n\n{url}")], "{other}, once");
    }
    // A change follows, and the address stays.
    follow::change(desk.cx(at("09:05")), draft, "Rye takes ten hours.").await.unwrap();
    for account in ["ada@home", "ada@plaza"] {
        follow::follow(desk.cx(at("09:06")), desk.of(draft, account).await[0].id).await.unwrap();
    }
    assert_eq!(desk.said("ada@plaza"), [format!("Rye takes ten hours.\n\n{url}")]);
    assert_eq!(desk.said("ada@home"), ["Rye takes ten hours."]);
}

#[tokio::test]
async fn a_thread_carries_the_address_at_its_end() {
    let desk = Desk::set().await;
    let draft = desk.plan(&"A sentence of some length about rye. ".repeat(20)).await;
    assert!(desk.of(draft, "ada@plaza").await.len() > 1);
    desk.deliver(draft, at("09:02")).await;
    let url = desk.of(draft, "ada@home").await[0].landed_url.clone().unwrap();
    let said = desk.said("ada@plaza");
    assert_eq!(said.len(), desk.of(draft, "ada@plaza").await.len(), "every part, once");
    assert_eq!(said.iter().filter(|t| t.contains(&url)).count(), 1);
    assert!(said.iter().all(|t| !t.contains("its-address-once")), "{said:?}");
}

#[tokio::test]
async fn a_site_that_refuses_keeps_the_others_waiting_until_somebody_says() {
    let desk = Desk::set().await;
    desk.scene.networks["home"].fail(Op::Post, Fault::Refuse("Not today.".into()));
    let draft = desk.plan("Rye.").await;
    desk.deliver(draft, at("09:02")).await;
    assert_eq!(desk.of(draft, "ada@home").await[0].state, DeliveryState::Refused);
    assert!(desk.said("ada@plaza").is_empty() && desk.said("ada@nook").is_empty());
    let waiting = desk.of(draft, "ada@plaza").await;
    assert_eq!((waiting[0].hold, waiting[0].why.as_deref()), (Some(Hold::Site), Some("It waits for the address on your own site.")));
    own_site::send_without(desk.cx(at("09:10")), waiting[0].id).await.unwrap();
    desk.deliver(draft, at("09:11")).await;
    assert_eq!((desk.said("ada@plaza"), desk.said("ada@nook")), (vec!["Rye.".to_owned()], vec!["Rye.".to_owned()]));
    assert!(own_site::send_without(desk.cx(at("09:12")), desk.of(draft, "ada@plaza").await[0].id).await.is_err());
}

#[tokio::test]
async fn tried_again_on_the_site_the_others_follow() {
    let desk = Desk::set().await;
    desk.scene.networks["home"].fail(Op::Post, Fault::Refuse("Not today.".into()));
    let draft = desk.plan("Rye.").await;
    desk.deliver(draft, at("09:02")).await;
    later::try_again(desk.cx(at("12:00")), desk.of(draft, "ada@home").await[0].id).await.unwrap();
    desk.deliver(draft, at("12:01")).await;
    // Three hours after it was due: it was the site that kept it, so it is not late.
    assert_eq!(desk.said("ada@plaza").len(), 1, "{:?}", desk.of(draft, "ada@plaza").await);
    assert!(desk.said("ada@plaza")[0].starts_with("Rye.\n\nhttp"));
}
