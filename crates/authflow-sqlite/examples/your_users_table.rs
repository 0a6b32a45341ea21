//! A shop has had customers for years, in its own table, with passwords that bcrypt has hashed. authflow takes over the shop's login. Nobody is
//! asked for a new password, and no session ends when a password is hashed anew.
//!
//! `cargo run -p authflow-sqlite --example your_users_table`

use authflow::{
    AccountId, Application, ClientId, Config, Engine, Moment,
    account::AccountStatus,
    code::{Deliver, Delivery},
    facade::{Facade as _, Request},
    factor::{Factor, FactorSet},
    parts::{AllowAll, Courier, NoSigner, Parts},
    token::Issuer,
    web::{Modes, Web},
};
use authflow_argon2::{Argon2Hasher, Argon2id, ParameterSet};
use authflow_keys::{key_ring, sealing_keys};
use authflow_sqlite::{MappedAccounts, Place, Settings, SqliteStore, UsersTable, rusqlite::Connection};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tempfile::{NamedTempFile, TempDir};

/// The shop's database as it was. Another program has hashed the password: libxcrypt's bcrypt, with the cost 10.
const AS_IT_WAS: &str = "
    CREATE TABLE customers (
        customer_no INTEGER PRIMARY KEY,
        login TEXT NOT NULL UNIQUE,
        mail TEXT NOT NULL,
        pw_hash TEXT NOT NULL,
        state TEXT NOT NULL,
        wants_newsletter INTEGER NOT NULL
    );
    INSERT INTO customers VALUES
        (7, 'erin', 'erin@example.com', '$2b$10$hWLbRdMQ9yWMNqx3OhzDkOdi6KA14NRl0fpSkGhNYc7OBcch1Ct3W', 'ok', 1)";

/// The meaning of each column.
fn customers() -> UsersTable {
    UsersTable::named("customers")
        .id("customer_no")
        .tenant_is(None)
        .user_name("login")
        .email("mail")
        .no_mobile()
        .verifier("pw_hash")
        .status("state", [("ok", AccountStatus::Active), ("banned", AccountStatus::Disabled)])
        .no_password_set_at()
}

/// The parameters of the old program's bcrypt. You can read yours from your table: `SELECT DISTINCT substr(pw_hash, 1, 6) FROM customers`.
const OF_THE_OLD_PROGRAM: &str = "$2b$10";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let bcrypt: ParameterSet = OF_THE_OLD_PROGRAM.parse()?;
    let mut shop = Shop::open(Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [bcrypt])?)?;
    println!("The shop has its table, and nobody has signed in through authflow yet.");
    println!("  erin's password is stored as {}", shop.stored()?);

    let phone = shop.sign_in_by_email("phone").await?;
    println!("\nerin signs in on her phone, by a code that was sent to her address.");
    println!("  her password is stored as {}", shop.stored()?);
    println!("  her account is at revision {}", shop.revision().await?);

    let laptop = shop.sign_in("laptop", "Correct-Horse-7").await?;
    println!(
        "\nShe signs in on her laptop, with her old password: bcrypt verifies it, and argon2id hashes it anew."
    );
    println!("  her password is stored as {}", shop.stored()?);
    println!("  her account is at revision {}, the same one", shop.revision().await?);
    println!("  her phone is still signed in: {}", shop.is_signed_in("phone", &phone).await?);

    // No row has a bcrypt hash now.
    shop.hash_with(Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [])?);
    shop.sign_in("tablet", "Correct-Horse-7").await?;
    println!(
        "\nThe shop accepts bcrypt no more, and she signs in on her tablet: argon2id verifies her password."
    );
    println!("  her password is stored as {}", shop.stored()?);
    println!("  her phone is still signed in: {}", shop.is_signed_in("phone", &phone).await?);
    println!("  her laptop is still signed in: {}", shop.is_signed_in("laptop", &laptop).await?);
    Ok(())
}

/// The shop behind authflow. With `authflow-tower`, it works the same over HTTP.
pub(crate) struct Shop {
    web: Web,
    host: ShopHost,
    inbox: Inbox,
    /// The shop's own connection.
    pub(crate) table: Connection,
    _folder: TempDir,
}

