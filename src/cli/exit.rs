//! Exit codes, documented in the README. Of several causes the first in this order is reported.

use std::process::ExitCode;

/// How a run ended. The order is that of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// The command line makes no sense.
    Usage,
    /// The content is invalid.
    Invalid,
    /// A guard refused.
    Guarded,
    /// Stale, or in conflict with the live state.
    Stale,
    /// Failed, blocked, or applied in part.
    Failed,
    /// There are changes, and --detailed-exitcode asked.
    Changes,
    /// Done, or no difference.
    Done,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Invalid => 3,
            Self::Stale => 4,
            Self::Guarded => 5,
            Self::Usage => 64,
        }
    }

    /// The graver of two.
    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
