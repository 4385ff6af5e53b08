//! Existing sessions from CSV or iCalendar, as forms: every line is read, every mistake is told, nothing is written.
//!
//! Entry point: [`read`]. A line becomes the fields of a session's form, so that the rules and the words of the form hold
//! here too. Writing them is `store`'s, after somebody has seen them all.

mod ics;
mod sheet;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::form::{self, Fields};
use super::{FieldError, NewSession, Origin};

/// The most sessions in one file.
pub const MOST: usize = 500;
/// The longest identifier that is kept.
const LONGEST_UID: usize = 255;

/// What lines lack, taken from the form of the import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Values of fields of a session's form, by name: `kind`, `audience`, `departement`, `capacity`, `publish`…
    pub fields: BTreeMap<String, String>,
    /// Words people may write for a kind (`formation`), with the word of the kind.
    pub kinds: BTreeMap<String, String>,
    /// Ids of trainers by address, lower case.
    pub trainers: BTreeMap<String, String>,
}

/// A line of the file, good or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1; for an event, the line it begins on.
    pub number: usize,
    /// What identifies it; made from the content where the file has nothing.
    pub uid: String,
    /// The same as the file writes it, with its backslashes: so it was kept before they were read.
    pub written: String,
    /// What was read, for showing.
    pub title: String,
    /// The session, or everything that is wrong with it.
    pub session: Result<Box<NewSession>, Vec<FieldError>>,
}

/// A line before its rules: raw fields and what could not even be read.
struct Raw {
    number: usize,
    uid: String,
    written: String,
    /// SEQUENCE of an event of a calendar.
    sequence: Option<u32>,
    fields: BTreeMap<&'static str, String>,
    errors: Vec<FieldError>,
}

