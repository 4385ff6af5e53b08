//! Names of the themes that come with giallo, so that a wrong name is refused without loading 240 grammars.
//!
//! Entry point: [`check`]. A test holds the list against the library.

use super::grammars;
use crate::config::{Highlighting, Loaded};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};

const THEMES: &[&str] = &[
    "andromeeda",
    "aurora-x",
    "ayu-dark",
    "ayu-light",
    "ayu-mirage",
    "catppuccin-frappe",
    "catppuccin-latte",
    "catppuccin-macchiato",
    "catppuccin-mocha",
    "dark-plus",
    "dracula",
    "dracula-soft",
    "everforest-dark",
    "everforest-light",
    "github-dark",
    "github-dark-default",
    "github-dark-dimmed",
    "github-dark-high-contrast",
    "github-light",
    "github-light-default",
    "github-light-high-contrast",
    "gruvbox-dark-hard",
    "gruvbox-dark-medium",
    "gruvbox-dark-soft",
    "gruvbox-light-hard",
    "gruvbox-light-medium",
    "gruvbox-light-soft",
    "horizon",
    "horizon-bright",
    "houston",
    "kanagawa-dragon",
    "kanagawa-lotus",
    "kanagawa-wave",
    "laserwave",
    "light-plus",
    "material-theme",
    "material-theme-darker",
    "material-theme-lighter",
    "material-theme-ocean",
    "material-theme-palenight",
    "min-dark",
    "min-light",
    "monokai",
    "night-owl",
    "night-owl-light",
    "nord",
    "one-dark-pro",
    "one-light",
    "plastic",
    "poimandres",
    "red",
    "rose-pine",
    "rose-pine-dawn",
    "rose-pine-moon",
    "slack-dark",
    "slack-ochin",
    "snazzy-light",
    "solarized-dark",
    "solarized-light",
    "synthwave-84",
    "tokyo-night",
    "vesper",
    "vitesse-black",
    "vitesse-dark",
    "vitesse-light",
];

/// Those that came after the version which names classes for the 0.22 dialect.
const LATER: &[&str] = &["ayu-light", "ayu-mirage", "horizon", "horizon-bright", "night-owl-light"];

/// Refuses a theme that is neither giallo's nor, as far as can be told without reading it, one of the site's; and files of
/// themes and grammars that are not there, whether or not the site has code.
pub(super) fn check(loaded: &Loaded, options: &Highlighting) -> Vec<Diagnostic> {
    let file = loaded.config_file.strip_prefix(&loaded.root).unwrap_or(&loaded.config_file);
    let text = std::fs::read_to_string(&loaded.config_file).unwrap_or_default();
    let place = |name: &str| match text.find(&format!("\"{name}\"")) {
        Some(at) => Place::span(file, &text, at..at + name.len() + 2),
        None => Place::file(file),
    };
    let folder = loaded.config_file.parent().unwrap_or(&loaded.root);
    let files = options.extra_grammars.iter().chain(&options.extra_themes);
    let mut found: Vec<Diagnostic> = files
        .filter(|name| !folder.join(name).exists())
        .map(|name| {
            let problem = Diagnostic::error(format!("there is no file `{name}`")).at(place(name));
            problem.help("`extra_grammars` and `extra_themes` name files from the folder of the configuration on")
        })
        .collect();
    if !options.extra_themes.is_empty() {
        return found;
    }
    // The single one is taken, whatever stands beside it.
    let both = [&options.light_theme, &options.dark_theme];
    let named = options.theme.as_ref().map_or_else(|| both.into_iter().flatten().collect(), |theme| vec![theme]);
    let is_older = grammars::are_scoped(options, loaded.dialect);
    let known = || THEMES.iter().copied().filter(|theme| !(is_older && LATER.contains(theme)));
    for theme in named.into_iter().filter(|theme| !known().any(|known| known == theme.to_lowercase())) {
        let problem = Diagnostic::error(format!("there is no theme `{theme}`")).at(place(theme));
        found.push(match did_you_mean(theme, known()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem
                .help("take one of giallo's themes (`github-light`, `nord`, …), or name a file in `extra_themes`"),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_giallo_has() {
        let registry = giallo::Registry::builtin().unwrap();
        let older = giallo02::Registry::builtin().unwrap();
        let later: Vec<&str> = THEMES.iter().copied().filter(|theme| !older.contains_theme(theme)).collect();
        assert_eq!(later, LATER);
        for theme in THEMES {
            assert!(registry.contains_theme(theme), "{theme}");
        }
    }
}
