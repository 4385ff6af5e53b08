//! An episode on paper: its chapters, the text of its page with the questions, and all that is said in it.
//!
//! Entry point: [`booklets`]. It reads what the podcast gives to templates (`page.episode`), so that paper and page say
//! the same; a series asks for it with `booklet: true`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::guide::{array, bare, named, string};
use super::markup::{self, Body, literal, quoted};
use super::{address, cache, pdf, pictures, printable};
use crate::config::Loaded;
use crate::content::services::{self, Services};
use crate::content::{Library, Page};
use crate::diagnostic::{Diagnostic, Place};
use crate::media::words::{self, say};
use crate::output::{Contribution, Output};

/// Name of the file beside the page.
const FILE: &str = "livret.pdf";

/// `page.booklet` and its file for every episode of the `values` that wants one. Nothing without the feature `pdf`.
pub fn booklets(
    library: &Library,
    loaded: &Loaded,
    values: &BTreeMap<String, BTreeMap<String, Value>>,
) -> (Contribution, Vec<Diagnostic>) {
    let wanted = |source: &String, values: &BTreeMap<String, Value>| {
        let episode = values.get("episode").filter(|episode| episode["booklet"] == true)?.clone();
        Some((library.page(source)?, episode))
    };
    let wanted: Vec<(&Page, Value)> =
        values.iter().filter_map(|(source, values)| wanted(source, values)).filter(|_| pdf::AVAILABLE).collect();
    if wanted.is_empty() {
        return (Contribution::default(), Vec::new());
    }
    let services = services::load(&loaded.root).unwrap_or_default();
    let made: Vec<_> =
        wanted.par_iter().map(|(page, episode)| (page, booklet(page, episode, library, loaded, &services))).collect();
    let mut out = Contribution::default();
    let mut problems = Vec::new();
    for (page, made) in made {
        match made {
            Ok(pdf) => {
                let value = json!({
                    "url": format!("{}{FILE}", page.permalink),
                    "bytes": pdf.bytes.len(),
                    "size": words::size(pdf.bytes.len() as u64),
                    "pages": pdf.pages,
                });
                out.set(&page.file.relative, "booklet", value);
                let path = format!("{}{FILE}", page.path);
                out.outputs.push(Output::bytes(path.trim_start_matches('/'), pdf.bytes, &page.file.shown));
            }
            Err(error) => problems.push(
                Diagnostic::error(format!("the booklet of this episode cannot be made: {error:#}"))
                    .at(Place::file(&page.file.shown))
                    .help("change what Typst names, or write `booklet: false` in the series"),
            ),
        }
    }
    (out, problems)
}

fn booklet(
    page: &Page,
    episode: &Value,
    library: &Library,
    loaded: &Loaded,
    services: &Services,
) -> anyhow::Result<pdf::Pdf> {
    let resolve = |written: &str| address(written, page, library);
    let body = markup::body(&page.raw, &resolve, &|path| printable(page, path).is_some());
    let source = source(page, episode, loaded, services, &body);
    cache::pdf(&loaded.root, source, pictures(page, &body)?, &format!("{}{FILE}", page.permalink))
}

