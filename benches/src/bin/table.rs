//! Prints the table of times: every operation of the floor, authflow and the peers, interleaved in one run.
//!
//! `table [runs] [milliseconds]`: seven runs over everything by default, 50 milliseconds for each operation.

use authflow_bench::{
    operations,
    times::{Range, nanoseconds},
};
use std::{env, time::Duration};

fn main() {
    let mut arguments = env::args().skip(1).map(|argument| argument.parse::<u64>().expect("a number"));
    let runs = arguments.next().unwrap_or(7);
    let span = Duration::from_millis(arguments.next().unwrap_or(50));

    let mut operations = operations();
    for operation in &mut operations {
        nanoseconds(operation, span / 10);
    }
    // Indexed by operation, then by run.
    let mut times = vec![Vec::new(); operations.len()];
    for _ in 0..runs {
        for (operation, times) in operations.iter_mut().zip(&mut times) {
            times.push(nanoseconds(operation, span));
        }
    }
    let place =
        |row: &str, who: &str| operations.iter().position(|other| other.row == row && other.who == who);
    let ratio = |one: &[f64], other: &[f64]| Range::of(one.iter().zip(other).map(|(one, other)| one / other));

    println!("{runs} runs; medians, and in brackets the range; factors are of the same run\n");
    println!("| row | who | ns | × floor | authflow is faster by | |");
    println!("|---|---|--:|--:|--:|---|");
    for (operation, own) in operations.iter().zip(&times) {
        let floor = place(operation.row, "floor").map(|at| ratio(own, &times[at]));
        let is_peer = !matches!(operation.who, "floor" | "authflow");
        let ours = place(operation.row, "authflow").filter(|_| is_peer).map(|at| ratio(own, &times[at]));
        let wins = if ours.is_some_and(|ours| ours.median < 1.0) { "**the peer wins**" } else { "" };
        println!(
            "| {} | {} | {} | {} | {} | {wins} |",
            operation.row,
            operation.who,
            in_brackets(Range::of(own.iter().copied()), 0),
            floor.map_or_else(String::new, |range| in_brackets(range, 2)),
            ours.map_or_else(String::new, |range| in_brackets(range, 2)),
        );
    }
}

fn in_brackets(Range { least, median, greatest }: Range, digits: usize) -> String {
    format!("{median:.digits$} ({least:.digits$}–{greatest:.digits$})")
}
