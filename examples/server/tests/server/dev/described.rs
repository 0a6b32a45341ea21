//! `/openapi.json` of a test double, and the answers to other paths and methods.

use super::{bare, get, refused};
use crate::process::Home;
use serde_json::Value;

const ROUTES: [(&str, &str); 5] = [
    ("post", "/dev/accounts"),
    ("delete", "/dev/attempts/{user}"),
    ("post", "/dev/clock"),
    ("get", "/dev/codes/last"),
    ("post", "/dev/reset"),
];

#[test]
fn every_route_of_a_test_double_is_described_and_there() {
    let home = Home::new();
    let server = home.start_double();
    let document = get(&server, "/openapi.json").json();
    assert!(document["paths"]["/api/v2/sdk/login"]["post"].is_object(), "beside the family's");
    let paths = document["paths"].as_object().unwrap().iter();
    let mut described: Vec<_> = paths
        .filter(|(path, _)| path.starts_with("/dev/"))
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |it| (&**it, &**path)))
        .collect();
    described.sort_unstable_by_key(|(_, path)| *path);
    assert_eq!(described, ROUTES);
    for (method, path) in ROUTES {
        for other in ["GET", "POST", "DELETE", "PUT"] {
            let reply = bare(other, &path.replace("{user}", "alice")).send(&server);
            assert_eq!(reply.status == 405, !other.eq_ignore_ascii_case(method), "{other} {path}: {reply:?}");
            if reply.status == 405 {
                let path = path.replace("{user}", "alice");
                let detail = format!("{path} does not take {other}: see /openapi.json");
                refused(&reply, 405, "Method Not Allowed", &detail);
                assert!(reply.has_header(&format!("allow: {}", allowed(method))), "{reply:?}");
            }
        }
    }
    for path in ["/dev/", "/dev/nothing", "/dev/attempts", "/dev/reset/now"] {
        let reply = get(&server, path);
        refused(&reply, 404, "Not Found", &format!("there is no {path} here: see /openapi.json"));
    }
}

fn allowed(method: &str) -> &str {
    if method == "get" { "get,head" } else { method }
}

/// Every answer that has a schema matches it.
#[test]
fn answers_are_as_they_are_described() {
    let home = Home::new();
    let server = home.start_double();
    let document = get(&server, "/openapi.json").json();
    let properties = |path: &str, method: &str, status: &str| -> Vec<String> {
        let content = &document["paths"][path][method]["responses"][status]["content"]["application/json"];
        content["schema"]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(super::send_sms(&server, "+86-13800000001").status, 200);
    let code = get(&server, "/dev/codes/last?to=+86-13800000001");
    assert_eq!(code.members(), properties("/dev/codes/last", "get", "200"));
    let account = serde_json::json!({ "user_name": "zoe", "second_factors": ["totp"] });
    assert_eq!(super::make(&server, &account).members(), properties("/dev/accounts", "post", "201"));
    let clock = super::post(&server, "/dev/clock", &serde_json::json!({ "advance": 1 }));
    assert_eq!(clock.members(), properties("/dev/clock", "post", "200"));
}

#[test]
fn no_other_server_describes_them() {
    let home = Home::new();
    let server = home.start();
    let document = get(&server, "/openapi.json").json();
    let is_there = |value: &Value| value.as_object().unwrap().keys().any(|path| path.starts_with("/dev/"));
    assert!(!is_there(&document["paths"]));
}
