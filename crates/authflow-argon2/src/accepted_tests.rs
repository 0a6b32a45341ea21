//! These tests count the computations.

use super::*;
use crate::argon2id::Argon2id;
use argon2::Params;

const RIGHT: &[u8] = b"Correct-Horse-7";
const WRONG: &[u8] = b"correct-horse-7";

fn set(text: &str) -> ParameterSet {
    text.parse().unwrap()
}

fn accepted(older: &[&str]) -> Accepted {
    Accepted::new(Argon2id::weak(64, 2).into(), older.iter().map(|text| set(text))).unwrap()
}

impl Accepted {
    fn take(&self, stored: Option<&Stored>, password: &[u8]) -> Judged {
        self.judge(stored, password, &mut vec![Block::new(); self.blocks()]).unwrap()
    }

    /// A verifier of the right password under one of these sets.
    fn verifier(&self, set: ParameterSet) -> Stored {
        let maker = Accepted::new(set, []).unwrap();
        let of_bcrypt = "$2b$04$abcdefghijklmnopqrstuuIhSHOYW62MYzOCiBO1FrAHfyr5D9TxS";
        let text = match set.to_string().strip_prefix("$2b$") {
            Some(cost) => of_bcrypt.replace("$04$", &format!("${cost}$")),
            None => maker.make(RIGHT, &mut vec![Block::new(); maker.blocks()]).unwrap(),
        };
        Stored::of_verifier(&text).unwrap()
    }
}

/// The units of work that were done, for each shape.
fn done(work: &[Work]) -> BTreeMap<Shape, u32> {
    let mut sums = BTreeMap::new();
    for Work { shape, units } in work {
        *sums.entry(*shape).or_default() += units;
    }
    sums
}

const ARGON2: [&str; 6] = [
    "$argon2id$v=19$m=256,t=3,p=2",
    "$argon2id$v=19$m=64,t=5,p=1",
    "$argon2i$v=16$m=64,t=1,p=1",
    "$argon2d$v=19$m=256,t=4,p=2",
    "$argon2id$v=19$m=256,t=2,p=4",
    "$argon2id$v=19$m=8,t=1,p=1",
];

/// Each set of argon2 is computed once, including that of new verifiers.
fn each_of_argon2() -> BTreeMap<Shape, u32> {
    let sets = ["$argon2id$v=19$m=64,t=2,p=1"].into_iter().chain(ARGON2);
    sets.map(|text| (Shape::Argon2(set(text).as_argon2().unwrap()), 1)).collect()
}

#[test]
fn every_verify_computes_each_set_of_argon2_once() {
    let accepted = accepted(&ARGON2);
    let each = each_of_argon2();
    assert_eq!(each.len(), 7);
    for set in accepted.sets() {
        let verifier = accepted.verifier(set);
        for (password, expected) in [(RIGHT, true), (WRONG, false)] {
            let judged = accepted.take(Some(&verifier), password);
            assert_eq!(judged.answer != PasswordMatch::Differs, expected, "{set}");
            assert_eq!(done(&judged.work), each, "{set}: {:?}", judged.work);
        }
    }
    for password in [RIGHT, WRONG, b""] {
        let judged = accepted.take(None, password);
        assert_eq!(judged.answer, PasswordMatch::Differs);
        assert_eq!(done(&judged.work), each, "nobody: {:?}", judged.work);
    }
}

#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
#[test]
fn every_verify_does_the_dearest_of_each_shape_that_is_accepted() {
    let others = [
        "$scrypt$ln=6,r=8,p=3",
        "$scrypt$ln=6,r=8,p=1",
        "$scrypt$ln=5,r=4,p=2",
        "$pbkdf2-sha256$i=1000",
        "$pbkdf2-sha256$i=3",
        "$pbkdf2-sha512$i=20",
        "$pbkdf2-sha512$i=21",
        "$2b$04",
        "$2a$06",
        "$2y$05",
    ];
    let accepted = accepted(&[&ARGON2[..], &others[..]].concat());
    let others_dearest = [
        (Shape::Scrypt { log_n: 6, r: 8 }, 3),
        (Shape::Scrypt { log_n: 5, r: 4 }, 2),
        (Shape::Pbkdf2Sha256, 1000),
        (Shape::Pbkdf2Sha512, 21),
        (Shape::Bcrypt, 64),
    ];
    let dearest = each_of_argon2().into_iter().chain(others_dearest).collect();
    assert_eq!(accepted.sets().count(), ARGON2.len() + others.len() + 1);
    for set in accepted.sets() {
        let verifier = accepted.verifier(set);
        for password in [RIGHT, WRONG, b"", &[b'x'; 100]] {
            let judged = accepted.take(Some(&verifier), password);
            assert_eq!(done(&judged.work), dearest, "{set}: {:?}", judged.work);
        }
    }
    assert_eq!(done(&accepted.take(None, RIGHT).work), dearest);
}

