//! Handing a letter to a mail server (SMTP), step by step, so that the caller can write down that it is about to give the words away before it
//! does. It knows no desk and keeps nothing; what became of a try is said as one of a few [`Trouble`]s. Begin with [`knock`], then [`Ready::hand_over`].

mod letter;
pub mod sheet;
#[cfg(test)]
mod tests;
mod trouble;

use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use model::{MailServer, Safety, Secret};

pub use letter::{Letter, domain_of, is_address};
pub use trouble::Trouble;

use crate::http::CONNECT_MAX;
use crate::{Http, NetworkError};

/// The longest a server may take for one answer before the words are handed over.
const ANSWER_MAX: Duration = Duration::from_secs(15);
/// The longest it may take to take the words in: RFC 5321 allows ten minutes, but the lease of due work is five.
const TAKE_MAX: Duration = Duration::from_secs(120);
/// Addresses of one server that are tried.
const ADDRESSES_MAX: usize = 2;
/// The longest that one letter may take: each address, encryption, signing in, sender, address, "data", and the words.
pub const ALL_MAX: Duration = Duration::from_secs(15 * (2 + 5) + 120);
/// A letter is never larger.
pub const LETTER_MAX: usize = 2_000_000;

/// A server that waits for the words of one letter: sender and address were taken.
pub struct Ready {
    wire: AsyncSmtpConnection,
    bytes: Vec<u8>,
}

/// Goes to the server and says for whom a letter is. Whatever goes wrong up to here, no word of it was given away.
pub async fn knock(http: &Http, server: &MailServer, password: Option<&Secret>, letter: &Letter<'_>) -> Result<Ready, Trouble> {
    let (envelope, bytes) = letter.build()?;
    let mut wire = connect(http, server, password).await?;
    let mut said = Vec::new();
    let addresses = || envelope.from().into_iter().chain(envelope.to());
    if !addresses().all(|a| AsRef::<str>::as_ref(a).is_ascii()) {
        if !wire.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Trouble::Address("the mail server takes no addresses with letters beyond ASCII".into()));
        }
        said.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() && wire.server_info().supports_feature(Extension::EightBitMime) {
        said.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let from = MailFrom::new(envelope.from().cloned(), said);
    within(ANSWER_MAX, wire.command(from)).await.map_err(|e| Trouble::of(e, Trouble::Sender))?;
    for to in envelope.to() {
        within(ANSWER_MAX, wire.command(Rcpt::new(to.clone(), Vec::new()))).await.map_err(|e| Trouble::of(e, Trouble::Address))?;
    }
    within(ANSWER_MAX, wire.command(Data)).await.map_err(|e| Trouble::of(e, Trouble::Refused))?;
    Ok(Ready { wire, bytes })
}

impl Ready {
    /// Gives the words away. Where no answer comes, nobody can tell whether they were taken: [`Trouble::Doubtful`].
    pub async fn hand_over(mut self) -> Result<(), Trouble> {
        let answer = within(TAKE_MAX, self.wire.message(&self.bytes)).await;
        let answer = answer.map(|_| ()).map_err(|e| match Trouble::of(e, Trouble::Refused) {
            // Whatever is no answer of the server leaves it open.
            Trouble::Unreachable(why) | Trouble::Unsafe(why) => Trouble::Doubtful(why),
            other => other,
        });
        let _ = within(Duration::from_secs(2), self.wire.quit()).await;
        answer
    }
    /// Goes away again without a word: the server throws away what was begun.
    pub async fn leave(self) {
        // Within the words, a command would be taken for one of them: the line is cut instead.
        drop(self.wire);
    }
}

/// Goes to the server, signs in, and goes away again.
pub async fn try_out(http: &Http, server: &MailServer, password: Option<&Secret>) -> Result<(), Trouble> {
    let mut wire = connect(http, server, password).await?;
    let _ = within(Duration::from_secs(2), wire.quit()).await;
    Ok(())
}

async fn connect(http: &Http, server: &MailServer, password: Option<&Secret>) -> Result<AsyncSmtpConnection, Trouble> {
    let found = http.find_mail_server(&server.host, server.port).await.map_err(|error| match error {
        NetworkError::Forbidden(why) => Trouble::Unsafe(why),
        other => Trouble::Unreachable(other.to_string()),
    })?;
    if server.safety == Safety::Plain && !found.is_named {
        return Err(Trouble::Unsafe(format!(
            "without encryption, letters are given only to a server that HOBNOB_ALLOW_PRIVATE names, as {}:{}",
            server.host, server.port
        )));
    }
    let hello = ClientId::Domain(domain_of(&server.from).unwrap_or("localhost").to_owned());
    let mut wire = first_that_answers(http, server, &found.at, &hello).await?;
    if server.safety == Safety::StartTls {
        if !wire.can_starttls() {
            return Err(Trouble::Unsafe("the mail server offers no encryption (STARTTLS); nothing was said to it".into()));
        }
        within(ANSWER_MAX, wire.starttls(safe(http, server)?, &hello)).await.map_err(|e| Trouble::of(e, Trouble::Unsafe))?;
    }
    if !server.login.is_empty() {
        let credentials = Credentials::new(server.login.clone(), password.map(|p| p.reveal().to_owned()).unwrap_or_default());
        let signed = within(ANSWER_MAX, wire.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await;
        signed.map_err(|e| Trouble::of(e, Trouble::SignIn))?;
    }
    Ok(wire)
}

async fn first_that_answers(http: &Http, server: &MailServer, at: &[SocketAddr], hello: &ClientId) -> Result<AsyncSmtpConnection, Trouble> {
    let mut last = Trouble::Unreachable("its name leads nowhere".into());
    for address in at.iter().take(ADDRESSES_MAX) {
        let tls = if server.safety == Safety::Tls { Some(safe(http, server)?) } else { None };
        let going = AsyncSmtpConnection::connect_tokio1(*address, Some(CONNECT_MAX), hello, tls, None);
        match within(ANSWER_MAX, going).await {
            Ok(wire) => return Ok(wire),
            Err(error) => last = Trouble::of(error, Trouble::Refused),
        }
    }
    Err(last)
}

/// Encryption with a server that has to prove its name.
fn safe(http: &Http, server: &MailServer) -> Result<TlsParameters, Trouble> {
    let mut safe = TlsParameters::builder(server.host.clone());
    if let Some(pem) = http.mail_authority() {
        let certificate =
            Certificate::from_pem(pem.as_bytes()).map_err(|_| Trouble::Unsafe("the certificate in HOBNOB_SMTP_CA can't be read".into()))?;
        safe = safe.add_root_certificate(certificate);
    }
    safe.build().map_err(|_| Trouble::Unsafe("encryption can't be begun for that name".into()))
}

enum Failed {
    Smtp(lettre::transport::smtp::Error),
    Late,
}

async fn within<T>(max: Duration, work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>) -> Result<T, Failed> {
    match tokio::time::timeout(max, work).await {
        Ok(answer) => answer.map_err(Failed::Smtp),
        Err(_) => Err(Failed::Late),
    }
}
