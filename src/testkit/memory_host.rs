//! An in-memory host.

use super::{HostFault, Link, PlainHasher, Planned, demo, ready::ready};
use crate::{
    AccountId, Application, Audience, ClientId, Moment, Secret, SessionId, TenantId, Timestamp, TokenId,
    account::{
        Account, AccountKey, FindAccount, JudgeProfile, NameKind, ProfileJudgement, ProfileRefusal, Revision,
        UserName,
    },
    captcha::{
        Captcha, CaptchaPicture, IssueCaptcha, JudgeCaptcha, JudgeCaptchaPoint, PictureId, PresentedPoint,
    },
    code::{
        CodeKey, CodeOwner, CodePurpose, Deliver, Delivery, LoadCode, SendRecord, SendSlot, StoredCode,
        SumRecord,
    },
    contact::{EmailAddress, Mobile, Recipient},
    device::DeviceBinding,
    guess::{AttemptRecord, AttemptSlot, Reservation, ReserveAttempt, SettleAttempt},
    outcome::Outcome,
    parts::Hasher as _,
    password::{JudgePassword, Judgement, PasswordMatch, PasswordRefusal, Verifier, VerifyPassword},
    session::{CheckSession, FindSession, SessionRecord},
    signed_call::OpenSealed,
    social::{
        EndLinks, ExchangeMobileToken, ExchangeSocialCode, LinkedIdentity, ListIdentities, MobileSource,
        SocialIdentity, SocialSource,
    },
    step::{
        AccessDecision, Claim, Commit, Committed, CredentialOwner, DecideAccess, FindApplication, FindClaim,
        Question, SignBytes, SignatureCheck, Step, VerifyBytes, VerifyClientSecret, VerifyTenantCredential,
    },
    token::KeyId,
};
use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};

/// A message that the host was asked to send.
///
/// ```
/// use authflow::{
///     code::CodePurpose,
///     contact::Channel,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// let body = json!({ "mobile": demo::MOBILE, "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &body));
/// let message = &world.host.outbox[0];
/// assert_eq!((message.recipient.channel(), message.purpose), (Channel::Sms, CodePurpose::SignIn));
/// assert!(!message.decoy);
///
/// let body = json!({ "mobile": demo::MOBILE, "verify_code": message.code.expose() });
/// let signed_in = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &body));
/// assert_eq!(signed_in.text("status"), "MFA_AUTH", "mona has a second factor");
/// ```
#[derive(Clone, Debug)]
pub struct Message {
    /// The recipient.
    pub recipient: Recipient,
    /// The purpose of the code.
    pub purpose: CodePurpose,
    /// The code.
    pub code: Secret,
    /// Whether the message is a decoy, which the host only pretends to send.
    pub decoy: bool,
}

/// A picture of a captcha that was shown.
///
/// ```
/// use authflow::{
///     captcha::CaptchaKind,
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let captcha = CaptchaKind::Picture;
/// let mut world = World::with_policy(Policy { captcha, ..demo::policy() });
/// let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
/// let picture = world.host.pictures.values().next().unwrap();
/// let six_beside = format!(r#"{{"x":{}.0,"y":5.0}}"#, u16::from(picture.x) + 6);
/// let body =
///     json!({ "token": shown.text("token"), "point_json": six_beside, "sender": demo::MOBILE });
/// assert_eq!(world.send(&Call::post("/api/v2/sdk/captcha/verify", &body)).status, 400);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The place where the picture's piece belongs.
    pub x: u8,
    /// The application and tenant that the picture was shown in.
    pub audience: Audience,
    /// The device that the picture was shown to.
    pub device: DeviceBinding,
}

