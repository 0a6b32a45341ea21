//! The guard before a host's own route, in the façade's words.

use super::client::{Answer, Client};
use authflow::{
    facade::{Facade, Request},
    outcome::{Fault, Verdict},
    testkit::{HeaderList, World},
};

fn guarded(client: &mut Client, method: &str, headers: &HeaderList) -> (Verdict, Answer) {
    let request = Request { method, path: "/orders", headers, body: b"", peer: None };
    let moment = client.world.moment();
    let (step, manner) = client.web.authenticate(&request, moment);
    let outcome = client.world.run(step);
    let reply = client.web.reply(&outcome, manner);
    (outcome.verdict, Answer::of(&reply))
}

#[test]
fn whoever_is_signed_in_passes_and_nobody_else() {
    for mut client in Client::both(&World::new()) {
        let headers = client.shown();
        let (verdict, answer) = guarded(&mut client, "GET", &headers);
        assert!(matches!(verdict, Verdict::Refused(Fault::SessionTokenInvalid)));
        assert_eq!((answer.status, answer.problem()), (401, "session-invalid"));
        assert_eq!(
            (answer.next(), answer.cookies().len()),
            (
                vec![
                    "sign_in",
                    "send_sign_in_sms",
                    "sign_in_by_sms",
                    "send_sign_in_email",
                    "sign_in_by_email",
                    "send_recovery_sms",
                    "reset_password_by_sms"
                ],
                0
            )
        );

        client.sign_in("alice");
        for method in ["GET", "POST"] {
            let headers = client.shown();
            let (verdict, _) = guarded(&mut client, method, &headers);
            let Verdict::Authenticated(who) = verdict else { panic!("{verdict:?}") };
            assert_eq!(who.subject.user_name.as_deref(), Some("alice"));
        }
    }
}

#[test]
fn another_site_changes_nothing_of_the_hosts_own_either() {
    let mut client = Client::browser(World::new());
    client.sign_in("alice");
    client.headers = HeaderList::new();
    let headers = client.shown();
    let (verdict, answer) = guarded(&mut client, "POST", &headers);
    assert!(matches!(verdict, Verdict::Refused(Fault::CrossSite)));
    assert_eq!((answer.status, answer.problem()), (403, "cross-site"));
    let (verdict, _) = guarded(&mut client, "GET", &headers);
    assert!(matches!(verdict, Verdict::Authenticated(_)));
}

/// A WebSocket begins as a `GET` with the cookies. `SameSite=Lax` gives them to a neighbouring site, and CORS does not
/// ask.
#[test]
fn a_neighbour_opens_no_socket_with_the_cookies_of_a_session() {
    let mut client = Client::browser(World::new());
    client.sign_in("alice");
    for (site, passes) in [("same-origin", true), ("same-site", false), ("cross-site", false)] {
        client.headers = HeaderList::from_iter([
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-Fetch-Site", site),
            ("Sec-Fetch-Mode", "websocket"),
        ]);
        let headers = client.shown();
        for method in ["GET", "CONNECT"] {
            let (verdict, _) = guarded(&mut client, method, &headers);
            assert_eq!(matches!(verdict, Verdict::Authenticated(_)), passes, "{method} {site}: {verdict:?}");
            assert_eq!(matches!(verdict, Verdict::Refused(Fault::CrossSite)), !passes, "{method} {site}");
        }
    }
}

#[test]
fn a_host_that_cannot_begin_says_so_in_its_words() {
    let client = Client::browser(World::new());
    let headers = client.shown();
    let request = Request { method: "POST", path: "/v1/sign-in", headers: &headers, body: b"", peer: None };
    let answer = Answer::of(&client.web.busy(&request));
    assert_eq!((answer.status, answer.problem(), answer.next()), (503, "busy", vec!["sign_in"]));
    assert_eq!((answer.header("retry-after"), answer.cookies().len()), (Some("1"), 0));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
