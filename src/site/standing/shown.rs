//! Which outputs show what the Markdown of a page became, besides its own: told once at the end of a build, so that a
//! changed body need not be held against all of them.
//!
//! Entry points: [`shown`], [`reads`].

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Loaded;
use crate::content::{Library, Node, PageKey, SectionKey, TaxonomyKey};
use crate::memory::{Print, pairs};
use crate::site::feeds;
use crate::site::mend::Last;
use crate::site::plan::{Job, Planned};
use crate::site::remember::{Known, Made};
use crate::site::render::{Given, given, template};
use crate::templates::{Fields, Read, Renderer};

/// By the number of a page.
pub(super) struct Shown {
    /// What outputs that are not its own may show of its body.
    pub(super) to_others: Vec<Fields>,
    /// The path of its own output.
    pub(super) published: Vec<Option<String>>,
}

/// Everything that bodies and outputs looked up outside the library, once. None when something was looked up of which
/// nobody can tell what it would say today.
pub(super) fn reads<'a>(known: &'a Known, outputs: &'a BTreeMap<String, Made>) -> Option<Vec<&'a Read>> {
    let of_outputs = outputs.values().filter_map(Made::reads).flatten();
    let all = known.reads().chain(of_outputs).map(|(read, _)| read).filter(|read| !read.is_of_heads());
    let all: BTreeSet<&Read> = all.collect();
    (!all.contains(&Read::Unknowable)).then(|| all.into_iter().collect())
}

/// Whether a look-up is answered with pages that the library has to be asked for.
pub(super) fn is_of_many(read: &Read) -> bool {
    matches!(read, Read::Section(_, _, true) | Read::Taxonomy(..) | Read::Term(..))
}

/// Whether what a page's template looked up can be answered without what the Markdown of all others became. `others` is
/// what the template may read of pages that are not its own.
pub(super) fn needs_heads_alone(reads: &[(Read, Print)], others: Fields) -> bool {
    let shows_bodies = others.meets(body());
    reads.iter().all(|(read, _)| match read {
        Read::Copy(_) | Read::Unknowable => false,
        read => !shows_bodies || !is_of_many(read),
    })
}

/// None when an output is made anew each time, or is not what its source made; or when no page could be made anew by itself.
pub(super) fn shown(
    library: &Library,
    loaded: &Loaded,
    renderer: &Renderer,
    last: &Last,
    outputs: &BTreeMap<String, Made>,
) -> Option<Shown> {
    let planned = || last.planned.iter().map(|planned| (planned.path.as_str(), planned));
    let others = |planned: &Planned| last.closures.of(&template(planned, library, renderer)).others;
    let is_of_use = |planned: &Planned, made: &Made| {
        let reads = || made.reads().is_some_and(|reads| needs_heads_alone(reads, others(planned)));
        matches!(planned.job, Job::Page(_)) && reads()
    };
    if !pairs(planned(), outputs).any(|(planned, made)| planned.zip(made).is_some_and(|(p, m)| is_of_use(p.1, m.1))) {
        return None;
    }
    let mut marks = Marks { library, fields: vec![Fields::default(); library.pages.len()], seen: BTreeSet::new() };
    let mut published = vec![None; library.pages.len()];
    for (planned, made) in pairs(planned(), outputs) {
        let Some((path, planned)) = planned else { continue };
        let reads = made?.1.reads()?;
        if let Job::Page(key) = planned.job {
            published[key.0 as usize] = Some(path.to_owned());
        }
        let others = others(planned);
        if others.meets(body()) {
            marks.job(&planned.job, others, loaded);
            marks.reads(reads, others);
        }
    }
    if loaded.config.generate_sitemap {
        let reads = outputs.get("sitemap.xml")?.reads()?;
        let others = last.closures.of("sitemap.xml").others;
        if others.meets(body()) {
            marks.reads(reads, others);
        }
    }
    Some(Shown { to_others: marks.fields, published })
}

/// The fields that a body alone can change.
fn body() -> Fields {
    [Fields::CONTENT, Fields::SUMMARY, Fields::TOC, Fields::WORDS].into_iter().collect()
}

/// A list of pages that many outputs show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    All,
    Section(SectionKey),
    Term(TaxonomyKey, usize),
}

struct Marks<'a> {
    library: &'a Library,
    fields: Vec<Fields>,
    /// Lists that are marked already.
    seen: BTreeSet<(List, Fields)>,
}

impl Marks<'_> {
    fn page(&mut self, key: PageKey, fields: Fields) {
        let page = &self.library[key];
        let beside = [page.lower, page.higher].into_iter().flatten().filter(|_| fields.has(Fields::BESIDE));
        for key in beside.chain([key]) {
            let own = &mut self.fields[key.0 as usize];
            *own = [*own, fields].into_iter().collect();
        }
    }

    fn list(&mut self, list: List, fields: Fields) {
        if !self.seen.insert((list, fields)) {
            return;
        }
        let library = self.library;
        match list {
            List::All => library.page_keys().for_each(|key| self.page(key, fields)),
            List::Section(key) => library[key].pages.iter().for_each(|key| self.page(*key, fields)),
            List::Term(key, index) => library[key].items[index].pages.iter().for_each(|key| self.page(*key, fields)),
        }
    }

    /// What a template is given.
    fn job(&mut self, job: &Job, fields: Fields, loaded: &Loaded) {
        let library = self.library;
        let told = if let Job::Feed(feed) = job { Some(feeds::gather(feed, library, loaded)) } else { None };
        for given in given(job, told.as_ref()) {
            match given {
                Given::Page(key) => {
                    // The page that is rendered shows its neighbours without a name for that among its fields.
                    let page = &library[key];
                    [page.lower, page.higher].into_iter().flatten().for_each(|key| self.page(key, fields));
                }
                Given::Section(key) => self.list(List::Section(key), fields),
                Given::Terms(key) => {
                    (0..library[key].items.len()).for_each(|index| self.list(List::Term(key, index), fields));
                }
                Given::Term(key, index, true) => self.list(List::Term(key, index), fields),
                Given::Term(_, _, false) => {}
                Given::Pager(of, at) => of.pagers[at].pages.iter().for_each(|key| self.page(*key, fields)),
                Given::Pages(keys) => keys.iter().for_each(|key| self.page(*key, fields)),
            }
        }
    }

    /// What a template looks up.
    fn reads(&mut self, reads: &[(Read, Print)], fields: Fields) {
        for (read, _) in reads {
            match read {
                Read::Page(path, lang) | Read::Section(path, lang, true) => {
                    let localized = path.strip_suffix(".md").map(|stem| format!("{stem}.{lang}.md"));
                    for path in [Some(path.as_str()), localized.as_deref()].into_iter().flatten() {
                        match self.library.node(path) {
                            Some(Node::Page(key)) => self.page(key, fields),
                            Some(Node::Section(key)) => self.list(List::Section(key), fields),
                            None => {}
                        }
                    }
                }
                Read::Taxonomy(..) | Read::Term(..) => self.list(List::All, fields),
                _ => {}
            }
        }
    }
}
