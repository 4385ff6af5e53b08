//! `repere serve`: the site for its writer, followed by every change.
//!
//! Pages come from memory; each build believes the one before as far as it holds, so that a change is there at once. A
//! build that fails leaves the last good site, with the problems on top. What the host forbids is allowed here.

mod watch;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use clap::Args;

use super::Place;
use crate::config::Mode;
use crate::diagnostic;
use crate::host::{self, Preview};
use crate::site::{self, Manifest, Memory, Mended, Site};
use watch::{Touched, Watch};

/// Arguments of `repere serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address to listen on
    #[arg(short, long, default_value = "127.0.0.1")]
    interface: String,
    /// Port to listen on; the next free one when it is taken
    #[arg(short, long, default_value_t = 1111)]
    port: u16,
    /// Also write the site into this folder
    #[arg(short, long, value_name = "FOLDER")]
    output_dir: Option<PathBuf>,
    /// Replace the folder of --output-dir when it exists already
    #[arg(long)]
    force: bool,
    /// The address visitors use, when it is not the one listened on
    #[arg(short = 'u', long, value_name = "ADDRESS")]
    base_url: Option<String>,
    /// Show drafts too
    #[arg(long)]
    drafts: bool,
    /// Show the site as it is at this moment (2026-12-24T08:00:00Z) instead of now
    #[arg(long, value_name = "MOMENT")]
    at: Option<jiff::Timestamp>,
    /// Open a browser
    #[arg(short = 'O', long)]
    open: bool,
    /// Also write the HTML into the output folder
    #[arg(long)]
    store_html: bool,
    /// Accepted for habit: only what changed matters here anyway
    #[arg(short, long)]
    fast: bool,
    /// Leave the port out of the addresses
    #[arg(long)]
    no_port_append: bool,
    /// Follow changes of this file or folder too
    #[arg(long, value_name = "PATH")]
    extra_watch_path: Vec<PathBuf>,
    /// Milliseconds to wait for further changes
    #[arg(short, long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..))]
    debounce: u64,
}

