//! A PostgreSQL for the tests: one server per test process, started when the first test asks, a fresh database for each.
//!
//! Entry point: [`fresh`]. The server listens on a socket in a temporary folder and nowhere else. A shell stands beside it
//! and waits for its input to end, which happens however this process ends; then it stops the server and removes the folder.
//! PostgreSQL's programs come from Debian's package `postgresql`. Without them the tests fail; whoever cannot have them sets
//! `REPERE_TESTS_WITHOUT_POSTGRES=1`, which `tests/all` never does.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Keeps the pipe to the shell open for as long as this process lives.
struct Server {
    folder: PathBuf,
    _shell: Child,
}

/// The address of a new, empty database; `None` where the tests were asked to do without PostgreSQL.
pub(crate) async fn fresh() -> Option<String> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    on(&SERVER, "-c fsync=off -c full_page_writes=off").await
}

/// The same on a server that brings every commit to the disk, as it should: for measuring.
pub(crate) async fn durable() -> Option<String> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    on(&SERVER, "-c shared_buffers=256MB -c max_wal_size=4GB").await
}

async fn on(server: &OnceLock<Server>, settings: &str) -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    if std::env::var_os("REPERE_TESTS_WITHOUT_POSTGRES").is_some() {
        return None;
    }
    let server = server.get_or_init(|| start(settings));
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let pool = sqlx_pool(&address(&server.folder, "postgres")).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    Some(address(&server.folder, &name))
}

/// Runs one of PostgreSQL's programs; the test fails with it.
pub(crate) fn program(name: &str, arguments: &[&str]) {
    let output = Command::new(programs().join(name)).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

fn address(folder: &Path, database: &str) -> String {
    format!("postgres://postgres@localhost/{database}?host={}", folder.display())
}

async fn sqlx_pool(url: &str) -> sqlx::AnyPool {
    sqlx::any::install_default_drivers();
    sqlx::any::AnyPoolOptions::new().max_connections(1).connect(url).await.unwrap()
}

/// Starts a server with these settings beside the usual ones.
fn start(settings: &str) -> Server {
    let programs = programs();
    let temporary = tempfile::Builder::new().prefix("repere-pg-").tempdir_in("/tmp").unwrap();
    // The shell removes it: a static is never dropped.
    let folder = temporary.keep();
    let (user, run_as) = unprivileged();
    if let Some((uid, gid)) = user {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
    }
    let script = format!(
        "cd {folder} && exec 2>log >&2\n\
         {run_as} {programs}/initdb -D data -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync || exit 1\n\
         {run_as} {programs}/postgres -D data -k {folder} -c listen_addresses= -c max_connections=500 \
             -c shared_buffers=64MB {settings} &\n\
         server=$!\n\
         cat >/dev/null\n\
         kill -QUIT $server; wait $server; cd /; rm -rf {folder}\n",
        folder = folder.display(),
        programs = programs.display(),
    );
    let shell = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut shell = shell.expect("a shell");
    let start = Instant::now();
    let ready = programs.join("pg_isready");
    while !Command::new(&ready).arg("-q").arg("-h").arg(&folder).status().is_ok_and(|status| status.success()) {
        let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(shell.try_wait().unwrap().is_none(), "PostgreSQL did not start:\n{}", log());
        assert!(start.elapsed() < Duration::from_secs(60), "PostgreSQL does not answer:\n{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
    Server { folder, _shell: shell }
}

/// The folder of `postgres` and `initdb`: Debian keeps them out of the PATH.
fn programs() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    versions.sort_unstable();
    if let Some((_, newest)) = versions.pop() {
        return newest;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    found.expect(
        "PostgreSQL's programs are missing: install Debian's package `postgresql`, or do without these tests with \
         REPERE_TESTS_WITHOUT_POSTGRES=1",
    )
}

/// PostgreSQL refuses to run as root: whom to be instead, and the words in front of a command for that.
fn unprivileged() -> (Option<(u32, u32)>, String) {
    if id("-u", "") != Some(0) {
        return (None, String::new());
    }
    let known = ["postgres", "nobody"].into_iter().find_map(|name| Some((name, (id("-u", name)?, id("-g", name)?))));
    let (_, (uid, gid)) = known.expect("a user who is not root: postgres or nobody");
    (Some((uid, gid)), format!("setpriv --reuid={uid} --regid={gid} --clear-groups"))
}

fn id(what: &str, user: &str) -> Option<u32> {
    let mut command = Command::new("id");
    command.arg(what).args((!user.is_empty()).then_some(user));
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
