//! Templates made up by chance: our own running against Tera 1's, as `differential` does with those that people wrote.
//!
//! The dice are the same each time; `REPERE_CHANCE=SEED:COUNT` throws others, and more of them.

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;

use tera::Value;

use super::differential::{context, engines};
use super::run;

const NAMES: &[&str] = &[
    "n",
    "zero",
    "half",
    "whole",
    "minus",
    "s",
    "empty",
    "yes",
    "no",
    "nothing",
    "list",
    "words",
    "none",
    "map",
    "map.a.deep",
    "map.a.deep[1].y",
    "map.b",
    "map.list",
    "map['k.e y']",
    "map[key]",
    "key",
    "which",
    "pages",
    "pages[0].title",
    "pages.1",
    "pages[which].date",
    "pages[2].date",
    "pages[0].tags",
    "list[which]",
    "list.0",
    "words[zero]",
    "nope",
    "map.nope",
    "nope.deep",
    "pages[9]",
    "x",
    "y",
    "loop.index",
    "loop.last",
];

const LITERALS: &[&str] = &[
    "0",
    "1",
    "2",
    "-3",
    "7",
    "1.5",
    "0.0",
    "2.0",
    "true",
    "false",
    "\"a\"",
    "'<b>'",
    "`a & b`",
    "\"\"",
    "'x y z'",
    "\"2021-03-04\"",
    "'12'",
    "'3.7'",
    "\"a/b/c\"",
    "' pad '",
    "'É<i>t</i>é'",
];

const FILTERS: &[&str] = &[
    "upper",
    "lower",
    "trim",
    "trim_start",
    "trim_end",
    "trim_start_matches(pat=@)",
    "trim_end_matches(pat=@)",
    "truncate(length=#)",
    "truncate(length=#, end='')",
    "truncate",
    "wordcount",
    "replace(from=@, to=@)",
    "replace(from='a', to='<')",
    "capitalize",
    "title",
    "linebreaksbr",
    "indent",
    "indent(prefix='  ', first=true)",
    "indent(blank=true)",
    "striptags",
    "spaceless",
    "urlencode",
    "urlencode_strict",
    "escape",
    "escape_xml",
    "slugify",
    "addslashes",
    "split(pat=@)",
    "split(pat='/')",
    "int",
    "int(default=#)",
    "int(base=16)",
    "float",
    "float(default=1.5)",
    "first",
    "last",
    "nth(n=#)",
    "join",
    "join(sep=', ')",
    "join(sep=@)",
    "sort",
    "sort(attribute='title')",
    "sort(attribute='year')",
    "sort(attribute='date')",
    "unique",
    "unique(attribute='year')",
    "unique(case_sensitive=true)",
    "slice(start=#)",
    "slice(end=#)",
    "slice(start=#, end=#)",
    "slice",
    "group_by(attribute='year')",
    "group_by(attribute='date')",
    "filter(attribute='year', value=2020)",
    "filter(attribute='draft')",
    "filter(attribute='title', value=@)",
    "map(attribute='title')",
    "map(attribute='tags')",
    "map(attribute='nope')",
    "concat(with=@)",
    "abs",
    "pluralize",
    "pluralize(plural='x', singular='y')",
    "round",
    "round(method='ceil', precision=1)",
    "round(method='floor')",
    "round(precision=#)",
    "filesizeformat",
    "filesizeformat(binary=true)",
    "length",
    "reverse",
    "date",
    "date(format='%Y %B %-d')",
    "date(format='%a %H:%M', timezone='Europe/Paris')",
    "date(format='%B', locale='fr_FR')",
    "json_encode",
    "json_encode(pretty=true)",
    "as_str",
    "get(key='a')",
    "get(key='nope', default=@)",
    "get(key='title')",
    "safe",
    "safe",
    "default(value=@)",
    "default(value='d')",
    "default(value=[])",
    "nofilter",
];

const TESTS: &[&str] = &[
    "defined",
    "undefined",
    "odd",
    "even",
    "string",
    "number",
    "divisibleby(2)",
    "divisibleby(#)",
    "iterable",
    "object",
    "starting_with(@)",
    "ending_with('b')",
    "containing(@)",
    "containing('a')",
    "matching('^a')",
    "not defined",
    "not string",
    "not containing('a')",
    "notest",
];

