//! Staff, invitations and sign-ins.

use anyhow::Result;
use sqlx::any::AnyRow;

use crate::calendar::{Epoch, FieldError, Letter, LetterKind, Purpose, Refusal, Role, Staff, form};

use super::letters::write_letter;
use super::{Error, Store, fresh_id, fresh_token, rows, token};

/// A sign-in that is still good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Names it for revocation; not the token.
    pub id: String,
    /// Whose.
    pub staff: String,
    /// Since when.
    pub created: Epoch,
    /// Last used (kept to the minute).
    pub used: Epoch,
    /// What the browser called itself, shortened.
    pub agent: String,
}

/// Who is signed in, by which sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub staff: Staff,
    /// The sign-in.
    pub sign_in: SignIn,
    /// Secret bound to the sign-in, for hidden fields of forms (hex).
    pub csrf: String,
}

/// A sign-in unused for this long is over.
pub(super) const IDLE: Epoch = 2 * 3600;
/// A sign-in is over after this long in any case.
pub(super) const ABSOLUTE: Epoch = 12 * 3600;
/// How long an invitation to choose a password is good.
pub(super) const INVITATION: Epoch = 7 * 86_400;

/// What a first-run token opens: there is only one.
const FIRST_RUN: &str = "first-run";

impl Store {
    /// A first-run link's token, when nobody can sign in as coordinator yet: the caller prints its address. Each call
    /// makes a new one and ends the one before. Used through [`Store::complete_bootstrap`].
    pub async fn bootstrap(&self, now: Epoch) -> Result<Option<String>> {
        let mut tx = self.write().await?;
        if has_coordinator(&mut tx).await? {
            return Ok(None);
        }
        end_links(&mut tx, Purpose::Invitation, FIRST_RUN).await?;
        let token = Self::mint(&mut tx, Purpose::Invitation, FIRST_RUN, Some(now + INVITATION)).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whether a first-run token is good.
    pub async fn is_bootstrap(&self, token: &str, now: Epoch) -> Result<bool> {
        Ok(self.token_subject(Purpose::Invitation, token, now).await?.as_deref() == Some(FIRST_RUN))
    }

    /// Creates the first coordinator; the first-run link ends with it. `password_hash` comes from
    /// [`crate::calendar::staff::hash_password`].
    pub async fn complete_bootstrap(
        &self,
        token: &str,
        name: &str,
        email: &str,
        password_hash: &str,
        now: Epoch,
    ) -> Result<Staff, Error> {
        let mut tx = self.write().await?;
        let subject = use_link(&mut tx, Purpose::Invitation, token, now).await?;
        if subject != FIRST_RUN || has_coordinator(&mut tx).await? {
            return Err(Refusal::NotFound.into());
        }
        let staff = insert(&mut tx, name, email, Role::Coordinator, Some(password_hash), now).await?;
        tx.commit().await?;
        Ok(staff)
    }

    /// Adds somebody without a password and writes them an invitation; its token comes back too, for `staff add` to print.
    /// Refused when the address is already used.
    pub async fn add_staff(&self, name: &str, email: &str, role: Role, now: Epoch) -> Result<(Staff, String), Error> {
        let mut tx = self.write().await?;
        let staff = insert(&mut tx, name, email, role, None, now).await?;
        let token = Self::mint(&mut tx, Purpose::Invitation, &staff.id, Some(now + INVITATION)).await?;
        let letter = Letter {
            deadline: Some(now + INVITATION),
            tokens: [(Purpose::Invitation, token.clone())].into(),
            ..Letter::new(
                LetterKind::StaffInvited,
                &staff.email,
                &staff.name,
                format!("{}-{}", LetterKind::StaffInvited, staff.id),
            )
        };
        write_letter(&mut tx, &letter, now).await?;
        tx.commit().await?;
        Ok((staff, token))
    }

    /// Whom an invitation is for.
    pub async fn invited(&self, token: &str, now: Epoch) -> Result<Option<Staff>> {
        let Some(id) = self.token_subject(Purpose::Invitation, token, now).await? else { return Ok(None) };
        self.staff_by_id(&id).await
    }

    /// Sets the first password by an invitation, which ends with it.
    pub async fn accept_invitation(&self, token: &str, password_hash: &str, now: Epoch) -> Result<Staff, Error> {
        let mut tx = self.write().await?;
        let id = use_link(&mut tx, Purpose::Invitation, token, now).await?;
        sqlx::query("UPDATE staff SET password = $1 WHERE id = $2 AND active = 1")
            .bind(password_hash)
            .bind(&id)
            .execute(&mut *tx)
            .await?;
        let row = sqlx::query("SELECT * FROM staff WHERE id = $1 AND active = 1").bind(&id);
        let row = row.fetch_optional(&mut *tx).await?.ok_or(Refusal::NotFound)?;
        let staff = rows::staff(&row)?;
        tx.commit().await?;
        Ok(staff)
    }

    /// Everybody, by name.
    pub async fn staff(&self) -> Result<Vec<Staff>> {
        let query = sqlx::query("SELECT * FROM staff ORDER BY name, id");
        query.fetch_all(&self.readers).await?.iter().map(rows::staff).collect()
    }

    /// Somebody by id.
    pub async fn staff_by_id(&self, id: &str) -> Result<Option<Staff>> {
        let query = sqlx::query("SELECT * FROM staff WHERE id = $1");
        query.bind(id).fetch_optional(&self.readers).await?.as_ref().map(rows::staff).transpose()
    }

    /// Somebody by address, with the password's hash. Inactive people are not found.
    pub async fn staff_by_email(&self, email: &str) -> Result<Option<(Staff, Option<String>)>> {
        let query = sqlx::query("SELECT * FROM staff WHERE email = lower($1) AND active = 1");
        let Some(row) = query.bind(email).fetch_optional(&self.readers).await? else { return Ok(None) };
        let hash = sqlx::Row::try_get::<Option<String>, _>(&row, "password")?;
        Ok(Some((rows::staff(&row)?, hash)))
    }

    /// Switches somebody off or on; off ends their sign-ins and links.
    pub async fn set_staff_active(&self, id: &str, active: bool) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let query = sqlx::query("UPDATE staff SET active = $1 WHERE id = $2").bind(i64::from(active)).bind(id);
        if query.execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(Refusal::NotFound.into());
        }
        if !active {
            sqlx::query("DELETE FROM sign_ins WHERE staff = $1").bind(id).execute(&mut *tx).await?;
            for purpose in [Purpose::Invitation, Purpose::Reset, Purpose::SecondStep, Purpose::Feed] {
                end_links(&mut tx, purpose, id).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Starts a sign-in after the password was verified. The token goes into the cookie; only its hash is kept.
    pub async fn sign_in(&self, staff: &str, agent: &str, now: Epoch) -> Result<String> {
        let plain = fresh_token();
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO sign_ins (id, hash, staff, created, used, agent, csrf) VALUES ($1, $2, $3, $4, $4, $5, $6)",
        )
        .bind(fresh_id())
        .bind(token::hash(&plain))
        .bind(staff)
        .bind(now)
        .bind(agent.chars().take(120).collect::<String>())
        .bind(fresh_token())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(plain)
    }

    /// Who a cookie's token belongs to. Idle and old sign-ins are over.
    pub async fn signed_in(&self, token: &str, now: Epoch) -> Result<Option<SignedIn>> {
        let query = sqlx::query(
            "SELECT id, staff, created, used, agent, csrf FROM sign_ins WHERE hash = $1 AND created > $2 AND used > $3",
        );
        let query = query.bind(token::hash(token)).bind(now - ABSOLUTE).bind(now - IDLE);
        let Some(row) = query.fetch_optional(&self.readers).await? else { return Ok(None) };
        let sign_in = sign_in(&row)?;
        let Some(staff) = self.staff_by_id(&sign_in.staff).await?.filter(|staff| staff.active) else { return Ok(None) };
        if now - sign_in.used >= 60 {
            sqlx::query("UPDATE sign_ins SET used = $1 WHERE id = $2 AND used < $1")
                .bind(now)
                .bind(&sign_in.id)
                .execute(&self.writer)
                .await?;
        }
        Ok(Some(SignedIn { staff, csrf: rows::text(&row, "csrf")?, sign_in }))
    }

    /// Ends the sign-in of a token.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM sign_ins WHERE hash = $1").bind(token::hash(token));
        query.execute(&self.writer).await?;
        Ok(())
    }

