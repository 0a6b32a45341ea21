//! The library's exam for stores, on a table whose names would not be names if they were not quoted.

use crate::people::Service;
use authflow::{
    Moment, TenantId,
    account::{Account, AccountStatus, UserName},
    contact::{EmailAddress, Mobile},
    factor::{Factor, Totp},
    testkit::StoreExam,
};
use authflow_sqlite::{MappedAccounts, SqliteStore, UsersTable, rusqlite::params};

const HOSTILE: &str = r#"
    CREATE TABLE "the ""people""; DROP TABLE x; --" (
        number INTEGER PRIMARY KEY,
        "order" TEXT NOT NULL,
        [group] TEXT NOT NULL DEFAULT '',
        "login 'name'" TEXT NOT NULL COLLATE NOCASE,
        e_mail TEXT NOT NULL DEFAULT '',
        telephone TEXT,
        "select" VARCHAR(255),
        state TEXT NOT NULL,
        changed DATETIME,
        claims TEXT,
        UNIQUE ("order", [group])
    );"#;

fn hostile() -> UsersTable {
    let words = [
        ("o'k", AccountStatus::Active),
        ("fine", AccountStatus::Active),
        ("shut", AccountStatus::Locked),
        ("off", AccountStatus::Disabled),
    ];
    UsersTable::named(r#"the "people"; DROP TABLE x; --"#)
        .id("Order")
        .tenant("group")
        .user_name("login 'name'")
        .email("E_MAIL")
        .mobile("telephone")
        .verifier("select")
        .status("state", words)
        .password_set_at("changed")
        .profile("claims")
        .takes_new_accounts()
        .takes_new_contacts()
}

/// Writes what the service and its administrators write.
fn make(service: &Service, account: Account) {
    let tenant = account.tenant.as_ref().map(TenantId::as_str);
    let password = account.password.as_ref();
    let state = if account.status == AccountStatus::Locked { "shut" } else { "o'k" };
    let sql = r#"INSERT INTO "the ""people""; DROP TABLE x; --"
            ("order", "group", "login 'name'", e_mail, telephone, "select", state, changed, claims)
        VALUES (?1, coalesce(?2, ''), ?3, coalesce(?4, ''), ?5, ?6, ?7, datetime(?8, 'unixepoch'), ?9)"#;
    let written = service.connection.execute(
        sql,
        params![
            account.id.as_str(),
            tenant,
            account.user_name.as_ref().map(UserName::as_str),
            account.email.as_ref().map(EmailAddress::as_str),
            account.mobile.as_ref().map(Mobile::as_str),
            password.map(|password| password.verifier.expose()),
            state,
            password.map(|password| i64::from(password.changed_at)),
            account.profile.to_json(),
        ],
    );
    written.unwrap();
    let enrolled: Vec<_> = account.enrolled.iter().map(Factor::amr).collect();
    let totp = account.totp.as_ref();
    let sql = "UPDATE authflow_side_accounts SET must_change = ?3, skips_used = ?4, enrolled = ?5, factors_changed_at = ?6,
            totp_sealed = ?7, totp_algorithm = coalesce(?8, 'sha1'), totp_digits = coalesce(?9, 6),
            totp_step_seconds = coalesce(?10, 30), totp_step = coalesce(?11, -1)
        WHERE tenant = coalesce(?1, '') AND id = ?2";
    let written = service.connection.execute(
        sql,
        params![
            tenant,
            account.id.as_str(),
            password.and_then(|password| password.must_change).map(|reason| reason.as_str()),
            password.map_or(0, |password| password.skips_used),
            enrolled.join(" "),
            i64::from(account.factors_changed_at),
            totp.map(|totp| totp.secret().as_str()),
            totp.map(|totp| totp.algorithm().as_str()),
            totp.map(Totp::digits),
            totp.map(|totp| i64::try_from(totp.step_seconds()).unwrap()),
            totp.and_then(Totp::last_used_step).map(|step| i64::try_from(step).unwrap()),
        ],
    );
    assert_eq!(written.unwrap(), 1);
}

#[tokio::test]
async fn it_neglects_no_duty() {
    let service = Service::with(HOSTILE);
    let store: SqliteStore<MappedAccounts> = service.open(hostile()).unwrap();
    let make = async |_: &SqliteStore<MappedAccounts>, account| make(&service, account);
    let exam = StoreExam::new(|| Moment::now().unwrap());
    for _ in 0..2 {
        assert_eq!(exam.take_administered(store.clone(), make).await, Ok(()));
    }
    let locked = service
        .text(r#"SELECT state FROM "the ""people""; DROP TABLE x; --" WHERE "order" = 'id-exam.locked'"#);
    assert_eq!(locked, "shut");
}
