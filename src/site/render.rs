//! Planned files become bytes, in parallel: those that are still right as the last build made them, the others anew.
//!
//! Entry point: [`render`]. Faults of all pages come back together, each place once: a fault in a layout is not told
//! for every page that uses it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::feeds::{self, Told};
use super::plan::{Job, Planned, Scope};
use super::remember::{Makers, Outputs};
use crate::config::Dialect;
use crate::content::{Library, PageKey, Paginator, Section, SectionKey, TaxonomyKey};
use crate::diagnostic::{Diagnostic, Place};
use crate::memory::Print;
use crate::output::Output;
use crate::templates::{Closure, Closures, Context, Renderer, shown_to, zola_version};
use crate::work;

/// What rendering needs to know.
pub(super) struct Scene<'a> {
    pub(super) library: &'a Library,
    pub(super) renderer: &'a Renderer,
    pub(super) closures: &'a Closures,
    pub(super) makers: &'a Makers<'a>,
    pub(super) outputs: &'a Outputs<'a>,
    /// HTML is minified.
    pub(super) minify: bool,
}

/// Renders everything planned; what cannot be rendered is left out and told. What is `replaced` by another is rendered for
/// what its template asks for alone: copies of images, and the faults that end a build of Zola's.
pub(super) fn render(planned: &[Planned], replaced: &[Planned], scene: &Scene) -> (Vec<Output>, Vec<Diagnostic>) {
    let results: Vec<Result<Output, Diagnostic>> = planned.par_iter().map(|planned| scene.output(planned)).collect();
    let faults = replaced.par_iter().filter_map(|replaced| Some((&replaced.origin, scene.fault(replaced)?)));
    let mut failed: Vec<(&PathBuf, Diagnostic)> = faults.collect();
    let mut outputs = Vec::with_capacity(results.len());
    for (planned, result) in planned.iter().zip(results) {
        match result {
            Ok(output) => outputs.push(output),
            Err(fault) => failed.push((&planned.origin, fault)),
        }
    }
    // Told of a file that is there, before a section that needs none.
    let root = &scene.renderer.loaded().root;
    failed.sort_by_cached_key(|(origin, _)| !root.join(origin).exists());
    let faults = failed.into_iter().map(|(_, fault)| fault).chain(scene.renderer.take_further());
    let mut seen = BTreeSet::new();
    let faults = faults.filter(|fault| seen.insert((fault.place.clone(), fault.message.clone()))).collect();
    (outputs, faults)
}

impl Scene<'_> {
    /// One planned output, as it is remembered or made.
    pub(super) fn output(&self, planned: &Planned) -> Result<Output, Diagnostic> {
        let told = self.told(planned);
        let closure = self.closures.of(&template(planned, self.library, self.renderer));
        let key = self.key(planned, told.as_ref(), closure);
        self.outputs.make((&planned.path, &planned.origin), key, closure, self.makers, || {
            self.anew(planned, told.as_ref(), closure)
        })
    }

    fn anew(&self, planned: &Planned, told: Option<&Told>, closure: Closure) -> Result<Vec<u8>, Diagnostic> {
        let about = || format!("rendering `{}`", template(planned, self.library, self.renderer));
        work::job(
            || (planned.origin.clone(), about()),
            || {
                let text = shown_to(closure, || render_one(planned, told, self.library, self.renderer))?;
                Ok(self.finish(&planned.path, text))
            },
        )
    }

    /// What is wrong with an output that another takes the place of.
    fn fault(&self, replaced: &Planned) -> Option<Diagnostic> {
        let closure = self.closures.of(&template(replaced, self.library, self.renderer));
        self.anew(replaced, self.told(replaced).as_ref(), closure).err()
    }

    fn told(&self, planned: &Planned) -> Option<Told> {
        match &planned.job {
            Job::Feed(feed) => Some(feeds::gather(feed, self.library, self.renderer.loaded())),
            _ => None,
        }
    }

    /// An output's bytes, minified when that is wished.
    pub(super) fn finish(&self, path: &str, text: String) -> Vec<u8> {
        if self.minify && path.ends_with(".html") {
            return minify(text.as_bytes(), self.renderer.loaded().dialect);
        }
        text.into_bytes()
    }

    /// The print of all that a template sees from the start.
    fn key(&self, planned: &Planned, told: Option<&Told>, closure: Closure) -> Print {
        let (library, prints, others) = (self.library, self.makers.prints, closure.others);
        let print = |given: Given| match given {
            Given::Page(key) => prints.page(key, others),
            Given::Section(key) => prints.section(key, true, others),
            Given::Terms(key) => prints.taxonomy(key, others),
            Given::Term(key, index, with_pages) => {
                let term = prints.term(key, index, with_pages, others);
                Print::of_value(&(&library[key].kind, &library[key].lang, term))
            }
            Given::Pager(of, at) => prints.pager(of, at, others),
            Given::Pages(keys) => prints.pages(keys, others),
        };
        let given: Vec<Print> = given(&planned.job, told).into_iter().map(print).collect();
        match &planned.job {
            Job::Page(_) => Print::of_value(&("page", given)),
            Job::Section(..) => Print::of_value(&("section", given)),
            Job::Redirect(url) => Print::of_value(&("redirect", url)),
            Job::TaxonomyList(_) => Print::of_value(&("terms", given)),
            Job::Term(..) => Print::of_value(&("term", given)),
            Job::Feed(feed) => {
                let updated = told.map(|told| &told.last_updated);
                Print::of_value(&("feed", &planned.path, &feed.lang, given, updated))
            }
            Job::NotFound | Job::Robots => Print::NONE,
        }
    }
}

