//! The server that takes this desk's letters: keeping it, trying it out, and the letter to oneself that shows that it works.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{MailKind, MailServer, MailState, Safety, Secret};
use networks::mail::{Trouble, is_address, try_out};
use store::{Kept, StoreError, Tx};

use super::accounts::must_own;
use crate::publish::mail::{self, Wished};
use crate::{App, Cx, Done, VerbError};

const HOST_MAX: usize = 253;
const LINE_MAX: usize = 200;

/// What a person filled in, as they wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerWish {
    pub host: String,
    /// Empty for the usual one.
    pub port: String,
    /// `tls`, `starttls` or `plain`.
    pub safety: String,
    pub login: String,
    /// Empty to leave the one that is kept.
    pub password: String,
    pub from: String,
    pub from_name: String,
    /// Where letters come back to, or empty.
    pub bounces: String,
}

impl ServerWish {
    /// A server as its form shows it; its password never.
    pub fn of(server: &MailServer) -> ServerWish {
        ServerWish {
            host: server.host.clone(),
            port: server.port.to_string(),
            safety: server.safety.word().to_owned(),
            login: server.login.clone(),
            password: String::new(),
            from: server.from.clone(),
            from_name: server.from_name.clone(),
            bounces: server.bounces.clone().unwrap_or_default(),
        }
    }
}

/// The server that holds for a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    pub server: MailServer,
    /// It was named by whoever runs Hobnob, for every desk that names none.
    pub is_of_all: bool,
}

/// The server that holds, if there is one.
pub async fn get(cx: Cx<'_>) -> Done<Option<Holding>> {
    let own = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.mails().server()).await?;
    Ok(match own {
        Some((server, _)) => Some(Holding { server, is_of_all: false }),
        None => cx.app.config.mail.as_ref().map(|(server, _)| Holding { server: server.clone(), is_of_all: true }),
    })
}

/// The same in a transaction, with its password.
pub(crate) fn holding(app: &App, own: Option<(MailServer, Option<Secret>)>) -> Option<(MailServer, Option<Secret>)> {
    own.or_else(|| app.config.mail.clone())
}

/// Whether letters can be sent at all.
pub(crate) fn is_there(tx: &Tx<'_>, has_of_all: bool) -> Kept<bool> {
    Ok(has_of_all || tx.mails().server()?.is_some())
}

/// Keeps a server after having signed in to it once: one that can't be reached or refuses the password is not kept.
pub async fn set(cx: Cx<'_>, wish: &ServerWish) -> Done<()> {
    must_own(cx)?;
    let server = read(wish)?;
    let given = (!wish.password.is_empty()).then(|| Secret::new(wish.password.clone()));
    let kept = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.mails().server()).await?;
    // The password that is kept goes to no other server and under no other name than it was given for.
    let same = kept.and_then(|(k, p)| p.filter(|_| k.host == server.host && k.port == server.port && k.login == server.login));
    if given.is_none() && same.is_none() && !server.login.is_empty() {
        return Err(VerbError::wrong("password", "A password is wanted for that server and name."));
    }
    let password = given.clone().or(same);
    try_out(&cx.app.http, &server, password.as_ref()).await.map_err(|trouble| VerbError::wrong(field(&trouble), trouble.sentence()))?;
    let (now, hook) = (cx.now, format!("whsec_{}", BASE64.encode(rand::random::<[u8; 32]>())));
    // Where the name is empty, an old password means nothing.
    let password = password.unwrap_or_else(|| Secret::new(""));
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.mails().set_server(&server, Some(&password), &hook, now)).await?;
    Ok(())
}

fn field(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::SignIn(_) => "password",
        Trouble::Sender(_) => "from",
        _ => "host",
    }
}

/// No letters are sent by it any more; what waits, waits.
pub async fn forget(cx: Cx<'_>) -> Done<()> {
    must_own(cx)?;
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, |tx| tx.mails().delete_server()).await?)
}

/// What signs the words of whoever tells that a letter came back.
pub async fn hook_secret(cx: Cx<'_>) -> Done<Option<String>> {
    must_own(cx)?;
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.mails().hook_secret()).await?)
}

