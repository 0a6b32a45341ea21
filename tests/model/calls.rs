//! The happenings in the world of the model: calls, races of two calls, the clock, the administrator, the host.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum F {
    Password,
    Sms,
    Email,
    Totp,
    /// A provider vouches for an identity.
    Fed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    SignIn,
    Second,
    Change,
    Update,
    Forgotten,
    Register,
    NewContact,
    Link,
}

/// The caller: a device (1 is the attacker's), and the application and tenant that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub device: usize,
    pub app: usize,
    pub tenant: usize,
}

/// The way in which a person names themselves: by `login`, by `login/auth`, which takes any name, or by `login/mobile-pwd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    Name,
    AnyName,
    AnyMobile,
    AnyEmail,
    Mobile,
}

/// The number of people at the beginning.
pub const PEOPLE: usize = 3;
/// The most people that there may be, with those who register.
pub const MOST: usize = 10;

/// A name, a mobile or an address, by number. At the beginning each person has those of their own number. The numbers after the last person belong
/// to nobody.
pub type Named = usize;
pub const NOBODY: Named = PEOPLE;
pub const NAMED: usize = 6;

/// A password by number.
pub type Password = usize;
pub const FIRST: Password = 0;
pub const USED: Password = 8;
pub const SHORT: Password = 9;

/// A provider's identity of a person, by number.
pub type Identity = usize;
pub const IDENTITIES: usize = 3;

/// A token by the order of issue. A number beyond the last is nonsense, and `None` is no header.
pub type Presented = Option<usize>;

/// The latest id token, with another signature.
pub const FORGED: usize = usize::MAX - 1;

/// A code by the order of sending. A number beyond the last is a wrong code.
pub type Typed = usize;
pub const WRONG: usize = usize::MAX;

#[derive(Clone, Debug)]
pub enum Proof {
    Old(Password),
    Code(F, Typed),
}

/// The proof of the account that an identity is linked to.
#[derive(Clone, Debug)]
pub enum LinkProof {
    Password(Named, Password),
    Code(F, Named, Typed),
    /// Another party vouches for a mobile, rightly or not.
    Vouched(Named, bool),
}

/// The proof that a person who asks for a code is no robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Human {
    No,
    /// A proof that the host accepts.
    Yes,
    /// The solution of a picture, by the order of solving.
    Solved(usize),
}

#[derive(Clone, Debug)]
pub enum Response {
    Code {
        by: F,
        named: Option<Named>,
        code: Typed,
    },
    /// A person's one-time password, this many steps from now.
    Totp {
        of: Named,
        steps: i64,
    },
}

#[derive(Clone, Debug)]
pub enum Call {
    SignIn {
        who: Named,
        said: Said,
        password: Password,
    },
    SignInByCode {
        by: F,
        to: Named,
        code: Typed,
    },
    Send {
        token: Presented,
        purpose: Purpose,
        by: F,
        to: Option<Named>,
        human: Human,
    },
    Skip {
        token: Presented,
    },
    Change {
        token: Presented,
        proof: Proof,
        new: Password,
    },
    Prove {
        token: Presented,
        response: Response,
    },
    IsSet {
        token: Presented,
    },
    Authenticate {
        token: Presented,
        by_session: bool,
    },
    OwnChange {
        token: Presented,
        old: Option<Password>,
        new: Password,
    },
    OwnChangeByCode {
        token: Presented,
        code: Typed,
        new: Password,
    },
    /// A new password in the place of a forgotten one.
    Recover {
        to: Named,
        code: Typed,
        new: Password,
    },
    /// An account for a person who has a contact, with a name and a password if they chose one. `fit` is the host's judgement of the profile.
    Register {
        by: F,
        to: Named,
        code: Typed,
        name: Option<Named>,
        password: Option<Password>,
        fit: bool,
    },
    /// Another mobile or address for the subject of a session.
    NewContact {
        token: Presented,
        by: F,
        to: Named,
        code: Typed,
    },
    /// Asks for a picture.
    Picture,
    /// Solves a picture, by the order of showing, for a recipient.
    Solve {
        picture: usize,
        right: bool,
        by: F,
        to: Named,
    },
    /// Signs in by a provider's code for an identity, good or not. The code comes with its binding to this client, if the call has a place for
    /// one.
    Social {
        identity: Identity,
        good: bool,
        bound: bool,
    },
    Link {
        token: Presented,
        proof: LinkProof,
    },
    RegisterLinked {
        token: Presented,
        by: F,
        to: Named,
        code: Typed,
    },
    /// Registers in the same way, but by a vouched mobile, good or not.
    RegisterVouched {
        token: Presented,
        to: Named,
        good: bool,
    },
    Identities {
        token: Presented,
    },
    Unlink {
        token: Presented,
        identity: Identity,
    },
    Refresh {
        token: Presented,
    },
    SignOut {
        token: Presented,
    },
    /// Two calls of a tenant's server: it presents a client's secret for a token, and it refreshes.
    TenantToken {
        client: usize,
        secret: usize,
    },
    TenantRefresh {
        token: Presented,
        credential: usize,
    },
    IssueTicket {
        token: Presented,
        credential: usize,
    },
    Redeem {
        token: Presented,
        credential: usize,
    },
}

