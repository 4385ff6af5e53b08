//! Pages, sections and terms by name: `get_page`, `get_section`, `get_taxonomy`, `get_taxonomy_term`,
//! `get_taxonomy_url`. Each names a thing whose value the engine has made once for the whole build.

use std::borrow::Cow;
use std::path::Path;

use super::super::trace::{Read, note};
use super::call::{Answer, Call, Given};
use super::{or_draft, or_near, urls};
use crate::config::{Dialect, slugify_path};
use crate::content::{Library, Node, Taxonomy, TaxonomyKey};

const TOO_EARLY: &str = "nothing can be looked up while content is templated: call this in a template";

/// `get_page(path, lang, allow_missing=false)`.
pub(super) fn get_page(call: &Call) -> Answer {
    looked_up(call, Read::Page)?;
    match find(call)? {
        Some(Node::Page(key)) => Ok(Given::Page(key)),
        _ => missing(call, "page"),
    }
}

/// `get_section(path, metadata_only=false, lang, allow_missing=false)`.
pub(super) fn get_section(call: &Call) -> Answer {
    // What is not a truth value means "with its pages", as in Zola.
    let with_pages = !call.get("metadata_only").is_some_and(|value| *value == true);
    looked_up(call, |path, lang| Read::Section(path, lang, with_pages))?;
    match find(call)? {
        Some(Node::Section(key)) => Ok(Given::Section(key, with_pages)),
        _ => missing(call, "section"),
    }
}

/// Leaves a note. While content is templated nothing is found, whatever the site has.
fn looked_up(call: &Call, read: impl FnOnce(String, String) -> Read) -> Result<(), String> {
    if call.shared.full.get().is_some() {
        let (path, lang) = (named(call)?.into_owned(), call.language()?);
        note(|| read(path, lang));
    }
    Ok(())
}

fn find(call: &Call) -> Result<Option<Node>, String> {
    let path = &*named(call)?;
    let lang = call.language()?;
    let Some(library) = call.shared.full.get() else { return Ok(None) };
    let localized = urls::localized(call.shared, path, &lang).and_then(|path| library.node(&path));
    Ok(match call.shared.loaded.dialect {
        // A language that is named is put into the file's name; without one, `a/_index.fr.md` is found as it is.
        Dialect::Zola022 => localized,
        // Whatever language the path tells, the one that is asked for is found.
        Dialect::Zola023 => localized.filter(|node| lang_of(library, *node) == lang).or_else(|| {
            let canonical = canonical_of(library, library.node(path)?);
            library.node(&urls::localized(call.shared, canonical, &lang)?)
        }),
    })
}

/// The path that a call names, below the content folder: `translations` tell whole paths.
fn named<'a>(call: &'a Call<'_>) -> Result<Cow<'a, str>, String> {
    let path = plain(call.must_text("path")?);
    if !path.starts_with('/') {
        return Ok(path);
    }
    let root = &call.shared.loaded.root;
    let below = |folder| Path::new(&*path).strip_prefix(root.join(folder)).ok().and_then(Path::to_str);
    let own = below("content").map(str::to_owned);
    let own = own.or_else(|| below("episodes").map(|rest| format!("podcast/{rest}")));
    Ok(own.map_or(path, Cow::Owned))
}

/// `blog//a.md`, `./blog/a.md` and `blog/a.md/` are `blog/a.md`: themes put paths together.
fn plain(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && !path.contains("./") && !path.ends_with(['/', '.']) {
        return Cow::Borrowed(path);
    }
    let parts = path.split('/').enumerate().filter(|(at, part)| *part != "." && !(part.is_empty() && *at > 0));
    Cow::Owned(parts.map(|(_, part)| part).collect::<Vec<_>>().join("/"))
}

fn lang_of(library: &Library, node: Node) -> &str {
    match node {
        Node::Page(key) => &library[key].lang,
        Node::Section(key) => &library[key].lang,
    }
}

