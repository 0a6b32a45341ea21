//! Id tokens: a second maker of their spelling, and the properties of every accepted one.

use crate::{
    edit::Edit,
    json::{Members, Unread},
    keys::{KEYS, NOW, RINGS, base64url},
    values::{For, Name, Second, factors, judged},
};
use arbitrary::Arbitrary;
use authflow::testkit::forge::{Forge, IdClaims, IdTokens, IdentityClaims};
use authflow::{
    AccountId, Audience, SessionId, Timestamp,
    account::{Profile, Subject, UserName},
    token::{IdToken, Issuer, TokenError, Untrusted},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// The claims of an id token.
#[derive(Arbitrary, Clone, Debug)]
pub struct Claims {
    issuer: Name,
    audience: For,
    account: Name,
    session: [u8; 16],
    auth_time: Second,
    factors: u8,
    issued_at: Second,
    expires_at: Second,
    identity: Identity,
}

/// The subject's identity beside `sub`.
#[derive(Arbitrary, Clone, Debug)]
enum Identity {
    TopLevel([(Name, Name); 3]),
    Api { user_name: Name, name: Option<Name> },
}

/// The issuer and the audience of the seeds, and of every token that is presented as it stands.
static WORLD: LazyLock<(Issuer, Audience)> = LazyLock::new(|| Claims::sample(NOW).world());

impl Claims {
    /// The claims of the seeds.
    pub fn sample(now: Timestamp) -> Self {
        let name = |text: &str| Name(text.into());
        Self {
            issuer: name("https://id.example.com"),
            audience: For { client_id: name("web"), tenant: Some(name("租户")) },
            account: name("er\"in"),
            session: [1; 16],
            auth_time: Second(now),
            factors: 9,
            issued_at: Second(now),
            expires_at: Second(now.plus_seconds(7_200)),
            identity: Identity::TopLevel(["locale", "name", "zip"].map(|it| (name(it), name("\\é")))),
        }
    }

    /// The issuer, and the audience.
    pub fn world(&self) -> (Issuer, Audience) {
        (Issuer::new(&self.issuer.0).unwrap(), self.audience.audience())
    }

    /// Its payload as the library spells it.
    pub fn payload(&self) -> String {
        let text = |text: &Name| Value::from(text.0.as_str()).to_string();
        let given = |name: &str, value: Option<&Name>| {
            value.map(|value| format!(r#","{name}":{}"#, text(value))).unwrap_or_default()
        };
        let (issued_at, expires_at) = (self.issued_at.0.as_unix(), self.expires_at.0.as_unix());
        let mut proved: Vec<_> = [(1, "pwd"), (2, "sms"), (4, "email"), (8, "otp"), (16, "fed")].into();
        proved.retain(|(bit, _)| self.factors & bit != 0);
        let mut amr: Vec<_> = proved.into_iter().map(|(_, name)| name).collect();
        amr.extend((amr.len() > 1).then_some("mfa"));
        [
            format!(r#"{{"iss":{},"aud":{}"#, text(&self.issuer), text(&self.audience.client_id)),
            given("tenant", self.audience.tenant.as_ref()),
            format!(r#","sub":{}"#, text(&self.account)),
            format!(r#","exp":{expires_at},"iat":{issued_at},"nbf":{}"#, issued_at.saturating_sub(120)),
            format!(r#","auth_time":{},"amr":{}"#, self.auth_time.0.as_unix(), json!(amr)),
            format!(r#","sid":"{}""#, base64url(&self.session)),
            self.identity_payload(),
            "}".into(),
        ]
        .concat()
    }

    fn identity_payload(&self) -> String {
        match &self.identity {
            Identity::TopLevel(claims) => profile(claims)
                .iter()
                .map(|(name, value)| format!(",{}:{}", json!(name), json!(value)))
                .collect(),
            Identity::Api { user_name, name } => {
                let user_name = user_name.0.trim();
                let mut api = format!(r#"{{"id":{}"#, json!(self.account.0));
                if !user_name.is_empty() {
                    api += &format!(r#","userName":{}"#, json!(user_name));
                }
                if let Some(name) = name {
                    api += &format!(r#","name":{}"#, json!(name.0));
                }
                format!(r#","api":{}"#, json!(api + "}"))
            }
        }
    }

    /// The library's own claims.
    fn claims(&self) -> IdClaims {
        let account = AccountId::new(&self.account.0).unwrap();
        let identity = match &self.identity {
            Identity::TopLevel(claims) => IdentityClaims::TopLevel(Profile::new(&profile(claims)).unwrap()),
            Identity::Api { user_name, name } => {
                let mut known = crate::cast::bare(account.as_str());
                known.user_name = UserName::new(&user_name.0).ok();
                if let Some(name) = name {
                    known.profile = Profile::new(&json!({ "name": name.0 })).unwrap();
                }
                IdentityClaims::Api(Subject::of(&known))
            }
        };
        IdClaims {
            account,
            session: SessionId::from_bytes(self.session),
            auth_time: self.auth_time.0,
            factors: factors(self.factors),
            issued_at: self.issued_at.0,
            expires_at: self.expires_at.0,
            identity,
        }
    }
}

/// The host's own claims, none of which has a reserved name.
fn profile(claims: &[(Name, Name)]) -> BTreeMap<String, &str> {
    claims.iter().map(|(name, value)| (format!("x-{}", name.0), value.0.as_str())).collect()
}

/// Real claims, minted by both makers, verified, and changed a little.
#[derive(Arbitrary, Debug)]
pub struct Case {
    key: bool,
    claims: Claims,
    now: Second,
    other: For,
    other_issuer: Name,
    edit: Edit,
    payload_edit: Edit,
}

impl Case {
    pub fn check(&self) {
        let key = usize::from(self.key);
        let (issuer, audience) = self.claims.world();
        let payload = self.claims.payload();
        let token = KEYS[key].id_token(&audience, payload.as_bytes());
        let claims = self.claims.claims();
        assert_eq!(Forge::of(&RINGS[key]).id_tokens(&issuer, &audience).mint(&claims).expose(), token);

        let other_issuer = Issuer::new(&self.other_issuer.0).unwrap();
        for ring in 0..RINGS.len() {
            let verify = |issuer: &Issuer, audience: &Audience| {
                let verified = Forge::of(&RINGS[ring])
                    .id_tokens(issuer, audience)
                    .verify(Untrusted::new(&token), self.now.0);
                verified.map(|token| said(&token))
            };
            let says = (claims.account, claims.session, claims.auth_time, claims.expires_at);
            let judged = judged(key, ring, self.claims.issued_at, self.claims.expires_at, self.now);
            assert_eq!(verify(&issuer, &audience), judged.map(|()| says));
            let outside = judged == Err(TokenError::KeyOutsideWindow);
            // Another application has another key. Another issuer of the same application shows in the token's claims.
            for (issuer, audience, expected) in [
                (&issuer, &self.other.audience(), TokenError::Forged),
                (&other_issuer, &audience, TokenError::WrongAudience),
            ] {
                if (issuer, audience) != (&self.claims.world().0, &self.claims.world().1) {
                    let expected = if outside { TokenError::KeyOutsideWindow } else { expected };
                    assert_eq!(verify(issuer, audience), Err(expected));
                }
            }
        }
        self.check_edits(key, &token, &payload);
    }

    fn check_edits(&self, key: usize, token: &str, payload: &str) {
        let (issuer, audience) = self.claims.world();
        let ring = &RINGS[key];
        let edited = self.edit.apply(token.as_bytes());
        let verified = Forge::of(ring).id_tokens(&issuer, &audience).verify(Untrusted::new(&edited), NOW);
        assert!(edited == token.as_bytes() || verified.is_err(), "an edited token is refused");
        assert!(Forge::of(ring).state_tokens().verify(Untrusted::new(token), NOW).is_err(), "no state token");
        assert!(Forge::of(ring).tickets().verify(Untrusted::new(token), NOW).is_err(), "no ticket");
        let sessions = Forge::of(ring).session_tokens();
        let session = sessions.for_application(&audience).verify(Untrusted::new(token), NOW);
        assert!(session.is_err(), "no session token");

        signed_for(&issuer, &audience, key, &self.payload_edit.apply(payload.as_bytes()));
    }
}

type Said = (AccountId, SessionId, Timestamp, Timestamp);

fn said(token: &IdToken) -> Said {
    (token.account(), token.session(), token.auth_time(), token.expires_at())
}

/// Presents any text to the sample's application, now. An accepted text has a tag that the second maker makes, and the
/// claims that any reader finds in it.
pub fn presented(text: &[u8]) {
    let (issuer, audience) = &*WORLD;
    for ring in &*RINGS {
        let Ok(token) = Forge::of(ring).id_tokens(issuer, audience).verify(Untrusted::new(text), NOW) else {
            continue;
        };
        let payload = crate::json::payload(text);
        let signed = KEYS.each_ref().map(|key| key.id_token(audience, &payload));
        assert!(signed.iter().any(|signed| signed.as_bytes() == text), "another spelling was accepted");
        let expected = read(&payload, issuer, audience);
        assert!(expected == Err(Unread::AtALimit) || expected == Ok(said(&token)), "{expected:?}");
    }
}

/// Presents a payload of the sample's application under a right tag.
pub fn signed(key: usize, payload: &[u8]) {
    signed_for(&WORLD.0, &WORLD.1, key, payload);
}

/// Under a right tag, the payload decides, and every reader reads the same claims.
fn signed_for(issuer: &Issuer, audience: &Audience, key: usize, payload: &[u8]) {
    let text = KEYS[key].id_token(audience, payload);
    let tokens: IdTokens<'_> = Forge::of(&RINGS[key]).id_tokens(issuer, audience);
    let verified = tokens.verify(Untrusted::new(&text), NOW).map(|token| said(&token)).ok();
    let expected = if text.len() > 9216 { Err(Unread::Not) } else { read(payload, issuer, audience) };
    assert!(expected == Err(Unread::AtALimit) || expected.ok() == verified, "{expected:?} {verified:?}");
}

/// The claims of a payload for its application now, by the wire contract's own words.
fn read(payload: &[u8], issuer: &Issuer, audience: &Audience) -> Result<Said, Unread> {
    let members = Members::read(payload)?;
    let text = |name| members.once(name).and_then(Value::as_str);
    let second = |name| members.once(name).and_then(Value::as_u64).map(Timestamp::from_unix);
    let judged = || {
        let tenant = match members.named("tenant")[..] {
            [] | [Value::Null] => None,
            [Value::String(tenant)] => Some(tenant.as_str()),
            _ => return None,
        };
        let is_for = text("iss")? == issuer.as_str()
            && text("aud")? == audience.client_id.as_str()
            && tenant == audience.tenant.as_ref().map(|tenant| tenant.as_str());
        let in_time =
            second("iat")?.seconds_since(NOW) <= 30 && second("nbf")? <= NOW && NOW < second("exp")?;
        let said = (
            AccountId::new(text("sub")?).ok()?,
            text("sid")?.parse().ok()?,
            second("auth_time")?,
            second("exp")?,
        );
        (is_for && in_time).then_some(said)
    };
    judged().ok_or(Unread::Not)
}
