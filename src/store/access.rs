//! What a person signs in with beside the password: one-time codes, recovery codes; and passwords that are replaced.
//!
//! Entry points: [`Store::accept_code`], [`Store::set_second_factor`], [`Store::ask_reset`], [`Store::reset_password`].
//! Each change that matters for access is told to the person by a letter and stands in the audit log. The secret of an
//! authenticator app is kept sealed: see `key`.

use anyhow::Result;

use crate::calendar::staff::totp;
use crate::calendar::{Epoch, Letter, LetterKind, Purpose, Refusal, Staff};

use super::letters::write_letter;
use super::people::{end_links, use_link};
use super::{Error, Store, fresh_token, rows, token};

/// How long a link to choose another password is good (ASVS 6.5.5).
const RESET: Epoch = 600;
/// How long somebody may look for their phone.
const SECOND_STEP: Epoch = 600;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

type Tx = sqlx::Transaction<'static, sqlx::Any>;

impl Store {
    /// The password was right: a token for the form that asks for the code.
    pub async fn begin_second_step(&self, staff: &str, now: Epoch) -> Result<String, Error> {
        let mut tx = self.write().await?;
        let token = Self::mint(&mut tx, Purpose::SecondStep, staff, Some(now + SECOND_STEP)).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Whose code is awaited.
    pub async fn second_step(&self, token: &str, now: Epoch) -> Result<Option<Staff>> {
        let Some(id) = self.token_subject(Purpose::SecondStep, token, now).await? else { return Ok(None) };
        Ok(self.staff_by_id(&id).await?.filter(|staff| staff.active))
    }

    /// Whether a code of the authenticator app, or a recovery code, is good for this person. Each works once.
    pub async fn accept_code(&self, staff: &str, code: &str, now: Epoch) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let query = sqlx::query("SELECT totp, totp_step FROM staff WHERE id = $1 AND active = 1 AND totp IS NOT NULL");
        let Some(row) = query.bind(staff).fetch_optional(&mut *tx).await? else { return Ok(false) };
        let secret = self.key().and_then(|key| key.open(&rows::text(&row, "totp")?, staff));
        if let Err(error) = &secret {
            tracing::error!(staff, error = %format!("{error:#}"), "the secret of a code does not open: recovery codes do");
        }
        let last = rows::number(&row, "totp_step")?;
        let step = secret.ok().and_then(|secret| totp::accepted(&secret, code, now, last));
        let good = if let Some(step) = step {
            let query = sqlx::query("UPDATE staff SET totp_step = $1 WHERE id = $2 AND totp_step < $1");
            query.bind(step).bind(staff).execute(&mut *tx).await?.rows_affected() == 1
        } else {
            let query = sqlx::query("DELETE FROM recovery_codes WHERE hash = $1 AND staff = $2");
            let used = query.bind(token::hash(&plain(code))).bind(staff).execute(&mut *tx).await?.rows_affected() == 1;
            if used {
                note(&mut tx, staff, "use-recovery-code", staff, now).await?;
            }
            used
        };
        if good {
            end_links(&mut tx, Purpose::SecondStep, staff).await?;
            tx.commit().await?;
        }
        Ok(good)
    }

    /// How many recovery codes somebody has left.
    pub async fn recovery_codes_left(&self, staff: &str) -> Result<u32> {
        let query = sqlx::query("SELECT COUNT(*) AS n FROM recovery_codes WHERE staff = $1");
        rows::count(&query.bind(staff).fetch_one(&self.readers).await?, "n")
    }

