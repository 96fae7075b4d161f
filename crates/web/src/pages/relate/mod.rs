//! People: who they are to us, one person's page, and what is changed about them. Begin with [`people`].
//! What is between two people is known to `verbs/src/relate`; here it is only shown.

pub mod contacts;
pub mod edit;
pub mod introduce;
pub mod people;
pub mod person;
pub mod rounds;
pub mod yes;
pub mod yes_open;
