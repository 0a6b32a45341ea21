//! Accounts.

use crate::{
    StoreError,
    columns::{Of, get, read, read_optional, seconds, tenant, tenant_id, timestamp},
};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{
        Account, AccountKey, AccountStatus, ContactNames, FindAccount, NameKind, Profile, Revision, UserName,
    },
    contact::{Channel, EmailAddress, Mobile, Recipient},
    factor::{FactorSet, Totp},
    password::{Password, Verifier},
    sealing::SealedSecret,
    step::CommitRefusal,
};
use sqlx::{PgConnection, postgres::PgRow};

pub(crate) async fn find(
    connection: &mut PgConnection,
    in_tenant: &Option<TenantId>,
    key: &AccountKey,
) -> Result<Option<Account>, StoreError> {
    let rows = match key {
        AccountKey::Id(id) => {
            let sql = "SELECT * FROM login.accounts WHERE tenant = $1 AND id = $2";
            sqlx::query(sql).bind(tenant(in_tenant)).bind(id.as_str()).fetch_all(connection).await?
        }
        // One statement does both reads. Between two statements, the identity could be taken from the account.
        AccountKey::Identity(identity) => {
            let sql = "SELECT accounts.* FROM login.identities
                JOIN login.accounts ON accounts.tenant = identities.tenant AND accounts.id = identities.account
                WHERE identities.tenant = $1 AND provider = $2 AND uid = $3";
            let provider = identity.provider();
            let query = sqlx::query(sql).bind(tenant(in_tenant)).bind(provider.as_str());
            query.bind(identity.uid()).fetch_all(connection).await?
        }
        AccountKey::Identifier(typed) => {
            let named = |wanted| typed.names().find(|(kind, _)| *kind == wanted).map(|(_, name)| name);
            let sql = "SELECT * FROM login.accounts WHERE tenant = $1 AND user_name_key = $2
                UNION ALL SELECT * FROM login.accounts WHERE tenant = $1 AND mobile_key = $3
                UNION ALL SELECT * FROM login.accounts WHERE tenant = $1 AND email_key = $4";
            let query = sqlx::query(sql).bind(tenant(in_tenant)).bind(named(NameKind::UserName));
            query.bind(named(NameKind::Mobile)).bind(named(NameKind::Email)).fetch_all(connection).await?
        }
    };
    let found = rows.iter().map(|row| account(row).map(Some)).collect::<Result<Vec<_>, _>>()?;
    FindAccount::only(found).map_err(|_| StoreError::Ambiguous)
}

fn account(row: &PgRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: read(row, "id", |id: &str| AccountId::new(id))?,
        tenant: tenant_id(row)?,
        revision: read(row, "revision", |stored: i64| Revision::try_from(stored))?,
        status: read(row, "status", str::parse)?,
        user_name: read_optional(row, "user_name", |name: &str| UserName::new(name))?,
        password: match get::<Option<&str>>(row, "verifier")? {
            Some(verifier) => Some(Password {
                verifier: Verifier::new(verifier),
                changed_at: timestamp(row, "password_changed_at")?,
                must_change: read_optional(row, "must_change", str::parse)?,
                skips_used: read(row, "skips_used", |stored: i64| u32::try_from(stored))?,
                form: read(row, "password_form", str::parse)?,
            }),
            None => None,
        },
        mobile: read_optional(row, "mobile", |number: &str| Mobile::new(number))?,
        email: read_optional(row, "email", |address: &str| EmailAddress::new(address))?,
        totp: totp(row)?,
        enrolled: factors(row, "enrolled")?,
        factors_changed_at: timestamp(row, "factors_changed_at")?,
        profile: read(row, "profile", |claims: &str| Profile::from_json(claims))?,
    })
}

fn totp(row: &PgRow) -> Result<Option<Totp>, StoreError> {
    let Some(secret) = read_optional(row, "totp_sealed", |sealed: &str| SealedSecret::new(sealed))? else {
        return Ok(None);
    };
    let algorithm = read(row, "totp_algorithm", str::parse)?;
    let digits = read(row, "totp_digits", |stored: i64| u8::try_from(stored))?;
    let used = read_optional(row, "totp_step", |stored: i64| u64::try_from(stored))?;
    let totp =
        Totp::new(secret, algorithm, digits, used).map_err(|_| StoreError::Malformed("totp_digits"))?;
    let is_slow = get::<i64>(row, "totp_step_seconds")? == 60;
    Ok(Some(if is_slow { totp.with_steps_of_a_minute() } else { totp }))
}

pub(crate) fn factors(row: &PgRow, column: &'static str) -> Result<FactorSet, StoreError> {
    let bits = read(row, column, |stored: i64| u8::try_from(stored))?;
    FactorSet::from_bits(bits).map_err(|_| StoreError::Malformed(column))
}

