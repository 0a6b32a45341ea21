//! The paths and methods of the family, and what each call takes and answers, as one table.

use super::{
    body::{self, Member},
    registration,
};
use crate::{
    Dialect, code::CodePurpose, contact::Channel, flow::registers_linked, outcome::NotOurs, policy::Policy,
    social::SocialSource,
};

/// The destination of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// The operation that a call of a device leads to.
    OfDevice(DeviceEndpoint),
    /// The operation that a call of the server of a tenant leads to.
    OfTenant(TenantEndpoint),
    /// The document of public keys, for anybody.
    PublicKeys,
}

/// The operation that a call of a device leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeviceEndpoint {
    SignIn,
    SignInByAnyName,
    SignInByMobile,
    SignInByCode(Channel),
    SkipPassword,
    ChangePassword,
    ChangePasswordByCode(Channel),
    MaskedMobile,
    SendCode(Channel),
    ProveCode(Channel),
    ProveTotp,
    PasswordIsSet,
    ChangeOwnPassword,
    UpdatePasswordByMobile,
    RefreshSession,
    SignOut,
    Register(Channel),
    RefreshIdToken,
    ServerDate,
    PublicKey,
    IssueCaptcha,
    VerifyCaptcha,
    ChangeOwnPasswordByCode(Channel),
    ReplaceMobile,
    SignInBySocialCode(SocialSource),
    SignInByCarrier,
    LinkByCode,
    LinkByPassword,
    LinkByWechatMobile,
    LinkByAlipayMobile,
    RegisterAndLinkByCode,
    RegisterAndLinkByWechatMobile,
    ListIdentities,
    UnlinkById,
    UnlinkIdentity,
}

impl DeviceEndpoint {
    /// Whether anybody can use a code here that was sent by this channel, as far as the policy decides it for this call alone.
    fn is_open(self, policy: &Policy, channel: Channel) -> bool {
        self != Self::RegisterAndLinkByCode || registers_linked(policy, channel)
    }

    /// The purpose of the code that this call takes in a dialect, and the channels by which it is sent.
    fn takes(self, dialect: Dialect) -> Option<(CodePurpose, &'static [Channel])> {
        const SMS: &[Channel] = &[Channel::Sms];
        const EMAIL: &[Channel] = &[Channel::Email];
        const EITHER: &[Channel] = &[Channel::Sms, Channel::Email];
        let by = |channel| match channel {
            Channel::Sms => SMS,
            Channel::Email => EMAIL,
        };
        match self {
            Self::SignInByCode(channel) => Some((CodePurpose::SignIn, by(channel))),
            Self::ChangePasswordByCode(channel) => Some((CodePurpose::ChangePassword, by(channel))),
            Self::ProveCode(channel) => Some((CodePurpose::SecondFactor, by(channel))),
            Self::UpdatePasswordByMobile => Some((dialect.update_by_mobile(), SMS)),
            Self::LinkByCode => Some((CodePurpose::LinkIdentity, EITHER)),
            Self::RegisterAndLinkByCode => Some((CodePurpose::Register, EITHER)),
            Self::Register(channel) => registers(dialect).then_some((CodePurpose::Register, by(channel))),
            Self::ChangeOwnPasswordByCode(channel) => {
                dialect.changes_own_by_code().then_some((CodePurpose::UpdatePassword, by(channel)))
            }
            Self::ReplaceMobile => Some((CodePurpose::UpdateContact, SMS)),
            Self::SignIn
            | Self::SignInByAnyName
            | Self::SignInByMobile
            | Self::SkipPassword
            | Self::ChangePassword
            | Self::MaskedMobile
            | Self::SendCode(_)
            | Self::ProveTotp
            | Self::PasswordIsSet
            | Self::ChangeOwnPassword
            | Self::RefreshSession
            | Self::SignOut
            | Self::RefreshIdToken
            | Self::ServerDate
            | Self::PublicKey
            | Self::IssueCaptcha
            | Self::VerifyCaptcha
            | Self::SignInBySocialCode(_)
            | Self::SignInByCarrier
            | Self::LinkByPassword
            | Self::LinkByWechatMobile
            | Self::LinkByAlipayMobile
            | Self::RegisterAndLinkByWechatMobile
            | Self::ListIdentities
            | Self::UnlinkById
            | Self::UnlinkIdentity => None,
        }
    }
}

