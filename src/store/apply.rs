//! Changes and letters as rows. Each write says what it expects to find; another row means that somebody was faster.

use std::collections::BTreeSet;

use anyhow::Context;
use sqlx::{Any, Transaction};

use crate::calendar::{
    Actor, Change, Command, Decision, Epoch, Letter, LetterKind, Notice, Reason, Refusal, Registration, Request,
    Session,
};

use super::batch::{Batch, Table, Value};
use super::execute::{Failed, Outcome};
use super::letters::queue_letter;
use super::{Error, rows, token};

/// A transaction that writes decisions. What a crowd causes (seats, registrations, letters) waits in a batch until
/// [`Apply::send`], or until something else is written or read.
pub(super) struct Apply<'a> {
    tx: &'a mut Transaction<'static, Any>,
    now: Epoch,
    /// False in the tests' control alone: see `unguarded`.
    guarded: bool,
    batch: Batch,
    /// Registrations that did not exist before this decision.
    added: BTreeSet<String>,
}

impl<'a> Apply<'a> {
    pub(super) fn new(tx: &'a mut Transaction<'static, Any>, now: Epoch, guarded: bool) -> Self {
        Self { tx, now, guarded, batch: Batch::default(), added: BTreeSet::new() }
    }

    /// Writes a decision: changes, letters, the form's answer, a line of the audit log.
    pub(super) async fn decision(
        &mut self,
        command: &Command,
        actor: &Actor,
        decision: &Decision,
    ) -> Result<Outcome, Failed> {
        let outcome = Outcome { shown: decision.shown, id: decision.id.clone(), repeated: false };
        if decision.changes.is_empty() && decision.letters.is_empty() {
            return Ok(outcome);
        }
        for change in &decision.changes {
            self.change(change).await?;
        }
        for letter in &decision.letters {
            self.letter(letter).await?;
        }
        if let Some(submission) = command.submission() {
            self.submission(submission, &outcome);
        }
        self.audit(actor, command.name(), &outcome.id);
        Ok(outcome)
    }

    /// Writes what still waits: nothing is written before.
    pub(super) async fn send(&mut self) -> Result<(), Failed> {
        if self.batch.send(self.tx).await.map_err(refused)? { Ok(()) } else { Err(Failed::Again) }
    }

    /// Makes room for a statement that writes `row`.
    async fn alone(&mut self, row: &str) -> Result<(), Failed> {
        if self.batch.holds(row) { self.send().await } else { Ok(()) }
    }

    /// Goes on with another decision, taken at this moment. SQLite gets the one before first: it knows the words of a
    /// registration from the time before, and not those of so and so many.
    pub(super) async fn go_on(&mut self, now: Epoch) -> Result<(), Failed> {
        self.now = now;
        self.added.clear();
        if self.tx.backend_name() == "SQLite" { self.send().await } else { Ok(()) }
    }

    /// Sends what waits once that is much.
    async fn few(&mut self) -> Result<(), Failed> {
        if self.batch.is_much() { self.send().await } else { Ok(()) }
    }

    pub(super) async fn change(&mut self, change: &Change) -> Result<(), Failed> {
        self.few().await?;
        match change {
            Change::Seats { session, by } => return self.seats(session, *by).await,
            Change::AddRegistration(registration) => return self.add_registration(registration).await,
            Change::UpdateRegistration(registration) => return self.update_registration(registration).await,
            _ => self.send().await?,
        }
        match change {
            Change::Seats { .. } | Change::AddRegistration(_) | Change::UpdateRegistration(_) => Ok(()),
            Change::AddSession(session) => self.add_session(session).await,
            Change::UpdateSession(session) => self.update_session(session).await,
            Change::AddRequest(request) => self.add_request(request).await,
            Change::UpdateRequest(request) => self.update_request(request).await,
            Change::Noticed { session, notice, about } => self.noticed(session, *notice, *about).await,
            Change::RecallLetters { session, registration, kinds } => {
                self.recall(session, registration.as_deref().unwrap_or_default(), kinds).await
            }
        }
    }

    /// Whoever comes second finds it given and tells nobody.
    async fn noticed(&mut self, session: &str, notice: Notice, about: Epoch) -> Result<(), Failed> {
        let query = sqlx::query("INSERT INTO notices (session, notice, about, at) VALUES ($1, $2, $3, $4)");
        let query = query.bind(session).bind(notice.to_string()).bind(about).bind(self.now);
        query.execute(&mut **self.tx).await.map_err(refused)?;
        Ok(())
    }

