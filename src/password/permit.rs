//! A place at the hasher.

use alloc::sync::Arc;
use core::{any::Any, fmt};

/// A place at the host's hasher, which a request holds from before its guess is counted until the guess is judged.
///
/// Hashing is slow on purpose, so there is a queue for it, and the queue is bounded. If a request met the full queue only after its guess was
/// counted, an overload would cost the guesses of those it turns away. So a host takes the place first, when it is asked to count a guess at a
/// [password](crate::guess::ReserveAttempt::factor), and [puts the place into its answer](crate::guess::Reservation::holding). The place comes back
/// with the question that needs it ([`VerifyPassword::permit`](super::VerifyPassword::permit)). A request that ends before that question gives the
/// place up.
///
/// The library never looks inside. [`Parts`](crate::parts::Parts) does all that for a [`Hasher`](crate::parts::Hasher).
///
/// ```
/// use authflow::password::Permit;
///
/// struct Place(u32); // an owned permit of a semaphore, say
///
/// let permit = Permit::new(Place(7));
/// assert_eq!(permit.get::<Place>().unwrap().0, 7);
/// assert!(permit.get::<String>().is_none());
/// ```
#[derive(Clone)]
pub struct Permit(Arc<dyn Any + Send + Sync>);

impl Permit {
    /// Wraps a place that is given back when it is dropped.
    pub fn new(place: impl Any + Send + Sync) -> Self {
        Self(Arc::new(place))
    }

    /// The place, if it is of this type. Work that goes on elsewhere, such as a thread that hashes, keeps the place as long as it takes.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::downcast(Arc::clone(&self.0)).ok()
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit(…)")
    }
}
