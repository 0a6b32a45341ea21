//! The opening of signatures of calls.

use super::{HostExam, NeglectedDuty, holds};
use crate::{Host, Secret, signed_call::OpenSealed, token::KeyId};
use alloc::vec::Vec;

impl HostExam {
    /// Examines whether a host opens what is sealed for the [`audience`](Self::audience) of this exam, and nothing else ([`OpenSealed`]). The
    /// library has no RSA, so the test makes `sealed` with the public half of the host's key. `sealed` must open to `text`.
    ///
    /// The exam does not see how long the host takes to open a text, nor what it logs. An attacker who learns why a text does not open can use this
    /// to open texts.
    ///
    /// ```
    /// use authflow::{
    ///     ClientId, Secret,
    ///     testkit::{HostExam, MemoryHost, demo, stand_in_sealed},
    /// };
    /// use std::sync::Mutex;
    ///
    /// # fn block_on<F: core::future::Future>(future: F) -> F::Output {
    /// #     let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    /// #     match core::pin::pin!(future).poll(&mut context) { core::task::Poll::Ready(it) => it, _ => panic!() }
    /// # }
    /// let mut demo = MemoryHost::demo(); // yours, with a key for tests
    /// let (erin, dora) = (demo.account("erin").clone(), demo.account("dora").clone());
    /// let exam = HostExam::on(demo::audience(), erin, dora, ClientId::new(demo::ORDINARY).unwrap());
    /// let (key, text) = (*demo::call_key().id(), "session_token=LGT&timestamp=1&nonce=n");
    /// // yours, by RSA-OAEP with SHA-256, and SHA-256 for MGF1 too
    /// let sealed = stand_in_sealed(&key, text);
    /// // in your runtime: .await
    /// block_on(exam.take_sealed(&Mutex::new(demo), key, &sealed, &Secret::new(text))).unwrap();
    /// ```
    ///
    /// # Errors
    /// When `sealed` does not open, or something else does.
    pub async fn take_sealed<H: Host>(
        &self,
        host: &H,
        key: KeyId,
        sealed: &[u8],
        text: &Secret,
    ) -> Result<(), NeglectedDuty> {
        let open = async |key: KeyId, sealed: Vec<u8>| {
            let question = OpenSealed { audience: self.audience, key, sealed };
            host.open_sealed(&question).await.map_err(|_| NeglectedDuty::Unanswered("OpenSealed"))
        };
        for _ in 0..2 {
            let opened = open(key, sealed.into()).await?;
            let is_right = opened.is_some_and(|opened| opened.expose() == text.expose());
            holds(is_right, NeglectedDuty::OpenSealed)?;
        }
        let changed = [0, sealed.len() / 2, sealed.len().saturating_sub(1)].map(|at| {
            let change = |(place, byte): (usize, &u8)| if place == at { *byte ^ 1 } else { *byte };
            sealed.iter().enumerate().map(change).collect()
        });
        let nothing = [alloc::vec![0; sealed.len()], alloc::vec![0xff; sealed.len()], Vec::new()];
        for other in changed.into_iter().chain(nothing) {
            holds(open(key, other).await?.is_none(), NeglectedDuty::OpenSealed)?;
        }
        let nobodys = KeyId::nobodys();
        holds(nobodys == key || open(nobodys, sealed.into()).await?.is_none(), NeglectedDuty::OpenSealed)
    }
}
