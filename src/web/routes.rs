//! One table of the paths and methods, with the token that each call takes and the answer that it gives.
//!
//! If a call takes a code that was sent, its path with `/send` sends the code.

use super::body::{self, Member};
use crate::{code::CodePurpose, contact::Channel, outcome::NotOurs};

/// The target of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Begin,
    SignIn,
    SignInByCode(Channel),
    SendCode(CodePurpose, Channel),
    ProveTotp,
    ProveCode(Channel),
    SkipPassword,
    ChangePassword,
    ChangePasswordByCode(Channel),
    ResetPassword(Channel),
    Register(Channel),
    WhoAmI,
    RefreshSession,
    ChangeOwnPassword,
    SignOut,
    Problems,
    ReplaceContact(Channel),
}

/// The token that a call bears, which decides who can make the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// No token: anybody can make the call.
    Nothing,
    /// The state token of a pending login.
    StateToken,
    /// The session token of a session.
    SessionToken,
}

/// The answer of a call that has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    Start,
    Login,
    Session,
    Subject,
    Step,
    Problems,
}

pub(super) struct Route {
    /// The name of the call, in `next` and in the OpenAPI document.
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// Every method of the path, in the form of an `Allow` header.
    allowed: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) summary: &'static str,
    pub(super) bears: Bears,
    pub(super) body: &'static [Member],
    pub(super) answers: Answers,
}

macro_rules! routes {
    ($($method:literal $(of $allowed:literal)? $path:literal $name:ident => $endpoint:expr, $bears:ident, $body:expr, $answers:ident, $summary:literal;)*) => {
        pub(super) const ROUTES: &[Route] = &[$(Route {
            name: stringify!($name),
            method: $method,
            path: $path,
            allowed: routes!(@allowed $method $(, $allowed)?),
            endpoint: $endpoint,
            summary: $summary,
            bears: Bears::$bears,
            body: $body,
            answers: Answers::$answers,
        },)*];
    };
    (@allowed $method:literal) => { $method };
    (@allowed $method:literal, $allowed:literal) => { $allowed };
}

use Channel::{Email, Sms};

