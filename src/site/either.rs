//! A site that shows no dialect, made as the one that builds it.
//!
//! Entry point: [`make`]. Such a site is taken for one of the newer dialect. Most templates are both; but what the older
//! engine lets pass (a field of a field that is not there, for instance) the newer one refuses while it runs, and no look at
//! a template tells that. So errors of templates are told only when the older dialect has some, too. Not so those of
//! texts: braces are words to the older dialect, and a writer's mistake would go online. The site is asked for as the
//! newer one at each build: what the next one is does not hang on what was built before.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::make::make as as_told;
use super::remember::{Known, Made, Memory};
use super::{Options, Site, guess, load_guessed, tell_dialect};
use crate::config::{Dialect, Loaded};
use crate::diagnostic::{Diagnostic, Level};

/// Made of a site: itself, its outputs, its texts and bodies.
pub(super) type Parts = (Site, BTreeMap<String, Made>, Known);

/// A site from its configuration, which is sound when it has no errors. `found` is what was told so far, `folder` where it
/// will be published.
pub(super) fn make(
    options: &Options,
    (loaded, sound): (Arc<Loaded>, bool),
    found: Vec<Diagnostic>,
    memory: &mut Memory,
    folder: Option<PathBuf>,
) -> Result<Parts, Vec<Diagnostic>> {
    let may_be_older = sound && loaded.may_be_older();
    let guessed = guess(&loaded);
    let made = as_told(options, (loaded, sound), found, memory);
    if let Err(problems) = &made
        && may_be_older
        && let Some(older) = as_older(options, memory, folder, problems)
    {
        return older;
    }
    if sound {
        tell_dialect(&guessed);
    }
    made.map_err(|problems| if may_be_older { with_a_way_out(problems) } else { problems })
}

/// The first error about braces in a text says what to do if they were meant as words.
fn with_a_way_out(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_of_braces = |problem: &&mut Diagnostic| {
        let place = problem.place.as_ref().filter(|_| problem.level == Level::Error);
        place.is_some_and(|place| place.file.starts_with("content") && place.source.contains('{'))
    };
    if let Some(first) = problems.iter_mut().find(is_of_braces) {
        let help = "where a site is for Zola 0.22, such braces are words: `dialect = \"0.22\"` in repere.toml says so";
        first.help.push(help.to_owned());
    }
    problems
}

/// The site as one of the older dialect, when it is sound there; when it is not, the errors that both dialects share, if
/// nothing else is wrong. `None` when the older dialect explains nothing: then `problems` are what is told.
fn as_older(
    options: &Options,
    memory: &mut Memory,
    folder: Option<PathBuf>,
    problems: &[Diagnostic],
) -> Option<Result<Parts, Vec<Diagnostic>>> {
    let (of_templates, others): (Vec<_>, Vec<_>) = errors(problems).partition(|error| is_of_templates(error));
    // A damaged memory is no fault of the site's.
    if of_templates.is_empty() || memory.is_damaged() {
        return None;
    }
    let mut found = Vec::new();
    let reason = "as one of 0.23 it cannot be built".to_owned();
    let loaded = load_guessed(options, &mut found, Some((Dialect::Zola022, reason))).ok()?;
    memory.begin(&loaded.0, options, folder);
    let guessed = guess(&loaded.0);
    let made = as_told(options, loaded, found, memory);
    let (mut site, made, known) = match made {
        Ok(parts) if others.is_empty() => parts,
        Err(found) => {
            let is_same = |(a, b): (&Diagnostic, &Diagnostic)| a.message == b.message && a.place == b.place;
            let is_rest = errors(&found).count() == others.len() && errors(&found).zip(others).all(is_same);
            if is_rest {
                tell_dialect(&guessed);
            }
            return is_rest.then_some(Err(found));
        }
        Ok(_) => return None,
    };
    tell_dialect(&guessed);
    // What is mended is not asked for its dialect again.
    memory.last = None;
    let number = match of_templates.len() {
        1 => "an error".to_owned(),
        several => format!("{several} errors"),
    };
    let message =
        format!("nothing shows which Zola this site is for: as one of 0.23 it has {number}, as one of 0.22 none");
    let mut told = Diagnostic::warning(message);
    if let Some(first) = of_templates.first() {
        told.place.clone_from(&first.place);
        told = told.help(format!("in 0.23: {}", first.message));
    }
    site.warnings.push(told.help("it was built as one of 0.22; `dialect = \"0.22\"` in repere.toml says so"));
    Some(Ok((site, made, known)))
}

fn errors(problems: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    problems.iter().filter(|problem| problem.level == Level::Error)
}

fn is_of_templates(error: &Diagnostic) -> bool {
    error.place.as_ref().is_some_and(|place| place.file.starts_with("templates") || place.file.starts_with("themes"))
}
