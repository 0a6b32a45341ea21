//! The properties of every reply.

use crate::{
    given::{Call, Given, Said},
    model,
    world::{Answer, Deeds},
};
use authflow::{
    Timestamp,
    account::Revision,
    device::{Header, Language},
    outcome::Outcome,
};
use serde_json::{Map, Value};

/// Every token handed out, oldest first.
#[derive(Default)]
pub struct Issued {
    state: Vec<Pending>,
    session: Vec<String>,
    /// Each id token, with the client that it was handed to.
    id: Vec<(String, Said)>,
}

/// A state token that was handed out.
struct Pending {
    token: String,
    /// The login result that it came with.
    status: String,
    said: Said,
    /// The revision of the account, if one was found.
    revision: Option<Revision>,
    since: Timestamp,
    spent: bool,
}

impl Issued {
    /// A header's value, with the latest tokens filled in.
    pub fn fill_in(&self, value: &[u8]) -> Vec<u8> {
        let mut filled = value.to_vec();
        let state = self.state.last().map(|pending| &pending.token);
        for (place, latest) in [
            ("{state}", state),
            ("{id}", self.id.last().map(|(token, _)| token)),
            ("{session}", self.session.last()),
        ] {
            let found = filled.windows(place.len()).position(|window| window == place.as_bytes());
            if let (Some(at), Some(latest)) = (found, latest) {
                filled.splice(at..at + place.len(), latest.bytes());
            }
        }
        filled
    }

    /// Judges a reply, and keeps its tokens.
    pub fn check(&mut self, given: &Given<'_>, answer: &Answer, now: Timestamp, outcome: &Outcome) {
        let Ok(Value::Object(body)) = serde_json::from_slice(&answer.body) else { panic!("no JSON object") };
        let Answer { status, deeds, .. } = answer;
        assert_eq!(*status == 500, deeds.failed, "busy, and only then, when the host failed: {deeds:?}");
        if *status == 200 {
            assert_eq!(refused_early(given), None);
            self.check_success(given, deeds, &body, now);
            self.keep(given, deeds, &body, now, outcome);
        } else {
            check_failure(given, *status, deeds, &body);
        }
    }

    fn check_success(&mut self, given: &Given<'_>, deeds: &Deeds, body: &Map<String, Value>, now: Timestamp) {
        let names: Vec<_> = body.keys().map(String::as_str).collect();
        let call = given.call().unwrap();
        let state_token = model::value(given.headers, Header::StateToken).unwrap_or_default();
        let pending = self.state.iter_mut().find(|pending| pending.token == state_token);
        if call == Call::IsSet {
            assert_eq!(names, ["is_set_pwd"]);
            assert_eq!((deeds.live, body["is_set_pwd"].as_bool()), (true, deeds.has_password));
            let bearer = model::value(given.headers, Header::Authorization).unwrap();
            let issued = self.id.iter().find(|(issued, _)| bearer.ends_with(issued.as_str()));
            let (issued, now) = (&issued.expect("an id token of ours").1, given.said());
            // The last value is the system, which does not bind a session.
            assert_eq!(issued[..3], now[..3], "another client's id token");
            return;
        }
        let status = body["status"].as_str().unwrap();
        let members: &[&str] = match status {
            "SUCCESS" => &["expire", "id_token", "session_token", "status"],
            "PASSWORD_WARN" | "PASSWORD_EXPIRED" => &["data", "state_token", "status"],
            "MFA_AUTH" => &["state_token", "status"],
            "ACCESS_DENIED" => &["status"],
            other => panic!("no login result: {other}"),
        };
        assert_eq!(names, members);
        assert_eq!(deeds.allowed, status != "ACCESS_DENIED", "let in, or not, by the host");
        assert!(call == Call::Skip || deeds.proved, "without the right password, no word");
        match call {
            Call::SignIn => {
                assert!(deeds.committed, "what was proved is settled, whatever comes of it");
                assert!(!(deeds.rehashed && status == "ACCESS_DENIED"), "a denial hashes nothing anew");
            }
            _ => {
                // A later step of a login needs a state token for this step, on this device, in time, once.
                assert!(deeds.committed, "a denial spends the token as well");
                let pending = pending.expect("a state token of ours");
                let takes: &[&str] = if call == Call::Skip {
                    &["PASSWORD_WARN"]
                } else {
                    &["PASSWORD_WARN", "PASSWORD_EXPIRED"]
                };
                assert!(takes.contains(&&*pending.status), "a token for another step");
                assert_eq!(pending.said, given.said(), "somebody else's state token");
                assert!(now.seconds_since(pending.since) < 600, "an expired state token");
                assert_eq!(pending.revision, deeds.revision, "the account has changed");
                assert!(!pending.spent, "a state token used twice");
                pending.spent = deeds.committed;
            }
        }
    }

