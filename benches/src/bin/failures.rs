//! Counts the instructions of every failure that must look like others, and fails if the failures of one call differ too
//! much.

use authflow_bench::{callgrind::count, counts::Count, failures::operations, operation::measured};
use std::{env, process::ExitCode};

/// The most, in percent of the fewest, by which the reasons of one call may differ.
const MOST: u64 = 5;
/// The same limit for the instructions beside hashing, for processors on which hashing is a small part.
const MOST_BESIDE_HASHING: u64 = 12;

fn main() -> ExitCode {
    let operations = operations();
    if let Some(name) = env::args().nth(1) {
        let mut operation = operations.into_iter().find(|it| it.name() == name).expect("a failure");
        // The operation runs once before, because the processor's features are looked up once.
        operation.stock(2);
        operation.run();
        measured(&mut operation);
        return ExitCode::SUCCESS;
    }
    println!("# {:<20} | {:<12} | instructions | hashing |   rest", "call", "reason");
    let mut verdict = ExitCode::SUCCESS;
    for of_call in operations.chunk_by(|one, other| one.row == other.row) {
        let counts: Vec<_> = of_call.iter().map(count).collect();
        for Count { row, who, instructions, hashing } in &counts {
            println!(
                "{row:<22} | {who:<12} | {instructions:>12} | {hashing:>7} | {:>6}",
                instructions - hashing
            );
        }
        let (all, rest) = (spread(&counts, |count| count.instructions), spread(&counts, Count::rest));
        println!("{:<22} | {:<12} | {all:>10} % |         | {rest:>4} %", of_call[0].row, "spread");
        if all > MOST || rest > MOST_BESIDE_HASHING {
            eprintln!("{}: the spread is more than {MOST} % or {MOST_BESIDE_HASHING} %", of_call[0].row);
            verdict = ExitCode::FAILURE;
        }
    }
    verdict
}

/// The percentage, rounded up, by which the most instructions exceed the fewest.
fn spread(counts: &[Count], of: impl Fn(&Count) -> u64) -> u64 {
    let fewest = counts.iter().map(&of).min().unwrap_or_default().max(1);
    let most = counts.iter().map(&of).max().unwrap_or_default();
    ((most - fewest) * 100).div_ceil(fewest)
}
