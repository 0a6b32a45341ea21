//! From a deployment to the service.

use crate::{
    call_keys::CallKeys,
    cli::Cli,
    config::ServerConfig,
    database_url::DatabaseUrl,
    demo,
    deployment::{Deployment, Makes},
    dev::Codes,
    host::{ServerHost, ServerKeys, ServerRules},
    http::{self, Service},
    kept::Kept,
    operations::{Current, Watch},
    outbox::{self, Outbox},
    page, seeds,
    server_log::ServerLog,
    signing_keys::{self, SigningKeys},
    start::StartError,
    store::Store,
    tenants::TenantCredentials,
};
use authflow::{
    Application, Applications, Config, Engine, Tenancy,
    captcha::CaptchaKind,
    factor::FactorSet,
    flow::{self, Gravity},
    parts::Blocklist,
    sdk::Api,
    sealing::SealingKeys,
    token::{IdTokenSigning, KeyRing},
};
use authflow_argon2::Argon2Hasher;
use authflow_sqlite::Upkeep;
use axum::Router;
use std::{path::Path, sync::Arc};

/// The service, the routes of a demonstration, and the state that a reload keeps.
pub(crate) struct Served {
    pub(crate) service: Service,
    pub(crate) besides: Router<Arc<Current>>,
    pub(crate) kept: Arc<Kept>,
}

/// Makes the service. A test double keeps its codes.
pub(crate) async fn served(
    cli: &Cli,
    deployment: Deployment,
    watch: &Watch,
    codes: Option<Codes>,
) -> Result<Served, StartError> {
    let store = deployment.store(Upkeep::All).await?;
    let Deployment { config, ring, sealing_keys, clock, database } = deployment;
    match (cli.is_demo(), demo::is_in(&store).await?) {
        (false, true) => return Err(StartError::DemoAccounts(database)),
        (true, false) if demo::has_others(&store).await? => {
            return Err(StartError::OthersAccounts(database));
        }
        _ => {}
    }
    let hasher = config.hashing.hasher()?;
    if let Some(path) = &cli.accounts {
        let sown = seeds::sow(path, &config, &store, &hasher, clock).await;
        sown.map_err(|error| StartError::Accounts(path.clone(), error))?;
    }
    let page = cli.is_demo().then(|| demo::ordinary(&config.applications)).flatten();
    let page = page.map(|application| page::routes(application, &cli.playground));
    let kept = Arc::new(Kept::new(cli, clock, watch.clone(), codes));
    let provider = kept.provider.clone().map(http::provider);
    let signing_keys = signing_keys(cli, Makes::All)?;
    if cli.is_demo() {
        demo::seed(&store, &hasher, &sealing_keys, clock).await?;
    }
    let service = service(cli, config, (ring, sealing_keys), store, hasher, signing_keys, &kept)?;
    let besides = page.into_iter().chain(provider).reduce(Router::merge).unwrap_or_default();
    Ok(Served { service, besides, kept })
}

