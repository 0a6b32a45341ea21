//! JSON written into room that was made for it.

use alloc::vec::Vec;
use serde::Serialize;

/// The JSON of a value, in a buffer of `room` bytes that grows where that is not enough: what is written may be a token, and
/// a buffer that grows leaves copies behind. Empty where the value does not serialise; ours are texts and numbers under
/// fixed names, which always do.
pub(crate) fn written(value: &impl Serialize, room: usize) -> Vec<u8> {
    #[cfg(feature = "std")]
    {
        let mut json = Vec::with_capacity(room);
        match serde_json::to_writer(&mut json, value) {
            Ok(()) => json,
            Err(_) => Vec::new(),
        }
    }
    // Without `std`, serde_json writes into buffers of its own alone.
    #[cfg(not(feature = "std"))]
    {
        let _ = room;
        serde_json::to_vec(value).unwrap_or_default()
    }
}
