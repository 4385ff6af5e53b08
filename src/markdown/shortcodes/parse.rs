//! Where shortcodes are in a text.
//!
//! Entry point: [`parse`]. What is not quite a call (`{{ name }}`, an argument without a name) is text, but an end
//! without a start, a start without an end and a body of blanks are faults, as in Zola.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::PLACEHOLDER;

/// A call of a shortcode.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) args: Map<String, Json>,
    /// Where its placeholder stands in the text given back (or in the body that holds it).
    pub(super) span: Range<usize>,
    /// Where it stands in the source.
    pub(super) at: Range<usize>,
    pub(super) body: Option<String>,
    pub(super) inner: Vec<Found>,
    pub(super) nth: usize,
}

/// What cannot be read.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: &'static str,
    pub(super) span: Range<usize>,
    /// Where what is left out for it ends: a body that cannot be read takes its end along.
    pub(super) end: usize,
}

/// How deep bodies may nest.
const DEEPEST: usize = 64;

/// The text with placeholders, and the calls. `nth` counts the calls of each name.
pub(super) fn parse(
    text: &str,
    base: usize,
    nth: &mut HashMap<String, usize>,
) -> Result<(String, Vec<Found>), Problem> {
    parse_at(text, base, nth, 0)
}

fn parse_at(
    text: &str,
    base: usize,
    nth: &mut HashMap<String, usize>,
    depth: usize,
) -> Result<(String, Vec<Found>), Problem> {
    let mut output = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_opening(text, at) {
        output.push_str(&text[at..start]);
        if let Some((shown, end)) = escaped(text, start) {
            output.push_str(&shown);
            at = end;
            continue;
        }
        if is_end(text, start) {
            return Err(Problem {
                message: "`{% end %}` without a shortcode that it could end".to_owned(),
                help: "a body starts with `{% name() %}` and is more than blanks",
                span: base + start..base + start + 2,
                end: base + start + 2,
            });
        }
        let Some((name, args, end)) = call(text, start) else {
            output.push_str(&text[start..start + 2]);
            at = start + 2;
            continue;
        };
        let count = nth.entry(name.clone()).or_insert(0);
        *count += 1;
        let nth_of_this = *count;
        let (mut body, mut inner, mut after) = (None, Vec::new(), end);
        if text[start..].starts_with("{%") {
            let (inside, end_of_all) = body_of(text, start, end, base, depth)?;
            let trimmed = inside.start + (text[inside.clone()].len() - text[inside.clone()].trim_start().len());
            let (replaced, calls) = parse_at(&text[trimmed..inside.end], base + trimmed, nth, depth + 1)?;
            (body, inner, after) = (Some(replaced), calls, end_of_all);
        }
        let span = output.len()..output.len() + PLACEHOLDER.len();
        output.push_str(PLACEHOLDER);
        found.push(Found { name, args, span, at: base + start..base + end, body, inner, nth: nth_of_this });
        at = after;
    }
    output.push_str(&text[at..]);
    Ok((output, found))
}

/// Calls of shortcodes that are `known` which cannot be read, and so are text: from their start to where reading stopped.
pub(super) fn nearly(text: &str, known: impl Fn(&str) -> bool) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_opening(text, at) {
        at = start + 2;
        if let Some((_, end)) = escaped(text, start) {
            at = end;
            continue;
        }
        let mut reader = Reader { text: &text[at..], at: 0 };
        reader.skip_blanks();
        let Some(name) = reader.word().filter(|name| known(name)) else { continue };
        reader.skip_blanks();
        if reader.take("(").is_none() || call(text, start).is_some() {
            continue;
        }
        let mut reader = Reader { text: &text[at..], at: 0 };
        let _ = reader.call();
        found.push((name, start..at + reader.at));
    }
    found
}

/// The next `{{` or `{%`.
fn next_opening(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len().saturating_sub(1)).find(|at| bytes[*at] == b'{' && matches!(bytes[at + 1], b'{' | b'%'))
}