/// Makes an account with a revision that has been drawn. Says whether it was made: false if its id or one of its names is another account's.
pub(crate) async fn create(connection: &mut PgConnection, new: &Account) -> Result<bool, StoreError> {
    let (password, totp) = (new.password.as_ref(), new.totp.as_ref());
    let sql = "INSERT INTO login.accounts (tenant, id, revision, status, user_name, mobile, email, user_name_key, mobile_key, email_key,
            verifier, password_form, password_changed_at, must_change, skips_used, enrolled, factors_changed_at,
            totp_sealed, totp_algorithm, totp_digits, totp_step_seconds, totp_step, profile)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        ON CONFLICT DO NOTHING";
    let made = sqlx::query(sql)
        .bind(tenant(&new.tenant))
        .bind(new.id.as_str())
        .bind(i64::from(new.revision))
        .bind(new.status.as_str())
        .bind(new.user_name.as_ref().map(UserName::as_str))
        .bind(new.mobile.as_ref().map(Mobile::as_str))
        .bind(new.email.as_ref().map(EmailAddress::as_str))
        .bind(new.user_name.as_ref().map(UserName::normalised))
        .bind(mobile_key(new))
        .bind(new.email.as_ref().map(EmailAddress::normalised))
        .bind(password.map(|password| password.verifier.expose()))
        .bind(password.map(|password| password.form.as_str()))
        .bind(password.map(|password| seconds(password.changed_at)))
        .bind(password.and_then(|password| password.must_change).map(|reason| reason.as_str()))
        .bind(password.map_or(0, |password| i64::from(password.skips_used)))
        .bind(i64::from(new.enrolled.to_bits()))
        .bind(seconds(new.factors_changed_at))
        .bind(totp.map(|totp| totp.secret().as_str()))
        .bind(totp.map(|totp| totp.algorithm().as_str()))
        .bind(totp.map(|totp| i64::from(totp.digits())))
        .bind(totp.map(|totp| number(totp.step_seconds())).transpose()?)
        .bind(totp.and_then(Totp::last_used_step).map(number).transpose()?)
        .bind(new.profile.to_json())
        .execute(connection)
        .await?;
    Ok(made.rows_affected() == 1)
}

/// Makes the account of a subject who registers, or says why not.
pub(crate) async fn register(
    connection: &mut PgConnection,
    new: &Account,
    names: &ContactNames,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Some(refusal) = taken_by_another(&mut *connection, new, names).await? {
        return Ok(Some(refusal));
    }
    if create(&mut *connection, new).await? {
        return Ok(None);
    }
    // Another request was faster.
    taken_by_another(connection, new, names).await?.map(Some).ok_or(StoreError::Gone)
}

async fn taken_by_another(
    connection: &mut PgConnection,
    new: &Account,
    names: &ContactNames,
) -> Result<Option<CommitRefusal>, StoreError> {
    let sql = "SELECT EXISTS (SELECT FROM login.accounts WHERE tenant = $1 AND id = $2) AS id,
            EXISTS (SELECT FROM login.accounts WHERE tenant = $1 AND mobile_key = $3)
                OR EXISTS (SELECT FROM login.accounts WHERE tenant = $1 AND email_key = $4)
                OR EXISTS (SELECT FROM login.accounts WHERE tenant = $1 AND user_name_key IN ($6, $7, $8, $9)) AS contact,
            EXISTS (SELECT FROM login.accounts WHERE tenant = $1 AND user_name_key = $5) AS user_name";
    let ask = sqlx::query(sql)
        .bind(tenant(&new.tenant))
        .bind(new.id.as_str())
        .bind(mobile_key(new))
        .bind(new.email.as_ref().map(EmailAddress::normalised))
        .bind(new.user_name.as_ref().map(UserName::normalised));
    let ask = names.texts().into_iter().fold(ask, |query, name| query.bind(name));
    let row = ask.fetch_one(connection).await?;
    for (column, refusal) in [
        ("id", CommitRefusal::AccountExists),
        ("contact", CommitRefusal::ContactTaken),
        ("user_name", CommitRefusal::UserNameTaken),
    ] {
        if get(&row, column)? {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

/// A number without its country belongs to nobody.
fn mobile_key(account: &Account) -> Option<&str> {
    account.mobile.as_ref().filter(|mobile| mobile.is_international()).map(Mobile::normalised)
}

fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Malformed("number"))
}

/// Locks the account, once no other transaction holds it, and says what it is now.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    of: Of<'_>,
) -> Result<Option<(Revision, AccountStatus)>, StoreError> {
    let sql = "SELECT revision, status FROM login.accounts WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
    let row = sqlx::query(sql).bind(of.tenant).bind(of.account.as_str()).fetch_optional(connection).await?;
    row.map(|row| {
        Ok((
            read(&row, "revision", |stored: i64| Revision::try_from(stored))?,
            read(&row, "status", str::parse)?,
        ))
    })
    .transpose()
}

