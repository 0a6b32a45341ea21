//! The applications, people, devices and passwords of the world, as the library knows them.

use super::{
    calls::{F, FIRST, Identity, NAMED, Named, SHORT, Said, USED},
    dialects::Dialect,
    life::Life,
    rules::{CODE, DAY, RESEND, RULES, Rules, SENDS_A_DAY, TICKET},
    state::{Model, Must},
};
use authflow::{
    AccountId, Application, ClientId, Entropy, Lifetime, Moment, TenantId, Timestamp,
    account::{Account, AccountStatus, Profile, Revision, UserName},
    captcha::CaptchaKind,
    code::SendPolicy,
    contact::{Channel, EmailAddress, Mobile, NumberingPlan},
    factor::{Factor, Totp, TotpAlgorithm, TotpSecret},
    guess::AttemptPolicy,
    password::{Ageing, MustChange, Password, PasswordForm, Verifier},
    policy::{Lifetimes, Policy, Registration, RetryGrace, SecondFactor, SessionTokenForm},
    sealing::{Owner, SealingKey, SealingKeys},
    social::{LinkProofs, Provider, SocialIdentity, Unassociated},
    testkit::demo,
};
use std::{collections::BTreeMap, sync::Arc};

pub const APPS: [&str; 2] = [demo::ISV, "QcTgk0LmvXo2Yz81nRwJ5dUe7HsBp3Ai"];
pub const TENANTS: [&str; 2] = [demo::TENANT, "another"];
pub const NAMES: [&str; NAMED] = ["ann", "bob", "cat", "ghost", "zoe", "yan"];
/// The proof of a device: the family's header, a cookie, or nothing.
#[derive(Clone, Copy)]
pub enum Shown {
    Fingerprint(&'static str),
    Cookie([u8; 16]),
    Nothing,
}

/// The third device is a browser. The fourth has a fingerprint that is spelt as the browser's cookie.
pub const DEVICES: [Shown; 6] = [
    Shown::Fingerprint("156aysdna213sac"),
    Shown::Fingerprint("attacker"),
    Shown::Cookie(*b"0123456789abcdef"),
    Shown::Fingerprint("MDEyMzQ1Njc4OWFiY2RlZg"),
    Shown::Nothing,
    Shown::Cookie(*b"fedcba9876543210"),
];
pub const BROWSER: usize = 2;
pub const UNBOUND: usize = 4;

/// Whether a device calls the routes of the family. Other devices call the host's own routes.
pub fn is_of_the_family(device: usize) -> bool {
    matches!(DEVICES[device], Shown::Fingerprint(_))
}

/// Whether a code comes with its binding to the client. The family's calls have no place for that.
pub fn binds(device: usize, bound: bool) -> bool {
    bound && !is_of_the_family(device)
}

pub fn mobile(who: usize) -> String {
    format!("+86-1380000000{who}")
}

pub fn email(who: usize) -> String {
    format!("{}@example.com", NAMES[who])
}

/// Whether an account is known by this name, in the library's one spelling.
pub fn is_known_by(account: &Account, said: Said, named: Named) -> bool {
    match said {
        Said::Name | Said::AnyName => {
            account.user_name.as_ref().is_some_and(|name| name.as_str() == NAMES[named])
        }
        Said::Mobile | Said::AnyMobile => account.mobile == Mobile::new(&mobile(named)).ok(),
        Said::AnyEmail => account.email == EmailAddress::new(&email(named)).ok(),
    }
}

/// The number of a person's contact on this channel.
pub fn contact_of(account: &Account, by: F) -> Option<Named> {
    (0..NAMED).find(|named| is_known_by(account, reached(by), *named))
}

/// The kind of name for a person who is reached on this channel.
pub fn reached(by: F) -> Said {
    if by == F::Email { Said::AnyEmail } else { Said::Mobile }
}

pub fn password(number: usize) -> &'static str {
    match number {
        FIRST => demo::PASSWORD,
        1 => "B\u{e4}ttery Staple-1",
        2 => "Battery-Staple-2",
        3 => "Battery-Staple-3",
        USED => "Used-Before-8",
        SHORT => "short",
        _ => unreachable!(),
    }
}

