//! The family's calls as an OpenAPI document, from the same table as the routes.

use super::{
    body::{CODE_TYPES, Member},
    routes::{Answers, Bears, DeviceEndpoint, Endpoint, ROUTES, Route, TenantEndpoint, meaning},
};
use crate::{
    Dialect,
    code::CodePurpose,
    contact::Channel,
    device::Header,
    facade::openapi::{body_as, content, member, object, reference, text, with},
};
use alloc::{format, string::String, vec, vec::Vec};
use serde_json::{Map, Value, json};

/// The calls of the family as an OpenAPI 3.1 document, for a host to serve. It has no `servers`, because the client has fetched it from the
/// server.
///
/// ```
/// let document = authflow::sdk::openapi();
/// assert_eq!(document["openapi"], "3.1.0");
/// let skip = &document["paths"]["/api/v2/sdk/pwd/skip-update"]["get"];
/// assert_eq!(
///     skip["responses"]["200"]["content"]["application/json"]["schema"]["$ref"],
///     "#/components/schemas/LoginResult"
/// );
/// ```
pub fn openapi() -> Value {
    let paths: Map<_, _> = ROUTES.iter().map(|route| (route.path.into(), path(route))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The /api/v2/sdk login family",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "parameters": COMMON.iter().chain(&TOKENS).map(|it| (it.name(), parameter(it))).collect::<Map<_, _>>(),
            "securitySchemes": {
                "idToken": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "tenantCredential": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

/// A header as the document describes it.
struct HeaderParameter {
    header: Header,
    is_required: bool,
    about: &'static str,
    example: Option<&'static str>,
}

impl HeaderParameter {
    fn name(&self) -> String {
        self.header.name().into()
    }
}

const fn common(
    header: Header,
    is_required: bool,
    about: &'static str,
    example: Option<&'static str>,
) -> HeaderParameter {
    HeaderParameter { header, is_required, about, example }
}

#[rustfmt::skip]
const COMMON: [HeaderParameter; 7] = [
    common(Header::Os, true, "The caller's operating system and version", Some("Android 10")),
    common(Header::Fingerprint, true, "The caller's device fingerprint", Some("156aysdna213sc50")),
    common(Header::Agent, true, "The user agent", Some("Mozilla/5.0")),
    common(Header::ClientId, true, "The id that the application was given at registration", None),
    common(Header::Ip, false, "The caller's IP address", Some("10.10.10.1")),
    common(Header::Language, false, "The language of messages", Some("en")),
    common(Header::TenantId, false, "The tenant of an ISV application", None),
];

const TOKENS: [HeaderParameter; 3] = [
    common(Header::StateToken, true, "The state token of the pending login", None),
    common(Header::SessionToken, true, "The session token", None),
    common(
        Header::Signature,
        true,
        "Base64 of session_token=…&timestamp=…&nonce=…, sealed with the application's public key by RSA-OAEP with SHA-256, also as the hash of MGF1",
        None,
    ),
];

fn parameter(it: &HeaderParameter) -> Value {
    let schema = json!({ "type": "string", "maxLength": it.header.max_bytes() });
    let schema = with(schema, "minLength", it.is_required.then(|| 1.into()));
    let schema = with(schema, "examples", it.example.map(|example| json!([example])));
    json!({
        "name": it.header.name(), "in": "header", "required": it.is_required, "description": it.about, "schema": schema,
    })
}

fn path(route: &Route) -> Value {
    let of_methods =
        route.methods.iter().map(|method| (method.to_ascii_lowercase(), operation(route, method)));
    Value::Object(of_methods.collect())
}

fn operation(route: &Route, method: &str) -> Value {
    let name: String = route
        .path
        .trim_start_matches("/api/v2/")
        .trim_start_matches("/api/v1/")
        .chars()
        .map(|it| if it.is_alphanumeric() { it } else { '_' })
        .collect();
    let is_of_some_dialects = matches!(route.endpoint, Endpoint::OfDevice(DeviceEndpoint::Register(_)));
    let missing = is_of_some_dialects.then(|| failure("The dialect has no such call"));
    let responses = json!({
        "200": answer(route.answers),
        "400": refusal(route.endpoint),
        "500": failure("System busy"),
    });
    let responses = with(responses, "404", missing);
    let operation = json!({
        "operationId": format!("{}_{name}", method.to_ascii_lowercase()),
        "summary": route.summary,
        "parameters": parameters(route.bears),
        "responses": responses,
    });
    let operation = with(operation, "security", security(route.bears));
    let media = match route.bears {
        Bears::ClientSecret => "application/x-www-form-urlencoded",
        _ => "application/json",
    };
    with(operation, "requestBody", body_as(media, route.body, |it| of_member(route, it)))
}

fn parameters(bears: Bears) -> Vec<Value> {
    let reference =
        |it: &HeaderParameter| json!({ "$ref": format!("#/components/parameters/{}", it.name()) });
    let optional = |it: &HeaderParameter| parameter(&HeaderParameter { is_required: false, ..*it });
    let [state_token, session_token, signature] = &TOKENS;
    let own = match bears {
        Bears::NoHeaders => return Vec::new(),
        Bears::Nothing | Bears::PerhapsIdToken => Vec::new(),
        Bears::IdToken => vec![optional(signature)],
        Bears::StateToken | Bears::LinkToken => vec![reference(state_token)],
        Bears::PerhapsAnyToken => vec![optional(state_token), optional(signature)],
        // The application decides which of the two it is.
        Bears::SessionToken => vec![optional(session_token), optional(signature)],
        Bears::Signature => vec![reference(signature)],
        Bears::TenantCredential | Bears::ClientSecret => {
            let language = COMMON.iter().find(|it| it.header == Header::Language);
            return language.map(reference).into_iter().collect();
        }
    };
    COMMON.iter().map(reference).chain(own).collect()
}

fn security(bears: Bears) -> Option<Value> {
    match bears {
        Bears::Nothing
        | Bears::NoHeaders
        | Bears::StateToken
        | Bears::LinkToken
        | Bears::SessionToken
        | Bears::Signature
        | Bears::ClientSecret => None,
        // An application whose calls are signed takes the signature instead.
        Bears::IdToken | Bears::PerhapsIdToken | Bears::PerhapsAnyToken => {
            Some(json!([{ "idToken": [] }, {}]))
        }
        Bears::TenantCredential => Some(json!([{ "tenantCredential": [] }])),
    }
}

fn of_member(route: &Route, it: &Member) -> Value {
    match route.endpoint {
        Endpoint::OfDevice(DeviceEndpoint::SendCode(channel)) if it.name == "type" => {
            code_type(channel, member(it))
        }
        Endpoint::OfTenant(TenantEndpoint::IssueToken) if it.name == "grant_type" => {
            with(member(it), "enum", Some(json!(["client_credentials"])))
        }
        _ => member(it),
    }
}

/// The types of code that are sent by a channel. A type that is not taken in all products names those that take it.
fn code_type(channel: Channel, schema: Value) -> Value {
    const DIALECTS: [(Dialect, &str); 3] =
        [(Dialect::Ciam, "CIAM"), (Dialect::Eiam, "EIAM"), (Dialect::OneAccess, "OneAccess")];
    let of_channel = CODE_TYPES.into_iter().filter(|(_, by, _)| *by == channel);
    let notes: Vec<_> = of_channel
        .clone()
        .filter_map(|(name, by, purpose)| {
            if purpose == CodePurpose::UpdateContact {
                return Some(format!("; {name}: signed in"));
            }
            let takers = DIALECTS.into_iter().filter(|(dialect, _)| meaning(*dialect, purpose, by).is_some());
            let takers: Vec<_> = takers.map(|(_, name)| name).collect();
            match purpose {
                CodePurpose::ForgottenPassword => {
                    Some(format!("; {name}: {}, where the policy has a recovery", takers.join(", ")))
                }
                CodePurpose::Register => Some(format!("; {name}: where the policy registers people")),
                CodePurpose::LinkIdentity => {
                    Some(format!("; {name}: where the policy binds social accounts by it"))
                }
                _ => (takers.len() < DIALECTS.len()).then(|| format!("; {name}: {}", takers.join(", "))),
            }
        })
        .collect();
    let about = format!("What the code is for{}", notes.concat());
    let schema = with(schema, "description", Some(about.into()));
    with(schema, "enum", Some(of_channel.map(|(name, ..)| name).collect()))
}

fn answer(answers: Answers) -> Value {
    let (about, schema) = match answers {
        Answers::Nothing => return json!({ "description": "Done; there is no body" }),
        Answers::Login => ("How far the login has come", "LoginResult"),
        Answers::Session => ("The session's tokens", "SessionTokens"),
        Answers::PasswordPresence => ("Whether a password is set", "PasswordPresence"),
        Answers::Contact => ("The masked contact", "Contact"),
        Answers::Ticket => ("The ticket", "Ticket"),
        Answers::Subject => ("Who the subject is; OneAccess wraps it", "SubjectAnswer"),
        Answers::TenantToken => ("The token", "TenantToken"),
        Answers::IdToken => ("The id token", "IdToken"),
        Answers::ServerDate => ("The time", "ServerDate"),
        Answers::PublicKey => ("The public key", "PublicKey"),
        Answers::Captcha => ("The picture and its piece", "Captcha"),
        Answers::CaptchaToken => ("The captcha token", "CaptchaToken"),
        Answers::PublicKeys => ("A JWK Set, empty where the library signs", "PublicKeys"),
        Answers::Identities => ("The bound social accounts", "SocialAccounts"),
    };
    content(about, schema)
}

/// The refusal of a call. Where a code may not be asked for yet, a header says how long the client must wait.
fn refusal(endpoint: Endpoint) -> Value {
    let refusal = failure("Refused: whatever is wrong with the request");
    let is_send = matches!(endpoint, Endpoint::OfDevice(DeviceEndpoint::SendCode(_)));
    let retry_after = json!({
        "description": "For how many seconds no code is sent, where that is why",
        "schema": { "type": "integer", "minimum": 1 },
    });
    with(refusal, "headers", is_send.then(|| json!({ "Retry-After": retry_after })))
}

fn failure(about: &str) -> Value {
    content(about, "Error")
}

fn schemas() -> Value {
    let seconds = || json!({ "type": "integer", "minimum": 0, "description": "Seconds" });
    let status = json!({
        "type": "string", "enum": ["SUCCESS", "PASSWORD_WARN", "PASSWORD_EXPIRED", "MFA_AUTH", "ACCESS_DENIED", "SOCIAL_BIND", "USER_REGISTER"],
    });
    let closed = |members: &[(&str, Value, bool)]| object(members.iter().cloned(), false);
    json!({
        "LoginResult": closed(&[
            ("status", status, true),
            ("session_token", text(), false),
            ("id_token", text(), false),
            ("expire", seconds(), false),
            ("state_token", text(), false),
            ("data", json!({ "type": "string", "description": "JSON: what a new password must be like, or by which proofs a social account is bound" }), false),
        ]),
        "SessionTokens": closed(&[("session_token", text(), true), ("expire", seconds(), true), ("id_token", text(), true)]),
        "PasswordPresence": closed(&[("is_set_pwd", json!({ "type": "boolean" }), true)]),
        "Contact": closed(&[("mobile", text(), false)]),
        "Ticket": closed(&[("sso_ticket", text(), true), ("expire", seconds(), true)]),
        "Subject": closed(&[
            ("id", text(), true),
            ("userName", text(), false),
            ("name", text(), false),
            ("mobile", text(), false),
            ("email", text(), false),
        ]),
        "WrappedSubject": closed(&[
            ("code", text(), true),
            ("message", text(), true),
            ("data", reference("Subject"), true),
        ]),
        "SubjectAnswer": json!({ "oneOf": [reference("Subject"), reference("WrappedSubject")] }),
        "TenantToken": closed(&[("access_token", text(), true), ("token_type", text(), true), ("expires_in", seconds(), true)]),
        "IdToken": closed(&[("id_token", text(), true)]),
        "ServerDate": closed(&[("timestamp", json!({ "type": "string", "pattern": "^[0-9]+$", "description": "Milliseconds since 1970" }), true)]),
        "PublicKey": closed(&[("public_key", json!({ "type": "string", "description": "SubjectPublicKeyInfo in PEM" }), true)]),
        "Captcha": captcha(),
        "CaptchaToken": closed(&[("captcha_token", text(), true)]),
        "PublicKeys": closed(&[("keys", json!({ "type": "array", "items": reference("PublicKey") }), true)]),
        "PublicKey": closed(&[
            ("kty", json!({ "type": "string", "enum": ["RSA", "EC", "OKP"] }), true),
            ("use", json!({ "type": "string", "const": "sig" }), true),
            ("alg", json!({ "type": "string", "enum": ["RS256", "PS256", "ES256", "EdDSA"] }), true),
            ("kid", text(), true),
            ("crv", text(), false),
            ("n", text(), false),
            ("e", text(), false),
            ("x", text(), false),
            ("y", text(), false),
        ]),
        "SocialAccounts": closed(&[("social", json!({ "type": "array", "items": reference("SocialAccount") }), true)]),
        "SocialAccount": closed(&social_account()),
        "Error": closed(&[("error_code", text(), true), ("error_msg", text(), true)]),
    })
}

/// Fifteen members, all of which are always there.
fn captcha() -> Value {
    let image = |about: &str| json!({ "type": "string", "contentEncoding": "base64", "contentMediaType": "image/png", "description": about });
    let key = json!({ "type": ["string", "null"], "description": "What the point may be encrypted with; never in OneAccess" });
    let token = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$", "description": "What the solution names the picture by" });
    let said = [
        ("secretKey", key),
        ("originalImageBase64", image("The picture without its piece")),
        ("jigsawImageBase64", image("The piece, as high as the picture")),
        ("token", token),
        ("result", json!({ "type": "boolean", "const": false })),
    ];
    let unused = [
        "captchaId",
        "projectCode",
        "captchaOriginalPath",
        "captchaFontType",
        "captchaFontSize",
        "point",
        "wordList",
        "pointList",
        "pointJson",
        "captchaVerification",
    ];
    let members = said.into_iter().chain(unused.map(|name| (name, json!({ "type": "null" }))));
    object(members.map(|(name, schema)| (name, schema, true)), false)
}

/// Members that are null have no value here. The dialect says which of the spellings is used.
fn social_account() -> Vec<(&'static str, Value, bool)> {
    let null = || json!({ "type": "null" });
    Vec::from([
        ("id", text(), true),
        ("userId", text(), true),
        ("socialType", text(), true),
        ("social_uid", text(), false),
        ("socialUid", text(), false),
        ("socialChannelId", null(), false),
        ("idpId", null(), false),
        ("socialNickname", null(), true),
        ("socialHeadImage", null(), true),
        ("socialAccountDetails", null(), true),
        ("createdAt", text(), true),
        ("updatedAt", text(), true),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facade::openapi::every_reference_leads_somewhere;
    use alloc::collections::BTreeSet;

    #[test]
    fn each_way_of_sending_says_its_types_and_who_takes_them() {
        let document = openapi();
        let of = |path: &str| {
            let body =
                &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
            body["properties"]["type"].clone()
        };
        let sms = of("/api/v2/sdk/sms/send");
        assert_eq!(
            sms["description"],
            "What the code is for; FORGET_PWD_SMS: EIAM, OneAccess, where the policy has a recovery; UPDATE_PWD_SMS: CIAM; \
             REGISTER_SMS: where the policy registers people; UPDATE_MOBILE_SMS: signed in; \
             BIND_MOBILE_SMS: where the policy binds social accounts by it"
        );
        let mail = of("/api/v2/sdk/email/send");
        assert_eq!(
            mail["enum"],
            json!(["LOGIN_EMS", "MFA_AUTH_EMS", "CHANGE_PWD_EMS", "REGISTER_EMS", "BIND_EMAIL_EMS"])
        );
        let about = "What the code is for; REGISTER_EMS: where the policy registers people; \
                     BIND_EMAIL_EMS: where the policy binds social accounts by it";
        assert_eq!(mail["description"], about);
    }

    #[test]
    fn only_a_code_that_is_asked_for_may_have_to_wait() {
        let document = openapi();
        for route in ROUTES {
            for method in route.methods {
                let refused = &document["paths"][route.path][method.to_ascii_lowercase()]["responses"]["400"];
                let is_send = route.path.ends_with("/send");
                assert_eq!(!refused["headers"]["Retry-After"].is_null(), is_send, "{}", route.path);
            }
        }
    }

    #[test]
    fn every_route_is_described_and_every_reference_leads_somewhere() {
        let document = openapi();
        let mut ids = BTreeSet::new();
        for route in ROUTES {
            for method in route.methods {
                let described = &document["paths"][route.path][method.to_ascii_lowercase()];
                assert!(ids.insert(described["operationId"].as_str().unwrap()), "{}", route.path);
                assert_eq!(described["summary"], route.summary);
                let content = described["requestBody"]["content"].as_object();
                let schema = content.and_then(|types| types.values().next()).map(|it| &it["schema"]);
                let properties = schema.map_or(&Value::Null, |it| &it["properties"]);
                assert_eq!(properties.as_object().map_or(0, Map::len), route.body.len());
            }
        }
        every_reference_leads_somewhere(&document);
    }
}
