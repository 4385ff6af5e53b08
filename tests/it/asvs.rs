//! `tests/asvs.toml` names what the OWASP Application Security Verification Standard 5.0 asks at level 2 of a calendar with
//! accounts, and the test of each item or the reason why there is none. Here: that every test named there exists.

use std::collections::BTreeSet;
use std::path::Path;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    item: Vec<Item>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    asks: String,
    #[serde(default)]
    tests: Vec<String>,
    #[serde(default)]
    not: String,
}

#[test]
fn every_item_has_its_test_or_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("tests/asvs.toml")).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for item in &table.item {
        if !seen.insert(&item.id) || item.asks.is_empty() || item.tests.is_empty() == item.not.is_empty() {
            wrong.push(format!("{}: once, with a sentence, and either tests or a reason", item.id));
        }
        for test in &item.tests {
            let (file, name) = test.split_once('#').unwrap_or((test, ""));
            let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            if source.is_empty() || !source.contains(name) {
                wrong.push(format!("{}: {test} is not there", item.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen.len() >= 40, "{} items", seen.len());
}
