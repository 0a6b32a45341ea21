//! The same two calls, as a service would write them plainly on `jsonwebtoken`. Headers are checked, the token is
//! verified, session and account are looked up and judged, the skip is committed, and tokens are minted.

mod caller;
mod tokens;

use crate::{
    reply,
    rows::{Account, Id, Session, Skip},
    store::{Failure, Store},
    world::{self, World},
};
use authflow_bench::sample::{CLIENT, TENANT};
use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::get};
use caller::{Caller, caller, required};
use serde::Serialize;
use std::{path::Path, sync::Arc};
use tokens::{IdClaims, SESSION_LIFETIME, SessionClaims, StateClaims, Tokens};

const DAY: i64 = 86_400;
const MAX_AGE: i64 = 90 * DAY;
const WARN_BEFORE: i64 = 14 * DAY;

struct Service {
    store: Store,
    tokens: Tokens,
}

enum Refused {
    Device,
    Application,
    StateToken,
    IdToken,
    Busy,
}

impl From<Failure> for Refused {
    fn from(_: Failure) -> Self {
        Self::Busy
    }
}

#[derive(Serialize)]
struct SignedIn {
    status: &'static str,
    session_token: String,
    expire: i64,
    id_token: String,
}

#[derive(Serialize)]
struct Presence {
    is_set_pwd: bool,
}

#[derive(serde::Deserialize)]
struct Profile {
    name: String,
}

pub(crate) async fn serve(folder: &Path) {
    let store = Store::open(&World::of(folder)).expect("a database");
    let service = Arc::new(Service { store, tokens: Tokens::new() });
    let router =
        Router::new().route(world::CHECK, get(check)).route(world::SKIP, get(skip)).with_state(service);
    world::serve(router).await;
}

async fn check(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    response(service.check(&headers).await)
}

async fn skip(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    response(service.skip(&headers).await)
}

impl Service {
    async fn check(&self, headers: &HeaderMap) -> Result<Presence, Refused> {
        let caller = known_caller(headers)?;
        let bearer = required(headers, "authorization", 4096).and_then(|value| value.strip_prefix("Bearer "));
        let claims: IdClaims =
            bearer.and_then(|token| self.tokens.ids.verify(token)).ok_or(Refused::IdToken)?;
        let id = tokens::id(&claims.sid).ok_or(Refused::IdToken)?;
        let session = self.store.find_session(id).await?.ok_or(Refused::IdToken)?;
        let is_callers = session.client_id == caller.client
            && session.tenant == caller.tenant
            && claims.tenant == caller.tenant
            && session.account == claims.sub;
        if !is_callers || session.expires_at <= world::now() {
            return Err(Refused::IdToken);
        }
        let account = self.account(&caller, claims.sub).await?.ok_or(Refused::IdToken)?;
        let changed_at = account.password_changed_at.unwrap_or(0).max(account.factors_changed_at);
        let is_unchanged = account.revision == session.revision && session.auth_time >= changed_at;
        if account.status != "active" || !is_unchanged {
            return Err(Refused::IdToken);
        }
        Ok(Presence { is_set_pwd: account.verifier.is_some() })
    }

    async fn skip(&self, headers: &HeaderMap) -> Result<SignedIn, Refused> {
        let caller = known_caller(headers)?;
        let token = required(headers, "x-state-token", 1024).ok_or(Refused::StateToken)?;
        let claims: StateClaims = self.tokens.states.verify(token).ok_or(Refused::StateToken)?;
        let device = self.tokens.device(&caller.fingerprint);
        if claims.tid != caller.tenant || claims.dev != device || claims.step != "warn" {
            return Err(Refused::StateToken);
        }
        let claim = tokens::id(&claims.jti).ok_or(Refused::StateToken)?;
        let account = self.account(&caller, claims.sub).await?.ok_or(Refused::StateToken)?;
        let now = world::now();
        if account.revision != claims.rev || !may_skip(&account, now) {
            return Err(Refused::StateToken);
        }
        let session_id = world::random_id();
        let session = Session {
            client_id: caller.client,
            tenant: caller.tenant,
            account: account.id.clone(),
            auth_time: claims.start,
            factors: "pwd".to_owned(),
            generation: 0,
            used_at: now,
            expires_at: now + SESSION_LIFETIME,
            revision: account.revision,
            device_kind: "fingerprint".to_owned(),
            device_key: None,
            device_digest: self.tokens.device_digest(&caller.fingerprint),
        };
        let skip = Skip {
            claim,
            keep_until: claims.exp + 300,
            budget: world::SKIPS_EACH,
            session_id,
            session: session.clone(),
            now,
        };
        if !self.store.commit(skip).await? {
            return Err(Refused::StateToken);
        }
        self.signed_in(&account, session_id, session, device, now)
    }

