//! The calls as an OpenAPI document, from the same table as the routes.

use super::{
    cookie,
    problem::{self, Kind},
    reply::{REASONS, STATES},
    routes::{Answers, Bears, ROUTES, Route},
};
use crate::{
    device::{DeviceCookie, Header},
    facade::{
        REQUESTED_BY,
        openapi::{body, content, member, object, reference, text, with},
    },
};
use alloc::{format, vec, vec::Vec};
use serde_json::{Map, Value, json};

/// The calls as an OpenAPI 3.1 document, for a host to serve. It has no `servers`, because a client fetches it from the server itself. It describes
/// both [modes](super::Modes); the host says which of them it allows.
///
/// ```
/// let document = authflow::web::openapi();
/// assert_eq!(document["openapi"], "3.1.0");
/// assert_eq!(
///     document["paths"]["/v1/sign-in/password/skip"]["post"]["operationId"],
///     "skip_password"
/// );
/// ```
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let methods = paths.entry(route.path).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(methods) = methods {
            methods.insert(route.method.to_ascii_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sign-in",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "parameters": parameters(),
            "securitySchemes": {
                "bearer": {
                    "type": "http", "scheme": "bearer",
                    "description": "The state token of a pending sign-in or the token of a session, as answers have them",
                },
                "stateCookie": { "type": "apiKey", "in": "cookie", "name": cookie::STATE },
                "sessionCookie": { "type": "apiKey", "in": "cookie", "name": cookie::SESSION },
                "deviceCookie": { "type": "apiKey", "in": "cookie", "name": DeviceCookie::NAME },
            },
        },
    })
}

fn parameters() -> Value {
    json!({
        "Fingerprint": {
            "name": "X-Device-Fingerprint", "in": "header", "required": false,
            "description": "What an app is recognised by, where its tokens do not travel in cookies",
            "schema": { "type": "string", "minLength": 1, "maxLength": Header::Fingerprint.max_bytes() },
        },
        "RequestedBy": {
            "name": REQUESTED_BY, "in": "header", "required": false,
            "description": "That a script of this site's makes the request, whatever the value: needed with cookies, where the browser does not send Sec-Fetch-Site: same-origin",
            "schema": { "type": "string", "minLength": 1 },
        },
    })
}

fn operation(route: &Route) -> Value {
    let operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters_of(route),
        "responses": responses(route),
        "security": security(route.bears),
    });
    with(operation, "requestBody", body(route.body, member))
}

fn parameters_of(route: &Route) -> Value {
    let fingerprint = json!({ "$ref": "#/components/parameters/Fingerprint" });
    if route.method == "GET" {
        json!([fingerprint])
    } else {
        json!([fingerprint, { "$ref": "#/components/parameters/RequestedBy" }])
    }
}

fn security(bears: Bears) -> Value {
    match bears {
        Bears::Nothing => json!([{}]),
        Bears::StateToken => json!([{ "bearer": [] }, { "stateCookie": [], "deviceCookie": [] }]),
        Bears::SessionToken => json!([{ "bearer": [] }, { "sessionCookie": [], "deviceCookie": [] }]),
    }
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    responses.insert("200".into(), answer(route.answers));
    let statuses =
        problem::KINDS.iter().map(|kind| kind.status).filter(|status| ![404, 405].contains(status));
    for status in statuses {
        let told: Vec<_> =
            problem::KINDS.iter().filter(|kind| kind.status == status).map(|kind| kind.title).collect();
        responses.insert(
            format!("{status}"),
            json!({
                "description": told.join("; "),
                "content": { "application/problem+json": { "schema": reference("Problem") } },
            }),
        );
    }
    Value::Object(responses)
}

