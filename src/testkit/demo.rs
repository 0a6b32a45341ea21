//! Two applications, nine accounts and a device: those of the reference server's demo.
//!
//! | user name | account |
//! |---|---|
//! | `alice` | signs in |
//! | `erin` | her password expires in five days |
//! | `victor` | his password has expired |
//! | `frank` | must change his password |
//! | `dora` | is disabled |
//! | `nora` | has no password, only a mobile |
//! | `mona` | has a second factor by SMS and e-mail |
//! | `tom` | has a second factor by authenticator |
//! | `eve` | has a second factor by SMS and e-mail, and a password that is about to expire |

use super::HeaderList;
use crate::{
    Audience, ClientId, Entropy, Moment, TenantId, Timestamp,
    account::{Account, AccountStatus, Profile, Revision, UserName},
    contact::{Channel, EmailAddress, Mobile},
    device::{Caller, Device},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpSecret},
    password::{Ageing, MustChange, Password, PasswordForm, Verifier},
    policy::Policy,
    sealing::{SealingKey, SealingKeys},
    signed_call::CallKey,
    token::{Issuer, Key, KeyRing},
};
use alloc::{format, vec::Vec};
use core::fmt;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// The id of the ISV application.
pub const ISV: &str = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm";
/// The tenant of the ISV application, which has these accounts.
pub const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
/// The id of the ordinary application.
pub const ORDINARY: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";
/// The password of every account.
pub const PASSWORD: &str = "Correct-Horse-7";
/// The credential of the tenant's server.
pub const CREDENTIAL: &str = "tenant-credential";
/// The credential of the ordinary application's server.
pub const ORDINARY_CREDENTIAL: &str = "ordinary-credential";
/// mona's mobile.
pub const MOBILE: &str = "+86-13800000000";
/// mona's e-mail address.
pub const EMAIL: &str = "mona@example.com";
/// The public half of a key for [signed calls](crate::signed_call). The private half does not exist: the [`MemoryHost`](super::MemoryHost) opens
/// what a [stand-in](super::stand_in_sealed) seals.
pub const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsKPkgsAKQhJ0kXKxiNeh
LJaRy62leYaYERI6nBfeaSTaHIfniHPcnMhDxQDC9/WXy/hUWsF8btY+AAmLt11p
4iFcij42Psh2+6MJ4FaV3UDUrCayjZ0LEnm2MJMcH8BXx5DtuvZYfynOBunKj9vf
3rQnNsLzSFWtkTOJ6+ESgT6mNcQ7+nVKE/F5pQfzrkXeWA7BlCCAkF2VJGvC/U3U
HYkNrzWBnQCZP7XoWK3dlPmU7kI/JpcWBw+Qv6LwnA+bpQnlahgGqBCy+bmEoBP2
cwutwUAmGjkZV3x7amNWYFtl2KyGyW8X6M7JMr2sRn3UD9o9uTuIdhe9gbmjDlQ+
/QIDAQAB
-----END PUBLIC KEY-----";
/// The secret of tom's authenticator, and of every authenticator that is [enrolled](enrol) here.
pub const TOTP_SECRET: &[u8; 20] = b"12345678901234567890";
/// A day, in seconds.
pub const DAY: u64 = 86_400;
/// The time at which every world begins.
pub const START: Timestamp = Timestamp::from_unix(1_700_000_000);

/// The headers of a device, of the application and of the tenant. They are those of the example on `skip-update`'s page, without the state token.
///
/// ```
/// use authflow::{device::Caller, testkit::demo};
///
/// let caller = Caller::from_headers(&demo::device())?;
/// assert_eq!((caller.client_id.as_str(), caller.tenant), (demo::ISV, Some(demo::tenant())));
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
pub fn device() -> HeaderList {
    HeaderList::from_iter([
        ("X-operating-sys-version", "Android 10"),
        ("X-device-fingerprint", "156aysdna213sac"),
        ("X-device-ip", "10.10.10.1"),
        (
            "X-agent",
            "Mozilla/5.0 (Linux; Android 10; Redmi K30 Build/QKQ1.190825.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
             Version/4.0 Chrome/80.0.3987.99 Mobile Safari/537.36",
        ),
        ("X-L", "en"),
        ("X-client-id", ISV),
        ("X-tenant-id", TENANT),
    ])
}

