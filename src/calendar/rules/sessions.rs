//! Rules of sessions.
use super::{Decision, Fresh, Refusal, State};
use crate::calendar::{NewSession, When};
pub(super) fn create(_: &State, _: &NewSession, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn edit(_: &State, _: u32, _: &NewSession, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn reschedule(_: &State, _: &When, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn publish(_: &State, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn postpone(_: &State, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn cancel(_: &State, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn finish(_: &State, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
