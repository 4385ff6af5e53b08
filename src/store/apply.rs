//! Changes and letters as rows. Each write says what it expects to find; another row means that somebody was faster.

use anyhow::Context;
use sqlx::{Any, Transaction};

use crate::calendar::{
    Actor, Change, Epoch, Letter, LetterKind, Method, Notice, Purpose, Reason, Refusal, Registration, Request, Session,
    ics,
};

use super::execute::{Failed, Outcome};
use super::{Error, Store, rows, token};

/// How long an institution can follow its request by its link.
const REQUEST_LINK: Epoch = 400 * 86_400;

/// A transaction that writes a decision.
pub(super) struct Apply<'a> {
    pub(super) tx: &'a mut Transaction<'static, Any>,
    pub(super) now: Epoch,
    /// False in the tests' control alone: see `unguarded`.
    pub(super) guarded: bool,
}

impl Apply<'_> {
    pub(super) async fn change(&mut self, change: &Change) -> Result<(), Failed> {
        match change {
            Change::Seats { session, by } => self.seats(session, *by).await,
            Change::AddSession(session) => self.add_session(session).await,
            Change::UpdateSession(session) => self.update_session(session).await,
            Change::AddRegistration(registration) => self.add_registration(registration).await,
            Change::UpdateRegistration(registration) => self.update_registration(registration).await,
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
        let query = query.bind(session).bind(notice.as_str()).bind(about).bind(self.now);
        query.execute(&mut **self.tx).await.map_err(refused)?;
        Ok(())
    }

    /// The one statement that cannot oversell, however many arrive at once.
    async fn seats(&mut self, session: &str, by: i64) -> Result<(), Failed> {
        let sql = if self.guarded {
            "UPDATE sessions SET taken = taken + $1 WHERE id = $2 AND taken + $1 <= capacity AND taken + $1 >= 0"
        } else {
            "UPDATE sessions SET taken = taken + $1 WHERE id = $2"
        };
        let done = sqlx::query(sql).bind(by).bind(session).execute(&mut **self.tx).await?;
        one(done.rows_affected())
    }

    async fn add_session(&mut self, session: &Session) -> Result<(), Failed> {
        let query = sqlx::query(
            "INSERT INTO sessions (kind, title, audience, programme, place_public, place_exact, place_link,
                 departement, start_civil, start_zone, start_at, end_at, minutes, capacity, opens, closes, state,
                 sequence, travel_before, travel_after, changed, version, authority, least, decides, outlook, listed,
                 materials, evaluation, id, created, series)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                 $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)",
        );
        let query = bind_session(query, session).bind(&session.id).bind(session.created).bind(&session.series);
        query.execute(&mut **self.tx).await.map_err(refused)?;
        self.trainers(session).await
    }

    async fn update_session(&mut self, session: &Session) -> Result<(), Failed> {
        let query = sqlx::query(
            "UPDATE sessions SET kind = $1, title = $2, audience = $3, programme = $4, place_public = $5,
                 place_exact = $6, place_link = $7, departement = $8, start_civil = $9, start_zone = $10,
                 start_at = $11, end_at = $12, minutes = $13, capacity = $14, opens = $15, closes = $16, state = $17,
                 sequence = $18, travel_before = $19, travel_after = $20, changed = $21, version = $22, authority = $23,
                 least = $24, decides = $25, outlook = $26, listed = $27, materials = $28, evaluation = $29
             WHERE id = $30 AND version = $22 - 1 AND taken <= $14",
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
        let query = sqlx::query(
            "INSERT INTO registrations (name, email, role, organisation, departement, seats, state, position, verified,
                 deadline, changed, version, names, needs, id, session, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        );
        let query = bind_registration(query, one).bind(&one.id).bind(&one.session).bind(one.created);
        query.execute(&mut **self.tx).await.map_err(refused)?;
        Ok(())
    }

    async fn update_registration(&mut self, registration: &Registration) -> Result<(), Failed> {
        let query = sqlx::query(
            "UPDATE registrations SET name = $1, email = $2, role = $3, organisation = $4, departement = $5, seats = $6,
                 state = $7, position = $8, verified = $9, deadline = $10, changed = $11, version = $12, names = $13,
                 needs = $14
             WHERE id = $15 AND version = $12 - 1",
        );
        let query = bind_registration(query, registration).bind(&registration.id);
        one(query.execute(&mut **self.tx).await.map_err(refused)?.rows_affected())
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
        write_letter(self.tx, letter, self.now).await?;
        Ok(())
    }

    pub(super) async fn submission(&mut self, submission: &str, outcome: &Outcome) -> Result<(), Failed> {
        sqlx::query("INSERT INTO submissions (id, shown, subject, created) VALUES ($1, $2, $3, $4)")
            .bind(submission)
            .bind(outcome.shown.as_str())
            .bind(&outcome.id)
            .bind(self.now)
            .execute(&mut **self.tx)
            .await
            .map_err(refused)?;
        Ok(())
    }

    pub(super) async fn audit(&mut self, actor: &Actor, action: &str, subject: &str) -> Result<(), Failed> {
        note(self.tx, actor, action, subject, self.now).await?;
        Ok(())
    }
}

