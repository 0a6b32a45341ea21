//! The parts of statements about the table. Every name in them is quoted, and every value of a request is a parameter.

use super::catalogue::{Keyed, SetAt, Table};
use authflow::{TenantId, account::AccountStatus};
use authflow_users_table::{TenantColumn, literal, quoted};

/// The longest id, in bytes.
const LONGEST_ID: usize = 64;

/// A column of a row as a text that is compared byte by byte. Under the column's own collation, two different texts may be equal.
pub(super) fn text_of(row: &str, column: &str) -> String {
    format!("{row}.{}::text COLLATE \"C\"", quoted(column))
}

impl Table {
    /// A column of a row, or NULL.
    fn optional(&self, row: &str, column: &Option<String>) -> String {
        match column {
            Some(column) => text_of(row, column),
            None => "NULL::text".into(),
        }
    }

    /// The tenant of a row as a text, where '' means no tenant. A row that contains '' itself is no account. Otherwise it would count as a row
    /// without a tenant.
    pub(super) fn tenant_of(&self, row: &str) -> String {
        match &self.columns.tenant {
            TenantColumn::Named(column) => {
                let said = text_of(row, column);
                format!("CASE WHEN {said} IS NULL THEN '' ELSE nullif({said}, '') END")
            }
            TenantColumn::Is(tenant) => literal(tenant.as_ref().map_or("", TenantId::as_str)),
        }
    }

    pub(super) fn id_of(&self, row: &str) -> String {
        text_of(row, &self.columns.id)
    }

    /// Whether a row can be an account. It cannot if its id or tenant is longer than the library allows. Such a text may also be longer than an index
    /// takes.
    pub(super) fn is_account(&self, row: &str) -> String {
        let [id, tenant] = [self.id_of(row), self.tenant_of(row)];
        format!(
            "coalesce(octet_length({id}) BETWEEN 1 AND {LONGEST_ID} AND octet_length({tenant}) <= {LONGEST_ID}, false)"
        )
    }

    pub(super) fn user_name_of(&self, row: &str) -> String {
        self.optional(row, &self.columns.user_name)
    }

    pub(super) fn mobile_of(&self, row: &str) -> String {
        self.optional(row, &self.columns.mobile)
    }

    pub(super) fn email_of(&self, row: &str) -> String {
        self.optional(row, &self.columns.email)
    }

    pub(super) fn verifier_of(&self, row: &str) -> String {
        text_of(row, &self.columns.verifier)
    }

    /// The library's word for the value of the status column, or '' for an unknown value.
    pub(super) fn status_of(&self, row: &str) -> String {
        let Some((column, words)) = &self.columns.status else {
            return literal(AccountStatus::Active.as_str());
        };
        let of = words
            .iter()
            .map(|(word, status)| format!(" WHEN {} THEN {}", literal(word), literal(status.as_str())));
        let of = of.collect::<String>();
        match of.is_empty() {
            true => "''".into(),
            false => format!("CASE {}{of} ELSE '' END", text_of(row, column)),
        }
    }

    /// The time when the password was set, in seconds since 1970.
    pub(super) fn set_at_of(&self, row: &str, side: &str) -> String {
        let column = format!("{row}.{}", quoted(self.columns.password_set_at.as_deref().unwrap_or_default()));
        match self.set_at {
            SetAt::Beside => format!("{side}.password_changed_at"),
            SetAt::Instant => format!("floor(extract(epoch FROM {column}))::bigint"),
            SetAt::WithoutZone => format!("floor(extract(epoch FROM {column} AT TIME ZONE 'UTC'))::bigint"),
            SetAt::Date => format!("extract(epoch FROM {column}::timestamp AT TIME ZONE 'UTC')::bigint"),
            SetAt::Seconds => format!("{column}::bigint"),
        }
    }