impl Call {
    pub fn name(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign in",
            Self::SignInByCode { .. } => "sign in by code",
            Self::Send { purpose: Purpose::NewContact, .. } => "send to a new contact",
            Self::Send { .. } => "send",
            Self::Skip { .. } => "skip",
            Self::Change { .. } => "change",
            Self::Prove { .. } => "prove",
            Self::IsSet { .. } => "is set",
            Self::Authenticate { .. } => "authenticate",
            Self::OwnChange { .. } => "own change",
            Self::OwnChangeByCode { .. } => "own change by code",
            Self::Recover { .. } => "recover",
            Self::Register { .. } => "register",
            Self::Picture => "picture",
            Self::Solve { .. } => "solve",
            Self::Social { .. } => "social sign-in",
            Self::Link { .. } => "link",
            Self::RegisterLinked { .. } => "register and link",
            Self::RegisterVouched { .. } => "register vouched and link",
            Self::Identities { .. } => "identities",
            Self::Unlink { .. } => "unlink",
            Self::NewContact { .. } => "new contact",
            Self::Refresh { .. } => "refresh",
            Self::SignOut { .. } => "sign out",
            Self::TenantToken { .. } => "tenant token",
            Self::TenantRefresh { .. } => "tenant refresh",
            Self::IssueTicket { .. } => "issue ticket",
            Self::Redeem { .. } => "redeem",
        }
    }

    /// The same call with another token.
    pub fn with(mut self, other: usize) -> Self {
        if let Some(token) = self.bearer() {
            *token = Some(other);
        }
        self
    }

    /// The token that the call bears.
    pub fn token(&self) -> Presented {
        self.clone().bearer().and_then(|token| *token)
    }

    /// The channel of the code that is presented.
    pub fn channel(&self) -> Option<F> {
        match self {
            Self::SignInByCode { by, .. }
            | Self::Register { by, .. }
            | Self::NewContact { by, .. }
            | Self::RegisterLinked { by, .. }
            | Self::Link { proof: LinkProof::Code(by, ..), .. }
            | Self::Change { proof: Proof::Code(by, _), .. }
            | Self::Prove { response: Response::Code { by, .. }, .. } => Some(*by),
            _ => None,
        }
    }

    /// Whether it is a call of a signed-in person.
    pub fn is_of_a_session(&self) -> bool {
        matches!(
            self,
            Self::IsSet { .. }
                | Self::Authenticate { .. }
                | Self::OwnChange { .. }
                | Self::OwnChangeByCode { .. }
                | Self::NewContact { .. }
                | Self::Send { purpose: Purpose::NewContact, .. }
                | Self::Identities { .. }
                | Self::Unlink { .. }
                | Self::Refresh { .. }
                | Self::SignOut { .. }
        )
    }

    fn bearer(&mut self) -> Option<&mut Presented> {
        match self {
            Self::SignIn { .. }
            | Self::SignInByCode { .. }
            | Self::Recover { .. }
            | Self::Register { .. }
            | Self::Picture
            | Self::Solve { .. }
            | Self::TenantToken { .. }
            | Self::Social { .. } => None,
            Self::Send { token, .. }
            | Self::Skip { token }
            | Self::Change { token, .. }
            | Self::Prove { token, .. }
            | Self::IsSet { token }
            | Self::Authenticate { token, .. }
            | Self::OwnChange { token, .. }
            | Self::OwnChangeByCode { token, .. }
            | Self::NewContact { token, .. }
            | Self::Link { token, .. }
            | Self::RegisterLinked { token, .. }
            | Self::RegisterVouched { token, .. }
            | Self::Identities { token }
            | Self::Unlink { token, .. }
            | Self::Refresh { token }
            | Self::SignOut { token }
            | Self::TenantRefresh { token, .. }
            | Self::IssueTicket { token, .. }
            | Self::Redeem { token, .. } => Some(token),
        }
    }
}

