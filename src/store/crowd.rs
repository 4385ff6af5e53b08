//! People who register at the same moment. What their forms ask about is read at once, each is decided in its turn as the
//! one before left it, and all is written at once: the journeys to the database are as many for one as for a crowd.
//!
//! Entry point: `Store::register`. Who shares a transaction with whom is in `line`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::calendar::{self, Command, Fresh, Refusal, Register, Registration, Shown, State};

use super::apply::Apply;
use super::batch::{list, one_of};
use super::execute::{Failed, Outcome, Tx};
use super::line::Job;
use super::{Engine, Store, fresh_id, rows};

impl Store {
    /// Carries out jobs that all register somebody. Answers as [`Store::step`] does, one for each.
    pub(super) async fn register(&self, tx: &mut Tx, jobs: &[Job]) -> Result<Vec<Result<Outcome, Refusal>>, Failed> {
        let forms: Vec<&Register> = jobs.iter().filter_map(|job| form(&job.command)).collect();
        let mut answered = answered(self.engine, tx, &forms).await?;
        let mut states = states(self.engine, tx, &forms).await?;
        let mut apply = Apply::new(tx, 0, self.guarded);
        let mut answers = Vec::with_capacity(jobs.len());
        for (job, form) in jobs.iter().zip(forms) {
            if let Some(outcome) = answered.get(&form.submission) {
                answers.push(Ok(outcome.clone()));
                continue;
            }
            let state = states.entry(form.session.clone()).or_default();
            let decision = match calendar::decide(state, &job.command, Fresh { now: job.now, id: &fresh_id() }) {
                Ok(decision) => decision,
                Err(refusal) => {
                    answers.push(Err(refusal));
                    continue;
                }
            };
            apply.go_on(job.now).await?;
            let outcome = apply.decision(&job.command, &job.actor, &decision).await?;
            state.follow(&decision.changes);
            answered.insert(form.submission.clone(), Outcome { repeated: true, ..outcome.clone() });
            answers.push(Ok(outcome));
        }
        apply.send().await?;
        Ok(answers)
    }
}

/// What somebody registers with.
pub(super) fn form(command: &Command) -> Option<&Register> {
    if let Command::Register(form) = command { Some(form) } else { None }
}

/// What the forms among these that were already received had been answered, by their submissions.
async fn answered(
    engine: Engine,
    connection: &mut AnyConnection,
    forms: &[&Register],
) -> Result<BTreeMap<String, Outcome>> {
    let sql = format!("SELECT id, shown, subject FROM submissions WHERE id {}", one_of(engine));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(list(engine, forms.iter().map(|form| &*form.submission)));
    let mut answered = BTreeMap::new();
    for row in query.fetch_all(connection).await? {
        let shown = Shown::parse(&rows::text(&row, "shown")?).unwrap_or(Shown::Done);
        let outcome = Outcome { shown, id: rows::text(&row, "subject")?, repeated: true };
        answered.insert(rows::text(&row, "id")?, outcome);
    }
    Ok(answered)
}

/// What the rules look at for these forms, by session: the session, who is first in its waiting list, and who is
/// registered already of those who ask.
pub(super) async fn states(
    engine: Engine,
    connection: &mut AnyConnection,
    forms: &[&Register],
) -> Result<BTreeMap<String, State>> {
    let wanted: BTreeSet<&str> = forms.iter().map(|form| &*form.session).collect();
    let among = one_of(engine);
    let sql = format!(
        "SELECT s.*,
             COALESCE((SELECT MAX(r.position) FROM registrations r WHERE r.session = s.id), 0) AS last_position,
             COALESCE((SELECT string_agg(a.staff, ' ' ORDER BY a.staff) FROM assignments a WHERE a.session = s.id), '')
                 AS trainers,
             COALESCE((SELECT w.id FROM registrations w WHERE w.session = s.id AND w.state = 'waiting'
                 ORDER BY w.position LIMIT 1), '') AS first_waiting
         FROM sessions s WHERE s.id {among}"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(list(engine, wanted));
    let (mut states, mut first) = (BTreeMap::new(), Vec::new());
    for row in query.fetch_all(&mut *connection).await? {
        let mut session = rows::session(&row)?;
        session.trainers = rows::text(&row, "trainers")?.split_whitespace().map(str::to_owned).collect();
        first.push(rows::text(&row, "first_waiting")?);
        let state = State {
            taken: rows::count(&row, "taken")?,
            last_position: rows::number(&row, "last_position")?,
            ..State::default()
        };
        states.insert(session.id.clone(), State { session: Some(session), ..state });
    }
    for one in people(engine, connection, forms, &first).await? {
        let Some(state) = states.get_mut(&one.session) else { continue };
        if state.registrations.iter().all(|known| known.id != one.id) {
            state.registrations.push(one);
        }
    }
    Ok(states)
}

/// Active registrations of those who ask, and the ones with these ids.
async fn people(
    engine: Engine,
    connection: &mut AnyConnection,
    forms: &[&Register],
    ids: &[String],
) -> Result<Vec<Registration>> {
    // Without CROSS, SQLite might read all registrations first. The conditions are those of the index of active ones.
    let sql = engine.pick(
        "SELECT r.* FROM json_each($1) s CROSS JOIN json_each($2) e ON e.key = s.key
             CROSS JOIN registrations r ON r.session = s.value AND lower(r.email) = lower(e.value)
         WHERE r.state NOT IN ('cancelled', 'expired') AND r.email <> ''
         UNION ALL SELECT * FROM registrations WHERE id IN (SELECT value FROM json_each($3))",
        "SELECT r.* FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS a (session, email)
             JOIN registrations r ON r.session = a.session AND lower(r.email) = lower(a.email)
         WHERE r.state NOT IN ('cancelled', 'expired') AND r.email <> ''
         UNION ALL SELECT * FROM registrations WHERE id = ANY (CAST($3 AS text[]))",
    );
    let query = sqlx::query(sql)
        .bind(list(engine, forms.iter().map(|form| &*form.session)))
        .bind(list(engine, forms.iter().map(|form| &*form.email)))
        .bind(list(engine, ids.iter().map(|id| &**id).filter(|id| !id.is_empty())));
    query.fetch_all(connection).await?.iter().map(rows::registration).collect()
}
