//! The help services of a site, read from `content/aide/services.yaml`: the only place their numbers are written.
//!
//! Entry point: [`load`]. What is made outside templates (guides as PDF, notes of episodes) takes numbers from here; no
//! number stands in code.

use std::path::Path;

use serde::Deserialize;

use crate::config::text;
use crate::diagnostic::{Diagnostic, Place};

/// Where the services are written, below the site's root.
pub const FILE: &str = "content/aide/services.yaml";

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Services {
    /// How far the list can be trusted, for readers.
    #[serde(default)]
    pub notice: String,
    /// Who helps, in file order.
    pub services: Vec<Service>,
}

impl Services {
    /// The services of the short block, in file order.
    pub fn short(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.short && !service.adult_only)
    }
}

/// Somebody who helps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Service {
    /// Never changes: pages and episodes name it.
    pub id: String,
    /// As it calls itself.
    pub name: String,
    /// Its number, as people read it.
    #[serde(default)]
    pub number: Option<String>,
    /// Another number for the same service.
    #[serde(default)]
    pub also_number: Option<String>,
    /// When one turns to it, in a sentence.
    #[serde(default)]
    pub purpose: String,
    /// The same in a line, for the short block.
    #[serde(default)]
    pub short_text: String,
    /// In the short block of every page.
    #[serde(default)]
    pub short: bool,
    /// For which readers.
    #[serde(default)]
    pub audience: Vec<String>,
    /// Never for teenagers, never in a block.
    #[serde(default)]
    pub adult_only: bool,
    /// The document it was taken from.
    #[serde(default)]
    pub source: String,
    /// The date of that document, in words.
    #[serde(default)]
    pub source_date: String,
}

impl Service {
    /// Its numbers in one line: "17 ou 112"; its name when it has none.
    pub fn numbers(&self) -> String {
        match (&self.number, &self.also_number) {
            (Some(number), Some(also)) => format!("{number} ou {also}"),
            (Some(number), None) => number.clone(),
            _ => self.name.clone(),
        }
    }

    /// Its name without its number in front: "119, Allô Enfance en Danger" is "Allô Enfance en Danger".
    pub fn name_alone(&self) -> &str {
        let number = self.number.as_deref().and_then(|number| number.split_whitespace().next());
        let rest = number.and_then(|number| self.name.strip_prefix(number));
        rest.and_then(|rest| rest.strip_prefix(", ")).unwrap_or(&self.name)
    }
}

/// Reads the services of the site in `root`; none when the site has no such file.
pub fn load(root: &Path) -> Result<Services, Diagnostic> {
    let path = root.join(FILE);
    if !path.is_file() {
        return Ok(Services::default());
    }
    let text = text::read(&path, FILE)?;
    serde_yaml::from_str(&text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let at = error.location().map_or(0, |at| at.index());
        Diagnostic::error(format!("the help services cannot be read: {message}"))
            .at(Place::span(FILE, &text, at..at))
            .help("it is YAML: a list `services:` whose items begin with `- id: \"119\"`")
    })
}
