//! The text of `zola.toml` as a [`Config`], with every problem at its line.

use std::ops::Range;

use super::keys::{Reader, Table};
use super::languages;
use super::older;
use super::zola::{
    Config, DataAttrPosition, ExcludePaginated, HighlightStyle, Highlighting, InsertAnchor, LinkChecker, LinkLevel,
    Markdown, Mode, Slugify, SlugifyStrategy,
};
use crate::diagnostic::{Diagnostic, Place};

const ROOT_KEYS: &[&str] = &[
    "base_url",
    "title",
    "description",
    "theme",
    "author",
    "default_language",
    "languages",
    "translations",
    "generate_feeds",
    "feed_limit",
    "feed_filenames",
    "taxonomies",
    "taxonomy_root",
    "compile_sass",
    "minify_html",
    "build_search_index",
    "ignored_content",
    "ignored_static",
    "hard_link_static",
    "output_dir",
    "preserve_dotfiles_in_output",
    "generate_sitemap",
    "generate_robots_txt",
    "exclude_paginated_pages_in_sitemap",
    "mode",
    "extra",
    "markdown",
    "slugify",
    "search",
    "link_checker",
    "skip_content_templating",
];

const MARKDOWN_KEYS: &[&str] = &[
    "highlighting",
    "render_emoji",
    "external_links_class",
    "external_links_target_blank",
    "external_links_no_follow",
    "external_links_no_referrer",
    "external_links_external",
    "smart_punctuation",
    "definition_list",
    "bottom_footnotes",
    "lazy_async_image",
    "insert_anchor_links",
    "github_alerts",
];

/// Where the value of a key of the root stands.
pub(super) fn value_span(text: &str, key: &str) -> Option<Range<usize>> {
    Some(Table::from_toml(text, 0).ok()?.take(key)?.item.span)
}

/// Reads the configuration. `strict` refuses keys of older Zolas; otherwise they are warnings. Fails when it is no TOML.
pub(super) fn config(file: &str, text: &str, strict: bool) -> Result<(Config, Vec<Diagnostic>), Diagnostic> {
    let mut reader = Reader::new(file, text);
    let mut table = match Table::from_toml(
        text.trim_start_matches('\u{feff}'),
        text.len() - text.trim_start_matches('\u{feff}').len(),
    ) {
        Ok(table) => table,
        Err((message, span)) => {
            return Err(Diagnostic::error(message).at(reader.place(&span)));
        }
    };
    let mut is_older = older::gone(&mut reader, &mut table, "the configuration", strict);
    is_older |= older::renamed(&mut reader, &mut table, strict);
    let mut config = Config::default();
    read_root(&mut reader, &mut table, file, &mut config);
    if let Some(mut markdown) = reader.table(&mut table, "markdown") {
        is_older |= older::gone(&mut reader, &mut markdown, "`[markdown]`", strict);
        config.markdown = read_markdown(&mut reader, &mut markdown);
    }
    if let Some(mut slugify) = reader.table(&mut table, "slugify") {
        config.slugify = read_slugify(&mut reader, &mut slugify);
    }
    if let Some(mut checker) = reader.table(&mut table, "link_checker") {
        config.link_checker = read_link_checker(&mut reader, &mut checker);
    }
    config.languages = languages::read(&mut reader, &mut table, &mut config, strict, is_older);
    reader.unknown(&table, "the configuration", ROOT_KEYS, true);
    Ok((config, reader.problems))
}

