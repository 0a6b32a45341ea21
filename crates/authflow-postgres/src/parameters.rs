//! The values of a statement, each with its type: so no statement is prepared, and a pooler of transactions such as pgbouncer can stand between.

use tokio_postgres::types::{ToSql, Type};

/// A value of a statement.
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

/// A `text`, or NULL.
pub fn text<'a>(value: impl Into<Option<&'a str>>) -> Parameter<'a> {
    Parameter::Text(value.into())
}

/// A `bytea`, or NULL.
pub fn bytes<'a>(value: impl Into<Option<&'a [u8]>>) -> Parameter<'a> {
    Parameter::Bytes(value.into())
}

/// A `bigint`, or NULL.
pub fn int8<'a>(value: impl Into<Option<i64>>) -> Parameter<'a> {
    Parameter::Int8(value.into())
}

/// A `boolean`.
pub fn boolean<'a>(value: bool) -> Parameter<'a> {
    Parameter::Boolean(value)
}

/// As the driver takes them.
pub(crate) fn typed<'p>(parameters: &'p [Parameter<'_>]) -> Vec<(&'p (dyn ToSql + Sync), Type)> {
    let typed = parameters.iter().map(|parameter| -> (&'p (dyn ToSql + Sync), Type) {
        match parameter {
            Parameter::Text(value) => (value, Type::TEXT),
            Parameter::Bytes(value) => (value, Type::BYTEA),
            Parameter::Int8(value) => (value, Type::INT8),
            Parameter::Boolean(value) => (value, Type::BOOL),
        }
    });
    typed.collect()
}
