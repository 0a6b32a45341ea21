//! Where a code goes that is asked for outside a pending login.

use crate::{
    account::Account,
    code::CodePurpose,
    contact::{Channel, Recipient},
    factor::Factor,
    policy::{Policy, SecondFactor},
};

/// Where codes of this purpose go, outside a pending login: nowhere, where one may not sign in with them, or where the channel is a
/// second factor of the account already. One channel that resets the password and then proves the second factor would be both factors.
pub(crate) fn code_recipient(
    policy: &Policy,
    account: &Account,
    purpose: CodePurpose,
    channel: Channel,
) -> Option<Recipient> {
    let factor = Factor::of_channel(channel);
    let is_second_factor = policy.second_factor != SecondFactor::Off && account.enrolled.contains(factor);
    let serves = match purpose {
        CodePurpose::SignIn => policy.first_factors.contains(factor),
        CodePurpose::ForgottenPassword => !is_second_factor,
        CodePurpose::UpdatePassword => true,
        CodePurpose::SecondFactor | CodePurpose::ChangePassword => false,
    };
    account.recipient(channel).filter(|_| serves)
}