pub(crate) async fn record_skip(
    connection: &mut PgConnection,
    of: Of<'_>,
    budget: u32,
) -> Result<bool, StoreError> {
    let sql = "UPDATE login.accounts SET skips_used = skips_used + 1
        WHERE tenant = $1 AND id = $2 AND verifier IS NOT NULL AND skips_used < $3";
    let skip = sqlx::query(sql).bind(of.tenant).bind(of.account.as_str()).bind(i64::from(budget));
    Ok(skip.execute(connection).await?.rows_affected() == 1)
}

pub(crate) async fn store_password(
    connection: &mut PgConnection,
    of: Of<'_>,
    (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
) -> Result<(), StoreError> {
    let sql = "UPDATE login.accounts SET verifier = $3, password_form = 'canonical', password_changed_at = $4, must_change = NULL,
            skips_used = 0, revision = $5
        WHERE tenant = $1 AND id = $2";
    let password = sqlx::query(sql).bind(of.tenant).bind(of.account.as_str()).bind(verifier.expose());
    password.bind(seconds(changed_at)).bind(i64::from(revision)).execute(connection).await?;
    Ok(())
}

/// Says whether the contact is the account's now: false if another account is known by it. If two accounts replace a contact at once, the second one
/// waits and sees what the first one did.
pub(crate) async fn replace_contact(
    connection: &mut PgConnection,
    of: Of<'_>,
    (new, names, revision): (&Recipient, &ContactNames, Revision),
) -> Result<bool, StoreError> {
    let (column, key_column) = match new.channel() {
        Channel::Sms => ("mobile", "mobile_key"),
        Channel::Email => ("email", "email_key"),
    };
    let alone = sqlx::query("SELECT pg_advisory_xact_lock(hashtext('contacts'), hashtext($1))");
    alone.bind(of.tenant).execute(&mut *connection).await?;
    let sql = format!(
        "UPDATE login.accounts SET revision = $5, {column} = $3, {key_column} = $4
        WHERE tenant = $1 AND id = $2 AND NOT EXISTS
            (SELECT FROM login.accounts WHERE tenant = $1 AND id <> $2
                AND ({key_column} = $4 OR user_name_key IN ($6, $7, $8, $9)))"
    );
    let replace = sqlx::query(&sql)
        .bind(of.tenant)
        .bind(of.account.as_str())
        .bind(new.as_str())
        .bind(new.normalised())
        .bind(i64::from(revision));
    let replaced = names.texts().into_iter().fold(replace, |query, name| query.bind(name));
    let replaced = replaced.execute(connection).await?;
    Ok(replaced.rows_affected() == 1)
}

pub(crate) async fn set_revision(
    connection: &mut PgConnection,
    of: Of<'_>,
    revision: Revision,
) -> Result<(), StoreError> {
    let sql = "UPDATE login.accounts SET revision = $3 WHERE tenant = $1 AND id = $2";
    let account = sqlx::query(sql).bind(of.tenant).bind(of.account.as_str());
    account.bind(i64::from(revision)).execute(connection).await?;
    Ok(())
}

/// Stores the same password under a new hash. The revision stays.
pub(crate) async fn rehash(
    connection: &mut PgConnection,
    of: Of<'_>,
    verifier: &Verifier,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE login.accounts SET verifier = $3, password_form = 'canonical' WHERE tenant = $1 AND id = $2";
    sqlx::query(sql)
        .bind(of.tenant)
        .bind(of.account.as_str())
        .bind(verifier.expose())
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores the same secret under a new seal. The revision stays.
pub(crate) async fn reseal(
    connection: &mut PgConnection,
    of: Of<'_>,
    secret: &SealedSecret,
) -> Result<(), StoreError> {
    let sql = "UPDATE login.accounts SET totp_sealed = $3 WHERE tenant = $1 AND id = $2";
    sqlx::query(sql)
        .bind(of.tenant)
        .bind(of.account.as_str())
        .bind(secret.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn use_totp_step(
    connection: &mut PgConnection,
    of: Of<'_>,
    step: u64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE login.accounts SET totp_step = $3
        WHERE tenant = $1 AND id = $2 AND (totp_step IS NULL OR totp_step < $3)";
    let used = sqlx::query(sql).bind(of.tenant).bind(of.account.as_str()).bind(number(step)?);
    Ok(used.execute(connection).await?.rows_affected() == 1)
}