#[rustfmt::skip]
routes! {
    "GET" of "GET, POST" "/v1/sign-in" begin
        => Endpoint::Begin, Nothing, &[], Start, "How one gets in";
    "POST" of "GET, POST" "/v1/sign-in" sign_in
        => Endpoint::SignIn, Nothing, &body::CREDENTIALS, Login, "Sign in with a user name, mobile or e-mail address and a password";
    "POST" "/v1/sign-in/by-sms" sign_in_by_sms
        => Endpoint::SignInByCode(Sms), Nothing, &body::SMS_CREDENTIALS, Login, "Sign in with a code sent by SMS";
    "POST" "/v1/sign-in/by-sms/send" send_sign_in_sms
        => Endpoint::SendCode(CodePurpose::SignIn, Sms), Nothing, &body::SMS_REQUEST, Step, "Send a code to sign in with by SMS";
    "POST" "/v1/sign-in/by-email" sign_in_by_email
        => Endpoint::SignInByCode(Email), Nothing, &body::EMAIL_CREDENTIALS, Login, "Sign in with a code sent by e-mail";
    "POST" "/v1/sign-in/by-email/send" send_sign_in_email
        => Endpoint::SendCode(CodePurpose::SignIn, Email), Nothing, &body::EMAIL_REQUEST, Step, "Send a code to sign in with by e-mail";
    "POST" "/v1/sign-in/factor/totp" prove_totp
        => Endpoint::ProveTotp, StateToken, &body::TOTP, Login, "Prove a second factor by a time-based one-time password";
    "POST" "/v1/sign-in/factor/sms" prove_sms
        => Endpoint::ProveCode(Sms), StateToken, &body::CODE, Login, "Prove a second factor by a code sent by SMS";
    "POST" "/v1/sign-in/factor/sms/send" send_factor_sms
        => Endpoint::SendCode(CodePurpose::SecondFactor, Sms), StateToken, &[], Step, "Send the code of a second factor by SMS";
    "POST" "/v1/sign-in/factor/email" prove_email
        => Endpoint::ProveCode(Email), StateToken, &body::CODE, Login, "Prove a second factor by a code sent by e-mail";
    "POST" "/v1/sign-in/factor/email/send" send_factor_email
        => Endpoint::SendCode(CodePurpose::SecondFactor, Email), StateToken, &[], Step, "Send the code of a second factor by e-mail";
    "POST" "/v1/sign-in/password/skip" skip_password
        => Endpoint::SkipPassword, StateToken, &[], Login, "Skip the change of a password that is about to expire";
    "POST" "/v1/sign-in/password" change_password
        => Endpoint::ChangePassword, StateToken, &body::PASSWORD_CHANGE, Login, "Change a password that is about to expire or expired, proved by the old one";
    "POST" "/v1/sign-in/password/by-sms" change_password_by_sms
        => Endpoint::ChangePasswordByCode(Sms), StateToken, &body::CODE_CHANGE, Login, "The same, proved by a code sent by SMS";
    "POST" "/v1/sign-in/password/by-sms/send" send_password_sms
        => Endpoint::SendCode(CodePurpose::ChangePassword, Sms), StateToken, &[], Step, "Send a code to change the password with by SMS";
    "POST" "/v1/sign-in/password/by-email" change_password_by_email
        => Endpoint::ChangePasswordByCode(Email), StateToken, &body::CODE_CHANGE, Login, "The same, proved by a code sent by e-mail";
    "POST" "/v1/sign-in/password/by-email/send" send_password_email
        => Endpoint::SendCode(CodePurpose::ChangePassword, Email), StateToken, &[], Step, "Send a code to change the password with by e-mail";
    "POST" "/v1/recovery/by-sms" reset_password_by_sms
        => Endpoint::ResetPassword(Sms), Nothing, &body::SMS_RECOVERY, Step, "A new password instead of a forgotten one, by a code sent by SMS, where the policy has a recovery by it";
    "POST" "/v1/recovery/by-sms/send" send_recovery_sms
        => Endpoint::SendCode(CodePurpose::ForgottenPassword, Sms), Nothing, &body::SMS_REQUEST, Step, "Send a code to reset a forgotten password with by SMS";
    "POST" "/v1/recovery/by-email" reset_password_by_email
        => Endpoint::ResetPassword(Email), Nothing, &body::EMAIL_RECOVERY, Step, "A new password instead of a forgotten one, by a code sent by e-mail, where the policy has a recovery by it";
    "POST" "/v1/recovery/by-email/send" send_recovery_email
        => Endpoint::SendCode(CodePurpose::ForgottenPassword, Email), Nothing, &body::EMAIL_REQUEST, Step, "Send a code to reset a forgotten password with by e-mail";
    "POST" "/v1/registration/by-sms" register_by_sms
        => Endpoint::Register(Sms), Nothing, &body::SMS_REGISTRATION, Login, "Register by a code sent by SMS, where the policy registers people by it";
    "POST" "/v1/registration/by-sms/send" send_registration_sms
        => Endpoint::SendCode(CodePurpose::Register, Sms), Nothing, &body::SMS_REQUEST, Step, "Send a code to register with by SMS";
    "POST" "/v1/registration/by-email" register_by_email
        => Endpoint::Register(Email), Nothing, &body::EMAIL_REGISTRATION, Login, "Register by a code sent by e-mail, where the policy registers people by it";
    "POST" "/v1/registration/by-email/send" send_registration_email
        => Endpoint::SendCode(CodePurpose::Register, Email), Nothing, &body::EMAIL_REQUEST, Step, "Send a code to register with by e-mail";
    "GET" of "GET, DELETE" "/v1/session" who_am_i
        => Endpoint::WhoAmI, SessionToken, &[], Subject, "Who is signed in, since when and by what";
    "DELETE" of "GET, DELETE" "/v1/session" sign_out
        => Endpoint::SignOut, SessionToken, &[], Step, "End the session";
    "POST" "/v1/session/refresh" refresh_session
        => Endpoint::RefreshSession, SessionToken, &[], Session, "Renew the session's tokens. The session ends when it would have ended";
    "POST" "/v1/session/password" change_own_password
        => Endpoint::ChangeOwnPassword, SessionToken, &body::OWN_CHANGE, Step, "Set or change one's own password; every other session of the account ends";
    "GET" "/v1/problems" problems
        => Endpoint::Problems, Nothing, &[], Problems, "What every type of problem means";
    "POST" "/v1/session/mobile" replace_mobile
        => Endpoint::ReplaceContact(Sms), SessionToken, &body::NEW_MOBILE, Step, "Replace one's own mobile, or set a first one, by a code sent to the new one and a sign-in since; every other session of the account ends";
    "POST" "/v1/session/mobile/send" send_mobile_code
        => Endpoint::SendCode(CodePurpose::UpdateContact, Sms), SessionToken, &body::SMS_REQUEST, Step, "Send a code to what is to be one's own mobile";
    "POST" "/v1/session/email" replace_email
        => Endpoint::ReplaceContact(Email), SessionToken, &body::NEW_EMAIL, Step, "The same of one's own e-mail address";
    "POST" "/v1/session/email/send" send_email_code
        => Endpoint::SendCode(CodePurpose::UpdateContact, Email), SessionToken, &body::EMAIL_REQUEST, Step, "Send a code to what is to be one's own e-mail address";
}

