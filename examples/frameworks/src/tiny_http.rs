//! tiny_http: no runtime. The host never waits, so `drive_blocking` runs it.

use crate::demo::{DemoHost, application, moment};
use authflow::{
    drive_blocking,
    facade::{MOST_OF_A_BODY, Reply, Request},
    outcome::Verdict,
    sdk::Api,
};
use std::{
    error::Error,
    io::{self, Read as _},
    net::TcpListener,
    thread,
};
use tiny_http::{Header, Response, Server};

/// Answers a request, or ends in an `Err`: then nobody is let in.
fn reply(http: &mut tiny_http::Request, api: &Api, host: &DemoHost) -> Result<Reply, Box<dyn Error>> {
    let mut body = Vec::new();
    http.as_reader().take(MOST_OF_A_BODY as u64 + 1).read_to_end(&mut body)?;
    // The unread rest of a chunked body would be taken for the next request on its connection.
    io::copy(http.as_reader(), &mut io::sink())?;
    let headers: Vec<_> =
        http.headers().iter().map(|it| (it.field.as_str().as_str(), it.value.as_str())).collect();
    let (method, path) = (http.method().as_str(), http.url());
    let request = Request { method, path, headers: &headers, body: &body, peer: None };
    if Api::owns(path) {
        return Ok(api.reply(&drive_blocking(api.handle(&request, moment()?), host)?));
    }
    if path != "/orders" {
        return Ok(Reply::empty(404));
    }
    Ok(match drive_blocking(api.authenticate(&request, moment()?), host)?.verdict {
        Verdict::Authenticated(who) if who.audience.client_id == application() => {
            Reply::json(200, format!("orders of {}", who.subject.id).into())
        }
        Verdict::Busy => Reply::empty(503),
        _ => Reply::empty(401),
    })
}

fn answer(mut http: tiny_http::Request, api: &Api, host: &DemoHost) -> io::Result<()> {
    let reply = reply(&mut http, api, host).unwrap_or_else(|_| Reply::empty(500));
    let headers = reply.headers().filter_map(|(name, value)| Header::from_bytes(name, value).ok());
    let response =
        Response::new(reply.status().into(), headers.collect(), reply.body(), Some(reply.body().len()), None);
    http.respond(response)
}

pub fn serve(listener: TcpListener, api: &Api, host: &DemoHost) -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = Server::from_listener(listener, None)?;
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| server.incoming_requests().try_for_each(|http| answer(http, api, host)));
        }
    });
    Ok(())
}
