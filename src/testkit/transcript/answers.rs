//! The written form of answers.

use super::{
    account::RecordedAccount, bytes::Bytes, committed::RecordedCommitted, date_time::DateTime,
    session::RecordedSession,
};
use crate::{
    AccountId, Application, Secret,
    account::{AcceptedProfile, Account, Profile, ProfileJudgement, ProfileRefusal, UserName},
    captcha::{Captcha, CaptchaPicture},
    code::{CodeDigest, Delivery, StoredCode},
    contact::Mobile,
    guess::{Attempt, AttemptRecord, AttemptSlot, Receipt, Reservation},
    password::{Judgement, PasswordMatch},
    session::SessionRecord,
    social::{LinkedBy, LinkedIdentity, SocialIdentity},
    step::{AccessDecision, Committed, CredentialOwner, SignatureCheck},
};
use alloc::{string::String, sync::Arc, vec::Vec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An answer that can be written down and read again.
pub(super) trait Recordable: Sized {
    fn write(&self) -> Value;
    fn read(written: &Value) -> Option<Self>;
}

fn write(answer: impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}

macro_rules! as_they_are {
    ($($answer:ty),*) => {
        $(impl Recordable for $answer {
            fn write(&self) -> Value {
                write(self)
            }

            fn read(written: &Value) -> Option<Self> {
                Self::deserialize(written).ok()
            }
        })*
    };
}

as_they_are!(
    (),
    AccessDecision,
    Captcha,
    CredentialOwner,
    Delivery,
    Judgement,
    PasswordMatch,
    SignatureCheck,
    Option<SocialIdentity>
);

impl Recordable for Committed {
    fn write(&self) -> Value {
        write(RecordedCommitted::from(self.clone()))
    }

    fn read(written: &Value) -> Option<Self> {
        RecordedCommitted::deserialize(written).ok().map(Self::from)
    }
}

impl Recordable for Option<SessionRecord> {
    fn write(&self) -> Value {
        write(self.map(RecordedSession::from))
    }

    fn read(written: &Value) -> Option<Self> {
        Some(Option::<RecordedSession>::deserialize(written).ok()?.map(SessionRecord::from))
    }
}

impl Recordable for Option<Arc<Application>> {
    fn write(&self) -> Value {
        write(self.as_deref())
    }

    fn read(written: &Value) -> Option<Self> {
        Some(Option::<Application>::deserialize(written).ok()?.map(Arc::new))
    }
}

impl Recordable for Option<Account> {
    fn write(&self) -> Value {
        write(self.as_ref().map(RecordedAccount::of))
    }

    fn read(written: &Value) -> Option<Self> {
        match Option::<RecordedAccount>::deserialize(written).ok()? {
            Some(recorded) => recorded.into_account().map(Some),
            None => Some(None),
        }
    }
}

/// A secret is written in the clear, like everything in a transcript.
impl Recordable for Option<Secret> {
    fn write(&self) -> Value {
        write(self.as_ref().map(Secret::expose))
    }

    fn read(written: &Value) -> Option<Self> {
        Some(Option::<String>::deserialize(written).ok()?.map(Secret::new))
    }
}

impl Recordable for Option<Mobile> {
    fn write(&self) -> Value {
        write(self.as_ref().map(Mobile::as_str))
    }

    fn read(written: &Value) -> Option<Self> {
        match Option::<String>::deserialize(written).ok()? {
            Some(number) => Mobile::new(&number).ok().map(Some),
            None => Some(None),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedLink {
    identity: SocialIdentity,
    linked_at: DateTime,
    linked_by: LinkedBy,
}

impl Recordable for Vec<LinkedIdentity> {
    fn write(&self) -> Value {
        let recorded = |linked: &LinkedIdentity| RecordedLink {
            identity: linked.identity.clone(),
            linked_at: DateTime(linked.linked_at),
            linked_by: linked.linked_by,
        };
        write(self.iter().map(recorded).collect::<Vec<_>>())
    }

    fn read(written: &Value) -> Option<Self> {
        let all = Vec::<RecordedLink>::deserialize(written).ok()?;
        let linked = |RecordedLink { identity, linked_at: DateTime(linked_at), linked_by }| LinkedIdentity {
            identity,
            linked_at,
            linked_by,
        };
        Some(all.into_iter().map(linked).collect())
    }
}

impl Recordable for Option<Vec<u8>> {
    fn write(&self) -> Value {
        write(self.clone().map(Bytes))
    }

    fn read(written: &Value) -> Option<Self> {
        Some(Option::<Bytes>::deserialize(written).ok()?.map(|Bytes(bytes)| bytes))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum RecordedProfileJudgement {
    Accepted { account: AccountId, user_name: Option<String>, profile: String },
    Refused(ProfileRefusal),
    NotOffered,
}

impl Recordable for ProfileJudgement {
    fn write(&self) -> Value {
        write(match self {
            Self::Accepted(AcceptedProfile { account, user_name, profile }) => {
                RecordedProfileJudgement::Accepted {
                    account: *account,
                    user_name: user_name.as_ref().map(|name| name.as_str().into()),
                    profile: profile.to_json(),
                }
            }
            Self::Refused(refusal) => RecordedProfileJudgement::Refused(*refusal),
            Self::NotOffered => RecordedProfileJudgement::NotOffered,
        })
    }

    fn read(written: &Value) -> Option<Self> {
        Some(match Deserialize::deserialize(written).ok()? {
            RecordedProfileJudgement::Accepted { account, user_name, profile } => {
                let user_name = user_name.as_deref().map(UserName::new).transpose().ok()?;
                let profile = Profile::from_json(&profile).ok()?;
                Self::Accepted(AcceptedProfile { account, user_name, profile })
            }
            RecordedProfileJudgement::Refused(refusal) => Self::Refused(refusal),
            RecordedProfileJudgement::NotOffered => Self::NotOffered,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedCode {
    digest: Bytes,
    expires_at: DateTime,
}

impl Recordable for Option<StoredCode> {
    fn write(&self) -> Value {
        let recorded = |code: &StoredCode| RecordedCode {
            digest: Bytes(code.digest.to_bytes().to_vec()),
            expires_at: DateTime(code.expires_at),
        };
        write(self.as_ref().map(recorded))
    }

    fn read(written: &Value) -> Option<Self> {
        match Option::<RecordedCode>::deserialize(written).ok()? {
            Some(RecordedCode { digest, expires_at: DateTime(expires_at) }) => {
                let digest = CodeDigest::from_bytes(&digest.0).ok()?;
                Some(Some(StoredCode { digest, expires_at }))
            }
            None => Some(None),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedPicture {
    picture: Bytes,
    piece: Bytes,
    secret_key: Option<String>,
}

impl Recordable for Option<CaptchaPicture> {
    fn write(&self) -> Value {
        write(self.as_ref().map(|shown| RecordedPicture {
            picture: Bytes(shown.picture.clone()),
            piece: Bytes(shown.piece.clone()),
            secret_key: shown.secret_key.as_ref().map(|key| key.expose().into()),
        }))
    }

    fn read(written: &Value) -> Option<Self> {
        let recorded = Option::<RecordedPicture>::deserialize(written).ok()?;
        Some(recorded.map(|RecordedPicture { picture, piece, secret_key }| CaptchaPicture {
            picture: picture.0,
            piece: piece.0,
            secret_key: secret_key.map(Secret::new),
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedReservation {
    slot: Bytes,
    record: Bytes,
    attempt: RecordedAttempt,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum RecordedAttempt {
    Reserved { receipt: u64, left: u32 },
    Contended,
    Locked { receipt: u64, until: Option<DateTime> },
}

impl Recordable for Reservation {
    fn write(&self) -> Value {
        let attempt = match self.attempt() {
            Attempt::Reserved { receipt, left } => {
                RecordedAttempt::Reserved { receipt: receipt.number(), left }
            }
            Attempt::Contended => RecordedAttempt::Contended,
            Attempt::Locked { receipt, until } => {
                RecordedAttempt::Locked { receipt: receipt.number(), until: until.map(DateTime) }
            }
        };
        let slot = Bytes(self.slot().as_bytes().to_vec());
        write(RecordedReservation { slot, record: Bytes(self.record().to_bytes()), attempt })
    }

    fn read(written: &Value) -> Option<Self> {
        let RecordedReservation { slot, record, attempt } = Deserialize::deserialize(written).ok()?;
        let attempt = match attempt {
            RecordedAttempt::Reserved { receipt, left } => {
                Attempt::Reserved { receipt: Receipt::numbered(receipt), left }
            }
            RecordedAttempt::Contended => Attempt::Contended,
            RecordedAttempt::Locked { receipt, until } => {
                Attempt::Locked { receipt: Receipt::numbered(receipt), until: until.map(|at| at.0) }
            }
        };
        let slot = AttemptSlot::from_bytes(slot.0.try_into().ok()?);
        Some(Self::recorded(slot, AttemptRecord::from_bytes(&record.0).ok()?, attempt))
    }
}
