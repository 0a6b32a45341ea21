//! The triggers on the table, which keep the side table in step, whoever writes.

use super::{
    beside::{Beside, NOT_BESIDE},
    catalogue::{Table, refused},
    statements::text_of,
};
use crate::{
    Connection, StoreError, Transaction,
    columns::get,
    parameters::{int8, text},
};
use authflow_users_table::{literal, quoted};

const NAME: &str = "authflow_note_user";
const OF_TRUNCATION: &str = "authflow_note_truncation";

/// The body of the function that runs with every written row. It writes the side table with the rights of the function's owner, not with those of the
/// writer. So nobody else may attach it to another table.
fn body(table: &Table) -> String {
    let of = |row: &str| [table.user_name_of(row), table.mobile_of(row), table.email_of(row)];
    let [user_name, mobile, email] = of("NEW");
    let names = of("NEW").join(", ");
    let earlier_names = of("OLD").join(", ");
    let keys = format!(
        "authflow.user_name_key({user_name}), authflow.mobile_key({mobile}), authflow.email_key({email})"
    );
    let is_spelled = [("user_name", &user_name), ("mobile", &mobile), ("email", &email)]
        .map(|(name, value)| format!("({value} IS NULL OR authflow.{name}_key({value}) IS NOT NULL)"))
        .join(" AND ");
    let judged = |row: &str| {
        let [_, mobile, email] = of(row);
        let set_at = table.columns.password_set_at.as_ref().map(|column| format!("{row}.{}", quoted(column)));
        let status = table.columns.status.as_ref().map(|(column, _)| text_of(row, column));
        let columns = [table.verifier_of(row), mobile, email].into_iter().chain(set_at).chain(status);
        columns.collect::<Vec<_>>().join(", ")
    };
    let [verifier, earlier_verifier] = [table.verifier_of("NEW"), table.verifier_of("OLD")];
    let [tenant, id] = [table.tenant_of("NEW"), table.id_of("NEW")];
    let [earlier_tenant, earlier_id] = [table.tenant_of("OLD"), table.id_of("OLD")];
    let is_account = table.is_account("NEW");
    let [judged, judged_before] = [judged("NEW"), judged("OLD")];
    format!(
        "
DECLARE
    is_new boolean := TG_OP = 'INSERT';
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM authflow.side_accounts;
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND NOT {is_account} THEN
        DELETE FROM authflow.side_accounts WHERE tenant = {earlier_tenant} AND id = {earlier_id};
        RETURN NULL;
    END IF;
    IF NOT {is_account} THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND ({earlier_tenant}, {earlier_id}) IS DISTINCT FROM ({tenant}, {id}) THEN
        DELETE FROM authflow.side_accounts WHERE tenant = {tenant} AND id = {id};
        UPDATE authflow.side_accounts SET tenant = {tenant}, id = {id}, revision = authflow.drawn_revision()
        WHERE tenant = {earlier_tenant} AND id = {earlier_id};
        is_new := NOT FOUND;
    END IF;
    WHILE is_new LOOP
        INSERT INTO authflow.side_accounts
            (tenant, id, revision, password_changed_at, user_name_key, mobile_key, email_key, is_spelled)
        VALUES ({tenant}, {id}, authflow.drawn_revision(), extract(epoch FROM now())::bigint, {keys}, {is_spelled})
        ON CONFLICT (tenant, id) DO NOTHING;
        IF FOUND THEN
            RETURN NULL;
        END IF;
        DELETE FROM authflow.side_accounts WHERE tenant = {tenant} AND id = {id};
    END LOOP;
    IF ({earlier_names}) IS DISTINCT FROM ({names}) THEN
        UPDATE authflow.side_accounts
        SET (user_name_key, mobile_key, email_key, is_spelled) = ({keys}, {is_spelled}), names = names + 1
        WHERE tenant = {tenant} AND id = {id};
    END IF;
    IF {earlier_verifier} IS DISTINCT FROM {verifier} THEN
        UPDATE authflow.side_accounts
        SET revision = authflow.next_revision(revision), password_form = 'as_typed', skips_used = 0, must_change = NULL,
            password_changed_at = extract(epoch FROM now())::bigint
        WHERE tenant = {tenant} AND id = {id};
    ELSIF ({judged_before}) IS DISTINCT FROM ({judged}) THEN
        UPDATE authflow.side_accounts SET revision = authflow.next_revision(revision)
        WHERE tenant = {tenant} AND id = {id};
    END IF;
    RETURN NULL;
END
"
    )
}

