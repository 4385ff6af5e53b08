//! The plan: every file that templates will make, who makes it, and for whom.
//!
//! Entry point: [`plan`]. Nothing is rendered here, so collisions are found before any work is done.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pagers;
use crate::config::{Dialect, Loaded};
use crate::content::{Library, Page, PageKey, Paginator, SectionKey, TaxonomyKey};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};

/// A file to be made.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Its path in the site.
    pub(super) path: String,
    /// The source that asks for it.
    pub(super) origin: PathBuf,
    /// What it is.
    pub(super) job: Job,
    /// When Zola writes it.
    pub(super) turn: Turn,
}

/// When Zola writes a file: what comes later takes the place of what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Aliases.
    Alias,
    /// Pages of sections and feeds of sections; then the files beside both.
    Page,
    /// Sections, their pagers and where these lead.
    Section,
    /// Pages that no section holds; then the files beside them.
    Orphan,
    /// What the whole site has: feeds, `404.html`, `robots.txt`.
    Site,
    /// Taxonomies.
    Taxonomy,
}

impl Turn {
    /// Of a page, and of the files beside it.
    pub(super) fn of(page: &Page) -> Self {
        if page.section.is_some() { Self::Page } else { Self::Orphan }
    }
}

/// What templates make.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// A page.
    Page(PageKey),
    /// A section, or one of its pagers.
    Section(SectionKey, Option<(Arc<Paginator>, usize)>),
    /// Sends visitors on to an address.
    Redirect(String),
    /// The list of a taxonomy's terms.
    TaxonomyList(TaxonomyKey),
    /// A term, or one of its pagers.
    Term(TaxonomyKey, usize, Option<(Arc<Paginator>, usize)>),
    /// A feed.
    Feed(Feed),
    /// `404.html`.
    NotFound,
    /// `robots.txt`.
    Robots,
}

/// Which pages a feed tells about.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    /// Its template, also its file name.
    pub(super) template: String,
    /// Its language.
    pub(super) lang: String,
    /// Its scope.
    pub(super) scope: Scope,
}

/// The scope of a feed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// Every page of the language.
    Site,
    /// A section.
    Section(SectionKey),
    /// A term.
    Term(TaxonomyKey, usize),
}

/// Pages that their section could not sort: they have no place, so they are not rendered. Those of a transparent section
/// may have one in the section around it.
pub(super) fn unplaced(library: &Library) -> BTreeSet<PageKey> {
    let sections = &library.sections;
    let mut keys: BTreeSet<PageKey> = sections.iter().flat_map(|section| &section.ignored_pages).copied().collect();
    if !keys.is_empty() {
        sections.iter().flat_map(|section| &section.pages).for_each(|key| _ = keys.remove(key));
    }
    keys
}

/// Everything templates will make, each path once; what another takes the place of; what is wrong. Pages and sections of
/// one address are refused before; of other sources that want one path the one that Zola writes last has it ([`Turn`]),
/// and that is told.
pub(super) fn plan(library: &Library, loaded: &Loaded) -> (Vec<Planned>, Vec<Planned>, Vec<Diagnostic>) {
    let root = loaded.root.clone();
    let (real, aliases, asked) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let (redirects, replaced, faults) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut plan = Plan { real, aliases, replaced, asked, redirects, faults, root };
    plan_aliases(&mut plan, library, loaded);
    plan_pages(&mut plan, library, Turn::Page);
    plan_sections(&mut plan, library, loaded);
    plan_pages(&mut plan, library, Turn::Orphan);
    // To Zola a home of another language that nobody wrote has an address of its own kind, without its first slash.
    let apart = library.section_keys().filter(|key| !library[*key].path.starts_with('/'));
    apart.for_each(|key| plan_apart(&mut plan, library, key));
    plan_site(&mut plan, loaded);
    plan_taxonomies(&mut plan, library, loaded);
    // A page may take the address of an alias.
    let Plan { real, mut aliases, replaced, faults, .. } = plan;
    aliases.extend(real);
    (aliases.into_values().collect(), replaced, faults)
}

/// True when what a template makes for the address of a file beside a page or section comes after that file.
pub(super) fn is_written_after(planned: &[Planned], path: &str, turn: Turn) -> bool {
    planned.binary_search_by(|planned| planned.path.as_str().cmp(path)).is_ok_and(|at| planned[at].turn > turn)
}

struct Plan {
    real: BTreeMap<String, Planned>,
    aliases: BTreeMap<String, Planned>,
    /// What was planned for a path that another has now.
    replaced: Vec<Planned>,
    /// Who asked for an alias, by the alias as it is written.
    asked: BTreeMap<String, String>,
    /// The addresses of sections that lead elsewhere.
    redirects: BTreeSet<String>,
    faults: Vec<Diagnostic>,
    root: PathBuf,
}

