//! The first owner, signing in and out. A session is known by the SHA-256 of a random key that only the browser holds.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::SignedDuration;
use model::{Desk, DeskId, ProfileId, Role, Seat, Timestamp, Voice, VoiceId};
use sha2::{Digest, Sha256};
use store::StoreError;

use crate::jobs::Job;
use crate::{App, Done, VerbError};

/// A session that nobody uses ends after this long.
const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Wrong passwords in a quarter of an hour, for one name, and for one place.
const TRIES_MAX: u64 = 10;
const TRIES_SPAN: SignedDuration = SignedDuration::from_mins(15);
const PASSWORD_MIN: usize = 10;
/// Longer ones only cost time.
const PASSWORD_MAX: usize = 1000;
const NAME_MAX: usize = 80;

/// Who the first owner is.
#[derive(Clone)]
pub struct FirstOwner {
    pub name: String,
    pub password: String,
    pub desk: String,
    /// IANA name; the browser's, or chosen.
    pub zone: String,
}

/// Whether nobody has a login yet, so that the first run is due.
pub async fn is_first_run(app: &App) -> Done<bool> {
    Ok(app.store.read_unscoped(|tx| tx.is_first_run()).await?)
}

/// Makes the first desk and its owner, who is signed in by it. Refused as soon as there is any voice.
pub async fn begin(app: &App, owner: FirstOwner, token_hash: [u8; 32], now: Timestamp) -> Done<Seat> {
    let name = checked_name("name", &owner.name)?;
    let desk_name = if owner.desk.trim().is_empty() { format!("{name}’s desk") } else { checked_name("desk", &owner.desk)? };
    if jiff::tz::TimeZone::get(&owner.zone).is_err() {
        return Err(VerbError::wrong("zone", "There is no time zone of that name. One such as Europe/London is wanted."));
    }
    let hash = hash_password(owner.password).await?;
    let zone = owner.zone;
    app.store
        .write_unscoped(move |tx| {
            if !tx.is_first_run()? {
                return Err(VerbError::TooLate("This desk has an owner already. Sign in instead.".into()));
            }
            let desk: DeskId = tx.fresh(now);
            let voice: VoiceId = tx.fresh(now);
            tx.put_desk(&Desk { id: desk, name: desk_name, zone, created_at: now })?;
            tx.put_voice(&Voice { id: voice, name }, &hash, now)?;
            let seat = Seat::of_voice(desk, voice, Role::Owner);
            tx.put_seat(&seat, now)?;
            tx.put_session(&token_hash, &seat, now, now + SESSION_LASTS)?;
            tx.at(desk, |tx| {
                crate::relate::tie::begin(tx)?;
                Job::KeepHouse.put(tx, now, now)
            })?;
            Ok(seat)
        })
        .await
}

/// Signs a voice in under a new session. `place` tells where the attempt came from; only its hash is kept, for a quarter of an hour.
pub async fn sign_in(app: &App, name: &str, password: String, place: &str, token_hash: [u8; 32], now: Timestamp) -> Done<Seat> {
    let whose = [hashed("name", &name.trim().to_lowercase()), hashed("place", place)];
    let (tried, wanted) = (whose.clone(), name.to_owned());
    let (tries, found) = app
        .store
        .write_unscoped::<_, StoreError>(move |tx| {
            let mut most = 0;
            for who in &tried {
                most = most.max(tx.count_sign_in_try(who, now, now - TRIES_SPAN)?);
            }
            Ok((most, tx.voice_by_name(&wanted)?))
        })
        .await?;
    if tries > TRIES_MAX {
        return Err(VerbError::TooOften { minutes: 15 });
    }
    // An unknown name takes as long as a known one.
    let (voice, hash) = found.map_or((None, NOBODYS_HASH.to_owned()), |(voice, hash)| (Some(voice), hash));
    let is_right = verify_password(password, hash).await?;
    let (true, Some(voice)) = (is_right, voice) else {
        return Err(VerbError::wrong("password", "That name and password do not belong together."));
    };
    app.store
        .write_unscoped(move |tx| {
            let seat = tx.seats_of(voice.id)?.into_iter().next().ok_or(VerbError::NotYours)?;
            for who in &whose {
                tx.forget_sign_in_tries(who)?;
            }
            tx.put_session(&token_hash, &seat, now, now + SESSION_LASTS)?;
            Ok(seat)
        })
        .await
}

/// Who sits behind a session, and what stands round every page for them.
#[derive(Clone, Debug)]
pub struct Sitter {
    pub seat: Seat,
    pub voice_name: String,
    pub desk: Desk,
    /// Conversations that wait for an answer.
    pub waiting: u32,
    /// Posts that wait to be carried over by hand.
    pub by_hand: u32,
    /// A desk of invented people.
    pub is_sample: bool,
    /// A profile of ours that has a picture.
    pub face: Option<ProfileId>,
}

/// Who sits behind the hash of a session's key, if it holds; its life is drawn out once a day.
pub async fn find(app: &App, token_hash: [u8; 32], now: Timestamp) -> Done<Option<Sitter>> {
    let found = app
        .store
        .read_unscoped::<_, StoreError>(move |tx| {
            let Some(session) = tx.session(&token_hash, now)? else { return Ok(None) };
            let until = session.until;
            let sitter = tx.at(session.seat.desk, |tx| {
                let face = tx.profiles().mine()?.into_iter().find(|p| p.profile.avatar_url.is_some()).map(|p| p.id);
                Ok::<_, StoreError>(Sitter {
                    is_sample: tx.setting(crate::desk::sample::MARK)?.is_some(),
                    desk: tx.this_desk()?,
                    waiting: tx.waiting()?,
                    by_hand: tx.deliveries().count_by_hand()?,
                    face,
                    seat: session.seat,
                    voice_name: session.voice_name,
                })
            })?;
            Ok(Some((sitter, until)))
        })
        .await?;
    let Some((sitter, until)) = found else { return Ok(None) };
    if until < now + SESSION_LASTS - SignedDuration::from_hours(24) {
        app.store.write_unscoped::<_, StoreError>(move |tx| tx.touch_session(&token_hash, now, now + SESSION_LASTS)).await?;
    }
    Ok(Some(sitter))
}

