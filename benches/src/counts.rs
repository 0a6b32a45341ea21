//! Counts of instructions, as tables that are committed.

use std::{collections::BTreeMap, fmt::Write as _};

/// The instructions that SHA-256's compression of one block takes on callgrind's processor. A MAC takes 155 more around its blocks.
const BLOCK: u64 = 3_323;

/// The instructions of one operation.
pub struct Count {
    pub row: &'static str,
    pub who: &'static str,
    pub instructions: u64,
    /// The instructions of a hash's compression function among them.
    pub hashing: u64,
}

impl Count {
    /// The instructions beside hashing.
    pub fn rest(&self) -> u64 {
        self.instructions - self.hashing
    }

    /// The number of blocks that are hashed. If an operation varies, this is its average, rounded down.
    pub fn blocks(&self) -> u64 {
        self.hashing / BLOCK
    }
}

/// The table, under a line that says how it was made.
pub fn table(command: &str, counts: &[Count]) -> String {
    let mut table = format!("# {command}\n");
    let _ = writeln!(table, "# {:<18} | {:<24} | instructions | hashing | blocks |    rest", "row", "who");
    for count in counts {
        let Count { row, who, instructions, hashing } = count;
        let (blocks, rest) = (count.blocks(), count.rest());
        let _ = writeln!(
            table,
            "{row:<20} | {who:<24} | {instructions:>12} | {hashing:>7} | {blocks:>6} | {rest:>7}"
        );
    }
    table
}

/// The blocks and the instructions beside hashing, by row and library.
pub fn read(table: &str) -> BTreeMap<(String, String), (u64, u64)> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let columns = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let read = |columns: Vec<&str>| {
        let [blocks, rest] = [4, 5].map(|at| columns[at].parse().expect("a count"));
        ((columns[0].to_owned(), columns[1].to_owned()), (blocks, rest))
    };
    columns.map(read).collect()
}
