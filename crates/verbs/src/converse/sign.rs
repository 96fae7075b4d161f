//! Small signs to somebody's post: liking it, passing it on, and taking either back.

use model::{Account, AccountState, ConversationId, PostId, PostRef, Visibility};
use networks::NetworkError;
pub use networks::Sign;
use store::StoreError;
use store::signs::KeptSign;

use crate::calls::call;
use crate::relate::tie;
use crate::{Cx, Done, VerbError};

/// As it is kept and as addresses name it.
pub fn word(sign: Sign) -> &'static str {
    match sign {
        Sign::Like => "like",
        Sign::Boost => "boost",
    }
}

/// What was done, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub conversation: Option<ConversationId>,
    pub who: String,
    /// It stands now; else it was taken back.
    pub is_on: bool,
}

/// Puts a sign on a post or takes it back, as wished; without a wish, the other way round than it is. Doing so twice is the same as
/// once.
pub async fn sign(cx: Cx<'_>, post: PostId, sign: Sign, wish: Option<bool>) -> Done<Signed> {
    let (account, at, receipt, kept) = cx
        .app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let kept = tx.posts().get(post)?;
            let all = tx.accounts().list()?;
            let fits = |a: &&Account| a.network == kept.post.network && a.state != AccountState::Resting;
            let account = all.iter().filter(fits).find(|a| Some(a.id) == kept.account).or_else(|| all.iter().find(fits)).cloned();
            let account = account.ok_or_else(|| VerbError::wrong("post", "No account of yours can do that there."))?;
            let tag = tx.posts().tag_for(post, account.id)?;
            let receipt = tx.signs().mine(account.id, word(sign), post)?;
            Ok((account, PostRef::new(kept.post.at.id.clone(), tag), receipt, kept))
        })
        .await?;
    let is_on = wish.unwrap_or(receipt.is_none());
    let answer = Signed { conversation: kept.conversation, who: kept.post.author.name.clone(), is_on };
    if is_on == receipt.is_some() {
        return Ok(answer);
    }
    let given = call(cx, account.id, |network, call| {
        let (at, receipt) = (at.clone(), receipt.clone());
        Box::pin(async move {
            let publish = network.publish().ok_or(NetworkError::NotOffered)?;
            match receipt {
                None => publish.sign(call, &at, sign).await.map(Some),
                Some(receipt) => publish.unsign(call, &at, sign, &receipt).await.map(|()| None),
            }
        })
    })
    .await?;
    let now = cx.now;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| match given {
            None => tx.signs().undo_mine(account.id, word(sign), post, now),
            Some(receipt) => {
                let is_new = tx.signs().put(&KeptSign {
                    account: account.id,
                    post: Some(post),
                    profile: Some(kept.author),
                    kind: word(sign),
                    is_mine: true,
                    remote_id: store::signs::mine_id(post),
                    receipt: Some(receipt),
                    at: now,
                })?;
                if is_new && kept.post.visibility != Visibility::Direct { tie::signed(tx, kept.author, true, now) } else { Ok(()) }
            }
        })
        .await?;
    Ok(answer)
}