/// A small generator of numbers: the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A pattern with a value for each `@`, and a number for each `#`.
    fn filled(&mut self, pattern: &str, depth: u32) -> String {
        let mut out = String::new();
        for c in pattern.chars() {
            match c {
                '@' => out.push_str(&self.basic(depth + 2)),
                '#' => out.push_str(self.one(&["0", "1", "2", "5", "-1", "n", "minus", "1.5"])),
                c => out.push(c),
            }
        }
        out
    }

    /// A name, a literal or a call, with filters.
    fn basic(&mut self, depth: u32) -> String {
        let mut out = match self.below(12) {
            0..=5 => self.one(NAMES).to_owned(),
            6..=8 => self.one(LITERALS).to_owned(),
            9 if depth < 3 => {
                let items: Vec<String> = (0..self.below(4)).map(|_| self.basic(depth + 2)).collect();
                format!("[{}]", items.join(", "))
            }
            10 => self.filled("range(end=#)", depth),
            11 if depth < 3 => format!("self::m(a={})", self.basic(depth + 2)),
            _ => self.one(NAMES).to_owned(),
        };
        let filters = if depth > 3 { 0 } else { [0, 0, 0, 1, 1, 2][self.below(6)] };
        for _ in 0..filters {
            let filter = self.one(FILTERS);
            let _ = write!(out, " | {}", self.filled(filter, depth + 2));
        }
        out
    }

    fn math(&mut self, depth: u32) -> String {
        let operator = self.one(&["+", "-", "*", "/", "%"]);
        let side = |dice: &mut Self| {
            if dice.below(4) == 0 && depth < 3 { format!("({})", dice.math(depth + 1)) } else { dice.basic(depth + 2) }
        };
        format!("{} {operator} {}", side(self), side(self))
    }

    fn expression(&mut self, depth: u32) -> String {
        match self.below(14) {
            0..=5 => self.basic(depth),
            6 => self.math(depth),
            7 => format!("{} ~ {}", self.basic(9), self.basic(9)),
            8 => {
                let operator = self.one(&["==", "!=", "<", ">", "<=", ">="]);
                let right = if self.below(3) == 0 { self.math(depth + 1) } else { self.basic(depth + 1) };
                format!("{} {operator} {right}", self.basic(depth + 1))
            }
            9 if depth < 3 => {
                format!("{} {} {}", self.expression(depth + 1), self.one(&["and", "or"]), self.expression(depth + 1))
            }
            10 => format!("not {}", self.basic(depth + 1)),
            11 => {
                let test = self.one(TESTS);
                format!("{} is {}", self.one(NAMES), self.filled(test, depth + 2))
            }
            12 => format!("{} {} {}", self.basic(depth + 1), self.one(&["in", "not in"]), self.basic(depth + 1)),
            _ if depth < 3 => format!("({})", self.expression(depth + 1)),
            _ => self.basic(depth),
        }
    }

    fn nodes(&mut self, depth: u32) -> String {
        (0..=self.below(3)).map(|_| self.node(depth)).collect()
    }

    fn node(&mut self, depth: u32) -> String {
        match self.below(if depth < 3 { 14 } else { 7 }) {
            0..=3 => format!("{{{{ {} }}}}", self.expression(0)),
            4 => format!("{{% set x = {} %}}[{{{{ x }}}}]", self.expression(0)),
            5 => format!("{{% set_global y = {} %}}", self.expression(1)),
            6 => self.one(&["<t>", " \n ", "{# c #}", "{% include 'part.html' %}", "{{- n -}} "]).to_owned(),
            7 | 8 => {
                let (first, second) = (self.expression(0), self.expression(1));
                let (a, b, c) = (self.nodes(depth + 1), self.nodes(depth + 1), self.nodes(depth + 1));
                format!("{{% if {first} %}}{a}{{% elif {second} %}}{b}{{% else %}}{c}{{% endif %}}")
            }
            9 | 10 => {
                let (over, inner, empty) = (self.basic(0), self.nodes(depth + 1), self.nodes(depth + 2));
                let end = self.one(&[
                    "",
                    "",
                    "{% break %}",
                    "{% continue %}z",
                    "{% if loop.last %}{% continue %}{% endif %}w",
                ]);
                format!("{{% for x in {over} %}}{{{{ loop.index0 }}}}{inner}{end}{{% else %}}{empty}{{% endfor %}}")
            }
            11 => {
                let (over, inner) = (self.basic(0), self.nodes(depth + 1));
                format!("{{% for x, y in {over} %}}{{{{ x }}}}:{{{{ y }}}}{inner}{{% endfor %}}")
            }
            12 => {
                let (filter, inner) = (self.one(FILTERS), self.nodes(depth + 1));
                format!("{{% filter {} %}}{inner}{{% endfilter %}}", self.filled(filter, 2))
            }
            _ => format!("{{% block b{} %}}{}{{% endblock %}}", self.below(1000), self.nodes(depth + 1)),
        }
    }
}

#[test]
fn what_chance_writes_is_run_as_tera_does() {
    let told = std::env::var("REPERE_CHANCE").unwrap_or_default();
    let (seed, count) = told.split_once(':').unwrap_or(("1", "800"));
    let mut dice = Dice(seed.parse::<u64>().unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut wrong = Vec::new();
    let (mut rendered, mut left) = (0, count.parse::<usize>().unwrap());
    let known: run::Known = context()
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), Value::from_serializable(value)))
        .collect();
    let given = tera1::Context::from_value(context()).unwrap();
    while left > 0 {
        let batch = left.min(1000);
        left -= batch;
        let written = (0..batch).map(|at| {
            let text = format!("{{% macro m(a, b='<d>') %}}({{{{ a }}}}{{{{ b }}}}){{% endmacro %}}{}", dice.nodes(0));
            (format!("{at}.{}", if at % 8 == 7 { "txt" } else { "html" }), text)
        });
        let mut templates: Vec<(String, String)> =
            written.filter(|(name, text)| tera1::Template::new(name, None, text).is_ok()).collect();
        templates.push(("part.html".to_owned(), "{{ x | default(value='no x') }}{{ s }}".to_owned()));
        let named: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (ours, theirs) = engines(&named);
        for (name, text) in named {
            // Tera 1 panics on some of it; what ours says then is its own affair.
            let theirs = std::panic::catch_unwind(AssertUnwindSafe(|| theirs.render(name, &given)));
            let Ok(theirs) = theirs.map(|text| text.map_err(|error| format!("{error:?}"))) else { continue };
            let ours = ours.run(name, &known, &crate::templates::Context::new()).map_err(|fault| fault.message);
            match (&ours, &theirs) {
                (Ok(ours), Ok(theirs)) if ours == theirs => rendered += 1,
                (Err(_), Err(_)) => {}
                _ => wrong.push(format!("{text}\n  ours   {ours:?}\n  theirs {theirs:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert!(rendered > 40, "only {rendered} could be rendered");
}
