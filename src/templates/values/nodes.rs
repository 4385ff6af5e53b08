//! Pages, sections, terms and pagers field by field.

use tera::{Map, Value};

use crate::content::{Library, Node, Page, Pager, Paginator, Rendered, Section, SectionKey, Term};

/// Fields of a page, about.
const FIELDS: usize = 35;

/// The pages beside a page.
pub(crate) struct Siblings {
    pub(crate) lower: Value,
    pub(crate) higher: Value,
}

impl Siblings {
    /// A page shown alone.
    pub(crate) fn none() -> Self {
        Self { lower: Value::none(), higher: Value::none() }
    }
}

/// A page or section while its own text is templated: what is made from texts is still empty, and so is what is known
/// once all are there.
pub(crate) fn early(library: &Library, node: Node) -> (&'static str, Value) {
    match node {
        Node::Page(key) => {
            let page = &library[key];
            let mut map = page_map(library, page, Siblings::none(), true);
            insert_reading(&mut map, &page.rendered);
            map.insert("translations".into(), list([]));
            ("page", Value::from(map))
        }
        Node::Section(key) => {
            let section = &library[key];
            let mut map = section_map(library, section, list([]));
            insert_reading(&mut map, &section.rendered);
            map.insert("subsections".into(), list([]));
            map.insert("translations".into(), list([]));
            ("section", Value::from(map))
        }
    }
}

/// The newer dialect shows the other addresses of a page or section.
pub(super) fn insert_aliases(map: &mut Map, aliases: &[String]) {
    map.insert("aliases".into(), Value::from_serializable(&aliases));
}

/// Words are counted as they are written, so they are known before anything is rendered.
fn insert_reading(map: &mut Map, rendered: &Rendered) {
    map.insert("word_count".into(), Value::from(rendered.word_count));
    map.insert("reading_time".into(), Value::from(rendered.reading_time));
}

/// What the Markdown of a page became.
pub(super) fn insert_body(map: &mut Map, rendered: &Rendered) {
    map.insert("content".into(), Value::from(rendered.html.as_str()));
    map.insert("summary".into(), optional(rendered.summary.as_deref()));
    map.insert("toc".into(), Value::from_serializable(&rendered.toc));
}

/// Every field of a page; what its Markdown became is left empty when nobody reads it.
pub(crate) fn page_map(library: &Library, page: &Page, siblings: Siblings, with_body: bool) -> Map {
    // A map that grew by itself would keep twice the room.
    let mut map = Map::with_capacity(FIELDS + page.meta.facets.len());
    let date = page.meta.date.as_ref();
    map.insert("relative_path".into(), Value::from(page.file.relative.as_str()));
    map.insert("colocated_path".into(), optional(page.file.colocated_path.as_deref()));
    map.insert("content".into(), Value::none());
    map.insert("permalink".into(), Value::from(page.permalink.as_str()));
    map.insert("slug".into(), Value::from(page.slug.as_str()));
    map.insert("ancestors".into(), ancestors(library, &page.ancestors));
    map.insert("title".into(), optional(page.meta.title.as_deref()));
    map.insert("description".into(), optional(page.meta.description.as_deref()));
    map.insert("updated".into(), optional(page.meta.updated.as_ref().map(|d| d.text.as_str())));
    map.insert("date".into(), optional(date.map(|d| d.text.as_str())));
    map.insert("year".into(), date.map_or_else(Value::none, |d| Value::from(i64::from(d.day.year()))));
    map.insert("month".into(), date.map_or_else(Value::none, |d| Value::from(i64::from(d.day.month()))));
    map.insert("day".into(), date.map_or_else(Value::none, |d| Value::from(i64::from(d.day.day()))));
    let mut taxonomies = Map::new();
    for (name, terms) in &page.meta.taxonomies {
        taxonomies.insert(name.clone().into(), Value::from_serializable(terms));
    }
    map.insert("taxonomies".into(), Value::from(taxonomies));
    map.insert("authors".into(), Value::from_serializable(&page.meta.authors));
    map.insert("extra".into(), Value::from_serializable(&page.meta.extra));
    map.insert("path".into(), Value::from(page.path.as_str()));
    map.insert("components".into(), Value::from_serializable(&page.components));
    map.insert("summary".into(), Value::none());
    map.insert("toc".into(), Value::none());
    map.insert("word_count".into(), Value::from(page.rendered.word_count));
    map.insert("reading_time".into(), Value::from(page.rendered.reading_time));
    map.insert("assets".into(), list(page.assets.iter().map(|asset| Value::from(asset.listed.as_str()))));
    map.insert("draft".into(), Value::from(page.meta.draft));
    map.insert("lang".into(), Value::from(page.lang.as_str()));
    map.insert("lower".into(), siblings.lower);
    map.insert("higher".into(), siblings.higher);
    let translations = page.translations.iter().map(|key| {
        let other = &library[*key];
        translation(&other.lang, &other.permalink, other.meta.title.as_deref(), &other.file.path)
    });
    map.insert("translations".into(), list(translations));
    map.insert("backlinks".into(), backlinks(library, &page.backlinks));
    if with_body {
        insert_body(&mut map, &page.rendered);
    }
    for (name, value) in &page.meta.facets {
        map.insert(name.clone().into(), Value::from_serializable(value));
    }
    map
}

