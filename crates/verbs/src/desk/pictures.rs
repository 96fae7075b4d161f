//! Pictures of people, fetched by the desk so that no browser of ours ever shows itself to a network.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use model::ProfileId;
use store::StoreError;

use crate::{Cx, Done};

/// Bytes of pictures remembered at once; the oldest go first.
const REMEMBERED_BYTES: usize = 8 * 1024 * 1024;

/// A picture's type and bytes.
pub type Picture = Arc<(String, Vec<u8>)>;

/// The pictures fetched lately, by their address.
#[derive(Default)]
pub struct Album(Mutex<VecDeque<(String, Picture)>>);

impl Album {
    fn recall(&self, url: &str) -> Option<Picture> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(u, _)| u == url).map(|(_, picture)| picture.clone())
    }
    fn keep(&self, url: String, picture: Picture) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back((url, picture));
        while all.iter().map(|(_, p)| p.1.len()).sum::<usize>() > REMEMBERED_BYTES {
            all.pop_front();
        }
    }
}

/// What stands for somebody's face.
pub enum FaceOf {
    /// Their own picture.
    Picture(Picture),
    /// A sample person's, by the name of our drawing.
    Drawing(String),
    /// Nothing could be had: letters of this name do.
    Name(String),
}

/// A profile's own picture, through the desk.
pub async fn face(cx: Cx<'_>, id: ProfileId) -> Done<FaceOf> {
    let profile = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.profiles().get(id)).await?.profile;
    let name = if profile.name.is_empty() { profile.handle } else { profile.name };
    let Some(url) = profile.avatar_url else { return Ok(FaceOf::Name(name)) };
    if let Some(drawing) = url.strip_prefix(crate::desk::sample::FACE).filter(|n| n.bytes().all(|b| b.is_ascii_lowercase())) {
        return Ok(FaceOf::Drawing(drawing.to_owned()));
    }
    // A picture that is gone, or whose server does not answer, is no fault of the page it stands on.
    Ok(fetch(cx, &url).await.map_or(FaceOf::Name(name), FaceOf::Picture))
}

/// Any picture that a kept row names; the address never comes from a request.
pub async fn fetch(cx: Cx<'_>, url: &str) -> Done<Picture> {
    if let Some(known) = cx.app.album.recall(url) {
        return Ok(known);
    }
    let picture = Arc::new(cx.app.http.picture(url).await?);
    cx.app.album.keep(url.to_owned(), picture.clone());
    Ok(picture)
}
