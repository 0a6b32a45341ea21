//! Every test through the API in one binary: `.ci/nightly mutants` links it once for each mutant.

#[path = "../access.rs"]
mod access;
#[path = "../bound_session_tokens.rs"]
mod bound_session_tokens;
#[path = "../bound_state_token.rs"]
mod bound_state_token;
#[path = "../captcha.rs"]
mod captcha;
#[path = "../change_password.rs"]
mod change_password;
#[path = "../codes.rs"]
mod codes;
#[path = "../commits.rs"]
mod commits;
#[path = "../drive.rs"]
mod drive;
#[path = "../facade.rs"]
mod facade;
#[path = "../header_bytes.rs"]
mod header_bytes;
#[path = "../host_exam/main.rs"]
mod host_exam;
#[path = "../host_faults.rs"]
mod host_faults;
#[path = "../lost_answers/main.rs"]
mod lost_answers;
#[path = "../main_road.rs"]
mod main_road;
#[path = "../meanwhile.rs"]
mod meanwhile;
#[path = "../operations/main.rs"]
mod operations;
#[path = "../own_contact/main.rs"]
mod own_contact;
#[path = "../own_password/main.rs"]
mod own_password;
#[path = "../parts/main.rs"]
mod parts;
#[path = "../password_ways.rs"]
mod password_ways;
#[path = "../refusals.rs"]
mod refusals;
#[path = "../registration/main.rs"]
mod registration;
#[path = "../rehash.rs"]
mod rehash;
#[path = "../reloads.rs"]
mod reloads;
#[path = "../reseal.rs"]
mod reseal;
#[path = "../second_factor.rs"]
mod second_factor;
#[path = "../sending.rs"]
mod sending;
#[path = "../sessions/main.rs"]
mod sessions;
#[path = "../sign_in.rs"]
mod sign_in;
#[path = "../signed_calls/main.rs"]
mod signed_calls;
#[path = "../skip_password.rs"]
mod skip_password;
#[path = "../social/main.rs"]
mod social;
#[path = "../speech.rs"]
mod speech;
#[path = "../standard_base64.rs"]
mod standard_base64;
#[path = "../tenants.rs"]
mod tenants;
#[path = "../testkit.rs"]
mod testkit;
#[path = "../transcripts.rs"]
mod transcripts;
#[path = "../typed_entry.rs"]
mod typed_entry;
#[path = "../uniform.rs"]
mod uniform;
#[path = "../web/main.rs"]
mod web;
