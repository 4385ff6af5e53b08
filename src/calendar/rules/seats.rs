//! Rules of seats.
use super::{Decision, Fresh, Refusal, State};
use crate::calendar::Register;
pub(super) fn register(_: &State, _: &Register, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn confirm(_: &State, _: &str, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn cancel(_: &State, _: &str, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn expire(_: &State, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
pub(super) fn change_capacity(_: &State, _: u32, _: Fresh<'_>) -> Result<Decision, Refusal> {
    unimplemented!()
}