/// The seal of a session token, with a time and a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seal {
    pub at: u64,
    pub nonce: usize,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub call: Call,
    /// The seal, if the call's token comes sealed and not in clear.
    pub seal: Option<Seal>,
    pub caller: Caller,
    /// The failure of the host during this request.
    pub failing: Option<Failing>,
    /// The server that it goes to.
    pub server: usize,
}

/// The ways in which a host fails at a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It has done nothing.
    Unavailable,
    /// It has done the act, and the answer is lost.
    AnswerLost,
    /// It has no such key, signs with nothing at all, or with a text that is longer than any signature.
    NoKey,
    NoSignature,
    NoEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    pub question: &'static str,
    pub how: How,
}

#[derive(Clone, Debug)]
pub enum Act {
    Disable(Named),
    Enable(Named),
    /// All guesses at the person are cleared.
    Unlock(Named),
    /// The account is deleted, and made again under the same id by somebody who knows it.
    Remake(Named),
    /// Everything that is over is forgotten.
    Sweep,
    Reset(Named, Password),
    /// The password is found among breached ones.
    Breach(Named),
    ForcePasswordless(Named),
    Enrol(Named, F),
    /// A mistaken host does this without a new revision.
    EnrolSilently(Named, F),
    Remove(Named, F),
    /// The host's parameters for hashes were raised after a password was set.
    Outdate(Named),
    /// A writer to the database copies the sealed secret of the first person's authenticator over the second person's.
    CopySecret(Named, Named),
    /// The next sealing key seals, and the earlier ones open.
    RotateSealing,
    /// The earlier sealing keys are lost, or are there again.
    LoseSealing(bool),
    /// The account keeps nothing but identities to begin a login with.
    Strip(Named),
    /// Ends them by the library's own operation.
    EndSessions(Named),
    /// The host's access policy.
    DenyAll(bool),
}

#[derive(Clone, Debug)]
pub enum Happening {
    One(Request),
    /// Both requests are judged before either is written.
    Race(Request, Request),
    Wait(u64),
    Admin(Act),
    RotateKeys,
    Restart,
}

/// A reply: its status, and the part that tells it from others of that status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reply(pub u16, pub &'static str);

