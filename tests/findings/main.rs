//! What was found in the first version, one test a finding.
//!
//! Each test asserts what is **wanted**. One whose finding is not mended is marked to fail with the very message of that assertion. A slip in
//! the setup panics with another text and shows at once. When the finding is mended, its test goes red with "did not panic as
//! expected". Then it is turned round: the attribute `should_panic` goes, the test stays, and it may move to the other tests of its
//! subject. Where the mend adds a setting or changes a signature, the setup is told of it in `calls.rs` or in the test.
//!
//! The names say which finding it is: `finding_` is a number of the review, `kind_` a kind of fault from public reports (K),
//! `from_outside_` a defect seen by requests (D).
//!
//! What only the reference server shows is not here but in `examples/server/tests/findings`: the reviews 4, 7, 12, 15 and 20, what
//! disk flushes and hash parameters tell (5), keys in its examples (18), K22, and D1, D3, D4 and D5. The fallback arms (21) cannot be
//! reached, and copies in memory (24) cannot be seen from a test.

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
