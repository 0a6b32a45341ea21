//! The example `your_users_table`, step by step: from bcrypt to argon2id.

#[allow(dead_code, reason = "its `main` prints what is judged here")]
#[path = "../../examples/your_users_table.rs"]
mod example;

use authflow_argon2::{Argon2Hasher, Argon2id};
use example::Shop;
use std::error::Error;

fn hasher(older: &[&str]) -> Argon2Hasher {
    Argon2Hasher::new(Argon2id::OWASP_MINIMUM, older.iter().map(|set| set.parse().unwrap())).unwrap()
}

fn refused(signed_in: Result<String, Box<dyn Error>>) -> bool {
    signed_in.is_err_and(|error| error.to_string().contains("with 403"))
}

#[tokio::test]
async fn a_first_login_takes_bcrypt_to_argon2id_and_ends_no_session_and_the_next_one_verifies_that() {
    let mut shop = Shop::open(hasher(&["$2b$10"])).unwrap();
    let bcrypt = shop.stored().unwrap();
    assert!(bcrypt.starts_with("$2b$10$"));
    let phone = shop.sign_in_by_email("phone").await.unwrap();
    let revision = shop.revision().await.unwrap();
    assert!(refused(shop.sign_in("laptop", "Correct-Horse-8").await));
    assert_eq!(shop.stored().unwrap(), bcrypt, "neither a code nor a wrong password hashes anything anew");

    let laptop = shop.sign_in("laptop", "Correct-Horse-7").await.unwrap();
    let argon2id = shop.stored().unwrap();
    assert!(argon2id.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{argon2id}");
    assert_eq!(shop.revision().await.unwrap(), revision);
    assert!(shop.is_signed_in("phone", &phone).await.unwrap());
    let others = "SELECT login || ' ' || mail || ' ' || state || ' ' || wants_newsletter FROM customers";
    let others: String = shop.table.query_row(others, [], |row| row.get(0)).unwrap();
    assert_eq!(others, "erin erin@example.com ok 1");

    shop.hash_with(hasher(&[]));
    assert!(refused(shop.sign_in("tablet", "Correct-Horse-8").await));
    let tablet = shop.sign_in("tablet", "Correct-Horse-7").await.unwrap();
    assert_eq!(shop.stored().unwrap(), argon2id, "an argon2id hash stays as it is");
    assert_eq!(shop.revision().await.unwrap(), revision);
    for (device, session) in [("phone", &phone), ("laptop", &laptop), ("tablet", &tablet)] {
        assert!(shop.is_signed_in(device, session).await.unwrap(), "{device}");
    }

    shop.table.execute("UPDATE customers SET pw_hash = ?1", [&bcrypt]).unwrap();
    assert!(!shop.is_signed_in("phone", &phone).await.unwrap(), "what the shop's own program sets ends them");
    assert!(shop.sign_in("laptop", "Correct-Horse-7").await.is_err(), "and bcrypt is accepted no more");
}
