//! Any text as Markdown, with every option of the configuration on or off by its first byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use repere_fuzz::config::{Config, Dialect, InsertAnchor};
use repere_fuzz::diagnostic;
use repere_fuzz::markdown::{self, Context};

fuzz_target!(|text: &str| {
    let choice = text.bytes().next().unwrap_or_default();
    let on = |bit: u8| choice & (1 << bit) != 0;
    let mut config = Config::default();
    config.dialect = if on(0) { Dialect::Zola022 } else { Dialect::Zola023 };
    let markdown = &mut config.markdown;
    (markdown.bottom_footnotes, markdown.definition_list) = (on(1), on(1));
    (markdown.smart_punctuation, markdown.github_alerts) = (on(2), on(2));
    (markdown.lazy_async_image, markdown.render_emoji) = (on(3), on(3));
    markdown.external_links_no_follow = on(4);
    let context = Context {
        file: "content/a.md",
        path: "a.md",
        permalink: "https://a.test/a/",
        insert_anchor: if on(5) { InsertAnchor::Right } else { InsertAnchor::Heading },
        ..Context::plain(&config, None, None)
    };
    let (_, problems) = markdown::render(text, &context);
    let _ = diagnostic::render(&problems);
});
