//! What the calendar's tests share: a store of its own for each, on either engine, commands with good values.
//!
//! A test of the store is a function `async fn name(base: Base)`, and `on_both_engines![name, …]` at the end of the file
//! makes two tests of it: `sqlite::name` and `postgres::name`.

use repere::calendar::{
    Actor, Command, Epoch, Kind, NewSession, Place, Purpose, Register, Registration, RegistrationState, SendRequest,
    Start, When,
};
use repere::store::{Database, Engine, Outcome, Store};

use crate::postgres_kit;

/// 2026-11-21T12:00:00Z.
pub(crate) const NOW: Epoch = 1_795_262_400;
pub(crate) const DAY: Epoch = 86_400;

pub(crate) struct Base {
    pub(crate) store: Store,
    /// The data folder; empty on PostgreSQL.
    pub(crate) folder: tempfile::TempDir,
    /// To open the same once more.
    pub(crate) database: Database,
}

/// A fresh calendar on SQLite.
pub(crate) async fn base() -> Base {
    base_on(Engine::Sqlite).await.expect("SQLite is always there")
}

/// A fresh calendar; `None` without PostgreSQL, where that was asked for.
pub(crate) async fn base_on(engine: Engine) -> Option<Base> {
    let address = if engine == Engine::Postgres { postgres_kit::fresh().await? } else { String::new() };
    Some(base_at(&address).await)
}

/// A fresh calendar in the PostgreSQL database at `address`; on SQLite when it is empty.
pub(crate) async fn base_at(address: &str) -> Base {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::choose(folder.path(), address).unwrap();
    let store = Store::open(database.clone()).await.unwrap();
    Base { store, folder, database }
}

/// Two tests of each function named: one on SQLite, one on PostgreSQL.
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* $name:ident),* $(,)?) => {
        on_both_engines!(@ sqlite Sqlite $($(#[$attribute])* $name)*);
        on_both_engines!(@ postgres Postgres $($(#[$attribute])* $name)*);
    };
    (@ $module:ident $engine:ident $($(#[$attribute:meta])* $name:ident)*) => {
        mod $module {
            $($(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                if let Some(base) = crate::calendar_kit::base_on(repere::store::Engine::$engine).await {
                    super::$name(base).await;
                }
            })*
        }
    };
}
pub(crate) use on_both_engines;

/// `2026-12-03T14:00` in Paris, an hour and a half.
pub(crate) fn when(civil: &str) -> When {
    let start = Start::new(civil.parse().unwrap(), "Europe/Paris").unwrap();
    When { start, minutes: 90, travel_before: 30, travel_after: 30 }
}

pub(crate) fn form(civil: &str, capacity: u32) -> NewSession {
    NewSession {
        origin: None,
        kind: Kind::Awareness,
        title: "Comprendre et repérer".to_owned(),
        audience: "Équipes éducatives".to_owned(),
        programme: "Deux heures d'échanges.".to_owned(),
        place: Place {
            public: "Bobigny".to_owned(),
            exact: "12 rue Cachée, 93000 Bobigny".to_owned(),
            link: "https://visio.exemple.fr/salle-secrete".to_owned(),
        },
        departement: "93".to_owned(),
        authority: "93".to_owned(),
        when: when(civil),
        capacity,
        least: 0,
        decides: None,
        opens: None,
        closes: None,
        trainers: Vec::new(),
        materials: String::new(),
        evaluation: String::new(),
        publish: true,
        listed: true,
    }
}

pub(crate) fn register(session: &str, who: &str) -> Register {
    Register {
        session: session.to_owned(),
        submission: format!("submission-{session}-{who}"),
        name: format!("Personne {who}"),
        email: format!("{who}@exemple.fr"),
        function: "Éducatrice".to_owned(),
        organisation: "MECS Les Tilleuls".to_owned(),
        departement: "93".to_owned(),
        seats: 1,
        needs: String::new(),
    }
}

/// An institution's request, from `who`.
pub(crate) fn ask(who: &str) -> SendRequest {
    SendRequest {
        submission: format!("request-form-{who}"),
        organisation: "MECS Les Tilleuls".to_owned(),
        name: format!("Personne {who}"),
        email: format!("{who}@exemple.fr"),
        function: "Cheffe de service".to_owned(),
        departement: "974".to_owned(),
        audience: "Équipe éducative".to_owned(),
        headcount: 15,
        need: "Savoir repérer.".to_owned(),
        preferred: "En mars.".to_owned(),
        wishes: Vec::new(),
    }
}

impl Base {
    /// Statements of a test's own, past the store: what a fault of the program could send.
    pub(crate) async fn pool(&self) -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        sqlx::AnyPool::connect(&self.address()).await.unwrap()
    }

    /// The database as sqlx names it.
    pub(crate) fn address(&self) -> String {
        match &self.database {
            Database::Folder(folder) => format!("sqlite://{}", folder.join("repere.db").display()),
            Database::Postgres { address, .. } => address.clone(),
        }
    }

    pub(crate) async fn session(&self, capacity: u32) -> String {
        self.run(Command::CreateSession(Box::new(form("2026-12-03T14:00:00", capacity))), NOW).await.id
    }

    pub(crate) async fn run(&self, command: Command, now: Epoch) -> Outcome {
        self.store.execute(&command, &Actor::Staff("test".to_owned()), now).await.unwrap()
    }

    pub(crate) async fn register(&self, session: &str, who: &str, now: Epoch) -> Outcome {
        self.run(Command::Register(register(session, who)), now).await
    }

    pub(crate) async fn confirmed(&self, session: &str, who: &str, now: Epoch) -> String {
        let id = self.register(session, who, now).await.id;
        self.run(Command::Confirm { registration: id.clone() }, now).await;
        id
    }

    pub(crate) async fn registration(&self, id: &str) -> Registration {
        self.store.registration(id).await.unwrap().unwrap()
    }

    pub(crate) async fn state_of(&self, id: &str) -> RegistrationState {
        self.registration(id).await.state
    }

    /// Kinds of the letters to somebody, in the order of their writing.
    pub(crate) async fn letters(&self, who: &str) -> Vec<&'static str> {
        let mut posts = self.store.posts(1000).await.unwrap();
        posts.sort_by(|a, b| (a.created, &a.key).cmp(&(b.created, &b.key)));
        let to = format!("{who}@exemple.fr");
        posts.iter().filter(|post| post.letter.to == to).map(|post| post.letter.kind.as_str()).collect()
    }

    /// The token of the last letter of this kind to somebody.
    pub(crate) async fn token(&self, who: &str, purpose: Purpose) -> String {
        let to = format!("{who}@exemple.fr");
        let posts = self.store.posts(1000).await.unwrap();
        let found = posts.iter().filter(|post| post.letter.to == to);
        found.filter_map(|post| post.letter.tokens.get(&purpose)).next().unwrap().clone()
    }
}
