//! Reading the templates of the older dialect: the site's, the theme's under its own name and under the short one, the
//! built-in ones; then joining them: what extends what, where each macro is.
//!
//! Entry point: [`load`]. All faults of all files come back.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::super::broken::Faults;
use super::super::load::{BUILTIN, BUILTINS, sources};
use super::depth::too_deep;
use super::program::Program;
use super::{compile, report, spans};
use crate::config::Loaded;
use crate::diagnostic::{Diagnostic, Place, did_you_mean};

/// Built-in templates whose words differ in Tera 1.
const OLDER_BUILTINS: &[(&str, &str)] = &[
    ("__zola_builtins/atom.xml", include_str!("builtin/atom.xml")),
    ("__zola_builtins/summary-cutoff.html", include_str!("builtin/summary-cutoff.html")),
    ("__zola_builtins/robots.txt", include_str!("builtin/robots.txt")),
    ("__zola_builtins/rss.xml", include_str!("builtin/rss.xml")),
];

/// The texts of templates by name, with the file of each, to show where something went wrong.
pub(super) type Sources = BTreeMap<String, (String, String)>;

/// Every template, ready to run, and the texts they come from;
/// those that cannot be used are left out, with all that is wrong with them.
pub(super) fn load(loaded: &Loaded) -> (Program, Sources, Faults) {
    let (all, mut faults) = texts(loaded);
    let read: Vec<Result<tera1::Template, Diagnostic>> = all
        .par_iter()
        .map(|(name, (file, text))| {
            if let Some(fault) = too_deep(file, text) {
                return Err(fault);
            }
            compile::with_room(text, || tera1::Template::new(name, None, text))
                .map_err(|error| report::syntax(&error, file, text))
        })
        .collect();
    let mut parsed = BTreeMap::new();
    for (name, result) in all.keys().zip(read) {
        match result {
            Ok(template) => drop(parsed.insert(name.as_str(), template)),
            Err(fault) => faults.add(name, fault),
        }
    }
    let parents = parents(&parsed, &all, &mut faults);
    check_imports(&parsed, &all, &mut faults);
    // The number of a template is its place among all of them, those that cannot be used as well.
    let numbered: Vec<_> = all
        .iter()
        .enumerate()
        .filter_map(|(number, (name, (_, text)))| Some((number, name, parsed.get(name.as_str())?, text)))
        .collect();
    let mut program: Program = numbered
        .par_iter()
        .map(|(number, name, template, text)| {
            let compiled = compile::with_room(text, || compile::template(template, text, *number as u32));
            ((*name).clone(), compiled)
        })
        .collect();
    let mut namespaces = BTreeMap::new();
    for name in parsed.keys() {
        find_namespaces(name, &parsed, &parents, &mut namespaces);
    }
    for (name, template) in &mut program {
        template.parents = parents.get(name.as_str()).cloned().unwrap_or_default();
        template.namespaces = namespaces.remove(name.as_str()).unwrap_or_default();
    }
    drop(numbered);
    for (name, template) in parsed {
        compile::with_room(&all[name].1, || drop(template));
    }
    (program, all, faults)
}

fn texts(loaded: &Loaded) -> (Sources, Faults) {
    let mut all = Sources::new();
    for (name, text) in BUILTINS.iter().chain(OLDER_BUILTINS) {
        let file = format!("(built-in) {}", name.trim_start_matches(BUILTIN));
        all.insert((*name).to_owned(), (file, (*text).to_owned()));
    }
    let prefix = loaded.config.theme.as_ref().map(|theme| format!("{theme}/templates/"));
    let (found, faults) = sources(loaded);
    for source in found {
        // The site's come first: what the theme calls by the same short name stays in its shadow.
        let short = prefix.as_ref().and_then(|prefix| source.name.strip_prefix(prefix.as_str()));
        if let Some(short) = short {
            all.entry(short.to_owned()).or_insert_with(|| (source.shown.clone(), source.text.clone()));
        }
        all.insert(source.name, (source.shown, source.text));
    }
    (all, faults)
}

type Parsed<'a> = BTreeMap<&'a str, tera1::Template>;

