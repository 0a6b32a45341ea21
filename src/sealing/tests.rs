use super::{
    InvalidSealedSecret, NotOpened, Owner, Purpose, SealedSecret, SealingKey, SealingKeys, SealingKeysError,
};
use crate::{
    AccountId, Entropy, Moment, TenantId, Timestamp,
    factor::TotpSecret,
    key::{KeyError, KeyId, known_secret},
    text::base64url,
};
use alloc::{collections::BTreeSet, format, string::ToString as _, vec::Vec};
use proptest::prelude::*;

const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
const CLEAR: &[u8] = b"12345678901234567890";

/// These were sealed by PyNaCl 1.6.2 (libsodium), under keys derived by Python's `hmac`; `tests/sealed_secrets.py` says how. The nonce of the first
/// is the bytes 0 to 23. The second is as long as can be, and belongs to an account without a tenant. The third has the nonce that this library
/// draws.
const VECTORS: [&str; 3] = [
    "1:seal-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXiXZ8CrZwoHSgVPODNgQajwofJrYGMwb_nvCKUhW3Nuk6Pjd3",
    "1:seal-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYX3CEpWesv_Sf1CazedUFdyklSafGPwTpW7Nvoy5hP9qW9Ifyu9k0se9Q6LQU-n1iKL7Pv7aeipTWYi6vjoHBi\
     FIh21NaNmV5p9Lca41r_xQQ5r4p263WarNfXm8c_i1blMJuIEP0fJkdBl95LmSyhjiPoZpKcBJ6tBldGztLEVq25swV6fOKbXON5QNRFY9BJ",
    "1:seal-1:c2zZdBzc64RIEsYyvy_jM860RiHDZtNwFIMJDYO-AI3JH2NtIyCt3yDfodHwocA4IX6UPwPlDkA7VJgq",
];

fn key(id: &str, number: u8) -> SealingKey {
    SealingKey::new(id, known_secret(number)).unwrap()
}

fn keys() -> SealingKeys {
    SealingKeys::new(key("seal-1", 101))
}

fn owner(tenant: Option<&str>, account: &str) -> Owner {
    let tenant = tenant.map(|tenant| TenantId::new(tenant).unwrap());
    Owner { tenant, account: AccountId::new(account).unwrap() }
}

fn tom() -> Owner {
    owner(Some(TENANT), "id-tom")
}

fn moment(entropy: u8) -> Moment {
    Moment::new(Timestamp::from_unix(1_700_000_000), Entropy::from_bytes([entropy; 32]))
}

fn secret() -> TotpSecret {
    TotpSecret::new(CLEAR).unwrap()
}

fn opened(keys: &SealingKeys, owner: Owner, sealed: &SealedSecret) -> Result<Vec<u8>, NotOpened> {
    keys.open(Purpose::Totp, owner, sealed).map(|clear| clear.to_vec())
}

#[test]
fn what_another_implementation_has_sealed_opens() {
    let longest: Vec<u8> = (100..228).collect();
    for (text, owner, clear) in
        [(VECTORS[0], tom(), CLEAR), (VECTORS[1], owner(None, "4711"), &longest), (VECTORS[2], tom(), CLEAR)]
    {
        let sealed = SealedSecret::new(text).unwrap();
        assert_eq!(opened(&keys(), owner, &sealed).unwrap(), clear);
    }
    assert_eq!(VECTORS[1].len(), SealedSecret::MAX_CHARACTERS - KeyId::MAX_BYTES + "seal-1".len());
}

/// A text that is committed here may stand in a database.
#[test]
fn what_is_sealed_stays_what_it_is() {
    assert_eq!(secret().seal(&keys(), tom(), &moment(0)).as_str(), VECTORS[2]);
}

/// It does not open for another account, for another tenant or none, or with a changed bit, even of the nonce and the tag.
#[test]
fn what_is_moved_or_altered_does_not_open() {
    let sealed = SealedSecret::new(VECTORS[2]).unwrap();
    let foreign = NotOpened::Foreign(KeyId::new("seal-1").unwrap());
    for other in [
        owner(Some(TENANT), "id-mona"),
        owner(Some("another"), "id-tom"),
        owner(None, "id-tom"),
        owner(None, &format!("{TENANT}id-tom")),
    ] {
        assert_eq!(opened(&keys(), other, &sealed).unwrap_err(), foreign, "{other:?}");
    }
    let (nonce, rest) = sealed.body().unwrap();
    let body = [nonce, rest].concat();
    for bit in 0..body.len() * 8 {
        let mut altered = body.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let altered = SealedSecret::of_parts(sealed.key_id(), altered);
        assert_eq!(opened(&keys(), tom(), &altered).unwrap_err(), foreign, "{bit}");
    }
    assert_eq!(opened(&keys(), tom(), &SealedSecret::of_nothing()).unwrap_err().to_string(), {
        "the secret is sealed under \"none\", which is not among the sealing keys"
    });
}

#[test]
fn a_key_opens_what_names_it_and_no_other_does() {
    let sealed = secret().seal(&keys(), tom(), &moment(0));
    let renamed = SealingKeys::new(key("seal-2", 101));
    assert_eq!(
        opened(&renamed, tom(), &sealed).unwrap_err(),
        NotOpened::KeyMissing(KeyId::new("seal-1").unwrap())
    );
    let replaced = SealingKeys::new(key("seal-1", 102));
    assert!(matches!(opened(&replaced, tom(), &sealed), Err(NotOpened::Foreign(_))));
    let rotated = SealingKeys::new(key("seal-2", 102)).with_opener(key("seal-1", 101)).unwrap();
    assert_eq!(opened(&rotated, tom(), &sealed).unwrap(), CLEAR);
}

