//! What is measured: a service on a database.

use crate::{
    calls::{self, Answer, ROUTE},
    ours, peer,
    settings::Settings,
};
use authflow_postgres::Statements;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use std::path::Path;

#[derive(Clone)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) router: Router,
    pub(crate) service: Service,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Authflow,
    /// axum-login on tower-sessions.
    Peer,
}

impl Service {
    /// What is shown at the protected route, as the answer to a sign-in gave it.
    pub(crate) fn session(self, signed_in: &Answer) -> String {
        match self {
            Self::Authflow => format!("Bearer {}", signed_in.member("session_token")),
            Self::Peer => signed_in.cookie(),
        }
    }

    pub(crate) fn route(self, session: &str) -> Request<Body> {
        let shown = match self {
            Self::Authflow => header::AUTHORIZATION,
            Self::Peer => header::COOKIE,
        };
        calls::request("GET", ROUTE).header(shown, session).body(Body::empty()).expect("a request")
    }
}

pub(crate) const PORT: u16 = 5432;
pub(crate) const POOLER: u16 = 6432;
pub(crate) const OURS: &str = "authflow";
pub(crate) const PEERS: &str = "peer";
/// Where there are many sessions.
pub(crate) const GROWN: &str = "grown";

/// On a socket of this folder.
pub(crate) fn url(sockets: &Path, port: u16, database: &str) -> String {
    let folder = sockets.display().to_string().replace('/', "%2F");
    format!("postgres://owner@{folder}:{port}/{database}")
}

pub(crate) async fn all(settings: &Settings) -> Vec<Contender> {
    let Settings { sockets, folder, at_once, .. } = settings;
    let people = settings.people();
    let direct = |database| url(sockets, PORT, database);
    ours::make(&direct(OURS), people).await;
    peer::make(&direct(PEERS), people).await;
    let of_sqlite = ours::sqlite(&folder.join("authflow.db"), people).await;
    let of_postgres = ours::postgres(&direct(OURS), *at_once, Statements::Unprepared).await;
    let prepared = ours::postgres(&direct(OURS), *at_once, Statements::Prepared).await;
    let of_pooler = ours::postgres(&url(sockets, POOLER, OURS), *at_once, Statements::Unprepared).await;
    let connections = u32::try_from(*at_once).expect("a few");
    let (authflow, peer) = (Service::Authflow, Service::Peer);
    [
        ("authflow, SQLite", ours::router(of_sqlite), authflow),
        ("axum-login, SQLite", peer::sqlite(&folder.join("peer.db"), people).await, peer),
        ("authflow, PostgreSQL", ours::router(of_postgres), authflow),
        ("authflow, PostgreSQL, prepared", ours::router(prepared), authflow),
        ("authflow, PostgreSQL behind pgbouncer", ours::router(of_pooler), authflow),
        ("axum-login, PostgreSQL", peer::postgres(&direct(PEERS), connections, true).await, peer),
        ("axum-login, PostgreSQL, no pings", peer::postgres(&direct(PEERS), connections, false).await, peer),
    ]
    .map(|(name, router, service)| Contender { name, router, service })
    .into()
}