/// Whether a dialect has the calls that register people. No page of EIAM shows one.
pub(super) const fn registers(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Ciam | Dialect::OneAccess => true,
        Dialect::Eiam => false,
    }
}

/// The operation that a call of the server of a tenant leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TenantEndpoint {
    IssueTicket,
    RedeemTicket,
    RefreshSession,
    IssueToken,
}

/// The caller of a call, and what the call bears in addition to the common headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// Anybody.
    Nothing,
    /// A client in a pending login.
    StateToken,
    /// A client that has proved a social account that is bound to nobody. Its link token comes in the header of a state token.
    LinkToken,
    /// Anybody. In a pending login the call bears its state token, and for a new contact it bears what a signed-in subject shows.
    PerhapsAnyToken,
    /// A signed-in subject, by an id token, or by a signature where calls must be signed.
    IdToken,
    /// A signed-in subject, or somebody who has forgotten their password. The dialect decides.
    PerhapsIdToken,
    /// The holder of a session, by a session token, or by a signature where calls must be signed.
    SessionToken,
    /// The holder of a session, in an application whose calls must be signed.
    Signature,
    /// The server of a tenant. The body has the device's headers as members.
    TenantCredential,
    /// The server of a tenant, whose credential is in its body, which is a form.
    ClientSecret,
    /// Anybody, without any header.
    NoHeaders,
}

/// The answer of a call that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    Login,
    Session,
    PasswordPresence,
    Contact,
    Ticket,
    Subject,
    TenantToken,
    IdToken,
    ServerDate,
    PublicKey,
    PublicKeys,
    Nothing,
    Captcha,
    CaptchaToken,
    Identities,
}

pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) methods: &'static [&'static str],
    /// The same methods, as an `Allow` header has them.
    allowed: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) summary: &'static str,
    pub(super) bears: Bears,
    pub(super) body: &'static [Member],
    pub(super) answers: Answers,
}

macro_rules! routes {
    ($($method:literal $(or $other:literal)? $path:literal => $endpoint:expr, $bears:ident, $body:expr, $answers:ident, $summary:literal;)*) => {
        pub(super) const ROUTES: &[Route] = &[$(Route {
            path: $path,
            methods: &[$method $(, $other)?],
            allowed: concat!($method $(, ", ", $other)?),
            endpoint: $endpoint,
            summary: $summary,
            bears: Bears::$bears,
            body: $body,
            answers: Answers::$answers,
        },)*];
    };
}

