//! Sending, changing and taking down posts; likes and boosts.

use std::time::Duration;

use async_trait::async_trait;
use model::{DeliveryKey, Part, PostRef};
use reqwest::Method;

use super::client::{Act, Client, before};
use super::translate::{Here, at, visibility_word};
use super::{Mastodon, find, media, place, wire};
use crate::http::Reply;
use crate::{Answer, Baggage, Call, Found, Landing, NetworkError, Publish, Sign, Sought};

/// Everything before the post itself: finding the parent and sending the pictures up. With the post's own time this stays below the time
/// for which a delivery is leased.
const PREPARE_MAX: Duration = Duration::from_secs(75);

#[async_trait]
impl Publish for Mastodon {
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        let client = Client::of(call)?;
        let late = |_| NetworkError::Away("the pictures took too long to go up".into());
        let (parent, pictures) = tokio::time::timeout(PREPARE_MAX, prepare(&client, part, baggage)).await.map_err(late)?.map_err(before)?;
        let mut form = form_from_part(part, &client.here());
        form.push(("visibility", visibility_word(part.visibility).to_owned()));
        form.extend(parent.map(|id| ("in_reply_to_id", id)));
        form.extend(pictures.into_iter().map(|id| ("media_ids[]", id)));
        let request = client.request(Method::POST, &["api", "v1", "statuses"])?.header("Idempotency-Key", &key.0).form(&form);
        landing(&client, &client.send(request, Act::Writes).await?)
    }

    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        find::find(&Client::of(call)?, sought).await
    }

    async fn edit(&self, call: &Call<'_>, at: &PostRef, part: &Part, baggage: &Baggage) -> Answer<Landing> {
        let client = Client::of(call)?;
        let id = place::local_id(&client, at).await?;
        let stands: wire::Status = client.get(&["api", "v1", "statuses", &id], &[]).await?.json()?;
        let mut form = form_from_part(part, &client.here());
        form.extend(pictures_after_edit(&client, part, baggage, &stands).await.map_err(before)?);
        let request = client.request(Method::PUT, &["api", "v1", "statuses", &id])?.form(&form);
        // It was there a moment ago: what is missing now is the call.
        let reply = client.send(request, Act::Writes).await;
        landing(&client, &reply.map_err(|e| if e == NetworkError::NotThere { NetworkError::NotOffered } else { e })?)
    }

    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        let client = Client::of(call)?;
        gone_is_fine(async {
            let id = place::local_id(&client, at).await?;
            let request = client.request(Method::DELETE, &["api", "v1", "statuses", &id])?;
            client.send(request, Act::Writes).await.map(drop)
        })
        .await
    }

    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String> {
        let client = Client::of(call)?;
        let id = place::local_id(&client, at).await.map_err(before)?;
        match client.form(Method::POST, &["api", "v1", "statuses", &id, verb(sign, true)], &[]).await {
            // Some servers refuse to do twice what is done already.
            Err(NetworkError::Refused(why)) => match client.get(&["api", "v1", "statuses", &id], &[]).await?.json::<wire::Status>()? {
                status if is_signed(&status, sign) => Ok(id),
                _ => Err(NetworkError::Refused(why)),
            },
            other => other.map(|_| id),
        }
    }

    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, _receipt: &str) -> Answer<()> {
        let client = Client::of(call)?;
        gone_is_fine(async {
            let id = place::local_id(&client, at).await.map_err(before)?;
            client.form(Method::POST, &["api", "v1", "statuses", &id, verb(sign, false)], &[]).await.map(drop)
        })
        .await
    }
}

async fn prepare(client: &Client<'_>, part: &Part, baggage: &Baggage) -> Answer<(Option<String>, Vec<String>)> {
    let parent = match &part.reply_to {
        Some(to) => Some(place::local_id(client, &to.parent).await.map_err(|e| match e {
            NetworkError::NotThere => NetworkError::Refused("the post it answers cannot be found from this account's server".into()),
            other => other,
        })?),
        None => None,
    };
    Ok((parent, media::upload_all(client, &baggage.uploads).await?))
}

/// What a new post and a changed one have in common.
fn form_from_part(part: &Part, here: &Here) -> Vec<(&'static str, String)> {
    let mut form = vec![("status", short_mentions(&part.text, here))];
    let warning = part.warning.as_deref().map(str::trim).filter(|w| !w.is_empty());
    // Both are sent even when empty, so that an edit can take a warning away.
    form.push(("spoiler_text", warning.unwrap_or_default().to_owned()));
    form.push(("sensitive", warning.is_some().to_string()));
    form.extend(part.language.as_deref().and_then(language).map(|l| ("language", l)));
    form
}

