//! The stage on which an operation is played.

use authflow::testkit::{Call, Link, MemoryHost, Setup, World, demo};
use authflow::{
    Applications, Config, Credentials, Engine, PresentedSession, PresentedToken, Secret, TenantCaller,
    account::UserName,
    captcha::CaptchaKind,
    code::CodePurpose,
    contact::{Channel, Mobile, Recipient},
    device::Caller,
    factor::{Factor, FactorSet},
    outcome::{Grant, Pending, Verdict},
    policy::{RetryGrace, SessionTokenForm},
    sdk::Api,
    signed_call::CallSignature,
    social::{
        CodeProof, LinkProofs, LinkedBy, MobileSource, Provider, SocialIdentity, SocialSource, Unassociated,
    },
    step::Step,
    token::{IdTokenSigning, LinkToken, OutsideKey, OutsideKeys, SignatureAlgorithm, TokenText, Untrusted},
};
use authflow::{CodeRequest, MobileToken, SocialCode};

/// The circumstances in which an operation asks more than it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Plain,
    ApplicationsAsked,
    References,
    SignedCalls,
    OutsideKeys,
    RetryGrace,
    Captcha,
    WrongProof,
}

pub(crate) const NEW_PASSWORD: &str = "Battery-Staple-8";
pub(crate) const MOBILE: &str = "+86-13800000001";
pub(crate) const NOBODYS: &str = "+86-13899999999";

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) engine: Engine,
    pub(crate) way: Way,
}

/// A setup with everything that a policy can offer, so that every operation can be played.
fn setup(way: Way) -> Setup {
    let mut setup = Setup::default();
    let policy = &mut setup.policy;
    policy.first_factors = policy.first_factors.with(Factor::Federated);
    let proofs = FactorSet::EMPTY.with(Factor::Password).with(Factor::Sms);
    policy.unassociated = Unassociated::BindOrRegister(LinkProofs::new(proofs).unwrap());
    policy.registration = Channel::ALL.into_iter().collect();
    (policy.allows_unbound_codes, policy.takes_vouched_mobiles) = (true, true);
    policy.captcha = CaptchaKind::Picture;
    match way {
        Way::Plain | Way::ApplicationsAsked | Way::WrongProof => {}
        Way::References => policy.session_token_form = SessionTokenForm::Reference,
        Way::SignedCalls => setup.call_key = Some(demo::call_key()),
        Way::OutsideKeys => {
            let key = OutsideKey::new("outside", SignatureAlgorithm::Es256).unwrap();
            setup.signing = IdTokenSigning::Outside(OutsideKeys::new(key));
        }
        Way::RetryGrace => policy.retry_grace = RetryGrace::try_from(30).unwrap(),
        Way::Captcha => {
            policy.captcha = CaptchaKind::Own;
            policy.demands_captcha = true;
        }
    }
    setup
}

impl Stage {
    pub(crate) fn new(way: Way, change: fn(&mut Setup)) -> Self {
        let mut setup = setup(way);
        change(&mut setup);
        let mut world = World::with_setup(setup.clone());
        if way == Way::ApplicationsAsked {
            let mut config = Config::new(demo::issuer(), demo::ring(), Applications::Asked);
            config.sealing = Some(demo::sealing_keys());
            let host = MemoryHost { applications: setup.applications(), ..MemoryHost::demo() };
            world = World::of(Api::new(Engine::new(config).unwrap()), host);
        }
        for name in ["alice", "erin"] {
            let number = if name == "alice" { "+86-13800000004" } else { "+86-13800000005" };
            world.account(name).mobile = Mobile::new(number).ok();
        }
        let engine = world.api.engine().clone();
        Self { world, engine, way }
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller::from_headers(&demo::device()).unwrap()
    }

    pub(crate) fn server(&self) -> TenantCaller {
        let credential = Secret::new(demo::CREDENTIAL);
        TenantCaller { credential, device: self.caller().device, language: None }
    }

    /// Runs a step that comes before the operation.
    pub(crate) fn run(&mut self, step: Step) -> Verdict {
        self.world.run(step).verdict
    }

    /// A proof, which is wrong on the way of wrong proofs.
    pub(crate) fn proof(&self, right: impl Into<String>) -> Secret {
        match (self.way, right.into()) {
            (Way::WrongProof, code) if code == "000000" => Secret::new("111111"),
            (Way::WrongProof, code) if code.len() == 6 => Secret::new("000000"),
            (Way::WrongProof, _) => Secret::new("Wrong-Horse-7"),
            (_, right) => Secret::new(right),
        }
    }

    pub(crate) fn credentials(&self, name: &str, password: Secret) -> Credentials {
        Credentials { identifier: UserName::new(name).unwrap().into(), password }
    }

    fn begun(&mut self, name: &str) -> Verdict {
        let credentials = self.credentials(name, Secret::new(demo::PASSWORD));
        let step = self.engine.sign_in(self.caller(), credentials, self.world.moment());
        self.run(step)
    }

