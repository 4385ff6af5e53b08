//! Who is signed in. The cookie holds a random token; the store keeps only its hash and ends idle and old sign-ins.
//!
//! Entry points: the extractors [`Signed`] and [`Halfway`], [`cookie`] and [`no_cookie`].

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use subtle::ConstantTimeEq as _;

use crate::calendar::form::Fields;
use crate::calendar::{Actor, Role, Session};
use crate::host::App;
use crate::host::desk::{Desk, now, see};
use crate::store::SignedIn;
use crate::templates::Context;

/// Somebody who is signed in, at their desk.
pub(in crate::host) struct Signed {
    pub(super) desk: Desk,
    pub(super) who: SignedIn,
}

impl Signed {
    /// The values every page of the staff area has.
    pub(super) fn context(&self, path: &str) -> Context {
        self.desk
            .context(path)
            .with("me", &self.who.staff)
            .with("coordinator", &self.is_coordinator())
            .with("csrf", &self.who.csrf)
    }

    pub(super) fn is_coordinator(&self) -> bool {
        self.who.staff.role == Role::Coordinator
    }

    /// Trainers see their own sessions, coordinators all.
    pub(super) fn may_see(&self, session: &Session) -> bool {
        self.is_coordinator() || session.trainers.contains(&self.who.staff.id)
    }

    pub(super) fn actor(&self) -> Actor {
        Actor::Staff(self.who.staff.id.clone())
    }

    /// Only coordinators go on.
    pub(super) fn coordinator(&self) -> Result<(), Response<Body>> {
        if self.is_coordinator() { Ok(()) } else { Err(self.desk.message(StatusCode::FORBIDDEN, "not_yours")) }
    }

    /// The form was served to this sign-in.
    pub(super) fn own_form(&self, fields: &Fields) -> Result<(), Response<Body>> {
        let own = fields.get("csrf").as_bytes().ct_eq(self.who.csrf.as_bytes());
        if bool::from(own) { Ok(()) } else { Err(self.desk.message(StatusCode::FORBIDDEN, "old_form")) }
    }
}

/// Somebody signed in who may still have to set up the second step: for that page and for signing out.
pub(in crate::host) struct Halfway(pub(super) Signed);

impl FromRequestParts<Arc<App>> for Signed {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let Halfway(signed) = Halfway::from_request_parts(parts, app).await?;
        // A password alone opens nothing.
        if signed.who.staff.has_second_factor { Ok(signed) } else { Err(see(super::second_factor::ADDRESS)) }
    }
}

impl FromRequestParts<Arc<App>> for Halfway {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let desk = Desk::from_request_parts(parts, app).await?;
        let Some(token) = token(&parts.headers, &desk) else { return Err(see("/equipe/connexion")) };
        match desk.store().signed_in(&token, now()).await {
            Ok(Some(who)) => Ok(Self(Signed { desk, who })),
            Ok(None) => Err(see("/equipe/connexion")),
            Err(error) => Err(desk.failed(error)),
        }
    }
}

/// The token of the sign-in's cookie.
pub(super) fn token(headers: &HeaderMap, desk: &Desk) -> Option<String> {
    let name = name(desk);
    let pairs = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(known, _)| *known == name);
    values.next().map(|(_, value)| value.to_owned()).filter(|value| (32..=128).contains(&value.len()))
}

/// The cookie of a new sign-in.
pub(super) fn cookie(desk: &Desk, token: &str) -> HeaderValue {
    write(&format!("{}={token}; {}", name(desk), attributes(desk)))
}

/// What makes the browser forget it.
pub(super) fn no_cookie(desk: &Desk) -> HeaderValue {
    write(&format!("{}=; {}; Max-Age=0", name(desk), attributes(desk)))
}

/// `__Host-` needs TLS and the whole site as path; without TLS (a machine of one's own) the path is the staff area.
fn name(desk: &Desk) -> &'static str {
    named(desk.https())
}

fn named(https: bool) -> &'static str {
    if https { "__Host-repere" } else { "repere_session" }
}

fn attributes(desk: &Desk) -> &'static str {
    described(desk.https())
}

fn described(https: bool) -> &'static str {
    if https { "Path=/; Secure; HttpOnly; SameSite=Strict" } else { "Path=/equipe; HttpOnly; SameSite=Strict" }
}

fn write(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_the_host() {
        assert!(named(true).starts_with("__Host-"));
        for part in ["Path=/;", "Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(described(true).contains(part), "{part}");
        }
        assert!(!described(true).contains("Domain") && !described(false).contains("Secure"));
    }
}
