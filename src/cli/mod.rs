//! One file per command; arguments to command to exit code.
