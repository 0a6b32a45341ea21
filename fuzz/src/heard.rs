//! The questions that a host must have been asked, for a good body.

use crate::{
    bodies::{self, Body, Member},
    cast,
    host::{Heard, Host},
    keys::NOW,
    point::{self, Said},
    posting::{EMAIL, MOBILE},
};
use authflow::{captcha::PresentedPoint, contact::Mobile};

/// A call, and the other facts that decide its questions.
pub struct Case<'a> {
    pub path: &'a str,
    pub members: &'a [Member],
    pub with_state_token: bool,
    pub is_ciam: bool,
}

impl Case<'_> {
    /// The host was asked about the values of the body, and about nothing else.
    pub fn check(&self, body: &Body, host: &Host, code: Option<&str>) {
        let Self { path, members, .. } = *self;
        // A text that is no code is never the code that was sent.
        if body.get("verify_code").is_some_and(|text| bodies::code(text).is_none()) {
            return;
        }
        let Heard { asked, identifiers, passwords, new_passwords, captcha, credential, sent, .. } =
            &host.heard;
        let said = |name| body.get(name).cloned();
        let named = match members.first() {
            Some(("user_name", ..)) => bodies::user_name(&body["user_name"]),
            Some(("mobile", ..)) => said("mobile").and_then(|text| bodies::digits(&text)),
            Some(("email", ..)) => said("email").and_then(|text| bodies::address(&text)),
            _ => None,
        };
        // A new password that breaks the rules is refused before a guess is counted.
        let is_told_of_rules = code.is_some_and(is_told_of_a_rule) && new_passwords.is_empty();
        let is_own = named.is_none() || named == bodies::digits(MOBILE) || named.as_deref() == Some(EMAIL);
        match path.trim_start_matches("/api/v2/") {
            "sdk/login" | "sdk/login/auth" | "sdk/login/mobile-pwd" => {
                assert_eq!(
                    (identifiers, passwords),
                    (&named.into_iter().collect(), &vec![bodies::password(&body["password"])])
                );
                assert_eq!(code, None, "the right password");
            }
            "sdk/login/mobile-verify-code" | "sdk/login/email-verify-code" => {
                assert_eq!((identifiers, code), (&named.into_iter().collect(), None), "the right code");
            }
            "sdk/pwd/update" => {
                let expected = Some(bodies::password(&body["old_password"])).filter(|_| !is_told_of_rules);
                assert_eq!(passwords, &expected.into_iter().collect::<Vec<_>>());
                check_new_password(new_passwords, &body["new_password"], code);
            }
            "sdk/pwd/change" => {
                // If an account has a password, the client must give it.
                let old = said("old_password").map(|old| bodies::password(&old));
                let expected = old.filter(|_| !is_told_of_rules);
                assert_eq!(passwords, &expected.into_iter().collect::<Vec<_>>());
                if is_told_of_rules || !passwords.is_empty() {
                    check_new_password(new_passwords, &body["new_password"], code);
                }
            }
            "sdk/after-login/pwd/update-by-mobile" | "sdk/after-login/pwd/update-by-email" => {
                check_new_password(new_passwords, &body["new_password"], code);
            }
            "sdk/pwd/update-by-mobile" => {
                let expected = named.filter(|_| !self.is_ciam && !is_told_of_rules);
                assert_eq!(identifiers, &expected.into_iter().collect::<Vec<_>>());
                check_new_password(new_passwords, &body["password"], code);
            }
            "sdk/sms/send" | "sdk/email/send" => {
                let is_pending = is_pending(&body["type"]);
                if is_pending && !self.with_state_token {
                    assert!(asked.is_empty() && sent.is_none());
                    return;
                }
                assert_eq!(captcha, &said("captcha_token").filter(|_| !is_pending));
                assert_eq!(
                    identifiers,
                    &named.clone().filter(|_| !is_pending).into_iter().collect::<Vec<_>>()
                );
                let sent = sent.as_ref().expect("a message");
                let text = said("mobile").or(said("email"));
                let is_mask = text
                    .as_deref()
                    .map(str::trim)
                    .is_some_and(|it| it == "+86-138****0000" || it == "m***@example.com");
                let is_right_mask = is_mask && text.unwrap().contains('@') == path.contains("email");
                let is_silent = said("mobile").or(said("email")).is_none();
                // A text that is no number and no address counts as another recipient.
                assert_eq!(
                    sent.decoy,
                    is_pending && !(is_silent || is_right_mask || named.is_some() && is_own)
                );
                assert_eq!(sent.recipient.as_str(), if path.contains("/sms/") { MOBILE } else { EMAIL });
            }
            "sdk/captcha/verify" => {
                let solution = host.heard.solution.as_ref().expect("a solution to judge");
                let point = match &solution.point {
                    PresentedPoint::Clear(point) => Said::Clear(point.x, point.y),
                    PresentedPoint::Sealed(sealed) => Said::Sealed(sealed.expose().into()),
                };
                assert_eq!(Some(point), point::read(&body["point_json"]));
                let id: String = solution.id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(id, body["token"]);
                let sender = &body["sender"];
                let number = Mobile::new(sender).ok().map(|mobile| mobile.normalised().to_owned());
                assert_eq!(Some(solution.recipient.normalised().into()), number.or(bodies::address(sender)));
                assert_eq!((code, asked.as_slice()), (None, &["JudgeCaptchaPoint"][..]));
            }
            "sdk/mfa/sms" | "sdk/mfa/email" => {
                let text = said("mobile").or(said("email"));
                let mask = if path.ends_with("sms") { "+86-138****0000" } else { "m***@example.com" };
                let is_meant = text.is_none_or(|text| text.trim() == mask || named.is_some() && is_own);
                assert_eq!(
                    asked.contains(&"DecideAccess"),
                    is_meant,
                    "the right code of the right recipient"
                );
            }
            "sdk/mfa/totp" => {
                let presented = bodies::code(&body["verify_code"]);
                let step = host.account.totp.as_ref().unwrap().step_at(NOW);
                let mut near = (step - 1..=step + 1).map(|step| cast::totp_code(&host.account, step));
                let is_near = presented.as_ref().is_none_or(|typed| near.any(|code| code == *typed));
                let is_proved = asked.contains(&"DecideAccess");
                assert!(is_near || !is_proved);
                assert!(
                    is_proved || presented.is_none_or(|typed| cast::totp_code(&host.account, step) != typed)
                );
            }
            "sdk/login/wechat" | "sdk/login/wechat-miniprogram" | "/api/v3/sdk/login/alipay" => {
                assert_eq!(host.heard.exchanged, said("code"));
                assert_eq!(asked[..2], ["ReserveAttempt", "ExchangeSocialCode"]);
                assert!(identifiers.is_empty() && passwords.is_empty());
            }
            "sdk/login/aliyun-mobile-auth" => {
                assert_eq!(host.heard.exchanged, said("access_token"));
                assert_eq!(asked[..2], ["ReserveAttempt", "ExchangeMobileToken"]);
            }
            // The account has no identity.
            "sdk/social/unbind-account" | "sdk/social/unbind" => {
                assert!(code.is_some() && host.heard.committed.is_none());
                assert_eq!(asked[..2], ["CheckSession", "FindAccount"]);
            }
            "sdk/logout" => assert_eq!((code, asked.as_slice()), (None, &["Commit"][..])),
            _ => {
                let is_described = bodies::describes_device(body);
                assert_eq!(code == Some("IDAAS.SDK.PARAM.0001"), !is_described, "{body:?}");
                assert_eq!(credential.as_deref(), is_described.then_some("credential"));
            }
        }
    }
}

/// The host judges a new password in its one spelling, unless the rules refuse it before.
fn check_new_password(judged: &[String], typed: &str, code: Option<&str>) {
    let is_length_good = (8..=64).contains(&typed.chars().count());
    match code {
        None => assert!(judged == [bodies::password(typed)] && is_length_good),
        Some(_) => assert!(judged.is_empty(), "refused by the rules alone"),
    }
}

/// Whether a code of this type belongs to a pending login.
pub fn is_pending(of_type: &str) -> bool {
    ["MFA", "OTP", "CHANGE"].iter().any(|prefix| of_type.starts_with(prefix))
}

/// Whether the code is about passwords, in any dialect. The codes of a wrong old password and of a sign-in that is too
/// old do not count.
fn is_told_of_a_rule(code: &str) -> bool {
    code.contains("PWD.") && !code.ends_with("102") && !code.ends_with("103")
}