/// A name without an account takes the same computations as an account with a new verifier, even in the same order.
#[test]
fn nobody_is_verified_as_who_has_a_new_verifier() {
    let accepted = accepted(&ARGON2);
    let verifier = accepted.verifier(Argon2id::weak(64, 2).into());
    let [right, wrong, nobody] = [(Some(&verifier), RIGHT), (Some(&verifier), WRONG), (None, RIGHT)]
        .map(|(stored, password)| accepted.take(stored, password));
    assert_eq!((right.answer, wrong.answer), (PasswordMatch::Matches, PasswordMatch::Differs));
    assert_eq!((&right.work, &wrong.work), (&nobody.work, &nobody.work));
}

#[test]
fn only_what_is_as_new_ones_are_matches_and_all_else_is_outdated() {
    let accepted = accepted(&ARGON2);
    for set in accepted.sets() {
        let expected = match set == Argon2id::weak(64, 2).into() {
            true => PasswordMatch::Matches,
            false => PasswordMatch::MatchesOutdated,
        };
        assert_eq!(accepted.take(Some(&accepted.verifier(set)), RIGHT).answer, expected, "{set}");
    }
    // A shorter salt or a shorter hash is outdated under the same parameters.
    for (salt, length) in [(&b"somesalt"[..], 32), (b"sixteen bytes...", 16)] {
        let mut hash = vec![0; length];
        let params = Params::new(64, 2, 1, Some(length)).unwrap();
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        argon2.hash_password_into(RIGHT, salt, &mut hash).unwrap();
        let [salt, hash] = [
            password_hash::phc::Salt::new(salt).unwrap().to_string(),
            password_hash::phc::Output::new(&hash).unwrap().to_string(),
        ];
        let text = format!("$argon2id$v=19$m=64,t=2,p=1${salt}${hash}");
        let answer = accepted.take(Some(&Stored::of_verifier(&text).unwrap()), RIGHT).answer;
        assert_eq!(answer, PasswordMatch::MatchesOutdated, "{text}");
    }
}

#[test]
fn what_is_not_accepted_is_an_error_that_names_the_parameters_and_computes_nothing() {
    let accepted = accepted(&["$argon2id$v=19$m=256,t=3,p=2"]);
    let verifier = accepted.verifier(set("$argon2i$v=19$m=256,t=3,p=2"));
    let refused = accepted.judge(Some(&verifier), RIGHT, &mut []);
    let error = refused.err().unwrap().to_string();
    assert_eq!(
        error,
        "a stored verifier must have accepted parameters ($argon2id$v=19$m=64,t=2,p=1, $argon2id$v=19$m=256,t=3,p=2), and this one has \
         $argon2i$v=19$m=256,t=3,p=2"
    );
}

#[test]
fn padding_is_more_of_the_same() {
    let padding = |text: &str, missing| {
        let runs: Vec<_> = set(text).padding(missing).iter().map(ToString::to_string).collect();
        runs.join(" ")
    };
    assert_eq!(padding("$argon2id$v=19$m=100,t=9,p=2", 0), "");
    #[cfg(feature = "bcrypt")]
    assert_eq!(padding("$2b$12", 4096 - 512), "$2b$09 $2b$10 $2b$11");
    #[cfg(feature = "pbkdf2")]
    assert_eq!(padding("$pbkdf2-sha512$i=90", 50), "$pbkdf2-sha512$i=50");
    #[cfg(feature = "scrypt")]
    assert_eq!(padding("$scrypt$ln=6,r=8,p=3", 2), "$scrypt$ln=6,r=8,p=2");
}
