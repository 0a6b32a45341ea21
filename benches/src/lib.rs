//! What authflow costs, beside the floor of its MACs and beside its peers.

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

/// The rows, in the order of the tables, with the limit of each: instructions, as a multiple of the floor's.
pub const ROWS: &[(&str, Option<f64>)] = &[
    ("verify", Some(2.2)),
    ("verify, varied", Some(2.7)),
    ("verify, ring of 64", None),
    ("mint into a buffer", Some(2.0)),
    ("mint", Some(2.4)),
    ("bad tag", Some(1.15)),
    ("junk, 1 KiB", None),
    ("junk, 1 MiB", None),
    ("forged, our shape", None),
    ("verify a session", Some(1.75)),
    ("skip step", Some(3.5)),
    ("device headers", Some(0.6)),
];

/// Every operation, those of a row together, the floor first and authflow second.
pub fn operations() -> Vec<Operation> {
    let ring = sample::ring();
    let mut all = floor::operations(&ring);
    all.extend(ours::operations(&ring));
    #[cfg(feature = "peers")]
    all.extend(peers::operations());
    all.sort_by_key(|operation| ROWS.iter().position(|(row, _)| *row == operation.row));
    all
}