/// A line of the audit log.
pub(super) async fn note(
    tx: &mut Transaction<'static, Any>,
    actor: &Actor,
    action: &str,
    subject: &str,
    now: Epoch,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO audit (at, actor, action, subject) VALUES ($1, $2, $3, $4)")
        .bind(now)
        .bind(actor.as_str())
        .bind(action)
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Puts a letter into the outbox; a letter whose key is already there is not written again, nor one to somebody whose
/// address was erased.
pub(super) async fn write_letter(tx: &mut Transaction<'static, Any>, letter: &Letter, now: Epoch) -> Result<(), Error> {
    if letter.to.is_empty() {
        return Ok(());
    }
    let known = sqlx::query("SELECT 1 AS n FROM outbox WHERE key = $1").bind(&letter.key);
    if known.fetch_optional(&mut **tx).await?.is_some() {
        return Ok(());
    }
    let mut letter = letter.clone();
    if let (Some(method), Some(session)) = (letter.method, &letter.session) {
        letter.sequence = Some(next_sequence(tx, session, method, &letter.to).await?);
    }
    for purpose in &letter.wants {
        let (subject, expires) = match purpose {
            Purpose::Confirm | Purpose::Manage => (letter.registration.as_ref().map(|r| &r.id), None),
            Purpose::Request => (letter.request.as_ref().map(|r| &r.id), Some(now + REQUEST_LINK)),
            // These links are made where they are asked for.
            Purpose::Invitation | Purpose::Reset | Purpose::SecondStep | Purpose::Feed => (None, None),
        };
        if let Some(subject) = subject {
            let token = Store::mint(&mut *tx, *purpose, subject, expires).await?;
            letter.tokens.insert(*purpose, token);
        }
    }
    let text = serde_json::to_string(&letter).context("a letter as JSON")?;
    sqlx::query(
        "INSERT INTO outbox (key, letter, kind, session, registration, state, attempts, not_before, created, error)
         VALUES ($1, $2, $3, $4, $5, 'due', 0, $6, $6, '')",
    )
    .bind(&letter.key)
    .bind(text)
    .bind(letter.kind.as_str())
    .bind(letter.session.as_ref().map_or("", |session| &session.id))
    .bind(letter.registration.as_ref().map_or("", |registration| &registration.id))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The next SEQUENCE of a person's invitations to a session, noted down.
async fn next_sequence(
    tx: &mut Transaction<'static, Any>,
    session: &Session,
    method: Method,
    to: &str,
) -> Result<u32, Error> {
    let person = token::person(&session.id, to);
    let query = sqlx::query("SELECT sequence FROM invitations WHERE session = $1 AND person = $2");
    let row = query.bind(&session.id).bind(&person).fetch_optional(&mut **tx).await?;
    let last = row.map(|row| rows::count(&row, "sequence")).transpose()?;
    let next = ics::next_sequence(session, method, last);
    sqlx::query(
        "INSERT INTO invitations (session, person, sequence) VALUES ($1, $2, $3)
         ON CONFLICT (session, person) DO UPDATE SET sequence = excluded.sequence",
    )
    .bind(&session.id)
    .bind(person)
    .bind(i64::from(next))
    .execute(&mut **tx)
    .await?;
    Ok(next)
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
}

fn bind_registration<'q>(query: Query<'q>, one: &'q Registration) -> Query<'q> {
    query
        .bind(&one.name)
        .bind(&one.email)
        .bind(&one.function)
        .bind(&one.organisation)
        .bind(&one.departement)
        .bind(i64::from(one.seats))
        .bind(one.state.as_str())
        .bind(one.position)
        .bind(i64::from(one.verified))
        .bind(one.deadline)
        .bind(one.changed)
        .bind(i64::from(one.version))
        .bind(one.names.join("\n"))
        .bind(&one.needs)
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
