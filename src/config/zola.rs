//! Zola's configuration as values, with Zola's defaults. Parsing and its diagnostics are in [`super::load`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Dialect, Translations};

/// `zola.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The rules the site is read by.
    pub dialect: Dialect,
    /// Where the site will be, as written.
    pub base_url: String,
    /// Name of the theme's folder under `themes/`.
    pub theme: Option<String>,
    /// `author`.
    pub author: Option<String>,
    /// Language of files without a language in their name.
    pub default_language: String,
    /// Options of every language, the default one included (root keys are merged into it).
    pub languages: BTreeMap<String, LanguageOptions>,
    /// Whether the root of the file asks for the feed of the default language: `[languages.X]` alone does not in the
    /// older dialect.
    pub feeds_at_root: bool,
    /// `feed_filenames` of the root: what ends like one of them is the address of a file, names of a language alone are not
    /// looked at.
    pub feed_names_at_root: Vec<String>,
    /// Whether the root asks for a search index: without, the older dialect makes none for any language.
    pub index_at_root: bool,
    /// `index_format` of the root's `[search]`, the only one that the older dialect looks at.
    pub format_at_root: IndexFormat,
    /// Newest pages a feed keeps; all when absent.
    pub feed_limit: Option<usize>,
    /// First component of every taxonomy's path.
    pub taxonomy_root: Option<String>,
    /// Compile `sass/`.
    pub compile_sass: bool,
    /// Minify HTML outputs.
    pub minify_html: bool,
    /// Globs on paths of `content/` files left out.
    pub ignored_content: Vec<String>,
    /// Globs on paths relative to `static/` left out.
    pub ignored_static: Vec<String>,
    /// Hard links instead of copies.
    pub hard_link_static: bool,
    /// Where the site is written, `public` by default.
    pub output_dir: String,
    /// Keep dotfiles of an older output.
    pub preserve_dotfiles_in_output: bool,
    /// Write `sitemap.xml`.
    pub generate_sitemap: bool,
    /// Write `robots.txt`.
    pub generate_robots_txt: bool,
    /// Keep pagers out of the sitemap.
    pub exclude_paginated_pages_in_sitemap: ExcludePaginated,
    /// What the program is doing.
    pub mode: Mode,
    /// `[markdown]`.
    pub markdown: Markdown,
    /// `[slugify]`.
    pub slugify: Slugify,
    /// `[link_checker]`.
    pub link_checker: LinkChecker,
    /// Globs of content files that are not templated (dialect 0.23).
    pub skip_content_templating: Vec<String>,
    /// `[extra]`, with the theme's beneath it.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            base_url: String::new(),
            theme: None,
            author: None,
            default_language: "en".to_owned(),
            languages: BTreeMap::new(),
            feeds_at_root: false,
            feed_names_at_root: vec!["atom.xml".to_owned()],
            index_at_root: false,
            format_at_root: IndexFormat::default(),
            feed_limit: None,
            taxonomy_root: None,
            compile_sass: false,
            minify_html: false,
            ignored_content: Vec::new(),
            ignored_static: Vec::new(),
            hard_link_static: false,
            output_dir: "public".to_owned(),
            preserve_dotfiles_in_output: false,
            generate_sitemap: true,
            generate_robots_txt: true,
            exclude_paginated_pages_in_sitemap: ExcludePaginated::None,
            mode: Mode::Build,
            markdown: Markdown::default(),
            slugify: Slugify::default(),
            link_checker: LinkChecker::default(),
            skip_content_templating: Vec::new(),
            extra: serde_json::Map::new(),
        }
    }
}

/// What one language may change. For the default language, the root keys.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct LanguageOptions {
    /// Title of the site.
    pub title: Option<String>,
    /// Description of the site.
    pub description: Option<String>,
    /// Write the site's feeds.
    pub generate_feeds: bool,
    /// Names of the feeds, also of their templates.
    pub feed_filenames: Vec<String>,
    /// Taxonomies of the language, in file order.
    pub taxonomies: Vec<TaxonomyConfig>,
    /// Write a search index.
    pub build_search_index: bool,
    /// `[search]`.
    pub search: Search,
    /// `[translations]`, with the theme's beneath them.
    pub translations: Translations,
}

impl Default for LanguageOptions {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            generate_feeds: false,
            feed_filenames: vec!["atom.xml".to_owned()],
            taxonomies: Vec::new(),
            build_search_index: false,
            search: Search::default(),
            translations: Translations::new(),
        }
    }
}

