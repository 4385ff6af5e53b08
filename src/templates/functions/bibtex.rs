//! BibTeX as templates get it from `load_data`: entries, preambles, comments and texts with names.
//!
//! Entry point: [`value`]. The parser is `nom-bibtex`, which Zola has; what names stand for is put in here, each name once: the
//! library's own way takes twice as long for each name that stands in another one twice, and has no end for circles.

use std::collections::{BTreeMap, HashMap};

use nom_bibtex::model::StringValueType;
use nom_bibtex::{Bibtex, Entry};
use serde_json::{Value as Json, json};

use super::super::bounds;

/// Names that may stand for one another in a row.
const DEEPEST: usize = 500;

/// The months that BibTeX knows by name.
const MONTHS: [(&str, &str); 12] = [
    ("jan", "January"),
    ("feb", "February"),
    ("mar", "March"),
    ("apr", "April"),
    ("may", "May"),
    ("jun", "June"),
    ("jul", "July"),
    ("aug", "August"),
    ("sep", "September"),
    ("oct", "October"),
    ("nov", "November"),
    ("dec", "December"),
];

/// A whole file.
pub(super) fn value(text: &str) -> Result<Json, String> {
    // The parser looks for the end of what stands in braces one byte further than a file may go.
    let entries = Bibtex::raw_parse(&format!("{text}\n")).map_err(|e| short(&e.to_string()))?;
    let variables = variables(&entries)?;
    let known = |name: &str| {
        let month = || MONTHS.iter().find(|(month, _)| *month == name).map(|(_, long)| *long);
        variables.get(name).map(String::as_str).or_else(month)
    };
    let (mut comments, mut preambles, mut bibliographies) = (Vec::new(), Vec::new(), Vec::new());
    let mut made = 0;
    for entry in &entries {
        match entry {
            Entry::Variable(_) => {}
            Entry::Comment(comment) => comments.push(comment),
            Entry::Preamble(parts) => {
                let preamble = joined(parts, &known, &mut made)?;
                preambles.push(preamble.map_err(|name| format!("String variable not found: {name}"))?);
            }
            Entry::Bibliography(kind, key, fields) => {
                let mut tags = BTreeMap::new();
                for field in fields {
                    if let Ok(text) = joined(&field.value, &known, &mut made)? {
                        tags.insert(field.key.to_lowercase(), text);
                    }
                }
                bibliographies.push(json!({ "entry_type": kind, "citation_key": key, "tags": tags }));
            }
        }
    }
    // In the order in which Zola shows them.
    Ok(json!({
        "preambles": preambles,
        "comments": comments,
        "variables": variables.iter().collect::<BTreeMap<_, _>>(),
        "bibliographies": bibliographies,
    }))
}

/// What the parser tells, without the line it shows when that is a very long one.
fn short(told: &str) -> String {
    if told.len() < 1000 { told.to_owned() } else { told.lines().next().unwrap_or_default().to_owned() }
}

/// What parts are together, as long as all that was made fits; or the name that stands for nothing.
fn joined<'k, 'p>(
    parts: &'p [StringValueType],
    known: &impl Fn(&str) -> Option<&'k str>,
    made: &mut usize,
) -> Result<Result<String, &'p str>, String> {
    let mut text = String::new();
    for part in parts {
        let more = match part {
            StringValueType::Str(more) => more.as_str(),
            StringValueType::Abbreviation(name) => match known(name) {
                Some(more) => more,
                None => return Ok(Err(name)),
            },
        };
        *made += more.len();
        bounds::fits(*made)?;
        text.push_str(more);
    }
    Ok(Ok(text))
}

/// What each name stands for. Of two with one name the first counts where it is used, the last where it is listed; one
/// that needs an unknown name is none.
fn variables(entries: &[Entry]) -> Result<HashMap<String, String>, String> {
    let mut written: HashMap<&str, &[StringValueType]> = HashMap::new();
    for entry in entries {
        if let Entry::Variable(variable) = entry {
            written.entry(&variable.key).or_insert(&variable.value);
        }
    }
    let mut names = Names { written, known: HashMap::new(), made: 0 };
    let mut of_entries = Vec::new();
    for entry in entries {
        if let Entry::Variable(variable) = entry {
            names.learn(&variable.key, 0)?;
            of_entries.push((&variable.key, variable.value.as_slice()));
        }
    }
    let mut variables = HashMap::new();
    let mut made = names.made;
    for (key, value) in of_entries {
        let known = |name: &str| names.known.get(name)?.as_deref();
        match joined(value, &known, &mut made)? {
            Ok(text) => variables.insert(key.clone(), text),
            Err(_) => None,
        };
    }
    Ok(variables)
}

/// Names and what they stand for; `None` for nothing.
struct Names<'e> {
    written: HashMap<&'e str, &'e [StringValueType]>,
    known: HashMap<&'e str, Option<String>>,
    made: usize,
}

impl<'e> Names<'e> {
    fn learn(&mut self, name: &'e str, depth: usize) -> Result<(), String> {
        if self.known.contains_key(name) {
            return Ok(());
        }
        if depth > DEEPEST {
            return Err(format!("`{name}` stands for itself, or more than {DEEPEST} names stand for one another"));
        }
        let Some(parts) = self.written.get(name).copied() else { return Ok(()) };
        for part in parts {
            if let StringValueType::Abbreviation(inner) = part {
                self.learn(inner, depth + 1)?;
            }
        }
        let known = |name: &str| self.known.get(name)?.as_deref();
        let text = joined(parts, &known, &mut self.made)?.ok();
        self.known.insert(name, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand_for_one_another_are_put_in_once() {
        let texts = "@string{a = \"x\"}@string{b = a # \"y\"}@string{c = nobody}@string(b = \"z\")";
        let text = format!("{texts}@preamble{{ b # \"!\" }}@misc{{k, Title = b # {{ 1 }}, month = jan, x = c,}}");
        let value = value(&text).unwrap();
        assert_eq!(value["variables"], json!({ "a": "x", "b": "z" }));
        assert_eq!(value["preambles"], json!(["z!"]));
        assert_eq!(value["bibliographies"][0]["tags"], json!({ "title": "z1", "month": "January" }));
        assert_eq!(value["bibliographies"][0]["citation_key"], "k");
    }

    #[test]
    fn names_that_multiply_or_go_in_circles_are_told() {
        let more = |first: &str| {
            let twice = |n: usize| format!("@string{{a{n} = a{} # a{}}}", n - 1, n - 1);
            format!("@string{{a0 = {first}}}{}", (1..60).map(twice).collect::<String>())
        };
        assert!(value(&more("\"x\"")).unwrap_err().contains("100 million characters"));
        assert_eq!(value(&more("\"\"")).unwrap()["variables"]["a59"], "");
        assert!(value("@string{a = b}@string{b = a}").unwrap_err().contains("stands for itself"));
        assert!(value("@preamble{nobody}").is_err());
    }

    #[test]
    fn what_is_cut_off_is_refused_and_no_more() {
        for text in ["@comment{", "@comment{é", "@misc{k, a = {é", "@misc{k, a = \"é", "@string{a = \"", "é", "@"] {
            let _ = value(text);
        }
    }
}
