//! Accounts are made and changed beside a running server, which follows at its next request.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World},
};
use std::fs;

const NEW: &str = "Violet-Anchor-29";

fn signs_in(name: &str, password: &str) -> Call {
    Call::login(World::Ordinary, name, password)
}

#[test]
fn an_account_that_is_added_signs_in_at_the_next_request() {
    let home = Home::new();
    let server = home.start();
    signs_in("zoe", NEW).send(&server).assert_credentials_refused();
    let add =
        ["account", "add", "Zoe", "--mobile", "+86 138 0000 4711", "--password", "--permanent", "--json"];
    let added = home.operate(&add, &format!("{NEW}\n")).json();
    assert_eq!((&added["user_name"], &added["status"]), (&"Zoe".into(), &"active".into()));
    assert!(signs_in("zoe", NEW).send(&server).is_success());

    let shown = home.operate(&["account", "show", "+8613800004711", "--json"], "").json();
    assert_eq!(shown, added, "whatever she is called by");
    let id = added["id"].as_str().unwrap();
    assert_eq!(home.operate(&["account", "show", "--id", id, "--json"], "").json(), added);
    let told = home.operate(&["account", "show", "ZOE"], "").done().out;
    assert!(told.contains("Zoe") && told.contains(id) && told.contains("set 20"), "{told}");
    assert!(!told.contains("argon2"), "no verifier: {told}");
}

#[test]
fn a_first_password_must_be_changed_unless_it_is_to_stay() {
    let home = Home::new();
    let server = home.start();
    home.operate(&["account", "add", "zoe", "--password"], NEW).done();
    assert_eq!(signs_in("zoe", NEW).send(&server).text("status"), "PASSWORD_EXPIRED");
}

#[test]
fn a_password_that_is_given_ends_what_was_before_and_must_be_changed() {
    let home = Home::new();
    let server = home.start();
    let session = signs_in("alice", PASSWORD).send(&server).text("id_token");
    assert_eq!(Call::check(World::Ordinary, &session).send(&server).status, 200);
    let told = home.operate(&["account", "set-password", "alice"], NEW).done();
    assert!(told.out.contains("must be changed (administrator_reset)"), "{told:?}");
    assert!(![&told.out, &told.err, &home.log()].iter().any(|text| text.contains(NEW)), "{told:?}");
    Call::check(World::Ordinary, &session).send(&server).assert_id_token_refused();
    signs_in("alice", PASSWORD).send(&server).assert_credentials_refused();
    assert_eq!(signs_in("alice", NEW).send(&server).text("status"), "PASSWORD_EXPIRED");
    home.operate(&["account", "set-password", "alice", "--permanent"], NEW).done();
    assert!(signs_in("alice", NEW).send(&server).is_success());
}

#[test]
fn a_password_that_is_given_follows_the_rules() {
    let home = Home::new();
    home.start().stop();
    let set = |password: &str| home.operate(&["account", "set-password", "alice"], password);
    set("short").refused(1, "a password must have more characters");
    set("password123").refused(1, "among the commonest");
    set("Alice-2026!").refused(1, "its owner's name");
    set("").refused(1, "a password must stand on standard input");
    set("Violet-Anchor-29\nand more").refused(1, "one line");
    let changed =
        "SELECT count(*) FROM authflow_accounts WHERE id = 'demo-alice' AND must_change IS NOT NULL";
    assert_eq!(home.number(changed), 0, "nothing was changed");
}

#[test]
fn who_is_disabled_is_out_and_who_is_enabled_signs_in_again() {
    let home = Home::new();
    let server = home.start();
    let session = signs_in("alice", PASSWORD).send(&server).text("id_token");
    let told = home.operate(&["account", "disable", "alice", "--json"], "").json();
    assert_eq!(told["status"], "disabled");
    Call::check(World::Ordinary, &session).send(&server).assert_id_token_refused();
    signs_in("alice", PASSWORD).send(&server).assert_credentials_refused();
    assert!(Call::login(World::Isv, "alice", PASSWORD).send(&server).is_success(), "another tenant's stays");
    home.operate(&["account", "enable", "alice"], "").done();
    assert!(signs_in("alice", PASSWORD).send(&server).is_success());
    Call::check(World::Ordinary, &session).send(&server).assert_id_token_refused();
}

#[test]
fn who_is_locked_by_guesses_gets_them_back() {
    let home = Home::new();
    let server = home.start();
    for _ in 0..5 {
        signs_in("alice", "wrong").send(&server).assert_credentials_refused();
    }
    signs_in("alice", PASSWORD).send(&server).assert_credentials_refused();
    home.operate(&["account", "unlock", "alice"], "").done();
    assert!(signs_in("alice", PASSWORD).send(&server).is_success());
}

#[test]
fn a_password_expires_when_it_is_told_to() {
    let home = Home::new();
    let server = home.start();
    home.operate(&["account", "expire-password", "alice"], "").done();
    assert_eq!(signs_in("alice", PASSWORD).send(&server).text("status"), "PASSWORD_EXPIRED");
    home.operate(&["account", "expire-password", "nora"], "").refused(1, "no password that could expire");
}

