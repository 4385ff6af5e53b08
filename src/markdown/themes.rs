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

/// Refuses a theme that is neither giallo's nor, as far as can be told without reading it, one of the site's.
pub(super) fn check(loaded: &Loaded, options: &Highlighting) -> Vec<Diagnostic> {
    if !options.extra_themes.is_empty() {
        return Vec::new();
    }
    let file = loaded.config_file.strip_prefix(&loaded.root).unwrap_or(&loaded.config_file);
    let text = std::fs::read_to_string(&loaded.config_file).unwrap_or_default();
    let named = [&options.theme, &options.light_theme, &options.dark_theme].into_iter().flatten();
    let is_older = grammars::are_scoped(options, loaded.dialect);
    let known = || THEMES.iter().copied().filter(|theme| !(is_older && LATER.contains(theme)));
    let mut found = Vec::new();
    for theme in named.filter(|theme| !known().any(|known| known == theme.to_lowercase())) {
        let place = match text.find(&format!("\"{theme}\"")) {
            Some(at) => Place::span(file, &text, at..at + theme.len() + 2),
            None => Place::file(file),
        };
        let problem = Diagnostic::error(format!("there is no theme `{theme}`")).at(place);
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
