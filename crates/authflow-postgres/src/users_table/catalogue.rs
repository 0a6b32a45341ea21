//! The entries of the database's catalogue about a table. They show whether the mapped columns exist, and which types they have.

use crate::{
    Connection, StoreError,
    columns::get,
    parameters::{int8, text},
};
use authflow::AccountId;
use authflow_users_table::{Columns, TenantColumn, UsersTable, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// The longest verifier of any scheme.
const LONGEST_VERIFIER: i64 = 128;

/// A table that fits its mapping.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The name with its schema, quoted.
    pub(super) name: String,
    /// The number by which the database knows the table.
    pub(super) oid: i64,
    pub(super) columns: Columns,
    pub(super) id: Keyed,
    /// The type of the tenant's column, if there is one.
    pub(super) tenant: Option<Keyed>,
    /// The type of the status column, in SQL.
    pub(super) status_type: String,
    pub(super) set_at: SetAt,
    /// The collation of each text column, in SQL.
    pub(super) collations: BTreeMap<String, String>,
    /// The type of each column, in SQL.
    pub(super) types: BTreeMap<String, String>,
    /// The columns that do not take NULL.
    pub(super) not_null: BTreeSet<String>,
}

/// The type of a column by which rows are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyed {
    Text,
    Uuid,
    Integer,
}

/// The type of the column that says when a password was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetAt {
    Beside,
    Instant,
    WithoutZone,
    Date,
    Seconds,
}

impl Keyed {
    fn of(type_name: &str) -> Option<Self> {
        match type_name {
            "text" | "character varying" => Some(Self::Text),
            "uuid" => Some(Self::Uuid),
            "smallint" | "integer" | "bigint" => Some(Self::Integer),
            _ => None,
        }
    }

    /// The type that a text is cast to before it is compared, so that an index can be used.
    pub(super) fn cast(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Uuid => "uuid",
            Self::Integer => "bigint",
        }
    }

    /// Whether a text has the printed form of such a column. Any other text belongs to no account, and would be an error in a cast.
    pub(super) fn fits(self, printed: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Integer => printed.parse::<i64>().is_ok_and(|number| number.to_string() == printed),
            Self::Uuid => {
                printed.len() == 36
                    && printed.bytes().enumerate().all(|(at, byte)| match at {
                        8 | 13 | 18 | 23 => byte == b'-',
                        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                    })
            }
        }
    }
}

/// A column of the table.
struct Column {
    type_name: String,
    /// The largest number of characters, if there is a bound.
    most: Option<i64>,
    /// The collation in SQL, if the column is a text.
    collation: Option<String>,
    takes_null: bool,
    /// Whether the column has a value in a row that does not set it.
    has_default: bool,
    /// Whether only the database sets the column.
    is_generated: bool,
}

struct Finder<'c> {
    connection: &'c Connection,
    mapping: &'c Columns,
    columns: BTreeMap<String, Column>,
}