    async fn seats(&mut self, session: &str, by: i64) -> Result<(), Failed> {
        let row = format!("session {session}");
        if self.guarded {
            self.batch.seats(row, session, by);
            return Ok(());
        }
        self.alone(&row).await?;
        let sql = "UPDATE sessions SET taken = taken + $1 WHERE id = $2";
        self.batch.update(row, sql, [by.into(), session.into()]);
        Ok(())
    }

    async fn add_session(&mut self, session: &Session) -> Result<(), Failed> {
        let query = sqlx::query(
            "INSERT INTO sessions (kind, title, audience, programme, place_public, place_exact, place_link,
                 departement, start_civil, start_zone, start_at, end_at, minutes, capacity, opens, closes, state,
                 sequence, travel_before, travel_after, changed, version, authority, least, decides, outlook, listed,
                 materials, evaluation, previous_at, id, created, series, uid)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                 $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)",
        );
        let query = bind_session(query, session).bind(&session.id).bind(session.created);
        let query = query.bind(&session.series).bind(&session.uid);
        query.execute(&mut **self.tx).await.map_err(refused)?;
        self.trainers(session).await
    }

    async fn update_session(&mut self, session: &Session) -> Result<(), Failed> {
        let query = sqlx::query(
            "UPDATE sessions SET kind = $1, title = $2, audience = $3, programme = $4, place_public = $5,
                 place_exact = $6, place_link = $7, departement = $8, start_civil = $9, start_zone = $10,
                 start_at = $11, end_at = $12, minutes = $13, capacity = $14, opens = $15, closes = $16, state = $17,
                 sequence = $18, travel_before = $19, travel_after = $20, changed = $21, version = $22, authority = $23,
                 least = $24, decides = $25, outlook = $26, listed = $27, materials = $28, evaluation = $29,
                 previous_at = $30, erased = 0
             WHERE id = $31 AND version = $22 - 1 AND taken <= $14",
        );
        let done = bind_session(query, session).bind(&session.id).execute(&mut **self.tx).await.map_err(refused)?;
        one(done.rows_affected())?;
        self.trainers(session).await
    }

    /// The trainers' time. The refusal says with which session it collides; the schema's trigger is what prevents it.
    async fn trainers(&mut self, session: &Session) -> Result<(), Failed> {
        sqlx::query("DELETE FROM assignments WHERE session = $1").bind(&session.id).execute(&mut **self.tx).await?;
        let (from, to) = session.busy();
        for trainer in &session.trainers {
            if session.holds_trainers() {
                self.is_free(trainer, &session.id, from, to).await?;
            }
            let query = sqlx::query(
                "INSERT INTO assignments (id, session, staff, busy_from, busy_to, active) VALUES ($1, $2, $3, $4, $5, $6)",
            );
            let id = format!("{} {trainer}", session.id);
            let query = query.bind(id).bind(&session.id).bind(trainer).bind(from).bind(to);
            query.bind(i64::from(session.holds_trainers())).execute(&mut **self.tx).await.map_err(refused)?;
        }
        Ok(())
    }

    async fn is_free(&mut self, trainer: &str, session: &str, from: Epoch, to: Epoch) -> Result<(), Failed> {
        let query = sqlx::query(
            "SELECT COALESCE(a.session, '') AS session, COALESCE(s.start_at, 0) AS start_at
             FROM assignments a LEFT JOIN sessions s ON s.id = a.session
             WHERE a.staff = $1 AND a.active = 1 AND COALESCE(a.session, '') <> $2
               AND a.busy_from < $4 AND $3 < a.busy_to
             ORDER BY a.busy_from, COALESCE(a.session, '') LIMIT 1",
        );
        let query = query.bind(trainer).bind(session).bind(from).bind(to);
        let Some(row) = query.fetch_optional(&mut **self.tx).await? else { return Ok(()) };
        let busy = Refusal::TrainerBusy {
            trainer: trainer.to_owned(),
            session: rows::text(&row, "session")?,
            start: rows::number(&row, "start_at")?,
        };
        Err(Failed::Error(busy.into()))
    }

    async fn add_registration(&mut self, one: &Registration) -> Result<(), Failed> {
        self.added.insert(one.id.clone());
        let mut values = registration(one);
        values.extend([(&one.session).into(), one.created.into()]);
        self.batch.insert(format!("registration {}", one.id), &REGISTRATIONS, values);
        Ok(())
    }

    async fn update_registration(&mut self, one: &Registration) -> Result<(), Failed> {
        let row = format!("registration {}", one.id);
        self.alone(&row).await?;
        self.batch.update(
            row,
            "UPDATE registrations SET name = $1, email = $2, role = $3, organisation = $4, departement = $5, seats = $6,
                 state = $7, position = $8, verified = $9, deadline = $10, changed = $11, version = $12, names = $13,
                 needs = $14
             WHERE id = $15 AND version = $12 - 1",
            registration(one),
        );
        Ok(())
    }

    async fn add_request(&mut self, request: &Request) -> Result<(), Failed> {
        let query = sqlx::query(
            "INSERT INTO requests (organisation, name, email, role, departement, audience, headcount, need, preferred,
                 state, answer, session, created, changed, version, id, wishes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        );
        let query = query
            .bind(&request.organisation)
            .bind(&request.name)
            .bind(&request.email)
            .bind(&request.function)
            .bind(&request.departement)
            .bind(&request.audience)
            .bind(i64::from(request.headcount))
            .bind(&request.need)
            .bind(&request.preferred)
            .bind(request.state.as_str())
            .bind(&request.answer)
            .bind(request.session.as_deref())
            .bind(request.created)
            .bind(request.changed)
            .bind(i64::from(request.version))
            .bind(&request.id)
            .bind(request.wishes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        query.execute(&mut **self.tx).await.map_err(refused)?;
        Ok(())
    }

    /// What an institution wrote stays as it wrote it: only the answer changes.
    async fn update_request(&mut self, request: &Request) -> Result<(), Failed> {
        let query = sqlx::query(
            "UPDATE requests SET state = $1, answer = $2, session = $3, changed = $4, version = $5, reason = $6,
                 reply = $7, deadline = $8
             WHERE id = $9 AND version = $5 - 1",
        );
        let query = query
            .bind(request.state.as_str())
            .bind(&request.answer)
            .bind(request.session.as_deref())
            .bind(request.changed)
            .bind(i64::from(request.version))
            .bind(request.reason.map_or("", Reason::as_str))
            .bind(&request.reply)
            .bind(request.deadline)
            .bind(&request.id);
        one(query.execute(&mut **self.tx).await?.rows_affected())
    }

    /// Letters of a session (of one registration, unless it is empty) that wait and will not be sent: their links go too.
    async fn recall(&mut self, session: &str, registration: &str, kinds: &[LetterKind]) -> Result<(), Failed> {
        let query = sqlx::query(
            "SELECT key, kind, letter FROM outbox
             WHERE state = 'due' AND session = $1 AND ($2 = '' OR registration = $2) ORDER BY key",
        );
        for row in query.bind(session).bind(registration).fetch_all(&mut **self.tx).await? {
            let kind = LetterKind::parse(&rows::text(&row, "kind")?);
            if kind.is_none_or(|kind| !kinds.contains(&kind)) {
                continue;
            }
            let key = rows::text(&row, "key")?;
            let mut letter: Letter = serde_json::from_str(&rows::text(&row, "letter")?)
                .with_context(|| format!("letter {key} of the outbox"))?;
            letter.tokens.clear();
            sqlx::query("UPDATE outbox SET state = 'cancelled', letter = $1 WHERE key = $2 AND state = 'due'")
                .bind(serde_json::to_string(&letter).context("a letter as JSON")?)
                .bind(key)
                .execute(&mut **self.tx)
                .await?;
        }
        Ok(())
    }

    /// A letter and the tokens of its links, unless the same event was already told.
    pub(super) async fn letter(&mut self, letter: &Letter) -> Result<(), Failed> {
        self.few().await?;
        if let (Some(_), Some(session)) = (letter.method, &letter.session) {
            self.alone(&token::person(&session.id, &letter.to)).await?;
        }
        let fresh = letter.registration.as_ref().is_some_and(|one| self.added.contains(&one.id));
        queue_letter(self.tx, &mut self.batch, letter, fresh, self.now).await?;
        Ok(())
    }

    fn submission(&mut self, submission: &str, outcome: &Outcome) {
        let values = [submission.into(), outcome.shown.as_str().into(), (&outcome.id).into(), self.now.into()];
        self.batch.insert(format!("form {submission}"), &SUBMISSIONS, values);
    }

    fn audit(&mut self, actor: &Actor, action: &str, subject: &str) {
        self.batch.insert("a line", &AUDIT, [self.now.into(), actor.as_str().into(), action.into(), subject.into()]);
    }
}

