//! Who comes while a commit is under way waits in line, and the next commit is for all who wait: one journey to the disk
//! for many, so that a crowd is served faster than one by one, each answered only once it is on the disk.
//!
//! Entry point: `Store::in_line`. A refusal costs the others nothing. Whoever fails after having begun to write (a guard of
//! the schema, a broken connection) undoes the transaction of all; then each is carried out alone.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::sync::oneshot;

use crate::calendar::{Actor, Command, Epoch, Refusal};

use super::execute::{Failed, Outcome, Tx};
use super::{Error, Store, crowd};

/// How many share a commit at most: the first of them waits for the last.
const MOST: usize = 64;
/// How often a command is decided again when somebody else was faster.
const TRIES: u32 = 8;

/// Those who wait, and whether somebody serves them.
#[derive(Debug, Default)]
pub(super) struct Line(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    jobs: Vec<Job>,
    served: bool,
}

/// A command that waits for its answer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) command: Command,
    pub(super) actor: Actor,
    pub(super) now: Epoch,
    answer: oneshot::Sender<Result<Outcome, Error>>,
}

impl Line {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands in line; true when nobody serves it yet: the caller must see to it.
    fn join(&self, job: Job) -> bool {
        let mut waiting = self.waiting();
        waiting.jobs.push(job);
        !std::mem::replace(&mut waiting.served, true)
    }

    /// Those who are next; nobody serves the line any more once it is empty.
    fn next(&self) -> Vec<Job> {
        let mut waiting = self.waiting();
        let most = waiting.jobs.len().min(MOST);
        waiting.served = most > 0;
        waiting.jobs.drain(..most).collect()
    }
}

/// Serves the line. When it ends before its time (its runtime is gone), those who wait are told.
struct Clerk {
    store: Store,
    done: bool,
}

impl Drop for Clerk {
    fn drop(&mut self) {
        if !self.done {
            *self.store.line.waiting() = Waiting::default();
        }
    }
}

impl Clerk {
    async fn serve(mut self) {
        loop {
            let jobs = self.store.line.next();
            if jobs.is_empty() {
                self.done = true;
                return;
            }
            self.store.carry_out(jobs).await;
        }
    }
}

impl Store {
    /// Carries a command out with whoever else waits, apart from the caller: who goes away breaks nobody's transaction.
    pub(super) async fn in_line(&self, command: Command, actor: Actor, now: Epoch) -> Result<Outcome, Error> {
        let (answer, answered) = oneshot::channel();
        if self.line.join(Job { command, actor, now, answer }) {
            tokio::spawn(Clerk { store: self.clone(), done: false }.serve());
        }
        answered.await.unwrap_or_else(|_| Err(anyhow!("the database is being closed").into()))
    }

    async fn carry_out(&self, jobs: Vec<Job>) {
        if jobs.len() > 1
            && let Some(answers) = self.together(&jobs).await
        {
            for (job, answer) in jobs.into_iter().zip(answers) {
                // Nobody waits any more for some.
                let _ = job.answer.send(answer);
            }
            return;
        }
        for job in jobs {
            let answer = self.alone(&job).await;
            let _ = job.answer.send(answer);
        }
    }

    /// All in one transaction; `None` when they must be carried out one by one.
    async fn together(&self, jobs: &[Job]) -> Option<Vec<Result<Outcome, Error>>> {
        let all = |error: sqlx::Error| {
            let told = format!("a commit that was shared broke off: {error}");
            Some(jobs.iter().map(|_| Err(anyhow!(told.clone()).into())).collect())
        };
        let mut tx = match self.write().await {
            Ok(tx) => tx,
            Err(error) => return all(error),
        };
        let mut answers = Vec::with_capacity(jobs.len());
        while answers.len() < jobs.len() {
            let next = self.first_of(&mut tx, &jobs[answers.len()..]).await.ok()?;
            answers.extend(next.into_iter().map(|answer| answer.map_err(Error::from)));
        }
        match tx.commit().await {
            Ok(()) => Some(answers),
            // It may be on the disk or not: whoever is told so tries again, and a form sent twice counts once.
            Err(error) => all(error),
        }
    }

    /// The first of the jobs, or all that are before another one when they register somebody.
    async fn first_of(&self, tx: &mut Tx, jobs: &[Job]) -> Result<Vec<Result<Outcome, Refusal>>, Failed> {
        let crowd = jobs.iter().take_while(|job| crowd::form(&job.command).is_some()).count();
        match jobs {
            [first, ..] if crowd == 0 => {
                self.step(tx, &first.command, &first.actor, first.now).await.map(|answer| vec![answer])
            }
            _ => self.register(tx, &jobs[..crowd]).await,
        }
    }

    async fn alone(&self, job: &Job) -> Result<Outcome, Error> {
        for round in 0..TRIES {
            let mut tx = self.write().await?;
            match self.first_of(&mut tx, std::slice::from_ref(job)).await {
                Ok(answers) => {
                    tx.commit().await?;
                    let answer = answers.into_iter().next();
                    return Ok(answer.context("a command without an answer")??);
                }
                Err(Failed::Error(error)) if !passes(&error) => return Err(error),
                Err(_) => {
                    let _ = tx.rollback().await;
                    tokio::time::sleep(Duration::from_millis(u64::from(round) * 5)).await;
                }
            }
        }
        Err(Refusal::Changed.into())
    }
}

/// Whether an error of the database may be gone at the next try.
fn passes(error: &Error) -> bool {
    match error {
        Error::Refused(_) => false,
        Error::Failed(error) => error.chain().filter_map(|e| e.downcast_ref::<sqlx::Error>()).any(is_passing),
    }
}

/// PostgreSQL: serialization failure, deadlock, a lock not had in time. SQLite: busy, busy with an older snapshot.
fn is_passing(error: &sqlx::Error) -> bool {
    const CODES: &[&str] = &["40001", "40P01", "55P03", "5", "517"];
    let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    code.is_some_and(|code| CODES.contains(&code.as_str()))
}
