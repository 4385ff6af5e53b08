//! `config` as templates see it.

use tera::{Map, Value};

use super::nodes::optional;
use crate::config::{Config, Dialect, LanguageOptions, Markdown};

/// `config` as templates of one language see it.
pub(crate) fn config(config: &Config, lang: &str) -> Value {
    let is_older = config.dialect == Dialect::Zola022;
    let options = config.language(lang);
    let mut map = Map::new();
    map.insert("base_url".into(), Value::from(config.base_url.as_str()));
    map.insert("mode".into(), Value::from_serializable(&config.mode));
    map.insert("title".into(), optional(options.title.as_deref()));
    map.insert("description".into(), optional(options.description.as_deref()));
    let mut others = Map::new();
    for (code, other) in config.languages.iter().filter(|(code, _)| code.as_str() != lang) {
        others.insert(code.clone().into(), language(other));
    }
    map.insert("languages".into(), Value::from(others));
    map.insert("default_language".into(), Value::from(config.default_language.as_str()));
    map.insert("generate_feed".into(), Value::from(options.generate_feeds));
    map.insert("generate_feeds".into(), Value::from(options.generate_feeds));
    map.insert("feed_filenames".into(), Value::from_serializable(&options.feed_filenames));
    map.insert("taxonomies".into(), Value::from_serializable(&options.taxonomies));
    map.insert("author".into(), optional(config.author.as_deref()));
    map.insert("build_search_index".into(), Value::from(options.build_search_index));
    map.insert("extra".into(), extra(&config.extra, is_older));
    map.insert("markdown".into(), markdown(&config.markdown, is_older));
    let mut search = Map::new();
    let format = if is_older { config.format_at_root } else { options.search.index_format };
    search.insert("index_format".into(), Value::from_serializable(&format));
    map.insert("search".into(), Value::from(search));
    map.insert("generate_sitemap".into(), Value::from(config.generate_sitemap));
    map.insert("generate_robots_txt".into(), Value::from(config.generate_robots_txt));
    map.insert(
        "exclude_paginated_pages_in_sitemap".into(),
        Value::from_serializable(&config.exclude_paginated_pages_in_sitemap),
    );
    Value::from(map)
}

/// The older dialect shows of `highlighting` the themes it takes, and nothing of what came later.
fn markdown(markdown: &Markdown, is_older: bool) -> Value {
    let Some(highlighting) = markdown.highlighting.as_ref().filter(|_| is_older) else {
        return Value::from_serializable(markdown);
    };
    let mut shown = serde_json::to_value(markdown).unwrap_or_default();
    let mut map = serde_json::Map::new();
    map.insert("error_on_missing_language".to_owned(), highlighting.error_on_missing_language.into());
    map.insert("style".to_owned(), serde_json::to_value(highlighting.style).unwrap_or_default());
    let themes = match &highlighting.theme {
        Some(theme) => [("theme", Some(theme)), ("", None)],
        None => [("light_theme", highlighting.light_theme.as_ref()), ("dark_theme", highlighting.dark_theme.as_ref())],
    };
    for (key, theme) in themes.into_iter().filter_map(|(key, theme)| Some((key, theme?))) {
        map.insert(key.to_owned(), theme.as_str().into());
    }
    map.insert("extra_grammars".to_owned(), highlighting.extra_grammars.clone().into());
    map.insert("extra_themes".to_owned(), highlighting.extra_themes.clone().into());
    shown["highlighting"] = map.into();
    Value::from_serializable(&shown)
}

fn language(options: &LanguageOptions) -> Value {
    let mut map = Map::new();
    map.insert("title".into(), optional(options.title.as_deref()));
    map.insert("description".into(), optional(options.description.as_deref()));
    map.insert("generate_feeds".into(), Value::from(options.generate_feeds));
    map.insert("feed_filenames".into(), Value::from_serializable(&options.feed_filenames));
    map.insert("taxonomies".into(), Value::from_serializable(&options.taxonomies));
    map.insert("build_search_index".into(), Value::from(options.build_search_index));
    map.insert("search".into(), Value::from_serializable(&options.search));
    map.insert("translations".into(), Value::from_serializable(&options.translations));
    Value::from(map)
}

/// The tables of the older dialect are sorted by their keys.
fn extra(extra: &serde_json::Map<String, serde_json::Value>, sorted: bool) -> Value {
    if !sorted {
        return Value::from_serializable(extra);
    }
    let mut extra = serde_json::Value::Object(extra.clone());
    extra.sort_all_objects();
    Value::from_serializable(&extra)
}
