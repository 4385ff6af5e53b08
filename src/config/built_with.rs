//! Which Zola a site is built with elsewhere: what its workflows, its host's settings and its containers say.
//!
//! Entry point: [`newest`]. Many sites use nothing that only one dialect has, and then nothing else tells for which they
//! were written. The files are read as text: each names versions in its own way, but always beside the name of Zola. What
//! belongs to a site that is a folder of a larger repository lies above it, so that is looked at too.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// Files that say how a site is built, below its folder or the repository's.
pub(crate) const FILES: &[&str] = &[
    ".gitlab-ci.yml",
    ".woodpecker.yml",
    ".woodpecker.yaml",
    ".travis.yml",
    ".circleci/config.yml",
    ".devcontainer/devcontainer.json",
    "netlify.toml",
    "vercel.json",
    "wrangler.toml",
    "render.yaml",
    "Dockerfile",
    "Containerfile",
    "docker-compose.yml",
    "compose.yml",
    "compose.yaml",
    "mise.toml",
    ".mise.toml",
    ".tool-versions",
    "Makefile",
    "justfile",
    "build.sh",
    "deploy.sh",
];
/// Folders of such files.
pub(crate) const FOLDERS: &[&str] =
    &[".github/workflows", ".forgejo/workflows", ".gitea/workflows", ".woodpecker", ".builds"];
/// How many folders up the repository's root is looked for.
const UP: usize = 4;
/// No such file is longer; what is does something else.
const LONGEST: u64 = 1 << 20;

/// A version of Zola behind its name, and nothing but signs or one name between (`ZOLA_VERSION = "0.19.2"`, `zola@0.19.2`,
/// `getzola/zola:v0.19.2`, `zola-deploy-action@v0.19.2`), or on the next line when that says it is one.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r#"(?i)zola(?:(?:[\w./-]*[a-z_/-])?\s*[:=@]?\s*["']?|[^\n]*\n\s*\w*VERS\w*\s*[:=]\s*["']?)"#,
        r"v?(0\.(?:[5-9]|[1-9]\d))((?:\.\d{1,2})?)(?:[^\d.]|\.?$|\.\s)",
    );
    Regex::new(pattern).expect("a fixed pattern")
});

/// The newest version of Zola, `0.22.1` for instance, that builds the site in `root`, and the file that says so.
pub(super) fn newest(root: &Path) -> Option<(PathBuf, String)> {
    let found = places(root).into_iter().filter_map(|file| {
        std::fs::metadata(&file).ok().filter(|about| about.is_file() && about.len() <= LONGEST)?;
        let text = std::fs::read_to_string(&file).ok()?;
        let version = versions(&text).max_by_key(|version| numbers(version))?;
        Some((file, version))
    });
    // Of equal ones the first is named.
    found.reduce(|best, next| if numbers(&next.1) > numbers(&best.1) { next } else { best })
}

/// Every file that may say it, whether it is there or not; those of the site's folder first.
fn places(root: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    for folder in folders(root) {
        places.extend(FILES.iter().map(|name| folder.join(name)));
        for name in FOLDERS {
            let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(name))
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .collect();
            files.retain(|file| file.extension().is_some_and(|ending| ending == "yml" || ending == "yaml"));
            files.sort();
            places.extend(files);
        }
    }
    places
}

/// The site's folder, and those above it up to the root of its repository, if it has one.
pub(crate) fn folders(root: &Path) -> Vec<&Path> {
    let above: Vec<&Path> = above(root).collect();
    let top = above.iter().position(|folder| folder.join(".git").exists()).unwrap_or_default();
    above[..=top].to_vec()
}

/// The site's folder and those above it that may be the root of its repository.
pub(crate) fn above(root: &Path) -> impl Iterator<Item = &Path> {
    root.ancestors().take(UP + 1)
}

fn versions(text: &str) -> impl Iterator<Item = String> {
    VERSION.captures_iter(text).map(|found| format!("{}{}", &found[1], &found[2]))
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|number| number.parse().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest_of(text: &str) -> Option<String> {
        versions(text).max_by_key(|version| numbers(version))
    }

    #[test]
    fn versions_stand_beside_the_name_of_zola() {
        for (text, version) in [
            ("[context.production.environment]\nZOLA_VERSION = \"0.13.0\"\n", "0.13.0"),
            ("env:\n  ZOLA_VERSION: 0.21.0\n", "0.21.0"),
            ("  with:\n    tool: zola@0.18\n", "0.18"),
            ("uses: shalzz/zola-deploy-action@v0.16.1-1\n", "0.16.1"),
            ("FROM ghcr.io/getzola/zola:v0.17.2 AS builder", "0.17.2"),
            ("zola_version: v0.22.0", "0.22.0"),
            ("zola = \"0.23.4\"", "0.23.4"),
            ("zola 0.19.2", "0.19.2"),
            ("# needs Zola 0.22.\n", "0.22"),
            ("BASE_URL: https://github.com/getzola/zola/releases/download\n      VERS: v0.16.1\n", "0.16.1"),
            ("curl -sL https://github.com/getzola/zola/releases/download/v0.9.0/zola-v0.20.0-x86_64.tar.gz", "0.20.0"),
        ] {
            assert_eq!(newest_of(text).as_deref(), Some(version), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_versions_of_zola() {
        for text in [
            "run: zola serve --interface 0.0.0.0 --port 1024",
            "uses: taiki-e/install-action@zola\n",
            "run: zola build\nuses: actions/checkout@v4",
            "zola serve --interface 10.0.0.60 127.0.0.1",
            "uses: other/tool@v0.21.0",
            "zola: 10.21.3",
            "zola-10.21.3",
            "zola = \"latest\"\ntypst = \"0.12.0\"\n",
            "- uses: taiki-e/install-action@zola\n- uses: foo/pagefind-action@v0.13.0\n",
            "zola latest\njust 0.15.0\n",
            "tool: zola,lychee@0.15.1",
            "zola build && npx pagefind@0.12.0",
            "zola build -o public/0.9.1",
            "zola build --base-url https://docs.test/v0.12/",
        ] {
            assert_eq!(newest_of(text), None, "{text}");
        }
    }
}
