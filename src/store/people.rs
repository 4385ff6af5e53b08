//! Staff, invitations and sign-ins.

use anyhow::Result;

use crate::calendar::{Epoch, Role, Staff};

use super::{Error, Store};

/// A sign-in that is still good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Names it for revocation; not the token.
    pub id: String,
    /// Whose.
    pub staff: String,
    /// Since when.
    pub created: Epoch,
    /// Last used (kept to the minute).
    pub used: Epoch,
    /// What the browser called itself, shortened.
    pub agent: String,
}

/// Who is signed in, by which sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub staff: Staff,
    /// The sign-in.
    pub sign_in: SignIn,
    /// Secret bound to the sign-in, for hidden fields of forms (hex).
    pub csrf: String,
}

/// A sign-in unused for this long is over.
pub(super) const IDLE: Epoch = 2 * 3600;
/// A sign-in is over after this long in any case.
pub(super) const ABSOLUTE: Epoch = 12 * 3600;
/// How long an invitation to choose a password is good.
pub(super) const INVITATION: Epoch = 7 * 86_400;

impl Store {
    /// A first-run link's token, when nobody can sign in as coordinator yet: the caller prints its address. Each call
    /// makes a new one and ends the one before. Used through [`Store::complete_bootstrap`].
    pub async fn bootstrap(&self, now: Epoch) -> Result<Option<String>> {
        let _ = now;
        unimplemented!()
    }

    /// Whether a first-run token is good.
    pub async fn is_bootstrap(&self, token: &str, now: Epoch) -> Result<bool> {
        let _ = (token, now);
        unimplemented!()
    }

    /// Creates the first coordinator; the first-run link ends with it. `password_hash` comes from
    /// [`crate::calendar::staff::hash_password`].
    pub async fn complete_bootstrap(
        &self,
        token: &str,
        name: &str,
        email: &str,
        password_hash: &str,
        now: Epoch,
    ) -> Result<Staff, Error> {
        let _ = (token, name, email, password_hash, now);
        unimplemented!()
    }

    /// Adds somebody without a password and writes them an invitation; its token comes back too, for `staff add` to print.
    /// Refused when the address is already used.
    pub async fn add_staff(&self, name: &str, email: &str, role: Role, now: Epoch) -> Result<(Staff, String), Error> {
        let _ = (name, email, role, now);
        unimplemented!()
    }

    /// Whom an invitation is for.
    pub async fn invited(&self, token: &str, now: Epoch) -> Result<Option<Staff>> {
        let _ = (token, now);
        unimplemented!()
    }

    /// Sets the first password by an invitation, which ends with it.
    pub async fn accept_invitation(&self, token: &str, password_hash: &str, now: Epoch) -> Result<Staff, Error> {
        let _ = (token, password_hash, now);
        unimplemented!()
    }

    /// Everybody, by name.
    pub async fn staff(&self) -> Result<Vec<Staff>> {
        unimplemented!()
    }

    /// Somebody by address, with the password's hash. Inactive people are not found.
    pub async fn staff_by_email(&self, email: &str) -> Result<Option<(Staff, Option<String>)>> {
        let _ = email;
        unimplemented!()
    }

    /// Switches somebody off or on; off ends their sign-ins.
    pub async fn set_staff_active(&self, id: &str, active: bool) -> Result<(), Error> {
        let _ = (id, active);
        unimplemented!()
    }

    /// Starts a sign-in after the password was verified. The token goes into the cookie; only its hash is kept.
    pub async fn sign_in(&self, staff: &str, agent: &str, now: Epoch) -> Result<String> {
        let _ = (staff, agent, now);
        unimplemented!()
    }

    /// Who a cookie's token belongs to; ends idle and old sign-ins.
    pub async fn signed_in(&self, token: &str, now: Epoch) -> Result<Option<SignedIn>> {
        let _ = (token, now);
        unimplemented!()
    }

    /// Ends the sign-in of a token.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let _ = token;
        unimplemented!()
    }

    /// The sign-ins of somebody that are still good.
    pub async fn sign_ins(&self, staff: &str, now: Epoch) -> Result<Vec<SignIn>> {
        let _ = (staff, now);
        unimplemented!()
    }

    /// Ends one sign-in of somebody.
    pub async fn revoke(&self, staff: &str, sign_in: &str) -> Result<()> {
        let _ = (staff, sign_in);
        unimplemented!()
    }

    /// A new secret address for a trainer's own feed; the one before ends.
    pub async fn new_feed(&self, staff: &str) -> Result<String> {
        let _ = staff;
        unimplemented!()
    }

    /// Whose feed a token opens.
    pub async fn feed_owner(&self, token: &str) -> Result<Option<Staff>> {
        let _ = token;
        unimplemented!()
    }
}
