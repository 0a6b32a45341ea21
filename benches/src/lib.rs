//! What authflow costs, beside the floor of its MACs and beside its peers.

pub mod counting;
pub mod sample;
pub mod skip;
