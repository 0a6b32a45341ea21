//! A pgbouncer that lends a connection for no longer than a transaction.

use crate::server::{Database, OWNER, Server, server, told};
use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};

pub(crate) const PORT: u16 = 6432;

pub(crate) struct Pooler {
    /// Stops the pooler when its input ends.
    _keeper: Child,
}

/// The pooler in front of the shared server. If there is none to start, says so and returns `None`.
pub(crate) fn pooler() -> Option<&'static Pooler> {
    static POOLER: OnceLock<Result<Pooler, String>> = OnceLock::new();
    let server = server()?;
    told(POOLER.get_or_init(|| Pooler::start(server)))
}

impl Pooler {
    fn start(server: &Server) -> Result<Self, String> {
        let folder = server.folder.display();
        let listen = format!("listen_addr =\nlisten_port = {PORT}\nunix_socket_dir = {folder}\n");
        let socket = server.folder.join(format!(".s.PGSQL.{PORT}"));
        Self::listening(server, "pooler", &listen, || socket.exists())
    }

    /// Starts a pooler that listens as `listen` says, with files of this name, and waits for it.
    pub(crate) fn listening(
        server: &Server,
        name: &str,
        listen: &str,
        is_up: impl Fn() -> bool,
    ) -> Result<Self, String> {
        let found = server.command("pgbouncer").arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Err("there is no pgbouncer (Debian: apt-get install pgbouncer)".into());
        }
        let folder = server.folder.display();
        let settings = format!(
            "[databases]\n* = host={folder} port=5432 user={OWNER}\n[pgbouncer]\npool_mode = transaction\nauth_type = any\n\
             logfile = {folder}/{name}.log\nmax_client_conn = 500\ndefault_pool_size = 6\n{listen}"
        );
        let file = server.folder.join(format!("{name}.ini"));
        fs::write(&file, settings).map_err(|error| error.to_string())?;
        let command = server.command("pgbouncer");
        let keeper = Command::new("sh")
            .args(["-c", r#""$@" & cat >/dev/null; kill $!"#, "sh"])
            .arg(command.get_program())
            .args(command.get_args())
            .arg("-q")
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        for _ in 0..1000 {
            if is_up() {
                return Ok(Self { _keeper: keeper });
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err("pgbouncer does not listen".into())
    }

    pub(crate) fn url(&self, database: &Database) -> String {
        database.url_of(OWNER, PORT)
    }
}
