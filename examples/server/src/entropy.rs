//! Bytes of the operating system that nobody can guess.

use authflow::OsEntropyUnavailable;
use zeroize::Zeroizing;

/// This many bytes, which are wiped when they are dropped.
pub(crate) fn draw<const LENGTH: usize>() -> Result<Zeroizing<[u8; LENGTH]>, OsEntropyUnavailable> {
    let mut drawn = Zeroizing::new([0; LENGTH]);
    aws_lc_rs::rand::fill(&mut *drawn).map_err(|_| OsEntropyUnavailable)?;
    Ok(drawn)
}
