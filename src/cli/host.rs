//! `repere host`: the site and its calendar for everybody, from one process.
//!
//! Entry point: [`Host::run`]. It builds the site in memory, opens the data, starts the worker that delivers mails, the one
//! that lets go of seats nobody confirmed and the one that erases what is past its time, tells where everything is, and serves until it is told to stop. SIGHUP builds
//! the site again; a build that fails leaves the old one in place.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::calendar::ics::Publisher;
use crate::config::Loaded;
use crate::config::repere::MailSecurity;
use crate::host::websub;
use crate::mail::{self, Mailer, Security, Settings, Smtp, Voice};
use crate::store::{Erased, LETTERS_KEPT, Store};
use crate::{host, site};

use super::Place;
use super::data::Data;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Host {
    /// Address and port to listen on; put a proxy with TLS in front for the open Internet
    #[arg(long, env = "REPERE_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:8119")]
    listen: SocketAddr,
    #[command(flatten)]
    data: Data,
    /// The address visitors use, when it is not the one we listen on
    #[arg(long, env = "REPERE_BASE_URL", value_name = "URL")]
    base_url: Option<String>,
}

impl Host {
    /// Builds and serves. Exit codes: 0 stopped as asked, 1 the site or the data has errors.
    pub(super) fn run(&self, place: &Place) -> ExitCode {
        log();
        let base_url = self.base_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        let options = site::Options {
            root: place.root.clone(),
            config: place.config.clone(),
            base_url: Some(base_url.trim_end_matches('/').to_owned()),
            announces: true,
            ..site::Options::default()
        };
        let built = match super::progress::during("still building the site,", || site::load(&options)) {
            Ok(built) => built,
            Err(problems) => return super::fail(&problems),
        };
        super::print(&built.warnings);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from);
        match runtime.and_then(|runtime| runtime.block_on(serve(&options, self, built))) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

async fn serve(options: &site::Options, args: &Host, built: site::Site) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}: choose another address with --listen", args.listen))?;
    // With port 0 the system chose one.
    let address = listener.local_addr()?;
    let settings =
        settings(built.renderer.loaded(), options.base_url.as_deref().unwrap_or_default(), &args.data.folder);
    let https = settings.publisher.base_url.starts_with("https://");
    let store = Store::open_locked(args.data.database(built.renderer.loaded())?).await?;
    let store = store.unlock(&args.data.key(), jiff::Timestamp::now().as_second()).await?;
    let hub = built.renderer.loaded().repere.podcast.hub.clone().map(|address| websub::Hub {
        address,
        base_url: settings.publisher.base_url.clone(),
        record: args.data.folder.join("websub.json"),
        pause: Duration::from_secs(5),
    });
    let next_change = built.next_change;
    let shown = host::Shown::new(generation(built, settings.clone(), None)?);
    announce(&store, &settings, address, shown.now().site.len()).await?;
    let mailer = shown.mailer();
    let office = host::Office::new(store.clone(), mailer.clone());
    let app = Arc::new(shown.app(Some(office.clone())));
    tell(hub.as_ref(), app.site());

    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let delivery = tokio::spawn(mail::run(store.clone(), mailer.clone(), stopped));
    let expiry = tokio::spawn(expire(store.clone(), office.clone()));
    let erasure = tokio::spawn(erase(store.clone(), mailer.clone(), office));
    let counting = tokio::spawn(count(store.clone(), app.counts().clone()));
    let counts = app.counts().clone();
    let data = args.data.folder.clone();
    let door = shown.door(https);
    let reload = tokio::spawn(reload(options.clone(), data, shown, hub, next_change));
    let watch = tokio::spawn(watch(store.clone()));
    host::serve(listener, host::routes(app), door, stop_signals()?).await;
    reload.abort();
    expiry.abort();
    erasure.abort();
    watch.abort();
    counting.abort();
    store_counts(&store, &counts).await;
    // Nobody listens any more when the worker already ended.
    let _ = stopping.send(true);
    if tokio::time::timeout(Duration::from_secs(10), delivery).await.is_err() {
        tracing::warn!("a delivery under way was cut; it will be tried again");
    }
    store.close().await;
    Ok(())
}