/// A caller of the ISV application and its tenant, at a route of your own.
///
/// ```
/// use authflow::{
///     Credentials, Secret,
///     account::UserName,
///     device::Device,
///     outcome::Verdict,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let phone = Device::with_fingerprint("this phone", "", None)?;
/// let credentials = Credentials {
///     identifier: UserName::new("alice")?.into(),
///     password: Secret::new(demo::PASSWORD),
/// };
/// let step = engine.sign_in(demo::caller(phone), credentials, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn caller(device: Device) -> Caller {
    let Audience { client_id, tenant } = audience();
    Caller { device, client_id, tenant, language: None }
}

/// The ISV application and its tenant.
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// let mut world = World::new();
/// world.login("alice");
/// let alice = world.account("alice").id;
/// let step = world.api.engine().end_sessions(demo::audience(), alice, None);
/// world.run(step);
/// assert_eq!(world.host.ended.len(), 1);
/// ```
pub fn audience() -> Audience {
    Audience { client_id: good(ClientId::new(ISV)), tenant: Some(tenant()) }
}

/// The tenant.
///
/// ```
/// use authflow::{
///     account::Account,
///     testkit::{World, demo},
/// };
///
/// let password = Some(demo::password(demo::PASSWORD, demo::START));
/// let zoe = Account { password, ..demo::account("zoe") };
/// for (tenant, status) in [(Some(demo::tenant()), 200), (None, 400)] {
///     let mut world = World::new();
///     world.host.accounts.push(Account { tenant, ..zoe.clone() });
///     assert_eq!(world.login("zoe").status, status, "one of this tenant signs in");
/// }
/// ```
pub fn tenant() -> TenantId {
    good(TenantId::new(TENANT))
}

/// A secret that looks like a key's, different for each number. Everybody knows it.
///
/// ```
/// use authflow::{
///     testkit::{MemoryHost, Setup, World, demo},
///     token::{Key, KeyRing},
/// };
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// // Another deployment, with another key.
/// let ring = KeyRing::new(Key::new("another", demo::secret(1))?);
/// let mut other = World::of(Setup::default().api(ring), MemoryHost::demo());
/// assert_eq!(other.skip(warned.state_token()).status, 400);
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
pub fn secret(number: u8) -> [u8; 32] {
    crate::token::known_secret(number)
}

/// A ring of one key that everybody knows.
///
/// ```
/// use authflow::{
///     Application, Config, Engine,
///     sdk::Api,
///     testkit::{MemoryHost, World, demo},
/// };
///
/// // An application of your own, in a world.
/// let audience = demo::audience();
/// let application = Application::isv(audience.client_id, audience.tenant);
/// let config = Config::new(demo::issuer(), demo::ring(), [application].into());
/// let mut world = World::of(Api::new(Engine::new(config)?), MemoryHost::demo());
/// assert_eq!(world.login("alice").text("status"), "SUCCESS");
/// # Ok::<(), authflow::ConfigError>(())
/// ```
pub fn ring() -> KeyRing {
    KeyRing::new(good(Key::without_id(secret(7))))
}

/// A key for signed calls, with the [`PUBLIC_KEY`].
///
/// ```
/// use authflow::{
///     Dialect,
///     testkit::{Call, Setup, World, demo},
/// };
///
/// let (dialect, call_key) = (Dialect::OneAccess, Some(demo::call_key()));
/// let mut world = World::with_setup(Setup { dialect, call_key, ..Setup::default() });
/// let told = world.send(&Call::get("/api/v2/sdk/public-key"));
/// assert_eq!(told.text("public_key"), demo::PUBLIC_KEY);
/// ```
pub fn call_key() -> CallKey {
    good(CallKey::new("call-1", PUBLIC_KEY))
}

/// Sealing keys that everybody knows: one seals, and an earlier one only opens.
///
/// ```
/// use authflow::{
///     factor::TotpSecret,
///     sealing::Owner,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let alice = world.account("alice").clone();
/// let owner = Owner { tenant: alice.tenant, account: alice.id };
/// let secret = TotpSecret::new(*demo::TOTP_SECRET)?;
/// let sealed = secret.seal(&demo::sealing_keys(), owner, &world.moment());
/// assert_eq!(sealed.key_id().as_str(), "seal-2");
/// # Ok::<(), authflow::factor::TotpError>(())
/// ```
pub fn sealing_keys() -> SealingKeys {
    good(SealingKeys::new(sealing_key(2)).with_opener(sealing_key(1)))
}

