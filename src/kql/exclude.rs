//! Exclusions in a query: where they go, and how they come out again to the byte.
//!
//! Stage *result* keeps rows of the result from being raised. Its filter goes to the end of the one tabular statement,
//! before trailing operators that only order, cut or name the rows, so that behind a `top` the next candidate rises.
//!
//! Stage *event* drops raw events before they are counted, by shadowing: `let SigninLogs = SigninLogs | where …;` at the
//! top. It is refused where a reference could reach the real table all the same, for the exclusion would be there and do
//! nothing.
//!
//! Each stage has one block, between two comments. The first carries a hash of what follows, and then comes a comment
//! for each exclusion with its id, a digest of its condition and its end. Nothing that a person typed freely stands in
//! a comment. After insertion the query is parsed and resolved again: see [`Refusal::Unverified`].

mod block;
mod conditions;
mod read;
mod refusal;
mod shadow;
mod write;

pub use block::{Block, Blocks, Listed, blocks, remove};
pub use conditions::conditions;
pub use read::Host;
pub use refusal::Refusal;

use super::predicate::Predicate;

/// The most characters that the service takes as a query (Scheduled and NRT alike).
pub const MAX_CHARACTERS: usize = 10_000;

/// Where rows are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Rows of the result, before they become alerts.
    Result,
    /// Raw events, before they are counted.
    Event,
}

impl Stage {
    /// The word in a block's first line.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Result => "result",
            Stage::Event => "event",
        }
    }
}

/// One exclusion as a query can take it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its id, `[a-z0-9-]{1,64}`.
    pub id: String,
    /// Where it acts.
    pub stage: Stage,
    /// For stage event, the tables whose events it drops; those that certainly have its columns if there is none.
    pub tables: Vec<String>,
    /// Rows that are hidden. Of its columns only the names count.
    pub predicate: Predicate,
    /// For stage event, columns that must come from the table as they are, for a rule maps the result's.
    pub raw: Vec<String>,
    /// When it begins.
    pub starts: Option<jiff::Timestamp>,
    /// When it has ended; that instant is no longer part of it.
    pub expires: Option<jiff::Timestamp>,
}

/// Whether a text can be an exclusion's id, and so may stand in a comment.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