/// `{{/* name() */}}` and `{%/* name() */%} … {%/* end */%}` without their marks, and where they end.
fn escaped(text: &str, start: usize) -> Option<(String, usize)> {
    let rest = &text[start..];
    if let Some(inside) = rest.strip_prefix("{{/*") {
        let mut reader = Reader::new(inside);
        reader.call()?;
        reader.skip_blanks();
        reader.take("*/}}")?;
        let end = 4 + reader.at;
        return Some((format!("{{{{{}}}}}", &rest[4..end - 4]), start + end));
    }
    let inside = rest.strip_prefix("{%/*")?;
    let mut reader = Reader::new(inside);
    reader.call()?;
    reader.skip_blanks();
    let open = reader.at;
    reader.take("*/%}")?;
    let body = reader.at;
    let (close, end) = escaped_end(&inside[body..])?;
    // Blanks of the marks stay.
    let last = &inside[body + close + 4..body + end - 4];
    let shown = format!("{{%{}%}}{}{{%{last}%}}", &inside[..open], &inside[body..body + close]);
    Some((shown, start + 4 + body + end))
}

/// Where `{%/* end */%}` starts and ends.
fn escaped_end(text: &str) -> Option<(usize, usize)> {
    text.match_indices("{%/*").find_map(|(at, _)| {
        let mut reader = Reader::new(&text[at + 4..]);
        reader.skip_blanks();
        reader.take("end")?;
        reader.skip_blanks();
        reader.take("*/%}")?;
        Some((at, at + 4 + reader.at))
    })
}

fn is_end(text: &str, start: usize) -> bool {
    end_tag(&text[start..]).is_some()
}

/// The length of `{% end %}`.
fn end_tag(text: &str) -> Option<usize> {
    let mut reader = Reader::new(text);
    reader.take("{%")?;
    reader.skip_blanks();
    reader.take("end")?;
    reader.skip_blanks();
    reader.take("%}")?;
    Some(reader.at)
}

/// A whole `{{ name(…) }}` or `{% name(…) %}`, and where it ends.
fn call(text: &str, start: usize) -> Option<(String, Map<String, Json>, usize)> {
    let mut reader = Reader::new(&text[start..]);
    let close = if reader.take("{{").is_some() { "}}" } else { reader.take("{%").map(|()| "%}")? };
    let (name, args) = reader.call()?;
    reader.skip_blanks();
    reader.take(close)?;
    Some((name, args, start + reader.at))
}

/// The body that starts at `from`, and where its end tag ends.
fn body_of(text: &str, start: usize, from: usize, base: usize, depth: usize) -> Result<(Range<usize>, usize), Problem> {
    let problem = |message: &str, help, end: usize| Problem {
        message: message.to_owned(),
        help,
        span: base + start..base + from,
        end: base + end,
    };
    let mut open = 0;
    let mut at = from;
    while let Some(next) = next_opening(text, at) {
        at = next + 2;
        if let Some((_, end)) = escaped(text, next) {
            at = end;
        } else if let Some(length) = end_tag(&text[next..]) {
            at = next + length;
            if open > 0 {
                open -= 1;
            } else if depth >= DEEPEST {
                return Err(problem("shortcodes are nested too deep", "bodies may hold each other 64 deep", at));
            } else if text[from..next].trim().is_empty() {
                return Err(problem(
                    "the body of this shortcode is empty",
                    "write `{{ name() }}` for a call without a body",
                    at,
                ));
            } else {
                return Ok((from..next, at));
            }
        } else if let Some((_, _, end)) = call(text, next) {
            open += usize::from(text[next..].starts_with("{%"));
            at = end;
        }
    }
    Err(problem(
        "this shortcode is never ended",
        "write `{% end %}` after its body, or `{{ name() }}` for a call without one",
        from,
    ))
}