fn answer(answers: Answers) -> Value {
    let (about, schema) = match answers {
        Answers::Start => ("How one gets in", "Start"),
        Answers::Login => ("Signed in, or one more step", "Login"),
        Answers::Session => ("The session's tokens anew", "Session"),
        Answers::Subject => ("Who is signed in", "Subject"),
        Answers::Step => ("It is done", "Step"),
        Answers::Problems => ("Every type of problem", "Problems"),
    };
    content(about, schema)
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// An object of these members and no others. Those after the first `required` ones may be absent.
fn closed(members: Vec<(&str, Value)>, required: usize) -> Value {
    object(members.into_iter().enumerate().map(|(at, (name, schema))| (name, schema, at < required)), false)
}

fn schemas() -> Value {
    let next = || json!({ "type": "array", "items": reference("Call") });
    let said = |members: Vec<(&'static str, Value)>| {
        vec![("state", words(&STATES)), ("next", next())].into_iter().chain(members).collect::<Vec<_>>()
    };
    let session =
        || vec![("session_expires_in_seconds", number()), ("session_token", text()), ("id_token", text())];
    let pending = vec![
        ("state_token", text()),
        ("sign_in_expires_in_seconds", number()),
        ("password_expires_in_seconds", number()),
        ("skips_left", number()),
        ("reason", words(&REASONS)),
        ("new_password", reference("Rules")),
    ];
    json!({
        "Start": closed(said(vec![("new_password", reference("Rules"))]), 3),
        "Login": closed(said(pending.into_iter().chain(session()).collect()), 2),
        "Session": closed(said(session()), 3),
        "Step": closed(said(Vec::new()), 2),
        "Subject": closed(
            said(vec![
                ("session_expires_in_seconds", number()),
                ("subject", reference("Person")),
                ("factors", json!({ "type": "array", "items": words(&["password", "sms", "email", "totp", "federated"]) })),
                ("authenticated_at_unix_seconds", number()),
            ]),
            6,
        ),
        "Person": closed(
            vec![("id", text()), ("user_name", text()), ("name", text()), ("mobile", text()), ("email", text())],
            1,
        ),
        "Rules": closed(
            vec![("min_characters", number()), ("max_characters", number()), ("pattern", text())],
            3,
        ),
        "Call": closed(
            vec![
                ("name", words(&ROUTES.iter().map(|route| route.name).collect::<Vec<_>>())),
                ("method", words(&["GET", "POST", "DELETE"])),
                ("path", text()),
                ("takes", json!({ "type": "array", "items": text() })),
                ("may_take", json!({ "type": "array", "items": text() })),
            ],
            4,
        ),
        "Problem": closed(
            problem_members().into_iter().chain([
                ("next", next()),
                ("reason", words(&problem::REASONS)),
                ("factor", words(&["password", "sms", "email", "totp"])),
                ("member", text()),
                ("most_bytes", number()),
                ("wait_seconds", number()),
                ("attempts_left", number()),
                ("locked_for_seconds", number()),
            ]).collect(),
            5,
        ),
        "Problems": closed(
            vec![("problems", json!({ "type": "array", "items": closed(problem_members(), 4) }))],
            1,
        ),
    })
}

fn problem_members() -> Vec<(&'static str, Value)> {
    let uris: Vec<_> = problem::KINDS.iter().map(|kind: &&Kind| kind.uri()).collect();
    vec![
        ("type", json!({ "type": "string", "enum": uris })),
        ("title", text()),
        ("status", json!({ "type": "integer", "minimum": 400, "maximum": 599 })),
        ("detail", text()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facade::openapi::every_reference_leads_somewhere;

    #[test]
    fn every_route_is_described_and_every_reference_leads_somewhere() {
        let document = openapi();
        let mut described = 0;
        for route in ROUTES {
            let operation = &document["paths"][route.path][route.method.to_ascii_lowercase()];
            assert_eq!(
                (&operation["operationId"], &operation["summary"]),
                (&json!(route.name), &json!(route.summary))
            );
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(schema["properties"].as_object().map_or(0, Map::len), route.body.len());
            described += 1;
        }
        let operations =
            document["paths"].as_object().unwrap().values().map(|it| it.as_object().unwrap().len());
        assert_eq!(operations.sum::<usize>(), described);
        every_reference_leads_somewhere(&document);
    }
}