/// An in-memory host that keeps every duty of a host. It counts before it judges, compares before it sets, and commits all or nothing.
///
/// A test can look at everything that the host keeps, and change it. A `Mutex<MemoryHost>` is a [`Host`](crate::Host). It is also each of a host's
/// [parts](crate::parts) except the hasher, which is a [`PlainHasher`]. A reference to the mutex serves as those parts too.
///
/// ```
/// use authflow::testkit::{Call, World};
/// use serde_json::json;
///
/// let mut world = World::new();
/// world.host.denied = true; // what it answers, it answers from what is there
/// assert_eq!(world.login("alice").text("status"), "ACCESS_DENIED");
/// assert_eq!(
///     world.host.asked,
///     ["FindAccount", "ReserveAttempt", "VerifyPassword", "DecideAccess", "Commit"]
/// );
///
/// world.send(&Call::post(
///     "/api/v2/sdk/sms/send",
///     &json!({ "mobile": "+86-19900000000", "type": "LOGIN_SMS" }),
/// ));
/// assert!(world.host.outbox[0].decoy, "nobody has that number");
/// ```
///
/// It is for tests only, because it stores passwords in the clear.
#[derive(Clone, Debug, Default)]
pub struct MemoryHost {
    /// Applications, for an engine that asks for them.
    pub applications: Vec<Application>,
    /// Accounts. A password's verifier is the password itself, with a mark before it if it is [outdated](Self::outdate).
    pub accounts: Vec<Account>,
    /// The owners of servers' bearer credentials.
    pub credentials: Vec<(Secret, CredentialOwner)>,
    /// The claims that were made.
    pub claims: BTreeMap<TokenId, Claim>,
    /// Counts of guesses.
    pub attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    /// The slots of names that no account has, with the time of the latest guess.
    pub unknown: BTreeMap<AttemptSlot, Timestamp>,
    /// Sessions, including those that have ended.
    pub sessions: BTreeMap<SessionId, SessionRecord>,
    /// The sessions that have ended.
    pub ended: BTreeSet<SessionId>,
    /// Codes that were sent.
    pub codes: BTreeMap<CodeKey, StoredCode>,
    /// Counts of codes that were sent.
    pub sends: BTreeMap<SendSlot, SendRecord>,
    /// The owners of codes.
    pub code_owners: BTreeMap<CodeKey, CodeOwner>,
    /// The owners of the counts of codes.
    pub send_owners: BTreeMap<SendSlot, CodeOwner>,
    /// The sum of codes that each application has sent.
    pub sums: BTreeMap<Audience, SumRecord>,
    /// The account that each identity is linked to.
    pub identities: BTreeMap<(Option<TenantId>, SocialIdentity), Link>,
    /// The identities that codes of providers prove. Each code is good once.
    pub social_codes: Vec<(SocialSource, Secret, SocialIdentity)>,
    /// The numbers that tokens of mobiles prove. Each token is good once.
    pub mobile_tokens: Vec<(MobileSource, Secret, Mobile)>,
    /// Messages, including decoys.
    pub outbox: Vec<Message>,
    /// Whether no message gets through.
    pub undeliverable: bool,
    /// Whether the host's access policy denies everybody.
    pub denied: bool,
    /// The passwords that the host's password history refuses.
    pub used_passwords: Vec<Secret>,
    /// The one captcha token that is a robot's and is refused. Any other token passes.
    pub robot: Option<Secret>,
    /// The part of a new person's profile that the host refuses. The host accepts everything else.
    pub unfit_profile: Option<ProfileRefusal>,
    /// Pictures that were shown and not tried yet, with the place of their pieces. A try may be five pixels off. [`solution`](Self::solution) gives
    /// the place.
    pub pictures: BTreeMap<PictureId, Picture>,
    /// Whether the host could not answer its latest question because two accounts have the name.
    pub is_at_a_loss: bool,
    /// The fault that is planned.
    pub fault: Option<HostFault>,
    /// The names of the questions that the host was asked.
    pub asked: Vec<&'static str>,
}

