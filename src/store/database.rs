//! Where the calendar is kept: a file of SQLite in the data folder, or a database of PostgreSQL.
//!
//! Entry points: [`Database::choose`] and [`Engine`]. Statements are the same for both; where one must differ,
//! [`Engine::pick`] takes it. Nothing is opened here.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Which program keeps the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file, opened by this program alone.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// The statement in this engine's words, where the two have no words in common.
    pub(super) fn pick(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

/// The place of one site's calendar.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// `repere.db` in this folder.
    Folder(PathBuf),
    /// A server's.
    Postgres {
        /// `postgres://user:password@host/name`.
        address: String,
        /// The folder of what is not in the database: kept mails, the key.
        data: PathBuf,
    },
}

impl Database {
    /// The database at `address`, or the one in the `data` folder when it is empty.
    pub fn choose(data: &Path, address: &str) -> Result<Self> {
        let address = address.trim();
        if address.is_empty() {
            return Ok(Self::Folder(data.to_owned()));
        }
        if ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
            return Ok(Self::Postgres { address: address.to_owned(), data: data.to_owned() });
        }
        // The address may hold a password: it is not repeated.
        bail!("the calendar's database is an address like postgres://user@host/name; leave it out for SQLite")
    }

    /// Which program keeps it.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Folder(_) => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// The folder of what is not in the database.
    pub fn data(&self) -> &Path {
        match self {
            Self::Folder(data) | Self::Postgres { data, .. } => data,
        }
    }

    /// Whether the address holds a password.
    pub fn has_password(&self) -> bool {
        match self {
            Self::Folder(_) => false,
            Self::Postgres { address, .. } => {
                let authority = address.split("://").nth(1).unwrap_or_default();
                let authority = authority.split(['/', '?']).next().unwrap_or_default();
                let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
                user.contains(':') || address.contains("password=")
            }
        }
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Database {
    fn from(data: &P) -> Self {
        Self::Folder(data.as_ref().to_owned())
    }
}

/// A password must not reach a log by way of an error or a debug print.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.join("repere.db").display()),
            Self::Postgres { address, .. } => {
                let rest = address.split("://").nth(1).unwrap_or_default();
                let rest = rest.split('?').next().unwrap_or_default();
                write!(f, "postgres://{}", rest.rsplit_once('@').map_or(rest, |(_, place)| place))
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_chooses_and_is_told_without_its_password() {
        let choose = |address: &str| Database::choose(Path::new("/data"), address);
        assert_eq!(choose(" ").unwrap().to_string(), "/data/repere.db");
        let far = choose("postgres://repere:s3cr3t@db.exemple.fr:5433/calendrier?sslmode=require").unwrap();
        assert_eq!(format!("{far} {far:?}").matches("postgres://db.exemple.fr:5433/calendrier").count(), 2);
        assert!(far.has_password() && far.engine() == Engine::Postgres);
        assert!(!choose("postgresql://repere@/calendrier?host=/run/postgresql").unwrap().has_password());
        assert!(choose("postgres:///c?user=repere&password=x").unwrap().has_password());
        let error = choose("mysql://repere:s3cr3t@db").unwrap_err().to_string();
        assert!(error.contains("postgres://") && !error.contains("s3cr3t"), "{error}");
    }
}
