//! Holds queries against posts: whole words by Unicode's boundaries, whatever their case.

use unicode_segmentation::UnicodeSegmentation;

use super::{Query, Term, Wanted};
use crate::Post;

/// Letters of a post that are looked at; what comes after them in a long article is not.
const LETTERS_MAX: usize = 100_000;

/// Letters made alike whatever their case: upper, then lower, so that ß is ss and a final sigma a sigma.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The words of a text, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    text.unicode_words().map(fold).collect()
}

/// A post made ready to be held against many queries.
pub struct Reading<'p> {
    post: &'p Post,
    /// What it says, field by field, so that no phrase runs across two.
    said: Vec<Vec<String>>,
    /// As said, folded; for signs that are no words.
    folded: String,
    tags: Vec<String>,
}

/// How much of what a topic looks for a post holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Different things looked for that it holds, as written.
    pub found: Vec<String>,
    /// How often, all together.
    pub times: u32,
    /// One of them is a tag of it or stands in its headline.
    pub is_about_it: bool,
}

impl<'p> Reading<'p> {
    pub fn of(post: &'p Post) -> Reading<'p> {
        let text: String = post.text.chars().take(LETTERS_MAX).collect();
        let mut fields = vec![text, post.title.clone().unwrap_or_default(), post.warning.clone().unwrap_or_default()];
        fields.extend(post.media.iter().map(|m| m.alt.clone()));
        let mut tags: Vec<String> = post.tags.iter().map(|t| fold(t)).collect();
        tags.extend(fields[0].split_whitespace().filter_map(tag_of));
        tags.sort_unstable();
        tags.dedup();
        // A tag that a network keeps beside the words is a word too.
        fields.extend(post.tags.iter().cloned());
        Reading { post, said: fields.iter().map(|f| words(f)).collect(), folded: fold(&fields.join("\n")), tags }
    }

    fn count(&self, wanted: &Wanted) -> u32 {
        let n = match wanted.folded.as_slice() {
            [] => self.folded.matches(&fold(&wanted.written)).count(),
            [word] => self.said.iter().flatten().filter(|said| *said == word).count(),
            phrase => self.said.iter().map(|said| said.windows(phrase.len()).filter(|w| *w == phrase).count()).sum(),
        };
        u32::try_from(n).unwrap_or(u32::MAX)
    }
    fn has_in_title(&self, wanted: &Wanted) -> bool {
        let Some(title) = &self.post.title else { return false };
        let title = words(title);
        !wanted.folded.is_empty() && title.windows(wanted.folded.len()).any(|w| w == wanted.folded)
    }
    fn has_tag(&self, tag: &str) -> bool {
        self.tags.binary_search(&fold(tag)).is_ok()
    }
    fn is_from(&self, wanted: &str) -> bool {
        let (handle, wanted) = (fold(&self.post.author.handle), fold(wanted));
        handle == wanted || handle.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('@') || rest.starts_with('.'))
    }
    fn is_in(&self, lang: &str) -> bool {
        self.post.language.as_deref().map(fold).is_some_and(|l| l == lang || l.strip_prefix(lang).is_some_and(|rest| rest.starts_with('-')))
    }
}

/// The tag in a word such as `#Bread,`, folded.
fn tag_of(word: &str) -> Option<String> {
    let tag: String = word.strip_prefix('#')?.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '·')).collect();
    (!tag.is_empty()).then(|| fold(&tag))
}

impl Query {
    pub fn matches(&self, post: &Post) -> bool {
        self.matches_reading(&Reading::of(post))
    }
    pub fn matches_reading(&self, reading: &Reading<'_>) -> bool {
        holds(&self.term, reading)
    }
    /// What of it a post holds, whether or not it matches as a whole.
    pub fn hits(&self, reading: &Reading<'_>) -> Hits {
        let mut hits = Hits::default();
        gather(&self.term, reading, &mut hits);
        hits
    }
}

fn holds(term: &Term, reading: &Reading<'_>) -> bool {
    match term {
        Term::Word(w) | Term::Phrase(w) => reading.count(w) > 0,
        Term::Tag(tag) => reading.has_tag(tag),
        Term::From(handle) => reading.is_from(handle),
        Term::On(key) => fold(reading.post.network.as_str()) == *key,
        Term::Lang(lang) => reading.is_in(lang),
        Term::Not(inner) => !holds(inner, reading),
        Term::All(list) => list.iter().all(|t| holds(t, reading)),
        Term::Any(list) => list.iter().any(|t| holds(t, reading)),
    }
}

fn gather(term: &Term, reading: &Reading<'_>, hits: &mut Hits) {
    match term {
        Term::Word(w) | Term::Phrase(w) => {
            let n = reading.count(w);
            if n > 0 {
                hits.found.push(w.written.clone());
                hits.times = hits.times.saturating_add(n);
                hits.is_about_it |= reading.has_in_title(w) || reading.has_tag(&w.folded.concat());
            }
        }
        Term::Tag(tag) if reading.has_tag(tag) => {
            hits.found.push(format!("#{tag}"));
            hits.times = hits.times.saturating_add(1);
            hits.is_about_it = true;
        }
        Term::From(handle) if reading.is_from(handle) => {
            hits.found.push(handle.clone());
            hits.times = hits.times.saturating_add(1);
        }
        Term::All(list) | Term::Any(list) => list.iter().for_each(|t| gather(t, reading, hits)),
        _ => {}
    }
}