/// People of the same server are named without it, as the server itself shows them: some find them by no other name.
fn short_mentions(text: &str, here: &Here) -> String {
    let lower = text.to_ascii_lowercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let (mut out, mut done) = (String::new(), 0);
    let ending = format!("@{}", here.domain);
    for (at, _) in lower.match_indices(&ending) {
        let name = text[..at].rsplit(|c| !is_name(c)).next().unwrap_or_default();
        let ahead = text[..at - name.len()].strip_suffix('@');
        let begins = !name.is_empty() && ahead.is_some_and(|a| !a.ends_with(|c: char| is_name(c) || matches!(c, '@' | '/')));
        let mut behind = text[at + ending.len()..].chars();
        let ends = match behind.next() {
            Some('.') => !behind.next().is_some_and(is_name),
            Some(c) => !is_name(c) && !matches!(c, '@' | ':' | '/'),
            None => true,
        };
        if begins && ends && at >= done {
            out.push_str(&text[done..at]);
            done = at + ending.len();
        }
    }
    out + &text[done..]
}

/// Servers know languages by their two or three letters; only Chinese is told apart by place.
fn language(tag: &str) -> Option<String> {
    let mut pieces = tag.split(['-', '_']);
    let first = pieces.next().filter(|l| (2..=3).contains(&l.len()) && l.chars().all(|c| c.is_ascii_alphabetic()))?.to_lowercase();
    let place = pieces.next_back().filter(|p| first == "zh" && matches!(p.to_uppercase().as_str(), "CN" | "TW" | "HK"));
    Some(place.map_or(first.clone(), |p| format!("{first}-{}", p.to_uppercase())))
}

/// Pictures that stand are kept, with their new words; else those in the baggage take their place.
async fn pictures_after_edit(
    client: &Client<'_>,
    part: &Part,
    baggage: &Baggage,
    stands: &wire::Status,
) -> Answer<Vec<(&'static str, String)>> {
    let old = &stands.media_attachments;
    if part.pictures.len() != old.len() && !baggage.uploads.is_empty() {
        let new = media::upload_all(client, &baggage.uploads).await?;
        return Ok(new.into_iter().map(|id| ("media_ids[]", id)).collect());
    }
    let kept: Vec<_> = if part.pictures.is_empty() { Vec::new() } else { old.iter().collect() };
    let mut form: Vec<(&'static str, String)> = kept.iter().map(|a| ("media_ids[]", a.id.clone())).collect();
    for (attachment, picture) in kept.iter().zip(&part.pictures) {
        if attachment.description.as_deref().unwrap_or_default() != picture.alt {
            form.push(("media_attributes[][id]", attachment.id.clone()));
            form.push(("media_attributes[][description]", picture.alt.clone()));
        }
    }
    Ok(form)
}

fn landing(client: &Client<'_>, reply: &Reply) -> Answer<Landing> {
    let status: wire::Status = reply.json()?;
    Ok(Landing { at: at(&status, &client.here()), url: status.url.clone() })
}

fn verb(sign: Sign, does: bool) -> &'static str {
    match (sign, does) {
        (Sign::Like, true) => "favourite",
        (Sign::Like, false) => "unfavourite",
        (Sign::Boost, true) => "reblog",
        (Sign::Boost, false) => "unreblog",
    }
}

fn is_signed(status: &wire::Status, sign: Sign) -> bool {
    match sign {
        Sign::Like => status.favourited,
        Sign::Boost => status.reblogged,
    }
}

async fn gone_is_fine(deed: impl Future<Output = Answer<()>>) -> Answer<()> {
    match deed.await {
        Err(NetworkError::NotThere) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_as_servers_know_them() {
        for (tag, expected) in [("en", "en"), ("en-GB", "en"), ("de_AT", "de"), ("zh-Hant-TW", "zh-TW"), ("zh-CN", "zh-CN"), ("gsw", "gsw")]
        {
            assert_eq!(language(tag).as_deref(), Some(expected), "{tag}");
        }
        assert_eq!(language("x-klingon"), None);
        assert_eq!(language(""), None);
    }

    #[test]
    fn neighbours_are_named_without_their_server() {
        let here = Here::new("http://127.0.0.1:3300", "");
        let short = |text: &str| short_mentions(text, &here);
        assert_eq!(short("@ada@127.0.0.1:3300 hello @Ben_1@127.0.0.1:3300."), "@ada hello @Ben_1.");
        let here = Here::new("https://s.example", "S.example");
        let short = |text: &str| short_mentions(text, &here);
        assert_eq!(short("(@ada@S.Example, @ada@s.example)"), "(@ada, @ada)");
        for same in
            ["ada@s.example", "@ada@s.example.org", "@ada@s.example:81", "https://s.example/@ada@s.example", "@@s.example", "é@s.example"]
        {
            assert_eq!(short(same), same);
        }
    }

    #[test]
    fn a_warning_goes_and_comes() {
        let here = Here::new("https://s.example", "");
        let form_from_part = |part: &Part| form_from_part(part, &here);
        let mut part = Part::of_text("words");
        part.warning = Some(" food ".into());
        assert!(form_from_part(&part).contains(&("spoiler_text", "food".into())));
        assert!(form_from_part(&part).contains(&("sensitive", "true".into())));
        part.warning = Some("  ".into());
        assert!(form_from_part(&part).contains(&("sensitive", "false".into())));
    }
}