    /// The authenticator app of somebody, who has just shown the code of `step`. New recovery codes come back, in the only
    /// moment they are readable. The sign-ins but `here` end.
    pub async fn set_second_factor(
        &self,
        staff: &Staff,
        secret: &str,
        step: i64,
        here: &str,
        now: Epoch,
    ) -> Result<Vec<String>, Error> {
        let sealed = self.key()?.seal(secret, &staff.id)?;
        let mut tx = self.write().await?;
        sqlx::query("UPDATE staff SET totp = $1, totp_step = $2 WHERE id = $3")
            .bind(sealed)
            .bind(step)
            .bind(&staff.id)
            .execute(&mut *tx)
            .await?;
        let codes = new_codes(&mut tx, &staff.id).await?;
        end_sign_ins(&mut tx, &staff.id, here).await?;
        note(&mut tx, &staff.id, "set-second-factor", &staff.id, now).await?;
        tell(&mut tx, staff, now).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// New recovery codes; the ones before end.
    pub async fn renew_recovery_codes(&self, staff: &Staff, now: Epoch) -> Result<Vec<String>, Error> {
        let mut tx = self.write().await?;
        let codes = new_codes(&mut tx, &staff.id).await?;
        note(&mut tx, &staff.id, "renew-recovery-codes", &staff.id, now).await?;
        tell(&mut tx, staff, now).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Somebody lost phone and recovery codes, and a coordinator who knows them lets them set up another: at the next
    /// sign-in, after the password. Every sign-in of theirs ends.
    pub async fn forget_second_factor(&self, staff: &Staff, by: &str, now: Epoch) -> Result<(), Error> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE staff SET totp = NULL WHERE id = $1").bind(&staff.id).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM recovery_codes WHERE staff = $1").bind(&staff.id).execute(&mut *tx).await?;
        end_sign_ins(&mut tx, &staff.id, "").await?;
        note(&mut tx, by, "forget-second-factor", &staff.id, now).await?;
        tell(&mut tx, staff, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends every sign-in of somebody: a coordinator's decision.
    pub async fn end_sign_ins(&self, staff: &str, by: &str, now: Epoch) -> Result<(), Error> {
        let mut tx = self.write().await?;
        end_sign_ins(&mut tx, staff, "").await?;
        note(&mut tx, by, "end-sign-ins", staff, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes to somebody who forgot their password; does nothing for an address that nobody has, or who never had one.
    /// The link before it ends.
    pub async fn ask_reset(&self, email: &str, now: Epoch) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let query = sqlx::query("SELECT * FROM staff WHERE email = lower($1) AND active = 1 AND password IS NOT NULL");
        if let Some(row) = query.bind(email).fetch_optional(&mut *tx).await? {
            let staff = rows::staff(&row)?;
            end_links(&mut tx, Purpose::Reset, &staff.id).await?;
            let token = Self::mint(&mut tx, Purpose::Reset, &staff.id, Some(now + RESET)).await?;
            let key = format!("{}-{}-{now}", LetterKind::StaffReset, staff.id);
            let letter = Letter {
                deadline: Some(now + RESET),
                tokens: [(Purpose::Reset, token)].into(),
                ..Letter::new(LetterKind::StaffReset, &staff.email, &staff.name, key)
            };
            write_letter(&mut tx, &letter, now).await?;
            note(&mut tx, "visitor", "ask-reset", &staff.id, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whose password a link may replace.
    pub async fn reset_by_token(&self, token: &str, now: Epoch) -> Result<Option<Staff>> {
        let Some(id) = self.token_subject(Purpose::Reset, token, now).await? else { return Ok(None) };
        Ok(self.staff_by_id(&id).await?.filter(|staff| staff.active))
    }

    /// Replaces the password by a link, which ends with it, as do all sign-ins. The second step stays as it was.
    pub async fn reset_password(&self, token: &str, password_hash: &str, now: Epoch) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let id = use_link(&mut tx, Purpose::Reset, token, now).await?;
        let row = sqlx::query("SELECT * FROM staff WHERE id = $1 AND active = 1").bind(&id);
        let staff = rows::staff(&row.fetch_optional(&mut *tx).await?.ok_or(Refusal::NotFound)?)?;
        replace_password(&mut tx, &staff, password_hash, "", now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Replaces the password of somebody signed in; their other sign-ins end.
    pub async fn change_password(
        &self,
        staff: &Staff,
        password_hash: &str,
        here: &str,
        now: Epoch,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        replace_password(&mut tx, staff, password_hash, here, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn replace_password(tx: &mut Tx, staff: &Staff, hash: &str, here: &str, now: Epoch) -> Result<(), Error> {
    let query = sqlx::query("UPDATE staff SET password = $1 WHERE id = $2");
    query.bind(hash).bind(&staff.id).execute(&mut **tx).await?;
    end_sign_ins(tx, &staff.id, here).await?;
    end_links(tx, Purpose::SecondStep, &staff.id).await?;
    note(tx, &staff.id, "change-password", &staff.id, now).await?;
    tell(tx, staff, now).await
}

async fn new_codes(tx: &mut Tx, staff: &str) -> Result<Vec<String>, Error> {
    sqlx::query("DELETE FROM recovery_codes WHERE staff = $1").bind(staff).execute(&mut **tx).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = grouped(&fresh_token()[..28]);
        sqlx::query("INSERT INTO recovery_codes (hash, staff) VALUES ($1, $2)")
            .bind(token::hash(&plain(&code)))
            .bind(staff)
            .execute(&mut **tx)
            .await?;
        codes.push(code);
    }
    Ok(codes)
}

/// 112 bits in groups of four: a plain hash of it is enough, and it can be copied by hand.
fn grouped(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

async fn end_sign_ins(tx: &mut Tx, staff: &str, but: &str) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM sign_ins WHERE staff = $1 AND id <> $2");
    query.bind(staff).bind(but).execute(&mut **tx).await?;
    Ok(())
}

async fn note(tx: &mut Tx, actor: &str, action: &str, subject: &str, now: Epoch) -> Result<(), Error> {
    sqlx::query("INSERT INTO audit (at, actor, action, subject) VALUES ($1, $2, $3, $4)")
        .bind(now)
        .bind(actor)
        .bind(action)
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// "Your access changed": who did not do it themselves learns of it.
async fn tell(tx: &mut Tx, staff: &Staff, now: Epoch) -> Result<(), Error> {
    let key = format!("{}-{}-{now}", LetterKind::StaffChanged, staff.id);
    write_letter(tx, &Letter::new(LetterKind::StaffChanged, &staff.email, &staff.name, key), now).await
}
