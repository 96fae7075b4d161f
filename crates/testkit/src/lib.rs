//! The workshop: a throw-away store, a network of our own making with faults on demand, and scenes in a few lines of text.
//! Never a dependency of shipped code; used only under `tests/`. Begin with [`Scene`].

pub mod corpus;
pub mod fake;
pub mod scene;
pub mod store;

pub use fake::{FakeNetwork, Fault, Op, Temper};
pub use scene::Scene;
pub use store::TestStore;
