//! Which Zola a site was written for, when nothing says so.
//!
//! Entry point: [`guess`]. A theme that asks for Zola 0.23 settles it; otherwise what the templates use (the site's before
//! the theme's; what one engine alone has before signs of the newer), then what the content uses, then the keys of the
//! configuration, then what the site is built with elsewhere ([`built_with`]), then an older `min_version`.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::walk::{Walked, walk};
use super::{Dialect, built_with, older, shown};
use crate::memory::{CACHE, Print, Stamp, program};

/// Why a site is of the newer dialect when nothing shows one.
pub(super) const SILENT: &str = "neither templates nor content show an older one";

/// A dialect and the reason for it. `config` is the text of the configuration; `walked` is set when the content had to be
/// looked at.
pub(super) fn guess(
    root: &Path,
    theme_dir: Option<&Path>,
    config: &str,
    walked: &mut Option<Arc<Walked>>,
) -> (Dialect, String) {
    // A theme may be built where it stands.
    let asked = theme_dir.and_then(min_version).or_else(|| min_version(root));
    if let Some(version) = asked.as_ref().filter(|version| is_newer(version)) {
        return (Dialect::Zola023, format!("the theme asks for Zola {version}"));
    }
    let folders = std::iter::once(root).chain(theme_dir);
    // What one of them gave up or is built of tells more than a sign that came.
    for speak in [templates_speak, templates_hint] {
        let found = folders.clone().find_map(|folder| first_sign(root, &folder.join("templates"), speak));
        if let Some(found) = found {
            return found;
        }
    }
    let config = config_speaks(config);
    if let Some((Dialect::Zola023, what)) = config {
        return (Dialect::Zola023, format!("the configuration {what}"));
    }
    let has_shortcodes = folders.clone().any(|folder| folder.join("templates/shortcodes").is_dir());
    let content = walked.get_or_insert_with(|| Arc::new(Walked::of(root.join("content"))));
    if let Some(found) = content_sign(root, content, has_shortcodes) {
        return found;
    }
    if let Some((dialect, what)) = config {
        return (dialect, format!("the configuration {what}"));
    }
    if let Some(folder) = folders.map(|folder| folder.join("templates/shortcodes")).find(|folder| folder.is_dir()) {
        return (Dialect::Zola022, format!("{} holds shortcodes", shown(root, &folder)));
    }
    if let Some((file, version)) = built_with::newest(root) {
        let dialect = if is_newer(&version) { Dialect::Zola023 } else { Dialect::Zola022 };
        return (dialect, format!("{} builds it with Zola {version}", shown(root, &file)));
    }
    match asked {
        Some(version) => (Dialect::Zola022, format!("the theme asks for Zola {version}")),
        None => (Dialect::Zola023, SILENT.to_owned()),
    }
}

fn min_version(theme: &Path) -> Option<String> {
    let text = String::from_utf8(crate::memory::read(&theme.join("theme.toml")).ok()?).ok()?;
    let table = text.parse::<toml::Table>().ok()?;
    match table.get("min_version")? {
        toml::Value::String(version) => Some(version.trim_start_matches('v').to_owned()),
        toml::Value::Float(version) => Some(version.to_string()),
        _ => None,
    }
}

fn is_newer(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.trim().parse::<u32>().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= (0, 23)
}