/// What of the library a template is given from the start.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'a> {
    /// Its own page.
    Page(PageKey),
    /// A section with its pages.
    Section(SectionKey),
    /// A taxonomy with the pages of its terms.
    Terms(TaxonomyKey),
    /// A term, with its pages or without.
    Term(TaxonomyKey, usize, bool),
    /// A paginator at one of its pagers.
    Pager(&'a Paginator, usize),
    /// Pages.
    Pages(&'a [PageKey]),
}

/// What the template of a job is given; `told` is what a feed tells.
pub(super) fn given<'a>(job: &'a Job, told: Option<&'a Told>) -> Vec<Given<'a>> {
    let with_pager = |given: Given<'a>, pager: &'a Option<(Arc<Paginator>, usize)>| {
        let pager = pager.as_ref().map(|(of, at)| Given::Pager(of, *at));
        [given].into_iter().chain(pager).collect()
    };
    match job {
        Job::Page(key) => vec![Given::Page(*key)],
        Job::Section(key, pager) => with_pager(Given::Section(*key), pager),
        Job::TaxonomyList(key) => vec![Given::Terms(*key)],
        Job::Term(key, index, pager) => with_pager(Given::Term(*key, *index, true), pager),
        Job::Feed(feed) => {
            let scope = match feed.scope {
                Scope::Site => None,
                Scope::Section(key) => Some(Given::Section(key)),
                Scope::Term(key, index) => Some(Given::Term(key, index, false)),
            };
            scope.into_iter().chain(told.map(|told| Given::Pages(&told.pages))).collect()
        }
        Job::Redirect(_) | Job::NotFound | Job::Robots => Vec::new(),
    }
}

/// The template of a planned file.
pub(super) fn template(planned: &Planned, library: &Library, renderer: &Renderer) -> String {
    match &planned.job {
        Job::Page(key) => library[*key].template.clone().unwrap_or_else(|| "page.html".to_owned()),
        Job::Section(key, _) => section_template(&library[*key]).to_owned(),
        Job::Redirect(_) => "internal/alias.html".to_owned(),
        Job::TaxonomyList(key) => taxonomy_template(renderer, &library[*key].kind.name, "list"),
        Job::Term(key, ..) => taxonomy_template(renderer, &library[*key].kind.name, "single"),
        Job::Feed(feed) => feed.template.clone(),
        Job::NotFound => "404.html".to_owned(),
        Job::Robots => "robots.txt".to_owned(),
    }
}

fn minify(html: &[u8], dialect: Dialect) -> Vec<u8> {
    let options = minify_html::Cfg {
        keep_closing_tags: dialect == Dialect::Zola023,
        keep_html_and_head_opening_tags: true,
        minify_css: true,
        minify_js: false,
        allow_removing_spaces_between_attributes: false,
        ..minify_html::Cfg::new()
    };
    minify_html::minify(html, &options)
}

fn render_one(
    planned: &Planned,
    told: Option<&Told>,
    library: &Library,
    renderer: &Renderer,
) -> Result<String, Diagnostic> {
    let with = |name: &str, context: &mut Context| {
        if !renderer.has(name) {
            return Err(missing(name, planned, library, renderer));
        }
        context.rendering(match planned.job {
            // All of them come from one line of the configuration.
            Job::TaxonomyList(_) | Job::Term(..) => Path::new(&planned.path),
            _ => &planned.origin,
        });
        renderer.render(name, context)
    };
    // A fault in what they extend or include would not say that it is theirs.
    let of_the_site = |name: &str, mut context: Context| {
        context.rendering(Path::new(name));
        renderer.render(name, &context)
    };
    let dialect = renderer.loaded().dialect;
    match &planned.job {
        Job::Page(key) => {
            let page = &library[*key];
            let mut context = renderer.context(&page.lang, &page.path);
            context.insert_page(renderer, *key);
            context.insert("zola_version", zola_version(dialect));
            with(page.template.as_deref().unwrap_or("page.html"), &mut context)
        }
        Job::Section(key, pager) => {
            let section = &library[*key];
            let path = pager.as_ref().map_or(&section.path, |(paginator, at)| &paginator.pagers[*at].path);
            let mut context = renderer.context(&section.lang, path);
            let home_of_other = section.file.components.is_empty() && section.path != "/";
            if let (Dialect::Zola022, true, Some((_, at @ 1..))) = (dialect, home_of_other, pager) {
                // The older dialect forgets the language here.
                context.insert("current_path", &format!("/{}/{}/", section.meta.paginate_path, at + 1));
            }
            context.insert_section(renderer, *key, pager.is_none());
            if let Some((paginator, at)) = pager {
                context.insert_paginator(renderer, paginator, &paginator.pagers[*at]);
            }
            with(section_template(section), &mut context)
        }
        Job::Redirect(url) => with("internal/alias.html", &mut Context::new().with("url", url)),
        Job::TaxonomyList(key) => {
            let taxonomy = &library[*key];
            let mut context = renderer.context(&taxonomy.lang, &taxonomy.path);
            context.insert("taxonomy", &taxonomy.kind);
            context.insert_terms(renderer, *key);
            with(&taxonomy_template(renderer, &taxonomy.kind.name, "list"), &mut context)
        }
        Job::Term(key, index, pager) => {
            let taxonomy = &library[*key];
            let term = &taxonomy.items[*index];
            let path = pager.as_ref().map_or(&term.path, |(paginator, at)| &paginator.pagers[*at].path);
            let mut context = renderer.context(&taxonomy.lang, path);
            context.insert("taxonomy", &taxonomy.kind);
            context.insert_term(renderer, *key, *index, true);
            if let Some((paginator, at)) = pager {
                context.insert_paginator(renderer, paginator, &paginator.pagers[*at]);
            }
            with(&taxonomy_template(renderer, &taxonomy.kind.name, "single"), &mut context)
        }
        Job::Feed(feed) if !renderer.has(&feed.template) => Err(missing(&feed.template, planned, library, renderer)),
        Job::Feed(feed) => match told {
            Some(told) => feeds::render(feed, told, &planned.path, library, renderer),
            None => Ok(String::new()),
        },
        Job::NotFound => of_the_site("404.html", renderer.site_context()),
        Job::Robots => of_the_site("robots.txt", renderer.robots_context()),
    }
}

/// A template that does not exist, told where it was asked for.
fn missing(name: &str, planned: &Planned, library: &Library, renderer: &Renderer) -> Diagnostic {
    let root = &renderer.loaded().root;
    let place = asked(name, planned, library).or_else(|| named(planned, library, root));
    let place = place.unwrap_or_else(|| Place::file(&planned.origin));
    let fault = Diagnostic::error(format!("there is no template `{name}`")).at(place);
    match renderer.nearest(name) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("write `templates/{name}`, or choose a theme that has it")),
    }
}

