//! The words of each product for the replies that the model gives in CIAM's words (WIRE §5, WIRE2 §2, decision 0006).

use super::calls::{Call, F, Purpose, Reply};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    Ciam,
    Eiam,
    OneAccess,
}

impl Dialect {
    /// The purpose of a code that comes by `pwd/update-by-mobile`.
    pub fn update_by_mobile(self) -> Purpose {
        match self {
            Self::Ciam => Purpose::Update,
            Self::Eiam | Self::OneAccess => Purpose::Forgotten,
        }
    }

    /// Whether a call takes a code on this channel for this purpose.
    pub fn takes(self, purpose: Purpose, by: F) -> bool {
        match purpose {
            Purpose::SignIn | Purpose::Second | Purpose::Change | Purpose::Link => true,
            // In EIAM, such a code links an identity.
            Purpose::Register => true,
            Purpose::NewContact => by == F::Sms,
            Purpose::Update | Purpose::Forgotten => purpose == self.update_by_mobile() && by == F::Sms,
        }
    }

    /// A reply to a call.
    pub fn spell(self, reply: Reply, call: &Call) -> (u16, String) {
        let said = match self {
            Self::Ciam => reply.1.to_owned(),
            // The same numbers, without the prefix.
            Self::OneAccess => reply
                .1
                .trim_start_matches("IDAAS.")
                .trim_start_matches("SDK.")
                .trim_start_matches("TENANT.")
                .to_owned(),
            Self::Eiam => eiam(reply, call).to_owned(),
        };
        (reply.0, said)
    }
}

/// Several replies share one code.
fn eiam(reply: Reply, call: &Call) -> &'static str {
    match reply {
        Reply::DEVICE => "SDK.COMMON.1003",
        // The mobile whose password is reset is missing.
        Reply::MALFORMED if matches!(call, Call::OwnChangeByCode { .. }) => "SDK.COMMON.1001",
        Reply::MALFORMED => "SDK.COMMON.1002",
        Reply::NO_STATE | Reply::ROBOT => "SDK.COMMON.1006",
        Reply::ID_MISSING => "SDK.COMMON.1001",
        Reply::NO_SEAL => "SDK.COMMON.1004",
        Reply::UNSOLVED => "SDK.CAPTCHA.1101",
        Reply::NO_PICTURE => "SDK.CAPTCHA.1102",
        Reply::TOO_LATE => "SDK.COMMON.1005",
        Reply::NO_ID | Reply::NO_SESSION | Reply::NO_TICKET => "SDK.COMMON.1005",
        Reply::NO_CREDENTIAL => "SDK.COMMON.1103",
        Reply::NOT_SENT => "SDK.SMS.1101",
        Reply::NOT_YET => "SDK.SMS.1102",
        Reply::WRONG_CODE if call.channel() == Some(F::Email) => "SDK.SMS.1006",
        Reply::WRONG_CODE => "SDK.SMS.1005",
        Reply::WRONG_LOGIN => "SDK.LOGIN.1005",
        Reply::USED_BEFORE => "SDK.PWD.1108",
        Reply::WRONG_LENGTH => "SDK.PWD.1104",
        Reply::NEW_REFUSED => "SDK.PWD.1101",
        Reply::WRONG_OLD => "SDK.PWD.1102",
        Reply::NOT_RECENT => "SDK.PWD.1103",
        Reply::BUSY => "SDK.COMMON.1008",
        Reply::NO_LINK => "SDK.COMMON.1007",
        Reply::NO_SOCIAL => "SDK.SOCIAL.1101",
        Reply::NO_MOBILE => "SDK.SOCIAL.1103",
        Reply::NOT_LINKED => "SDK.SOCIAL.1104",
        Reply::LAST_WAY_IN => "SDK.SOCIAL.1105",
        Reply::UNPROVED => "SDK.USER.1101",
        Reply::TAKEN => "SDK.USER.1102",
        Reply::NAME_TAKEN => "SDK.USER.1103",
        Reply::UNFIT => "SDK.COMMON.1001",
        Reply(_, said) => said,
    }
}