/// One taxonomy of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxonomyConfig {
    /// Name, as front matter writes it.
    pub name: String,
    /// Slug of the name, first part of the paths.
    pub slug: String,
    /// Pages per pager.
    pub paginate_by: Option<usize>,
    /// Path component of pagers, `page` when absent.
    pub paginate_path: Option<String>,
    /// Write the list and the terms.
    pub render: bool,
    /// Write a feed per term.
    pub feed: bool,
}

impl Default for TaxonomyConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            slug: String::new(),
            paginate_by: None,
            paginate_path: None,
            render: true,
            feed: false,
        }
    }
}

impl TaxonomyConfig {
    /// True when terms have pagers.
    pub fn is_paginated(&self) -> bool {
        self.paginate_by.is_some_and(|by| by > 0)
    }

    /// Path component of pagers.
    pub fn paginate_path(&self) -> &str {
        self.paginate_path.as_deref().unwrap_or("page")
    }
}

/// `exclude_paginated_pages_in_sitemap`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExcludePaginated {
    /// Pagers are in the sitemap.
    #[default]
    None,
    /// No pager is in the sitemap.
    All,
}

/// What the program is doing with the site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Building it.
    #[default]
    Build,
    /// Showing it to its writer.
    Serve,
    /// Checking it.
    Check,
}

/// `[markdown]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Markdown {
    /// `[markdown.highlighting]`; absent, code is not coloured.
    pub highlighting: Option<Highlighting>,
    /// `:smile:` becomes a character.
    pub render_emoji: bool,
    /// Class of external links.
    pub external_links_class: Option<String>,
    /// `target="_blank"` on external links.
    pub external_links_target_blank: bool,
    /// `rel="nofollow"` on external links.
    pub external_links_no_follow: bool,
    /// `rel="noreferrer"` on external links.
    pub external_links_no_referrer: bool,
    /// `rel="external"` on external links.
    pub external_links_external: bool,
    /// Curly quotes, dashes, ellipses.
    pub smart_punctuation: bool,
    /// Definition lists.
    pub definition_list: bool,
    /// Footnotes at the end of the page.
    pub bottom_footnotes: bool,
    /// `loading="lazy" decoding="async"` on images.
    pub lazy_async_image: bool,
    /// Where headings get their anchor.
    pub insert_anchor_links: InsertAnchor,
    /// `> [!NOTE]` blocks.
    pub github_alerts: bool,
}

impl Default for Markdown {
    fn default() -> Self {
        Self {
            highlighting: None,
            render_emoji: false,
            external_links_class: None,
            external_links_target_blank: false,
            external_links_no_follow: false,
            external_links_no_referrer: false,
            external_links_external: true,
            smart_punctuation: false,
            definition_list: false,
            lazy_async_image: false,
            bottom_footnotes: false,
            github_alerts: false,
            insert_anchor_links: InsertAnchor::None,
        }
    }
}

/// `[markdown.highlighting]`: `theme`, or `light_theme` and `dark_theme`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Highlighting {
    /// The only theme.
    pub theme: Option<String>,
    /// Theme of light screens.
    pub light_theme: Option<String>,
    /// Theme of dark screens.
    pub dark_theme: Option<String>,
    /// Colours in the HTML, or classes and a style sheet.
    pub style: HighlightStyle,
    /// A language without grammar is an error instead of a warning.
    pub error_on_missing_language: bool,
    /// Grammar files, relative to the configuration file.
    pub extra_grammars: Vec<String>,
    /// Theme files, relative to the configuration file.
    pub extra_themes: Vec<String>,
    /// Which elements carry the data attributes (dialect 0.23).
    pub data_attr_position: DataAttrPosition,
}

/// How colours reach the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HighlightStyle {
    /// `style="color: …"`.
    #[default]
    Inline,
    /// Classes, and `giallo.css`.
    Class,
}

/// Which elements of a code block carry the data attributes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataAttrPosition {
    /// `<code>`.
    #[default]
    #[serde(alias = "code")]
    Code,
    /// `<pre>`.
    #[serde(alias = "pre")]
    Pre,
    /// Both.
    #[serde(alias = "both")]
    Both,
    /// Neither.
    #[serde(alias = "none")]
    None,
}

/// Where a heading gets its anchor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InsertAnchor {
    /// Nowhere.
    #[default]
    None,
    /// Before the text.
    Left,
    /// After the text.
    Right,
    /// Around the text.
    Heading,
}