impl Reply {
    pub const SUCCESS: Self = Self(200, "SUCCESS");
    pub const WARN: Self = Self(200, "PASSWORD_WARN");
    pub const EXPIRED: Self = Self(200, "PASSWORD_EXPIRED");
    pub const FACTOR: Self = Self(200, "MFA_AUTH");
    pub const DENIED: Self = Self(200, "ACCESS_DENIED");
    pub const EMPTY: Self = Self(200, "");
    pub const SET: Self = Self(200, "true");
    pub const UNSET: Self = Self(200, "false");
    pub const REFRESHED: Self = Self(200, "session");
    pub const TICKET: Self = Self(200, "ticket");
    pub const SUBJECTS: [Self; MOST] = [
        Self(200, "id-ann"),
        Self(200, "id-bob"),
        Self(200, "id-cat"),
        // The ids of people who register are drawn. The host translates them to numbers.
        Self(200, "id-3"),
        Self(200, "id-4"),
        Self(200, "id-5"),
        Self(200, "id-6"),
        Self(200, "id-7"),
        Self(200, "id-8"),
        Self(200, "id-9"),
    ];
    pub const NO_SUCH_CALL: Self = Self(404, "no such call");
    pub const TAKEN: Self = Self(400, "IDAAS.SDK.USER.0102");
    pub const NAME_TAKEN: Self = Self(400, "IDAAS.SDK.USER.0103");
    pub const UNPROVED: Self = Self(400, "IDAAS.SDK.USER.0101");
    pub const TENANT_TOKEN: Self = Self(200, "tenant token");
    pub const ID_TOKEN: Self = Self(200, "id token");
    pub const NO_SEAL: Self = Self(400, "IDAAS.SDK.PARAM.0030");
    pub const PICTURE: Self = Self(200, "picture");
    pub const SOLVED: Self = Self(200, "solved");
    pub const UNSOLVED: Self = Self(400, "IDAAS.SDK.CAPTCHA.0002");
    pub const TOO_LATE: Self = Self(400, "IDAAS.SDK.CAPTCHA.0003");
    pub const NO_PICTURE: Self = Self(400, "IDAAS.SDK.CAPTCHA.0102");
    pub const BIND: Self = Self(200, "SOCIAL_BIND");
    pub const BIND_OR_REGISTER: Self = Self(200, "USER_REGISTER");
    pub const LINKED: [Self; IDENTITIES + 1] =
        [Self(200, "0 linked"), Self(200, "1 linked"), Self(200, "2 linked"), Self(200, "3 linked")];
    pub const NO_LINK: Self = Self(400, "IDAAS.SDK.COMMON.1007");
    pub const NO_SOCIAL: Self = Self(400, "IDAAS.SDK.SOCIAL.0101");
    pub const NO_MOBILE: Self = Self(400, "IDAAS.SDK.SOCIAL.0103");
    pub const NOT_LINKED: Self = Self(400, "IDAAS.SDK.SOCIAL.0104");
    pub const LAST_WAY_IN: Self = Self(400, "IDAAS.SDK.SOCIAL.0105");
    pub const UNFIT: Self = Self(400, "IDAAS.SDK.USER.0104");
    pub const DEVICE: Self = Self(400, "IDAAS.SDK.PARAM.0001");
    pub const NO_STATE: Self = Self(400, "IDAAS.SDK.PARAM.0014");
    pub const ID_MISSING: Self = Self(400, "IDAAS.SDK.PARAM.0015");
    pub const NO_ID: Self = Self(400, "IDAAS.SDK.PARAM.0016");
    pub const NO_SESSION: Self = Self(400, "IDAAS.SDK.PARAM.0023");
    pub const MALFORMED: Self = Self(400, "IDAAS.SDK.PARAM.0101");
    pub const NO_TICKET: Self = Self(400, "IDAAS.SDK.PARAM.0032");
    pub const NO_CREDENTIAL: Self = Self(400, "IDAAS.TENANT.COM.0101");
    pub const NOT_SENT: Self = Self(400, "IDAAS.SDK.CAPTCHA.0006");
    pub const ROBOT: Self = Self(400, "IDAAS.SDK.CAPTCHA.0004");
    pub const NOT_YET: Self = Self(400, "IDAAS.SDK.CAPTCHA.0101");
    pub const WRONG_CODE: Self = Self(400, "IDAAS.SDK.CAPTCHA.0007");
    pub const WRONG_LOGIN: Self = Self(400, "IDAAS.SDK.LOGIN.0002");
    pub const USED_BEFORE: Self = Self(400, "IDAAS.SDK.PWD.0001");
    pub const WRONG_LENGTH: Self = Self(400, "IDAAS.SDK.PWD.0007");
    pub const NEW_REFUSED: Self = Self(400, "IDAAS.SDK.PWD.0101");
    pub const WRONG_OLD: Self = Self(400, "IDAAS.SDK.PWD.0102");
    pub const NOT_RECENT: Self = Self(400, "IDAAS.SDK.PWD.0103");
    pub const BUSY: Self = Self(500, "IDAAS.TENANT.COM.0002");
}