    pub(crate) fn pending(&mut self, name: &str) -> Pending {
        match self.begun(name) {
            Verdict::Pending(pending) => pending,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn signed_in(&mut self, name: &str) -> Grant {
        match self.begun(name) {
            Verdict::SignedIn(grant) => grant,
            other => panic!("{other:?}"),
        }
    }

    /// Signs in a subject without a password, by a code.
    pub(crate) fn signed_in_by_code(&mut self) -> Grant {
        let code = self.code(CodePurpose::SignIn, Some(MOBILE), None);
        let credentials = authflow::CodeCredentials { recipient: mobile(MOBILE), code: Secret::new(code) };
        let step = self.engine.sign_in_with_code(self.caller(), credentials, self.world.moment());
        match self.run(step) {
            Verdict::SignedIn(grant) => grant,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn request(purpose: CodePurpose, to: Option<&str>) -> CodeRequest {
        let captcha_token = Some(Secret::new("human"));
        CodeRequest { purpose, channel: Channel::Sms, recipient: to.map(Secret::new), captcha_token }
    }

    /// Has a code sent, and reads it.
    pub(crate) fn code(
        &mut self,
        purpose: CodePurpose,
        to: Option<&str>,
        pending: Option<&Pending>,
    ) -> String {
        let token = pending.map_or(Untrusted::new(b""), |pending| pending.state_token.presented());
        let request = Self::request(purpose, to);
        let step = self.engine.send_code(self.caller(), token, request, self.world.moment());
        assert!(matches!(self.run(step), Verdict::Done), "a code is sent");
        self.world.code()
    }

    fn identity() -> SocialIdentity {
        SocialIdentity::new(Provider::new("weixin").unwrap(), "somebody").unwrap()
    }

    /// Links the identity that a social code proves to an account, as if an earlier request had done so.
    pub(crate) fn link(&mut self, name: &str) {
        let (account, now) = (self.world.account(name).id, self.world.clock.now);
        let key = (Some(demo::tenant()), Self::identity());
        self.world.host.identities.insert(
            key,
            Link {
                account,
                linked_at: now,
                linked_by: LinkedBy::unbound(FactorSet::EMPTY.with(Factor::Password)),
            },
        );
    }

    pub(crate) fn social_code(&mut self) -> SocialCode {
        let code = self.right_social_code();
        SocialCode { code: self.proof(code.code.expose()), ..code }
    }

    fn right_social_code(&mut self) -> SocialCode {
        let code = SocialCode {
            source: SocialSource::Wechat,
            code: Secret::new("a code of WeChat's"),
            proof: CodeProof::Nothing,
        };
        self.world.host.social_codes.push((code.source, code.code.clone(), Self::identity()));
        code
    }

    pub(crate) fn link_token(&mut self) -> TokenText<LinkToken> {
        let code = self.right_social_code();
        let step = self.engine.sign_in_with_social_code(self.caller(), code, self.world.moment());
        match self.run(step) {
            Verdict::LinkPending(pending) => pending.link_token,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn mobile_token(&mut self, number: &str) -> MobileToken {
        let token = MobileToken { source: MobileSource::Carrier, token: Secret::new("a carrier's token") };
        self.world.host.mobile_tokens.push((token.source, token.token.clone(), Mobile::new(number).unwrap()));
        MobileToken { token: self.proof(token.token.expose()), ..token }
    }

    /// The tokens or the signature that show a session on this way.
    pub(crate) fn shown(&self, grant: &Grant) -> Shown {
        let session = grant.session_token.expose();
        match self.way {
            Way::SignedCalls => {
                let milliseconds = self.world.clock.now.as_unix() * 1_000;
                let signed = Call::get("/").signed(session, milliseconds, "nonce");
                Shown::Signed(signed.headers.text("X-signature").unwrap().to_owned())
            }
            Way::OutsideKeys => {
                Shown::Bearer { id: grant.id_token.expose().to_owned(), session: session.to_owned() }
            }
            _ => Shown::Session(session.to_owned()),
        }
    }
}

pub(crate) fn mobile(number: &str) -> Recipient {
    Recipient::new(Channel::Sms, number).unwrap()
}

pub(crate) enum Shown {
    Session(String),
    Bearer { id: String, session: String },
    Signed(String),
}

impl Shown {
    pub(crate) fn token(&self) -> PresentedToken<'_> {
        match self {
            Self::Session(text) => PresentedToken::Session(Untrusted::new(text)),
            Self::Bearer { id, .. } => PresentedToken::Bearer(Untrusted::new(id)),
            Self::Signed(text) => PresentedToken::Signed(CallSignature::new(text)),
        }
    }

    pub(crate) fn session(&self) -> PresentedSession<'_> {
        match self {
            Self::Session(text) | Self::Bearer { session: text, .. } => {
                PresentedSession::Token(Untrusted::new(text))
            }
            Self::Signed(text) => PresentedSession::Signed(CallSignature::new(text)),
        }
    }
}
