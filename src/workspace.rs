//! Where rules go, which ones, and what is different there.

pub mod exclusion_policy;
pub mod exclusion_scope;
pub mod guard_policy;
pub mod live_policy;
pub mod ownership_policy;
pub mod pattern;
pub mod policy;
pub mod project;
pub mod protect;
pub mod read;
pub mod schema;
pub mod selector;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diagnostic::{Span, Spanned};
use crate::rule::{Details, Rule};
use live_policy::LivePolicy;
use selector::Selector;

/// One workspace document.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub name: Spanned<String>,
    pub target: Target,
    pub labels: BTreeMap<String, String>,
    /// Rules that go here; all where nothing was written.
    pub include: Vec<Selector>,
    /// Rules that don't, even if included.
    pub exclude: Vec<Selector>,
    /// In order; the last wins.
    pub overrides: Vec<Override>,
    /// Live resource names by rule id in lower case.
    pub names: BTreeMap<String, Spanned<String>>,
    /// Whether live rules without a mark are taken over although they differ, as when a customer is onboarded.
    pub adopt: bool,
    /// `policy:`; where it says nothing, the project's holds.
    pub policy: LivePolicy,
    pub span: Span,
}

/// What a workspace document points at.
#[derive(Debug, Clone)]
pub enum Target {
    /// A workspace behind ARM.
    Azure(Box<AzureTarget>),
    /// A workspace in the embedded emulator, kept in this file of the project.
    Emulator(Spanned<String>),
}

/// A workspace behind ARM, as written: nothing is validated against Azure's naming rules here.
#[derive(Debug, Clone)]
pub struct AzureTarget {
    pub tenant: Option<Spanned<String>>,
    pub subscription: Spanned<String>,
    pub resource_group: Spanned<String>,
    pub workspace: Spanned<String>,
    /// `public`, `usgov` or `china`.
    pub cloud: &'static str,
    pub auth: Auth,
    /// A server on loopback in place of the cloud's ARM host.
    pub endpoint: Option<Spanned<String>>,
}

/// Who issues the token.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    pub tenant: Option<Spanned<String>>,
    pub method: Option<Spanned<&'static str>>,
}

/// The names of the ways to get a token.
pub const AUTH_METHODS: &[(&str, &str)] = &[
    ("auto", "auto"),
    ("cli", "cli"),
    ("workload-identity", "workload-identity"),
    ("managed-identity", "managed-identity"),
    ("client-secret", "client-secret"),
    ("pipelines", "pipelines"),
    ("github-oidc", "github-oidc"),
];

/// Fields that some rules have otherwise in this workspace.
#[derive(Debug, Clone)]
pub struct Override {
    pub rules: Vec<Selector>,
    pub set: Details,
    pub span: Span,
}

impl Workspace {
    /// The embedded workspace that every project has: `-w local`.
    pub fn local(span: Span) -> Self {
        let spot = |value: &str| Spanned { value: value.to_owned(), span };
        Self {
            name: spot("local"),
            target: Target::Emulator(spot(".palisade/local.db")),
            labels: BTreeMap::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            overrides: Vec::new(),
            names: BTreeMap::new(),
            adopt: false,
            policy: LivePolicy::default(),
            span,
        }
    }

    /// A workspace behind ARM as a saved plan names it: by its ARM id and its cloud, and nothing else.
    pub fn of_plan(name: &str, resource_id: &str, cloud: &str, span: Span) -> Option<Self> {
        let parts: Vec<&str> = resource_id.trim_matches('/').split('/').collect();
        let [_, subscription, _, group, _, _, _, workspace] = parts.as_slice() else { return None };
        let cloud = *["public", "usgov", "china"].iter().find(|known| **known == cloud)?;
        let spot = |value: &str| Spanned { value: value.to_owned(), span };
        let target = AzureTarget {
            tenant: None,
            subscription: spot(subscription),
            resource_group: spot(group),
            workspace: spot(workspace),
            cloud,
            auth: Auth::default(),
            endpoint: None,
        };
        Some(Self { name: spot(name), target: Target::Azure(Box::new(target)), ..Self::local(span) })
    }

    /// Whether a rule goes here. `path` is its file, relative to the project.
    pub fn selects(&self, rule: &Rule, path: &str) -> bool {
        let any = |selectors: &[Selector]| selectors.iter().any(|selector| selector.matches(rule, path));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }

    /// A rule's fields as they are here: its own, with every override that names it laid over them in order.
    /// Borrowed where no override does.
    pub fn details<'r>(&self, rule: &'r Rule, path: &str) -> Cow<'r, Details> {
        let mut details = Cow::Borrowed(&rule.details);
        for over in &self.overrides {
            if over.rules.iter().any(|selector| selector.matches(rule, path)) {
                details.to_mut().overlay(&over.set);
            }
        }
        details
    }

    /// The name of a rule's resource here: its id, unless `names:` says otherwise.
    pub fn resource_name<'a>(&'a self, rule: &'a Rule) -> &'a str {
        self.names.get(&rule.id.value.to_ascii_lowercase()).map_or(&rule.id.value, |name| &name.value)
    }
}
