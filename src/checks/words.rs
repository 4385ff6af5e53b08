//! Words the site avoids in its texts, and words of the subject where a history or a shared screen would show them.
//!
//! The list follows the *Terminology Guidelines* (Luxembourg, 2016, revised 2025). A word stands where it is quoted
//! (« … », “ … ”, a block quotation) or where the page says so (`extra.allow_words`), since laws and institutions keep
//! their own names.

use std::path::Path;

use super::{Page, Site, place_in};
use crate::content::Node;
use crate::diagnostic::{Diagnostic, Place};

/// A word to avoid, what to write, and for whom the rule is; an empty audience is everybody.
struct Avoided {
    /// Without accents, in lower case. A last `*` takes any ending.
    word: &'static str,
    prefer: &'static str,
    audiences: &'static [&'static str],
}

const AVOIDED: &[Avoided] = &[
    avoid("prostitution enfantine", "exploitation sexuelle de mineurs"),
    avoid("enfant* prostitue*", "mineur victime d'exploitation sexuelle"),
    avoid("mineur* prostitue*", "mineur victime d'exploitation sexuelle"),
    avoid("jeune* prostitue*", "jeune victime d'exploitation sexuelle"),
    avoid("se prostitue*", "être exploité dans la prostitution"),
    avoid("pedopornograph*", "images d'abus sexuels sur enfants"),
    avoid("pornographie infantile", "images d'abus sexuels sur enfants"),
    avoid("tourisme sexuel", "exploitation sexuelle d'enfants dans le cadre des voyages"),
    avoid("elle a accepte", "on l'a manipulée"),
    avoid("elle s'est mise en danger", "on l'a mise en danger"),
    avoid("il s'est mis en danger", "on l'a mis en danger"),
    Avoided { word: "le client", prefer: "l'adulte qui paie", audiences: &["ados", "parents"] },
    Avoided { word: "les clients", prefer: "les adultes qui paient", audiences: &["ados", "parents"] },
    Avoided { word: "un client", prefer: "un adulte qui paie", audiences: &["ados", "parents"] },
    Avoided { word: "des clients", prefer: "des adultes qui paient", audiences: &["ados", "parents"] },
];

const fn avoid(word: &'static str, prefer: &'static str) -> Avoided {
    Avoided { word, prefer, audiences: &[] }
}

/// What must not show in a history, a tab, a share or a folder of downloads.
const SUBJECT: &[&str] = &[
    "prostitu*",
    "proxenet*",
    "sexe*",
    "sexuel*",
    "sexualite*",
    "sexto*",
    "sexting",
    "sextorsion",
    "nude*",
    "porno*",
    "pedo*",
    "pedocrimin*",
    "viol",
    "viols",
    "violeur*",
    "violence*",
    "agression*",
    "abus",
    "exploitation*",
    "escort*",
    "michto*",
    "traite",
    "victime*",
    "119",
];

/// Advice that puts the burden on the one it happens to, unless the page also says whose fault it is not.
const BLAMING: &[&str] = &[
    "protege toi",
    "evite de",
    "sois prudent*",
    "tu aurais du",
    "tu n'aurais pas du",
    "ne fais jamais",
    "n'envoie jamais",
];

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for page in site.pages.iter().filter(|p| !p.document.is_redirect) {
        let Some(node) = page.node else { continue };
        check_text(site, node, &mut found);
        let discreet = site.inherited(node, "discreet").and_then(serde_json::Value::as_bool).unwrap_or(false);
        if discreet || site.audience(node) == Some("ados") {
            check_discretion(site, page, &mut found);
        }
    }
    found
}

/// The words of a title, a description and a text, line by line.
fn check_text(site: &Site, node: Node, found: &mut Vec<Diagnostic>) {
    let (raw, first, shown, extra, title, description) = match node {
        Node::Page(key) => {
            let (page, meta) = (&site.library[key], &site.library[key].meta);
            (&page.raw, page.raw_line, &page.file.shown, &meta.extra, &meta.title, &meta.description)
        }
        Node::Section(key) => {
            let (section, meta) = (&site.library[key], &site.library[key].meta);
            (&section.raw, section.raw_line, &section.file.shown, &meta.extra, &meta.title, &meta.description)
        }
    };
    let allowed: Vec<String> = extra
        .get("allow_words")
        .and_then(|v| v.as_array())
        .map(|words| words.iter().filter_map(|w| w.as_str()).map(plain).collect())
        .unwrap_or_default();
    let rules = Rules { audience: site.audience(node).unwrap_or_default(), allowed };
    for text in [title, description].into_iter().flatten() {
        let (said, _) = without_quotes(text, false);
        rules.hold(&said, || place_in(&site.loaded.root, Path::new(shown), text), found);
    }
    let blames = rules.audience == "ados" && !plain(raw).contains("ta faute");
    let mut quoted = false;
    for (index, line) in raw.lines().enumerate() {
        let (said, still) = without_quotes(line, quoted);
        quoted = still && !line.trim().is_empty();
        if line.trim_start().starts_with('>') {
            continue;
        }
        let place = || Place { line: first + index, source: line.to_owned(), ..Place::file(shown) };
        rules.hold(&said, place, found);
        let said = if blames { plain(&said) } else { String::new() };
        if let Some(word) = BLAMING.iter().find_map(|rule| find(&said, rule)) {
            let problem = Diagnostic::warning(format!("“{word}” asks the young person to prevent what others do"));
            let help = "say on the same page that it is never their fault (“ta faute”), and whom to call";
            found.push(problem.at(place()).help(help));
        }
    }
}

