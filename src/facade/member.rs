//! The members of a body, and the bounds of their values.

use crate::{
    Secret,
    account::{InvalidMembers, ProfileMembers, UserName},
    captcha::{MOST_OF_A_POINT, PresentedPoint},
    contact::{Channel, Recipient},
    outcome::{BodyFault, MemberProblem},
};

const MAX_PASSWORD_BYTES: usize = 1024;
const MAX_CODE_BYTES: usize = 64;
const MAX_CAPTCHA_BYTES: usize = 4096;
const MAX_FOREIGN_BYTES: usize = 4096;

/// A member of a body; any of them may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) about: &'static str,
    pub(crate) shape: Shape,
}

/// The shape of a member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    /// An object of texts, by names that the host chooses.
    Texts,
}

pub(crate) const fn required(name: &'static str, about: &'static str) -> Member {
    Member { name, is_required: true, about, shape: Shape::Text }
}

pub(crate) const fn optional(name: &'static str, about: &'static str) -> Member {
    Member { name, is_required: false, about, shape: Shape::Text }
}

pub(crate) const fn texts(name: &'static str, about: &'static str) -> Member {
    Member { name, is_required: false, about, shape: Shape::Texts }
}

/// The value that was read from a body, or the fault of the body.
pub(crate) type Read<T> = Result<T, BodyFault>;

/// A text that must be there and must not be blank.
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

pub(crate) fn captcha_point(given: Option<Secret>, member: Member) -> Read<PresentedPoint> {
    let given = bounded(Some(needed(given, member)?), MOST_OF_A_POINT, member)?;
    PresentedPoint::read(given.expose()).map_err(|_| MemberProblem::Malformed.of(member.name))
}

/// A text that a third party has given to the client.
pub(crate) fn foreign(given: Option<Secret>, member: Member) -> Read<Secret> {
    bounded(given, MAX_FOREIGN_BYTES, member)
}

/// A blank text is taken, because it may be a password.
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

/// The profile of somebody who registers: texts by their names, without the empty ones.
pub(crate) fn profile<'a>(
    given: impl IntoIterator<Item = (&'a str, &'a str)>,
    member: Member,
) -> Read<ProfileMembers> {
    ProfileMembers::new(given.into_iter().filter(|(_, text)| !text.is_empty())).map_err(|error| match error {
        InvalidMembers::TooLong(_) => {
            MemberProblem::TooLong { most: ProfileMembers::MOST_BYTES }.of(member.name)
        }
        InvalidMembers::Repeated(_) => MemberProblem::Repeated.of(member.name),
        InvalidMembers::TooMany | InvalidMembers::Name => MemberProblem::NotTexts.of(member.name),
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
