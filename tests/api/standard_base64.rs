//! The number of id tokens that a client cannot read if it decodes them with standard base64, as `java.util.Base64.getDecoder()` does,
//! instead of base64url (RFC 7515 §2). One of the two public clients of the family does so.
//!
//! ```sh
//! cargo test --all-features --test api standard_base64 -- --nocapture
//! ```

use authflow::testkit::{Call, MemoryHost, World, demo};
use authflow::{
    Application, Applications, ClientId, Config, Engine, IdentityPlace,
    account::{Account, Profile, UserName},
    contact::{EmailAddress, Mobile},
    sdk::Api,
};
use serde_json::json;

const PEOPLE: usize = 1_000;

/// A world whose only account has this name, and a user name, a number and an address in ASCII.
fn world_of(identity: IdentityPlace, number: usize, name: &str) -> World {
    let isv = Application::isv(ClientId::new(demo::ISV).unwrap(), [demo::tenant()]);
    let applications = vec![Application { identity, ..isv }];
    let config = Config::new(demo::issuer(), demo::ring(), Applications::Fixed(applications));
    let user_name = format!("user{number}");
    let account = Account {
        user_name: UserName::new(&user_name).ok(),
        password: Some(demo::password(demo::PASSWORD, demo::START)),
        mobile: Mobile::new(&format!("+86-138{number:08}")).ok(),
        email: EmailAddress::new(&format!("{user_name}@example.com")).ok(),
        profile: Profile::new(&json!({ "name": name })).unwrap(),
        ..demo::account(&user_name)
    };
    let host = MemoryHost { accounts: vec![account], ..MemoryHost::default() };
    World::of(Api::new(Engine::new(config).unwrap()), host)
}

/// The number of tokens whose header or payload has a character that standard base64 lacks.
fn unreadable(identity: IdentityPlace, name: impl Fn(usize) -> String) -> usize {
    let is_unreadable = |number: &usize| {
        let mut world = world_of(identity, *number, &name(*number));
        let answer = world.send(&Call::login(&format!("user{number}"), demo::PASSWORD));
        let (signed, _) = answer.id_token().rsplit_once('.').unwrap();
        signed.contains(['-', '_'])
    };
    (0..PEOPLE).filter(is_unreadable).count()
}

fn latin(number: usize) -> String {
    format!("Erin Example {number}")
}

/// A family name and a given name, of the most frequent characters.
fn chinese(number: usize) -> String {
    let pick = |of: &str, at: usize| of.chars().nth(at % of.chars().count()).unwrap();
    let given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平";
    let name = [pick("王李张刘陈杨黄赵吴周", number), pick(given, number / 10), pick(given, number / 200)];
    name.into_iter().collect()
}

#[test]
fn only_names_beyond_ascii_make_a_token_that_standard_base64_does_not_read() {
    for (identity, place) in [(IdentityPlace::Flat, "at top level"), (IdentityPlace::Api, "in the claim api")]
    {
        let [ascii, beyond] = [unreadable(identity, latin), unreadable(identity, chinese)];
        println!(
            "{place}: {ascii} of {PEOPLE} id tokens with names in ASCII, {beyond} of {PEOPLE} with Chinese names"
        );
        assert_eq!(ascii, 0, "no byte below 128 but > ? ~ gives one of the two characters");
        // The place of the name in its group of three bytes also decides, and that follows from all that stands before it.
        assert!(beyond > PEOPLE / 20 || identity == IdentityPlace::Api, "{beyond}");
    }
}
