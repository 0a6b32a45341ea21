//! Rocket: its types are not tower's. A handler hands requests to the login and its replies back, and a request guard asks the guard.

use crate::demo::{DemoHost, DemoLogin, application};
use authflow::{
    facade::{self, MOST_OF_A_BODY},
    sdk::Api,
};
use authflow_tower::{RequireSession, Session};
use rocket::{
    Build, Data, Request, Rocket, Route, State, async_trait,
    data::ToByteUnit as _,
    get,
    http::{Method, Status},
    outcome::{Outcome, try_outcome},
    request::{self, FromRequest},
    response::Response,
    route::{self, Handler},
    routes,
    tokio::time::timeout,
};
use std::{io::Cursor, time::Duration};

type Headers = Vec<(String, String)>;

fn headers(http: &Request<'_>) -> Headers {
    http.headers().iter().map(|header| (header.name().to_string(), header.value().to_owned())).collect()
}

fn read<'r>(http: &'r Request<'_>, headers: &'r Headers, body: &'r [u8]) -> facade::Request<'r, Headers> {
    let (method, path) = (http.method().as_str(), http.uri().path().as_str());
    facade::Request { method, path, headers, body, peer: None }
}

#[derive(Clone)]
struct Calls(DemoLogin);

#[async_trait]
impl Handler for Calls {
    async fn handle<'r>(&self, http: &'r Request<'_>, data: Data<'r>) -> route::Outcome<'r> {
        let body = data.open((MOST_OF_A_BODY + 1).bytes()).into_bytes();
        let Ok(Ok(body)) = timeout(Duration::from_secs(10), body).await else {
            return Outcome::Error(Status::RequestTimeout);
        };
        let reply = self.0.serve(&read(http, &headers(http), &body)).await;
        let mut response = Response::build();
        response.status(Status::new(reply.status()));
        for (name, value) in reply.headers() {
            response.raw_header_adjoin(name, value.to_owned());
        }
        Outcome::Success(response.sized_body(None, Cursor::new(reply.into_body())).finalize())
    }
}

struct SignedIn(Session);

#[async_trait]
impl<'r> FromRequest<'r> for SignedIn {
    type Error = ();

    async fn from_request(http: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let guard = try_outcome!(http.guard::<&State<RequireSession<Api, DemoHost>>>().await);
        match guard.session(&read(http, &headers(http), &[])).await {
            Ok(session) => Outcome::Success(Self(session)),
            Err(refusal) => Outcome::Error((Status::new(refusal.status().as_u16()), ())),
        }
    }
}

#[get("/orders")]
fn orders(who: SignedIn) -> String {
    format!("orders of {}", who.0.subject.id)
}

pub fn rocket(login: DemoLogin) -> Rocket<Build> {
    use Method::{Delete, Get, Head, Options, Patch, Post, Put};
    let guard = login.require_session(application());
    let calls = [Delete, Get, Head, Options, Patch, Post, Put]
        .map(|method| Route::ranked(20, method, "/<_..>", Calls(login.clone())));
    rocket::build().manage(guard).mount("/", routes![orders]).mount("/api/v2", calls)
}
