//! One text from Markdown to HTML: pulldown-cmark's events, changed where Zola writes something else.
//!
//! Entry point: [`render`].

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use gh_emoji::Replacer;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};
use pulldown_cmark_escape::{escape_href, escape_html};

use super::links::{self, Resolved};
use super::markup::{self, Kind, Markup};
use super::shortcodes::{Pending, Piece};
use super::{Context, Highlighter, Hooks, Places, SUGGESTED, fence, footnotes, headings, shortcodes, summary};
use crate::config::{Dialect, LinkLevel, Markdown};
use crate::content::Rendered;
use crate::diagnostic::{Diagnostic, Level, Place, any_error};
use crate::memory::Print;

static EMOJI: LazyLock<Replacer> = LazyLock::new(Replacer::new);

/// One text as HTML. Problems do not stop it: the HTML is as good as it can be.
pub fn render(text: &str, context: &Context) -> (Rendered, Vec<Diagnostic>) {
    if context.shortcodes.is_none() {
        return render_filled(text, None, context);
    }
    let (filled, pending, mut problems) = shortcodes::extract(text, context);
    // The text has moved: what is wrong in it is looked for in the source.
    let moved = Context { source: Some(text), ..*context };
    let failed = any_error(&problems);
    let (mut rendered, found) = render_filled(&filled, pending, if filled == text { context } else { &moved });
    rendered.failed = failed || found.iter().any(|problem| problem.message.starts_with("the shortcode"));
    problems.extend(found);
    (rendered, problems)
}

fn render_filled<'c>(
    text: &'c str,
    pending: Option<Pending<'c>>,
    context: &'c Context<'c>,
) -> (Rendered, Vec<Diagnostic>) {
    let places = Places::new(context, text);
    let mut walk = Walk {
        places,
        known: None,
        broken: 0,
        text,
        context,
        pending,
        rendered: Rendered::default(),
        found: Vec::new(),
        has_summary: false,
        images: 0,
        blocks: Vec::new(),
    };
    let mut events = walk.events();
    let Walk { mut rendered, mut found, has_summary, pending, blocks, .. } = walk;
    found.extend(pending.into_iter().flat_map(|pending| pending.faults));

    match headings::finish(&mut events, context) {
        Ok((toc, faults)) => {
            rendered.toc = toc;
            found.extend(faults);
        }
        Err(message) => found.push(template_problem("anchor-link.html", message)),
    }
    rendered.hooked |= context.writer(Kind::Heading).is_some() && !rendered.toc.is_empty();
    // Headings come first: those of footnotes stand in the table of contents where they were written.
    if context.config.markdown.bottom_footnotes {
        events = footnotes::to_the_bottom(events, context.config.dialect, context.permalink);
    }
    match summary::write(events, has_summary, context) {
        Ok((html, summary)) => (rendered.html, rendered.summary) = (html.into(), summary),
        Err(message) => found.push(template_problem("summary-cutoff.html", message)),
    }
    if let Some(highlighter) = context.highlighter {
        rendered.blocks = highlighter.places(&blocks, &rendered.html);
    }
    (rendered, found)
}

fn template_problem(template: &str, message: String) -> Diagnostic {
    Diagnostic::error(format!("`{template}` cannot be rendered: {message}"))
}

/// What pulldown-cmark is asked to understand.
fn options(markdown: &Markdown) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    options.set(Options::ENABLE_SMART_PUNCTUATION, markdown.smart_punctuation);
    options.set(Options::ENABLE_DEFINITION_LIST, markdown.definition_list);
    options.set(Options::ENABLE_GFM, markdown.github_alerts);
    options
}

struct Walk<'t, 'c> {
    text: &'t str,
    context: &'c Context<'c>,
    places: Places<'c>,
    /// Paths of the library, once somebody misspelt one.
    known: Option<Vec<&'c str>>,
    /// Links that lead nowhere so far.
    broken: usize,
    pending: Option<Pending<'c>>,
    rendered: Rendered,
    found: Vec<Diagnostic>,
    has_summary: bool,
    /// Images that a template wrote so far.
    images: usize,
    /// The names of highlighted blocks.
    blocks: Vec<Print>,
}

/// An image while its alternative comes in, for a template that writes it.
struct Image {
    address: String,
    written: String,
    title: String,
    alt: String,
    /// Images that stand in its alternative.
    inner: usize,
}

/// A link while its text comes in, for a template that writes it.
struct Link {
    /// Where its text begins among the events.
    from: usize,
    address: String,
    written: String,
    title: String,
    external: bool,
}

