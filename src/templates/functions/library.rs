//! Pages, sections and terms by name: `get_page`, `get_section`, `get_taxonomy`, `get_taxonomy_term`,
//! `get_taxonomy_url`. Each hands out a value made once for the whole build.

use tera::{Kwargs, State, TeraResult, Value};

use super::super::Shared;
use super::{error, language, urls};
use crate::config::SlugifyStrategy;
use crate::content::{Node, Taxonomy, TaxonomyKey};

const TOO_EARLY: &str = "nothing can be looked up while content is templated: call this in a template";

/// `get_page(path, lang, allow_missing=false)`.
pub(super) fn get_page(shared: &Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Value> {
    let found = find(shared, kwargs, state)?;
    match found {
        Some((Node::Page(key), values)) => Ok(values.page(key)),
        _ => missing(shared, kwargs, "page"),
    }
}

/// `get_section(path, metadata_only=false, lang, allow_missing=false)`.
pub(super) fn get_section(shared: &Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Value> {
    let without_pages = kwargs.get::<bool>("metadata_only")?.unwrap_or(false);
    match find(shared, kwargs, state)? {
        Some((Node::Section(key), values)) if without_pages => Ok(values.section_without_pages(key)),
        Some((Node::Section(key), values)) => Ok(values.section(key)),
        _ => missing(shared, kwargs, "section"),
    }
}

type Found<'a> = Option<(Node, &'a super::super::LibraryValues)>;

fn find<'a>(shared: &'a Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Found<'a>> {
    let path = kwargs.must_get::<&str>("path")?;
    let lang = language(shared, kwargs, state)?;
    let Some((library, values)) = shared.full.get() else { return Ok(None) };
    // `ancestors` and `subsections` list real file names (`a/_index.en.md`): those are found as they are.
    let localized = urls::localized(shared, path, &lang).and_then(|path| library.node(&path));
    let node = localized.or_else(|| library.node(path).filter(|node| lang_of(library, *node) == lang));
    Ok(node.map(|node| (node, values)))
}

fn lang_of(library: &crate::content::Library, node: Node) -> &str {
    match node {
        Node::Page(key) => &library[key].lang,
        Node::Section(key) => &library[key].lang,
    }
}

fn missing(shared: &Shared, kwargs: &Kwargs, what: &str) -> TeraResult<Value> {
    if kwargs.get::<bool>("allow_missing")?.unwrap_or(false) {
        return Ok(Value::none());
    }
    let path = kwargs.must_get::<&str>("path")?;
    if shared.full.get().is_none() {
        return Err(error(format!("`get_{what}`: {TOO_EARLY}")));
    }
    Err(error(format!("`get_{what}`: there is no {what} `{path}` in this language")))
}

fn required(kwargs: &Kwargs) -> TeraResult<bool> {
    Ok(kwargs.get::<bool>("required")?.unwrap_or(true))
}

/// A taxonomy by its name or its slug.
fn taxonomy<'a>(shared: &'a Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Option<(TaxonomyKey, &'a Taxonomy)>> {
    let kind = kwargs.must_get::<&str>("kind")?;
    let lang = language(shared, kwargs, state)?;
    let Some((library, _)) = shared.full.get() else { return Ok(None) };
    let by_slug =
        library.taxonomies.iter().position(|t| t.lang == lang && (t.kind.slug == kind || t.kind.name == kind));
    Ok(by_slug.map(|index| (TaxonomyKey(index as u32), &library.taxonomies[index])))
}

fn unknown_taxonomy(shared: &Shared, kwargs: &Kwargs, function: &str) -> tera::Error {
    if shared.full.get().is_none() {
        return error(format!("`{function}`: {TOO_EARLY}"));
    }
    let kind = kwargs.get::<&str>("kind").ok().flatten().unwrap_or_default();
    error(format!("`{function}`: the site has no taxonomy `{kind}` in this language"))
}

/// `get_taxonomy(kind, lang, required=true)`.
pub(super) fn get_taxonomy(shared: &Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Value> {
    match (taxonomy(shared, kwargs, state)?, shared.full.get()) {
        (Some((key, _)), Some((_, values))) => Ok(values.taxonomy(key)),
        _ if required(kwargs)? => Err(unknown_taxonomy(shared, kwargs, "get_taxonomy")),
        _ => Ok(Value::none()),
    }
}

/// `get_taxonomy_term(kind, term, lang, include_pages=true, required=true)`: by name, else by slug.
pub(super) fn get_taxonomy_term(shared: &Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Value> {
    let wanted = kwargs.must_get::<&str>("term")?;
    let required = required(kwargs)?;
    let (Some((key, taxonomy)), Some((_, values))) = (taxonomy(shared, kwargs, state)?, shared.full.get()) else {
        return if required { Err(unknown_taxonomy(shared, kwargs, "get_taxonomy_term")) } else { Ok(Value::none()) };
    };
    let by_name = taxonomy.items.iter().position(|term| term.name == wanted);
    let Some(index) = by_name.or_else(|| taxonomy.items.iter().position(|term| term.slug == wanted)) else {
        if !required {
            return Ok(Value::none());
        }
        return Err(error(format!("`get_taxonomy_term`: `{}` has no term `{wanted}`", taxonomy.kind.name)));
    };
    let with_pages = kwargs.get::<bool>("include_pages")?.unwrap_or(true);
    Ok(if with_pages { values.term(key, index) } else { values.term_without_pages(key, index) })
}

/// `get_taxonomy_url(kind, term, lang, required=true)`; `name` is the older word for `term`.
pub(super) fn get_taxonomy_url(shared: &Shared, kwargs: &Kwargs, state: &State) -> TeraResult<Value> {
    let wanted = match kwargs.get::<&str>("term")? {
        Some(term) => term,
        None => kwargs.must_get::<&str>("name")?,
    };
    let Some((_, taxonomy)) = taxonomy(shared, kwargs, state)? else {
        if !required(kwargs)? {
            return Ok(Value::none());
        }
        return Err(unknown_taxonomy(shared, kwargs, "get_taxonomy_url"));
    };
    let slug = match shared.loaded.config.slugify.taxonomies {
        SlugifyStrategy::On => slug::slugify(wanted),
        SlugifyStrategy::Safe | SlugifyStrategy::Off => wanted.to_owned(),
    };
    let by_name = taxonomy.items.iter().find(|term| term.name == wanted);
    match by_name.or_else(|| taxonomy.items.iter().find(|term| term.slug == slug)) {
        Some(term) => Ok(Value::safe_string(&term.permalink)),
        None => Err(error(format!("`get_taxonomy_url`: `{}` has no term `{wanted}`", taxonomy.kind.name))),
    }
}
