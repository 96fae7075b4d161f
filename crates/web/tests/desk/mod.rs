//! A desk on the real store, asked as a browser asks it: with a session, and with a form's token when something is pressed.
//! For tests that read pages; it decides nothing. Begin with [`Desk::open`].

// Each test is a program of its own and uses its share of this.
#![allow(dead_code)]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use testkit::{Scene, scene::at};
use tower::ServiceExt;
use verbs::{App, Config, Cx, Http, Reach, StoreError};
use web::{Site, Wiring};

const KEY: [u8; 32] = [7; 32];

pub fn now() -> Timestamp {
    at("11:14")
}

pub struct Desk {
    pub scene: Scene,
    pub app: Arc<App>,
    site: Router,
}

impl Desk {
    pub async fn open(text: &str) -> Desk {
        Desk::open_by(text, now).await
    }
    /// A desk that lives by a clock of its own.
    pub async fn open_by(text: &str, clock: fn() -> Timestamp) -> Desk {
        let scene = Scene::set(text).await;
        let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default());
        let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
        let until = clock() + jiff::SignedDuration::from_hours(24 * 30);
        app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, clock(), until)).await.unwrap();
        let site = web::routes(Site::new(Wiring { app: app.clone(), clock, public_address: None }));
        let desk = Desk { scene, app, site };
        desk.sync().await;
        desk
    }
    pub async fn sync(&self) {
        self.sync_at(now()).await;
    }
    pub async fn sync_at(&self, now: Timestamp) {
        for account in self.scene.accounts.values() {
            verbs::converse::sync::bring(Cx { app: &self.app, seat: &self.scene.seat, now }, *account).await.unwrap();
        }
    }
    pub async fn ask(&self, method: Method, path: &str, form: Option<String>, fragment: Option<&str>) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(axum::extract::ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 5], 40000))))
            .header(header::HOST, "localhost:8080")
            .header(header::COOKIE, format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY)));
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(fragment) = fragment {
            request = request.header("x-fragment", fragment);
        }
        let answer = self.site.clone().oneshot(request.body(Body::from(form.unwrap_or_default())).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }
    /// As a stranger asks, without a session, at any host.
    pub async fn stranger(&self, method: Method, host: &str, path: &str, form: Option<&str>) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(axum::extract::ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 9], 40000))))
            .header(header::HOST, host);
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = self.site.clone().oneshot(request.body(Body::from(form.unwrap_or_default().to_owned())).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }
    pub async fn see(&self, path: &str) -> String {
        let (status, _, page) = self.ask(Method::GET, path, None, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        page
    }
    /// Posts a form with a file in it, as a browser does; answers the status and what was said.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], (name, bytes): (&str, &[u8])) -> (StatusCode, String) {
        self.upload_as(path, fields, ("picture", name, bytes)).await
    }
    /// The same, under a field's name.
    pub async fn upload_as(&self, path: &str, fields: &[(&str, &str)], (under, name, bytes): (&str, &str, &[u8])) -> (StatusCode, String) {
        let page = self.see("/keys").await;
        let at = page.find("name=\"token\" value=\"").unwrap() + 20;
        let token = page[at..].split('"').next().unwrap().to_owned();
        let mut body = Vec::new();
        for (field, value) in std::iter::once(&("token", token.as_str())).chain(fields) {
            body.extend(format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        body.extend(format!("--X\r\nContent-Disposition: form-data; name=\"{under}\"; filename=\"{name}\"\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n--X--\r\n");
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, "localhost:8080")
            .header(header::COOKIE, format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY)))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X");
        let answer = self.site.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = answer.status();
        (status, String::from_utf8_lossy(&to_bytes(answer.into_body(), 10_000_000).await.unwrap()).into_owned())
    }
    /// Posts a form with its token; answers the status, where it leads, and what was said.
    pub async fn press(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        self.press_for(path, fields, None).await
    }
    pub async fn press_for(&self, path: &str, fields: &[(&str, &str)], fragment: Option<&str>) -> (StatusCode, String, String) {
        let page = self.see("/keys").await;
        let at = page.find("name=\"token\" value=\"").unwrap() + 20;
        let token = page[at..].split('"').next().unwrap().to_owned();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &token).extend_pairs(fields);
        let (status, headers, body) = self.ask(Method::POST, path, Some(form.finish()), fragment).await;
        let to = headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        (status, to, body)
    }
}
