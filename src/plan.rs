//! Live and desired to changes: pure, and final. A plan leaves no decision to apply.

pub mod body;
pub mod compare;
pub mod deletion;
pub mod drift;
pub mod exclusions;
pub mod fields;
pub mod file;
pub mod guard;
pub mod health;
pub mod ignore;
pub mod leftovers;
pub mod mark;
pub mod metadata;
pub mod outcome;
pub mod ownership;
pub mod refusal;
pub mod replace;
pub mod settle;
pub mod suppressions;
pub mod twin;
pub mod verdict;
pub mod watchlists;
pub mod weakening;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use compare::{Desired, compare};
use exclusions::{ExclusionChange, Finding};
use guard::Trip;
use ignore::Ignored;
use metadata::MarkWrite;
pub use ownership::Ownership;
pub use refusal::Refusal;
use suppressions::SuppressionChange;
pub use verdict::Verdict;

use crate::diagnostic::Code;
use crate::resource::ResourceType;

/// The version of the plan's format. It rises when a reader of the old form would misread the new one; a new key
/// that may be passed over does not count.
pub const FORMAT_VERSION: u32 = 1;

/// What apply will do, workspace by workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub format_version: u32,
    /// The program that made it, with its version.
    pub tool: String,
    /// When, in RFC 3339.
    pub created: String,
    /// The project's name.
    pub project: String,
    /// The commit that the project was at, if it is a git work tree.
    pub commit: Option<String>,
    /// SHA-256 of the loaded documents, in hex.
    pub inputs: String,
    pub workspaces: Vec<WorkspacePlan>,
    /// Guards that refuse the plan, and those that were let through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Trip>,
    pub summary: Summary,
    /// SHA-256 of the plan with this field empty, in hex: tells a plan that was changed after it was made.
    pub digest: String,
}

/// What apply will do in one workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspacePlan {
    /// The workspace's name in the project.
    pub workspace: String,
    /// Its ARM id.
    pub resource_id: String,
    /// `public`, `usgov`, `china`, or `emulator`.
    pub cloud: String,
    /// Rules first, then the other types; each in the order of ids.
    pub changes: Vec<Change>,
    /// How many live rules are none of ours. They are never touched.
    pub unmanaged: usize,
    /// Exclusions that begin, change, end or lapse, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<ExclusionChange>,
    /// Suppressions that begin, change, end, lapse or wait, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<SuppressionChange>,
    /// What a person must see of live rules, whatever is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What carries the project's mark, is in none of its documents, and stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    pub summary: Summary,
}

/// A live resource that left the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// The resource type, such as `alertRules`.
    pub resource: String,
    /// The name that people see.
    pub name: String,
    /// The resource's own name.
    pub resource_name: String,
    /// Why it stays, for people.
    pub reason: String,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The resource type, such as `alertRules`.
    pub resource: String,
    /// The document's id in the project.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The resource's own name in this workspace.
    pub resource_name: String,
    pub action: Action,
    /// Why nothing is written although it is not as the files say.
    #[serde(default)]
    pub refusal: Option<Refusal>,
    /// Why, for people.
    pub reason: String,
    /// The live resource's etag when the plan was made.
    pub etag: Option<String>,
    /// The live resource, whole.
    pub before: Option<Value>,
    /// The body that apply will send, without an etag.
    pub after: Option<Value>,
    /// Every field in which two of base, live and desired differ.
    pub fields: Vec<FieldChange>,
    /// The paths of fields that stay as they live although the files say otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// The write of its mark that goes with it, where the mark is a resource of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkWrite>,
    /// When the live resource was last written, as the service says, in RFC 3339; only where it was edited out of band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Who wrote it, where the service says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
}

/// Something about a change that a person must see, whatever is done.
pub fn finding(code: Code, change: &Change, message: String) -> Finding {
    Finding {
        code: code.name().to_owned(),
        level: code.level().name().to_owned(),
        id: change.id.clone(),
        name: change.name.clone(),
        message,
    }
}

