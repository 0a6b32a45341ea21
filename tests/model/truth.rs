//! The factor that a credential truly proves.

use super::{
    calls::{Call, F, LinkProof, Proof, Purpose, Request, Response, Said},
    cast::{TENANTS, contact_of, password, reached},
    host::{Host, OUTDATED},
    rules::TOTP_STEP,
};
use authflow::TenantId;

/// The factor that a request's credential truly proves, by the host's data and the sent codes.
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
    let holder = |said, named| host.holder(request.caller.tenant, said, named);
    let own = |by| contact_of(account(owner(presented)?)?, by);
    let was_sent = |by, to: Option<usize>, purpose, number: usize| {
        let text = host.codes.get(number)?.as_ref()?;
        let now = host.world.clock.now.as_unix();
        let asker = owner(presented).filter(|_| purpose == Purpose::NewContact);
        host.ledger.was_sent(request.caller, text, by, to?, purpose, asker, now).then_some(by)
    };
    match &request.call {
        Call::SignIn { who, said, password } => is(holder(*said, *who)?, *password),
        Call::SignInByCode { by, to, code } => {
            holder(reached(*by), *to).and_then(|_| was_sent(*by, Some(*to), Purpose::SignIn, *code))
        }
        Call::Recover { to, code, .. } => was_sent(F::Sms, Some(*to), Purpose::Forgotten, *code),
        Call::Social { identity, good, .. } => {
            let who = host.linked(request.caller.tenant, *identity).filter(|_| *good)?;
            account(who).map(|_| F::Fed)
        }
        Call::Link { proof: LinkProof::Password(who, typed), .. } => is(holder(Said::Name, *who)?, *typed),
        Call::Link { proof: LinkProof::Code(by, to, code), .. } => {
            holder(reached(*by), *to).and_then(|_| was_sent(*by, Some(*to), Purpose::Link, *code))
        }
        Call::Link { proof: LinkProof::Vouched(to, good), .. } => {
            holder(Said::Mobile, *to).filter(|_| *good).map(|_| F::Sms)
        }
        // It does not matter who has the mobile, or whether anybody has it.
        Call::RegisterVouched { good, .. } => good.then_some(F::Sms),
        Call::RegisterLinked { by, to, code, .. } => was_sent(*by, Some(*to), Purpose::Register, *code),
        Call::NewContact { by, to, code, .. } => was_sent(*by, Some(*to), Purpose::NewContact, *code),
        Call::Register { by, to, code, .. } => was_sent(*by, Some(*to), Purpose::Register, *code),
        Call::OwnChangeByCode { code, .. } => was_sent(F::Sms, own(F::Sms), Purpose::Update, *code),
        Call::Change { proof: Proof::Old(typed), .. } => is(owner(presented)?, *typed),
        Call::Change { proof: Proof::Code(by, code), .. } => was_sent(*by, own(*by), Purpose::Change, *code),
        Call::Prove { response: Response::Code { by, code, .. }, .. } => {
            was_sent(*by, own(*by), Purpose::Second, *code)
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
