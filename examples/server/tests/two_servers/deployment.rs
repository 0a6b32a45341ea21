//! Servers that share a database and keys.

use crate::{
    process::{Home, Server},
    server::{self, Database, OWNER},
    wire::{Call, World},
};
use serde_json::Value;
use tokio_postgres::Client;

pub(crate) const PORT: u16 = 5432;

pub(crate) struct Deployment {
    pub(crate) home: Home,
    pub(crate) database: Database,
    pub(crate) url: String,
    pub(crate) client: Client,
}

impl Deployment {
    /// A deployment on a new database, with its tables and keys.
    pub(crate) async fn on(postgres: &server::Server, port: u16) -> Self {
        let deployment = Self::without_tables(postgres, port).await;
        let migrated = deployment.home.command(&["--database", &deployment.url, "migrate"]).status();
        assert!(migrated.unwrap().success(), "{}", deployment.home.log());
        deployment
    }

    pub(crate) async fn without_tables(postgres: &server::Server, port: u16) -> Self {
        let database = postgres.database().await;
        let url = url(postgres, OWNER, port, &database.name);
        Self { home: Home::new(), client: database.client().await, database, url }
    }

    pub(crate) fn start(&self) -> Server {
        self.start_with(&[])
    }

    pub(crate) fn start_with(&self, arguments: &[&str]) -> Server {
        self.home.start_with(&[&["--database", &*self.url], arguments].concat())
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(&format!("SELECT ({sql})::bigint"), &[]).await.unwrap().get(0)
    }
}

pub(crate) fn url(postgres: &server::Server, user: &str, port: u16, database: &str) -> String {
    let folder = postgres.folder.to_str().unwrap().replace('/', "%2F");
    format!("postgres://{user}@{folder}:{port}/{database}")
}

pub(crate) fn refresh(session_token: &str) -> Call {
    let path = "/api/v2/sdk/sso/session-token/id-token";
    Call::post(World::Ordinary, path, &Value::Null).with("X-session-token", session_token)
}