    /// The assignment of the time when a password was set, from a parameter in seconds. It is empty if the side table has that time.
    pub(super) fn set_at_is(&self, parameter: &str) -> String {
        let column = quoted(self.columns.password_set_at.as_deref().unwrap_or_default());
        self.time_set(parameter).map(|time| format!(", {column} = {time}")).unwrap_or_default()
    }

    /// The time when a password was set, in the column's type, from a parameter in seconds. It is `None` if the side table has that time.
    pub(super) fn time_set(&self, parameter: &str) -> Option<String> {
        let instant = format!("to_timestamp({parameter}::double precision)");
        Some(match self.set_at {
            SetAt::Beside => return None,
            SetAt::Instant => instant,
            SetAt::WithoutZone => format!("{instant} AT TIME ZONE 'UTC'"),
            SetAt::Date => format!("({instant} AT TIME ZONE 'UTC')::date"),
            SetAt::Seconds => parameter.into(),
        })
    }

    pub(super) fn profile_of(&self, row: &str) -> String {
        format!("coalesce({}, '{{}}')", self.optional(row, &self.columns.profile))
    }

    /// The condition that a column by which rows are found has a value. The values are compared in the column's own type and collation, so that its
    /// index is used, and also byte by byte.
    fn is(&self, column: &str, keyed: Keyed, value: &str) -> String {
        let own = format!("u.{} = {value}::{}", quoted(column), keyed.cast());
        match self.collations.get(column) {
            Some(collation) => format!("{own} COLLATE {collation} AND {} = {value}", text_of("u", column)),
            None => own,
        }
    }

    /// The condition that the row `u` has the tenant and the id of these parameters. The caller passes only tenants that the table can have.
    pub(super) fn is_row(&self, tenant: &Option<TenantId>, (tenant_parameter, id): (&str, &str)) -> String {
        let id = self.is(&self.columns.id, self.id, id);
        match (&self.columns.tenant, self.tenant) {
            (TenantColumn::Named(column), Some(keyed)) if tenant.is_some() => {
                format!("{id} AND {}", self.is(column, keyed, tenant_parameter))
            }
            (TenantColumn::Named(column), _) => {
                format!("{id} AND u.{} IS NULL AND {tenant_parameter} = ''", quoted(column))
            }
            (TenantColumn::Is(_), _) => {
                format!("{id} AND {tenant_parameter} = {}", self.tenant_of("u"))
            }
        }
    }

    /// The condition that the rows `u` and `s` belong to one account.
    pub(super) fn is_beside(&self) -> String {
        format!("{} AND {} = s.tenant", self.is(&self.columns.id, self.id, "s.id"), self.tenant_of("u"))
    }

    /// Whether the table can have accounts of a tenant at all.
    pub(super) fn can_have_of(&self, tenant: &Option<TenantId>) -> bool {
        match (tenant, self.tenant) {
            (Some(tenant), Some(keyed)) => keyed.fits(tenant.as_str()),
            (None, _) | (_, None) => true,
        }
    }

    /// The account, as [`row`](crate::accounts) reads it, from the rows `u` and `s`.
    pub(super) fn account(&self) -> String {
        let [tenant, id, status] = [self.tenant_of("u"), self.id_of("u"), self.status_of("u")];
        let [user_name, mobile, email] = [self.user_name_of("u"), self.mobile_of("u"), self.email_of("u")];
        let [verifier, set_at, profile] =
            [self.verifier_of("u"), self.set_at_of("u", "s"), self.profile_of("u")];
        format!(
            "{tenant} AS tenant, {id} AS id, {status} AS status, {user_name} AS user_name, {mobile} AS mobile,
            {email} AS email, {verifier} AS verifier, {set_at} AS password_changed_at, {profile} AS profile, s.revision,
            s.password_form, s.must_change, s.skips_used, s.enrolled, s.factors_changed_at, s.totp_sealed, s.totp_algorithm,
            s.totp_digits, s.totp_step_seconds, s.totp_step"
        )
    }
}
