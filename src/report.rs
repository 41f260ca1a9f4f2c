//! Data to text: for terminals, for machines, and for the pages of a pull request.
//!
//! Text that comes from a workspace or a file is hostile: every format escapes it in its own way.

pub mod adopt;
pub mod applied;
pub mod codes;
pub mod departures;
pub mod diagnostics;
pub mod drift;
pub mod edits;
pub mod effective;
mod excerpt;
pub mod exclusions;
pub mod github;
pub mod guards;
pub mod junit;
pub mod markdown;
pub mod paint;
pub mod plan;
pub mod sarif;
pub mod suppressions;
pub mod topics;
pub mod values;

/// The version of every JSON format here that is not a plan's. It rises when a reader of the old form would misread
/// the new one; a new key does not count.
pub const FORMAT_VERSION: u32 = 1;
