//! Shortcodes (dialect 0.22): calls in content that templates answer.
//!
//! Entry points: [`extract`] takes them out of a text before Markdown is read (those of `.md` templates are filled in at
//! once, those of `.html` templates leave a placeholder), [`Pending`] fills the placeholders while events go by.
//! Templates are reached through [`Shortcodes`] only.

mod parse;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};
use serde_json::{Map, Value as Json};

use super::{Context, place};
use crate::diagnostic::Diagnostic;
use parse::Found;

/// What stands for a shortcode until its HTML is there. Zola's own word: it shows where Zola forgets one.
const PLACEHOLDER: &str = "@@ZOLA_SC_PLACEHOLDER@@";

/// Faults of parsing that are looked for in one text at most: each takes another try.
const MOST_FAULTS: usize = 20;

/// What kind of template answers to a shortcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortcodeKind {
    /// Put in as HTML, after Markdown.
    Html,
    /// Put in as Markdown, before it is read.
    Markdown,
}

/// One call of a shortcode.
#[derive(Debug, Clone, Copy)]
pub struct ShortcodeCall<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its named arguments.
    pub args: &'a Map<String, Json>,
    /// The text between `{% name() %}` and `{% end %}`.
    pub body: Option<&'a str>,
    /// The how manieth call of this name it is in the text, from 1.
    pub nth: usize,
}

/// The shortcodes one text may call.
pub trait Shortcodes {
    /// What answers to a name; `None` when nothing does.
    fn kind(&self, name: &str) -> Option<ShortcodeKind>;
    /// Every name, for "did you mean".
    fn names(&self) -> Vec<&str>;
    /// Renders a call. Fails with the template's message.
    fn render(&self, call: ShortcodeCall) -> Result<String, String>;
}

/// A text without its shortcodes, and those that are still to be filled in.
pub(super) fn extract<'c>(text: &str, context: &'c Context<'c>) -> (String, Option<Pending<'c>>, Vec<Diagnostic>) {
    let Some(shortcodes) = context.shortcodes else { return (text.to_owned(), None, Vec::new()) };
    let mut faults = Vec::new();
    // What cannot be read is left out, for the sake of what else may be wrong.
    let mut readable = Cow::Borrowed(text);
    let (mut output, mut found) = loop {
        match parse::parse(&readable, 0, &mut HashMap::new()) {
            Ok(parsed) => break parsed,
            Err(problem) => {
                let left_out = problem.span.start..problem.end;
                let told = Diagnostic::error(problem.message).at(place(context, text, problem.span.clone(), None));
                faults.push(told.help(problem.help));
                if left_out.is_empty() || faults.len() == MOST_FAULTS {
                    return (String::new(), None, faults);
                }
                let blank = readable[left_out.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
                let blank: String = blank.collect();
                readable.to_mut().replace_range(left_out, &blank);
            }
        }
    };
    faults.extend(nearly(&readable, text, context, shortcodes));
    found.retain(|call| {
        let before = faults.len();
        unknown(call, text, context, shortcodes, &mut faults);
        faults.len() == before
    });
    let mut pending = Vec::with_capacity(found.len());
    let mut moved = 0_isize;
    for mut call in found {
        call.span = shifted(&call.span, moved);
        if shortcodes.kind(&call.name) == Some(ShortcodeKind::Html) {
            pending.push(call);
            continue;
        }
        match render(&call, shortcodes) {
            Ok(markdown) => {
                moved += markdown.len() as isize - call.span.len() as isize;
                output.replace_range(call.span, &markdown);
            }
            Err(message) => faults.push(failed(&call, message, text, context)),
        }
    }
    pending.reverse();
    let next = pending.pop();
    let pending = Pending { shortcodes, context, source: text.to_owned(), next, rest: pending, faults: Vec::new() };
    (output, Some(pending), faults)
}

/// Calls that cannot be read and are shown as they stand, which few writers mean; those in code they do.
fn nearly(readable: &str, text: &str, context: &Context, shortcodes: &dyn Shortcodes) -> Vec<Diagnostic> {
    let found = parse::nearly(readable, |name| shortcodes.kind(name).is_some());
    if found.is_empty() {
        return Vec::new();
    }
    let is_code = |event: &Event| match event {
        Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => true,
        Event::Html(html) | Event::InlineHtml(html) => html.starts_with("<!--"),
        _ => false,
    };
    let events = Parser::new(readable).into_offset_iter();
    let code: Vec<Range<usize>> = events.filter(|(event, _)| is_code(event)).map(|(_, range)| range).collect();
    let found = found.into_iter().filter(|(_, span)| !code.iter().any(|code| code.contains(&span.start)));
    let told = found.map(|(name, span)| {
        let message = format!("this call of the shortcode `{name}` cannot be read, and is shown as it stands");
        let help =
            "write `name=\"text\"` for each argument, and close brackets and quotes, or escape it: `{{/* … */}}`";
        Diagnostic::warning(message).at(place(context, text, span, None)).help(help)
    });
    told.collect()
}

fn shifted(span: &Range<usize>, by: isize) -> Range<usize> {
    span.start.saturating_add_signed(by)..span.end.saturating_add_signed(by)
}

fn unknown(call: &Found, text: &str, context: &Context, known: &dyn Shortcodes, faults: &mut Vec<Diagnostic>) {
    if known.kind(&call.name).is_none() {
        let message = format!("there is no shortcode `{}`", call.name);
        let fault = Diagnostic::error(message).at(place(context, text, call.at.clone(), None));
        faults.push(match crate::diagnostic::did_you_mean(&call.name, known.names()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!(
                "write `templates/shortcodes/{}.html`, or escape the call: `{{{{/* … */}}}}`",
                call.name
            )),
        });
    }
    for inner in &call.inner {
        unknown(inner, text, context, known, faults);
    }
}

