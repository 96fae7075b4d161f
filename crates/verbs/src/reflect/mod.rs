//! Whether it takes us where we wanted: aims, links, visits, balance.

pub mod links;
