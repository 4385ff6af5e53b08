//! The staff area: sign-in, sessions, requests, messages, people.
//!
//! Each file is one subject; `router` lists their addresses. Every handler but those of `access` takes [`Signed`]: who is
//! signed in, by a cookie that only `/equipe` sees. Every form carries the secret of the sign-in.

mod access;
mod account;
mod agenda;
mod downloads;
mod exports;
mod figures;
mod imports;
mod journal;
mod messages;
mod overview;
mod passwords;
mod people;
mod qr;
mod redact;
mod requests;
mod second_factor;
mod session;
mod session_form;
mod signed;

pub(super) use access::{
    accept_invitation, bootstrap, complete_bootstrap, invitation, sign_in, sign_in_code, sign_in_form, sign_out,
};
pub(super) use account::{page as account, revoke as revoke_sign_in};
pub(super) use agenda::{act as act_on_agenda, page as agenda};
pub(super) use downloads::page as downloads;
pub(super) use exports::file as export;
pub(super) use figures::{
    declare as declare_reached, page as figures, requests as figure_requests, sessions as figure_sessions,
};
pub(super) use imports::{LARGEST as LARGEST_IMPORT, form as import_form, take as take_import};
pub(super) use journal::page as journal;
pub(super) use messages::{
    html as message_html, list as messages, model, model_html, models, one as message, send_again,
};
pub(super) use overview::page as overview;
pub(super) use passwords::{ask as ask_reset, change as change_password, forgotten, replace as reset, reset_form};
pub(super) use people::{add as add_person, list as people, switch as switch_person};
pub(super) use redact::request as redact_request;
pub(super) use requests::{answer as answer_request, list as requests};
pub(super) use second_factor::{page as second_factor, renew as renew_codes, set as set_second_factor};
pub(super) use session::{act as act_on_session, cancel_registration, page as session};
pub(super) use session_form::{
    change as change_session, create as create_session, edit as edit_session, new as new_session,
};
pub(super) use signed::Signed;
