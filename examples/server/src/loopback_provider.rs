//! The demonstration's provider of social accounts, and its carrier. Every client gets a code of any identity, and a token of any mobile. So it
//! exists only in a demonstration with its own applications.

use authflow::{
    Moment, OsEntropyUnavailable,
    account::Revision,
    contact::{InvalidContact, Mobile},
    social::{InvalidIdentity, MobileSource, Provider, SocialIdentity, SocialSource},
};
use serde::Deserialize;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The oldest codes go first.
const MOST_CODES: usize = 1024;

/// The content of a code or a token that a client asks for: an identity, or a mobile.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Asked {
    Identity { source: Source, uid: String },
    Mobile { source: VouchingSource, mobile: String },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Wechat,
    WechatMiniProgram,
    Alipay,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VouchingSource {
    Carrier,
    Wechat,
    Alipay,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error(transparent)]
    Identity(#[from] InvalidIdentity),
    #[error(transparent)]
    Mobile(#[from] InvalidContact),
    #[error(transparent)]
    Entropy(#[from] OsEntropyUnavailable),
}

/// The content of a code or a token.
#[derive(Clone, PartialEq, Eq)]
enum Vouched {
    Identity(SocialSource, SocialIdentity),
    Mobile(MobileSource, Mobile),
}

/// A provider whose codes can be used once.
#[derive(Default)]
pub(crate) struct LoopbackProvider {
    codes: Mutex<VecDeque<(String, Vouched)>>,
}

impl std::fmt::Debug for LoopbackProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoopbackProvider").finish_non_exhaustive()
    }
}

impl LoopbackProvider {
    /// A code of this identity, or a token of this mobile.
    pub(crate) fn vouch(&self, asked: &Asked) -> Result<String, ProviderError> {
        let vouched = match asked {
            Asked::Identity { source, uid } => {
                // The app and the mini-program have one owner, with whom the user has one id.
                let (source, provider) = match source {
                    Source::Wechat => (SocialSource::Wechat, "weixin"),
                    Source::WechatMiniProgram => (SocialSource::WechatMiniProgram, "weixin"),
                    Source::Alipay => (SocialSource::Alipay, "alipay"),
                };
                Vouched::Identity(source, SocialIdentity::new(Provider::new(provider)?, uid)?)
            }
            Asked::Mobile { source, mobile } => {
                let source = match source {
                    VouchingSource::Carrier => MobileSource::Carrier,
                    VouchingSource::Wechat => MobileSource::Wechat,
                    VouchingSource::Alipay => MobileSource::Alipay,
                };
                Vouched::Mobile(source, Mobile::new(mobile)?)
            }
        };
        let code = code()?;
        let mut codes = self.codes();
        if codes.len() >= MOST_CODES {
            codes.pop_front();
        }
        codes.push_back((code.clone(), vouched));
        Ok(code)
    }

    pub(crate) fn identity(&self, source: SocialSource, code: &str) -> Option<SocialIdentity> {
        match self.use_up(code)? {
            Vouched::Identity(of, identity) if of == source => Some(identity),
            _ => None,
        }
    }

    pub(crate) fn mobile(&self, source: MobileSource, token: &str) -> Option<Mobile> {
        match self.use_up(token)? {
            Vouched::Mobile(of, mobile) if of == source => Some(mobile),
            _ => None,
        }
    }

    fn use_up(&self, code: &str) -> Option<Vouched> {
        let mut codes = self.codes();
        let at = codes.iter().position(|(known, _)| known == code)?;
        codes.remove(at).map(|(_, vouched)| vouched)
    }

    fn codes(&self) -> MutexGuard<'_, VecDeque<(String, Vouched)>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A code that nobody guesses: each half has 63 bits of entropy.
fn code() -> Result<String, OsEntropyUnavailable> {
    let [one, two] = [Moment::now()?, Moment::now()?].map(|moment| Revision::first(&moment).as_u64());
    Ok(format!("{one:016x}{two:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(json: &str) -> Asked {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_code_says_what_was_asked_for_once_to_its_source() {
        let provider = LoopbackProvider::default();
        let wechat = asked(r#"{"source":"wechat","uid":"a"}"#);
        let code = provider.vouch(&wechat).unwrap();
        assert_eq!(provider.identity(SocialSource::Wechat, &code).unwrap().uid(), "a");
        assert!(provider.identity(SocialSource::Wechat, &code).is_none(), "it is used");
        let code = provider.vouch(&wechat).unwrap();
        assert!(provider.identity(SocialSource::Alipay, &code).is_none(), "another's");
        let token = provider.vouch(&asked(r#"{"source":"carrier","mobile":"+86-13800000001"}"#)).unwrap();
        assert!(provider.mobile(MobileSource::Wechat, &token).is_none());
        let token = provider.vouch(&asked(r#"{"source":"carrier","mobile":"+86-13800000001"}"#)).unwrap();
        let mobile = provider.mobile(MobileSource::Carrier, &token).unwrap();
        assert_eq!(mobile.as_str(), "+86-13800000001");
    }

    #[test]
    fn codes_that_nobody_uses_are_forgotten() {
        let provider = LoopbackProvider::default();
        let wechat = asked(r#"{"source":"wechat","uid":"a"}"#);
        let first = provider.vouch(&wechat).unwrap();
        for _ in 0..MOST_CODES {
            provider.vouch(&wechat).unwrap();
        }
        assert_eq!(provider.codes().len(), MOST_CODES);
        assert!(provider.identity(SocialSource::Wechat, &first).is_none());
    }

    #[test]
    fn what_is_no_identity_is_not_vouched_for() {
        let provider = LoopbackProvider::default();
        assert!(provider.vouch(&asked(r#"{"source":"wechat","uid":""}"#)).is_err());
        assert!(provider.vouch(&asked(r#"{"source":"carrier","mobile":"x"}"#)).is_err());
        for other in
            [r#"{"source":"carrier","uid":"a"}"#, r#"{"uid":"a"}"#, r#"{"source":"google","uid":"a"}"#]
        {
            assert!(serde_json::from_str::<Asked>(other).is_err(), "{other}");
        }
    }
}