/// The earlier key alone, which opens what it has sealed.
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// let mut world = World::new();
/// world.host.seal_under_earlier_key("tom");
/// let tom = world.account("tom").totp.clone().unwrap();
/// let earlier = demo::earlier_sealing_keys();
/// assert_eq!(tom.secret().key_id(), earlier.sealer().id());
/// assert!(demo::sealing_keys().get(earlier.sealer().id()).is_some(), "it still opens");
/// ```
pub fn earlier_sealing_keys() -> SealingKeys {
    SealingKeys::new(sealing_key(1))
}

fn sealing_key(number: u8) -> SealingKey {
    good(SealingKey::new(&format!("seal-{number}"), secret(100 + number)))
}

/// An authenticator of an account: six digits under SHA-1, with [`TOTP_SECRET`] sealed under the [`sealing_keys`].
///
/// ```
/// use authflow::{
///     account::Account,
///     factor::{Factor, FactorSet},
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let zoe = demo::account("zoe");
/// world.host.accounts.push(Account {
///     password: Some(demo::password(demo::PASSWORD, demo::START)),
///     totp: Some(demo::totp(&zoe)),
///     enrolled: FactorSet::EMPTY.with(Factor::Totp),
///     ..zoe
/// });
/// assert_eq!(world.login("zoe").text("status"), "MFA_AUTH");
/// assert_eq!(world.totp("zoe", 0).len(), 6);
/// ```
pub fn totp(account: &Account) -> Totp {
    totp_under(&sealing_keys(), account)
}

/// The same authenticator under other keys, such as the [earlier one](earlier_sealing_keys).
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// let mut world = World::new();
/// let tom = world.account("tom");
/// tom.totp = Some(demo::totp_under(&demo::earlier_sealing_keys(), tom));
/// assert_eq!(tom.totp.as_ref().unwrap().secret().key_id().as_str(), "seal-1");
/// ```
pub fn totp_under(keys: &SealingKeys, account: &Account) -> Totp {
    let moment = Moment::new(START, Entropy::from_bytes([0; 32]));
    let sealed = good(TotpSecret::new(*TOTP_SECRET)).seal(keys, account.owner(), &moment);
    good(Totp::new(sealed, TotpAlgorithm::Sha1, 6, None))
}

/// The issuer of id tokens.
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// assert_eq!(demo::issuer().as_str(), "https://id.example.com");
/// assert_eq!(World::new().api.engine().issuer(), &demo::issuer());
/// ```
pub fn issuer() -> Issuer {
    good(Issuer::new("https://id.example.com"))
}

