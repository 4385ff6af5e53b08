//! Sections and terms cut into pagers.

use crate::content::{Library, PageKey, Pager, PaginationRoot, Paginator, Section, SectionKey, TaxonomyKey};

/// The pagers of a section; `None` when it is not paginated.
pub(super) fn of_section(library: &Library, key: SectionKey) -> Option<Paginator> {
    let section: &Section = &library[key];
    let by = section.meta.paginate_by.filter(|by| *by > 0)?;
    let mut pages = section.pages.clone();
    if section.meta.paginate_reversed {
        pages.reverse();
    }
    let root = PaginationRoot::Section(key);
    Some(cut(root, by, &section.meta.paginate_path, &section.path, &section.permalink, &pages))
}

/// The pagers of a term; `None` when its taxonomy is not paginated.
pub(super) fn of_term(library: &Library, key: TaxonomyKey, index: usize) -> Option<Paginator> {
    let taxonomy = &library[key];
    let by = taxonomy.kind.paginate_by.filter(|by| *by > 0)?;
    let term = &taxonomy.items[index];
    let root = PaginationRoot::Term(key, index);
    // Pages that are not rendered are counted, but shown by no pager.
    let shown: Vec<PageKey> = term.pages.iter().copied().filter(|page| library[*page].meta.render).collect();
    let pagers = cut(root, by, taxonomy.kind.paginate_path(), &term.path, &term.permalink, &shown);
    Some(Paginator { total_pages: term.pages.len(), ..pagers })
}

fn cut(root: PaginationRoot, by: usize, word: &str, path: &str, permalink: &str, pages: &[PageKey]) -> Paginator {
    let folder = if word.is_empty() { String::new() } else { format!("{word}/") };
    let base_url = format!("{permalink}{folder}");
    let base_path = format!("{path}{folder}");
    let mut chunks: Vec<&[PageKey]> = pages.chunks(by).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let pagers = chunks
        .into_iter()
        .enumerate()
        .map(|(at, chunk)| {
            let (path, permalink) = match at {
                0 => (path.to_owned(), permalink.to_owned()),
                _ => (format!("{base_path}{}/", at + 1), format!("{base_url}{}/", at + 1)),
            };
            Pager { index: at + 1, pages: chunk.to_vec(), path, permalink }
        })
        .collect();
    Paginator { root, paginate_by: by, base_url, pagers, total_pages: pages.len() }
}

/// Addresses of numbered pagers, the first one's alias included, as the sitemap lists them: as many as there would be if
/// all pages were shown. `root` is the address of what is split, `word` what stands before the numbers.
pub(super) fn numbered(paginator: &Paginator, root: &str, word: &str) -> impl Iterator<Item = String> {
    let last = paginator.total_pages.div_ceil(paginator.paginate_by);
    (1..=last).map(move |number| format!("{root}{word}/{number}/"))
}
