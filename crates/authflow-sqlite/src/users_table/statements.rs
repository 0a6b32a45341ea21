//! The parts of statements about the table. Every name in them is quoted, and every value of a request is a parameter.

use super::table::{SetAt, Table, Unique};
use authflow::{TenantId, account::AccountStatus};
use authflow_users_table::{TenantColumn, literal, quoted};

/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

impl Table {
    /// A column of a row as a text, or NULL if it is empty or missing.
    fn text(row: &str, column: Option<&str>) -> String {
        match column {
            Some(column) => format!("nullif(CAST({row}.{} AS TEXT), '')", quoted(column)),
            None => "NULL".into(),
        }
    }

    /// The tenant of a row as a text, where '' means no tenant.
    pub(super) fn tenant_of(&self, row: &str) -> String {
        match &self.columns.tenant {
            TenantColumn::Named(column) => format!("coalesce(CAST({row}.{} AS TEXT), '')", quoted(column)),
            TenantColumn::Is(tenant) => literal(tenant.as_ref().map_or("", TenantId::as_str)),
        }
    }

    pub(super) fn id_of(&self, row: &str) -> String {
        format!("CAST({row}.{} AS TEXT)", quoted(&self.columns.id))
    }

    /// The ids that an inserted row may get. SQLite gives a row without an id the number after the last one, and a trigger cannot know this number
    /// before the insert.
    pub(super) fn ids_to_insert(&self) -> String {
        let (id, column) = (self.id_of("NEW"), quoted(&self.columns.id));
        match self.numbers_itself {
            true => format!("{id}, (SELECT CAST(coalesce(max({column}), 0) + 1 AS TEXT) FROM {})", self.name),
            false => id,
        }
    }

    /// User name, mobile and e-mail address.
    pub(super) fn names_of(&self, row: &str) -> [String; 3] {
        [&self.columns.user_name, &self.columns.mobile, &self.columns.email]
            .map(|column| Self::text(row, column.as_deref()))
    }

    pub(super) fn verifier_of(&self, row: &str) -> String {
        Self::text(row, Some(&self.columns.verifier))
    }

    /// The library's word for the value of the status column, or '' for an unknown value.
    pub(super) fn status_of(&self, row: &str) -> String {
        let Some((column, words)) = &self.columns.status else {
            return literal(AccountStatus::Active.as_str());
        };
        let cases: String = words
            .iter()
            .map(|(word, status)| format!(" WHEN {} THEN {}", literal(word), literal(status.as_str())))
            .collect();
        format!("CASE CAST({row}.{} AS TEXT) COLLATE BINARY{cases} ELSE '' END", quoted(column))
    }

    /// The time when the password was set, in seconds since 1970, or NULL if the value is not a time.
    fn set_at_of(&self, row: &str, side: &str) -> String {
        let Some(column) = &self.columns.password_set_at else {
            return format!("{side}.password_changed_at");
        };
        let column = format!("{row}.{}", quoted(column));
        format!(
            "CASE typeof({column}) WHEN 'integer' THEN iif({column} BETWEEN 0 AND {LAST_SECOND}, {column}, NULL)
            WHEN 'text' THEN CAST(strftime('%s', {column}) AS INTEGER) END"
        )
    }

    /// The assignment of the time when a password was set, from a parameter in seconds. It is empty if the side table has that time.
    pub(super) fn set_at_is(&self, parameter: &str) -> String {
        let column = quoted(self.columns.password_set_at.as_deref().unwrap_or_default());
        match self.set_at {
            SetAt::Beside => String::new(),
            SetAt::Seconds => format!(", {column} = {parameter}"),
            SetAt::Text => format!(", {column} = datetime({parameter}, 'unixepoch')"),
        }
    }

    /// The columns of the table, other than the verifier, that a login is judged by.
    pub(super) fn judged_of(&self, row: &str) -> String {
        let columns = &self.columns;
        let status = columns.status.as_ref().map(|(column, _)| column);
        let judged =
            [status, columns.mobile.as_ref(), columns.email.as_ref(), columns.password_set_at.as_ref()];
        let judged: Vec<_> = judged
            .into_iter()
            .flatten()
            .map(|column| format!("{row}.{} COLLATE BINARY", quoted(column)))
            .collect();
        if judged.is_empty() { "NULL".into() } else { judged.join(", ") }
    }

    /// The condition that the row `u` has a tenant and an id. They are first compared in the columns' own types, so that an index is used, and then
    /// as texts.
    pub(super) fn is_row(&self, tenant: &str, id: &str) -> String {
        let column = quoted(&self.columns.id);
        let mut of_tenant = format!("{} = {tenant} COLLATE BINARY", self.tenant_of("u"));
        if let (Unique::WithTenant, TenantColumn::Named(column)) = (self.id_is_unique, &self.columns.tenant) {
            of_tenant = format!("u.{} = {tenant} AND {of_tenant}", quoted(column));
        }
        format!("u.{column} = {id} AND {} = {id} COLLATE BINARY AND {of_tenant}", self.id_of("u"))
    }

    /// The columns of an account, in the order that [`account`](crate::accounts) reads them, from the rows `u` and `s`.
    pub(super) fn account(&self) -> String {
        let [user_name, mobile, email] = self.names_of("u");
        let [id, status, verifier] = [self.id_of("u"), self.status_of("u"), self.verifier_of("u")];
        let profile = Self::text("u", self.columns.profile.as_deref());
        let set_at = self.set_at_of("u", "s");
        format!(
            "{id}, s.revision, {status}, {verifier}, {set_at}, s.must_change, s.skips_used, s.enrolled, s.factors_changed_at,
            coalesce({profile}, '{{}}'), {user_name}, {mobile}, {email}, s.totp_sealed, s.totp_algorithm, s.totp_digits,
            s.totp_step, s.password_form, s.totp_step_seconds"
        )
    }
}
