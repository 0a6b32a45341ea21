//! Accounts that are imported, all of a file or nothing, and accounts that a server is started with.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, World},
};
use std::{fmt::Write as _, fs};

/// The verifier of `Correct-Horse-7`, with the demonstration's parameters for new verifiers.
fn verifier(home: &Home) -> String {
    let sql = "SELECT verifier FROM authflow_accounts WHERE id = 'demo-alice' AND tenant = ''";
    home.database().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn import(home: &Home, name: &str, text: &str, more: &[&str]) -> crate::operator::Told {
    let path = home.path(name);
    fs::write(&path, text).unwrap();
    home.operate(&[&["account", "import", path.to_str().unwrap()], more].concat(), "")
}

fn signs_in(server: &Server, name: &str) -> bool {
    Call::login(World::Ordinary, name, PASSWORD).send(server).is_success()
}

#[test]
fn a_file_of_csv_and_one_of_json_are_signed_in_with_at_the_next_request() {
    let home = Home::new();
    let server = home.start();
    let verifier = verifier(&home);
    let csv = format!(
        "email,user_name,mobile,verifier,status,password_set_at\n\
         zoe@example.com,zoe,+86 138 0000 4711,\"{verifier}\",active,2026-11-01\n\
         ,yan,,\"{verifier}\",disabled,2026-11-01T10:00:00+08:00\n"
    );
    let told = import(&home, "people.csv", &csv, &["--dry-run"]).done();
    assert!(told.out.contains("2 accounts could be imported") && !signs_in(&server, "zoe"));
    let told = import(&home, "people.csv", &csv, &[]).done();
    assert!(told.out.contains("2 accounts imported"), "{told:?}");
    assert!(signs_in(&server, "zoe"));
    let shown = home.operate(&["account", "show", "+86-13800004711", "--json"], "").json();
    assert_eq!(shown["user_name"], "zoe");
    assert!(!signs_in(&server, "yan"), "she is disabled");
    let set_at = home.operate(&["account", "show", "yan", "--json"], "").json()["password"]["set_at"].clone();
    assert_eq!(set_at, "2026-11-01T02:00:00Z");

    let json = format!(r#"[{{ "user_name": "xia", "verifier": "{verifier}" }}]"#);
    import(&home, "people.json", &json, &["--password-set-at", "2026-11-20"]).done();
    assert!(signs_in(&server, "xia"));
    import(
        &home,
        "people.json",
        &json,
        &["--tenant", World::Isv.tenant(), "--password-set-at", "2026-11-20"],
    )
    .done();
    assert!(
        Call::login(World::Isv, "xia", PASSWORD).send(&server).is_success(),
        "another one, of the tenant"
    );
}

#[test]
fn every_bad_row_is_told_by_its_line_and_nothing_is_imported() {
    let home = Home::new();
    home.start().stop();
    let good = verifier(&home);
    let weak = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let bcrypt = "$2b$12$abcdefghijklmnopqrstuuIhSHOYW62MYzOCiBO1FrAHfyr5D9TxS";
    let before = home.number("SELECT count(*) FROM authflow_accounts");
    let csv = format!(
        "user_name,mobile,email,verifier,status,password_set_at\n\
         good,,,\"{good}\",,2026-11-01\n\
         bad name,,,,,\n\
         ,13800004711,,,,\n\
         ,,no address,,,\n\
         weak,,,\"{weak}\",,2026-11-01\n\
         bcrypt,,,\"{bcrypt}\",,2026-11-01\n\
         clear,,,hunter2,,2026-11-01\n\
         undated,,,\"{good}\",,\n\
         late,,,\"{good}\",,2999-01-01\n\
         odd,,,,sleeping,\n\
         ,,,,,\n\
         GOOD,,,,,\n"
    );
    let told = import(&home, "people.csv", &csv, &[]);
    assert_eq!(told.code, 1, "{told:?}");
    for (line, words) in [
        (3, "a new user name"),
        (4, "as in +86-"),
        (5, "e-mail address"),
        (6, "m=256,t=2,p=1"),
        (7, "$2b$12"),
        (8, "that somebody could sign in with"),
        (9, "--password-set-at"),
        (10, "not be later than now"),
        (11, "active, locked or disabled"),
        (12, "found by"),
        (13, "that of line 2"),
    ] {
        let line = format!("line {line}: ");
        let said = told.err.lines().find(|said| said.contains(&line)).unwrap_or_else(|| panic!("{told:?}"));
        assert!(said.contains(words), "{said}");
    }
    assert!(told.err.contains("nothing was imported") && !told.err.contains("hunter2"), "{told:?}");
    import(&home, "people.csv", "user_name\nzoe\nALICE\nmona\n", &[])
        .refused(1, "line 3: the user name, number or address is that of an account that is there");
    import(&home, "people.csv", "name\nzoe\n", &[]).refused(1, "line 1: column 1 must be one of");
    import(&home, "people.txt", "user_name\nzoe\n", &[]).refused(1, ".csv or .json");
    import(&home, "people.csv", "user_name\nzoe\n", &["--tenant", "x"]).refused(1, "none does");
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), before);
}

#[test]
fn a_bcrypt_verifier_is_taken_where_its_cost_is_accepted() {
    let home = Home::new();
    let config = home.path("config.toml");
    fs::write(
        &config,
        "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n[hashing]\naccepted = ['$2b$04']\n",
    )
    .unwrap();
    let config = config.to_str().unwrap();
    home.operate(&["migrate", "--config", config], "").done();
    // The verifier of `abc` in OpenBSD's vectors, from jBCrypt.
    let csv = "user_name,verifier\nzoe,$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i\n";
    let more = ["--config", config, "--password-set-at", "2026-11-01"];
    import(&home, "people.csv", csv, &more).refused(1, "line 2: a verifier must be one");
    let accepted = fs::read_to_string(config).unwrap().replace("$2b$04", "$2b$06");
    fs::write(config, accepted).unwrap();
    import(&home, "people.csv", csv, &more).done();
    let server = home.start_with(&["--config", config]);
    let signs_in = Call::login(World::Ordinary, "zoe", "abc").with("X-client-id", "web");
    assert!(signs_in.send(&server).is_success());
}

#[test]
fn a_large_file_is_imported_whole_beside_a_server_that_answers() {
    let home = Home::new();
    let server = home.start();
    let mut csv = String::from("user_name,email\n");
    for number in 0..20_000 {
        writeln!(csv, "user{number},user{number}@example.com").unwrap();
    }
    let told = import(&home, "people.csv", &csv, &["--json"]).json();
    assert_eq!(told["accounts"], 20_000);
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), 20_018);
    assert!(signs_in(&server, "alice"));
    import(&home, "people.csv", &csv, &[]).refused(1, "and 19950 more");
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), 20_018);
}
