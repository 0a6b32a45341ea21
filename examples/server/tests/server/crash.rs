//! The server is killed during many logins. No state token is redeemed twice, and no unused one is lost.
//!
//! `AUTHFLOW_CRASH_LOGINS` sets the number of logins (60 by default), which are spread over three crashes.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};
use std::{
    env, io,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

const CRASHES: usize = 3;
const CLIENTS: usize = 6;
const WORLD: World = World::Ordinary;

/// One state token, and its client's knowledge of its use.
struct Login {
    number: usize,
    call: Call,
    /// How often it was presented, and how often the answer was a session.
    presented: u32,
    granted: u32,
}

#[test]
fn no_state_token_is_redeemed_twice_across_crashes() {
    let planned = env::var("AUTHFLOW_CRASH_LOGINS").map_or(60, |text| text.parse().unwrap());
    let home = Home::new();
    let mut server = home.start();
    let copies = format!(
        "WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < {planned})
         INSERT INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at)
         SELECT tenant, 'crash-' || number, 'crash-' || number, verifier, password_changed_at
         FROM numbers, authflow_accounts WHERE tenant = '' AND id = 'demo-erin'"
    );
    assert_eq!(home.execute(&copies), planned);

    let mut logins = Vec::new();
    for crash in 0..CRASHES {
        logins.extend(until_killed(server, planned * crash / CRASHES..planned * (crash + 1) / CRASHES));
        server = home.start();
    }
    let in_flight = logins.iter().filter(|login| login.presented > 0 && login.granted == 0).count();
    let granted_before = logins.iter().filter(|login| login.granted > 0).count();
    println!("{} logins, {granted_before} granted and {in_flight} in flight when killed", logins.len());
    assert!(
        logins.len() >= planned * 8 / 10 && granted_before >= planned / 3,
        "the test has tested something"
    );

    for login in &mut logins {
        let (presented, granted) = (login.presented, login.granted);
        for _ in 0..2 {
            let reply = login.call.send(&server);
            if reply.is_success() {
                login.granted += 1;
            } else {
                reply.assert_state_token_refused();
            }
        }
        match (presented, granted) {
            (0, _) => assert_eq!(login.granted, 1, "what was never presented still works, once"),
            (_, 0) => assert!(login.granted <= 1, "what was in flight may have been used"),
            (_, before) => assert_eq!((before, login.granted), (1, 1), "what was granted is used"),
        }
        // The claim, the skip and the session were written together or not at all. If a token is refused now and was
        // never answered before, a write has used it and the crash lost the answer.
        let of = |table: &str, column: &str| {
            home.number(&format!("SELECT {table} WHERE {column} = 'crash-{}' AND tenant = ''", login.number))
        };
        assert_eq!(of("count(*) FROM authflow_sessions", "account"), 1);
        assert_eq!(of("skips_used FROM authflow_accounts", "id"), 1);
    }
    assert_eq!(home.number("SELECT count(*) FROM authflow_claims"), i64::try_from(logins.len()).unwrap());
}

/// Logs in under these numbers, and lets clients redeem the tokens as fast as they can while others still log in. Kills
/// the server when half of the tokens are done, during redemptions and logins.
fn until_killed(server: Server, numbers: Range<usize>) -> Vec<Login> {
    let address = server.address.clone();
    let still_to_come = numbers.end - numbers.len() / 10;
    let next = AtomicUsize::new(numbers.start);
    let ready = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(number) = take(&next, still_to_come) {
                    let login = log_in(&address, number).unwrap();
                    ready.lock().unwrap().push(login);
                }
            });
        }
    });

    let enough = ready.lock().unwrap().len() / 2;
    let finished = Mutex::new(Vec::new());
    let (done, progress) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let done = done.clone();
            scope.spawn(|| {
                let done = done;
                loop {
                    let taken = ready.lock().unwrap().pop();
                    let Some(mut login) = taken else { return };
                    // The client presents it once or twice. The second time is refused.
                    let is_up = (0..=login.number % 2).all(|_| present(&mut login, &address).is_ok());
                    finished.lock().unwrap().push(login);
                    if !is_up || done.send(()).is_err() {
                        return;
                    }
                }
            });
        }
        scope.spawn(|| {
            while let Some(login) = take(&next, numbers.end).and_then(|number| log_in(&address, number).ok())
            {
                finished.lock().unwrap().push(login);
            }
        });
        for _ in 0..enough {
            progress.recv().unwrap();
        }
        server.kill();
    });
    let mut logins = finished.into_inner().unwrap();
    logins.append(&mut ready.into_inner().unwrap());
    logins
}

fn take(next: &AtomicUsize, end: usize) -> Option<usize> {
    next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |number| (number < end).then_some(number + 1))
        .ok()
}

fn log_in(address: &str, number: usize) -> io::Result<Login> {
    let reply = Call::login(WORLD, &format!("crash-{number}"), PASSWORD).try_send(address)?;
    assert_eq!(reply.text("status"), "PASSWORD_WARN");
    Ok(Login { number, call: Call::skip(WORLD, &reply.text("state_token")), presented: 0, granted: 0 })
}

fn present(login: &mut Login, address: &str) -> io::Result<()> {
    login.presented += 1;
    let reply = login.call.try_send(address)?;
    if reply.is_success() {
        login.granted += 1;
    } else {
        reply.assert_state_token_refused();
    }
    Ok(())
}