/// Makes the triggers, and the side row of each existing row. Returns the table that the side rows belonged to before.
pub(super) async fn make(transaction: &Transaction, table: &Table) -> Result<Beside, StoreError> {
    is_alone(transaction, table).await?;
    let was_seen = check(transaction, table).await.is_ok();
    if !was_seen && !was_watched(transaction, table).await? {
        transaction.batch("DELETE FROM authflow.identities").await?;
    }
    if !was_seen {
        let (name, function) = (&table.name, literal(&body(table)));
        transaction
            .batch(&format!(
                "SET LOCAL standard_conforming_strings = on;
                CREATE OR REPLACE FUNCTION authflow.note_user() RETURNS trigger
                LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {function};
                REVOKE EXECUTE ON FUNCTION authflow.note_user() FROM PUBLIC;
                DROP TRIGGER IF EXISTS {NAME} ON {name};
                CREATE TRIGGER {NAME} AFTER INSERT OR UPDATE OR DELETE ON {name}
                FOR EACH ROW EXECUTE FUNCTION authflow.note_user();
                ALTER TABLE {name} ENABLE ALWAYS TRIGGER {NAME};
                DROP TRIGGER IF EXISTS {OF_TRUNCATION} ON {name};
                CREATE TRIGGER {OF_TRUNCATION} AFTER TRUNCATE ON {name}
                FOR EACH STATEMENT EXECUTE FUNCTION authflow.note_user();
                ALTER TABLE {name} ENABLE ALWAYS TRIGGER {OF_TRUNCATION}"
            ))
            .await?;
        // No trigger has seen the changes meanwhile, and another mapping may name other columns.
        transaction
            .batch(
                "UPDATE authflow.side_accounts SET revision = authflow.drawn_revision(), is_spelled = false, names = names + 1",
            )
            .await?;
    }
    let ([tenant, id], is_account) = ([table.tenant_of("u"), table.id_of("u")], table.is_account("u"));
    transaction
        .batch(&format!(
            "DELETE FROM authflow.side_accounts AS s WHERE NOT EXISTS
                (SELECT FROM {name} AS u WHERE {tenant} = s.tenant AND {id} = s.id AND {is_account});
            INSERT INTO authflow.side_accounts (tenant, id, revision, password_changed_at, is_spelled)
            SELECT {tenant}, {id}, authflow.drawn_revision(), extract(epoch FROM now())::bigint, false FROM {name} AS u
            WHERE {is_account} ON CONFLICT (tenant, id) DO NOTHING",
            name = table.name,
        ))
        .await?;
    let known = transaction.query_opt("SELECT oid FROM authflow.users_table", &[]).await?;
    let known = known.map(|row| get::<i64>(&row, "oid")).transpose()?;
    transaction
        .batch(&format!(
            "DELETE FROM authflow.users_table; INSERT INTO authflow.users_table VALUES ({})",
            table.oid
        ))
        .await?;
    let is_anothers = !was_seen && known.is_some_and(|known| known != table.oid);
    Ok(if is_anothers { Beside::Another } else { Beside::This })
}

/// Whether the triggers exist, even those of another mapping. If they do, they have seen every deletion. Otherwise, an id may now belong to another
/// person, and the identities of its earlier owner must not sign in to that person's account.
async fn was_watched(connection: &Connection, table: &Table) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) AS there FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = $1::oid AND t.tgname IN ($2, $3) AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr::text = ''
            AND t.tgfoid = to_regproc('authflow.note_user')";
    let row = connection.query_opt(sql, &[int8(table.oid), text(NAME), text(OF_TRUNCATION)]).await?;
    Ok(get::<i64>(&row.ok_or(NOT_BESIDE)?, "there")? == 2)
}

/// Refuses to keep accounts in the store's own table if another table has accounts, because accounts of the same id would share sessions.
pub(crate) async fn refuse_any(connection: &Connection) -> Result<(), StoreError> {
    match other(connection, 0).await? {
        Some(table) => {
            Err(StoreError::UsersTable { table, finding: "must be the accounts' mapping, and is not".into() })
        }
        None => Ok(()),
    }
}

/// A table other than this one that has the trigger.
async fn other(connection: &Connection, oid: i64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT tgrelid::regclass::text AS other FROM pg_catalog.pg_trigger
        WHERE tgname = $1 AND tgrelid <> $2::oid AND NOT tgisinternal AND tgparentid = 0 LIMIT 1";
    let row = connection.query_opt(sql, &[text(NAME), int8(oid)]).await?;
    row.map(|row| get(&row, "other")).transpose()
}

/// Checks that no other table has the trigger, because accounts of the same id in two tables would share sessions.
async fn is_alone(connection: &Connection, table: &Table) -> Result<(), StoreError> {
    if let Some(other) = other(connection, table.oid).await? {
        return Err(refused(
            &table.columns,
            format!("must be the only one in its database, and {other} is one"),
        ));
    }
    let sql = "SELECT id FROM authflow.accounts LIMIT 1";
    match connection.query_opt(sql, &[]).await? {
        Some(_) => Err(refused(
            &table.columns,
            "must be the only accounts in its database, and there are some in authflow.accounts".into(),
        )),
        None => Ok(()),
    }
}

/// Refuses a table without the triggers, with triggers of another mapping, or with a trigger that is switched off, even on a single partition.
pub(super) async fn check(connection: &Connection, table: &Table) -> Result<(), StoreError> {
    // These are the types that `make` creates: 29 is after insert, update and delete of each row, 32 is after a statement that truncates.
    let sql = "SELECT min(p.prosrc) AS body, count(*) FILTER (WHERE t.tgrelid = $1::oid) AS there,
            count(*) FILTER (WHERE t.tgenabled <> 'A') AS switched_off
        FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
        WHERE (t.tgrelid = $1::oid OR t.tgrelid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass)))
            AND (t.tgname, t.tgtype) IN (($2, 29), ($3, 32)) AND t.tgqual IS NULL AND t.tgattr::text = ''
            AND t.tgfoid = to_regproc('authflow.note_user')";
    let row = connection.query_opt(sql, &[int8(table.oid), text(NAME), text(OF_TRUNCATION)]).await?;
    let row = row.ok_or(NOT_BESIDE)?;
    let finding = if get::<i64>(&row, "there")? != 2 {
        "must have the triggers that note changes, and has not: run `PostgresStore::migrate` as its owner"
    } else if get::<i64>(&row, "switched_off")? > 0 {
        "must have the triggers that note changes enabled always: run `PostgresStore::migrate` as its owner"
    } else if get::<Option<&str>>(&row, "body")? != Some(&*body(table)) {
        "must have the triggers of this mapping, and has another one's: run `PostgresStore::migrate` as its owner"
    } else {
        return Ok(());
    };
    Err(refused(&table.columns, finding.into()))
}
