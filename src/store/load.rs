//! The rows a command touches, read inside the transaction that will write them.

use anyhow::Result;
use sqlx::AnyConnection;

use crate::calendar::{Command, Epoch, Notice, Registration, Session, Shown, Staff, State};

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

/// Everything [`crate::calendar::decide`] looks at for this command; for those who register it is read in `crowd`.
pub(super) async fn state(connection: &mut AnyConnection, command: &Command, now: Epoch) -> Result<State> {
    let mut state = State::default();
    match command {
        Command::Register(_) => {}
        Command::Confirm { registration: id } | Command::Cancel { registration: id } => {
            let Some(one) = registration(connection, id).await? else { return Ok(state) };
            session(connection, &one.session, &mut state).await?;
            state.registrations = by_email(connection, &one.session, &one.email).await?;
            add(&mut state.registrations, waiting(connection, &one.session).await?);
            state.last_position = last_position(connection, &one.session).await?;
            add(&mut state.registrations, vec![one]);
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

/// The active registration of an address; the conditions are those of its index.
async fn by_email(connection: &mut AnyConnection, session: &str, email: &str) -> Result<Vec<Registration>> {
    let query = sqlx::query(
        "SELECT * FROM registrations WHERE session = $1 AND lower(email) = lower($2)
             AND state NOT IN ('cancelled', 'expired') AND email <> ''",
    );
    query.bind(session).bind(email).fetch_all(connection).await?.iter().map(rows::registration).collect()
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