    async fn account(&self, caller: &Caller, id: String) -> Result<Option<Account>, Failure> {
        self.store.find_account(caller.tenant.clone(), id).await
    }

    fn signed_in(
        &self,
        account: &Account,
        id: Id,
        session: Session,
        device: String,
        now: i64,
    ) -> Result<SignedIn, Refused> {
        let profile: Profile = serde_json::from_str(&account.profile).map_err(|_| Refused::Busy)?;
        let session_token = self.tokens.sessions.mint(&SessionClaims {
            sid: tokens::id_text(&id),
            r#gen: session.generation,
            sub: session.account,
            aud: session.client_id,
            tid: session.tenant,
            dev: device,
            rev: session.revision,
            auth_time: session.auth_time,
            iat: now,
            exp: session.expires_at,
        });
        let id_token = self.tokens.id(&id, &account.id, profile.name, session.auth_time, now);
        Ok(SignedIn { status: "SUCCESS", session_token, expire: SESSION_LIFETIME, id_token })
    }
}

fn known_caller(headers: &HeaderMap) -> Result<Caller, Refused> {
    let caller = caller(headers).ok_or(Refused::Device)?;
    let is_known = caller.client == CLIENT && caller.tenant == TENANT;
    is_known.then_some(caller).ok_or(Refused::Application)
}

fn may_skip(account: &Account, now: i64) -> bool {
    let Some(changed_at) = account.password_changed_at else { return false };
    let is_expiring = (MAX_AGE - WARN_BEFORE..MAX_AGE).contains(&(now - changed_at));
    let is_only_old = account.must_change.is_none() && account.enrolled.is_empty();
    account.status == "active" && is_expiring && is_only_old && account.skips_used < world::SKIPS_EACH
}

fn response(result: Result<impl Serialize, Refused>) -> Response {
    match result.map(|body| serde_json::to_vec(&body)) {
        Ok(Ok(body)) => reply::ok(body),
        Err(Refused::Device) => reply::refused("IDAAS.SDK.PARAM.0001", "Device information is incomplete"),
        Err(Refused::Application) => reply::refused("IDAAS.SDK.PARAM.0003", "The app is not registered"),
        Err(Refused::StateToken) => reply::refused("IDAAS.SDK.PARAM.0014", "Invalid state token"),
        Err(Refused::IdToken) => reply::refused("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired"),
        Ok(Err(_)) | Err(Refused::Busy) => reply::busy(),
    }
}

/// Mints the service's tokens for the load.
pub(crate) struct PlainMint {
    tokens: Tokens,
    device: String,
}

impl PlainMint {
    pub(crate) fn new() -> Self {
        let tokens = Tokens::new();
        let fingerprint =
            authflow_bench::sample::HEADERS.iter().find(|(name, _)| *name == "X-device-fingerprint");
        let device = tokens.device(fingerprint.expect("the header").1);
        Self { tokens, device }
    }

    pub(crate) fn state_token(&self, account: &str) -> String {
        self.tokens.state(account, self.device.clone(), world::now())
    }

    pub(crate) fn id_token(&self, session: Id, account: &str, auth_time: i64) -> String {
        self.tokens.id(&session, account, "Erin".to_owned(), auth_time, world::now())
    }
}