/// The service with this configuration and these keys.
pub(crate) fn service(
    cli: &Cli,
    config: ServerConfig,
    keys: (KeyRing, SealingKeys),
    store: Store,
    hasher: Argon2Hasher,
    signing_keys: Option<SigningKeys>,
    kept: &Kept,
) -> Result<Service, StartError> {
    let (ring, sealing_keys) = keys;
    let ServerConfig {
        issuer,
        names,
        language,
        dialect,
        numbering,
        mut applications,
        call_keys,
        tenant_credentials,
        ..
    } = config;
    for application in &applications {
        judge_captchas(application, &cli.database)?;
    }
    let folder = cli.config_file().and_then(Path::parent).unwrap_or(Path::new(""));
    let calls = CallKeys::load(call_keys, folder, &mut applications)?;
    let tenants = applications.iter().filter_map(|it| match &it.tenancy {
        Tenancy::Isv(tenants) => Some((it.client_id, tenants.clone())),
        Tenancy::Ordinary => None,
    });
    let tenants = tenants.collect();
    let mut config = Config::new(issuer, ring, Applications::Fixed(applications));
    config.language = language;
    config.dialect = dialect;
    config.sealing = Some(sealing_keys);
    config.numbering = numbering.into_iter().map(|named| (named.tenant, named.plan)).collect();
    if let Some(keys) = &signing_keys {
        config.id_token_signing = IdTokenSigning::Outside(keys.outside());
    }
    let api = Api::new(Engine::new(config)?);
    let courier = outbox(cli, kept.codes.clone())?;
    let Watch { metrics, audit } = kept.watch.clone();
    let log = ServerLog { outbox: courier.clone(), metrics, audit };
    let credentials = TenantCredentials::new(tenant_credentials)?;
    let (slider, provider) = (Arc::clone(&kept.slider), kept.provider.clone());
    let rules = ServerRules { credentials, tenants, slider, provider };
    let host = ServerHost {
        store,
        hasher,
        rules: Blocklist::new(names, rules),
        courier,
        signer: ServerKeys { signing: signing_keys, calls },
        log,
    };
    Ok(Service { api, host, clock: kept.clock, calls: kept.calls.clone(), description: kept.description })
}

/// The owner of a policy must know this about its captchas, and about text messages to strangers. If strangers have messages sent and nobody judges the
/// captcha that the daily sum demands, anybody can use the sum up. The server does not start then.
fn judge_captchas(application: &Application, database: &DatabaseUrl) -> Result<(), StartError> {
    let Application { client_id, policy, .. } = application;
    let findings = flow::graph(policy).check(FactorSet::EMPTY);
    for finding in findings.into_iter().filter(|finding| finding.gravity() == Gravity::Error) {
        tracing::error!(event = "policy_has_an_error", %client_id, %finding, "a policy that does not do");
    }
    let is_own = policy.captcha == CaptchaKind::Own;
    if is_own && policy.demands_captcha {
        tracing::warn!(event = "captchas_all_refused", %client_id, "demands_captcha: nobody judges a captcha of your own here, so all are refused");
    } else if is_own && policy.sending.daily_in_all().is_some() && flow::sends_sms_to_anybody(policy) {
        return Err(StartError::NoCaptchaJudge(*client_id));
    } else if is_own && policy.sending.daily_in_all().is_some() {
        tracing::warn!(
            event = "captchas_all_refused",
            %client_id,
            "daily_in_all: nobody judges a captcha of your own here, so all are refused when half of it has been asked for"
        );
    } else if !is_own && matches!(database, DatabaseUrl::Postgres(_)) {
        tracing::info!(event = "captchas_are_one_servers", %client_id, "captcha: a picture is judged by the server that has shown it, so send a device to one of them");
    }
    Ok(())
}

/// The outbox for codes, if there is one.
fn outbox(cli: &Cli, codes: Option<Codes>) -> Result<Option<Outbox>, StartError> {
    let log = codes.map_or(Outbox::Log, Outbox::Kept);
    match &cli.outbox {
        Some(path) => outbox::read(path).map(Some).map_err(|error| StartError::Outbox(path.clone(), error)),
        None => Ok(cli.is_demo().then_some(log)),
    }
}

/// The outside keys, if there are any.
pub(crate) fn signing_keys(cli: &Cli, makes: Makes) -> Result<Option<SigningKeys>, StartError> {
    let Some(path) = &cli.signing_keys else { return Ok(None) };
    let failed = |error| StartError::SigningKeys(path.clone(), error);
    let keys = match cli.make_signing_key.filter(|_| makes == Makes::All) {
        Some(algorithm) => {
            let (keys, made) = signing_keys::load_or_make(path, algorithm).map_err(failed)?;
            if made {
                tracing::info!(event = "key_made", file = %path.display(), "made a new signing key");
            }
            keys
        }
        None => signing_keys::load(path).map_err(failed)?,
    };
    Ok(Some(keys))
}
