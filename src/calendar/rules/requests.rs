//! Rules of requests.
use super::{Decision, Fresh, Refusal, State};
use crate::calendar::SendRequest;
pub(super) fn send(_: &SendRequest, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn withdraw(_: &State, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn answer(_: &State, _: Option<&str>, _: &str, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
