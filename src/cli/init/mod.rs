//! `repere init`: a small site that works, in French, to start from. It asks nothing and needs no network.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

/// The files of a first site.
const FILES: &[(&str, &str)] = &[
    ("zola.toml", include_str!("start/zola.toml")),
    ("content/_index.md", include_str!("start/content/_index.md")),
    ("content/articles/_index.md", include_str!("start/content/articles/_index.md")),
    ("content/articles/premier.md", include_str!("start/content/articles/premier.md")),
    ("templates/base.html", include_str!("start/templates/base.html")),
    ("templates/index.html", include_str!("start/templates/index.html")),
    ("templates/page.html", include_str!("start/templates/page.html")),
    ("templates/section.html", include_str!("start/templates/section.html")),
    ("static/site.css", include_str!("start/static/site.css")),
];

/// Arguments of `repere init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder to make the site in
    #[arg(default_value = ".")]
    name: PathBuf,
    /// Make it even when the folder is not empty; existing files stay as they are
    #[arg(short, long)]
    force: bool,
}

impl Init {
    pub(super) fn run(self) -> ExitCode {
        match self.write() {
            Ok(()) => {
                let folder = self.name.display();
                println!(
                    "A site was made in {folder}. Next:\n  cd {folder}\n  repere serve\nThen open http://127.0.0.1:1111/"
                );
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::from(super::SITE_ERRORS)
            }
        }
    }

    fn write(&self) -> anyhow::Result<()> {
        let told = || format!("{} cannot be written", self.name.display());
        if !self.force && fs::read_dir(&self.name).is_ok_and(|mut entries| entries.any(|e| e.is_ok_and(is_visible))) {
            anyhow::bail!("the folder {} is not empty; add --force to start a site in it", self.name.display());
        }
        for (path, text) in FILES {
            let file = self.name.join(path);
            if file.exists() {
                continue;
            }
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).with_context(told)?;
            }
            fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(())
    }
}

/// A folder that holds only `.git` and the like is as good as empty.
fn is_visible(entry: fs::DirEntry) -> bool {
    !entry.file_name().to_string_lossy().starts_with('.')
}
