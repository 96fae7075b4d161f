//! People: who they are to us, one person's page, and what is changed about them. Begin with [`people`].

pub mod edit;
pub mod people;
pub mod person;
