//! The bytes that a host keeps of a record.
//!
//! Byte 0 is the version. Numbers of eight bytes follow, the highest byte first. The first number says how many receipts were given out.
//! Three numbers follow for each guess: its receipt, its second, and the tag of the guesser while it is in flight, or 0.

use super::{
    policy::HIGHEST_CEILING,
    record::{AttemptRecord, Guess, MOST_REFUSED},
    tag::GuessTag,
};
use crate::Timestamp;
use alloc::vec::Vec;

impl AttemptRecord {
    /// The most that [`to_bytes`](Self::to_bytes) returns: 9 bytes, and 24 for each failure in a row and each guess that is being refused.
    pub const MAX_BYTES: usize = 9 + 24 * (HIGHEST_CEILING as usize + MOST_REFUSED);
    const VERSION: u8 = 3;

    /// The record for the host's store: at most [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.guesses.iter().flat_map(|guess| {
            [guess.receipt, guess.at.as_unix(), guess.in_flight.map_or(0, |GuessTag(tag)| tag)]
        });
        let numbers = [self.issued].into_iter().chain(numbers);
        [Self::VERSION].into_iter().chain(numbers.flat_map(u64::to_be_bytes)).collect()
    }

    /// The record from the host's store. A record of version 2, which has failures alone, is read as well.
    ///
    /// # Errors
    /// When the bytes are not a record. Do not go on with a fresh one: that would refill the guesses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidAttemptRecord> {
        Self::read(bytes).ok_or(InvalidAttemptRecord)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::MAX_BYTES {
            return None;
        }
        let (version, numbers) = bytes.split_first()?;
        let (numbers, []) = numbers.as_chunks() else { return None };
        let (issued, guesses) = numbers.split_first()?;
        let issued = u64::from_be_bytes(*issued);
        let guesses = match *version {
            Self::VERSION => {
                let (guesses, []) = guesses.as_chunks() else { return None };
                guesses.iter().map(|[receipt, at, tag]| Guess::read(*receipt, *at, *tag)).collect()
            }
            2 => {
                let (failures, []) = guesses.as_chunks() else { return None };
                failures.iter().map(|[receipt, at]| Guess::read(*receipt, *at, [0; 8])).collect()
            }
            _ => None,
        };
        let mut guesses: Vec<Guess> = guesses?;
        // Most records are read to count one more guess.
        guesses.reserve_exact(1);
        let counted = guesses.iter().position(Guess::is_refused).unwrap_or(guesses.len());
        let (counted, refused) = guesses.split_at_checked(counted)?;
        let possible = refused.iter().all(Guess::is_refused)
            && is_possible(counted, HIGHEST_CEILING as usize, issued)
            && is_possible(refused, MOST_REFUSED, issued);
        possible.then_some(Self { issued, guesses })
    }
}

impl Guess {
    fn read(receipt: [u8; 8], at: [u8; 8], tag: [u8; 8]) -> Option<Self> {
        let seconds = u64::from_be_bytes(at);
        let at = Some(Timestamp::from_unix(seconds)).filter(|at| at.as_unix() == seconds)?;
        let in_flight = Some(u64::from_be_bytes(tag)).filter(|tag| *tag != 0).map(GuessTag);
        Some(Self { receipt: u64::from_be_bytes(receipt), at, in_flight })
    }
}

fn is_possible(guesses: &[Guess], most: usize, issued: u64) -> bool {
    let receipts = || guesses.iter().map(|guess| guess.receipt);
    guesses.len() <= most
        && [0].into_iter().chain(receipts()).is_sorted_by(|earlier, later| earlier < later)
        && receipts().next_back().is_none_or(|latest| latest <= issued)
}

/// Bytes that are not an attempt record.
///
/// ```
/// use authflow::guess::{AttemptRecord, InvalidAttemptRecord};
///
/// let stored = AttemptRecord::default().to_bytes();
/// let torn = &stored[..stored.len() - 1]; // the column is too short
/// assert_eq!(AttemptRecord::from_bytes(torn), Err(InvalidAttemptRecord));
/// assert_eq!(
///     InvalidAttemptRecord.to_string(),
///     "a record of guesses must be as the library wrote it"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record of guesses must be as the library wrote it")]
pub struct InvalidAttemptRecord;
