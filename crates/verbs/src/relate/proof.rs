//! How we know that two profiles are one person's, from what the profiles themselves say. Pure. A name that looks alike proves nothing and
//! is never looked at. What is sure holds both ways; what is likely is only proposed, and a person says yes.

use model::Profile;

/// How sure a proof is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surety {
    /// One side says so.
    Likely,
    /// Both sides say so, or whoever holds the one holds the other.
    Sure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub surety: Surety,
    /// As it is kept with a joining: "since …", "by …".
    pub words: String,
}

/// An address as two people would write it for the same page.
pub fn plain(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let url = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(&url);
    url.strip_prefix("www.").unwrap_or(url).trim_end_matches('/').to_owned()
}

/// The domain that a profile's own handle is, where it is one: `ilse.example`, or `_@ilse.example`. A network gives such a handle only to
/// whoever holds the domain.
fn domain_of(p: &Profile) -> Option<String> {
    let handle = p.handle.trim().to_lowercase();
    let domain = handle.strip_prefix("_@").unwrap_or(&handle);
    let is_domain =
        !domain.contains('@') && domain.contains('.') && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    is_domain.then(|| domain.trim_start_matches("www.").to_owned())
}

/// Whether a profile states a page as its own.
fn states(p: &Profile, page: &str) -> bool {
    !page.is_empty() && p.links.iter().any(|link| plain(link) == page)
}

fn own_page(p: &Profile) -> String {
    p.url.as_deref().map(plain).unwrap_or_default()
}

/// The best proof that two profiles are one person's.
pub fn between(a: &Profile, b: &Profile) -> Option<Proof> {
    let (page_a, page_b) = (own_page(a), own_page(b));
    let (a_says, b_says) = (states(a, &page_b), states(b, &page_a));
    if a_says && b_says {
        return Some(Proof { surety: Surety::Sure, words: "since each states the other’s page".into() });
    }
    for (one, other, page) in [(a, b, &page_b), (b, a, &page_a)] {
        if let Some(domain) = domain_of(one) {
            if *page == domain {
                return Some(Proof {
                    surety: Surety::Sure,
                    words: format!("by the domain {domain}, which is the handle of one and the page of the other"),
                });
            }
            if states(other, &domain) {
                return Some(Proof {
                    surety: Surety::Likely,
                    words: format!("by the domain {domain}, which is the handle of one and stated by the other"),
                });
            }
        }
    }
    let (handle_a, handle_b) = (a.handle.to_lowercase(), b.handle.to_lowercase());
    if a.network != b.network && handle_a.contains('@') && handle_a == handle_b {
        return Some(Proof { surety: Surety::Likely, words: format!("by the address {handle_a}, which both have") });
    }
    if a_says || b_says {
        return Some(Proof { surety: Surety::Likely, words: "by a link that one of them states".into() });
    }
    // A page both state may be a company's or a friend's: likely at most.
    let both = a.links.iter().map(|l| plain(l)).find(|page| !page.is_empty() && states(b, page));
    both.map(|page| Proof { surety: Surety::Likely, words: format!("by {page}, which both state") })
}

/// The best proof that two people are one, over all their profiles.
pub fn best<'a>(one: impl Iterator<Item = &'a Profile> + Clone, other: impl Iterator<Item = &'a Profile> + Clone) -> Option<Proof> {
    let pairs = one.flat_map(|a| other.clone().filter_map(move |b| between(a, b)));
    pairs.max_by_key(|proof| proof.surety)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(network: &str, handle: &str, url: &str, links: &[&str]) -> Profile {
        Profile {
            network: model::NetworkKey::new(network),
            handle: handle.into(),
            name: "Ilse Brandt".into(),
            url: Some(url.into()).filter(|u: &String| !u.is_empty()),
            links: links.iter().map(|l| (*l).to_owned()).collect(),
            ..Profile::default()
        }
    }

    #[test]
    fn only_what_they_say_counts_never_a_name() {
        let toot = |links: &[&str]| profile("plaza", "ilse@plaza.example", "https://plaza.example/@ilse", links);
        let blog = |links: &[&str]| profile("blog", "ilse", "https://ilse.example/", links);
        let sky = |handle: &str, links: &[&str]| profile("sky", handle, &format!("https://sky.example/{handle}"), links);
        for (a, b, expected) in [
            (toot(&[]), blog(&[]), None),
            (toot(&["http://www.ilse.example"]), blog(&[]), Some((Surety::Likely, "one of them states"))),
            (toot(&["https://ilse.example"]), blog(&["https://plaza.example/@ilse/"]), Some((Surety::Sure, "each states"))),
            (sky("ilse.example", &[]), blog(&[]), Some((Surety::Sure, "domain ilse.example"))),
            (profile("keys", "_@ilse.example", "", &[]), blog(&[]), Some((Surety::Sure, "domain ilse.example"))),
            (sky("ilse.example", &[]), toot(&["https://ilse.example"]), Some((Surety::Likely, "stated by the other"))),
            (sky("ilse.sky.example", &[]), blog(&[]), None),
            (profile("keys", "ilse@plaza.example", "", &[]), toot(&[]), Some((Surety::Likely, "address"))),
            (toot(&["https://firm.example"]), sky("ilse.sky.example", &["https://firm.example/"]), Some((Surety::Likely, "both state"))),
        ] {
            let (found, turned) = (between(&a, &b), between(&b, &a));
            assert_eq!(found, turned, "the same from either side");
            assert_eq!(found.as_ref().map(|p| p.surety), expected.map(|e| e.0), "{} and {}", a.handle, b.handle);
            assert!(expected.is_none_or(|e| found.unwrap().words.contains(e.1)));
        }
    }

    #[test]
    fn the_same_page_however_it_is_written() {
        for (a, b) in [("https://Luis.example/", "http://www.luis.example"), ("https://x.example/a", " https://x.example/a/ ")] {
            assert_eq!(plain(a), plain(b));
        }
        assert_ne!(plain("https://x.example/a"), plain("https://x.example/b"));
    }
}