impl Endpoint {
    /// The row of the table that leads to this endpoint.
    pub(super) fn route(self) -> Option<&'static Route> {
        ROUTES.iter().find(|route| route.endpoint == self)
    }

    /// The endpoint that takes the code that this one sends.
    pub(super) fn taker(self) -> Option<Self> {
        let Self::SendCode(purpose, channel) = self else { return None };
        let takes = |route: &&Route| route.endpoint.sender() == Some(Self::SendCode(purpose, channel));
        ROUTES.iter().find(takes).map(|route| route.endpoint)
    }

    /// The endpoint that sends the code that this one takes.
    pub(super) const fn sender(self) -> Option<Self> {
        let (purpose, channel) = match self {
            Self::SignInByCode(channel) => (CodePurpose::SignIn, channel),
            Self::ProveCode(channel) => (CodePurpose::SecondFactor, channel),
            Self::ChangePasswordByCode(channel) => (CodePurpose::ChangePassword, channel),
            Self::ResetPassword(channel) => (CodePurpose::ForgottenPassword, channel),
            Self::ReplaceContact(channel) => (CodePurpose::UpdateContact, channel),
            Self::Register(channel) => (CodePurpose::Register, channel),
            Self::Begin
            | Self::SignIn
            | Self::SendCode(..)
            | Self::ProveTotp
            | Self::SkipPassword
            | Self::ChangePassword
            | Self::WhoAmI
            | Self::RefreshSession
            | Self::ChangeOwnPassword
            | Self::SignOut
            | Self::Problems => return None,
        };
        Some(Self::SendCode(purpose, channel))
    }
}

/// A path without its query.
fn bare(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _query)| path)
}

/// Whether a path is one of ours, with any method. A query does not count.
pub(super) fn owns(path: &str) -> bool {
    ROUTES.iter().any(|route| route.path == bare(path))
}

/// The call of a method (compared as it stands, RFC 9110 §9.1) and a path, whose query does not count.
pub(super) fn find(method: &str, path: &str) -> Result<&'static Route, NotOurs> {
    let path = bare(path);
    let mut of_path = ROUTES.iter().filter(|route| route.path == path).peekable();
    let allowed = of_path.peek().map(|route| route.allowed).ok_or(NotOurs::Path)?;
    of_path.find(|route| route.method == method).ok_or(NotOurs::Method { allowed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{collections::BTreeSet, vec::Vec};

    #[test]
    fn every_route_is_found_by_its_method_alone() {
        for route in ROUTES {
            let of_path = |method: &str| ROUTES.iter().any(|it| (it.path, it.method) == (route.path, method));
            let methods: Vec<_> =
                ROUTES.iter().filter(|it| it.path == route.path).map(|it| it.method).collect();
            assert_eq!(route.allowed, methods.join(", "), "{}", route.path);
            for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "get", ""] {
                match find(method, route.path) {
                    Ok(found) => assert!(found.method == method && found.path == route.path),
                    Err(refusal) => {
                        assert!(!of_path(method));
                        assert_eq!(refusal, NotOurs::Method { allowed: route.allowed });
                    }
                }
            }
        }
    }

    #[test]
    fn no_name_and_no_endpoint_stands_twice() {
        let names: BTreeSet<_> = ROUTES.iter().map(|route| route.name).collect();
        assert_eq!(names.len(), ROUTES.len());
        for route in ROUTES {
            assert_eq!(route.endpoint.route().map(|it| it.name), Some(route.name));
        }
    }

    /// `GET` changes nothing, so no call with a body is a `GET`.
    #[test]
    fn what_changes_something_is_no_get() {
        let reads = [Endpoint::Begin, Endpoint::WhoAmI, Endpoint::Problems];
        for route in ROUTES {
            assert_eq!(route.method == "GET", reads.contains(&route.endpoint), "{}", route.path);
            assert!(route.body.is_empty() || route.method == "POST", "{}", route.path);
        }
    }

    /// Every code that can be sent is taken by some call. Every call that takes a code has a matching call that sends it.
    #[test]
    fn a_code_is_sent_beside_the_path_that_takes_it() {
        for route in ROUTES {
            if let Endpoint::SendCode(..) = route.endpoint {
                let taker = route.endpoint.taker().and_then(Endpoint::route).unwrap();
                assert_eq!(route.path, [taker.path, "/send"].concat());
                assert_eq!(route.bears, taker.bears);
                assert!(taker.body.iter().any(|member| member.name == "code"));
            } else if let Some(sender) = route.endpoint.sender() {
                assert_eq!(sender.taker(), Some(route.endpoint));
                assert!(sender.route().is_some());
            }
        }
    }

    #[test]
    fn a_path_is_compared_as_it_stands_without_its_query() {
        assert!(find("POST", "/v1/sign-in?x=1").is_ok() && owns("/v1/sign-in?x"));
        for path in [
            "",
            "/",
            "/v1",
            "/v1/",
            "/v1/sign-in/",
            "/V1/sign-in",
            "//v1/sign-in",
            "/v1/sign%2Din",
            "/v1/sign-in/x",
        ] {
            assert_eq!(find("POST", path).err(), Some(NotOurs::Path), "{path}");
            assert!(!owns(path), "{path}");
        }
    }
}
