//! The front desk: first run, signing in, connecting accounts, the desk's own choices.
