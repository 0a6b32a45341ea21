//! Counting the instructions of an operation under callgrind.

use crate::{counts::Count, operation::Operation};
use std::{env, fs, process::Command};

/// Parts of the names of hashes' compression functions, in RustCrypto, AWS-LC and orion.
const HASHING: &[&str] = &["sha2::", "sha256_block", "sha256_compress", "blake2", "chacha"];

/// Runs this program again under callgrind, with the operation's name as its argument, and counts what
/// [`measured`](crate::operation::measured) executes.
pub fn count(operation: &Operation) -> Count {
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
        hashing: hashing / runs,
    }
}

/// The instructions of a profile, and those of them that are a hash's own. The first mention of a function is
/// `fn=(number) name`, or `cfn=(number) name` if it is called there. Later mentions have only its number. The line after
/// `calls=` is the cost of the called function, which is counted at its own place.
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