#[rustfmt::skip]
routes! {
    "POST" "/api/v2/sdk/login"
        => Endpoint::OfDevice(DeviceEndpoint::SignIn), Nothing, &body::CREDENTIALS, Login, "Sign in with a user name and a password";
    "POST" "/api/v2/sdk/login/auth"
        => Endpoint::OfDevice(DeviceEndpoint::SignInByAnyName), Nothing, &body::CREDENTIALS, Login, "Sign in with a user name, mobile or e-mail address and a password";
    "POST" "/api/v2/sdk/login/mobile-pwd"
        => Endpoint::OfDevice(DeviceEndpoint::SignInByMobile), Nothing, &body::MOBILE_CREDENTIALS, Login, "Sign in with a mobile and a password";
    "POST" "/api/v2/sdk/login/mobile-verify-code"
        => Endpoint::OfDevice(DeviceEndpoint::SignInByCode(Channel::Sms)), Nothing, &body::SMS_CREDENTIALS, Login, "Sign in with a code sent by SMS";
    "POST" "/api/v2/sdk/login/email-verify-code"
        => Endpoint::OfDevice(DeviceEndpoint::SignInByCode(Channel::Email)), Nothing, &body::EMAIL_CREDENTIALS, Login, "Sign in with a code sent by e-mail";
    "GET" or "POST" "/api/v2/sdk/pwd/skip-update"
        => Endpoint::OfDevice(DeviceEndpoint::SkipPassword), StateToken, &[], Login, "Skip the change of a password that is about to expire";
    "POST" "/api/v2/sdk/pwd/update"
        => Endpoint::OfDevice(DeviceEndpoint::ChangePassword), StateToken, &body::PASSWORD_CHANGE, Login, "Change a password that is about to expire or expired, proved by the old one";
    "POST" "/api/v2/sdk/after-login/pwd/update-by-mobile"
        => Endpoint::OfDevice(DeviceEndpoint::ChangePasswordByCode(Channel::Sms)), StateToken, &body::CODE_CHANGE, Login, "The same, proved by a code sent by SMS";
    "POST" "/api/v2/sdk/after-login/pwd/update-by-email"
        => Endpoint::OfDevice(DeviceEndpoint::ChangePasswordByCode(Channel::Email)), StateToken, &body::CODE_CHANGE, Login, "The same, proved by a code sent by e-mail";
    "GET" "/api/v2/sdk/mobile-by-token"
        => Endpoint::OfDevice(DeviceEndpoint::MaskedMobile), StateToken, &[], Contact, "The mobile that a code will go to, masked";
    "POST" "/api/v2/sdk/sms/send"
        => Endpoint::OfDevice(DeviceEndpoint::SendCode(Channel::Sms)), PerhapsAnyToken, &body::SMS_REQUEST, Nothing, "Send a code by SMS";
    "POST" "/api/v2/sdk/email/send"
        => Endpoint::OfDevice(DeviceEndpoint::SendCode(Channel::Email)), PerhapsAnyToken, &body::EMAIL_REQUEST, Nothing, "Send a code by e-mail";
    "POST" "/api/v2/sdk/mfa/sms"
        => Endpoint::OfDevice(DeviceEndpoint::ProveCode(Channel::Sms)), StateToken, &body::SMS_RESPONSE, Login, "Prove a second factor by a code sent by SMS";
    "POST" "/api/v2/sdk/mfa/email"
        => Endpoint::OfDevice(DeviceEndpoint::ProveCode(Channel::Email)), StateToken, &body::EMAIL_RESPONSE, Login, "Prove a second factor by a code sent by e-mail";
    "POST" "/api/v2/sdk/mfa/totp"
        => Endpoint::OfDevice(DeviceEndpoint::ProveTotp), StateToken, &body::TOTP_RESPONSE, Login, "Prove a second factor by a time-based one-time password";
    "GET" "/api/v2/sdk/pwd/check-exist"
        => Endpoint::OfDevice(DeviceEndpoint::PasswordIsSet), IdToken, &[], PasswordPresence, "Whether the subject has set a password";
    "POST" "/api/v2/sdk/pwd/change"
        => Endpoint::OfDevice(DeviceEndpoint::ChangeOwnPassword), IdToken, &body::OWN_CHANGE, Nothing, "Set or change one's own password, signed in";
    "POST" "/api/v2/sdk/pwd/update-by-mobile"
        => Endpoint::OfDevice(DeviceEndpoint::UpdatePasswordByMobile), PerhapsIdToken, &body::MOBILE_UPDATE, Nothing, "A new password by a code sent by SMS: signed in for 10 minutes at most (CIAM), or instead of a forgotten one (EIAM, OneAccess, where the policy has a recovery by SMS)";
    "POST" "/api/v2/sdk/sso/session-token/id-token"
        => Endpoint::OfDevice(DeviceEndpoint::RefreshSession), SessionToken, &[], Session, "A new id token for a session";
    "GET" or "POST" "/api/v2/sdk/logout"
        => Endpoint::OfDevice(DeviceEndpoint::SignOut), SessionToken, &[], Nothing, "End a session";
    "POST" "/api/v2/sdk/session-token/refresh-id-token"
        => Endpoint::OfDevice(DeviceEndpoint::RefreshIdToken), Signature, &[], IdToken, "A new id token for a session, where calls are signed (OneAccess)";
    "GET" "/api/v2/sdk/server-date"
        => Endpoint::OfDevice(DeviceEndpoint::ServerDate), Nothing, &[], ServerDate, "The time to sign a call with";
    "GET" "/api/v2/sdk/public-key"
        => Endpoint::OfDevice(DeviceEndpoint::PublicKey), Nothing, &[], PublicKey, "The key to sign calls with, where the application has one";
    "POST" "/api/v2/tenant/sso/session-token/sso-ticket"
        => Endpoint::OfTenant(TenantEndpoint::IssueTicket), TenantCredential, &body::TICKET_REQUEST, Ticket, "A one-time ticket for a session";
    "POST" "/api/v2/tenant/sso/sso-ticket/verify"
        => Endpoint::OfTenant(TenantEndpoint::RedeemTicket), TenantCredential, &body::TICKET_REDEMPTION, Subject, "Whose session a ticket stands for. Not by which factors they signed in, nor to which application";
    "POST" "/api/v2/sdk/register/mobile-verify-code"
        => Endpoint::OfDevice(DeviceEndpoint::Register(Channel::Sms)), Nothing, &registration::SMS_REGISTRATION, Login, "Register by a code sent by SMS, where the policy registers people by it (CIAM, OneAccess)";
    "POST" "/api/v2/sdk/register/email-verify-code"
        => Endpoint::OfDevice(DeviceEndpoint::Register(Channel::Email)), Nothing, &registration::EMAIL_REGISTRATION, Login, "Register by a code sent by e-mail, where the policy registers people by it (CIAM, OneAccess)";
    "POST" "/api/v2/tenant/sso/session-token/refresh"
        => Endpoint::OfTenant(TenantEndpoint::RefreshSession), TenantCredential, &body::TENANT_REFRESH, Session, "A session's tokens anew, for the server that holds its session token";
    "POST" "/api/v2/tenant/token"
        => Endpoint::OfTenant(TenantEndpoint::IssueToken), ClientSecret, &body::CLIENT_CREDENTIALS, TenantToken, "A token for the server of a tenant, to show instead of its secret";
    "GET" "/api/v2/sdk/captcha"
        => Endpoint::OfDevice(DeviceEndpoint::IssueCaptcha), Nothing, &[], Captcha, "A picture with a piece to be moved to its place, where the application's captcha is one";
    "POST" "/api/v2/sdk/captcha/verify"
        => Endpoint::OfDevice(DeviceEndpoint::VerifyCaptcha), Nothing, &body::CAPTCHA_SOLUTION, CaptchaToken, "A captcha token for the solution of a picture: good for one code, to this recipient, from this device, for 180 seconds";
    "POST" "/api/v2/sdk/pwd/change-by-mobile"
        => Endpoint::OfDevice(DeviceEndpoint::ChangeOwnPasswordByCode(Channel::Sms)), IdToken, &body::OWN_CODE_CHANGE, Nothing, "Change one's own password, signed in for 10 minutes at most, by a code sent by SMS (EIAM, whose type is CHANGE_PWD_SMS)";
    "POST" "/api/v2/sdk/pwd/change-by-email"
        => Endpoint::OfDevice(DeviceEndpoint::ChangeOwnPasswordByCode(Channel::Email)), IdToken, &body::OWN_CODE_CHANGE, Nothing, "The same, by a code sent by e-mail (EIAM, whose type is CHANGE_PWD_EMS)";
    "POST" "/api/v2/sdk/profile/update-mobile"
        => Endpoint::OfDevice(DeviceEndpoint::ReplaceMobile), IdToken, &body::NEW_MOBILE, Nothing, "Replace one's own mobile, signed in for 10 minutes at most, by a code sent to the new one";
    "GET" "/api/v1/oauth2/keys"
        => Endpoint::PublicKeys, NoHeaders, &[], PublicKeys, "The public keys of id tokens that are signed by keys outside (RFC 7517)";
    "POST" "/api/v2/sdk/login/wechat"
        => Endpoint::OfDevice(DeviceEndpoint::SignInBySocialCode(SocialSource::Wechat)), Nothing, &body::SOCIAL_CODE, Login, "Sign in with the WeChat app";
    "POST" "/api/v2/sdk/login/wechat-miniprogram"
        => Endpoint::OfDevice(DeviceEndpoint::SignInBySocialCode(SocialSource::WechatMiniProgram)), Nothing, &body::SOCIAL_CODE, Login, "Sign in with a WeChat mini-program";
    "POST" "/api/v3/sdk/login/alipay"
        => Endpoint::OfDevice(DeviceEndpoint::SignInBySocialCode(SocialSource::Alipay)), Nothing, &body::SOCIAL_CODE, Login, "Sign in with Alipay";
    "POST" "/api/v2/sdk/login/aliyun-mobile-auth"
        => Endpoint::OfDevice(DeviceEndpoint::SignInByCarrier), Nothing, &body::CARRIER_TOKEN, Login, "Sign in with the mobile that its carrier vouches for";
    "POST" "/api/v2/sdk/social/bind"
        => Endpoint::OfDevice(DeviceEndpoint::LinkByCode), LinkToken, &body::SOCIAL_BIND, Login, "Bind a social account to the account of a mobile or an e-mail address, proved by a code";
    "POST" "/api/v2/sdk/social/username-password-bind"
        => Endpoint::OfDevice(DeviceEndpoint::LinkByPassword), LinkToken, &body::CREDENTIALS, Login, "Bind a social account to an account, proved by its password";
    "POST" "/api/v2/sdk/social/wechat-mobile-bind"
        => Endpoint::OfDevice(DeviceEndpoint::LinkByWechatMobile), LinkToken, &body::WECHAT_MOBILE, Login, "Bind a social account to the account of the mobile that WeChat vouches for";
    "POST" "/api/v2/sdk/social/alipay-mini-mobile-bind"
        => Endpoint::OfDevice(DeviceEndpoint::LinkByAlipayMobile), LinkToken, &body::ALIPAY_MOBILE, Login, "Bind a social account to the account of the mobile that Alipay vouches for";
    "POST" "/api/v2/sdk/social/register-bind"
        => Endpoint::OfDevice(DeviceEndpoint::RegisterAndLinkByCode), LinkToken, &body::SOCIAL_BIND, Login, "Register by a code to a mobile or an e-mail address, and bind a social account to the new account, where the policy says so";
    "POST" "/api/v2/sdk/social/wechat-mobile-register-bind"
        => Endpoint::OfDevice(DeviceEndpoint::RegisterAndLinkByWechatMobile), LinkToken, &body::WECHAT_MOBILE, Login, "The same by the mobile that WeChat vouches for";
    "GET" "/api/v2/sdk/social"
        => Endpoint::OfDevice(DeviceEndpoint::ListIdentities), IdToken, &[], Identities, "The social accounts that are bound to the subject's account";
    "POST" "/api/v2/sdk/social/unbind-account"
        => Endpoint::OfDevice(DeviceEndpoint::UnlinkById), IdToken, &body::LINK_ID, Nothing, "Unbind a social account by the id that the list has, within 10 minutes of the sign-in; never the last way in";
    "POST" "/api/v2/sdk/social/unbind"
        => Endpoint::OfDevice(DeviceEndpoint::UnlinkIdentity), IdToken, &body::LINKED_IDENTITY, Nothing, "Unbind a social account by its provider and the id there, within 10 minutes of the sign-in; never the last way in";
}

