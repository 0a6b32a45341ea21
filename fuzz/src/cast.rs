//! The cast: two applications, their tenant, and accounts in every state of a password.

use crate::keys::{NOW, RINGS};
use authflow::testkit::demo;
use authflow::{
    AccountId, Application, Applications, ClientId, Config, Engine, TenantId,
    account::{Account, AccountStatus, Revision},
    device::{Binding, Bindings},
    factor::{Factor, FactorSet, TotpSecret},
    password::{Ageing, MustChange},
    policy::Policy,
    sdk,
    token::Issuer,
};
use std::{collections::BTreeMap, sync::LazyLock};

/// The password of every account, and the new one that it would be given.
pub const PASSWORD: &str = "Correct-Horse-7";
pub const NEW_PASSWORD: &str = "Battery-Staple-8";
/// An ISV application, an ordinary one, and one that is not registered.
pub const APPLICATIONS: [&str; 3] =
    ["DRrYIqauawN0I8myTMoDTPys6ezGZxnm", "nTo1eRIub60vPb54WeE6aojPwYwImtl4", "unregistered"];
/// The tenant of the ISV application.
pub const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
/// All user names that have an account, and one that has none.
pub const USERS: [&str; 8] = ["alice", "erin", "victor", "frank", "dora", "nora", "tina", "nobody"];

const DAY: u64 = 86_400;

/// The family's calls for the applications of this world.
pub static API: LazyLock<sdk::Api> = LazyLock::new(|| {
    let policy = |skips| Policy { ageing: Ageing::new(90, 14, skips).ok(), ..Policy::default() };
    let bindings = Bindings { ip: Binding::Log, os: Binding::Refuse, agent: Binding::Ignore };
    let [isv, ordinary, _] = APPLICATIONS.map(|client_id| ClientId::new(client_id).unwrap());
    let applications = vec![
        Application {
            policy: Policy { bindings, ..policy(1) },
            ..Application::isv(isv, [TenantId::new(TENANT).unwrap()])
        },
        Application { policy: policy(3), ..Application::new(ordinary) },
    ];
    let issuer = Issuer::new("https://id.example.com").unwrap();
    let mut config = Config::new(issuer, RINGS[1].clone(), Applications::Fixed(applications));
    config.sealing = Some(demo::sealing_keys());
    sdk::Api::new(Engine::new(config).unwrap())
});

/// The one-time password of an account's authenticator.
pub fn totp_code(account: &Account, step: u64) -> String {
    let secret = TotpSecret::new(*demo::TOTP_SECRET).unwrap();
    account.totp.as_ref().unwrap().code(&secret, step).expose().into()
}

/// An active account without names or factors.
pub fn bare(id: &str) -> Account {
    Account {
        id: AccountId::new(id).unwrap(),
        tenant: None,
        revision: Revision::new(1).unwrap(),
        user_name: None,
        ..demo::account("any")
    }
}

/// Every account, by its user name.
pub fn accounts() -> BTreeMap<&'static str, Account> {
    let mut accounts = BTreeMap::new();
    for (name, age) in
        [("alice", 1), ("erin", 85), ("victor", 90), ("frank", 1), ("dora", 1), ("nora", 1), ("tina", 1)]
    {
        let mut account = bare(&format!("id-{name}"));
        let mut password = demo::password(PASSWORD, NOW.minus_seconds(age * DAY));
        match name {
            "frank" => password.must_change = Some(MustChange::FirstLogin),
            "dora" => account.status = AccountStatus::Disabled,
            "tina" => {
                account.enrolled = FactorSet::EMPTY.with(Factor::Totp);
                account.totp = Some(demo::totp(&account));
            }
            _ => {}
        }
        account.password = (name != "nora").then_some(password);
        accounts.insert(name, account);
    }
    accounts
}
