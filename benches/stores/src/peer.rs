//! The peer: axum-login on tower-sessions, with its sqlx stores, set up as its documentation says. No password is hashed.

use crate::calls::{self, PASSWORD, ROUTE};
use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use axum_login::{
    AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend, login_required,
    tower_sessions::{SessionManagerLayer, SessionStore},
};
use serde::Deserialize;
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::path::Path;
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

/// Where its users are.
#[derive(Clone, Debug)]
enum Users {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(Clone, Debug)]
struct User {
    id: i64,
    password: String,
}

#[derive(Deserialize)]
struct Credentials {
    identifier: String,
    password: String,
}

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.password.as_bytes()
    }
}

impl AuthnBackend for Users {
    type User = User;
    type Credentials = Credentials;
    type Error = sqlx::Error;

    async fn authenticate(&self, typed: Credentials) -> Result<Option<User>, sqlx::Error> {
        let sql = "SELECT id, password FROM users WHERE name = $1";
        let found: Option<(i64, String)> = match self {
            Self::Sqlite(pool) => sqlx::query_as(sql).bind(typed.identifier).fetch_optional(pool).await?,
            Self::Postgres(pool) => sqlx::query_as(sql).bind(typed.identifier).fetch_optional(pool).await?,
        };
        Ok(found.map(User::from).filter(|user| user.password == typed.password))
    }

    async fn get_user(&self, id: &i64) -> Result<Option<User>, sqlx::Error> {
        let sql = "SELECT id, password FROM users WHERE id = $1";
        let found: Option<(i64, String)> = match self {
            Self::Sqlite(pool) => sqlx::query_as(sql).bind(id).fetch_optional(pool).await?,
            Self::Postgres(pool) => sqlx::query_as(sql).bind(id).fetch_optional(pool).await?,
        };
        Ok(found.map(User::from))
    }
}

impl From<(i64, String)> for User {
    fn from((id, password): (i64, String)) -> Self {
        Self { id, password }
    }
}

async fn sign_in(mut session: AuthSession<Users>, Json(typed): Json<Credentials>) -> StatusCode {
    match session.authenticate(typed).await {
        Ok(Some(user)) if session.login(&user).await.is_ok() => StatusCode::OK,
        Ok(_) => StatusCode::FORBIDDEN,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn orders(session: AuthSession<Users>) -> Result<String, StatusCode> {
    session.user.map(|user| user.id.to_string()).ok_or(StatusCode::UNAUTHORIZED)
}

fn router<S: SessionStore + Clone>(users: Users, sessions: S) -> Router {
    let sessions = SessionManagerLayer::new(sessions);
    Router::new()
        .route(ROUTE, get(orders))
        .route_layer(login_required!(Users))
        .route("/v1/sign-in", post(sign_in))
        .layer(AuthManagerLayerBuilder::new(users, sessions).build())
}

const TABLE: &str =
    "CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL)";
const PERSON: &str = "INSERT INTO users (id, name, password) VALUES ($1, $2, $3)";

pub(crate) async fn sqlite(path: &Path, people: usize) -> Router {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().connect_with(options).await.expect("a database");
    sqlx::query(TABLE).execute(&pool).await.expect("a table");
    for number in 0..people {
        let person = sqlx::query(PERSON).bind(number as i64).bind(calls::fresh(number)).bind(PASSWORD);
        person.execute(&pool).await.expect("a user");
    }
    let sessions = SqliteStore::new(pool.clone());
    sessions.migrate().await.expect("a table");
    router(Users::Sqlite(pool), sessions)
}

/// With tables and users.
pub(crate) async fn make(url: &str, people: usize) {
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await.expect("a database");
    sqlx::query(TABLE).execute(&pool).await.expect("a table");
    for number in 0..people {
        let person = sqlx::query(PERSON).bind(number as i64).bind(calls::fresh(number)).bind(PASSWORD);
        person.execute(&pool).await.expect("a user");
    }
    PostgresStore::new(pool).migrate().await.expect("a table");
}

/// sqlx pings a connection before each statement, unless it is told not to, and after it anyway.
pub(crate) async fn postgres(url: &str, connections: u32, pings: bool) -> Router {
    let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(pings);
    let pool = pool.connect(url).await.expect("a database");
    router(Users::Postgres(pool.clone()), PostgresStore::new(pool))
}
