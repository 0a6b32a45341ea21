//! What a credential truly proves.

use super::{
    calls::{Call, F, Proof, Purpose, Request, Response},
    cast::{TENANTS, password},
    host::{Host, OUTDATED},
    rules::TOTP_STEP,
};
use authflow::TenantId;

/// The factor that a request's credential truly proves, by what the host knows and what was sent.
pub fn truth(host: &Host, request: &Request) -> Option<F> {
    let tenant = TenantId::new(TENANTS[request.caller.tenant]).ok();
    let account = |who: usize| {
        let found = host.world.host.accounts.get(who);
        found.filter(|account| account.tenant == tenant)
    };
    let is = |who: usize, typed: usize| {
        let known = account(who)?.password.as_ref()?;
        let verifier = known.verifier.expose();
        (verifier.strip_prefix(OUTDATED).unwrap_or(verifier) == password(typed)).then_some(F::Password)
    };
    let presented = request.call.token();
    let owner = |token: Option<usize>| host.ledger.owner(host.texts.get(token?)?);
    let was_sent = |by, to, purpose, number: usize| {
        let text = host.codes.get(number)?.as_ref()?;
        let now = host.world.clock.now.as_unix();
        host.ledger.was_sent(request.caller, text, by, to, purpose, now).then_some(by)
    };
    match &request.call {
        Call::SignIn { who, password, .. } => is(*who, *password),
        Call::SignInByCode { by, to, code } => was_sent(*by, *to, Purpose::SignIn, *code),
        Call::Recover { to, code, .. } => was_sent(F::Sms, *to, Purpose::Forgotten, *code),
        Call::OwnChangeByCode { code, .. } => was_sent(F::Sms, owner(presented)?, Purpose::Update, *code),
        Call::Change { proof: Proof::Old(typed), .. } => is(owner(presented)?, *typed),
        Call::Change { proof: Proof::Code(by, code), .. } => {
            was_sent(*by, owner(presented)?, Purpose::Change, *code)
        }
        Call::Prove { response: Response::Code { by, code, .. }, .. } => {
            was_sent(*by, owner(presented)?, Purpose::Second, *code)
        }
        Call::Prove { response: Response::Totp { of, steps }, .. } => {
            let (typed, own) = (host.world.clock.now.as_unix() / TOTP_STEP, owner(presented)?);
            let totp = account(own)?.totp.as_ref()?;
            let step = typed.wrapping_add_signed(*steps);
            let fresh = totp.last_used_step().is_none_or(|used| step > used);
            (*of == own && steps.abs() <= 1 && fresh).then_some(F::Totp)
        }
        _ => None,
    }
}
