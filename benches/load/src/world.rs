//! The world under load, as files in one folder: a key ring and a configuration for the reference server, people whose passwords are about
//! to expire, one session for each of them, and pre-minted tokens. The people are in an SQLite database in the folder, or in PostgreSQL.

use crate::{
    mint::Mint,
    plain::PlainMint,
    postgres,
    rows::{Id, Person, Session},
    sqlite,
};
use authflow_bench::{
    sample::{CLIENT, SECRET, TENANT},
    skip::ISSUER,
};
use axum::{Router, serve::ListenerExt as _};
use std::{
    env, fs,
    io::{BufWriter, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;

pub(crate) const CHECK: &str = "/api/v2/sdk/pwd/check-exist";
pub(crate) const SKIP: &str = "/api/v2/sdk/pwd/skip-update";
/// The most skips that a policy allows.
pub(crate) const SKIPS_EACH: u32 = 100;

const DAY: i64 = 86_400;
/// A verifier of the form that the server's hasher makes. Neither of the two calls looks at it.
const VERIFIER: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(crate) struct World {
    folder: PathBuf,
    place: Place,
}

/// The database that has the people.
pub(crate) enum Place {
    Sqlite,
    /// PostgreSQL, with the folder of its sockets.
    Postgres(PathBuf),
}

impl World {
    /// `LOAD_POSTGRES` names the folder of PostgreSQL's sockets. Without it, the database is SQLite's.
    pub(crate) fn of(folder: &Path) -> Self {
        let sockets = env::var_os("LOAD_POSTGRES").map(PathBuf::from);
        Self { folder: folder.to_owned(), place: sockets.map_or(Place::Sqlite, Place::Postgres) }
    }

    /// Makes everything but the tokens of skips.
    pub(crate) fn make(folder: &Path, accounts: u32) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let world = Self::of(folder);
        world.write_keys();
        let config = format!(
            "issuer = '{ISSUER}'\n\n[[applications]]\nclient_id = '{CLIENT}'\ntenancy = {{ isv = ['{TENANT}'] }}\n\n\
             [applications.policy]\n\
             ageing = {{ max_age_days = 90, warn_before_days = 14, max_skips = {SKIPS_EACH} }}\n"
        );
        fs::write(world.path("config.toml"), config).expect("a configuration");

        let (mint, plain) = (Mint::new(), PlainMint::new());
        let [mut ours, mut theirs] = ["authflow.ids", "plain.ids"].map(|name| world.tokens(name));
        let mut sessions = world.tokens("sessions");
        let password_changed_at = now() - 85 * DAY;
        let mut people = Vec::new();
        for number in 0..accounts {
            let id = account_id(number);
            let signed_in = mint.session(&id);
            let (session_id, session) = (*signed_in.record.session.as_bytes(), row(&signed_in.record));
            writeln!(ours, "{}", signed_in.id_token).expect("a token");
            writeln!(theirs, "{}", plain.id_token(session_id, &id, session.auth_time)).expect("a token");
            sessions.write_all(&session_id).expect("a session");
            if number == 0 {
                fs::write(world.path("skip.reply"), signed_in.reply).expect("a reply");
            }
            let (user_name, profile) = (format!("erin-{number}"), "{\"name\":\"Erin\"}");
            people.push(Person {
                user_name,
                verifier: VERIFIER,
                password_changed_at,
                profile,
                session_id,
                session,
            });
        }
        match &world.place {
            Place::Sqlite => sqlite::prepare(&world.path("prepared.db"), &people).expect("a database"),
            Place::Postgres(sockets) => wait(postgres::prepare(sockets, &people)).expect("a database"),
        }
        world
    }

    /// Mints tokens for `count` skips, spread over all accounts.
    pub(crate) fn mint_skips(&self, count: u32) {
        let (mint, plain) = (Mint::new(), PlainMint::new());
        let [mut ours, mut theirs] = ["authflow.states", "plain.states"].map(|name| self.tokens(name));
        let accounts = u32::try_from(self.subjects().len()).expect("as many as were made");
        for number in 0..count {
            let account = account_id(number % accounts);
            writeln!(ours, "{}", mint.state_token(&account)).expect("a token");
            writeln!(theirs, "{}", plain.state_token(&account)).expect("a token");
        }
    }

    /// Puts the database back into the state before any load.
    pub(crate) fn reset(&self) {
        match &self.place {
            Place::Sqlite => {
                for suffix in ["-wal", "-shm"] {
                    let _ = fs::remove_file(self.path(&format!("load.db{suffix}")));
                }
                fs::copy(self.path("prepared.db"), self.file()).expect("a copy of the database");
            }
            Place::Postgres(sockets) => wait(postgres::reset(sockets)).expect("a copy of the database"),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the SQLite database.
    pub(crate) fn file(&self) -> PathBuf {
        self.path("load.db")
    }

    /// The database as an argument of the reference server.
    pub(crate) fn database(&self) -> String {
        match &self.place {
            Place::Sqlite => format!("sqlite:{}", self.file().display()),
            Place::Postgres(sockets) => postgres::url(sockets, "load"),
        }
    }

    pub(crate) fn skip_reply(&self) -> Vec<u8> {
        fs::read(self.path("skip.reply")).expect("a reply")
    }

    /// The sessions from before any load, and the accounts that they belong to.
    pub(crate) fn subjects(&self) -> Vec<(Id, String)> {
        let ids = fs::read(self.path("sessions")).expect("sessions");
        let (ids, []) = ids.as_chunks() else { panic!("whole ids") };
        ids.iter().copied().zip((0..).map(account_id)).collect()
    }

    /// The number of sessions now.
    pub(crate) fn sessions(&self) -> u64 {
        match &self.place {
            Place::Sqlite => sqlite::sessions(&self.file()).expect("a count"),
            Place::Postgres(sockets) => wait(postgres::sessions(sockets)).expect("a count"),
        }
    }

    /// Writes the server's keys. On PostgreSQL the server makes none, because its neighbours would have others.
    fn write_keys(&self) {
        let hex =
            |bytes: &mut dyn Iterator<Item = u8>| bytes.map(|byte| format!("{byte:02x}")).collect::<String>();
        let signer = hex(&mut SECRET.iter().copied());
        let sealer = hex(&mut SECRET.iter().map(|byte| !byte));
        self.write_key("keys.toml", &format!("[signer]\nsecret = '{signer}'\n"));
        self.write_key("sealing.toml", &format!("[sealer]\nid = '1'\nsecret = '{sealer}'\n"));
    }

    fn write_key(&self, name: &str, text: &str) {
        let path = self.path(name);
        let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        file.expect("a key file").write_all(text.as_bytes()).expect("a key");
    }

    fn tokens(&self, name: &str) -> BufWriter<fs::File> {
        BufWriter::new(fs::File::create(self.path(name)).expect("a file of tokens"))
    }
}

fn account_id(number: u32) -> String {
    format!("20231114161254318-A0F7-{number:09}")
}

fn row(record: &authflow::session::SessionRecord) -> Session {
    let seconds = |at: authflow::Timestamp| i64::try_from(at.as_unix()).expect("before 9999");
    Session {
        client_id: CLIENT.to_owned(),
        tenant: TENANT.to_owned(),
        account: record.account.as_str().to_owned(),
        auth_time: seconds(record.auth_time),
        factors: "pwd".to_owned(),
        generation: record.generation,
        used_at: seconds(record.used_at),
        expires_at: seconds(record.expires_at),
        revision: i64::try_from(record.revision.as_u64()).expect("a small number"),
        device_kind: record.device.kind.as_str().to_owned(),
        device_key: record.device.key.map(|id| id.as_str().to_owned()),
        device_digest: *record.device.digest.as_bytes(),
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(elapsed.as_secs()).expect("before 9999")
}

pub(crate) fn random_id() -> Id {
    let mut id = Id::default();
    getrandom::fill(&mut id).expect("random numbers");
    id
}

/// Serves on a free port, and prints its address.
pub(crate) async fn serve(router: Router) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("listening on http://{}", listener.local_addr().expect("an address"));
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await.expect("connections");
}

/// The program that drives the load blocks while it works on PostgreSQL, as it does for all its other work.
fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}
