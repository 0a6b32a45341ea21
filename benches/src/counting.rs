//! An allocator that counts, for each thread on its own.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting what is asked of it: every allocation, and every growth that moved or not.
pub struct Counting;

/// The allocations of this thread while `work` runs.
///
/// # Panics
/// Without [`Counting`] as the global allocator: a count of zero would mean nothing.
pub fn allocations(work: impl FnOnce()) -> u64 {
    let witness = ALLOCATIONS.get();
    drop(std::hint::black_box(Box::new(0_u8)));
    assert_eq!(ALLOCATIONS.get(), witness + 1, "the counting allocator is not in place");
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

// SAFETY: everything is the system allocator's; the counter is a `Cell` without a destructor and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}
