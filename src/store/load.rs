//! The rows a command touches, read inside the transaction that will write them.

use anyhow::Result;
use sqlx::AnyConnection;

use crate::calendar::{Command, Epoch, Notice, Register, Registration, Session, Shown, Staff, State};

use super::execute::Outcome;
use super::rows;

/// What a form that was already received had been answered.
pub(super) async fn submitted(connection: &mut AnyConnection, command: &Command) -> Result<Option<Outcome>> {
    let Some(submission) = command.submission() else { return Ok(None) };
    let query = sqlx::query("SELECT shown, subject FROM submissions WHERE id = $1");
    let Some(row) = query.bind(submission).fetch_optional(connection).await? else { return Ok(None) };
    let shown = Shown::parse(&rows::text(&row, "shown")?).unwrap_or(Shown::Done);
    Ok(Some(Outcome { shown, id: rows::text(&row, "subject")?, repeated: true }))
}

/// What a command finds.
pub(super) enum Found {
    /// Its form was already received.
    Answered(Outcome),
    /// The rows it touches.
    State(Box<State>),
}

/// What a command finds: the answer its form had, or everything [`crate::calendar::decide`] looks at.
pub(super) async fn found(connection: &mut AnyConnection, command: &Command, now: Epoch) -> Result<Found> {
    if let Command::Register(form) = command {
        return registering(connection, form).await;
    }
    if let Some(outcome) = submitted(connection, command).await? {
        return Ok(Found::Answered(outcome));
    }
    state(connection, command, now).await.map(|state| Found::State(Box::new(state)))
}

/// What a crowd asks for, in one journey to the database; in two for who was here before, or when somebody waits.
async fn registering(connection: &mut AnyConnection, form: &Register) -> Result<Found> {
    let query = sqlx::query(
        "SELECT s.*, COALESCE(f.shown, '') AS form_shown, COALESCE(f.subject, '') AS form_subject,
             (SELECT COALESCE(MAX(r.position), 0) FROM registrations r WHERE r.session = s.id) AS last_position,
             COALESCE((SELECT string_agg(a.staff, ' ' ORDER BY a.staff) FROM assignments a WHERE a.session = s.id), '')
                 AS trainers,
             CAST(CASE WHEN EXISTS (
                 SELECT 1 FROM registrations k WHERE k.session = s.id AND lower(k.email) = lower($3)
             ) OR EXISTS (
                 SELECT 1 FROM registrations w WHERE w.session = s.id AND w.state = 'waiting'
             ) THEN 1 ELSE 0 END AS BIGINT) AS others
         FROM sessions s LEFT JOIN submissions f ON f.id = $2 WHERE s.id = $1",
    );
    let query = query.bind(&form.session).bind(&form.submission).bind(&form.email);
    let Some(row) = query.fetch_optional(&mut *connection).await? else { return Ok(Found::State(Box::default())) };
    let subject = rows::text(&row, "form_subject")?;
    if !subject.is_empty() {
        let shown = Shown::parse(&rows::text(&row, "form_shown")?).unwrap_or(Shown::Done);
        return Ok(Found::Answered(Outcome { shown, id: subject, repeated: true }));
    }
    let mut session = rows::session(&row)?;
    session.trainers = rows::text(&row, "trainers")?.split_whitespace().map(str::to_owned).collect();
    let mut state = State {
        taken: rows::count(&row, "taken")?,
        last_position: rows::number(&row, "last_position")?,
        session: Some(session),
        ..State::default()
    };
    if !rows::flag(&row, "others")? {
        return Ok(Found::State(Box::new(state)));
    }
    let query = sqlx::query(
        "SELECT * FROM registrations WHERE session = $1 AND lower(email) = lower($2)
         UNION ALL
         SELECT * FROM (
             SELECT * FROM registrations WHERE session = $1 AND state = 'waiting' ORDER BY position LIMIT 1) w",
    );
    for row in query.bind(&form.session).bind(&form.email).fetch_all(connection).await? {
        add(&mut state.registrations, vec![rows::registration(&row)?]);
    }
    state.registrations.sort_by_key(|one| one.position);
    Ok(Found::State(Box::new(state)))
}