impl MemoryHost {
    /// The host of the [`demo`].
    pub fn demo() -> Self {
        let tenant = CredentialOwner::Tenant(demo::tenant());
        let mut credentials = Vec::from([(Secret::new(demo::CREDENTIAL), tenant)]);
        if let Ok(ordinary) = ClientId::new(demo::ORDINARY) {
            let server = Secret::new(demo::ORDINARY_CREDENTIAL);
            credentials.push((server, CredentialOwner::Application(ordinary)));
        }
        Self { accounts: demo::accounts(), credentials, ..Self::default() }
    }

    /// The account of a user name.
    ///
    /// # Panics
    /// When there is no such account.
    #[track_caller]
    pub fn account(&mut self, user_name: &str) -> &mut Account {
        let is_meant = |account: &&mut Account| is_known_by(account, NameKind::UserName, user_name);
        match self.accounts.iter_mut().find(is_meant) {
            Some(account) => account,
            None => panic!("no account is called {user_name}"),
        }
    }

    /// Makes an account. If its tenant has an account of the same id, the new account replaces it. The first revision is always drawn, whatever
    /// revision `account` has. So everything that was judged on the earlier account is over.
    pub fn create_account(&mut self, account: Account, moment: &Moment) {
        let new = Account { revision: Revision::first(moment), ..account };
        self.end_links(new.tenant, new.id, EndLinks::All);
        match self.accounts.iter_mut().find(|old| (old.tenant, old.id) == (new.tenant, new.id)) {
            Some(old) => *old = new,
            None => self.accounts.push(new),
        }
    }

    /// Marks an account's verifier as one of old parameters, by the prefix `outdated:`. The password still matches, and must be hashed again. The
    /// account and its revision stay as they are.
    ///
    /// # Panics
    /// When there is no such account, or it has no password.
    #[track_caller]
    pub fn outdate(&mut self, user_name: &str) {
        match &mut self.account(user_name).password {
            Some(known) => known.verifier = PlainHasher::outdated(&known.verifier),
            None => panic!("{user_name} has no password"),
        }
    }

    /// Seals the secret of an account's authenticator, which is the [demo's](demo::TOTP_SECRET), under the
    /// [earlier key](demo::earlier_sealing_keys). The secret is still right, and must be sealed again. The account and its revision stay as they
    /// are.
    ///
    /// # Panics
    /// When there is no such account, or it has no authenticator.
    #[track_caller]
    pub fn seal_under_earlier_key(&mut self, user_name: &str) {
        let account = self.account(user_name);
        let earlier = demo::totp_under(&demo::earlier_sealing_keys(), account).secret().clone();
        match account.totp.take() {
            Some(totp) => account.totp = Some(totp.with_secret(earlier)),
            None => panic!("{user_name} has no authenticator"),
        }
    }

    /// The latest code that was sent, without the decoys.
    ///
    /// # Panics
    /// When no code was sent, or only decoys.
    #[track_caller]
    pub fn code(&self) -> &str {
        match self.outbox.iter().rfind(|message| !message.decoy) {
            Some(message) => message.code.expose(),
            None => panic!("no code was sent"),
        }
    }

