//! `config` as templates see it, for either engine.

use crate::config::{Config, LanguageOptions};

use super::form::{Fields, Form};
use super::nodes::optional;

/// `config` as templates of one language see it.
pub(crate) fn config<V: Form>(config: &Config, lang: &str) -> V {
    let options = config.language(lang);
    let mut map = V::Map::default();
    map.put("base_url", V::from(config.base_url.as_str()));
    map.put("mode", V::serialized(&config.mode));
    map.put("title", optional(options.title.as_deref()));
    map.put("description", optional(options.description.as_deref()));
    let mut others = V::Map::default();
    for (code, other) in config.languages.iter().filter(|(code, _)| code.as_str() != lang) {
        others.put(code.clone(), language::<V>(other));
    }
    map.put("languages", V::map(others));
    map.put("default_language", V::from(config.default_language.as_str()));
    map.put("generate_feed", V::from(options.generate_feeds));
    map.put("generate_feeds", V::from(options.generate_feeds));
    map.put("feed_filenames", V::serialized(&options.feed_filenames));
    map.put("taxonomies", V::serialized(&options.taxonomies));
    map.put("author", optional(config.author.as_deref()));
    map.put("build_search_index", V::from(options.build_search_index));
    map.put("extra", V::extra(&config.extra));
    map.put("markdown", V::serialized(&config.markdown));
    let mut search = V::Map::default();
    search.put("index_format", V::serialized(&options.search.index_format));
    map.put("search", V::map(search));
    map.put("generate_sitemap", V::from(config.generate_sitemap));
    map.put("generate_robots_txt", V::from(config.generate_robots_txt));
    map.put("exclude_paginated_pages_in_sitemap", V::serialized(&config.exclude_paginated_pages_in_sitemap));
    V::map(map)
}

fn language<V: Form>(options: &LanguageOptions) -> V {
    let mut map = V::Map::default();
    map.put("title", optional(options.title.as_deref()));
    map.put("description", optional(options.description.as_deref()));
    map.put("generate_feeds", V::from(options.generate_feeds));
    map.put("feed_filenames", V::serialized(&options.feed_filenames));
    map.put("taxonomies", V::serialized(&options.taxonomies));
    map.put("build_search_index", V::from(options.build_search_index));
    map.put("search", V::serialized(&options.search));
    map.put("translations", V::serialized(&options.translations));
    V::map(map)
}