/// What of a registration may change, its id, and what never changes.
static REGISTRATIONS: Table = Table {
    name: "registrations",
    columns: &[
        "name",
        "email",
        "role",
        "organisation",
        "departement",
        "seats",
        "state",
        "position",
        "verified",
        "deadline",
        "changed",
        "version",
        "names",
        "needs",
        "id",
        "session",
        "created",
    ],
    otherwise: "",
};
static SUBMISSIONS: Table =
    Table { name: "submissions", columns: &["id", "shown", "subject", "created"], otherwise: "" };
static AUDIT: Table = Table { name: "audit", columns: &["at", "actor", "action", "subject"], otherwise: "" };

/// A line of the audit log.
pub(super) async fn note(
    tx: &mut Transaction<'static, Any>,
    actor: &Actor,
    action: &str,
    subject: &str,
    now: Epoch,
) -> sqlx::Result<()> {
    let mut batch = Batch::default();
    batch.insert("a line", &AUDIT, [now.into(), actor.as_str().into(), action.into(), subject.into()]);
    batch.send(tx).await?;
    Ok(())
}

type Query<'q> = sqlx::query::Query<'q, Any, sqlx::any::AnyArguments>;

fn bind_session<'q>(query: Query<'q>, session: &'q Session) -> Query<'q> {
    query
        .bind(session.kind.as_str())
        .bind(&session.title)
        .bind(&session.audience)
        .bind(&session.programme)
        .bind(&session.place.public)
        .bind(&session.place.exact)
        .bind(&session.place.link)
        .bind(&session.departement)
        .bind(session.start.civil.to_string())
        .bind(&session.start.zone)
        .bind(session.start.instant)
        .bind(session.end())
        .bind(i64::from(session.minutes))
        .bind(i64::from(session.capacity))
        .bind(session.opens)
        .bind(session.closes)
        .bind(session.state.as_str())
        .bind(i64::from(session.sequence))
        .bind(i64::from(session.travel_before))
        .bind(i64::from(session.travel_after))
        .bind(session.changed)
        .bind(i64::from(session.version))
        .bind(&session.authority)
        .bind(i64::from(session.least))
        .bind(session.decides)
        .bind(session.outlook.as_str())
        .bind(i64::from(session.listed))
        .bind(&session.materials)
        .bind(&session.evaluation)
        .bind(session.previous)
}