impl Change {
    /// The type of the resource; `None` if a plan file names one that this version does not know.
    pub fn resource_type(&self) -> Option<ResourceType> {
        ResourceType::parse(&self.resource)
    }

    /// The round of writes that it belongs to: what another names comes before it, deletions come last, in reverse.
    pub fn round(&self) -> usize {
        let types = ResourceType::ALL.len();
        let place = ResourceType::ALL.iter().position(|one| Some(*one) == self.resource_type()).unwrap_or(types);
        if self.action == Action::Delete { 2 * types + 1 - place } else { place }
    }
}

/// One field of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// Dotted, from `properties`.
    pub path: String,
    pub before: Value,
    pub after: Value,
    pub verdict: Verdict,
    /// Why drift is left alone, if a document says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Ignored>,
}

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Update,
    Delete,
    Adopt,
    Replace,
    Noop,
    Blocked,
}

impl Action {
    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Adopt => "adopt",
            Self::Replace => "replace",
            Self::Noop => "noop",
            Self::Blocked => "blocked",
        }
    }

    /// Whether apply makes a resource under a name that nothing lives under.
    pub fn makes(self) -> bool {
        matches!(self, Self::Create | Self::Replace)
    }

    /// Whether apply writes.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Noop | Self::Blocked)
    }
}

/// How many changes of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub delete: usize,
    pub adopt: usize,
    pub replace: usize,
    pub noop: usize,
    pub blocked: usize,
    /// Rules with a field that was changed out of band, and that no document lets be.
    pub drift: usize,
    /// Rules with a field that was changed on both sides.
    pub conflict: usize,
}

impl Summary {
    /// Counts changes.
    pub fn of(changes: &[Change]) -> Self {
        let mut summary = Self::default();
        for change in changes {
            let count = match change.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Delete => &mut summary.delete,
                Action::Adopt => &mut summary.adopt,
                Action::Replace => &mut summary.replace,
                Action::Noop => &mut summary.noop,
                Action::Blocked => &mut summary.blocked,
            };
            *count += 1;
            let counts = |field: &&FieldChange| field.ignored.is_none();
            let has = |verdict| change.fields.iter().filter(counts).any(|field| field.verdict == verdict);
            summary.drift += usize::from(has(Verdict::Drift));
            summary.conflict += usize::from(has(Verdict::Conflict));
        }
        summary
    }

    /// Adds another summary up.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            create: self.create + other.create,
            update: self.update + other.update,
            delete: self.delete + other.delete,
            adopt: self.adopt + other.adopt,
            replace: self.replace + other.replace,
            noop: self.noop + other.noop,
            blocked: self.blocked + other.blocked,
            drift: self.drift + other.drift,
            conflict: self.conflict + other.conflict,
        }
    }

    /// How many resources apply will write.
    pub fn writes(self) -> usize {
        self.create + self.update + self.delete + self.adopt + self.replace
    }
}

/// What a plan says of its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub created: String,
    pub project: String,
    pub commit: Option<String>,
    pub inputs: String,
}

impl Plan {
    /// A plan of some workspaces with what guards say of it, sealed with its digest.
    pub fn new(origin: Origin, workspaces: Vec<WorkspacePlan>, guards: Vec<Trip>) -> Self {
        let Origin { created, project, commit, inputs } = origin;
        let summary = workspaces.iter().fold(Summary::default(), |sum, plan| sum.plus(plan.summary));
        let mut plan = Self {
            format_version: FORMAT_VERSION,
            tool: concat!("palisade ", env!("CARGO_PKG_VERSION")).to_owned(),
            created,
            project,
            commit,
            inputs,
            workspaces,
            guards,
            summary,
            digest: String::new(),
        };
        plan.digest = file::digest(&plan);
        plan
    }

    /// The guards that refuse it.
    pub fn refusals(&self) -> impl Iterator<Item = &Trip> {
        self.guards.iter().filter(|trip| !trip.allowed)
    }
}
