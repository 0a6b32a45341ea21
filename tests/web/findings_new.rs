//! Each shows a fault that is there: it fails until that is mended.

use super::client::Client;
use authflow::{
    facade::Request,
    testkit::{World, demo},
};

/// A policy that binds logins to addresses binds nothing where nobody has said the address, and nobody is told: `authflow_tower::Login` says none
/// unless it has `with_peers`.
#[test]
fn a_login_that_is_to_be_bound_to_an_address_has_one() {
    use authflow::{
        device::{Binding, Bindings},
        policy::Policy,
        testkit::demo,
    };
    let bindings = Bindings { ip: Binding::Refuse, ..Bindings::default() };
    let mut client = Client::browser(World::with_policy(Policy { bindings, ..demo::policy() }));
    let body = serde_json::json!({ "identifier": "erin", "password": demo::PASSWORD }).to_string();
    let mut statuses = Vec::new();
    for (path, body) in [("/v1/sign-in", body.as_str()), ("/v1/sign-in/password/skip", "")] {
        let headers = client.shown().with("Content-Type", "application/json");
        let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
        let answer = client.answer(&request);
        for (name, line) in answer.cookies() {
            let value = line.split_once(';').unwrap().0.split_once('=').unwrap().1.to_owned();
            client.jar().insert(name.to_owned(), value);
        }
        statuses.push(answer.status);
    }
    assert_ne!(statuses, [200, 200], "nothing is bound, and nobody is told");
}