/// Reads a file: iCalendar when it begins like one, else CSV. `Err` holds the translation key of why it cannot be read
/// at all.
pub fn read(bytes: &[u8], defaults: &Defaults) -> Result<Vec<Line>, &'static str> {
    let text = decoded(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let is_calendar = text.trim_start().get(..15).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR"));
    let raw = if is_calendar { ics::read(text) } else { sheet::read(text) }?;
    if raw.is_empty() {
        return Err("calendar_import_empty");
    }
    if raw.len() > MOST {
        return Err("calendar_import_many");
    }
    let mut lines: Vec<Line> = raw.into_iter().map(|raw| line(raw, defaults)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for line in &mut lines {
        if seen.insert(line.uid.clone(), line.number).is_some() {
            refuse(line, "calendar_import_twice");
        }
    }
    Ok(lines)
}

/// Adds a reason why a line cannot be taken in.
pub fn refuse(line: &mut Line, key: &'static str) {
    let error = FieldError { field: "uid", key };
    match &mut line.session {
        Ok(_) => line.session = Err(vec![error]),
        Err(errors) => errors.push(error),
    }
}

fn line(raw: Raw, defaults: &Defaults) -> Line {
    let Raw { number, uid, written, sequence, mut fields, mut errors } = raw;
    let known: Vec<String> = defaults.trainers.values().cloned().collect();
    let title = fields.get("title").cloned().unwrap_or_default();
    let mut pairs: Vec<(String, String)> = Vec::new();
    if let Some(kind) = fields.get_mut("kind") {
        let word = kind.trim().to_lowercase();
        *kind = defaults.kinds.get(&word).cloned().unwrap_or(word);
    }
    for address in fields.remove("trainers").unwrap_or_default().split([',', ' ', '\n']).filter(|a| !a.is_empty()) {
        match defaults.trainers.get(&address.to_lowercase()) {
            Some(id) => pairs.push(("trainers".to_owned(), id.clone())),
            None => errors.push(FieldError { field: "trainers", key: "calendar_import_trainer" }),
        }
    }
    for (name, value) in fields {
        if !value.trim().is_empty() {
            pairs.push((name.to_owned(), value));
        }
    }
    // Where the place is not to be told, the département is.
    if !pairs.iter().any(|(name, _)| name == "place") {
        let code = pairs.iter().find(|(name, _)| name == "departement").map(|(_, code)| code);
        let code = code.or_else(|| defaults.fields.get("departement")).map_or("", String::as_str);
        pairs.push(("place".to_owned(), super::departements::name(code).unwrap_or_default().to_owned()));
    }
    for (name, value) in &defaults.fields {
        if !pairs.iter().any(|(known, _)| known == name) {
            pairs.push((name.clone(), value.clone()));
        }
    }
    let fields = Fields(pairs);
    let keeps = (1..=LONGEST_UID).contains(&uid.len()) && !uid.chars().any(char::is_control);
    let session = match form::session(&fields, &known) {
        Ok(session) if errors.is_empty() => {
            let origin = sequence.filter(|_| keeps).map(|sequence| Origin { uid: uid.clone(), sequence });
            Ok(Box::new(NewSession { origin, ..session }))
        }
        Ok(_) => Err(errors),
        Err(mut more) => {
            // What could not be read was left out, so that the form misses it: the first reason says more.
            more.retain(|error| !errors.iter().any(|first| first.field == error.field));
            errors.append(&mut more);
            Err(errors)
        }
    };
    // One that no database takes is as good as none.
    let (uid, written) = if keeps { (uid, written) } else { (content_id(&fields), content_id(&fields)) };
    Line { number, uid, written, title, session }
}

/// An identifier from the content: the same line again is the same session.
fn content_id(fields: &Fields) -> String {
    let content = ["date", "time", "title", "departement", "place"].map(|name| fields.get(name)).join("\n");
    format!("contenu-{}", &hex::encode(Sha256::digest(content.as_bytes()))[..32])
}

/// UTF-8, or what Excel in French writes when it is not asked (Windows-1252).
pub fn decoded(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let one = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(*other),
    };
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(one).collect(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        let of = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        Defaults {
            fields: of(&[
                ("kind", "training"),
                ("audience", "Équipes"),
                ("departement", "29"),
                ("capacity", "20"),
                ("minutes", "120"),
            ]),
            kinds: of(&[("formation", "training"), ("sensibilisation", "awareness")]),
            trainers: of(&[("claire@exemple.fr", "c1")]),
        }
    }

    #[test]
    fn a_sheet_of_excel_is_read_and_every_mistake_told_by_its_line() {
        let text = "Titre;Date;Heure;Type;Lieu;Places;Animation\r\n\
                    Comprendre;03/12/2026;14h00;Formation;Quimper;12;claire@exemple.fr\r\n\
                    \"Deux\nlignes\";2027-02-30;25:00;cirque;Brest;0;inconnu@exemple.fr\r\n\
                    ;;;;;;\r\n\
                    Comprendre;03/12/2026;14 h 00;Formation;Quimper;12;\r\n";
        let latin: Vec<u8> = text.replace('é', "e").bytes().collect();
        let lines = read(&latin, &defaults()).unwrap();
        assert_eq!(lines.len(), 3, "an empty line is no session");
        let first = lines[0].session.as_ref().unwrap();
        assert_eq!((first.capacity, first.trainers.len(), first.when.start.civil.hour()), (12, 1, 14));
        let told: Vec<_> = lines[1].session.as_ref().unwrap_err().iter().map(|e| (e.field, e.key)).collect();
        assert_eq!(lines[1].number, 3);
        for field in ["title", "date", "time", "kind", "capacity", "trainers"] {
            assert!(told.iter().any(|(known, _)| *known == field), "{field} is not told: {told:?}");
        }
        assert_eq!(lines[2].session.as_ref().unwrap_err()[0].key, "calendar_import_twice");
    }

    #[test]
    fn windows_1252_is_understood() {
        let mut bytes = b"titre;date;heure;lieu\nS".to_vec();
        bytes.extend([0xe9, b'a', b'n', b'c', b'e', b' ', 0x9c, b';']);
        bytes.extend(b"2026-12-03;10:00;Brest\n");
        assert_eq!(read(&bytes, &defaults()).unwrap()[0].title, "Séance œ");
    }

    #[test]
    fn events_become_sessions_and_an_exact_address_stays_inside() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a1@ancien.fr\r\nSEQUENCE:4\r\nSUMMARY:Comprendre\\, rep\r\n érer\r\n\
                    DTSTART;TZID=Europe/Paris:20261203T140000\r\nDTEND;TZID=Europe/Paris:20261203T163000\r\n\
                    LOCATION:12 rue Cachée\\, Brest\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:a2@ancien.fr\r\nSUMMARY:Chaque mardi\r\n\
                    DTSTART:20261203T130000Z\r\nDURATION:PT1H30M\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n\
                    UID:a3@ancien.fr\r\nSUMMARY:Toute la journée\r\nDTSTART;VALUE=DATE:20261203\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let lines = read(text.as_bytes(), &defaults()).unwrap();
        let first = lines[0].session.as_ref().unwrap();
        assert_eq!((first.title.as_str(), first.when.minutes), ("Comprendre, repérer", 150));
        assert_eq!((first.place.exact.as_str(), first.place.public.as_str()), ("12 rue Cachée, Brest", "Finistère"));
        assert_eq!(first.origin, Some(Origin { uid: "a1@ancien.fr".to_owned(), sequence: 4 }));
        let last = text.replace("SEQUENCE:4\r", "SEQUENCE:4294967295\r");
        let lines_of_last = read(last.as_bytes(), &defaults()).unwrap();
        assert_eq!(lines_of_last[0].session.as_ref().unwrap().origin.as_ref().unwrap().sequence, 0, "no room above it");
        assert_eq!(lines[1].session.as_ref().unwrap_err()[0].key, "calendar_import_repeats");
        assert_eq!(lines[2].session.as_ref().unwrap_err()[0].key, "calendar_import_no_hour");
        assert_eq!((lines[1].number, lines[1].uid.as_str()), (12, "a2@ancien.fr"));
    }

    #[test]
    fn what_is_no_table_is_told() {
        assert_eq!(read(b"", &defaults()), Err("calendar_import_empty"));
        assert_eq!(read(b"bonjour\nle monde\n", &defaults()), Err("calendar_import_headings"));
        assert_eq!(read(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", &defaults()), Err("calendar_import_empty"));
    }
}