/// Lets go of seats that nobody confirmed in time and tells people what is due, every minute.
async fn expire(store: Store, office: host::Office) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        minute.tick().await;
        if let Err(error) = store.notify(&office.desk().reminders(), jiff::Timestamp::now().as_second()).await {
            tracing::error!(%error, "what is due could not be told; tried again in a minute");
        }
        if let Err(error) = store.expire(jiff::Timestamp::now().as_second()).await {
            tracing::error!(%error, "seats that nobody confirmed could not be freed; tried again in a minute");
        }
    }
}

/// Stores what was counted, every minute: a power cut loses no more.
async fn count(store: Store, counts: host::Counts) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        minute.tick().await;
        store_counts(&store, &counts).await;
    }
}

async fn store_counts(store: &Store, counts: &host::Counts) {
    let rows = counts.take();
    if let Err(error) = store.add_downloads(&rows).await {
        tracing::error!(error = format!("{error:#}"), "downloads could not be stored; tried again in a minute");
        counts.give_back(rows);
    }
}

/// Erases personal data past its time, at the start and every hour. The log gets counts, nothing else.
async fn erase(store: Store, mailer: Mailer, office: host::Office) {
    let mut hour = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hour.tick().await;
        let now = jiff::Timestamp::now().as_second();
        match store.erase(office.desk().keep_days(), now).await {
            Ok(Erased { registrations: 0, requests: 0, letters: 0 }) => {}
            Ok(Erased { registrations, requests, letters }) => {
                tracing::info!(registrations, requests, letters, "personal data past its time was erased");
            }
            Err(error) => tracing::error!(%error, "personal data could not be erased; tried again in an hour"),
        }
        match mailer.forget(now - LETTERS_KEPT) {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "mails kept in the folder were removed after their time"),
            Err(error) => tracing::error!(error = format!("{error:#}"), "kept mails could not be removed"),
        }
    }
}

/// Tells the hub of the podcast, where there is one, what changed; nobody waits for it.
fn tell(hub: Option<&websub::Hub>, site: Arc<host::Site>) {
    if let Some(hub) = hub {
        tokio::spawn(websub::tell(hub.clone(), site));
    }
}

/// Counts all figures anew, and looks whether the database is sound and no seat is miscounted: every night, and at the start,
/// so that nobody waits for the first count.
async fn watch(store: Store) {
    let mut day = tokio::time::interval(Duration::from_secs(86_400));
    loop {
        day.tick().await;
        match store.recount().await {
            Ok(wrong) if wrong.is_empty() => {}
            Ok(wrong) => {
                let rows = wrong.len();
                tracing::error!(rows, "figures did not say what their rows say; they were counted anew and do now");
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "figures could not be counted anew"),
        }
        match store.faults().await {
            Ok(faults) => {
                for fault in faults {
                    tracing::error!(
                        fault,
                        "the database is not as it must be: README.md tells how to put a backup back"
                    );
                }
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "the database could not be looked at"),
        }
    }
}

/// A built site with all that it decides, as the host shows it.
fn generation(built: site::Site, settings: Settings, old: Option<&host::Site>) -> anyhow::Result<host::Generation> {
    let site = Arc::new(host::Site::load(built.outputs, old)?.with_sounds(built.sounds));
    let limits = Arc::new(built.renderer.loaded().repere.host.clone());
    Ok(host::Generation { site, voice: Arc::new(Voice { renderer: built.renderer, settings }), limits })
}

/// Builds again at each SIGHUP and whenever a page comes or goes, and shows the result, with its limits and its settings of
/// mail and calendar, all from one moment on; a build that fails changes nothing, and is tried again in a minute when a
/// page was due.
async fn reload(
    options: site::Options,
    data: PathBuf,
    shown: host::Shown,
    hub: Option<websub::Hub>,
    mut next_change: Option<jiff::Timestamp>,
) {
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            asked = hangups.recv() => if asked.is_none() { return },
            () = until(next_change) => tracing::info!("a page comes or goes at this time"),
        }
        let (options, data, switch) = (options.clone(), data.clone(), shown.clone());
        let swapped = tokio::task::spawn_blocking(move || {
            let built = site::load(&options).map_err(|problems| super::print(&problems)).ok()?;
            let (before, next_change) = (switch.now(), built.next_change);
            let mut settings =
                settings(built.renderer.loaded(), options.base_url.as_deref().unwrap_or_default(), &data);
            // The language is that of the calendar's pages, which keep theirs.
            settings.lang.clone_from(&before.voice.settings.lang);
            let told = |error: anyhow::Error| tracing::error!(error = format!("{error:#}"), "the site cannot be shown");
            switch.show(generation(built, settings, Some(&before.site)).map_err(told).ok()?);
            Some(next_change)
        });
        match swapped.await {
            Ok(Some(change)) => {
                next_change = change;
                tracing::info!("the site was built again and is shown");
                tell(hub.as_ref(), shown.now().site.clone());
            }
            _ => {
                let soon = jiff::Timestamp::now() + Duration::from_secs(60);
                next_change = next_change.map(|change| change.max(soon));
                tracing::error!("the site could not be built again; the one before is still shown");
            }
        }
    }
}

