//! Counts the instructions of every operation with callgrind, and holds authflow's against the committed counts.
//!
//! `instructions` compares and fails on a rise above 5 % (and above 30 instructions); `instructions --write` writes the counts down.

use authflow_bench::{
    counts::{Count, read_rest, table},
    operation::{Operation, measured},
    operations,
};
use std::{
    env, fs,
    path::Path,
    process::{Command, ExitCode},
};

/// With the peers, other features of shared crates are on: their counts are kept apart and bind nobody.
const WITH_PEERS: bool = cfg!(feature = "peers");
const COMMITTED: &str = if WITH_PEERS { "instructions-peers.txt" } else { "instructions.txt" };
const COMMAND: &str =
    if WITH_PEERS { "benches/instructions --peers --write" } else { "benches/instructions --write" };
/// The rise that fails, in percent.
const MOST: u64 = 5;
/// A rise of so few instructions does not: another layout of the same code has as many.
const FEW: u64 = 30;

/// What a hash's compression function is called, in RustCrypto, AWS-LC and orion.
const HASHING: &[&str] = &["sha2::", "sha256_block", "sha256_compress", "blake2", "chacha"];

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

/// Hashing is left out: it is nearly everything where there is no SHA-NI, and would hide what is ours.
fn compare(counts: &[Count], committed: &str) -> ExitCode {
    let committed = read_rest(committed);
    let mut verdict = ExitCode::SUCCESS;
    for count in counts.iter().filter(|count| count.who == "authflow") {
        match committed.get(&(count.row.to_owned(), count.who.to_owned())) {
            Some(known) if count.rest() <= (known * (100 + MOST) / 100).max(known + FEW) => (),
            known => {
                eprintln!(
                    "{}: {} instructions beside hashing; committed: {known:?}",
                    count.row,
                    count.rest()
                );
                verdict = ExitCode::FAILURE;
            }
        }
    }
    verdict
}

fn count(operation: &Operation) -> Count {
    let profile = env::temp_dir().join(format!("authflow-bench-{}.callgrind", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=authflow_bench::operation::measured*"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe().expect("this program"))
        .arg(operation.name())
        .output()
        .expect("valgrind runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let runs = operation.runs() as u64;
    let (instructions, hashing) = read(&fs::read_to_string(&profile).expect("a profile"));
    fs::remove_file(profile).expect("the profile can be removed");
    assert_ne!(instructions, 0, "callgrind knows the function by another name");
    Count {
        row: operation.row,
        who: operation.who,
        instructions: instructions / runs,
        hashing: Some(hashing / runs),
    }
}

/// The instructions of a profile, and those of them that are a hash's own. A function is named as `fn=(number) name` where
/// it is first met, also as `cfn=` where it is called, and by its number alone from then on. The line after `calls=` is
/// the cost of the called function, which is counted at its own place.
fn read(profile: &str) -> (u64, u64) {
    let mut hashes = std::collections::BTreeSet::new();
    let (mut all, mut hashing) = (0, 0);
    let (mut is_hashing, mut is_call) = (false, false);
    for line in profile.lines() {
        if let Some(function) = line.strip_prefix("fn=").or(line.strip_prefix("cfn=")) {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if HASHING.iter().any(|hash| name.contains(hash)) {
                hashes.insert(number.to_owned());
            }
            if line.starts_with("fn=") {
                is_hashing = hashes.contains(number);
            }
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '*')) {
            let cost: u64 = line.split(' ').nth(1).and_then(|cost| cost.parse().ok()).expect("a cost");
            if !std::mem::take(&mut is_call) {
                all += cost;
                hashing += if is_hashing { cost } else { 0 };
            }
        }
    }
    (all, hashing)
}
