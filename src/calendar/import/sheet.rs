//! CSV: commas, semicolons or tabs; headings in French or as the form names its fields; days and hours as people write
//! them.

use std::collections::BTreeMap;

use super::{FieldError, Raw};

/// Headings, lower case and without accents, with the field they fill.
const HEADINGS: &[(&str, &str)] = &[
    ("uid", "uid"),
    ("identifiant", "uid"),
    ("titre", "title"),
    ("title", "title"),
    ("intitule", "title"),
    ("type", "kind"),
    ("kind", "kind"),
    ("public", "audience"),
    ("audience", "audience"),
    ("programme", "programme"),
    ("description", "programme"),
    ("lieu", "place"),
    ("place", "place"),
    ("adresse", "address"),
    ("address", "address"),
    ("lien", "link"),
    ("link", "link"),
    ("departement", "departement"),
    ("date", "date"),
    ("heure", "time"),
    ("time", "time"),
    ("minutes", "minutes"),
    ("duree", "minutes"),
    ("places", "capacity"),
    ("capacite", "capacity"),
    ("capacity", "capacity"),
    ("fuseau", "zone"),
    ("zone", "zone"),
    ("animation", "trainers"),
    ("formateurs", "trainers"),
    ("trainers", "trainers"),
];

pub(super) fn read(text: &str) -> Result<Vec<Raw>, &'static str> {
    // The reader counts a line when it meets its LF, which with CRLF is one record too late.
    let text = text.replace("\r\n", "\n");
    let first = text.lines().find(|line| !line.trim().is_empty()).ok_or("calendar_import_empty")?;
    let often = |mark: char| first.matches(mark).count();
    let delimiter = [';', '\t', ','].into_iter().max_by_key(|mark| (often(*mark), *mark == ';')).unwrap_or(';');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b';'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| "calendar_import_headings")?.clone();
    let columns: Vec<Option<&'static str>> = headings.iter().map(field).collect();
    for needed in ["title", "date"] {
        if !columns.contains(&Some(needed)) {
            return Err("calendar_import_headings");
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| "calendar_import_broken")?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let number = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or_default());
        let mut fields: BTreeMap<&'static str, String> = BTreeMap::new();
        for (value, name) in record.iter().zip(&columns) {
            if let Some(name) = name
                && !value.is_empty()
            {
                fields.entry(name).or_insert_with(|| unguarded(value).to_owned());
            }
        }
        let uid = fields.remove("uid").unwrap_or_default();
        let errors = written_as_people_do(&mut fields);
        rows.push(Raw { number, written: uid.clone(), uid, sequence: None, fields, errors });
    }
    Ok(rows)
}

/// A text that our own export kept from being a formula.
fn unguarded(value: &str) -> &str {
    value.strip_prefix('\'').filter(|rest| rest.trim_start().starts_with(['=', '+', '-', '@'])).unwrap_or(value)
}

fn field(heading: &str) -> Option<&'static str> {
    let plain = slug::slugify(heading);
    HEADINGS.iter().find(|(known, _)| *known == plain).map(|(_, name)| *name)
}

/// `03/12/2026` and `14 h 30` as the form wants them; a date with its hour in one cell is taken apart.
fn written_as_people_do(fields: &mut BTreeMap<&'static str, String>) -> Vec<FieldError> {
    if let Some(date) = fields.get("date").cloned() {
        let (day, hour) = date.split_once([' ', 'T']).map_or((date.as_str(), None), |(day, hour)| (day, Some(hour)));
        let mut parts = day.split(['/', '.']);
        let french = (parts.next(), parts.next(), parts.next(), parts.next());
        if let (Some(number), Some(month), Some(year), None) = french {
            fields.insert("date", format!("{year:0>4}-{month:0>2}-{number:0>2}"));
        } else {
            fields.insert("date", day.to_owned());
        }
        if let Some(hour) = hour {
            fields.entry("time").or_insert_with(|| hour.to_owned());
        }
    }
    if let Some(time) = fields.get_mut("time") {
        let plain: String = time.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let (hour, minute) = plain.split_once(['h', ':']).unwrap_or((plain.as_str(), ""));
        let minute = minute.get(..2).unwrap_or(minute);
        *time = format!("{hour:0>2}:{minute:0>2}");
    }
    if let Some(code) = fields.get_mut("departement") {
        // A spreadsheet takes the zero of 01 for nothing.
        *code = code.split([' ', '–']).next().unwrap_or_default().to_uppercase();
        if code.len() == 1 && code.bytes().all(|b| b.is_ascii_digit()) {
            code.insert(0, '0');
        }
    }
    Vec::new()
}
