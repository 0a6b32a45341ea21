//! The bare handler: it looks at no header and makes no token. It takes the next account, runs the statements and returns
//! a fixed body, which authflow once gave.

use crate::{
    reply,
    rows::{Id, Session, Skip},
    store::{Failure, Store},
    world::{self, World},
};
use authflow_bench::sample::{CLIENT, TENANT};
use axum::{Router, body::Bytes, extract::State, response::Response, routing::get};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

struct Bare {
    store: Store,
    /// A session id of each account, and the account's id.
    subjects: Vec<(Id, String)>,
    next: AtomicUsize,
    skip_reply: Bytes,
}

pub(crate) async fn serve(folder: &Path) {
    let world = World::of(folder);
    let bare = Arc::new(Bare {
        store: Store::open(&world).expect("a database"),
        subjects: world.subjects(),
        next: AtomicUsize::new(0),
        skip_reply: world.skip_reply().into(),
    });
    let router = Router::new().route(world::CHECK, get(check)).route(world::SKIP, get(skip)).with_state(bare);
    world::serve(router).await;
}

impl Bare {
    fn subject(&self) -> (Id, String) {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.subjects[next % self.subjects.len()].clone()
    }
}

async fn check(State(bare): State<Arc<Bare>>) -> Response {
    let (session, account) = bare.subject();
    let found = async {
        let session = bare.store.find_session(session).await?;
        let account = bare.store.find_account(TENANT.to_owned(), account).await?;
        Ok::<_, Failure>(session.is_some() && account.is_some())
    };
    match found.await {
        Ok(true) => reply::ok(Bytes::from_static(br#"{"is_set_pwd":true}"#)),
        _ => reply::busy(),
    }
}

async fn skip(State(bare): State<Arc<Bare>>) -> Response {
    let (_, account) = bare.subject();
    let skipped = async {
        let found = bare.store.find_account(TENANT.to_owned(), account.clone()).await?;
        let now = world::now();
        let skip = Skip {
            claim: world::random_id(),
            keep_until: now + 900,
            budget: world::SKIPS_EACH,
            session_id: world::random_id(),
            session: Session {
                client_id: CLIENT.to_owned(),
                tenant: TENANT.to_owned(),
                account,
                auth_time: now,
                factors: "pwd".to_owned(),
                generation: 0,
                used_at: now,
                expires_at: now + 43_200,
                revision: found.map_or(0, |account| account.revision),
                device_kind: "fingerprint".to_owned(),
                device_key: None,
                device_digest: world::random_id(),
            },
            now,
        };
        bare.store.commit(skip).await
    };
    match skipped.await {
        Ok(true) => reply::ok(bare.skip_reply.clone()),
        _ => reply::busy(),
    }
}
