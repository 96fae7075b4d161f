//! Single keys that a person has changed for others: which may be changed, and how a change is kept.

/// The keys that may be changed, and what each does. `g` and `Esc` stay what they are.
pub const CHANGEABLE: [(char, &str); 20] = [
    ('?', "These keys"),
    ('/', "Search"),
    ('c', "Write"),
    ('z', "Undo"),
    ('.', "New things, without moving"),
    ('j', "Next"),
    ('k', "Previous"),
    ('o', "Open"),
    ('r', "Reply or join"),
    ('h', "Later"),
    ('e', "Done"),
    ('x', "Choose this one"),
    ('p', "The person"),
    ('y', "Not for me"),
    ('u', "Back to the list"),
    ('J', "Next person"),
    ('K', "Previous person"),
    ('l', "Like"),
    ('b', "Pass on"),
    ('a', "Add a note"),
];

/// Begins the `g` sequences.
const TAKEN: char = 'g';

/// What is typed instead of each changeable key; 0 where it is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OwnKeys([u8; CHANGEABLE.len()]);

impl OwnKeys {
    /// What is typed for the key that stands in the table.
    pub fn typed(&self, key: char) -> char {
        match CHANGEABLE.iter().position(|(k, _)| *k == key) {
            Some(at) if self.0[at] != 0 => char::from(self.0[at]),
            _ => key,
        }
    }

    /// From a wish for each key in the table's order. Says what does not go.
    pub fn wished(wishes: &[String]) -> Result<OwnKeys, String> {
        let mut own = OwnKeys::default();
        for (at, wish) in wishes.iter().take(CHANGEABLE.len()).enumerate() {
            let (key, what) = CHANGEABLE[at];
            let mut letters = wish.trim().chars();
            match (letters.next(), letters.next()) {
                (None, _) => {}
                (Some(one), None) if one == TAKEN => return Err(format!("“{what}” can't have {TAKEN}: it begins “go to”.")),
                (Some(one), None) if one.is_ascii_graphic() => own.0[at] = if one == key { 0 } else { one as u8 },
                _ => return Err(format!("“{what}” wants one letter, figure or sign.")),
            }
        }
        for (at, (key, what)) in CHANGEABLE.iter().enumerate() {
            if let Some((_, other)) = CHANGEABLE[..at].iter().find(|(k, _)| own.typed(*k) == own.typed(*key)) {
                return Err(format!("“{what}” and “{other}” can't both have {}.", own.typed(*key)));
            }
        }
        Ok(own)
    }

    /// For the cookie: the place of each changed key and what is typed, in hexadecimal.
    pub(crate) fn to_cookie(self) -> String {
        let changed = self.0.iter().enumerate().filter(|(_, typed)| **typed != 0);
        changed.map(|(at, typed)| format!("{at:02x}{typed:02x}")).collect()
    }

    pub(crate) fn from_cookie(text: &str) -> OwnKeys {
        let mut own = OwnKeys::default();
        for pair in text.as_bytes().chunks_exact(4) {
            let hex = std::str::from_utf8(pair).ok().and_then(|p| u16::from_str_radix(p, 16).ok()).unwrap_or_default();
            let (at, typed) = (usize::from(hex >> 8), (hex & 0xff) as u8);
            if at < own.0.len() && typed.is_ascii_graphic() {
                own.0[at] = typed;
            }
        }
        own
    }

    /// For the script: `typed` and what it stands for, in pairs; empty where nothing was changed.
    pub fn for_script(&self) -> String {
        let changed = CHANGEABLE.iter().enumerate().filter(|(at, _)| self.0[*at] != 0);
        changed.flat_map(|(at, (key, _))| [char::from(self.0[at]), *key]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(changes: &[(char, &str)]) -> Result<OwnKeys, String> {
        let all = CHANGEABLE.map(|(k, _)| changes.iter().find(|(c, _)| *c == k).map_or(String::new(), |(_, to)| (*to).to_owned()));
        OwnKeys::wished(&all)
    }

    #[test]
    fn a_change_is_kept_and_told_to_the_script() {
        let own = wish(&[('e', "d"), ('?', "\""), ('j', " n ")]).unwrap();
        assert_eq!(OwnKeys::from_cookie(&own.to_cookie()), own);
        assert_eq!((own.typed('e'), own.typed('h'), own.typed('j')), ('d', 'h', 'n'));
        assert_eq!(own.for_script(), "\"?njde");
        assert_eq!(OwnKeys::from_cookie("zz99ffffff04"), OwnKeys::default());
    }

    #[test]
    fn what_does_not_go_is_said() {
        assert!(wish(&[('e', "h")]).unwrap_err().contains("can't both have h"));
        assert!(wish(&[('e', "h"), ('h', "e")]).is_ok(), "two may change places");
        assert!(wish(&[('e', "g")]).unwrap_err().contains("begins"));
        assert!(wish(&[('e', "ab")]).is_err() && wish(&[('e', "é")]).is_err());
    }
}