/// Waits for a moment, for ever when there is none. The clock is looked at each minute: it may be set, and the machine
/// may sleep.
async fn until(moment: Option<jiff::Timestamp>) {
    let Some(moment) = moment else { return std::future::pending().await };
    loop {
        let left = moment.as_millisecond() - jiff::Timestamp::now().as_millisecond();
        let Ok(left @ 1..) = u64::try_from(left) else { return };
        tokio::time::sleep(Duration::from_millis(left.min(60_000))).await;
    }
}

/// A source of stop signals: each call waits for the next SIGTERM or SIGINT.
fn stop_signals() -> anyhow::Result<impl FnMut() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>>> {
    type Both = Arc<tokio::sync::Mutex<(Signal, Signal)>>;
    let both: Both =
        Arc::new(tokio::sync::Mutex::new((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)));
    Ok(move || {
        let both = Arc::clone(&both);
        Box::pin(async move {
            let mut both = both.lock().await;
            let (terminate, interrupt) = &mut *both;
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>
    })
}

/// Tells the operator where everything is. To the terminal, not to the log: the first-run link is a secret.
async fn announce(store: &Store, settings: &Settings, address: SocketAddr, files: usize) -> anyhow::Result<()> {
    let base = &settings.publisher.base_url;
    println!("Site        {base}/   ({files} fichiers, écoute sur {address})");
    println!("Calendrier  {base}/calendrier/");
    println!("Podcast     {base}/podcast/feed.xml");
    println!("Équipe      {base}/equipe/");
    if settings.smtp.is_none() {
        println!("Courriels   aucun serveur configuré : ils sont gardés dans {}", settings.folder.display());
        println!("            et se lisent dans l'espace équipe, rubrique Messages");
    }
    if let Some(token) = store.bootstrap(jiff::Timestamp::now().as_second()).await? {
        println!();
        println!("Premier accès : ouvrez ce lien pour créer le compte de coordination. Il ne sert qu'une fois.");
        println!("            {base}/equipe/premier-acces/{token}");
    }
    println!();
    Ok(())
}

/// What mails and calendars say of the site.
fn settings(loaded: &Loaded, base_url: &str, data: &Path) -> Settings {
    let (mail, config) = (&loaded.repere.mail, &loaded.config);
    let host = url::Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    let or = |value: &str, other: String| if value.is_empty() { other } else { value.to_owned() };
    let title = config.default_options().title.clone().unwrap_or_else(|| host.clone());
    let publisher = Publisher {
        base_url: base_url.trim_end_matches('/').to_owned(),
        domain: or(&loaded.repere.calendar.domain, host.clone()),
        organizer_name: or(&mail.from_name, title.clone()),
        organizer_email: or(&mail.from_address, format!("calendrier@{host}")),
        name: title,
    };
    let smtp = (!mail.server.is_empty()).then(|| {
        let (security, port) = match mail.security {
            MailSecurity::StartTls => (Security::StartTls, 587),
            MailSecurity::Tls => (Security::Tls, 465),
            MailSecurity::None => (Security::None, 25),
        };
        Smtp {
            host: mail.server.clone(),
            port: mail.port.unwrap_or(port),
            user: mail.user.clone(),
            password: std::env::var("REPERE_SMTP_PASSWORD").unwrap_or_default(),
            security,
        }
    });
    Settings { publisher, lang: config.default_language.clone(), smtp, folder: data.join("mail") }
}

/// Lines for people on a terminal, JSON for machines. `RUST_LOG` chooses what is told.
fn log() {
    use std::io::IsTerminal as _;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,symphonia=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber (tests) changes nothing.
    let _ = if std::io::stderr().is_terminal() {
        builder.with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
}
