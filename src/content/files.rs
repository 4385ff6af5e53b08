//! The content folders walked: which files are sections, pages and assets, and what their names say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::kept::Seen;
use super::{Asset, FileInfo};
use crate::config::walk::{Met, Walked};
use crate::config::{Config, text};
use crate::diagnostic::{Diagnostic, Place, slashed};

/// What the walk found, each sorted by path below the content root.
#[derive(Default)]
pub(super) struct Found {
    /// Sections and pages.
    pub(super) texts: Vec<Text>,
    /// Other files: path below the content root in lower case and as it is, and the file.
    assets: BTreeMap<String, Vec<(String, PathBuf)>>,
    /// Names that cannot be.
    pub(super) problems: Vec<Diagnostic>,
}

/// A section or page before it is read.
pub(super) struct Text {
    pub(super) file: FileInfo,
    pub(super) lang: String,
    pub(super) seen: Option<Seen>,
}

/// Walks `content/`, unless that was `walked` already, and `episodes/` under `podcast/` when there is one.
pub(super) fn find(root: &Path, config: &Config, inside: bool, walked: Option<&Walked>) -> Found {
    let mut found = Found::default();
    let ignored = globs(&config.ignored_content);
    for (folder, mount) in [("content", ""), ("episodes", "podcast/")] {
        let content = root.join(folder);
        if content.is_dir() {
            Mounted { root, content: &content, mount, config, ignored: &ignored, inside }.add(walked, &mut found);
        }
    }
    found.texts.sort_by(|a, b| a.file.relative.cmp(&b.file.relative));
    found
}

/// The globs of a list as one; a list with a bad one was refused with the configuration.
fn globs(list: &[String]) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    for glob in list.iter().filter_map(|g| globset::Glob::new(g).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

/// A folder of content and where it is mounted.
struct Mounted<'a> {
    root: &'a Path,
    content: &'a Path,
    mount: &'a str,
    config: &'a Config,
    ignored: &'a globset::GlobSet,
    inside: bool,
}

struct Looked {
    problems: Vec<Diagnostic>,
    kind: Kind,
}

enum Kind {
    Text(Box<Text>),
    /// Its folder and its path below the content root, and the file.
    Asset(String, String, PathBuf),
    Other,
}

impl Mounted<'_> {
    /// What is in the folder.
    fn add(&self, walked: Option<&Walked>, found: &mut Found) {
        let own;
        let walked = match walked.filter(|walked| walked.is_of(self.content)) {
            Some(walked) => walked,
            None => {
                own = Walked::of(self.content.to_owned());
                &own
            }
        };
        let looked: Vec<Looked> = walked.met.par_iter().map(|met| self.look(met)).collect();
        for looked in looked {
            found.problems.extend(looked.problems);
            match looked.kind {
                Kind::Text(text) => found.texts.push(*text),
                Kind::Asset(folder, relative, path) => found.assets.entry(folder).or_default().push((relative, path)),
                Kind::Other => {}
            }
        }
    }

    fn look(&self, (entry, seen): &Met) -> Looked {
        let mut looked = Looked { problems: Vec::new(), kind: Kind::Other };
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(self.content);
                looked.problems.push(unwalkable(&slashed(path.strip_prefix(self.root).unwrap_or(path)), error));
                return looked;
            }
        };
        let path = entry.path();
        let shown = slashed(path.strip_prefix(self.root).unwrap_or(path));
        if entry.path_is_symlink() && entry.depth() > 0 {
            looked.problems.extend(text::leads_out(self.root, path, &shown, self.inside));
        }
        let relative = format!("{}{}", self.mount, slashed(path.strip_prefix(self.content).unwrap_or(path)));
        let name = relative.rsplit('/').next().unwrap_or_default();
        // By Zola's rule whole paths are asked for; a section is ignored with its folder, whatever its file is called.
        let is_section = name.starts_with("_index.") && name.ends_with(".md");
        let asked = if is_section { path.parent().unwrap_or(path) } else { path };
        // Asking is not for nothing, even when nothing is ignored.
        if !entry.file_type().is_file() || !self.ignored.is_empty() && self.ignored.is_match(asked) {
            return looked;
        }
        if name.ends_with(".md") && name.starts_with('.') {
            return looked;
        }
        if let Some(problem) = unread_section(name, &shown, self.config) {
            looked.problems.push(problem);
        } else if name.ends_with(".md") {
            match file_info(path, shown, relative, self.config) {
                Ok((file, lang)) => looked.kind = Kind::Text(Box::new(Text { file, lang, seen: seen.map(Seen::from) })),
                Err(problem) => looked.problems.push(problem),
            }
        } else if !is_leftover(name) {
            let folder = relative.rfind('/').map_or("", |at| &relative[..at]).to_owned();
            looked.kind = Kind::Asset(folder, relative, path.to_owned());
        }
        looked
    }
}

