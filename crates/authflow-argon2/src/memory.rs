//! The memory that argon2 fills.

use argon2::Block;
use std::sync::{Arc, Mutex, PoisonError};

/// The memory of finished hashes, wiped and kept for the next ones. If this memory were returned to the allocator, each of tokio's many blocking
/// threads would keep some of it.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    free: Arc<Mutex<Vec<Vec<Block>>>>,
    blocks: usize,
}

impl Memory {
    /// A pool of pieces. Each piece has as many blocks as the largest computation takes.
    pub(crate) fn of(blocks: usize) -> Self {
        Self { free: Arc::default(), blocks }
    }

    /// Lends a piece to some work, and wipes it afterwards whatever the result, because the first blocks of a pass are cheap to compute from a
    /// password.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut blocks = self.free().pop().unwrap_or_else(|| vec![Block::new(); self.blocks]);
        let done = work(&mut blocks);
        blocks.fill(Block::new());
        self.free().push(blocks);
        done
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn pieces(&self) -> usize {
        self.free().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_used_again_and_wiped_in_between() {
        let memory = Memory::of(8);
        for _ in 0..3 {
            memory.lend(|blocks| {
                let words = |block: &Block| block.as_ref().iter().all(|word| *word == 0);
                assert!(blocks.len() == 8 && blocks.iter().all(words));
                blocks.iter_mut().for_each(|block| block.as_mut().fill(u64::MAX));
            });
        }
        assert_eq!(memory.pieces(), 1);
    }
}