/// The first text of the content that shows a dialect. Where none does, that is remembered, so that the next build need
/// only read what changed.
fn content_sign(root: &Path, walked: &Walked, has_shortcodes: bool) -> Option<(Dialect, String)> {
    let cache = root.join(CACHE).join("silent.bin");
    let version = (program(), has_shortcodes);
    let bytes = std::fs::read(&cache).unwrap_or_default();
    let known = postcard::from_bytes::<Silent>(&bytes).ok().filter(|known| known.version == version);
    let known = known.map(|known| known.files).unwrap_or_default();
    let known: HashMap<&str, (Stamp, i128)> =
        known.into_iter().map(|(path, stamp, seen)| (path, (stamp, seen))).collect();
    let texts = walked.met.par_iter().filter_map(|(entry, seen)| Some((entry.as_ref().ok()?.path(), (*seen)?)));
    let looked: Vec<Looked> = texts
        .map(|(path, (stamp, at))| {
            let before = path.to_str().and_then(|name| known.get(name));
            let silent = before.filter(|(before, seen)| *before == stamp && stamp.settled(*seen));
            Looked { path, stamp, at: silent.map_or(at, |(_, seen)| *seen), is_known: silent.is_some() }
        })
        .collect();
    let sign = looked.par_iter().filter(|looked| !looked.is_known).find_map_first(|looked| {
        let (dialect, what) = content_speaks(&std::fs::read_to_string(looked.path).ok()?, has_shortcodes)?;
        Some((dialect, format!("{} {what}", shown(root, looked.path))))
    });
    // A few files that changed are read faster than the record of all is written.
    let fresh = looked.iter().filter(|looked| !looked.is_known).count();
    if sign.is_none() && fresh > 64 {
        let files = looked.iter().filter_map(|looked| Some((looked.path.to_str()?, looked.stamp, looked.at)));
        let bytes = postcard::to_stdvec(&Silent { version, files: files.collect() }).unwrap_or_default();
        // Without it the next build works a little more.
        let _ = std::fs::create_dir_all(root.join(CACHE)).and_then(|()| std::fs::write(&cache, bytes));
    }
    sign
}

/// A text of the content, and whether it is known to show no dialect.
struct Looked<'a> {
    path: &'a Path,
    stamp: Stamp,
    at: i128,
    is_known: bool,
}

/// Content that shows no dialect.
#[derive(Default, Serialize, Deserialize)]
struct Silent<'a> {
    version: (Print, bool),
    /// Path, state, and when it was looked at.
    #[serde(borrow)]
    files: Vec<(&'a str, Stamp, i128)>,
}