impl Serve {
    pub(super) fn run(self, place: &Place) -> ExitCode {
        match self.serve(place) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::from(super::SITE_ERRORS)
            }
        }
    }

    fn serve(self, place: &Place) -> anyhow::Result<()> {
        let root = place.root.canonicalize().with_context(|| format!("{} is no folder", place.root.display()))?;
        let listener = self.listen()?;
        super::watch_preview();
        let address = self.address(&listener)?;
        let options = site::Options {
            root: root.clone(),
            config: place.config.clone(),
            base_url: Some(address.clone()),
            // Files are only written when somebody asked for them; the server needs none.
            output_dir: self.output_dir.clone(),
            force: self.force,
            drafts: self.drafts,
            minify: false,
            mode: Mode::Serve,
            announces: false,
            at: self.at,
        };
        if let Some(folder) = &options.output_dir
            && folder.exists()
            && !self.force
        {
            anyhow::bail!("the folder {} exists already; add --force to replace everything in it", folder.display());
        }
        let preview = Arc::new(Preview::default());
        let store = self.store_html || self.output_dir.is_some();
        let mut builder = Builder {
            options,
            store,
            preview: Arc::clone(&preview),
            memory: Memory::in_process(),
            site: None,
            shown: None,
            output_dir: None,
            told: String::new(),
            number: 0,
            due: None,
        };
        // Changes count from before the first build: one that is made meanwhile is built next.
        let mut ignored = vec![root.join(site::CACHE), root.join(".git")];
        ignored.extend(builder.options.output_dir.clone());
        let mut watch = Watch::new(&root, self.extra_watch_path.clone(), ignored);
        builder.build();
        watch.ignore(builder.output_dir.clone());
        println!("Web server is available at {address}/ (Ctrl+C ends it)");
        if self.open {
            open_browser(&address);
        }
        let quiet = Duration::from_millis(self.debounce);
        std::thread::spawn(move || {
            while let Some(touched) = watch.wait(quiet, builder.due) {
                // Pages that were mended bring no new folder along.
                if builder.follow(touched) {
                    continue;
                }
                watch.ignore(builder.output_dir.clone());
                if watch.look_around() {
                    builder.build();
                }
            }
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async move {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            tokio::select! {
                () = host::serve(listener, host::preview_routes(preview), host::Door::default(), std::future::pending::<()>) => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            Ok(())
        })
    }

    /// The port asked for, or the next one that is free.
    fn listen(&self) -> anyhow::Result<TcpListener> {
        let mut last = None;
        for port in self.port..=self.port.saturating_add(20) {
            match TcpListener::bind((self.interface.as_str(), port)) {
                Ok(listener) => return Ok(listener),
                Err(error) => last = Some(error),
            }
        }
        let error = last.map_or_else(|| "no port".to_owned(), |e| e.to_string());
        anyhow::bail!("cannot listen on {}:{}: {error}", self.interface, self.port)
    }

    /// What pages are to call the site.
    fn address(&self, listener: &TcpListener) -> anyhow::Result<String> {
        let port = listener.local_addr()?.port();
        let Some(base) = &self.base_url else { return Ok(format!("http://{}:{port}", self.interface)) };
        let base = base.trim_end_matches('/');
        let base = if base.contains("://") { base.to_owned() } else { format!("http://{base}") };
        Ok(if self.no_port_append { base } else { format!("{base}:{port}") })
    }
}

/// Builds the site again and again, and shows what is good.
struct Builder {
    options: site::Options,
    store: bool,
    preview: Arc<Preview>,
    memory: Memory,
    /// The last build, if it was good.
    site: Option<Site>,
    /// The files of the last build that was good.
    shown: Option<Manifest>,
    /// Where the site's own configuration has it written: what changes there is no source.
    output_dir: Option<PathBuf>,
    /// The problems that were printed last: the same are not printed twice.
    told: String,
    number: u64,
    /// When a page comes or goes without anybody saving anything.
    due: Option<SystemTime>,
}

impl Builder {
    /// Shows the site as it is now that something changed. True when only some pages had to be made anew.
    fn follow(&mut self, touched: Touched) -> bool {
        let start = Instant::now();
        if let (Touched::These(paths), Some(site)) = (touched, self.site.take()) {
            match site::mend(&self.options, &mut self.memory, site, &paths) {
                Ok(Mended { site, changed }) => {
                    self.told.clear();
                    self.present(site, !changed.is_empty(), start);
                    return true;
                }
                Err(shown) => self.shown = Some(shown),
            }
        }
        self.build();
        false
    }

    /// Shows the site as it is now; problems are printed, and told on top of the last good one.
    fn build(&mut self) {
        let start = Instant::now();
        // Of the last one only its files are still of use: it is large.
        if let Some(site) = self.site.take() {
            self.shown = Some(site.manifest);
        }
        let built = match self.store {
            true => site::build(&self.options),
            false => site::load_with(&self.options, &mut self.memory),
        };
        // From the second build on the folder is our own.
        self.options.force = true;
        let site = match built {
            Ok(site) => site,
            Err(problems) => {
                let told = diagnostic::render(&problems);
                if told != self.told {
                    super::print(&problems);
                    self.told.clone_from(&told);
                }
                return self.preview.tell(told);
            }
        };
        self.told.clear();
        // A site that is shown as it is at one moment stays at it.
        self.due = site.next_change.filter(|_| self.options.at.is_none()).map(SystemTime::from);
        self.output_dir = Some(site.loaded.root.join(&site.loaded.config.output_dir));
        let shown = self.shown.take();
        let is_new = !shown.is_some_and(|shown| host::same(&shown.files, &site.manifest.files));
        self.present(site, is_new, start);
    }

    /// Shows a good site, if it shows anything new.
    fn present(&mut self, site: Site, is_new: bool, start: Instant) {
        if is_new {
            self.number += 1;
            let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            self.preview.show(&site.outputs, format!("{}-{}", started.as_millis(), self.number));
            super::print(&site.warnings);
            println!("{}\nDone in {}ms.", site.summary(), start.elapsed().as_millis());
        } else {
            // Saved without a change, or mended: whoever looks need not look again.
            self.preview.tell(String::new());
        }
        self.site = Some(site);
    }
}

/// The system's own way of opening an address; when there is none, the address is on the terminal.
fn open_browser(address: &str) {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start"]),
        _ => ("xdg-open", &[]),
    };
    let _ = std::process::Command::new(program).args(arguments).arg(address).spawn();
}
