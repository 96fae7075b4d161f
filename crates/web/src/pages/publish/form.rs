//! The form of the writing page, read: what a person wrote, wished and pressed.

use model::{AccountId, AimId, Draft, DraftId, Kind, PictureId, Visibility};
use serde::Deserialize;
use verbs::publish::drafts::{Choice, Edit, KeptDraft};
use verbs::publish::slots;

/// All fields, in order, as names that carry a number do not fit a struct.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

/// The line by which a text of its own is cut into posts.
pub const BREAK: &str = "---";

impl Fields {
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
    fn maybe(&self, name: &str) -> Option<String> {
        Some(self.one(name).trim()).filter(|v| !v.is_empty()).map(str::to_owned)
    }
    /// Whether the form had such a field at all: what it did not show stays as it was.
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
    fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// Fields such as `own-17`, with their number.
    fn numbered<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (i64, &'a str)> {
        self.0.iter().filter_map(move |(n, v)| Some((n.strip_prefix(name)?.strip_prefix('-')?.parse().ok()?, v.as_str())))
    }

    /// Puts what was written over `base`: the draft as kept, or a fresh one.
    pub fn over(&self, base: KeptDraft, id: DraftId) -> KeptDraft {
        let mut kept = base;
        kept.draft.id = id;
        kept.version = self.one("version").parse().unwrap_or(0);
        kept.accounts = self.each("to").filter_map(|n| n.parse().ok()).map(AccountId).collect();
        kept.has_short_links = !self.one("link").is_empty();
        if self.has("site-first-asked") {
            kept.has_site_first = !self.one("site-first").is_empty();
        }
        let at = self.one("at").replace('T', " ");
        kept.wished_at = match self.one("when") {
            "now" => None,
            slots::NEXT => Some(slots::NEXT.to_owned()),
            "at" => Some(at.trim().to_owned()).filter(|w| !w.is_empty()),
            wish => Some(wish.to_owned()).filter(|w| !w.is_empty()),
        };
        if let Some(zone) = self.maybe("zone") {
            kept.zone = zone;
        }
        self.words_over(&mut kept.draft);
        kept
    }

    fn words_over(&self, draft: &mut Draft) {
        draft.text = self.one("text").replace("\r\n", "\n");
        draft.title = self.maybe("title");
        if self.has("excerpt") {
            draft.article.excerpt = self.maybe("excerpt").map(|e| e.replace("\r\n", "\n"));
        }
        if self.has("tags") {
            draft.article.tags = names(self.one("tags"));
        }
        if self.has("categories") {
            draft.article.categories = names(self.one("categories"));
        }
        draft.warning = self.maybe("warning");
        draft.language = self.maybe("language");
        draft.visibility = Visibility::from_word(self.one("visibility")).unwrap_or(draft.visibility);
        draft.kind = Kind::from_word(self.one("kind")).unwrap_or(draft.kind);
        draft.is_personal = self.one("side") == "personal";
        draft.aim = self.one("aim").parse().ok().map(AimId);
        for (id, alt) in self.numbered("alt") {
            if let Some(picture) = draft.pictures.iter_mut().find(|p| p.id == PictureId(id)) {
                picture.alt = alt.replace("\r\n", "\n").trim().to_owned();
            }
        }
        if self.one("do") == "break" && !draft.text.trim().is_empty() {
            draft.text = format!("{}\n\n{BREAK}\n\n", draft.text.trim_end());
        }
    }

    /// What was changed by hand for one account alone.
    pub fn edits(&self) -> Vec<Edit> {
        let choice = |id: i64| self.numbered("choice").find(|(n, _)| *n == id).and_then(|(_, v)| Choice::from_word(v));
        let mut edits: Vec<Edit> = Vec::new();
        for (id, own) in self.numbered("own") {
            let texts = cut(own);
            let choice = choice(id).unwrap_or(if texts.is_empty() { Choice::Thread } else { Choice::Own });
            edits.push(Edit { account: AccountId(id), texts, choice });
        }
        for (id, word) in self.numbered("choice") {
            if !edits.iter().any(|e| e.account.0 == id) {
                edits.push(Edit { account: AccountId(id), texts: Vec::new(), choice: Choice::from_word(word).unwrap_or_default() });
            }
        }
        edits
    }
}

/// The most tags or categories of an article.
const NAMES_MAX: usize = 40;

/// Names parted by commas, once each, a tag's `#` left out.
fn names(list: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in list.split([',', '\n']).map(|n| n.trim().trim_start_matches('#').trim()).filter(|n| !n.is_empty()) {
        if all.len() < NAMES_MAX && !all.iter().any(|a| a.to_lowercase() == name.to_lowercase()) {
            all.push(name.to_owned());
        }
    }
    all
}

/// A text of its own as its posts.
fn cut(own: &str) -> Vec<String> {
    let text = own.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    lines.split(|l| l.trim() == BREAK).map(|p| p.join("\n").trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tags() {
        assert_eq!(names(" #rye, Sour dough ,,RYE,\nbread"), ["rye", "Sour dough", "bread"]);
        assert!(names(" , ").is_empty());
    }

    #[test]
    fn texts_of_their_own_and_choices() {
        let fields = Fields(
            [("own-1", "One.\r\n---\r\nTwo."), ("choice-1", "own"), ("choice-2", "out"), ("own-3", ""), ("own-x", "y")]
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .to_vec(),
        );
        let edits = fields.edits();
        assert_eq!(edits.len(), 3);
        assert_eq!((edits[0].texts.len(), edits[0].choice), (2, Choice::Own));
        assert_eq!((edits[1].account, edits[1].choice), (AccountId(3), Choice::Thread));
        assert_eq!((edits[2].account, edits[2].choice), (AccountId(2), Choice::Out));
    }
}
