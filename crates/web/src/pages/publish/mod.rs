//! Writing, drafts, the calendar, and where what was written stands. Nothing is fitted or sent here: that is `verbs/src/publish`.
//! Begin with `write.rs`; `form.rs` reads its form.

mod acts;
mod calendar;
mod drafts;
pub mod feed;
mod form;
mod hand;
pub(crate) mod heed;
pub mod import;
pub mod notebook;
mod places;
pub mod share;
pub mod slots;
mod standing;
pub mod subjects;
mod there;
mod timing;
pub mod versions;
mod write;

pub use acts::{back, down, follow_again, moved, pick, restore, send_now, settle, throw};
pub use calendar::show as calendar;
pub use drafts::{list as drafts, picture};
pub use hand::CarryRow;
pub use hand::{bring_back, show as hand, thing};
pub use standing::change;
pub use there::{show as there, take as take_there};
pub use write::{fresh, keep, show};
