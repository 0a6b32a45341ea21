//! A server process, and the folder that its files live in.

use rusqlite::Connection;
use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Mutex,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "Correct-Horse-7";
const PATIENCE: Duration = Duration::from_secs(60);

/// Database, keys and log of one deployment: what outlives a restart.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A test double's, if there is one here.
    pub(crate) fn database(&self) -> Connection {
        let path = ["authflow-dev.db", "authflow.db"].map(|name| self.path(name));
        let connection = Connection::open(path.iter().find(|path| path.exists()).unwrap()).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection
    }

    pub(crate) fn execute(&self, sql: &str) -> usize {
        self.database().execute(sql, []).unwrap()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn sessions(&self) -> i64 {
        self.number("SELECT count(*) FROM authflow_sessions")
    }

    /// Everything that every server of this home has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
    }

    /// The code that was sent last, as the demonstration logs it.
    pub(crate) fn code(&self) -> String {
        let log = self.log();
        let line =
            log.lines().rfind(|line| line.contains("code for ")).unwrap_or_else(|| panic!("no code:\n{log}"));
        // Whatever the format, `code for NUMBER (PURPOSE): ` stands before it.
        line.rsplit_once("): ").unwrap().1[..6].to_owned()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let log = File::options().append(true).create(true).open(self.path("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_authflow-server"));
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if arguments.contains(&"--dev") {
            command.arg("--dev-keep").arg(self.folder.path());
        } else {
            if !arguments.contains(&"--database") {
                command.arg("--database").arg(format!("sqlite:{}", self.path("authflow.db").display()));
            }
            command.arg("--keys").arg(self.path("keys.toml"));
            command.arg("--sealing-keys").arg(self.path("sealing.toml"));
        }
        command.args(arguments).env("RUST_LOG", "trace").stdout(Stdio::piped()).stderr(log);
        command
    }

    pub(crate) fn start(&self) -> Server {
        self.start_with(&[])
    }

    /// A test double, which has a clock that moves. It keeps what it knows here.
    pub(crate) fn start_double(&self) -> Server {
        self.start_with(&["--dev"])
    }

    /// One with these applications.
    pub(crate) fn start_double_with(&self, config: &str) -> Server {
        let path = self.path("config.toml");
        std::fs::write(&path, config).unwrap();
        self.start_with(&["--dev", "--dev-config", path.to_str().unwrap()])
    }

    pub(crate) fn start_with(&self, arguments: &[&str]) -> Server {
        self.try_start(arguments).unwrap_or_else(|| panic!("no start:\n{}", self.log()))
    }

    /// `None` for a server that ends instead of starting.
    pub(crate) fn try_start(&self, arguments: &[&str]) -> Option<Server> {
        let is_demo = !arguments.contains(&"--config");
        self.run(&mut self.command(arguments), is_demo)
    }

    /// The same, of a command that may be another one than [`command`](Self::command) makes.
    pub(crate) fn run(&self, command: &mut Command, is_demo: bool) -> Option<Server> {
        let is_managed = command.get_args().any(|argument| argument == "--admin-listen");
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (lines, banner) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));

        let mut server =
            Server { process, address: String::new(), management: String::new(), said: Mutex::new(banner) };
        loop {
            let line = match server.said.get_mut().unwrap().recv_timeout(PATIENCE) {
                Ok(line) => line,
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("neither a start nor an end:\n{}", self.log()),
            };
            if let Some(address) = line.strip_prefix("listening on http://") {
                server.address = address.to_owned();
            }
            if let Some(address) = line.strip_prefix("management on http://") {
                server.management = address.to_owned();
            }
            // Printed last, in a demonstration; without one, the address is all there is.
            let is_told = !is_managed || !server.management.is_empty();
            if line == "Try:" || (!is_demo && is_told) {
                return Some(server);
            }
        }
    }

    /// Runs a server that is expected not to start.
    pub(crate) fn fails_to_start(&self, arguments: &[&str]) -> Output {
        Self::ends(&mut self.command(arguments))
    }

    /// The same, of a command that may be another one.
    pub(crate) fn ends(command: &mut Command) -> Output {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        if ended(&mut process).is_none() {
            process.kill().unwrap();
            panic!("it started");
        }
        process.wait_with_output().unwrap()
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    /// Line by line.
    said: Mutex<Receiver<String>>,
    /// Of its management listener; empty where there is none.
    pub(crate) management: String,
}

impl Server {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it says next on standard output.
    pub(crate) fn line(&self) -> String {
        self.said.lock().unwrap().recv_timeout(PATIENCE).unwrap()
    }

    /// SIGTERM, and the wait for what follows.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        ended(&mut self.process).expect("it did not stop")
    }

    /// SIGHUP: read anew.
    pub(crate) fn hang_up(&self) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }

    /// SIGKILL: no time to say goodbye.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ended(process: &mut Child) -> Option<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = process.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    None
}
