//! The help services of a site, read from `content/aide/services.yaml`: the only place their numbers are written.
//!
//! Entry point: [`load`]. What is made outside templates (guides as PDF, notes of episodes) takes numbers from here; no
//! number stands in code.

use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

/// Where the services are written, below the site's root.
pub const FILE: &str = "content/aide/services.yaml";

/// Somebody who helps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Service {
    /// Never changes: pages and episodes name it.
    pub id: String,
    /// As it calls itself.
    pub name: String,
    /// Telephone numbers, as people read them.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// When one turns to it, in a sentence.
    #[serde(default)]
    pub purpose: String,
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

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Phone {
    /// What the telephone dials.
    pub dial: String,
    /// What people read.
    pub shown: String,
    /// `tel` or `sms`.
    #[serde(default)]
    pub kind: String,
}

impl Service {
    /// Its numbers in one line: "17 ou 112"; its name when it has none.
    pub fn numbers(&self) -> String {
        let shown: Vec<&str> = self.phones.iter().map(|phone| phone.shown.as_str()).collect();
        if shown.is_empty() { self.name.clone() } else { shown.join(" ou ") }
    }

    /// Its name without its number in front: "119, Allô Enfance en Danger" is "Allô Enfance en Danger".
    pub fn name_alone(&self) -> &str {
        let Some(phone) = self.phones.first() else { return &self.name };
        let rest = self.name.strip_prefix(phone.dial.as_str()).or_else(|| self.name.strip_prefix(phone.shown.as_str()));
        rest.map_or(&self.name, |rest| rest.trim_start_matches([',', ' ']))
    }
}

/// Reads the services of the site in `root`; none when the site has no such file.
pub fn load(root: &Path) -> anyhow::Result<Vec<Service>> {
    #[derive(Deserialize)]
    struct File {
        services: Vec<Service>,
    }
    let path = root.join(FILE);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("{FILE} cannot be read"))?;
    let file: File = serde_yaml::from_str(&text).with_context(|| format!("{FILE} is not the list of services expected"))?;
    Ok(file.services)
}

/// The services of the short block, in file order.
pub fn short(services: &[Service]) -> impl Iterator<Item = &Service> {
    services.iter().filter(|service| service.short && !service.adult_only)
}
