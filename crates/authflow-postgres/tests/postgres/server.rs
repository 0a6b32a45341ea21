//! A PostgreSQL for these tests: in its own folder, on a socket in that folder, and stopped when the process that started it ends.

use std::{
    env,
    fmt::Display,
    fs,
    io::{self, Write as _},
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// The owner of the databases.
pub(crate) const OWNER: &str = "owner";

pub(crate) struct Server {
    pub(crate) folder: PathBuf,
    programs: Programs,
    databases: AtomicU32,
    /// Stops the server when its input ends, which happens when this process ends in any way.
    _keeper: Child,
}

/// The server that most tests share. If there is none to start, says so and returns `None`.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    told(SERVER.get_or_init(Server::start))
}

/// Prints what could not be started.
pub(crate) fn told<T>(started: &Result<T, String>) -> Option<&T> {
    match started {
        Ok(started) => Some(started),
        Err(why) if env::var("AUTHFLOW_POSTGRES").is_ok_and(|is| is == "required") => {
            panic!("AUTHFLOW_POSTGRES=required, and {why}")
        }
        Err(why) => {
            let test = thread::current().name().unwrap_or("a test").to_owned();
            // A macro would not do, because its output is hidden if the test passes.
            io::stderr().write_all(format!("SKIPPED: {test}: {why}\n").as_bytes()).unwrap();
            None
        }
    }
}

impl Server {
    pub(crate) fn start() -> Result<Self, String> {
        let programs = Programs::find()?;
        let init = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "-U", OWNER, "-D"];
        let mut make = programs.command("initdb");
        make.args(init);
        Self::made_by(make, programs)
    }

    /// A standby that follows everything that this server writes, as long as it can.
    pub(crate) fn standby(&self) -> Result<Self, String> {
        let mut make = self.programs.command("pg_basebackup");
        make.arg("-h").arg(&self.folder).args(["-U", OWNER, "-c", "fast", "--no-sync", "-R", "-D"]);
        Self::made_by(make, self.programs.clone())
    }

    /// Makes a server with a command whose last argument is the folder of the data.
    fn made_by(mut make: Command, programs: Programs) -> Result<Self, String> {
        let folder = programs.folder()?;
        let data = folder.join("data");
        run(make.arg(&data))?;
        let keeper = Command::new("sh")
            .args(["-c", r#"cat >/dev/null; "$@" 2>/dev/null; rm -rf "$0""#])
            .arg(&folder)
            .args(programs.words("pg_ctl"))
            .args(["stop", "-s", "-m", "immediate", "-D"])
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let server = Self { folder, programs, databases: AtomicU32::new(0), _keeper: keeper };
        server.go_on()?;
        Ok(server)
    }

    /// Starts the server, and waits until it takes connections.
    pub(crate) fn go_on(&self) -> Result<(), String> {
        // The data survive a crash of the server, because the operating system has them. They need not survive a crash of the machine, so nothing
        // need reach the disk.
        let options = format!(
            "-k {} -c listen_addresses='' -c max_connections=300 -c fsync=off -c log_min_messages=log",
            self.folder.display()
        );
        run(self.control("start").arg("-o").arg(options).arg("-l").arg(self.folder.join("log")))
    }

    /// Stops the server as a power cut would: no process ends anything in order.
    pub(crate) fn crash(&self) {
        run(self.control("stop").args(["-m", "immediate"])).unwrap();
    }

    /// Makes the standby a server that takes writes.
    pub(crate) fn promote(&self) -> Result<(), String> {
        run(&mut self.control("promote"))
    }

    fn control(&self, what: &str) -> Command {
        let mut command = self.programs.command("pg_ctl");
        command.args([what, "-s", "-w", "-D"]).arg(self.folder.join("data")).stdout(Stdio::null());
        command
    }

    /// An empty database.
    pub(crate) async fn database(&self) -> Database {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = self.named("postgres");
        made.client().await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        self.named(&name)
    }

    /// The database of this name.
    pub(crate) fn named(&self, name: &str) -> Database {
        Database { folder: self.folder.clone(), name: name.to_owned() }
    }

    /// Another program, as the user that the server runs as.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.programs.command(program)
    }
}

/// A database of the server.
#[derive(Clone)]
pub(crate) struct Database {
    folder: PathBuf,
    pub(crate) name: String,
}

impl Database {
    pub(crate) fn url(&self) -> String {
        self.url_of(OWNER, 5432)
    }

    pub(crate) fn url_of(&self, user: &str, port: u16) -> String {
        let Self { folder, name } = self;
        format!("host={} port={port} user={user} dbname={name}", folder.display())
    }

    /// A connection for statements of the test.
    pub(crate) async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        client
    }
}

/// The programs of a PostgreSQL, and the words before them if they run as another user than the tests.
#[derive(Clone)]
struct Programs {
    folder: PathBuf,
    before: Vec<String>,
    /// The user and group that they run as.
    owner: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Result<Self, String> {
        let folder = bin().ok_or(
            "there is no PostgreSQL: its `initdb` is not found (Debian: apt-get install postgresql)",
        )?;
        if output(Command::new("id").arg("-u"))? != "0" {
            return Ok(Self { folder, before: Vec::new(), owner: None });
        }
        // The server refuses to run as root.
        let number = |what| -> Result<u32, String> {
            let found = output(Command::new("id").args([what, "postgres"]))?;
            found.parse().map_err(|_| format!("id {what} postgres: {found}"))
        };
        let owner = (number("-u")?, number("-g")?);
        let before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
        Ok(Self { folder, before: before.map(str::to_owned).into(), owner: Some(owner) })
    }

    /// An empty folder that belongs to that user.
    fn folder(&self) -> Result<PathBuf, String> {
        let folder = TempDir::with_prefix("authflow-").map_err(said)?.keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).map_err(said)?;
        if let Some((user, group)) = self.owner {
            chown(&folder, Some(user), Some(group)).map_err(said)?;
        }
        Ok(folder)
    }

    fn words(&self, program: &str) -> Vec<String> {
        let path = self.folder.join(program);
        let path = if path.exists() { path } else { program.into() };
        self.before.iter().cloned().chain([path.display().to_string()]).collect()
    }

    fn command(&self, program: &str) -> Command {
        let words = self.words(program);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).current_dir("/");
        command
    }
}

/// The folder of the programs: the latest version of Debian's, or the one in the path.
fn bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let has_initdb = |bin: &PathBuf| bin.join("initdb").is_file();
    let version = |bin: &PathBuf| bin.parent().and_then(Path::file_name)?.to_str()?.parse::<u32>().ok();
    let debian = versions.map(|version| version.path().join("bin")).filter(has_initdb).max_by_key(version);
    let on_path = || env::split_paths(&env::var_os("PATH").unwrap_or_default()).find(has_initdb);
    debian.or_else(on_path)
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command without pipes, which a server in the background would hold open.
fn run(command: &mut Command) -> Result<(), String> {
    let status = command.stdout(Stdio::null()).status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

fn said(error: impl Display) -> String {
    error.to_string()
}
