//! The points where a policy falls short of NIST SP 800-63B-4 and OWASP ASVS 5.0. `docs/requirements.md` lists their demands and who meets each
//! one. This file has those that a configuration decides.

use crate::config::ServerConfig;
use authflow::{
    contact::Channel,
    factor::{Factor, FactorSet},
    flow::{self, Finding},
    policy::{Policy, SecondFactor},
};
use serde::Serialize;
use std::fmt;

/// A demand, and the way in which the policy falls short of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Shortfall {
    clauses: &'static str,
    finding: String,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.finding, self.clauses)
    }
}

/// The length of a password that every service must allow.
const LONG_ENOUGH: u16 = 64;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

pub(super) fn of_configuration(config: &ServerConfig) -> Vec<Shortfall> {
    let finding =
        "names must be what this service is called, so that no password is made of it, and there are none";
    let is_short = config.names.is_empty();
    is_short
        .then(|| Shortfall { clauses: "ASVS 6.2.11, SP 800-63B-4 §3.1.1.2", finding: finding.into() })
        .into_iter()
        .collect()
}

pub(super) fn of_policy(policy: &Policy) -> Vec<Shortfall> {
    let mut found = Vec::new();
    let mut short = |is_short: bool, clauses: &'static str, finding: String| {
        if is_short {
            found.push(Shortfall { clauses, finding });
        }
    };
    let (rules, lifetimes, graph) =
        (&policy.password_rules, policy.lifetimes, flow::graph(policy).check(FactorSet::EMPTY));
    let (least, most) = (rules.min_length(), rules.max_length());
    let is_alone = graph.contains(&Finding::ShortPasswordAlone(least));
    short(
        is_alone,
        "SP 800-63B-4 §3.1.1.2, ASVS 6.2.1",
        format!(
            "a password that is the only factor must have 15 characters, and password_rules.min_length is {least}"
        ),
    );
    short(
        most < LONG_ENOUGH,
        "SP 800-63B-4 §3.1.1.2, ASVS 6.2.9",
        format!("a password of 64 characters must be allowed, and password_rules.max_length is {most}"),
    );
    short(
        rules.pattern().starts_with("^(?="),
        "SP 800-63B-4 §3.1.1.2, ASVS 6.2.5",
        "a password must be of any composition, and password_rules demands some".into(),
    );
    short(
        policy.ageing.is_some(),
        "SP 800-63B-4 §3.1.1.2, ASVS 6.2.10",
        "a password must not expire by its age, and ageing is on".into(),
    );
    short(
        policy.second_factor == SecondFactor::Off,
        "ASVS 6.3.2, 6.3.3",
        "a second factor must be asked for, and second_factor is off".into(),
    );
    short(
        policy.first_factors.contains(Factor::Email),
        "SP 800-63B-4 §3.1.3.1, ASVS 6.3.5",
        "e-mail must be no factor, and is one of first_factors".into(),
    );
    short(
        policy.first_factors.contains(Factor::Sms),
        "ASVS 6.6.1",
        "text messages must stand beside something better, and sms is one of first_factors".into(),
    );
    for channel in [Channel::Sms, Channel::Email] {
        short(
            graph.contains(&Finding::RecoveryByOneFactor(channel)),
            "ASVS 6.4.3, 6.3.3",
            format!(
                "a reset must be as strong as a sign-in, and a code by {} alone resets a password",
                Factor::of_channel(channel).amr()
            ),
        );
    }
    short(
        policy.totp_skew.steps() > 0,
        "ASVS 6.5.5",
        format!(
            "a one-time password must count for 30 seconds, and counts for {} with a totp_skew of {}",
            30 * (2 * u32::from(policy.totp_skew.steps()) + 1),
            policy.totp_skew.steps()
        ),
    );
    short(
        lifetimes.session_token().as_seconds() > DAY,
        "SP 800-63B-4 §5.2, ASVS 7.3.2",
        format!(
            "a session should end within a day, and lifetimes.session_token is {}",
            lifetimes.session_token().as_seconds()
        ),
    );
    short(
        lifetimes.session_idle().is_none_or(|idle| idle.as_seconds() > HOUR),
        "SP 800-63B-4 §5.2, ASVS 7.3.1",
        match lifetimes.session_idle() {
            None => "a session that is not used should end, and lifetimes.session_idle is not set".into(),
            Some(idle) => format!(
                "a session that is not used should end within an hour, and lifetimes.session_idle is {}",
                idle.as_seconds()
            ),
        },
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(policy: &str) -> Vec<&'static str> {
        let policy: Policy = toml::from_str(policy).unwrap();
        of_policy(&policy).into_iter().map(|short| short.clauses).collect()
    }

    #[test]
    fn a_policy_that_meets_them_is_told_nothing_and_each_shortfall_is_told_alone() {
        let good =
            "totp_skew = 0\npassword_rules = { min_length = 15 }\nlifetimes = { session_idle = 3600 }\n";
        assert_eq!(clauses(good), [""; 0]);
        for (setting, told) in [
            ("ageing = { max_age_days = 90, warn_before_days = 14, max_skips = 3 }", "ASVS 6.2.10"),
            ("first_factors = ['password', 'email']", "ASVS 6.3.5"),
            ("first_factors = ['password', 'sms']", "ASVS 6.6.1"),
            ("recovery = ['sms']", "ASVS 6.4.3"),
            ("second_factor = 'off'", "ASVS 6.3.2"),
        ] {
            let found = clauses(&format!("{good}{setting}"));
            assert!(found.len() == 1 && found[0].contains(told), "{setting}: {found:?}");
        }
        for (good_one, bad, told) in [
            ("totp_skew = 0", "totp_skew = 1", "ASVS 6.5.5"),
            ("min_length = 15", "min_length = 14", "ASVS 6.2.1"),
            ("min_length = 15", "min_length = 15, max_length = 63", "ASVS 6.2.9"),
            ("min_length = 15", "min_length = 15, digit = true", "ASVS 6.2.5"),
            ("session_idle = 3600", "session_idle = 3601", "ASVS 7.3.1"),
            ("session_idle = 3600", "", "ASVS 7.3.1"),
            ("session_idle = 3600", "session_idle = 3600, session_token = 86401", "ASVS 7.3.2"),
        ] {
            let found = clauses(&good.replace(good_one, bad));
            assert!(found.len() == 1 && found[0].contains(told), "{bad}: {found:?}");
        }
    }
}
