//! The build: load, plan, check, render, publish; and nothing else.

pub mod output;

pub use output::{Body, Output};
