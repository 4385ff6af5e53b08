//! Tera's errors as diagnostics.

use crate::diagnostic::Diagnostic;

/// The problem a person can repair behind an error of the template engine.
pub(super) fn diagnostic(error: &tera::Error) -> Diagnostic {
    Diagnostic::error(error.to_string())
}
