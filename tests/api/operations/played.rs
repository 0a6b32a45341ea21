//! Each operation, played to its good end.

use super::stage::{MOBILE, NEW_PASSWORD, NOBODYS, Stage, Way, mobile};
use authflow::testkit::{Setup, demo};
use authflow::{
    CaptchaSolution, ChangeProof, ClientId, CodeCredentials, ContactChange, ContactCodeRequest,
    FactorResponse, LinkProof, MobilePasswordUpdate, NamedIdentity, NewcomerProof, OwnPasswordChange,
    OwnPasswordCodeChange, PasswordChange, PasswordReset, Registrant, Secret, TenantClient,
    account::ProfileMembers,
    captcha::PresentedPoint,
    code::CodePurpose,
    contact::{Channel, Recipient},
    outcome::Verdict,
    step::Step,
    token::Untrusted,
};

/// An operation of the engine, in one of the cases in which it asks.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The case; empty if there is only one.
    pub(crate) case: &'static str,
    /// The additions to the policy of the application for this operation.
    pub(crate) setup: fn(&mut Setup),
    /// Prepares the operation and begins it; `None` on a way that it does not have.
    pub(crate) begin: fn(&mut Stage) -> Option<Step>,
}

macro_rules! operations {
    ($($name:ident $($case:literal)? $([$setup:expr])? = $begin:expr;)*) => {
        pub(crate) const OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($name),
            case: concat!($($case)?),
            setup: { #[allow(unused_mut, unused_assignments)] let mut setup: fn(&mut Setup) = |_| {}; $(setup = $setup;)? setup },
            begin: $begin,
        }),*];
    };
}

