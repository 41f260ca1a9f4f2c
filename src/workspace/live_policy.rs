//! `policy:` of palisade.yaml and of a workspace, as far as it is about live resources: whether rules that left the
//! project are deleted, and how much a plan may do.

use super::guard_policy::GuardPolicy;
use crate::rule::fields::Fields;

/// What a project or a workspace decides about live resources; nothing where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LivePolicy {
    /// `prune:` whether rules that left the project are deleted.
    pub prune: Option<bool>,
    /// `guards:`
    pub guards: GuardPolicy,
}

impl LivePolicy {
    /// Reads the keys of `policy:` that are about live resources.
    pub fn read(policy: &mut Fields<'_, '_>) -> Self {
        Self { prune: policy.boolean("prune").map(|flag| flag.value), guards: GuardPolicy::read(policy) }
    }

    /// This, and where it says nothing the other.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let Self { prune, guards } = self;
        Self { prune: prune.or(other.prune), guards: guards.or(&other.guards) }
    }
}
