//! Many tasks want the same of the store at about the same time. What waits is taken together when the writer gets to it, and asked in
//! one closure, so that the store works on many rows at once. Nobody is made to wait for company: whoever finds nobody waiting has the
//! closure put in line at once, and those who come until it runs go along. If it fails, each is asked by itself, so that one that can't
//! be done spoils nobody else's.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use model::{DeskId, Seat};
use store::{Store, StoreError, Tx};
use tokio::sync::oneshot;

use crate::{Cx, Done};

/// Asked together, at most.
const TOGETHER_MAX: usize = 128;

struct Waiting<Q, A> {
    asked: Q,
    tell: oneshot::Sender<Done<A>>,
}

type Rows<Q, A> = Arc<Mutex<HashMap<DeskId, VecDeque<Waiting<Q, A>>>>>;

/// Those who wait to ask the same, by desk.
pub struct Gather<Q, A>(Rows<Q, A>);

impl<Q, A> Default for Gather<Q, A> {
    fn default() -> Self {
        Gather(Arc::default())
    }
}

fn lock<Q, A>(rows: &Rows<Q, A>) -> MutexGuard<'_, HashMap<DeskId, VecDeque<Waiting<Q, A>>>> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<Q: Send + Sync + 'static, A: Send + 'static> Gather<Q, A> {
    /// Asks, together with whoever else waits at the seat's desk. `work` answers for each of the asked, in their order, within a
    /// transaction that writes; it may be run again for each alone.
    pub async fn ask<W>(&self, cx: Cx<'_>, asked: Q, work: W) -> Done<A>
    where
        W: Fn(&Tx<'_>, &[&Q]) -> Done<Vec<A>> + Clone + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let is_full = {
            let mut rows = lock(&self.0);
            let row = rows.entry(cx.seat.desk).or_default();
            row.push_back(Waiting { asked, tell });
            // One closure is in line for every so many who wait.
            row.len() % TOGETHER_MAX == 1
        };
        if is_full {
            // Its own task: whoever asked first may go away, and the others still want their answer.
            tokio::spawn(carry(self.0.clone(), cx.app.store.clone(), cx.seat.clone(), work));
        }
        told.await.unwrap_or_else(|_| Err(broke_off().into()))
    }
}

fn broke_off() -> StoreError {
    StoreError::Broken("the store's work broke off".into())
}

fn take<Q, A>(rows: &Rows<Q, A>, desk: DeskId) -> Vec<Waiting<Q, A>> {
    let mut rows = lock(rows);
    let Some(row) = rows.get_mut(&desk) else { return Vec::new() };
    let taken = row.drain(..row.len().min(TOGETHER_MAX)).collect();
    if row.is_empty() {
        rows.remove(&desk);
    }
    taken
}

/// Takes those who wait to the store, and tells each what came of it.
async fn carry<Q, A, W>(rows: Rows<Q, A>, store: Store, seat: Seat, work: W)
where
    Q: Send + Sync + 'static,
    A: Send + 'static,
    W: Fn(&Tx<'_>, &[&Q]) -> Done<Vec<A>> + Clone + Send + 'static,
{
    let taken: Arc<OnceLock<Vec<Waiting<Q, A>>>> = Arc::default();
    let answer = {
        let (taken, rows, work, desk) = (taken.clone(), rows.clone(), work.clone(), seat.desk);
        store
            .write(&seat, move |tx| {
                let together = taken.get_or_init(|| take(&rows, desk));
                let asked: Vec<&Q> = together.iter().map(|w| &w.asked).collect();
                if asked.is_empty() { Ok(Vec::new()) } else { work(tx, &asked) }
            })
            .await
    };
    taken.get_or_init(|| take(&rows, seat.desk));
    // The closure is gone, and its hold on them with it.
    let Some(together) = Arc::into_inner(taken).and_then(OnceLock::into_inner) else { return };
    match answer {
        Ok(answers) => {
            for (waiting, answer) in together.into_iter().zip(answers) {
                let _ = waiting.tell.send(Ok(answer));
            }
        }
        Err(error) if together.len() == 1 => {
            for waiting in together {
                let _ = waiting.tell.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for Waiting { asked, tell } in together {
                let work = work.clone();
                let alone = store.write(&seat, move |tx| work(tx, &[&asked])).await;
                let _ = tell.send(alone.and_then(|all| all.into_iter().next().ok_or_else(|| broke_off().into())));
            }
        }
    }
}
