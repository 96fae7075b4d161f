//! WebSockets, through the same guard as every other call.

use std::net::SocketAddr;
use std::time::Duration;

use model::Timestamp;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, header};
use tokio_tungstenite::tungstenite::{self, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use url::{Host, Url};

use super::{CONNECT_MAX, Http, USER_AGENT, guard, wait};
use crate::{Answer, NetworkError};

/// The largest message taken in from a stream.
pub const MESSAGE_MAX: usize = 4 * 1024 * 1024;
/// From the name to the open socket.
const HANDSHAKE_MAX: Duration = Duration::from_secs(20);

/// An open socket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Http {
    /// Opens a WebSocket, with one header more (a token) where given. Opening changes nothing anywhere, so every failure is certain.
    /// A 401 or 403 is `Refused`, a 404 `NotOffered`; what that means for the account is the network's to say.
    pub async fn websocket(&self, url: &str, header: Option<(&str, &str)>) -> Answer<Socket> {
        self.websocket_or(url, header, trouble).await
    }

    /// [`Http::websocket`] where there is nothing but sockets: asked to wait, it says until when, and a plain answer is no relay's.
    pub async fn socket_only(&self, url: &str, now: Timestamp) -> Answer<Socket> {
        self.websocket_or(url, None, |error| match &error {
            tungstenite::Error::Http(answer) => match answer.status().as_u16() {
                429 => NetworkError::SlowDown { until: wait::wait_until(answer.headers(), now) },
                200..=299 => NetworkError::Garbled("there is a web page where a socket should be".into()),
                _ => trouble(error),
            },
            tungstenite::Error::Protocol(_) | tungstenite::Error::HttpFormat(_) => {
                NetworkError::Garbled("what is there is no socket".into())
            }
            _ => trouble(error),
        })
        .await
    }

    async fn websocket_or(
        &self,
        url: &str,
        header: Option<(&str, &str)>,
        judge: impl FnOnce(tungstenite::Error) -> NetworkError,
    ) -> Answer<Socket> {
        let url = Url::parse(url).map_err(|_| guard::forbidden("that is not a web address"))?;
        if !matches!(url.scheme(), "ws" | "wss") {
            return Err(guard::forbidden("a stream's address begins with ws or wss"));
        }
        let pass = guard::check(&url, &self.reach)?;
        tokio::time::timeout(HANDSHAKE_MAX, self.open(&url, pass, header, judge))
            .await
            .map_err(|_| NetworkError::Away("the stream did not open in time".into()))?
    }

    async fn open(
        &self,
        url: &Url,
        pass: guard::Pass,
        header: Option<(&str, &str)>,
        judge: impl FnOnce(tungstenite::Error) -> NetworkError,
    ) -> Answer<Socket> {
        let mut request = url.as_str().into_client_request().map_err(|_| guard::forbidden("that is not a stream's address"))?;
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if let Some((name, value)) = header {
            let bad = |_| guard::forbidden("that header cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| guard::forbidden("that header cannot be sent"))?;
            let mut value = HeaderValue::from_str(value).map_err(bad)?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        let wire = self.connect(url, pass).await?;
        let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX)).max_frame_size(Some(MESSAGE_MAX));
        let (socket, _) = tokio_tungstenite::client_async_tls_with_config(request, wire, Some(config), None).await.map_err(judge)?;
        Ok(socket)
    }

    async fn connect(&self, url: &Url, pass: guard::Pass) -> Answer<TcpStream> {
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = match url.host() {
            Some(Host::Ipv4(ip)) => vec![ip.into()],
            Some(Host::Ipv6(ip)) => vec![ip.into()],
            Some(Host::Domain(name)) => guard::resolve(&self.lookup, name, pass).await.map_err(|e| match e.is::<guard::Private>() {
                true => guard::forbidden("a private address is not called"),
                false => NetworkError::Away("the server's name is not known".into()),
            })?,
            None => return Err(guard::forbidden("the address names no server")),
        };
        for ip in addresses {
            if let Ok(Ok(wire)) = tokio::time::timeout(CONNECT_MAX, TcpStream::connect(SocketAddr::new(ip, port))).await {
                let _ = wire.set_nodelay(true);
                return Ok(wire);
            }
        }
        Err(NetworkError::Away("no connection".into()))
    }
}

fn trouble(error: tungstenite::Error) -> NetworkError {
    match error {
        tungstenite::Error::Http(answer) => match answer.status().as_u16() {
            404 | 410 | 501 => NetworkError::NotOffered,
            code @ (429 | 500..) => NetworkError::Away(format!("the stream answered {code}")),
            code => NetworkError::Refused(format!("the stream answered {code}")),
        },
        tungstenite::Error::Io(_) | tungstenite::Error::Tls(_) => NetworkError::Away("no secure connection".into()),
        _ => NetworkError::Away("the stream did not open".into()),
    }
}
