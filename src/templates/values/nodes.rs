//! Pages, sections, terms and pagers field by field, for either engine.

use crate::content::{Library, Node, Page, Pager, Paginator, Section, SectionKey, Term};

use super::form::{Fields, Form};

/// The pages beside a page.
pub(crate) struct Siblings<V> {
    pub(crate) lower: V,
    pub(crate) higher: V,
}

impl<V: Form> Siblings<V> {
    /// A page shown alone.
    pub(crate) fn none() -> Self {
        Self { lower: V::none(), higher: V::none() }
    }
}

/// A page or section while its own text is templated: what is made from texts is still empty.
pub(crate) fn early<V: Form>(library: &Library, node: Node) -> (&'static str, V) {
    match node {
        Node::Page(key) => {
            let page = &library[key];
            let mut map = page_map::<V>(library, page, Siblings::none());
            insert_reading::<V>(&mut map, &page.rendered);
            ("page", V::map(map))
        }
        Node::Section(key) => {
            let section = &library[key];
            let mut map = section_map::<V>(library, section, list([]));
            insert_reading::<V>(&mut map, &section.rendered);
            map.put("subsections", list([]));
            ("section", V::map(map))
        }
    }
}

/// Words are counted as they are written, so they are known before anything is rendered.
fn insert_reading<V: Form>(map: &mut V::Map, rendered: &crate::content::Rendered) {
    map.put("word_count", V::from(rendered.word_count));
    map.put("reading_time", V::from(rendered.reading_time));
}

/// Every field of a page.
pub(crate) fn page_map<V: Form>(library: &Library, page: &Page, siblings: Siblings<V>) -> V::Map {
    let mut map = V::Map::default();
    let date = page.meta.date.as_ref();
    map.put("relative_path", V::from(page.file.relative.as_str()));
    map.put("colocated_path", optional(page.file.colocated_path.as_deref()));
    map.put("content", V::from(page.rendered.html.as_str()));
    map.put("permalink", V::from(page.permalink.as_str()));
    map.put("slug", V::from(page.slug.as_str()));
    map.put("ancestors", ancestors(library, &page.ancestors));
    map.put("title", optional(page.meta.title.as_deref()));
    map.put("description", optional(page.meta.description.as_deref()));
    map.put("updated", optional(page.meta.updated.as_ref().map(|d| d.text.as_str())));
    map.put("date", optional(date.map(|d| d.text.as_str())));
    map.put("year", date.map_or_else(V::none, |d| V::from(i64::from(d.day.year()))));
    map.put("month", date.map_or_else(V::none, |d| V::from(i64::from(d.day.month()))));
    map.put("day", date.map_or_else(V::none, |d| V::from(i64::from(d.day.day()))));
    let mut taxonomies = V::Map::default();
    for (name, terms) in &page.meta.taxonomies {
        taxonomies.put(name.clone(), V::serialized(terms));
    }
    map.put("taxonomies", V::map(taxonomies));
    map.put("authors", V::serialized(&page.meta.authors));
    map.put("extra", V::serialized(&page.meta.extra));
    map.put("path", V::from(page.path.as_str()));
    map.put("components", V::serialized(&page.components));
    map.put("summary", optional(page.rendered.summary.as_deref()));
    map.put("toc", V::serialized(&page.rendered.toc));
    map.put("word_count", V::from(page.rendered.word_count));
    map.put("reading_time", V::from(page.rendered.reading_time));
    map.put("assets", list(page.assets.iter().map(|asset| V::from(asset.listed.as_str()))));
    map.put("draft", V::from(page.meta.draft));
    map.put("lang", V::from(page.lang.as_str()));
    map.put("lower", siblings.lower);
    map.put("higher", siblings.higher);
    let translations = page.translations.iter().map(|key| {
        let other = &library[*key];
        translation(&other.lang, &other.permalink, other.meta.title.as_deref(), &other.file.path)
    });
    map.put("translations", list(translations));
    map.put("backlinks", backlinks(library, &page.backlinks));
    for (name, value) in &page.meta.facets {
        map.put(name.clone(), V::serialized(value));
    }
    map
}