/// The Typst source.
fn source(page: &Page, episode: &Value, loaded: &Loaded, services: &Services, body: &Body) -> String {
    let lang = page.lang.as_str();
    let title = page.meta.title.clone().unwrap_or_default();
    let site = loaded.config.language(lang).title.clone().unwrap_or_default();
    let day = page.meta.date.as_ref().map(|date| date.day).unwrap_or_default();
    let say = |key: &str, values: &[(&str, &str)]| say(loaded, lang, key, values);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let published = say("toolkit_booklet_published", &[("date", &words::date(day))]);
    let mut facts = vec![published.clone(), text(&episode["audio"]["duration_text"])];
    if episode["synthetic_voice"] == true {
        facts.push(say("podcast_notes_synthetic_voice", &[]));
    }
    let mut colophon = vec![say("toolkit_booklet_listen", &[("address", &bare(&page.permalink))])];
    if let Some(licence) = episode["license"]["name"].as_str() {
        colophon.push(say("toolkit_booklet_licence", &[("licence", licence)]));
    }
    for correction in episode["corrections"].as_array().into_iter().flatten() {
        let values = [("date", text(&correction["date_text"])), ("text", text(&correction["text"]))];
        colophon.push(say("podcast_notes_correction", &values.each_ref().map(|(k, v)| (*k, v.as_str()))));
    }
    let sources: Vec<String> =
        page.meta.extra.get("sources").and_then(Value::as_array).into_iter().flatten().filter_map(named).collect();
    if !sources.is_empty() {
        colophon.push(say("toolkit_colophon_sources", &[("sources", &sources.join("\u{a0}; "))]));
    }

    let mut out = String::from("#import \"/guide.typ\": *\n#show: guide.with(\n");
    let mut set = |key: &str, value: String| {
        let _ = writeln!(out, "  {key}: {value},");
    };
    set("title", string(&title));
    set("lead", string(page.meta.description.as_deref().unwrap_or_default()));
    set("kind", string(&say("toolkit_booklet_kind", &[])));
    set("site", string(&site));
    set("author", string(&site));
    set("address", quoted(&bare(&page.permalink)));
    set("facts", array(facts));
    set("footer", string(&format!("{title}, {published}")));
    set("date", format!("datetime(year: {}, month: {}, day: {})", day.year(), day.month(), day.day()));
    set("lang", quoted(lang));
    set("help", help(episode, services, &say("toolkit_help_title", &[])));
    set("colophon", format!("(title: {}, lines: {})", string(&say("toolkit_colophon", &[])), array(colophon)));
    let (number, contents) = (say("toolkit_page", &[]), say("toolkit_contents", &[]));
    set("words", format!("(page: {}, contents: {})", string(&number), string(&contents)));
    out.push_str(")\n\n");
    if let Some(note) = episode["content_note"].as_str() {
        let _ = writeln!(out, "#strong[{}]\n", literal(note));
    }
    // The page's own headings are below the title of the episode, as in a guide.
    out.push_str(&body.markup);
    transcript(&mut out, episode, &say("toolkit_booklet_transcript", &[]));
    out
}

/// What is said, under the titles of its chapters.
fn transcript(out: &mut String, episode: &Value, title: &str) {
    let Some(paragraphs) = episode["transcript"]["paragraphs"].as_array().filter(|list| !list.is_empty()) else {
        return;
    };
    let heading = |out: &mut String, level: u8, text: &str| {
        let _ = writeln!(out, "\n#heading(level: {level})[{}]\n", literal(text));
    };
    heading(out, 1, title);
    let chapters = episode["chapters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut chapter, mut speaker) = (&Value::Null, &Value::Null);
    for paragraph in paragraphs {
        if paragraph["chapter"] != *chapter {
            (chapter, speaker) = (&paragraph["chapter"], &Value::Null);
            if let Some(found) = chapters.iter().find(|c| c["id"] == *chapter) {
                let clock = found["start_text"].as_str().unwrap_or_default();
                heading(out, 2, &format!("{clock}  {}", found["title"].as_str().unwrap_or_default()));
            }
        }
        if let Some(name) = paragraph["speaker"].as_str().filter(|_| paragraph["speaker"] != *speaker) {
            let _ = write!(out, "#strong[{}] ", literal(name));
            speaker = &paragraph["speaker"];
        }
        let _ = writeln!(out, "{}\n", literal(paragraph["text"].as_str().unwrap_or_default()));
    }
}

/// The services the episode names.
fn help(episode: &Value, services: &Services, title: &str) -> String {
    let named = episode["help"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let rows: Vec<String> = named
        .filter_map(|id| services.services.iter().find(|service| service.id == id))
        .map(|service| {
            let purpose = if service.short_text.is_empty() { &service.purpose } else { &service.short_text };
            let (numbers, name) = (service.numbers(), service.name_alone());
            format!("(numbers: {}, name: {}, purpose: {})", string(&numbers), string(name), string(purpose))
        })
        .collect();
    let rows = if rows.is_empty() { "()".to_owned() } else { format!("({},)", rows.join(", ")) };
    format!("(title: {}, services: {rows}, notice: {})", string(title), string(&services.notice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_stands_under_its_chapters_as_strings_alone() {
        let episode = json!({
            "chapters": [{ "id": "c-1", "start_text": "0:00", "title": "Début #1" }],
            "transcript": { "paragraphs": [
                { "speaker": "Noé", "text": "Bonjour #panic()", "chapter": "c-1" },
                { "speaker": "Noé", "text": "Encore", "chapter": "c-1" },
            ] },
        });
        let mut out = String::new();
        transcript(&mut out, &episode, "Ce qui est dit");
        assert!(out.contains("#heading(level: 2)[#\"0:00  Début #1\";]"), "{out}");
        assert!(out.contains("#strong[#\"Noé\";] #\"Bonjour #panic()\";\n"), "{out}");
        assert_eq!(out.matches("strong").count(), 1, "a name is said once");
    }
}