/// What each template extends, the nearest first.
fn parents<'a>(parsed: &Parsed<'a>, all: &Sources, faults: &mut Faults) -> BTreeMap<&'a str, Vec<String>> {
    let mut found = BTreeMap::new();
    for (name, template) in parsed {
        let mut chain: Vec<String> = Vec::new();
        let mut met: HashSet<&str> = HashSet::from([*name]);
        let (mut at, mut above) = (*name, template.parent.as_deref());
        while let Some(parent) = above {
            let Some((parent, next)) = parsed.get_key_value(parent) else {
                if !all.contains_key(parent) {
                    let (file, text) = &all[at];
                    let place = Place::span(file, text, quoted_in_tag(text, "extends", parent));
                    let fault = Diagnostic::error(format!("there is no template `{parent}` to extend")).at(place);
                    faults.add(name, nearest(fault, parent, all));
                }
                break;
            };
            if !met.insert(parent) {
                let way: Vec<&str> = std::iter::once(*name).chain(chain.iter().map(String::as_str)).collect();
                let start = way.iter().position(|known| known == parent).unwrap_or_default();
                // Whatever extends one of them cannot be used as well, and the circle is told once.
                faults.add(name, circle(&way[start..], all));
                break;
            }
            chain.push((*parent).to_owned());
            (at, above) = (parent, next.parent.as_deref());
        }
        found.insert(*name, chain);
    }
    found
}

/// That templates extend each other in a circle, from the first of them by name.
fn circle(members: &[&str], all: &Sources) -> Diagnostic {
    let first = (0..members.len()).min_by_key(|at| members[*at]).unwrap_or_default();
    let mut way: Vec<&str> = [&members[first..], &members[..first]].concat();
    let name = way[0];
    way.push(name);
    let (file, text) = &all[name];
    let place = Place::span(file, text, quoted_in_tag(text, "extends", way[1]));
    let steps = way[1..].iter().map(|step| format!("`{step}`")).collect::<Vec<_>>().join(", then ");
    Diagnostic::error(format!("`{name}` extends itself")).at(place).help(format!("it extends {steps}"))
}

fn check_imports(parsed: &Parsed, all: &Sources, faults: &mut Faults) {
    for (name, template) in parsed {
        let (file, text) = &all[*name];
        for (from, _) in &template.imported_macro_files {
            if !all.contains_key(from.as_str()) {
                let fault = Diagnostic::error(format!("there is no template `{from}` to import macros from"))
                    .at(Place::span(file, text, quoted_in_tag(text, "import", from)));
                faults.add(name, nearest(fault, from, all));
            }
        }
    }
}

fn nearest(fault: Diagnostic, name: &str, all: &Sources) -> Diagnostic {
    match did_you_mean(name, all.keys().map(String::as_str).filter(|known| !known.starts_with(BUILTIN))) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("write `templates/{name}`, or choose a theme that has it")),
    }
}

/// Where the name of a template stands in the tag that names it.
fn quoted_in_tag(text: &str, word: &str, name: &str) -> std::ops::Range<usize> {
    let tags = spans::tags(text).into_iter().filter(|tag| spans::word(&text[tag.clone()]) == word);
    let found = tags.filter_map(|tag| text[tag.clone()].find(name).map(|at| tag.start + at)).next();
    found.map_or(0..0, |at| at..at + name.len())
}

/// The names before `::` that a template may use: those it imports, those of what it imports, those of what it extends.
fn find_namespaces<'a>(
    name: &str,
    parsed: &Parsed<'a>,
    parents: &BTreeMap<&'a str, Vec<String>>,
    found: &mut BTreeMap<&'a str, BTreeMap<String, String>>,
) {
    let Some((name, template)) = parsed.get_key_value(name) else { return };
    if found.contains_key(name) {
        return;
    }
    // Templates that import each other find what is known so far.
    found.insert(name, BTreeMap::new());
    let mut known = BTreeMap::new();
    if !template.macros.is_empty() {
        known.insert("self".to_owned(), (*name).to_owned());
    }
    for (from, namespace) in &template.imported_macro_files {
        known.insert(namespace.clone(), from.clone());
        find_namespaces(from, parsed, parents, found);
        merge(&mut known, found.get(from.as_str()));
    }
    for parent in &parents[name] {
        find_namespaces(parent, parsed, parents, found);
        merge(&mut known, found.get(parent.as_str()));
    }
    found.insert(name, known);
}

fn merge(known: &mut BTreeMap<String, String>, others: Option<&BTreeMap<String, String>>) {
    for (namespace, template) in others.into_iter().flatten() {
        known.entry(namespace.clone()).or_insert_with(|| template.clone());
    }
}