/// A code block while its lines come in; the fence is `None` for indented code.
struct Code {
    fence: Option<String>,
    code: String,
}

impl<'t: 'c, 'c> Walk<'t, 'c> {
    fn events(&mut self) -> Vec<Event<'t>> {
        let markdown = &self.context.config.markdown;
        let decorated = links::decorates(markdown);
        let mut events = Vec::new();
        let mut code: Option<Code> = None;
        // Zola 0.22 does not leave the alternative of a lazy image again: all texts after it go the way of attributes, and
        // headings find no words in them.
        let never_leaves = self.context.config.dialect == Dialect::Zola022;
        let mut in_alt = false;
        let mut without_end = false;
        // Links do not stand in one another: one mark is enough for the end of one that is left out.
        let mut is_plain = false;
        // The last event, when it is a text as it is written: what is behind it, and where it stands.
        let mut plain: Option<(usize, Range<usize>)> = None;
        let (writes_images, writes_links) =
            (self.context.writer(Kind::Image).is_some(), self.context.writer(Kind::Link).is_some());
        let mut image: Option<Image> = None;
        let mut link: Option<Link> = None;
        for (event, span) in Parser::new_ext(self.text, options(markdown)).into_offset_iter() {
            if let Some(open) = &mut image {
                match &event {
                    Event::Start(Tag::Image { .. }) => open.inner += 1,
                    Event::End(TagEnd::Image) if open.inner > 0 => open.inner -= 1,
                    Event::End(TagEnd::Image) => {
                        let html = image.take().map(|image| self.image(&image, &span)).unwrap_or_default();
                        events.push(Event::Html(html.into()));
                    }
                    event => markup::plain(event, &mut open.alt),
                }
                continue;
            }
            match event {
                Event::Text(text) if code.is_some() => {
                    if let Some(code) = &mut code {
                        self.push_code(code, &text, span);
                    }
                }
                Event::Text(text) if self.waits_in(&text) => {
                    let between = |text: String| match markdown.render_emoji {
                        true => Event::Text(EMOJI.replace_all(&text).into_owned().into()),
                        false => Event::Text(text.into()),
                    };
                    let first = events.len();
                    events.extend(self.fill(&text, span, between));
                    if in_alt {
                        escape_before_last(&mut events[first..]);
                    }
                }
                Event::Html(html) | Event::InlineHtml(html) if !self.has_summary && summary::has_mark(&html) => {
                    self.has_summary = true;
                    events.push(Event::Html(summary::CONTINUE.into()));
                }
                Event::Html(html) | Event::InlineHtml(html) if self.waits_in(&html) => {
                    events.extend(self.fill(&html, span, |html| Event::Html(html.into())));
                }
                Event::Start(Tag::Paragraph)
                    if self.pending.as_ref().is_some_and(|pending| pending.fills(self.text, &span)) =>
                {
                    without_end = true;
                }
                Event::End(TagEnd::Paragraph) if without_end => without_end = false,
                Event::Text(text) if in_alt => {
                    // This text stands inside an attribute that we write ourselves.
                    let text =
                        if markdown.render_emoji { EMOJI.replace_all(&text).into_owned() } else { text.to_string() };
                    events.push(Event::Html(escaped(&text).into()));
                }
                Event::Text(text) if markdown.render_emoji => {
                    events.push(Event::Text(EMOJI.replace_all(&text).into_owned().into()));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let fence = match kind {
                        CodeBlockKind::Fenced(fence) => Some(fence.to_string()),
                        CodeBlockKind::Indented => None,
                    };
                    code = Some(Code { fence, code: String::new() });
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some(code) = code.take() {
                        events.push(Event::Html(self.code(&code, span).into()));
                    }
                }
                Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                    let written = writes_images.then(|| dest_url.to_string());
                    let address = if dest_url.starts_with("@/") && self.context.config.dialect == Dialect::Zola023 {
                        self.link(&dest_url, &span).map_or(dest_url, |(address, _)| address.into())
                    } else if links::is_colocated(&dest_url) {
                        format!("{}{dest_url}", self.context.permalink).into()
                    } else {
                        dest_url
                    };
                    if writes_images {
                        image = Some(Image {
                            address: address.to_string(),
                            written: written.unwrap_or_else(|| address.to_string()),
                            title: title.to_string(),
                            alt: String::new(),
                            inner: 0,
                        });
                        continue;
                    }
                    in_alt = markdown.lazy_async_image;
                    events.push(match markdown.lazy_async_image {
                        true => Event::Html(lazy_image(&address, &title).into()),
                        false => Event::Start(Tag::Image { link_type, dest_url: address, title, id }),
                    });
                }
                Event::End(TagEnd::Image) if markdown.lazy_async_image => {
                    in_alt = never_leaves;
                    events.push(Event::Html("\" loading=\"lazy\" decoding=\"async\" />".into()));
                }
                Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                    let (address, outside) = match link_type {
                        LinkType::Email => (dest_url.to_string(), false),
                        _ => match self.link(&dest_url, &span) {
                            Some(link) => link,
                            None => {
                                is_plain = true;
                                continue;
                            }
                        },
                    };
                    if writes_links {
                        let address = if link_type == LinkType::Email { format!("mailto:{address}") } else { address };
                        let (written, title) = (dest_url.to_string(), title.to_string());
                        link = Some(Link { from: events.len(), address, written, title, external: outside });
                        continue;
                    }
                    events.push(match outside && decorated {
                        true => Event::Html(links::external_tag(markdown, &address, &title).into()),
                        false => Event::Start(Tag::Link { link_type, dest_url: address.into(), title, id }),
                    });
                }
                Event::End(TagEnd::Link) if is_plain => is_plain = false,
                Event::End(TagEnd::Link) if link.is_some() => {
                    if let Some(link) = link.take() {
                        let inside = events.split_off(link.from);
                        events.push(Event::Html(self.hooked_link(&link, &inside).into()));
                    }
                }
                Event::Text(CowStr::Borrowed(written)) if self.text.get(span.clone()) == Some(written) => {
                    // Signs that might have meant something come one by one, and an event is a hundred times as long.
                    let count = events.len();
                    let of_link = link.as_ref().is_none_or(|link| link.from < count);
                    match (&mut plain, events.last_mut()) {
                        (Some((at, before)), Some(last)) if *at == count && before.end == span.start && of_link => {
                            before.end = span.end;
                            *last = Event::Text(self.text[before.clone()].into());
                        }
                        _ => {
                            events.push(Event::Text(written.into()));
                            plain = Some((events.len(), span));
                        }
                    }
                }
                other => events.push(other),
            }
        }
        events
    }

    /// Whether shortcodes wait for their place in a text.
    fn waits_in(&self, text: &str) -> bool {
        self.pending.is_some() && Pending::concerns(text)
    }

    fn fill<'e>(&mut self, text: &str, span: Range<usize>, between: impl Fn(String) -> Event<'e>) -> Vec<Event<'e>> {
        self.pending.as_mut().map(|pending| pending.events(text, span, between)).unwrap_or_default()
    }

    fn push_code(&mut self, code: &mut Code, text: &str, span: Range<usize>) {
        if !self.waits_in(text) {
            return code.code.push_str(text);
        }
        for piece in self.pending.iter_mut().flat_map(|pending| pending.pieces(text, span.clone())) {
            match piece {
                Piece::Between(text) => code.code.push_str(text),
                Piece::Filled(filled) => code.code.push_str(&filled),
            }
        }
    }

    fn code(&mut self, block: &Code, span: Range<usize>) -> String {
        let (html, problem) = fence::block(self.context.highlighter, block.fence.as_deref(), &block.code);
        if let Some(problem) = problem {
            let first = span.start..self.text[span.clone()].find('\n').map_or(span.end, |at| span.start + at);
            let known = Diagnostic::warning(problem.message).at(self.place(first, block.fence.as_deref()));
            self.found.push(match problem.is_error {
                true => Diagnostic { level: Level::Error, ..known },
                false => known.help("the block is shown without colours; `text` says that this is meant"),
            });
        }
        let fence = block.fence.as_deref().unwrap_or_default();
        let written = match self.context.writer(Kind::Code) {
            Some(hooks) => Cow::Owned(self.written(hooks, &Markup::Code { fence, code: &block.code, html: &html })),
            None => Cow::Borrowed(&html),
        };
        // One that a template wrote anew would be looked for in all that follows.
        if self.context.highlighter.is_some() && written.contains(&html) {
            self.blocks.push(Highlighter::key(fence, &block.code));
        }
        written.into_owned()
    }

    /// What a template writes; its faults are told.
    fn written(&mut self, hooks: &dyn Hooks, markup: &Markup) -> String {
        self.rendered.hooked = true;
        match hooks.markup(markup, self.context.lang, self.context.path) {
            Ok(html) => html,
            Err(fault) => {
                self.found.push(fault);
                String::new()
            }
        }
    }

    fn image(&mut self, image: &Image, span: &Range<usize>) -> String {
        let Some(hooks) = self.context.writer(Kind::Image) else { return String::new() };
        self.images += 1;
        let emoji = self.context.config.markdown.render_emoji;
        let alt = if emoji { EMOJI.replace_all(&image.alt).into_owned() } else { image.alt.clone() };
        let (address, written, title) = (&image.address, &image.written, &image.title);
        let html = self.written(hooks, &Markup::Image { address, written, title, alt: &alt, nth: self.images });
        // What is wrong with the image itself is wrong here; a template's fault has its own place.
        if self.found.last().is_some_and(|last| last.place.is_none()) {
            let place = self.place(span.clone(), Some(written));
            self.found.last_mut().into_iter().for_each(|last| last.place = Some(place.clone()));
        }
        html
    }

    fn hooked_link(&mut self, link: &Link, inside: &[Event]) -> String {
        let Some(hooks) = self.context.writer(Kind::Link) else { return String::new() };
        let (html, text) = markup::written(inside);
        let (address, written, title, external) = (&link.address, &link.written, &link.title, link.external);
        self.written(hooks, &Markup::Link { address, written, title, html: &html, text: &text, external })
    }

    /// The address a link gets, and whether it leads to another site; nothing for a page that is not out now.
    fn link(&mut self, written: &str, span: &Range<usize>) -> Option<(String, bool)> {
        if written.is_empty() {
            let place = self.place(span.clone(), None);
            self.found.push(
                Diagnostic::error("this link has no address").at(place).help("write the address between the brackets"),
            );
            return Some((String::new(), false));
        }
        Some(match links::resolve(written, self.context) {
            Resolved::Inside(address, known) => {
                self.rendered.internal_links.extend(known);
                (address, false)
            }
            Resolved::Outside(address) => {
                self.rendered.external_links.push(address.clone());
                (address, true)
            }
            Resolved::Other(address) => (address, false),
            Resolved::Waiting => return None,
            Resolved::Broken => {
                self.broken(written, span);
                (written.to_owned(), false)
            }
        })
    }

    fn broken(&mut self, written: &str, span: &Range<usize>) {
        let place = self.place(span.clone(), Some(written));
        let mut problem = Diagnostic::error(format!("the link `{written}` leads to no page or section")).at(place);
        if self.context.config.link_checker.internal_level == LinkLevel::Warn {
            problem.level = Level::Warning;
        }
        let path = written.trim_start_matches("@/").split('#').next().unwrap_or_default();
        if self.context.library.is_some_and(|library| library.drafts.contains(path)) {
            self.found
                .push(problem.help(format!(
                    "`content/{path}` is a draft, or its section is: it is left out without `--drafts`"
                )));
            return;
        }
        self.broken += 1;
        let library = self.context.library.filter(|_| self.broken <= SUGGESTED);
        let known = self.known.get_or_insert_with(|| library.map(super::sorted_paths).unwrap_or_default());
        let near = if library.is_some() { crate::diagnostic::did_you_mean(path, known.iter().copied()) } else { None };
        problem = match near {
            Some(near) => problem.help(format!("did you mean `@/{near}`?")),
            None => problem.help("the path starts at `content/` and ends with `.md`"),
        };
        self.found.push(problem);
    }

    /// A span of this text as a place of the file. When the text went through templates first, lines have moved, and
    /// what was written is looked for in the source.
    fn place(&mut self, span: Range<usize>, written: Option<&str>) -> Place {
        self.places.of(span, written)
    }
}

/// Texts between shortcodes as attributes have them. What comes after the last shortcode stays a text, as in Zola.
fn escape_before_last(events: &mut [Event]) {
    let Some((_, before)) = events.split_last_mut() else { return };
    for event in before {
        if let Event::Text(text) = event {
            *event = Event::Html(escaped(text).into());
        }
    }
}

fn lazy_image(address: &str, title: &str) -> String {
    let mut tag = "<img src=\"".to_owned();
    let _ = escape_href(&mut tag, address);
    if !title.is_empty() {
        tag.push_str("\" title=\"");
        let _ = escape_href(&mut tag, title);
    }
    tag.push_str("\" alt=\"");
    tag
}

/// Text as HTML, for the rooms that write small pieces themselves.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let _ = escape_html(&mut out, text);
    out
}
