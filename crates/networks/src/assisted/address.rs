//! Knowing a post's address when a person brings it back, and writing it one way, whatever was hung on to it by whoever shared it. Pure.

use url::Url;

/// What a network's posts' addresses look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posts {
    /// The hosts, `www.` left out. `*.` stands for anything before, `.*` for any ending. The last may be a host of short addresses.
    pub hosts: &'static [&'static str],
    /// The paths: `*` is one piece, `#` one of figures only, and a letter before `*` begins the piece.
    pub paths: &'static [&'static str],
    /// What of the question behind the path belongs to the address; the rest tells who shared it.
    pub keeps: &'static [&'static str],
    /// One such, to be shown to people.
    pub like: &'static str,
}

/// The longest address that is taken, in bytes.
pub const ADDRESS_MAX: usize = 2000;
/// Hosts whose whole path is the post's name.
const SHORT_HOSTS: [&str; 4] = ["youtu.be", "redd.it", "pin.it", "fb.watch"];
/// Hung on to addresses everywhere.
const TRACKERS: [&str; 6] = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "fbclid"];

impl Posts {
    /// For a place of which nothing is known: all but what is known to tell who shared it.
    pub const KEEPS_ALL: &'static [&'static str] = &["*"];

    pub fn has_host(&self, host: &str) -> bool {
        let host = bare(host);
        self.hosts.iter().any(|known| match (known.strip_prefix("*."), known.strip_suffix(".*")) {
            (Some(end), _) => host.strip_suffix(end).is_some_and(|before| before.ends_with('.')),
            (_, Some(begin)) => host.split('.').any(|label| label == begin),
            _ => host == *known,
        })
    }

    pub fn has_path(&self, at: &Url) -> bool {
        let pieces: Vec<&str> = at.path().split('/').filter(|p| !p.is_empty()).collect();
        if SHORT_HOSTS.contains(&bare(at.host_str().unwrap_or_default())) {
            return pieces.len() == 1;
        }
        self.paths.iter().any(|path| {
            let shape: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
            // Without a piece that names it, the question has to.
            let is_named =
                shape.iter().any(|s| s.contains(['*', '#'])) || at.query_pairs().any(|(k, v)| self.keeps.contains(&&*k) && !v.is_empty());
            is_named && shape.len() == pieces.len() && shape.iter().zip(&pieces).all(|(s, p)| fits(s, p))
        })
    }

    /// The address without what tells who shared it, or where on the page one was.
    pub fn plain(&self, at: &Url) -> Url {
        let mut plain = at.clone();
        plain.set_fragment(None);
        let keeps_all = self.keeps == Self::KEEPS_ALL;
        let kept: Vec<(String, String)> = at
            .query_pairs()
            .filter(|(k, _)| if keeps_all { !TRACKERS.contains(&&**k) } else { self.keeps.contains(&&**k) })
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        plain.set_query(None);
        if !kept.is_empty() {
            plain.query_pairs_mut().extend_pairs(kept);
        }
        if !keeps_all {
            let _ = plain.set_scheme("https");
            let path = plain.path().trim_end_matches('/').to_owned();
            plain.set_path(&path);
        }
        plain
    }
}

/// A host without `www.`.
pub fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

fn fits(shape: &str, piece: &str) -> bool {
    match shape {
        "*" => true,
        "#" => piece.bytes().all(|b| b.is_ascii_digit()),
        _ => match shape.strip_suffix('*') {
            Some(begin) => piece.len() > begin.len() && piece.starts_with(begin),
            None => shape == piece,
        },
    }
}

/// An address as people paste them: with spaces round it, or without `https://`.
pub fn read(typed: &str) -> Option<Url> {
    let typed = typed.trim().trim_matches(['<', '>', '"']);
    if typed.is_empty() || typed.len() > ADDRESS_MAX || typed.contains(char::is_whitespace) {
        return None;
    }
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&whole).ok()?;
    let has_name = url.host_str().is_some_and(|h| h.contains('.')) && url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && has_name).then_some(url)
}
