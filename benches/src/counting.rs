//! An allocator that counts the allocations of each thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts every allocation and every growth, whether it moved or not.
pub struct Counting;

/// The allocations of this thread while `work` runs.
///
/// # Panics
/// If [`Counting`] is not the global allocator: a count of zero would mean nothing.
pub fn allocations(work: impl FnOnce()) -> u64 {
    let witness = ALLOCATIONS.get();
    drop(std::hint::black_box(Box::new(0_u8)));
    assert_eq!(ALLOCATIONS.get(), witness + 1, "the counting allocator is not in place");
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

// SAFETY: the system's allocator does all the work. The counter is a `Cell` without a destructor and allocates
// nothing.
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