    /// The sign-ins of somebody that are still good, the last used first.
    pub async fn sign_ins(&self, staff: &str, now: Epoch) -> Result<Vec<SignIn>> {
        let query = sqlx::query(
            "SELECT id, staff, created, used, agent FROM sign_ins
             WHERE staff = $1 AND created > $2 AND used > $3 ORDER BY used DESC, id",
        );
        let query = query.bind(staff).bind(now - ABSOLUTE).bind(now - IDLE);
        query.fetch_all(&self.readers).await?.iter().map(sign_in).collect()
    }

    /// Ends one sign-in of somebody.
    pub async fn revoke(&self, staff: &str, sign_in: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM sign_ins WHERE staff = $1 AND id = $2").bind(staff).bind(sign_in);
        query.execute(&self.writer).await?;
        Ok(())
    }

    /// A new secret address for a trainer's own feed; the one before ends.
    pub async fn new_feed(&self, staff: &str) -> Result<String> {
        let mut tx = self.write().await?;
        end_links(&mut tx, Purpose::Feed, staff).await?;
        let token = Self::mint(&mut tx, Purpose::Feed, staff, None).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Ends the address of somebody's own feed.
    pub async fn end_feed(&self, staff: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        end_links(&mut tx, Purpose::Feed, staff).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whose feed a token opens.
    pub async fn feed_owner(&self, token: &str) -> Result<Option<Staff>> {
        let Some(id) = self.token_subject(Purpose::Feed, token, 0).await? else { return Ok(None) };
        Ok(self.staff_by_id(&id).await?.filter(|staff| staff.active))
    }
}

async fn has_coordinator(connection: &mut sqlx::AnyConnection) -> Result<bool, Error> {
    let query = sqlx::query(
        "SELECT COUNT(*) AS n FROM staff WHERE role = 'coordinator' AND active = 1 AND password IS NOT NULL",
    );
    Ok(rows::count(&query.fetch_one(connection).await?, "n")? > 0)
}

async fn insert(
    connection: &mut sqlx::AnyConnection,
    name: &str,
    email: &str,
    role: Role,
    password: Option<&str>,
    now: Epoch,
) -> Result<Staff, Error> {
    let email = email.trim().to_ascii_lowercase();
    let mut wrong = Vec::new();
    if !form::is_email(&email) {
        wrong.push(FieldError { field: "email", key: "calendar_error_email" });
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 120 || name.chars().any(char::is_control) {
        wrong.push(FieldError { field: "name", key: "calendar_error_name" });
    }
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong).into());
    }
    let id = fresh_id();
    let query = sqlx::query(
        "INSERT INTO staff (id, name, email, role, active, password, created) VALUES ($1, $2, $3, $4, 1, $5, $6)",
    );
    let query = query.bind(&id).bind(name).bind(&email).bind(role.as_str()).bind(password).bind(now);
    query.execute(connection).await.map_err(|error| match error.as_database_error() {
        Some(database) if database.is_unique_violation() => {
            let used = FieldError { field: "email", key: "calendar_error_email_used" };
            Error::Refused(Refusal::Invalid(vec![used]))
        }
        _ => Error::from(error),
    })?;
    let has_password = password.is_some();
    let name = name.to_owned();
    Ok(Staff { id, name, email, role, active: true, has_password, has_second_factor: false, created: now })
}

