//! The rows of a file of either kind, and their faults.

use crate::added_account::Unfit;
use serde::Deserialize;
use std::fmt;

/// The number of faults that are reported one by one.
const MOST_TOLD: usize = 50;

/// An account, as its row gives it. An empty value counts as absent.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) user_name: Option<String>,
    pub(super) mobile: Option<String>,
    pub(super) email: Option<String>,
    pub(super) verifier: Option<String>,
    pub(super) status: Option<String>,
    pub(super) password_set_at: Option<String>,
}

/// Every row, with the line that it begins in.
pub(super) type Rows = Vec<(u64, Result<Row, LineError>)>;

/// The fault of a row. It quotes nothing of the row.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("{0}")]
    Csv(&'static str),
    #[error(
        "column {0} must be one of user_name, mobile, email, verifier, status, password_set_at, each once"
    )]
    Column(usize),
    #[error("it must be JSON: an array of objects, whose members are texts of the names of columns")]
    Json,
    #[error("there must be at most {0} rows")]
    TooMany(usize),
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("the {what} is that of line {earlier}, in this spelling or another one")]
    Twice { what: &'static str, earlier: u64 },
    #[error(
        "the user name, number or address is that of an account that is there, in this spelling or another one"
    )]
    Known,
    #[error("the id is that of an account that is there")]
    Id,
}

/// All faults, line by line.
#[derive(Debug, Default)]
pub(crate) struct Wrong {
    told: Vec<(u64, LineError)>,
    more: usize,
}

impl Wrong {
    pub(super) fn add(&mut self, line: u64, error: LineError) {
        if self.told.len() < MOST_TOLD {
            self.told.push((line, error));
        } else {
            self.more += 1;
        }
    }

    pub(super) fn refuse(self) -> Result<(), Self> {
        if self.told.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, error) in &self.told {
            writeln!(f, "line {line}: {error}")?;
        }
        if self.more > 0 {
            writeln!(f, "and {} more", self.more)?;
        }
        f.write_str("nothing was imported")
    }
}
