//! Counts the instructions of every operation with callgrind, and compares authflow's with the committed counts.
//!
//! `instructions` fails if an operation hashes more blocks of SHA-256, or if the rest rises by more than 5 % and more than 30
//! instructions. `instructions --write` writes the counts to the file.

use authflow_bench::{
    callgrind::count,
    counts::{Count, read, table},
    operation::{Operation, measured},
    operations,
};
use std::{env, fs, path::Path, process::ExitCode};

/// With the peers, other features of shared crates are on. So those counts are kept apart, and nothing is compared with them.
const WITH_PEERS: bool = cfg!(feature = "peers");
const COMMITTED: &str = if WITH_PEERS { "instructions-peers.txt" } else { "instructions.txt" };
const COMMAND: &str =
    if WITH_PEERS { "benches/instructions --peers --write" } else { "benches/instructions --write" };
/// A rise by more than this many percent fails.
const MOST: u64 = 5;
/// A rise of at most this many instructions passes: another layout of the same code may have as many.
const FEW: u64 = 30;

fn main() -> ExitCode {
    let argument = env::args().nth(1);
    if let Some(name) = argument.as_deref().filter(|argument| !argument.starts_with("--")) {
        let (mut operation, runs) = Operation::warmed_up(name);
        for _ in 0..runs {
            measured(&mut operation);
        }
        return ExitCode::SUCCESS;
    }
    let counts: Vec<_> = operations().iter().map(count).collect();
    let table = table(COMMAND, &counts);
    print!("{table}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
    if argument.as_deref() == Some("--write") {
        fs::write(path, table).expect("the counts can be written");
        return ExitCode::SUCCESS;
    }
    if WITH_PEERS {
        return ExitCode::SUCCESS;
    }
    compare(&counts, &fs::read_to_string(path).expect("the committed counts can be read"))
}

/// Hashing is compared in blocks. Without SHA-NI, it is nearly all of the count and would hide a rise of the rest.
fn compare(counts: &[Count], committed: &str) -> ExitCode {
    let committed = read(committed);
    let mut verdict = ExitCode::SUCCESS;
    for count in counts.iter().filter(|count| count.who == "authflow") {
        let known = committed.get(&(count.row.to_owned(), count.who.to_owned()));
        let holds = known.is_some_and(|(blocks, rest)| {
            count.blocks() <= *blocks && count.rest() <= (rest * (100 + MOST) / 100).max(rest + FEW)
        });
        if !holds {
            let (row, blocks, rest) = (count.row, count.blocks(), count.rest());
            eprintln!("{row}: {blocks} blocks and {rest} instructions beside them; committed: {known:?}");
            verdict = ExitCode::FAILURE;
        }
    }
    verdict
}