/// The default policy, with these changes. Passwords age: 90 days, a warning for the last 14, three skips. Codes that are sent are first factors,
/// and a code by SMS resets a forgotten password. Contacts can be replaced. A recent sign-in sets a first password. A tenant's server refreshes
/// sessions.
///
/// ```
/// use authflow::{
///     policy::{Policy, SecondFactor},
///     testkit::{World, demo},
/// };
///
/// // What a test is about, and the rest from here.
/// let mut world =
///     World::with_policy(Policy { second_factor: SecondFactor::Always, ..demo::policy() });
/// assert_eq!(world.login("alice").text("status"), "ACCESS_DENIED");
/// ```
pub fn policy() -> Policy {
    Policy {
        ageing: Some(good(Ageing::new(90, 14, 3))),
        first_factors: [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect(),
        recovery: [Channel::Sms].into_iter().collect(),
        refreshes_for_servers: true,
        replaces_contacts: Channel::ALL.into_iter().collect(),
        session_sets_first_password: true,
        ..Policy::default()
    }
}

/// The nine accounts.
///
/// ```
/// use authflow::{account::AccountStatus, testkit::demo};
///
/// // A table of your own, filled for a test.
/// let rows = demo::accounts().into_iter().map(|account| (account.id, account));
/// let table: std::collections::BTreeMap<_, _> = rows.collect();
/// assert_eq!(table.len(), 9);
/// let disabled = table.values().find(|account| account.status == AccountStatus::Disabled);
/// assert_eq!(disabled.unwrap().id.as_str(), "id-dora");
/// ```
pub fn accounts() -> Vec<Account> {
    let mut accounts = Vec::new();
    for (name, age) in [
        ("alice", 1),
        ("erin", 85),
        ("victor", 90),
        ("dora", 1),
        ("frank", 1),
        ("nora", 1),
        ("mona", 1),
        ("tom", 1),
        ("eve", 85),
    ] {
        let mut account = account(name);
        account.password = Some(password(PASSWORD, START.minus_seconds(age * DAY)));
        match name {
            "dora" => account.status = AccountStatus::Disabled,
            "frank" => {
                account.password = account.password.map(|password| Password {
                    must_change: Some(MustChange::AdministratorReset),
                    ..password
                });
            }
            "nora" => {
                account.password = None;
                account.mobile = Mobile::new("+86-13800000001").ok();
            }
            "mona" => reachable(&mut account, MOBILE, EMAIL),
            "eve" => reachable(&mut account, "+86-13800000002", "eve@example.com"),
            "tom" => enrol(Factor::Totp, &mut account),
            _ => {}
        }
        accounts.push(account);
    }
    accounts
}

/// An account of the tenant with a user name and nothing else, for tests to build on. Its first revision is drawn from the name, so it is the same
/// in every run.
///
/// ```
/// use authflow::{account::{Account, AccountStatus}, testkit::demo::{self, START}};
///
/// let locked = Account {
///     status: AccountStatus::Locked,
///     password: Some(demo::password("Correct-Horse-7", START)),
///     ..demo::account("somebody")
/// };
/// assert_eq!(locked.tenant, Some(demo::tenant()));
/// ```
///
/// # Panics
/// When the text is not a valid user name.
pub fn account(user_name: &str) -> Account {
    let entropy = Entropy::from_bytes(Sha256::digest(user_name).into());
    Account {
        tenant: Some(tenant()),
        revision: Revision::first(&Moment::new(START, entropy)),
        user_name: Some(good(UserName::new(user_name))),
        ..Account::bare(&format!("id-{user_name}"))
    }
}

/// A password that need not be changed and has no used skip, in the form that a [`MemoryHost`](super::MemoryHost) keeps.
///
/// ```
/// use authflow::testkit::{Call, World, demo};
///
/// let mut world = World::new();
/// let long_ago = demo::START.minus_seconds(90 * demo::DAY);
/// world.account("alice").password = Some(demo::password("Battery-Staple-8", long_ago));
/// let expired = world.send(&Call::login("alice", "Battery-Staple-8"));
/// assert_eq!(expired.text("status"), "PASSWORD_EXPIRED");
/// ```
pub fn password(text: &str, changed_at: Timestamp) -> Password {
    Password {
        verifier: Verifier::new(text),
        changed_at,
        must_change: None,
        skips_used: 0,
        form: PasswordForm::Canonical,
    }
}

fn reachable(account: &mut Account, mobile: &str, email: &str) {
    account.mobile = Mobile::new(mobile).ok();
    account.email = EmailAddress::new(email).ok();
    account.enrolled = FactorSet::EMPTY.with(Factor::Sms).with(Factor::Email);
    let name = account.user_name.as_ref().map(|name| name.as_str().to_ascii_uppercase());
    account.profile = good(Profile::new(&json!({ "name": name })));
}

/// Adds this factor to those that an account is asked for, and gives the account a means to prove it. The caller must raise the revision, as a host
/// must.
///
/// ```
/// use authflow::{factor::Factor, testkit::{World, demo}};
///
/// let mut world = World::new();
/// world.change("alice", |alice| demo::enrol(Factor::Totp, alice));
/// assert_eq!(world.login("alice").text("status"), "MFA_AUTH");
/// ```
pub fn enrol(factor: Factor, account: &mut Account) {
    match factor {
        Factor::Password | Factor::Federated => return,
        Factor::Sms | Factor::Email => make_reachable(account),
        Factor::Totp => account.totp = Some(totp(account)),
    }
    account.enrolled = account.enrolled.with(factor);
}

/// Gives an account a mobile and an e-mail address if it has none.
///
/// ```
/// use authflow::testkit::{Call, World, demo};
/// use serde_json::json;
///
/// let mut world = World::new();
/// world.change("alice", demo::make_reachable);
/// let mobile = world.account("alice").mobile.clone().unwrap();
/// let body = json!({ "mobile": mobile.normalised(), "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &body));
/// assert!(!world.host.outbox[0].decoy, "it is somebody's");
/// ```
pub fn make_reachable(account: &mut Account) {
    account.mobile = account.mobile.take().or(Mobile::new("+86-13800000009").ok());
    account.email = account.email.take().or(EmailAddress::new("subject@example.com").ok());
}

/// Unwraps a value that a test or this kit has written. It panics if the value is malformed.
#[track_caller]
pub(super) fn good<T, E: fmt::Debug>(made: Result<T, E>) -> T {
    match made {
        Ok(made) => made,
        Err(error) => panic!("{error:?}"),
    }
}
