//! Many clients sign in over both servers, and try again if they get no answer.

use crate::{
    deployment::{Deployment, refresh},
    process::{PASSWORD, Server},
    wire::{Call, Reply, World},
};
use std::{
    io,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

const WORLD: World = World::Ordinary;
const CLIENTS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before a client tries again.
const PAUSE: Duration = Duration::from_millis(10);
const MOST_TRIES: usize = 2_000;

/// Two servers, each of which may be replaced after a while.
pub(crate) struct Servers([RwLock<Option<Server>>; 2]);

impl Servers {
    pub(crate) fn start(deployment: &Deployment) -> Self {
        Self([(); 2].map(|()| RwLock::new(Some(deployment.start()))))
    }

    fn address(&self, at: usize) -> Option<String> {
        let server = self.0[at % 2].read().unwrap_or_else(PoisonError::into_inner);
        server.as_ref().map(|server| server.address.clone())
    }

    /// Sends SIGKILL. A client that calls meanwhile gets no connection.
    pub(crate) fn kill(&self, at: usize) {
        let killed = self.0[at].write().unwrap().take();
        killed.unwrap().kill();
    }

    pub(crate) fn start_again(&self, at: usize, deployment: &Deployment) {
        let started = deployment.start();
        *self.0[at].write().unwrap() = Some(started);
    }

    pub(crate) fn send(&self, at: usize, call: &Call) -> io::Result<Reply> {
        call.try_send(&self.address(at).ok_or(io::ErrorKind::NotConnected)?)
    }
}

/// All that is known of one login in the end.
pub(crate) struct Login {
    number: usize,
    skip: Call,
    /// The sessions that a client was told of.
    sessions: Vec<String>,
}

impl Login {
    pub(crate) fn is_told_of(&self) -> bool {
        !self.sessions.is_empty()
    }
}

/// Accounts like erin's.
pub(crate) async fn erins(deployment: &Deployment, count: usize) {
    let sql = format!(
        "INSERT INTO authflow.accounts (tenant, id, user_name, verifier, password_form, password_changed_at)
        SELECT tenant, 'erin-' || number, 'erin-' || number, verifier, password_form, password_changed_at
        FROM authflow.accounts, generate_series(0, {count} - 1) AS number WHERE tenant = '' AND id = 'demo-erin'"
    );
    assert_eq!(deployment.client.execute(&sql, &[]).await.unwrap(), u64::try_from(count).unwrap());
}

/// Lets this many accounts sign in and skip, and does each of these deeds when its share of them is done.
pub(crate) fn sign_in<'a>(
    servers: &Servers,
    count: usize,
    meanwhile: &mut [&mut (dyn FnMut() + 'a)],
) -> Vec<Login> {
    crowd(count, |number| redeem(servers, number, begin(servers, number)), meanwhile)
}

/// This many accounts sign in, and may skip. Each skip then needs a write and no hash.
pub(crate) fn begun(servers: &Servers, count: usize) -> Vec<Call> {
    let mut begun = crowd(count, |number| (number, begin(servers, number)), &mut []);
    begun.sort_unstable_by_key(|(number, _)| *number);
    begun.into_iter().map(|(_, skip)| skip).collect()
}

/// Lets these clients skip, and does each of these deeds when its share of the skips is done.
pub(crate) fn redeem_all<'a>(
    servers: &Servers,
    skips: &[Call],
    meanwhile: &mut [&mut (dyn FnMut() + 'a)],
) -> Vec<Login> {
    crowd(skips.len(), |number| redeem(servers, number, skips[number].clone()), meanwhile)
}

fn crowd<'a, T: Send>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    meanwhile: &mut [&mut (dyn FnMut() + 'a)],
) -> Vec<T> {
    let (next, worked) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let (done, progress) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (done, next, worked, work) = (done.clone(), &next, &worked, &work);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let one = work(number);
                    worked.lock().unwrap().push(one);
                    let _ = done.send(());
                }
            });
        }
        let share = count / (meanwhile.len() + 1);
        for deed in meanwhile {
            wait_for(&progress, share);
            deed();
        }
    });
    worked.into_inner().unwrap()
}

fn wait_for(progress: &Receiver<()>, count: usize) {
    for _ in 0..count {
        progress.recv_timeout(PATIENCE).expect("they get on");
    }
}

/// Sends the call to both servers in turn, until the answer is not "system busy".
pub(crate) fn answered(servers: &Servers, first: usize, call: &Call) -> Reply {
    for tried in 0..MOST_TRIES {
        match servers.send(first + tried, call) {
            Ok(reply) if reply.status != 500 => return reply,
            _ => thread::sleep(PAUSE),
        }
    }
    panic!("no answer to {call:?}");
}

/// Signs in, up to the warning.
fn begin(servers: &Servers, number: usize) -> Call {
    let sign_in = Call::login(WORLD, &format!("erin-{number}"), PASSWORD);
    let warned = answered(servers, number, &sign_in);
    Call::skip(WORLD, &warned.text("state_token"))
}

fn redeem(servers: &Servers, number: usize, skip: Call) -> Login {
    let mut sessions = Vec::new();
    // Each server gets the token, one after the other: the second one must not know less than the first one.
    for at in [number, number + 1] {
        let reply = answered(servers, at, &skip);
        if reply.is_success() {
            sessions.push(reply.text("session_token"));
        } else {
            reply.assert_state_token_refused();
        }
    }
    Login { number, skip, sessions }
}

/// Asserts that nothing was redeemed twice, and that every issued session is recorded.
pub(crate) async fn assert_sound(deployment: &Deployment, servers: &Servers, logins: &[Login]) {
    let mut told = 0;
    for Login { number, skip, sessions } in logins {
        assert!(sessions.len() <= 1, "erin-{number}: one token was redeemed twice");
        let of = async |what: &str, table: &str, whose: &str| {
            deployment
                .number(&format!("SELECT {what} FROM authflow.{table} WHERE {whose} = 'erin-{number}'"))
                .await
        };
        let (rows, skips) =
            (of("count(*)", "sessions", "account").await, of("skips_used", "accounts", "id").await);
        // The claim, the skip and the session are written together or not at all.
        assert_eq!((rows, skips), (1, 1), "erin-{number}");
        for at in 0..2 {
            servers.send(at, skip).unwrap().assert_state_token_refused();
        }
        for session in sessions {
            let refreshed = servers.send(*number, &refresh(session)).unwrap();
            assert_eq!(
                refreshed.status, 200,
                "erin-{number} was told of a session that is gone: {refreshed:?}"
            );
        }
        told += sessions.len();
    }
    let claims = deployment.number("SELECT count(*) FROM authflow.claims WHERE session IS NOT NULL").await;
    assert_eq!(usize::try_from(claims).unwrap(), logins.len());
    assert!(told > logins.len() / 2, "the test has tested something: {told}");
}
