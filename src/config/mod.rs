//! The two configuration files of a site: `zola.toml` with Zola's keys, `repere.toml` with ours.
//!
//! Entry point: [`load`], which gives a [`Loaded`] and its warnings, or every problem found at once. The theme's
//! `[extra]` and translations are merged here. This room reads no content and no template.

pub(crate) mod built_with;
mod dialect;
pub(crate) mod idioms;
pub(crate) mod keys;
mod languages;
mod older;
mod read;
pub mod repere;
mod slug;
pub(crate) mod text;
mod theme;
pub(crate) mod walk;
pub(crate) mod yaml;
mod zola;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic, Level, Place};

pub(crate) use read::ANCHORS;
pub use repere::{Dialect, Repere};
pub use slug::{slugify_anchor, slugify_path};
pub use zola::{
    Config, DataAttrPosition, ExcludePaginated, HighlightStyle, Highlighting, IndexFormat, InsertAnchor,
    LanguageOptions, LinkChecker, LinkLevel, Markdown, Mode, Search, Slugify, SlugifyStrategy, TaxonomyConfig,
};

/// Everything a build must know before it reads content.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The site's folder.
    pub root: PathBuf,
    /// The file `config` came from; relative paths of grammars and themes start at its folder.
    pub config_file: PathBuf,
    /// Zola's keys. `config.extra` already has the theme's `[extra]` beneath it.
    pub config: Config,
    /// Our keys.
    pub repere: Repere,
    /// Which rules the site was written for; the same as `config.dialect`.
    pub dialect: Dialect,
    /// Why this dialect, when nothing names one.
    pub dialect_reason: Option<String>,
    /// Folder of the theme, when the site has one.
    pub theme_dir: Option<PathBuf>,
    /// The moment of the build: what `now()` says in templates.
    pub now: jiff::Zoned,
    /// The content as it was met, when the dialect had to be guessed from it.
    pub walked: Option<Arc<walk::Walked>>,
}

impl Loaded {
    /// Whether the dialect was taken for want of any sign of one.
    pub fn shows_no_dialect(&self) -> bool {
        self.dialect_reason.as_deref() == Some(dialect::SILENT)
    }

    /// Whether it may be for the older dialect all the same: Zola 0.22 reads `zola.toml` since its last release, so that a
    /// site which has one is new.
    pub fn may_be_older(&self) -> bool {
        self.shows_no_dialect() && self.config_file.file_name().is_none_or(|name| name != "zola.toml")
    }

    /// A translated text of theme or site (the site's wins); `None` when the key is unknown in that language.
    pub fn text(&self, lang: &str, key: &str) -> Option<&str> {
        let borrowed = || self.repere.publish.fallback.then(|| self.config.text(&self.config.default_language, key))?;
        self.config.text(lang, key).or_else(borrowed)
    }

    /// Whether the theme that the configuration names is not there.
    pub fn theme_is_missing(&self) -> bool {
        self.theme_dir.as_ref().is_some_and(|dir| !dir.is_dir())
    }

    /// Absolute address of a path of the site. See [`Config::make_permalink`].
    pub fn make_permalink(&self, path: &str) -> String {
        self.config.make_permalink(path)
    }
}

/// Whether a text of the content may show for which Zola it was written, should nothing else say so.
pub fn may_show_dialect(text: &str) -> bool {
    dialect::may_show(text)
}

/// Translations of one language, key to text.
pub type Translations = BTreeMap<String, String>;

/// Reads `zola.toml` (or `config.toml`, or `explicit`) in `root` or the nearest folder above that has one, `repere.toml`
/// beside it, and the theme's `theme.toml` and `i18n/`. Fails when there is any error.
pub fn load(root: &Path, explicit: Option<&Path>) -> Result<(Loaded, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (loaded, problems) = load_lenient(root, explicit)?;
    diagnostic::finish(loaded, problems)
}

/// The same, but what has errors is given too, with defaults in their place: enough to look for mistakes elsewhere.
/// Fails when there is no configuration that could be read at all.
pub fn load_lenient(root: &Path, explicit: Option<&Path>) -> Result<(Loaded, Vec<Diagnostic>), Vec<Diagnostic>> {
    load_guessed(root, explicit, None)
}