impl Plan {
    fn add(&mut self, folder: &str, file: &str, origin: impl Into<PathBuf>, job: Job, turn: Turn) {
        let path = join(folder, file);
        let origin: PathBuf = origin.into();
        if climbs(folder) {
            return self.leads_out(folder, &origin, None);
        }
        let redirects = self.redirects.contains(&path);
        let is_own = |job: &Job| match job {
            Job::Page(_) | Job::Section(_, None | Some((_, 0))) => true,
            Job::Redirect(_) => redirects,
            _ => false,
        };
        let planned = Planned { path: path.clone(), origin, job, turn };
        match self.real.entry(path) {
            Entry::Vacant(place) => {
                place.insert(planned);
            }
            Entry::Occupied(mut place) => {
                let (path, own, origin) = (place.key().clone(), is_own(&planned.job), planned.origin.clone());
                let first = place.insert(planned);
                self.twice(&path, [&first.origin, &origin], None, own && is_own(&first.job));
                self.replaced.push(first);
            }
        }
    }

    /// `refused` when another source may not have the same alias in the same words.
    fn alias(&mut self, alias: &str, origin: &str, target: &str, refused: bool) {
        let path = if alias.ends_with(".html") { join(alias, "") } else { join(&format!("{alias}/"), "index.html") };
        if climbs(alias) {
            return self.leads_out(alias, Path::new(origin), Some(alias));
        }
        let job = Job::Redirect(target.to_owned());
        let planned = Planned { path: path.clone(), origin: origin.into(), job, turn: Turn::Alias };
        let twice =
            refused && self.asked.insert(alias.to_owned(), origin.to_owned()).is_some_and(|first| first != origin);
        let Some(first) = self.aliases.insert(path.clone(), planned) else { return };
        self.twice(&path, [&first.origin, Path::new(origin)], Some(alias), twice);
    }

    /// Refuses a file that would stand outside the site: Zola writes it there.
    fn leads_out(&mut self, path: &str, origin: &Path, alias: Option<&str>) {
        let message = format!("the address `/{}` leads out of the site", path.trim_start_matches('/'));
        let problem = Diagnostic::error(message).at(claim(&self.root, origin, alias));
        self.faults.push(problem.help("write the whole path, from the root of the site"));
    }

    /// Tells that two sources want one path, of which the second has it. One may say the same twice (`/old`, `old/`).
    fn twice(&mut self, path: &str, [first, second]: [&Path; 2], alias: Option<&str>, refused: bool) {
        if first == second {
            return;
        }
        let message = format!("two sources want the address `/{}`", path.trim_end_matches("index.html"));
        let problem = match refused {
            true => Diagnostic::error(message),
            false => Diagnostic::warning(format!("{message}: this one has it")),
        };
        self.faults.push(
            problem
                .at(claim(&self.root, second, alias))
                .help(format!("the other one is {}", first.display()))
                .help("give one of them another `slug`, `path` or alias"),
        );
    }
}

/// The line with which a source asks for its address: the alias, `path` or `slug`; the file when its name does.
fn claim(root: &Path, origin: &Path, alias: Option<&str>) -> Place {
    let Ok(text) = std::fs::read_to_string(root.join(origin)) else { return Place::file(origin) };
    let line_of = |key: &str| {
        let lines = text.match_indices(key).find(|(at, _)| text[..*at].is_empty() || text[..*at].ends_with('\n'));
        let (at, _) = lines.filter(|(at, _)| text[at + key.len()..].trim_start().starts_with(['=', ':']))?;
        Some(at..at + text[at..].find('\n').unwrap_or(text.len() - at))
    };
    let span = match alias {
        Some(alias) => text.find(alias).map(|at| at..at + alias.len()),
        None => line_of("path").or_else(|| line_of("slug")),
    };
    span.map_or_else(|| Place::file(origin), |span| Place::span(origin, &text, span))
}

/// Whether a path leads above where it starts.
pub(super) fn climbs(path: &str) -> bool {
    let mut depth = 0;
    path.split('/').any(|part| {
        depth += if part == ".." { -1 } else { i64::from(!matches!(part, "" | ".")) };
        depth < 0
    })
}

/// `folder` and `file` as a path of the site: no leading slash, no double one, `.` and `..` as the system reads them.
fn join(folder: &str, file: &str) -> String {
    let mut path = String::with_capacity(folder.len() + 1 + file.len());
    for part in folder.split('/').chain([file]).filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            path.truncate(path.rfind('/').unwrap_or_default());
            continue;
        }
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(part);
    }
    path
}

