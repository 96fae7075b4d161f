//! Jetstream's packed messages: each one frame of zstd, by a dictionary that the server itself hands out
//! (`network.bsky.jetstream.getZstdDictionary`, RFC 8878 section 5).

use url::Url;
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_dict_id_from_dict;

use crate::Http;
use crate::http::MESSAGE_MAX;

const GET_DICTIONARY: &str = "/xrpc/network.bsky.jetstream.getZstdDictionary";
/// The largest dictionary taken in; the usual ones have a hundred kilobytes.
const DICTIONARY_MAX: usize = 4 << 20;

/// Unpacks messages, one after another, into the same room.
pub struct Unpack {
    /// The dictionary's own number, by which the server knows it.
    pub id: u32,
    inner: Decompressor<'static>,
    room: Vec<u8>,
}

impl Unpack {
    /// With the dictionary that the server of a stream hands out now; `None` where it has none, which is so for older ones.
    pub async fn of_server(http: &Http, stream: &Url) -> Option<Unpack> {
        let mut url = stream.clone();
        url.set_scheme(if stream.scheme() == "wss" { "https" } else { "http" }).ok()?;
        url.set_path(GET_DICTIONARY);
        url.set_query(None);
        let reply = http.send_within(http.get(url.as_str()).ok()?, DICTIONARY_MAX).await.ok()?;
        if reply.is_success() { Unpack::with(&reply.body) } else { None }
    }

    /// `None` where it is no dictionary with a number.
    fn with(dictionary: &[u8]) -> Option<Unpack> {
        let id = get_dict_id_from_dict(dictionary)?.get();
        let inner = Decompressor::with_dictionary(dictionary).ok()?;
        Some(Unpack { id, inner, room: Vec::with_capacity(MESSAGE_MAX) })
    }

    /// The text of a message; `None` where it is not packed by this dictionary, or is longer unpacked than any message may be.
    pub fn text(&mut self, frame: &[u8]) -> Option<&str> {
        self.inner.decompress_to_buffer(frame, &mut self.room).ok()?;
        std::str::from_utf8(&self.room).ok()
    }
}