pub fn factor(factor: F) -> Factor {
    match factor {
        F::Password => Factor::Password,
        F::Sms => Factor::Sms,
        F::Email => Factor::Email,
        F::Totp => Factor::Totp,
        F::Fed => Factor::Federated,
    }
}

fn totp_secret(who: usize) -> TotpSecret {
    TotpSecret::new([b'a' + who as u8; 20]).unwrap()
}

/// The owner of secrets. The ids of accounts are given out over all tenants.
pub fn owner(who: usize, tenant: usize) -> Owner {
    Owner { tenant: TenantId::new(TENANTS[tenant]).ok(), account: id(who) }
}

fn id(who: usize) -> AccountId {
    AccountId::new(&format!("id-{}", NAMES.get(who).unwrap_or(&"new"))).unwrap()
}

/// The id of a sealing key.
pub fn sealing_key(number: usize) -> String {
    format!("s{number}")
}

/// The present sealing key and, unless they are lost, the earlier ones.
pub fn sealing_keys(present: usize, are_lost: bool) -> SealingKeys {
    let key =
        |number: usize| SealingKey::new(&sealing_key(number), demo::secret(100 + number as u8)).unwrap();
    let keys = SealingKeys::new(key(present));
    (0..if are_lost { 0 } else { present })
        .fold(keys, |keys, earlier| keys.with_opener(key(earlier)).unwrap())
}

/// A person's authenticator, sealed for them under the present key.
pub fn authenticator(who: usize, owner: Owner, present: usize) -> Totp {
    let moment = Moment::new(demo::START, Entropy::from_bytes([0; 32]));
    let sealed = totp_secret(who).seal(&sealing_keys(present, true), owner, &moment);
    Totp::new(sealed, TotpAlgorithm::Sha1, 6, None).unwrap()
}

pub fn totp_code(who: usize, step: u64) -> String {
    authenticator(who, owner(who, 0), 0).code(&totp_secret(who), step).expose().into()
}

/// All tenants dial in one country.
pub fn numbering() -> BTreeMap<Option<TenantId>, NumberingPlan> {
    TENANTS.map(|tenant| (TenantId::new(tenant).ok(), NumberingPlan::new(86).unwrap())).into()
}

fn seconds(seconds: u64) -> Lifetime {
    Lifetime::from_seconds(u32::try_from(seconds).unwrap()).unwrap()
}

fn sending(rules: &Rules) -> SendPolicy {
    let sending = SendPolicy::new(seconds(RESEND), SENDS_A_DAY).unwrap();
    match rules.in_all {
        Some(in_all) => sending.with_daily_in_all(u32::try_from(in_all).unwrap()).unwrap(),
        None => sending,
    }
}

/// The factors that a login can begin with.
pub const FIRST_FACTORS: [F; 4] = [F::Password, F::Sms, F::Email, F::Fed];

fn link_proofs(rules: &Rules) -> LinkProofs {
    LinkProofs::new(rules.links_by.iter().copied().map(factor).collect()).unwrap()
}

/// A provider's identity, by number.
pub fn identity(number: Identity) -> SocialIdentity {
    SocialIdentity::new(Provider::new("weixin").unwrap(), &uid(number)).unwrap()
}

pub fn uid(number: Identity) -> String {
    format!("uid-{number}")
}

