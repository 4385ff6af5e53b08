//! The calendar for other programs: JSON over `/api/v1/`, described by `/api/v1/openapi.json`.
//!
//! Entry points: `router` lists the addresses; [`read`] answers what everybody may know, [`write`] takes registrations and
//! requests. Errors are RFC 9457 problems ([`problem`]). Everything comes from the public projection of a session: there is
//! no key that opens more. What staff may see leaves through `exports`.

mod problem;
mod read;
mod write;

pub(super) use problem::not_there;
pub(super) use read::{departements, description, figures, holidays, session, sessions};
pub(super) use write::{register, request};

/// The description, as it is served; a test holds it against the routes.
const OPENAPI: &str = include_str!("openapi.json");
