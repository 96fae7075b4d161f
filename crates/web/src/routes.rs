//! The whole site on one page. No logic here.

use axum::{Router, routing::get};

use crate::{assets, errors::Fault, guard, pages, site::Site};

pub fn routes(site: Site) -> Router {
    routes_with(site, Router::new())
}

/// The site with further pages, as tests and the sheet of parts need them.
pub fn routes_with(site: Site, more: Router<Site>) -> Router {
    let pages = Router::new().route("/keys", get(pages::keys::show).post(pages::keys::keep)).route("/more", get(pages::more::show));

    let open = Router::new()
        .route("/healthz", get(async || "well\n"))
        .route("/favicon.ico", get(assets::favicon))
        .route("/assets/{hash}/{*name}", get(assets::show));
    Router::new()
        .merge(more)
        .merge(pages)
        .merge(open)
        .fallback(async || Fault::missing())
        .layer(axum::middleware::from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}