/// Everything [`crate::calendar::decide`] looks at for this command.
pub(super) async fn state(connection: &mut AnyConnection, command: &Command, now: Epoch) -> Result<State> {
    let mut state = State::default();
    match command {
        Command::Register(form) => {
            session(connection, &form.session, &mut state).await?;
            state.registrations = by_email(connection, &form.session, &form.email).await?;
            add(&mut state.registrations, first_waiting(connection, &form.session).await?);
            state.last_position = last_position(connection, &form.session).await?;
        }
        Command::Confirm { registration: id } | Command::Cancel { registration: id } => {
            let Some(one) = registration(connection, id).await? else { return Ok(state) };
            session(connection, &one.session, &mut state).await?;
            state.registrations = by_email(connection, &one.session, &one.email).await?;
            add(&mut state.registrations, waiting(connection, &one.session).await?);
            state.last_position = last_position(connection, &one.session).await?;
        }
        Command::Expire { session: id } => {
            session(connection, id, &mut state).await?;
            state.registrations = late(connection, id, now).await?;
            add(&mut state.registrations, waiting(connection, id).await?);
        }
        Command::ChangeCapacity { session: id, .. } => {
            session(connection, id, &mut state).await?;
            state.registrations = waiting(connection, id).await?;
        }
        Command::NameSeats { registration: id, .. } => {
            let Some(one) = registration(connection, id).await? else { return Ok(state) };
            session(connection, &one.session, &mut state).await?;
            state.registrations = vec![one];
        }
        Command::CreateSession(form) => state.trainers = staff(connection, &form.trainers).await?,
        Command::CreateSeries(forms) => {
            let ids: Vec<String> = forms.first().map(|form| form.trainers.clone()).unwrap_or_default();
            state.trainers = staff(connection, &ids).await?;
        }
        Command::Notify { session: id, notice } => {
            with_people(connection, id, &mut state).await?;
            state.coordinators = coordinators(connection).await?;
            if let Some(session) = &state.session {
                state.noticed = noticed(connection, session, *notice).await?;
            }
        }
        Command::EditSession { session: id, form, .. } => {
            session(connection, id, &mut state).await?;
            state.registrations = active(connection, id).await?;
            let mut ids = form.trainers.clone();
            ids.extend(state.session.iter().flat_map(|session| session.trainers.clone()));
            state.trainers = staff(connection, &ids).await?;
            request_of(connection, id, &mut state).await?;
        }
        Command::MoveSession { session: id, .. }
        | Command::PublishSession { session: id }
        | Command::PostponeSession { session: id }
        | Command::CancelSession { session: id }
        | Command::KeepSession { session: id }
        | Command::FinishSession { session: id } => {
            with_people(connection, id, &mut state).await?;
            request_of(connection, id, &mut state).await?;
        }
        Command::SendRequest(_) => state.coordinators = coordinators(connection).await?,
        Command::WithdrawRequest { request: id }
        | Command::AcceptProposal { request: id }
        | Command::RefuseProposal { request: id, .. }
        | Command::LapseProposal { request: id }
        | Command::DeclineRequest { request: id, .. } => {
            request(connection, id, &mut state).await?;
            state.coordinators = coordinators(connection).await?;
            let made = state.request.as_ref().and_then(|request| request.session.clone());
            if let Some(made) = made {
                with_people(connection, &made, &mut state).await?;
            }
        }
        Command::AcceptRequest { request: id, form } | Command::ProposeSession { request: id, form, .. } => {
            request(connection, id, &mut state).await?;
            state.trainers = staff(connection, &form.trainers).await?;
        }
    }
    Ok(state)
}

async fn session(connection: &mut AnyConnection, id: &str, state: &mut State) -> Result<()> {
    let query = sqlx::query("SELECT * FROM sessions WHERE id = $1");
    let Some(row) = query.bind(id).fetch_optional(&mut *connection).await? else { return Ok(()) };
    let mut session: Session = rows::session(&row)?;
    let query = sqlx::query("SELECT staff FROM assignments WHERE session = $1 ORDER BY staff");
    for row in query.bind(id).fetch_all(connection).await? {
        session.trainers.push(rows::text(&row, "staff")?);
    }
    state.taken = rows::count(&row, "taken")?;
    state.session = Some(session);
    Ok(())
}

/// A session with who is registered and who runs it.
async fn with_people(connection: &mut AnyConnection, id: &str, state: &mut State) -> Result<()> {
    session(connection, id, state).await?;
    state.registrations = active(connection, id).await?;
    let ids = state.session.as_ref().map(|session| session.trainers.clone()).unwrap_or_default();
    state.trainers = staff(connection, &ids).await?;
    Ok(())
}

