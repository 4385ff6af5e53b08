//! People who sign in: coordinators and trainers; their passwords and one-time codes.
//!
//! Entry points: [`Staff`], [`password_problem`], [`verify_password`] and [`totp`].

mod password;
pub mod totp;

pub use password::{LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password, password_problem, verify_password};

use serde::{Deserialize, Serialize};

use super::Epoch;
use super::words::words;

words! {
    /// What somebody who signs in may do.
    pub enum Role {
        /// Everything: sessions, requests, messages, staff.
        Coordinator = "coordinator",
        /// Their own sessions and who is registered there.
        Trainer = "trainer",
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Random text.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// E-mail address, lower case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// Whether an authenticator app is asked for a code after the password.
    pub has_second_factor: bool,
    /// When they were added.
    pub created: Epoch,
}
