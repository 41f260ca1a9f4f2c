//! `policy: {drift, secondWriter}`: what becomes of edits made out of band, and who else may write.

use crate::rule::fields::Fields;

/// What a project decides about live rules that are not as it left them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnershipPolicy {
    /// `keep`, `overwrite` or `fail`.
    pub drift: Option<&'static str>,
    /// Whether rules that somebody else manages too are written all the same.
    pub second_writer: bool,
}

/// What becomes of edits made out of band.
pub const ON_DRIFT: &[(&str, &str)] = &[("keep", "keep"), ("overwrite", "overwrite"), ("fail", "fail")];
/// What becomes of rules that somebody else manages too.
pub const SECOND_WRITER: &[(&str, bool)] = &[("refuse", false), ("allow", true)];

impl OwnershipPolicy {
    /// Reads the keys of `policy:` that are about ownership.
    pub fn read(policy: &mut Fields<'_, '_>) -> Self {
        let drift = policy.one_of("drift", ON_DRIFT).map(|drift| drift.value);
        let second_writer = policy.one_of("secondWriter", SECOND_WRITER).is_some_and(|told| told.value);
        Self { drift, second_writer }
    }
}