fn read_root(reader: &mut Reader, table: &mut Table, file: &str, config: &mut Config) {
    match reader.string(table, "base_url") {
        Some(url) if !url.is_empty() && url != "http://a-website.com" => config.base_url = url,
        _ => {
            // Enough to go on with, so that other mistakes are told in the same run.
            config.base_url = "https://site.invalid".to_owned();
            reader.problems.push(
                Diagnostic::error("the configuration has no `base_url`")
                    .at(Place::file(file))
                    .help("add `base_url = \"https://…\"`, the address the site will have"),
            );
        }
    }
    config.theme = reader.string(table, "theme");
    config.author = reader.string(table, "author");
    let place = table.entries.iter().find(|e| e.key == "default_language").map(|e| e.item.span.clone());
    if let Some(lang) = reader.string(table, "default_language") {
        if !languages::is_code(&lang) {
            reader.error(&place.unwrap_or(0..0), format!("`{lang}` is not a language code"));
        }
        config.default_language = lang;
    }
    config.feed_limit = reader.number(table, "feed_limit");
    config.taxonomy_root = reader.string(table, "taxonomy_root");
    reader.bool(table, "compile_sass", &mut config.compile_sass);
    reader.bool(table, "minify_html", &mut config.minify_html);
    config.ignored_content = globs(reader, table, "ignored_content");
    config.ignored_static = globs(reader, table, "ignored_static");
    config.skip_content_templating = globs(reader, table, "skip_content_templating");
    reader.bool(table, "hard_link_static", &mut config.hard_link_static);
    if let Some(dir) = reader.string(table, "output_dir") {
        config.output_dir = dir;
    }
    reader.bool(table, "preserve_dotfiles_in_output", &mut config.preserve_dotfiles_in_output);
    reader.bool(table, "generate_sitemap", &mut config.generate_sitemap);
    reader.bool(table, "generate_robots_txt", &mut config.generate_robots_txt);
    let exclude = [("none", ExcludePaginated::None), ("all", ExcludePaginated::All)];
    if let Some(choice) = reader.choice(table, "exclude_paginated_pages_in_sitemap", &exclude) {
        config.exclude_paginated_pages_in_sitemap = choice;
    }
    let modes = [("build", Mode::Build), ("serve", Mode::Serve), ("check", Mode::Check)];
    if let Some(mode) = reader.choice(table, "mode", &modes) {
        config.mode = mode;
    }
    if let Some(extra) = reader.table(table, "extra") {
        config.extra = extra.into_extra();
    }
}

/// A list of globs, each tried.
fn globs(reader: &mut Reader, table: &mut Table, key: &str) -> Vec<String> {
    let texts = reader.strings_at(table, key).unwrap_or_default();
    for (glob, span) in &texts {
        if let Err(error) = globset::Glob::new(glob) {
            reader.error(span, format!("`{glob}` is not a pattern: {}", error.kind()));
        }
    }
    texts.into_iter().map(|(glob, _)| glob).collect()
}

fn read_markdown(reader: &mut Reader, table: &mut Table) -> Markdown {
    let mut markdown = Markdown::default();
    for (key, into) in [
        ("render_emoji", &mut markdown.render_emoji),
        ("external_links_target_blank", &mut markdown.external_links_target_blank),
        ("external_links_no_follow", &mut markdown.external_links_no_follow),
        ("external_links_no_referrer", &mut markdown.external_links_no_referrer),
        ("external_links_external", &mut markdown.external_links_external),
        ("smart_punctuation", &mut markdown.smart_punctuation),
        ("definition_list", &mut markdown.definition_list),
        ("bottom_footnotes", &mut markdown.bottom_footnotes),
        ("lazy_async_image", &mut markdown.lazy_async_image),
        ("github_alerts", &mut markdown.github_alerts),
    ] {
        reader.bool(table, key, into);
    }
    let place = table.entries.iter().find(|e| e.key == "external_links_class").map(|e| e.item.span.clone());
    markdown.external_links_class = reader.string(table, "external_links_class");
    if markdown.external_links_class.as_ref().is_some_and(|class| class.contains(['"', '\''])) {
        reader.error(&place.unwrap_or(0..0), "`external_links_class` must not hold a quote");
    }
    if let Some(anchor) = reader.choice(table, "insert_anchor_links", ANCHORS) {
        markdown.insert_anchor_links = anchor;
    }
    let place = table.entries.iter().find(|e| e.key == "highlighting").map(|e| e.key_span.clone());
    if let Some(mut inner) = reader.table(table, "highlighting") {
        let highlighting = read_highlighting(reader, &mut inner);
        let dual = highlighting.light_theme.is_some() && highlighting.dark_theme.is_some();
        if highlighting.theme.is_none() && !dual {
            let place = reader.place(&place.unwrap_or(0..0));
            let problem = Diagnostic::error("`[markdown.highlighting]` names no theme").at(place);
            reader.problems.push(problem.help("add `theme`, or `light_theme` and `dark_theme`"));
        }
        markdown.highlighting = Some(highlighting);
    }
    reader.unknown(table, "`[markdown]`", MARKDOWN_KEYS, true);
    markdown
}

/// Values of `insert_anchor_links`, here and in sections.
pub(crate) const ANCHORS: &[(&str, InsertAnchor)] = &[
    ("none", InsertAnchor::None),
    ("left", InsertAnchor::Left),
    ("right", InsertAnchor::Right),
    ("heading", InsertAnchor::Heading),
];

