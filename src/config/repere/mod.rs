//! `repere.toml`: the keys that Zola does not have, one struct and one file per room.
//!
//! Each room adds its own keys to its own struct, with a default: a site without `repere.toml` is a plain Zola site.
//! Unknown keys are errors.

mod calendar;
mod host;
mod images;
mod mail;
mod podcast;
mod publish;
mod safety;
mod share;

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::keys::{Entry, Reader, Table};
use super::text;
use crate::diagnostic::Diagnostic;

pub use calendar::{Calendar, Reminders};
pub use host::{Host, Network};
pub use images::{Images, Modern};
pub use mail::{Mail, MailSecurity};
pub use podcast::Podcast;
pub use publish::{Publish, Zone};
pub use safety::Safety;
pub use share::Share;

const FILE: &str = "repere.toml";

/// The whole of `repere.toml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repere {
    /// Which Zola the site was written for; found out when absent.
    pub dialect: Option<Dialect>,
    /// `[podcast]`.
    pub podcast: Podcast,
    /// `[calendar]`.
    pub calendar: Calendar,
    /// `[host]`.
    pub host: Host,
    /// `[mail]`.
    pub mail: Mail,
    /// `[safety]`: the publication checks.
    pub safety: Safety,
    /// `[publish]`: the clock, fingerprints, the fallback language.
    pub publish: Publish,
    /// `[images]`: copies of the images of Markdown.
    pub images: Images,
    /// `[share]`: pictures that go with links.
    pub share: Share,
}

/// The rules a site was written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// Zola 0.22: Tera 1, macros, shortcodes.
    #[serde(rename = "0.22")]
    Zola022,
    /// Zola 0.23: Tera 2, components, templated content.
    #[default]
    #[serde(rename = "0.23")]
    Zola023,
}

impl Dialect {
    /// `0.22` or `0.23`, also with a patch number.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().trim_start_matches('v').split('.');
        match (numbers.next()?, numbers.next()?) {
            ("0", "23") => Some(Self::Zola023),
            ("0", "22") => Some(Self::Zola022),
            _ => None,
        }
    }
}

/// Reads `repere.toml` in the site's folder; defaults when there is none.
pub(super) fn load(root: &Path) -> (Repere, Vec<Diagnostic>) {
    let file = root.join(FILE);
    if std::fs::symlink_metadata(&file).is_err() {
        return (Repere::default(), Vec::new());
    }
    match text::read(&file, FILE) {
        Ok(text) => read(&text),
        Err(problem) => (Repere::default(), vec![problem]),
    }
}

/// Reads the text of `repere.toml`.
pub(super) fn read(text: &str) -> (Repere, Vec<Diagnostic>) {
    let mut reader = Reader::new(FILE, text);
    let mut repere = Repere::default();
    let mut table = match Table::from_toml(text, 0) {
        Ok(table) => table,
        Err((message, span)) => {
            reader.error(&span, message);
            return (repere, reader.problems);
        }
    };
    let dialects = [("0.22", Dialect::Zola022), ("0.23", Dialect::Zola023)];
    if table.entries.iter().any(|entry| entry.key == "dialect") {
        repere.dialect = reader.choice(&mut table, "dialect", &dialects);
    }
    section(&mut reader, &mut table, "podcast", &mut repere.podcast);
    section(&mut reader, &mut table, "calendar", &mut repere.calendar);
    section(&mut reader, &mut table, "host", &mut repere.host);
    section(&mut reader, &mut table, "mail", &mut repere.mail);
    section(&mut reader, &mut table, "safety", &mut repere.safety);
    section(&mut reader, &mut table, "publish", &mut repere.publish);
    section(&mut reader, &mut table, "images", &mut repere.images);
    section(&mut reader, &mut table, "share", &mut repere.share);
    let known = ["dialect", "podcast", "calendar", "host", "mail", "safety", "publish", "images", "share"];
    reader.unknown(&table, "repere.toml", &known, true);
    (repere, reader.problems)
}

/// Reads a table key by key into the struct of its room, so that one mistake does not hide the next.
fn section<T: Serialize + DeserializeOwned>(reader: &mut Reader, table: &mut Table, name: &str, into: &mut T) {
    let Some(inner) = reader.table(table, name) else { return };
    let Ok(Value::Object(mut values)) = serde_json::to_value(&*into) else { return };
    let known: Vec<String> = values.keys().cloned().collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let (written, strange): (Vec<Entry>, Vec<Entry>) =
        inner.entries.into_iter().partition(|entry| known.contains(&entry.key.as_str()));
    reader.unknown(&Table { entries: strange }, &format!("`[{name}]`"), &known, true);
    for Entry { key, item, .. } in written {
        let span = item.span.clone();
        let before = values.insert(key.clone(), item.into_json());
        match serde_json::from_value::<T>(Value::Object(values.clone())) {
            Ok(read) => *into = read,
            Err(error) => {
                reader.error(&span, format!("`{key}` cannot be that: {error}"));
                values.extend(before.map(|before| (key, before)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_of_the_file_is_told_in_one_run() {
        let (repere, problems) =
            read("[safety]\nlnks = true\nwords = \"oui\"\nmedia = true\n[mail]\nsecurity = \"ssl\"\n[hots]\n");
        let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`security` cannot be that: unknown variant `ssl`, expected one of `starttls`, `tls`, `none`",
                "unknown key `lnks` in `[safety]`",
                "`words` cannot be that: invalid type: string \"oui\", expected a boolean",
                "unknown key `hots` in repere.toml",
            ]
        );
        assert_eq!(problems[1].help, ["did you mean `links`?"]);
        assert!(repere.safety.media && !repere.safety.words);
    }

    #[test]
    fn what_is_written_is_read() {
        let (repere, problems) = read("dialect = \"0.22\"\n[mail]\nport = 25\n[safety]\nhost_paths = [\"a\"]\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(repere.dialect, Some(Dialect::Zola022));
        assert_eq!((repere.mail.port, repere.safety.host_paths.as_slice()), (Some(25), ["a".to_owned()].as_slice()));
    }
}
