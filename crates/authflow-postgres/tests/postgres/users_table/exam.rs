//! The exam, on two tables of somebody else.

use super::*;

#[tokio::test]
async fn a_table_of_somebody_elses_neglects_no_duty() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let settings = of_people(&database, &client).await;
    let host = host(PostgresStore::connect(settings).await.unwrap());
    for tenant in [Some(TenantId::new("o'org").unwrap()), None] {
        let audience = Audience { client_id: ClientId::new("app").unwrap(), tenant };
        let locked = Account {
            mobile: Mobile::new("+86 139 0000 0001").ok(),
            email: EmailAddress::new("Lou@example.com").ok(),
            ..bare(tenant, "locked", "lou", AccountStatus::Locked)
        };
        let noted = async |account: &Account| {
            let sql = "SELECT revision FROM authflow.side_accounts WHERE tenant = $1 AND id = $2";
            let tenant = tenant.as_ref().map_or("", TenantId::as_str);
            let row = client.query_one(sql, &[&tenant, &account.id.as_str()]).await.unwrap();
            Account { revision: Revision::try_from(row.get::<_, i64>(0)).unwrap(), ..account.clone() }
        };
        write(&client, &locked).await;
        let locked = noted(&locked).await;
        for account in [full(tenant), bare(tenant, "plain", "pat", AccountStatus::Active)] {
            write(&client, &account).await;
            let other = ClientId::new("another").unwrap();
            let exam = HostExam::on(audience, noted(&account).await, locked.clone(), other);
            assert_eq!(exam.take(&host, Moment::now().unwrap()).await, Ok(()));
            let make = async |account: Account| write(&client, &account).await;
            assert_eq!(exam.take_administered(&host, Moment::now().unwrap(), make).await, Ok(()));
        }
    }
}

#[tokio::test]
async fn a_table_of_numbers_and_flags_neglects_no_duty_that_it_can_have() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    let settings = settings(&database.url()).accounts(users());
    PostgresStore::migrate(&settings).await.unwrap();
    let host = host(PostgresStore::connect(settings).await.unwrap());
    let write = async |account: &Account| {
        let sql = "INSERT INTO users VALUES ($1::text::bigint, $2, $3, $4)";
        let email = account.email.as_ref().map(EmailAddress::as_str);
        let hash = account.password.as_ref().map(|password| password.verifier.expose());
        let enabled = account.status == AccountStatus::Active;
        client.execute(sql, &[&account.id.as_str(), &email, &hash, &enabled]).await.unwrap();
        write_side(&client, account).await;
    };
    let noted = async |account: Account| {
        write(&account).await;
        let sql = "SELECT revision, password_changed_at FROM authflow.side_accounts WHERE id = $1";
        let row = client.query_one(sql, &[&account.id.as_str()]).await.unwrap();
        let changed_at = Timestamp::try_from(row.get::<_, i64>(1)).unwrap();
        let password = account.password.map(|password| Password { changed_at, ..password });
        Account { revision: Revision::try_from(row.get::<_, i64>(0)).unwrap(), password, ..account }
    };
    let account = |id, email: &str, status| Account {
        user_name: None,
        email: EmailAddress::new(email).ok(),
        ..bare(None, id, "nobody", status)
    };
    let disabled = noted(account("7", "lou@example.com", AccountStatus::Disabled)).await;
    let active = noted(account("8", "FÄY@example.com", AccountStatus::Active)).await;
    let audience = Audience { client_id: ClientId::new("app").unwrap(), tenant: None };
    let mut exam = HostExam::on(audience, active, disabled, ClientId::new("another").unwrap());
    // The table has no mobile numbers.
    exam.contacts = false;
    // The table's ids are numbers, and it has no place for a user name.
    exam.registration = false;
    assert_eq!(exam.take(&host, Moment::now().unwrap()).await, Ok(()));
    let make = async |account: Account| write(&account).await;
    assert_eq!(exam.take_administered(&host, Moment::now().unwrap(), make).await, Ok(()));
}
