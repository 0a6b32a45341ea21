//! A subject who signs in is served, whatever other clients do meanwhile: they read no answer, or do not wait for one.
//!
//! One flood runs at a time, in its own process, with one sign-in a second beside it. `AUTHFLOW_FLOOD_SECONDS` sets its length. The default
//! is short in a debug build, longer with `--release`, and longest in `.ci/nightly`.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod crowd;

#[path = "../server/process.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod process;
#[path = "../server/wire.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod wire;

use crowd::{Farewell, Pace};
use process::{Home, PASSWORD, Server};
use std::{
    env, fs,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use wire::{Call, World};

const EVERY: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_secs(2);
const MOST_MEMORY_KIB: u64 = 96 * 1024;
/// More clients than the server has places for, by its README.
const CROWD: usize = 1_100;
const A_SECOND: u32 = 2_000;

/// Lets one test run at a time, because floods would disturb each other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A demonstration with the default log level. At `trace`, the log would be most of the work.
fn start(home: &Home) -> (Server, SocketAddr) {
    let server = home.run(home.command(&[]).env("RUST_LOG", "info"), true).expect("it starts");
    let address = server.address.parse().unwrap();
    (server, address)
}

fn seconds(optimised: u32) -> u32 {
    let by_default = if cfg!(debug_assertions) { optimised / 4 } else { optimised };
    env::var("AUTHFLOW_FLOOD_SECONDS").map_or(by_default, |seconds| seconds.parse().unwrap())
}

/// Alice signs in once a second, each time without delay. The server has never had more memory than it may.
fn assert_that_alice_signs_in(server: &Server, times: u32, soon: Duration) {
    let begin = Instant::now();
    for time in 0..times {
        thread::sleep((EVERY * time).saturating_sub(begin.elapsed()));
        let asked = Instant::now();
        let granted = Call::login(World::Ordinary, "alice", PASSWORD).send(server);
        assert!(granted.is_success(), "sign-in {time}: {granted:?}");
        assert!(asked.elapsed() < soon, "sign-in {time} took {:?}", asked.elapsed());
    }
    let most = most_memory_kib(server.id());
    assert!(most <= MOST_MEMORY_KIB, "{most} KiB of memory");
}

fn most_memory_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    most.trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn beside_clients_that_read_nothing() {
    let _alone = alone();
    crowd::allow_enough_files();
    let home = Home::new();
    let (server, address) = start(&home);
    let crowd = crowd::that_reads_nothing(address, CROWD);
    thread::sleep(Duration::from_secs(3));
    assert_that_alice_signs_in(&server, seconds(20), SOON);
    drop(crowd);
}

fn beside_sign_ins_that_hang_up(farewell: Farewell, soon: Duration) {
    let _alone = alone();
    let home = Home::new();
    let (server, address) = start(&home);
    let times = seconds(10);
    let crowd = Pace { a_second: A_SECOND, seconds: times }.start(address, farewell);
    assert_that_alice_signs_in(&server, times, soon);
    let signed_in = crowd.join().unwrap();
    assert!(signed_in >= A_SECOND * times / 2, "that was no flood: {signed_in} sign-ins in {times} s");
}

#[test]
fn beside_sign_ins_that_are_reset() {
    beside_sign_ins_that_hang_up(Farewell::Reset, SOON);
}

/// To the server, these look like clients that have closed their half and listen. Each is answered in its turn, and takes its time.
#[test]
fn beside_sign_ins_that_are_closed() {
    beside_sign_ins_that_hang_up(Farewell::Close, 2 * SOON);
}