/// `[slugify]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slugify {
    /// Of pages.
    pub paths: SlugifyStrategy,
    /// Keep the date of a file name in the path.
    pub paths_keep_dates: bool,
    /// Of taxonomies and terms.
    pub taxonomies: SlugifyStrategy,
    /// Of heading identifiers.
    pub anchors: SlugifyStrategy,
}

/// How a text becomes a part of an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlugifyStrategy {
    /// Lower-case ASCII letters, digits and hyphens.
    #[default]
    On,
    /// Only what file systems refuse is taken out.
    Safe,
    /// As it is.
    Off,
}

/// `[link_checker]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkChecker {
    /// External links that start so are not checked.
    pub skip_prefixes: Vec<String>,
    /// Fragments of external links that start so are not checked.
    pub skip_anchor_prefixes: Vec<String>,
    /// Weight of broken internal links.
    pub internal_level: LinkLevel,
    /// Weight of broken external links.
    pub external_level: LinkLevel,
    /// Globs of content files whose external links are not checked.
    pub ignored_files: Vec<String>,
}

/// Weight of a broken link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkLevel {
    /// Stops the build.
    #[default]
    Error,
    /// Is said, and the build goes on.
    Warn,
}

/// `[search]`, in the order in which templates see its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// Titles are searched.
    pub include_title: bool,
    /// Contents are searched.
    pub include_content: bool,
    /// Characters of content kept; all when absent.
    pub truncate_content_length: Option<usize>,
    /// Descriptions are searched.
    pub include_description: bool,
    /// Dates are searched.
    pub include_date: bool,
    /// Paths are searched.
    pub include_path: bool,
    /// Which index, in which file.
    pub index_format: IndexFormat,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            include_title: true,
            include_content: true,
            truncate_content_length: None,
            include_description: false,
            include_date: false,
            include_path: false,
            index_format: IndexFormat::default(),
        }
    }
}

/// `search.index_format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexFormat {
    /// `window.searchIndex = …` and the elasticlunr script.
    #[default]
    ElasticlunrJavascript,
    /// The same index as JSON.
    ElasticlunrJson,
    /// `window.searchIndex = [ … ]`.
    FuseJavascript,
    /// A JSON list.
    FuseJson,
}

impl Config {
    /// Format of all search indexes.
    pub fn index_format(&self) -> IndexFormat {
        match self.dialect {
            Dialect::Zola022 => self.format_at_root,
            Dialect::Zola023 => self.default_options().search.index_format,
        }
    }

    /// The languages that have a search index.
    pub fn indexed(&self) -> impl Iterator<Item = (&String, &LanguageOptions)> {
        let any = self.index_at_root || self.dialect == Dialect::Zola023;
        self.languages.iter().filter(move |(_, options)| any && options.build_search_index)
    }

    /// Options of `lang`; those of the default language when it is unknown.
    pub fn language(&self, lang: &str) -> &LanguageOptions {
        static EMPTY: std::sync::LazyLock<LanguageOptions> = std::sync::LazyLock::new(LanguageOptions::default);
        self.languages.get(lang).or_else(|| self.languages.get(&self.default_language)).unwrap_or(&EMPTY)
    }

    /// Options of the default language.
    pub fn default_options(&self) -> &LanguageOptions {
        self.language(&self.default_language)
    }

    /// Languages other than the default one, sorted.
    pub fn other_languages(&self) -> impl Iterator<Item = (&str, &LanguageOptions)> {
        self.languages.iter().filter(|(code, _)| **code != self.default_language).map(|(code, o)| (code.as_str(), o))
    }

    /// True when the site has more than its default language.
    pub fn is_multilingual(&self) -> bool {
        self.other_languages().next().is_some()
    }

    /// A translated text; `None` when the key is unknown in that language.
    pub fn text(&self, lang: &str, key: &str) -> Option<&str> {
        self.languages.get(lang)?.translations.get(key).map(String::as_str)
    }

    /// Absolute address of a folder: a slash is added unless the path ends with one. As in Zola, what has a fragment or
    /// ends like a feed that the root names is none.
    pub fn make_permalink(&self, path: &str) -> String {
        let is_feed = || self.feed_names_at_root.iter().any(|name| path.ends_with(name.as_str()));
        let is_whole = path.is_empty() || path.ends_with('/') || path.contains('#') || is_feed();
        let mut address = self.file_address(path);
        if !is_whole {
            address.push('/');
        }
        address
    }

    /// Absolute address of a file.
    pub fn file_address(&self, path: &str) -> String {
        let base = self.base_url.strip_suffix('/').unwrap_or(&self.base_url);
        format!("{base}/{}", path.strip_prefix('/').unwrap_or(path))
    }
}
