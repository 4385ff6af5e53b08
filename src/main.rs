//! The `repere` program: arguments in, exit code out. Everything else lives in the library.

use std::process::ExitCode;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match std::panic::catch_unwind(|| repere::cli::run(std::env::args_os())) {
        Ok(code) => code,
        // The panic has told where; the code tells scripts that the site is not to blame.
        Err(_) => ExitCode::from(70),
    }
}
