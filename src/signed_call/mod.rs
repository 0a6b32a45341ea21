//! Signed calls: a client shows its session token sealed under the application's public key, freshly, instead of the token itself.
//!
//! OneAccess calls it a signature, and its header is `X-signature`. It is none: whoever has the public key can make one. It proves that the
//! client holds the session token and has sealed it a moment ago. It covers neither the method nor the path nor the body.
//!
//! ```text
//! frame       session_token= │ token │ &timestamp= │ milliseconds since 1970 │ &nonce= │ 1 to 128 visible characters but &
//! sealed      RSA-OAEP of the frame, with SHA-256 as its hash and as that of MGF1 (RFC 8017 §7.1)
//! X-signature standard base64 of the sealed frame, with padding
//! ```
//!
//! An application that has a [`CallKey`] demands it of every call after the sign-in, and takes neither an id token nor a session token there; but to sign out, a
//! session token as it is will do, so that nobody stays signed in because a key service is down. Its session tokens are [references](crate::policy::SessionTokenForm::Reference) of 125 characters,
//! whatever its policy says: 2,048 bits of RSA carry 190 bytes, and what stands around the token leaves it 134. An application that has no key takes both kinds of
//! token, and no signature.
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
//! // a client's: RSA-OAEP
//! let signed = check.signed(signed_in.session_token(), milliseconds, "n-1");
//! assert_eq!(world.send(&signed).status, 200);
//! world.clock.pass(331);
//! assert_eq!(world.send(&signed).status, 400, "the window is over");
//! ```
//!
//! # How it is judged
//! 1. The host opens it ([`OpenSealed`]). The library has no RSA.
//! 2. The frame has one spelling. Its time lies at most [5 minutes](WINDOW) from now, before or after, and the [clock skew](crate::token::KeyRing::with_clock_skew) more.
//! 3. The session token in it is judged as everywhere: application, device, session, account.
//! 4. A call that writes claims the session, the time and the nonce in its [`Commit`](crate::step::Commit), so one signature writes once. One that guesses, at an old
//!    password say, claims them before the guess is counted; and a guard before a route of the host's
//!    ([`Engine::authenticate`](crate::Engine::authenticate)) claims them, whatever the route does. **A call of the library's that
//!    only reads may come again with the same signature**, until the window is over: it would be a write for every read. Whoever can record a signature
//!    can therefore repeat reads for 5 minutes, from the device that it is of, and can use it for one other call of the application's.
//!
//! Whatever is wrong is told as one fault, [`SignatureInvalid`](crate::outcome::Fault::SignatureInvalid), a signature that is missing too.
//!
//! # What a client must do
//! Java with BouncyCastle: `Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "BC")`. The JDK's own provider takes the same name for MGF1 with
//! **SHA-1**, which does not open here. Its parameters must be said:
//!
//! ```java
//! cipher.init(Cipher.ENCRYPT_MODE, publicKey,
//!     new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
//! ```
//!
//! The time is best that of the call `server-date`. The nonce is new for each signature: where two calls of a session write within one second and show the
//! same time and nonce, the second one is refused.

mod frame;
mod key;
mod open;
mod signature;

pub use frame::WINDOW;
pub use key::{CallKey, CallKeyError};
pub use open::OpenSealed;
pub use signature::CallSignature;

pub(crate) use frame::Frame;
