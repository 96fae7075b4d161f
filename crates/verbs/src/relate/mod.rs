//! The people: who they are, what is between us, how strong the tie is.
