//! The printed form of a page, as Typst source: cover, text, who helps, what this paper is.
//!
//! Entry point: [`source`]. Every sentence around the text comes from `media.toml`, every number from the services file.

use serde_json::Value;

use super::markup::{Body, quoted, typography};
use super::tool::Tool;
use crate::config::Loaded;
use crate::content::Page;
use crate::content::services::Services;
use crate::media::words::{date, say};

/// The Typst source of a guide.
pub fn source(page: &Page, tool: &Tool, loaded: &Loaded, services: &Services, body: &Body) -> String {
    let lang = page.lang.as_str();
    let title = page.meta.title.clone().unwrap_or_default();
    let site = loaded.config.language(lang).title.clone().unwrap_or_default();
    let word = |key: &str| string(&say(loaded, lang, key, &[]));
    let revised = date(tool.date_revision);
    let values = [("title", title.as_str()), ("version", tool.version.as_str()), ("date", revised.as_str())];
    let mut out = String::from("#import \"/guide.typ\": *\n#show: guide.with(\n");
    let mut set = |key: &str, value: String| {
        out.push_str(&format!("  {key}: {value},\n"));
    };
    set("title", string(&title));
    set("lead", string(page.meta.description.as_deref().unwrap_or_default()));
    // A title that says what it is needs no line above it.
    let kind = say(loaded, lang, &format!("toolkit_kind_{}", tool.kind), &[]);
    let said = title.to_lowercase().starts_with(&kind.to_lowercase());
    set("kind", string(if said { "" } else { &kind }));
    set(
        "audience",
        if tool.audience.is_empty() { quoted("") } else { word(&format!("toolkit_audience_{}", tool.audience)) },
    );
    set("site", string(&site));
    set("author", string(&site));
    set("address", quoted(&bare(&page.permalink)));
    set("facts", array(facts(tool, loaded, lang)));
    set("footer", string(&say(loaded, lang, "toolkit_footer", &values)));
    let day = tool.date_revision;
    set("date", format!("datetime(year: {}, month: {}, day: {})", day.year(), day.month(), day.day()));
    set("lang", quoted(lang));
    set("help", help(tool, loaded, lang, services));
    let lines = array(colophon(page, tool, loaded, lang, &values));
    set("colophon", format!("(title: {}, lines: {lines})", word("toolkit_colophon")));
    set("words", format!("(page: {}, contents: {})", word("toolkit_page"), word("toolkit_contents")));
    out.push_str(")\n\n");
    out.push_str(&body.markup);
    out
}

fn facts(tool: &Tool, loaded: &Loaded, lang: &str) -> Vec<String> {
    let mut facts = vec![
        say(loaded, lang, "toolkit_version", &[("version", &tool.version)]),
        say(loaded, lang, "toolkit_revised", &[("date", &date(tool.date_revision))]),
    ];
    if let Some(minutes) = tool.minutes {
        let key = if tool.kind == "kit" { "toolkit_minutes_kit" } else { "toolkit_minutes" };
        facts.push(say(loaded, lang, key, &[("minutes", &minutes.to_string())]));
    }
    facts
}

fn help(tool: &Tool, loaded: &Loaded, lang: &str, services: &Services) -> String {
    let fits =
        |audience: &[String]| tool.audience.is_empty() || audience.is_empty() || audience.contains(&tool.audience);
    let rows: Vec<String> = services
        .short()
        .filter(|service| fits(&service.audience))
        .map(|service| {
            let purpose = if service.short_text.is_empty() { &service.purpose } else { &service.short_text };
            let (numbers, name) = (service.numbers(), service.name_alone());
            format!("(numbers: {}, name: {}, purpose: {})", string(&numbers), string(name), string(purpose))
        })
        .collect();
    let rows = if rows.is_empty() { "()".to_owned() } else { format!("({},)", rows.join(", ")) };
    let title = string(&say(loaded, lang, "toolkit_help_title", &[]));
    format!("(title: {title}, services: {rows}, notice: {})", string(&services.notice))
}

fn colophon(page: &Page, tool: &Tool, loaded: &Loaded, lang: &str, values: &[(&str, &str)]) -> Vec<String> {
    let mut lines = vec![say(loaded, lang, "toolkit_colophon_version", values)];
    if let Some(until) = tool.valid_until {
        lines.push(say(loaded, lang, "toolkit_colophon_until", &[("date", &date(until))]));
    }
    lines.push(say(loaded, lang, "toolkit_colophon_online", &[("address", &bare(&page.permalink))]));
    if !tool.licence.is_empty() {
        lines.push(say(loaded, lang, "toolkit_colophon_licence", &[("licence", &tool.licence)]));
    }
    let sources: Vec<String> =
        page.meta.extra.get("sources").and_then(Value::as_array).into_iter().flatten().filter_map(named).collect();
    if !sources.is_empty() {
        lines.push(say(loaded, lang, "toolkit_colophon_sources", &[("sources", &sources.join("\u{a0}; "))]));
    }
    lines
}

/// "Title, publisher, 3 avril 2023" of a source in `extra.sources`.
pub(super) fn named(source: &Value) -> Option<String> {
    let text = |key: &str| source.get(key).and_then(Value::as_str);
    let day = text("date").map(|text| text.parse().map_or_else(|_| text.to_owned(), date));
    let parts = [text("title").map(str::to_owned), text("publisher").map(str::to_owned), day];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", ")).filter(|line| !line.is_empty())
}

/// An address as paper shows it.
pub(super) fn bare(url: &str) -> String {
    url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
}

pub(super) fn string(text: &str) -> String {
    quoted(&typography(text))
}

pub(super) fn array(items: Vec<String>) -> String {
    let items: Vec<String> = items.iter().map(|item| string(item)).collect();
    if items.is_empty() { "()".to_owned() } else { format!("({},)", items.join(", ")) }
}