operations! {
    ways_in = |it| Some(it.engine.ways_in(it.caller(), it.world.moment()));
    sign_in = |it| {
        let credentials = it.credentials("alice", it.proof(demo::PASSWORD));
        Some(it.engine.sign_in(it.caller(), credentials, it.world.moment()))
    };
    sign_in_with_code = |it| {
        let code = it.code(CodePurpose::SignIn, Some(MOBILE), None);
        let credentials = CodeCredentials { recipient: mobile(MOBILE), code: it.proof(code) };
        Some(it.engine.sign_in_with_code(it.caller(), credentials, it.world.moment()))
    };
    sign_in_with_social_code = |it| {
        it.link("alice");
        let code = it.social_code();
        Some(it.engine.sign_in_with_social_code(it.caller(), code, it.world.moment()))
    };
    sign_in_with_social_code "of an identity that is linked to nobody" = |it| {
        let code = it.social_code();
        Some(it.engine.sign_in_with_social_code(it.caller(), code, it.world.moment()))
    };
    sign_in_with_mobile_token = |it| {
        let token = it.mobile_token(MOBILE);
        Some(it.engine.sign_in_with_mobile_token(it.caller(), token, it.world.moment()))
    };
    link_identity "by a password" = |it| {
        let token = it.link_token();
        let proof = LinkProof::Password(it.credentials("alice", it.proof(demo::PASSWORD)));
        Some(it.engine.link_identity(it.caller(), token.presented(), proof, it.world.moment()))
    };
    link_identity "by a code" = |it| {
        let token = it.link_token();
        let code = it.code(CodePurpose::LinkIdentity, Some(MOBILE), None);
        let proof = LinkProof::Code(CodeCredentials { recipient: mobile(MOBILE), code: it.proof(code) });
        Some(it.engine.link_identity(it.caller(), token.presented(), proof, it.world.moment()))
    };
    link_identity "by a token of a mobile" = |it| {
        let token = it.link_token();
        let proof = LinkProof::Mobile(it.mobile_token(MOBILE));
        Some(it.engine.link_identity(it.caller(), token.presented(), proof, it.world.moment()))
    };
    register_and_link "by a code" = |it| {
        let token = it.link_token();
        let code = it.code(CodePurpose::Register, Some(NOBODYS), None);
        let proof = NewcomerProof::Code(CodeCredentials { recipient: mobile(NOBODYS), code: it.proof(code) });
        Some(it.engine.register_and_link(it.caller(), token.presented(), proof, it.world.moment()))
    };
    register_and_link "by a token of a mobile" = |it| {
        let token = it.link_token();
        let proof = NewcomerProof::Mobile(it.mobile_token(NOBODYS));
        Some(it.engine.register_and_link(it.caller(), token.presented(), proof, it.world.moment()))
    };
    register = |it| {
        let code = it.code(CodePurpose::Register, Some(NOBODYS), None);
        let registrant = registrant(it.proof(code), None);
        Some(it.engine.register(it.caller(), registrant, it.world.moment()))
    };
    register "with a password" = |it| {
        let code = it.code(CodePurpose::Register, Some(NOBODYS), None);
        let registrant = registrant(it.proof(code), Some(Secret::new(NEW_PASSWORD)));
        Some(it.engine.register(it.caller(), registrant, it.world.moment()))
    };
    send_code = |it| {
        let request = Stage::request(CodePurpose::SignIn, Some(MOBILE));
        Some(it.engine.send_code(it.caller(), Untrusted::new(b""), request, it.world.moment()))
    };
    send_code "in a pending login" = |it| {
        let pending = it.pending("mona");
        let request = Stage::request(CodePurpose::SecondFactor, None);
        Some(it.engine.send_code(it.caller(), pending.state_token.presented(), request, it.world.moment()))
    };
    masked_mobile = |it| {
        let pending = it.pending("mona");
        Some(it.engine.masked_mobile(it.caller(), pending.state_token.presented(), it.world.moment()))
    };
    prove_factor "by an authenticator" = |it| {
        let pending = it.pending("tom");
        let code = it.world.totp("tom", 0);
        let response = FactorResponse::Totp { code: it.proof(code) };
        let token = pending.state_token.presented();
        Some(it.engine.prove_factor(it.caller(), token, response, it.world.moment()))
    };
    prove_factor "by a code" = |it| {
        let pending = it.pending("mona");
        let code = it.code(CodePurpose::SecondFactor, None, Some(&pending));
        let response = FactorResponse::Code { channel: Channel::Sms, recipient: None, code: it.proof(code) };
        let token = pending.state_token.presented();
        Some(it.engine.prove_factor(it.caller(), token, response, it.world.moment()))
    };
    skip_password = |it| {
        let pending = it.pending("erin");
        Some(it.engine.skip_password(it.caller(), pending.state_token.presented(), it.world.moment()))
    };
    change_password "by the old one" = |it| {
        let pending = it.pending("erin");
        let proof = ChangeProof::OldPassword(it.proof(demo::PASSWORD));
        let change = PasswordChange { proof, new_password: Secret::new(NEW_PASSWORD) };
        let token = pending.state_token.presented();
        Some(it.engine.change_password(it.caller(), token, change, it.world.moment()))
    };
    change_password "by a code" = |it| {
        let pending = it.pending("erin");
        let code = it.code(CodePurpose::ChangePassword, None, Some(&pending));
        let proof = ChangeProof::Code { channel: Channel::Sms, code: it.proof(code) };
        let change = PasswordChange { proof, new_password: Secret::new(NEW_PASSWORD) };
        let token = pending.state_token.presented();
        Some(it.engine.change_password(it.caller(), token, change, it.world.moment()))
    };
    reset_password = |it| {
        let code = it.code(CodePurpose::ForgottenPassword, Some(MOBILE), None);
        let new_password = Secret::new(NEW_PASSWORD);
        let reset = PasswordReset { recipient: mobile(MOBILE), code: it.proof(code), new_password };
        Some(it.engine.reset_password(it.caller(), reset, it.world.moment()))
    };
    authenticate = |it| {
        let grant = it.signed_in("alice");
        Some(it.engine.authenticate(it.caller(), it.shown(&grant).token(), it.world.moment()))
    };
    password_is_set = |it| {
        let grant = it.signed_in("alice");
        Some(it.engine.password_is_set(it.caller(), it.shown(&grant).token(), it.world.moment()))
    };
    change_own_password = |it| {
        let grant = it.signed_in("alice");
        let old_password = Some(it.proof(demo::PASSWORD));
        let change = OwnPasswordChange { old_password, new_password: Secret::new(NEW_PASSWORD) };
        let shown = it.shown(&grant);
        Some(it.engine.change_own_password(it.caller(), shown.token(), change, it.world.moment()))
    };
    change_own_password "to a first one" = |it| {
        let grant = it.signed_in_by_code();
        let change = OwnPasswordChange { old_password: None, new_password: Secret::new(NEW_PASSWORD) };
        let shown = it.shown(&grant);
        Some(it.engine.change_own_password(it.caller(), shown.token(), change, it.world.moment()))
    };
    change_own_password_by_code = |it| {
        let grant = it.signed_in("alice");
        let code = it.code(CodePurpose::UpdatePassword, Some("+86-13800000004"), None);
        let new_password = Secret::new(NEW_PASSWORD);
        let change = OwnPasswordCodeChange { channel: Channel::Sms, code: it.proof(code), new_password };
        let shown = it.shown(&grant);
        Some(it.engine.change_own_password_by_code(it.caller(), shown.token(), change, it.world.moment()))
    };
    update_password_by_mobile "of a bearer, in CIAM's dialect" = |it| {
        if it.way == Way::SignedCalls {
            return None;
        }
        let grant = it.signed_in("alice");
        let code = it.code(CodePurpose::UpdatePassword, Some("+86-13800000004"), None);
        let new_password = Secret::new(NEW_PASSWORD);
        let update = MobilePasswordUpdate { mobile: None, code: it.proof(code), new_password };
        let id_token = grant.id_token.presented();
        Some(it.engine.update_password_by_mobile(it.caller(), id_token, update, it.world.moment()))
    };
    send_contact_code = |it| {
        let grant = it.signed_in("alice");
        let shown = it.shown(&grant);
        Some(it.engine.send_contact_code(it.caller(), shown.token(), to_new_address(), it.world.moment()))
    };
    change_contact = |it| {
        let grant = it.signed_in("alice");
        let shown = it.shown(&grant);
        let step = it.engine.send_contact_code(it.caller(), shown.token(), to_new_address(), it.world.moment());
        it.run(step);
        let code = it.world.code();
        let change = ContactChange { contact: new_address(), code: it.proof(code) };
        it.world.clock.pass(1);
        let since = it.signed_in("alice");
        let shown = it.shown(&since);
        Some(it.engine.change_contact(it.caller(), shown.token(), change, it.world.moment()))
    };
    list_identities = |it| {
        it.link("alice");
        let grant = it.signed_in("alice");
        Some(it.engine.list_identities(it.caller(), it.shown(&grant).token(), it.world.moment()))
    };
    unlink_identity = |it| {
        it.link("alice");
        let grant = it.signed_in("alice");
        let which = NamedIdentity::Identity { provider: Secret::new("weixin"), uid: Secret::new("somebody") };
        let shown = it.shown(&grant);
        Some(it.engine.unlink_identity(it.caller(), shown.token(), which, it.world.moment()))
    };
    // Otherwise a caller that had copied one signature would get the session token by it.
    refresh_session = |it| {
        if it.way == Way::SignedCalls {
            return None;
        }
        let grant = it.signed_in("alice");
        Some(it.engine.refresh_session(it.caller(), it.shown(&grant).session(), it.world.moment()))
    };
    refresh_session "where session tokens are rotated" [|setup| setup.policy.rotate_session_tokens = true] = |it| {
        if it.way == Way::SignedCalls {
            return None;
        }
        let grant = it.signed_in("alice");
        Some(it.engine.refresh_session(it.caller(), it.shown(&grant).session(), it.world.moment()))
    };
    refresh_id_token = |it| {
        let grant = it.signed_in("alice");
        Some(it.engine.refresh_id_token(it.caller(), it.shown(&grant).session(), it.world.moment()))
    };
    sign_out = |it| {
        let grant = it.signed_in("alice");
        Some(it.engine.sign_out(it.caller(), it.shown(&grant).session(), it.world.moment()))
    };
    end_sessions = |it| {
        let account = it.world.account("alice").id;
        Some(it.engine.end_sessions(demo::audience(), account, None))
    };
    server_date = |it| Some(it.engine.server_date(it.caller(), it.world.moment()));
    public_key [|setup| setup.call_key = Some(demo::call_key())] =
        |it| Some(it.engine.public_key(it.caller(), it.world.moment()));
    issue_captcha = |it| {
        (it.way != Way::Captcha).then(|| it.engine.issue_captcha(it.caller(), it.world.moment()))
    };
    verify_captcha = |it| {
        if it.way == Way::Captcha {
            return None;
        }
        let step = it.engine.issue_captcha(it.caller(), it.world.moment());
        let Verdict::CaptchaPicture(shown) = it.run(step) else { panic!("no picture") };
        let point = PresentedPoint::read(&it.world.host.solution()).unwrap();
        let solution = CaptchaSolution { picture: shown.id, point, recipient: mobile(MOBILE) };
        Some(it.engine.verify_captcha(it.caller(), solution, it.world.moment()))
    };
    issue_tenant_token = |it| {
        let client_id = ClientId::new(demo::ISV).unwrap();
        let client = TenantClient { client_id, client_secret: Secret::new(demo::CREDENTIAL), language: None };
        Some(it.engine.issue_tenant_token(client, it.world.moment()))
    };
    refresh_session_for_tenant = |it| {
        let grant = it.signed_in("alice");
        let token = grant.session_token.presented();
        Some(it.engine.refresh_session_for_tenant(it.server(), token, it.world.moment()))
    };
    issue_ticket = |it| {
        let grant = it.signed_in("alice");
        let token = grant.session_token.presented();
        Some(it.engine.issue_ticket(it.server(), token, it.world.moment()))
    };
    redeem_ticket = |it| {
        let grant = it.signed_in("alice");
        let token = grant.session_token.presented();
        let step = it.engine.issue_ticket(it.server(), token, it.world.moment());
        let Verdict::Ticket(issued) = it.run(step) else { panic!("no ticket") };
        Some(it.engine.redeem_ticket(it.server(), issued.ticket.presented(), it.world.moment()))
    };
}

