//! Counts of instructions, as tables that are committed.

use crate::ROWS;
use std::{collections::BTreeMap, fmt::Write as _};

/// What one operation executes.
pub struct Count {
    pub row: &'static str,
    pub who: &'static str,
    pub instructions: u64,
    /// How many of them are a hash's compression function, where that is known.
    pub hashing: Option<u64>,
}

impl Count {
    /// What is not hashing.
    pub fn rest(&self) -> u64 {
        self.instructions - self.hashing.unwrap_or_default()
    }
}

/// The table, under a line that says how it was made.
pub fn table(command: &str, counts: &[Count]) -> String {
    let mut table = format!("# {command}\n");
    let _ = writeln!(
        table,
        "# {:<18} | {:<24} | instructions | hashing |    rest | x floor | limit",
        "row", "who"
    );
    for count in counts {
        let Count { row, who, instructions, hashing, .. } = count;
        let floor = counts.iter().find(|other| other.row == *row && other.who == "floor");
        let factor = floor.map(|floor| *instructions as f64 / floor.instructions as f64);
        // The limits are for a processor with SHA-NI: where hashing is counted apart, there is none.
        let limit = ROWS.iter().find(|(other, _)| other == row && *who == "authflow" && hashing.is_none());
        let [hashing, rest] = [*hashing, hashing.map(|_| count.rest())]
            .map(|number| number.map_or_else(String::new, |number| number.to_string()));
        let factor = factor.map_or_else(String::new, |factor| format!("{factor:.2}"));
        let limit = limit.and_then(|(_, limit)| *limit).map_or_else(String::new, |limit| limit.to_string());
        let _ = writeln!(
            table,
            "{row:<20} | {who:<24} | {instructions:>12} | {hashing:>7} | {rest:>7} | {factor:>7} | {limit:>5}"
        );
    }
    table
}

/// What is not hashing, by row and library.
pub fn read_rest(table: &str) -> BTreeMap<(String, String), u64> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let columns = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let read = |columns: Vec<&str>| {
        let rest = columns[4].parse().expect("a count");
        ((columns[0].to_owned(), columns[1].to_owned()), rest)
    };
    columns.map(read).collect()
}
