#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod calls;
mod guard;
mod layer;
mod login;
mod response_body;
mod service;

pub use guard::{Guarded, GuardedFuture, Refusal, RequireSession, Session};
pub use layer::{LoginLayer, LoginOr, LoginOrFuture};
pub use login::Login;
pub use response_body::ResponseBody;
pub use service::{LoginFuture, LoginService};
