//! The parts that pages are drawn from, each as a struct that prints itself: `{{ row }}` in any template. A page fills
//! them in, so a misspelt or missing field doesn't build. Small marks are in `marks.rs`; rows have a template beside them.
//! Their look is `assets/hobnob.css`; nothing here asks a verb.

mod actions;
mod bars;
mod charts;
mod marks;
mod messages;
mod rows;
mod talk;
mod trials;

pub use actions::{Choice, Done, LaterChoice, LaterMenu, Pager, Radios, Tab, Tabs};
pub use bars::{BarSide, PlaceBars, SMALL_WEEKS, Share, TriedSpan, TwoSided, WeekBar, Weeks};
pub use charts::{Course, Dots};
pub use marks::{BRAND, Face, KindMark, Net, Nets, Side, TieMark, When};
pub use messages::{Empty, Hint, HintTone};
pub use rows::{Going, Mail, TalkActs, TalkRow, TurnRow, Weigh};
pub use talk::{Picture, PollCard, PollLine, PostAct, PostPart, QuoteCard, ReplyBox, Shot, shots};
pub use trials::{Day, Days, Tone, Whisker, signed};
