//! The library's own routes, `/v1/…`: every call and every refusal, for a browser and for an app.

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