/// Those of all pages, then those of all sections.
fn plan_aliases(plan: &mut Plan, library: &Library, loaded: &Loaded) {
    let unplaced = unplaced(library);
    for key in library.page_keys() {
        let page = &library[key];
        // The older dialect keeps the aliases of a page that is not rendered.
        let is_made = page.meta.render && !unplaced.contains(&key);
        if is_made || loaded.dialect == Dialect::Zola022 {
            let (origin, target) = (&page.file.shown, &page.permalink);
            page.meta.aliases.iter().for_each(|alias| plan.alias(alias, origin, target, page.meta.render));
        }
    }
    for section in library.section_keys().map(|key| &library[key]).filter(|section| section.path.starts_with('/')) {
        for alias in &section.meta.aliases {
            plan.alias(alias, &section.file.shown, &section.permalink, section.meta.render);
        }
    }
}

fn plan_pages(plan: &mut Plan, library: &Library, turn: Turn) {
    let unplaced = unplaced(library);
    for key in library.page_keys() {
        let page = &library[key];
        if Turn::of(page) == turn && page.meta.render && !unplaced.contains(&key) {
            plan.add(&page.path, "index.html", &page.file.shown, Job::Page(key), turn);
        }
    }
}

fn plan_sections(plan: &mut Plan, library: &Library, loaded: &Loaded) {
    for key in library.section_keys().filter(|key| library[*key].path.starts_with('/')) {
        let section = &library[key];
        let origin = &section.file.shown;
        if section.meta.generate_feeds {
            for template in &loaded.config.language(&section.lang).feed_filenames {
                let feed = Feed { template: template.clone(), lang: section.lang.clone(), scope: Scope::Section(key) };
                plan.add(&section.path, template, origin, Job::Feed(feed), Turn::Page);
            }
        }
        if !section.meta.render {
            continue;
        }
        if let Some(target) = &section.meta.redirect_to {
            plan.redirects.insert(join(&section.path, "index.html"));
            match redirect_target(library, loaded, target) {
                Ok(url) => plan.add(&section.path, "index.html", origin, Job::Redirect(url), Turn::Section),
                Err(path) => {
                    // Whatever leads to the section is not wrong as well.
                    let itself = Job::Redirect(section.permalink.clone());
                    plan.add(&section.path, "index.html", origin, itself, Turn::Section);
                    let known = library.by_path.keys().chain(library.waiting.keys()).map(String::as_str);
                    let fault = Diagnostic::error(format!(
                        "`redirect_to` leads to `@/{path}`, which is no page or section of the site"
                    ))
                    .at(claim(&plan.root, Path::new(origin), Some(target)));
                    let is_file = !path.is_empty() && loaded.root.join("content").join(path).is_file();
                    plan.faults.push(match did_you_mean(path, known).filter(|_| !is_file) {
                        Some(near) => fault.help(format!("did you mean `@/{near}`?")),
                        None if is_file => fault.help("that file is a draft, ignored, or called by another path"),
                        None => fault.help("write the path of a file below `content/`, after `@/`"),
                    });
                }
            }
            continue;
        }
        match pagers::of_section(library, key).map(Arc::new) {
            None => plan.add(&section.path, "index.html", origin, Job::Section(key, None), Turn::Section),
            Some(paginator) => {
                for (at, pager) in paginator.pagers.iter().enumerate() {
                    let job = Job::Section(key, Some((Arc::clone(&paginator), at)));
                    plan.add(&pager.path, "index.html", origin, job, Turn::Section);
                }
                let first = (section.path.as_str(), section.meta.paginate_path.as_str());
                plan_first_pager(plan, first, origin, &section.permalink, Turn::Section);
            }
        }
    }
}

/// A home whose address, to Zola, nobody else can want: it is written after its own pages, and by chance before or after
/// others. Here it makes place for them.
fn plan_apart(plan: &mut Plan, library: &Library, key: SectionKey) {
    let section = &library[key];
    let path = join(&section.path, "index.html");
    let (origin, job) = (section.file.shown.clone().into(), Job::Section(key, None));
    let home = Planned { path: path.clone(), origin, job, turn: Turn::Section };
    let Some(first) = plan.real.remove(&path) else {
        plan.real.insert(path, home);
        return;
    };
    if matches!(&first.job, Job::Page(page) if library[*page].section == Some(key)) {
        let shown = path.trim_end_matches("index.html");
        let problem =
            Diagnostic::warning(format!("the home of `{}` takes the place of this page at `/{shown}`", section.lang));
        let help = format!("call the file `{}`, if it is meant to be that home", section.file.relative);
        plan.faults.push(problem.at(claim(&plan.root, &first.origin, None)).help(help));
        plan.real.insert(path, home);
        plan.replaced.push(first);
    } else {
        plan.twice(&path, [&home.origin, &first.origin], None, false);
        plan.real.insert(path, first);
        plan.replaced.push(home);
    }
}

