//! A bearer token that no text shows.

use std::fmt;
use std::sync::Arc;

/// A token for the `Authorization` header. It has no `Display`, and its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer(Arc<str>);

impl Bearer {
    /// Wraps a token.
    pub fn new(token: &str) -> Self {
        Self(token.into())
    }

    /// The fixed token of the emulator: it opens nothing.
    pub fn emulator() -> Self {
        Self::new("emulator")
    }

    /// The header's value, for the one policy that sends it.
    pub(in crate::arm) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
