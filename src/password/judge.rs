//! Is this new password good enough?

use super::PasswordRefusal;
use crate::{AccountId, Secret, account::UserName, contact::EmailAddress};
use serde::{Deserialize, Serialize};

/// Is this new password good enough? The pure rules have been checked already. This question is for the history, lists of common and
/// breached passwords, and words that an attacker expects of this subject (NIST SP 800-63B-4 §3.1.1.2). `parts::Blocklist` judges the last
/// two.
///
/// ```
/// use authflow::{
///     password::{JudgePassword, Judgement, PasswordRefusal},
///     testkit::{Call, Scenario, demo},
///     token::Stage,
/// };
///
/// fn judge(ask: &JudgePassword, history: &[&str]) -> Judgement {
///     match history.contains(&ask.new_password.expose()) {
///         true => Judgement::Refused(PasswordRefusal::Reused), // yours: a history of hashes
///         false => Judgement::Accepted,
///     }
/// }
///
/// let mut login = Scenario::new(demo::policy()).reach(Stage::PasswordExpired).unwrap();
/// let call = Call::update(login.answer().state_token(), demo::PASSWORD, "Battery-Staple-8");
/// let step = login.world.begin(&call);
/// let ask = login.world.until::<JudgePassword>(step);
/// let judgement = judge(&ask, &["Battery-Staple-8"]);
/// let answer = login.world.finish(ask.answer(judgement));
/// assert_eq!(answer.status, 400);
/// // Nothing is lost: the same state token takes a better one.
/// let better = Call::update(login.answer().state_token(), demo::PASSWORD, "Battery-Staple-9");
/// assert_eq!(login.world.send(&better).text("status"), "SUCCESS");
/// ```
///
/// **If you answer wrongly:** if you accept a password that attackers try first, five guesses at each of many accounts are enough, and no lock stops
/// them. If you refuse a good one, its owner must think of another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgePassword {
    /// The account that it is for.
    pub account: AccountId,
    /// The owner's user name, whose words an attacker expects in the password.
    pub user_name: Option<UserName>,
    /// The owner's e-mail address, likewise.
    pub email: Option<EmailAddress>,
    /// The new password.
    pub new_password: Secret,
}

/// The host's judgement of a new password.
///
/// ```
/// use authflow::password::{Judgement, PasswordRefusal};
///
/// // What your service that judges passwords may say, as JSON.
/// let told: Judgement = serde_json::from_str(r#"{ "refused": "breached" }"#)?;
/// assert_eq!(told, Judgement::Refused(PasswordRefusal::Breached));
/// assert_eq!(serde_json::to_string(&Judgement::Accepted)?, r#""accepted""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The password is good enough.
    Accepted,
    /// The password is refused, for this reason.
    Refused(PasswordRefusal),
}
