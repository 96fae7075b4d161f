//! What posts do and which side they show, by what ships and by what this desk put right; and putting it right.

use std::collections::HashMap;

use jiff::SignedDuration;
use model::kinds::own::CORRECTIONS_MAX;
use model::kinds::{Correction, Decided, Does, Judged, Own, Side, decide_by, judge_by};
use model::{PostId, Timestamp};
use store::posts::KeptPost;
use store::{Kept, StoreError, Tx};

use super::notice::weigh_posts;
use crate::{Cx, Done};

/// Less sure than this, and a post is not called selling: set aside by mistake is worse than shown by mistake.
const SELLS_FROM: f64 = 0.5;
/// Posts that are weighed anew when something was put right: what stands on the first pages.
const WEIGHED_ANEW_MAX: u32 = 100;
const WEIGHED_ANEW_OF: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The desk's judgement, read once for many posts.
#[derive(Debug, Default)]
pub struct Judge {
    own: Own,
    put_right: HashMap<PostId, (Does, Side)>,
}

impl Judge {
    pub fn of(tx: &Tx<'_>) -> Kept<Judge> {
        let kept = tx.kinds().list(CORRECTIONS_MAX)?;
        let put_right = kept.iter().map(|(post, c)| (*post, (c.does, c.side))).collect();
        let corrections: Vec<Correction> = kept.into_iter().map(|(_, c)| c).collect();
        Ok(Judge { own: Own::learn(&corrections), put_right })
    }
    /// What a post does; what somebody put right holds for certain.
    pub fn judge(&self, post: PostId, text: &str) -> Judged {
        let judged = judge_by(text, &self.own);
        match self.put_right.get(&post) {
            Some((does, side)) => Judged { does: *does, p: 1.0, side: *side, p_side: 1.0, because: judged.because },
            None => judged,
        }
    }
    /// The same without its reasons, for many posts.
    pub fn decide(&self, post: PostId, text: &str) -> Decided {
        match self.put_right.get(&post) {
            Some((does, side)) => Decided { does: *does, p: 1.0, side: *side, p_side: 1.0 },
            None => decide_by(text, &self.own),
        }
    }
    pub fn is_put_right(&self, post: PostId) -> bool {
        self.put_right.contains_key(&post)
    }
    /// Whether it mostly sells, as surely as is needed to set it aside.
    pub fn is_selling(&self, post: &KeptPost) -> bool {
        let judged = self.decide(post.id, &text_of(post));
        judged.does == Does::Sells && judged.p >= SELLS_FROM
    }
}

/// All its words as one text, headline first, with the links that stand beside them.
pub fn text_of(post: &KeptPost) -> String {
    let mut text = match post.post.title.as_deref().filter(|title| !post.post.text.starts_with(title)) {
        Some(title) => format!("{title}\n\n{}", post.post.text),
        None => post.post.text.clone(),
    };
    if !text.contains("://") {
        for link in post.post.links.iter().take(1) {
            text.push(' ');
            text.push_str(link);
        }
    }
    text
}

/// A post with its kind, for the page where it can be put right.
#[derive(Clone, Debug)]
pub struct KindOf {
    pub post: PostId,
    pub who: String,
    pub text: String,
    pub language: Option<String>,
    pub is_mine: bool,
    pub at: Timestamp,
    pub judged: Judged,
    pub is_put_right: bool,
}

/// What a post does, and why that is thought.
pub async fn kind_of(cx: Cx<'_>, post: PostId) -> Done<KindOf> {
    let read = move |tx: &Tx<'_>| {
        let kept = tx.posts().get(post)?;
        let judge = Judge::of(tx)?;
        let text = text_of(&kept);
        let author = &kept.post.author;
        Ok(KindOf {
            post,
            who: if author.name.is_empty() { author.handle.clone() } else { author.name.clone() },
            judged: judge.judge(post, &text),
            is_put_right: judge.is_put_right(post),
            text,
            language: kept.post.language.clone(),
            is_mine: kept.is_mine,
            at: kept.post.created_at,
        })
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, read).await?)
}

/// Puts right what a post is. The next one that is like it is judged by it too.
pub async fn put_right(cx: Cx<'_>, post: PostId, does: Does, side: Side) -> Done<()> {
    let now = cx.now;
    let work = move |tx: &Tx<'_>| {
        let kept = tx.posts().get(post)?;
        tx.kinds().put(post, &Correction::of(&text_of(&kept), does, side), now)?;
        weigh_lately(tx, post, now)
    };
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, work).await?)
}

/// Takes that back; what it taught is forgotten.
pub async fn take_back(cx: Cx<'_>, post: PostId) -> Done<()> {
    let now = cx.now;
    let work = move |tx: &Tx<'_>| {
        tx.kinds().delete(post)?;
        weigh_lately(tx, post, now)
    };
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, work).await?)
}

fn weigh_lately(tx: &Tx<'_>, post: PostId, now: Timestamp) -> Kept<()> {
    let mut posts = tx.sightings().lately(now - WEIGHED_ANEW_OF, WEIGHED_ANEW_MAX)?;
    posts.push(post);
    weigh_posts(tx, &posts, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Post, PostRef, Profile};

    fn post(text: &str, links: &[&str]) -> KeptPost {
        let mut post = Post::new(PostRef::new("1", ""), Profile::default(), text, Timestamp::UNIX_EPOCH);
        post.links = links.iter().map(|l| (*l).to_owned()).collect();
        let (id, author) = (PostId(1), model::ProfileId(1));
        let (conversation, delivery, deleted_at, account, local) = (None, None, None, None, None);
        KeptPost { id, author, conversation, is_mine: false, names_me: false, delivery, deleted_at, account, local, post }
    }

    #[test]
    fn selling_is_told_from_asking() {
        let judge = Judge::default();
        for (text, links, expected) in [
            ("50 % off all starters, buy now! Use code BREAD", &[][..], true),
            ("Get your starter today, only €9, limited time", &[], true),
            ("Our new course: sign up today", &["https://x.example"], true),
            ("Has anyone a discount shop to name for flour?", &[], false),
            ("I paid $9 for flour. Is that much?", &[], false),
            ("My starter sulks. What did I do?", &["https://x.example/photo"], false),
            ("", &[], false),
        ] {
            let post = post(text, links);
            assert_eq!(judge.is_selling(&post), expected, "{text}: {:?}", judge.judge(post.id, &text_of(&post)));
        }
    }
}
