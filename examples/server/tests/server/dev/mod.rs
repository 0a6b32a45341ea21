//! The test double: what a test can do and see with it, and what it cannot reach.

mod accounts;
mod attempts;
mod clock;
mod codes;
mod described;
mod first_minutes;
mod out_of_reach;
mod reset;

use crate::{
    process::Server,
    wire::{Call, Reply, World},
};
use serde_json::{Value, json};

const WORLD: World = World::Ordinary;

/// A call of a test, without the headers of a device.
fn bare(method: &'static str, path: &str) -> Call {
    let call = Call::login(WORLD, "", "").method(method).path(path).body("");
    ["X-operating-sys-version", "X-device-fingerprint", "X-agent", "X-client-id", "Content-Type"]
        .into_iter()
        .fold(call, |call, header| call.without(header))
}

fn get(server: &Server, path: &str) -> Reply {
    bare("GET", path).send(server)
}

fn post(server: &Server, path: &str, body: &Value) -> Reply {
    bare("POST", path).with("Content-Type", "application/json").body(body.to_string()).send(server)
}

fn delete(server: &Server, path: &str) -> Reply {
    bare("DELETE", path).send(server)
}

fn make(server: &Server, account: &Value) -> Reply {
    post(server, "/dev/accounts", account)
}

/// Asserts a problem, byte for byte.
#[track_caller]
fn refused(reply: &Reply, status: u16, title: &str, detail: &str) {
    let problem = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    assert_eq!((reply.status, reply.json()), (status, problem));
    assert!(reply.has_header("content-type: application/problem+json"), "{reply:?}");
    assert!(reply.has_header("cache-control: no-store"), "{reply:?}");
}

#[track_caller]
fn bad_request(reply: &Reply, detail: &str) {
    refused(reply, 400, "Bad Request", detail);
}

fn send_sms(server: &Server, mobile: &str) -> Reply {
    let body = json!({ "mobile": mobile, "type": "LOGIN_SMS" });
    Call::post(WORLD, "/api/v2/sdk/sms/send", &body).send(server)
}

fn status_of(server: &Server, name: &str, password: &str) -> String {
    Call::login(WORLD, name, password).send(server).text("status")
}
