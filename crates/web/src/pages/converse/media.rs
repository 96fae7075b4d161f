//! Pictures that stand in posts, through the desk: no browser of ours ever asks a network for one.

use axum::extract::Path;
use model::PostId;
use verbs::converse::talk::media_url;
use verbs::desk::pictures;

use crate::pages::desk::face::served;
use crate::session::Seated;
use crate::shell::Answer;

pub async fn show(seated: Seated, Path((post, n)): Path<(i64, usize)>) -> Answer {
    let url = media_url(seated.cx(), PostId(post), n).await?;
    let picture = pictures::fetch(seated.cx(), &url).await?;
    served(&picture)
}