/// Every field of a section, with the pages that are to be shown in it.
pub(crate) fn section_map<V: Form>(library: &Library, section: &Section, pages: V) -> V::Map {
    let mut map = V::Map::default();
    map.put("relative_path", V::from(section.file.relative.as_str()));
    map.put("colocated_path", optional(section.file.colocated_path.as_deref()));
    map.put("content", V::from(section.rendered.html.as_str()));
    map.put("permalink", V::from(section.permalink.as_str()));
    map.put("draft", V::from(section.meta.draft));
    map.put("ancestors", ancestors(library, &section.ancestors));
    map.put("title", optional(section.meta.title.as_deref()));
    map.put("description", optional(section.meta.description.as_deref()));
    map.put("extra", V::serialized(&section.meta.extra));
    map.put("path", V::from(section.path.as_str()));
    map.put("components", V::serialized(&section.components));
    map.put("toc", V::serialized(&section.rendered.toc));
    map.put("word_count", V::from(section.rendered.word_count));
    map.put("reading_time", V::from(section.rendered.reading_time));
    map.put("lang", V::from(section.lang.as_str()));
    map.put("assets", list(section.assets.iter().map(|asset| V::from(asset.listed.as_str()))));
    map.put("pages", pages);
    let subsections = section.subsections.iter().map(|key| V::from(library[*key].file.relative.as_str()));
    map.put("subsections", list(subsections));
    let translations = section.translations.iter().map(|key| {
        let other = &library[*key];
        translation(&other.lang, &other.permalink, other.meta.title.as_deref(), &other.file.path)
    });
    map.put("translations", list(translations));
    map.put("backlinks", backlinks(library, &section.backlinks));
    map.put("generate_feeds", V::from(section.meta.generate_feeds));
    map.put("transparent", V::from(section.meta.transparent));
    map.put("paginate_by", section.meta.paginate_by.map_or_else(V::none, V::from));
    map.put("paginate_reversed", V::from(section.meta.paginate_reversed));
    for (name, value) in &section.meta.facets {
        map.put(name.clone(), V::serialized(value));
    }
    map
}

/// A term with the pages that are to be shown in it.
pub(crate) fn term_value<V: Form>(term: &Term, pages: V) -> V {
    let mut map = V::Map::default();
    map.put("name", V::from(term.name.as_str()));
    map.put("slug", V::from(term.slug.as_str()));
    map.put("path", V::from(term.path.as_str()));
    map.put("permalink", V::from(term.permalink.as_str()));
    map.put("pages", pages);
    map.put("page_count", V::from(term.pages.len()));
    V::map(map)
}

fn translation<V: Form>(lang: &str, permalink: &str, title: Option<&str>, path: &std::path::Path) -> V {
    let mut map = V::Map::default();
    map.put("lang", V::from(lang));
    map.put("permalink", V::from(permalink));
    map.put("title", optional(title));
    map.put("path", V::from(path.to_string_lossy()));
    V::map(map)
}

fn backlinks<V: Form>(library: &Library, nodes: &[Node]) -> V {
    list(nodes.iter().map(|node| {
        let (permalink, title) = match node {
            Node::Page(key) => (&library[*key].permalink, &library[*key].meta.title),
            Node::Section(key) => (&library[*key].permalink, &library[*key].meta.title),
        };
        let mut map = V::Map::default();
        map.put("permalink", V::from(permalink.as_str()));
        map.put("title", optional(title.as_deref()));
        V::map(map)
    }))
}

fn ancestors<V: Form>(library: &Library, keys: &[SectionKey]) -> V {
    list(keys.iter().map(|key| V::from(library[*key].file.relative.as_str())))
}

pub(super) fn optional<V: Form>(text: Option<&str>) -> V {
    text.map_or_else(V::none, V::from)
}

pub(crate) fn list<V: Form>(values: impl IntoIterator<Item = V>) -> V {
    V::from(values.into_iter().collect::<Vec<V>>())
}

/// The `paginator` of one pager, with its pages.
pub(crate) fn paginator<V: Form>(paginator: &Paginator, pager: &Pager, pages: V) -> V {
    let at = pager.index - 1;
    let permalink = |index: usize| paginator.pagers.get(index).map(|p| V::from(p.permalink.as_str()));
    let last = paginator.pagers.len().saturating_sub(1);
    let mut map = V::Map::default();
    map.put("paginate_by", V::from(paginator.paginate_by));
    map.put("base_url", V::from(paginator.base_url.as_str()));
    map.put("number_pagers", V::from(paginator.pagers.len()));
    map.put("first", permalink(0).unwrap_or_else(V::none));
    map.put("last", permalink(last).unwrap_or_else(V::none));
    let previous = at.checked_sub(1).and_then(permalink);
    map.put("previous", previous.unwrap_or_else(V::none));
    map.put("next", permalink(at + 1).unwrap_or_else(V::none));
    map.put("pages", pages);
    map.put("current_index", V::from(pager.index));
    map.put("total_pages", V::from(paginator.total_pages));
    V::map(map)
}
