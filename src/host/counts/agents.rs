//! Which application a `User-Agent` names: a dated list, kept as data in `agents.toml`.
//!
//! Entry point: [`Agents::family`]. Only the name of the family leaves this file.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

const LIST: &str = include_str!("agents.toml");

/// The name of everything that no pattern knows.
const OTHER: &str = "Autre application";

static READ: LazyLock<List> = LazyLock::new(|| toml::from_str(LIST).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// The day the list was last looked over.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers of the file; a test reads it too"))]
    date: String,
    /// What never listens.
    machines: Vec<String>,
    family: Vec<Family>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    patterns: Vec<String>,
}

/// The list, compiled.
#[derive(Debug)]
pub(super) struct Agents {
    machines: RegexSet,
    patterns: RegexSet,
    /// The family of each pattern.
    families: Vec<&'static str>,
}

impl Default for Agents {
    fn default() -> Self {
        let list = &*READ;
        let patterns = list.family.iter().flat_map(|family| &family.patterns);
        let families = list.family.iter().flat_map(|family| family.patterns.iter().map(|_| family.name.as_str()));
        Self { machines: set(&list.machines), patterns: set(patterns), families: families.collect() }
    }
}

impl Agents {
    /// The family of an application; `None` for what must not be counted: no name, machines, watches that fetch again
    /// what the telephone has.
    pub(super) fn family(&self, agent: &str) -> Option<&'static str> {
        let agent = agent.trim();
        if agent.is_empty() || self.machines.is_match(agent) {
            return None;
        }
        // The list is in order: an application that names a browser too is found before browsers.
        let first = self.patterns.matches(agent).iter().next();
        Some(first.map_or(OTHER, |pattern| self.families[pattern]))
    }

    /// The name of a family as this list writes it.
    pub(super) fn named(&self, name: &str) -> Option<&'static str> {
        self.families.iter().chain([&OTHER]).find(|known| **known == name).copied()
    }
}

fn set<'a>(patterns: impl IntoIterator<Item = &'a String>) -> RegexSet {
    let built = RegexSetBuilder::new(patterns).case_insensitive(true).build();
    built.unwrap_or_else(|error| {
        tracing::error!(%error, "the list of applications cannot be read: all of them are counted as others");
        RegexSet::empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_dated_and_every_pattern_is_read() {
        assert!(READ.date.parse::<jiff::civil::Date>().is_ok());
        let agents = Agents::default();
        assert!(agents.families.len() > 40 && agents.patterns.len() == agents.families.len());
        assert!(agents.machines.len() > 10);
    }

    #[test]
    fn applications_are_told_apart_and_machines_left_out() {
        let agents = Agents::default();
        for (agent, family) in [
            (
                "AppleCoreMedia/1.0.0.22F76 (iPhone; U; CPU OS 18_5 like Mac OS X; fr_fr)",
                Some("Lecteur d’Apple (Podcasts ou Safari)"),
            ),
            ("Podcasts/1750.3 CFNetwork/1408.0.4 Darwin/22.5.0", Some("Apple Podcasts")),
            ("AntennaPod/3.5.0", Some("AntennaPod")),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
                Some("Navigateur"),
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Some("Navigateur")),
            ("Spotify/8.9.18 Android/34 (SM-A546B)", Some("Spotify")),
            ("Deezer/8.1 (iOS; 17.5; Mobile; fr; iPhone)", Some("Deezer")),
            ("PocketCasts/1.0 (Pocket Casts Feed Parser; +http://pocketcasts.com/)", None),
            ("Pocket Casts", Some("Pocket Casts")),
            ("gPodder/3.11.1 (http://gpodder.org/) Linux", Some("gPodder")),
            ("curl/8.5.0", Some("Outil de téléchargement")),
            ("Un lecteur inconnu 1.0", Some(OTHER)),
            ("", None),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None),
            ("facebookexternalhit/1.1", None),
            ("atc/1.0 watchOS/10.5 model/Watch6,2 hwp/t8301 build/21T576 (6; dt:233)", None),
            ("(null)/(null) watchOS/9.1 model/Watch4,3", None),
        ] {
            assert_eq!(agents.family(agent), family, "{agent}");
        }
        assert_eq!(agents.named("AntennaPod"), Some("AntennaPod"));
        assert_eq!(agents.named("inconnu"), None);
    }
}
