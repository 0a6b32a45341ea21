//! The paths and methods of the family, and what each call takes and answers, as one table.

use super::body::{self, Member};
use crate::{Dialect, code::CodePurpose, contact::Channel, outcome::NotOurs};

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Where a call that a device makes leads.
    OfDevice(DeviceEndpoint),
    /// Where a call that the server of a tenant makes leads.
    OfTenant(TenantEndpoint),
}

/// Where a call that a device makes leads.
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
}

impl DeviceEndpoint {
    /// What a code is for that this call takes in a dialect, and by which way it is sent.
    fn takes(self, dialect: Dialect) -> Option<(CodePurpose, Channel)> {
        match self {
            Self::SignInByCode(channel) => Some((CodePurpose::SignIn, channel)),
            Self::ChangePasswordByCode(channel) => Some((CodePurpose::ChangePassword, channel)),
            Self::ProveCode(channel) => Some((CodePurpose::SecondFactor, channel)),
            Self::UpdatePasswordByMobile => Some((dialect.update_by_mobile(), Channel::Sms)),
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
            | Self::SignOut => None,
        }
    }
}

/// Where a call that the server of a tenant makes leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TenantEndpoint {
    IssueTicket,
    RedeemTicket,
}

/// Who makes a call, and what it bears beside the common headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// Anybody.
    Nothing,
    /// Whoever is in a pending login.
    StateToken,
    /// Anybody; within a pending login, with its state token.
    PerhapsStateToken,
    /// A signed-in subject.
    IdToken,
    /// A signed-in subject, or somebody who has forgotten their password: by dialect.
    PerhapsIdToken,
    /// The holder of a session.
    SessionToken,
    /// The server of a tenant: without the device's headers, which are members of its body.
    TenantCredential,
}

/// What a call answers when it has worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    Login,
    Session,
    PasswordPresence,
    Contact,
    Ticket,
    Subject,
    Nothing,
}

pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) methods: &'static [&'static str],
    /// The same methods as an `Allow` header says them.
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
        => Endpoint::OfDevice(DeviceEndpoint::SendCode(Channel::Sms)), PerhapsStateToken, &body::SMS_REQUEST, Nothing, "Send a code by SMS";
    "POST" "/api/v2/sdk/email/send"
        => Endpoint::OfDevice(DeviceEndpoint::SendCode(Channel::Email)), PerhapsStateToken, &body::EMAIL_REQUEST, Nothing, "Send a code by e-mail";
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
    "POST" "/api/v2/tenant/sso/session-token/sso-ticket"
        => Endpoint::OfTenant(TenantEndpoint::IssueTicket), TenantCredential, &body::TICKET_REQUEST, Ticket, "A one-time ticket for a session";
    "POST" "/api/v2/tenant/sso/sso-ticket/verify"
        => Endpoint::OfTenant(TenantEndpoint::RedeemTicket), TenantCredential, &body::TICKET_REDEMPTION, Subject, "Whose session a ticket stands for. Not by which factors they signed in, nor to which application";
}

/// Whether some call takes a code for this, sent by this way, in a dialect.
pub(super) fn takes(dialect: Dialect, purpose: CodePurpose, channel: Channel) -> bool {
    ROUTES.iter().any(|route| match route.endpoint {
        Endpoint::OfDevice(endpoint) => endpoint.takes(dialect) == Some((purpose, channel)),
        Endpoint::OfTenant(_) => false,
    })
}

/// What stands at a path, whose query does not count.
pub(super) fn at(path: &str) -> Option<&'static Route> {
    let path = path.split_once('?').map_or(path, |(path, _query)| path);
    ROUTES.iter().find(|route| route.path == path)
}

/// The call of a method (compared as it stands, RFC 9110 §9.1) and a path, whose query does not count.
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

    /// A code that no call takes is not sent, and for every call that takes one there is a type to ask for it by.
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
                let Some((purpose, channel)) = endpoint.takes(dialect) else {
                    assert!(
                        !route.body.contains(&body::VERIFY_CODE),
                        "{}: which code does it take?",
                        route.path
                    );
                    continue;
                };
                let asked_for = |(_, by, of)| (by, of) == (channel, purpose);
                assert!(
                    body::CODE_TYPES.into_iter().any(asked_for),
                    "{}: no type asks for its code",
                    route.path
                );
            }
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