/// The request a session was made of, if any.
async fn request_of(connection: &mut AnyConnection, session: &str, state: &mut State) -> Result<()> {
    let query = sqlx::query("SELECT * FROM requests WHERE session = $1 ORDER BY created DESC LIMIT 1");
    state.request = query.bind(session).fetch_optional(connection).await?.as_ref().map(rows::request).transpose()?;
    Ok(())
}

async fn noticed(connection: &mut AnyConnection, session: &Session, notice: Notice) -> Result<bool> {
    let query = sqlx::query("SELECT 1 AS n FROM notices WHERE session = $1 AND notice = $2 AND about = $3");
    let query = query.bind(&session.id).bind(notice.to_string()).bind(session.start.instant);
    Ok(query.fetch_optional(connection).await?.is_some())
}

async fn request(connection: &mut AnyConnection, id: &str, state: &mut State) -> Result<()> {
    let query = sqlx::query("SELECT * FROM requests WHERE id = $1");
    state.request = query.bind(id).fetch_optional(connection).await?.as_ref().map(rows::request).transpose()?;
    Ok(())
}

async fn registration(connection: &mut AnyConnection, id: &str) -> Result<Option<Registration>> {
    let query = sqlx::query("SELECT * FROM registrations WHERE id = $1");
    query.bind(id).fetch_optional(connection).await?.as_ref().map(rows::registration).transpose()
}

async fn by_email(connection: &mut AnyConnection, session: &str, email: &str) -> Result<Vec<Registration>> {
    let query =
        sqlx::query("SELECT * FROM registrations WHERE session = $1 AND lower(email) = lower($2) ORDER BY position");
    query.bind(session).bind(email).fetch_all(connection).await?.iter().map(rows::registration).collect()
}

async fn first_waiting(connection: &mut AnyConnection, session: &str) -> Result<Vec<Registration>> {
    let query =
        sqlx::query("SELECT * FROM registrations WHERE session = $1 AND state = 'waiting' ORDER BY position LIMIT 1");
    query.bind(session).fetch_all(connection).await?.iter().map(rows::registration).collect()
}

async fn waiting(connection: &mut AnyConnection, session: &str) -> Result<Vec<Registration>> {
    let query = sqlx::query("SELECT * FROM registrations WHERE session = $1 AND state = 'waiting' ORDER BY position");
    query.bind(session).fetch_all(connection).await?.iter().map(rows::registration).collect()
}

async fn late(connection: &mut AnyConnection, session: &str, now: Epoch) -> Result<Vec<Registration>> {
    let query = sqlx::query(
        "SELECT * FROM registrations WHERE session = $1 AND state IN ('pending', 'offered') AND deadline <= $2
         ORDER BY position",
    );
    query.bind(session).bind(now).fetch_all(connection).await?.iter().map(rows::registration).collect()
}

async fn active(connection: &mut AnyConnection, session: &str) -> Result<Vec<Registration>> {
    let query = sqlx::query(
        "SELECT * FROM registrations WHERE session = $1 AND state NOT IN ('cancelled', 'expired') ORDER BY position",
    );
    query.bind(session).fetch_all(connection).await?.iter().map(rows::registration).collect()
}

async fn last_position(connection: &mut AnyConnection, session: &str) -> Result<i64> {
    let query = sqlx::query("SELECT COALESCE(MAX(position), 0) AS n FROM registrations WHERE session = $1");
    rows::number(&query.bind(session).fetch_one(connection).await?, "n")
}

async fn staff(connection: &mut AnyConnection, ids: &[String]) -> Result<Vec<Staff>> {
    let mut found: Vec<Staff> = Vec::new();
    for id in ids {
        if found.iter().any(|staff| staff.id == *id) {
            continue;
        }
        let query = sqlx::query("SELECT * FROM staff WHERE id = $1");
        if let Some(row) = query.bind(id).fetch_optional(&mut *connection).await? {
            found.push(rows::staff(&row)?);
        }
    }
    Ok(found)
}

async fn coordinators(connection: &mut AnyConnection) -> Result<Vec<Staff>> {
    let query = sqlx::query("SELECT * FROM staff WHERE role = 'coordinator' AND active = 1 ORDER BY id");
    query.fetch_all(connection).await?.iter().map(rows::staff).collect()
}

fn add(to: &mut Vec<Registration>, more: Vec<Registration>) {
    for one in more {
        if !to.iter().any(|known| known.id == one.id) {
            to.push(one);
        }
    }
}