/// Reads a call bit by bit.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self, word: &str) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = &rest[..end];
        if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.at += end;
        Some(word)
    }

    fn call(&mut self) -> Option<(String, Map<String, Json>)> {
        self.skip_blanks();
        let name = self.word()?.to_owned();
        self.skip_blanks();
        self.take("(")?;
        let mut args = Map::new();
        // A comma may be missing between two arguments, but none may come after the last.
        let mut ends = true;
        loop {
            self.skip_blanks();
            if ends && self.take(")").is_some() {
                return Some((name, args));
            }
            let key = self.word()?.to_owned();
            self.skip_blanks();
            self.take("=")?;
            args.insert(key, self.value(0)?);
            self.skip_blanks();
            ends = self.take(",").is_none();
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.skip_blanks();
        let rest = self.rest();
        match rest.chars().next()? {
            quote @ ('"' | '\'' | '`') => {
                let length = rest[1..].find(quote)?;
                self.at += length + 2;
                Some(Json::from(&rest[1..=length]))
            }
            '[' if depth < DEEPEST => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.skip_blanks();
                    if self.take("]").is_some() {
                        return Some(Json::Array(items));
                    }
                    items.push(self.value(depth + 1)?);
                    self.skip_blanks();
                    if self.take(",").is_none() {
                        self.take("]")?;
                        return Some(Json::Array(items));
                    }
                }
            }
            '-' | '0'..='9' => self.number(),
            _ => match self.word()? {
                "true" => Some(Json::Bool(true)),
                "false" => Some(Json::Bool(false)),
                _ => None,
            },
        }
    }

    /// `-12` or `0.5`: without needless zeros before, and with a digit on both sides of the point.
    fn number(&mut self) -> Option<Json> {
        let rest = self.rest();
        let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
        let start = usize::from(rest.starts_with('-'));
        let whole = if rest[start..].starts_with('0') { 1 } else { digits(start) };
        let mut end = start + whole;
        if whole == 0 {
            return None;
        }
        if rest[end..].starts_with('.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        let written = &rest[..end];
        let value = match written.parse::<i64>() {
            Ok(whole) => Json::from(whole),
            Err(_) => Json::from(written.parse::<f64>().ok().filter(|n| n.is_finite())?),
        };
        self.at += end;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (String, Vec<Found>) {
        parse(text, 0, &mut HashMap::new()).unwrap()
    }

    #[test]
    fn calls_have_every_kind_of_value() {
        let (text, found) = read("a {{ x(s='é', n = -3, f=4.50, l=[1, \"b\",], b=true) }} b");
        assert_eq!(text, format!("a {PLACEHOLDER} b"));
        assert_eq!(Json::Object(found[0].args.clone()), json!({"s": "é", "n": -3, "f": 4.5, "l": [1, "b"], "b": true}));
    }

    #[test]
    fn a_comma_may_be_missing() {
        let (_, found) = read("{{ x(a='1' b=0.5\nc=-0) }}");
        assert_eq!(Json::Object(found[0].args.clone()), json!({"a": "1", "b": 0.5, "c": 0}));
    }

    #[test]
    fn what_is_no_call_is_text() {
        for text in
            ["{{ a }}", "{{ a(\"b\") }}", "{% if x %}", "{{}}", "{{ a(x=) }}", "{{ a(x=1,) }}", "{{ a(x=01) }}", "{{"]
        {
            assert_eq!(read(text), (text.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn what_is_nearly_a_call_is_found() {
        let known = |name: &str| name == "a";
        let text = "{{ a(b=\"c\") }} {{ a(b=\"c\" }} {{/* a(b */}} {{ b(c }} {{ a }} {% a(b='c) %} {{ a(é=1) }}";
        let found: Vec<&str> = nearly(text, known).into_iter().map(|(_, span)| &text[span]).collect();
        assert_eq!(found, ["{{ a(b=\"c\" ", "{% a(b=", "{{ a("]);
    }

    #[test]
    fn bodies_nest_and_count() {
        let (_, found) = read("{% a() %} x {% a() %}y{% end %}{% end %}{{ a() }}");
        assert_eq!((found.len(), found[0].nth, found[0].inner[0].nth, found[1].nth), (2, 1, 2, 3));
        assert_eq!(found[0].inner[0].body.as_deref(), Some("y"));
    }

    #[test]
    fn escapes_lose_their_marks() {
        assert_eq!(read("{{/* x(a=1) */}} {%/* x() */%}b{%/* end */%}").0, "{{ x(a=1) }} {% x() %}b{% end %}");
        assert_eq!(
            read("{%/*x()*/%}b{%/*end*/%} {%/* x()*/%}{%/*  end  */%}").0,
            "{%x()%}b{%end%} {% x()%}{%  end  %}"
        );
    }

    #[test]
    fn ends_and_starts_belong_together() {
        for text in ["{% end %}", "{% a() %}", "{% a() %} {% end %}"] {
            assert!(parse(text, 0, &mut HashMap::new()).is_err(), "{text}");
        }
    }
}
