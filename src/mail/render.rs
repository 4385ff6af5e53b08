//! A letter in words: subject, plain text, HTML, calendar object.
//!
//! `mail/<kind>.txt` is written once for both forms: its first line is the subject, blank lines part its paragraphs, and
//! a line `[label](address)` is a link, which the text shows as the label and the address below it.

use anyhow::{Context as _, Result, anyhow};
use serde::Serialize;

use crate::calendar::ics::{self, Attendee, Revision};
use crate::calendar::{Epoch, Letter, LetterKind, Purpose, RegistrationState, Seats, french, view};
use crate::diagnostic;
use crate::templates::{Context, Renderer};

use super::{Rendered, Settings};

/// A paragraph as the HTML frame gets it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Paragraph {
    lines: Vec<String>,
    label: String,
    url: String,
}

pub(super) fn render(letter: &Letter, settings: &Settings, renderer: &Renderer) -> Result<Rendered> {
    let mut context = context(letter, settings, renderer);
    let kind = letter.kind.as_str();
    let written = run(renderer, &format!("mail/{kind}.txt"), &context)?;
    let (subject, body) = split(&written).with_context(|| format!("mail/{kind}.txt has no subject and text"))?;
    let paragraphs = paragraphs(body);
    context.insert("subject", &subject);
    context.insert("body", &plain(&paragraphs));
    context.insert("paragraphs", &paragraphs);
    let text = run(renderer, "mail/frame.txt", &context)?;
    let own = format!("mail/{kind}.html");
    let html = run(renderer, if renderer.has(&own) { &own } else { "mail/frame.html" }, &context)?;
    Ok(Rendered { subject, text: tidy(&text), html, calendar: calendar(letter, settings) })
}

fn run(renderer: &Renderer, name: &str, context: &Context) -> Result<String> {
    renderer.render(name, context).map_err(|problem| anyhow!("{}", diagnostic::render(&[problem]).trim().to_owned()))
}

/// What templates may show. Address and link of a session are there only for whom they are meant: somebody whose seat is
/// confirmed, and trainers.
fn context(letter: &Letter, settings: &Settings, renderer: &Renderer) -> Context {
    let base = &settings.publisher.base_url;
    let mut context = renderer.context(&settings.lang, "/");
    context.insert("kind", letter.kind.as_str());
    context.insert("name", &letter.name);
    context.insert("site", &settings.publisher.name);
    context.insert("base_url", base);
    let link = |purpose| letter.tokens.get(&purpose).map(|token| format!("{base}{}{token}", path(purpose)));
    context.insert("confirm_url", &link(Purpose::Confirm).unwrap_or_default());
    context.insert("manage_url", &link(Purpose::Manage).unwrap_or_default());
    context.insert("request_url", &link(Purpose::Request).unwrap_or_default());
    context.insert("invitation_url", &link(Purpose::Invitation).unwrap_or_default());
    context.insert("reset_url", &link(Purpose::Reset).unwrap_or_default());
    if let Some(session) = &letter.session {
        let shown = view::participant(session, Seats::default(), Epoch::MAX);
        context.insert("session", &shown.public);
        context.insert("session_url", &format!("{base}/calendrier/{}/", session.id));
        // An institution is told of a session in its own place.
        let inside = is_trainer(letter.kind)
            || letter.request.is_some()
            || letter.registration.as_ref().is_some_and(|one| one.state == RegistrationState::Confirmed);
        context.insert("address", if inside { shown.address.as_str() } else { "" });
        context.insert("link", if inside { shown.link.as_str() } else { "" });
        let none = Vec::new();
        context.insert("materials", if inside { &shown.materials } else { &none });
        let after = letter.kind == LetterKind::Thanks;
        context.insert("evaluation_url", if after { session.evaluation.as_str() } else { "" });
    }
    if let Some(registration) = &letter.registration {
        context.insert("seats", &registration.seats);
        context.insert("names_missing", &registration.seats.saturating_sub(count(&registration.names)));
        context.insert("verified", &registration.verified);
    }
    if let Some(request) = &letter.request {
        context.insert("request", &view::asked(request));
    }
    let zone = letter.session.as_ref().map_or("Europe/Paris", |session| &session.start.zone);
    context.insert("deadline", &letter.deadline.map(|at| french::moment(at, zone)).unwrap_or_default());
    context
}

/// Where the host answers a link of this purpose.
fn path(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Confirm => "/calendrier/confirmer/",
        Purpose::Manage => "/calendrier/gerer/",
        Purpose::Request => "/calendrier/demande/",
        Purpose::Invitation => "/equipe/invitation/",
        Purpose::Reset => "/equipe/mot-de-passe/",
        // Stays in a form of ours.
        Purpose::SecondStep => "/equipe/connexion#",
        Purpose::Feed => "/calendrier/agenda/",
    }
}

/// Letters whose reader runs the session.
fn is_trainer(kind: LetterKind) -> bool {
    matches!(kind, LetterKind::TrainerAssigned | LetterKind::TrainerReleased | LetterKind::TrainerReminder)
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

fn calendar(letter: &Letter, settings: &Settings) -> Option<String> {
    let (method, session) = (letter.method?, letter.session.as_ref()?);
    let attendee = Attendee { name: &letter.name, email: &letter.to };
    let stamp = letter.registration.as_ref().map_or(0, |one| one.changed).max(session.changed);
    let sequence = letter.sequence.unwrap_or_else(|| ics::next_sequence(session, method, None));
    Some(ics::invitation(session, attendee, Revision { method, sequence, stamp }, &settings.publisher))
}

/// The subject (one line, no more) and the rest.
fn split(written: &str) -> Option<(String, &str)> {
    let (subject, body) = written.trim_start().split_once('\n')?;
    let subject: String = subject.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    (!subject.is_empty() && !body.trim().is_empty()).then_some((subject, body))
}

fn paragraphs(body: &str) -> Vec<Paragraph> {
    let mut all = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for line in body.lines().map(str::trim).chain([""]) {
        let link = linked(line);
        if (line.is_empty() || link.is_some()) && !lines.is_empty() {
            let lines = std::mem::take(&mut lines);
            all.push(Paragraph { lines, label: String::new(), url: String::new() });
        }
        match link {
            Some((label, url)) => {
                all.push(Paragraph { lines: Vec::new(), label: label.to_owned(), url: url.to_owned() });
            }
            None if line.is_empty() => {}
            None => lines.push(line.to_owned()),
        }
    }
    all
}

/// `[label](address)` alone on its line.
fn linked(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.strip_suffix(')')?.rsplit_once("](")
}

fn plain(paragraphs: &[Paragraph]) -> String {
    let one = |paragraph: &Paragraph| {
        if paragraph.url.is_empty() {
            paragraph.lines.join("\n")
        } else {
            format!("{}\u{a0}:\n{}", paragraph.label, paragraph.url)
        }
    };
    paragraphs.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

/// No more than one empty line in a row, none at the ends, one line feed at the end.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_subject_paragraphs_and_links() {
        let (subject, body) =
            split("\nVotre place\n\nBonjour,\n\nUn\ndeux\n[Confirmer](https://a.fr/(x))\n\n").unwrap();
        assert_eq!(subject, "Votre place");
        assert_eq!(plain(&paragraphs(body)), "Bonjour,\n\nUn\ndeux\n\nConfirmer\u{a0}:\nhttps://a.fr/(x)");
        assert!(split("Un sujet seul").is_none());
    }
}
