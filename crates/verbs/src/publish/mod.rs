//! Saying something in several places, exactly once: fitting, planning, delivering, reconciling.
//! What is said to whom, and why, is not decided here. The heart is `deliver.rs`; begin with `plan.rs`, and see walk B in
//! ARCHITECTURE.md. Intent is committed before the wire is touched, and a doubt goes to `reconcile.rs`, never to the wire again.

pub mod around;
mod baggage;
pub(crate) mod begin;
pub mod by_hand;
pub mod calendar;
mod carded;
pub mod deliver;
pub mod doubts;
pub mod drafts;
pub mod feed;
pub mod filing;
pub mod fit;
pub mod follow;
mod habits;
pub mod history;
pub mod hours;
pub(crate) mod house;
pub mod import;
pub(crate) mod landed;
pub mod later;
pub mod mail;
mod named;
pub mod notebook;
pub mod own_site;
pub mod patience;
pub mod picture;
pub mod placed;
pub mod plan;
mod reconcile;
pub mod render;
pub mod said;
pub(crate) mod settle;
pub mod slots;
pub mod subjects;
pub mod tell;
pub mod there;
pub mod when;

pub use deliver::deliver;
pub use plan::{plan, plan_in};
pub use render::{Press, Rendered};