/// The calls that take a code for this purpose, sent by this channel, in a dialect.
fn takers(dialect: Dialect, purpose: CodePurpose, channel: Channel) -> impl Iterator<Item = DeviceEndpoint> {
    ROUTES.iter().filter_map(move |route| match route.endpoint {
        Endpoint::OfDevice(endpoint) => {
            let (taken, channels) = endpoint.takes(dialect)?;
            (taken == purpose && channels.contains(&channel)).then_some(endpoint)
        }
        Endpoint::OfTenant(_) | Endpoint::PublicKeys => None,
    })
}

/// Whether some call takes a code for this purpose, sent by this channel, in a dialect.
pub(super) fn takes(dialect: Dialect, purpose: CodePurpose, channel: Channel) -> bool {
    takers(dialect, purpose, channel).next().is_some()
}

/// Whether some call takes such a code in an application with this policy.
fn is_taken(dialect: Dialect, policy: &Policy, purpose: CodePurpose, channel: Channel) -> bool {
    takers(dialect, purpose, channel).any(|endpoint| endpoint.is_open(policy, channel))
}

/// The purpose of a type of code without a state token. EIAM has one type for the change of a password, both in a pending login and by a signed-in
/// subject. Without a state token, it means the change by a signed-in subject.
pub(super) fn meaning(dialect: Dialect, purpose: CodePurpose, channel: Channel) -> Option<CodePurpose> {
    let purpose = match purpose {
        CodePurpose::ChangePassword if dialect.changes_own_by_code() => CodePurpose::UpdatePassword,
        CodePurpose::UpdatePassword if dialect.changes_own_by_code() => return None,
        other => other,
    };
    takes(dialect, purpose, channel).then_some(purpose)
}

