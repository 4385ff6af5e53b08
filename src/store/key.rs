//! The key that seals what the program alone may read: secrets of authenticator apps. It is not in the database, so that a
//! copy of that gives nobody the codes of the staff.
//!
//! Entry points: [`Store::unlock`] when a host starts, `Key::seal` and `Key::open`; [`Store::forget_key`] when the key is
//! lost. The key comes from the environment, or from a file in the data folder that is made at the first start.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

use crate::calendar::{Epoch, Letter, LetterKind};

use super::letters::write_letter;
use super::{Engine, Error, Store, apply, rows, token};

/// What a sealed text begins with. No secret in clear does: base32 has no colon.
const SEALED: &str = "1:";
/// The file in the data folder.
const FILE: &str = "repere.key";

/// Where the key comes from.
#[derive(Clone)]
pub struct KeySource {
    data: PathBuf,
    given: Option<String>,
}

/// A secret must not reach a log by way of a debug print.
impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySource").field("data", &self.data).finish_non_exhaustive()
    }
}

impl KeySource {
    /// The key that was `given` (64 hexadecimal digits, from the environment), or else the one in `data/repere.key`.
    pub fn new(data: &Path, given: Option<String>) -> Self {
        Self { data: data.to_owned(), given: given.filter(|text| !text.trim().is_empty()) }
    }

    fn file(&self) -> PathBuf {
        self.data.join(FILE)
    }

    fn find(&self) -> Result<Option<Key>> {
        if let Some(given) = &self.given {
            return Key::parse(given).context("the key in the environment").map(Some);
        }
        let file = self.file();
        let context = || format!("the key in {}", file.display());
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let open = file.metadata().with_context(context)?.permissions().mode() & 0o077 != 0;
                if open {
                    tracing::warn!(file = %file.display(), "others may read the key: chmod 600 it");
                }
                Key::parse(&text).with_context(context).map(Some)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(context),
        }
    }

    /// A new key, in the file before anything is sealed with it.
    fn make(&self) -> Result<Key> {
        let (file, text) = (self.file(), token::fresh_token());
        let context = || format!("cannot write {}", file.display());
        std::fs::create_dir_all(&self.data).with_context(context)?;
        // Whole or not at all, with its name on the disk before anything is sealed; a temporary file is for its owner alone.
        let mut written = tempfile::NamedTempFile::new_in(&self.data).with_context(context)?;
        written.write_all(format!("{text}\n").as_bytes()).with_context(context)?;
        written.as_file().sync_all().with_context(context)?;
        written.persist_noclobber(&file).with_context(context)?;
        File::open(&self.data).and_then(|folder| folder.sync_all()).with_context(context)?;
        Key::parse(&text)
    }
}

/// The key, as the parts that are used.
#[derive(Clone)]
pub(super) struct Key {
    sealing: [u8; 32],
    proposing: [u8; 32],
    print: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    fn parse(text: &str) -> Result<Self> {
        let bytes = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        // What stands there may be a secret all the same: it is not repeated.
        let bytes = bytes.context("is not 64 hexadecimal digits")?;
        let part = |purpose: &str| mac(&bytes, purpose.as_bytes());
        Ok(Self {
            sealing: part("repere: seal"),
            proposing: part("repere: propose"),
            print: hex::encode(&part("repere: print")[..16]),
        })
    }

    /// Seals a text for one place: elsewhere it does not open.
    pub(super) fn seal(&self, text: &str, place: &str) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| anyhow!("the system's source of randomness: {error}"))?;
        let mut bytes = text.as_bytes().to_vec();
        self.cipher()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut bytes)
            .map_err(|_| anyhow!("a text could not be sealed"))?;
        Ok(format!("{SEALED}{}{}", hex::encode(nonce), hex::encode(bytes)))
    }

    /// What was sealed for this place.
    pub(super) fn open(&self, sealed: &str, place: &str) -> Result<String> {
        let broken = || anyhow!("what was sealed does not open: it was changed, or moved from another row");
        let mut bytes = sealed.strip_prefix(SEALED).and_then(|text| hex::decode(text).ok()).with_context(broken)?;
        ensure!(bytes.len() > NONCE_LEN, broken());
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| broken())?;
        let text = self.cipher().open_in_place(nonce, Aad::from(place), &mut rest).map_err(|_| broken())?;
        String::from_utf8(text.to_vec()).with_context(broken)
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &self.sealing).expect("a key of 32 bytes"))
    }
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

