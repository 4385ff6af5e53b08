//! `repere staff add`: invites somebody to the staff area from the machine itself.
//!
//! Entry point: [`Staff::run`]. The invitation is also written to the person by mail.

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
        let Self::Add(add) = self;
        let base_url = match &add.base_url {
            Some(base_url) => base_url.clone(),
            None => match config::load(&place.root, place.config.as_deref()) {
                Ok((loaded, _)) => loaded.config.base_url,
                Err(problems) => return super::fail(&problems),
            },
        };
        match invite(add, place) {
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
    let store = Store::open(add.data.find(place)?).await?;
    let added = store.add_staff(add.name.trim(), &email, role, jiff::Timestamp::now().as_second()).await;
    store.close().await;
    match added {
        Ok((_, token)) => Ok(token),
        Err(Error::Refused(_)) => anyhow::bail!("somebody with the address {email} is already there"),
        Err(Error::Failed(error)) => Err(error),
    }
}
