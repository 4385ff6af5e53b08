//! `repere staff`: what is done for the team from the machine itself. `add` invites somebody, `new-key` begins with another
//! key when the one that seals the codes of authenticator apps is lost.
//!
//! Entry point: [`Staff::run`]. What it does to somebody is also written to them by mail.

use std::process::ExitCode;

use crate::calendar::Role;
use crate::calendar::form::is_email;
use crate::config;
use crate::store::{Error, Store};

use super::Place;
use super::data::Data;

/// What can be done with staff.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Staff {
    /// Add a person and print the link where they choose their password
    Add(Add),
    /// The file repere.key is lost: everybody sets up their authenticator app anew at their next sign-in (stop the host first)
    NewKey(NewKey),
}

/// Arguments of `repere staff new-key`.
#[derive(Debug, clap::Args)]
pub(super) struct NewKey {
    #[command(flatten)]
    data: Data,
}

/// Arguments of `repere staff add`.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// First and last name
    #[arg(long)]
    name: String,
    /// E-mail address, also the name to sign in with
    #[arg(long)]
    email: String,
    /// `coordinator` (everything) or `trainer` (their own sessions)
    #[arg(long, default_value = "trainer", value_parser = ["coordinator", "trainer"])]
    role: String,
    #[command(flatten)]
    data: Data,
    /// The address visitors use, for the link
    #[arg(long, env = "REPERE_BASE_URL", value_name = "URL")]
    base_url: Option<String>,
}

impl Staff {
    /// Carries the command out. Exit codes: 0 done, 1 not possible.
    pub(super) fn run(&self, place: &Place) -> ExitCode {
        match self {
            Self::Add(add) => add.run(place),
            Self::NewKey(new_key) => new_key.run(place),
        }
    }
}

impl NewKey {
    fn run(&self, place: &Place) -> ExitCode {
        match forget_key(&self.data, place) {
            Ok(people) => {
                println!("{people} authenticator apps are to be set up anew; the next start makes a key");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

impl Add {
    fn run(&self, place: &Place) -> ExitCode {
        let base_url = match &self.base_url {
            Some(base_url) => base_url.clone(),
            None => match config::load(&place.root, place.config.as_deref()) {
                Ok((loaded, _)) => loaded.config.base_url,
                Err(problems) => return super::fail(&problems),
            },
        };
        match invite(self, place) {
            Ok(token) => {
                println!("{}/equipe/invitation/{token}", base_url.trim_end_matches('/'));
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn invite(add: &Add, place: &Place) -> anyhow::Result<String> {
    let role = Role::parse(&add.role).unwrap_or(Role::Trainer);
    let email = add.email.trim().to_lowercase();
    anyhow::ensure!(is_email(&email), "`{email}` is not an e-mail address");
    anyhow::ensure!(!add.name.trim().is_empty(), "the name is empty");
    let store = Store::open_locked(add.data.find(place)?).await?;
    let added = store.add_staff(add.name.trim(), &email, role, jiff::Timestamp::now().as_second()).await;
    store.close().await;
    match added {
        Ok((_, token)) => Ok(token),
        Err(Error::Refused(_)) => anyhow::bail!("somebody with the address {email} is already there"),
        Err(Error::Failed(error)) => Err(error),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn forget_key(data: &Data, place: &Place) -> anyhow::Result<usize> {
    let store = Store::open_locked(data.find(place)?).await?;
    let forgotten = store.forget_key(jiff::Timestamp::now().as_second()).await;
    store.close().await;
    Ok(forgotten?)
}