/// Looks up a table.
pub(super) async fn find(connection: &Connection, mapping: &UsersTable) -> Result<Table, StoreError> {
    let mapping = mapping.columns();
    let refused = |finding: String| refused(mapping, finding);
    if let Some(finding) = mapping.finding() {
        return Err(refused(finding.into()));
    }
    let named = match &mapping.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&mapping.table)),
        None => quoted(&mapping.table),
    };
    let sql =
        "SELECT c.oid::bigint AS oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind::text AS kind,
            EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = c.oid) AS has_heirs,
            n.nspname = 'authflow' AS is_ours
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = to_regclass($1)";
    let row = connection.query_opt(sql, &[text(&*named)]).await?;
    let row = row.ok_or_else(|| refused("must be there, and is not".into()))?;
    if get::<bool>(&row, "is_ours")? {
        return Err(refused("must be a table of yours: those of the schema authflow are the store's".into()));
    }
    let finding = match (get::<&str>(&row, "kind")?, get::<bool>(&row, "has_heirs")?) {
        ("p", _) | ("r", false) => None,
        ("r", true) => {
            Some("must have no table that inherits: a trigger does not see what is written to that")
        }
        _ => Some("must be a table: a trigger on something else does not see what is written"),
    };
    if let Some(finding) = finding {
        return Err(refused(finding.into()));
    }
    let (oid, name) = (get::<i64>(&row, "oid")?, get::<String>(&row, "name")?);
    let columns = columns(connection, oid).await?;
    let finder = Finder { connection, mapping, columns };
    finder.are_all_there()?;
    let id = finder.keyed("id", &mapping.id)?;
    let tenant = match &mapping.tenant {
        TenantColumn::Named(column) => Some(finder.keyed("tenant", column)?),
        TenantColumn::Is(_) => None,
    };
    finder.is_unique(oid).await?;
    finder.holds_verifiers()?;
    let status_type = match &mapping.status {
        Some((column, _)) => finder.column(column)?.type_name.clone(),
        None => String::new(),
    };
    let set_at = finder.set_at()?;
    finder.can_be_inserted()?;
    let types =
        finder.columns.iter().map(|(column, found)| (column.clone(), found.type_name.clone())).collect();
    let not_null = finder.columns.iter().filter(|(_, found)| !found.takes_null);
    let not_null = not_null.map(|(column, _)| column.clone()).collect();
    let collations = finder.columns.into_iter();
    let collations = collations.filter_map(|(column, found)| Some((column, found.collation?))).collect();
    Ok(Table {
        name,
        oid,
        columns: mapping.clone(),
        id,
        tenant,
        status_type,
        set_at,
        collations,
        types,
        not_null,
    })
}

pub(super) fn refused(mapping: &Columns, finding: String) -> StoreError {
    StoreError::UsersTable { table: mapping.table_as_named(), finding }
}

async fn columns(connection: &Connection, oid: i64) -> Result<BTreeMap<String, Column>, StoreError> {
    let sql = "SELECT attname::text AS name, format_type(atttypid, NULL) AS type_name, atttypmod::bigint AS modifier,
            (SELECT format('%I.%I', n.nspname, c.collname) FROM pg_catalog.pg_collation AS c
                JOIN pg_catalog.pg_namespace AS n ON n.oid = c.collnamespace WHERE c.oid = attcollation) AS collation,
            NOT (attnotnull OR typnotnull) AS takes_null,
            atthasdef OR attidentity <> '' OR typdefault IS NOT NULL AS has_default,
            attidentity = 'a' OR to_jsonb(a) ->> 'attgenerated' <> '' AS is_generated
        FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped";
    let rows = connection.query(sql, &[int8(oid)]).await?;
    let read = |row| {
        // The modifier is four more than the declared length.
        let most = Some(get::<i64>(row, "modifier")? - 4).filter(|most| *most > 0);
        Ok((
            get(row, "name")?,
            Column {
                type_name: get(row, "type_name")?,
                most,
                collation: get(row, "collation")?,
                takes_null: get(row, "takes_null")?,
                has_default: get(row, "has_default")?,
                is_generated: get(row, "is_generated")?,
            },
        ))
    };
    rows.iter().map(read).collect()
}

