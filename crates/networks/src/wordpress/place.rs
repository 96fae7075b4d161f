//! How posts and comments of a site are named: by the site's front page and their numbers, which stay when an address changes.

use model::PostRef;

use crate::{Answer, NetworkError};

/// What a name means on its own site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Post(u64),
    /// A comment, and the post under which it stands.
    Comment {
        post: u64,
        comment: u64,
    },
}

impl Place {
    pub fn post(self) -> u64 {
        match self {
            Place::Post(post) | Place::Comment { post, .. } => post,
        }
    }
    pub fn name(self, home: &str) -> String {
        match self {
            Place::Post(post) => format!("{home}/?p={post}"),
            Place::Comment { post, comment } => format!("{home}/?p={post}#comment-{comment}"),
        }
    }
    pub fn at(self, home: &str) -> PostRef {
        PostRef::new(self.name(home), "")
    }
}

/// Who wrote, by the number of the site's user.
pub fn user_name(home: &str, user: u64) -> String {
    format!("{home}/?author={user}")
}

/// The user's number out of such a name, if it is of this site.
pub fn user_of(home: &str, name: &str) -> Option<u64> {
    behind(home, name)?.strip_prefix("/?author=")?.parse().ok()
}

/// What a name means, if it is of this site.
pub fn place(home: &str, at: &PostRef) -> Answer<Place> {
    let elsewhere = || NetworkError::Refused("That stands on another site than this account's.".into());
    let numbers = behind(home, &at.id).and_then(|rest| rest.strip_prefix("/?p=")).ok_or_else(elsewhere)?;
    let read = |number: &str| number.parse::<u64>().map_err(|_| NetworkError::NotThere);
    match numbers.split_once("#comment-") {
        Some((post, comment)) => Ok(Place::Comment { post: read(post)?, comment: read(comment)? }),
        None => Ok(Place::Post(read(numbers)?)),
    }
}

/// The rest of a name behind the site's front page; a site that went over to https is the same site.
fn behind<'a>(home: &str, name: &'a str) -> Option<&'a str> {
    let bare = |address: &'a str| address.split_once("://").map(|(_, rest)| rest);
    let home = home.split_once("://").map(|(_, rest)| rest)?;
    bare(name)?.strip_prefix(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_there_and_back() {
        let home = "https://ada.example/blog";
        for place_ in [Place::Post(12), Place::Comment { post: 12, comment: 3 }] {
            assert_eq!(place(home, &place_.at(home)), Ok(place_));
            assert_eq!(place(home, &place_.at("http://ada.example/blog")), Ok(place_));
            assert!(matches!(place(home, &place_.at("https://ben.example")), Err(NetworkError::Refused(_))));
        }
        assert_eq!(place(home, &PostRef::new("https://ada.example/blog/?p=x", "")), Err(NetworkError::NotThere));
        assert_eq!(user_of(home, &user_name(home, 7)), Some(7));
        assert_eq!(user_of(home, "https://ben.example/?author=7"), None);
    }
}