/// `page/1/` leads to the first pager.
fn plan_first_pager(plan: &mut Plan, (path, word): (&str, &str), origin: &str, permalink: &str, turn: Turn) {
    plan.add(&format!("{path}/{word}/1"), "index.html", origin, Job::Redirect(permalink.to_owned()), turn);
}

/// Where a section sends its visitors; the path of a page or section that is not there.
fn redirect_target<'t>(library: &Library, loaded: &Loaded, target: &'t str) -> Result<String, &'t str> {
    if target.contains("://") {
        return Ok(target.to_owned());
    }
    let Some(internal) = target.strip_prefix("@/") else { return Ok(loaded.make_permalink(target)) };
    let (path, anchor) = internal.split_once('#').map_or((internal, None), |(path, anchor)| (path, Some(anchor)));
    let waiting = || library.waiting.get(path).map(String::as_str);
    let permalink = library.node(path).map(|node| library.permalink(node)).or_else(waiting).ok_or(path)?;
    Ok(anchor.map_or_else(|| permalink.to_owned(), |anchor| format!("{permalink}#{anchor}")))
}

fn plan_taxonomies(plan: &mut Plan, library: &Library, loaded: &Loaded) {
    let config_file = loaded.config_file.strip_prefix(&loaded.root).unwrap_or(&loaded.config_file).to_owned();
    let origin = config_file.to_string_lossy().into_owned();
    for (at, taxonomy) in library.taxonomies.iter().enumerate() {
        let key = TaxonomyKey(at as u32);
        if !taxonomy.kind.render || taxonomy.items.is_empty() {
            continue;
        }
        plan.add(&taxonomy.path, "index.html", &origin, Job::TaxonomyList(key), Turn::Taxonomy);
        for (index, term) in taxonomy.items.iter().enumerate() {
            match pagers::of_term(library, key, index).map(Arc::new) {
                None => plan.add(&term.path, "index.html", &origin, Job::Term(key, index, None), Turn::Taxonomy),
                Some(paginator) => {
                    for (at, pager) in paginator.pagers.iter().enumerate() {
                        let job = Job::Term(key, index, Some((Arc::clone(&paginator), at)));
                        plan.add(&pager.path, "index.html", &origin, job, Turn::Taxonomy);
                    }
                    let first = (term.path.as_str(), taxonomy.kind.paginate_path());
                    plan_first_pager(plan, first, &origin, &term.permalink, Turn::Taxonomy);
                }
            }
            if taxonomy.kind.feed {
                for template in &loaded.config.language(&taxonomy.lang).feed_filenames {
                    let scope = Scope::Term(key, index);
                    let feed = Feed { template: template.clone(), lang: taxonomy.lang.clone(), scope };
                    plan.add(&term.path, template, &origin, Job::Feed(feed), Turn::Taxonomy);
                }
            }
        }
    }
}

fn plan_site(plan: &mut Plan, loaded: &Loaded) {
    let config = &loaded.config;
    let config_file = loaded.config_file.strip_prefix(&loaded.root).unwrap_or(&loaded.config_file).to_owned();
    for (lang, options) in &config.languages {
        let is_default = *lang == config.default_language;
        // The older dialect reads its own key for the default language, not what `[languages.X]` adds to it.
        let is_asked = !is_default || config.feeds_at_root || loaded.dialect == Dialect::Zola023;
        if !options.generate_feeds || !is_asked {
            continue;
        }
        let folder = if *lang == config.default_language { "" } else { lang };
        for template in &options.feed_filenames {
            let feed = Feed { template: template.clone(), lang: lang.clone(), scope: Scope::Site };
            let path = join(folder, template);
            // The home section may have planned the same feed: it is written before.
            let (origin, job) = (config_file.clone(), Job::Feed(feed));
            plan.real.insert(path.clone(), Planned { path, origin, job, turn: Turn::Site });
        }
    }
    let (path, origin) = ("404.html".to_owned(), config_file.clone());
    let not_found = Planned { path, origin, job: Job::NotFound, turn: Turn::Site };
    plan.real.insert(not_found.path.clone(), not_found);
    if config.generate_robots_txt {
        plan.add("", "robots.txt", config_file, Job::Robots, Turn::Site);
    }
}

#[cfg(test)]
mod tests {
    use super::{climbs, join};

    #[test]
    fn paths_have_no_needless_slash() {
        assert_eq!(join("/", "index.html"), "index.html");
        assert_eq!(join("//a//b/", "index.html"), "a/b/index.html");
        assert_eq!(join("/old/about.html", ""), "old/about.html");
    }

    #[test]
    fn what_leads_above_the_site_is_seen() {
        for path in ["../a", "a/../../b", "a//../..", "./../a", ".."] {
            assert!(climbs(path), "{path}");
        }
        for path in ["a/../b", "a/b/../../c", "..a/b", "a/...", "", "./a"] {
            assert!(!climbs(path), "{path}");
        }
    }
}