impl Store {
    /// Takes the key, makes one at the first start, and seals what an older program left in clear. Refused when the key is
    /// not there, or another than the one with which the database was written.
    pub async fn unlock(mut self, source: &KeySource, now: Epoch) -> Result<Self> {
        // One process after the other: two that start together agree on one key.
        let mut tx = self.write().await?;
        let row = sqlx::query("SELECT print FROM keys").fetch_optional(&mut *tx).await?;
        let known = row.map(|row| rows::text(&row, "print")).transpose()?;
        let query = sqlx::query("SELECT COUNT(*) AS n FROM staff WHERE totp IS NOT NULL");
        let sealed = rows::number(&query.fetch_one(&mut *tx).await?, "n")? > 0;
        // As long as nothing is sealed, any key will do, but where several hosts must agree on one.
        let known = known.filter(|_| sealed || self.engine == Engine::Postgres);
        let key = match (known, source.find()?) {
            (Some(known), Some(key)) if key.print == known => key,
            (Some(_), Some(_)) => bail!(
                "the key is not the one with which the database was written: put the right one into {} (or REPERE_KEY); if \
                 it is lost, `repere staff new-key` lets everybody set up their authenticator app anew",
                source.file().display()
            ),
            (Some(_), None) => bail!(
                "the key of the database is missing: copy repere.key from the host that has it, or from where it is kept \
                 beside the backups, to {} (or give it in REPERE_KEY); if it is lost, `repere staff new-key` lets \
                 everybody set up their authenticator app anew",
                source.file().display()
            ),
            (None, found) => {
                let key = found.map_or_else(|| source.make(), Ok)?;
                sqlx::query("DELETE FROM keys").execute(&mut *tx).await?;
                let query = sqlx::query("INSERT INTO keys (print, created) VALUES ($1, $2)");
                query.bind(&key.print).bind(now).execute(&mut *tx).await?;
                key
            }
        };
        let query = sqlx::query("SELECT id, totp FROM staff WHERE totp IS NOT NULL ORDER BY id");
        for row in query.fetch_all(&mut *tx).await? {
            let (id, secret) = (rows::text(&row, "id")?, rows::text(&row, "totp")?);
            if !secret.starts_with(SEALED) {
                let query = sqlx::query("UPDATE staff SET totp = $1 WHERE id = $2");
                query.bind(key.seal(&secret, &id)?).bind(&id).execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
        self.key = Some(Arc::new(key));
        Ok(self)
    }

    /// The key is lost: nobody's authenticator app can be checked any more. Each sets up another after their next sign-in
    /// with the password, and learns of it by a letter; the next start makes a new key, or takes the one that is there.
    /// Returns how many people that are.
    pub async fn forget_key(&self, now: Epoch) -> Result<usize, Error> {
        let mut tx = self.write().await?;
        let found = sqlx::query("SELECT * FROM staff WHERE totp IS NOT NULL ORDER BY id").fetch_all(&mut *tx).await?;
        for row in &found {
            let staff = rows::staff(row)?;
            for statement in [
                "UPDATE staff SET totp = NULL WHERE id = $1",
                "DELETE FROM recovery_codes WHERE staff = $1",
                "DELETE FROM sign_ins WHERE staff = $1",
            ] {
                sqlx::query(statement).bind(&staff.id).execute(&mut *tx).await?;
            }
            let key = format!("{}-{}-{now}", LetterKind::StaffChanged, staff.id);
            write_letter(&mut tx, &Letter::new(LetterKind::StaffChanged, &staff.email, &staff.name, key), now).await?;
        }
        sqlx::query("DELETE FROM keys").execute(&mut *tx).await?;
        apply::note(&mut tx, &crate::calendar::Actor::Clock, "forget-key", "", now).await?;
        tx.commit().await?;
        Ok(found.len())
    }

    /// People whose secret does not open with the key; none, unless rows were changed or moved.
    pub(super) async fn unopened(&self) -> Result<Vec<String>> {
        let Some(key) = &self.key else { return Ok(Vec::new()) };
        let query = sqlx::query("SELECT id, totp FROM staff WHERE totp IS NOT NULL ORDER BY id");
        let mut unopened = Vec::new();
        for row in query.fetch_all(&self.readers).await? {
            let id = rows::text(&row, "id")?;
            if key.open(&rows::text(&row, "totp")?, &id).is_err() {
                unopened.push(id);
            }
        }
        Ok(unopened)
    }

    pub(super) fn key(&self) -> Result<&Key> {
        self.key.as_deref().context("the store was opened without its key")
    }

    /// Bytes that only who has the key can make from a text: what is proposed as a secret before it is kept.
    pub fn proposed(&self, text: &str) -> Result<[u8; 32]> {
        Ok(mac(&self.key()?.proposing, text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_opens_in_its_place_with_its_key_alone() {
        let key = Key::parse(&"1f".repeat(32)).unwrap();
        let sealed = key.seal("GEZDGNBVGY3TQOJQ", "anne").unwrap();
        assert!(sealed.starts_with("1:") && !sealed.contains("GEZD"));
        assert_ne!(sealed, key.seal("GEZDGNBVGY3TQOJQ", "anne").unwrap());
        assert_eq!(key.open(&sealed, "anne").unwrap(), "GEZDGNBVGY3TQOJQ");
        let other = Key::parse(&"2f".repeat(32)).unwrap();
        let changed = sealed.replace(&sealed[10..11], if &sealed[10..11] == "0" { "1" } else { "0" });
        for (key, sealed, place) in [
            (&key, sealed.as_str(), "bilal"),
            (&other, &sealed, "anne"),
            (&key, &changed, "anne"),
            (&key, "1:", "anne"),
        ] {
            assert!(key.open(sealed, place).is_err(), "{sealed} for {place}");
        }
        assert!(Key::parse("1f").is_err() && Key::parse(&"1g".repeat(32)).is_err());
        assert_ne!(key.print, other.print);
    }
}