/// The same in an application with this policy.
pub(super) fn meant(
    dialect: Dialect,
    policy: &Policy,
    purpose: CodePurpose,
    channel: Channel,
) -> Option<CodePurpose> {
    meaning(dialect, purpose, channel).filter(|purpose| is_taken(dialect, policy, *purpose, channel))
}

/// The route at a path, whose query does not count.
pub(super) fn at(path: &str) -> Option<&'static Route> {
    let path = path.split_once('?').map_or(path, |(path, _query)| path);
    ROUTES.iter().find(|route| route.path == path)
}

/// The call of a method and a path. The method is compared as it stands (RFC 9110 §9.1), and the query does not count.
pub(super) fn find(method: &str, path: &str) -> Result<Endpoint, NotOurs> {
    let route = at(path).ok_or(NotOurs::Path)?;
    if route.methods.contains(&method) {
        Ok(route.endpoint)
    } else {
        Err(NotOurs::Method { allowed: route.allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_methods_alone() {
        for route in ROUTES {
            assert_eq!(route.allowed, route.methods.join(", "));
            assert!(crate::sdk::Api::owns(route.path), "{}", route.path);
            for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "get", ""] {
                let expected = if route.methods.contains(&method) {
                    Ok(route.endpoint)
                } else {
                    Err(NotOurs::Method { allowed: route.allowed })
                };
                assert_eq!(find(method, route.path), expected);
            }
        }
    }

    #[test]
    fn a_call_that_takes_a_body_is_a_post_and_no_path_stands_twice() {
        for route in ROUTES {
            assert!(route.body.is_empty() || route.methods == ["POST"], "{}", route.path);
            assert_eq!(ROUTES.iter().filter(|other| other.path == route.path).count(), 1, "{}", route.path);
        }
    }

    /// A code that no call takes is not sent, and every call that takes one has a type to ask for it by.
    #[test]
    fn every_type_of_code_has_a_call_and_every_call_a_type() {
        let dialects = [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess];
        for (name, channel, purpose) in body::CODE_TYPES {
            let taken = dialects.into_iter().any(|dialect| takes(dialect, purpose, channel));
            assert!(taken, "{name} is asked for in vain");
        }
        for dialect in dialects {
            for route in ROUTES {
                let Endpoint::OfDevice(endpoint) = route.endpoint else { continue };
                let Some((purpose, channels)) = endpoint.takes(dialect) else {
                    let is_anothers = dialects.into_iter().any(|other| endpoint.takes(other).is_some());
                    assert!(
                        is_anothers || !route.body.contains(&body::VERIFY_CODE),
                        "{}: which code does it take?",
                        route.path
                    );
                    continue;
                };
                for channel in channels {
                    let asked_for = |(_, by, of)| {
                        by == *channel && (of == purpose || meaning(dialect, of, by) == Some(purpose))
                    };
                    assert!(
                        body::CODE_TYPES.into_iter().any(asked_for),
                        "{}: no type asks for its code",
                        route.path
                    );
                }
            }
        }
    }

    /// EIAM's one type of code for a change of password is the signed-in subject's where there is no state token, and nowhere else.
    #[test]
    fn what_a_type_means_without_a_state_token_says_the_dialect() {
        use CodePurpose::{ChangePassword, SignIn, UpdatePassword};
        for (dialect, asked, expected) in [
            (Dialect::Eiam, ChangePassword, Some(UpdatePassword)),
            (Dialect::Eiam, UpdatePassword, None),
            (Dialect::Ciam, ChangePassword, Some(ChangePassword)),
            (Dialect::Ciam, UpdatePassword, Some(UpdatePassword)),
            (Dialect::OneAccess, ChangePassword, Some(ChangePassword)),
            (Dialect::OneAccess, UpdatePassword, None),
            (Dialect::Eiam, SignIn, Some(SignIn)),
        ] {
            assert_eq!(meaning(dialect, asked, Channel::Sms), expected, "{dialect:?} {asked:?}");
        }
    }

    #[test]
    fn a_path_is_compared_as_it_stands_without_its_query() {
        assert_eq!(find("POST", "/api/v2/sdk/login?x=1"), Ok(Endpoint::OfDevice(DeviceEndpoint::SignIn)));
        for path in
            ["", "/", "/api/v2/sdk/login/", "/api/v2/SDK/login", "//api/v2/sdk/login", "/api/v2/sdk/log%69n"]
        {
            assert_eq!(find("POST", path), Err(NotOurs::Path), "{path}");
            assert!(!crate::sdk::Api::owns(path), "{path}");
        }
    }
}
