//! Verifiers that other programs have made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]

use authflow::{
    Secret,
    parts::Hasher as _,
    password::{PasswordMatch, Verifier},
};
use authflow_argon2::{Argon2Hasher, Argon2id, HasherError, ParameterSet};
use std::sync::Arc;

const PASSWORD: &str = "Correct-Horse-7";

/// Passwords with their verifiers.
const VERIFIERS: [(&str, &str); 13] = [
    // These are from the tests of the reference implementation, https://github.com/P-H-C/phc-winner-argon2, `src/test.c` (CC0 1.0 or Apache-2.0).
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
    ("password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"),
    ("password", "$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"),
    ("password", "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"),
    // This is the third example of RFC 7914 §12.
    (
        "pleaseletmein",
        "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$\
         cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
    ),
    // These are by Python's hashlib (OpenSSL 3.0).
    (PASSWORD, "$scrypt$ln=10,r=8,p=2$c2l4dGVlbiBieXRlcy4uLg$SO5OpiS2UKG3u+Ckf2TRVk960pC1MPqQ7k7ilOiEDTI"),
    (PASSWORD, "$pbkdf2-sha256$i=1000$c2l4dGVlbiBieXRlcy4uLg$sFXngS7fTVZAjwiTRvQAD2EBRoIQjoIq62rvVMAIRgo"),
    (
        PASSWORD,
        "$pbkdf2-sha512$i=1000,l=64$c2l4dGVlbiBieXRlcy4uLg$\
         vY8EOMPP1EKGY3oz3aD1GCEP+ys8shXPCUwG0FFKeCmpM75nroW+ZRrr+D5bl3/42lrlLBzP1FeXL6mGkqDa4Q",
    ),
    // These are by crypt(3) of libxcrypt.
    (PASSWORD, "$2b$04$abcdefghijklmnopqrstuuIhSHOYW62MYzOCiBO1FrAHfyr5D9TxS"),
    (PASSWORD, "$2y$05$abcdefghijklmnopqrstuuprk/rqhgcPTYTHLq52sX1mIsVNYyi5u"),
    (PASSWORD, "$2a$06$abcdefghijklmnopqrstuuS9fTGq9ItDNL4T9u.VtnPXdziXzj.Y."),
    // This is from jBCrypt's tests, https://www.mindrot.org/projects/jBCrypt/ (ISC).
    ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
];
/// A verifier of 72 times `x`, by crypt(3) of libxcrypt.
const OF_72: &str = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";

fn hasher(older: &[&str]) -> Argon2Hasher {
    let older = older.iter().map(|text| text.parse::<ParameterSet>().unwrap());
    Argon2Hasher::new(Argon2id::OWASP_MINIMUM, older).unwrap()
}

/// A hasher that accepts the parameters of this verifier.
fn hasher_for(verifier: &str) -> Argon2Hasher {
    let fields: Vec<_> = verifier.split('$').collect();
    let parameters = fields.iter().rposition(|field| field.contains('=')).unwrap_or(2);
    hasher(&[&fields[..=parameters].join("$")])
}

async fn judge(hasher: &Argon2Hasher, verifier: &str, presented: &str) -> Result<PasswordMatch, HasherError> {
    let place = Arc::new(hasher.permit().await?);
    hasher.verify(Some(&Verifier::new(verifier)), &Secret::new(presented), place).await
}

#[tokio::test]
async fn a_right_password_matches_and_is_outdated_and_a_wrong_one_differs() {
    for (password, verifier) in VERIFIERS {
        let hasher = hasher_for(verifier);
        assert_eq!(
            judge(&hasher, verifier, password).await,
            Ok(PasswordMatch::MatchesOutdated),
            "{verifier}"
        );
        let wrong = password.replace('a', "A") + "!";
        assert_eq!(judge(&hasher, verifier, &wrong).await, Ok(PasswordMatch::Differs), "{verifier}");
    }
}

#[tokio::test]
async fn a_new_verifier_is_of_owasps_minimum_and_matches() {
    let hasher = hasher(&[]);
    let verifier = hasher.hash(&Secret::new(PASSWORD)).await.unwrap();
    assert!(verifier.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(judge(&hasher, verifier.expose(), PASSWORD).await, Ok(PasswordMatch::Matches));
}

/// bcrypt looks at nothing after 72 bytes. A password that is mistyped there is accepted, but no new verifier may be made of it.
#[tokio::test]
async fn what_bcrypt_has_not_looked_at_makes_no_new_verifier() {
    let hasher = hasher_for(OF_72);
    let [of_71, of_72, of_73] = [71, 72, 73].map(|length| "x".repeat(length));
    assert_eq!(judge(&hasher, OF_72, &of_71).await, Ok(PasswordMatch::Differs));
    assert_eq!(judge(&hasher, OF_72, &of_72).await, Ok(PasswordMatch::MatchesOutdated));
    for longer in [of_73, "x".repeat(72) + "mistyped"] {
        assert_eq!(judge(&hasher, OF_72, &longer).await, Ok(PasswordMatch::Matches), "{longer}");
    }
}

#[tokio::test]
async fn a_verifier_that_is_not_accepted_is_nobodys_and_is_not_told() {
    let hasher = hasher(&["$pbkdf2-sha256$i=1000", "$scrypt$ln=10,r=8,p=2", "$2b$04"]);
    let (salt, hash) = ("c2l4dGVlbiBieXRlcy4uLg", "sFXngS7fTVZAjwiTRvQAD2EBRoIQjoIq62rvVMAIRgo");
    let cases = [
        (format!("$pbkdf2-sha256$i=999${salt}${hash}"), "$pbkdf2-sha256$i=999"),
        (
            format!("$pbkdf2-sha256$i=99999999${salt}${hash}"),
            "i of pbkdf2 must be 1 to 4194304, and is 99999999",
        ),
        (format!("$pbkdf2-sha256$i=1000,l=16${salt}${hash}"), "is not"),
        (format!("$pbkdf2-sha256$i=1000${salt}${}", "A".repeat(86)), "is not"),
        (format!("$scrypt$ln=10,r=8,p=1${salt}${hash}"), "$scrypt$ln=10,r=8,p=1"),
        (OF_72.replace("$04$", "$12$"), "$2b$12"),
        (OF_72.replace("$04$", "$31$"), "cost of bcrypt must be 4 to 15, and is 31"),
        (OF_72.replace("$2b$", "$2x$"), "is not"),
        (OF_72.replace("bzad", "bz"), "is not"),
    ];
    for (verifier, told) in cases {
        let error = judge(&hasher, &verifier, PASSWORD).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(told), "{text}");
        assert!(
            [salt, hash, "abcdefghij", "zEF.gu0", PASSWORD].iter().all(|secret| !text.contains(secret)),
            "{text}"
        );
    }
}
