//! A site that shows no dialect, made as the one that builds it.
//!
//! Entry point: [`make`]. Such a site is taken for one of the newer dialect. Most templates are both; but what the older
//! engine lets pass (a field of a field that is not there, for instance) the newer one refuses while it runs, and no look at
//! a template tells that. So errors of templates, and of braces in code, are told only when the older dialect has some,
//! too. Not so those of prose: braces are words to the older dialect, and a writer's mistake would go online. Nor may
//! another text have tags that are meant to be run. The site is asked for as the newer one at each build: what the next
//! one is does not hang on what was built before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::make::make as as_told;
use super::remember::{Known, Made, Memory};
use super::{Options, Site, guess, load_guessed, tell_dialect};
use crate::config::walk::walk;
use crate::config::{Dialect, Loaded};
use crate::diagnostic::{Diagnostic, Level, Place};
use crate::markdown::Written;

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
    let (guessed, root) = (guess(&loaded), loaded.root.clone());
    let mut made = as_told(options, (loaded, sound), found, memory);
    if let Err(problems) = &mut made
        && may_be_older
    {
        if let Some(older) = as_older(options, memory, folder, (problems, &root)) {
            return older;
        }
        with_a_way_out(problems, &root);
    }
    if sound {
        tell_dialect(&guessed);
    }
    made
}

/// The site as one of the older dialect, when it is sound there; when it is not, the errors that both dialects share, if
/// nothing else is wrong. `None` when the older dialect explains nothing: then `problems` are what is told.
fn as_older(
    options: &Options,
    memory: &mut Memory,
    folder: Option<PathBuf>,
    (problems, root): (&[Diagnostic], &Path),
) -> Option<Result<Parts, Vec<Diagnostic>>> {
    let mut texts = Texts { root, known: BTreeMap::new() };
    let is_of_newer =
        |error: &&Diagnostic| is_of_templates(error) || texts.show(error, |text, at| text.is_code(at.line, at.column));
    let (of_newer, others): (Vec<_>, Vec<_>) = errors(problems).partition(is_of_newer);
    // A damaged memory is no fault of the site's.
    if of_newer.is_empty() || memory.is_damaged() || has_tags(root) {
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
    let number = match of_newer.len() {
        1 => "an error".to_owned(),
        several => format!("{several} errors"),
    };
    let message =
        format!("nothing shows which Zola this site is for: as one of 0.23 it has {number}, as one of 0.22 none");
    let mut told = Diagnostic::warning(message);
    if let Some(first) = of_newer.first() {
        told.place.clone_from(&first.place);
        told = told.help(format!("in 0.23: {}", first.message));
    }
    site.warnings.push(told.help("it was built as one of 0.22; `dialect = \"0.22\"` in repere.toml says so"));
    Some(Ok((site, made, known)))
}

/// The first error about braces in a text says what to do if they were meant as words.
fn with_a_way_out(problems: &mut [Diagnostic], root: &Path) {
    let mut texts = Texts { root, known: BTreeMap::new() };
    let mut errors = problems.iter_mut().filter(|problem| problem.level == Level::Error);
    if let Some(first) = errors.find(|error| texts.show(error, |text, at| text.has_braces(at.line))) {
        let help = "where a site is for Zola 0.22, such braces are words: `dialect = \"0.22\"` in repere.toml says so";
        first.help.push(help.to_owned());
    }
}

fn errors(problems: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    problems.iter().filter(|problem| problem.level == Level::Error)
}

fn is_of_templates(error: &Diagnostic) -> bool {
    error.place.as_ref().is_some_and(|place| place.file.starts_with("templates") || place.file.starts_with("themes"))
}

/// Whether a text of the content has tags that are meant to be run.
fn has_tags(root: &Path) -> bool {
    let files = walk(&root.join("content")).into_iter().filter_map(Result::ok);
    let mut texts = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "md"));
    texts.any(|entry| {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        Written::of(text).is_some_and(|written| written.has_tags())
    })
}

/// Texts of the content that errors are about, each read once.
struct Texts<'a> {
    root: &'a Path,
    known: BTreeMap<PathBuf, Option<Written>>,
}

impl Texts<'_> {
    /// Whether an error is about a text, and that text `shows` something at its place.
    fn show(&mut self, error: &Diagnostic, shows: impl Fn(&Written, &Place) -> bool) -> bool {
        let Some(place) = error.place.as_ref().filter(|place| place.file.starts_with("content")) else { return false };
        let read = || Written::of(std::fs::read_to_string(self.root.join(&place.file)).ok()?);
        let text = self.known.entry(place.file.clone()).or_insert_with(read);
        text.as_ref().is_some_and(|text| shows(text, place))
    }
}
