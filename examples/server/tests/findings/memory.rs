//! The memory of a running server, as Linux shows it.

use crate::{
    process::Home,
    wire::{Call, World},
};
use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    time::{Duration, Instant},
};

const PAGE: usize = 4_096;
const PATIENCE: Duration = Duration::from_secs(5);

/// How often these words are in the writable memory of a process. Most of it was never written, so each page is compared with an empty one
/// first.
fn copies(process: u32, words: &str) -> usize {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).unwrap());
        memory.seek(SeekFrom::Start(start)).unwrap();
        let mut page = [0; PAGE];
        for _ in (start..end).step_by(PAGE) {
            // Another thread may have freed this memory since.
            if memory.read_exact(&mut page).is_err() {
                break;
            }
            if page != [0; PAGE] {
                found += page.windows(words.len()).filter(|bytes| *bytes == words.as_bytes()).count();
            }
        }
    }
    found
}

/// One copy is in the body that the server has collected, one in a buffer of hyper's, and one in a value of serde's. The connection's task
/// may end a little later than the connection.
#[test]
fn finding_24_a_password_does_not_stay_in_memory() {
    let home = Home::new();
    let server = home.start();
    let wrong = "Mistyped-Pass-9";
    Call::login(World::Ordinary, "alice", wrong).send(&server).assert_credentials_refused();
    let answered = Instant::now();
    while copies(server.id(), wrong) > 0 {
        assert!(answered.elapsed() < PATIENCE, "finding 24: a wrong password is still in memory");
    }
}
