//! The values of a statement, each with its type. So no statement has to be prepared, and the connection can lead through a transaction pooler such
//! as pgbouncer.

use bytes::BytesMut;
use std::{error::Error, fmt};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A value of a statement.
///
/// ```no_run
/// use authflow_postgres::{
///     Connection, StoreError,
///     parameters::{Parameter, boolean, bytes, int8, text},
/// };
///
/// async fn pay(connection: &Connection, id: &str, receipt: &[u8]) -> Result<bool, StoreError> {
///     let sql = "UPDATE members SET paid = $2, cents = $3, receipt = $4, note = $5 WHERE id = $1";
///     let none: Option<&str> = None; // NULL
///     let values: [Parameter<'_>; 5] =
///         [text(id), boolean(true), int8(1_250), bytes(receipt), text(none)];
///     Ok(connection.execute(sql, &values).await? == 1)
/// }
/// ```
#[derive(Clone, Copy)]
pub enum Parameter<'a> {
    /// A `text`.
    Text(Option<&'a str>),
    /// A `bytea`.
    Bytes(Option<&'a [u8]>),
    /// A `bigint`.
    Int8(Option<i64>),
    /// A `boolean`.
    Boolean(bool),
}

/// A `text`, or NULL: a [`Parameter`].
pub fn text<'a>(value: impl Into<Option<&'a str>>) -> Parameter<'a> {
    Parameter::Text(value.into())
}

/// A `bytea`, or NULL: a [`Parameter`].
pub fn bytes<'a>(value: impl Into<Option<&'a [u8]>>) -> Parameter<'a> {
    Parameter::Bytes(value.into())
}

/// A `bigint`, or NULL: a [`Parameter`].
pub fn int8<'a>(value: impl Into<Option<i64>>) -> Parameter<'a> {
    Parameter::Int8(value.into())
}

/// A `boolean`: a [`Parameter`].
pub fn boolean<'a>(value: bool) -> Parameter<'a> {
    Parameter::Boolean(value)
}

impl Parameter<'_> {
    fn of_type(&self) -> Type {
        match self {
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
            Self::Int8(_) => Type::INT8,
            Self::Boolean(_) => Type::BOOL,
        }
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, of_type: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Text(value) => value.to_sql(of_type, out),
            Self::Bytes(value) => value.to_sql(of_type, out),
            Self::Int8(value) => value.to_sql(of_type, out),
            Self::Boolean(value) => value.to_sql(of_type, out),
        }
    }

    fn accepts(of_type: &Type) -> bool {
        [Type::TEXT, Type::BYTEA, Type::INT8, Type::BOOL].contains(of_type)
    }

    to_sql_checked!();
}

/// The value is not printed. The driver logs the parameters of a prepared statement, and verifiers of passwords are among them.
impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.of_type())
    }
}

/// The parameters in the form of the driver.
pub(crate) fn typed<'p>(parameters: &'p [Parameter<'_>]) -> Vec<(&'p (dyn ToSql + Sync), Type)> {
    let typed = parameters.iter().map(|parameter| (parameter as &(dyn ToSql + Sync), parameter.of_type()));
    typed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_printed() {
        let parameters = [text("hunter2"), bytes(b"hunter2".as_slice()), int8(20_261_126), boolean(true)];
        for (parameter, of_type) in typed(&parameters) {
            assert_eq!(format!("{parameter:?}"), format!("{of_type}(…)"));
        }
    }
}
