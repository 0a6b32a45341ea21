//! Counts the instructions of every operation on the processor itself, with whatever it has for SHA-256, by single
//! steps: what callgrind cannot show. Linux only. `steps --write` writes the counts down.

use authflow_bench::{
    counts::{Count, table},
    operation::{Operation, measured},
    operations,
};
use nix::{
    sys::{
        ptrace,
        signal::{Signal, raise},
        wait::{WaitStatus, waitpid},
    },
    unistd::Pid,
};
use std::{env, fs, os::unix::process::CommandExt as _, path::Path, process::Command};

/// With the peers, other features of shared crates are on: their counts are kept apart.
const WITH_PEERS: bool = cfg!(feature = "peers");
const COMMITTED: &str = if WITH_PEERS { "steps-peers.txt" } else { "steps.txt" };
const COMMAND: &str = if WITH_PEERS {
    "cargo run --release --bin steps -- --write"
} else {
    "cargo run --release --no-default-features --bin steps -- --write"
};
/// Sent by the measured program to say that it begins, and ends.
const MARK: Signal = Signal::SIGUSR1;

fn main() {
    let argument = env::args().nth(1);
    if let Some(name) = argument.as_deref().filter(|argument| !argument.starts_with("--")) {
        let (mut operation, runs) = Operation::warmed_up(name);
        mark();
        for _ in 0..runs {
            measured(&mut operation);
        }
        mark();
        return;
    }
    let around = steps("nothing/nobody");
    let counts: Vec<_> = operations()
        .iter()
        .map(|operation| Count {
            row: operation.row,
            who: operation.who,
            instructions: (steps(&operation.name()) - around) / operation.runs() as u64,
            hashing: None,
        })
        .collect();
    let table = table(COMMAND, &counts);
    print!("{table}");
    if argument.as_deref() == Some("--write") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
        fs::write(path, table).expect("the counts can be written");
    }
}

fn mark() {
    raise(MARK).expect("a signal to oneself");
}

/// The steps between the two marks of a run of its own.
fn steps(name: &str) -> u64 {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.arg(name);
    // SAFETY: between fork and exec only ptrace is called, which is a system call and nothing else.
    unsafe { command.pre_exec(|| ptrace::traceme().map_err(Into::into)) };
    let child = Pid::from_raw(command.spawn().expect("this program runs").id().cast_signed());
    let mut stopped = waitpid(child, None).expect("a child");
    while stopped != WaitStatus::Stopped(child, MARK) {
        ptrace::cont(child, None).expect("a stopped child");
        stopped = waitpid(child, None).expect("a child");
    }
    let mut steps = 0;
    loop {
        ptrace::step(child, None).expect("a stopped child");
        steps += 1;
        if waitpid(child, None).expect("a child") == WaitStatus::Stopped(child, MARK) {
            break;
        }
    }
    ptrace::cont(child, None).expect("a stopped child");
    waitpid(child, None).expect("a child");
    steps
}
