//! Any text as content of the older dialect, whose shortcodes `h` (HTML) and `m` (Markdown) give back what they got.
#![no_main]

use libfuzzer_sys::fuzz_target;
use repere_fuzz::config::Config;
use repere_fuzz::diagnostic;
use repere_fuzz::markdown::{self, Context, ShortcodeCall, ShortcodeKind, Shortcodes};

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
        if call.nth > 40 {
            return Err("too many".to_owned());
        }
        Ok(format!("{}{}", call.body.unwrap_or_default(), serde_json_text(&call)))
    }
}

fn serde_json_text(call: &ShortcodeCall) -> String {
    call.args.values().map(ToString::to_string).collect()
}

fuzz_target!(|text: &str| {
    let config = Config::default();
    let context = Context { shortcodes: Some(&Echo), file: "content/a.md", ..Context::plain(&config, None, None) };
    let (_, problems) = markdown::render(text, &context);
    let _ = diagnostic::render(&problems);
});
