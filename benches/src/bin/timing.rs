//! Looks for comparisons of secrets that take longer the more of the secret is right. Fails if one does, or if the test does not
//! detect the control, which does.
//!
//! `timing [measurements]`: a million of each comparison by default.

use authflow_bench::{
    sample::Xorshift,
    timing::{Comparison, comparisons},
    welch::{Finding, LIMIT},
};
use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let measurements = env::args().nth(1).map_or(1_000_000, |argument| argument.parse().expect("a number"));
    println!("{measurements} measurements of each; beyond |t| = {LIMIT} the classes can be told apart\n");
    println!("| comparison | greatest \\|t\\| | wrong at the back takes longer by, ns | |");
    println!("|---|--:|--:|---|");
    let mut failed = false;
    for mut comparison in comparisons() {
        let finding = find(&mut comparison, measurements);
        let verdict = match (finding.differ(), comparison.leaks) {
            (true, true) => "leaks, and is found out",
            (false, false) => "no difference",
            (true, false) => "**LEAKS**",
            (false, true) => "**NOT FOUND OUT**",
        };
        failed |= finding.differ() != comparison.leaks;
        // If the classes cannot be told apart, the difference is noise.
        let difference = if finding.differ() { format!("{:+.1}", finding.difference) } else { String::new() };
        println!("| {} | {:.2} | {difference} | {verdict} |", comparison.name, finding.t);
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Measures the two classes in random order, so that no neighbour on the core keeps step with them.
fn find(comparison: &mut Comparison, measurements: usize) -> Finding {
    let mut random = Xorshift::default();
    for _ in 0..measurements / 10 {
        comparison.time(random.below(2) as usize);
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..measurements {
        let class = random.below(2) as usize;
        times[class].push(comparison.time(class).as_nanos() as f64);
    }
    Finding::of(&times)
}
