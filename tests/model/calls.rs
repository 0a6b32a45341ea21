//! What happens in the world of the model: calls, races of two calls, the clock, the administrator, the host.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum F {
    Password,
    Sms,
    Email,
    Totp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    SignIn,
    Second,
    Change,
    Update,
    Forgotten,
}

/// Who calls: a device (1 is the attacker's), and what it says its application and tenant are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub device: usize,
    pub app: usize,
    pub tenant: usize,
}

/// How somebody says who they are: by `login`, by `login/auth`, which takes any name, or by `login/mobile-pwd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    Name,
    AnyName,
    AnyMobile,
    AnyEmail,
    Mobile,
}

/// A person by number; the number after the last is nobody's name.
pub type Named = usize;
pub const PEOPLE: usize = 3;
pub const NOBODY: Named = PEOPLE;

/// A password by number.
pub type Password = usize;
pub const FIRST: Password = 0;
pub const USED: Password = 8;
pub const SHORT: Password = 9;

/// A token by the order of issue; one beyond the last is nonsense, `None` is no header.
pub type Presented = Option<usize>;

/// The latest id token, with another signature.
pub const FORGED: usize = usize::MAX - 1;

/// A code by the order of sending; one beyond the last is a wrong code.
pub type Typed = usize;
pub const WRONG: usize = usize::MAX;

#[derive(Clone, Debug)]
pub enum Proof {
    Old(Password),
    Code(F, Typed),
}

#[derive(Clone, Debug)]
pub enum Response {
    Code {
        by: F,
        named: Option<Named>,
        code: Typed,
    },
    /// Somebody's one-time password, so many steps from now.
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
        human: bool,
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
    /// A new password instead of a forgotten one.
    Recover {
        to: Named,
        code: Typed,
        new: Password,
    },
    Refresh {
        token: Presented,
    },
    SignOut {
        token: Presented,
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
            Self::Send { .. } => "send",
            Self::Skip { .. } => "skip",
            Self::Change { .. } => "change",
            Self::Prove { .. } => "prove",
            Self::IsSet { .. } => "is set",
            Self::Authenticate { .. } => "authenticate",
            Self::OwnChange { .. } => "own change",
            Self::OwnChangeByCode { .. } => "own change by code",
            Self::Recover { .. } => "recover",
            Self::Refresh { .. } => "refresh",
            Self::SignOut { .. } => "sign out",
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

    /// By which way a code came that is presented.
    pub fn channel(&self) -> Option<F> {
        match self {
            Self::SignInByCode { by, .. }
            | Self::Change { proof: Proof::Code(by, _), .. }
            | Self::Prove { response: Response::Code { by, .. }, .. } => Some(*by),
            _ => None,
        }
    }

    fn bearer(&mut self) -> Option<&mut Presented> {
        match self {
            Self::SignIn { .. } | Self::SignInByCode { .. } | Self::Recover { .. } => None,
            Self::Send { token, .. }
            | Self::Skip { token }
            | Self::Change { token, .. }
            | Self::Prove { token, .. }
            | Self::IsSet { token }
            | Self::Authenticate { token, .. }
            | Self::OwnChange { token, .. }
            | Self::OwnChangeByCode { token, .. }
            | Self::Refresh { token }
            | Self::SignOut { token }
            | Self::IssueTicket { token, .. }
            | Self::Redeem { token, .. } => Some(token),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Request {
    pub call: Call,
    pub caller: Caller,
    /// What the host does wrong during this request.
    pub failing: Option<Failing>,
    /// Which server it goes to.
    pub server: usize,
}

/// How a host fails at a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It has done nothing.
    Unavailable,
    /// It has done what it was asked, and the answer is lost.
    AnswerLost,
    /// It has no such key, signs with nothing at all, or with what is longer than any signature.
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
    /// All guesses of theirs are cleared.
    Unlock(Named),
    /// Deleted, and made anew under the same id by whoever knows it.
    Remake(Named),
    /// What is over is forgotten.
    Sweep,
    Reset(Named, Password),
    /// The password is found among breached ones.
    Breach(Named),
    ForcePasswordless(Named),
    Enrol(Named, F),
    /// As a mistaken host would: without a new revision.
    EnrolSilently(Named, F),
    Remove(Named, F),
    /// The host's parameters for hashes were raised after a password was set.
    Outdate(Named),
    /// Whoever writes to the database copies the sealed secret of the first one's authenticator over the second one's.
    CopySecret(Named, Named),
    /// The next sealing key seals; those before it open.
    RotateSealing,
    /// The sealing keys before the present one are lost, or are there again.
    LoseSealing(bool),
    /// By the library's own operation.
    EndSessions(Named),
    /// The host's access policy.
    DenyAll(bool),
}

#[derive(Clone, Debug)]
pub enum Happening {
    One(Request),
    /// Both are judged before either is written.
    Race(Request, Request),
    Wait(u64),
    Admin(Act),
    RotateKeys,
    Restart,
}

/// A reply: its status, and what tells it from others of that status.
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
    pub const SUBJECTS: [Self; PEOPLE] = [Self(200, "id-ann"), Self(200, "id-bob"), Self(200, "id-cat")];
    pub const DEVICE: Self = Self(400, "IDAAS.SDK.PARAM.0001");
    pub const NO_STATE: Self = Self(400, "IDAAS.SDK.PARAM.0014");
    pub const ID_MISSING: Self = Self(400, "IDAAS.SDK.PARAM.0015");
    pub const NO_ID: Self = Self(400, "IDAAS.SDK.PARAM.0016");
    pub const NO_SESSION: Self = Self(400, "IDAAS.SDK.PARAM.0023");
    pub const MALFORMED: Self = Self(400, "IDAAS.SDK.PARAM.0101");
    pub const NO_TICKET: Self = Self(400, "IDAAS.SDK.PARAM.0032");
    pub const NO_CREDENTIAL: Self = Self(400, "IDAAS.TENANT.COM.0101");
    pub const NOT_SENT: Self = Self(400, "IDAAS.SDK.CAPTCHA.0006");
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