/// A name that cannot be followed: a loop of links, a link to nothing, a folder without permission.
fn unwalkable(shown: &str, error: &walkdir::Error) -> Diagnostic {
    match error.io_error() {
        Some(error) => text::unreadable(shown, error),
        None => Diagnostic::error("this link leads back to a folder that holds it")
            .at(Place::file(shown))
            .help("take the link away"),
    }
}

/// What an editor or a system leaves behind: by Zola's rule also every file without an ending, `.gitkeep` among them.
fn is_leftover(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else { return true };
    matches!(ending, "swp" | "swx" | "tmp" | "kate-swp")
        || ["jb_old___", "jb_tmp___", "jb_bak___", "~"].iter().any(|end| ending.ends_with(end))
        || stem.starts_with('#')
        || stem.starts_with(".#")
}

/// By Zola's rule names that begin with `_index.` are kept for sections, and only `_index.md` and those with the code of
/// another language are read; the default language has no code in names.
fn unread_section(name: &str, shown: &str, config: &Config) -> Option<Diagnostic> {
    let code = name.strip_prefix("_index.")?.strip_suffix(".md")?;
    if config.other_languages().any(|(other, _)| other == code) {
        return None;
    }
    let help = if code == config.default_language {
        "the default language's section is `_index.md`".to_owned()
    } else {
        let near = crate::diagnostic::did_you_mean(code, config.other_languages().map(|(other, _)| other));
        near.map_or_else(
            || format!("`_index.md` is a section; one in another language needs `[languages.{code}]`"),
            |near| format!("did you mean `_index.{near}.md`?"),
        )
    };
    Some(Diagnostic::warning("this section is not read").at(Place::file(shown)).help(help))
}

/// What a file's name says, and its language. The code of the default language is part of the name.
pub(super) fn file_info(
    path: &Path,
    shown: String,
    relative: String,
    config: &Config,
) -> Result<(FileInfo, String), Diagnostic> {
    let (folder, file) = relative.rsplit_once('/').unwrap_or(("", &relative));
    let stem = file.strip_suffix(".md").unwrap_or(file);
    let (name, lang) = match stem.rsplit_once('.') {
        Some((name, code)) if config.is_multilingual() && code != config.default_language => {
            if !config.languages.contains_key(code) {
                let problem = Diagnostic::error(format!("the configuration has no language `{code}`"));
                let near = crate::diagnostic::did_you_mean(code, config.languages.keys().map(String::as_str));
                let help = near.map_or_else(
                    || format!("add `[languages.{code}]`, or take the dot out of the file's name"),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(problem.at(Place::file(shown)).help(help));
            }
            (name, code)
        }
        _ => (stem, config.default_language.as_str()),
    };
    let mut components: Vec<String> = folder.split('/').filter(|c| !c.is_empty()).map(str::to_owned).collect();
    let slash = if folder.is_empty() { "" } else { "/" };
    let canonical = format!("{folder}{slash}{name}.md");
    // `index.fr.md` is colocated, too, even where `fr` is no language.
    let is_index = name == "index" || name.starts_with("index.");
    let colocated_path = (is_index && !components.is_empty()).then(|| format!("{folder}/"));
    if is_index {
        components.pop();
    }
    let info = FileInfo {
        path: path.to_owned(),
        canonical,
        name: name.to_owned(),
        components,
        colocated_path,
        folder: path.parent().unwrap_or(path).to_owned(),
        shown,
        relative: relative.clone(),
    };
    Ok((info, lang.to_owned()))
}

impl Found {
    /// Files beside an `index.md`, those of folders below included, without regard to case. `index.fr.md` where `fr` is no
    /// other language is colocated and has none. Of one that is not in a folder of its own these are all of the content.
    pub(super) fn page_assets(&self, file: &FileInfo) -> Vec<Asset> {
        if file.name != "index" {
            return Vec::new();
        }
        let Some(colocated) = &file.colocated_path else {
            let all = self.assets.values().flatten();
            return listed(all.filter(|(_, path)| path.starts_with(&file.folder)), "", "/");
        };
        let folder = colocated.trim_end_matches('/');
        let own = self.assets.get(folder).into_iter();
        // `/` sorts before `0`, so these are the folders below.
        let below = self.assets.range(format!("{folder}/")..format!("{folder}0")).map(|(_, files)| files);
        listed(own.chain(below).flatten(), colocated, &format!("/{colocated}"))
    }

    /// Files beside an `_index.md`.
    pub(super) fn section_assets(&self, file: &FileInfo, path: &str) -> Vec<Asset> {
        let folder = file.components.join("/");
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        listed(self.assets.get(&folder).into_iter().flatten(), &prefix, path)
    }
}

fn listed<'a>(files: impl Iterator<Item = &'a (String, PathBuf)>, prefix: &str, under: &str) -> Vec<Asset> {
    let assets = files.map(|(relative, source)| {
        let name = relative.strip_prefix(prefix).unwrap_or(relative).to_owned();
        Asset { source: source.clone(), listed: format!("{under}{name}"), name }
    });
    let mut assets: Vec<Asset> = assets.collect();
    assets.sort_by_cached_key(|a| (a.name.to_ascii_lowercase(), a.name.clone()));
    assets
}