pub fn applications(life: &Life) -> [Arc<Application>; 2] {
    [0, 1].map(|app| {
        let rules = &RULES[app];
        let lifetimes =
            Lifetimes::new(seconds(rules.state), seconds(rules.session), seconds(rules.id)).unwrap();
        let lifetimes = lifetimes.with_code(seconds(CODE)).unwrap().with_ticket(seconds(TICKET)).unwrap();
        let idle = rules.idle.map(|idle| lifetimes.with_session_idle(seconds(idle)).unwrap());
        let days = |age| u16::try_from(age / DAY).unwrap();
        let warned = days(rules.expired_from) - days(rules.warned_from);
        let policy = Policy {
            ageing: Some(Ageing::new(days(rules.expired_from), warned, rules.skips).unwrap()),
            first_factors: FIRST_FACTORS.into_iter().map(factor).collect(),
            unassociated: if rules.registers_linked {
                Unassociated::BindOrRegister(link_proofs(rules))
            } else {
                Unassociated::Bind(link_proofs(rules))
            },
            second_factor: if rules.always_second {
                SecondFactor::Always
            } else {
                SecondFactor::WhenEnrolled
            },
            attempts: AttemptPolicy::new(
                rules.threshold as u32,
                seconds(rules.lock),
                rules.doubling,
                rules.ceiling as u32,
            )
            .unwrap(),
            sending: sending(rules),
            lifetimes: idle.unwrap_or(lifetimes),
            session_token_form: if life.refers {
                SessionTokenForm::Reference
            } else {
                SessionTokenForm::SelfContained
            },
            rotate_session_tokens: rules.rotates,
            registration: if rules.registers {
                Channel::ALL.into_iter().collect()
            } else {
                Registration::NONE
            },
            recovery: rules.recovers.then_some(Channel::Sms).into_iter().collect(),
            allows_unbound: rules.allows_unbound,
            allows_unbound_codes: life.trust[app].unbound_codes,
            takes_vouched_mobiles: life.trust[app].vouched_mobiles,
            refreshes_for_servers: life.servers_refresh,
            retry_grace: RetryGrace::try_from(life.grace).unwrap(),
            demands_captcha: rules.captcha,
            captcha: if life.pictures { CaptchaKind::Picture } else { CaptchaKind::Own },
            replaces_contacts: authflow::contact::Channel::ALL.into_iter().collect(),
            session_sets_first_password: rules.session_sets,
            ..Policy::default()
        };
        let tenants = TENANTS.map(|tenant| TenantId::new(tenant).unwrap());
        let dialect = match life.dialects[app] {
            Dialect::Ciam => authflow::Dialect::Ciam,
            Dialect::Eiam => authflow::Dialect::Eiam,
            Dialect::OneAccess => authflow::Dialect::OneAccess,
        };
        Arc::new(Application {
            call_key: life.signed.then(demo::call_key),
            policy,
            dialect,
            ..Application::isv(ClientId::new(APPS[app]).unwrap(), tenants)
        })
    })
}

pub fn account(model: &Model, who: usize) -> Account {
    let person = &model.people[who];
    Account {
        id: id(who),
        tenant: TenantId::new(TENANTS[person.tenant]).ok(),
        // The model counts changes, beginning at one.
        revision: Revision::new(1).unwrap(),
        status: if person.active { AccountStatus::Active } else { AccountStatus::Disabled },
        user_name: UserName::new(NAMES[who]).ok(),
        password: person.password.as_ref().map(|known| Password {
            verifier: Verifier::new(password(known.number)),
            changed_at: Timestamp::from_unix(known.set_at),
            must_change: known.must_change.map(|must| match must {
                Must::Reset => MustChange::AdministratorReset,
                Must::Breached => MustChange::Breached,
            }),
            skips_used: 0,
            form: PasswordForm::Canonical,
        }),
        mobile: person.mobile.and_then(|named| Mobile::new(&mobile(named)).ok()),
        email: person.email.and_then(|named| EmailAddress::new(&email(named)).ok()),
        totp: person.has_totp.then(|| authenticator(who, owner(who, person.tenant), model.sealing)),
        enrolled: person.enrolled.iter().map(|enrolled| factor(*enrolled)).collect(),
        factors_changed_at: Timestamp::from_unix(0),
        profile: Profile::default(),
    }
}
