//! The current service.

use crate::http::Service;
use std::sync::{Arc, PoisonError, RwLock};

/// The service that new calls use. A reload puts another one in its place, and calls in progress end with the old one.
pub(crate) struct Current(RwLock<Arc<Service>>);

impl Current {
    pub(crate) fn new(service: Service) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(service))))
    }

    pub(crate) fn service(&self) -> Arc<Service> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace(&self, service: Service) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(service);
    }
}
