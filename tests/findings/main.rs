//! The findings in the first version. Each has a test.
//!
//! Each test asserts the **wanted** behaviour. If its finding is not mended, the test is marked to fail with the very message of that
//! assertion. A slip in the setup panics with another text and shows at once. When the finding is mended, its test fails with "did not panic
//! as expected". Then remove the attribute `should_panic` and keep the test, which may move to the other tests of its subject. If the mend
//! adds a setting or changes a signature, adapt the setup in `calls.rs` or in the test.
//!
//! The name of a test says which finding it is: `finding_` is a number of the review, `kind_` is a kind of fault from public reports (K), and
//! `from_outside_` is a defect seen by requests (D).
//!
//! Some findings show only in the reference server. Their tests are in `examples/server/tests/findings`: the reviews 4, 7, 12, 15 and 20, the
//! times of disk flushes and hash parameters (5), keys in its examples (18), K22, and D1, D3, D4 and D5. The fallback arms (21) cannot be
//! reached, and a test cannot see copies in memory (24).

mod accounts;
mod bodies;
mod calls;
mod codes;
mod exam;
mod guesses;
mod headers;
mod locks;
mod minting;
mod policy;
mod recovery;
mod sessions;
mod slipping_host;
mod spelling;
