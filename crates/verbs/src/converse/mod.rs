//! Whose turn it is, and answering: bringing in what was said, threads, turns, replies.