type ShopHost =
    Parts<SqliteStore<MappedAccounts>, Argon2Hasher, AllowAll, Inbox, NoSigner, fn(&'static str, &dyn Error)>;

impl Shop {
    pub(crate) fn open(hasher: Argon2Hasher) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        // The store refuses a file with passwords that others than its owner may read.
        let (_, database) = NamedTempFile::new_in(&folder)?.keep()?;
        let table = Connection::open(&database)?;
        table.execute_batch(AS_IT_WAS)?;

        let (ring, _) = key_ring::load_or_make(folder.path().join("keys.toml"))?;
        let (keys, _) = sealing_keys::load_or_make(folder.path().join("sealing-keys.toml"))?;
        let settings = Settings::new(Place::File(database), keys, Moment::now).accounts(customers());
        let store = SqliteStore::open(&settings)?;

        let mut application = Application::new(ClientId::new("shop")?);
        application.policy.first_factors = FactorSet::EMPTY.with(Factor::Password).with(Factor::Email);
        let shop = application.client_id;
        let engine =
            Engine::new(Config::new(Issuer::new("https://shop.example")?, ring, [application].into()))?;
        let inbox = Inbox::default();
        let log: fn(&'static str, &dyn Error) =
            |question, error| eprintln!("{question} went unanswered: {error}");
        let host = Parts { store, hasher, rules: AllowAll, courier: inbox.clone(), signer: NoSigner, log };
        Ok(Self { web: Web::new(engine, shop, Modes::Bearer), host, inbox, table, _folder: folder })
    }

    pub(crate) fn hash_with(&mut self, hasher: Argon2Hasher) {
        self.host.hasher = hasher;
    }

    /// Returns the session token.
    pub(crate) async fn sign_in(&self, device: &str, password: &str) -> Result<String, Box<dyn Error>> {
        let credentials = json!({ "identifier": "erin", "password": password });
        self.session_token("/v1/sign-in", device, &credentials).await
    }

    pub(crate) async fn sign_in_by_email(&self, device: &str) -> Result<String, Box<dyn Error>> {
        let address = json!({ "email": "erin@example.com" });
        self.send("POST", "/v1/sign-in/by-email/send", device, None, &address).await?;
        let code = self.inbox.lock().clone();
        let credentials = json!({ "email": "erin@example.com", "code": code });
        self.session_token("/v1/sign-in/by-email", device, &credentials).await
    }

    async fn session_token(
        &self,
        path: &str,
        device: &str,
        credentials: &Value,
    ) -> Result<String, Box<dyn Error>> {
        let (status, answer) = self.send("POST", path, device, None, credentials).await?;
        let token = answer.get("session_token").and_then(Value::as_str);
        let token = token
            .ok_or_else(|| format!("{path} must end in a session, and ended with {status}: {answer}"))?;
        Ok(token.to_owned())
    }

    pub(crate) async fn is_signed_in(&self, device: &str, session: &str) -> Result<bool, Box<dyn Error>> {
        let (status, _) = self.send("GET", "/v1/session", device, Some(session), &Value::Null).await?;
        Ok(status == 200)
    }

    pub(crate) fn stored(&self) -> Result<String, Box<dyn Error>> {
        let sql = "SELECT pw_hash FROM customers WHERE login = 'erin'";
        Ok(self.table.query_row(sql, [], |row| row.get(0))?)
    }

    /// Everything that ends sessions counts it up.
    pub(crate) async fn revision(&self) -> Result<i64, Box<dyn Error>> {
        let erin = self.host.store.account(None, AccountId::new("7")?).await?.ok_or("erin must be there")?;
        Ok(erin.revision.into())
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        device: &str,
        bearer: Option<&str>,
        body: &Value,
    ) -> Result<(u16, Value), Box<dyn Error>> {
        let mut headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("X-Device-Fingerprint", device.to_owned()),
        ];
        headers.extend(bearer.map(|token| ("Authorization", format!("Bearer {token}"))));
        let body = body.to_string();
        let request = Request { method, path, headers: &headers, body: body.as_bytes(), peer: None };
        let reply = self.web.serve(&request, Moment::now()?, &self.host).await;
        Ok((reply.status(), serde_json::from_slice(reply.body())?))
    }
}

/// The place where e-mails would go. It keeps the code of the last one.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<String>>);

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Courier for Inbox {
    type Error = Infallible;

    async fn deliver(&self, ask: &Deliver) -> Result<Delivery, Infallible> {
        *self.lock() = ask.code.expose().to_owned();
        Ok(Delivery::Delivered)
    }
}