/// The path of a page or section without its language.
fn canonical_of(library: &Library, node: Node) -> &str {
    match node {
        Node::Page(key) => &library[key].file.canonical,
        Node::Section(key) => &library[key].file.canonical,
    }
}

fn missing(call: &Call, what: &str) -> Answer {
    if call.flag("allow_missing", false)? {
        return Ok(Given::NONE);
    }
    let path = call.must_text("path")?;
    let Some(library) = full(call) else { return Err(format!("`get_{what}`: {TOO_EARLY}")) };
    let lang = call.language()?;
    if let Some(canonical) = in_default_language(call, library, path, &lang) {
        return Err(format!(
            "`get_{what}`: `lang` puts the language into the file's name, so write `{canonical}` instead of `{path}`"
        ));
    }
    let localized = urls::localized(call.shared, path, &lang);
    let why = or_draft(&named(call)?, library, localized.as_deref());
    Err(format!("`get_{what}`: there is no {what} `{path}` in the language `{lang}`{why}"))
}

/// The name that finds in `lang` what `path` names with its language.
fn in_default_language<'a>(call: &Call, library: &'a Library, path: &str, lang: &str) -> Option<&'a str> {
    let node = library.node(path).filter(|node| lang_of(library, *node) == lang)?;
    let canonical = canonical_of(library, node);
    let found = urls::localized(call.shared, canonical, lang).and_then(|path| library.node(&path));
    (canonical != path && found.is_some()).then_some(canonical)
}

/// The taxonomy that a call names.
fn taxonomy<'a>(call: &Call, library: Option<&'a Library>) -> Result<Option<(TaxonomyKey, &'a Taxonomy)>, String> {
    let kind = call.must_text("kind")?;
    let lang = call.language()?;
    let Some(library) = library else { return Ok(None) };
    let key = library.taxonomy_named(kind, &lang, call.shared.loaded.dialect);
    Ok(key.map(|key| (key, &library[key])))
}

fn full<'a>(call: &Call<'a>) -> Option<&'a Library> {
    call.shared.full.get().map(|library| &**library)
}

fn unknown_taxonomy(call: &Call, function: &str) -> Answer {
    if !call.flag("required", true)? {
        return Ok(Given::NONE);
    }
    if full(call).is_none() {
        return Err(format!("`{function}`: {TOO_EARLY}"));
    }
    let kind = call.must_text("kind")?;
    let (lang, default) = (call.language()?, &call.shared.loaded.config.default_language);
    let all = || full(call).into_iter().flat_map(|library| &library.taxonomies);
    let Some(elsewhere) = all().filter(|other| other.kind.name == kind).map(|other| &other.lang).min() else {
        let known = all().filter(|other| other.lang == lang).map(|other| other.kind.name.as_str());
        return Err(format!(
            "`{function}`: the site has no taxonomy `{kind}` in this language{}",
            or_near(kind, known)
        ));
    };
    let place = if lang == *default { String::new() } else { format!(" of `[languages.{lang}]`") };
    Err(format!(
        "`{function}`: there is a taxonomy `{kind}` in `{elsewhere}`, not in `{lang}`: name it in `taxonomies`{place} too, or give `required=false`"
    ))
}

/// `get_taxonomy(kind, lang, required=true)`.
pub(super) fn get_taxonomy(call: &Call) -> Answer {
    if full(call).is_some() {
        let (kind, lang) = (call.must_text("kind")?.to_owned(), call.language()?);
        note(|| Read::Taxonomy(kind, lang));
    }
    match taxonomy(call, full(call))? {
        Some((key, _)) => Ok(Given::Taxonomy(key)),
        None => unknown_taxonomy(call, "get_taxonomy"),
    }
}