/// Every field of a section, with the pages that are to be shown in it.
pub(crate) fn section_map(library: &Library, section: &Section, pages: Value) -> Map {
    let mut map = Map::new();
    map.insert("relative_path".into(), Value::from(section.file.relative.as_str()));
    map.insert("colocated_path".into(), optional(section.file.colocated_path.as_deref()));
    map.insert("content".into(), Value::from(section.rendered.html.as_str()));
    map.insert("permalink".into(), Value::from(section.permalink.as_str()));
    map.insert("draft".into(), Value::from(section.meta.draft));
    map.insert("ancestors".into(), ancestors(library, &section.ancestors));
    map.insert("title".into(), optional(section.meta.title.as_deref()));
    map.insert("description".into(), optional(section.meta.description.as_deref()));
    map.insert("extra".into(), Value::from_serializable(&section.meta.extra));
    map.insert("path".into(), Value::from(section.path.as_str()));
    map.insert("components".into(), Value::from_serializable(&section.components));
    map.insert("toc".into(), Value::from_serializable(&section.rendered.toc));
    let is_written = !section.file.folder.as_os_str().is_empty();
    let counted = |count: usize| if is_written { Value::from(count) } else { Value::none() };
    map.insert("word_count".into(), counted(section.rendered.word_count));
    map.insert("reading_time".into(), counted(section.rendered.reading_time));
    map.insert("lang".into(), Value::from(section.lang.as_str()));
    map.insert("assets".into(), list(section.assets.iter().map(|asset| Value::from(asset.listed.as_str()))));
    map.insert("pages".into(), pages);
    let subsections = section.subsections.iter().map(|key| Value::from(library[*key].file.relative.as_str()));
    map.insert("subsections".into(), list(subsections));
    let translations = section.translations.iter().map(|key| {
        let other = &library[*key];
        translation(&other.lang, &other.permalink, other.meta.title.as_deref(), &other.file.path)
    });
    map.insert("translations".into(), list(translations));
    map.insert("backlinks".into(), backlinks(library, &section.backlinks));
    map.insert("generate_feeds".into(), Value::from(section.meta.generate_feeds));
    map.insert("transparent".into(), Value::from(section.meta.transparent));
    map.insert("paginate_by".into(), section.meta.paginate_by.map_or_else(Value::none, Value::from));
    map.insert("paginate_reversed".into(), Value::from(section.meta.paginate_reversed));
    for (name, value) in &section.meta.facets {
        map.insert(name.clone().into(), Value::from_serializable(value));
    }
    map
}

/// A term with the pages that are to be shown in it.
pub(crate) fn term_value(term: &Term, pages: Value) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), Value::from(term.name.as_str()));
    map.insert("slug".into(), Value::from(term.slug.as_str()));
    map.insert("path".into(), Value::from(term.path.as_str()));
    map.insert("permalink".into(), Value::from(term.permalink.as_str()));
    map.insert("pages".into(), pages);
    map.insert("page_count".into(), Value::from(term.pages.len()));
    Value::from(map)
}

fn translation(lang: &str, permalink: &str, title: Option<&str>, path: &std::path::Path) -> Value {
    let mut map = Map::new();
    map.insert("lang".into(), Value::from(lang));
    map.insert("permalink".into(), Value::from(permalink));
    map.insert("title".into(), optional(title));
    map.insert("path".into(), Value::from(path.to_string_lossy()));
    Value::from(map)
}

fn backlinks(library: &Library, nodes: &[Node]) -> Value {
    list(nodes.iter().map(|node| {
        let (permalink, title) = match node {
            Node::Page(key) => (&library[*key].permalink, &library[*key].meta.title),
            Node::Section(key) => (&library[*key].permalink, &library[*key].meta.title),
        };
        let mut map = Map::new();
        map.insert("permalink".into(), Value::from(permalink.as_str()));
        map.insert("title".into(), optional(title.as_deref()));
        Value::from(map)
    }))
}

fn ancestors(library: &Library, keys: &[SectionKey]) -> Value {
    list(keys.iter().map(|key| Value::from(library[*key].file.relative.as_str())))
}

pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}

pub(crate) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::from(values.into_iter().collect::<Vec<Value>>())
}

/// The `paginator` of one pager, with its pages.
pub(crate) fn paginator(paginator: &Paginator, pager: &Pager, pages: Value) -> Value {
    let at = pager.index - 1;
    let permalink = |index: usize| paginator.pagers.get(index).map(|p| Value::from(p.permalink.as_str()));
    let last = paginator.pagers.len().saturating_sub(1);
    let mut map = Map::new();
    map.insert("paginate_by".into(), Value::from(paginator.paginate_by));
    map.insert("base_url".into(), Value::from(paginator.base_url.as_str()));
    map.insert("number_pagers".into(), Value::from(paginator.pagers.len()));
    map.insert("first".into(), permalink(0).unwrap_or_else(Value::none));
    map.insert("last".into(), permalink(last).unwrap_or_else(Value::none));
    let previous = at.checked_sub(1).and_then(permalink);
    map.insert("previous".into(), previous.unwrap_or_else(Value::none));
    map.insert("next".into(), permalink(at + 1).unwrap_or_else(Value::none));
    map.insert("pages".into(), pages);
    map.insert("current_index".into(), Value::from(pager.index));
    map.insert("total_pages".into(), Value::from(paginator.total_pages));
    Value::from(map)
}
