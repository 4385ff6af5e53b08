//! Content lines: escaping, folding at 75 octets, CRLF.

/// Longest line in octets, its CRLF not counted.
const WIDTH: usize = 75;

/// A calendar being written.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line as it is: `name` may carry parameters, `value` is not escaped (dates, numbers, addresses).
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut rest = line.as_str();
        let mut room = WIDTH;
        while rest.len() > room {
            let mut cut = room;
            while !rest.is_char_boundary(cut) {
                cut -= 1;
            }
            self.0.push_str(&rest[..cut]);
            self.0.push_str("\r\n ");
            rest = &rest[cut..];
            // The space of the continuation counts.
            room = WIDTH - 1;
        }
        self.0.push_str(rest);
        self.0.push_str("\r\n");
    }

    /// A line whose value is a text; nothing is written for an empty one.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.raw(name, &escaped(value));
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A TEXT value. Control characters have no form in a calendar and are left out.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A parameter value in quotes, with RFC 6868's marks for what quotes cannot hold.
pub(super) fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => out.push_str("^'"),
            '^' => out.push_str("^^"),
            '\n' => out.push_str("^n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a reader gets back of a value.
    fn read(written: &str) -> String {
        let unfolded = written.replace("\r\n ", "");
        let value = unfolded.strip_prefix("SUMMARY:").unwrap().strip_suffix("\r\n").unwrap();
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => out.push(match chars.next().unwrap() {
                    'n' => '\n',
                    other => other,
                }),
                c => out.push(c),
            }
        }
        out
    }

    fn written(value: &str) -> String {
        let mut lines = Lines::default();
        lines.text("SUMMARY", value);
        lines.finish()
    }

    #[test]
    fn long_lines_fold_between_characters() {
        let out = written(&"é".repeat(60));
        assert_eq!(out, format!("SUMMARY:{}\r\n {}\r\n", "é".repeat(33), "é".repeat(27)));
    }

    #[test]
    fn what_separates_is_escaped() {
        assert_eq!(written("a;b,c\\d\ne"), "SUMMARY:a\\;b\\,c\\\\d\\ne\r\n");
        assert_eq!(quoted("Anne \"Nana\" L^"), "\"Anne ^'Nana^' L^^\"");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_no_line_is_too_long(value in "[^\\p{Cc}]{1,400}|[a-zéà🌊;,\\\\\n]{1,300}") {
            let out = written(&value);
            prop_assert_eq!(read(&out), value);
            prop_assert!(out.split("\r\n").all(|line| line.len() <= WIDTH));
        }
    }
}
