//! How this browser wants to see and use Hobnob: light or dark, and whether single keys act. Kept in a cookie of its
//! own, because it belongs to the machine one sits at and not to the desk.

use axum::http::{HeaderMap, HeaderValue};

use crate::{own_keys::OwnKeys, session::cookie};

pub const COOKIE: &str = "hobnob-look";
const KEPT_SECONDS: u32 = 400 * 24 * 3600;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Keys {
    #[default]
    On,
    /// Only with Alt held.
    Alt,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Look {
    pub theme: Theme,
    pub keys: Keys,
    pub own: OwnKeys,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.word() == word)
    }
}

impl Keys {
    pub const ALL: [Keys; 3] = [Keys::On, Keys::Alt, Keys::Off];
    pub fn word(self) -> &'static str {
        match self {
            Keys::On => "on",
            Keys::Alt => "alt",
            Keys::Off => "off",
        }
    }
    /// As the page says it.
    pub fn label(self) -> &'static str {
        match self {
            Keys::On => "on",
            Keys::Alt => "only with Alt",
            Keys::Off => "off",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

impl Look {
    pub fn of(headers: &HeaderMap) -> Look {
        let Some(kept) = cookie(headers, COOKIE) else { return Look::default() };
        let mut words = kept.split('.');
        Look {
            theme: words.next().and_then(Theme::from_word).unwrap_or_default(),
            keys: words.next().and_then(Keys::from_word).unwrap_or_default(),
            own: words.next().map(OwnKeys::from_cookie).unwrap_or_default(),
        }
    }

    /// The value of the `Set-Cookie` that keeps this look.
    pub fn keep(self) -> HeaderValue {
        let words = format!(
            "{COOKIE}={}.{}.{}; Path=/; Max-Age={KEPT_SECONDS}; SameSite=Lax; HttpOnly",
            self.theme.word(),
            self.keys.word(),
            self.own.to_cookie()
        );
        HeaderValue::from_str(&words).expect("only our own words")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    #[test]
    fn kept_looks_come_back() {
        for theme in Theme::ALL {
            for keys in Keys::ALL {
                let look = Look { theme, keys, ..Look::default() };
                let set = look.keep();
                let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
                let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap())]);
                assert_eq!(Look::of(&headers), look);
            }
        }
        let odd = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("hobnob-look=<x>.'"))]);
        assert_eq!(Look::of(&odd), Look::default());
    }
}