fn read_highlighting(reader: &mut Reader, table: &mut Table) -> Highlighting {
    let mut highlighting = Highlighting {
        theme: reader.string(table, "theme"),
        light_theme: reader.string(table, "light_theme"),
        dark_theme: reader.string(table, "dark_theme"),
        extra_grammars: reader.strings(table, "extra_grammars").unwrap_or_default(),
        extra_themes: reader.strings(table, "extra_themes").unwrap_or_default(),
        ..Highlighting::default()
    };
    let styles = [("inline", HighlightStyle::Inline), ("class", HighlightStyle::Class)];
    if let Some(style) = reader.choice(table, "style", &styles) {
        highlighting.style = style;
    }
    reader.bool(table, "error_on_missing_language", &mut highlighting.error_on_missing_language);
    let positions = [
        ("Code", DataAttrPosition::Code),
        ("code", DataAttrPosition::Code),
        ("Pre", DataAttrPosition::Pre),
        ("pre", DataAttrPosition::Pre),
        ("Both", DataAttrPosition::Both),
        ("both", DataAttrPosition::Both),
        ("None", DataAttrPosition::None),
        ("none", DataAttrPosition::None),
    ];
    if let Some(position) = reader.choice(table, "data_attr_position", &positions) {
        highlighting.data_attr_position = position;
    }
    let known = [
        "theme",
        "light_theme",
        "dark_theme",
        "extra_grammars",
        "extra_themes",
        "style",
        "error_on_missing_language",
        "data_attr_position",
    ];
    reader.unknown(table, HIGHLIGHTING, &known, true);
    highlighting
}

const HIGHLIGHTING: &str = "`[markdown.highlighting]`";

/// Strange keys that Zola 0.22 takes and 0.23 refuses: which of them it is shows later than they do.
pub(super) fn is_fine_in_older(problem: &Diagnostic) -> bool {
    problem.message.starts_with("unknown key") && problem.message.ends_with(HIGHLIGHTING)
}

fn read_slugify(reader: &mut Reader, table: &mut Table) -> Slugify {
    let mut slugify = Slugify::default();
    let strategies = [("on", SlugifyStrategy::On), ("safe", SlugifyStrategy::Safe), ("off", SlugifyStrategy::Off)];
    for (key, into) in
        [("paths", &mut slugify.paths), ("taxonomies", &mut slugify.taxonomies), ("anchors", &mut slugify.anchors)]
    {
        if let Some(strategy) = reader.choice(table, key, &strategies) {
            *into = strategy;
        }
    }
    reader.bool(table, "paths_keep_dates", &mut slugify.paths_keep_dates);
    reader.unknown(table, "`[slugify]`", &["paths", "taxonomies", "anchors", "paths_keep_dates"], false);
    slugify
}

fn read_link_checker(reader: &mut Reader, table: &mut Table) -> LinkChecker {
    let levels = [("error", LinkLevel::Error), ("warn", LinkLevel::Warn)];
    let checker = LinkChecker {
        skip_prefixes: reader.strings(table, "skip_prefixes").unwrap_or_default(),
        skip_anchor_prefixes: reader.strings(table, "skip_anchor_prefixes").unwrap_or_default(),
        internal_level: reader.choice(table, "internal_level", &levels).unwrap_or_default(),
        external_level: reader.choice(table, "external_level", &levels).unwrap_or_default(),
        ignored_files: globs(reader, table, "ignored_files"),
    };
    let known = ["skip_prefixes", "skip_anchor_prefixes", "internal_level", "external_level", "ignored_files"];
    reader.unknown(table, "`[link_checker]`", &known, false);
    checker
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Level;

    #[test]
    fn every_problem_is_found_in_one_run() {
        let text = "title = 3\ntilte = 'x'\n[markdown]\nrender_emojis = true\n";
        let (_, problems) = config("zola.toml", text, true).unwrap();
        let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the configuration has no `base_url`",
                "unknown key `render_emojis` in `[markdown]`",
                "`title` must be a text, not a whole number",
                "unknown key `tilte` in the configuration",
            ]
        );
        assert_eq!(problems[1].help, ["did you mean `render_emoji`?"]);
    }

    #[test]
    fn older_keys_are_warnings_unless_the_site_names_its_dialect() {
        let text = "base_url = 'https://a.test'\nhighlight_code = true\nfeed_filename = 'rss.xml'\n";
        let (read, problems) = config("zola.toml", text, false).unwrap();
        assert!(problems.iter().all(|p| p.level == Level::Warning), "{problems:?}");
        assert_eq!(read.default_options().feed_filenames, ["rss.xml"]);
        let (_, problems) = config("zola.toml", text, true).unwrap();
        assert!(problems.iter().all(|p| p.level == Level::Error && p.help.len() == 1), "{problems:?}");
    }
}