/// What of a registration may change, and its id.
fn registration(one: &Registration) -> Vec<Value> {
    vec![
        (&one.name).into(),
        (&one.email).into(),
        (&one.function).into(),
        (&one.organisation).into(),
        (&one.departement).into(),
        one.seats.into(),
        one.state.as_str().into(),
        one.position.into(),
        one.verified.into(),
        one.deadline.into(),
        one.changed.into(),
        one.version.into(),
        one.names.join("\n").into(),
        (&one.needs).into(),
        (&one.id).into(),
    ]
}

/// Exactly one row was there as expected; otherwise somebody was faster.
fn one(rows: u64) -> Result<(), Failed> {
    if rows == 1 { Ok(()) } else { Err(Failed::Again) }
}

/// A trainer's time that is taken, in the words of the calendar.
pub(super) fn trainer_busy(error: sqlx::Error) -> Error {
    match refused(error) {
        Failed::Error(error) => error,
        Failed::Again => Refusal::Changed.into(),
    }
}

/// What the schema refused, in the words of the calendar.
fn refused(error: sqlx::Error) -> Failed {
    let Some(database) = error.as_database_error() else { return Failed::from(error) };
    if database.message().contains("trainer_busy") {
        let busy = Refusal::TrainerBusy { trainer: String::new(), session: String::new(), start: 0 };
        return Failed::Error(busy.into());
    }
    if database.is_unique_violation() || database.is_check_violation() {
        return Failed::Again;
    }
    Failed::from(error)
}