/// Signs out.
pub async fn close(app: &App, token_hash: [u8; 32]) -> Done<()> {
    Ok(app.store.write_unscoped(move |tx| tx.delete_session(&token_hash)).await?)
}

/// Changes a voice's own password and ends its other sessions.
pub async fn change_password(app: &App, seat: &Seat, old: String, new: String, token_hash: [u8; 32], name: &str) -> Done<()> {
    let voice = seat.voice.ok_or(VerbError::NotYours)?;
    let name = name.to_owned();
    let (_, hash) =
        app.store.read_unscoped::<_, StoreError>(move |tx| tx.voice_by_name(&name)).await?.ok_or(VerbError::Missing("voice"))?;
    if !verify_password(old, hash).await? {
        return Err(VerbError::wrong("old", "That is not your password."));
    }
    let fresh = hash_password(new).await?;
    app.store
        .write_unscoped::<_, StoreError>(move |tx| {
            tx.set_password(voice, &fresh)?;
            tx.delete_sessions_of(voice, &token_hash)
        })
        .await?;
    Ok(())
}

/// Whether this is the password of whoever sits here. Wrong ones are counted as at the door, and soon none is heard any more.
pub async fn must_know_password(cx: crate::Cx<'_>, password: String) -> Done<()> {
    let voice = cx.seat.voice.ok_or(VerbError::NotYours)?;
    let voices = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.voices()).await?;
    let name = voices.into_iter().map(|(v, _)| v).find(|v| v.id == voice).ok_or(VerbError::Missing("voice"))?.name;
    let (who, now) = (hashed("name", &name.trim().to_lowercase()), cx.now);
    let counted = who.clone();
    let (tries, found) = cx
        .app
        .store
        .write_unscoped::<_, StoreError>(move |tx| {
            let tries = tx.count_sign_in_try(&counted, now, now - TRIES_SPAN)?;
            Ok((tries, tx.voice_by_name(&name)?))
        })
        .await?;
    if tries > TRIES_MAX {
        return Err(VerbError::TooOften { minutes: 15 });
    }
    let (_, hash) = found.ok_or(VerbError::Missing("voice"))?;
    if !verify_password(password, hash).await? {
        return Err(VerbError::wrong("password", "That is not your password."));
    }
    Ok(cx.app.store.write_unscoped(move |tx| tx.forget_sign_in_tries(&who)).await?)
}

/// Sets a voice's password without the old one, from the machine itself, and ends all its sessions.
pub async fn reset_password(app: &App, name: &str, new: String) -> Done<()> {
    let name = name.to_owned();
    let (voice, _) =
        app.store.read_unscoped::<_, StoreError>(move |tx| tx.voice_by_name(&name)).await?.ok_or(VerbError::Missing("voice"))?;
    let fresh = hash_password(new).await?;
    app.store
        .write_unscoped::<_, StoreError>(move |tx| {
            tx.set_password(voice.id, &fresh)?;
            tx.delete_sessions_of(voice.id, &[])
        })
        .await?;
    Ok(())
}

fn checked_name(field: &'static str, name: &str) -> Done<String> {
    let name = name.trim();
    match name.chars().count() {
        0 => Err(VerbError::wrong(field, "A name is needed.")),
        n if n > NAME_MAX => Err(VerbError::wrong(field, format!("A name of at most {NAME_MAX} letters is wanted; this one has {n}."))),
        _ => Ok(name.to_owned()),
    }
}

fn hashed(kind: &str, words: &str) -> String {
    Sha256::digest(format!("{kind}\0{words}")).iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// The hash of a password nobody has, with today's cost.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=3,p=1$c29tZXNhbHRvZm91cnM$5Xb6ZC0Wv3cWc2yfCkHvnm8g1PpB3C7oQ1d8wq1Qm0s";

/// argon2id, 19 MiB, three passes: about 30 ms on a small machine.
fn hasher() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 3, 1, None).expect("these parameters are within argon2's bounds"),
    )
}

async fn hash_password(password: String) -> Done<String> {
    let letters = password.chars().count();
    if letters < PASSWORD_MIN {
        return Err(VerbError::wrong(
            "password",
            format!("A password of at least {PASSWORD_MIN} letters is wanted; this one has {letters}."),
        ));
    }
    if password.len() > PASSWORD_MAX {
        return Err(VerbError::wrong("password", "That password is too long to be one."));
    }
    let hashed = tokio::task::spawn_blocking(move || hasher().hash_password(password.as_bytes()).map(|h| h.to_string())).await;
    hashed.ok().and_then(Result::ok).ok_or_else(|| VerbError::Store(StoreError::Broken("the password could not be hashed".into())))
}

async fn verify_password(password: String, hash: String) -> Done<bool> {
    if password.len() > PASSWORD_MAX {
        return Ok(false);
    }
    let verified = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await;
    Ok(verified.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let hash = hash_password("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("horse"));
        assert!(verify_password("correct horse".into(), hash.clone()).await.unwrap());
        assert!(!verify_password("correct house".into(), hash).await.unwrap());
        assert!(PasswordHash::new(NOBODYS_HASH).is_ok(), "an unknown name must cost a whole check");
        assert!(matches!(hash_password("short".into()).await, Err(VerbError::Wrong { field: "password", .. })));
    }
}
