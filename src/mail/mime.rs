//! A letter as a MIME message (RFC 5322, iMIP RFC 6047).
//!
//! The calendar object travels twice: inline, for programs that act on it, and as a file, for those that do not. Inline
//! it is base64: Outlook does not see it when it is quoted-printable. The `method` of the part is the METHOD of the body.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};

use crate::calendar::{Epoch, Letter, Method};

use super::{Rendered, Settings};

pub(super) fn message(letter: &Letter, rendered: &Rendered, created: Epoch, settings: &Settings) -> Result<Message> {
    let publisher = &settings.publisher;
    let to: Address = letter.to.parse().context("the address of a letter")?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(created).unwrap_or_default());
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let builder = Message::builder()
        .from(Mailbox::new(Some(publisher.organizer_name.clone()), sender(&publisher.organizer_email)))
        .to(Mailbox::new(Some(letter.name.clone()), to))
        .subject(&rendered.subject)
        .date(date)
        // The same letter sent twice (a crash between sending and noting it) is recognised as one.
        .message_id(Some(format!("<{}@{}>", letter.key, publisher.domain)))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
    let boundary = |part: &str| format!("=_{}", hex::encode(&Sha256::digest(format!("{part} {}", letter.key))[..12]));
    let words = MultiPart::alternative()
        .boundary(boundary("words"))
        .singlepart(SinglePart::plain(rendered.text.clone()))
        .singlepart(SinglePart::html(rendered.html.clone()));
    let body = match (&rendered.calendar, letter.method) {
        (Some(calendar), Some(method)) => MultiPart::mixed()
            .boundary(boundary("all"))
            .multipart(words.singlepart(inline(calendar, method)?))
            .singlepart(attached(calendar)?),
        _ => words,
    };
    builder.multipart(body).context("a mail that cannot be written")
}

fn inline(calendar: &str, method: Method) -> Result<SinglePart> {
    let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"))?;
    Ok(SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(calendar.to_owned()))
}

fn attached(calendar: &str) -> Result<SinglePart> {
    let kind = ContentType::parse("application/ics; name=\"invite.ics\"")?;
    Ok(Attachment::new("invite.ics".to_owned()).body(calendar.as_bytes().to_vec(), kind))
}

/// A site tried out under a bare IP address has no mailbox to write from; its mails are only kept.
fn sender(configured: &str) -> Address {
    let fallback = || Address::new("calendrier", "localhost").expect("a good address");
    configured.parse().unwrap_or_else(|_| fallback())
}