/// Ends a link and says whose it was: it works once.
pub(super) async fn use_link(
    connection: &mut sqlx::AnyConnection,
    purpose: Purpose,
    token: &str,
    now: Epoch,
) -> Result<String, Error> {
    let query = sqlx::query("DELETE FROM tokens WHERE hash = $1 AND purpose = $2 AND expires > $3 RETURNING subject");
    let query = query.bind(token::hash(token)).bind(purpose.as_str()).bind(now);
    let row = query.fetch_optional(connection).await?.ok_or(Refusal::NotFound)?;
    Ok(rows::text(&row, "subject")?)
}

pub(super) async fn end_links(
    connection: &mut sqlx::AnyConnection,
    purpose: Purpose,
    subject: &str,
) -> sqlx::Result<()> {
    let query = sqlx::query("DELETE FROM tokens WHERE purpose = $1 AND subject = $2");
    query.bind(purpose.as_str()).bind(subject).execute(connection).await?;
    Ok(())
}

fn sign_in(row: &AnyRow) -> Result<SignIn> {
    Ok(SignIn {
        id: rows::text(row, "id")?,
        staff: rows::text(row, "staff")?,
        created: rows::number(row, "created")?,
        used: rows::number(row, "used")?,
        agent: rows::text(row, "agent")?,
    })
}
