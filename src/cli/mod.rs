//! The command line: arguments in, exit code out; one file per command.
//!
//! Entry point: [`run`]. Problems are printed here and nowhere else. Exit codes: 0 all is well, 1 the site has errors,
//! 2 the program was called wrongly, 70 the program itself failed.

mod backup;
mod build;
mod check;
mod completion;
mod data;
mod host;
mod init;
mod progress;
mod serve;
mod staff;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Parser, Subcommand};

use crate::config::Dialect;
use crate::diagnostic::{self, Diagnostic, Level};

/// The site has errors.
const SITE_ERRORS: u8 = 1;

const AFTER_HELP: &str = "\
Exit codes: 0 all is well; 1 the site has errors; 2 wrong use; 70 a fault of the program.
REPERE_MOST_MEMORY (in MB) and REPERE_MOST_SECONDS (for one file) bound what build, check and serve may take.
The site is read from the current folder, or from --root: zola.toml (Zola's keys), repere.toml (ours), content/,
episodes/, templates/, static/, sass/, themes/.

  repere init mon-site      start a site
  repere serve              write it, with a page that follows every change
  repere build              write public/ in one go: a failed build leaves the old one";

/// Publishes prevention sites: pages, a podcast, toolkits and a calendar of awareness sessions.
#[derive(Debug, Parser)]
#[command(name = "repere", version, after_help = AFTER_HELP, propagate_version = true)]
pub struct Arguments {
    /// The folder the site lives in
    #[arg(short, long, global = true, default_value = ".", value_name = "FOLDER")]
    root: PathBuf,
    /// The configuration file, instead of zola.toml or config.toml; written before the command
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a site in a folder
    Init(init::Init),
    /// Write the site into its output folder
    Build(build::Build),
    /// Show the site to its writer, following every change
    Serve(serve::Serve),
    /// Build nothing, but tell everything that is wrong
    Check(check::Check),
    /// Serve the site and its calendar to everybody
    Host(host::Host),
    /// Print what a shell needs to complete these commands
    Completion(completion::Completion),
    /// Copy the calendar's database while the host runs
    Backup(backup::Backup),
    /// Look after the people who sign in to the calendar
    #[command(subcommand)]
    Staff(staff::Staff),
}

/// What every command needs to find the site.
#[derive(Debug, Clone)]
pub struct Place {
    /// The site's folder.
    pub root: PathBuf,
    /// The configuration file asked for.
    pub config: Option<PathBuf>,
}

/// Bytes of the stack of each thread: lists of templates may stand in one another a million deep. What nobody touches takes
/// no memory, but addresses: where these are few, smaller ones do.
const STACKS: [usize; 3] = [512 << 20, 32 << 20, 2 << 20];

/// Starts the threads that share the work.
fn share_work() {
    let addresses = rustix::process::getrlimit(rustix::process::Resource::As).current.unwrap_or(u64::MAX);
    let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|number| number.parse().ok()).filter(|n| *n > 0);
    let threads: u64 = asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get() as u64));
    // The rest of the program wants more than the half.
    let is_wide = addresses / 5 * 2 >= threads.saturating_mul(STACKS[0] as u64);
    let stacks = if is_wide { &STACKS[..] } else { &STACKS[1..] };
    let pool = rayon::ThreadPoolBuilder::new().spawn_handler(|thread| {
        // One that cannot be started gives back what it was to run.
        let slot = Arc::new(Mutex::new(Some(thread)));
        let start = |size: &usize| {
            let slot = Arc::clone(&slot);
            std::thread::Builder::new().stack_size(*size).spawn(move || {
                let thread = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                thread.into_iter().for_each(rayon::ThreadBuilder::run);
            })
        };
        let started = stacks.iter().map(start).find_map(Result::ok);
        started.map(drop).ok_or_else(|| std::io::Error::other("no thread can be started"))
    });
    if let Err(error) = pool.build_global() {
        tracing::debug!("threads: {error}");
    }
}

/// Runs the program with these arguments (the first is its name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Some(refusal) = dialect_refusal(std::env::var("REPERE_DIALECT").ok().as_deref()) {
        return fail(&[refusal]);
    }
    share_work();
    let place = Place { root: arguments.root, config: arguments.config };
    match arguments.command {
        Command::Init(command) => command.run(),
        Command::Build(command) => command.run(&place),
        Command::Serve(command) => command.run(&place),
        Command::Check(command) => command.run(&place),
        Command::Host(command) => command.run(&place),
        Command::Backup(command) => command.run(&place),
        Command::Completion(command) => command.run(),
        Command::Staff(command) => command.run(&place),
    }
}

/// A dialect that no Zola has.
fn dialect_refusal(dialect: Option<&str>) -> Option<Diagnostic> {
    let named = dialect.filter(|dialect| !dialect.is_empty() && Dialect::parse(dialect).is_none())?;
    let message = format!("REPERE_DIALECT names an unknown dialect `{named}`");
    Some(Diagnostic::error(message).help("the dialect is 0.22 or 0.23"))
}

/// Prints problems to the terminal.
pub(crate) fn print(found: &[Diagnostic]) {
    eprint!("{}", diagnostic::render(found));
}

/// Watches what the command takes from now on: what has no end ends with a sentence.
pub(crate) fn watch() {
    crate::work::watch(|fault| {
        progress::wipe();
        // Other threads go on until this very moment; none of them is just publishing (`work::whole`).
        let _ = fail(&[fault]);
        std::process::exit(i32::from(SITE_ERRORS));
    });
}

/// The same for a preview, which cannot go on either: what never ends cannot be left from outside.
pub(crate) fn watch_preview() {
    crate::work::watch(|fault| {
        progress::wipe();
        print(&[fault]);
        eprintln!("the preview has ended: mend this, then start `repere serve` again");
        std::process::exit(i32::from(SITE_ERRORS));
    });
}

/// Prints problems and their number: the end of a command that could not do its work.
pub(crate) fn fail(found: &[Diagnostic]) -> ExitCode {
    print(found);
    let errors = found.iter().filter(|d| d.level == Level::Error).count();
    eprintln!("{errors} error{}; nothing was published", if errors == 1 { "" } else { "s" });
    ExitCode::from(SITE_ERRORS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_unknown_dialect_is_refused_by_name() {
        assert!(dialect_refusal(Some("0.4")).unwrap().message.contains("0.4"));
        assert!(dialect_refusal(Some("0.22")).is_none() && dialect_refusal(None).is_none());
    }
}