    /// Keeps the tokens of a reply. The outcome prints none of them.
    fn keep(
        &mut self,
        given: &Given<'_>,
        deeds: &Deeds,
        body: &Map<String, Value>,
        now: Timestamp,
        outcome: &Outcome,
    ) {
        let token = |name: &str| body.get(name).and_then(Value::as_str).map(String::from);
        for token in ["state_token", "session_token", "id_token"].into_iter().filter_map(token) {
            assert!(!format!("{outcome:?}").contains(&token), "a token is printed");
            let ids = self.id.iter().map(|(token, _)| token);
            let states = self.state.iter().map(|pending| &pending.token);
            let before = self.session.iter().chain(ids).chain(states);
            assert!(before.into_iter().all(|before| *before != token), "a token is issued twice");
        }
        if let (Some(token), Some(status)) = (token("state_token"), token("status")) {
            self.state.push(Pending {
                token,
                status,
                said: given.said(),
                revision: deeds.revision,
                since: now,
                spent: false,
            });
        }
        if let (Some(session), Some(id)) = (token("session_token"), token("id_token")) {
            assert!(session.starts_with("LGT"));
            self.session.push(session);
            self.id.push((id, given.said()));
        }
    }
}

/// The status and code of a request that is refused before anything is asked. The device is judged before the client id,
/// the client id before the application, and the application before the body.
fn refused_early(given: &Given<'_>) -> Option<(u16, &'static str)> {
    let call = match given.call() {
        Ok(call) => call,
        Err(404) => return Some((404, "IDAAS.SDK.PARAM.0102")),
        Err(status) => return Some((status, "IDAAS.SDK.PARAM.0103")),
    };
    if model::judge(given.headers).is_none() {
        let of_device = model::faults(given.headers).keys().any(|header| *header != Header::ClientId);
        Some((400, if of_device { "IDAAS.SDK.PARAM.0001" } else { "IDAAS.SDK.PARAM.0002" }))
    } else if !model::names_application(given.headers) {
        Some((400, "IDAAS.SDK.PARAM.0003"))
    } else {
        (!given.has_good_body(call)).then_some((400, "IDAAS.SDK.PARAM.0101"))
    }
}

fn check_failure(given: &Given<'_>, status: u16, deeds: &Deeds, body: &Map<String, Value>) {
    assert!(matches!(status, 400 | 404 | 405 | 500), "{status}");
    assert_eq!(body.keys().collect::<Vec<_>>(), ["error_code", "error_msg"]);
    let [code, message] = ["error_code", "error_msg"].map(|name| body[name].as_str().expect("a text"));
    assert!(code.starts_with("IDAAS.") && !message.is_empty());
    assert_eq!(message.is_ascii(), model::language(given.headers) == Language::En);

    match refused_early(given) {
        Some(expected) => {
            assert_eq!((status, code), expected);
            assert!(deeds.asked.is_empty(), "asked for nothing: {:?}", deeds.asked);
        }
        None if status == 400 => {
            assert!(!deeds.committed, "written, and yet refused");
            match given.call() {
                // Whatever was wrong, an outsider sees the same reply after the same questions.
                Ok(Call::SignIn) if !deeds.proved => {
                    assert_eq!(code, "IDAAS.SDK.LOGIN.0002");
                    assert_eq!(
                        deeds.asked,
                        ["FindAccount", "ReserveAttempt", "VerifyPassword", "SettleAttempt"]
                    );
                }
                Ok(Call::SignIn) => assert_eq!(code, "IDAAS.SDK.LOGIN.0002"),
                Ok(Call::Skip) => assert_eq!(code, "IDAAS.SDK.PARAM.0014"),
                Ok(Call::Change) => {
                    let guessed = deeds.asked.contains(&"VerifyPassword");
                    assert_eq!(code == "IDAAS.SDK.PWD.0102", guessed && !deeds.proved);
                    let judged = code.starts_with("IDAAS.SDK.PWD.000");
                    assert!(!judged || !deeds.asked.contains(&"ReserveAttempt"), "a rule cost a guess");
                }
                Ok(Call::IsSet) => {
                    let codes = ["IDAAS.SDK.PARAM.0015", "IDAAS.SDK.PARAM.0016", "IDAAS.SDK.USER.0001"];
                    assert!(codes.contains(&code), "{code}");
                }
                Err(_) => unreachable!(),
            }
        }
        None => {}
    }
}
