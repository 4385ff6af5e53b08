//! A template's text: what it is made of, what it pulls in, what it defines.

use std::collections::BTreeSet;

use super::tokens::{Tag, Token, tags};
use crate::memory::Print;

/// What a template reads cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclear;

/// A template's text, taken apart.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) print: Print,
    /// Templates it extends, includes or imports.
    pub(super) names: BTreeSet<String>,
    /// Components it defines, and words that may call one.
    pub(super) defines: BTreeSet<String>,
    pub(super) calls: BTreeSet<String>,
    /// It may pull in any template of the site: by the filter `markdown`, or by a name that is not written down.
    pub(super) pulls_anything: bool,
    pub(super) throws_dice: bool,
    pub(super) tags: Result<Vec<Tag>, Unclear>,
}

impl Template {
    pub(super) fn read(text: &str, newer: bool) -> Self {
        let tags = tags(text, newer).and_then(|tags| if tags.iter().any(is_deep) { Err(Unclear) } else { Ok(tags) });
        let mut template = Self {
            print: Print::of(text.as_bytes()),
            names: BTreeSet::new(),
            defines: BTreeSet::new(),
            calls: BTreeSet::new(),
            pulls_anything: tags.is_err(),
            throws_dice: text.contains("get_random") || text.contains("shuffle"),
            tags: Ok(Vec::new()),
        };
        for tag in tags.iter().flatten() {
            template.note(&tag.tokens);
        }
        template.tags = tags;
        template
    }

    fn note(&mut self, tokens: &[Token]) {
        let words =
            || tokens.iter().filter_map(|token| if let Token::Word(word) = token { Some(word.as_str()) } else { None });
        match tokens.first() {
            Some(Token::Word(word)) if pulls(word) => {
                let texts =
                    tokens.iter().filter_map(|t| if let Token::Text(text) = t { Some(text.clone()) } else { None });
                let before = self.names.len();
                self.names.extend(texts);
                // A name that is computed could be any.
                self.pulls_anything |=
                    self.names.len() == before && !tokens.iter().any(|t| matches!(t, Token::Text(_)));
                self.pulls_anything |= tokens.contains(&Token::Sign("~"));
            }
            Some(Token::Word(word)) if word == "component" => self.defines.extend(dotted(&tokens[1..])),
            _ => {}
        }
        for (at, token) in tokens.iter().enumerate() {
            if *token == Token::Sign("<") {
                self.calls.extend(dotted(&tokens[at + 1..]));
            }
        }
        self.pulls_anything |= words().any(|word| word == "markdown");
    }
}

/// Whether more brackets stand inside each other than anybody writes: each is a call of the analysis.
fn is_deep(tag: &Tag) -> bool {
    let mut open = 0_usize;
    tag.tokens.iter().any(|token| {
        match token {
            Token::Sign("(" | "[" | "{") => open += 1,
            Token::Sign(")" | "]" | "}") => open = open.saturating_sub(1),
            _ => {}
        }
        open > 100
    })
}

fn pulls(word: &str) -> bool {
    matches!(word, "extends" | "include" | "import")
}

/// `a.b.c` at the beginning of some tokens.
pub(super) fn dotted(tokens: &[Token]) -> Option<String> {
    let mut name = String::new();
    let mut at = 0;
    while let Some(Token::Word(word)) = tokens.get(at) {
        name.push_str(word);
        if tokens.get(at + 1) != Some(&Token::Sign(".")) {
            return Some(name);
        }
        name.push('.');
        at += 2;
    }
    None
}
