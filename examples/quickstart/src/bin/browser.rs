//! The same program for browsers. The session is in a cookie `__Host-session`, which no script sees, and another site's requests change
//! nothing.
//!
//! Such a cookie is `Secure`. Chromium and Firefox also accept it from `http://localhost`. Safari does not, and no browser accepts it over
//! HTTP from any other address.

use authflow::{AccountId, Application, ClientId, Config, Engine, Moment, Secret};
use authflow::{account::*, parts::*, password::PasswordRules, token::Issuer, web::*};
use authflow_argon2::{Argon2Hasher, Argon2id};
use authflow_keys::{key_ring, sealing_keys};
use authflow_sqlite::{Place, Settings, SqliteStore};
use authflow_tower::{Login, Session};
use axum::{Json, Router, response::Html, routing::get};
use serde_json::{Value, json};
use std::{env, error::Error, net::SocketAddr, sync::Arc, thread, time::Duration};
use tower_governor::{GovernorLayer, governor::GovernorConfigBuilder as PerIp};

/// A route of the shop, in JSON.
async fn orders(session: Session) -> Json<Value> {
    Json(json!({ "of": session.subject.id.as_str(), "orders": [] }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    // The first start makes both key files for you alone. Keep the sealing keys apart from the database.
    let (ring, _) = key_ring::load_or_make("shop-keys.toml")?;
    let (keys, _) = sealing_keys::load_or_make("shop-sealing-keys.toml")?;
    let store = SqliteStore::open(&Settings::new(Place::File("shop.db".into()), keys.clone(), Moment::now))?;
    let (hasher, log) = (Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [])?, authflow_tracing::TracingLog);

    // Your sign-up goes here. This password is public, so the server listens on this machine alone.
    let (name, typed) = (UserName::for_new_account("erin")?, Secret::new("Correct-Horse-7"));
    let password = PasswordRules::default().accept(&typed, Some(&name), None)?;
    let erin = Account::new(AccountId::new("1")?, name, hasher.hash(&password).await?, &Moment::now()?);
    let _ = store.create_account(erin).await?; // the next start finds her and changes nothing

    let shop = ClientId::new("shop")?;
    let mut config = Config::new(Issuer::new("https://shop.example")?, ring, [Application::new(shop)].into());
    config.sealing = Some(keys);
    let host = Parts { store, hasher, log, rules: AllowAll, courier: NoCourier, signer: NoSigner };
    let login = Login::new(Web::new(Engine::new(config)?, shop, Modes::Cookie), Arc::new(host), Moment::now);

    // Twenty requests at once, then one a second.
    let limits = PerIp::default().per_second(1).burst_size(20).finish().map(Arc::new).ok_or("no limits")?;
    let app = Router::new()
        .route("/orders", get(orders))
        .route_layer(login.require_session(shop))
        .route("/", get(async || Html(include_str!("browser.html")))) // after the guard: open to everybody
        .layer(login.layer())
        .layer(GovernorLayer::new(limits.clone()));

    // Forget the addresses that have been quiet.
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_secs(60));
            limits.limiter().retain_recent();
        }
    });

    let port = env::args().nth(1).unwrap_or("8080".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://localhost:{port}/: erin's password is Correct-Horse-7");
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
