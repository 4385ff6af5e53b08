//! How a text becomes a part of an address.

use super::SlugifyStrategy;

/// A part of a path: a page's slug, a taxonomy's, a term's.
pub fn slugify_path(text: &str, strategy: SlugifyStrategy) -> String {
    match strategy {
        SlugifyStrategy::On => slug::slugify(text),
        // What NTFS refuses: a site is also checked out on Windows.
        SlugifyStrategy::Safe => {
            let text = text.trim_end_matches([' ', '.']);
            text.chars().filter(|c| !matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*')).collect()
        }
        SlugifyStrategy::Off => text.to_owned(),
    }
}

/// The identifier of a heading.
pub fn slugify_anchor(text: &str, strategy: SlugifyStrategy) -> String {
    match strategy {
        SlugifyStrategy::On => slug::slugify(text),
        SlugifyStrategy::Safe | SlugifyStrategy::Off => {
            text.chars().map(|c| if c.is_ascii_whitespace() { '_' } else { c }).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_go_and_unsafe_signs_go() {
        assert_eq!(slugify_path("L'été à Paris", SlugifyStrategy::On), "l-ete-a-paris");
        assert_eq!(slugify_path("Été: 1/2. ", SlugifyStrategy::Safe), "Été 12");
        assert_eq!(slugify_anchor("Un  mot", SlugifyStrategy::Safe), "Un__mot");
        assert_eq!(
            slugify_anchor("Pourquoi\u{a0}? 日本\u{3000}語", SlugifyStrategy::Off),
            "Pourquoi\u{a0}?_日本\u{3000}語"
        );
    }
}
