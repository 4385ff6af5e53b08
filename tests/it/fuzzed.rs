//! What fuzzers found, and what they would find first: `tests/fuzz/TARGET-NAME`, each read as its target (`fuzz/`) does.

use std::fs;
use std::path::Path;

use repere::config::Config;
use repere::markdown::{self, Context, ShortcodeCall, ShortcodeKind, Shortcodes};
use repere::{config, content, diagnostic, podcast};

struct Echo;

impl Shortcodes for Echo {
    fn kind(&self, name: &str) -> Option<ShortcodeKind> {
        match name {
            "h" => Some(ShortcodeKind::Html),
            "m" => Some(ShortcodeKind::Markdown),
            _ => None,
        }
    }

    fn names(&self) -> Vec<&str> {
        vec!["h", "m"]
    }

    fn render(&self, call: ShortcodeCall) -> Result<String, String> {
        Ok(format!("{}{}", call.body.unwrap_or_default(), call.args.len()))
    }
}

#[test]
fn no_input_stops_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let plain = Config::default();
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
        let problems = match name.split('-').next().unwrap_or_default() {
            "front_matter" => content::read_front_matter("a.md", &text, &plain).2,
            "config" => {
                let (zola, ours) = text.split_once("\n%%\n").unwrap_or((&text, &text));
                config::read_texts(zola, ours).2
            }
            "shortcodes" => {
                let context = Context { shortcodes: Some(&Echo), ..Context::plain(&plain, None, None) };
                markdown::render(&text, &context).1
            }
            "markdown" => markdown::render(&text, &Context::plain(&plain, None, None)).1,
            "vtt" => {
                let _ = podcast::transcript::parse(&text);
                Vec::new()
            }
            other => panic!("no target is called {other}"),
        };
        let _ = diagnostic::render(&problems);
        read += 1;
    }
    assert!(read >= 5, "{read}");
}
