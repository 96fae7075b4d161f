//! Asking for an introduction: a draft to the one in the middle, addressed and otherwise empty, and a record of the ask. The words are the
//! person's own; nothing is sent by this.

use model::{DraftId, Kind, PersonId, Visibility};
use networks::Network;
use store::drafts::KeptDraft;

use super::to_person;
use crate::publish::drafts;
use crate::relate::person::standing;
use crate::{Cx, Done, VerbError};

/// Begins the draft to `via`, who stands first on a way to `target`. Answers it.
pub async fn ask(cx: Cx<'_>, target: PersonId, via: PersonId) -> Done<DraftId> {
    let KeptDraft { draft, zone, .. } = drafts::fresh(cx).await?;
    let (networks, now, voice) = (cx.app.networks.clone(), cx.now, cx.seat.voice);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let (target, via) = (standing(tx, target)?, standing(tx, via)?);
            if via.more.is_no_go_between {
                return Err(VerbError::wrong("via", format!("{} asked not to be the one in the middle.", via.name)));
            }
            let found = to_person(tx, &target, super::WAYS_MAX, now)?;
            let way = found.ways.iter().find(|way| way.via().is_some_and(|stop| stop.id == via.id));
            let line = way.map(super::Way::line).ok_or_else(|| {
                VerbError::wrong("via", format!("{} no longer leads to {}, as far as this desk has read.", via.name, target.name))
            })?;
            let accounts = tx.accounts().list()?;
            let takes = |a: &&model::Account| networks.get(&a.network).is_some_and(Network::takes_posts);
            // Where we both are; a place where it can be said to them alone comes first.
            let mut both: Vec<(&model::Account, String, bool)> = Vec::new();
            for profile in tx.profiles().of_person(via.id)? {
                for account in accounts.iter().filter(takes).filter(|a| a.network == profile.profile.network) {
                    let is_quiet = account.rules.visibilities.contains(&Visibility::Direct);
                    both.push((account, profile.profile.handle.clone(), is_quiet));
                }
            }
            both.sort_by_key(|b| !b.2);
            let Some((account, handle, is_quiet)) = both.first() else {
                return Err(VerbError::wrong("via", format!("You have no account where {} is.", via.name)));
            };
            let mut draft = draft;
            draft.text = format!("@{handle} ");
            draft.kind = Kind::Asks;
            draft.visibility = if *is_quiet { Visibility::Direct } else { Visibility::Public };
            let id = draft.id;
            let kept = KeptDraft::new(draft, vec![account.id], &zone);
            drafts::save_in(tx, &kept, &[], now)?;
            tx.introductions().put((target.id, via.id), voice, &line, id, now)?;
            Ok(id)
        })
        .await
}
