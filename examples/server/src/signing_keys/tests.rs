use super::*;
use crate::off_the_workers::awaited;
use authflow::{
    Timestamp,
    token::SignatureAlgorithm::{self, EdDsa, Es256, Ps256, Rs256},
};
use authflow_keys::private_file::{self, PrivateFileError};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    fs,
    future::Future as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    pin::pin,
    task::{Context, Poll, Waker},
};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

fn jwks(keys: &SigningKeys, now: Timestamp) -> serde_json::Value {
    serde_json::to_value(keys.outside().published(now)).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The signer's id and its PEM file.
fn signer(path: &Path) -> (String, PathBuf) {
    let file: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let member = |name| file["signer"][name].as_str().unwrap();
    (member("id").to_owned(), path.with_file_name(member("private_key")))
}

fn made(folder: &Path, name: &str, algorithm: SignatureAlgorithm) -> (SigningKeys, String) {
    let path = folder.join(name);
    let (keys, made) = load_or_make(&path, algorithm).unwrap();
    assert!(made);
    (keys, signer(&path).0)
}

/// Another key does not sign, and the answer comes at once.
fn not_signed(keys: &SigningKeys, key_id: &str) -> bool {
    let signed = pin!(keys.sign(key_id, b"bytes")).poll(&mut Context::from_waker(Waker::noop()));
    matches!(signed, Poll::Ready(Ok(None)))
}

#[test]
fn what_is_signed_verifies_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    for (algorithm, length) in [(Rs256, 256), (Ps256, 256), (Es256, 64), (EdDsa, 64)] {
        let (keys, id) = made(folder.path(), &format!("{}.toml", algorithm.as_str()), algorithm);
        let signature = awaited(keys.sign(&id, b"header.payload")).unwrap().unwrap();
        assert_eq!(signature.len(), length, "{algorithm:?}");
        assert!(keys.verify(&id, b"header.payload", &signature), "{algorithm:?}");
        assert!(!keys.verify(&id, b"header.payloae", &signature));
        assert!(!keys.verify("another", b"header.payload", &signature));
        assert!(not_signed(&keys, "another"));
        for at in [0, length / 2, length - 1] {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(!keys.verify(&id, b"header.payload", &changed), "{algorithm:?} {at}");
        }
        for other in [&[][..], &signature[1..], &[&signature[..], &[0]].concat(), &vec![0; length]] {
            assert!(!keys.verify(&id, b"header.payload", other), "{algorithm:?}");
        }
        let (stranger, strange_id) =
            made(folder.path(), &format!("{}-2.toml", algorithm.as_str()), algorithm);
        assert!(!stranger.verify(&strange_id, b"header.payload", &signature), "{algorithm:?}");
    }
}

#[test]
fn a_key_set_has_the_members_of_each_type_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let expected: [(_, _, &[(&str, usize)]); 4] = [
        (Rs256, "RSA", &[("n", 256), ("e", 3)]),
        (Ps256, "RSA", &[("n", 256), ("e", 3)]),
        (Es256, "EC", &[("x", 32), ("y", 32)]),
        (EdDsa, "OKP", &[("x", 32)]),
    ];
    for (algorithm, kty, numbers) in expected {
        let (keys, id) = made(folder.path(), &format!("{}.toml", algorithm.as_str()), algorithm);
        let set = jwks(&keys, NOW);
        let [key] = &set["keys"].as_array().unwrap()[..] else { panic!("{set}") };
        let fixed = [("kty", kty), ("use", "sig"), ("alg", algorithm.as_str()), ("kid", &id)];
        assert!(fixed.iter().all(|(name, value)| key[name] == *value), "{key}");
        let curve = usize::from(kty != "RSA");
        assert_eq!(key.as_object().unwrap().len(), fixed.len() + numbers.len() + curve, "{key}");
        let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        for (name, length) in numbers {
            assert_eq!(number(name).len(), *length, "{name} of {key}");
        }

        // A relying party has nothing but the published set of keys.
        use aws_lc_rs::signature::*;
        let signature = awaited(keys.sign(&id, b"bytes")).unwrap().unwrap();
        let raw = match algorithm {
            Rs256 | Ps256 => {
                let parts = RsaPublicKeyComponents { n: number("n"), e: number("e") };
                let how =
                    if algorithm == Rs256 { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
                parts.verify(how, b"bytes", &signature)
            }
            Es256 => {
                assert_eq!(key["crv"], "P-256");
                let point = [vec![4], number("x"), number("y")].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(b"bytes", &signature)
            }
            EdDsa => {
                assert_eq!(key["crv"], "Ed25519");
                UnparsedPublicKey::new(&ED25519, number("x")).verify(b"bytes", &signature)
            }
        };
        assert!(raw.is_ok(), "{algorithm:?}");
    }
}

