//! `[mail]`: who writes, and through which server.

use serde::{Deserialize, Serialize};

/// `[mail]`. Without `server`, mails are kept: readable in the staff area and in the data folder.
/// The password is never in a file: it comes from the environment, `REPERE_SMTP_PASSWORD`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// Name that mails and invitations come from; the site's title when empty.
    pub from_name: String,
    /// Mailbox they come from; `calendrier@` the site's domain when empty.
    pub from_address: String,
    /// Host name of the mail server; empty keeps mails.
    pub server: String,
    /// Its port; 587, 465 or 25 by `security` when absent.
    pub port: Option<u16>,
    /// Login; empty for none.
    pub user: String,
    /// How the connection is protected.
    pub security: MailSecurity,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Plain, then upgraded; refused when the server cannot.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Plain: a relay on the same machine.
    None,
}