/// Sends a letter to oneself, now. Answers what became of it, in a sentence.
pub async fn test(cx: Cx<'_>, to: &str) -> Done<(MailState, String)> {
    must_own(cx)?;
    let to = to.trim().to_owned();
    if !is_address(&to) {
        return Err(VerbError::wrong("to", "That is no mail address. One such as maren@desk.example is wanted."));
    }
    let of_all = cx.app.config.mail.clone();
    let now = cx.now;
    let id = cx
        .app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let from = tx.mails().server()?.map(|(s, _)| s.from).or(of_all.map(|(s, _)| s.from));
            let Some(from) = from else { return Err(VerbError::wrong("to", "There is no mail server yet. Name one first.")) };
            let desk = tx.this_desk()?.name;
            let wished = Wished {
                kind: MailKind::Test,
                about: None,
                opt_in: None,
                to,
                to_name: String::new(),
                subject: "A letter from your own desk".into(),
                words: Some(format!(
                    "This is the letter that shows that {desk} can send mail.\n\nNothing else has to be done. If it came into the folder for unwanted mail, the domain \
                     of {from} may not name your mail server yet (SPF), or may not sign (DKIM): whoever runs the mail server knows how.\n"
                )),
            };
            let id = mail::put(tx, wished, &from, now)?;
            Ok(id.expect("a letter about nothing is always new"))
        })
        .await?;
    mail::send(cx, id).await?;
    let mail = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.mails().get(id)).await?;
    let sentence = match mail.state {
        MailState::Sent => format!("The mail server took the letter for {}.", mail.to),
        _ => mail.why.unwrap_or_else(|| "The letter waits.".into()),
    };
    // A test is not tried again by itself: the answer is on the page.
    let _ = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let mail = tx.mails().get(id)?;
            tx.mails().settle(id, MailState::Waiting, MailState::Refused, mail.why.as_deref(), now)
        })
        .await?;
    let state = if mail.state == MailState::Waiting { MailState::Refused } else { mail.state };
    Ok((state, sentence))
}

fn read(wish: &ServerWish) -> Done<MailServer> {
    let host = wish.host.trim().trim_end_matches('.').to_lowercase();
    if host.is_empty() || host.len() > HOST_MAX || host.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ':' | '@')) {
        return Err(VerbError::wrong("host", "The name of a mail server is wanted, such as mail.example.org."));
    }
    let safety = Safety::from_word(wish.safety.trim()).ok_or_else(|| VerbError::wrong("safety", "Choose tls, starttls or plain."))?;
    let port = match wish.port.trim() {
        "" => safety.port(),
        port => port.parse().ok().filter(|p| *p > 0).ok_or_else(|| VerbError::wrong("port", "A port is a number from 1 to 65535."))?,
    };
    let from = wish.from.trim();
    if !is_address(from) {
        return Err(VerbError::wrong("from", "That is no mail address. One such as maren@desk.example is wanted."));
    }
    let bounces = match wish.bounces.trim() {
        "" => None,
        address if is_address(address) && !address.contains('+') => Some(address.to_owned()),
        _ => return Err(VerbError::wrong("bounces", "An address without a plus is wanted, such as bounces@desk.example.")),
    };
    let line = |field, text: &str| match text.trim() {
        text if text.chars().count() > LINE_MAX || text.contains(char::is_control) => {
            Err(VerbError::wrong(field, format!("One line of at most {LINE_MAX} letters is kept.")))
        }
        text => Ok(text.to_owned()),
    };
    Ok(MailServer {
        host,
        port,
        safety,
        login: line("login", &wish.login)?,
        from: from.to_owned(),
        from_name: line("from_name", &wish.from_name)?,
        bounces,
    })
}

/// Reads `smtps://name:password@host:465`, `smtp://…` (STARTTLS) or `smtp+plain://…`, for whoever runs Hobnob; `from` as `Name <address>` or an address.
pub fn from_address(url: &str, from: &str) -> Done<(MailServer, Option<Secret>)> {
    let url = url::Url::parse(url)
        .map_err(|_| VerbError::wrong("HOBNOB_SMTP", "An address such as smtps://name:password@mail.example:465 is wanted."))?;
    let safety = match url.scheme() {
        "smtps" => Safety::Tls,
        "smtp" => Safety::StartTls,
        "smtp+plain" => Safety::Plain,
        _ => return Err(VerbError::wrong("HOBNOB_SMTP", "It begins with smtps://, smtp:// (STARTTLS) or smtp+plain://.")),
    };
    let (name, address) = match from.trim().strip_suffix('>').and_then(|f| f.split_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address.trim()),
        None => ("", from.trim()),
    };
    let plain = |text: &str| {
        url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, v)| v.into_owned())
            .unwrap_or_default()
    };
    let wish = ServerWish {
        host: url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
        port: url.port().map(|p| p.to_string()).unwrap_or_default(),
        safety: safety.word().into(),
        login: plain(url.username()),
        password: String::new(),
        from: address.to_owned(),
        from_name: name.to_owned(),
        bounces: String::new(),
    };
    Ok((read(&wish)?, url.password().map(|p| Secret::new(plain(p)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_from_an_address() {
        let (server, password) =
            from_address("smtps://maren%40desk.example:p%2Fw+x@mail.example", "Maren Okafor <maren@desk.example>").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.safety), ("mail.example", 465, Safety::Tls));
        assert_eq!(
            (server.login.as_str(), server.from.as_str(), server.from_name.as_str()),
            ("maren@desk.example", "maren@desk.example", "Maren Okafor")
        );
        assert_eq!(password.unwrap().reveal(), "p/w+x");
        assert_eq!(from_address("smtp+plain://127.0.0.1:2525", "a@b.example").unwrap().0.port, 2525);
        assert!(from_address("https://mail.example", "a@b.example").is_err() && from_address("smtps://mail.example", "nobody").is_err());
    }
}
