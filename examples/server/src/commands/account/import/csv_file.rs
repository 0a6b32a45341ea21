//! A file of CSV (RFC 4180), whose first line names the columns.

use super::rows::{LineError, Row, Rows};
use csv::{ErrorKind, ReaderBuilder, StringRecord};

pub(super) fn rows(text: &str) -> Rows {
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let columns = match reader.headers().map_err(told).and_then(columns) {
        Ok(columns) => columns,
        Err(error) => return vec![(1, Err(error))],
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let line = match &record {
            Ok(record) => record.position().map(csv::Position::line),
            Err(error) => error.position().map(csv::Position::line),
        };
        rows.push((line.unwrap_or(0), record.map_err(told).map(|record| row(&columns, &record))));
    }
    rows
}

type Column = fn(&mut Row) -> &mut Option<String>;

const COLUMNS: [(&str, Column); 6] = [
    ("user_name", |row| &mut row.user_name),
    ("mobile", |row| &mut row.mobile),
    ("email", |row| &mut row.email),
    ("verifier", |row| &mut row.verifier),
    ("status", |row| &mut row.status),
    ("password_set_at", |row| &mut row.password_set_at),
];

/// The member of a row that each of the file's columns fills.
fn columns(header: &StringRecord) -> Result<Vec<Column>, LineError> {
    let of = |(place, name): (usize, &str)| {
        let is_first = header.iter().position(|other| other.trim() == name.trim()) == Some(place);
        let known = COLUMNS.into_iter().find(|(column, _)| *column == name.trim()).filter(|_| is_first);
        known.map(|(_, column)| column).ok_or(LineError::Column(place + 1))
    };
    header.iter().enumerate().map(of).collect()
}

fn row(columns: &[Column], record: &StringRecord) -> Row {
    let mut row = Row::default();
    for (column, value) in columns.iter().zip(record) {
        *column(&mut row) = (!value.is_empty()).then(|| value.to_owned());
    }
    row
}

fn told(error: csv::Error) -> LineError {
    LineError::Csv(match error.kind() {
        ErrorKind::UnequalLengths { .. } => "it must have as many columns as the first line",
        _ => "it must be CSV in UTF-8",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names_in_any_order_and_empty_ones_are_not_said() {
        let read = rows("email,user_name\nzoe@example.com,\n\"a\n@b\",zoe\n,yan\n");
        let told: Vec<_> = read
            .into_iter()
            .map(|(line, row)| (line, row.map(|row| (row.email, row.user_name)).unwrap()))
            .collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (2, (text("zoe@example.com"), None)),
                (3, (text("a\n@b"), text("zoe"))),
                (5, (None, text("yan")))
            ]
        );
    }

    #[test]
    fn columns_that_are_unknown_or_there_twice_are_refused_and_so_is_a_row_of_another_length() {
        for (header, place) in [("user_name,password", 2), ("email,email", 2), ("Email", 1)] {
            let read = rows(&format!("{header}\na,b\n"));
            assert!(matches!(read[..], [(1, Err(LineError::Column(at)))] if at == place), "{header}");
        }
        let read = rows("email,user_name\na,b\na\n");
        assert!(matches!(read[..], [(2, Ok(_)), (3, Err(LineError::Csv(_)))]));
    }
}
