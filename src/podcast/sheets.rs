//! The feed documents of a series as work: each is written again when an episode in it, or what all of them share, changed.
//!
//! Entry point: [`works`]. What a feed looks like is the matter of [`super::feed`].

use std::sync::Arc;

use rayon::prelude::*;

use super::feed::{self, Notes, Sheet};
use super::notes;
use super::series::{Episode, Series};
use super::work::Work;
use crate::config::Loaded;
use crate::content::services::Service;
use crate::content::{Library, Rendered};
use crate::diagnostic::{Diagnostic, Place};
use crate::media::words;
use crate::memory::Print;
use crate::output::Output;

/// An episode with what its notes are made from.
struct Told<'a> {
    episode: &'a Episode,
    /// The text of its page.
    text: Option<Arc<Rendered>>,
    /// "119, Allô Enfance en Danger", for each service the episode names.
    help: Vec<String>,
    /// The print of all of it.
    print: Print,
}

/// The work of every feed document of a series; `episodes` are those that are out, newest first.
pub(super) fn works<'a>(
    series: &'a Series,
    episodes: &[&'a Episode],
    library: &Library,
    loaded: &Loaded,
    services: &[Service],
) -> Vec<Work<'a>> {
    let say = |key: &str| words::say(loaded, &series.language, key, &[]);
    let words = Arc::new(notes::Words {
        chapters: say("podcast_notes_chapters"),
        synthetic_voice: say("podcast_notes_synthetic_voice"),
        help: say("podcast_notes_help"),
        page: say("podcast_notes_page"),
        correction: say("podcast_notes_correction"),
    });
    let of_feed = Arc::new(feed::Words { light_title: say("podcast_light_title"), small: say("podcast_small") });
    let told: Vec<Told<'a>> = episodes
        .par_iter()
        .map(|episode| {
            let text = library.page(&episode.source).map(|page| Arc::clone(&page.rendered));
            let help = help_lines(episode, services);
            let print = Print::of_value(&(episode, text.as_ref().map(|text| text.prints.content), &help));
            Told { episode, text, help, print }
        })
        .collect();
    let told = Arc::new(told);
    let podcast = &loaded.repere.podcast;
    // What the head of each document says of episodes that it may not hold.
    let trailers: Vec<Print> = told.iter().filter(|t| t.episode.kind == "trailer").map(|told| told.print).collect();
    let synthetic = told.iter().any(|told| told.episode.synthetic_voice);
    let all = (series, &*words, &*of_feed, trailers, synthetic);
    let sheets = feed::sheets(series, episodes.len(), podcast.feed_episodes, podcast.hub.as_deref());
    let work = |sheet: Sheet| {
        let held: Vec<Print> = told[sheet.episodes.clone()].iter().map(|told| told.print).collect();
        let key = Print::of_value(&(&all, &sheet.url, &sheet.links, sheet.light, &sheet.hub, held));
        let (told, words, of_feed) = (Arc::clone(&told), Arc::clone(&words), Arc::clone(&of_feed));
        Work::new(format!("podcast {}", sheet.path), key, move || {
            let xml = written(series, &told, &sheet, &words, &of_feed);
            let xml = xml.map_err(|error| {
                Diagnostic::error(format!("the feed cannot be written: {error:#}")).at(Place::file(&series.shown))
            })?;
            Ok(vec![Output::bytes(sheet.path.clone(), xml, &series.shown)])
        })
    };
    sheets.into_iter().map(work).collect()
}

fn written(
    series: &Series,
    told: &[Told<'_>],
    sheet: &Sheet,
    words: &notes::Words,
    of_feed: &feed::Words,
) -> anyhow::Result<Vec<u8>> {
    let notes = |(number, told): (usize, &Told<'_>)| {
        if !sheet.episodes.contains(&number) {
            return Notes::default();
        }
        let html = told.text.as_ref().map_or("", |text| text.html.as_str());
        Notes {
            description: notes::description(told.episode, words, &told.help),
            // The light feed has none.
            content: if sheet.light { String::new() } else { notes::content(html, &told.episode.link) },
        }
    };
    let with_notes: Vec<(&Episode, Notes)> =
        told.par_iter().enumerate().map(|(number, told)| (told.episode, notes((number, told)))).collect();
    feed::xml(series, &with_notes, sheet, of_feed)
}

fn help_lines(episode: &Episode, services: &[Service]) -> Vec<String> {
    let named = episode.help.iter().filter_map(|id| services.iter().find(|service| service.id == *id));
    let line = |service: &Service| {
        let (numbers, name) = (service.numbers(), service.name_alone());
        if numbers.contains(name) { numbers } else { format!("{numbers}, {name}") }
    };
    named.map(line).collect()
}
