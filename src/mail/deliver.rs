//! Delivery: from the outbox to the mail server, or to a folder when there is none.
//!
//! A refusal for good (5xx) makes a letter dead, which staff see; anything else is tried again later. What is kept of an
//! error has no address in it.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use regex::Regex;

use crate::calendar::Epoch;
use crate::store::{Post, Store};

use super::{Mailer, Security, Smtp, Voice};

/// Letters claimed at once: few enough to be handled well within their claim.
const BATCH: u32 = 20;
/// A mail server that says nothing for this long is down.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often the outbox is looked at.
const PAUSE: Duration = Duration::from_secs(2);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Delivers every letter that is due, once. Returns how many were handled.
pub async fn deliver_due(store: &Store, mailer: &Mailer, now: Epoch) -> Result<usize> {
    deliver_while(store, mailer, &|| now).await
}

/// The same while time goes on: a slow mail server may take longer than a claim is good for.
async fn deliver_while(store: &Store, mailer: &Mailer, clock: &(dyn Fn() -> Epoch + Sync)) -> Result<usize> {
    let mut voice = mailer.voice();
    let mut transport = voice.settings.smtp.as_ref().map(connect).transpose()?;
    let mut handled = 0;
    loop {
        let claimed = store.claim(BATCH, clock()).await?;
        if claimed.is_empty() {
            return Ok(handled);
        }
        for post in &claimed {
            if store.hold(post, clock()).await? {
                // What was read again counts at once, and all together: a sender of one generation with the server of
                // the other would have letters refused for good.
                let now = mailer.voice();
                if !Arc::ptr_eq(&now, &voice) {
                    transport = now.settings.smtp.as_ref().map(connect).transpose()?;
                    voice = now;
                }
                deliver(store, &voice, transport.as_ref(), post, clock()).await?;
                handled += 1;
            }
        }
    }
}

/// The worker: every few seconds, until `stop` is told.
pub async fn run(store: Store, mailer: Mailer, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        let clock = || jiff::Timestamp::now().as_second();
        if let Err(error) = deliver_while(&store, &mailer, &clock).await {
            tracing::error!(error = %without_addresses(&format!("{error:#}")), "mail could not be delivered");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => return,
        }
    }
}

async fn deliver(store: &Store, voice: &Voice, transport: Option<&Transport>, post: &Post, now: Epoch) -> Result<()> {
    let message = match voice.message(&post.letter, post.created) {
        Ok(message) => message,
        Err(error) => return fail(store, post, &format!("{error:#}"), false, now).await,
    };
    let Some(transport) = transport else {
        return match keep(&voice.settings.folder, &post.key, &message.formatted()) {
            Ok(()) => store.mark_kept(&post.key, now).await,
            Err(error) => fail(store, post, &format!("{error:#}"), false, now).await,
        };
    };
    match transport.send(message).await {
        Ok(_) => store.mark_sent(&post.key, now).await,
        Err(error) => fail(store, post, &chain(&error), error.is_permanent(), now).await,
    }
}

async fn fail(store: &Store, post: &Post, error: &str, for_good: bool, now: Epoch) -> Result<()> {
    let error = without_addresses(error);
    tracing::warn!(letter = post.key, error, for_good, "a letter was not delivered");
    if for_good {
        store.mark_dead(&post.key, &error, now).await
    } else {
        store.mark_failed(&post.key, &error, now).await
    }
}

fn connect(smtp: &Smtp) -> Result<Transport> {
    let context = || format!("the mail server {}", smtp.host);
    let tls = || TlsParameters::new(smtp.host.clone()).with_context(context);
    let security = match smtp.security {
        Security::StartTls => Tls::Required(tls()?),
        Security::Tls => Tls::Wrapper(tls()?),
        Security::None => Tls::None,
    };
    let mut builder = Transport::builder_dangerous(&smtp.host).port(smtp.port).tls(security).timeout(Some(TIMEOUT));
    if !smtp.user.is_empty() {
        builder = builder.credentials(Credentials::new(smtp.user.clone(), smtp.password.clone()));
    }
    Ok(builder.build())
}

/// Writes a mail beside its name and renames it: nobody reads half a mail.
fn keep(folder: &Path, key: &str, message: &[u8]) -> Result<()> {
    let context = || format!("cannot write into {}", folder.display());
    std::fs::create_dir_all(folder).with_context(context)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(context)?;
    file.write_all(message).with_context(context)?;
    file.as_file().sync_all().with_context(context)?;
    file.persist(folder.join(format!("{key}.eml"))).with_context(context)?;
    Ok(())
}

/// Removes what was written into the folder before `before`. Without a folder there is nothing to remove.
pub(super) fn forget(folder: &Path, before: Epoch) -> Result<u64> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(0) };
    let before = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(before).unwrap_or_default());
    let mut forgotten = 0;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        let context = || format!("cannot remove {}", path.display());
        let about = path.symlink_metadata().with_context(context)?;
        if about.is_file() && about.modified().with_context(context)? < before {
            std::fs::remove_file(&path).with_context(context)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = inner.source();
    }
    text
}

/// Mail servers like to repeat the recipient in their refusals.
fn without_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\s<>@]+@[^\s<>@]+").expect("a good expression"));
    ADDRESS.replace_all(text, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_stays_in_an_error() {
        assert_eq!(without_addresses("550 <anne@exemple.fr>: no mailbox"), "550 <…>: no mailbox");
    }
}