    /// The solution of the only picture that was shown and not tried yet: the place of its piece, in the form that the family's clients send.
    ///
    /// # Panics
    /// When there is no such picture, or more than one.
    #[track_caller]
    pub fn solution(&self) -> String {
        match self.pictures.values().collect::<Vec<_>>()[..] {
            [Picture { x, .. }] => alloc::format!(r#"{{"x":{x}.0,"y":5.0}}"#),
            _ => panic!("not one picture was shown"),
        }
    }

    /// Answers one question, and returns the next step.
    ///
    /// # Errors
    /// Returns the outcome if no question was left.
    pub fn answer(&mut self, step: Step) -> Result<Step, Box<Outcome>> {
        macro_rules! answer {
            ($ask:ident, $method:ident) => {{
                let answer = self.consider(&*$ask, Self::$method);
                $ask.resolve(answer)
            }};
        }
        Ok(match step {
            Step::FindApplication(ask) => answer!(ask, find_application),
            Step::FindAccount(ask) => answer!(ask, find_account),
            Step::ReserveAttempt(ask) => answer!(ask, reserve_attempt),
            Step::VerifyPassword(ask) => answer!(ask, verify_password),
            Step::SettleAttempt(ask) => answer!(ask, settle_attempt),
            Step::DecideAccess(ask) => answer!(ask, decide_access),
            Step::JudgePassword(ask) => answer!(ask, judge_password),
            Step::LoadCode(ask) => answer!(ask, load_code),
            Step::FindSession(ask) => answer!(ask, find_session),
            Step::CheckSession(ask) => answer!(ask, check_session),
            Step::FindClaim(ask) => answer!(ask, find_claim),
            Step::VerifyTenantCredential(ask) => answer!(ask, verify_tenant_credential),
            Step::Commit(ask) => answer!(ask, commit),
            Step::JudgeCaptcha(ask) => answer!(ask, judge_captcha),
            Step::Deliver(ask) => answer!(ask, deliver),
            Step::SignBytes(ask) => answer!(ask, sign_bytes),
            Step::VerifyBytes(ask) => answer!(ask, verify_bytes),
            Step::JudgeProfile(ask) => answer!(ask, judge_profile),
            Step::OpenSealed(ask) => answer!(ask, open_sealed),
            Step::VerifyClientSecret(ask) => answer!(ask, verify_client_secret),
            Step::IssueCaptcha(ask) => answer!(ask, issue_captcha),
            Step::JudgeCaptchaPoint(ask) => answer!(ask, judge_captcha_point),
            Step::ExchangeSocialCode(ask) => answer!(ask, exchange_social_code),
            Step::ExchangeMobileToken(ask) => answer!(ask, exchange_mobile_token),
            Step::ListIdentities(ask) => answer!(ask, list_identities),
            Step::Done(outcome) => return Err(outcome),
        })
    }

    /// Answers a question, unless a fault is planned for it.
    pub(super) fn consider<Q: Question>(
        &mut self,
        ask: &Q,
        answer: impl FnOnce(&mut Self, &Q) -> Q::Answer,
    ) -> Result<Q::Answer, Planned> {
        self.answer_named(Q::NAME, |host| answer(host, ask))
    }

    pub(super) fn answer_named<A>(
        &mut self,
        question: &'static str,
        answer: impl FnOnce(&mut Self) -> A,
    ) -> Result<A, Planned> {
        self.asked.push(question);
        self.is_at_a_loss = false;
        match self.fault.filter(|fault| fault.question() == Some(question)) {
            None | Some(HostFault::Replayed | HostFault::Changed) => {
                Some(answer(self)).filter(|_| !self.is_at_a_loss).ok_or(Planned)
            }
            Some(HostFault::Unavailable(_)) => Err(Planned),
            Some(HostFault::AnswerLost(_)) => {
                let _lost = answer(self);
                Err(Planned)
            }
        }
    }

    pub(super) fn find_application(&mut self, ask: &FindApplication) -> Option<Arc<Application>> {
        self.applications.iter().find(|known| known.client_id == ask.client_id).cloned().map(Arc::new)
    }

    /// The host cannot answer if two accounts have the name, whatever fault is planned.
    pub(super) fn find_account(&mut self, ask: &FindAccount) -> Option<Account> {
        let of_tenant = || self.accounts.iter().filter(|account| account.tenant == ask.audience.tenant);
        match &ask.key {
            AccountKey::Id(id) => of_tenant().find(|account| *id == account.id).cloned(),
            AccountKey::Identity(identity) => {
                let Link { account: id, .. } =
                    self.identities.get(&(ask.audience.tenant, identity.clone()))?;
                of_tenant().find(|account| *id == account.id).cloned()
            }
            AccountKey::Identifier(typed) => {
                let known = typed.names().flat_map(|(kind, text)| {
                    of_tenant().filter(move |account| is_known_by(account, kind, text)).cloned()
                });
                let one = FindAccount::only(known.map(Some));
                self.is_at_a_loss = one.is_err();
                one.ok().flatten()
            }
        }
    }

    pub(super) fn reserve_attempt(&mut self, ask: &ReserveAttempt) -> Reservation {
        let reservation = ask.reserve(self.attempts.get(&ask.slot).cloned());
        self.attempts.insert(ask.slot, reservation.record());
        if ask.is_of_nobody {
            self.unknown.insert(ask.slot, ask.now);
        }
        reservation
    }

    pub(super) fn verify_password(&mut self, ask: &VerifyPassword) -> PasswordMatch {
        PlainHasher::judge(ask.verifier.as_ref(), &ask.presented)
    }

    pub(super) fn settle_attempt(&mut self, ask: &SettleAttempt) {
        let record = ask.settle(self.attempts.get(&ask.slot).cloned());
        self.attempts.insert(ask.slot, record);
    }

    pub(super) fn decide_access(&mut self, _: &DecideAccess) -> AccessDecision {
        if self.denied { AccessDecision::Deny } else { AccessDecision::Allow }
    }

    pub(super) fn judge_password(&mut self, ask: &JudgePassword) -> Judgement {
        let used = self.used_passwords.iter().any(|used| used.expose() == ask.new_password.expose());
        if used { Judgement::Refused(PasswordRefusal::Reused) } else { Judgement::Accepted }
    }

    pub(super) fn load_code(&mut self, ask: &LoadCode) -> Option<StoredCode> {
        self.codes.get(&ask.key).cloned()
    }

    pub(super) fn find_session(&mut self, ask: &FindSession) -> Option<SessionRecord> {
        self.open_session(&ask.session)
    }

    pub(super) fn check_session(&mut self, ask: &CheckSession) -> Option<SessionRecord> {
        let record = self.open_session(&ask.session)?;
        if let Some(noted) = ask.note(&record) {
            self.sessions.insert(ask.session, noted);
        }
        Some(record)
    }

    pub(super) fn find_claim(&mut self, ask: &FindClaim) -> Option<SessionRecord> {
        self.opened_by(&ask.id)
    }

    /// The session that a claim has opened, if the session lives.
    pub(super) fn opened_by(&self, claim: &TokenId) -> Option<SessionRecord> {
        self.open_session(&self.claims.get(claim)?.opens?)
    }

    fn open_session(&self, session: &SessionId) -> Option<SessionRecord> {
        self.sessions.get(session).copied().filter(|_| !self.ended.contains(session))
    }

    pub(super) fn verify_tenant_credential(&mut self, ask: &VerifyTenantCredential) -> CredentialOwner {
        let known = self.credentials.iter().find(|(known, _)| known.expose() == ask.credential.expose());
        known.map_or(CredentialOwner::Nobody, |(_, owner)| *owner)
    }

    /// A server's bearer credential is also its client secret, under the application's id.
    pub(super) fn verify_client_secret(&mut self, ask: &VerifyClientSecret) -> CredentialOwner {
        let known = self.credentials.iter().find(|(known, _)| known.expose() == ask.client_secret.expose());
        let is_of = |owner: &CredentialOwner| match owner {
            CredentialOwner::Tenant(_) => ask.client_id.as_str() == demo::ISV,
            CredentialOwner::Application(client_id) => *client_id == ask.client_id,
            CredentialOwner::Nobody => false,
        };
        known.map(|(_, owner)| *owner).filter(is_of).unwrap_or(CredentialOwner::Nobody)
    }

    pub(super) fn commit(&mut self, ask: &Commit) -> Committed {
        let hashed = ready(ask.hashed(|password| PlainHasher.hash(password)));
        hashed.map_or_else(|never| match never {}, |hashed| self.store_commit(&hashed))
    }

    /// Commits as a store does. Here a password is its own verifier.
    pub(super) fn store_commit(&mut self, ask: &Commit<Verifier>) -> Committed {
        super::commit::commit(self, ask)
    }

    pub(super) fn judge_captcha(&mut self, ask: &JudgeCaptcha) -> Captcha {
        let robot = self.robot.as_ref().map(Secret::expose);
        let is_human = ask.captcha_token.as_ref().is_some_and(|token| Some(token.expose()) != robot);
        if is_human { Captcha::Passed } else { Captcha::Failed }
    }

    pub(super) fn issue_captcha(&mut self, ask: &IssueCaptcha) -> Option<CaptchaPicture> {
        let [x, ..] = *ask.seed.as_bytes();
        let shown = Picture { x, audience: ask.audience, device: ask.device.binding() };
        self.pictures.insert(ask.id, shown);
        Some(CaptchaPicture::new(b"a picture".into(), b"a piece".into()))
    }

    pub(super) fn judge_captcha_point(&mut self, ask: &JudgeCaptchaPoint) -> Captcha {
        let shown = self.pictures.remove(&ask.id);
        let is_right = shown.is_some_and(|shown| {
            let is_same = shown.audience == ask.audience && ask.device.is_bound(&shown.device, ask.now);
            let is_near = |x: f64| (x - f64::from(shown.x)).abs() <= 5.0;
            is_same && matches!(ask.point, PresentedPoint::Clear(point) if is_near(point.x))
        });
        if is_right { Captcha::Passed } else { Captcha::Failed }
    }

    pub(super) fn deliver(&mut self, ask: &Deliver) -> Delivery {
        self.outbox.push(Message {
            recipient: ask.recipient.clone(),
            purpose: ask.purpose,
            code: ask.code.clone(),
            decoy: ask.decoy,
        });
        if self.undeliverable { Delivery::NotDelivered } else { Delivery::Delivered }
    }

    pub(super) fn judge_profile(&mut self, ask: &JudgeProfile) -> ProfileJudgement {
        self.unfit_profile.map_or_else(|| ask.accept(), ProfileJudgement::Refused)
    }

    pub(super) fn sign_bytes(&mut self, ask: &SignBytes) -> Option<Vec<u8>> {
        Some(stand_in_signature(&ask.key_id, &ask.bytes))
    }

    pub(super) fn exchange_social_code(&mut self, ask: &ExchangeSocialCode) -> Option<SocialIdentity> {
        let is_it = |(source, code, _): &(SocialSource, Secret, SocialIdentity)| {
            *source == ask.source && code.expose() == ask.code.expose()
        };
        let at = self.social_codes.iter().position(is_it)?;
        Some(self.social_codes.remove(at).2)
    }

    pub(super) fn exchange_mobile_token(&mut self, ask: &ExchangeMobileToken) -> Option<Mobile> {
        let is_it = |(source, token, _): &(MobileSource, Secret, Mobile)| {
            *source == ask.source && token.expose() == ask.token.expose()
        };
        let at = self.mobile_tokens.iter().position(is_it)?;
        Some(self.mobile_tokens.remove(at).2)
    }

    /// Removes links of an account.
    pub(super) fn end_links(&mut self, tenant: Option<TenantId>, account: AccountId, which: EndLinks) {
        self.identities.retain(|(of, identity), link| {
            (*of, link.account) != (tenant, account) || !which.ends(identity.provider())
        });
    }

    pub(super) fn list_identities(&mut self, ask: &ListIdentities) -> Vec<LinkedIdentity> {
        let mut all = Vec::<LinkedIdentity>::new();
        for ((tenant, identity), Link { account, linked_at, linked_by }) in &self.identities {
            if (*tenant, *account) == (ask.audience.tenant, ask.account) {
                let (identity, linked_at, linked_by) = (identity.clone(), *linked_at, *linked_by);
                let at = all.partition_point(|linked| linked.linked_at <= linked_at);
                all.insert(at, LinkedIdentity { identity, linked_at, linked_by });
            }
        }
        all
    }

    pub(super) fn verify_bytes(&mut self, ask: &VerifyBytes) -> SignatureCheck {
        let is_good = stand_in_signature(&ask.key_id, &ask.bytes) == ask.signature;
        if is_good { SignatureCheck::Valid } else { SignatureCheck::Invalid }
    }

    pub(super) fn open_sealed(&mut self, ask: &OpenSealed) -> Option<Secret> {
        stand_in_opened(&ask.key, &ask.sealed)
    }
}

/// The signature that a [`MemoryHost`] makes in place of an outside key. It is a sum that anybody can compute.
///
/// ```
/// use authflow::{
///     testkit::{Setup, World, stand_in_signature},
///     token::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm},
/// };
/// use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
///
/// let key = OutsideKey::new("kms-1", SignatureAlgorithm::Es256)?;
/// let signing = IdTokenSigning::Outside(OutsideKeys::new(key));
/// let mut world = World::with_setup(Setup { signing, ..Setup::default() });
/// let signed_in = world.login("alice");
/// let (signed, signature) = signed_in.id_token().rsplit_once('.').unwrap();
/// let expected = BASE64_URL_SAFE_NO_PAD.encode(stand_in_signature("kms-1", signed.as_bytes()));
/// assert_eq!(signature, expected);
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
pub fn stand_in_signature(key_id: &str, bytes: &[u8]) -> Vec<u8> {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    [key_id.as_bytes(), &sum.to_be_bytes()].concat()
}

/// A stand-in for a text that a client seals with a key of 2,048 bits. A [`MemoryHost`] opens it. It contains the key's id and the text in the clear,
/// so anybody can make and read it.
///
/// ```
/// use authflow::{
///     Dialect,
///     testkit::{Call, Setup, World, demo, stand_in_sealed},
/// };
/// use base64::{Engine as _, prelude::BASE64_STANDARD};
///
/// let setup = Setup {
///     dialect: Dialect::OneAccess,
///     call_key: Some(demo::call_key()),
///     ..Setup::default()
/// };
/// let mut world = World::with_setup(setup);
/// // It has no session token, so it is refused, and nobody is told why.
/// let sealed =
///     stand_in_sealed(demo::call_key().id(), "session_token=nonsense&timestamp=1&nonce=n");
/// let call = Call::get("/api/v2/sdk/pwd/check-exist")
///     .with_header("X-signature", BASE64_STANDARD.encode(sealed));
/// assert_eq!(world.send(&call).status, 400);
/// ```
///
/// # Panics
/// When the text is longer than RSA-OAEP with SHA-256 allows: 190 bytes.
#[track_caller]
pub fn stand_in_sealed(key: &KeyId, text: &str) -> Vec<u8> {
    assert!(text.len() <= 190, "RSA of 2,048 bits has room for 190 bytes, and these are {}", text.len());
    let named = [key.as_str().as_bytes(), &[0; 20]].concat();
    let mut sealed: Vec<u8> = named.into_iter().take(20).chain([text.len() as u8]).collect();
    sealed.extend(text.as_bytes());
    sealed.resize(256, 0);
    sealed
}

fn stand_in_opened(key: &KeyId, sealed: &[u8]) -> Option<Secret> {
    let (_, rest) = sealed.split_at_checked(20)?;
    let (length, rest) = rest.split_first()?;
    let text = core::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
    (text.len() <= 190 && stand_in_sealed(key, text) == sealed).then(|| Secret::new(text))
}

pub(super) fn is_known_by(account: &Account, kind: NameKind, text: &str) -> bool {
    let own = match kind {
        NameKind::UserName => account.user_name.as_ref().map(UserName::normalised),
        NameKind::Mobile => account.mobile.as_ref().map(Mobile::normalised),
        NameKind::Email => account.email.as_ref().map(EmailAddress::normalised),
    };
    own == Some(text)
}