#[test]
fn a_password_that_attackers_know_stays_marked_so() {
    let home = Home::new();
    home.start().stop();
    for more in [&["--breached"][..], &[]] {
        home.operate(&[&["account", "expire-password", "alice"], more].concat(), "").done();
        let mark = "SELECT count(*) FROM authflow_accounts WHERE must_change = 'breached'";
        assert_eq!(home.number(mark), 1, "{more:?}");
    }
}

#[test]
fn a_database_of_no_demonstration_is_worked_on_with_its_configuration_alone() {
    let home = Home::new();
    home.start().stop();
    home.operate(&["account", "show", "alice"], "").done();
    home.execute("DELETE FROM authflow_accounts WHERE id LIKE 'demo-%'");
    for command in [&["account", "list"][..], &["account", "add", "zoe"], &["keys", "list"], &["check"]] {
        home.operate(command, "").refused(1, "say --config");
    }
    let config = home.path("config.toml");
    fs::write(&config, "issuer = 'https://login.example.com'\n[[applications]]\nclient_id = 'app'\n")
        .unwrap();
    let config = config.to_str().unwrap();
    home.operate(&["account", "add", "zoe", "--config", config], "").done();
}

#[test]
fn what_is_done_and_cannot_be_told_ends_with_4() {
    let home = Home::new();
    home.start().stop();
    let mut command = home.command(&["account", "disable", "alice"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(command.stdout(full).status().unwrap().code(), Some(4));
    assert!(home.log().contains("is done, and its answer cannot be written"));
    assert_eq!(
        home.number("SELECT count(*) FROM authflow_accounts WHERE status = 'disabled' AND id = 'demo-alice'"),
        1
    );
}

#[test]
fn accounts_are_listed_page_by_page_and_tenant_by_tenant() {
    let home = Home::new();
    home.start().stop();
    let list = |more: &[&str]| {
        let answer = home.operate(&[&["account", "list", "--json"], more].concat(), "").json();
        let ids =
            answer["accounts"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), answer["next"].as_str().map(str::to_owned))
    };
    let (all, next) = list(&[]);
    assert!(all.len() == 9 && all.is_sorted() && next.is_none());
    let (mut pages, mut next) = list(&["--at-most", "4"]);
    while let Some(after) = next {
        let (page, then) = list(&["--at-most", "4", "--after", &after]);
        assert!(page.len() <= 4);
        pages.extend(page);
        next = then;
    }
    assert_eq!(pages, all);
    assert_eq!(list(&["--tenant", World::Isv.tenant()]).0, all, "others, of the same ids");
    assert_eq!(list(&["--tenant", "nobody's"]).0.len(), 0);
    let told = home.operate(&["account", "list", "--at-most", "1"], "").done().out;
    assert!(told.contains("demo-alice") && told.contains("--after demo-alice"), "{told}");
}

#[test]
fn who_is_not_there_is_an_end_with_3_whatever_was_to_be_done() {
    let home = Home::new();
    home.start().stop();
    for command in ["show", "set-password", "expire-password", "disable", "enable", "unlock"] {
        home.operate(&["account", command, "nobody"], NEW).refused(3, "no account of that name");
        home.operate(&["account", command, "alice", "--tenant", "x"], NEW).refused(3, "in the tenant x");
        home.operate(&["account", command, "--id", "nobody"], NEW).refused(3, "no account nobody");
    }
}

#[test]
fn an_account_that_nobody_could_use_is_not_made() {
    let home = Home::new();
    home.start().stop();
    let add = |arguments: &[&str]| home.operate(&[&["account", "add"], arguments].concat(), "");
    let before = home.number("SELECT count(*) FROM authflow_accounts");
    add(&["ALICE"]).refused(1, "another account's");
    add(&["zoe", "--email", "MONA@example.com"]).refused(1, "another account's");
    add(&["zoe", "--id", "demo-alice"]).refused(1, "the id is another account's");
    add(&["zoe@example.com"]).refused(1, "no e-mail address");
    add(&["zoe", "--mobile", "13800004711"]).refused(1, "as in +86-");
    add(&["zoe", "--tenant", "x"]).refused(1, "none does");
    add(&[]).refused(1, "to be found by");
    add(&["zoe", "--permanent"]).refused(2, "--password");
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), before);
}

#[test]
fn no_command_makes_a_database_or_keys_but_migrate() {
    let home = Home::new();
    home.operate(&["account", "list"], "").refused(1, "`authflow-server migrate`");
    assert_eq!(fs::read_dir(home.path(".")).unwrap().count(), 1, "the log alone");
    home.operate(&["migrate"], "").done();
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts"), 0);
    fs::remove_file(home.path("keys.toml")).unwrap();
    home.operate(&["account", "list"], "").refused(1, "here is no");
    home.operate(&["account", "list", "--database", "sqlite::memory:"], "").refused(1, "its server's alone");
}
