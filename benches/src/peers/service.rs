//! The skip step as a service would write it plainly on a JWT library: device headers, state token, device, account,
//! session token, id token, reply.

use super::claims::StateClaims;
use crate::{floor::Floor, operation::Operation, sample, skip::ISSUER};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use std::{hint::black_box, net::IpAddr, rc::Rc};

/// Mints tokens.
pub(super) trait Jwt: 'static {
    fn encode<C: Serialize>(&self, claims: &C) -> String;
}

/// Verifies state tokens.
pub(super) trait Verifier: Jwt {
    fn decode(&self, token: &str) -> Option<StateClaims>;
}

struct Service<J> {
    states: J,
    sessions: J,
    ids: J,
    device: Floor,
    random: Floor,
}

/// The account as the store has it.
struct Account {
    id: String,
    revision: u64,
    name: String,
    skips_used: u8,
}

#[derive(Serialize)]
struct SessionClaims<'a> {
    sid: &'a str,
    r#gen: u32,
    sub: &'a str,
    aud: &'a str,
    tid: &'a str,
    dev: &'a str,
    rev: u64,
    auth_time: u64,
    amr: u8,
    iat: u64,
    exp: u64,
}

#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    sid: &'a str,
    auth_time: u64,
    amr: [&'a str; 1],
    nbf: u64,
    iat: u64,
    exp: u64,
    name: &'a str,
}

#[derive(Serialize)]
struct Reply<'a> {
    status: &'a str,
    id_token: &'a str,
    session_token: &'a str,
    expire: u64,
}

impl<J: Verifier> Service<J> {
    fn skip(&self, headers: &[(&str, String)], account: &Account) -> Option<Vec<u8>> {
        let header = |name: &str| {
            let found = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let fingerprint = header("X-device-fingerprint")?.to_owned();
        let _os = header("X-operating-sys-version")?.to_owned();
        let _agent = header("X-agent")?.to_owned();
        let _ip: IpAddr = header("X-device-ip")?.parse().ok()?;
        let (client, tenant) = (header("X-client-id")?, header("X-tenant-id")?);

        let state = self.states.decode(header("X-state-token")?)?;
        let device = self.device(&fingerprint);
        let is_for_caller =
            state.aud == client && state.tid.as_deref() == Some(tenant) && state.dev == device;
        let is_open = state.step == "warn" && state.sub == account.id && state.rev == account.revision;
        if !(is_for_caller && is_open && account.skips_used < 3) {
            return None;
        }

        let now = sample::NOW.as_unix();
        let session = URL_SAFE_NO_PAD.encode(&self.random.tag(state.jti.as_bytes())[..16]);
        let session_token = self.sessions.encode(&SessionClaims {
            sid: &session,
            r#gen: 0,
            sub: &account.id,
            aud: client,
            tid: tenant,
            dev: &device,
            rev: account.revision,
            auth_time: state.start,
            amr: state.done,
            iat: now,
            exp: now + 3600,
        });
        let id_token = self.ids.encode(&IdClaims {
            iss: ISSUER,
            sub: &account.id,
            aud: client,
            sid: &session,
            auth_time: state.start,
            amr: ["pwd"],
            nbf: now - 120,
            iat: now,
            exp: now + 3600,
            name: &account.name,
        });
        let reply =
            Reply { status: "SUCCESS", id_token: &id_token, session_token: &session_token, expire: 3600 };
        serde_json::to_vec(&reply).ok()
    }

    fn device(&self, fingerprint: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.device.tag(fingerprint.as_bytes())[..16])
    }
}

/// The step, with a key for each kind of token. The key of the application's id tokens is at hand and not derived.
pub(super) fn skip<J: Verifier>(who: &'static str, new: impl Fn(&[u8]) -> J) -> Operation {
    let service = Rc::new(Service {
        states: new(&[1; 32]),
        sessions: new(&[2; 32]),
        ids: new(&[3; 32]),
        device: Floor::new(&[4; 32]),
        random: Floor::new(&[5; 32]),
    });
    let mut claims = StateClaims::sample();
    claims.dev = service.device("156aysdna213sac");
    let mut headers: Vec<_> =
        sample::HEADERS.iter().map(|(name, value)| (*name, value.to_string())).collect();
    headers.push(("X-state-token", service.states.encode(&claims)));
    let account = move || Account {
        id: sample::ACCOUNT.into(),
        revision: claims.rev,
        name: "Erin".into(),
        skips_used: 0,
    };
    Operation::consuming("skip step", who, account, move |account| {
        let reply = service.skip(&headers, &account);
        drop(black_box(reply.expect("a good request")));
    })
}