/// What holds for one text.
struct Rules<'a> {
    audience: &'a str,
    allowed: Vec<String>,
}

impl Rules<'_> {
    fn hold(&self, said: &str, place: impl Fn() -> Place, found: &mut Vec<Diagnostic>) {
        let said = plain(said);
        for rule in AVOIDED.iter().filter(|r| r.audiences.is_empty() || r.audiences.contains(&self.audience)) {
            let Some(word) = find(&said, rule.word) else { continue };
            if self.allowed.iter().any(|a| word.contains(a.as_str())) {
                continue;
            }
            found.push(
                Diagnostic::error(format!("“{word}” is a wording this site avoids"))
                    .at(place())
                    .help(format!("write “{}”", rule.prefer))
                    .help("a name or a law keeps its words: put them between « »"),
            );
        }
    }
}

/// Titles, addresses, shares and file names of a discreet page.
fn check_discretion(site: &Site, page: &Page, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<(String, String)> = vec![("address".to_owned(), page.path.replace(['/', '-', '_', '.'], " "))];
    seen.extend(page.document.title.iter().map(|t| ("title".to_owned(), t.clone())));
    for (name, content) in &page.document.metas {
        if name.starts_with("og:") || name.starts_with("twitter:") {
            seen.push((format!("share (`{name}`)"), content.clone()));
        }
    }
    for link in page.document.links.iter().filter(|l| l.is_download) {
        let file = link.href.rsplit('/').next().unwrap_or_default();
        seen.push((format!("download `{file}`"), file.replace(['-', '_', '.'], " ")));
    }
    for (what, text) in seen {
        let text = plain(&text);
        for rule in SUBJECT {
            let Some(word) = find(&text, rule) else { continue };
            let problem = Diagnostic::error(format!("“{word}” shows in the {what} of a discreet page"));
            let needle = if what == "title" { "title" } else { "" };
            found.push(
                problem
                    .at(site.place(page, needle))
                    .help("it stays in histories, tabs, shares and downloads: say it otherwise"),
            );
        }
    }
}

/// Lower case, no accents, straight apostrophes, single blanks.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['’', '‘'], "'").replace(['·', '•'], "");
    let bare: String = text.chars().map(bare).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bare(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        _ => c,
    }
}

/// The words of a plain text that a rule hits; each word of the rule may end with `*`.
fn find(text: &str, rule: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .map(|w| w.trim_matches('\''))
        .filter(|w| !w.is_empty())
        .collect();
    let wanted: Vec<&str> = rule.split(' ').collect();
    let hit = |word: &str, wanted: &str| match wanted.strip_suffix('*') {
        Some(start) => word.starts_with(start) || word.rsplit('\'').next().is_some_and(|w| w.starts_with(start)),
        None => word == wanted || (!wanted.contains('\'') && word.rsplit('\'').next() == Some(wanted)),
    };
    words
        .windows(wanted.len())
        .find(|window| window.iter().zip(&wanted).all(|(word, wanted)| hit(word, wanted)))
        .map(|window| window.join(" "))
}

/// A line without what stands between quotation marks, and whether one is still open at its end.
fn without_quotes(line: &str, mut quoted: bool) -> (String, bool) {
    let mut said = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '«' | '“' => quoted = true,
            '»' | '”' => quoted = false,
            _ if quoted => {}
            _ => said.push(c),
        }
    }
    (said, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hit_whole_words_and_their_endings() {
        assert_eq!(
            find(&plain("Des mineures prostituées"), "mineur* prostitue*").as_deref(),
            Some("mineures prostituees")
        );
        assert_eq!(find(&plain("une fleur violette"), "viol"), None);
        assert_eq!(find(&plain("l’exploitation"), "exploitation*").as_deref(), Some("l'exploitation"));
        assert!(find(&plain("elle s’est mise en danger"), "elle s'est mise en danger").is_some());
    }

    #[test]
    fn quoted_words_stand() {
        let (said, open) = without_quotes("le plan « lutte contre la prostitution » dit", false);
        assert!(!said.contains("prostitution") && !open);
    }
}