fn failed(call: &Found, message: String, text: &str, context: &Context) -> Diagnostic {
    // A name that the template misses, and an argument of nearly that name.
    let given = || call.args.keys().map(String::as_str);
    let missed = message.split('`').skip(1).step_by(2).find(|word| {
        given().all(|argument| argument != *word) && crate::diagnostic::did_you_mean(word, given()).is_some()
    });
    let help = missed.and_then(|word| {
        let near = crate::diagnostic::did_you_mean(word, given())?;
        Some(format!("the call has an argument `{near}`: did you mean `{word}`?"))
    });
    let message = format!("the shortcode `{}` cannot be rendered: {message}", call.name);
    let fault = Diagnostic::error(message).at(place(context, text, call.at.clone(), None));
    help.into_iter().fold(fault, Diagnostic::help)
}

/// A call as text; what its body calls is rendered first.
fn render(call: &Found, shortcodes: &dyn Shortcodes) -> Result<String, String> {
    let body = match &call.body {
        None => None,
        Some(body) => {
            let mut body = body.clone();
            for inner in call.inner.iter().rev() {
                body.replace_range(inner.span.clone(), &render(inner, shortcodes)?);
            }
            body.truncate(body.trim_end().len());
            Some(body)
        }
    };
    shortcodes.render(ShortcodeCall { name: &call.name, args: &call.args, body: body.as_deref(), nth: call.nth })
}

/// Shortcodes that wait for their place in the HTML, in order.
pub(super) struct Pending<'c> {
    shortcodes: &'c dyn Shortcodes,
    context: &'c Context<'c>,
    source: String,
    next: Option<Found>,
    rest: Vec<Found>,
    /// What went wrong so far.
    pub(super) faults: Vec<Diagnostic>,
}

/// A piece of a text with placeholders.
pub(super) enum Piece<'t> {
    Between(&'t str),
    Filled(String),
}

impl Pending<'_> {
    /// Whether a text has a placeholder.
    pub(super) fn concerns(text: &str) -> bool {
        text.contains(PLACEHOLDER)
    }

    /// Whether a paragraph holds the next shortcode and nothing else: then it is no paragraph.
    pub(super) fn fills(&self, text: &str, span: &Range<usize>) -> bool {
        self.next
            .as_ref()
            .is_some_and(|next| next.span.start == span.start && next.span.len() == text[span.clone()].trim().len())
    }

    /// Cuts a text that stands at `span` at its placeholders and fills them. As in Zola, the next shortcode goes where
    /// its place is; when that went by (in inline code), this and all later ones stay unfilled.
    pub(super) fn pieces<'t>(&mut self, text: &'t str, span: Range<usize>) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut done = 0;
        while let Some(call) = self.next.take_if(|next| span.contains(&next.span.start)) {
            let at = call.span.start - span.start;
            if let Some(between) = text.get(done..at).filter(|between| !between.is_empty()) {
                pieces.push(Piece::Between(between));
            }
            done = (at + PLACEHOLDER.len()).max(done);
            match render(&call, self.shortcodes) {
                Ok(filled) => pieces.push(Piece::Filled(filled)),
                Err(message) => self.faults.push(failed(&call, message, &self.source, self.context)),
            }
            self.next = self.rest.pop();
        }
        if let Some(rest) = text.get(done..).filter(|rest| !rest.is_empty()) {
            pieces.push(Piece::Between(rest));
        }
        pieces
    }

    /// The same as events; `event` makes one of a text between.
    pub(super) fn events<'t>(
        &mut self,
        text: &str,
        span: Range<usize>,
        event: impl Fn(String) -> Event<'t>,
    ) -> Vec<Event<'t>> {
        let pieces = self.pieces(text, span).into_iter();
        pieces
            .map(|piece| match piece {
                Piece::Between(text) => event(text.to_owned()),
                Piece::Filled(html) => Event::Html(html.into()),
            })
            .collect()
    }
}
