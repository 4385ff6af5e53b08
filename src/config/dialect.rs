//! Which Zola a site was written for, when nothing says so.

use std::path::Path;

use super::Dialect;

/// Tera 1 shows in templates: macros, imports, shortcodes. A site without any is read as the newer dialect.
pub(super) fn guess(root: &Path, theme_dir: Option<&Path>) -> Dialect {
    let folders = std::iter::once(root).chain(theme_dir).map(|folder| folder.join("templates"));
    for folder in folders {
        if folder.join("shortcodes").is_dir() {
            return Dialect::Zola022;
        }
        for entry in walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().flatten() {
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            if speaks_tera_1(&text) {
                return Dialect::Zola022;
            }
        }
    }
    Dialect::Zola023
}

fn speaks_tera_1(text: &str) -> bool {
    text.split("{%").skip(1).any(|rest| {
        let rest = rest.trim_start_matches('-').trim_start();
        rest.starts_with("macro ") || rest.starts_with("import ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_and_imports_are_the_older_dialect() {
        assert!(speaks_tera_1("{%- import \"m.html\" as m %}"));
        assert!(!speaks_tera_1("{% component a.b(x: string) %}import{% endcomponent %}"));
    }
}
