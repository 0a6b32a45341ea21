use authflow::{AccountId, Application, ClientId, Config, Engine, Moment, Secret};
use authflow::{account::*, parts::*, password::PasswordRules, token::Issuer, web::*};
use authflow_argon2::{Argon2Hasher, Argon2id};
use authflow_sqlite::{Place, Settings, SqliteStore};
use authflow_tower::{Login, Session};
use std::{env, error::Error, net::SocketAddr, sync::Arc, thread, time::Duration};
use tower_governor::{GovernorLayer, governor::GovernorConfigBuilder as PerIp};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    // The first start makes both key files for you alone. Keep the sealing keys apart from the database.
    let (ring, _) = authflow_keys::key_ring::load_or_make("shop-keys.toml")?;
    let (keys, _) = authflow_keys::sealing_keys::load_or_make("shop-sealing-keys.toml")?;
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
    let login = Login::new(Web::new(Engine::new(config)?, shop, Modes::Bearer), Arc::new(host), Moment::now);

    let orders = axum::routing::get(async |session: Session| format!("orders of {}\n", session.subject.id));
    // Twenty requests at once, then one a second.
    let limits = PerIp::default().per_second(1).burst_size(20).finish().map(Arc::new).ok_or("no limits")?;
    let app = axum::Router::new().route("/orders", orders).route_layer(login.require_session(shop));
    let app = app.layer(login.layer()).layer(GovernorLayer::new(limits.clone()));
    // Forget the addresses that have been quiet.
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_secs(60));
            limits.limiter().retain_recent();
        }
    });

    let port = env::args().nth(1).unwrap_or("8080".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let erin = r#"{"identifier":"erin","password":"Correct-Horse-7"}"#;
    println!("curl http://127.0.0.1:{port}/v1/sign-in -H X-Device-Fingerprint:mine --json '{erin}'");
    println!("curl http://127.0.0.1:{port}/orders -H X-Device-Fingerprint:mine --oauth2-bearer TOKEN");
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
