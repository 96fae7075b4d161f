//! The pages, one `.rs` and one `.html` side by side. Not a place for thinking: a page asks one verb and shows what it
//! says. Begin with [`keys`], the worked example.

pub mod converse;
pub mod desk;
pub mod keys;
pub mod listen;
pub mod more;
pub mod publish;
pub mod reflect;
pub mod relate;
