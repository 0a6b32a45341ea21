//! One login behind every framework. Each framework has one file, which is all its glue. `tests/conformance.rs` drives them all over real
//! HTTP.

pub mod actix_web;
pub mod axum;
pub mod demo;
pub mod hyper;
pub mod lambda_http;
pub mod poem;
pub mod rocket;
pub mod tiny_http;
