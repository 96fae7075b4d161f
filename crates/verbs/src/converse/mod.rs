//! Converse: what is said to us and around us, in threads, with whose turn it is; and what we answer.
//! It does not send (that is publish) and does not look for talk elsewhere (that is listen).
//! Begin with [`take_in`], the one way in for posts, then [`turn`] and [`refresh`].

pub mod answering;
pub mod colleagues;
pub mod inbox;
pub mod landed;
pub mod later;
pub mod mend;
pub mod notes;
pub mod private;
pub mod promises;
pub mod refresh;
pub mod replay;
pub mod reply;
pub mod sign;
pub mod sitting;
pub mod stream;
pub mod sync;
pub mod take_in;
pub mod talk;
pub mod today;
pub mod turn;
pub mod webmention;
pub(crate) mod words;

pub use landed::{landed, not_landed};
pub use mend::fetch_thread;
pub use stream::stream;
pub use take_in::{Arrival, take_down, take_in};
pub use words::{first_name, is_closing, is_question, snippet};
