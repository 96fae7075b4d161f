//! One letter as it goes over the wire: headers, words, and the addresses it is taken by.

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, message::header::ContentType};
use model::Timestamp;

use super::{LETTER_MAX, Trouble};

/// The longest address there is (RFC 5321 with erratum 1690).
const ADDRESS_MAX: usize = 254;

/// A letter to one address.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Address and name.
    pub from: (&'a str, &'a str),
    pub to: (&'a str, &'a str),
    /// Where it comes back to if it can't be delivered.
    pub returns_to: &'a str,
    pub subject: &'a str,
    pub message_id: &'a str,
    pub at: Timestamp,
    pub plain: &'a str,
    pub html: Option<&'a str>,
    /// An address on the web that takes the leave back by one POST (RFC 8058).
    pub stop: Option<&'a str>,
    /// Nobody wrote it by hand: no machine shall answer it (RFC 3834).
    pub is_automatic: bool,
}

/// Whether letters can go to that address: `name@host.example`, one, without a name round it.
pub fn is_address(text: &str) -> bool {
    let is_plain =
        text.len() <= ADDRESS_MAX && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | '"'));
    is_plain && text.parse::<Address>().is_ok_and(|a| a.domain().contains('.') || a.domain().eq_ignore_ascii_case("localhost"))
}

/// The domain of an address.
pub fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain).filter(|d| !d.is_empty())
}

impl Letter<'_> {
    /// Who it is from and for, as the wire wants it, and all its bytes.
    pub(super) fn build(&self) -> Result<(Envelope, Vec<u8>), Trouble> {
        let sender = |a: &str| a.parse::<Address>().map_err(|_| Trouble::Sender(format!("“{a}” is no address")));
        let to: Address = self.to.0.parse().map_err(|_| Trouble::Address("that is no address".into()))?;
        let envelope =
            Envelope::new(Some(sender(self.returns_to)?), vec![to.clone()]).map_err(|_| Trouble::Address("that is no address".into()))?;
        let name = |n: &str| Some(one_line(n)).filter(|n| !n.is_empty());
        let mut letter = Message::builder()
            .from(Mailbox::new(name(self.from.1), sender(self.from.0)?))
            .to(Mailbox::new(name(self.to.1), to))
            .subject(one_line(self.subject))
            .date(self.at.into())
            .message_id(Some(self.message_id.to_owned()))
            .envelope(envelope.clone());
        if let Some(stop) = self.stop {
            letter = raw(letter, "List-Unsubscribe", format!("<{stop}>"));
            // By RFC 8058 that is asked of https addresses alone.
            if stop.starts_with("https://") {
                letter = raw(letter, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into());
            }
        }
        if self.is_automatic {
            letter = raw(letter, "Auto-Submitted", "auto-generated".into());
        }
        let letter = match self.html {
            Some(html) => letter.multipart(MultiPart::alternative_plain_html(self.plain.to_owned(), html.to_owned())),
            None => letter.singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(self.plain.to_owned())),
        };
        let bytes = letter.map_err(|_| Trouble::Refused("the letter can't be put together".into()))?.formatted();
        if bytes.len() > LETTER_MAX {
            return Err(Trouble::Refused(format!("the letter has {} bytes; {LETTER_MAX} are sent at most", bytes.len())));
        }
        Ok((envelope, bytes))
    }
}

fn raw(letter: lettre::message::MessageBuilder, name: &'static str, value: String) -> lettre::message::MessageBuilder {
    letter.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value))
}

/// A header is one line, whatever was typed.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).map(str::trim).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}
