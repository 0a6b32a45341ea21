//! Two applications, nine accounts and a device: those of the reference server's demo.
//!
//! | user name | what there is to it |
//! |---|---|
//! | `alice` | signs in |
//! | `erin` | her password expires in five days |
//! | `victor` | his has expired |
//! | `frank` | must change his |
//! | `dora` | is disabled |
//! | `nora` | has no password, only a mobile |
//! | `mona` | has a second factor by SMS and e-mail |
//! | `tom` | has one by authenticator |
//! | `eve` | has one by SMS and e-mail, and a password that is about to expire |

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
    token::{Issuer, Key, KeyRing},
};
use alloc::{format, vec::Vec};
use core::fmt;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// The id of the ISV application.
pub const ISV: &str = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm";
/// Its tenant, whose accounts these are.
pub const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
/// The id of the ordinary application.
pub const ORDINARY: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";
/// Everybody's password.
pub const PASSWORD: &str = "Correct-Horse-7";
/// The credential of the tenant's server.
pub const CREDENTIAL: &str = "tenant-credential";
/// The credential of the ordinary application's server.
pub const ORDINARY_CREDENTIAL: &str = "ordinary-credential";
/// mona's mobile.
pub const MOBILE: &str = "+86-13800000000";
/// mona's e-mail address.
pub const EMAIL: &str = "mona@example.com";
/// The secret of tom's authenticator, and of everybody's that is [enrolled](enrol) here.
pub const TOTP_SECRET: &[u8; 20] = b"12345678901234567890";
/// A day, in seconds.
pub const DAY: u64 = 86_400;
/// When it all begins.
pub const START: Timestamp = Timestamp::from_unix(1_700_000_000);

/// The headers of a device, and of the application and tenant: the example of `skip-update`'s page, without its state token.
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

/// A caller of the ISV application and its tenant, at a route of one's own.
pub fn caller(device: Device) -> Caller {
    let Audience { client_id, tenant } = audience();
    Caller { device, client_id, tenant, language: None }
}

/// The ISV application and its tenant.
pub fn audience() -> Audience {
    Audience { client_id: good(ClientId::new(ISV)), tenant: Some(tenant()) }
}

/// The tenant.
pub fn tenant() -> TenantId {
    good(TenantId::new(TENANT))
}

/// A secret that looks like a key's, another one for each number. Everybody knows it.
pub fn secret(number: u8) -> [u8; 32] {
    crate::token::known_secret(number)
}

/// A ring of one key, which everybody knows.
pub fn ring() -> KeyRing {
    KeyRing::new(good(Key::without_id(secret(7))))
}

/// Sealing keys that everybody knows: one seals, and an earlier one opens.
pub fn sealing_keys() -> SealingKeys {
    good(SealingKeys::new(sealing_key(2)).with_opener(sealing_key(1)))
}

/// The earlier one alone, for what it has sealed.
pub fn earlier_sealing_keys() -> SealingKeys {
    SealingKeys::new(sealing_key(1))
}

fn sealing_key(number: u8) -> SealingKey {
    good(SealingKey::new(&format!("seal-{number}"), secret(100 + number)))
}

/// An authenticator of an account: six digits under SHA-1, with [`TOTP_SECRET`] sealed under the [`sealing_keys`].
pub fn totp(account: &Account) -> Totp {
    totp_under(&sealing_keys(), account)
}

/// The same under other keys: the [earlier one](earlier_sealing_keys), say.
pub fn totp_under(keys: &SealingKeys, account: &Account) -> Totp {
    let moment = Moment::new(START, Entropy::from_bytes([0; 32]));
    let sealed = good(TotpSecret::new(*TOTP_SECRET)).seal(keys, account.owner(), &moment);
    good(Totp::new(sealed, TotpAlgorithm::Sha1, 6, None))
}

/// Who issues id tokens.
pub fn issuer() -> Issuer {
    good(Issuer::new("https://id.example.com"))
}

/// The default, but that passwords age (90 days, a warning for the last 14, three skips), codes that are sent are first factors, and one that
/// is sent by SMS resets a forgotten password.
pub fn policy() -> Policy {
    Policy {
        ageing: Some(good(Ageing::new(90, 14, 3))),
        first_factors: [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect(),
        recovery: [Channel::Sms].into_iter().collect(),
        ..Policy::default()
    }
}

/// The accounts.
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

/// An account of the tenant, with a user name and nothing else: a terse way for tests to make one. Its first revision is drawn from the
/// name, so that it is the same in every run.
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
/// When it is no user name.
pub fn account(user_name: &str) -> Account {
    let entropy = Entropy::from_bytes(Sha256::digest(user_name).into());
    Account {
        tenant: Some(tenant()),
        revision: Revision::first(&Moment::new(START, entropy)),
        user_name: Some(good(UserName::new(user_name))),
        ..Account::bare(&format!("id-{user_name}"))
    }
}

/// A password with no change due and none skipped, as a [`MemoryHost`](super::MemoryHost) keeps one.
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
    let name = account.user_name.as_ref().map(|name| name.as_str().to_uppercase());
    account.profile = good(Profile::new(&json!({ "name": name })));
}

/// Asks an account for this factor besides from now on, and gives it something to prove it with. Counting the revision up is the
/// caller's, as it is a host's.
pub fn enrol(factor: Factor, account: &mut Account) {
    match factor {
        Factor::Password => return,
        Factor::Sms | Factor::Email => make_reachable(account),
        Factor::Totp => account.totp = Some(totp(account)),
    }
    account.enrolled = account.enrolled.with(factor);
}

/// Gives an account a mobile and an e-mail address, where it has none.
pub fn make_reachable(account: &mut Account) {
    account.mobile = account.mobile.take().or(Mobile::new("+86-13800000009").ok());
    account.email = account.email.take().or(EmailAddress::new("subject@example.com").ok());
}

/// What is written in this kit is well-formed.
#[track_caller]
pub(super) fn good<T, E: fmt::Debug>(made: Result<T, E>) -> T {
    match made {
        Ok(made) => made,
        Err(error) => panic!("{error:?}"),
    }
}
