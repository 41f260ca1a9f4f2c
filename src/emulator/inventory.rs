//! What exists: subscriptions, resource groups and workspaces, as far as the state tells and strictness asks.
//!
//! Where the emulator is not strict, whatever a path names exists; lists show what was written or seeded.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use http::StatusCode;

use super::answer::ArmError;
use super::facts::{Facts, LOCATION, TENANT};
use super::location::WorkspaceName;
use super::state::{State, Workspace};

/// A view of a state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inventory<'a> {
    state: &'a State,
    strict: bool,
}

/// A subscription in the spelling in which it was first named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) tenant: String,
    /// The tenants that manage it through Azure Lighthouse.
    pub(super) managed_by: Vec<String>,
}

impl Subscription {
    fn of(id: String, facts: &Facts) -> Self {
        Self { id, tenant: facts.tenant.clone(), managed_by: facts.managed_by.clone() }
    }

    /// Whether it is the tenant's own, or managed by it.
    pub(super) fn is_open_to(&self, tenant: &str) -> bool {
        std::iter::once(&self.tenant).chain(&self.managed_by).any(|own| own.eq_ignore_ascii_case(tenant))
    }
}

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) subscription: String,
    pub(super) name: String,
    pub(super) location: String,
    pub(super) tags: BTreeMap<String, String>,
}

/// A workspace of Log Analytics.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) name: WorkspaceName,
    pub(super) facts: Arc<Facts>,
    /// Its content; none where nothing was ever written.
    pub(super) content: Option<Arc<Workspace>>,
}

impl<'a> Inventory<'a> {
    pub(super) fn new(state: &'a State, strict: bool) -> Self {
        Self { state, strict }
    }

    /// Every workspace that was written or seeded, by path.
    pub(super) fn workspaces(&self) -> impl Iterator<Item = Found> + use<'a> {
        self.below(String::new())
    }

    /// Those in a subscription.
    pub(super) fn workspaces_of(&self, subscription: &str) -> impl Iterator<Item = Found> + use<'a> {
        self.below(format!("/subscriptions/{}/", subscription.to_ascii_lowercase()))
    }

    fn below(&self, prefix: String) -> impl Iterator<Item = Found> + use<'a> {
        let from = (Bound::Included(prefix.as_str()), Bound::Unbounded);
        let found = self.state.workspaces.range::<str, _>(from);
        found.take_while(move |(key, _)| key.starts_with(&prefix)).filter_map(|(_, workspace)| {
            let (name, facts) = (WorkspaceName::of(&workspace.path)?, Arc::clone(&workspace.facts));
            Some(Found { name, facts, content: Some(Arc::clone(workspace)) })
        })
    }

    /// Every subscription with a workspace, by id.
    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        let mut all: Vec<Subscription> = Vec::new();
        for Found { name, facts, .. } in self.workspaces() {
            if all.last().is_none_or(|last| !last.id.eq_ignore_ascii_case(&name.subscription)) {
                all.push(Subscription::of(name.subscription, &facts));
            }
        }
        all
    }

    /// The tenants of these subscriptions, and those that manage them; the emulator's own where there is none.
    pub(super) fn tenants(&self) -> Vec<String> {
        let of = |one: Subscription| std::iter::once(one.tenant).chain(one.managed_by);
        let mut all: Vec<String> = self.subscriptions().into_iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            all.push(TENANT.to_owned());
        }
        all
    }

    /// One subscription.
    ///
    /// # Errors
    ///
    /// 404 `SubscriptionNotFound`, where the emulator is strict.
    pub(super) fn subscription(&self, id: &str) -> Result<Subscription, ArmError> {
        match self.workspaces_of(id).next() {
            Some(found) => Ok(Subscription::of(found.name.subscription, &found.facts)),
            None if self.strict => Err(ArmError::new(
                StatusCode::NOT_FOUND,
                "SubscriptionNotFound",
                format!("The subscription '{id}' could not be found."),
            )),
            None => Ok(Subscription { id: id.to_owned(), tenant: TENANT.to_owned(), managed_by: Vec::new() }),
        }
    }

    /// The groups of a subscription, by name.
    ///
    /// # Errors
    ///
    /// As [`Inventory::subscription`].
    pub(super) fn groups(&self, subscription: &str) -> Result<Vec<Group>, ArmError> {
        self.subscription(subscription)?;
        let mut all: Vec<Group> = Vec::new();
        for found in self.workspaces_of(subscription) {
            if all.last().is_none_or(|last| !last.name.eq_ignore_ascii_case(&found.name.group)) {
                all.push(group_of(found));
            }
        }
        Ok(all)
    }

    /// One group.
    ///
    /// # Errors
    ///
    /// 404 `ResourceGroupNotFound` or `SubscriptionNotFound`, where the emulator is strict.
    pub(super) fn group(&self, subscription: &str, name: &str) -> Result<Group, ArmError> {
        self.subscription(subscription)?;
        match self.workspaces_of(subscription).find(|found| found.name.group.eq_ignore_ascii_case(name)) {
            Some(found) => Ok(group_of(found)),
            None if self.strict => Err(ArmError::new(
                StatusCode::NOT_FOUND,
                "ResourceGroupNotFound",
                format!("Resource group '{name}' could not be found."),
            )),
            None => Ok(Group {
                subscription: subscription.to_owned(),
                name: name.to_owned(),
                location: LOCATION.to_owned(),
                tags: BTreeMap::new(),
            }),
        }
    }

    /// One workspace.
    ///
    /// # Errors
    ///
    /// 404 `ResourceNotFound`, or what its group or subscription says, where the emulator is strict.
    pub(super) fn workspace(&self, name: &WorkspaceName) -> Result<Found, ArmError> {
        let key = name.key();
        if let Some(workspace) = self.state.workspaces.get(key.as_str()) {
            let name = WorkspaceName::of(&workspace.path).unwrap_or_else(|| name.clone());
            return Ok(Found { name, facts: Arc::clone(&workspace.facts), content: Some(Arc::clone(workspace)) });
        }
        self.group(&name.subscription, &name.group)?;
        if self.strict {
            let what = format!("Microsoft.OperationalInsights/workspaces/{}", name.workspace);
            return Err(not_found(&what, &name.group));
        }
        Ok(Found { name: name.clone(), facts: Arc::new(Facts::of(&key)), content: None })
    }
}

/// The refusal of a resource that is not there; the words are Resource Manager's own.
pub(super) fn not_found(resource: &str, group: &str) -> ArmError {
    let message = format!(
        "The Resource '{resource}' under resource group '{group}' was not found. For more details please go to \
         https://aka.ms/ARMResourceNotFoundFix"
    );
    ArmError::new(StatusCode::NOT_FOUND, "ResourceNotFound", message)
}

fn group_of(Found { name, facts, .. }: Found) -> Group {
    Group {
        subscription: name.subscription,
        name: name.group,
        location: facts.location.clone(),
        tags: facts.resource_group_tags.clone(),
    }
}
