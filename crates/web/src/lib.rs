//! The front: pages and the API. A face parses, calls one verb, and renders; it never decides.
//!
//! How to add a page, `reflect/aims` say (the worked example is `pages/keys.rs`):
//! 1. `pages/reflect/aims.html` begins with `{% extends "layout.html" %}` and fills the blocks `title`, `main` and
//!    `margin` (or empties `margin_whole`); `{% block desk_class %} desk--wide{% endblock %}` makes the sheet wide.
//! 2. `pages/reflect/aims.rs` holds `#[derive(Template)] #[template(path = "pages/reflect/aims.html")] struct Page
//!    { shell: Shell, … }`, all that the template may see, and
//! 3. `pub async fn show(seated: Seated) -> Answer { let aims = …verb….await?; seated.page(&Page { shell:
//!    seated.shell(Place::Aims), aims }) }`.
//! 4. An act is `pub async fn put(Posted { seated, form }: Posted<Wish>) -> Answer`, ending with
//!    `seated.done("/aims", Flash::said("Kept ", name, ".").undo("/aims/7/undo", &[]))`. Its form in the template is
//!    `<form method="post" action="…"><input type="hidden" name="token" value="{{ shell.token }}">`; with
//!    `data-quick="row"` the script sends it, takes the row (`data-row`) away and moves on.
//! 5. One line in `routes.rs`. A part of a page for the script: `#[template(…, blocks = ["main"])]`, then
//!    `if seated.wants("main") { return seated.page(&page.as_main()) }`.
//!
//! Faces, network marks, rows, hints and the like are structs in [`parts`] that print themselves: `{{ face }}`.
//! Icons are constants: `{{ crate::icon::DONE.s }}`. Times and numbers in words are in [`words`]. No page may hold a
//! script, a style or a handler of its own: a test reads every template, and the content policy refuses them.

pub mod assets;
mod drawn;
pub mod errors;
pub mod flash;
pub mod forms;
mod guard;
pub mod html;
pub mod icon;
pub mod look;
pub mod own_keys;
pub mod pages;
pub mod parts;
pub mod routes;
pub mod session;
pub mod shell;
pub mod site;
pub mod words;

pub use routes::{routes, routes_with};
pub use site::{Site, Wiring};
