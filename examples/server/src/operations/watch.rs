//! The metrics and the audit stream, which watch the server whatever it serves.

use super::{Audit, AuditTo, Metrics};
use std::io;

#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) metrics: Metrics,
    /// The stream of events, if there is one.
    pub(crate) audit: Option<Audit>,
}

impl Watch {
    pub(crate) fn start(audit: Option<AuditTo>) -> Result<Self, (AuditTo, io::Error)> {
        let metrics = Metrics::new();
        let audit = audit.map(|to| Audit::start(to.clone(), metrics.clone()).map_err(|error| (to, error)));
        Ok(Self { audit: audit.transpose()?, metrics })
    }
}
