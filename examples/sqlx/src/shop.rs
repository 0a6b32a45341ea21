//! A shop that writes its own row with each sign-in.

use crate::AtSignIn;
use authflow::session::SessionRecord;
use sqlx::{PgPool, Postgres, Transaction};

/// A shop that keeps a list of its customers' visits.
#[derive(Clone, Copy, Debug)]
pub struct Shop;

impl Shop {
    /// Makes its tables. The database refuses a visit of a subject who is no customer.
    pub async fn make_tables(pool: &PgPool) -> Result<(), sqlx::Error> {
        let sql = "CREATE TABLE customers (id text PRIMARY KEY);
            CREATE TABLE visits (session bytea PRIMARY KEY, customer text NOT NULL REFERENCES customers)";
        sqlx::raw_sql(sql).execute(pool).await?;
        Ok(())
    }
}

impl AtSignIn for Shop {
    async fn signed_in(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        session: &SessionRecord,
    ) -> Result<(), sqlx::Error> {
        let sql = "INSERT INTO visits (session, customer) VALUES ($1, $2)";
        let visit =
            sqlx::query(sql).bind(session.session.as_bytes().as_slice()).bind(session.account.as_str());
        visit.execute(&mut **transaction).await?;
        Ok(())
    }
}
