//! The help services: every one sourced and dated, and the short block on every page.

use std::path::Path;

use serde_json::Value;

use super::{Site, place_in};
use crate::config::Loaded;
use crate::diagnostic::{Diagnostic, Place};

/// Where the services are listed, relative to the site's root.
const FILE: &str = "content/aide/services.yaml";

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let root = &site.loaded.root;
    let services = match services(root) {
        Ok(services) => services,
        Err(problem) => return vec![problem],
    };
    let mut found = Vec::new();
    let mut wanted: Vec<(String, String)> = Vec::new();
    for service in &services {
        let text = |key: &str| service.get(key).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
        let Some(id) = text("id") else {
            found.push(Diagnostic::error("a service has no `id`").at(Place::file(FILE)));
            continue;
        };
        for key in ["name", "source", "source_date"] {
            if text(key).is_none() {
                let problem = Diagnostic::error(format!("the service `{id}` has no `{key}`"));
                let help = "a number without a dated source must not be published";
                found.push(problem.at(place_of(root, id)).help(help));
            }
        }
        if let Some(expires) = text("expires")
            && expires.parse::<jiff::civil::Date>().is_err()
        {
            let problem = Diagnostic::error(format!("`expires` of the service `{id}` is not a date"));
            found.push(problem.at(place_of(root, id)).help("write 2027-01-31"));
        }
        if service.get("short").and_then(Value::as_bool) == Some(true) {
            if service.get("adult_only").and_then(Value::as_bool) == Some(true) {
                let problem =
                    Diagnostic::error(format!("the service `{id}` is for adults only, yet in the short block"));
                found.push(problem.at(place_of(root, id)).help("take `short` out"));
            }
            let address = text("tel").map(|t| format!("tel:{t}")).or_else(|| text("sms").map(|s| format!("sms:{s}")));
            wanted.extend(address.map(|a| (id.to_owned(), a)));
        }
    }
    found.extend(check_blocks(site, &wanted));
    found
}

/// The block on every page, and the way out.
fn check_blocks(site: &Site, wanted: &[(String, String)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for page in site.pages.iter().filter(|p| !p.document.is_redirect) {
        for (id, address) in wanted {
            if !page.document.links.iter().any(|l| l.href == *address) {
                let problem = Diagnostic::error(format!("the page does not show the service `{id}` (`{address}`)"));
                let help = "every page has the short block: does its template extend `base.html`?";
                found.push(problem.at(site.place(page, "")).help(help));
            }
        }
        if !page.document.has_exit {
            let problem = Diagnostic::error("the page has no way out (`data-exit`)");
            found.push(problem.at(site.place(page, "")).help("does its template extend `base.html`?"));
        }
    }
    found
}

/// Services whose `expires` is past: warnings, since only time has passed. The caller says which day it is.
pub fn overdue(loaded: &Loaded, today: jiff::civil::Date) -> Vec<Diagnostic> {
    if !loaded.repere.safety.services {
        return Vec::new();
    }
    let mut found = Vec::new();
    for service in services(&loaded.root).unwrap_or_default() {
        let text = |key: &str| service.get(key).and_then(Value::as_str);
        let Some(expires) = text("expires").and_then(|e| e.parse::<jiff::civil::Date>().ok()) else { continue };
        if expires < today {
            let id = text("id").unwrap_or_default();
            let problem = Diagnostic::warning(format!("the service `{id}` was to be verified again before {expires}"));
            found.push(
                problem.at(place_of(&loaded.root, id)).help("ask the service, then change `source_date` and `expires`"),
            );
        }
    }
    found
}

fn services(root: &Path) -> Result<Vec<Value>, Diagnostic> {
    let text = std::fs::read_to_string(root.join(FILE)).map_err(|error| {
        let problem = Diagnostic::error(format!("the list of help services cannot be read: {error}"));
        problem.at(Place::file(FILE)).help("list the services there, or set `services = false` in `[safety]`")
    })?;
    let value: Value = serde_yaml::from_str(&text).map_err(|error| {
        let place = error.location().map_or_else(
            || Place::file(FILE),
            |at| Place::span(FILE, &text, at.index().min(text.len())..at.index().min(text.len())),
        );
        Diagnostic::error(format!("the list of help services cannot be read: {error}")).at(place)
    })?;
    let list = value.get("services").and_then(Value::as_array).cloned();
    list.ok_or_else(|| Diagnostic::error("the list of help services has no `services`").at(Place::file(FILE)))
}

fn place_of(root: &Path, id: &str) -> Place {
    let quoted = place_in(root, Path::new(FILE), &format!("id: \"{id}\""));
    if quoted.line > 0 { quoted } else { place_in(root, Path::new(FILE), &format!("id: {id}")) }
}
