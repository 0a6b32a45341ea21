//! Signed calls: a client does not send its session token in the clear, but freshly sealed under the application's public key.
//!
//! OneAccess calls this a signature, and its header is `X-signature`. It is not one, because anybody who has the public key can make it. It
//! proves that the client holds the session token and sealed it a moment ago. It covers neither the method nor the path nor the body.
//!
//! ```text
//! frame       session_token= │ token │ &timestamp= │ milliseconds since 1970 │ &nonce= │ 1 to 128 visible characters but &
//! sealed      RSA-OAEP of the frame, with SHA-256 as its hash and as that of MGF1 (RFC 8017 §7.1)
//! X-signature standard base64 of the sealed frame, with padding
//! ```
//!
//! An application that has a [`CallKey`] demands a signature of every call after the sign-in, and takes neither an id token nor a session token
//! there. Only a sign-out takes a bare session token too, so that nobody stays signed in because a key service is down. The application's session
//! tokens are [references](crate::policy::SessionTokenForm::Reference) of 125 characters, whatever its policy says. RSA with 2,048 bits carries 190
//! bytes, and the rest of the frame leaves 134 for the token. An application that has no key takes both kinds of token, and no signature.
//!
//! ```
//! use authflow::{
//!     Dialect,
//!     testkit::{Call, Setup, World, demo},
//! };
//!
//! let setup = Setup {
//!     dialect: Dialect::OneAccess,
//!     call_key: Some(demo::call_key()),
//!     ..Setup::default()
//! };
//! let mut world = World::with_setup(setup);
//! let signed_in = world.login("alice");
//! assert_eq!(signed_in.session_token().len(), 125);
//! assert_eq!(
//!     world.check_exist(signed_in.id_token()).status,
//!     400,
//!     "an id token is not enough here"
//! );
//!
//! let check = Call::get("/api/v2/sdk/pwd/check-exist");
//! let milliseconds = world.clock.now.as_unix() * 1_000;
//! // the client's part: RSA-OAEP
//! let signed = check.signed(signed_in.session_token(), milliseconds, "n-1");
//! assert_eq!(world.send(&signed).status, 200);
//! world.clock.pass(331);
//! assert_eq!(world.send(&signed).status, 400, "the window is over");
//! ```
//!
//! # How it is judged
//! 1. The host opens it ([`OpenSealed`]). The library has no RSA.
//! 2. The frame has one spelling. Its time lies at most [5 minutes](WINDOW) plus the [clock skew](crate::token::KeyRing::with_clock_skew) from now,
//!    before or after.
//! 3. The session token in it is judged as everywhere: application, device, session, account.
//! 4. A call that writes claims the session, the time and the nonce in its [`Commit`](crate::step::Commit), so one signature writes once. A call that
//!    guesses, at an old password say, claims them before the guess is counted. A guard before one of the host's routes
//!    ([`Engine::authenticate`](crate::Engine::authenticate)) claims them, whatever the route does. **A call of the library that only reads may come
//!    again with the same signature** until the window is over, because a claim would be a write for every read. An attacker who can record a
//!    signature can therefore repeat reads for 5 minutes, from the same device, and can use the signature for one other call of the application.
//!
//! The client gets the same fault, [`SignatureInvalid`](crate::outcome::Fault::SignatureInvalid), whatever is wrong, and also for a missing
//! signature.
//!
//! # What a client must do
//! Java with BouncyCastle: `Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "BC")`. The JDK's own provider takes the same name for MGF1
//! with **SHA-1**, which does not open here. Its parameters must be given:
//!
//! ```java
//! cipher.init(Cipher.ENCRYPT_MODE, publicKey,
//!     new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
//! ```
//!
//! Take the time from the call `server-date` if you can. Draw a new nonce for each signature. If two calls of a session write within one second and
//! show the same time and nonce, the second one is refused.

mod frame;
mod key;
mod open;
mod signature;

pub use frame::WINDOW;
pub use key::{CallKey, CallKeyError};
pub use open::OpenSealed;
pub use signature::CallSignature;

pub(crate) use frame::Frame;
