//! A file of JSON: an array of objects.

use super::rows::{LineError, Row, Rows};
use serde_json::value::RawValue;

pub(super) fn rows(text: &str) -> Rows {
    let objects: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(objects) => objects,
        Err(error) => return vec![(error.line() as u64, Err(LineError::Json))],
    };
    let (mut rows, mut line, mut counted) = (Vec::with_capacity(objects.len()), 1, 0);
    for object in objects {
        // A raw value is a part of the text, so its address gives its line.
        let begin = (object.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        line += line_ends(text, counted, begin);
        counted = begin;
        rows.push((line, serde_json::from_str(object.get()).map(said).map_err(|_| LineError::Json)));
    }
    rows
}

fn line_ends(text: &str, from: usize, to: usize) -> u64 {
    let between = text.as_bytes().get(from..to).unwrap_or_default();
    between.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// An empty text counts as absent, as in CSV.
fn said(row: Row) -> Row {
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    Row {
        user_name: said(row.user_name),
        mobile: said(row.mobile),
        email: said(row.email),
        verifier: said(row.verifier),
        status: said(row.status),
        password_set_at: said(row.password_set_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_told_by_the_line_that_it_begins_in() {
        let text = "[\n  {\"user_name\": \"zoe\"},\n\n  {\"user_name\": \"yan\",\n   \"email\": \"\"}, {\"name\": 1}\n]";
        let read = rows(text);
        assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4, 5]);
        let yan = read[1].1.as_ref().ok().unwrap();
        assert_eq!((yan.user_name.as_deref(), &yan.email), (Some("yan"), &None));
        assert!(matches!(read[2].1, Err(LineError::Json)));
        assert!(matches!(rows("[\n{},\n")[..], [(3 | 4, Err(LineError::Json))]));
        assert!(matches!(rows("{}")[..], [(1, Err(LineError::Json))]));
    }
}
