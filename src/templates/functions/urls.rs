//! Addresses and translated words: `get_url`, `trans`, `text_direction`.

use super::super::Shared;
use super::super::trace::{Read, note};
use super::call::{Answer, Call, Given};
use super::{files, or_draft, or_near};
use crate::config::Dialect;

/// `get_url(path, lang, trailing_slash=false, cachebust=false)`: an absolute address, marked safe.
pub(super) fn get_url(call: &Call) -> Answer {
    let shared = call.shared;
    let path = call.must_text("path")?;
    let config = &shared.loaded.config;
    let trailing_slash = call.flag("trailing_slash", false)?;
    if let Some(internal) = path.strip_prefix("@/") {
        let lang = call.language()?;
        if !config.languages.contains_key(&lang) && lang != config.default_language {
            return Err(format!("`get_url`: the site has no language `{lang}`"));
        }
        return resolve(shared, internal, &lang).map(Given::Safe);
    }
    let asked = call.text("lang")?;
    let path = match asked {
        Some(lang) if lang != config.default_language && !has_prefix(path, lang) => format!("{lang}/{path}"),
        _ => path.to_owned(),
    };
    let mut url = config.make_permalink(&path);
    if !trailing_slash && url.ends_with('/') {
        url.pop();
    }
    if call.flag("cachebust", false)? {
        let file = files::find(shared, &path)?
            .ok_or_else(|| format!("`get_url`: there is no file `{path}` to take a hash of"))?;
        let hash = files::hash_of(shared, &path, &file, 256).map_err(|problem| format!("`get_url`: {problem}"))?;
        url.push_str("?h=");
        url.push_str(&hex::encode(hash)[..20]);
    }
    Ok(Given::Safe(url))
}

/// Whether a path begins with its language, as Zola looks: after its first character, whatever that is.
fn has_prefix(path: &str, lang: &str) -> bool {
    let mut chars = path.chars();
    chars.next();
    chars.as_str().starts_with(lang)
}

/// The address of `blog/a.md#part` in a language.
fn resolve(shared: &Shared, internal: &str, lang: &str) -> Result<String, String> {
    let (path, anchor) = match internal.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (internal, None),
    };
    note(|| Read::Address(path.to_owned(), lang.to_owned()));
    let library = shared.library().ok_or_else(|| "no page is known yet".to_owned())?;
    let translated = localized(shared, path, lang);
    // The older dialect takes the translation and nothing else.
    let original = (shared.loaded.dialect == Dialect::Zola023 || translated.is_none()).then_some(path);
    let paths = || translated.as_deref().into_iter().chain(original);
    let Some(node) = paths().find_map(|path| library.node(path)) else {
        // A page that is not out now keeps the address it will have.
        if let Some(address) = paths().find_map(|path| library.waiting.get(path)) {
            return Ok(address.clone());
        }
        let why = or_draft(path, &library, translated.as_deref());
        return Err(format!("`@/{internal}` leads to no page or section in the language `{lang}`{why}"));
    };
    let permalink = library.permalink(node);
    Ok(anchor.map_or_else(|| permalink.to_owned(), |anchor| format!("{permalink}#{anchor}")))
}

/// The path of a file in a language: `a.md` becomes `a.en.md`. `None` for a path that is not Markdown.
pub(super) fn localized(shared: &Shared, path: &str, lang: &str) -> Option<String> {
    if lang == shared.loaded.config.default_language {
        return Some(path.to_owned());
    }
    path.strip_suffix(".md").map(|stem| format!("{stem}.{lang}.md"))
}

/// `trans(key, lang)`: a translated word.
pub(super) fn trans(call: &Call) -> Answer {
    let key = call.must_text("key")?;
    let lang = call.language()?;
    match call.shared.loaded.text(&lang, key) {
        Some(text) => Ok(text.into()),
        None => {
            let known = call.shared.loaded.config.language(&lang).translations.keys().map(String::as_str);
            Err(format!("there is no translation `{key}` in the language `{lang}`{}", or_near(key, known)))
        }
    }
}

/// Languages written from right to left, unless a script says otherwise.
const RIGHT_TO_LEFT: &[&str] =
    &["ar", "arc", "ckb", "dv", "fa", "he", "khw", "ks", "ku", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"];
const RIGHT_TO_LEFT_SCRIPTS: &[&str] = &["Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"];

/// `text_direction(lang)`: `ltr` or `rtl`.
pub(super) fn text_direction(call: &Call) -> Answer {
    let lang = call.language()?;
    let mut parts = lang.split(['-', '_']);
    let code = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4 && part.chars().all(char::is_alphabetic));
    let direction = match script {
        Some(script) if RIGHT_TO_LEFT_SCRIPTS.contains(&script) => "rtl",
        None if RIGHT_TO_LEFT.contains(&code) => "rtl",
        _ => "ltr",
    };
    Ok(direction.into())
}
