//! Lists that a series and an episode both have: people, places, licence, gifts, free words.
//!
//! Entry points: one function a key; problems go into the table being read.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::roles;
use super::series::{Block, Frequency, Funding, License, Location, Person, Remote};
use super::{beside, feed};
use crate::content::{Asset, Facet};
use crate::diagnostic::{Diagnostic, Place};

/// A text of a table in a list, without spaces around it.
pub(super) fn word(table: &Map<String, Value>, key: &str) -> Option<String> {
    let text = match table.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Tells keys of a table in a list that mean nothing.
pub(super) fn only(facet: &mut Facet<'_>, table: &Map<String, Value>, place: &Place, keys: &[&str]) {
    for key in table.keys().filter(|key| !keys.contains(&key.as_str())) {
        let help = match crate::diagnostic::did_you_mean(key, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its keys are: {}", keys.join(", ")),
        };
        facet.push(Diagnostic::error(format!("unknown key `{key}` here")).at(place.clone()).help(help));
    }
}

/// A text that directories would cut at `most` characters.
pub(super) fn fits(facet: &mut Facet<'_>, place: &Place, what: &str, text: &str, most: usize) {
    let length = text.chars().count();
    if length > most {
        let message = format!("{what} has {length} characters, apps take {most}");
        facet.push(Diagnostic::error(message).at(place.clone()).help("shorten it"));
    }
}

/// An address that an app can open.
pub(super) fn web(facet: &mut Facet<'_>, place: &Place, url: &str) -> bool {
    let right = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !right {
        let problem = Diagnostic::error(format!("`{url}` is not an address of the web"));
        facet.push(problem.at(place.clone()).help("write it whole: `https://…`"));
    }
    right
}

/// `persons`: who is heard and who works behind. Names with `absent: true` come second.
pub(super) fn persons(facet: &mut Facet<'_>, assets: &[Asset], folder: &str) -> (Vec<Person>, Vec<String>) {
    let (mut persons, mut absent) = (Vec::new(), Vec::new());
    for (table, place) in facet.tables("persons") {
        only(facet, &table, &place, &["name", "role", "url", "image", "absent"]);
        let Some(name) = word(&table, "name") else {
            let help = "write `- { name: \"Camille\", role: \"host\" }`";
            facet.push(Diagnostic::error("this person has no name").at(place).help(help));
            continue;
        };
        fits(facet, &place, "this name", &name, 128);
        if table.get("absent").and_then(Value::as_bool).unwrap_or(false) {
            absent.push(name);
            continue;
        }
        let url = word(&table, "url").filter(|url| web(facet, &place, url));
        let image = word(&table, "image")
            .and_then(|image| beside(facet, assets, "persons", &image).map(|_| format!("{folder}{image}")));
        persons.push(Person { name, role: word(&table, "role").unwrap_or_default(), url, image });
    }
    (persons, absent)
}

/// `location`: one place or several.
pub(super) fn locations(facet: &mut Facet<'_>) -> Vec<Location> {
    let mut out = Vec::new();
    for (table, place) in one_or_more(facet, "location", "name") {
        only(facet, &table, &place, &["name", "rel", "geo", "osm", "country"]);
        let Some(name) = word(&table, "name") else {
            let help = "write how people call it: `{ name: \"Lille\", country: \"FR\" }`";
            facet.push(Diagnostic::error("this place has no name").at(place).help(help));
            continue;
        };
        fits(facet, &place, "the name of this place", &name, 128);
        let mut checked = |key: &str, right: fn(&str) -> bool, help: &str| {
            let text = word(&table, key)?;
            if right(&text) {
                return Some(text);
            }
            let problem = Diagnostic::error(format!("`{text}` is not what `{key}` takes"));
            facet.push(problem.at(place.clone()).help(help));
            None
        };
        let geo = checked("geo", is_geo, "write latitude and longitude: `geo:50.63,3.06`");
        let osm = checked("osm", is_osm, "write N, W or R and the number of the object: `R7444`");
        let country = checked("country", is_country, "write the two letters of the country: `FR`");
        let rel = checked("rel", |rel| matches!(rel, "subject" | "creator"), "write `subject` or `creator`");
        let rel = if rel.as_deref() == Some("creator") { "creator" } else { "subject" };
        out.push(Location { name, rel, geo, osm, country });
    }
    out
}

fn is_geo(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("geo:") else { return false };
    let mut parts = rest.split(';').next().unwrap_or_default().split(',').map(str::parse::<f64>);
    let within = |part: Option<Result<f64, _>>, most: f64| part.and_then(Result::ok).is_some_and(|n| n.abs() <= most);
    within(parts.next(), 90.0) && within(parts.next(), 180.0)
}

fn is_osm(text: &str) -> bool {
    let digits = text.strip_prefix(['N', 'W', 'R']).unwrap_or_default();
    let id = digits.split('#').next().unwrap_or_default();
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// `funding`: an address, or a list of addresses with their words.
pub(super) fn funding(facet: &mut Facet<'_>, otherwise: &str) -> Vec<Funding> {
    let mut out = Vec::new();
    for (table, place) in one_or_more(facet, "funding", "url") {
        only(facet, &table, &place, &["url", "text"]);
        let Some(url) = word(&table, "url") else {
            let help = "write `- { url: \"https://…\", text: \"Faire un don\" }`";
            facet.push(Diagnostic::error("this way to give has no address").at(place).help(help));
            continue;
        };
        let text = word(&table, "text").unwrap_or_else(|| otherwise.to_owned());
        fits(facet, &place, "this text", &text, 128);
        if web(facet, &place, &url) {
            out.push(Funding { url, text });
        }
    }
    out
}

/// A list of tables, one table, or a text that stands for the key `short` of one.
fn one_or_more(facet: &mut Facet<'_>, key: &str, short: &str) -> Vec<(Map<String, Value>, Place)> {
    match facet.value(key) {
        Some(Value::String(text)) => {
            let table = Map::from_iter([(short.to_owned(), Value::String(text.clone()))]);
            vec![(table, facet.place(key))]
        }
        Some(Value::Object(table)) => vec![(table.clone(), facet.place(key))],
        _ => facet.tables(key),
    }
}

/// `license`: a known name, any Creative Commons licence, or a name and an address.
pub(super) fn license(facet: &mut Facet<'_>) -> Option<License> {
    if let Some(Value::Object(table)) = facet.value("license") {
        let (table, place) = (table.clone(), facet.place("license"));
        only(facet, &table, &place, &["id", "url"]);
        let url = word(&table, "url").filter(|url| web(facet, &place, url));
        let id = word(&table, "id");
        if id.is_none() {
            facet.error("license", "this licence has no name", "write `license: { id: \"…\", url: \"https://…\" }`");
        }
        return Some(License { id: id?.to_lowercase(), url });
    }
    let lower = facet.text("license")?.to_lowercase();
    if matches!(lower.as_str(), "licence ouverte 2.0" | "etalab-2.0") {
        let url = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/".to_owned();
        return Some(License { id: "etalab-2.0".to_owned(), url: Some(url) });
    }
    // CC-BY-SA-4.0 and its sisters say their own address.
    let url = if lower == "cc0-1.0" {
        Some("https://creativecommons.org/publicdomain/zero/1.0/".to_owned())
    } else {
        let parts = lower.strip_prefix("cc-").and_then(|rest| rest.rsplit_once('-'));
        parts.map(|(rights, version)| format!("https://creativecommons.org/licenses/{rights}/{version}/"))
    };
    if url.is_none() {
        let help =
            "apps know CC licences by their name; write `license: { id: \"…\", url: \"https://…\" }` for another";
        facet.warn("license", format!("nobody will find out what `{lower}` allows"), help);
    }
    Some(License { id: lower, url })
}

/// `block`: true for everywhere, or the platforms that must not show it.
pub(super) fn block(facet: &mut Facet<'_>) -> Block {
    if let Some(Value::Bool(everywhere)) = facet.value("block") {
        return Block { everywhere: *everywhere, platforms: Vec::new() };
    }
    let platforms = facet.texts("block");
    for name in &platforms {
        if let Err(help) = roles::platform(name) {
            facet.error("block", format!("no platform is called `{name}`"), help);
        }
    }
    Block { everywhere: false, platforms }
}

/// `txt`: free words for machines, each with its purpose.
pub(super) fn txt(facet: &mut Facet<'_>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (table, place) in facet.tables("txt") {
        only(facet, &table, &place, &["purpose", "text"]);
        let (purpose, text) = (word(&table, "purpose").unwrap_or_default(), word(&table, "text").unwrap_or_default());
        fits(facet, &place, "this purpose", &purpose, 128);
        fits(facet, &place, "this text", &text, 4000);
        if text.is_empty() {
            let help = "write `- { purpose: \"applepodcastsverify\", text: \"…\" }`";
            facet.push(Diagnostic::error("this text is empty").at(place).help(help));
        } else if purpose == "ai-content" {
            let help = "it is said by `synthetic_voice` in the episodes";
            facet.push(Diagnostic::error("`ai-content` is not written here").at(place).help(help));
        } else {
            out.push((purpose, text));
        }
    }
    out
}

/// `podroll`, or `publisher` as a single table: series somewhere else.
pub(super) fn remotes(facet: &mut Facet<'_>, key: &str) -> Vec<Remote> {
    let mut out = Vec::new();
    for (table, place) in one_or_more(facet, key, "guid") {
        only(facet, &table, &place, &["guid", "feed_url", "title"]);
        let feed_url = word(&table, "feed_url").filter(|url| web(facet, &place, url));
        let Some(guid) = word(&table, "guid") else {
            let help = match &feed_url {
                Some(url) => {
                    format!("ask the series, or look it up; by its address it would be \"{}\"", feed::guid(url))
                }
                None => "write `- { guid: \"…\", feed_url: \"https://…\", title: \"…\" }`".to_owned(),
            };
            facet.push(Diagnostic::error("this series has no `guid`").at(place).help(help));
            continue;
        };
        if uuid::Uuid::parse_str(&guid).is_err() {
            let problem = Diagnostic::error(format!("`{guid}` is not a UUID"));
            facet.push(problem.at(place).help("copy `podcast:guid` from the feed of that series"));
            continue;
        }
        out.push(Remote { guid, feed_url, title: word(&table, "title") });
    }
    out
}

/// `frequency`: words, and a rule for machines.
pub(super) fn frequency(facet: &mut Facet<'_>) -> Option<Frequency> {
    let (table, place) = one_or_more(facet, "frequency", "text").into_iter().next()?;
    only(facet, &table, &place, &["text", "rrule", "start"]);
    let text = word(&table, "text").unwrap_or_default();
    if text.is_empty() {
        let help = "say it in words: `{ text: \"Un épisode par mois\", rrule: \"FREQ=MONTHLY\" }`";
        facet.push(Diagnostic::error("`frequency` has no text").at(place.clone()).help(help));
        return None;
    }
    fits(facet, &place, "this text", &text, 128);
    let rrule = word(&table, "rrule");
    if let Some(Err(reason)) = rrule.as_deref().map(rule_fault) {
        let problem = Diagnostic::error(format!("`rrule` is not a rule of RFC 5545: {reason}"));
        facet.push(problem.at(place.clone()).help("write for example `FREQ=WEEKLY;BYDAY=TU` or `FREQ=MONTHLY`"));
    }
    let start = word(&table, "start");
    let day = start.as_deref().and_then(|text| text.get(..10)).and_then(|day| day.parse::<Date>().ok());
    if start.is_some() && day.is_none() {
        facet.push(Diagnostic::error("`start` is not a day").at(place).help("write `start: 2026-11-17`"));
    }
    Some(Frequency { text, rrule, start: day })
}

/// What is wrong with a recurrence rule.
fn rule_fault(rule: &str) -> Result<(), String> {
    const FREQUENCIES: [&str; 7] = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let mut seen: Vec<&str> = Vec::new();
    for part in rule.split(';') {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` has no `=`"))?;
        if seen.contains(&name) {
            return Err(format!("`{name}` stands twice"));
        }
        seen.push(name);
        let numbers = || value.split(',').all(|n| n.parse::<i32>().is_ok_and(|n| n != 0));
        let right = match name {
            "FREQ" => FREQUENCIES.contains(&value),
            "INTERVAL" | "COUNT" => value.parse::<u32>().is_ok_and(|n| n > 0),
            "UNTIL" => value.len() >= 8 && value[..8].bytes().all(|b| b.is_ascii_digit()),
            "WKST" => DAYS.contains(&value),
            "BYDAY" => value.split(',').all(|day| {
                let code = day.trim_start_matches(['+', '-']).trim_start_matches(|c: char| c.is_ascii_digit());
                DAYS.contains(&code)
            }),
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => value.split(',').all(|n| n.parse::<u8>().is_ok_and(|n| n < 61)),
            "BYMONTH" | "BYMONTHDAY" | "BYYEARDAY" | "BYWEEKNO" | "BYSETPOS" => numbers(),
            _ => return Err(format!("`{name}` is not one of its parts")),
        };
        if !right {
            return Err(format!("`{part}` has a value that it cannot have"));
        }
    }
    if !seen.contains(&"FREQ") {
        return Err("it has no `FREQ`".to_owned());
    }
    if seen.contains(&"COUNT") && seen.contains(&"UNTIL") {
        return Err("it has both `COUNT` and `UNTIL`".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_recurrence_are_read_strictly() {
        for right in ["FREQ=MONTHLY", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=6"] {
            assert_eq!(rule_fault(right), Ok(()), "{right}");
        }
        for wrong in
            ["", "MONTHLY", "FREQ=OFTEN", "BYDAY=TU", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;X=1", "FREQ=WEEKLY;BYDAY=MA"]
        {
            assert!(rule_fault(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn places_have_the_forms_of_the_namespace() {
        assert!(
            is_geo("geo:50.63,3.06") && is_geo("geo:-21.1,55.5;u=10") && !is_geo("50.63,3.06") && !is_geo("geo:91,0")
        );
        assert!(is_osm("R7444") && is_osm("N12#3") && !is_osm("7444") && !is_osm("R"));
        assert!(is_country("FR") && !is_country("fr"));
    }
}
