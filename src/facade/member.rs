//! The members of a body, and the bounds of what they say.

use crate::{
    Secret,
    account::UserName,
    contact::{Channel, Recipient},
    outcome::{BodyFault, MemberProblem},
};

const MAX_PASSWORD_BYTES: usize = 1024;
const MAX_CODE_BYTES: usize = 64;
const MAX_CAPTCHA_BYTES: usize = 4096;

/// A text member of a body; any of them may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) about: &'static str,
}

pub(crate) const fn required(name: &'static str, about: &'static str) -> Member {
    Member { name, is_required: true, about }
}

pub(crate) const fn optional(name: &'static str, about: &'static str) -> Member {
    Member { name, is_required: false, about }
}

/// What is read of a body, or what is wrong with it.
pub(crate) type Read<T> = Result<T, BodyFault>;

/// One that must be there, and not blank.
pub(crate) fn needed(given: Option<Secret>, member: Member) -> Read<Secret> {
    let given = given.filter(|text| !text.expose().trim().is_empty());
    given.ok_or(MemberProblem::Missing.of(member.name))
}

pub(crate) fn password(given: Option<Secret>, member: Member) -> Read<Secret> {
    bounded(given, MAX_PASSWORD_BYTES, member)
}

pub(crate) fn code(given: Option<Secret>, member: Member) -> Read<Secret> {
    bounded(given, MAX_CODE_BYTES, member)
}

pub(crate) fn captcha_token(given: Option<Secret>, member: Member) -> Read<Option<Secret>> {
    given.map(|token| bounded(Some(token), MAX_CAPTCHA_BYTES, member)).transpose()
}

/// What is blank may be a password.
fn bounded(given: Option<Secret>, most: usize, member: Member) -> Read<Secret> {
    let given = given.filter(|text| !text.expose().is_empty());
    let given = given.ok_or(MemberProblem::Missing.of(member.name))?;
    let fits = given.expose().len() <= most;
    if fits { Ok(given) } else { Err(MemberProblem::TooLong { most }.of(member.name)) }
}

pub(crate) fn user_name(given: Option<Secret>, member: Member) -> Read<UserName> {
    let text = needed(given, member)?;
    UserName::new(text.expose()).map_err(|_| {
        let most = UserName::MAX_BYTES;
        let is_too_long = text.expose().trim().len() > most;
        let problem = if is_too_long { MemberProblem::TooLong { most } } else { MemberProblem::Malformed };
        problem.of(member.name)
    })
}

pub(crate) fn recipient(given: Option<Secret>, channel: Channel, member: Member) -> Read<Recipient> {
    let malformed = match channel {
        Channel::Sms => MemberProblem::NotAMobile,
        Channel::Email => MemberProblem::NotAnEmail,
    };
    let text = needed(given, member)?;
    Recipient::new(channel, text.expose()).map_err(|_| malformed.of(member.name))
}