/// The first file of a folder that shows a dialect.
fn first_sign(
    root: &Path,
    folder: &Path,
    speaks: impl Fn(&str) -> Option<(Dialect, &'static str)>,
) -> Option<(Dialect, String)> {
    walk(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file()).find_map(|entry| {
        let text = std::fs::read_to_string(entry.path()).ok()?;
        let (dialect, what) = speaks(&text)?;
        Some((dialect, format!("{} {what}", shown(root, entry.path()))))
    })
}

static MACRO: LazyLock<Regex> = LazyLock::new(|| fixed(r"\{%-?\s*(macro|import)\s"));
static COMPONENT: LazyLock<Regex> = LazyLock::new(|| fixed(r"\{%-?\s*(component\s|<)|\{\{-?\s*<"));
/// The same in a text, where `{{< name >}}` is Hugo's.
static WRITTEN: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"\{\{-?\s*<[^{}]*/>\s*-?\}\}|\{%-?\s*<[^{}%]*>\s*-?%\}|\{%-?\s*component\s"));
/// Words that Tera 2 gave up, in tags.
static GONE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(concat!(
        r#"\sis\s+(not\s+)?(starting_with|ending_with|containing|matching)\s*\(\s*(["'`]|[\w.]+\s*[()\[~|])|\sdivisibleby\b"#,
        r"|\sis\s+(not\s+)?object\b",
        r"|\|\s*(concat\(with|slice\(|filter\(attribute|map\(attribute|trim_(start|end)_matches|linebreaksbr|addslashes|as_str\b)",
        r"|\{%-?\s*include\s([^%]*ignore missing|\s*\[)",
        // Places of lists by a dot, and dates in the words of a language by strftime's signs.
        r#"|\{[{%][^{}%"'`]*\b[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\.[0-9]"#,
        r"|\|\s*date\(([^)]*%[^)]*\blocale\s*=|[^)]*\blocale\s*=[^)]*%)",
        // No length, and a sign that jiff does not know.
        r"|\|\s*truncate\s*(-?[%}]\}|[|)])|\|\s*date\([^)]*%\+",
        r"|\bget_random\(\s*end\s*=[^,)]*\)",
        r"|\|\s*indent\([^)]*\bprefix\s*=",
    ))
});
/// Signs and words that came with Tera 2, in tags without their strings: `a?.b`, `[...a, b]`, `[x for x in a]`, `a[1:3]`,
/// `{{ a if b else c }}`, maps, `**`, `//`, named arguments of tests, filters of `set`, new names.
static CAME: LazyLock<Regex> = LazyLock::new(|| {
    fixed(concat!(
        r"\?\.|\?\[|\.\.\.|\*\*|//",
        r"|\[[^\[\]{}]*\sfor\s|[\w)\]]\[[^\[\]{},]*:[^\[\]{},]*\]",
        r"|^(\{\{|\{%-?\s*set(_global)?\s+\w+\s*=)[^%]*\sif\s.*\selse\s",
        r"|^\{%-?\s*set(_global)?\s+\w+\s*\||.[=(,\[]\s*\{",
        r"|\sis\s+(not\s+)?(\w+\(\s*\w+\s*=[^=]|(divisible_by|map|array|bool|integer|float|none)\b)",
        r"|\|\s*(escape_html|newlines_to_br|str)\b|\|\s*trim_(start|end)\(\s*\w",
    ))
});
static TAG: LazyLock<Regex> = LazyLock::new(|| fixed(r#"(?s)\{[{%](?:"[^"]*"|'[^']*'|`[^`]*`|[^"'`])*?[}%]\}"#));
static STRING: LazyLock<Regex> = LazyLock::new(|| fixed(r#"(?s)"[^"]*"|'[^']*'|`[^`]*`"#));
/// Keys that came with Zola 0.23.
const NEWER_KEYS: &[&str] = &["skip_content_templating", "data_attr_position"];
static CALL: LazyLock<Regex> = LazyLock::new(|| fixed(r"\{\{\s*\w+\([^{}]*\)\s*\}\}|\{%\s*\w+\([^{}]*\)\s*%\}"));
/// `{{/* name() */}}` and `{%/* name() */%}` show what would be a call.
static ESCAPED: LazyLock<Regex> = LazyLock::new(|| fixed(r"\{\{\s*/\*|\{%\s*/\*"));
/// What the workflows of a forge put into braces: `${{ secrets.KEY }}`.
static FORGE: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"\$\{\{\s*(github|env|secrets|vars|matrix|steps|needs|inputs|runner|job|jobs|strategy)\."));
/// What no engine runs.
pub(super) static UNRUN: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?s)\{#.*?#\}|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}"));

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

fn templates_speak(text: &str) -> Option<(Dialect, &'static str)> {
    let text = &*UNRUN.replace_all(text, "");
    if COMPONENT.is_match(text) {
        return Some((Dialect::Zola023, "uses components"));
    }
    if MACRO.is_match(text) {
        return Some((Dialect::Zola022, "uses macros"));
    }
    let is_older = TAG.find_iter(text).any(|tag| GONE.is_match(tag.as_str()));
    is_older.then_some((Dialect::Zola022, "is written in Tera 1"))
}

fn templates_hint(text: &str) -> Option<(Dialect, &'static str)> {
    let text = &*UNRUN.replace_all(text, "");
    let is_newer = TAG.find_iter(text).any(|tag| CAME.is_match(&STRING.replace_all(tag.as_str(), "s")));
    is_newer.then_some((Dialect::Zola023, "is written in Tera 2"))
}

fn config_speaks(text: &str) -> Option<(Dialect, &'static str)> {
    let mut names = BTreeSet::new();
    let table: toml::Table = text.parse().ok()?;
    keys(&table, &mut names);
    if NEWER_KEYS.iter().any(|key| names.contains(*key)) {
        return Some((Dialect::Zola023, "has keys of Zola 0.23"));
    }
    let is_older = names.iter().any(|key| older::is_older(key)) || table.get("languages").is_some_and(|l| l.is_array());
    is_older.then_some((Dialect::Zola022, "has keys of an older Zola"))
}

/// The keys of a configuration. What stands in `[extra]` or among translations is a writer's own.
fn keys(table: &toml::Table, names: &mut BTreeSet<String>) {
    for (name, value) in table {
        names.insert(name.clone());
        if let (Some(inner), false) = (value.as_table(), matches!(name.as_str(), "extra" | "translations")) {
            keys(inner, names);
        }
    }
}

/// Whether a text of the content may show a dialect.
pub(super) fn may_show(text: &str) -> bool {
    content_speaks(text, true).is_some()
}

fn content_speaks(text: &str, has_shortcodes: bool) -> Option<(Dialect, &'static str)> {
    // Most texts hold neither, and that is seen sooner.
    if !text.contains("{{") && !text.contains("{%") {
        return None;
    }
    if WRITTEN.is_match(text) {
        return Some((Dialect::Zola023, "uses components"));
    }
    if has_shortcodes && CALL.is_match(text) {
        return Some((Dialect::Zola022, "calls shortcodes"));
    }
    if ESCAPED.is_match(text) {
        return Some((Dialect::Zola022, "escapes shortcodes"));
    }
    // To the newer dialect all braces of a text are its own; where there are other tags it may well have meant them.
    let is_strange = !text.contains("{%") && FORGE.is_match(text);
    is_strange.then_some((Dialect::Zola022, "holds braces that are no template"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_show_their_dialect() {
        let dialect = |text| templates_speak(text).map(|(dialect, _)| dialect);
        assert_eq!(dialect("{%- import \"m.html\" as m %}"), Some(Dialect::Zola022));
        assert_eq!(dialect("{% if a is starting_with(\"x\") %}"), Some(Dialect::Zola022));
        assert_eq!(dialect("{% component a.b(x: string) %}import{% endcomponent %}"), Some(Dialect::Zola023));
        assert_eq!(dialect("{{ a | upper }}"), None);
        for older in [
            "{% if current_path is starting_with(section.path) %}",
            "{% if a is not containing(b[0]) %}",
            "{% include [\"a.html\", \"b.html\"] %}",
            "{{ section.pages.0.title }}",
            "{% set first = list.0 %}",
            "{{ page.date | date(format=\"%e %B\", locale=\"fr_FR\") }}",
            "{{ get_random(end=3) }}",
            "{{ a | indent(first=true, prefix='> ') }}",
            "{% if page.taxonomies is containing (\"tags\") %}",
            "{% if current_url is starting_with(get_url(path=\"/\")) %}",
            "{{ page.description | truncate }}{{ a | truncate | safe }}",
            "{{ page.date | date(format=\"%+\") }}",
        ] {
            assert_eq!(dialect(older), Some(Dialect::Zola022), "{older}");
        }
        for newer in [
            "{% set here = [post for post in posts if post.lang == lang] %}",
            "{{ section?.title }}",
            "{% set all = [...section.pages, page] %}",
            "{{ pages[1:3] | length }} {{ pages[:2] }}",
            "{{ \"a\" if page.draft else \"b\" }}",
            "{% set kind = \"a\" if page.draft else \"b\" %}",
            "{% set colours = {\"red\": 1} %}",
            "{% if page.path is starting_with(pat=\"/a\") %}",
            "{% if x is divisible_by(divisor=2) or x is none %}",
            "{% set text | upper %}a{% endset %}",
            "{{ a | escape_html }}",
            "{{ a | trim_end(pat=\"/\") }}",
        ] {
            assert_eq!(templates_speak(newer), None, "{newer}");
            assert_eq!(templates_hint(newer).map(|(dialect, _)| dialect), Some(Dialect::Zola023), "{newer}");
        }
        for either in [
            "{{ \"https://e.org/a?.b\" ~ '[...]' }} {{ a | replace(from=\"a if b else c\", to=\"**\") }}",
            "{% for k, v in a %}{% if b %}c ? [d : e]{% elif not f %}{% else %}//{% endif %}{% endfor %}",
            "{% set list = [1, 2] %}{{ a[\"b\"] }}{{ a[b.c] }} let x = {y: 1}; ({z}) [{{ a }}]",
            "{% if a is defined and b is string %}{{ a | str_x | trim_start | escape_xml }}{% endif %}",
            "<script>var a = {{ a | json_encode | safe }}, b = {c: [{{ d }}]};</script>",
            "{{ 1.5 + x }} {{ \"v1.0\" }} {{ a[0] }} h2.5 {{ x2 }}",
            "{{ page.date | date(format=\"%e %B\") }} {{ page.date | date(format=\"d MMMM\", locale=\"fr\") }}",
            "{{ get_random(start=0, end=3) }}",
            "{{ a | indent(first=true) }}{{ a | trim_start() }}<script>// a is object, divisibleby none</script>",
            "{{ a | truncate(length=3) }} {{ a | date(format=\"%Y\") ~ \"%+\" }}",
            "{% raw %}{{ items.0.name }}{% macro a() %}{% endraw %}{# was {{ page.0 }} #}",
        ] {
            assert_eq!((templates_speak(either), templates_hint(either)), (None, None), "{either}");
        }
    }

    #[test]
    fn content_shows_its_dialect() {
        let dialect = |text| content_speaks(text, false).map(|(dialect, _)| dialect);
        assert_eq!(dialect("`{{/* note() */}}`"), Some(Dialect::Zola022));
        assert_eq!(dialect("{%/* note() */%}a{%/* end */%}"), Some(Dialect::Zola022));
        assert_eq!(dialect("    token: ${{ secrets.TOKEN }}"), Some(Dialect::Zola022));
        assert_eq!(dialect("{% raw %}${{ secrets.TOKEN }}{% endraw %}"), None);
        assert_eq!(dialect("It costs ${{ page.extra.price }} or ${{ item.price }}."), None);
        assert_eq!(dialect("{% for job in page.extra.jobs %}${{ job.pay }}{% endfor %}"), None);
        assert_eq!(dialect("{{<note />}} ${{ secrets.TOKEN }}"), Some(Dialect::Zola023));
        assert_eq!(dialect("{% <note kind=\"a\"> %}b{% </note> %}"), Some(Dialect::Zola023));
        assert_eq!(dialect("In Hugo: {{< figure src=\"a.png\" >}}"), None);
    }

    #[test]
    fn keys_that_came_and_went_show_a_dialect() {
        let dialect = |text| config_speaks(text).map(|(dialect, _)| dialect);
        assert_eq!(dialect("base_url = \"/\"\n[markdown]\nhighlight_code = true\n"), Some(Dialect::Zola022));
        assert_eq!(dialect("skip_content_templating = []"), Some(Dialect::Zola023));
        assert_eq!(dialect("generate_feeds = true"), None);
        assert_eq!(dialect("languages = [{ code = \"fr\" }]"), Some(Dialect::Zola022));
    }

    #[test]
    fn a_configuration_shows_its_dialect_by_its_own_keys() {
        let dialect = |text| config_speaks(text).map(|(dialect, _)| dialect);
        assert_eq!(dialect("[markdown]\nhighlight_code = true"), Some(Dialect::Zola022));
        assert_eq!(dialect("[markdown.highlighting]\ndata_attr_position = \"pre\""), Some(Dialect::Zola023));
        assert_eq!(dialect("[extra]\nlanguage_code = \"fr\"\n[translations]\ngenerate_feed = \"x\""), None);
    }

    #[test]
    fn a_newer_theme_says_so() {
        assert!(is_newer("0.23") && is_newer("1.0.0") && !is_newer("0.22.1") && !is_newer("0.9"));
    }
}