#[test]
fn the_rest_is_sealed_anew_once() {
    let before = secret().seal(&keys(), tom(), &moment(0));
    let rotated = SealingKeys::new(key("seal-2", 102)).with_opener(key("seal-1", 101)).unwrap();
    let reseal = |sealed: &SealedSecret, owner| TotpSecret::reseal(&rotated, owner, sealed, &moment(1));
    let after = reseal(&before, tom()).unwrap().unwrap();
    assert_eq!(after.key_id().as_str(), "seal-2");
    assert_eq!(opened(&SealingKeys::new(key("seal-2", 102)), tom(), &after).unwrap(), CLEAR);
    assert_eq!(reseal(&after, tom()).unwrap(), None);
    assert!(reseal(&before, owner(None, "id-tom")).is_err(), "it is not sealed for whoever asks");
}

#[test]
fn each_key_has_an_id_and_a_secret_of_its_own_and_is_random() {
    let first = || keys().with_opener(key("b", 2)).unwrap();
    let refused = first().with_opener(key("b", 3)).unwrap_err();
    assert_eq!(refused, SealingKeysError::DuplicateId(KeyId::new("b").unwrap()));
    let refused = first().with_opener(key("c", 101)).unwrap_err();
    let told = r#"each sealing key must have a secret of its own, and "seal-1" and "c" have the same one"#;
    assert_eq!(refused.to_string(), told);
    assert_eq!(first().iter().map(|key| key.id().as_str()).collect::<Vec<_>>(), ["seal-1", "b"]);
    let counted: Vec<u8> = (0..32).collect();
    for (id, secret, error) in [
        ("a", &[7; 32][..], KeyError::Weak),
        ("a", &counted, KeyError::Weak),
        ("a", &known_secret(1)[..31], KeyError::Short(31)),
        ("a:b", &known_secret(1)[..], KeyError::Id),
        ("", &known_secret(1)[..], KeyError::Id),
    ] {
        assert_eq!(SealingKey::new(id, secret).unwrap_err(), error);
    }
}

/// The same entropy gives the same nonce only for the same secret of the same account.
#[test]
fn a_nonce_depends_on_everything_that_is_sealed() {
    let seal = |keys: &SealingKeys, owner, clear: &[u8], moment: &Moment| {
        TotpSecret::new(clear).unwrap().seal(keys, owner, moment)
    };
    let later = Moment::new(Timestamp::from_unix(1_700_000_001), Entropy::from_bytes([0; 32]));
    let all = [
        seal(&keys(), tom(), CLEAR, &moment(0)),
        seal(&keys(), tom(), CLEAR, &moment(1)),
        seal(&keys(), tom(), CLEAR, &later),
        seal(&keys(), tom(), b"12345678901234567891", &moment(0)),
        seal(&keys(), owner(None, "id-tom"), CLEAR, &moment(0)),
        seal(&keys(), owner(Some(TENANT), "id-mona"), CLEAR, &moment(0)),
        seal(&SealingKeys::new(key("seal-1", 102)), tom(), CLEAR, &moment(0)),
    ];
    let nonces: BTreeSet<_> = all.iter().map(|sealed| *sealed.body().unwrap().0).collect();
    assert_eq!(nonces.len(), all.len());
}

#[test]
fn a_text_has_one_spelling_and_a_secret_in_the_clear_is_none() {
    let body = |bytes: usize| base64url::text(&Vec::from_iter((0..bytes).map(|_| 0)));
    assert_eq!(SealedSecret::MAX_CHARACTERS, format!("1:{}:{}", "k".repeat(20), body(168)).len());
    for text in VECTORS {
        assert_eq!(SealedSecret::new(text).unwrap().as_str(), text);
    }
    for text in [
        "".into(),
        "12345678901234567890".into(),
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into(),
        format!("{}=", VECTORS[0]),
        format!(" {}", VECTORS[0]),
        format!("{}\n", VECTORS[0]),
        VECTORS[0].replacen('1', "2", 1),
        VECTORS[0].replacen('1', "01", 1),
        VECTORS[0].replacen("seal-1", "", 1),
        VECTORS[0].replacen("seal-1", "seal 1", 1),
        VECTORS[0].replacen("seal-1", &"k".repeat(21), 1),
        VECTORS[0].replacen("seal-1", "seal:1", 1),
        format!("1:k:{}", body(39)),
        format!("1:k:{}", body(169)),
        format!("1:k:{}", body(10_000)),
        // These are bits after the last byte.
        format!("1:k:{}B", body(40)),
    ] {
        assert_eq!(SealedSecret::new(&text).unwrap_err(), InvalidSealedSecret, "{text}");
    }
}

#[test]
fn nothing_of_a_secret_or_a_key_is_printed() {
    let sealed = secret().seal(&keys(), tom(), &moment(0));
    let id = r#"KeyId("seal-1")"#;
    assert_eq!(format!("{sealed:?}"), format!("SealedSecret {{ key: {id}, .. }}"));
    assert_eq!(format!("{:?}", key("seal-1", 101)), format!("SealingKey {{ id: {id}, .. }}"));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_to_itself(clear in proptest::collection::vec(any::<u8>(), 16..=128), entropy: u8) {
        let sealed = TotpSecret::new(clear.clone()).unwrap().seal(&keys(), tom(), &moment(entropy));
        let stored = SealedSecret::new(sealed.as_str()).unwrap();
        prop_assert_eq!(&stored, &sealed);
        prop_assert_eq!(opened(&keys(), tom(), &stored).unwrap(), clear);
    }

    #[test]
    fn no_text_is_more_than_refused(text in ".{0,300}") {
        prop_assert!(SealedSecret::new(&text).is_ok_and(|sealed| sealed.as_str() == text) || SealedSecret::new(&text).is_err());
    }
}