/// The line that asks for a template: of the page, or of the section above that chooses for its pages.
fn asked(name: &str, planned: &Planned, library: &Library) -> Option<Place> {
    let file = match &planned.job {
        Job::Page(key) if library[*key].meta.template.is_some() => &library[*key].file,
        Job::Page(key) => {
            let mut above = library[*key].ancestors.iter().rev();
            let chooses = |section: &&SectionKey| library[**section].meta.page_template.as_deref() == Some(name);
            &library[*above.find(chooses)?].file
        }
        Job::Section(key, _) => &library[*key].file,
        _ => return None,
    };
    let text = std::fs::read_to_string(&file.path).ok()?;
    let at = text.find(name)?;
    Some(Place::span(&file.shown, &text, at..at + name.len()))
}

/// Where the configuration names a taxonomy that is to be shown.
fn named(planned: &Planned, library: &Library, root: &Path) -> Option<Place> {
    let (Job::TaxonomyList(key) | Job::Term(key, ..)) = &planned.job else { return None };
    let name = &library[*key].kind.name;
    let text = std::fs::read_to_string(root.join(&planned.origin)).ok()?;
    let after = text.find("taxonomies")?;
    let quoted = |quote| text[after..].find(&format!("{quote}{name}{quote}"));
    let at = after + quoted('"').or_else(|| quoted('\''))? + 1;
    Some(Place::span(&planned.origin, &text, at..at + name.len()))
}

/// A section's own template, or `index.html` for a home and `section.html` for others.
fn section_template(section: &Section) -> &str {
    let home = section.file.components.is_empty();
    section.meta.template.as_deref().unwrap_or(if home { "index.html" } else { "section.html" })
}

fn taxonomy_template(renderer: &Renderer, name: &str, kind: &str) -> String {
    let own = format!("{name}/{kind}.html");
    if renderer.has(&own) { own } else { format!("taxonomy_{kind}.html") }
}
