//! A server process, and the folder of its files.

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

/// The database, the keys and the log of one deployment, which outlive a restart.
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

    /// The database, which is a test double's if there is one here.
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

    /// The log of all servers of this home.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
    }

    /// The code that was sent last, as the demonstration logs it.
    pub(crate) fn code(&self) -> String {
        let log = self.log();
        let line =
            log.lines().rfind(|line| line.contains("code for ")).unwrap_or_else(|| panic!("no code:\n{log}"));
        // In either format, `code for NUMBER (PURPOSE): ` stands before it.
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

    /// A test double, which has a clock that moves. It keeps its data here.
    pub(crate) fn start_double(&self) -> Server {
        self.start_with(&["--dev"])
    }

    /// A test double with these applications.
    pub(crate) fn start_double_with(&self, config: &str) -> Server {
        let path = self.path("config.toml");
        std::fs::write(&path, config).unwrap();
        self.start_with(&["--dev", "--dev-config", path.to_str().unwrap()])
    }

    pub(crate) fn start_with(&self, arguments: &[&str]) -> Server {
        self.try_start(arguments).unwrap_or_else(|| panic!("no start:\n{}", self.log()))
    }

    /// Returns `None` if the server ends instead of starting.
    pub(crate) fn try_start(&self, arguments: &[&str]) -> Option<Server> {
        let is_demo = !arguments.contains(&"--config");
        self.run(&mut self.command(arguments), is_demo)
    }

    /// Runs a server by this command, which [`command`](Self::command) need not have made.
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
            // A demonstration prints this line last. Another server prints only its addresses.
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

    /// Runs this command, which is expected to end.
    pub(crate) fn ends(command: &mut Command) -> Output {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        if ended(&mut process).is_none() {
            process.kill().unwrap();
            panic!("it started");
        }
        process.wait_with_output().unwrap()
    }
}

/// A running server, which is killed when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    /// The lines of its standard output.
    said: Mutex<Receiver<String>>,
    /// The address of its management listener, or an empty text if there is none.
    pub(crate) management: String,
}

impl Server {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line of its standard output.
    pub(crate) fn line(&self) -> String {
        self.said.lock().unwrap().recv_timeout(PATIENCE).unwrap()
    }

    /// Sends SIGTERM, and waits for the end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        ended(&mut self.process).expect("it did not stop")
    }

    /// Sends SIGHUP, on which the server reads its files again.
    pub(crate) fn hang_up(&self) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }

    /// Sends SIGKILL, which leaves the server no time to clean up.
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
