//! Names and texts in SQL, with any content.

/// A name in SQL, with any content.
///
/// ```
/// assert_eq!(authflow_users_table::quoted("a name"), "\"a name\"");
/// ```
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL, with any content.
///
/// ```
/// assert_eq!(authflow_users_table::literal("erin's"), "'erin''s'");
/// ```
///
/// In PostgreSQL this needs `standard_conforming_strings`, which is on by default.
pub fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_whatever_is_in_it() {
        assert_eq!(quoted(r#"a" ; DROP TABLE users; --"#), r#""a"" ; DROP TABLE users; --""#);
        assert_eq!(literal("o'clock"), "'o''clock'");
    }
}
