//! The costs of authflow, beside the floor of its MACs and beside its peers.

pub mod callgrind;
pub mod code;
pub mod counting;
pub mod counts;
pub mod failures;
pub mod floor;
pub mod operation;
pub mod ours;
#[cfg(feature = "peers")]
pub mod peers;
pub mod sample;
pub mod skip;
pub mod times;
pub mod timing;
pub mod welch;

use operation::Operation;

/// The rows, in the order of the tables.
pub const ROWS: &[&str] = &[
    "verify",
    "verify, varied",
    "verify, ring of 64",
    "mint into a buffer",
    "mint",
    "bad tag",
    "junk, 1 KiB",
    "junk, 1 MiB",
    "forged, our shape",
    "verify a session",
    "verify a reference",
    "mint a reference",
    "skip step",
    "device headers",
];

/// Every operation, grouped by row, the floor first and authflow second.
pub fn operations() -> Vec<Operation> {
    let ring = sample::ring();
    let mut all = floor::operations(&ring);
    all.extend(ours::operations(&ring));
    #[cfg(feature = "peers")]
    all.extend(peers::operations());
    all.sort_by_key(|operation| ROWS.iter().position(|row| *row == operation.row));
    all
}