fn registrant(code: Secret, password: Option<Secret>) -> Registrant {
    let user_name = Some(Secret::new("newcomer"));
    let members = ProfileMembers::default();
    Registrant { recipient: mobile(NOBODYS), code, user_name, password, members }
}

fn to_new_address() -> ContactCodeRequest {
    ContactCodeRequest { contact: new_address(), captcha_token: Some(Secret::new("human")) }
}

fn new_address() -> Recipient {
    Recipient::new(Channel::Email, "alice@example.com").unwrap()
}

impl Operation {
    /// The questions that the operation asks on this way; `None` if it does not have the way.
    pub(crate) fn asks(&self, way: Way) -> Option<Vec<&'static str>> {
        let mut stage = Stage::new(way, self.setup);
        let step = (self.begin)(&mut stage)?;
        stage.world.host.asked.clear();
        let verdict = stage.world.run(step).verdict;
        let is_good = !matches!(verdict, Verdict::Refused(_) | Verdict::Busy | Verdict::AccessDenied);
        let asked = stage.world.host.asked;
        if way == Way::WrongProof && asked.contains(&"ReserveAttempt") {
            assert!(!is_good, "{} {}: a wrong proof passes", self.name, self.case);
        } else {
            assert!(is_good, "{} {} on {way:?}: {verdict:?} after {asked:?}", self.name, self.case);
        }
        Some(asked)
    }
}
