//! The keys with which applications' calls are signed: this server has the private halves. A configuration names a PEM file for each application.

use crate::signing_keys::pem::{self, PemError};
use authflow::{
    Application, ClientId, Secret,
    signed_call::{CallKey, CallKeyError, OpenSealed},
};
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey},
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::{JoinError, spawn_blocking};
use zeroize::Zeroizing;

/// A key, as the configuration gives it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallKeyEntry {
    /// The application whose calls are signed with it.
    client_id: ClientId,
    /// The id of the key. Another key needs another id.
    id: String,
    /// The path of the private key, relative to the configuration: PKCS#8 in PEM, readable by its owner alone.
    private_key: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CallKeysError {
    #[error("key file {0}: {1}")]
    Pem(PathBuf, PemError),
    #[error("key file {0}: not an RSA key of 2,048 to 4,096 bits")]
    NotRsa(PathBuf),
    #[error("key {0}: {1}")]
    Key(String, CallKeyError),
    #[error("application {0} must have one key, and has two")]
    TwoKeys(ClientId),
    #[error("a key must be of an application that there is, and one is of {0}")]
    NoApplication(ClientId),
    #[error("application {0} must have its call_key from call_keys, which names the private half")]
    NoPrivateKey(ClientId),
}

/// The keys that open the signatures of calls.
#[derive(Debug, Default)]
pub(crate) struct CallKeys(BTreeMap<ClientId, Arc<Opener>>);

struct Opener {
    public: CallKey,
    private: OaepPrivateDecryptingKey,
}

impl CallKeys {
    /// Reads the keys, by paths relative to a folder, and gives each application its public half.
    pub(crate) fn load(
        entries: Vec<CallKeyEntry>,
        folder: &Path,
        applications: &mut [Application],
    ) -> Result<Self, CallKeysError> {
        if let Some(application) = applications.iter().find(|it| it.call_key.is_some()) {
            return Err(CallKeysError::NoPrivateKey(application.client_id));
        }
        let mut openers = BTreeMap::new();
        for CallKeyEntry { client_id, id, private_key } in entries {
            let file = folder.join(private_key);
            let pkcs8 = pem::read_private(&file).map_err(|error| CallKeysError::Pem(file.clone(), error))?;
            let opener = Opener::new(&id, &pkcs8, file)?;
            let named = applications.iter_mut().find(|it| it.client_id == client_id);
            named.ok_or(CallKeysError::NoApplication(client_id))?.call_key = Some(opener.public.clone());
            if openers.insert(client_id, Arc::new(opener)).is_some() {
                return Err(CallKeysError::TwoKeys(client_id));
            }
        }
        Ok(Self(openers))
    }

    /// Opens a signature on a thread that serves no connection meanwhile.
    pub(crate) async fn open(&self, ask: &OpenSealed) -> Result<Option<Secret>, JoinError> {
        let opener = self.0.get(&ask.audience.client_id).filter(|it| *it.public.id() == ask.key);
        match opener {
            Some(opener) => opened(opener, ask.sealed.clone()).await,
            None => Ok(None),
        }
    }
}

async fn opened(opener: &Arc<Opener>, sealed: Vec<u8>) -> Result<Option<Secret>, JoinError> {
    let opener = Arc::clone(opener);
    spawn_blocking(move || opener.open(&sealed)).await
}

impl Opener {
    /// RSA takes about a millisecond. The time tells nothing of the text: aws-lc promises so of its private operation and of its check of the
    /// padding.
    fn open(&self, sealed: &[u8]) -> Option<Secret> {
        let mut room = Zeroizing::new(vec![0; self.private.min_output_size()]);
        let opened = self.private.decrypt(&OAEP_SHA256_MGF1SHA256, sealed, &mut room, None).ok()?;
        str::from_utf8(opened).ok().map(Secret::new)
    }

    fn new(id: &str, pkcs8: &PrivatePkcs8KeyDer<'_>, file: PathBuf) -> Result<Self, CallKeysError> {
        let read = || {
            let key = PrivateDecryptingKey::from_pkcs8(pkcs8.secret_pkcs8_der()).ok()?;
            let spki: PublicKeyX509Der<'static> = key.public_key().as_der().ok()?;
            Some((pem::of_public(spki.as_ref()), OaepPrivateDecryptingKey::new(key).ok()?))
        };
        let (public, private) = read().ok_or(CallKeysError::NotRsa(file))?;
        let public = CallKey::new(id, &public).map_err(|error| CallKeysError::Key(id.to_owned(), error))?;
        Ok(Self { public, private })
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.public.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::off_the_workers::awaited;
    use authflow::{
        account::Account,
        parts::{AllowAll, NoCourier, Parts},
        testkit::{HostExam, MemoryHost, PlainHasher, demo},
    };
    use authflow_keys::private_file;
    use authflow_tracing::TracingLog;
    use aws_lc_rs::{
        encoding::Pkcs8V1Der,
        rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OaepAlgorithm, OaepPublicEncryptingKey},
    };
    use std::sync::Mutex;
    use tempfile::TempDir;

    const TEXT: &str = "session_token=LGT&timestamp=1&nonce=n";

