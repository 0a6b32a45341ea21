//! Every answer of every test must match the OpenAPI document.

use super::client::Answer;
use authflow::web::openapi;
use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi);

pub(super) fn check(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let responses = &DOCUMENT["paths"][path][method.to_ascii_lowercase()]["responses"];
    let content_type = answer.header("content-type").unwrap();
    let schema = match (responses.is_null(), answer.status) {
        (true, 404 | 405) => &DOCUMENT["components"]["schemas"]["Problem"],
        (false, status) => &responses[status.to_string()]["content"][content_type]["schema"],
        (true, status) => panic!("{status} for {method} {path}, which is not described"),
    };
    assert!(schema.is_object(), "{method} {path}: no {} {content_type} is described", answer.status);
    matches(schema, &answer.body, path);
    if answer.status >= 400 {
        assert_eq!(
            (content_type, &answer.body["status"]),
            ("application/problem+json", &answer.status.into())
        );
    }
}

fn matches(schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return matches(DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(), value, at);
    }
    match schema["type"].as_str().unwrap() {
        "object" => {
            let members = value.as_object().unwrap_or_else(|| panic!("{at}: no object"));
            for (name, value) in members {
                let schema = &schema["properties"][name];
                assert!(schema.is_object(), "{at}: {name} is not described");
                matches(schema, value, &format!("{at}.{name}"));
            }
            for name in schema["required"].as_array().unwrap() {
                assert!(members.contains_key(name.as_str().unwrap()), "{at}: {name} is missing");
            }
        }
        "array" => {
            for value in value.as_array().unwrap_or_else(|| panic!("{at}: no array")) {
                matches(&schema["items"], value, at);
            }
        }
        "string" => {
            assert!(value.is_string(), "{at}: no text");
            let words = schema["enum"].as_array();
            assert!(words.is_none_or(|words| words.contains(value)), "{at}: {value} is not described");
        }
        "integer" => assert!(value.is_u64(), "{at}: no number"),
        other => panic!("{at}: a schema of type {other}"),
    }
}

/// The names of all calls.
pub(super) fn operations() -> Vec<String> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let of = |methods: &Value| {
        let operations: Vec<_> = methods.as_object().unwrap().values().cloned().collect();
        operations
    };
    paths.values().flat_map(of).map(|it| it["operationId"].as_str().unwrap().to_string()).collect()
}