#[test]
fn what_is_made_is_private_and_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.toml");
    let (keys, id) = made(folder.path(), "signing.toml", Es256);
    let pem = signer(&path).1;
    assert_eq!((mode(&path), mode(&pem)), (0o600, 0o600));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing unfinished stays behind");

    let signature = awaited(keys.sign(&id, b"bytes")).unwrap().unwrap();
    let (again, made) = load_or_make(&path, EdDsa).unwrap();
    assert!(!made, "a file that is there is read, whatever its algorithm");
    assert!(again.verify(&id, b"bytes", &signature));
    assert_eq!(jwks(&again, NOW), jwks(&keys, NOW));

    let secret = fs::read_to_string(&pem).unwrap();
    let line = secret.lines().nth(1).unwrap();
    assert_eq!(line.len(), 64);
    assert!(!format!("{keys:?}").contains(line));
}

#[test]
fn a_private_key_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.toml");
    made(folder.path(), "signing.toml", EdDsa);
    let pem = signer(&path).1;
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&pem, fs::Permissions::from_mode(mode)).unwrap();
        let refused = load(&path).unwrap_err();
        let readable = pem::PemError::File(PrivateFileError::ReadableByOthers);
        assert_eq!(refused.to_string(), SigningKeysError::Pem(pem.clone(), readable).to_string());
    }
}

#[test]
fn a_rotation_keeps_the_old_key_for_verifying_until_its_window_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let (old, old_id) = made(folder.path(), "old.toml", Rs256);
    let (_, new_id) = made(folder.path(), "new.toml", Es256);
    let new = fs::read_to_string(folder.path().join("new.toml")).unwrap();
    let pem = signer(&folder.path().join("old.toml")).1;
    let pem = pem.file_name().unwrap().to_str().unwrap();
    let until = NOW.plus_seconds(60).as_unix();
    let entry =
        format!("[[verify]]\nid = '{old_id}'\nalgorithm = 'RS256'\nprivate_key = '{pem}'\nuntil = {until}\n");
    let path = folder.path().join("both.toml");
    fs::write(&path, format!("{new}{entry}")).unwrap();
    let both = load(&path).unwrap();

    let signature = awaited(old.sign(&old_id, b"bytes")).unwrap().unwrap();
    assert!(both.verify(&old_id, b"bytes", &signature));
    assert!(not_signed(&both, &old_id), "it signs no more");
    assert!(!both.verify(&new_id, b"bytes", &signature), "a signature counts under its own key only");
    let listed = |at| jwks(&both, at)["keys"].as_array().unwrap().len();
    assert_eq!([listed(NOW), listed(NOW.plus_seconds(59)), listed(NOW.plus_seconds(60))], [2, 2, 1]);
    let outside = both.outside();
    let known: Vec<_> = outside.iter().map(|(key, window)| (key.id().as_str(), window.is_some())).collect();
    assert_eq!(known, [(&*new_id, false), (&*old_id, true)]);
}

#[test]
fn a_public_key_is_enough_to_verify() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    let pem = |name: &str, text: &str| {
        let file = folder.path().join(name);
        let _ = fs::remove_file(&file);
        private_file::make(&file, text).unwrap();
    };
    // The key and signature of RFC 8032 §7.1, TEST 2.
    pem(
        "public.pem",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----\n",
    );
    made(folder.path(), "new.toml", EdDsa);
    let signer = fs::read_to_string(folder.path().join("new.toml")).unwrap();
    let entry = |algorithm, rest: &str| {
        format!("{signer}[[verify]]\nid = 'rfc8032'\nalgorithm = '{algorithm}'\n{rest}\nuntil = 1900000000\n")
    };
    fs::write(&path, entry("EdDSA", "public_key = 'public.pem'")).unwrap();
    let signature = [
        0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40, 0xa2,
        0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a,
        0xc1, 0xe4, 0x3e, 0x15, 0x99, 0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e,
        0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00,
    ];
    assert!(load(&path).unwrap().verify("rfc8032", &[0x72], &signature));

    for (wrong, told) in [
        (entry("ES256", "public_key = 'public.pem'"), "key rfc8032: not a key for ES256"),
        (entry("EdDSA", "private_key = 'public.pem'"), "no PKCS#8 key"),
        (entry("EdDSA", "public_key = 'absent.pem'"), "absent.pem: cannot read"),
        (entry("EdDSA", "public_key = 'public.pem'\nprivate_key = 'x.pem'"), "either"),
        (entry("EdDSA", ""), "either"),
        (entry("EdDSA", "public_key = 'public.pem'\nsecret = 1"), "unknown field `secret`"),
        (entry("HS256", "public_key = 'public.pem'"), "unknown variant `HS256`"),
        (entry("EdDSA", "public_key = 'public.pem'\nfrom = 1900000000"), "must end after it begins"),
    ] {
        fs::write(&path, wrong).unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn an_algorithm_is_read_by_its_own_spelling() {
    assert_eq!(algorithm("ES256"), Ok(Es256));
    assert_eq!(algorithm("EdDSA"), Ok(EdDsa));
    for wrong in ["es256", "HS256", "none", ""] {
        assert_eq!(algorithm(wrong), Err(make::UnknownAlgorithm));
    }
}