    /// A folder with two keys, and the public half of the first.
    fn folder() -> (TempDir, OaepPublicEncryptingKey) {
        let folder = tempfile::tempdir().unwrap();
        let [first, _] = ["one.pem", "other.pem"].map(|name| {
            let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
            let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
            private_file::make(&folder.path().join(name), &pem::of_private(der.as_ref())).unwrap();
            OaepPublicEncryptingKey::new(key.public_key()).unwrap()
        });
        (folder, first)
    }

    fn entry(client_id: &str, id: &str, file: &str) -> CallKeyEntry {
        let text = format!("client_id = '{client_id}'\nid = '{id}'\nprivate_key = '{file}'");
        toml::from_str(&text).unwrap()
    }

    fn applications() -> [Application; 2] {
        [demo::ISV, demo::ORDINARY].map(|id| Application::new(ClientId::new(id).unwrap()))
    }

    fn sealed(key: &OaepPublicEncryptingKey, form: &'static OaepAlgorithm, text: &[u8]) -> Vec<u8> {
        let mut room = vec![0; key.ciphertext_size()];
        key.encrypt(form, text, &mut room, None).unwrap().to_vec()
    }

    #[tokio::test]
    async fn what_is_sealed_for_an_application_opens_and_nothing_else_does() {
        let (folder, public) = folder();
        let mut applications = applications();
        let entries =
            vec![entry(demo::ISV, "call-1", "one.pem"), entry(demo::ORDINARY, "call-2", "other.pem")];
        let keys = CallKeys::load(entries, folder.path(), &mut applications).unwrap();
        let [isv, ordinary] = applications.map(|it| it.call_key.unwrap());
        assert_ne!(isv.public_key(), ordinary.public_key());

        let host = Parts {
            store: Mutex::new(MemoryHost::demo()),
            hasher: PlainHasher,
            rules: AllowAll,
            courier: NoCourier,
            signer: crate::host::ServerKeys { signing: None, calls: keys },
            log: TracingLog,
        };
        let account = |name: &str| -> Account { MemoryHost::demo().account(name).clone() };
        let other = ClientId::new(demo::ORDINARY).unwrap();
        let exam = HostExam::on(demo::audience(), account("erin"), account("dora"), other);
        let seal = |form, text: &str| sealed(&public, form, text.as_bytes());
        let text = Secret::new(TEXT);
        exam.take_sealed(&host, *isv.id(), &seal(&OAEP_SHA256_MGF1SHA256, TEXT), &text).await.unwrap();
        let opens = |sealed: &[u8], key: &CallKey| {
            let exam = exam.clone();
            let (host, key, text, sealed) = (&host, *key.id(), &text, sealed.to_vec());
            async move { exam.take_sealed(host, key, &sealed, text).await.is_ok() }
        };
        assert!(!opens(&seal(&OAEP_SHA1_MGF1SHA1, TEXT), &isv).await, "another form");
        assert!(!opens(&seal(&OAEP_SHA256_MGF1SHA256, TEXT), &ordinary).await, "another application's");
        assert!(!opens(&sealed(&public, &OAEP_SHA256_MGF1SHA256, b"\xff"), &isv).await, "no text");
        let longest = "n".repeat(190);
        let (sealed, text) = (seal(&OAEP_SHA256_MGF1SHA256, &longest), Secret::new(&*longest));
        exam.take_sealed(&host, *isv.id(), &sealed, &text).await.unwrap();
    }

    #[test]
    fn what_is_sealed_is_opened_off_the_threads_that_serve_connections() {
        let (folder, public) = folder();
        let mut applications = applications();
        let entries = vec![entry(demo::ISV, "call-1", "one.pem")];
        let keys = CallKeys::load(entries, folder.path(), &mut applications).unwrap();
        let key = applications[0].call_key.as_ref().unwrap();
        let opener = keys.0.get(&applications[0].client_id).unwrap();
        assert_eq!(opener.public, *key);
        let sealed = sealed(&public, &OAEP_SHA256_MGF1SHA256, TEXT.as_bytes());
        let opened = awaited(opened(opener, sealed)).unwrap();
        assert_eq!(opened.unwrap().expose(), TEXT);
    }

    #[test]
    fn a_configuration_that_does_not_fit_is_refused() {
        let (folder, _) = folder();
        let load = |entries: Vec<CallKeyEntry>| {
            CallKeys::load(entries, folder.path(), &mut applications()).unwrap_err().to_string()
        };
        let one = || entry(demo::ISV, "call-1", "one.pem");
        assert!(load(vec![one(), entry(demo::ISV, "call-2", "other.pem")]).contains("must have one key"));
        assert!(load(vec![entry("nobody", "call-1", "one.pem")]).contains("one is of nobody"));
        assert!(load(vec![entry(demo::ISV, "", "one.pem")]).contains("a key id must be 1 to 20 characters"));
        assert!(load(vec![entry(demo::ISV, "call-1", "none.pem")]).contains("none.pem"));
        private_file::make(&folder.path().join("no.pem"), "nonsense").unwrap();
        assert!(load(vec![entry(demo::ISV, "call-1", "no.pem")]).contains("no PKCS#8 key"));
        let mut named = applications();
        named[0].call_key = Some(demo::call_key());
        let error = CallKeys::load(vec![one()], folder.path(), &mut named).unwrap_err().to_string();
        assert!(error.contains("must have its call_key from call_keys"), "{error}");
    }
}
