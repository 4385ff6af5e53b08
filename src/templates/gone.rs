//! What to write in Tera 2 in place of what Tera 1 had, or of what people bring along from it: help for the faults of
//! templates on their way from Zola 0.22 to 0.23.
//!
//! Entry point: [`instead`]. It reads what the newer engine says and the line it points at, and nothing else.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Diagnostic;

/// Filters that went, each with what does the same.
const FILTERS: &[(&str, &str)] = &[
    ("addslashes", "`replace(from=\"'\", to=\"\\\\'\")`"),
    ("as_str", "`str`"),
    ("concat", "`[...list, value]`, or `[...list, ...other]` for all of another list"),
    ("filter", "`[item for item in list if item.name == value]`"),
    ("linebreaksbr", "`newlines_to_br`"),
    ("map", "`[item.name for item in list]`"),
    ("slice", "`list[start:end]`"),
    ("trim_end_matches", "`trim_end(pat=…)`"),
    ("trim_start_matches", "`trim_start(pat=…)`"),
];
const TESTS: &[(&str, &str)] = &[("divisibleby", "`is divisible_by(divisor=…)`"), ("object", "`is map`")];

/// A test whose argument has no name, up to where the engine stops.
static UNNAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bis\s+(?:not\s+)?(\w+)\(\s*[\w.]*\s*$").expect("a fixed pattern"));

/// What to write instead, where a fault is known to be of that kind.
pub(super) fn instead(fault: &Diagnostic) -> Option<String> {
    let message = fault.message.as_str();
    let (before, rest) = fault.place.as_ref().map_or(("", ""), |place| {
        let at = (place.column.max(1) - 1).saturating_sub(place.hidden);
        let at = place.source.char_indices().nth(at).map_or(place.source.len(), |(at, _)| at);
        place.source.split_at(at)
    });
    let word = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("Unknown filter") {
        return table(FILTERS, word);
    }
    if message.starts_with("Unknown test") {
        return table(TESTS, word);
    }
    if message.starts_with("Found ") {
        return misread(before, rest);
    }
    if message.starts_with("Expected \"string\" or {expression}") {
        return Some("what is no text stands in braces: `name={1}`".to_owned());
    }
    if message.starts_with("Function calls are only allowed") {
        return Some("a component is called `{{<name key=\"value\" />}}`".to_owned());
    }
    if message.starts_with("Missing keyword argument") {
        return match word {
            "length" if rest.starts_with("truncate") => Some("it was 255: `truncate(length=255)`".to_owned()),
            "start" if rest.starts_with("get_random") => Some("it was 0: `get_random(start=0, end=…)`".to_owned()),
            _ => None,
        };
    }
    if message.contains("cannot be converted to") && rest.contains("default") {
        return Some("`int` and `float` take no `default` any more".to_owned());
    }
    if message.starts_with("Variable") && message.contains("is not defined") {
        return match word {
            "config" | "lang" => Some(format!(
                "a component sees what is handed to it, and what it takes from where it is called: `@{word}` among its parameters"
            )),
            "page" | "section" | "term" | "taxonomy" | "paginator" | "current_url" | "current_path" => Some(format!(
                "not every page has it: ask `{word} is defined`, or print `{word}?.… | default(value=\"\")`; a component takes \
                 it with `@{word}`"
            )),
            _ => None,
        };
    }
    if message.starts_with("Tried to render a variable that is undefined") {
        return Some("print it with `| default(value=\"\")`".to_owned());
    }
    let goes_on = rest.strip_prefix(word).and_then(|after| after.chars().next());
    if message.starts_with("Field") && matches!(goes_on, Some('.' | '[')) {
        let on = goes_on.unwrap_or('.');
        return Some(format!(
            "where `{word}` may be missing, read on with `{word}?{on}`, and print it with `| default(value=\"\")`"
        ));
    }
    None
}

fn table(of: &[(&str, &str)], word: &str) -> Option<String> {
    let (_, other) = of.iter().find(|(gone, _)| *gone == word)?;
    Some(format!("it went with Zola 0.23; write {other}"))
}

/// What stands where the engine could not read on.
fn misread(before: &str, rest: &str) -> Option<String> {
    if rest.starts_with("::") {
        return Some("macros went with Zola 0.23; write a component, called `{{<name key=\"value\" />}}`".to_owned());
    }
    if let Some(test) = UNNAMED.captures(before).and_then(|found| found.get(1)) {
        return Some(match test.as_str() {
            "divisibleby" | "divisible_by" => "arguments of tests have names: `is divisible_by(divisor=…)`".to_owned(),
            name => format!("arguments of tests have names: `is {name}(pat=…)`"),
        });
    }
    if before.ends_with('.') && rest.starts_with(|c: char| c.is_ascii_digit()) {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        return Some(format!("a place in a list is written `[{}]`", &rest[..digits]));
    }
    if before.ends_with(')') && (rest.starts_with('.') || rest.starts_with("?.")) {
        return Some(
            "what a call gives needs a name first: `{% set found = get_page(path=\"…\") %}{{ found.title }}`"
                .to_owned(),
        );
    }
    if rest.starts_with("ignore missing") {
        return Some("`ignore missing` went with Zola 0.23: include a template that is there, be it empty".to_owned());
    }
    let is_include = before.trim_end().ends_with("include");
    (is_include && rest.starts_with('[')).then(|| "one template is included, by its name".to_owned())
}

#[cfg(test)]
mod tests {
    use tera::Tera;

    use super::*;
    use crate::diagnostic::Place;

    /// The help for the one fault of a template.
    fn help(text: &str) -> String {
        let error = Tera::default().add_raw_template("a.html", text).expect_err(text).to_string();
        let mut lines = error.lines();
        let first = lines.next().unwrap_or_default();
        let mut fault = Diagnostic::error(first.strip_prefix("error: ").unwrap_or(first).trim_end_matches('.'));
        let column = lines.next().and_then(|at| at.rsplit(':').next()?.trim().parse::<usize>().ok());
        fault.place = Some(Place { column: column.unwrap_or(1), ..Place::line("a.html", text, 1) });
        instead(&fault).unwrap_or_default()
    }

    #[test]
    fn what_went_is_told_with_what_came() {
        for (text, part) in [
            ("{{ a | trim_start_matches(pat='x') }}", "`trim_start(pat=…)`"),
            ("{{ a | concat(with=b) }}", "[...list, value]"),
            ("{{ a | slice(end=2) }}", "list[start:end]"),
            ("{{ a | map(attribute='x') }}", "[item.name for item in list]"),
            ("{% if a is object %}{% endif %}", "is map"),
            ("{% if a is starting_with('x') %}{% endif %}", "is starting_with(pat=…)"),
            ("{% if a is not containing(b.c) %}{% endif %}", "is containing(pat=…)"),
            ("{% if 4 is divisibleby(2) %}{% endif %}", "divisible_by(divisor=…)"),
            ("{{ a.b.0.c }}", "[0]"),
            ("{{ range(end=2).x }}", "needs a name first"),
            ("{{ m::x(a=1) }}", "component"),
            ("{{ self::x(a=1) }}", "component"),
            ("{% include 'b.html' ignore missing %}", "be it empty"),
            ("{% include ['b.html', 'c.html'] %}", "one template"),
            ("{{< x a=2 />}}", "name={1}"),
        ] {
            assert!(help(text).contains(part), "{text}: {}", help(text));
        }
    }

    #[test]
    fn what_never_was_is_left_alone() {
        for text in ["{{ a | uper }}", "{% if a is strange %}{% endif %}", "{% if a ( %}"] {
            assert_eq!(help(text), "", "{text}");
        }
    }
}
