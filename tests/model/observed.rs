//! One request as an onlooker sees it. The onlooker shares nothing with the library or the model.

use super::{
    calls::{Call, F, LinkProof, NAMED, Named, Request, Said},
    cast::{email, mobile, reached},
    handed::Handed,
    host::Host,
    truth::truth,
    wire::Spelt,
};
use authflow::{
    SessionId,
    account::{Account, AccountStatus, NewAccount},
    contact::{EmailAddress, Mobile, Recipient},
    guess::AttemptSlot,
    outcome::{Authenticated, Event, ProofRefusal},
    step::{Commit, Write},
    testkit,
};

/// A code that got out: its contact, and whether it is a decoy.
pub struct Message {
    pub code: String,
    pub to: Option<Named>,
    pub decoy: bool,
}

impl Message {
    pub fn read(sent: &testkit::Message) -> Self {
        let is_it = |named: &Named| match &sent.recipient {
            Recipient::Mobile(number) => Some(number) == Mobile::new(&mobile(*named)).ok().as_ref(),
            Recipient::Email(address) => Some(address) == EmailAddress::new(&email(*named)).ok().as_ref(),
        };
        let (code, decoy) = (sent.code.expose().into(), sent.decoy);
        Self { code, to: (0..NAMED).find(is_it), decoy }
    }
}

pub struct Observed {
    pub request: Request,
    /// The person that the request names, if there is one, or the person who has registered by it.
    pub about: Option<usize>,
    /// The time of the server's clock, and the real time.
    pub now: u64,
    pub clock: u64,
    /// The token that was presented, as text.
    pub token: Option<String>,
    pub secrets: Vec<String>,
    /// The factor that the presented credential truly proves.
    pub truth: Option<F>,
    /// The revision of the account at the beginning of the request.
    pub revision: Option<u64>,
    /// Whether the presented token's session had not been ended.
    pub lives: bool,
    /// The owner of the presented token: whether their account is active, and its revision.
    pub owner: Option<(bool, u64)>,
    /// The key under which the owner's authenticator was sealed when the request came.
    pub sealed_under: Option<String>,
    /// The session of the presented token, as it was when the request came.
    pub held: Option<Handed>,
    /// The session that the same skip or refresh had led to before.
    pub before: Option<Handed>,
    /// The session of its answer.
    pub session: Option<SessionId>,
    /// The picture that was shown, or the captcha token of a solved one.
    pub picture: Option<String>,
    pub solved: Option<String>,
    /// The token of a server.
    pub server: Option<String>,
    /// The facts that a route of the host's own was given.
    pub authenticated: Option<Authenticated>,
    pub asked: Vec<&'static str>,
    /// The host's writes for it.
    pub wrote: Vec<&'static str>,
    /// The slot where a guess was counted.
    pub slot: Option<AttemptSlot>,
    /// A guess was counted.
    pub counted: bool,
    pub message: Option<Message>,
    /// The commits, each with the account as it was right before.
    pub commits: Vec<(Commit, Option<Account>)>,
    pub reply: (u16, String),
    pub bytes: Vec<u8>,
    pub minted: Vec<String>,
    pub printed: String,
    pub events: Vec<Event>,
}

impl Observed {
    pub fn new(host: &Host, request: &Request, spelt: &Spelt, clock: u64) -> Self {
        let tenant = request.caller.tenant;
        let about = match request.call {
            Call::SignIn { who, said, .. } => host.holder(tenant, said, who),
            Call::SignInByCode { by, to, .. }
            | Call::Register { by, to, .. }
            | Call::RegisterLinked { by, to, .. }
            | Call::Link { proof: LinkProof::Code(by, to, _), .. } => host.holder(tenant, reached(by), to),
            Call::Link { proof: LinkProof::Password(who, _), .. } => host.holder(tenant, Said::Name, who),
            Call::Link { proof: LinkProof::Vouched(to, _), .. } | Call::RegisterVouched { to, .. } => {
                host.holder(tenant, Said::Mobile, to)
            }
            Call::Social { identity, .. } => host.linked(tenant, identity),
            Call::Recover { to, .. } => host.holder(tenant, Said::Mobile, to),
            _ => None,
        };
        let account = about.and_then(|who| host.world.host.accounts.get(who));
        let owner = spelt.token.as_ref().and_then(|text| host.ledger.owner(text));
        let owner = owner.and_then(|who| host.world.host.accounts.get(who));
        let before = host.ledger.led_to(&request.call, spelt.token.as_ref());
        let token = spelt.token.as_ref().and_then(|text| host.ledger.tokens.get(text));
        let held =
            token.and_then(|token| token.session).and_then(|session| host.ledger.sessions.get(&session));
        Self {
            request: request.clone(),
            about,
            now: host.world.clock.now.as_unix(),
            clock,
            token: spelt.token.clone(),
            secrets: spelt.secrets.clone(),
            truth: truth(host, request),
            revision: account.map(|account| account.revision.as_u64()),
            lives: spelt.token.as_ref().is_some_and(|text| host.ledger.lives(text)),
            owner: owner.map(|it| (it.status == AccountStatus::Active, it.revision.as_u64())),
            sealed_under: owner
                .and_then(|it| it.totp.as_ref())
                .map(|totp| totp.secret().key_id().as_str().to_owned()),
            held: held.cloned(),
            before: before.map(|(_, handed)| handed.clone()),
            session: None,
            picture: None,
            solved: None,
            server: None,
            authenticated: None,
            asked: Vec::new(),
            wrote: Vec::new(),
            slot: None,
            counted: false,
            message: None,
            commits: Vec::new(),
            reply: (0, String::new()),
            bytes: Vec::new(),
            minted: Vec::new(),
            printed: String::new(),
            events: Vec::new(),
        }
    }

    /// The account that was made, if one was.
    pub fn made(&self) -> Option<&NewAccount> {
        self.commits.iter().flat_map(|(commit, _)| &commit.writes).find_map(|write| match write {
            Write::CreateAccount(new) => Some(&**new),
            _ => None,
        })
    }

    pub fn says(&self, name: &str) -> bool {
        self.reply.1 == name
    }

    /// The slot of a wrong guess, if there was one.
    pub fn wrong_at(&self) -> Option<AttemptSlot> {
        // A right guess at an account that had changed meanwhile is given back.
        let is_wrong = self.events.iter().any(|event| match event {
            Event::ProofRefused { reason, .. } => *reason != ProofRefusal::AccountChanged,
            _ => false,
        });
        // A vouched identity is right, whoever it belongs to.
        let is_vouched_for = matches!(
            self.request.call,
            Call::Social { good: true, .. }
                | Call::Link { proof: LinkProof::Vouched(_, true), .. }
                | Call::RegisterVouched { good: true, .. }
        );
        self.slot.filter(|_| self.counted && is_wrong && !is_vouched_for)
    }

    /// The slots that were proved, or whose secret was replaced.
    pub fn cleared(&self) -> impl Iterator<Item = AttemptSlot> {
        let writes = self.commits.iter().flat_map(|(commit, _)| &commit.writes);
        writes.filter_map(|write| match write {
            Write::ClearGuesses(cleared) => Some(cleared.slot()),
            _ => None,
        })
    }

    /// Whether the request has carried a login on, or begun one.
    pub fn goes_on(&self) -> bool {
        // A person who brings an unlinked identity has not begun a login yet.
        let names = ["SUCCESS", "PASSWORD_WARN", "PASSWORD_EXPIRED", "MFA_AUTH"];
        self.reply.0 == 200 && names.contains(&self.reply.1.as_str())
    }
}
