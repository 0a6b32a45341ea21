//! The routes of a test double, described beside the family's calls.

use authflow::code::CodePurpose;
use axum::body::Bytes;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The description of all routes that a test double has.
pub(crate) fn description() -> Bytes {
    static DESCRIPTION: LazyLock<Bytes> = LazyLock::new(|| described().to_string().into());
    DESCRIPTION.clone()
}

fn described() -> Value {
    let mut document = authflow::sdk::openapi();
    if let (Some(Value::Object(paths)), Value::Object(own)) = (document.get_mut("paths"), paths()) {
        paths.extend(own);
    }
    document
}

fn paths() -> Value {
    let tenant = parameter(
        "tenant",
        "query",
        false,
        "The tenant of the account; of ordinary applications where it is not given",
    );
    json!({
        "/dev/accounts": { "post": {
            "operationId": "dev_accounts",
            "summary": "Make an account",
            "requestBody": body(account()),
            "responses": answers("201", "It is made", Some(made()), &["400", "409", "415"]),
        } },
        "/dev/attempts/{user}": { "delete": {
            "operationId": "dev_attempts",
            "summary": "Give guesses back, and take locks away",
            "parameters": [parameter("user", "path", true, "A user name, a mobile number in full or an e-mail address"), tenant],
            "responses": answers("204", "They are given back", None, &["400", "404"]),
        } },
        "/dev/clock": { "post": {
            "operationId": "dev_clock",
            "summary": "Set the server's clock, or advance it",
            "requestBody": body(json!({ "oneOf": [
                object(&["set"], json!({ "set": seconds("Since 1970") })),
                object(&["advance"], json!({ "advance": { "type": "integer", "format": "int64", "description": "Seconds; back, if they are negative" } })),
            ] })),
            "responses": answers("200", "The time now, in seconds since 1970, and how far that is ahead of the system's", Some(object(
                &["now", "offset"],
                json!({ "now": seconds("Since 1970"), "offset": { "type": "integer", "format": "int64" } }),
            )), &["400", "415"]),
        } },
        "/dev/codes/last": { "get": {
            "operationId": "dev_codes_last",
            "summary": "The last code that was sent to somebody",
            "parameters": [parameter("to", "query", true, "A mobile number in full or an e-mail address")],
            "responses": answers("200", "The code", Some(object(
                &["to", "channel", "purpose", "code", "sent_at", "good_until"],
                json!({
                    "to": text(),
                    "channel": { "type": "string", "enum": ["sms", "email"] },
                    "purpose": { "type": "string", "enum": CodePurpose::ALL },
                    "code": text(),
                    "sent_at": seconds("Since 1970"),
                    "good_until": seconds("Since 1970"),
                }),
            )), &["400", "404"]),
        } },
        "/dev/reset": { "post": {
            "operationId": "dev_reset",
            "summary": "Begin anew, as it was at the start",
            "responses": answers("204", "It is as it was at the start", None, &[]),
        } },
    })
}

fn account() -> Value {
    object(
        &[],
        json!({
            "tenant": { "type": "string", "description": "Of an ISV's application; without it, of ordinary ones" },
            "user_name": text(),
            "mobile": text(),
            "email": text(),
            "password": text(),
            "password_age_days": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
            "must_change": { "type": "string", "enum": ["first_login", "administrator_reset", "breached"] },
            "second_factors": { "type": "array", "items": { "type": "string", "enum": ["sms", "email", "totp"] } },
            "totp_secret": { "type": "string", "description": "In base 32; drawn where it is not given" },
            "status": { "type": "string", "enum": ["active", "locked", "disabled"] },
            "profile": { "type": "object" },
        }),
    )
}

fn made() -> Value {
    object(&["id"], json!({ "id": text(), "totp_secret": text() }))
}

fn body(schema: Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

/// The answers of a route: its success, and its problems.
fn answers(status: &str, about: &str, schema: Option<Value>, problems: &[&str]) -> Value {
    let answer = |about: &str, media: &str, schema: Option<&Value>| match schema {
        None => json!({ "description": about }),
        Some(schema) => json!({ "description": about, "content": { media: { "schema": schema } } }),
    };
    let problem = object(
        &["type", "title", "status", "detail"],
        json!({ "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text() }),
    );
    let problems = problems.iter().chain(&["403", "500"]);
    let problems = problems.map(|status| {
        ((*status).to_owned(), answer("A problem", "application/problem+json", Some(&problem)))
    });
    let well = (status.to_owned(), answer(about, "application/json", schema.as_ref()));
    Value::Object([well].into_iter().chain(problems).collect())
}

fn parameter(name: &str, place: &str, required: bool, about: &str) -> Value {
    json!({ "name": name, "in": place, "required": required, "description": about, "schema": text() })
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn seconds(about: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": about })
}

fn text() -> Value {
    json!({ "type": "string" })
}
