//! What went wrong while a template ran, with the tag it happened in.

use super::program::Span;

/// A fault on its way out of the templates that called each other.
#[derive(Debug, Default)]
pub(super) struct Fault {
    /// A sentence without full stop.
    pub(super) message: String,
    /// The innermost tag.
    pub(super) span: Option<Span>,
    /// The word of that tag which is to blame.
    pub(super) word: Option<String>,
    /// What could have been meant.
    pub(super) near: Option<String>,
    /// The macro that is being left, until its call is known.
    pub(super) inside: Option<String>,
    /// What called what, the innermost first.
    pub(super) calls: Vec<(String, Span)>,
    /// Whether nothing can be run after it.
    pub(super) is_last: bool,
    /// Whether it is there because of an earlier one, and not told.
    pub(super) follows: bool,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Names the word to blame.
    pub(super) fn about(mut self, word: &str) -> Self {
        if !word.is_empty() {
            self.word = Some(word.to_owned());
        }
        self
    }

    /// Says that the run is over: it would not end.
    pub(super) fn last(mut self) -> Self {
        self.is_last = true;
        self
    }

    /// Looks among what is known for what a misspelt word could mean.
    pub(super) fn near<'k>(mut self, word: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        let mut known: Vec<&str> = known.into_iter().collect();
        known.sort_unstable();
        known.dedup();
        self.near = crate::diagnostic::did_you_mean(word, known).map(str::to_owned);
        self
    }

    /// Says in which tag, unless a tag inside it is known; then, for a macro that is left, where it was called.
    pub(super) fn within(mut self: Box<Self>, span: Span) -> Box<Self> {
        self.leave(span);
        self
    }

    /// The same, for one that was gone past.
    pub(super) fn leave(&mut self, span: Span) {
        match (self.span, self.inside.take()) {
            (None, _) => self.span = Some(span),
            (Some(_), Some(name)) => self.calls.push((format!("the macro `{name}` is called"), span)),
            (Some(_), None) => {}
        }
    }

    /// Says which tag included a template.
    pub(super) fn called(mut self: Box<Self>, name: &str, span: Span) -> Box<Self> {
        self.calls.push((format!("`{name}` is included"), span));
        self
    }
}
