//! The pages of talk: Today, the inbox, a conversation, and what can be done with one.
//! Begin with `inbox.rs` and `talk.rs`; `acts.rs` holds what is pressed.

pub mod acts;
pub mod colleagues;
pub mod inbox;
pub mod later;
pub mod media;
mod rows;
mod shown;
pub mod sitting;
pub mod talk;
pub mod today;
pub mod webmention;