/// The same, with the dialect as it was `guessed` and the reason for it, should nothing name one.
pub fn load_guessed(
    root: &Path,
    explicit: Option<&Path>,
    guessed: Option<(Dialect, String)>,
) -> Result<(Loaded, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (root, config_file) = find(root, explicit).map_err(|problem| vec![problem])?;
    let (repere, mut problems) = repere::load(&root);
    let dialect = std::env::var("REPERE_DIALECT").ok().and_then(|d| Dialect::parse(&d)).or(repere.dialect);
    let name = shown(&root, &config_file);
    let text = match text::read(&config_file, &name) {
        Ok(text) => text,
        Err(problem) => {
            problems.push(problem);
            return Err(problems);
        }
    };
    // A site that names its dialect is held to that dialect's keys; any other may still carry older ones.
    let (mut config, found) = match read::config(&name, &text, dialect.is_some()) {
        Ok(read) => read,
        Err(problem) => {
            problems.push(problem);
            return Err(problems);
        }
    };
    problems.extend(found);
    problems.extend(without_scheme(&config, &repere, &name, &text));
    let theme_dir = config.theme.as_ref().map(|theme| root.join("themes").join(theme));
    if let Some(dir) = &theme_dir {
        problems.extend(theme::merge(&root, dir, &mut config, (&name, &text)));
    }
    let mut walked = None;
    let (dialect, dialect_reason) = match (dialect, guessed) {
        (Some(dialect), _) => (dialect, None),
        (None, Some((dialect, reason))) => (dialect, Some(reason)),
        (None, None) => {
            let (dialect, reason) = dialect::guess(&root, theme_dir.as_deref(), &text, &mut walked);
            (dialect, Some(reason))
        }
    };
    config.dialect = dialect;
    if dialect == Dialect::Zola022 {
        problems.iter_mut().filter(|p| read::is_fine_in_older(p)).for_each(|p| p.level = Level::Warning);
    }
    let now = jiff::Zoned::now();
    Ok((Loaded { root, config_file, config, repere, dialect, dialect_reason, theme_dir, now, walked }, problems))
}

/// Reads the texts of both files alone: no folder, no theme, no dialect is looked for.
pub fn read_texts(zola: &str, ours: &str) -> (Config, Repere, Vec<Diagnostic>) {
    let (config, mut problems) =
        read::config("zola.toml", zola, false).unwrap_or_else(|problem| (Config::default(), vec![problem]));
    let (repere, found) = repere::read(ours);
    problems.extend(found);
    (config, repere, problems)
}

/// The site's folder and its configuration file.
fn find(root: &Path, explicit: Option<&Path>) -> Result<(PathBuf, PathBuf), Diagnostic> {
    let start = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let names: Vec<&Path> = match explicit {
        Some(path) => vec![path],
        None => vec![Path::new("zola.toml"), Path::new("config.toml")],
    };
    for folder in start.ancestors() {
        for name in &names {
            let file = folder.join(name);
            if file.is_file() {
                let root = file.parent().filter(|_| name.components().count() == 1).unwrap_or(folder);
                return Ok((root.to_owned(), file));
            }
        }
    }
    let wanted: Vec<String> = names.iter().map(|n| format!("`{}`", n.display())).collect();
    let message = format!("no {} in {} or above", wanted.join(" or "), start.display());
    Err(Diagnostic::error(message).help("`repere init` makes a site, `--root FOLDER` names one"))
}

/// A `base_url` that is no address: Zola takes it, and makes links of it that lead nowhere.
fn without_scheme(config: &Config, repere: &Repere, file: &str, text: &str) -> Option<Diagnostic> {
    let url = config.base_url.as_str();
    if url.contains("://") || url.starts_with('/') {
        return None;
    }
    let span = read::value_span(text, "base_url").unwrap_or(0..0);
    let message = format!("`{url}` is no address: without `https://` every link of the site leads nowhere");
    let problem = match repere.safety.links {
        true => Diagnostic::error(message),
        false => Diagnostic::warning(message),
    };
    Some(problem.at(Place::span(file, text, span)).help(format!("write `base_url = \"https://{url}\"`")))
}

/// A file as diagnostics show it.
fn shown(root: &Path, file: &Path) -> String {
    diagnostic::slashed(file.strip_prefix(root).unwrap_or(file))
}
