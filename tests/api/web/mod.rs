//! Routes of our own, `/v1/…`: every call, every refusal, by a browser and by an app.

mod attacks;
mod calls;
mod client;
mod cookies;
mod cross_site;
mod guard;
mod modes;
mod refusals;
mod schema;
mod uniform;
mod walks;