/// `get_taxonomy_term(kind, term, lang, include_pages=true, required=true)`: by name, else by slug (dialect 0.23).
pub(super) fn get_taxonomy_term(call: &Call) -> Answer {
    let wanted = call.must_text("term")?;
    if full(call).is_some() {
        let (kind, lang) = (call.must_text("kind")?.to_owned(), call.language()?);
        let with_pages = call.flag("include_pages", true)?;
        note(|| Read::Term(kind, wanted.to_owned(), lang, with_pages));
    }
    let Some((key, taxonomy)) = taxonomy(call, full(call))? else {
        return unknown_taxonomy(call, "get_taxonomy_term");
    };
    let by_name = taxonomy.items.iter().position(|term| term.name == wanted);
    let by_slug = || match call.shared.loaded.dialect {
        Dialect::Zola022 => None,
        Dialect::Zola023 => taxonomy.items.iter().position(|term| term.slug == wanted),
    };
    match by_name.or_else(by_slug) {
        Some(index) => Ok(Given::Term(key, index, call.flag("include_pages", true)?)),
        None if !call.flag("required", true)? => Ok(Given::NONE),
        None => Err(no_term("get_taxonomy_term", taxonomy, wanted, full(call))),
    }
}

/// `get_taxonomy_url(kind, term, lang, required=true)`; `name` is the older word for `term`, the only one of dialect 0.22.
pub(super) fn get_taxonomy_url(call: &Call) -> Answer {
    let wanted = match (call.shared.loaded.dialect, call.text("term")?) {
        (Dialect::Zola023, Some(term)) => term,
        _ => call.must_text("name")?,
    };
    // Shortcodes of the older dialect may ask before anything is rendered.
    let library = match call.shared.loaded.dialect {
        Dialect::Zola022 => call.shared.library(),
        Dialect::Zola023 => call.shared.full.get().cloned(),
    };
    if library.is_some() {
        let (kind, lang) = (call.must_text("kind")?.to_owned(), call.language()?);
        note(|| Read::TermUrl(kind, wanted.to_owned(), lang));
    }
    let Some((_, taxonomy)) = taxonomy(call, library.as_deref())? else {
        return unknown_taxonomy(call, "get_taxonomy_url");
    };
    let slug = slugify_path(wanted, call.shared.loaded.config.slugify.taxonomies);
    let by_name = taxonomy.items.iter().find(|term| term.name == wanted);
    match by_name.or_else(|| taxonomy.items.iter().find(|term| term.slug == slug)) {
        Some(term) => Ok(Given::Safe(term.permalink.clone())),
        None => Err(no_term("get_taxonomy_url", taxonomy, wanted, library.as_deref())),
    }
}

fn no_term(function: &str, taxonomy: &Taxonomy, wanted: &str, library: Option<&Library>) -> String {
    let (kind, known) = (&taxonomy.kind.name, taxonomy.items.iter().map(|term| term.name.as_str()));
    // A page asks for its own terms, but without its language.
    let others = library.into_iter().flat_map(|library| &library.taxonomies).filter(|other| other.kind.name == *kind);
    let elsewhere = others.filter(|other| other.items.iter().any(|term| term.name == wanted)).map(|other| &other.lang);
    match elsewhere.min() {
        Some(lang) => format!(
            "`{function}`: `{kind}` has the term `{wanted}` in `{lang}`, not in this language: give `lang=lang`"
        ),
        None => format!("`{function}`: `{kind}` has no term `{wanted}`{}", or_near(wanted, known)),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_path_put_together_is_made_plain() {
        assert_eq!(plain("blog//_index.md"), "blog/_index.md");
        assert_eq!(plain("./blog/./a.md"), "blog/a.md");
        assert_eq!(plain("blog/a.md/"), "blog/a.md");
        assert_eq!(plain("blog/a.md//."), "blog/a.md");
        assert_eq!(plain("blog/a.md"), "blog/a.md");
        assert_eq!(plain("/blog//a.md"), "/blog/a.md");
    }
}