impl Finder<'_> {
    fn refused(&self, finding: String) -> StoreError {
        refused(self.mapping, finding)
    }

    fn are_all_there(&self) -> Result<(), StoreError> {
        let missing = |(_, column): &(_, &str)| !self.columns.contains_key(*column);
        let missing: Vec<_> = self
            .mapping
            .named()
            .into_iter()
            .filter(missing)
            .map(|(what, column)| format!("\"{column}\" for {what}"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(self.refused(format!("must have a column {}, and has none", missing.join(" and a column "))))
    }

    fn column(&self, name: &str) -> Result<&Column, StoreError> {
        self.columns.get(name).ok_or_else(|| self.refused(format!("must have a column \"{name}\"")))
    }

    fn keyed(&self, what: &str, name: &str) -> Result<Keyed, StoreError> {
        let Column { type_name, .. } = self.column(name)?;
        Keyed::of(type_name).ok_or_else(|| {
            self.refused(format!(
                "the column \"{name}\" for {what} must be text, varchar, uuid or an integer, not {type_name}"
            ))
        })
    }

    /// Checks that ids are unique, because two rows of one id would be one account. An index does not always ensure this. To an index, two NULLs are
    /// never equal, so two rows without a tenant may have one id. Two rows may also exchange their ids before a deferred index checks.
    async fn is_unique(&self, oid: i64) -> Result<(), StoreError> {
        let sql = "SELECT 1::bigint AS found FROM pg_catalog.pg_index AS i
            WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
                AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey[0:i.indnkeyatts - 1]))
                IN (SELECT array_agg(k ORDER BY k) FROM unnest(ARRAY[$2, $3]) AS k
                    UNION ALL SELECT ARRAY[$2])
                AND (coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
                    OR NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                        WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey[0:i.indnkeyatts - 1])
                            AND a.attname <> $2 AND NOT a.attnotnull))
            LIMIT 1";
        let tenant = match &self.mapping.tenant {
            TenantColumn::Named(column) => column,
            TenantColumn::Is(_) => &self.mapping.id,
        };
        let id = &*self.mapping.id;
        let found = self.connection.query_opt(sql, &[int8(oid), text(id), text(&**tenant)]).await?;
        found.map(drop).ok_or_else(|| {
            self.refused(format!(
                "the column \"{id}\" for id must be unique, not deferrable, by itself or with a tenant that is NOT NULL or NULLS NOT DISTINCT"
            ))
        })
    }

    fn holds_verifiers(&self) -> Result<(), StoreError> {
        let name = &self.mapping.verifier;
        let Column { type_name, most, .. } = self.column(name)?;
        let holds = match type_name.as_str() {
            "text" => true,
            "character varying" => most.is_none_or(|most| most >= LONGEST_VERIFIER),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let most = most.map(|most| format!(" of {most}")).unwrap_or_default();
        Err(self.refused(format!(
            "the column \"{name}\" for verifier must be text, or varchar of {LONGEST_VERIFIER} characters at least, not {type_name}{most}"
        )))
    }

    /// Checks that a row can be made from the mapped columns, if the mapping says that rows are made.
    fn can_be_inserted(&self) -> Result<(), StoreError> {
        if !self.mapping.takes_new_accounts {
            return Ok(());
        }
        let mapped: BTreeSet<_> = self.mapping.named().into_iter().map(|(_, column)| column).collect();
        for (name, column) in &self.columns {
            let is_mapped = mapped.contains(name.as_str());
            if is_mapped && column.is_generated {
                return Err(self.refused(format!(
                    "the column \"{name}\" must be one that can be written, to make accounts, and is GENERATED ALWAYS"
                )));
            }
            if !is_mapped && !column.takes_null && !column.has_default {
                return Err(self.refused(format!(
                    "the column \"{name}\" must take NULL or have a default, to make accounts: the mapping does not name it"
                )));
            }
        }
        Ok(())
    }

    fn set_at(&self) -> Result<SetAt, StoreError> {
        let Some(name) = &self.mapping.password_set_at else { return Ok(SetAt::Beside) };
        let Column { type_name, .. } = self.column(name)?;
        match type_name.as_str() {
            "timestamp with time zone" => Ok(SetAt::Instant),
            "timestamp without time zone" => Ok(SetAt::WithoutZone),
            "date" => Ok(SetAt::Date),
            "integer" | "bigint" => Ok(SetAt::Seconds),
            _ => Err(self.refused(format!(
                "the column \"{name}\" for password_set_at must be timestamptz, timestamp, date or an integer, not {type_name}"
            ))),
        }
    }
}

impl Table {
    /// Whether an account of this id can exist.
    pub(super) fn can_have(&self, account: &AccountId) -> bool {
        self.id.fits(account.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_compared_as_it_is_printed() {
        for (keyed, fits, others) in [
            (
                Keyed::Integer,
                &["0", "-7", "9223372036854775807"][..],
                &["007", "+7", " 7", "9223372036854775808", "x", ""][..],
            ),
            (
                Keyed::Uuid,
                &["00000000-0000-4000-8000-00000000000f"],
                &["00000000-0000-4000-8000-00000000000F", "00000000000040008000000000000000", "{}", ""],
            ),
            (Keyed::Text, &["", "x"], &[]),
        ] {
            assert!(fits.iter().all(|text| keyed.fits(text)), "{keyed:?}");
            assert!(!others.iter().any(|text| keyed.fits(text)), "{keyed:?}");
        }
    }
}
