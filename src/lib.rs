//! repere publishes prevention sites: pages, a podcast, toolkits and a calendar of awareness sessions.
//!
//! Two journeys explain the whole program (ARCHITECTURE.md tells them at length):
//!
//! - **A page, from the writer to a phone.** [`site::build`] loads the site into a [`content`] library, plans its
//!   outputs, checks them, renders them and publishes a release in one rename; [`host`] keeps that release in memory.
//! - **A registration, from the form to the invitation.** [`host`] reads the form into a command, [`calendar`] decides,
//!   [`store`] commits the decision together with its messages, [`mail`] delivers them.
//!
//! The modules below are listed in reading order; nothing points back up the list except `cli`, which sees all.

pub mod diagnostic;
pub mod french;
pub mod memory;
pub mod output;
pub mod work;

pub mod config;
pub mod content;

pub mod markdown;
pub mod media;
pub mod templates;

pub mod find;
pub mod podcast;
pub mod search;
pub mod toolkit;

pub mod checks;
pub mod site;

pub mod calendar;
pub mod store;

pub mod mail;

pub mod host;

pub mod cli;
